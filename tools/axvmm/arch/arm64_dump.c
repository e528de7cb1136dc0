// SPDX-License-Identifier: GPL-3.0-or-later
/* Registers and counters, in words. */
#include <inttypes.h>
#include <string.h>

#include <axvcpu/axvcpu_arm64.h>

#include "arm64_machine.h"

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

void arch_print_registers(struct cpu *cpu, FILE *out)
{
	struct axvcpu_arm64_general general;
	struct axvcpu_arm64_system system;
	int failure;

	failure = hypervisor_get_registers(cpu->hypervisor, AXVCPU_BLOCK_GENERAL, &general,
					   sizeof(general));
	if (!failure)
		failure = hypervisor_get_registers(cpu->hypervisor, AXVCPU_BLOCK_SYSTEM, &system,
						   sizeof(system));
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
