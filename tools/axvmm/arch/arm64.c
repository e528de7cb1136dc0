// SPDX-License-Identifier: GPL-3.0-or-later
/* An arm64 machine: memory, a serial port, and no interrupt controller yet. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <axvcpu-user.h>
#include <axvcpu/axvcpu_arm64.h>

#include "../devices/pl011.h"
#include "../file.h"
#include "arch.h"

#define UART_GPA   0x09000000ULL
#define MEMORY_GPA 0x40000000ULL /* nothing below it is memory */

const uint32_t arch_id = AXVCPU_ARCH_ARM64;

struct arch {
	struct pl011 uart;
	uint64_t entry;
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

static int load_guest(struct machine *machine, struct error *error)
{
	const struct options *options = &machine->options;
	struct file file = { 0 };
	int result;

	if (!options->flat)
		return error_set(error, "Guests of this architecture (arm64) start by --flat only");
	result = file_read(&file, options->flat, error);
	if (!result)
		result = put_flat(machine, &file, error);
	file_free(&file);
	return result;
}

int arch_make(struct machine *machine, struct error *error)
{
	struct pl011_line line = { console_send, console_receive, &machine->console };

	machine->arch = calloc(1, sizeof(*machine->arch));
	if (!machine->arch)
		return error_set(error, "There is no memory for the devices");
	if (add_memory(machine, error) || load_guest(machine, error))
		return -1;
	machine->mmio.shift = 12;
	pl011_init(&machine->arch->uart, &machine->mmio, UART_GPA, line);
	return 0;
}

int arch_start(struct machine *machine, struct error *error)
{
	const struct axvcpu_arm64_setup_config config = { .size = sizeof(config) };

	return hypervisor_start(machine->hypervisor, machine->arch->entry, &config, sizeof(config),
				NULL, error);
}

/* ---- exits -------------------------------------------------------------- */

bool arch_exit(struct machine *machine)
{
	struct axvcpu_run *run = machine->run;

	switch (run->exit.reason) {
	case AXVCPU_EXIT_SYSREG_READ:
	case AXVCPU_EXIT_SYSREG_WRITE: /* undefined, as where there is no such register */
		axvcpu_run_fault(run, AXVCPU_ARM64_VECTOR_SYNC, false, 0);
		return true;
	case AXVCPU_EXIT_HALT:
		machine_end(machine, EXIT_HALTED,
			    "the guest waits for an interrupt, and nothing can wake it");
		return true;
	case AXVCPU_EXIT_CPU_DOWN:
		machine_end(machine, EXIT_HALTED, "the guest switched off its only CPU");
		return true;
	default:
		return false;
	}
}

/* ---- interrupts: there is nothing that could raise one -------------------- */

bool arch_interrupt_waits(const struct machine *machine)
{
	(void)machine;
	return false;
}

void arch_deliver_interrupt(struct machine *machine)
{
	(void)machine;
}

/* The guest asks the serial port. */
void arch_input(struct machine *machine)
{
	(void)machine;
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
