// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include "memory.h"

#define HUGE_PAGE (2ULL << 20)

/*
 * Aligned to a huge page, so that a guest address and ours agree in what is
 * below that and the second stage can use huge pages too.
 */
uint8_t *memory_allocate(uint64_t size, struct error *error)
{
	uint64_t room = size + HUGE_PAGE;
	uint8_t *start, *aligned;

	if (room < size) {
		error_format(error, "Memory of %" PRIu64 " bytes is more than there can be", size);
		return NULL;
	}
	start = mmap(NULL, room, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (start == MAP_FAILED) {
		error_format(error, "The host has no %" PRIu64 " MiB for the guest's memory: %s",
			     size >> 20, strerror(errno));
		return NULL;
	}
	aligned = start + (-(uintptr_t)start & (HUGE_PAGE - 1));
	if (aligned > start)
		munmap(start, (size_t)(aligned - start));
	munmap(aligned + size, HUGE_PAGE - (size_t)(aligned - start));
	/* A kernel without huge pages refuses; it works without them. */
	madvise(aligned, size, MADV_HUGEPAGE);
	return aligned;
}

static bool overlaps(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

int memory_show(struct memory *memory, uint64_t gpa, uint64_t size, uint8_t *host, bool readonly,
		struct error *error)
{
	unsigned int i;

	if (gpa % MEMORY_PAGE || size % MEMORY_PAGE || !size || gpa + size < gpa)
		return error_set(error,
				 "Memory of 0x%" PRIx64 " bytes at 0x%" PRIx64
				 " is impossible: address and size are multiples of 4 KiB",
				 size, gpa);
	for (i = 0; i < memory->regions; i++) {
		const struct memory_region *region = &memory->region[i];

		if (overlaps(gpa, size, region->gpa, region->size))
			return error_set(error,
					 "Memory at 0x%" PRIx64 " to 0x%" PRIx64
					 " would overlap the memory at 0x%" PRIx64 " to 0x%" PRIx64,
					 gpa, gpa + size - 1, region->gpa,
					 region->gpa + region->size - 1);
	}
	if (memory->regions == MEMORY_REGIONS)
		return error_set(error, "There are more than %d ranges of memory", MEMORY_REGIONS);
	memory->region[memory->regions++] = (struct memory_region){
		.gpa = gpa,
		.size = size,
		.host = host,
		.readonly = readonly,
	};
	return 0;
}

uint8_t *memory_add(struct memory *memory, uint64_t gpa, uint64_t size, bool readonly,
		    struct error *error)
{
	uint8_t *host = memory_allocate(size, error);

	if (!host)
		return NULL;
	if (memory_show(memory, gpa, size, host, readonly, error)) {
		munmap(host, size);
		return NULL;
	}
	return host;
}

int memory_tell(struct memory *memory, uint64_t gpa, uint64_t size, bool usable,
		struct error *error)
{
	unsigned int at = memory->map_entries;

	if (at == MEMORY_MAP)
		return error_set(error, "There are more than %d ranges of memory", MEMORY_MAP);
	while (at && memory->map[at - 1].gpa > gpa)
		at--;
	memmove(&memory->map[at + 1], &memory->map[at],
		(memory->map_entries - at) * sizeof(memory->map[0]));
	memory->map[at] = (struct memory_map_entry){ gpa, size, usable };
	memory->map_entries++;
	return 0;
}

static const struct memory_region *find_region(const struct memory *memory, uint64_t gpa,
						uint64_t size)
{
	unsigned int i;

	for (i = 0; i < memory->regions; i++) {
		const struct memory_region *region = &memory->region[i];

		if (gpa >= region->gpa && gpa - region->gpa < region->size &&
		    size <= region->size - (gpa - region->gpa))
			return region;
	}
	return NULL;
}

uint8_t *memory_at(const struct memory *memory, uint64_t gpa, uint64_t size)
{
	const struct memory_region *region = find_region(memory, gpa, size);

	return region ? region->host + (gpa - region->gpa) : NULL;
}

bool memory_is_writable(const struct memory *memory, uint64_t gpa)
{
	const struct memory_region *region = find_region(memory, gpa, 1);

	return region && !region->readonly;
}

bool memory_is_usable(const struct memory *memory, uint64_t gpa, uint64_t size)
{
	unsigned int i;

	for (i = 0; i < memory->map_entries; i++) {
		const struct memory_map_entry *entry = &memory->map[i];

		if (entry->usable && gpa >= entry->gpa && gpa - entry->gpa < entry->size &&
		    size <= entry->size - (gpa - entry->gpa))
			return true;
	}
	return false;
}
