// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * An arm64 machine: memory, a serial port, an interrupt controller. The CPU's interface
 * of the controller and its timers are the module's, and so is a guest that waits.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <axvcpu-user.h>
#include <axvcpu/axvcpu_arm64.h>

#include "../devices/gicv3.h"
#include "../devices/pl011.h"
#include "../file.h"
#include "../loaders/arm64_image.h"
#include "arch.h"
#include "arm64_machine.h"

#define DEFAULT_APPEND "console=ttyAMA0"

/* When an interrupt whose line stays asserted is looked at again. */
#define RETRY_NS 1000000ULL

/* What PSCI's CPU_ON returns (DEN 0022). */
#define PSCI_INVALID_PARAMETERS (-2LL)
#define PSCI_ALREADY_ON		(-4LL)

#define LR_INTID   0xffffffffULL /* ICH_LR<n>_EL2 */
#define LR_PENDING (1ULL << 62)

const uint32_t arch_id = AXVCPU_ARCH_ARM64;
const uint64_t arch_behaviours = AXVCPU_VM_HALT_IN_KERNEL;

/**
 * struct arch - the devices, and how the guest starts
 * @retry: an interrupt waits for the guest to be done with its last one
 * @tree: guest-physical address of the device tree, 0: none
 */
struct arch {
	struct gicv3 gic;
	struct pl011 uart;
	struct timer retry;
	uint64_t entry;
	uint64_t tree;
};

/* ---- making it ---------------------------------------------------------- */

static int add_memory(struct machine *machine, struct error *error)
{
	const struct options *options = &machine->options;
	unsigned int i;

	if (!memory_add(&machine->memory, MEMORY_GPA, options->memory, false, error))
		return -1;
	for (i = 0; i < options->rams; i++) {
		const struct option_ram *ram = &options->ram[i];

		if (ram->gpa < MEMORY_GPA)
			return error_set(error, "--ram can't add memory below 1 GiB");
		if (!memory_add(&machine->memory, ram->gpa, ram->size, false, error))
			return -1;
	}
	return 0;
}

static int put_flat(struct machine *machine, const struct file *file, struct error *error)
{
	uint64_t gpa = machine->options.flat_gpa;
	uint8_t *host = memory_at(&machine->memory, gpa, file->size);

	if (!file->size)
		return error_set(error, "%s is empty", file->path);
	if (gpa % 4)
		return error_set(error,
				 "%s can't start at 0x%" PRIx64
				 ": instructions are at multiples of 4",
				 file->path, gpa);
	if (!host)
		return error_set(error,
				 "%s does not fit into the guest's memory at 0x%" PRIx64
				 ", which begins at 1 GiB",
				 file->path, gpa);
	memcpy(host, file->data, file->size);
	machine->arch->entry = gpa;
	return 0;
}

static int load_flat(struct machine *machine, struct error *error)
{
	struct file file = { 0 };
	int result = file_read(&file, machine->options.flat, error);

	if (!result)
		result = put_flat(machine, &file, error);
	file_free(&file);
	return result;
}

/* The kernel is in memory; what is left is to tell it of the machine. */
static int put_tree(struct machine *machine, const struct arm64_boot *boot)
{
	const char *append = machine->options.append;
	const struct arm64_tree tree = {
		.memory = &machine->memory,
		.append = append ? append : DEFAULT_APPEND,
		.initrd = boot->initrd_gpa,
		.initrd_size = boot->initrd ? boot->initrd->size : 0,
	};

	machine->arch->entry = boot->entry;
	machine->arch->tree = boot->tree;
	return arm64_write_tree(&tree, memory_at(&machine->memory, boot->tree, ARM64_TREE_SIZE),
				ARM64_TREE_SIZE, boot->error);
}

static int load_kernel(struct machine *machine, struct error *error)
{
	const struct options *options = &machine->options;
	struct file kernel = { 0 }, initrd = { 0 };
	struct arm64_boot boot = {
		.memory = &machine->memory,
		.kernel = &kernel,
		.initrd = options->initrd ? &initrd : NULL,
		.error = error,
	};
	int result = -1;

	if (!file_read(&kernel, options->kernel, error) &&
	    (!options->initrd || !file_read(&initrd, options->initrd, error)) &&
	    !load_arm64_image(&boot))
		result = put_tree(machine, &boot);
	file_free(&kernel);
	file_free(&initrd);
	return result;
}

