// SPDX-License-Identifier: GPL-3.0-or-later
/* After the ACPI specification, chapter "ACPI Hardware Specification". */
#include "acpi.h"

#define STATUS	0
#define ENABLE	2
#define CONTROL 4
#define TIMER	8

#define TIMER_STATUS   0x0001 /* in STATUS and ENABLE */
#define ENABLE_WRITTEN 0x0721 /* the other events never come */

#define CONTROL_SCI	0x0001
#define CONTROL_WRITTEN 0x1c07
#define CONTROL_TYPE(x) ((x) >> 10 & 7)
#define CONTROL_SLEEP	0x2000
#define TYPE_S5		0 /* as the DSDT's \_S5 has it */

#define TIMER_HALF (1ULL << 31) /* the top bit of 32 changes after so many ticks */

static uint64_t ticks(const struct acpi *acpi)
{
	return scale(acpi->timers->now_ns, ACPI_TIMER_HZ, NS_PER_SECOND);
}

static void update(struct acpi *acpi)
{
	uint64_t halves = ticks(acpi) / TIMER_HALF;

	if (halves != acpi->halves)
		acpi->status |= TIMER_STATUS;
	acpi->halves = halves;
	irq_line_set(&acpi->irq, acpi->status & acpi->enable);
	timer_set(acpi->timers, &acpi->overflow,
		  acpi->enable & TIMER_STATUS ?
			  scale_up((halves + 1) * TIMER_HALF, NS_PER_SECOND, ACPI_TIMER_HZ) :
			  0);
}

static void overflow(void *opaque)
{
	update(opaque);
}

static uint64_t events_read(void *device, uint64_t offset, unsigned int width)
{
	struct acpi *acpi = device;

	(void)width;
	update(acpi);
	switch (offset) {
	case STATUS:
		return acpi->status;
	case ENABLE:
		return acpi->enable;
	case CONTROL:
		return acpi->control | CONTROL_SCI;
	default: /* the high half of one of them, read by itself */
		return events_read(device, offset & ~1ULL, 2) >> 8;
	}
}

static void write_control(struct acpi *acpi, uint16_t value)
{
	acpi->control = value & CONTROL_WRITTEN;
	if ((value & CONTROL_SLEEP) && CONTROL_TYPE(value) == TYPE_S5)
		power_press(&acpi->power, POWER_OFF, 0);
}

static void events_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	struct acpi *acpi = device;

	/* A byte by itself: the other one stays, or for the status is not cleared. */
	if (width == 1) {
		uint64_t whole =
			offset / 2 * 2 == STATUS ? 0 : events_read(device, offset & ~1ULL, 2);
		unsigned int shift = (offset & 1) * 8;

		value = (whole & ~(0xffULL << shift)) | value << shift;
	}
	switch (offset & ~1ULL) {
	case STATUS:
		update(acpi);
		acpi->status &= ~value;
		break;
	case ENABLE:
		acpi->enable = value & ENABLE_WRITTEN;
		break;
	case CONTROL:
		write_control(acpi, value);
		break;
	}
	update(acpi);
}

static uint64_t timer_read(void *device, uint64_t offset, unsigned int width)
{
	const struct acpi *acpi = device;

	(void)width;
	return (uint32_t)ticks(acpi) >> (offset * 8);
}

static void timer_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	(void)device, (void)offset, (void)width, (void)value;
}

static const struct bus_device events_ops = { events_read, events_write, 2 };
static const struct bus_device timer_ops = { timer_read, timer_write, 4 };

void acpi_init(struct acpi *acpi, struct bus *ports, struct timers *timers, struct irq_line irq,
	       struct power_switch power)
{
	*acpi = (struct acpi){ .timers = timers, .irq = irq, .power = power };
	timers_add(timers, &acpi->overflow, overflow, acpi);
	acpi->halves = ticks(acpi) / TIMER_HALF;
	bus_add(ports, ACPI_PORT, CONTROL + 2, &events_ops, acpi);
	bus_add(ports, ACPI_PORT + TIMER, 4, &timer_ops, acpi);
}
