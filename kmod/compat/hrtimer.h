/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AXVCPU_COMPAT_HRTIMER_H
#define AXVCPU_COMPAT_HRTIMER_H

#include <linux/hrtimer.h>

/* A CLOCK_MONOTONIC timer of absolute times whose function runs in hard irq. */
static inline void
axvcpu_hrtimer_setup(struct hrtimer *timer,
		     enum hrtimer_restart (*function)(struct hrtimer *))
{
#ifdef AXVCPU_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, function, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
	timer->function = function;
#endif
}

#endif /* AXVCPU_COMPAT_HRTIMER_H */
