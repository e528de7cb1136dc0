// SPDX-License-Identifier: GPL-3.0-or-later
/* Several threads: vCPUs side by side, and one that stops another. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "cases.h"
#include "fail.h"
#include "machine.h"
#include "measure.h"

#define MOST_VCPUS 4

static int pin_to(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % (unsigned int)sysconf(_SC_NPROCESSORS_ONLN), &set);
	return sched_setaffinity(0, sizeof(set), &set) ? fail("sched_setaffinity") : 0;
}

/* ---- scale: all vCPUs of a VM leave to user space as fast as they can -------------------- */

struct runner {
	pthread_t thread;
	pthread_barrier_t *barrier;
	struct side_vcpu vcpu;
	unsigned int cpu;
	unsigned int count;
	int failed;
};

static void *run_vcpu(void *opaque)
{
	struct runner *runner = opaque;
	unsigned int i;

	runner->failed = pin_to(runner->cpu) || machine_expect(&runner->vcpu, guest_leaves);
	pthread_barrier_wait(runner->barrier);
	for (i = 0; i < runner->count && !runner->failed; i++)
		runner->failed = machine_expect(&runner->vcpu, guest_leaves);
	pthread_barrier_wait(runner->barrier);
	return NULL;
}

static int start_runner(struct machine *machine, struct runner *runner, unsigned int id)
{
	struct side_start start = guest_start(GUEST_LEAVE);

	runner->cpu = id;
	if (!id)
		runner->vcpu = machine->vcpu;
	else if (side_vcpu_create(&machine->vm, id, &runner->vcpu) ||
		 side_vcpu_start(&runner->vcpu, &start))
		return -1;
	return pthread_create(&runner->thread, NULL, run_vcpu, runner) ? fail("pthread_create") : 0;
}

static int measure_scale(const struct bench_case *bench_case, unsigned int vcpus)
{
	struct runner runners[MOST_VCPUS];
	pthread_barrier_t barrier;
	struct machine machine;
	unsigned int i;
	int failed = 0;

	if (machine_open(&machine, GUEST_LEAVE, NULL))
		return -1;
	pthread_barrier_init(&barrier, NULL, vcpus + 1);
	for (i = 0; i < vcpus; i++) {
		runners[i] = (struct runner){ .barrier = &barrier, .count = bench_case->count };
		if (start_runner(&machine, &runners[i], i))
			return -1;
	}
	pthread_barrier_wait(&barrier);
	measure_start(bench_case->name);
	pthread_barrier_wait(&barrier);
	measure_stop(bench_case->count * vcpus);
	for (i = 0; i < vcpus; i++) {
		pthread_join(runners[i].thread, NULL);
		failed |= runners[i].failed;
		if (i)
			side_vcpu_close(&runners[i].vcpu);
	}
	pthread_barrier_destroy(&barrier);
	machine_close(&machine);
	return failed ? -1 : 0;
}

static int run_scale_1(const struct bench_case *bench_case)
{
	return measure_scale(bench_case, 1);
}

static int run_scale_2(const struct bench_case *bench_case)
{
	return measure_scale(bench_case, 2);
}

static int run_scale_4(const struct bench_case *bench_case)
{
	return measure_scale(bench_case, 4);
}

/* ---- kick: from the call until the other thread is back from the guest --------------------- */

struct target {
	pthread_t thread;
	struct side_vcpu vcpu;
	atomic_uint kicks; /* that it has seen */
	atomic_int state;  /* 1: it runs; 2: it failed; 3: it shall end */
};

static void *be_kicked(void *opaque)
{
	struct target *target = opaque;

	if (pin_to(1) || side_kick_prepare(&target->vcpu)) {
		atomic_store(&target->state, 2);
		return NULL;
	}
	atomic_store(&target->state, 1);
	while (atomic_load(&target->state) == 1) {
		enum side_exit got = side_run(&target->vcpu);

		if (got != SIDE_KICKED) {
			machine_wrong_exit(&target->vcpu, got);
			atomic_store(&target->state, 2);
			break;
		}
		side_kick_done(&target->vcpu);
		atomic_fetch_add(&target->kicks, 1);
	}
	return NULL;
}

/* Until the guest spins: there is no way to see it from outside but time. */
static void let_it_run(void)
{
	usleep(2000);
}

static int kick(struct target *target, unsigned int seen)
{
	side_kick(&target->vcpu, (unsigned long)target->thread);
	while (atomic_load(&target->kicks) == seen)
		if (atomic_load(&target->state) == 2)
			return -1;
	return 0;
}

static int run_kick(const struct bench_case *bench_case)
{
	struct target target = { .state = 0 };
	struct machine machine;
	unsigned int i;

	if (machine_open(&machine, GUEST_SPIN, NULL))
		return -1;
	target.vcpu = machine.vcpu;
	if (pthread_create(&target.thread, NULL, be_kicked, &target))
		return fail("pthread_create");
	while (!atomic_load(&target.state))
		usleep(1000);
	for (i = 0; i < bench_case->count; i++) {
		let_it_run();
		/* Not counted twice: a run that ended by itself is one more, too. */
		measure_start(bench_case->name);
		if (kick(&target, atomic_load(&target.kicks)))
			return -1;
		measure_stop(1);
	}
	atomic_store(&target.state, 3);
	side_kick(&target.vcpu, (unsigned long)target.thread);
	pthread_join(target.thread, NULL);
	machine_close(&machine);
	return 0;
}

const struct bench_case smp_cases[] = {
	{ "scale_1", run_scale_1, 4000, .wall_only = true },
	{ "scale_2", run_scale_2, 4000, .wall_only = true },
	{ "scale_4", run_scale_4, 4000, .wall_only = true },
	{ "kick", run_kick, 11, .wall_only = true },
	{ 0 },
};
