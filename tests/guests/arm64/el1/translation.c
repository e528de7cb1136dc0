// SPDX-License-Identifier: GPL-3.0-or-later
/* Stage 1: faults by level and cause, permissions, ranges, granules, AT. */
#include "el1.h"

#define MAIR	0x44ff04UL	/* device nGnRE, normal write-back, normal non-cacheable */
/* 39 bits of each half, 4 KiB, inner shareable, write-back tables */
#define TCR	(25UL | 1UL << 8 | 1UL << 10 | 3UL << 12 |			\
		 25UL << 16 | 1UL << 24 | 1UL << 26 | 3UL << 28 | 2UL << 30)
#define TCR_EPD1	BIT(23)
#define TCR_TBI0	BIT(37)
#define TCR_HA		BIT(39)
#define TCR_HD		BIT(40)

static u64 l1[512] __attribute__((aligned(4096)));
static u64 l1_high[512] __attribute__((aligned(4096)));
static u64 l2[512] __attribute__((aligned(4096)));
static u64 l3_image[512] __attribute__((aligned(4096)));
static u64 l3_test[512] __attribute__((aligned(4096)));
static u64 l1_16k[2048] __attribute__((aligned(16384)));
static u64 l2_16k[2048] __attribute__((aligned(16384)));
static u64 l2_64k[1024] __attribute__((aligned(65536)));
u64 sctlr;
static u64 tcr;

extern u8 start[], el0_text[], data[], end[];

/* ---- tables ------------------------------------------------------------------------ */

static void make_image(void)
{
	u64 at;

	for (at = (u64)start; at < (u64)end; at += PAGE) {
		u64 attributes = D_PAGE | D_DATA;

		if (at < (u64)el0_text)
			attributes = D_PAGE | D_MEMORY | D_RO | D_UXN;
		else if (at < (u64)data)
			attributes = D_PAGE | D_MEMORY | D_RO | D_USER | D_PXN;
		else if (at == (u64)el0_page)
			attributes |= D_USER;
		l3_image[at / PAGE % 512] = at | attributes;
	}
}

/* Memory from 1 GiB on, 256 MiB; devices below. */
void tables_make(void)
{
	unsigned int i;

	l1[0] = D_BLOCK | D_DEVICE | D_AF | D_PXN | D_UXN;
	l1[1] = (u64)l2 | D_TABLE;
	for (i = 0; i < 128; i++)
		l2[i] = (0x40000000UL + i * 0x200000UL) | D_BLOCK | D_DATA;
	make_image();
	l2[1] = (u64)l3_image | D_TABLE;
	l2[8] = (u64)l3_test | D_TABLE;
	tcr = TCR | (field(ID_MMFR0, 0) & 7) << 32;
	if (field(ID_MMFR0, 0) > 5)
		tcr = TCR | 5UL << 32;
	sctlr = 0x30d00800UL | SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_SA | SCTLR_SA0 | SCTLR_DZE |
		SCTLR_UCT | SCTLR_NTWI | SCTLR_NTWE | SCTLR_UCI;
}

void flush(void)
{
	asm volatile("dsb ishst; tlbi vmalle1is; dsb ish; isb" : : : "memory");
}

void tables_use(void)
{
	msr("mair_el1", MAIR);
	msr("tcr_el1", tcr);
	msr("ttbr0_el1", l1);
	msr("ttbr1_el1", l1_high);
	isb();
	flush();
	set_sctlr(sctlr);
}

void set_sctlr(u64 value)
{
	msr("sctlr_el1", value);
	isb();
}

static void set_tcr(u64 value)
{
	msr("tcr_el1", value);
	isb();
	flush();
}

u64 *entry(unsigned int n)
{
	return &l3_test[n];
}

u64 map(unsigned int n, u64 descriptor)
{
	l3_test[n] = 0;
	flush();
	l3_test[n] = descriptor;
	dsb();
	isb();
	return TEST_VA + n * PAGE;
}

/* ---- faults --------------------------------------------------------------------------- */

EL1(load, "ldr x0, [x0]");
EL1(store, "str x1, [x0]");
EL0(load_el0, "ldr x0, [x0]");
EL0(store_el0, "str x1, [x0]");
EL1(jump, "mov x2, x30\nadr x30, 1f\nbr x0\n1: mov x30, x2");
EL0(jump_el0, "adr x30, 1f\nbr x0\n1:");

