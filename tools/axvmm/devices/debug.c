// SPDX-License-Identifier: GPL-3.0-or-later
#include "debug.h"

#define EXIT_PORT    0xf4
#define CONSOLE_PORT 0xe9
#define BIOS_PORT    0x402
/* What both consoles read as, so that a guest can tell that they are there. */
#define CONSOLE_SIGN 0xe9

static uint64_t console_read(void *device, uint64_t offset, unsigned int width)
{
	(void)device, (void)offset, (void)width;
	return CONSOLE_SIGN;
}

static void console_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	struct debug *debug = device;

	(void)offset, (void)width;
	debug->send(debug->console, value);
}

static uint64_t exit_read(void *device, uint64_t offset, unsigned int width)
{
	(void)device, (void)offset, (void)width;
	return ~0ULL;
}

static void exit_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	struct debug *debug = device;

	(void)offset, (void)width;
	power_press(&debug->power, POWER_DEBUG_EXIT, (value << 1 | 1) & 0xff);
}

static const struct bus_device console_ops = { console_read, console_write, 1 };
static const struct bus_device exit_ops = { exit_read, exit_write, 4 };

void debug_init(struct debug *debug, struct bus *ports, struct power_switch power,
		void (*send)(void *console, uint8_t byte), void *console)
{
	*debug = (struct debug){ .power = power, .send = send, .console = console };
	bus_add(ports, EXIT_PORT, 1, &exit_ops, debug);
	bus_add(ports, CONSOLE_PORT, 1, &console_ops, debug);
	bus_add(ports, BIOS_PORT, 1, &console_ops, debug);
}
