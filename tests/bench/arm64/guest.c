// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "../guest.h"
#include "layout.h"

/* Descriptors of stage 1 (DDI 0487, "VMSAv8-64 translation table format descriptors"). */
#define TABLE	       0x3
#define BLOCK	       0x1
#define BLOCK_NORMAL   (1 << 2) /* index into MAIR_EL1 */
#define BLOCK_SHARED   (3 << 8)
#define BLOCK_ACCESSED (1 << 10) /* so that no walk has to write */

extern const uint8_t guest_text[], guest_text_end[];

#define PROGRAM(name) extern const uint8_t guest_##name[]
PROGRAM(begin);
PROGRAM(mmio_write);
PROGRAM(mmio_read);
PROGRAM(hypercall);
PROGRAM(interrupts);
PROGRAM(firmware);
PROGRAM(sysreg_read);
PROGRAM(sysreg_write);
PROGRAM(touch_pages);
PROGRAM(spin);
#undef PROGRAM

/* There are no ports; KVM gives neither a WFI nor a system register to user space. */
const enum side_exit guest_leaves = SIDE_MMIO_WRITE;
const enum side_exit guest_leaves_open = SIDE_MMIO_WRITE;

static const uint8_t *const programs[GUEST_PROGRAMS] = {
	[GUEST_LEAVE] = guest_mmio_write,	 [GUEST_MMIO_WRITE] = guest_mmio_write,
	[GUEST_MMIO_READ] = guest_mmio_read,	 [GUEST_HYPERCALL] = guest_hypercall,
	[GUEST_INTERRUPTS] = guest_interrupts,	 [GUEST_FIRMWARE] = guest_firmware,
	[GUEST_SYSREG_READ] = guest_sysreg_read, [GUEST_SYSREG_WRITE] = guest_sysreg_write,
	[GUEST_TOUCH_PAGES] = guest_touch_pages, [GUEST_SPIN] = guest_spin,
};

bool guest_has(enum guest_program program)
{
	return programs[program];
}

static uint64_t address_of(const uint8_t *code)
{
	return GUEST_TEXT + (uint64_t)(code - guest_text);
}

/* Three levels of four; the first 4 GiB by 2 MiB blocks, from GUEST_MMIO's GiB on a device. */
static void fill_page_tables(uint8_t *memory)
{
	uint64_t *table0 = (uint64_t *)(memory + GUEST_TABLE0);
	uint64_t *table1 = (uint64_t *)(memory + GUEST_TABLE1);
	uint64_t *table2 = (uint64_t *)(memory + GUEST_TABLE2);
	uint64_t i;

	table0[0] = GUEST_TABLE1 | TABLE;
	for (i = 0; i < 4; i++)
		table1[i] = (GUEST_TABLE2 + i * 0x1000) | TABLE;
	for (i = 0; i < 4 * 512; i++)
		table2[i] =
			i << 21 | BLOCK | BLOCK_ACCESSED |
			(i << 21 < (GUEST_MMIO & ~0x3fffffffULL) ? BLOCK_NORMAL | BLOCK_SHARED : 0);
}

void guest_fill(void *memory)
{
	memcpy((uint8_t *)memory + GUEST_TEXT, guest_text, (size_t)(guest_text_end - guest_text));
	fill_page_tables(memory);
}

struct side_start guest_start(enum guest_program program)
{
	return (struct side_start){
		.entry = address_of(guest_begin),
		.stack = GUEST_STACK,
		.program = address_of(programs[program]),
	};
}