static void check_faults(void)
{
	u64 va = TEST_VA + 5 * PAGE;

	el1(load, va + 8, 0);
	check("fault-level3-esr", taken.esr, ESR(0x25, 0x07));
	check("fault-level3-far", taken.far, va + 8);
	el1(store, va, 0);
	check("fault-write-esr", taken.esr, ESR(0x25, 0x47));
	el1(load, 0x40000000UL + 200 * 0x200000UL, 0);
	check("fault-level2", FSC(taken.esr), 0x06);
	el1(load, 0x80000000UL, 0);
	check("fault-level1", FSC(taken.esr), 0x05);
	el1(load, BIT(39), 0);
	check("fault-above-t0sz", FSC(taken.esr), 0x04);
	el1(load, HIGH - 8, 0);
	check("fault-below-ttbr1", FSC(taken.esr), 0x04);
	el0(load_el0, va, 0);
	check("fault-el0-esr", taken.esr, ESR(0x24, 0x07));
	check("fault-el0-vector", taken.vector, VECTOR_EL0);
	el1(jump, va, 0);
	check("fault-fetch-esr", taken.esr, ESR(0x21, 0x07));
	check("fault-fetch-far", taken.far, va);
	el0(jump_el0, va, 0);
	check("fault-fetch-el0-esr", taken.esr, ESR(0x20, 0x07));
}

static void check_permissions(void)
{
	u64 ro = map(0, TEST_PA | D_PAGE | D_DATA | D_RO);
	u64 user = map(1, TEST_PA | D_PAGE | D_DATA | D_USER);
	u64 user_ro = map(2, TEST_PA | D_PAGE | D_DATA | D_USER | D_RO);
	u64 kernel = map(3, TEST_PA | D_PAGE | D_DATA);

	*(volatile u64 *)kernel = 0x1234;
	check("ro-reads", el1(load, ro, 0), 0x1234);
	el1(store, ro, 1);
	check("ro-write-esr", taken.esr, ESR(0x25, 0x4f));
	el0(load_el0, kernel, 0);
	check("el0-no-access", taken.esr, ESR(0x24, 0x0f));
	check("el0-reads", el0(load_el0, user_ro, 0), 0x1234);
	el0(store_el0, user_ro, 1);
	check("el0-ro-write", taken.esr, ESR(0x24, 0x4f));
	el0(store_el0, user, 0x77);
	check("el0-writes", *(volatile u64 *)kernel, 0x77);
	el1(store, user, 0x78);
	check("el1-writes-user", *(volatile u64 *)kernel, 0x78);
}

#define RET_INSN	0xd65f03c0U

static void check_execution(void)
{
	u64 data_va = map(0, TEST_PA | D_PAGE | D_DATA);
	u64 code, user, both;

	*(volatile u32 *)data_va = RET_INSN;
	asm volatile("dc cvau, %0; dsb ish; ic iallu; dsb ish; isb" : : "r"(data_va) : "memory");
	el1(jump, data_va, 0);
	check("pxn", taken.esr, ESR(0x21, 0x0f));
	code = map(1, TEST_PA | D_PAGE | D_MEMORY | D_RO | D_UXN);
	el1(jump, code, 0);
	check("executes", taken.count, 0);
	user = map(2, TEST_PA | D_PAGE | D_MEMORY | D_RO | D_USER | D_UXN);
	el0(jump_el0, user, 0);
	check("uxn", taken.esr, ESR(0x20, 0x0f));
	both = map(3, TEST_PA | D_PAGE | D_MEMORY | D_RO | D_USER | D_PXN);
	el0(jump_el0, both, 0);
	check("el0-executes", taken.count, 0);
	both = map(4, TEST_PA | D_PAGE | D_MEMORY | D_USER);
	el1(jump, both, 0);
	check("el0-writable-is-pxn", taken.esr, ESR(0x21, 0x0f));
	code = map(5, TEST_PA | D_PAGE | D_MEMORY | D_UXN);
	el1(jump, code, 0);
	check("writable-executes", taken.count, 0);
	set_sctlr(sctlr | SCTLR_WXN);
	flush();
	el1(jump, code, 0);
	check("wxn", taken.esr, ESR(0x21, 0x0f));
	set_sctlr(sctlr);
	flush();
}

/* ---- flags in descriptors ------------------------------------------------------------------ */

static void check_flags(void)
{
	u64 va = map(0, TEST_PA | D_PAGE | (D_DATA & ~D_AF));
	u64 hafdbs = field(ID_MMFR1, 0);

	el1(load, va, 0);
	check("access-flag", taken.esr, ESR(0x25, 0x0b));
	*entry(0) |= D_AF;
	dsb();
	el1(load, va, 0);
	check("access-flag-set", taken.count, 0);
	va = map(1, TEST_PA | D_PAGE | (D_DATA & ~D_AF));
	set_tcr(tcr | (hafdbs >= 1 ? TCR_HA : 0));
	el1(load, va, 0);
	check("hardware-access-flag", !taken.count && *entry(1) & D_AF, hafdbs >= 1);
	va = map(2, TEST_PA | D_PAGE | D_DATA | D_RO | D_DBM);
	set_tcr(tcr | (hafdbs >= 2 ? TCR_HA | TCR_HD : 0));
	el1(load, va, 0);
	check("read-is-not-dirty", *entry(2) & D_RO, D_RO);
	el1(store, va, 1);
	check("hardware-dirty", !taken.count && !(*entry(2) & D_RO), hafdbs >= 2);
	set_tcr(tcr);
}

