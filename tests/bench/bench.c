// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * One side's program: measure the cases that are named, or all.
 *
 *   bench-SIDE [OPTION]... [CASE...]
 *   bench-axvcpu --prepare
 *
 * The options are those of usage(); measure.h says what they mean.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cases.h"
#include "measure.h"
#include "prepare.h"
#include "settle.h"

static const struct bench_case *const tables[] = {
	exit_cases, touch_cases, life_cases, memory_cases, smp_cases, boot_cases,
};

static struct measure_options options = { .fewer = 1 };
static const char *left_out; /* names with commas between them */

/* 1 if the case could not be measured. */
static int run_case(const struct bench_case *bench_case)
{
	if (options.icount ? bench_case->wall_only : bench_case->icount_only)
		return 0;
	if (name_in_list(bench_case->name, left_out))
		return 0;
	if (!bench_case->run(bench_case))
		return 0;
	fprintf(stderr, "bench-%s: %s could not be measured\n", side_name, bench_case->name);
	return 1;
}

/* All cases, or those called @name; how many failed. */
static int run_cases(const char *name)
{
	const struct bench_case *bench_case;
	int failures = 0;
	bool found = false;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (bench_case = tables[i]; bench_case->name; bench_case++) {
			if (!guest_has(bench_case->program) ||
			    (name && strcmp(name, bench_case->name)))
				continue;
			found = true;
			failures += run_case(bench_case);
		}
	}
	if (!found)
		fprintf(stderr, "bench-%s: there is no case %s\n", side_name, name);
	return found ? failures : 1;
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

static int usage(void)
{
	fprintf(stderr,
		"usage: bench-%s [--icount] [--idle] [--fewer N] [--without CASE,...]\n"
		"       [--profile CASE,...] [CASE...]\n",
		side_name);
	return 2;
}

/* --NAME at *@argv, and its value behind it. 0, or -1: there is none such. */
static int read_option(char ***argv)
{
	const char *name = **argv + 2, *value = (*argv)[1];

	if (!strcmp(name, "icount")) {
		options.icount = true;
		return 0;
	}
	if (!strcmp(name, "idle")) {
		options.idle = true;
		return 0;
	}
	if (!value)
		return -1;
	if (!strcmp(name, "fewer"))
		options.fewer = (unsigned int)atoi(value);
	else if (!strcmp(name, "without"))
		left_out = value;
	else if (!strcmp(name, "profile"))
		options.profile = value;
	else
		return -1;
	++*argv;
	return options.fewer ? 0 : -1;
}

int main(int argc, char **argv)
{
	int failures = 0;

	if (argc == 2 && !strcmp(argv[1], "--prepare"))
		return prepare_boot() ? 1 : 0;
	for (argv++; *argv && !strncmp(*argv, "--", 2); argv++)
		if (read_option(&argv))
			return usage();
	set_up();
	measure_init(&options);
	settle(); /* what removing the other side's module put off is not this one's */
	if (!*argv)
		failures = run_cases(NULL);
	for (; *argv; argv++)
		failures += run_cases(*argv);
	return failures ? 1 : 0;
}
