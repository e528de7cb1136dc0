// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What privileged and forbidden instructions do in a guest: one row each says
 * which exception comes, at the instruction and with nothing changed, or what the
 * guest reads after it. And the MSRs that need no VMM: their values, and what can't
 * be written to them.
 */
#include <cpuid.h>

#include "guest.h"

/* A row names only what is not zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define HANDLERS	0x2000UL
#define UD		6
#define GP		13
#define GOES_ON		0x100
#define LEAVES(reason)	(0x200 | AXVCPU_EXIT_##reason)

/* Control registers as SETUP makes them in long mode. */
#define CR0		0x80010031ULL
#define CR4		0x20ULL
#define TS		(1ULL << 3)
#define NW		(1ULL << 29)
#define CD		(1ULL << 30)
#define MCE		(1ULL << 6)
#define PCE		(1ULL << 8)
#define OSXSAVE		(1ULL << 18)
#define LME		(1ULL << 8)

/* Guest code in a table: where it begins and ends. */
struct insn {
	const u8 *code;
	const u8 *end;
};

#define INSN_BITS(bits, text)                                                                     \
	({                                                                                         \
		struct insn insn_;                                                                 \
		__asm__(".pushsection .rodata.guest, \"a\"\n.code" #bits "\n771:\n" text           \
			"\n772:\n.code64\n.popsection\n"                                           \
			"lea 771b(%%rip), %0\nlea 772b(%%rip), %1\n"                               \
			: "=r"(insn_.code), "=r"(insn_.end));                                      \
		insn_;                                                                             \
	})
#define INSN(text)	INSN_BITS(64, text)

enum where { KERNEL, USER, REAL, PROTECTED };

/**
 * struct policy - one instruction
 * @name: of the row
 * @insn: its bytes, and those of what reads the outcome into RAX
 * @expected: the vector of an exception, GOES_ON, or LEAVES(reason)
 * @rax: after it, if it goes on
 * @in: RAX, RDX and RCX before it
 * @cr0, @cr4, @efer: bits set before it, beside those of the start mode
 * @where: it is executed
 */
struct policy {
	const char *name;
	struct insn insn;
	u32 expected;
	u64 rax;
	struct {
		u64 rax, rdx, rcx;
	} in;
	u64 cr0, cr4, efer;
	enum where where;
};

static struct vm vm;
static struct vcpu v;

/* ---- one row ---------------------------------------------------------------------- */

static const u32 modes[] = {
	[KERNEL] = AXVCPU_X86_START_LONG,
	[USER] = AXVCPU_X86_START_LONG,
	[REAL] = AXVCPU_X86_START_REAL,
	[PROTECTED] = AXVCPU_X86_START_PROTECTED,
};

/* MOV $vector, %al; OUT %al, PORT_VALUE: the same bytes in every mode. */
static void put_handlers(u32 mode)
{
	unsigned int i;

	for (i = 0; i < 32; i++) {
		const u8 code[4] = { 0xb0, (u8)i, 0xe6, PORT_VALUE };

		load(&vm, HANDLERS + i * 4, code, code + 4);
		gate(&v, mode, (u8)i, HANDLERS + i * 4);
	}
}

static void put_code(const struct insn *insn)
{
	static const u8 out[] = { 0xe7, PORT_DONE };
	u64 length = insn->end - insn->code;

	load(&vm, CODE, insn->code, insn->end);
	load(&vm, CODE + length, out, out + sizeof(out));
}

static void put_registers(const struct policy *p)
{
	struct axvcpu_x86_system s = get_system(&v);
	struct axvcpu_x86_general g = get_general(&v);

	s.cr0 |= p->cr0;
	s.cr4 |= p->cr4;
	s.efer |= p->efer;
	g.gpr[AXVCPU_X86_RAX] = p->in.rax;
	g.gpr[AXVCPU_X86_RDX] = p->in.rdx;
	g.gpr[AXVCPU_X86_RCX] = p->in.rcx;
	if (p->where == USER) {
		s.segment[AXVCPU_X86_CS].selector = SEL_USER_CODE;
		s.segment[AXVCPU_X86_CS].attributes |= 3 << 5;
		s.segment[AXVCPU_X86_SS].selector = SEL_USER_DATA;
		s.segment[AXVCPU_X86_SS].attributes |= 3 << 5;
		g.rflags |= 3 << 12; /* IOPL, for OUT */
	}
	NEED_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s));
	set_general(&v, &g);
}

