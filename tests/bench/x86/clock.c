// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "../measure.h"
#include "../prepare.h"

uint64_t arch_instructions(void)
{
	return __rdtsc();
}

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

const char *arch_boot_arguments(void)
{
	static char text[40];
	uint64_t ticks = __rdtsc();
	double start = now_ms(), end;

	usleep(200000);
	end = now_ms();
	ticks = __rdtsc() - ticks;
	snprintf(text, sizeof(text), "tsc_early_khz=%.0f", (double)ticks / (end - start));
	return text;
}
