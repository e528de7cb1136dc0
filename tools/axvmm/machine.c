// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <axvcpu-user.h>

#include "arch/arch.h"
#include "machine.h"
#include "signals.h"

uint64_t machine_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

/* ---- the end ------------------------------------------------------------ */

void machine_end(struct machine *machine, int status, const char *text)
{
	if (machine->ended)
		return;
	machine->ended = true;
	machine->status = status;
	console_flush(&machine->console);
	if (text)
		fprintf(stderr, "axvmm: %s\n", text);
	cpus_wake(&machine->cpus);
}

/* An end that somebody will want to look into. */
static void end_with_dump(struct machine *machine, int status, const char *text)
{
	machine->dump |= !machine->ended;
	machine_end(machine, status, text);
}

static void time_is_up(void *opaque)
{
	end_with_dump(opaque, EXIT_TIMEOUT, "the time of --timeout is up");
}

/* All threads have ended. */
static void dump_cpu(struct cpu *cpu)
{
	char record[256];

	if (cpu->off)
		return;
	if (cpu->machine->cpus.count > 1)
		fprintf(stderr, "CPU %u\n", cpu->number);
	fprintf(stderr, "last exit: %s\n",
		axvcpu_describe_exit(&cpu->run->exit, record, sizeof(record)));
	arch_print_registers(cpu, stderr);
}

static void dump(struct machine *machine)
{
	unsigned int i;

	for (i = 0; i < machine->cpus.count; i++)
		dump_cpu(&machine->cpus.cpu[i]);
	if (machine->failure)
		fprintf(stderr, "axvmm: RUN failed: %s\n", strerror(-machine->failure));
}

/* ---- making it ---------------------------------------------------------- */

/* Called by the console's thread. */
static void wake(void *opaque)
{
	struct machine *machine = opaque;

	atomic_store(&machine->input, true);
	pthread_mutex_lock(&machine->move.lock);
	cpus_wake(&machine->cpus);
	pthread_mutex_unlock(&machine->move.lock);
}

static int show_memory(struct machine *machine, struct error *error)
{
	unsigned int i;

	for (i = 0; i < machine->memory.regions; i++) {
		const struct memory_region *region = &machine->memory.region[i];

		if (hypervisor_add_memory(machine->hypervisor, region->gpa, region->size,
					  region->host, region->readonly, error))
			return -1;
	}
	return 0;
}

int machine_make(struct machine *machine, struct error *error)
{
	const struct cpu *first = &machine->cpus.cpu[0];

	machine->timers.now_ns = machine_now_ns();
	if (arch_make(machine, error))
		return EXIT_USAGE;
	machine->hypervisor = hypervisor_open(error);
	if (!machine->hypervisor || show_memory(machine, error) || arch_start(machine, error) ||
	    cpus_make(machine, error))
		return EXIT_HOST;
	move_init(machine);
	signals_watch(&first->run->immediate_exit, first->wake_fd);
	/* Last, so that the terminal stays as it is if anything is wrong. */
	if (console_open(&machine->console, machine->options.console, &machine->timers,
			 &signals_stop, error))
		return EXIT_USAGE;
	if (console_start(&machine->console, wake, machine, error))
		return EXIT_HOST;
	return 0;
}

/* ---- exits -------------------------------------------------------------- */

static void mmio(struct cpu *cpu, bool write)
{
	struct axvcpu_run *run = cpu->run;
	struct bus *bus = &cpu->machine->mmio;
	unsigned int width = run->exit.u.mmio.width, i;
	uint64_t gpa = run->exit.u.mmio.gpa;

	/* Wider than 8 bytes: as elements of 8. */
	for (i = 0; i * 8 < width; i++) {
		unsigned int part = width < 8 ? width : 8;

		if (write)
			bus_write(bus, gpa + i * 8, part, run->exit.u.mmio.data[i]);
		else
			run->complete.data[i] = bus_read(bus, gpa + i * 8, part);
	}
	if (run->exit.flags & AXVCPU_EXIT_PENDING)
		axvcpu_run_done(run, run->complete.data[0]);
}

static void take_input(struct machine *machine)
{
	if (atomic_load_explicit(&machine->input, memory_order_relaxed) &&
	    atomic_exchange(&machine->input, false))
		arch_input(machine);
}

/* What happened while the guest ran or its CPU slept. */
static void look_around(struct machine *machine, uint64_t now_ns)
{
	timers_advance(&machine->timers, now_ns);
	take_input(machine);
	if (atomic_load_explicit(&machine->console.leave, memory_order_relaxed))
		machine_end(machine, EXIT_POWER_OFF, NULL);
}

static void halt(struct cpu *cpu)
{
	struct machine *machine = cpu->machine;

	if (cpu->run->irq_pending && cpu->run->interrupt_flag)
		return;
	if (!cpu->run->interrupt_flag) {
		machine_end(machine, EXIT_HALTED,
			    "the guest halted with interrupts off, and nothing can wake it");
		return;
	}
	console_flush(&machine->console);
	while (!arch_interrupt_waits(cpu) && !machine->ended && !signals_stop) {
		cpu_sleep(cpu);
		look_around(machine, machine_now_ns());
	}
}

static void system_down(struct cpu *cpu)
{
	struct machine *machine = cpu->machine;

	switch (cpu->run->exit.u.system_down.kind) {
	case AXVCPU_DOWN_POWER_OFF:
		machine_end(machine, EXIT_POWER_OFF, NULL);
		break;
	case AXVCPU_DOWN_RESET:
		machine_end(machine, EXIT_RESET, "the guest reset the machine");
		break;
	default:
		end_with_dump(machine, EXIT_TRIPLE_FAULT, "the guest crashed (triple fault)");
	}
}

