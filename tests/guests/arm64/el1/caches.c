// SPDX-License-Identifier: GPL-3.0-or-later
/* Cache maintenance: code that is written, DC ZVA, descriptions, faults. */
#include "el1.h"

#define MOV_X0(n)	(0xd2800000U | (n) << 5)
#define RET		0xd65f03c0U

EL1(clean, "dc cvac, x0");
EL1(discard, "dc ivac, x0");
EL1(invalidate_code, "ic ivau, x0");
EL1(zero, "dc zva, x0");
EL0(zero_el0, "dc zva, x0");
EL0(clean_el0, "dc cvau, x0");
EL1(cisw, "dc cisw, x0");
EL1(clean_to_persistence, "sys #3, c7, c12, #1, x0");

static void put(u64 va, u32 insn)
{
	volatile u32 *code = (volatile u32 *)va;

	code[0] = insn;
	code[1] = RET;
	asm volatile("dc cvau, %0; dsb ish; ic ivau, %0; dsb ish; isb" : : "r"(va) : "memory");
}

static void check_code(void)
{
	u64 va = map(0, TEST_PA | D_PAGE | D_MEMORY | D_UXN);
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < 100; i++) {
		put(va, MOV_X0(i));
		sum += el1((void *)va, 0, 0);
	}
	check("self-modifying", sum, 4950);
	/* By its other address. */
	put(TEST_PA, MOV_X0(7));
	asm volatile("ic iallu; dsb ish; isb");
	check("self-modifying-alias", el1((void *)va, 0, 0), 7);
}

static void check_zva(void)
{
	u64 va = map(0, TEST_PA | D_PAGE | D_DATA | D_USER), bytes = 4UL << (mrs("dczid_el0") & 15);
	volatile u64 *words = (volatile u64 *)va;
	unsigned int i;
	u64 zeros = 0;

	check("zva-allowed", mrs("dczid_el0") >> 4 & 1, 0);
	for (i = 0; i < 512; i++)
		words[i] = ~0UL;
	el1(zero, va + bytes + 5, 0);
	for (i = 0; i < 512; i++)
		zeros += !words[i];
	check("zva-zeroes", zeros * 8, bytes);
	check("zva-where", !words[bytes / 8] && !words[2 * bytes / 8 - 1], 1);
	el0(zero_el0, va, 0);
	check("zva-el0", words[0], 0);
}

static void check_descriptions(void)
{
	u64 ctr = mrs("ctr_el0"), clidr = mrs("clidr_el1"), line;

	check("ctr-res1", ctr >> 31 & 1, 1);
	msr("csselr_el1", 0);
	isb();
	line = 4 + (mrs("ccsidr_el1") & 7);
	check_true("ccsidr-line", line >= 4 && line <= 11);
	check_true("ctr-line", (ctr >> 16 & 15) + 2 <= line);
	check_true("clidr-level1", clidr & 7);
	msr("csselr_el1", 2);
	isb();
	check("csselr-holds", mrs("csselr_el1"), 2);
	msr("csselr_el1", 0);
}

static void check_maintenance(void)
{
	u64 va = map(0, TEST_PA | D_PAGE | D_DATA | D_USER), unmapped = TEST_VA + 100 * PAGE;

	*(volatile u64 *)va = 0x55;
	el1(clean, va, 0);
	check("dc-cvac", taken.count, 0);
	el1(discard, va, 0);
	check("dc-ivac", taken.count, 0);
	el0(clean_el0, va, 0);
	check("dc-cvau-el0", taken.count, 0);
	el1(cisw, 0, 0);
	check("dc-cisw", taken.count, 0);
	el1(clean, va, 0);
	check("dc-keeps-data", *(volatile u64 *)va, 0x55);
	el1(clean_to_persistence, va, 0);
	check("dc-cvap", taken.count, !(mrs(ID_ISAR1) & 15));
	el1(clean, unmapped, 0);
	check("dc-fault-esr", taken.esr, ESR(0x25, BIT(8) | BIT(6) | 0x07));
	check("dc-fault-far", taken.far, unmapped);
	el1(zero, unmapped, 0);
	check("zva-fault", FSC(taken.esr), 0x07);
}

void check_caches(void)
{
	check_code();
	check_zva();
	check_descriptions();
	check_maintenance();
}
