/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One side of the comparison: a hypervisor, in as few terms as the cases need.
 * side_kvm.c and side_axvcpu.c implement it by the kernel's ioctls and nothing
 * else; what is particular to an architecture is in its own directory.
 *
 * Functions that can fail return 0, or -1 after a message on standard error.
 */
#ifndef BENCH_SIDE_H
#define BENCH_SIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** side_name - "kvm" or "axvcpu" */
extern const char *const side_name;

/** struct side_device - the opened device */
struct side_device {
	int fd;
	size_t run_size;
	size_t data_offset; /* axvcpu: of the data area in the run page */
};

/** struct side_vm - a VM: its fd, and no memory */
struct side_vm {
	const struct side_device *device;
	int fd;
};

/** struct side_vcpu - a vCPU with its run page mapped; @vm: the VM's fd */
struct side_vcpu {
	const struct side_device *device;
	int vm;
	int fd;
	void *run;
};

/**
 * struct side_start - where and with what a vCPU starts, in the architecture's usual mode
 * @page_table: x86: the root
 * @program: arm64: where the code at @entry goes to
 */
struct side_start {
	uint64_t entry;
	uint64_t page_table;
	uint64_t program;
	uint64_t stack;
	uint64_t arg[3];
};

/** enum side_exit - why side_run() came back */
enum side_exit {
	SIDE_OTHER,
	SIDE_FAILED, /* the call failed, errno is set */
	SIDE_KICKED,
	SIDE_IO_WRITE,
	SIDE_IO_READ,
	SIDE_MMIO_WRITE,
	SIDE_MMIO_READ,
	SIDE_HALT,
	SIDE_HYPERCALL,
	SIDE_SYSREG,
};

int side_open(struct side_device *device);
void side_close(struct side_device *device);

int side_vm_create(const struct side_device *device, struct side_vm *vm);
void side_vm_close(struct side_vm *vm);

/** side_memory_add() - @slot: a number that the caller gives to each region, from 0 */
int side_memory_add(struct side_vm *vm, unsigned int slot, uint64_t gpa, void *host, size_t size);
int side_memory_remove(struct side_vm *vm, unsigned int slot, uint64_t gpa);

/** side_vcpu_create() - make it and map its run page, no more */
int side_vcpu_create(struct side_vm *vm, unsigned int id, struct side_vcpu *vcpu);
void side_vcpu_close(struct side_vcpu *vcpu);

/** side_vcpu_start() - give a new vCPU its start state; it can run afterwards */
int side_vcpu_start(struct side_vcpu *vcpu, const struct side_start *start);

/** side_run() - run the guest to the next exit that user space sees */
enum side_exit side_run(struct side_vcpu *vcpu);

/** side_answer() - the value for a read, or the result of a hypercall */
void side_answer(struct side_vcpu *vcpu, uint64_t value);

/**
 * side_string_io() - serve an IO exit that may be one of a string instruction
 * @write: the guest writes; its bytes go to @buffer, else they come from there
 *
 * Return: the bytes that this exit moved.
 */
size_t side_string_io(struct side_vcpu *vcpu, bool write, void *buffer);

/** side_kick_prepare() - in the vCPU's thread, before side_kick() can be called */
int side_kick_prepare(struct side_vcpu *vcpu);

/** side_kick() - make the side_run() of the thread @thread return SIDE_KICKED */
void side_kick(struct side_vcpu *vcpu, unsigned long thread);

/** side_kick_done() - in the vCPU's thread: the kick was seen */
void side_kick_done(struct side_vcpu *vcpu);

/** side_inject_prepare() - before the first run of a vCPU that side_inject() is for */
int side_inject_prepare(struct side_vcpu *vcpu, unsigned int vector);

/** side_inject() - raise interrupt @vector: the guest can take it now */
int side_inject(struct side_vcpu *vcpu, unsigned int vector);

/**
 * struct side_counts - what a hypervisor counts of a vCPU itself; -1: it does not
 * @tlb_flushes: entries that flushed the guest's translations
 * @ipis: sent to make it leave guest mode
 * @ibpbs: before an entry, since another vCPU was in this CPU last
 */
struct side_counts {
	double tlb_flushes;
	double ipis;
	double ibpbs;
};
void side_counts(struct side_vcpu *vcpu, struct side_counts *counts);

/** side_describe() - the last exit in words, for a message */
void side_describe(struct side_vcpu *vcpu, char *text, size_t size);

/* ---- the architecture's part of each side ---------------------------------- */

/** side_arch_open() - once after side_open(): what the vCPUs' starts need later */
int side_arch_open(const struct side_device *device);

/** side_hypercall - number of the call that goes to user space, in the guest's arg[0] */
extern const uint64_t side_hypercall;

/** side_arch_vm_create() - a new VM's part that the cases need */
int side_arch_vm_create(struct side_vm *vm);

#endif /* BENCH_SIDE_H */
