// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * TRANSLATE: no paging, 32-bit, PAE, four and five levels; page sizes; access
 * checks with their error codes; that nothing is marked accessed.
 */
#include "guest.h"

#define PF_P	1
#define PF_W	2
#define PF_U	4
#define PF_RSVD	8
#define PF_I	16

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
	EXPECT_EQ(t.valid, 1, "%s: valid", name);
	EXPECT_EQ(t.gpa, gpa, "%s: gpa", name);
	EXPECT_EQ(t.page_size, page_size, "%s: page size", name);
	EXPECT_EQ(t.error_code, 0, "%s: no error code", name);
}

static void bad(u64 gva, u32 access, u64 error_code, const char *name)
{
	CHECK_RET(translate(gva, access), 0, "%s", name);
	EXPECT_EQ(t.valid, 0, "%s: valid", name);
	EXPECT_EQ(t.error_code, error_code, "%s: error code", name);
}

static void start(u32 mode)
{
	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	identity(&vm);
	NEED_RET(setup_vcpu(&v, mode, CODE));
}

/* Change control registers; the test sets what the modes need. */
static void control(u64 cr0, u64 cr3, u64 cr4, u64 efer)
{
	struct axvcpu_x86_system s = get_system(&v);

	s.cr0 = cr0;
	s.cr3 = cr3;
	s.cr4 = cr4;
	s.efer = efer;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s));
}

#define RD	AXVCPU_ACCESS_READ
#define WR	AXVCPU_ACCESS_WRITE
#define EX	AXVCPU_ACCESS_EXECUTE
#define USER	AXVCPU_ACCESS_USER

static void check_no_paging(void)
{
	start(AXVCPU_X86_START_REAL);
	CHECK_RET(translate(0x12345, WR | EX), 0, "real mode");
	CHECK_EQ(t.valid << 20 | t.gpa, 1 << 20 | 0x12345, "real mode: the address itself");
	start(AXVCPU_X86_START_PROTECTED);
	CHECK_RET(translate(0xfffff123, RD), 0, "protected mode");
	CHECK_EQ(t.gpa, 0xfffff123, "protected mode: the address itself");
}

static u64 *entry(u64 table, unsigned int index)
{
	return (u64 *)(vm.ram + table) + index;
}

static void check_long(void)
{
	u64 old;

	start(AXVCPU_X86_START_LONG);
	good(0x12345, RD, 0x12345, 2 << 20, "a 2 MiB page");
	good(0xffffffff, RD, 0xffffffff, 2 << 20, "the last byte that is mapped");
	bad(0x100000000, RD, 0, "not mapped");
	bad(0x100000000, WR, PF_W, "not mapped, write");
	bad(0x100000000, RD | USER, PF_U, "not mapped, user");
	bad(0x100000000, EX, PF_I, "not mapped, fetch");
	CHECK_RET(translate(1ULL << 62, RD), 0, "not canonical");
	CHECK_EQ(t.valid, 0, "not canonical: not valid");
	/* A table of small pages for the third 2 MiB. */
	*entry(TABLES + 2 * PAGE, 2) = DATA | 7;
	memset(vm.ram + DATA, 0, PAGE);
	*entry(DATA, 0) = 0x5000 | 7;
	*entry(DATA, 1) = 0x6000 | 5;		/* read-only, user */
	*entry(DATA, 2) = 0x7000 | 3;		/* supervisor */
	*entry(DATA, 3) = 0x8000 | 7 | 1ULL << 63;	/* no execute */
	*entry(DATA, 4) = 0x9000 | 7 | 1ULL << 51;	/* reserved on most */
	good(0x400010, WR | EX | USER, 0x5010, PAGE, "a 4 KiB page");
	good(0x401fff, RD | USER, 0x6fff, PAGE, "a read-only page, read");
	bad(0x401000, WR, PF_P | PF_W, "a read-only page, write with CR0.WP");
	bad(0x401000, WR | USER, PF_P | PF_W | PF_U, "a read-only page, user write");
	good(0x402000, WR, 0x7000, PAGE, "a supervisor page");
	bad(0x402000, RD | USER, PF_P | PF_U, "a supervisor page, user");
	bad(0x403000, EX, PF_P | PF_I, "a no-execute page, fetch");
	good(0x403000, RD, 0x8000, PAGE, "a no-execute page, read");
	old = *entry(DATA, 0);
	CHECK_EQ(old, 0x5000 | 7, "no accessed or dirty bit was set");
	CHECK_EQ(*entry(TABLES, 0), (TABLES + PAGE) | 7, "not in the upper tables either");
	/* What the guest has used is remembered, and then not walked again. */
	*entry(TABLES, 0) |= 0x20;
	*entry(TABLES + PAGE, 0) |= 0x20;
	*entry(TABLES + 2 * PAGE, 2) |= 0x20;
	*entry(DATA, 0) |= 0x60;
	good(0x400010, WR, 0x5010, PAGE, "a page that is accessed and dirty");
	good(0x400020, WR, 0x5020, PAGE, "the same page again");
	control(0x80000031, TABLES, 0x20, 0xd00);
	good(0x401000, WR, 0x6000, PAGE, "a read-only page, write without CR0.WP");
	bad(0x401000, WR | USER, PF_P | PF_W | PF_U, "but not by the user");
	*entry(TABLES + PAGE, 3) = 0x40000000 | 0x87;
	CHECK_RET(translate(0xc0001234, RD), 0, "a 1 GiB page");
	CHECK(t.valid ? t.gpa == 0x40001234 && t.page_size == 1 << 30 : t.error_code & PF_RSVD,
	      "is mapped, or reserved where the CPU has none");
}

