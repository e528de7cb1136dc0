// SPDX-License-Identifier: GPL-3.0-or-later
/* Values that the architecture forbids are -EINVAL, block by block, and set nothing at all. */
#include "guest.h"

GUEST(spin, 64, "1: jmp 1b");

static struct vm vm;
static struct vcpu v;

static void refused(u32 block, const void *bad, const char *name)
{
	struct snapshot before = snapshot(&v), after;

	CHECK_RET(set_block(&v, block, bad), -EINVAL, "%s", name);
	after = snapshot(&v);
	EXPECT_EQ(same_snapshot(&before, &after), 1, "%s: nothing was set", name);
	free_snapshot(&before);
	free_snapshot(&after);
}

#define BAD_SYSTEM(name, ...)                                                                     \
	do {                                                                                       \
		struct axvcpu_x86_system s = get_system(&v);                                       \
		__VA_ARGS__;                                                                       \
		refused(AXVCPU_BLOCK_SYSTEM, &s, name);                                            \
	} while (0)

static void check_control(void)
{
	BAD_SYSTEM("CR0 with PG and without PE", s.cr0 &= ~1ULL);
	BAD_SYSTEM("CR0 with NW and without CD", s.cr0 |= 1ULL << 29);
	BAD_SYSTEM("CR0 beyond 32 bits", s.cr0 |= 1ULL << 32);
	BAD_SYSTEM("CR0 with an unknown bit", s.cr0 |= 1ULL << 7);
	BAD_SYSTEM("CR3 beyond gpa_bits", s.cr3 = 1ULL << info()->gpa_bits);
	BAD_SYSTEM("CR4 with VMXE", s.cr4 |= 1ULL << 13);
	BAD_SYSTEM("CR4 with an unknown bit", s.cr4 |= 1ULL << 15);
	BAD_SYSTEM("CR4 beyond 32 bits", s.cr4 |= 1ULL << 40);
	BAD_SYSTEM("long mode without CR4.PAE", s.cr4 &= ~0x20ULL);
	BAD_SYSTEM("EFER with LMA and without LME", s.efer &= ~0x100ULL);
	BAD_SYSTEM("EFER with LME and PG and without LMA", s.efer &= ~0x400ULL);
	BAD_SYSTEM("EFER with SVME", s.efer |= 1ULL << 12);
	BAD_SYSTEM("EFER with an unknown bit", s.efer |= 2);
	BAD_SYSTEM("CR8 of 16", s.cr8 = 16);
	BAD_SYSTEM("XCR0 without x87", s.xcr0 = 2);
	BAD_SYSTEM("XCR0 with YMM and without SSE", s.xcr0 = 5);
	BAD_SYSTEM("XCR0 with AMX", s.xcr0 = 0x60003);
	BAD_SYSTEM("XCR0 with bit 63", s.xcr0 = 1ULL << 63 | 1);
	BAD_SYSTEM("a reserved field", s.reserved = 1);
	BAD_SYSTEM("PCIDE outside of long mode", {
		s.cr0 = 0x11;
		s.efer = 0;
		s.cr4 = 1 << 17;
	});
}

