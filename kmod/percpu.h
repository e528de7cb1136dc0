/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Enable and disable the extension per CPU, as long as there are users. */
#ifndef AXVCPU_PERCPU_H
#define AXVCPU_PERCPU_H

#include <linux/percpu.h>
#include <linux/types.h>

DECLARE_PER_CPU(bool, axvcpu_enabled);

int axvcpu_percpu_init(void);
void axvcpu_percpu_exit(void);

/** axvcpu_percpu_get() - one more VM; on with the first. -EBUSY, -EIO, -ENODEV */
int axvcpu_percpu_get(void);
void axvcpu_percpu_put(void);

/**
 * axvcpu_percpu_on() - we have the extension on this CPU
 *
 * With interrupts off, before each entry: a task can still land on a CPU that is
 * going down, after which an entry would fault.
 */
static inline bool axvcpu_percpu_on(void)
{
	return __this_cpu_read(axvcpu_enabled);
}

#endif /* AXVCPU_PERCPU_H */