static int load_guest(struct machine *machine, struct error *error)
{
	const struct options *options = &machine->options;

	if (options->firmware || options->modules || options->disk)
		return error_set(
			error,
			"--firmware, --module and --disk are not for guests of this architecture (arm64)");
	return options->kernel ? load_kernel(machine, error) : load_flat(machine, error);
}

static void retry(void *opaque)
{
	(void)opaque; /* arch_deliver_interrupt() comes before each RUN. */
}

int arch_make(struct machine *machine, struct error *error)
{
	struct pl011_line line = { console_send, console_receive, &machine->console };
	struct irq_line irq = { .set = gicv3_set_irq, .irq = UART_INTID };

	machine->arch = calloc(1, sizeof(*machine->arch));
	if (!machine->arch)
		return error_set(error, "There is no memory for the devices");
	if (add_memory(machine, error) || load_guest(machine, error))
		return -1;
	machine->mmio.shift = 12;
	irq.controller = &machine->arch->gic;
	gicv3_init(&machine->arch->gic, &machine->mmio, GICD_GPA, GICR_GPA);
	pl011_init(&machine->arch->uart, &machine->mmio, UART_GPA, irq, line);
	timers_add(&machine->timers, &machine->arch->retry, retry, machine);
	return 0;
}

int arch_start(struct machine *machine, struct error *error)
{
	const struct axvcpu_arm64_setup_config config = {
		.size = sizeof(config),
		.x = { machine->arch->tree },
	};

	return hypervisor_start(machine->hypervisor, machine->arch->entry, &config, sizeof(config),
				NULL, error);
}

/* ---- exits -------------------------------------------------------------- */

/* ICC_SGI1R_EL1: the only CPU is the first of its cluster. */
static void send_sgi(struct machine *machine)
{
	const struct axvcpu_run *run = machine->run;

	if (!run->exit.u.send_ipi.send_to_all && !run->exit.u.send_ipi.target_cpu &&
	    run->exit.u.send_ipi.target_cpu_aux & 1)
		gicv3_send(&machine->arch->gic, run->exit.u.send_ipi.vector);
}

/* There is one CPU, whose affinity is 0. */
static void refuse_cpu(struct machine *machine)
{
	bool itself = !machine->run->exit.u.cpu_up.target_cpu;

	if (hypervisor_set_return_value(machine->hypervisor,
					(uint64_t)(itself ? PSCI_ALREADY_ON :
							    PSCI_INVALID_PARAMETERS)))
		machine_end(machine, EXIT_HOST, "the guest can't be told that it has one CPU");
}

bool arch_exit(struct machine *machine)
{
	struct axvcpu_run *run = machine->run;

	switch (run->exit.reason) {
	case AXVCPU_EXIT_SYSREG_READ:
	case AXVCPU_EXIT_SYSREG_WRITE: /* undefined, as where there is no such register */
		axvcpu_run_fault(run, AXVCPU_ARM64_VECTOR_SYNC, false, 0);
		return true;
	case AXVCPU_EXIT_SEND_IPI:
		send_sgi(machine);
		return true;
	case AXVCPU_EXIT_CPU_UP:
		refuse_cpu(machine);
		return true;
	case AXVCPU_EXIT_CPU_DOWN:
		machine_end(machine, EXIT_HALTED, "the guest switched off its only CPU");
		return true;
	default:
		return false;
	}
}

/* ---- interrupts --------------------------------------------------------- */

bool arch_interrupt_waits(const struct machine *machine)
{
	return gicv3_due(&machine->arch->gic);
}

/** struct interface - what the CPU's interface holds, as bit maps of INTIDs */
struct interface {
	uint64_t pending;
	uint64_t held; /* pending, active, or both */
};

