/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The CPUs: a thread for each vCPU, the program's first one for CPU 0. All that they
 * share, devices first of all, is under one lock, which a thread gives back while its
 * guest runs and while it waits.
 */
#ifndef AXVMM_CPUS_H
#define AXVMM_CPUS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <axvcpu/axvcpu.h>

#include "error.h"
#include "hypervisor.h"

#define CPUS_MOST 120

struct machine;

/**
 * struct cpu - one of them
 * @run: its vCPU's run page
 * @wake_fd: an eventfd that ends its sleep
 * @off: it runs no guest, and waits to be started
 * @look_ns: its thread wants to be back from the guest by then, 0: it does not matter
 * @inside: it may be in the guest. Changed without the lock
 * @exits: how often its guest came back, by reason; the last one for unknown ones
 */
struct cpu {
	struct machine *machine;
	unsigned int number;
	struct hypervisor *hypervisor;
	struct axvcpu_run *run;
	int wake_fd;
	bool off;
	uint64_t look_ns;
	atomic_bool inside;
	pthread_t thread;
	uint64_t exits[AXVCPU_EXIT_COUNT + 1];
};

/**
 * struct cpus - all of them
 * @lock: protects all of the machine, but for what says otherwise
 * @changed: a CPU went off, or the machine ends
 * @keeper: the CPU that is back by the time of the next timer, NULL: none is
 */
struct cpus {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct cpu *keeper;
	unsigned int count;
	struct cpu cpu[CPUS_MOST];
};

/** cpus_make() - the vCPUs of machine->options.cpus, all but the first off; 0 or -1 with @error */
int cpus_make(struct machine *machine, struct error *error);

/** cpus_run() - run @loop for each CPU under the lock; returns when all have returned */
void cpus_run(struct cpus *cpus, void (*loop)(struct cpu *cpu));

/** cpus_wake() - let every CPU look at what there is to do. Without the lock, from any thread */
void cpus_wake(struct cpus *cpus);

/** cpu_wake() - the same for one */
void cpu_wake(struct cpu *cpu);

/**
 * cpu_run_guest() - let the guest run; 0 or a negative errno
 *
 * It comes back for the machine's next timer too, if no other CPU does.
 */
int cpu_run_guest(struct cpu *cpu);

/** cpu_sleep() - wait until a timer is due or somebody wakes this CPU */
void cpu_sleep(struct cpu *cpu);

/** cpu_set_off() - it waits to be started */
void cpu_set_off(struct cpu *cpu);

/** cpu_wait_for_off() - until @other has set itself off; false: the machine ends */
bool cpu_wait_for_off(struct cpu *other);

/** cpus_hold() - every CPU out of the guest, until the lock is given back */
void cpus_hold(struct cpus *cpus);

/** cpus_all_off() - does none run the guest? */
bool cpus_all_off(const struct cpus *cpus);

#endif /* AXVMM_CPUS_H */
