/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the report reads: the programs' lines, the plugin's counts, the tables. */
#ifndef BENCH_RESULTS_H
#define BENCH_RESULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "classify.h"

#define NAME_SIZE   32
#define MAX_SERIES  256
#define MAX_SAMPLES 64
#define MAX_TABLE   256

enum side { SIDE_KVM, SIDE_AXVCPU, SIDES };

/**
 * struct sample - one stretch; as a series' median per operation
 * @ticks: from start to stop
 * @idle: of them, waiting, if the programs told it
 * @counts: by class; @counted: they are there
 */
struct sample {
	double operations;
	double ticks;
	double idle;
	double counts[CLASS_COUNT];
	bool counted;
};

/** struct series - all samples of one name on one side from one boot */
struct series {
	char name[NAME_SIZE];
	enum side side;
	bool elapsed;	  /* with idle time in it, which counts */
	const char *unit; /* of a value that is no stretch, else NULL */
	unsigned int samples;
	struct sample sample[MAX_SAMPLES];
	struct sample median;
};

/** struct results - of one boot */
struct results {
	unsigned int count;
	struct series *series[MAX_SERIES];
};

/** struct table - lines of two words and a number, in a file */
struct table {
	unsigned int count;
	struct {
		char key[NAME_SIZE];
		char unit[NAME_SIZE];
		double number;
	} line[MAX_TABLE];
};

/**
 * results_read() - @path: what in-host printed; @counts: the plugin's file, or NULL: none
 *
 * Computes the medians per operation. Exits with a message if the files don't make
 * sense.
 */
void results_read(struct results *results, const char *path, const char *counts);

/** results_find() - @unit: of a value, NULL: a stretch */
const struct series *results_find(const struct results *results, const char *name, const char *unit,
				  enum side side);

/** series_instructions() - executed ones, per operation; without a plugin by the clock */
double series_instructions(const struct series *series);

/** table_read() - KEY UNIT NUMBER lines; '#' begins a comment */
void table_read(struct table *table, const char *path);

/** table_find() - the number, or a negative one */
double table_find(const struct table *table, const char *key, const char *unit);

void __attribute__((noreturn, format(printf, 1, 2))) die(const char *format, ...);

#endif /* BENCH_RESULTS_H */