static u32 outcome(void)
{
	const struct axvcpu_exit *e = &v.run->exit;

	if (run_exit(&v) != AXVCPU_EXIT_IO_WRITE)
		return 0x200 | e->reason;
	return e->u.io.port == PORT_DONE ? GOES_ON : (u8)e->u.io.data;
}

/* On the handler's stack: the instruction's address, behind an error code of 0. */
static void check_frame(const struct policy *p)
{
	unsigned int size = p->where == REAL ? 2 : p->where == PROTECTED ? 4 : 8;
	bool has_code = p->expected == GP && p->where != REAL;
	u64 word[2] = { 0, 0 }, rsp = gpr(&v, AXVCPU_X86_RSP);

	NEED(rsp < RAM_SIZE - 16, "%s: RSP is %llx", p->name, (unsigned long long)rsp);
	memcpy(&word[0], vm.ram + rsp, size);
	memcpy(&word[1], vm.ram + rsp + size, size);
	if (has_code)
		EXPECT_EQ(word[0], 0, "%s: the error code", p->name);
	EXPECT_EQ(word[has_code], CODE, "%s: the address of the instruction", p->name);
}

static void check_nothing_changed(const struct policy *p, const struct axvcpu_x86_system *before)
{
	struct axvcpu_x86_system after = get_system(&v);

	EXPECT_EQ(after.cr0, before->cr0, "%s: CR0 is as it was", p->name);
	EXPECT_EQ(after.cr3, before->cr3, "%s: CR3 is as it was", p->name);
	EXPECT_EQ(after.cr4, before->cr4, "%s: CR4 is as it was", p->name);
	EXPECT_EQ(after.cr8, before->cr8, "%s: CR8 is as it was", p->name);
	EXPECT_EQ(after.efer, before->efer, "%s: EFER is as it was", p->name);
	EXPECT_EQ(after.xcr0, before->xcr0, "%s: XCR0 is as it was", p->name);
}

static void check(const struct policy *p)
{
	u32 mode = modes[p->where], got;
	struct axvcpu_x86_system before;

	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, mode, p->insn.code, p->insn.end);
	put_code(&p->insn);
	put_handlers(mode);
	put_registers(p);
	before = get_system(&v);
	got = outcome();
	if (!CHECK_EQ(got, p->expected, "%s", p->name)) {
		note("%s", exit_text(&v));
	} else if (got == GOES_ON) {
		EXPECT_EQ(gpr(&v, AXVCPU_X86_RAX), p->rax, "%s: RAX after it", p->name);
	} else if (got < 32) {
		check_frame(p);
		check_nothing_changed(p, &before);
	}
}

#define CHECK_ALL(rows)                                                                           \
	do {                                                                                       \
		unsigned int i_;                                                                   \
		for (i_ = 0; i_ < ARRAY_SIZE(rows); i_++)                                          \
			check(&(rows)[i_]);                                                        \
	} while (0)

/* ---- control registers ---------------------------------------------------------------- */

#define READ_CR0	"; mov %%cr0, %%rax"
#define READ_CR4	"; mov %%cr4, %%rax"
#define READ_CR8	"; mov %%cr8, %%rax"