static void check_segments(void)
{
	unsigned int i;

	for (i = 0; i < AXVCPU_X86_SEGMENTS; i++) {
		BAD_SYSTEM("a reserved attribute", s.segment[i].attributes |= 0x1000);
		BAD_SYSTEM("a bad base", s.segment[i].base = i < AXVCPU_X86_FS ? 1ULL << 32 :
									      1ULL << 62);
	}
	BAD_SYSTEM("CS that is not present", s.segment[AXVCPU_X86_CS].attributes &= ~0x80);
	BAD_SYSTEM("CS that is unusable",
		   s.segment[AXVCPU_X86_CS].attributes |= AXVCPU_X86_SEG_UNUSABLE);
	BAD_SYSTEM("TR that is unusable",
		   s.segment[AXVCPU_X86_TR].attributes |= AXVCPU_X86_SEG_UNUSABLE);
	BAD_SYSTEM("CS with L and D", s.segment[AXVCPU_X86_CS].attributes |= 0x400);
	BAD_SYSTEM("CS that is a system segment", s.segment[AXVCPU_X86_CS].attributes &= ~0x10);
	BAD_SYSTEM("SS that is code", s.segment[AXVCPU_X86_SS].attributes |= 8);
	BAD_SYSTEM("SS that can't be written", s.segment[AXVCPU_X86_SS].attributes &= ~2);
	BAD_SYSTEM("TR that is an LDT", {
		s.segment[AXVCPU_X86_TR].attributes &= ~0xf;
		s.segment[AXVCPU_X86_TR].attributes |= 2;
	});
	BAD_SYSTEM("a limit that G can't make", {
		s.segment[AXVCPU_X86_DS].limit = 0xfffff000;
	});
	BAD_SYSTEM("a large limit without G", s.segment[AXVCPU_X86_DS].attributes &= ~0x800);
	BAD_SYSTEM("GDT's base", s.gdt.base = 1ULL << 62);
	BAD_SYSTEM("IDT's base", s.idt.base = 1ULL << 62);
	BAD_SYSTEM("GDT's reserved field", s.gdt.reserved[2] = 1);
}

#define BAD_MSRS(name, change)                                                                    \
	do {                                                                                       \
		struct axvcpu_x86_msrs m;                                                          \
		NEED_RET(get_block(&v, AXVCPU_BLOCK_MSRS, &m));                                    \
		m.change;                                                                          \
		refused(AXVCPU_BLOCK_MSRS, &m, name);                                              \
	} while (0)

static void check_msrs(void)
{
	BAD_MSRS("LSTAR that is not canonical", lstar = 1ULL << 62);
	BAD_MSRS("CSTAR that is not canonical", cstar = 1ULL << 62);
	BAD_MSRS("KERNEL_GS_BASE that is not canonical", kernel_gs_base = 1ULL << 62);
	BAD_MSRS("SYSENTER_ESP that is not canonical", sysenter_esp = 1ULL << 62);
	BAD_MSRS("SYSENTER_EIP that is not canonical", sysenter_eip = 1ULL << 62);
	BAD_MSRS("SFMASK beyond 32 bits", sfmask = 1ULL << 32);
	BAD_MSRS("PAT with type 2", pat = 2);
	BAD_MSRS("PAT with type 8", pat = 0x0800000000000000);
	BAD_MSRS("XSS", xss = 1ULL << 40);
	BAD_MSRS("MTRR default type 2", mtrr_def_type = 2);
	BAD_MSRS("MTRR default with an unknown bit", mtrr_def_type = 1ULL << 30);
	BAD_MSRS("a fixed MTRR of type 3", mtrr_fixed[4] = 3);
	BAD_MSRS("a variable MTRR beyond gpa_bits", mtrr_variable[2] = 1ULL << info()->gpa_bits);
	BAD_MSRS("a reserved field", reserved[1] = 1);
	BAD_MSRS("DEBUGCTL with unknown bits", debugctl = ~0ULL);
	BAD_MSRS("SPEC_CTRL with unknown bits", spec_ctrl = ~0ULL);
}

static void check_others(void)
{
	struct axvcpu_x86_general g = get_general(&v);
	struct axvcpu_x86_debug d;

	g.rflags = 1ULL << 32 | 2;
	refused(AXVCPU_BLOCK_GENERAL, &g, "RFLAGS beyond 32 bits");
	g.rflags = 1 << 22 | 2;
	refused(AXVCPU_BLOCK_GENERAL, &g, "RFLAGS with bit 22");
	g.rflags = 1 << 15 | 2;
	refused(AXVCPU_BLOCK_GENERAL, &g, "RFLAGS with bit 15");
	NEED_RET(get_block(&v, AXVCPU_BLOCK_DEBUG, &d));
	d.dr6 |= 1ULL << 32;
	refused(AXVCPU_BLOCK_DEBUG, &d, "DR6 beyond 32 bits");
	NEED_RET(get_block(&v, AXVCPU_BLOCK_DEBUG, &d));
	d.dr7 |= 1ULL << 63;
	refused(AXVCPU_BLOCK_DEBUG, &d, "DR7 beyond 32 bits");
}