static void check_contiguous(void)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < 16; i++) {
		map(32 + i, (TEST_PA + i * PAGE) | D_PAGE | D_DATA | D_CONT);
		*(volatile u64 *)(TEST_PA + i * PAGE) = i + 1;
	}
	flush();
	for (i = 0; i < 16; i++)
		sum += *(volatile u64 *)(TEST_VA + (32 + i) * PAGE);
	check("contiguous", sum, 136);
	for (i = 0; i < 16; i++)
		map(32 + i, 0);
}

/* ---- the high half, granules, ranges ----------------------------------------------------------- */

static void high_table(u64 value, u64 table)
{
	msr("ttbr1_el1", table);
	set_tcr(value);
}

/* Where they are there: blocks of 32 MiB and of 512 MiB at level 2. */
static void check_granules(u64 tcr1)
{
	u64 want = *(volatile u64 *)TEST_PA;

	if (field(ID_MMFR0, 20)) {
		l1_16k[0] = (u64)l2_16k | D_TABLE;
		l2_16k[0] = 0x40000000UL | D_BLOCK | D_DATA;
		high_table(tcr1 | 25UL << 16 | 1UL << 30, (u64)l1_16k);
		check("granule-16k", el1(load, HIGH + TEST_PA - 0x40000000UL, 0), want);
	}
	if (!field(ID_MMFR0, 24)) {
		l2_64k[0] = 0x40000000UL | D_BLOCK | D_DATA;
		high_table(tcr1 | 25UL << 16 | 3UL << 30, (u64)l2_64k);
		check("granule-64k", el1(load, HIGH + TEST_PA - 0x40000000UL, 0), want);
	}
}

static void check_high(void)
{
	u64 tcr1 = tcr & ~(0x3fUL << 16 | 3UL << 30);

	*(volatile u64 *)TEST_PA = 0xabcd;
	l1_high[0] = 0x40000000UL | D_BLOCK | D_DATA;
	flush();
	check("block-level1", el1(load, HIGH + TEST_PA - 0x40000000UL, 0), 0xabcd);
	l1_high[0] |= D_RO;
	flush();
	el1(store, HIGH + TEST_PA - 0x40000000UL, 0);
	check("block-level1-permission", FSC(taken.esr), 0x0d);
	check("block-level2", el1(load, TEST_PA, 0), 0xabcd);
	set_tcr(tcr | TCR_EPD1);
	el1(load, HIGH + TEST_PA - 0x40000000UL, 0);
	check("epd1", FSC(taken.esr), 0x04);
	set_tcr(tcr);
	/* 48 bits: the walk begins at level 0, where nothing is valid. */
	l1_high[511] = 0;
	high_table(tcr1 | 16UL << 16 | 2UL << 30, (u64)l1_high);
	el1(load, ~7UL, 0);
	check("fault-level0", taken.esr, ESR(0x25, 0x04));
	check_granules(tcr1);
	high_table(tcr, (u64)l1_high);
	check("high-again", el1(load, HIGH + TEST_PA - 0x40000000UL, 0), 0xabcd);
}

static void check_top_byte(void)
{
	u64 va = map(0, TEST_PA | D_PAGE | D_DATA);

	*(volatile u64 *)va = 0x99;
	el1(load, va | 0xa5UL << 56, 0);
	check("top-byte-counts", FSC(taken.esr), 0x04);
	set_tcr(tcr | TCR_TBI0);
	check("top-byte-ignored", el1(load, va | 0xa5UL << 56, 0), 0x99);
	set_tcr(tcr);
}

/* ---- PAN, UAO -------------------------------------------------------------------------------------- */

EL1(load_pan, "msr S0_0_C4_C1_4, xzr\nldr x0, [x0]\nmsr S0_0_C4_C0_4, xzr");
EL1(load_user, "ldtr x0, [x0]");
EL1(store_user, "sttr x1, [x0]");
EL1(set_pan, "msr S3_0_C4_C2_3, x0");
EL1(set_uao, "msr S3_0_C4_C2_4, x0");

