/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole machine for a case: device, VM, memory and a vCPU that is about to start. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include "guest.h"
#include "side.h"

struct machine {
	struct side_device device;
	struct side_vm vm;
	struct side_vcpu vcpu;
	void *memory;
};

/** machine_open() - with a vCPU that will run @program */
int machine_open(struct machine *machine, enum guest_program program, const uint64_t arg[3]);

/** machine_open_vm() - the same without a vCPU */
int machine_open_vm(struct machine *machine);

void machine_close(struct machine *machine);
void machine_close_vm(struct machine *machine);

/**
 * machine_expect() - run to the next exit, which must be @expected; 0 or -1
 *
 * A run that ended without an exit goes on: the host's kernel has work of its own now
 * and then.
 */
int machine_expect(struct side_vcpu *vcpu, enum side_exit expected);

/** machine_wrong_exit() - say that @got was not expected; returns -1 */
int machine_wrong_exit(struct side_vcpu *vcpu, enum side_exit got);

/** pages_map() - memory without huge pages, not touched yet; NULL after a message */
void *pages_map(size_t size);

/** machine_report_counts() - what the side counted itself, per operation */
void machine_report_counts(const char *name, const struct side_counts *before,
			   const struct side_counts *after, unsigned int operations);

#endif /* BENCH_MACHINE_H */