static void check_cr0(void)
{
	const struct insn write = INSN("mov %%rax, %%cr0" READ_CR0);
	const struct insn read = INSN("mov %%cr0, %%rax");
	/* QEMU 7.2 does not look at the upper half, if nothing else of CR0 changes. */
	const u32 high = under_tcg() ? GOES_ON : GP;
	const struct policy rows[] = {
		{ "CR0 as it is", read, GOES_ON, CR0 },
		{ "CR0.CD as the VMM set it", read, GOES_ON, CR0 | CD, .cr0 = CD },
		{ "CR0.CD and NW as the VMM set them", read, GOES_ON, CR0 | CD | NW, .cr0 = CD | NW },
		{ "MOV CR0: CD is set", write, GOES_ON, CR0 | CD, { CR0 | CD } },
		{ "MOV CR0: CD and NW are set", write, GOES_ON, CR0 | CD | NW, { CR0 | CD | NW } },
		{ "MOV CR0: CD is cleared", write, GOES_ON, CR0, { CR0 }, .cr0 = CD },
		{ "MOV CR0: NW without CD", write, GP, 0, { CR0 | NW } },
		{ "MOV CR0: CD is cleared, NW is not", write, GP, 0, { CR0 | NW }, .cr0 = CD | NW },
		{ "MOV CR0: bit 32", write, high, CR0, { CR0 | 1ULL << 32 } },
		{ "MOV CR0: bit 63", write, high, CR0, { CR0 | 1ULL << 63 } },
		{ "MOV CR0: bit 32, CD is set", write, GP, 0, { CR0 | CD | 1ULL << 32 } },
		{ "MOV CR0: bit 32, CD was set", write, GP, 0, { CR0 | CD | 1ULL << 32 }, .cr0 = CD },
		{ "MOV CR0: paging without protection", write, GP, 0, { CR0 & ~1ULL } },
		{ "MOV CR0: paging goes off in 64-bit code", write, GP, 0, { CR0 & 0x7fffffff } },
		{ "MOV CR0: ET is one", write, GOES_ON, CR0, { CR0 & ~0x10ULL } },
		{ "MOV CR0: reserved bits are zero", write, GOES_ON, CR0 | CD, { CR0 | CD | 0x8040 }, .cr0 = CD },
		{ "MOV CR0: TS alone", write, GOES_ON, CR0 | TS, { CR0 | TS } },
		{ "MOV from CR0 at CPL 3", read, GP, .where = USER },
		{ "MOV to CR0 at CPL 3", write, GP, 0, { CR0 }, .where = USER },
		{ "MOV CR0 in real mode: NW without CD", INSN_BITS(16, "mov %%eax, %%cr0"), GP, 0,
		  { 0x10 | NW }, .where = REAL },
		{ "MOV CR0 in real mode: CD", INSN_BITS(16, "mov %%eax, %%cr0; xor %%eax, %%eax; mov %%cr0, %%eax"),
		  GOES_ON, 0x10 | CD, { 0x10 | CD }, .where = REAL },
		{ "MOV CR0 in protected mode: paging without protection", INSN_BITS(32, "mov %%eax, %%cr0"),
		  GP, 0, { 0x80000010 }, .where = PROTECTED },
	};
	const struct policy without_pae = {
		"MOV CR0: long mode without CR4.PAE", INSN_BITS(32, "mov %%eax, %%cr0"), GP, 0,
		{ 0x80000011 }, .efer = LME, .where = PROTECTED
	};

	CHECK_ALL(rows);
	/* QEMU 7.2 loses the host's CR0 at the exit of a guest with LME, but not PG and PAE. */
	if (!under_tcg())
		check(&without_pae);
}

static void check_msw(void)
{
	const struct insn clts = INSN("clts" READ_CR0);
	const struct insn lmsw = INSN("lmsw %%ax" READ_CR0);
	const struct insn smsw = INSN("smsw %%rax"), smsw16 = INSN("smsw %%ax");
	const struct policy rows[] = {
		{ "CLTS", clts, GOES_ON, CR0, .cr0 = TS },
		{ "CLTS with CR0.CD", clts, GOES_ON, CR0 | CD, .cr0 = TS | CD },
		{ "CLTS at CPL 3", clts, GP, .cr0 = TS, .where = USER },
		{ "CLTS in real mode", INSN_BITS(16, "clts; mov %%cr0, %%eax"), GOES_ON, 0x10,
		  .cr0 = TS, .where = REAL },
		{ "LMSW sets the low four bits", lmsw, GOES_ON, CR0 | 0xf, { 0xffff } },
		{ "LMSW clears three of them, not PE", lmsw, GOES_ON, CR0, { 0 }, .cr0 = 0xe },
		{ "LMSW sets them with CR0.CD", lmsw, GOES_ON, CR0 | CD | 0xf, { 0xffff }, .cr0 = CD },
		{ "LMSW clears them with CR0.CD", lmsw, GOES_ON, CR0 | CD, { 0 }, .cr0 = CD | 0xe },
		{ "LMSW at CPL 3", lmsw, GP, .where = USER },
		{ "LMSW into protected mode", INSN_BITS(16, "lmsw %%ax; mov %%cr0, %%eax"), GOES_ON, 0x11,
		  { 1 }, .where = REAL },
		{ "SMSW of 64 bits", smsw, GOES_ON, CR0, { ~0ULL } },
		{ "SMSW of 64 bits with CR0.CD", smsw, GOES_ON, CR0 | CD, { ~0ULL }, .cr0 = CD },
		{ "SMSW of 16 bits", smsw16, GOES_ON, 0xaaaabbbbcccc0031, { 0xaaaabbbbccccdddd } },
		{ "SMSW of 16 bits with CR0.CD", smsw16, GOES_ON, 0xaaaabbbbcccc0031,
		  { 0xaaaabbbbccccdddd }, .cr0 = CD },
		{ "SMSW at CPL 3", smsw, GOES_ON, CR0, .where = USER },
		{ "SMSW at CPL 3 with CR0.CD", smsw, GOES_ON, CR0 | CD, .cr0 = CD, .where = USER },
	};

	CHECK_ALL(rows);
}