static void check_where_tables_are(void)
{
	start(AXVCPU_X86_START_LONG);
	control(0x80010031, HOLE, 0x20, 0xd00);
	CHECK_RET(translate(0, RD), -EFAULT, "tables in no memory are EFAULT");
	control(0x80010031, TABLES, 0x20, 0xd00);
	good(0, RD, 0, 2 << 20, "tables in memory again");
}

static void check_five(void)
{
	struct axvcpu_x86_setup_config c = { .size = sizeof(c), .mode = AXVCPU_X86_START_LONG,
					     .page_table_root = TABLE5, .page_table_levels = 5 };
	struct axvcpu_setup args = { .size = sizeof(args), .config = (u64)&c,
				     .config_length = sizeof(c) };

	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	identity(&vm);
	if (call(v.fd, AXVCPU_SETUP, &args) == -EOPNOTSUPP) {
		note("no five-level paging here");
		start(AXVCPU_X86_START_LONG);
		return;
	}
	good(0x12345, RD, 0x12345, 2 << 20, "five levels");
	bad(1ULL << 50, RD, 0, "five levels: not mapped");
}

/* 32-bit paging: 4 MiB pages with PSE, 4 KiB pages without. */
static void check_32(void)
{
	u32 *directory = (u32 *)(vm.ram + DATA), *table = (u32 *)(vm.ram + DATA + PAGE);

	start(AXVCPU_X86_START_PROTECTED);
	memset(directory, 0, 2 * PAGE);
	directory[0] = (DATA + PAGE) | 7;
	table[5] = 0x9000 | 7;
	table[6] = 0xa000 | 5;
	directory[1] = 0x00c00000 | 0x87;
	control(0x80010011, DATA, 0, 0);
	good(0x5123, WR, 0x9123, PAGE, "32-bit paging");
	bad(0x6000, WR, PF_P | PF_W, "32-bit paging, a read-only page");
	bad(0x7000, RD, 0, "32-bit paging, not mapped");
	control(0x80010011, DATA, 0x10, 0);
	good(0x400123, RD, 0xc00123, 4 << 20, "32-bit paging with PSE");
}

static void check_pae(void)
{
	u64 *pdpt = (u64 *)(vm.ram + DATA);

	start(AXVCPU_X86_START_PROTECTED);
	memset(pdpt, 0, PAGE);
	pdpt[0] = (TABLES + 2 * PAGE) | 1;
	pdpt[3] = (TABLES + 5 * PAGE) | 1;
	control(0x80010011, DATA, 0x20, 0);
	good(0x12345, WR, 0x12345, 2 << 20, "PAE paging");
	good(0xffffffff, RD, 0xffffffff, 2 << 20, "PAE paging, the last byte");
	bad(0x40000000, RD, 0, "PAE paging, not mapped");
}

static void check_arguments(void)
{
	unsigned int bit;

	for (bit = 4; bit < 32; bit++)
		EXPECT_RET(translate(0, 1U << bit), -EINVAL, "access bit %u", bit);
	CHECK(true, "unknown access bits are EINVAL");
	good(0, 0, 0, 2 << 20, "no access to check");
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
	check_no_paging();
	check_long();
	check_where_tables_are();
	check_five();
	check_32();
	check_pae();
	start(AXVCPU_X86_START_LONG);
	NEED_RET(translate(0, 0));
	check_arguments();
	return finish();
}
