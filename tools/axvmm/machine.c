// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <axvcpu-user.h>

#include "arch/arch.h"
#include "machine.h"
#include "signals.h"

static uint64_t now_ns(void)
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
}

/* An end that somebody will want to look into. */
static void end_with_dump(struct machine *machine, int status, const char *text)
{
	char record[256];

	machine_end(machine, status, text);
	fprintf(stderr, "last exit: %s\n",
		axvcpu_describe_exit(&machine->run->exit, record, sizeof(record)));
	arch_print_registers(machine, stderr);
}

static void time_is_up(void *opaque)
{
	end_with_dump(opaque, EXIT_TIMEOUT, "the time of --timeout is up");
}

/* ---- making it ---------------------------------------------------------- */

/* Called by the console's thread. */
static void wake(void *opaque)
{
	static const uint64_t one = 1;
	struct machine *machine = opaque;

	atomic_store(&machine->input, true);
	hypervisor_kick(machine->hypervisor);
	/* If the counter is full it wakes anyway. */
	if (write(machine->wake_fd, &one, sizeof(one)) < 0)
		return;
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
	machine->timers.now_ns = now_ns();
	if (arch_make(machine, error))
		return EXIT_USAGE;
	machine->hypervisor = hypervisor_open(error);
	if (!machine->hypervisor || show_memory(machine, error) || arch_start(machine, error))
		return EXIT_HOST;
	machine->run = hypervisor_run_page(machine->hypervisor);
	machine->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (machine->wake_fd < 0) {
		error_format(error, "An eventfd can't be made: %s", strerror(errno));
		return EXIT_HOST;
	}
	signals_watch(&machine->run->immediate_exit, machine->wake_fd);
	/* Last, so that the terminal stays as it is if anything is wrong. */
	if (console_open(&machine->console, machine->options.console, &machine->timers,
			 &signals_stop, error))
		return EXIT_USAGE;
	if (console_start(&machine->console, wake, machine, error))
		return EXIT_HOST;
	return 0;
}

/* ---- exits -------------------------------------------------------------- */

static void mmio(struct machine *machine, bool write)
{
	struct axvcpu_run *run = machine->run;
	unsigned int width = run->exit.u.mmio.width, i;
	uint64_t gpa = run->exit.u.mmio.gpa;

	/* Wider than 8 bytes: as elements of 8. */
	for (i = 0; i * 8 < width; i++) {
		unsigned int part = width < 8 ? width : 8;

		if (write)
			bus_write(&machine->mmio, gpa + i * 8, part, run->exit.u.mmio.data[i]);
		else
			run->complete.data[i] = bus_read(&machine->mmio, gpa + i * 8, part);
	}
	if (run->exit.flags & AXVCPU_EXIT_PENDING)
		axvcpu_run_done(run, run->complete.data[0]);
}

/* Sleep until a timer is due or the console's thread or a signal wakes us. */
static void sleep_until_woken(struct machine *machine)
{
	struct pollfd wake_fd = { .fd = machine->wake_fd, .events = POLLIN };
	uint64_t now = now_ns(), next = machine->timers.next_ns, count;
	uint64_t left = next > now ? next - now : 0;
	struct timespec timeout = {
		.tv_sec = (time_t)(left / NS_PER_SECOND),
		.tv_nsec = (long)(left % NS_PER_SECOND),
	};

	if (ppoll(&wake_fd, 1, next ? &timeout : NULL, NULL) > 0 &&
	    read(machine->wake_fd, &count, sizeof(count)) < 0)
		return;
}

static void take_input(struct machine *machine)
{
	if (atomic_load_explicit(&machine->input, memory_order_relaxed) &&
	    atomic_exchange(&machine->input, false))
		arch_input(machine);
}

static void halt(struct machine *machine)
{
	if (machine->run->irq_pending && machine->run->interrupt_flag)
		return;
	if (!machine->run->interrupt_flag) {
		machine_end(machine, EXIT_HALTED,
			    "the guest halted with interrupts off, and nothing can wake it");
		return;
	}
	console_flush(&machine->console);
	while (!arch_interrupt_waits(machine) && !machine->ended && !signals_stop &&
	       !machine->console.leave) {
		sleep_until_woken(machine);
		timers_advance(&machine->timers, now_ns());
		take_input(machine);
	}
}

static void system_down(struct machine *machine)
{
	switch (machine->run->exit.u.system_down.kind) {
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

static void handle_exit(struct machine *machine)
{
	struct axvcpu_run *run = machine->run;

	if (arch_exit(machine))
		return;
	switch (run->exit.reason) {
	case AXVCPU_EXIT_NOTHING:
	case AXVCPU_EXIT_IRQ_WINDOW:
	case AXVCPU_EXIT_IDLE:
	case AXVCPU_EXIT_EXTERNAL_INTERRUPT:
		break;
	case AXVCPU_EXIT_MMIO_READ:
		mmio(machine, false);
		break;
	case AXVCPU_EXIT_MMIO_WRITE:
		mmio(machine, true);
		break;
	case AXVCPU_EXIT_HALT:
		halt(machine);
		break;
	case AXVCPU_EXIT_HYPERCALL:
		axvcpu_run_done(run, (uint64_t)-ENOSYS);
		break;
	case AXVCPU_EXIT_SYSTEM_DOWN:
		system_down(machine);
		break;
	default:
		end_with_dump(machine, EXIT_UNEXPECTED,
			      "the guest did something that axvmm can't go on from");
	}
}

/* ---- the loop ----------------------------------------------------------- */

static void count_exit(struct machine *machine)
{
	uint32_t reason = machine->run->exit.reason;

	machine->exits[reason < AXVCPU_EXIT_COUNT ? reason : AXVCPU_EXIT_COUNT]++;
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

int machine_run(struct machine *machine)
{
	struct axvcpu_run *run = machine->run;

	timers_advance(&machine->timers, now_ns());
	set_timeout(machine);
	while (!machine->ended && !signals_stop) {
		int failure;

		arch_deliver_interrupt(machine);
		run->deadline_ns = machine->timers.next_ns;
		failure = hypervisor_run(machine->hypervisor);
		if (failure) {
			end_with_dump(machine, EXIT_HOST, "the vCPU can't run any more");
			fprintf(stderr, "axvmm: RUN failed: %s\n", strerror(-failure));
			break;
		}
		count_exit(machine);
		timers_advance(&machine->timers, run->exit.time_ns);
		take_input(machine);
		handle_exit(machine);
		if (atomic_load_explicit(&machine->console.leave, memory_order_relaxed))
			machine_end(machine, EXIT_POWER_OFF, NULL);
	}
	console_flush(&machine->console);
	return machine->status;
}

/* ---- --stats ------------------------------------------------------------ */

static void print_hypervisor_stats(struct machine *machine, FILE *out)
{
	struct axvcpu_stats stats;

	if (hypervisor_get_stats(machine->hypervisor, &stats))
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

void machine_print_stats(struct machine *machine)
{
	unsigned int i;

	fprintf(stderr, "exits to user space:\n");
	for (i = 0; i <= AXVCPU_EXIT_COUNT; i++)
		if (machine->exits[i])
			fprintf(stderr, "  %-20s %12" PRIu64 "\n", axvcpu_name(AXVCPU_NAME_EXIT, i),
				machine->exits[i]);
	print_hypervisor_stats(machine, stderr);
	arch_print_stats(machine, stderr);
}
