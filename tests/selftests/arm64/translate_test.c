// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * TRANSLATE: without stage 1, pages and blocks of the three granules, both halves, access
 * checks with their status codes, tables that are not there; that nothing is marked
 * accessed. walk_random_test compares it with the processor.
 */
#include "guest.h"

#define TABLE(level)	(DATA + (level) * 0x10000UL)
#define RD		AXVCPU_ACCESS_READ
#define WR		AXVCPU_ACCESS_WRITE
#define EX		AXVCPU_ACCESS_EXECUTE
#define USER		AXVCPU_ACCESS_USER

/* Status codes: DDI 0487, "ESR_EL1", ISS of a data abort, DFSC. */
#define TRANSLATION	0x04
#define ACCESS_FLAG	0x08
#define PERMISSION	0x0c
#define EXTERNAL	0x14
#define ADDRESS_SIZE	0x00

#define TABLE_ENTRY	3ULL
#define BLOCK		(1ULL | AF)
#define PAGE_ENTRY	(3ULL | AF)
#define AF		(1ULL << 10)
#define USER_TOO	(1ULL << 6)
#define READONLY	(1ULL << 7)
#define PXN		(1ULL << 53)
#define UXN		(1ULL << 54)
#define NO_USER_BELOW	(1ULL << 61)
#define READONLY_BELOW	(1ULL << 62)

#define SCTLR_M		1ULL
#define SCTLR_WXN	(1ULL << 19)
#define SCTLR_EE	(1ULL << 25)
#define EPD0		(1ULL << 7)
#define TBI0		(1ULL << 37)
#define IPS_48		(5ULL << 32)
#define TG0_64K		(1ULL << 14)
#define TG0_16K		(2ULL << 14)
#define TG1_4K		(2ULL << 30)
#define T0SZ(bits)	(64ULL - (bits))
#define T1SZ(bits)	((64ULL - (bits)) << 16)
#define BOTH_39		(IPS_48 | TG1_4K | T0SZ(39) | T1SZ(39))

static struct vm vm;
static struct vcpu v;
static struct axvcpu_translate t;

static long translate(u64 gva, u32 access)
{
	t = (struct axvcpu_translate){ .size = sizeof(t), .gva = gva, .access = access };
	return call(v.fd, AXVCPU_TRANSLATE, &t);
}

static void good(u64 gva, u32 access, u64 gpa, u64 page_size, const char *name)
{
	CHECK_RET(translate(gva, access), 0, "%s", name);
	EXPECT_EQ(t.valid, 1, "%s: valid (code %llx)", name, t.error_code);
	EXPECT_EQ(t.gpa, gpa, "%s: gpa", name);
	EXPECT_EQ(t.page_size, page_size, "%s: page size", name);
	EXPECT_EQ(t.error_code, 0, "%s: no error code", name);
}

static void bad(u64 gva, u32 access, u64 error_code, const char *name)
{
	CHECK_RET(translate(gva, access), 0, "%s", name);
	EXPECT_EQ(t.valid, 0, "%s: valid", name);
	EXPECT_EQ(t.error_code, error_code, "%s: status code", name);
}

static void control(u64 tcr, u64 ttbr0, u64 ttbr1, u64 sctlr)
{
	struct axvcpu_arm64_system s = get_system(&v);

	s.sctlr_el1 = (s.sctlr_el1 & ~(SCTLR_M | SCTLR_WXN | SCTLR_EE)) | sctlr;
	s.tcr_el1 = tcr;
	s.ttbr0_el1 = ttbr0;
	s.ttbr1_el1 = ttbr1;
	set_system(&v, &s);
}

static u64 *entry(unsigned int level, unsigned int index)
{
	return (u64 *)(vm.ram + TABLE(level)) + index;
}

static void clear(void)
{
	memset(vm.ram + DATA, 0, 4 * 0x10000);
}

static void check_off(void)
{
	control(0, 0, 0, 0);
	good(0x12345, WR | EX, 0x12345, PAGE, "without stage 1: the address itself");
	good(0xffff800000000000, RD, 0xffff800000000000, PAGE, "a high one too");
}