static int read_interface(struct machine *machine, struct interface *interface)
{
	struct axvcpu_arm64_events events;
	int failure = hypervisor_get_registers(machine->hypervisor, AXVCPU_BLOCK_EVENTS, &events,
					       sizeof(events));
	unsigned int i;

	if (failure)
		return failure;
	interface->pending = events.interrupts[0];
	interface->held = events.interrupts[0];
	for (i = 0; i < sizeof(events.list) / sizeof(events.list[0]); i++) {
		uint64_t lr = events.list[i], intid = lr & LR_INTID;

		if (!lr || intid >= GICV3_INTIDS)
			continue;
		interface->held |= 1ULL << intid;
		if (lr & LR_PENDING)
			interface->pending |= 1ULL << intid;
	}
	return 0;
}

static int deliver(struct machine *machine, uint64_t due)
{
	struct gicv3 *gic = &machine->arch->gic;
	uint64_t by_level = gicv3_by_level(gic);
	struct interface interface;
	unsigned int intid;
	int failure = read_interface(machine, &interface);

	for (intid = 0; intid < GICV3_INTIDS && !failure; intid++) {
		uint64_t bit = 1ULL << intid;

		if (!(due & bit))
			continue;
		if (!(bit & (interface.pending | (interface.held & by_level))))
			failure = hypervisor_inject_interrupt(machine->hypervisor, intid);
		gicv3_taken(gic, intid);
	}
	return failure;
}

/*
 * An INJECT can't be taken back, so one by level waits until the guest is done with the
 * last one. Of that moment nobody tells us.
 */
void arch_deliver_interrupt(struct machine *machine)
{
	struct arch *arch = machine->arch;
	uint64_t due = gicv3_due(&arch->gic);

	if (due && deliver(machine, due))
		machine_end(machine, EXIT_HOST, "an interrupt can't be injected");
	due = gicv3_due(&arch->gic);
	if (due || arch->retry.deadline_ns)
		timer_set(&machine->timers, &arch->retry,
			  due ? machine->timers.now_ns + RETRY_NS : 0);
}

void arch_input(struct machine *machine)
{
	pl011_input(&machine->arch->uart);
}

/* ---- words -------------------------------------------------------------- */

static void print_general(const struct axvcpu_arm64_general *general, FILE *out)
{
	unsigned int i;

	for (i = 0; i < 31; i++)
		fprintf(out, "x%-2u %016" PRIx64 "%s", i, (uint64_t)general->x[i],
			i % 4 == 3 ? "\n" : "  ");
	fprintf(out, "sp  %016" PRIx64 "\npc  %016" PRIx64 "  pstate %08" PRIx64 "\n",
		(uint64_t)general->sp_el1, (uint64_t)general->pc, (uint64_t)general->pstate);
}

static void print_system(const struct axvcpu_arm64_system *system, FILE *out)
{
	fprintf(out, "sctlr %08" PRIx64 "  vbar %016" PRIx64 "  ttbr0 %016" PRIx64 "\n",
		(uint64_t)system->sctlr_el1, (uint64_t)system->vbar_el1,
		(uint64_t)system->ttbr0_el1);
	fprintf(out, "esr %08" PRIx64 "  far %016" PRIx64 "  elr %016" PRIx64 "\n",
		(uint64_t)system->esr_el1, (uint64_t)system->far_el1, (uint64_t)system->elr_el1);
}

void arch_print_registers(struct machine *machine, FILE *out)
{
	struct axvcpu_arm64_general general;
	struct axvcpu_arm64_system system;
	int failure;

	failure = hypervisor_get_registers(machine->hypervisor, AXVCPU_BLOCK_GENERAL, &general,
					   sizeof(general));
	if (!failure)
		failure = hypervisor_get_registers(machine->hypervisor, AXVCPU_BLOCK_SYSTEM,
						   &system, sizeof(system));
	if (failure) {
		fprintf(out, "The registers can't be read: %s\n", strerror(-failure));
		return;
	}
	print_general(&general, out);
	print_system(&system, out);
}

void arch_print_stats(const struct machine *machine, FILE *out)
{
	bus_print_unclaimed(&machine->mmio, "memory, by page", out);
}