static void check_cr4(void)
{
	const struct insn write = INSN("mov %%rax, %%cr4" READ_CR4);
	const struct insn read = INSN("mov %%cr4, %%rax");
	const struct policy rows[] = {
		{ "CR4.MCE, which the guest has not set", read, GOES_ON, CR4 },
		{ "CR4.MCE, which the VMM has set", read, GOES_ON, CR4 | MCE, .cr4 = MCE },
		{ "MOV CR4: MCE is set", write, GOES_ON, CR4 | MCE, { CR4 | MCE } },
		{ "MOV CR4: MCE is cleared", write, GOES_ON, CR4, { CR4 }, .cr4 = MCE },
		{ "MOV CR4: PCE", write, GOES_ON, CR4 | PCE, { CR4 | PCE } },
		{ "MOV CR4: VMXE, which AMD has not", write, GP, 0, { CR4 | 1 << 13 } },
		{ "MOV CR4: SMXE, which AMD has not", write, GP, 0, { CR4 | 1 << 14 } },
		{ "MOV CR4: bit 15", write, GP, 0, { CR4 | 1 << 15 } },
		{ "MOV CR4: bit 31", write, GP, 0, { CR4 | 1U << 31 } },
		{ "MOV CR4: bit 32", write, GP, 0, { CR4 | 1ULL << 32 } },
		{ "MOV CR4: bit 63", write, GP, 0, { CR4 | 1ULL << 63 } },
		{ "MOV CR4: PAE is cleared in long mode", write, GP, 0, { MCE } },
		{ "MOV from CR4 at CPL 3", read, GP, .where = USER },
		{ "MOV to CR4 at CPL 3", write, GP, 0, { CR4 }, .where = USER },
		{ "MOV from CR1", INSN(".byte 0x0f, 0x20, 0xc8"), UD },
		{ "MOV to CR5", INSN(".byte 0x0f, 0x22, 0xe8"), UD },
	};

	CHECK_ALL(rows);
}

static void check_cr8(void)
{
	const struct insn write = INSN("mov %%rax, %%cr8" READ_CR8);
	const struct insn read = INSN("mov %%cr8, %%rax");
	/* QEMU 7.2 takes the low four bits of any value. */
	const u32 reserved = under_tcg() ? GOES_ON : GP;
	const struct policy rows[] = {
		{ "CR8 as it is", read, GOES_ON, 0, { 99 } },
		{ "MOV CR8: 15", write, GOES_ON, 15, { 15 } },
		{ "MOV CR8: bit 4", write, reserved, 3, { 0x13 } },
		{ "MOV CR8: bit 63", write, reserved, 3, { 1ULL << 63 | 3 } },
		{ "MOV from CR8 at CPL 3", read, GP, .where = USER },
		{ "MOV to CR8 at CPL 3", write, GP, 0, { 1 }, .where = USER },
	};

	CHECK_ALL(rows);
}

static void check_xsetbv(void)
{
	const struct insn write = INSN("xsetbv; xor %%ecx, %%ecx; xgetbv");
	/* Whether it is intercepted or, under QEMU 7.2, is not, the rules are the same. */
	const struct policy rows[] = {
		{ "XSETBV: x87", write, GOES_ON, 1, { 1 }, .cr4 = OSXSAVE },
		{ "XSETBV: x87 and SSE", write, GOES_ON, 3, { 3 }, .cr4 = OSXSAVE },
		{ "XSETBV: x87, SSE and AVX", write, GOES_ON, 7, { 7 }, .cr4 = OSXSAVE },
		{ "XSETBV: nothing", write, GP, .cr4 = OSXSAVE },
		{ "XSETBV: SSE without x87", write, GP, 0, { 2 }, .cr4 = OSXSAVE },
		{ "XSETBV: AVX without SSE", write, GP, 0, { 5 }, .cr4 = OSXSAVE },
		{ "XSETBV: bit 62", write, GP, 0, { 3, 1U << 30 }, .cr4 = OSXSAVE },
		{ "XSETBV: bit 63", write, GP, 0, { 3, 1U << 31 }, .cr4 = OSXSAVE },
		{ "XSETBV of XCR1", write, GP, 0, { 3, 0, 1 }, .cr4 = OSXSAVE },
		{ "XSETBV without CR4.OSXSAVE", write, UD, 0, { 3 } },
		{ "XGETBV without CR4.OSXSAVE", INSN("xgetbv"), UD },
		{ "XSETBV at CPL 3", write, GP, 0, { 3 }, .cr4 = OSXSAVE, .where = USER },
	};
	u32 a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_AVX)) {
		note("no AVX here");
		return;
	}
	CHECK_ALL(rows);
}

