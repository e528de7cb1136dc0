// SPDX-License-Identifier: GPL-3.0-or-later
#include <cpuid.h>
#include <stdbool.h>
#include <string.h>

#include "../guest.h"
#include "layout.h"

#ifndef bit_VMX
#define bit_VMX (1 << 5) /* CPUID 1 ECX; cpuid.h has it only now and then */
#endif

#define PAGE_PRESENT 0x3 /* and writable */
#define PAGE_LARGE   0x80
#define PAGE_USED    0x60 /* accessed and dirty, so that no walk has to write */

extern const uint8_t guest_text[], guest_text_end[];

#define PROGRAM(name) extern const uint8_t guest_##name[]
PROGRAM(pio_out);
PROGRAM(pio_in);
PROGRAM(mmio_write);
PROGRAM(mmio_read);
PROGRAM(hlt);
PROGRAM(rep_outs);
PROGRAM(rep_ins);
PROGRAM(vmcall);
PROGRAM(vmmcall);
PROGRAM(sysreg);
PROGRAM(interrupts);
PROGRAM(interrupt_handler);
PROGRAM(cpuid);
PROGRAM(rdmsr);
PROGRAM(wrmsr);
PROGRAM(touch_pages);
PROGRAM(cpuid_list);
PROGRAM(spin);
#undef PROGRAM

const enum side_exit guest_leaves = SIDE_IO_WRITE;
const enum side_exit guest_leaves_open = SIDE_HALT;

static const uint8_t *const programs[GUEST_PROGRAMS] = {
	[GUEST_LEAVE] = guest_pio_out,
	[GUEST_PIO_OUT] = guest_pio_out,
	[GUEST_PIO_IN] = guest_pio_in,
	[GUEST_MMIO_WRITE] = guest_mmio_write,
	[GUEST_MMIO_READ] = guest_mmio_read,
	[GUEST_HLT] = guest_hlt,
	[GUEST_REP_OUTS] = guest_rep_outs,
	[GUEST_REP_INS] = guest_rep_ins,
	[GUEST_HYPERCALL] = guest_vmmcall,
	[GUEST_SYSREG] = guest_sysreg,
	[GUEST_INTERRUPTS] = guest_interrupts,
	[GUEST_CPUID] = guest_cpuid,
	[GUEST_RDMSR] = guest_rdmsr,
	[GUEST_WRMSR] = guest_wrmsr,
	[GUEST_TOUCH_PAGES] = guest_touch_pages,
	[GUEST_CPUID_LIST] = guest_cpuid_list,
	[GUEST_SPIN] = guest_spin,
};

bool guest_has(enum guest_program program)
{
	return programs[program];
}

/* VMX has VMCALL for a hypercall, SVM has VMMCALL; the other one's is #UD, or KVM's to mend. */
static bool has_vmx(void)
{
	unsigned int eax, ebx, ecx, edx;

	return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && ecx & bit_VMX;
}

static const uint8_t *code_of(enum guest_program program)
{
	return program == GUEST_HYPERCALL && has_vmx() ? guest_vmcall : programs[program];
}

static uint64_t address_of(const uint8_t *code)
{
	return GUEST_TEXT + (uint64_t)(code - guest_text);
}

/* Four levels; the first 4 GiB by 2 MiB pages. */
static void fill_page_tables(uint8_t *memory)
{
	uint64_t *pml4 = (uint64_t *)(memory + GUEST_PML4);
	uint64_t *pdpt = (uint64_t *)(memory + GUEST_PDPT);
	uint64_t *pd = (uint64_t *)(memory + GUEST_PD);
	uint64_t i;

	pml4[0] = GUEST_PDPT | PAGE_PRESENT | PAGE_USED;
	for (i = 0; i < 4; i++)
		pdpt[i] = (GUEST_PD + i * 0x1000) | PAGE_PRESENT | PAGE_USED;
	for (i = 0; i < 4 * 512; i++)
		pd[i] = i << 21 | PAGE_PRESENT | PAGE_LARGE | PAGE_USED;
}

static void fill_descriptors(uint8_t *memory)
{
	uint64_t handler = address_of(guest_interrupt_handler);
	uint64_t *gdt = (uint64_t *)(memory + GUEST_GDT);
	uint64_t *gate = (uint64_t *)(memory + GUEST_IDT) + 2 * GUEST_VECTOR;

	gdt[GUEST_CODE / 8] = 0x00af9b000000ffff;
	gdt[GUEST_DATA / 8] = 0x00cf93000000ffff;
	gate[0] = (handler & 0xffff) | (uint64_t)GUEST_CODE << 16 | 0x8e0000000000 |
		  (handler & 0xffff0000) << 32;
	gate[1] = handler >> 32;
}

void guest_fill(void *memory)
{
	memcpy((uint8_t *)memory + GUEST_TEXT, guest_text, (size_t)(guest_text_end - guest_text));
	fill_page_tables(memory);
	fill_descriptors(memory);
}

struct side_start guest_start(enum guest_program program)
{
	return (struct side_start){
		.entry = address_of(code_of(program)),
		.page_table = GUEST_PML4,
		.stack = GUEST_STACK,
	};
}
