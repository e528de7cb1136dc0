// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * kmod/x86/vmx/check.c: why an entry refuses a guest state. Each check refuses one
 * change of a state that all of them let through, and what is near it passes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kmod/x86/vmx/check.h"

#define CR0_PE	   0x1ULL
#define CR0_PG	   0x80000000ULL
#define CR4_PAE	   0x20ULL
#define CR4_PCIDE  0x20000ULL
#define EFER_LME   0x100ULL
#define EFER_LMA   0x400ULL
#define FLAGS_TF   0x100ULL
#define FLAGS_IF   0x200ULL
#define PENDING_BS 0x4000ULL
#define FLAGS_VM   0x20000ULL
#define UNUSABLE   0x10000U
#define EVENT_INTR (1U << 31 | 0x30)
#define EVENT_NMI  (1U << 31 | 2 << 8 | 2)

/* A guest in 64-bit mode, as vmx_setup() makes it. */
static const struct vmx_check_state long_mode = {
	.cr0 = CR0_PG | CR0_PE | 0x10030,
	.cr4 = CR4_PAE | 0x2000,
	.efer = EFER_LME | EFER_LMA | 0x801,
	.rip = 0x1000,
	.rflags = 2 | FLAGS_IF,
	.dr7 = 0x400,
	.address_bits = 40,
	.linear_bits = 48,
	.ia32e = true,
	.segment = {
		[VMX_CHECK_ES] = { .limit = 0xffffffff, .ar = 0xc093, .selector = 0x18 },
		[VMX_CHECK_SS ... VMX_CHECK_GS] = { .limit = 0xffffffff, .ar = 0xc093, .selector = 0x18 },
		[VMX_CHECK_CS] = { .limit = 0xffffffff, .ar = 0xa09b, .selector = 0x10 },
		[VMX_CHECK_LDTR] = { .limit = 0xffff, .ar = 0x82 },
		[VMX_CHECK_TR] = { .limit = 0x67, .ar = 0x8b, .selector = 0x20 },
	},
};

static const struct vmx_check_state real_mode = {
	.cr0 = 0x30,
	.cr4 = 0x2000,
	.rip = 0x7c00,
	.rflags = 2,
	.dr7 = 0x400,
	.address_bits = 40,
	.linear_bits = 48,
	.segment = {
		[VMX_CHECK_ES] = { .limit = 0xffff, .ar = 0x93 },
		[VMX_CHECK_SS ... VMX_CHECK_GS] = { .limit = 0xffff, .ar = 0x93 },
		[VMX_CHECK_CS] = { .limit = 0xffff, .ar = 0x9b },
		[VMX_CHECK_LDTR] = { .limit = 0xffff, .ar = 0x82 },
		[VMX_CHECK_TR] = { .limit = 0xffff, .ar = 0x8b },
	},
};