/* ---- instructions that a guest does not get ------------------------------------------------ */

/* RAX is a page of its own, in case one of them works. */
#define PAGE_IN_RAX	{ 0x3000 }

static void check_svm(void)
{
	/*
	 * EFER.SVME is set while a guest runs, whatever it reads: at CPL 3 the
	 * processor looks at the CPL and not at it. QEMU 7.2 does not for SKINIT.
	 */
	const u32 skinit_user = under_tcg() ? UD : GP;
	const struct policy rows[] = {
		{ "VMRUN", INSN("vmrun"), UD, 0, PAGE_IN_RAX },
		{ "VMLOAD", INSN("vmload"), UD, 0, PAGE_IN_RAX },
		{ "VMSAVE", INSN("vmsave"), UD, 0, PAGE_IN_RAX },
		{ "STGI", INSN("stgi"), UD },
		{ "CLGI", INSN("clgi"), UD },
		{ "SKINIT", INSN("skinit"), UD, 0, PAGE_IN_RAX },
		{ "INVLPGA", INSN("invlpga"), UD, 0, PAGE_IN_RAX },
		{ "VMRUN at CPL 3", INSN("vmrun"), GP, 0, PAGE_IN_RAX, .where = USER },
		{ "VMLOAD at CPL 3", INSN("vmload"), GP, 0, PAGE_IN_RAX, .where = USER },
		{ "VMSAVE at CPL 3", INSN("vmsave"), GP, 0, PAGE_IN_RAX, .where = USER },
		{ "STGI at CPL 3", INSN("stgi"), GP, .where = USER },
		{ "CLGI at CPL 3", INSN("clgi"), GP, .where = USER },
		{ "SKINIT at CPL 3", INSN("skinit"), skinit_user, 0, PAGE_IN_RAX, .where = USER },
		{ "INVLPGA at CPL 3", INSN("invlpga"), GP, 0, PAGE_IN_RAX, .where = USER },
		{ "VMMCALL", INSN("vmmcall"), LEAVES(HYPERCALL) },
		{ "VMMCALL at CPL 3", INSN("vmmcall"), UD, .where = USER },
		{ "VMCALL, which AMD has not", INSN("vmcall"), UD },
		{ "VMRUN in real mode", INSN_BITS(16, ".byte 0x0f, 0x01, 0xd8"), UD, .where = REAL },
	};

	CHECK_ALL(rows);
}

/*
 * CR4.VMXE is set while a guest runs, whatever it reads: these exit, and those of
 * AMD are no instructions.
 */
static void check_vmx(void)
{
	const struct policy rows[] = {
		{ "VMXON", INSN("vmxon (%%rax)"), UD, 0, PAGE_IN_RAX },
		{ "VMXOFF", INSN("vmxoff"), UD },
		{ "VMLAUNCH", INSN("vmlaunch"), UD },
		{ "VMRESUME", INSN("vmresume"), UD },
		{ "VMCLEAR", INSN("vmclear (%%rax)"), UD, 0, PAGE_IN_RAX },
		{ "VMPTRLD", INSN("vmptrld (%%rax)"), UD, 0, PAGE_IN_RAX },
		{ "VMPTRST", INSN("vmptrst (%%rax)"), UD, 0, PAGE_IN_RAX },
		{ "VMREAD", INSN("vmread %%rax, %%rcx"), UD },
		{ "VMWRITE", INSN("vmwrite %%rax, %%rcx"), UD },
		{ "INVEPT", INSN("invept (%%rax), %%rcx"), UD, 0, PAGE_IN_RAX },
		{ "INVVPID", INSN("invvpid (%%rax), %%rcx"), UD, 0, PAGE_IN_RAX },
		{ "VMCALL", INSN("vmcall"), LEAVES(HYPERCALL) },
		{ "VMCALL at CPL 3", INSN("vmcall"), UD, .where = USER },
		{ "VMMCALL, which Intel has not", INSN("vmmcall"), UD },
		{ "VMRUN, which Intel has not", INSN("vmrun"), UD, 0, PAGE_IN_RAX },
	};

	CHECK_ALL(rows);
}

