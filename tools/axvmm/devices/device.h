/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every device needs of the machine around it. */
#ifndef AXVMM_DEVICE_H
#define AXVMM_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "../bus.h"
#include "../timers.h"

/** struct irq_line - one input of an interrupt controller */
struct irq_line {
	void (*set)(void *controller, unsigned int irq, bool level);
	void *controller;
	unsigned int irq;
};

static inline void irq_line_set(const struct irq_line *line, bool level)
{
	line->set(line->controller, line->irq, level);
}

/** irq_line_pulse() - a rising edge */
static inline void irq_line_pulse(const struct irq_line *line)
{
	irq_line_set(line, false);
	irq_line_set(line, true);
}

/** enum power_event - how a device can end the machine */
enum power_event {
	POWER_OFF,
	POWER_RESET,
	POWER_DEBUG_EXIT, /* with an exit status */
};

/** struct power_switch - where a device reports it */
struct power_switch {
	void (*press)(void *machine, enum power_event event, int status);
	void *machine;
};

static inline void power_press(const struct power_switch *power, enum power_event event, int status)
{
	power->press(power->machine, event, status);
}

#endif /* AXVMM_DEVICE_H */