static void check_privilege(void)
{
	u64 user = map(0, TEST_PA | D_PAGE | D_DATA | D_USER);
	u64 kernel = map(1, TEST_PA | D_PAGE | D_DATA);

	*(volatile u64 *)kernel = 5;
	el1(load_user, user, 0);
	check("ldtr-user", taken.count, 0);
	el1(load_user, kernel, 0);
	check("ldtr-kernel", taken.esr, ESR(0x25, 0x0f));
	el1(store_user, kernel, 0);
	check("sttr-kernel", taken.esr, ESR(0x25, 0x4f));
	if (field(ID_MMFR1, 20)) {
		msr("S3_0_C4_C2_3", BIT(22));
		el1(load, user, 0);
		check("pan", taken.esr, ESR(0x25, 0x0f));
		el1(load_user, user, 0);
		check("pan-ldtr", taken.count, 0);
		msr("S3_0_C4_C2_3", 0);
	} else {
		check("no-pan", class_of(set_pan), 0);
	}
	if (field(ID_MMFR2, 4)) {
		msr("S3_0_C4_C2_4", BIT(23));
		el1(load_user, kernel, 0);
		check("uao", taken.count, 0);
		msr("S3_0_C4_C2_4", 0);
	} else {
		check("no-uao", class_of(set_uao), 0);
	}
}

/* ---- AT ------------------------------------------------------------------------------------------------ */

#define AT(op, va)							\
	({								\
		asm volatile("at " op ", %0; isb" : : "r"(va) : "memory"); \
		mrs("par_el1");						\
	})

static void check_at(void)
{
	u64 ro = map(0, (TEST_PA + 3 * PAGE) | D_PAGE | D_DATA | D_RO);
	u64 user = map(1, TEST_PA | D_PAGE | D_DATA | D_USER);
	u64 par;

	forget();
	par = AT("s1e1r", ro + 0x123);
	check("at-s1e1r-pa", par & 0xfffffffff001, TEST_PA + 3 * PAGE);
	check("at-attributes", par >> 56, 0xff);
	check("at-s1e1w-ro", AT("s1e1w", ro) & 0x7f, 1 | 0x0f << 1);
	check("at-s1e0r-kernel", AT("s1e0r", ro) & 0x7f, 1 | 0x0f << 1);
	check("at-s1e0w-user", AT("s1e0w", user) & 0xfffffffff001, TEST_PA);
	check("at-unmapped", AT("s1e1r", TEST_VA + 100 * PAGE) & 0x7f, 1 | 0x07 << 1);
	check("at-level1", AT("s1e1r", 0x80000000UL) & 0x7f, 1 | 0x05 << 1);
	check("at-takes-no-exception", taken.count, 0);
	if (field(ID_MMFR1, 20) >= 2) {
		msr("S3_0_C4_C2_3", BIT(22));
		asm volatile(".arch armv8.2-a\nat s1e1rp, %0; isb" : : "r"(user) : "memory");
		check("at-s1e1rp", mrs("par_el1") & 0x7f, 1 | 0x0f << 1);
		msr("S3_0_C4_C2_3", 0);
	}
	msr("par_el1", 1);
	isb();
	check("par-holds", mrs("par_el1") & 1, 1);
}

/* ---- alignment, byte order ---------------------------------------------------------------------------------- */

EL1(load_acquire, "ldar x0, [x0]");
EL1(load_exclusive, "ldxr x0, [x0]\nclrex");

static void check_alignment(void)
{
	u64 va = map(0, TEST_PA | D_PAGE | D_DATA);

	*(volatile u64 *)va = 0x8877665544332211;
	*(volatile u64 *)(va + 8) = 0x99;
	check("unaligned-load", el1(load, va + 1, 0), 0x9988776655443322);
	set_sctlr(sctlr | SCTLR_A);
	el1(load, va + 1, 0);
	check("alignment-check", taken.esr, ESR(0x25, 0x21));
	check("alignment-far", taken.far, va + 1);
	set_sctlr(sctlr);
	el1(load_acquire, va + 13, 0);
	check("unaligned-ldar", FSC(taken.esr), 0x21);
	el1(load_exclusive, va + 4, 0);
	check("unaligned-ldxr", FSC(taken.esr), 0x21);
}

static void check_order(void)
{
	u64 va = map(0, TEST_PA | D_PAGE | D_DATA | D_USER);

	*(volatile u64 *)va = 0x0102030405060708;
	set_sctlr(sctlr | SCTLR_E0E);
	check("big-endian-el0", el0(load_el0, va, 0), 0x0807060504030201);
	set_sctlr(sctlr);
	check("little-endian-el0", el0(load_el0, va, 0), 0x0102030405060708);
}

void check_translation(void)
{
	check_faults();
	check_permissions();
	check_execution();
	check_flags();
	check_contiguous();
	check_high();
	check_top_byte();
	check_privilege();
	check_at();
	check_alignment();
	check_order();
}
