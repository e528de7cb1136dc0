// SPDX-License-Identifier: GPL-3.0-or-later
/* After IBM's PC/AT and PS/2 technical references. */
#include <string.h>

#include "i8042.h"

#define STATUS_OUTPUT_FULL 0x01
#define STATUS_SYSTEM	   0x04
#define STATUS_COMMAND	   0x08
#define STATUS_UNLOCKED	   0x10

#define MODE_INTERRUPT	 0x01
#define MODE_SYSTEM	 0x04
#define MODE_NO_KEYBOARD 0x10
#define MODE_NO_MOUSE	 0x20
#define MODE_TRANSLATE	 0x40

#define OUTPUT_NO_RESET 0x01
#define OUTPUT_A20	0x02

enum command {
	READ_RAM = 0x20,  /* to 0x3f */
	WRITE_RAM = 0x60, /* to 0x7f */
	DISABLE_MOUSE = 0xa7,
	ENABLE_MOUSE,
	TEST_MOUSE,
	SELF_TEST,
	TEST_KEYBOARD,
	DISABLE_KEYBOARD = 0xad,
	ENABLE_KEYBOARD,
	READ_OUTPUT_PORT = 0xd0,
	WRITE_OUTPUT_PORT,
	WRITE_KEYBOARD_BUFFER,
	WRITE_MOUSE_BUFFER,
	WRITE_MOUSE,
	PULSE = 0xf0, /* to 0xff: a low bit 0 to 3 pulses that line */
};

#define SELF_TEST_PASSED 0x55
#define PORT_PASSED	 0x00
#define PORT_STUCK	 0x01 /* clock line low: nothing there */

enum keyboard_command {
	SET_LEDS = 0xed,
	ECHO = 0xee,
	SCAN_CODE_SET = 0xf0,
	IDENTIFY = 0xf2,
	SET_RATE = 0xf3,
	RESET = 0xff,
};

#define ACK 0xfa
#define BAT 0xaa /* basic assurance test passed */

static void update_irq(struct i8042 *i8042)
{
	irq_line_set(&i8042->irq, i8042->queued && (i8042->ram[0] & MODE_INTERRUPT));
}

static void reply(struct i8042 *i8042, uint8_t byte)
{
	if (i8042->queued < I8042_QUEUE)
		i8042->queue[i8042->queued++] = byte;
	update_irq(i8042);
}

static uint8_t read_data(struct i8042 *i8042)
{
	uint8_t byte = i8042->queue[0];

	if (!i8042->queued)
		return 0;
	memmove(i8042->queue, i8042->queue + 1, --i8042->queued);
	/* One interrupt for each byte. */
	irq_line_set(&i8042->irq, false);
	update_irq(i8042);
	return byte;
}

static void write_keyboard(struct i8042 *i8042, uint8_t byte)
{
	if (i8042->keyboard_argument) {
		i8042->keyboard_argument = false;
		reply(i8042, ACK);
		if (byte == 0) /* argument of SCAN_CODE_SET: which one is it? */
			reply(i8042, 2);
		return;
	}
	if (byte == ECHO) {
		reply(i8042, ECHO);
		return;
	}
	reply(i8042, ACK);
	switch (byte) {
	case SET_LEDS:
	case SCAN_CODE_SET:
	case SET_RATE:
		i8042->keyboard_argument = true;
		break;
	case IDENTIFY:
		reply(i8042, 0xab);
		reply(i8042, 0x83);
		break;
	case RESET:
		reply(i8042, BAT);
		break;
	}
}

static void write_output_port(struct i8042 *i8042, uint8_t value)
{
	i8042->output_port = value;
	if (!(value & OUTPUT_NO_RESET))
		power_press(&i8042->power, POWER_RESET, 0);
}

static void write_data(struct i8042 *i8042, uint8_t value)
{
	uint8_t command = i8042->command;

	i8042->command = 0;
	i8042->last_was_command = false;
	switch (command) {
	case 0:
		write_keyboard(i8042, value);
		break;
	case WRITE_RAM ... WRITE_RAM + I8042_RAM - 1:
		i8042->ram[command - WRITE_RAM] = value;
		update_irq(i8042);
		break;
	case WRITE_OUTPUT_PORT:
		write_output_port(i8042, value);
		break;
	case WRITE_KEYBOARD_BUFFER:
	case WRITE_MOUSE_BUFFER:
		reply(i8042, value);
		break;
	}
}

static void write_command(struct i8042 *i8042, uint8_t value)
{
	i8042->command = 0;
	i8042->last_was_command = true;
	switch (value) {
	case READ_RAM ... READ_RAM + I8042_RAM - 1:
		reply(i8042, i8042->ram[value - READ_RAM]);
		break;
	case WRITE_RAM ... WRITE_RAM + I8042_RAM - 1:
	case WRITE_OUTPUT_PORT ... WRITE_MOUSE:
		i8042->command = value;
		break;
	case TEST_MOUSE:
		reply(i8042, PORT_STUCK);
		break;
	case SELF_TEST:
		i8042->queued = 0;
		reply(i8042, SELF_TEST_PASSED);
		break;
	case TEST_KEYBOARD:
		reply(i8042, PORT_PASSED);
		break;
	case DISABLE_KEYBOARD:
		i8042->ram[0] |= MODE_NO_KEYBOARD;
		break;
	case ENABLE_KEYBOARD:
		i8042->ram[0] &= ~MODE_NO_KEYBOARD;
		break;
	case READ_OUTPUT_PORT:
		reply(i8042, i8042->output_port);
		break;
	case PULSE ... 0xff:
		if (!(value & OUTPUT_NO_RESET))
			power_press(&i8042->power, POWER_RESET, 0);
		break;
	}
}

static uint8_t read_status(const struct i8042 *i8042)
{
	return STATUS_UNLOCKED | (i8042->ram[0] & MODE_SYSTEM ? STATUS_SYSTEM : 0) |
	       (i8042->last_was_command ? STATUS_COMMAND : 0) |
	       (i8042->queued ? STATUS_OUTPUT_FULL : 0);
}

static uint64_t data_read(void *device, uint64_t offset, unsigned int width)
{
	(void)offset, (void)width;
	return read_data(device);
}

static void data_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	(void)offset, (void)width;
	write_data(device, value);
}

static uint64_t status_read(void *device, uint64_t offset, unsigned int width)
{
	(void)offset, (void)width;
	return read_status(device);
}

static void command_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	(void)offset, (void)width;
	write_command(device, value);
}

static const struct bus_device data_ops = { data_read, data_write, 1 };
static const struct bus_device command_ops = { status_read, command_write, 1 };

void i8042_init(struct i8042 *i8042, struct bus *ports, struct irq_line irq,
		struct power_switch power)
{
	*i8042 = (struct i8042){
		.irq = irq,
		.power = power,
		.output_port = OUTPUT_NO_RESET | OUTPUT_A20,
		.ram[0] = MODE_SYSTEM | MODE_NO_MOUSE | MODE_TRANSLATE,
	};
	bus_add(ports, 0x60, 1, &data_ops, i8042);
	bus_add(ports, 0x64, 1, &command_ops, i8042);
}
