// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "fail.h"
#include "measure.h"
#include "settle.h"

#define PAGE_BYTES  4096
#define STEP_NS	    1000000ULL
#define STEADY_NS   7000000000ULL /* more than kfree_rcu() waits */
#define SHORT_NS    500000000ULL  /* where that would be real time */
#define PATIENCE_NS 60000000000ULL

/* A slab that is not quite empty, and the like; more of it with several CPUs. */
#define SLACK	   (512LL << 10)
#define SLACK_WALL (2LL << 20)

static void wait_for(uint64_t ns)
{
	const struct timespec time = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) };

	nanosleep(&time, NULL);
}

/* With the pages that each CPU keeps for itself: these are free, too. */
uint64_t memory_free(void)
{
	FILE *file = fopen("/proc/zoneinfo", "r");
	unsigned long pages, sum = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, " pages free %lu", &pages) == 1 ||
		    sscanf(line, " count: %lu", &pages) == 1)
			sum += pages;
	if (file)
		fclose(file);
	return (uint64_t)sum * PAGE_BYTES;
}

uint64_t settle(void)
{
	wait_for(measure_is_icount() ? STEADY_NS : SHORT_NS);
	return memory_free();
}

/* Looking is no part of what is measured; it gets rarer the longer the wait is. */
int settle_to(uint64_t free)
{
	long long missing, slack = measure_is_icount() ? SLACK : SLACK_WALL;
	uint64_t waited = 0, step;

	while (waited < PATIENCE_NS) {
		measure_pause();
		missing = (long long)(free - memory_free());
		measure_resume();
		if (missing <= slack)
			return 0;
		step = waited / 16 < STEP_NS ? STEP_NS : waited / 16;
		wait_for(step);
		waited += step;
	}
	errno = 0;
	return fail("%lld KiB did not come back", missing / 1024);
}