static void handle_exit(struct cpu *cpu)
{
	struct axvcpu_run *run = cpu->run;

	if (arch_exit(cpu))
		return;
	switch (run->exit.reason) {
	case AXVCPU_EXIT_NOTHING:
	case AXVCPU_EXIT_IRQ_WINDOW:
	case AXVCPU_EXIT_IDLE:
	case AXVCPU_EXIT_EXTERNAL_INTERRUPT:
		break;
	case AXVCPU_EXIT_MMIO_READ:
		mmio(cpu, false);
		break;
	case AXVCPU_EXIT_MMIO_WRITE:
		mmio(cpu, true);
		break;
	case AXVCPU_EXIT_HALT:
		halt(cpu);
		break;
	case AXVCPU_EXIT_HYPERCALL:
		axvcpu_run_done(run, (uint64_t)-ENOSYS);
		break;
	case AXVCPU_EXIT_SYSTEM_DOWN:
		system_down(cpu);
		break;
	default:
		end_with_dump(cpu->machine, EXIT_UNEXPECTED,
			      "the guest did something that axvmm can't go on from");
	}
}

/* ---- the loop ----------------------------------------------------------- */

static void count_exit(struct cpu *cpu)
{
	uint32_t reason = cpu->run->exit.reason;

	cpu->exits[reason < AXVCPU_EXIT_COUNT ? reason : AXVCPU_EXIT_COUNT]++;
}

static void set_timeout(struct machine *machine)
{
	uint64_t end = machine->timers.now_ns + machine->options.timeout_ns;

	if (!machine->options.timeout_ns)
		return;
	timers_add(&machine->timers, &machine->timeout, time_is_up, machine);
	timer_set(&machine->timers, &machine->timeout, end);
	machine->console.limit_ns = end;
}

static void run_guest(struct cpu *cpu)
{
	struct machine *machine = cpu->machine;
	int failure = cpu_run_guest(cpu);

	if (failure) {
		machine->failure = machine->ended ? machine->failure : failure;
		end_with_dump(machine, EXIT_HOST, "the vCPU can't run any more");
		return;
	}
	count_exit(cpu);
	look_around(machine, cpu->run->exit.time_ns);
	handle_exit(cpu);
	/* What the console has woken may have been the vCPU of before. */
	if (move_if_due(cpu))
		take_input(machine);
}

static void loop(struct cpu *cpu)
{
	struct machine *machine = cpu->machine;

	while (!machine->ended && !signals_stop) {
		arch_deliver_interrupts(cpu);
		if (!cpu->off) {
			run_guest(cpu);
			continue;
		}
		cpu_sleep(cpu);
		look_around(machine, machine_now_ns());
	}
	/* After a signal, which the first thread has seen, the others end too. */
	if (!machine->ended) {
		machine->ended = true;
		cpus_wake(&machine->cpus);
	}
}

int machine_run(struct machine *machine)
{
	timers_advance(&machine->timers, machine_now_ns());
	set_timeout(machine);
	move_begin(machine);
	cpus_run(&machine->cpus, loop);
	console_flush(&machine->console);
	move_print(machine, stderr);
	if (machine->dump)
		dump(machine);
	return machine->status;
}

/* ---- --stats ------------------------------------------------------------ */

/* The counters that are shown, of all vCPUs. Return: -EOPNOTSUPP: there are none. */
static int sum_stats(struct machine *machine, struct axvcpu_stats *sum)
{
	struct axvcpu_stats stats;
	unsigned int i;

	*sum = (struct axvcpu_stats){ 0 };
	for (i = 0; i < machine->cpus.count; i++) {
		int failure = hypervisor_get_stats(machine->cpus.cpu[i].hypervisor, &stats);

		if (failure)
			return failure;
		sum->entries += stats.entries;
		sum->handled += stats.handled;
		sum->interrupts += stats.interrupts;
		sum->injected += stats.injected;
		sum->requeued += stats.requeued;
		sum->faults += stats.faults;
		sum->huge_faults += stats.huge_faults;
		sum->migrations += stats.migrations;
	}
	return 0;
}

static void print_hypervisor_stats(struct machine *machine, FILE *out)
{
	struct axvcpu_stats stats;

	if (sum_stats(machine, &stats))
		return;
	fprintf(out,
		"entries %" PRIu64 ", handled in the kernel %" PRIu64 ", host interrupts %" PRIu64
		", injected %" PRIu64 ", requeued %" PRIu64 "\n",
		(uint64_t)stats.entries, (uint64_t)stats.handled, (uint64_t)stats.interrupts,
		(uint64_t)stats.injected, (uint64_t)stats.requeued);
	fprintf(out,
		"second-stage faults %" PRIu64 ", of these huge %" PRIu64 ", migrations %" PRIu64
		"\n",
		(uint64_t)stats.faults, (uint64_t)stats.huge_faults, (uint64_t)stats.migrations);
}

/* A column for each CPU. */
static void print_exits(const struct cpus *cpus, unsigned int reason, FILE *out)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < cpus->count; i++)
		sum += cpus->cpu[i].exits[reason];
	if (!sum)
		return;
	fprintf(out, "  %-20s", axvcpu_name(AXVCPU_NAME_EXIT, reason));
	for (i = 0; i < cpus->count; i++)
		fprintf(out, " %12" PRIu64, cpus->cpu[i].exits[reason]);
	fprintf(out, "\n");
}

void machine_print_stats(struct machine *machine)
{
	unsigned int i;

	fprintf(stderr, "exits to user space:\n");
	for (i = 0; i <= AXVCPU_EXIT_COUNT; i++)
		print_exits(&machine->cpus, i, stderr);
	print_hypervisor_stats(machine, stderr);
	arch_print_stats(machine, stderr);
}
