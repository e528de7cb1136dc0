/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Built-in guests. A case is a few instructions and the exits that they must
 * lead to, in words; the runner runs it and compares the words.
 */
#ifndef AXVCPUCTL_SMOKE_H
#define AXVCPUCTL_SMOKE_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <axvcpu-user.h>

/* Where things lie in a guest's memory. Above RAM_SIZE there is none. */
#define SMOKE_RAM_SIZE 0x10000
#define SMOKE_CODE     0x1000
#define SMOKE_HANDLER  0x2000
#define SMOKE_DATA     0x3000
#define SMOKE_TABLES   0x4000
#define SMOKE_STACK    0x8000
#define SMOKE_HOLE     0x20000 /* x86: real mode reaches it with a segment of 0x2000 */

struct smoke_case;

/**
 * struct guest - one case while it runs
 * @test: the case
 * @info: of the host
 * @vm: the VM
 * @vcpu: its vCPU
 * @run: run page
 * @affinity: CPUs that the process may use
 * @ram: guest memory at GPA 0, SMOKE_RAM_SIZE bytes
 * @extra: more memory, of the case's prepare(), unmapped at the end
 * @extra_size: bytes there
 * @got: what happened, in words
 * @exits: exits recorded so far
 * @helper: a thread of the case's prepare(), joined at the end
 * @has_helper: there is one
 */
struct guest {
	const struct smoke_case *test;
	struct axvcpu_info info;
	struct axvcpu_vm *vm;
	struct axvcpu_vcpu *vcpu;
	struct axvcpu_run *run;
	cpu_set_t affinity;
	uint8_t *ram;
	void *extra;
	size_t extra_size;
	FILE *got;
	unsigned int exits;
	unsigned long helper;
	bool has_helper;
};

/**
 * struct smoke_case - one built-in guest
 * @name: of the table row
 * @expected: the exits, as smoke_record() writes them
 * @reason: the exit reason that it is about
 * @exits: how many exits it has
 * @backend: enum axvcpu_backend that it is for, 0: every one
 * @capability: AXVCPU_CAP_* that it needs
 * @behaviours: AXVCPU_VM_*
 * @cpus: host CPUs that it needs, if more than one; the vCPU may run on the
 *	first only
 * @bochs_svm: what Bochs's emulation of SVM does instead, which would take the
 *	host with it; NULL: it does what the manual says
 * @obstacle: says why it can't run on this host, or NULL: it can; NULL: it can
 *	everywhere
 * @code: instructions at SMOKE_CODE
 * @code_size: bytes
 * @handler: instructions that take an interrupt or exception: x86: at
 *	SMOKE_HANDLER; arm64: in the table of vectors there
 * @handler_size: bytes
 * @vector: x86: the entry of the vector table that leads there; arm64: their
 *	offset in the table
 * @create: create config, NULL: defaults
 * @create_size: bytes
 * @setup: the architecture's setup config, NULL: its usual start (x86: real mode)
 * @entry: first instruction, 0: SMOKE_CODE
 * @answer: what reads and hypercalls return
 * @prepare: before the first run; 0 or a negative errno
 * @on_exit: answers an exit instead of the runner; 0 or a negative errno
 * @finish: after the last exit, also after an error
 */
struct smoke_case {
	const char *name;
	const char *expected;
	uint32_t reason;
	unsigned int exits;
	uint32_t backend;
	uint64_t capability;
	uint64_t behaviours;
	int cpus;
	const char *bochs_svm;
	const char *(*obstacle)(void);
	const void *code;
	size_t code_size;
	const void *handler;
	size_t handler_size;
	unsigned int vector;
	const void *create;
	size_t create_size;
	const void *setup;
	uint64_t entry;
	uint64_t answer;
	int (*prepare)(struct guest *guest);
	int (*on_exit)(struct guest *guest);
	void (*finish)(struct guest *guest);
};

/* The bytes of an array, for two members at once. */
#define SMOKE_CODE_IS(array)	.code = (array), .code_size = sizeof(array)
#define SMOKE_HANDLER_IS(array) .handler = (array), .handler_size = sizeof(array)

/** struct smoke_group - cases of one file */
struct smoke_group {
	const struct smoke_case *cases;
	size_t count;
};

/* The architecture's files. */
extern const struct smoke_group smoke_start;
extern const struct smoke_group smoke_devices;
extern const struct smoke_group smoke_events;
extern const struct smoke_group smoke_nothing;
extern const struct smoke_group smoke_memory;

/* Memory, registers and vector table before the first run (the architecture's). */
int smoke_setup(struct guest *guest);

/* Writes the last exit down. */
void smoke_record(struct guest *guest);

/* The answer to the last exit that the runner gives if the case gives none. */
void smoke_answer(struct guest *guest);

/* Memory at a GPA above the RAM; guest->extra points to it. */
int smoke_add_memory(struct guest *guest, uint64_t gpa, size_t size, uint32_t flags);

/* Runs @act in another thread after a short time. */
int smoke_start_helper(struct guest *guest, void (*act)(struct guest *guest));

/*
 * For prepare() and finish(), what stops a guest that spins: a kick, before it runs
 * or while it does; a deadline; run->immediate_exit; signals; a move of its thread.
 */
int smoke_kick_before(struct guest *guest);
int smoke_kick_while_running(struct guest *guest);
int smoke_set_deadline(struct guest *guest);
int smoke_exit_at_once(struct guest *guest);
int smoke_set_alarm(struct guest *guest);
void smoke_stop_alarm(struct guest *guest);
int smoke_move_while_running(struct guest *guest);

/* CLOCK_MONOTONIC. */
uint64_t smoke_now_ns(void);

/* Runs one case; true if it went as expected. @got is for free(). */
bool smoke_run_case(struct axvcpu_device *device, const struct smoke_case *test, char **got);

#endif /* AXVCPUCTL_SMOKE_H */
