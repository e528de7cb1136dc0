// SPDX-License-Identifier: GPL-3.0-or-later
/* Registers and counters, in words. */
#include <inttypes.h>
#include <string.h>

#include "x86_machine.h"

static void print_general(const struct axvcpu_x86_general *general, FILE *out)
{
	static const char *const name[16] = {
		"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15",
	};
	unsigned int i;

	for (i = 0; i < 16; i++)
		fprintf(out, "%-3s %016" PRIx64 "%s", name[i], (uint64_t)general->gpr[i],
			i % 4 == 3 ? "\n" : "  ");
	fprintf(out, "rip %016" PRIx64 "  rflags %08" PRIx64 "\n", (uint64_t)general->rip,
		(uint64_t)general->rflags);
}

static void print_segments(const struct axvcpu_x86_system *system, FILE *out)
{
	static const char *const name[AXVCPU_X86_SEGMENTS] = {
		"es", "cs", "ss", "ds", "fs", "gs", "ldt", "tr",
	};
	unsigned int i;

	for (i = 0; i < AXVCPU_X86_SEGMENTS; i++) {
		const struct axvcpu_x86_segment *segment = &system->segment[i];

		fprintf(out, "%-3s %04x base %016" PRIx64 " limit %08x attributes %04x\n", name[i],
			segment->selector, (uint64_t)segment->base, segment->limit,
			segment->attributes);
	}
	fprintf(out, "gdt      base %016" PRIx64 " limit %04x\n", (uint64_t)system->gdt.base,
		system->gdt.limit);
	fprintf(out, "idt      base %016" PRIx64 " limit %04x\n", (uint64_t)system->idt.base,
		system->idt.limit);
}

static void print_system(const struct axvcpu_x86_system *system, FILE *out)
{
	fprintf(out,
		"cr0 %08" PRIx64 "  cr2 %016" PRIx64 "  cr3 %016" PRIx64 "  cr4 %08" PRIx64
		"  cr8 %" PRIx64 "\n",
		(uint64_t)system->cr0, (uint64_t)system->cr2, (uint64_t)system->cr3,
		(uint64_t)system->cr4, (uint64_t)system->cr8);
	fprintf(out, "efer %08" PRIx64 "  xcr0 %08" PRIx64 "\n", (uint64_t)system->efer,
		(uint64_t)system->xcr0);
}

/* The bytes at the instruction, where its linear address is a physical one. */
static void print_code(const struct machine *machine, const struct axvcpu_x86_general *general,
		       const struct axvcpu_x86_system *system, FILE *out)
{
	uint64_t gpa = system->segment[AXVCPU_X86_CS].base + general->rip;
	const uint8_t *code = memory_at(&machine->memory, gpa, 16);
	unsigned int i;

	if ((system->cr0 >> 31 & 1) || !code)
		return;
	fprintf(out, "code");
	for (i = 0; i < 16; i++)
		fprintf(out, " %02x", code[i]);
	fprintf(out, "\n");
}

void arch_print_registers(struct cpu *cpu, FILE *out)
{
	struct axvcpu_x86_general general;
	struct axvcpu_x86_system system;
	int failure;

	failure = hypervisor_get_registers(cpu->hypervisor, AXVCPU_BLOCK_GENERAL, &general,
					   sizeof(general));
	if (!failure)
		failure = hypervisor_get_registers(cpu->hypervisor, AXVCPU_BLOCK_SYSTEM,
						   &system, sizeof(system));
	if (failure) {
		fprintf(out, "The registers can't be read: %s\n", strerror(-failure));
		return;
	}
	print_general(&general, out);
	print_segments(&system, out);
	print_system(&system, out);
	print_code(cpu->machine, &general, &system, out);
}

void arch_print_stats(const struct machine *machine, FILE *out)
{
	bus_print_unclaimed(&machine->arch->ports, "ports", out);
	bus_print_unclaimed(&machine->mmio, "memory, by page", out);
	bus_print_unclaimed(&machine->arch->msrs, "MSRs", out);
}
