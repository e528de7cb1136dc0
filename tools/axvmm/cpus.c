// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "cpus.h"
#include "machine.h"

/* ---- making them ---------------------------------------------------------- */

static int make_cpu(struct machine *machine, struct cpu *cpu, struct error *error)
{
	cpu->machine = machine;
	cpu->off = cpu->number;
	cpu->hypervisor = cpu->number ?
				  hypervisor_another(machine->hypervisor, cpu->number, error) :
				  machine->hypervisor;
	if (!cpu->hypervisor)
		return -1;
	cpu->run = hypervisor_run_page(cpu->hypervisor);
	cpu->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (cpu->wake_fd < 0)
		return error_set(error, "An eventfd can't be made: %s", strerror(errno));
	return 0;
}

int cpus_make(struct machine *machine, struct error *error)
{
	struct cpus *cpus = &machine->cpus;

	pthread_mutex_init(&cpus->lock, NULL);
	pthread_cond_init(&cpus->changed, NULL);
	for (; cpus->count < machine->options.cpus; cpus->count++) {
		cpus->cpu[cpus->count].number = cpus->count;
		if (make_cpu(machine, &cpus->cpu[cpus->count], error))
			return -1;
	}
	return 0;
}

/* ---- threads ---------------------------------------------------------------- */

/** struct task - what a thread is given */
struct task {
	struct cpu *cpu;
	void (*loop)(struct cpu *cpu);
};

static void run_loop(const struct task *task)
{
	struct cpus *cpus = &task->cpu->machine->cpus;

	pthread_mutex_lock(&cpus->lock);
	task->loop(task->cpu);
	pthread_cond_broadcast(&cpus->changed);
	pthread_mutex_unlock(&cpus->lock);
}

static void *run_thread(void *opaque)
{
	run_loop(opaque);
	return NULL;
}

/* Signals are for the first thread. Return: how many threads there are. */
static unsigned int start_threads(struct cpus *cpus, struct task *tasks)
{
	sigset_t all, before;
	unsigned int i;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (i = 1; i < cpus->count; i++)
		if (pthread_create(&cpus->cpu[i].thread, NULL, run_thread, &tasks[i]))
			break;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return i;
}

void cpus_run(struct cpus *cpus, void (*loop)(struct cpu *cpu))
{
	struct task tasks[CPUS_MOST];
	unsigned int i, threads;

	for (i = 0; i < cpus->count; i++)
		tasks[i] = (struct task){ &cpus->cpu[i], loop };
	threads = start_threads(cpus, tasks);
	if (threads < cpus->count)
		machine_end(cpus->cpu[0].machine, EXIT_HOST, "a CPU's thread can't be started");
	run_loop(&tasks[0]);
	for (i = 1; i < threads; i++)
		pthread_join(cpus->cpu[i].thread, NULL);
}

/* ---- waking ------------------------------------------------------------------ */

void cpu_wake(struct cpu *cpu)
{
	static const uint64_t one = 1;

	hypervisor_kick(cpu->hypervisor);
	/* If the counter is full it wakes anyway. */
	if (write(cpu->wake_fd, &one, sizeof(one)) < 0)
		return;
}

void cpus_wake(struct cpus *cpus)
{
	unsigned int i;

	for (i = 0; i < cpus->count; i++)
		cpu_wake(&cpus->cpu[i]);
}

/* ---- time ---------------------------------------------------------------------- */

/* One CPU that is back in time is enough. Return: when this one has to be, 0: never. */
static uint64_t next_look(struct cpu *cpu)
{
	struct cpus *cpus = &cpu->machine->cpus;
	uint64_t next = cpu->machine->timers.next_ns;
	const struct cpu *keeper = cpus->keeper;

	if (next && (!keeper || keeper->look_ns > next))
		cpus->keeper = cpu;
	else
		next = 0;
	if (cpu->look_ns && (!next || cpu->look_ns < next))
		next = cpu->look_ns;
	cpu->look_ns = next;
	return next;
}

/* It is back, and looks at the timers now. */
static void looks(struct cpu *cpu)
{
	struct cpus *cpus = &cpu->machine->cpus;

	if (cpus->keeper == cpu)
		cpus->keeper = NULL;
	cpu->look_ns = 0;
}

/* ---- the guest ------------------------------------------------------------------- */

int cpu_run_guest(struct cpu *cpu)
{
	struct cpus *cpus = &cpu->machine->cpus;
	int failure;

	cpu->run->deadline_ns = next_look(cpu);
	atomic_store(&cpu->inside, true);
	pthread_mutex_unlock(&cpus->lock);
	failure = hypervisor_run(cpu->hypervisor);
	atomic_store(&cpu->inside, false);
	pthread_mutex_lock(&cpus->lock);
	looks(cpu);
	return failure;
}

void cpu_sleep(struct cpu *cpu)
{
	struct pollfd wake_fd = { .fd = cpu->wake_fd, .events = POLLIN };
	uint64_t next = next_look(cpu), now = machine_now_ns(), count;
	uint64_t left = next > now ? next - now : 0;
	struct timespec timeout = {
		.tv_sec = (time_t)(left / NS_PER_SECOND),
		.tv_nsec = (long)(left % NS_PER_SECOND),
	};

	pthread_mutex_unlock(&cpu->machine->cpus.lock);
	if (ppoll(&wake_fd, 1, next ? &timeout : NULL, NULL) > 0 &&
	    read(cpu->wake_fd, &count, sizeof(count)) < 0)
		count = 0;
	pthread_mutex_lock(&cpu->machine->cpus.lock);
	looks(cpu);
}

/* ---- on and off -------------------------------------------------------------------- */

void cpu_set_off(struct cpu *cpu)
{
	cpu->off = true;
	pthread_cond_broadcast(&cpu->machine->cpus.changed);
}

bool cpu_wait_for_off(struct cpu *other)
{
	struct cpus *cpus = &other->machine->cpus;

	while (!other->off && !other->machine->ended)
		pthread_cond_wait(&cpus->changed, &cpus->lock);
	return other->off;
}

bool cpus_all_off(const struct cpus *cpus)
{
	unsigned int i;

	for (i = 0; i < cpus->count; i++)
		if (!cpus->cpu[i].off)
			return false;
	return true;
}

/* Without the lock none of them gets any further than to the end of its run. */
void cpus_hold(struct cpus *cpus)
{
	unsigned int i;

	for (i = 0; i < cpus->count; i++)
		if (atomic_load(&cpus->cpu[i].inside))
			hypervisor_kick(cpus->cpu[i].hypervisor);
	for (i = 0; i < cpus->count; i++)
		while (atomic_load(&cpus->cpu[i].inside))
			sched_yield();
}
