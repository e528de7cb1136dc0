// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results.h"

void die(const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "report: ");
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\n");
	exit(1);
}

static FILE *open_file(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file)
		die("%s can't be read", path);
	return file;
}

/* ---- the tables ------------------------------------------------------------- */

void table_read(struct table *table, const char *path)
{
	FILE *file = open_file(path);
	char line[512];

	table->count = 0;
	while (fgets(line, sizeof(line), file)) {
		char *comment = strchr(line, '#');

		if (comment)
			*comment = '\0';
		if (line[strspn(line, " \t\n")] == '\0')
			continue;
		if (table->count == MAX_TABLE ||
		    sscanf(line, "%31s %31s %lf", table->line[table->count].key,
			   table->line[table->count].unit, &table->line[table->count].number) != 3)
			die("%s has a line that can't be read: %s", path, line);
		table->count++;
	}
	fclose(file);
}

double table_find(const struct table *table, const char *key, const char *unit)
{
	unsigned int i;

	for (i = 0; i < table->count; i++)
		if (!strcmp(table->line[i].key, key) && !strcmp(table->line[i].unit, unit))
			return table->line[i].number;
	return -1;
}

/* ---- series ------------------------------------------------------------------- */

static bool same_unit(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static struct series *find(const struct results *results, const char *name, const char *unit,
			   enum side side)
{
	unsigned int i;

	for (i = 0; i < results->count; i++) {
		struct series *series = results->series[i];

		if (series->side == side && !strcmp(series->name, name) &&
		    same_unit(series->unit, unit))
			return series;
	}
	return NULL;
}

const struct series *results_find(const struct results *results, const char *name, const char *unit,
				  enum side side)
{
	return find(results, name, unit, side);
}

double series_instructions(const struct series *series)
{
	double sum = 0;
	unsigned int i;

	if (!series->median.counted)
		return series->median.ticks - series->median.idle;
	for (i = 0; i < CLASS_COUNT; i++)
		sum += series->median.counts[i];
	return sum;
}

static struct sample *add_sample(struct results *results, const char *name, const char *unit,
				 enum side side, struct series **of)
{
	struct series *series = find(results, name, unit, side);

	if (!series) {
		series = calloc(1, sizeof(*series));
		if (!series || results->count == MAX_SERIES)
			die("too many cases");
		snprintf(series->name, sizeof(series->name), "%s", name);
		series->unit = unit ? strdup(unit) : NULL;
		series->side = side;
		results->series[results->count++] = series;
	}
	if (series->samples == MAX_SAMPLES)
		die("too many samples of %s", name);
	*of = series;
	return &series->sample[series->samples++];
}

/* ---- the files ------------------------------------------------------------------ */

static unsigned int class_of(const char *name, size_t length)
{
	unsigned int i;

	for (i = 0; i < CLASS_COUNT; i++)
		if (strlen(class_name(i)) == length && !strncmp(class_name(i), name, length))
			return i;
	die("the plugin counts an unknown class %.*s", (int)length, name);
}

/* The plugin's next stop, which belongs to the stretch that was printed as @id. */
static void read_counts(FILE *counts, unsigned int id, struct sample *sample)
{
	char line[4096], *word;
	unsigned int got;

	do
		if (!fgets(line, sizeof(line), counts))
			die("the plugin counted fewer stretches than were measured");
	while (sscanf(line, "stop %u", &got) != 1);
	if (got != id)
		die("the plugin counted stretch %u where %u was measured", got, id);
	for (word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
		char *equals = strchr(word, '=');

		if (equals)
			sample->counts[class_of(word, (size_t)(equals - word))] =
				strtod(equals + 1, NULL);
	}
	sample->counted = true;
}

static void read_stretch(struct results *results, const char *line, enum side side, FILE *counts)
{
	struct series *series;
	struct sample *sample, read = { 0 };
	char kind[8], name[NAME_SIZE];
	unsigned int id;

	if (sscanf(line, "%7s %31s %u %lf %lf %lf", kind, name, &id, &read.operations, &read.ticks,
		   &read.idle) != 6)
		die("a line can't be read: %s", line);
	if (counts)
		read_counts(counts, id, &read);
	sample = add_sample(results, name, NULL, side, &series);
	*sample = read;
	series->elapsed = !strcmp(kind, "span");
}

static void read_value(struct results *results, const char *line, enum side side)
{
	char name[NAME_SIZE], unit[NAME_SIZE];
	struct series *series;
	struct sample *sample, read = { .operations = 1 };

	if (sscanf(line, "value %31s %31s %lf", name, unit, &read.ticks) != 3)
		die("a line can't be read: %s", line);
	sample = add_sample(results, name, unit, side, &series);
	*sample = read;
}

static void read_lines(struct results *results, FILE *file, FILE *counts)
{
	enum side side = SIDES;
	char line[512];

	while (fgets(line, sizeof(line), file)) {
		if (!strcmp(line, "@side kvm\n"))
			side = SIDE_KVM;
		else if (!strcmp(line, "@side axvcpu\n"))
			side = SIDE_AXVCPU;
		else if (!strncmp(line, "run ", 4) || !strncmp(line, "span ", 5))
			read_stretch(results, line, side, counts);
		else if (!strncmp(line, "value ", 6))
			read_value(results, line, side);
	}
}

/* ---- medians -------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return difference < 0 ? -1 : difference > 0;
}

static double median_at(const struct series *series, size_t offset)
{
	double values[MAX_SAMPLES];
	unsigned int i;

	for (i = 0; i < series->samples; i++)
		values[i] = *(const double *)((const char *)&series->sample[i] + offset);
	qsort(values, series->samples, sizeof(values[0]), compare);
	return (values[(series->samples - 1) / 2] + values[series->samples / 2]) / 2;
}

static void divide(struct sample *sample, double operations)
{
	unsigned int i;

	sample->ticks /= operations;
	sample->idle /= operations;
	for (i = 0; i < CLASS_COUNT; i++)
		sample->counts[i] /= operations;
}

static void make_median(struct series *series)
{
	struct sample *median = &series->median;
	unsigned int i;

	median->counted = series->sample[0].counted;
	median->ticks = median_at(series, offsetof(struct sample, ticks));
	median->idle = median_at(series, offsetof(struct sample, idle));
	for (i = 0; i < CLASS_COUNT; i++)
		median->counts[i] =
			median_at(series, offsetof(struct sample, counts) + i * sizeof(double));
	divide(median, series->sample[0].operations);
}

void results_read(struct results *results, const char *path, const char *counts)
{
	FILE *file = open_file(path), *counts_file = counts ? open_file(counts) : NULL;
	unsigned int i;

	results->count = 0;
	read_lines(results, file, counts_file);
	for (i = 0; i < results->count; i++)
		make_median(results->series[i]);
	fclose(file);
	if (counts_file)
		fclose(counts_file);
}
