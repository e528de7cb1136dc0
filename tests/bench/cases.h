/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured. Each cases_*.c has a table of cases; bench.c runs them. */
#ifndef BENCH_CASES_H
#define BENCH_CASES_H

#include <stdbool.h>

#include "guest.h"

/**
 * struct bench_case - one case
 * @name: as in the report
 * @run: measure it; 0, or -1 after a message
 * @count: operations, or whatever @run makes of it
 * @program: the guest; where there is none, the case is none either
 * @exit, @answers: cases_exit.c: its exit, and whether it reads
 * @wall_only: makes no sense with --icount; @icount_only: the other way round
 */
struct bench_case {
	const char *name;
	int (*run)(const struct bench_case *bench_case);
	unsigned int count;
	enum guest_program program;
	enum side_exit exit;
	bool answers;
	bool wall_only;
	bool icount_only;
};

/* Each ends with an entry without a name. */
extern const struct bench_case exit_cases[];
extern const struct bench_case touch_cases[];
extern const struct bench_case life_cases[];
extern const struct bench_case memory_cases[];
extern const struct bench_case smp_cases[];
extern const struct bench_case boot_cases[];

#endif /* BENCH_CASES_H */
