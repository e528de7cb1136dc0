/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keyboard controller at 0x60 and 0x64, for its reset line and for guests
 * that look for it: a keyboard on which nobody types, no mouse.
 */
#ifndef AXVMM_I8042_H
#define AXVMM_I8042_H

#include "device.h"

#define I8042_QUEUE 8
#define I8042_RAM   32

struct i8042 {
	struct irq_line irq;
	struct power_switch power;
	uint8_t queue[I8042_QUEUE]; /* what the guest reads at 0x60 */
	uint8_t queued;
	uint8_t command; /* waits for its argument at 0x60, 0: none */
	bool last_was_command;
	bool keyboard_argument; /* the next byte for the keyboard is one */
	uint8_t output_port;
	uint8_t ram[I8042_RAM]; /* byte 0 is the mode */
};

void i8042_init(struct i8042 *i8042, struct bus *ports, struct irq_line irq,
		struct power_switch power);

#endif /* AXVMM_I8042_H */
