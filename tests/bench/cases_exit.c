// SPDX-License-Identifier: GPL-3.0-or-later
/* Exits: to user space and back, and those that the kernel handles. */
#include <stdlib.h>

#include "cases.h"
#include "fail.h"
#include "machine.h"
#include "measure.h"

#define WARM_UP 100

/* The loop that is measured: no more in it than a VMM can't do without. */
static int exits(const struct bench_case *bench_case, struct side_vcpu *vcpu, unsigned int count)
{
	enum side_exit expected = bench_case->exit, got;
	bool answers = bench_case->answers;

	while (count--) {
		got = side_run(vcpu);
		if (got == expected) {
			if (answers)
				side_answer(vcpu, 0);
		} else if (got == SIDE_KICKED) {
			count++; /* the host had work of its own */
		} else {
			return machine_wrong_exit(vcpu, got);
		}
	}
	return 0;
}

static int measure_exits(const struct bench_case *bench_case, struct machine *machine)
{
	struct side_counts before, after;

	if (exits(bench_case, &machine->vcpu, WARM_UP))
		return -1;
	side_counts(&machine->vcpu, &before);
	measure_start(bench_case->name);
	if (exits(bench_case, &machine->vcpu, bench_case->count))
		return -1;
	measure_stop(bench_case->count);
	side_counts(&machine->vcpu, &after);
	machine_report_counts(bench_case->name, &before, &after, bench_case->count);
	return 0;
}

static int run_exits(const struct bench_case *bench_case)
{
	const uint64_t arg[3] = { side_hypercall };
	struct machine machine;

	if (machine_open(&machine, bench_case->program, arg) || measure_exits(bench_case, &machine))
		return -1;
	machine_close(&machine);
	return 0;
}

/* ---- strings: one operation is 4 KiB ---------------------------------------------- */

static int strings(const struct bench_case *bench_case, struct side_vcpu *vcpu, unsigned int count)
{
	static char buffer[GUEST_STRING_BYTES];
	bool write = bench_case->exit == SIDE_IO_WRITE;
	size_t done;

	while (count--) {
		for (done = 0; done < GUEST_STRING_BYTES;) {
			if (machine_expect(vcpu, bench_case->exit))
				return -1;
			done += side_string_io(vcpu, write, buffer + done);
		}
	}
	return 0;
}

static int run_strings(const struct bench_case *bench_case)
{
	struct machine machine;

	if (machine_open(&machine, bench_case->program, NULL) ||
	    strings(bench_case, &machine.vcpu, 4))
		return -1;
	measure_start(bench_case->name);
	if (strings(bench_case, &machine.vcpu, bench_case->count))
		return -1;
	measure_stop(bench_case->count);
	machine_close(&machine);
	return 0;
}

/* ---- handled in the kernel: one exit to user space after all ------------------------ */

static int run_handled(const struct bench_case *bench_case)
{
	const uint64_t arg[3] = { bench_case->count };
	struct machine machine;

	if (machine_open(&machine, bench_case->program, arg) ||
	    machine_expect(&machine.vcpu, guest_leaves))
		return -1;
	measure_start(bench_case->name);
	if (machine_expect(&machine.vcpu, guest_leaves))
		return -1;
	measure_stop(bench_case->count);
	machine_close(&machine);
	return 0;
}

/* ---- the same exit in a crowd: its cost must not grow ------------------------------- */

#define CROWD_VMS     16
#define CROWD_VCPUS   8
#define CROWD_REGIONS 512

/* Regions high up, with holes between them, far from what the exit is about. */
static int add_regions(struct machine *machine, void *memory)
{
	unsigned int i;

	for (i = 0; i < CROWD_REGIONS; i++)
		if (side_memory_add(&machine->vm, 1 + i, GUEST_TOUCH + i * 0x2000ULL, memory,
				    0x1000))
			return -1;
	return 0;
}

static int open_crowd(struct machine *crowd)
{
	unsigned int i;

	for (i = 0; i < CROWD_VMS; i++)
		if (machine_open(&crowd[i], GUEST_LEAVE, NULL) ||
		    machine_expect(&crowd[i].vcpu, guest_leaves))
			return -1;
	return 0;
}

