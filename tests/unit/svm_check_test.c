// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * kmod/x86/svm/check.c: why VMRUN refuses a VMCB. Each check refuses one change of
 * a VMCB that all of them let through, and what is near it passes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kmod/x86/svm/check.h"

#define EFER_SCE	BIT_ULL(0)
#define EFER_LME	BIT_ULL(8)
#define EFER_LMA	BIT_ULL(10)
#define EFER_NX		BIT_ULL(11)
#define EFER_SVME	BIT_ULL(12)
#define CR0_PE		BIT_ULL(0)
#define CR0_NW		BIT_ULL(29)
#define CR0_CD		BIT_ULL(30)
#define CR0_PG		BIT_ULL(31)
#define CR4_PAE		BIT_ULL(5)
#define CODE64		(0x9b | SVM_SEGMENT_L)

/* A guest in 64-bit mode, as svm_setup() makes it. */
static const struct vmcb long_mode = {
	.control = {
		.intercept_misc2 = SVM_INTERCEPT_VMRUN,
		.asid = 1,
		.nested_control = SVM_NP_ENABLE,
		.n_cr3 = 0x123000,
	},
	.save = {
		.cs.attributes = CODE64,
		.efer = EFER_SVME | EFER_LME | EFER_LMA | EFER_NX | EFER_SCE,
		.cr0 = CR0_PG | CR0_PE | 0x10030,
		.cr4 = CR4_PAE,
		.cr3 = 0x10000,
		.dr6 = 0xffff0ff0,
		.dr7 = 0x400,
		.rflags = 2,
	},
};

