// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * TLB maintenance: a page is looked at, then its descriptor names another page; what is read
 * behind each kind of TLBI is the new one. ASIDs keep two apart.
 */
#include "el1.h"

#define PAGE_A	(TEST_PA + 8 * PAGE)
#define PAGE_B	(TEST_PA + 9 * PAGE)

static u64 va;

/* B is mapped where A was looked at, without the break in between that is due. */
static void look_and_change(u64 attributes)
{
	map(7, PAGE_A | D_PAGE | attributes);
	(void)*(volatile u64 *)va;
	*entry(7) = 0;
	dsb();
}

static u64 look_again(u64 attributes)
{
	dsb();
	isb();
	*entry(7) = PAGE_B | D_PAGE | attributes;
	dsb();
	isb();
	return *(volatile u64 *)va;
}

#define CHECK_TLBI(name, op, attributes)					\
	do {									\
		look_and_change(attributes);					\
		asm volatile(".arch armv8.4-a\n" op : : "r"(operand) : "memory"); \
		check(name, look_again(attributes), 0xb);			\
	} while (0)

static void check_kinds(void)
{
	u64 operand = va >> 12;

	CHECK_TLBI("tlbi-vae1", "tlbi vae1, %0", D_DATA);
	CHECK_TLBI("tlbi-vae1is", "tlbi vae1is, %0", D_DATA);
	CHECK_TLBI("tlbi-vale1", "tlbi vale1, %0", D_DATA);
	CHECK_TLBI("tlbi-vaae1", "tlbi vaae1, %0", D_DATA);
	CHECK_TLBI("tlbi-vaale1is", "tlbi vaale1is, %0", D_DATA);
	operand = 0;
	CHECK_TLBI("tlbi-vmalle1", "tlbi vmalle1", D_DATA);
	CHECK_TLBI("tlbi-vmalle1is", "tlbi vmalle1is", D_DATA);
	CHECK_TLBI("tlbi-aside1", "tlbi aside1, %0", D_DATA | D_NG);
	CHECK_TLBI("tlbi-aside1is", "tlbi aside1is, %0", D_DATA | D_NG);
	/* TLB ranges and outer shareable ones: NUM 0 and SCALE 0 are two pages. */
	if (field(ID_ISAR0, 56) >= 1)
		CHECK_TLBI("tlbi-vmalle1os", "tlbi vmalle1os", D_DATA);
	operand = va >> 12 | 1UL << 46;
	if (field(ID_ISAR0, 56) >= 2) {
		CHECK_TLBI("tlbi-rvae1", "tlbi rvae1, %0", D_DATA);
		CHECK_TLBI("tlbi-rvae1is", "tlbi rvae1is, %0", D_DATA);
	}
}

static void use_asid(u64 asid)
{
	u64 ttbr = mrs("ttbr0_el1") & ~(0xffffUL << 48);

	msr("ttbr0_el1", ttbr | asid << 48);
	isb();
}

static u64 look(void)
{
	return *(volatile u64 *)va;
}

/* No TLBI between: each ASID may go on with its own. */
static void check_asids(void)
{
	map(7, PAGE_A | D_PAGE | D_DATA | D_NG);
	use_asid(1);
	check("asid-1", look(), 0xa);
	use_asid(2);
	*entry(7) = PAGE_B | D_PAGE | D_DATA | D_NG;
	dsb();
	isb();
	check("asid-2", look(), 0xb);
	/* ASID 1's may be either; what is flushed for it is the new one. */
	asm volatile("tlbi aside1is, %0; dsb ish; isb" : : "r"(1UL << 48) : "memory");
	use_asid(1);
	check("asid-1-flushed", look(), 0xb);
	map(7, PAGE_A | D_PAGE | D_DATA);
	check("asid-global-1", look(), 0xa);
	use_asid(2);
	check("asid-global-2", look(), 0xa);
	use_asid(0);
	flush();
}

void check_tlb(void)
{
	*(volatile u64 *)PAGE_A = 0xa;
	*(volatile u64 *)PAGE_B = 0xb;
	va = map(7, PAGE_A | D_PAGE | D_DATA);
	check_kinds();
	check_asids();
}
