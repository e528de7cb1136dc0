// SPDX-License-Identifier: GPL-3.0-or-later
#include <inttypes.h>
#include <string.h>

#include "loader.h"

#define LOWEST	  0x1000ULL  /* below: interrupt vectors and firmware data */
#define BOOT_DATA 0x80000ULL /* small things end below it: real-mode code may use the rest */

/* The lowest or highest claim that overlaps, or NULL. */
static const struct boot_claim *find_claim(const struct boot *boot, uint64_t gpa, uint64_t size)
{
	unsigned int i;

	for (i = 0; i < boot->claims; i++) {
		const struct boot_claim *claim = &boot->claim[i];

		if (gpa < claim->gpa + claim->size && claim->gpa < gpa + size)
			return claim;
	}
	return NULL;
}

static uint8_t *take(struct boot *boot, uint64_t gpa, uint64_t size)
{
	if (boot->claims == BOOT_CLAIMS) {
		error_format(boot->error, "%s and what goes with it have too many parts",
			     boot->kernel->path);
		return NULL;
	}
	boot->claim[boot->claims++] = (struct boot_claim){ gpa, size };
	return memory_at(boot->memory, gpa, size);
}

uint8_t *place_at(struct boot *boot, uint64_t gpa, uint64_t size, const char *what)
{
	if (!size || gpa + size < gpa || !memory_is_usable(boot->memory, gpa, size)) {
		error_format(boot->error,
			     "%s: %s needs memory at 0x%" PRIx64 ", 0x%" PRIx64
			     " bytes, which the guest does not have",
			     boot->kernel->path, what, gpa, size);
		return NULL;
	}
	if (find_claim(boot, gpa, size)) {
		error_format(boot->error,
			     "%s: %s needs memory at 0x%" PRIx64 ", 0x%" PRIx64
			     " bytes, part of which is taken",
			     boot->kernel->path, what, gpa, size);
		return NULL;
	}
	return take(boot, gpa, size);
}

/* The highest place in [@first, @limit) that no claim overlaps, or 0. */
static uint64_t highest(const struct boot *boot, uint64_t size, uint64_t align, uint64_t first,
			uint64_t limit)
{
	while (limit >= size && ((limit - size) & ~(align - 1)) >= first) {
		uint64_t gpa = (limit - size) & ~(align - 1);
		const struct boot_claim *claim = find_claim(boot, gpa, size);

		if (!claim)
			return gpa;
		limit = claim->gpa;
	}
	return 0;
}

static uint64_t lowest(const struct boot *boot, uint64_t size, uint64_t align, uint64_t first,
		       uint64_t limit)
{
	while (first < limit) {
		uint64_t gpa = (first + align - 1) & ~(align - 1);
		const struct boot_claim *claim;

		if (gpa < first || gpa >= limit || limit - gpa < size)
			return 0;
		claim = find_claim(boot, gpa, size);
		if (!claim)
			return gpa;
		first = claim->gpa + claim->size;
	}
	return 0;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* @gpa: 0 if there is no place. */
static uint8_t *place(struct boot *boot, uint64_t size, uint64_t align, uint64_t first,
		      uint64_t limit, bool high, uint64_t *gpa)
{
	const struct memory *memory = boot->memory;
	unsigned int i;

	*gpa = 0;
	for (i = 0; i < memory->map_entries && size && !*gpa; i++) {
		const struct memory_map_entry *entry =
			&memory->map[high ? memory->map_entries - 1 - i : i];
		uint64_t from = larger(larger(first, entry->gpa), LOWEST);
		uint64_t to = smaller(limit, entry->gpa + entry->size);

		if (entry->usable)
			*gpa = high ? highest(boot, size, align, from, to) :
				      lowest(boot, size, align, from, to);
	}
	return *gpa ? take(boot, *gpa, size) : NULL;
}

static uint8_t *no_place(struct boot *boot, uint64_t size, const char *what)
{
	error_format(boot->error,
		     "There is no room for %s of 0x%" PRIx64
		     " bytes in the guest's memory: give it more with --memory",
		     what, size);
	return NULL;
}

uint8_t *place_high(struct boot *boot, uint64_t size, uint64_t align, uint64_t first,
		    uint64_t limit, uint64_t *gpa, const char *what)
{
	uint8_t *host = place(boot, size, align, first, limit, true, gpa);

	return host ? host : no_place(boot, size, what);
}

uint8_t *place_low(struct boot *boot, uint64_t size, uint64_t align, uint64_t first, uint64_t limit,
		   uint64_t *gpa, const char *what)
{
	uint8_t *host = place(boot, size, align, first, limit, false, gpa);

	return host ? host : no_place(boot, size, what);
}

uint8_t *place_boot_data(struct boot *boot, uint64_t size, uint64_t align, uint64_t *gpa,
			 const char *what)
{
	uint8_t *host = place(boot, size, align, 0, BOOT_DATA, true, gpa);

	return host ? host : place_high(boot, size, align, 0, X86_4G, gpa, what);
}

int place_string(struct boot *boot, const char *text, uint64_t *gpa, const char *what)
{
	size_t size = strlen(text) + 1;
	uint8_t *host = place_boot_data(boot, size, 16, gpa, what);

	if (!host)
		return -1;
	memcpy(host, text, size);
	return 0;
}

int place_file(struct boot *boot, const struct file *file, uint64_t first, bool high, uint64_t *gpa)
{
	uint8_t *host;

	if (!file->size)
		return error_set(boot->error, "%s is empty", file->path);
	if (high)
		host = place_high(boot, file->size, MEMORY_PAGE, first, X86_4G, gpa, file->path);
	else
		host = place_low(boot, file->size, MEMORY_PAGE, first, X86_4G, gpa, file->path);
	if (!host)
		return -1;
	memcpy(host, file->data, file->size);
	return 0;
}
