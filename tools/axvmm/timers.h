/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine's time and what waits for it. Time is CLOCK_MONOTONIC as the run
 * loop last saw it (the exit record carries it), so devices never ask the
 * system for it.
 */
#ifndef AXVMM_TIMERS_H
#define AXVMM_TIMERS_H

#include <stdint.h>

#define NS_PER_SECOND 1000000000ULL

struct timer {
	uint64_t deadline_ns; /* 0: not set */
	void (*fire)(void *opaque);
	void *opaque;
	struct timer *next;
};

/**
 * struct timers - the clock and its timers
 * @now_ns: the current time
 * @next_ns: the earliest deadline, 0: none
 * @first: all timers
 */
struct timers {
	uint64_t now_ns;
	uint64_t next_ns;
	struct timer *first;
};

/** timers_add() - make @timer, not set, known to @timers for good */
void timers_add(struct timers *timers, struct timer *timer, void (*fire)(void *opaque),
		void *opaque);

/** timer_set() - let @timer fire once at @deadline_ns; 0: never */
void timer_set(struct timers *timers, struct timer *timer, uint64_t deadline_ns);

/** timers_advance() - set the time; fire what is due */
void timers_advance(struct timers *timers, uint64_t now_ns);

/** scale() - a * b / c without overflow in between, rounded down */
static inline uint64_t scale(uint64_t a, uint64_t b, uint64_t c)
{
	return (uint64_t)((unsigned __int128)a * b / c);
}

/** scale_up() - a * b / c without overflow in between, rounded up */
static inline uint64_t scale_up(uint64_t a, uint64_t b, uint64_t c)
{
	return (uint64_t)(((unsigned __int128)a * b + c - 1) / c);
}

#endif /* AXVMM_TIMERS_H */
