/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Measuring one stretch of work. Each prints a line
 *
 *   run NAME ID OPERATIONS TICKS IDLE
 *
 * where a tick is an instruction with --icount (the time stamp counter counts
 * them then), else a nanosecond; plugin.c prints its counts under the same ID. With
 * --idle, IDLE is how many nanoseconds of it the CPU waited, and a tick of waiting is
 * one of them, whatever the clock's rate; else it is 0. The report
 * takes the median of the stretches of one name, and takes off what NAME-empty
 * took: the same without what is to be measured.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct measure_options - how it is measured
 * @icount: ticks are instructions
 * @idle: tell waiting from work, by the kernel's account, in spans
 * @fewer: what measure_fewer() divides by
 * @profile: names to profile, or NULL
 */
struct measure_options {
	bool icount;
	bool idle;
	unsigned int fewer;
	const char *profile;
};

/** measure_init() - once; the options stay the caller's */
void measure_init(const struct measure_options *options);

/** measure_lives() - how many of @count lives of VMs or vCPUs are to be measured */
unsigned int measure_lives(unsigned int count);

/** measure_fewer() - fewer than @count where the host is slow: for what is alike one by one */
unsigned int measure_fewer(unsigned int count);

/** name_in_list() - @list: names with commas between them, or NULL */
bool name_in_list(const char *name, const char *list);

/** measure_is_icount() - time costs nothing then, so there can be more of everything */
bool measure_is_icount(void);

void measure_start(const char *name);
void measure_stop(uint64_t operations);

/** measure_stop_span() - as measure_stop(), where waiting counts: "span" instead of "run" */
void measure_stop_span(uint64_t operations);

/** measure_pause() - until measure_resume() nothing counts, neither ticks nor instructions */
void measure_pause(void);
void measure_resume(void);

/** measure_value() - print "value NAME UNIT VALUE": a figure that is no stretch */
void measure_value(const char *name, const char *unit, double value);

/** measure_now() - in ticks */
uint64_t measure_now(void);

/** arch_instructions() - the counter that counts instructions with --icount */
uint64_t arch_instructions(void);

#endif /* BENCH_MEASURE_H */
