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

void measure_init(bool icount, const char *profile)
{
	counts_instructions = icount;
	profiled = profile;
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
	marker(running_id);
	running_since = measure_now();
}

void measure_stop(uint64_t operations)
{
	uint64_t ticks = measure_now() - running_since;
	bool profile = profiled && !strcmp(profiled, running_name);

	marker(running_id | MARKER_STOP | (profile ? MARKER_PROFILE : 0));
	printf("run %s %u %" PRIu64 " %" PRIu64 "\n", running_name, running_id, operations, ticks);
	fflush(stdout);
}

void measure_value(const char *name, const char *unit, double value)
{
	printf("value %s %s %.1f\n", name, unit, value);
	fflush(stdout);
}