static void check_others(void)
{
	const struct insn wbinvd = INSN("wbinvd; mov $5, %%eax"), invd = INSN("invd; mov $6, %%eax");
	const struct policy rows[] = {
		{ "WBINVD has no effect", wbinvd, GOES_ON, 5 },
		{ "INVD has no effect", invd, GOES_ON, 6 },
		{ "WBINVD at CPL 3", wbinvd, GP, .where = USER },
		{ "INVD at CPL 3", invd, GP, .where = USER },
		{ "WBINVD with prefixes", INSN(".byte 0x66, 0x48; wbinvd; mov $7, %%eax"), GOES_ON, 7 },
		{ "INVD keeps what was written", INSN("mov $9, %%ecx; mov %%ecx, 0x3000; invd; mov 0x3000, %%eax"),
		  GOES_ON, 9 },
		{ "RDPMC", INSN("rdpmc"), GP },
		{ "RDPMC with CR4.PCE", INSN("rdpmc"), GP, .cr4 = PCE },
		{ "RDPMC at CPL 3", INSN("rdpmc"), GP, .where = USER },
		{ "RDPMC at CPL 3 with CR4.PCE", INSN("rdpmc"), GP, .cr4 = PCE, .where = USER },
		{ "MONITOR", INSN("monitor"), UD, 0, PAGE_IN_RAX },
		{ "MWAIT", INSN("mwait"), UD },
		{ "MONITOR at CPL 3", INSN("monitor"), UD, 0, PAGE_IN_RAX, .where = USER },
		{ "MWAIT at CPL 3", INSN("mwait"), UD, .where = USER },
		{ "RDPRU", INSN("rdpru"), UD },
		{ "RDPRU at CPL 3", INSN("rdpru"), UD, .where = USER },
		{ "RSM", INSN("rsm"), UD },
		{ "HLT", INSN("hlt"), LEAVES(HALT) },
		{ "HLT at CPL 3", INSN("hlt"), GP, .where = USER },
		{ "INVLPG at CPL 3", INSN("invlpg (%%rax)"), GP, .where = USER },
		{ "MOV DR7 at CPL 3", INSN("mov %%rax, %%dr7"), GP, .where = USER },
		{ "MOV DR7: bit 32", INSN("mov %%rax, %%dr7"), GP, 0, { 1ULL << 32 | 0x400 } },
		{ "MOV DR6: bit 32", INSN("mov %%rax, %%dr6"), GP, 0, { 1ULL << 32 } },
		{ "RDMSR at CPL 3", INSN("rdmsr"), GP, 0, { 0, 0, 0x1b }, .where = USER },
		{ "WRMSR at CPL 3", INSN("wrmsr"), GP, 0, { 0, 0, 0x10 }, .where = USER },
	};

	CHECK_ALL(rows);
}

/* ---- model-specific registers ------------------------------------------------------------------ */

/* Its value after RDMSR, or after WRMSR of @value where that works. */
struct msr_policy {
	const char *name;
	u32 index;
	u32 expected;
	u64 after;
	u64 value;
};

static void check_msr(const struct msr_policy *m, struct insn insn)
{
	const struct policy p = { m->name, insn, m->expected, m->after,
				  { (u32)m->value, m->value >> 32, m->index } };

	check(&p);
	/* The register is in the record too, and RESET drops the exit. */
	if (m->expected & 0x200)
		EXPECT_EQ(v.run->exit.u.sysreg.addr, m->index, "%s: addr", m->name);
}

#define READ_MSR	"rdmsr; shl $32, %%rdx; or %%rdx, %%rax"

