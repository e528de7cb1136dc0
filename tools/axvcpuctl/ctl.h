/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the subcommands share: how they are listed, how they fail. */
#ifndef AXVCPUCTL_CTL_H
#define AXVCPUCTL_CTL_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

/* Exit statuses. */
#define CTL_OK	   0
#define CTL_FAILED 1 /* asked correctly, but it did not work */
#define CTL_USAGE  2 /* asked wrongly */

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/**
 * struct command - one subcommand
 * @name: word on the command line
 * @arguments: what may follow it
 * @summary: one line for the list
 * @help: the rest of its --help, lines
 * @run: does it; argv[0] is the name; returns CTL_*
 */
struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help;
	int (*run)(int argc, char **argv);
};

extern const struct command command_load;
extern const struct command command_unload;
extern const struct command command_info;
extern const struct command command_doctor;
extern const struct command command_smoke;
extern const struct command command_stat;

/* One sentence on standard error; returns CTL_FAILED or CTL_USAGE. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * The sentence for what getopt_long() returned @c ('?' or ':') for, with its
 * own messages off (opterr = 0, optstring begins with ':').
 */
int option_error(char **argv, int c);

/* No operand may follow; returns CTL_OK or CTL_USAGE with a sentence. */
int no_operands(char **argv, int argc);

/* The first line of a file, without newline; false if there is none. */
bool read_line(const char *path, char *line, size_t size);

/*
 * Opens /dev/axvcpu with a sentence that says what to do if it can't be;
 * returns CTL_OK or CTL_FAILED.
 */
struct axvcpu_device;
int open_device(struct axvcpu_device **device);

#endif /* AXVCPUCTL_CTL_H */
