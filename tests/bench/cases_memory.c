// SPDX-License-Identifier: GPL-3.0-or-later
/* Changes of the guest's memory map, and the memory that VMs themselves need. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#include "cases.h"
#include "fail.h"
#include "machine.h"
#include "measure.h"
#include "settle.h"

#define MAP_AT	0x200000000ULL
#define REGIONS 512

/* One operation: add a region and remove it. */
static int changes(struct side_vm *vm, unsigned int slot, void *memory, size_t size,
		   unsigned int count)
{
	while (count--)
		if (side_memory_add(vm, slot, MAP_AT, memory, size) ||
		    side_memory_remove(vm, slot, MAP_AT))
			return -1;
	return 0;
}

/* The guest has run, so that the VM's vCPU is what it is in life. */
static int measure_changes(const struct bench_case *bench_case, size_t size, unsigned int regions)
{
	struct machine machine;
	void *memory = pages_map(size), *others = pages_map(0x1000);
	unsigned int i;

	if (!memory || !others || machine_open(&machine, GUEST_LEAVE, NULL) ||
	    machine_expect(&machine.vcpu, guest_leaves))
		return -1;
	for (i = 0; i < regions; i++)
		if (side_memory_add(&machine.vm, 2 + i, GUEST_TOUCH + i * 0x2000ULL, others,
				    0x1000))
			return -1;
	if (changes(&machine.vm, 1, memory, size, 4))
		return -1;
	measure_start(bench_case->name);
	if (changes(&machine.vm, 1, memory, size, bench_case->count))
		return -1;
	measure_stop_span(bench_case->count);
	machine_close(&machine);
	munmap(memory, size);
	munmap(others, 0x1000);
	return 0;
}

static int run_map_1m(const struct bench_case *bench_case)
{
	return measure_changes(bench_case, 1 << 20, 0);
}

static int run_map_1g(const struct bench_case *bench_case)
{
	return measure_changes(bench_case, 1 << 30, 0);
}

static int run_map_512(const struct bench_case *bench_case)
{
	return measure_changes(bench_case, 1 << 20, REGIONS);
}

/* ---- bytes of an idle VM, and of a vCPU in it --------------------------------------- */

static int make_vcpus(struct side_vm *vms, struct side_vcpu *vcpus, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (side_vcpu_create(&vms[i], 0, &vcpus[i]))
			return -1;
	return 0;
}

static int run_memory(const struct bench_case *bench_case)
{
	unsigned int count = bench_case->count, i;
	struct side_vm *vms = calloc(count, sizeof(*vms));
	struct side_vcpu *vcpus = calloc(count, sizeof(*vcpus));
	struct side_device device;
	uint64_t before, with_vms, with_vcpus;

	if (!vms || !vcpus || side_open(&device))
		return fail("no memory");
	before = settle();
	for (i = 0; i < count; i++)
		if (side_vm_create(&device, &vms[i]))
			return -1;
	with_vms = settle();
	if (make_vcpus(vms, vcpus, count))
		return -1;
	with_vcpus = settle();
	measure_value("memory_vm", "bytes", (double)(int64_t)(before - with_vms) / count);
	measure_value("memory_vcpu", "bytes", (double)(int64_t)(with_vms - with_vcpus) / count);
	for (i = 0; i < count; i++) {
		side_vcpu_close(&vcpus[i]);
		side_vm_close(&vms[i]);
	}
	side_close(&device);
	free(vms);
	free(vcpus);
	return 0;
}

const struct bench_case memory_cases[] = {
	{ "map_1m", run_map_1m, 50 },
	{ "map_1g", run_map_1g, 50 },
	{ "map_512", run_map_512, 50 },
	{ "memory", run_memory, 500, .icount_only = true },
	{ 0 },
};
