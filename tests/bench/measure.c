// SPDX-License-Identifier: GPL-3.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "markers.h"
#include "measure.h"

static const struct measure_options *options;

static const char *running_name;
static unsigned int running_id;
static uint64_t running_since;
static uint64_t paused_since, paused_for;

/* With options->idle, at the start. */
static uint64_t idle_since, time_since;

void measure_init(const struct measure_options *given)
{
	unsigned int i;

	options = given;
	/* So that no marker's page comes in while something is measured. */
	for (i = 0; i < MARKER_IDS; i++) {
		marker(MARKER_START, i);
		marker(MARKER_PAUSE, i);
		marker(MARKER_RESUME, i);
	}
}

bool measure_is_icount(void)
{
	return options->icount;
}

/* In a boot whose time is real, what KVM waits for makes many of them too long. */
unsigned int measure_lives(unsigned int count)
{
	return options->icount ? count : count / 20;
}

unsigned int measure_fewer(unsigned int count)
{
	return count / options->fewer;
}

static uint64_t time_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t measure_now(void)
{
	return options->icount ? arch_instructions() : time_now();
}

/* Nanoseconds that CPUs were idle: /proc/stat has no more than hundredths of a second. */
static uint64_t idle_now(void)
{
	FILE *file = fopen("/proc/timer_list", "r");
	uint64_t idle, sum = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, " .idle_sleeptime : %" SCNu64, &idle) == 1)
			sum += idle;
	if (file)
		fclose(file);
	return sum;
}

void measure_start(const char *name)
{
	running_name = name;
	running_id = (running_id + 1) % MARKER_IDS;
	paused_for = 0;
	if (options->idle) {
		idle_since = idle_now();
		time_since = time_now();
	}
	marker(MARKER_START, running_id);
	running_since = measure_now();
}

void measure_pause(void)
{
	paused_since = measure_now();
	marker(MARKER_PAUSE, 0);
}

void measure_resume(void)
{
	marker(MARKER_RESUME, 0);
	paused_for += measure_now() - paused_since;
}

bool name_in_list(const char *name, const char *list)
{
	size_t length = strlen(name);
	const char *at = list;

	while (at && (at = strstr(at, name))) {
		if ((at == list || at[-1] == ',') && (!at[length] || at[length] == ','))
			return true;
		at += length;
	}
	return false;
}

static void stop(const char *kind, uint64_t operations, bool elapsed)
{
	uint64_t now = measure_now(), ticks = now - running_since - paused_for, idle = 0;
	bool profile = name_in_list(running_name, options->profile);

	marker(profile ? MARKER_STOP_PROFILE : MARKER_STOP, running_id);
	if (elapsed && options->idle) {
		double ticks_per_ns =
			(double)(now - running_since) / (double)(time_now() - time_since);

		idle = idle_now() - idle_since;
		ticks += idle - (uint64_t)((double)idle * ticks_per_ns);
	}
	printf("%s %s %u %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", kind, running_name, running_id,
	       operations, ticks, idle);
	fflush(stdout);
}

void measure_stop(uint64_t operations)
{
	stop("run", operations, false);
}

void measure_stop_span(uint64_t operations)
{
	stop("span", operations, true);
}

void measure_value(const char *name, const char *unit, double value)
{
	printf("value %s %s %.3f\n", name, unit, value);
	fflush(stdout);
}
