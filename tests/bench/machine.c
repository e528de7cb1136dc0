// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>

#include "fail.h"
#include "machine.h"
#include "measure.h"

void *pages_map(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED) {
		fail("no memory for a guest");
		return NULL;
	}
	madvise(memory, size, MADV_NOHUGEPAGE);
	return memory;
}

int machine_open_vm(struct machine *machine)
{
	if (side_open(&machine->device) || side_arch_open(&machine->device) ||
	    side_vm_create(&machine->device, &machine->vm) || side_arch_vm_create(&machine->vm))
		return -1;
	machine->memory = pages_map(GUEST_SIZE);
	if (!machine->memory)
		return -1;
	guest_fill(machine->memory);
	return side_memory_add(&machine->vm, 0, 0, machine->memory, GUEST_SIZE);
}

int machine_open(struct machine *machine, enum guest_program program, const uint64_t arg[3])
{
	struct side_start start = guest_start(program);
	unsigned int i;

	for (i = 0; arg && i < 3; i++)
		start.arg[i] = arg[i];
	if (machine_open_vm(machine) || side_vcpu_create(&machine->vm, 0, &machine->vcpu))
		return -1;
	return side_vcpu_start(&machine->vcpu, &start);
}

void machine_close_vm(struct machine *machine)
{
	side_vm_close(&machine->vm);
	side_close(&machine->device);
	munmap(machine->memory, GUEST_SIZE);
}

void machine_close(struct machine *machine)
{
	side_vcpu_close(&machine->vcpu);
	machine_close_vm(machine);
}

int machine_wrong_exit(struct side_vcpu *vcpu, enum side_exit got)
{
	char text[160];

	if (got == SIDE_FAILED)
		return fail("the vCPU does not run");
	errno = 0;
	side_describe(vcpu, text, sizeof(text));
	return fail("unexpected exit: %s", text);
}

int machine_expect(struct side_vcpu *vcpu, enum side_exit expected)
{
	enum side_exit got;

	do
		got = side_run(vcpu);
	while (got == SIDE_KICKED);
	return got == expected ? 0 : machine_wrong_exit(vcpu, got);
}

static void report_count(const char *name, const char *unit, double before, double after,
			 unsigned int operations)
{
	measure_value(name, unit, after < 0 ? -1 : (after - before) / operations);
}

void machine_report_counts(const char *name, const struct side_counts *before,
			   const struct side_counts *after, unsigned int operations)
{
	report_count(name, "count:tlb_flush", before->tlb_flushes, after->tlb_flushes, operations);
	report_count(name, "count:ipi", before->ipis, after->ipis, operations);
	report_count(name, "count:ibpb", before->ibpbs, after->ibpbs, operations);
}
