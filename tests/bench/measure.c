// SPDX-License-Identifier: GPL-3.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "markers.h"
#include "measure.h"

static bool counts_instructions;
static const char *profiled;

static const char *running_name;
static unsigned int running_id;
static uint64_t running_since;
static uint64_t paused_since, paused_for;

void measure_init(bool icount, const char *profile)
{
	unsigned int i;

	counts_instructions = icount;
	profiled = profile;
	/* So that no marker's page comes in while something is measured. */
	for (i = 0; i < MARKER_IDS; i++) {
		marker(MARKER_START, i);
		marker(MARKER_PAUSE, i);
		marker(MARKER_RESUME, i);
	}
}

bool measure_is_icount(void)
{
	return counts_instructions;
}

uint64_t measure_now(void)
{
	struct timespec now;

	if (counts_instructions)
		return arch_instructions();
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void measure_start(const char *name)
{
	running_name = name;
	running_id = (running_id + 1) % MARKER_IDS;
	paused_for = 0;
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

/* @profiled is names with commas between them. */
static bool is_profiled(const char *name)
{
	size_t length = strlen(name);
	const char *at = profiled;

	while (at && (at = strstr(at, name))) {
		if ((at == profiled || at[-1] == ',') && (!at[length] || at[length] == ','))
			return true;
		at += length;
	}
	return false;
}

static void stop(const char *kind, uint64_t operations)
{
	uint64_t ticks = measure_now() - running_since - paused_for;
	bool profile = is_profiled(running_name);

	marker(profile ? MARKER_STOP_PROFILE : MARKER_STOP, running_id);
	printf("%s %s %u %" PRIu64 " %" PRIu64 "\n", kind, running_name, running_id, operations,
	       ticks);
	fflush(stdout);
}

void measure_stop(uint64_t operations)
{
	stop("run", operations);
}

void measure_stop_span(uint64_t operations)
{
	stop("span", operations);
}

void measure_value(const char *name, const char *unit, double value)
{
	printf("value %s %s %.3f\n", name, unit, value);
	fflush(stdout);
}