static void check_msr_reads(void)
{
	const struct insn read = INSN(READ_MSR);
	static const struct msr_policy rows[] = {
		{ "RDMSR APIC_BASE: the first vCPU boots, no APIC is on", 0x1b, GOES_ON, 0xfee00100 },
		{ "RDMSR EFER: no SVME", 0xc0000080, GOES_ON, 0xd00 },
		{ "RDMSR PAT", 0x277, GOES_ON, 0x0007040600070406 },
		{ "RDMSR MTRRcap", 0xfe, GOES_ON, 0x508 },
		{ "RDMSR MTRRdefType", 0x2ff, GOES_ON, 0 },
		{ "RDMSR the first variable MTRR", 0x200, GOES_ON, 0 },
		{ "RDMSR the last variable MTRR", 0x20f, GOES_ON, 0 },
		{ "RDMSR a variable MTRR beyond", 0x210, LEAVES(SYSREG_READ) },
		{ "RDMSR MISC_ENABLE", 0x1a0, GOES_ON, 0x1801 },
		{ "RDMSR HWCR: the TSC's frequency is P0's", 0xc0010015, GOES_ON, 1 << 24 },
		{ "RDMSR DE_CFG: LFENCE serializes", 0xc0011029, GOES_ON, 2 },
		{ "RDMSR MCG_CAP: no banks", 0x179, GOES_ON, 0 },
		{ "RDMSR MCG_STATUS", 0x17a, GOES_ON, 0 },
		{ "RDMSR SYSCFG", 0xc0010010, GOES_ON, 0 },
		{ "RDMSR TOP_MEM", 0xc001001a, GOES_ON, 0 },
		{ "RDMSR DEBUGCTL", 0x1d9, GOES_ON, 0 },
		{ "RDMSR PERFCTR0", 0xc0010004, GOES_ON, 0 },
		{ "RDMSR an unknown one", 0x4b564d42, LEAVES(SYSREG_READ) },
		{ "RDMSR VM_CR", 0xc0010114, LEAVES(SYSREG_READ) },
		{ "RDMSR VM_HSAVE_PA", 0xc0010117, LEAVES(SYSREG_READ) },
		{ "RDMSR an x2APIC register", 0x802, LEAVES(SYSREG_READ) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		check_msr(&rows[i], read);
}

static void check_msr_writes(void)
{
	const struct insn write = INSN("wrmsr; " READ_MSR);
	static const struct msr_policy rows[] = {
		{ "WRMSR EFER: SCE", 0xc0000080, GOES_ON, 0xd01, 0xd01 },
		{ "WRMSR EFER: NX is cleared", 0xc0000080, GOES_ON, 0x500, 0x500 },
		{ "WRMSR EFER: LMA can't be cleared", 0xc0000080, GOES_ON, 0xd00, 0x900 },
		{ "WRMSR EFER: LME is cleared while paging is on", 0xc0000080, GP, 0, 0xc00 },
		{ "WRMSR EFER: bit 1", 0xc0000080, GP, 0, 0xd02 },
		{ "WRMSR EFER: bit 9", 0xc0000080, GP, 0, 0xf00 },
		{ "WRMSR EFER: SVME", 0xc0000080, GP, 0, 0x1d00 },
		{ "WRMSR EFER: bit 63", 0xc0000080, GP, 0, 1ULL << 63 | 0xd00 },
		{ "WRMSR PAT", 0x277, GOES_ON, 0x0001040506070006, 0x0001040506070006 },
		{ "WRMSR PAT: type 2", 0x277, GP, 0, 0x0007040600070402 },
		{ "WRMSR PAT: type 3 in the last entry", 0x277, GP, 0, 0x0307040600070406 },
		{ "WRMSR PAT: type 8", 0x277, GP, 0, 0x0007080600070406 },
		{ "WRMSR APIC_BASE: off stays off", 0x1b, GOES_ON, 0xfee00100, 0xfee00100 },
		{ "WRMSR APIC_BASE: nothing moves", 0x1b, GOES_ON, 0xfee00100, 0xfed00000 },
		{ "WRMSR APIC_BASE: enable", 0x1b, GP, 0, 0xfee00900 },
		{ "WRMSR APIC_BASE: x2APIC", 0x1b, GP, 0, 0xfee00400 },
		{ "WRMSR APIC_BASE: an address that is none", 0x1b, GP, 0, 1ULL << 60 },
		{ "WRMSR MTRRcap", 0xfe, GP, 0, 0x508 },
		{ "WRMSR MTRRdefType", 0x2ff, GOES_ON, 0xc06, 0xc06 },
		{ "WRMSR MTRRdefType: type 2", 0x2ff, GP, 0, 0xc02 },
		{ "WRMSR MTRRdefType: bit 8", 0x2ff, GP, 0, 0x106 },
		{ "WRMSR MTRRdefType: bit 32", 0x2ff, GP, 0, 1ULL << 32 },
		{ "WRMSR a fixed MTRR", 0x250, GOES_ON, 0x0006010405060006, 0x0006010405060006 },
		{ "WRMSR the last fixed MTRR", 0x26f, GOES_ON, 0x0606060606060606, 0x0606060606060606 },
		{ "WRMSR a fixed MTRR: type 3", 0x259, GP, 0, 0x0600000300000000 },
		{ "WRMSR a fixed MTRR: type 7", 0x268, GP, 0, 7 },
		{ "WRMSR a variable MTRR's base", 0x202, GOES_ON, 0x80000006, 0x80000006 },
		{ "WRMSR a variable MTRR's base: type 3", 0x202, GP, 0, 0x80000003 },
		{ "WRMSR a variable MTRR's base: bit 8", 0x202, GP, 0, 0x80000106 },
		{ "WRMSR a variable MTRR's base: bit 63", 0x202, GP, 0, 1ULL << 63 },
		{ "WRMSR a variable MTRR's mask", 0x203, GOES_ON, 0xff80000800, 0xff80000800 },
		{ "WRMSR a variable MTRR's mask: bit 0", 0x203, GP, 0, 0xff80000801 },
		{ "WRMSR a variable MTRR's mask: bit 63", 0x203, GP, 0, 1ULL << 63 | 0x800 },
		{ "WRMSR MISC_ENABLE: no fast strings", 0x1a0, GOES_ON, 0x1800, 0 },
		{ "WRMSR MISC_ENABLE: MONITOR", 0x1a0, GP, 0, 1 << 18 },
		{ "WRMSR MCG_CAP", 0x179, GP, 0, 0 },
		{ "WRMSR MCG_STATUS: 0", 0x17a, GOES_ON, 0, 0 },
		{ "WRMSR MCG_STATUS: 1", 0x17a, GP, 0, 1 },
		{ "WRMSR PLATFORM_INFO", 0xce, GP, 0, 0 },
		{ "WRMSR DEBUGCTL: LBR and BTF have no effect", 0x1d9, GOES_ON, 0, 3 },
		{ "WRMSR DEBUGCTL: bit 6", 0x1d9, GP, 0, 1 << 6 },
		{ "WRMSR HWCR has no effect", 0xc0010015, GOES_ON, 1 << 24, 0 },
		{ "WRMSR DE_CFG has no effect", 0xc0011029, GOES_ON, 2, 0 },
		{ "WRMSR PERFCTR0 has no effect", 0xc0010004, GOES_ON, 0, 123 },
		{ "WRMSR the microcode patch loader, then RDMSR, which it has not", 0xc0010020,
		  LEAVES(SYSREG_READ), 0, 0 },
		{ "WRMSR an unknown one", 0x4b564d42, LEAVES(SYSREG_WRITE), 0, 7 },
		{ "WRMSR VM_CR", 0xc0010114, LEAVES(SYSREG_WRITE), 0, 0 },
		{ "WRMSR VM_HSAVE_PA", 0xc0010117, LEAVES(SYSREG_WRITE), 0, 0x3000 },
		{ "WRMSR TOP_MEM", 0xc001001a, LEAVES(SYSREG_WRITE), 0, 0 },
		{ "WRMSR an x2APIC register", 0x80b, LEAVES(SYSREG_WRITE), 0, 0 },
	};
	/* The register itself is readable only by RDTSCP or RDPID, if at all. */
	static const struct msr_policy tsc_aux = { "WRMSR TSC_AUX: bit 32", 0xc0000103, GP, 0, 1ULL << 32 };
	struct axvcpu_x86_msrs msrs;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		check_msr(&rows[i], write);
	check_msr(&tsc_aux, write);
	NEED_RET(get_block(&v, AXVCPU_BLOCK_MSRS, &msrs));
	CHECK_EQ(msrs.tsc_aux, 0, "which has not changed");
}

/* FEATURE_CONTROL: AMD has none; Intel's is locked, with nothing on. */
static void check_feature_control(void)
{
	bool vmx = info()->backend == AXVCPU_BACKEND_VMX;
	const struct msr_policy read = { "RDMSR FEATURE_CONTROL", 0x3a,
					 vmx ? GOES_ON : LEAVES(SYSREG_READ), 1 };
	const struct msr_policy write = { "WRMSR FEATURE_CONTROL", 0x3a,
					  vmx ? GP : LEAVES(SYSREG_WRITE) };

	check_msr(&read, INSN(READ_MSR));
	check_msr(&write, INSN("wrmsr"));
}

/* ---- the VMM sees what the guest sees ------------------------------------------------------------- */

static void check_blocks(void)
{
	const struct policy p = { "CD, NW and MCE by the guest", INSN("mov %%rax, %%cr0; mov %%rdx, %%cr4" READ_CR0),
				  GOES_ON, CR0 | CD | NW, { CR0 | CD | NW, CR4 | MCE } };
	struct axvcpu_x86_system s;

	check(&p);
	s = get_system(&v);
	CHECK_EQ(s.cr0, CR0 | CD | NW, "SYSTEM has CR0 as the guest reads it");
	CHECK_EQ(s.cr4, CR4 | MCE, "and CR4");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_cr0();
	check_msw();
	check_cr4();
	check_cr8();
	check_xsetbv();
	if (info()->backend == AXVCPU_BACKEND_VMX)
		check_vmx();
	else
		check_svm();
	check_others();
	check_msr_reads();
	check_msr_writes();
	check_feature_control();
	check_blocks();
	COVERS_EXIT("SYSREG_READ", "policy");
	COVERS_EXIT("SYSREG_WRITE", "policy");
	return finish();
}
