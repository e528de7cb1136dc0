// SPDX-License-Identifier: GPL-2.0-or-later
/* hrtimer_setup() took the place of hrtimer_init() and a store. */
#include <linux/hrtimer.h>

void axvcpu_probe(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *))
{
	hrtimer_setup(timer, function, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
}