/* PASSES(statement), REFUSES("text", statement): with @v changed by the statement */
#define PASSES(change)                                                                            \
	do {                                                                                       \
		struct vmcb v = long_mode;                                                         \
		u64 event = 0;                                                                     \
		change;                                                                            \
		passes(&v, event, #change, __LINE__);                                              \
	} while (0)
#define REFUSES(text, change)                                                                     \
	do {                                                                                       \
		struct vmcb v = long_mode;                                                         \
		u64 event = 0;                                                                     \
		change;                                                                            \
		refuses(&v, event, text, #change, __LINE__);                                       \
	} while (0)

static void passes(const struct vmcb *v, u64 event, const char *change, int line)
{
	const char *check = svm_check_vmcb(v, event);

	if (check)
		fail_msg("line %d, %s: %s", line, change, check);
}

static void refuses(const struct vmcb *v, u64 event, const char *text, const char *change, int line)
{
	const char *check = svm_check_vmcb(v, event);

	if (!check || strcmp(check, text))
		fail_msg("line %d, %s: \"%s\", not \"%s\"", line, change, check ? check : "passes",
			 text);
}

static void test_valid(void **state)
{
	(void)state;
	PASSES();
	/* protected mode, with and without paging */
	PASSES(v.save.efer = EFER_SVME; v.save.cr4 = 0; v.save.cs.attributes = 0x9b | SVM_SEGMENT_DB);
	PASSES(v.save.efer = EFER_SVME; v.save.cr4 = 0; v.save.cr0 = CR0_PE | 0x10);
	/* real mode */
	PASSES(v.save.efer = EFER_SVME; v.save.cr4 = 0; v.save.cr0 = 0x10; v.save.cs.attributes = 0x9b);
	/* on the way into long mode */
	PASSES(v.save.cr0 = CR0_PE | 0x10; v.save.efer &= ~EFER_LMA; v.save.cr4 = 0);
	/* compatibility mode */
	PASSES(v.save.cs.attributes = 0x9b | SVM_SEGMENT_DB);
}

static void test_control(void **state)
{
	(void)state;
	REFUSES("the VMRUN intercept is clear", v.control.intercept_misc2 &= ~(u32)SVM_INTERCEPT_VMRUN);
	PASSES(v.control.intercept_misc2 = ~0U);
	REFUSES("the ASID is 0", v.control.asid = 0);
	PASSES(v.control.asid = ~0U);
	REFUSES("nested CR3 is not aligned to a page", v.control.n_cr3 |= 1);
	REFUSES("nested CR3 is not aligned to a page", v.control.n_cr3 |= 0x800);
	PASSES(v.control.n_cr3 |= 0x1000);
	PASSES(v.control.n_cr3 |= 0x800; v.control.nested_control = 0);
}

/* EFER: 3.1.7 of volume 2, and the later SVM, MCOMMIT, INTWB, UAI and IBRS bits. */
static void test_efer(void **state)
{
	static const u64 known = EFER_SCE | EFER_LME | EFER_LMA | EFER_NX | EFER_SVME | BIT_ULL(13) |
				 BIT_ULL(14) | BIT_ULL(15) | BIT_ULL(17) | BIT_ULL(18) |
				 BIT_ULL(20) | BIT_ULL(21);
	unsigned int i;

	(void)state;
	REFUSES("EFER.SVME is clear", v.save.efer &= ~EFER_SVME);
	for (i = 0; i < 64; i++) {
		if (known & BIT_ULL(i))
			PASSES(v.save.efer |= BIT_ULL(i));
		else
			REFUSES("a reserved bit of EFER is set", v.save.efer |= BIT_ULL(i));
	}
}

static void test_registers(void **state)
{
	unsigned int i;

	(void)state;
	REFUSES("CR0.NW is set, CR0.CD is clear", v.save.cr0 |= CR0_NW);
	PASSES(v.save.cr0 |= CR0_NW | CR0_CD);
	PASSES(v.save.cr0 |= CR0_CD);
	for (i = 32; i < 64; i++) {
		REFUSES("a bit of CR0 above 31 is set", v.save.cr0 |= BIT_ULL(i));
		REFUSES("a reserved bit of CR4 is set", v.save.cr4 |= BIT_ULL(i));
		REFUSES("a bit of DR6 above 31 is set", v.save.dr6 |= BIT_ULL(i));
		REFUSES("a bit of DR7 above 31 is set", v.save.dr7 |= BIT_ULL(i));
	}
	PASSES(v.save.dr6 = v.save.dr7 = 0xffffffff);
	PASSES(v.save.cr3 |= 0x18);
}

static void test_paging(void **state)
{
	(void)state;
	REFUSES("EFER.LME and CR0.PG are set, CR4.PAE is clear", v.save.cr4 = 0);
	REFUSES("EFER.LME and CR0.PG are set, CR0.PE is clear", v.save.cr0 &= ~CR0_PE);
	REFUSES("long mode is active, CS.L and CS.D are both set", v.save.cs.attributes |= SVM_SEGMENT_DB);
	/* Not in long mode, none of them matters. */
	PASSES(v.save.efer &= ~(EFER_LME | EFER_LMA); v.save.cr4 = 0);
	PASSES(v.save.cr0 &= ~(CR0_PG | CR0_PE));
	PASSES(v.save.cr0 &= ~CR0_PG; v.save.cs.attributes |= SVM_SEGMENT_DB);
}

static void test_event(void **state)
{
	u64 vector;

	(void)state;
	PASSES(event = ~SVM_EVENT_V);
	for (vector = 0; vector < 256; vector++) {
		PASSES(event = SVM_EVENT_V | SVM_EVENT_INTR | vector);
		PASSES(event = SVM_EVENT_V | SVM_EVENT_NMI | vector);
		PASSES(event = SVM_EVENT_V | SVM_EVENT_SOFT | vector);
		REFUSES("EVENTINJ has a reserved type",
			event = SVM_EVENT_V | 1ULL << SVM_EVENT_TYPE_SHIFT | vector);
		REFUSES("EVENTINJ has a reserved type",
			event = SVM_EVENT_V | 5ULL << SVM_EVENT_TYPE_SHIFT | vector);
		REFUSES("EVENTINJ has a reserved type",
			event = SVM_EVENT_V | 6ULL << SVM_EVENT_TYPE_SHIFT | vector);
		REFUSES("EVENTINJ has a reserved type",
			event = SVM_EVENT_V | 7ULL << SVM_EVENT_TYPE_SHIFT | vector);
		if (vector == 2 || vector > 31)
			REFUSES("EVENTINJ has an exception with a vector that is none",
				event = SVM_EVENT_V | SVM_EVENT_EXCEPTION | vector);
		else if (vector == 4 || vector == 5)
			REFUSES("EVENTINJ has #OF or #BR in 64-bit mode",
				event = SVM_EVENT_V | SVM_EVENT_EXCEPTION | vector);
		else
			PASSES(event = SVM_EVENT_V | SVM_EVENT_EXCEPTION | vector);
	}
	PASSES(event = SVM_EVENT_V | SVM_EVENT_EXCEPTION | 4; v.save.cs.attributes = 0x9b | SVM_SEGMENT_DB);
	PASSES(event = SVM_EVENT_V | SVM_EVENT_EXCEPTION | 5; v.save.cs.attributes = 0x9b | SVM_SEGMENT_DB);
	/* It is the event at the entry that counts, not what the VMCB has now. */
	PASSES(v.control.event_inj = SVM_EVENT_V | SVM_EVENT_EXCEPTION | 2);
}

/* What is looked at first is said. */
static void test_order(void **state)
{
	(void)state;
	REFUSES("the VMRUN intercept is clear", memset(&v, 0xff, sizeof(v)); v.control.intercept_misc2 = 0);
	REFUSES("EFER.SVME is clear", v.save.efer = ~EFER_SVME; event = SVM_EVENT_V | SVM_EVENT_EXCEPTION | 2);
	REFUSES("the VMRUN intercept is clear", memset(&v, 0, sizeof(v)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),	  cmocka_unit_test(test_control),
		cmocka_unit_test(test_efer),	  cmocka_unit_test(test_registers),
		cmocka_unit_test(test_paging),	  cmocka_unit_test(test_event),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