/* 39 bits of address: tables of levels 1 to 3. */
static void fill_4k(void)
{
	clear();
	*entry(1, 0) = TABLE(2) | TABLE_ENTRY;
	*entry(1, 1) = 0x40000000 | BLOCK;
	*entry(2, 0) = TABLE(3) | TABLE_ENTRY;
	*entry(2, 1) = 0x600000 | BLOCK | USER_TOO;
	*entry(3, 0) = 0x5000 | PAGE_ENTRY | USER_TOO;
	*entry(3, 1) = 0x6000 | PAGE_ENTRY | USER_TOO | READONLY;
	*entry(3, 2) = 0x7000 | PAGE_ENTRY;
	*entry(3, 3) = 0x8000 | PAGE_ENTRY | USER_TOO | READONLY | PXN;
	*entry(3, 4) = 0x9000 | PAGE_ENTRY | USER_TOO | READONLY | UXN;
	*entry(3, 5) = (0xa000 | PAGE_ENTRY) & ~AF;
	*entry(3, 6) = (0xb000 | PAGE_ENTRY) & ~2ULL;
	*entry(3, 7) = (1ULL << 40) | PAGE_ENTRY;
}

static void check_4k(void)
{
	fill_4k();
	control(BOTH_39, TABLE(1), 0, SCTLR_M);
	good(0x123, WR | USER, 0x5123, PAGE, "a page");
	good(0x200abc, RD, 0x600abc, 2 << 20, "a block of 2 MiB");
	good(0x40123456, WR, 0x40123456, 1 << 30, "a block of 1 GiB");
	bad(0x80000000, RD, TRANSLATION | 1, "not mapped, level 1");
	bad(0x400000, WR, TRANSLATION | 2, "not mapped, level 2");
	bad(0x1ff000, EX, TRANSLATION | 3, "not mapped, level 3");
	bad(0x6000, RD, TRANSLATION | 3, "a reserved entry of level 3");
	bad(1ULL << 39, RD, TRANSLATION, "beyond the low half");
	bad(1ULL << 62, RD, TRANSLATION, "a tag without TBI");
	CHECK_EQ(*entry(3, 0), 0x5000 | PAGE_ENTRY | USER_TOO, "no entry was changed");
	CHECK_EQ(*entry(1, 0), TABLE(2) | TABLE_ENTRY, "nor one of a table");
}

static void check_permissions(void)
{
	good(0x1000, RD | USER, 0x6000, PAGE, "a read-only page, read");
	bad(0x1000, WR, PERMISSION | 3, "a read-only page, write");
	bad(0x1000, WR | USER, PERMISSION | 3, "a read-only page, write by EL0");
	bad(0x2000, RD | USER, PERMISSION | 3, "EL1's page, read by EL0");
	good(0x2000, WR | EX, 0x7000, PAGE, "EL1's page, by EL1");
	bad(0x0, EX, PERMISSION | 3, "what EL0 can write is not executed at EL1");
	good(0x0, EX | USER, 0x5000, PAGE, "but by EL0");
	bad(0x3000, EX, PERMISSION | 3, "PXN");
	good(0x3000, EX | USER, 0x8000, PAGE, "PXN is not for EL0");
	bad(0x4000, EX | USER, PERMISSION | 3, "UXN");
	good(0x4000, EX, 0x9000, PAGE, "UXN is not for EL1");
	bad(0x5000, RD, ACCESS_FLAG | 3, "a page without access flag");
	CHECK_EQ(*entry(3, 5) & AF, 0, "which has none afterwards");
	bad(0x200000, EX, PERMISSION | 2, "the same of a block");
	*entry(1, 0) = TABLE(2) | TABLE_ENTRY | READONLY_BELOW;
	bad(0x2000, WR, PERMISSION | 3, "a table that lets nothing be written");
	*entry(1, 0) = TABLE(2) | TABLE_ENTRY | NO_USER_BELOW;
	bad(0x1000, RD | USER, PERMISSION | 3, "a table that lets EL0 nothing");
	*entry(1, 0) = TABLE(2) | TABLE_ENTRY;
	control(BOTH_39, TABLE(1), 0, SCTLR_M | SCTLR_WXN);
	bad(0x2000, EX, PERMISSION | 3, "WXN: what can be written is not executed");
	bad(0x0, EX | USER, PERMISSION | 3, "nor by EL0");
	good(0x2000, EX | USER, 0x7000, PAGE, "unless EL0 can't write it");
	good(0x4000, EX, 0x9000, PAGE, "or nobody can");
}

static void check_sizes(void)
{
	control(BOTH_39 & ~(7ULL << 32), TABLE(1), 0, SCTLR_M);
	bad(0x7000, RD, ADDRESS_SIZE | 3, "a page beyond TCR_EL1.IPS");
	control(BOTH_39, TABLE(1), 0, SCTLR_M);
	good(0x7000, RD, 1ULL << 40, PAGE, "within it");
	control(BOTH_39 & ~(7ULL << 32), 1ULL << 40, 0, SCTLR_M);
	bad(0, RD, ADDRESS_SIZE, "a table of the first level beyond it");
	control(BOTH_39 | EPD0, TABLE(1), 0, SCTLR_M);
	bad(0, RD, TRANSLATION, "walks turned off");
	control(BOTH_39 | TBI0, TABLE(1), 0, SCTLR_M);
	good(0xa500000000000123, RD, 0x5123, PAGE, "a tag with TBI");
	bad(0xa580000000000123, RD, TRANSLATION, "bit 55 is none of the tag");
	control((BOTH_39 & ~63ULL) | T0SZ(12), TABLE(1), 0, SCTLR_M);
	bad(0, RD, TRANSLATION, "a half that is smaller than any");
}