static int run_crowd(const struct bench_case *bench_case)
{
	struct machine crowd[CROWD_VMS], machine;
	struct side_vcpu more[CROWD_VCPUS];
	struct side_start start = guest_start(GUEST_LEAVE);
	void *memory = pages_map(0x1000);
	unsigned int i;

	if (!memory || open_crowd(crowd) || machine_open(&machine, bench_case->program, NULL) ||
	    add_regions(&machine, memory))
		return -1;
	for (i = 0; i < CROWD_VCPUS; i++)
		if (side_vcpu_create(&machine.vm, 1 + i, &more[i]) ||
		    side_vcpu_start(&more[i], &start) || machine_expect(&more[i], guest_leaves))
			return -1;
	if (measure_exits(bench_case, &machine))
		return -1;
	for (i = 0; i < CROWD_VCPUS; i++)
		side_vcpu_close(&more[i]);
	machine_close(&machine);
	for (i = 0; i < CROWD_VMS; i++)
		machine_close(&crowd[i]);
	return 0;
}

/* ---- an interrupt: raised, taken by the guest, which leaves again -------------------- */

static int interrupts(struct side_vcpu *vcpu, unsigned int count)
{
	while (count--)
		if (side_inject(vcpu, GUEST_VECTOR) || machine_expect(vcpu, guest_leaves_open))
			return -1;
	return 0;
}

static int run_inject(const struct bench_case *bench_case)
{
	struct machine machine;

	if (machine_open(&machine, bench_case->program, NULL) ||
	    side_inject_prepare(&machine.vcpu, GUEST_VECTOR) ||
	    machine_expect(&machine.vcpu, guest_leaves_open) || interrupts(&machine.vcpu, WARM_UP))
		return -1;
	measure_start(bench_case->name);
	if (interrupts(&machine.vcpu, bench_case->count))
		return -1;
	measure_stop(bench_case->count);
	machine_close(&machine);
	return 0;
}

#define EXIT(a_name, a_program, an_exit, does_answer)                                  \
	{                                                                              \
		.name = a_name, .run = run_exits, .count = 2000, .program = a_program, \
		.exit = an_exit, .answers = does_answer,                               \
	}
#define CROWD(a_name, a_program, an_exit)                                              \
	{                                                                              \
		.name = a_name, .run = run_crowd, .count = 2000, .program = a_program, \
		.exit = an_exit,                                                       \
	}

const struct bench_case exit_cases[] = {
	EXIT("pio_out", GUEST_PIO_OUT, SIDE_IO_WRITE, false),
	EXIT("pio_in", GUEST_PIO_IN, SIDE_IO_READ, true),
	EXIT("mmio_write", GUEST_MMIO_WRITE, SIDE_MMIO_WRITE, false),
	EXIT("mmio_read", GUEST_MMIO_READ, SIDE_MMIO_READ, true),
	EXIT("hlt", GUEST_HLT, SIDE_HALT, false),
	{ "rep_outs", run_strings, 20, GUEST_REP_OUTS, SIDE_IO_WRITE },
	{ "rep_ins", run_strings, 20, GUEST_REP_INS, SIDE_IO_READ },
	EXIT("hypercall", GUEST_HYPERCALL, SIDE_HYPERCALL, true),
	EXIT("sysreg", GUEST_SYSREG, SIDE_SYSREG, true),
	{ "cpuid", run_handled, 40000, GUEST_CPUID },
	{ "rdmsr", run_handled, 40000, GUEST_RDMSR },
	{ "wrmsr", run_handled, 40000, GUEST_WRMSR },
	{ "firmware", run_handled, 40000, GUEST_FIRMWARE },
	{ "sysreg_read", run_handled, 40000, GUEST_SYSREG_READ },
	{ "sysreg_write", run_handled, 40000, GUEST_SYSREG_WRITE },
	CROWD("crowd_pio_out", GUEST_PIO_OUT, SIDE_IO_WRITE),
	CROWD("crowd_mmio_write", GUEST_MMIO_WRITE, SIDE_MMIO_WRITE),
	{ "inject", run_inject, 2000, GUEST_INTERRUPTS },
	{ 0 },
};