/* PASSES(of, statement), REFUSES(of, "text", statement): with @s changed by it */
#define PASSES(of, change)                                               \
	do {                                                              \
		struct vmx_check_state s = of;                            \
		change;                                                   \
		passes(&s, #change, __LINE__);                            \
	} while (0)
#define REFUSES(of, text, change)                                        \
	do {                                                              \
		struct vmx_check_state s = of;                            \
		change;                                                   \
		refuses(&s, text, #change, __LINE__);                     \
	} while (0)

static void passes(const struct vmx_check_state *s, const char *change, int line)
{
	const char *check = vmx_check_guest(s);

	if (check)
		fail_msg("line %d, %s: %s", line, change, check);
}

static void refuses(const struct vmx_check_state *s, const char *text, const char *change, int line)
{
	const char *check = vmx_check_guest(s);

	if (!check || strcmp(check, text))
		fail_msg("line %d, %s: '%s', expected '%s'", line, change, check ? check : "passes", text);
}

static void test_valid(void **state)
{
	(void)state;
	PASSES(long_mode, (void)s);
	PASSES(real_mode, (void)s);
}

static void test_control(void **state)
{
	(void)state;
	REFUSES(long_mode, "CR0.PG is set, CR0.PE is clear", s.cr0 &= ~CR0_PE);
	REFUSES(long_mode, "IA-32e mode guest, CR0.PG is clear", s.cr0 &= ~CR0_PG);
	REFUSES(long_mode, "IA-32e mode guest, CR4.PAE is clear", s.cr4 &= ~CR4_PAE);
	PASSES(long_mode, s.cr4 |= CR4_PCIDE);
	REFUSES(real_mode, "CR4.PCIDE is set outside of IA-32e mode", s.cr4 |= CR4_PCIDE);
	PASSES(long_mode, s.cr3 = 0xfffffff000);
	REFUSES(long_mode, "CR3 is beyond the physical addresses", s.cr3 = 1ULL << 40);
	REFUSES(long_mode, "a bit of DR7 above 31 is set", s.dr7 |= 1ULL << 32);
	REFUSES(long_mode, "SYSENTER_ESP or SYSENTER_EIP is not canonical", s.sysenter_eip = 1ULL << 60);
	REFUSES(long_mode, "a reserved bit of EFER is set", s.efer |= 1ULL << 12);
	REFUSES(long_mode, "EFER.LMA differs from IA-32e mode guest", s.efer &= ~EFER_LMA);
	REFUSES(real_mode, "EFER.LMA differs from IA-32e mode guest", s.efer |= EFER_LMA);
	REFUSES(long_mode, "CR0.PG is set, EFER.LMA and EFER.LME differ", s.efer &= ~EFER_LME);
	PASSES(real_mode, s.efer = EFER_LME);
}

static void test_pdptes(void **state)
{
	const char *reserved = "a PDPTE has a reserved bit set";
	struct vmx_check_state pae = real_mode;
	unsigned int i, bit;

	(void)state;
	pae.cr0 |= CR0_PG | CR0_PE;
	pae.cr4 |= CR4_PAE;
	PASSES(pae, (void)s);
	for (bit = 0; bit < 64; bit++) {
		for (i = 0; i < 4; i++) {
			if (bit == 1 || bit == 2 || (bit >= 5 && bit <= 8) || bit >= 40)
				REFUSES(pae, reserved, s.pdpte[i] = 1ULL << bit | 1);
			else
				PASSES(pae, s.pdpte[i] = 1ULL << bit | 1);
			if (bit)
				PASSES(pae, s.pdpte[i] = 1ULL << bit);
		}
	}
	PASSES(pae, s.pdpte[0] = 3; s.cr4 &= ~CR4_PAE);
	PASSES(pae, s.pdpte[0] = 3; s.cr0 &= ~CR0_PG);
	PASSES(long_mode, s.pdpte[0] = 3);
}

static void test_segments(void **state)
{
	(void)state;
	REFUSES(long_mode, "the type of CS is not accessed code", s.segment[VMX_CHECK_CS].ar &= ~1U);
	PASSES(real_mode, s.segment[VMX_CHECK_CS].ar = 0x93);
	REFUSES(long_mode, "CS is not conforming and its DPL is not that of SS", s.segment[VMX_CHECK_CS].ar |= 0x60);
	PASSES(long_mode, s.segment[VMX_CHECK_CS].ar |= 0x60; s.segment[VMX_CHECK_SS].ar |= 0x60);
	REFUSES(long_mode, "CS is conforming and its DPL is above that of SS", s.segment[VMX_CHECK_CS].ar |= 0x64);
	REFUSES(long_mode, "CS.L and CS.D are both set", s.segment[VMX_CHECK_CS].ar |= 0x4000);
	REFUSES(long_mode, "the type of SS is not accessed, writable data", s.segment[VMX_CHECK_SS].ar = 0xc091);
	PASSES(long_mode, s.segment[VMX_CHECK_SS].ar = UNUSABLE);
	REFUSES(real_mode, "SS.DPL is not 0 in real mode",
		s.segment[VMX_CHECK_SS].ar |= 0x20; s.segment[VMX_CHECK_CS].ar |= 0x20);
	REFUSES(long_mode, "a data segment is not accessed, or code that can't be read",
		s.segment[VMX_CHECK_DS].ar &= ~1U);
	REFUSES(long_mode, "a segment's granularity does not fit its limit", s.segment[VMX_CHECK_ES].ar = 0x93);
	REFUSES(long_mode, "a segment's granularity does not fit its limit", s.segment[VMX_CHECK_ES].limit = 0xfffff000);
	REFUSES(long_mode, "a segment has S or P clear, or a reserved bit set", s.segment[VMX_CHECK_GS].ar &= ~0x80U);
	PASSES(long_mode, s.segment[VMX_CHECK_GS].base = 0xffff800000000000);
	REFUSES(long_mode, "the base of CS, FS or GS is not valid", s.segment[VMX_CHECK_GS].base = 1ULL << 60);
	REFUSES(long_mode, "the base of ES, SS or DS has a bit above 31 set", s.segment[VMX_CHECK_DS].base = 1ULL << 32);
	REFUSES(long_mode, "the type of TR is not a busy TSS", s.segment[VMX_CHECK_TR].ar = 0x89);
	REFUSES(long_mode, "the type of TR is not a busy TSS", s.segment[VMX_CHECK_TR].ar = 0x83);
	PASSES(real_mode, s.segment[VMX_CHECK_TR].ar = 0x83);
	REFUSES(long_mode, "TR is not usable", s.segment[VMX_CHECK_TR].ar |= UNUSABLE);
	REFUSES(long_mode, "TR's selector is of the LDT", s.segment[VMX_CHECK_TR].selector |= 4);
	REFUSES(long_mode, "LDTR is neither an LDT nor unusable", s.segment[VMX_CHECK_LDTR].ar = 0x8b);
	PASSES(long_mode, s.segment[VMX_CHECK_LDTR].ar = UNUSABLE);
}

static void test_flow(void **state)
{
	(void)state;
	REFUSES(long_mode, "the base of GDTR or IDTR is not canonical", s.gdt_base = 1ULL << 60);
	PASSES(long_mode, s.rip = 0xffffffff80000000);
	REFUSES(long_mode, "RIP is not a linear address", s.rip = 1ULL << 48);
	REFUSES(long_mode, "RIP is not a linear address", s.rip = 0x7fff800000000000);
	PASSES(long_mode, s.rip = 1ULL << 48; s.linear_bits = 57);
	PASSES(long_mode, s.rip = 0x0000800000000000);
	REFUSES(real_mode, "a bit of RIP above 31 is set outside of 64-bit code", s.rip = 1ULL << 32);
	REFUSES(long_mode, "a reserved bit of RFLAGS is not what it has to be", s.rflags &= ~2ULL);
	REFUSES(long_mode, "a reserved bit of RFLAGS is not what it has to be", s.rflags |= 8);
	REFUSES(long_mode, "RFLAGS.VM is set in IA-32e mode or real mode", s.rflags |= FLAGS_VM);
	REFUSES(real_mode, "RFLAGS.VM is set, a segment is not of virtual-8086 mode",
		s.cr0 |= CR0_PE; s.rflags |= FLAGS_VM);
}

static void test_event(void **state)
{
	(void)state;
	PASSES(long_mode, s.event = EVENT_INTR);
	REFUSES(real_mode, "an interrupt is injected, RFLAGS.IF is clear", s.event = EVENT_INTR);
	REFUSES(long_mode, "an interrupt is injected in an interrupt shadow", s.event = EVENT_INTR; s.interruptibility = 1);
	REFUSES(real_mode, "in the shadow of STI, RFLAGS.IF is clear", s.interruptibility = 1);
	PASSES(real_mode, s.interruptibility = 2);
	REFUSES(long_mode, "both kinds of interrupt shadow are set", s.interruptibility = 3);
	PASSES(real_mode, s.event = EVENT_NMI);
	REFUSES(real_mode, "an NMI is injected while NMIs are blocked", s.event = EVENT_NMI; s.interruptibility = 8);
	REFUSES(real_mode, "in an interrupt shadow, a pending single step does not fit RFLAGS.TF",
		s.interruptibility = 2; s.rflags |= FLAGS_TF);
	REFUSES(real_mode, "in an interrupt shadow, a pending single step does not fit RFLAGS.TF",
		s.interruptibility = 2; s.pending_debug = PENDING_BS);
	PASSES(real_mode, s.interruptibility = 2; s.rflags |= FLAGS_TF; s.pending_debug = PENDING_BS);
	PASSES(real_mode, s.rflags |= FLAGS_TF);
	PASSES(real_mode, s.pending_debug = PENDING_BS);
	/* An event that is not valid is none. */
	PASSES(real_mode, s.event = EVENT_INTR & ~(1U << 31));
}

static void test_instruction_error(void **state)
{
	const char *unknown = "an entry refused for a reason that we do not know";

	(void)state;
	assert_string_equal(vmx_instruction_error(7), "the entry has invalid control fields");
	assert_string_equal(vmx_instruction_error(8), "the entry has invalid host-state fields");
	assert_string_equal(vmx_instruction_error(0), unknown);
	assert_string_equal(vmx_instruction_error(14), unknown);
	assert_string_equal(vmx_instruction_error(~0U), unknown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid), cmocka_unit_test(test_control),
		cmocka_unit_test(test_segments), cmocka_unit_test(test_flow),
		cmocka_unit_test(test_pdptes), cmocka_unit_test(test_event),
		cmocka_unit_test(test_instruction_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
