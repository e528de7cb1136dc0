/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guest's memory: what is where in guest-physical addresses, and the map
 * that the guest is told.
 */
#ifndef AXVMM_MEMORY_H
#define AXVMM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#define MEMORY_PAGE    4096ULL
#define MEMORY_REGIONS 24
#define MEMORY_MAP     32

/**
 * struct memory_region - memory at @gpa
 * @host: where it is for us
 * @readonly: guest writes don't reach it
 */
struct memory_region {
	uint64_t gpa;
	uint64_t size;
	uint8_t *host;
	bool readonly;
};

/** struct memory_map_entry - one line of the map; what no line has is no memory */
struct memory_map_entry {
	uint64_t gpa;
	uint64_t size;
	bool usable;
};

/**
 * struct memory - all of it
 * @low_top: end of the memory that starts at 0 and is below 4 GiB
 * @high_size: bytes of it from 4 GiB on
 * @region: what there is
 * @map: what the guest is told, sorted
 */
struct memory {
	uint64_t low_top;
	uint64_t high_size;
	unsigned int regions;
	struct memory_region region[MEMORY_REGIONS];
	unsigned int map_entries;
	struct memory_map_entry map[MEMORY_MAP];
};

/**
 * memory_add() - put zeroed memory at an address
 * @memory: zeroed before the first use
 * @gpa: page aligned
 * @size: page aligned, not zero
 * @error: out: it overlaps, or there is none
 *
 * Pages are there when they are touched, and may be huge. It stays for the
 * program's life.
 *
 * Return: where it is, or NULL with @error.
 */
uint8_t *memory_add(struct memory *memory, uint64_t gpa, uint64_t size, bool readonly,
		    struct error *error);

/**
 * memory_show() - put a part of one memory at an address
 * @host: as memory_add() takes it over: page aligned, for the program's life
 *
 * Return: 0, or -1 with @error.
 */
int memory_show(struct memory *memory, uint64_t gpa, uint64_t size, uint8_t *host, bool readonly,
		struct error *error);

/** memory_allocate() - zeroed memory that is nowhere yet; NULL with @error */
uint8_t *memory_allocate(uint64_t size, struct error *error);

/** memory_tell() - add a line to the map; -1 with @error if it is full */
int memory_tell(struct memory *memory, uint64_t gpa, uint64_t size, bool usable,
		struct error *error);

/** memory_at() - where @size bytes at @gpa are for us; NULL if they are not all in one region */
uint8_t *memory_at(const struct memory *memory, uint64_t gpa, uint64_t size);

/** memory_is_writable() - do guest writes reach @gpa? */
bool memory_is_writable(const struct memory *memory, uint64_t gpa);

/** memory_is_usable() - does the map say that all of it is the guest's to use? */
bool memory_is_usable(const struct memory *memory, uint64_t gpa, uint64_t size);

#endif /* AXVMM_MEMORY_H */
