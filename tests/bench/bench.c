// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * One side's program: measure the cases that are named, or all.
 *
 *   bench-SIDE [--icount] [--profile CASE] [CASE...]
 *   bench-axvcpu --prepare
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "cases.h"
#include "measure.h"
#include "prepare.h"

static const struct bench_case *const tables[] = {
	exit_cases, touch_cases, life_cases, memory_cases, smp_cases, boot_cases,
};

static bool icount;

static bool wanted(const struct bench_case *bench_case, char **names)
{
	if (icount ? bench_case->wall_only : bench_case->icount_only)
		return false;
	if (!*names)
		return true;
	for (; *names; names++)
		if (!strcmp(*names, bench_case->name))
			return true;
	return false;
}

static int run_table(const struct bench_case *bench_case, char **names)
{
	int failures = 0;

	for (; bench_case->name; bench_case++) {
		if (!wanted(bench_case, names))
			continue;
		if (bench_case->run(bench_case)) {
			fprintf(stderr, "bench-%s: %s could not be measured\n", side_name,
				bench_case->name);
			failures++;
		}
	}
	return failures;
}

/* Many VMs are many files; and the scheduler shall not move us. */
static void set_up(void)
{
	const struct rlimit files = { 65536, 65536 };
	cpu_set_t first;

	setrlimit(RLIMIT_NOFILE, &files);
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof(first), &first);
}

int main(int argc, char **argv)
{
	const char *profile = NULL;
	unsigned int i;
	int failures = 0;

	for (argv++; argc > 1 && *argv && !strncmp(*argv, "--", 2); argv++) {
		if (!strcmp(*argv, "--icount")) {
			icount = true;
		} else if (!strcmp(*argv, "--prepare")) {
			return prepare_boot() ? 1 : 0;
		} else if (!strcmp(*argv, "--profile") && argv[1]) {
			profile = *++argv;
		} else {
			fprintf(stderr,
				"usage: bench-%s [--icount] [--profile CASE] [CASE...]\n",
				side_name);
			return 2;
		}
	}
	set_up();
	measure_init(icount, profile);
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		failures += run_table(tables[i], argv);
	return failures ? 1 : 0;
}
