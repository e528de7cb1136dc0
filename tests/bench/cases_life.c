// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The lives of VMs and vCPUs. What the kernel puts off belongs to them: RCU, SRCU,
 * work queues. So a batch ends when its memory is back.
 */
#include <stdlib.h>

#include "cases.h"
#include "fail.h"
#include "machine.h"
#include "measure.h"
#include "settle.h"

/* ---- VMs ---------------------------------------------------------------------- */

static int make_vms(const struct side_device *device, unsigned int count)
{
	struct side_vm vm;

	while (count--) {
		if (side_vm_create(device, &vm))
			return -1;
		side_vm_close(&vm);
	}
	return 0;
}

/* The first batch fills caches; what is free after it must be free again. */
static int measure_vms(const struct bench_case *bench_case, const struct side_device *device)
{
	unsigned int count = measure_fewer(measure_lives(bench_case->count));
	uint64_t free;

	if (make_vms(device, count / 4))
		return -1;
	free = settle();
	measure_start(bench_case->name);
	if (make_vms(device, count) || settle_to(free))
		return -1;
	measure_stop_span(count);
	return 0;
}

static int run_vm(const struct bench_case *bench_case)
{
	struct side_device device;

	if (side_open(&device) || measure_vms(bench_case, &device))
		return -1;
	side_close(&device);
	return 0;
}

/* Another VM lives all the while, so that the extension stays on. */
static int run_vm_other(const struct bench_case *bench_case)
{
	struct machine other;

	if (machine_open(&other, GUEST_LEAVE, NULL) || machine_expect(&other.vcpu, guest_leaves) ||
	    measure_vms(bench_case, &other.device))
		return -1;
	machine_close(&other);
	return 0;
}

/* ---- vCPUs ---------------------------------------------------------------------- */

/*
 * KVM frees a vCPU with its VM and not before, so the end of the VM that they were in
 * counts, and is shared by all of them.
 */
static int vcpus_and_vm_end(struct side_vm *vm, unsigned int count)
{
	struct side_vcpu vcpu;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (side_vcpu_create(vm, i, &vcpu))
			return -1;
		side_vcpu_close(&vcpu);
	}
	side_vm_close(vm);
	return 0;
}

static int measure_vcpus(const struct bench_case *bench_case, const struct side_device *device)
{
	unsigned int count = measure_lives(bench_case->count);
	struct side_vm vm;
	uint64_t free;

	if (side_vm_create(device, &vm) || vcpus_and_vm_end(&vm, count))
		return -1;
	free = settle();
	if (side_vm_create(device, &vm))
		return -1;
	measure_start(bench_case->name);
	if (vcpus_and_vm_end(&vm, count) || settle_to(free))
		return -1;
	measure_stop_span(count);
	return 0;
}

static int run_vcpu(const struct bench_case *bench_case)
{
	struct machine other;

	if (machine_open(&other, GUEST_LEAVE, NULL) || machine_expect(&other.vcpu, guest_leaves) ||
	    measure_vcpus(bench_case, &other.device))
		return -1;
	machine_close(&other);
	return 0;
}

/* ---- from open() to the first exit ------------------------------------------------- */

/*
 * Not in it: what a VMM does once, however many VMs it makes (KVM's supported
 * CPUID), and what has nothing to do with the hypervisor (the guest's memory).
 */
static int first_exit(const struct bench_case *bench_case, void *memory, bool measured)
{
	struct side_start start = guest_start(GUEST_LEAVE);
	struct machine machine;

	if (measured)
		measure_start(bench_case->name);
	if (side_open(&machine.device) || side_vm_create(&machine.device, &machine.vm) ||
	    side_memory_add(&machine.vm, 0, 0, memory, GUEST_SIZE) ||
	    side_vcpu_create(&machine.vm, 0, &machine.vcpu) ||
	    side_vcpu_start(&machine.vcpu, &start) || machine_expect(&machine.vcpu, guest_leaves))
		return -1;
	if (measured)
		measure_stop_span(1);
	side_vcpu_close(&machine.vcpu);
	side_vm_close(&machine.vm);
	side_close(&machine.device);
	return 0;
}

static int run_first_exit(const struct bench_case *bench_case)
{
	struct machine once;
	unsigned int i;

	if (machine_open(&once, GUEST_LEAVE, NULL))
		return -1;
	side_vcpu_close(&once.vcpu);
	side_vm_close(&once.vm);
	side_close(&once.device);
	for (i = 0; i < 2 + (measure_is_icount() ? bench_case->count : 1); i++) {
		settle();
		if (first_exit(bench_case, once.memory, i >= 2))
			return -1;
	}
	return 0;
}

const struct bench_case life_cases[] = {
	{ "vm", run_vm, 1000 },
	{ "vm_other", run_vm_other, 1000 },
	{ "vcpu", run_vcpu, 512 },
	{ "first_exit", run_first_exit, 7 },
	{ 0 },
};