static void check_high(void)
{
	control(BOTH_39, 0, TABLE(1) | 1, SCTLR_M);
	good(0xffffff8000000123, RD, 0x5123, PAGE, "the high half, with CnP");
	bad(0xffffff0000000000, RD, TRANSLATION, "below the high half");
}

static void swap_tables(void)
{
	u64 *word;

	for (word = entry(0, 0); word < entry(4, 0); word++)
		*word = __builtin_bswap64(*word);
}

static void check_big_endian(void)
{
	swap_tables();
	control(BOTH_39, TABLE(1), 0, SCTLR_M | SCTLR_EE);
	good(0x123, RD, 0x5123, PAGE, "tables in the other order of bytes");
	swap_tables();
}

/* 48 bits: with 16 KiB level 0 has two entries, with 64 KiB level 1 is the first. */
static void check_granules(void)
{
	clear();
	*entry(0, 0) = TABLE(1) | TABLE_ENTRY;
	*entry(1, 0) = TABLE(2) | TABLE_ENTRY;
	*entry(2, 0) = TABLE(3) | TABLE_ENTRY;
	*entry(2, 1) = 0x80000000 | BLOCK;
	*entry(3, 1) = 0x30000 | PAGE_ENTRY;
	*entry(1, 1) = BLOCK;
	control(IPS_48 | TG1_4K | T1SZ(39) | TG0_16K | T0SZ(48), TABLE(0), 0, SCTLR_M);
	good(0x4123, WR, 0x30123, 0x4000, "16 KiB: a page");
	good(0x2000123, WR, 0x80000123, 32 << 20, "16 KiB: a block of 32 MiB");
	bad(0x1000000000, RD, TRANSLATION | 1, "16 KiB: level 1 has no blocks");
	control(IPS_48 | TG1_4K | T1SZ(39) | TG0_64K | T0SZ(48), TABLE(1), 0, SCTLR_M);
	good(0x10123, WR, 0x30123, 0x10000, "64 KiB: a page");
	good(0x20000123, WR, 0x80000123, 512 << 20, "64 KiB: a block of 512 MiB");
	bad(0x40000000000, RD, TRANSLATION | 1, "64 KiB: level 1 has no blocks");
	control(IPS_48 | TG1_4K | T1SZ(39) | TG0_64K | T0SZ(16), TABLE(1), 0, SCTLR_M);
	bad(0x123, RD, TRANSLATION, "64 KiB: no address has 16 bits");
	*entry(0, 0) = BLOCK;
	control(IPS_48 | TG1_4K | T1SZ(39) | T0SZ(48), TABLE(0), 0, SCTLR_M);
	bad(0, RD, TRANSLATION, "level 0 has no blocks");
}

static void check_where_tables_are(void)
{
	fill_4k();
	control(BOTH_39, HOLE, 0, SCTLR_M);
	bad(0, RD, EXTERNAL | 1, "tables in no memory: external abort");
	*entry(2, 0) = HOLE | TABLE_ENTRY;
	control(BOTH_39, TABLE(1), 0, SCTLR_M);
	bad(0, RD, EXTERNAL | 3, "the last one in no memory");
	good(0x200000, RD, 0x600000, 2 << 20, "what is not in it");
}

static void check_arguments(void)
{
	unsigned int bit;

	for (bit = 4; bit < 32; bit++)
		EXPECT_RET(translate(0, 1U << bit), -EINVAL, "access bit %u", bit);
	CHECK(true, "unknown access bits are EINVAL");
	good(0x200000, 0, 0x600000, 2 << 20, "no access to check");
	COVERS("TRANSLATE", "Free", "good");
	COVERS("TRANSLATE", "Free", "bad value");
	COVERS("TRANSLATE", "Free", "boundary");
}

int main(void)
{
	if (!(info()->capabilities & AXVCPU_CAP_TRANSLATE))
		skip("no AXVCPU_CAP_TRANSLATE");
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	NEED_RET(setup_vcpu(&v, MODE_PLAIN, CODE));
	check_off();
	check_4k();
	check_permissions();
	check_sizes();
	check_high();
	check_big_endian();
	check_granules();
	check_where_tables_are();
	check_arguments();
	return finish();
}
