// SPDX-License-Identifier: GPL-3.0-or-later
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "bus.h"

void bus_add(struct bus *bus, uint64_t first, uint64_t count, const struct bus_device *ops,
	     void *device)
{
	unsigned int at = 0;

	assert(bus->ranges < BUS_RANGES && count);
	while (at < bus->ranges && bus->range[at].first < first)
		at++;
	assert(!at || bus->range[at - 1].last < first);
	assert(at == bus->ranges || bus->range[at].first > first + count - 1);
	memmove(&bus->range[at + 1], &bus->range[at], (bus->ranges - at) * sizeof(bus->range[0]));
	bus->range[at] = (struct bus_range){
		.first = first,
		.last = first + count - 1,
		.ops = ops,
		.device = device,
	};
	bus->ranges++;
	bus->hit = NULL;
}

static const struct bus_range *find(struct bus *bus, uint64_t address)
{
	unsigned int low = 0, high = bus->ranges;

	if (bus->hit && address >= bus->hit->first && address <= bus->hit->last)
		return bus->hit;
	while (low < high) {
		unsigned int middle = (low + high) / 2;
		const struct bus_range *range = &bus->range[middle];

		if (address < range->first) {
			high = middle;
		} else if (address > range->last) {
			low = middle + 1;
		} else {
			bus->hit = range;
			return range;
		}
	}
	return NULL;
}

bool bus_has(struct bus *bus, uint64_t address)
{
	return find(bus, address);
}

static void count_unclaimed(struct bus *bus, uint64_t address, uint64_t reads, uint64_t writes)
{
	unsigned int i;

	address = address >> bus->shift << bus->shift;
	bus->unclaimed_reads += reads;
	bus->unclaimed_writes += writes;
	for (i = 0; i < bus->unclaimed_count; i++)
		if (bus->unclaimed[i].address == address)
			break;
	if (i == BUS_UNCLAIMED)
		return;
	if (i == bus->unclaimed_count)
		bus->unclaimed_count++;
	bus->unclaimed[i].address = address;
	bus->unclaimed[i].reads += reads;
	bus->unclaimed[i].writes += writes;
}

uint64_t bus_read(struct bus *bus, uint64_t address, unsigned int width)
{
	const struct bus_range *range = find(bus, address);
	uint64_t value = 0;
	unsigned int i;

	if (!range) {
		count_unclaimed(bus, address, 1, 0);
		return low_bytes(~0ULL, width);
	}
	if (width <= range->ops->max_width)
		return low_bytes(range->ops->read(range->device, address - range->first, width),
				 width);
	for (i = 0; i < width; i++)
		value |= bus_read(bus, address + i, 1) << (i * 8);
	return value;
}

void bus_write(struct bus *bus, uint64_t address, unsigned int width, uint64_t value)
{
	const struct bus_range *range = find(bus, address);
	unsigned int i;

	if (!range) {
		count_unclaimed(bus, address, 0, 1);
	} else if (width <= range->ops->max_width) {
		range->ops->write(range->device, address - range->first, width,
				  low_bytes(value, width));
	} else {
		for (i = 0; i < width; i++)
			bus_write(bus, address + i, 1, (value >> (i * 8)) & 0xff);
	}
}

void bus_print_unclaimed(const struct bus *bus, const char *what, FILE *out)
{
	unsigned int i;

	fprintf(out, "unclaimed %s: %" PRIu64 " reads, %" PRIu64 " writes\n", what,
		bus->unclaimed_reads, bus->unclaimed_writes);
	for (i = 0; i < bus->unclaimed_count; i++)
		fprintf(out, "  0x%-14" PRIx64 " %10" PRIu64 " reads %10" PRIu64 " writes\n",
			bus->unclaimed[i].address, bus->unclaimed[i].reads,
			bus->unclaimed[i].writes);
	if (bus->unclaimed_count == BUS_UNCLAIMED)
		fprintf(out, "  (more addresses than these are in the sums only)\n");
}
