// SPDX-License-Identifier: GPL-3.0-or-later
#include <stddef.h>

#include "timers.h"

static void find_next(struct timers *timers)
{
	const struct timer *timer;

	timers->next_ns = 0;
	for (timer = timers->first; timer; timer = timer->next)
		if (timer->deadline_ns &&
		    (!timers->next_ns || timer->deadline_ns < timers->next_ns))
			timers->next_ns = timer->deadline_ns;
}

void timers_add(struct timers *timers, struct timer *timer, void (*fire)(void *opaque),
		void *opaque)
{
	*timer = (struct timer){ .fire = fire, .opaque = opaque, .next = timers->first };
	timers->first = timer;
}

void timer_set(struct timers *timers, struct timer *timer, uint64_t deadline_ns)
{
	timer->deadline_ns = deadline_ns;
	find_next(timers);
}

void timers_advance(struct timers *timers, uint64_t now_ns)
{
	struct timer *timer;

	if (now_ns > timers->now_ns)
		timers->now_ns = now_ns;
	if (!timers->next_ns || timers->next_ns > timers->now_ns)
		return;
	/* A timer that sets itself again to a time that has passed waits for the next call. */
	for (timer = timers->first; timer; timer = timer->next) {
		if (!timer->deadline_ns || timer->deadline_ns > timers->now_ns)
			continue;
		timer->deadline_ns = 0;
		timer->fire(timer->opaque);
	}
	find_next(timers);
}
