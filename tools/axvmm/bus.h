/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bus: which device answers at which address. The machine has one for ports,
 * one for guest-physical addresses without memory and one for system registers.
 */
#ifndef AXVMM_BUS_H
#define AXVMM_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define BUS_RANGES    64
#define BUS_UNCLAIMED 64

/**
 * struct bus_device - what a device offers at a range of addresses
 * @read: @offset from the range's start; the value in the low @width bytes
 * @write: as @read
 * @max_width: the widest access that the device takes, in bytes; a wider one
 *	that starts at it becomes accesses of one byte at successive addresses,
 *	as on ISA
 */
struct bus_device {
	uint64_t (*read)(void *device, uint64_t offset, unsigned int width);
	void (*write)(void *device, uint64_t offset, unsigned int width, uint64_t value);
	unsigned int max_width;
};

struct bus_range {
	uint64_t first;
	uint64_t last;
	const struct bus_device *ops;
	void *device;
};

/** struct bus_unclaimed - accesses to one address that no device has */
struct bus_unclaimed {
	uint64_t address;
	uint64_t reads;
	uint64_t writes;
};

/**
 * struct bus - ranges sorted by address, and what missed them
 * @ranges: number of @range
 * @hit: the range that was found last
 * @shift: accesses that no device has are counted by address >> shift
 * @unclaimed: the first BUS_UNCLAIMED addresses that no device has
 * @unclaimed_count: how many of them are used
 * @unclaimed_reads: all reads that no device has
 * @unclaimed_writes: all writes that no device has
 */
struct bus {
	unsigned int ranges;
	const struct bus_range *hit;
	unsigned int shift;
	struct bus_range range[BUS_RANGES];
	struct bus_unclaimed unclaimed[BUS_UNCLAIMED];
	unsigned int unclaimed_count;
	uint64_t unclaimed_reads;
	uint64_t unclaimed_writes;
};

/**
 * bus_add() - let a device answer at @count addresses from @first on
 *
 * The ranges of a machine are fixed in its source: an overlap or too many of
 * them end the program.
 */
void bus_add(struct bus *bus, uint64_t first, uint64_t count, const struct bus_device *ops,
	     void *device);

/** bus_has() - does a device answer there? */
bool bus_has(struct bus *bus, uint64_t address);

/** bus_read() - all ones, in @width bytes, where there is no device */
uint64_t bus_read(struct bus *bus, uint64_t address, unsigned int width);
void bus_write(struct bus *bus, uint64_t address, unsigned int width, uint64_t value);

/** bus_print_unclaimed() - the table of --stats */
void bus_print_unclaimed(const struct bus *bus, const char *what, FILE *out);

/** low_bytes() - the low @width bytes of @value */
static inline uint64_t low_bytes(uint64_t value, unsigned int width)
{
	return width < 8 ? value & ((1ULL << (width * 8)) - 1) : value;
}

#endif /* AXVMM_BUS_H */