#define BAD_EVENTS(name, ...)                                                                     \
	do {                                                                                       \
		struct axvcpu_x86_events e = get_events(&v);                                       \
		__VA_ARGS__;                                                                       \
		refused(AXVCPU_BLOCK_EVENTS, &e, name);                                            \
	} while (0)

static void check_events(void)
{
	unsigned int i;

	BAD_EVENTS("exception_pending 2", e.exception_pending = 2);
	BAD_EVENTS("exception vector 2", { e.exception_pending = 1; e.exception_vector = 2; });
	BAD_EVENTS("exception vector 32", { e.exception_pending = 1; e.exception_vector = 32; });
	BAD_EVENTS("#GP without error code", {
		e.exception_pending = 1;
		e.exception_vector = 13;
	});
	BAD_EVENTS("#UD with error code", {
		e.exception_pending = 1;
		e.exception_vector = 6;
		e.exception_has_error_code = 1;
	});
	BAD_EVENTS("has_error_code 2", {
		e.exception_pending = 1;
		e.exception_vector = 13;
		e.exception_has_error_code = 2;
	});
	BAD_EVENTS("three NMIs", e.nmi_pending = 3);
	BAD_EVENTS("nmi_masked 2", e.nmi_masked = 2);
	BAD_EVENTS("interrupt_shadow 2", e.interrupt_shadow = 2);
	BAD_EVENTS("reinject 5", e.reinject = 5);
	BAD_EVENTS("reinject 255", e.reinject = 255);
	BAD_EVENTS("reinject of exception 40", { e.reinject = 3; e.reinject_vector = 40; });
	BAD_EVENTS("reinject of INT n of no length", { e.reinject = 4; e.reinject_vector = 3; });
	BAD_EVENTS("reinject of INT n of 16 bytes", {
		e.reinject = 4;
		e.reinject_vector = 3;
		e.reinject_length = 16;
	});
	for (i = 0; i < sizeof(((struct axvcpu_x86_events *)0)->reserved); i++)
		BAD_EVENTS("a reserved byte", e.reserved[i] = 1);
}

/* What real guests have is taken: VM86, user mode, compatibility mode, unusable segments. */
static void check_good(void)
{
	struct axvcpu_x86_system s = get_system(&v);
	struct axvcpu_x86_general g = get_general(&v);
	unsigned int i;

	for (i = 0; i < 6; i++)
		if (i != AXVCPU_X86_CS && i != AXVCPU_X86_SS)
			s.segment[i].attributes = AXVCPU_X86_SEG_UNUSABLE;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s), 0, "unusable data segments");
	s.segment[AXVCPU_X86_SS] = (struct axvcpu_x86_segment){ 0, 0, 0, AXVCPU_X86_SEG_UNUSABLE };
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s), 0, "a null SS in long mode");
	s.segment[AXVCPU_X86_SS] = (struct axvcpu_x86_segment){ 0, ~0U, SEL_USER_DATA, 0xcf3 };
	s.segment[AXVCPU_X86_CS] = (struct axvcpu_x86_segment){ 0, ~0U, SEL_USER_CODE, 0xafb };
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s), 0, "user mode");
	s.segment[AXVCPU_X86_CS].attributes = 0xcfb;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s), 0, "compatibility mode");
	g.rflags = 0x3202;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_GENERAL, &g), 0, "RFLAGS with IF and IOPL 3");
	g.rflags = 1 << 21 | 1 << 18 | 1 << 14 | 2;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_GENERAL, &g), 0, "RFLAGS with ID, AC and NT");
}

int main(void)
{
	BOOT(&vm, &v, 0, LONG, spin);
	check_control();
	check_segments();
	check_msrs();
	check_others();
	check_events();
	check_good();
	return finish();
}
