// SPDX-License-Identifier: GPL-3.0-or-later
/* Guests that touch memory that is not there, or not theirs to write. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "../ctl.h"
#include "../smoke.h"
#include "smoke_x86.h"

#define PAGE 4096

static const uint8_t jump_to_hole[] = {
	0xea, 0x00, 0x00, 0x00, 0x20, /* ljmp $0x2000, $0 */
};

/* No device register is written by the FPU: it is not decoded. */
static const uint8_t store_by_fpu[] = {
	0xb8, 0x00, 0x20,	/* mov $0x2000, %ax */
	0x8e, 0xd8,		/* mov %ax, %ds */
	0xd9, 0x3e, 0x10, 0x00, /* fnstcw 0x10 */
	0xf4,			/* hlt */
};

static const uint8_t write_read_only[] = {
	0xb8, 0x00, 0x20,		    /* mov $0x2000, %ax */
	0x8e, 0xd8,			    /* mov %ax, %ds */
	0xc7, 0x06, 0x10, 0x00, 0x34, 0x12, /* movw $0x1234, 0x10 */
	0xa1, 0x10, 0x00,		    /* mov 0x10, %ax */
	0xe7, 0xe9,			    /* out %ax, $0xe9 */
	0xf4,				    /* hlt */
};

static const uint8_t load[] = {
	0xb8, 0x00, 0x20, /* mov $0x2000, %ax */
	0x8e, 0xd8,	  /* mov %ax, %ds */
	0xa0, 0x10, 0x00, /* mov 0x10, %al */
	0xf4,		  /* hlt */
};

static int add_read_only(struct guest *guest)
{
	int ret = smoke_add_memory(guest, SMOKE_HOLE, PAGE, AXVCPU_MEM_READONLY);

	if (!ret)
		memcpy((char *)guest->extra + 0x10, "\xcd\xab", 2);
	return ret;
}

/* Guest memory whose mapping is gone when the guest comes. */
static int add_and_unmap(struct guest *guest)
{
	int ret = smoke_add_memory(guest, SMOKE_HOLE, PAGE, 0);

	if (ret)
		return ret;
	if (munmap(guest->extra, PAGE))
		return -errno;
	guest->extra = NULL;
	return 0;
}

static const struct smoke_case cases[] = {
	{
		.name = "npf_no_region",
		.expected = "NESTED_PAGE_FAULT 0x20000 x no region",
		.reason = AXVCPU_EXIT_NESTED_PAGE_FAULT,
		.exits = 1,
		SMOKE_CODE_IS(jump_to_hole),
	},
	{
		.name = "npf_cant_decode",
		.expected = "NESTED_PAGE_FAULT 0x20010 w can't decode",
		.reason = AXVCPU_EXIT_NESTED_PAGE_FAULT,
		.exits = 1,
		SMOKE_CODE_IS(store_by_fpu),
	},
	{
		.name = "npf_read_only",
		.expected = "NESTED_PAGE_FAULT 0x20010 w read-only",
		.reason = AXVCPU_EXIT_NESTED_PAGE_FAULT,
		.exits = 1,
		.capability = AXVCPU_CAP_READONLY,
		.prepare = add_read_only,
		SMOKE_CODE_IS(store_by_fpu),
	},
	{
		.name = "npf_host_fault",
		.expected = "NESTED_PAGE_FAULT 0x20010 r host fault errno 14",
		.reason = AXVCPU_EXIT_NESTED_PAGE_FAULT,
		.exits = 1,
		.prepare = add_and_unmap,
		SMOKE_CODE_IS(load),
	},
	{
		.name = "mmio_read_only",
		.expected = "MMIO_WRITE 0x20010:2=0x1234; "
			    "IO_WRITE 0xe9:2=0xabcd; HALT",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 3,
		.capability = AXVCPU_CAP_READONLY,
		.prepare = add_read_only,
		SMOKE_CODE_IS(write_read_only),
	},
};

const struct smoke_group smoke_memory = { cases, ARRAY_SIZE(cases) };
