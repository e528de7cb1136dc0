// SPDX-License-Identifier: GPL-3.0-or-later
/* Guests that touch memory that is not there, or not theirs to write. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "../ctl.h"
#include "../smoke.h"
#include "smoke_arm64.h"

#define PAGE 4096

static const uint32_t jump_to_hole[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0xd61f0020, /* br x1 */
};

/* The syndrome of an exclusive access does not tell its register. */
static const uint32_t load_exclusive[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0x91004021, /* add x1, x1, #0x10 */
	0x885f7c20, /* ldxr w0, [x1] */
	0xd503207f, /* wfi */
};

/* Where memory ends lies the rest of the hole. */
static const uint32_t write_read_only[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0x52824680, /* mov w0, #0x1234 */
	0x79002020, /* strh w0, [x1, #0x10] */
	0x79402020, /* ldrh w0, [x1, #0x10] */
	0xd2a00061, /* mov x1, #0x30000 */
	0x79000020, /* strh w0, [x1] */
	0xd503207f, /* wfi */
};

static const uint32_t load[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0x39404020, /* ldrb w0, [x1, #0x10] */
	0xd503207f, /* wfi */
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
		.expected = "NESTED_PAGE_FAULT 0x20010 r can't decode",
		.reason = AXVCPU_EXIT_NESTED_PAGE_FAULT,
		.exits = 1,
		SMOKE_CODE_IS(load_exclusive),
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
		.expected = "MMIO_WRITE 0x20010:2=0x1234; MMIO_WRITE 0x30000:2=0xabcd; HALT",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 3,
		.capability = AXVCPU_CAP_READONLY,
		.prepare = add_read_only,
		SMOKE_CODE_IS(write_read_only),
	},
};

const struct smoke_group smoke_memory = { cases, ARRAY_SIZE(cases) };
