/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Measuring one stretch of work. Each prints a line
 *
 *   run NAME ID OPERATIONS TICKS
 *
 * where a tick is an instruction with --icount (the time stamp counter counts
 * them then), else a nanosecond; plugin.c prints its counts under the same ID. The report
 * takes the median of the stretches of one name, and takes off what NAME-empty
 * took: the same without what is to be measured.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

/** measure_init() - @icount: ticks are instructions; @profile: names to profile, or NULL */
void measure_init(bool icount, const char *profile);

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
