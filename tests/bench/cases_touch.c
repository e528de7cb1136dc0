// SPDX-License-Identifier: GPL-3.0-or-later
/* The first touch of guest memory, per page. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cases.h"
#include "fail.h"
#include "machine.h"
#include "measure.h"

#define PAGE_4K 0x1000ULL
#define PAGE_2M 0x200000ULL
#define WARM_UP 16

enum host_pages { HOST_FRESH, HOST_PRESENT, HOST_HUGE };

static uint64_t page_size(enum host_pages kind)
{
	return kind == HOST_HUGE ? PAGE_2M : PAGE_4K;
}

/* Are the mappings that begin in @memory huge pages now? */
static bool is_huge(const void *memory, size_t size)
{
	FILE *file = fopen("/proc/self/smaps", "r");
	unsigned long start, end, kib;
	bool inside = false, huge = false;
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			inside = (uintptr_t)memory >= start && (uintptr_t)memory < end;
		else if (inside && sscanf(line, "AnonHugePages: %lu kB", &kib) == 1)
			huge = kib * 1024 >= size;
	}
	if (file)
		fclose(file);
	return huge;
}

/* Aligned to 2 MiB, as the guest's addresses are, so that large entries are possible. */
static uint8_t *host_pages(enum host_pages kind, size_t size, void **map)
{
	uint8_t *memory;

	*map = pages_map(size + PAGE_2M);
	if (!*map)
		return NULL;
	memory = (uint8_t *)(((uintptr_t)*map + PAGE_2M - 1) & ~(PAGE_2M - 1));
	if (kind == HOST_HUGE)
		madvise(memory, size, MADV_HUGEPAGE);
	if (kind != HOST_FRESH)
		memset(memory, 1, size);
	if (kind == HOST_HUGE && !is_huge(memory, size)) {
		errno = 0;
		fail("the host has no huge pages");
		return NULL;
	}
	return memory;
}

static int touch(const struct bench_case *bench_case, enum host_pages kind, unsigned int count,
		 bool measured)
{
	const uint64_t arg[3] = { GUEST_TOUCH, count, page_size(kind) };
	static const struct side_counts none;
	size_t size = count * page_size(kind);
	struct side_counts counts;
	struct machine machine;
	uint8_t *memory;
	void *map;

	memory = host_pages(kind, size, &map);
	if (!memory || machine_open(&machine, GUEST_TOUCH_PAGES, arg) ||
	    side_memory_add(&machine.vm, 1, GUEST_TOUCH, memory, size))
		return -1;
	if (measured)
		measure_start(bench_case->name);
	if (machine_expect(&machine.vcpu, guest_leaves))
		return -1;
	if (measured) {
		measure_stop(count);
		side_counts(&machine.vcpu, &counts);
		machine_report_counts(bench_case->name, &none, &counts, count);
	}
	machine_close(&machine);
	munmap(map, size + PAGE_2M);
	return 0;
}

static int run_touch(const struct bench_case *bench_case, enum host_pages kind)
{
	return touch(bench_case, kind, WARM_UP, false) ||
	       touch(bench_case, kind, bench_case->count, true);
}

static int run_fresh(const struct bench_case *bench_case)
{
	return run_touch(bench_case, HOST_FRESH);
}

static int run_present(const struct bench_case *bench_case)
{
	return run_touch(bench_case, HOST_PRESENT);
}

static int run_huge(const struct bench_case *bench_case)
{
	return run_touch(bench_case, HOST_HUGE);
}

const struct bench_case touch_cases[] = {
	{ "touch_fresh", run_fresh, 2048 },
	{ "touch_present", run_present, 2048 },
	{ "touch_huge", run_huge, 64 },
	{ 0 },
};
