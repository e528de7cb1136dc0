// SPDX-License-Identifier: GPL-3.0-or-later
/* As in Intel's PIIX chips: setting bit 2 resets. */
#include "reset.h"

#define RESET_CPU 0x04

static uint64_t reset_read(void *device, uint64_t offset, unsigned int width)
{
	const struct reset *reset = device;

	(void)offset, (void)width;
	return reset->value;
}

static void reset_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	struct reset *reset = device;

	(void)offset, (void)width;
	if (value & ~reset->value & RESET_CPU)
		power_press(&reset->power, POWER_RESET, 0);
	reset->value = value & ~RESET_CPU;
}

static const struct bus_device ops = { reset_read, reset_write, 1 };

void reset_init(struct reset *reset, struct bus *ports, struct power_switch power)
{
	*reset = (struct reset){ .power = power };
	bus_add(ports, RESET_PORT, 1, &ops, reset);
}
