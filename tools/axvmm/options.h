/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line. */
#ifndef AXVMM_OPTIONS_H
#define AXVMM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

#define OPTIONS_MODULES 64
#define OPTIONS_RAM	8

struct option_module {
	char *path;
	char *args; /* NULL: none */
};

struct option_ram {
	uint64_t gpa;
	uint64_t size;
};

/**
 * struct options - what was asked for
 * @kernel: exactly one of @kernel, @flat and @firmware is set
 * @append: NULL: the architecture's default
 * @console: NULL: standard input and output
 * @moves: how often the guest moves to a new VM
 * @move_seed: decides when; 0: any
 * @timeout_ns: 0: none
 */
struct options {
	const char *kernel;
	const char *initrd;
	unsigned int modules;
	struct option_module module[OPTIONS_MODULES];
	const char *append;
	const char *flat;
	uint64_t flat_gpa;
	const char *firmware;
	uint64_t memory;
	unsigned int cpus;
	unsigned int rams;
	struct option_ram ram[OPTIONS_RAM];
	const char *disk;
	const char *console;
	unsigned int moves;
	uint64_t move_seed;
	uint64_t timeout_ns;
	bool stats;
	bool help;
	bool version;
};

/**
 * options_parse() - read the command line
 * @options: out: ends with options_free(); points into @argv
 * @error: out: what is wrong with it
 *
 * Return: 0, or -1 with @error.
 */
int options_parse(struct options *options, int argc, char **argv, struct error *error);
void options_free(struct options *options);

/** options_usage() - the text of --help */
const char *options_usage(void);

#endif /* AXVMM_OPTIONS_H */
