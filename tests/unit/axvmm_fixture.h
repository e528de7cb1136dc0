/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A machine around one device: ports, a clock that the test sets, lines that remember. */
#ifndef AXVMM_FIXTURE_H
#define AXVMM_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/axvmm/devices/device.h"

/**
 * struct fixture - the machine
 * @level: of the interrupt line
 * @edges: how often it rose
 * @event: the last power event, -1: none
 * @status: its exit status
 */
struct fixture {
	struct bus ports;
	struct timers timers;
	bool level;
	unsigned int edges;
	int event;
	int status;
};

static inline void fixture_set_line(void *opaque, unsigned int irq, bool level)
{
	struct fixture *fixture = opaque;

	(void)irq;
	if (level && !fixture->level)
		fixture->edges++;
	fixture->level = level;
}

static inline void fixture_press(void *opaque, enum power_event event, int status)
{
	struct fixture *fixture = opaque;

	fixture->event = event;
	fixture->status = status;
}

static inline void fixture_init(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	fixture->timers.now_ns = NS_PER_SECOND;
	fixture->event = -1;
}

static inline struct irq_line fixture_line(struct fixture *fixture)
{
	return (struct irq_line){ fixture_set_line, fixture, 0 };
}

static inline struct power_switch fixture_power(struct fixture *fixture)
{
	return (struct power_switch){ fixture_press, fixture };
}

static inline void fixture_pass(struct fixture *fixture, uint64_t ns)
{
	timers_advance(&fixture->timers, fixture->timers.now_ns + ns);
}

/* Time passes in small steps, as it does for the run loop. */
static inline void fixture_pass_slowly(struct fixture *fixture, uint64_t ns, uint64_t step)
{
	uint64_t end = fixture->timers.now_ns + ns;

	while (fixture->timers.now_ns < end)
		fixture_pass(fixture, step);
}

static inline uint8_t in8(struct fixture *fixture, uint16_t port)
{
	return bus_read(&fixture->ports, port, 1);
}

static inline void out8(struct fixture *fixture, uint16_t port, uint8_t value)
{
	bus_write(&fixture->ports, port, 1, value);
}

#endif /* AXVMM_FIXTURE_H */
