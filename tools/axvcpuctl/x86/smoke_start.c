// SPDX-License-Identifier: GPL-3.0-or-later
/* The start modes, and how a guest's memory and registers are made ready. */
#include <errno.h>
#include <string.h>

#include "../ctl.h"
#include "../smoke.h"
#include "smoke_x86.h"

#define PAGE	     4096
#define RESET_PAGE   0xfffff000
#define RESET_OFFSET 0xff0

#define PTE_PRESENT (1U << 0)
#define PTE_WRITE   (1U << 1)
#define PTE_LARGE   (1U << 7)

static const uint8_t at_reset[] = {
	0xb0, 0x52, /* mov $0x52, %al */
	0xe6, 0xe9, /* out %al, $0xe9 */
	0xf4,	    /* hlt */
};

static const uint8_t in_protected_mode[] = {
	0xb8, 0x78, 0x56, 0x34, 0x12, /* mov $0x12345678, %eax */
	0xe7, 0xe9,		      /* out %eax, $0xe9 */
	0xf4,			      /* hlt */
};

static const uint8_t in_long_mode[] = {
	0x48, 0xb8, 0x88, 0x77, 0x66,
	0x55, 0x44, 0x33, 0x22, 0x11, /* movabs $0x1122334455667788, %rax */
	0x48, 0xc1, 0xe8, 0x20,	      /* shr $32, %rax */
	0xe7, 0xe9,		      /* out %eax, $0xe9 */
	0xf4,			      /* hlt */
};

static const struct axvcpu_x86_setup_config real_mode = {
	.mode = AXVCPU_X86_START_REAL,
	.stack_pointer = SMOKE_STACK,
};

static const struct axvcpu_x86_setup_config reset_vector = {
	.flags = AXVCPU_X86_SETUP_CS_BASE,
	.mode = AXVCPU_X86_START_REAL,
	.cs_selector = 0xf000,
	.cs_base = 0xffff0000,
};

static const struct axvcpu_x86_setup_config protected_mode = {
	.mode = AXVCPU_X86_START_PROTECTED,
	.stack_pointer = SMOKE_STACK,
};

const struct axvcpu_x86_setup_config smoke_long_mode = {
	.mode = AXVCPU_X86_START_LONG,
	.page_table_root = SMOKE_TABLES,
	.stack_pointer = SMOKE_STACK,
};

/* Page tables that map the first 2 MiB one to one. */
static void make_tables(uint8_t *ram)
{
	const uint64_t level4 = (SMOKE_TABLES + PAGE) | PTE_PRESENT | PTE_WRITE;
	const uint64_t level3 = (SMOKE_TABLES + 2 * PAGE) | PTE_PRESENT | PTE_WRITE;
	const uint64_t level2 = PTE_PRESENT | PTE_WRITE | PTE_LARGE;

	memcpy(ram + SMOKE_TABLES, &level4, sizeof(level4));
	memcpy(ram + SMOKE_TABLES + PAGE, &level3, sizeof(level3));
	memcpy(ram + SMOKE_TABLES + 2 * PAGE, &level2, sizeof(level2));
}

int smoke_setup(struct guest *guest)
{
	const struct smoke_case *test = guest->test;
	const uint16_t handler[2] = { SMOKE_HANDLER, 0 }; /* IP, CS */

	memcpy(guest->ram + SMOKE_CODE, test->code, test->code_size);
	if (test->handler) {
		memcpy(guest->ram + SMOKE_HANDLER, test->handler, test->handler_size);
		memcpy(guest->ram + 4 * test->vector, handler, sizeof(handler));
	}
	make_tables(guest->ram);
	return axvcpu_vcpu_setup(guest->vcpu, test->entry ? test->entry : SMOKE_CODE,
				 test->setup ? test->setup : &real_mode, sizeof(real_mode));
}

static int add_reset_page(struct guest *guest)
{
	int ret = smoke_add_memory(guest, RESET_PAGE, PAGE, 0);

	if (!ret)
		memcpy((char *)guest->extra + RESET_OFFSET, at_reset, sizeof(at_reset));
	return ret;
}

static const struct smoke_case cases[] = {
	{
		.name = "start_reset_vector",
		.expected = "IO_WRITE 0xe9:1=0x52; HALT",
		.reason = AXVCPU_EXIT_IO_WRITE,
		.exits = 2,
		.entry = 0xfff0,
		.prepare = add_reset_page,
		.setup = &reset_vector,
		SMOKE_CODE_IS(at_reset),
	},
	{
		.name = "start_protected_mode",
		.expected = "IO_WRITE 0xe9:4=0x12345678; HALT",
		.reason = AXVCPU_EXIT_IO_WRITE,
		.exits = 2,
		.setup = &protected_mode,
		SMOKE_CODE_IS(in_protected_mode),
	},
	{
		.name = "start_long_mode",
		.expected = "IO_WRITE 0xe9:4=0x11223344; HALT",
		.reason = AXVCPU_EXIT_IO_WRITE,
		.exits = 2,
		.setup = &smoke_long_mode,
		SMOKE_CODE_IS(in_long_mode),
	},
};

const struct smoke_group smoke_start = { cases, ARRAY_SIZE(cases) };
