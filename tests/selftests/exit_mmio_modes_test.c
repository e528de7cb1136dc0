// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * MMIO in real and protected mode: default sizes, prefixes, segments; accesses
 * that touch a device and memory, cross pages, or that can't be decoded.
 */
#include "guest.h"

#define HOLE16		0xb8000UL	/* within reach of real mode: deleted from RAM below */

static struct vm vm;
static struct vcpu v;

GUEST(mmio16, 16,
      "mov $0xb800, %ax; mov %ax, %ds; mov %ax, %es; mov $0x11223344, %eax\n"
      "mov $0x10, %bx; mov $6, %si\n"
      "mov %ax, (%bx,%si); mov %eax, 2(%bx); mov %al, %es:0x20; mov %ah, (%si)\n"
      "movw $0x8182, (%bx); movl $0x81828384, (%bx)\n"
      "mov (%bx), %cx; mov (%bx), %edx; movzbw (%bx), %di; movsbl (%bx), %ebp\n"
      "addr32 mov (%esi,%eax,1), %cl\n" GUEST_DONE);
GUEST(mmio32, 32,
      "mov $0x10000000, %ebx; mov $8, %ecx; mov $0x11223344, %eax\n"
      "mov %eax, (%ebx,%ecx,2); mov %ax, -4(%ebx); mov %ah, (%ebx); mov %al, 0x10000044\n"
      "movl $0x81828384, (%ebx)\n"
      "mov (%ebx), %edx; mov (%ebx), %si; movzwl (%ebx), %edi; movsbw (%ebx), %bp\n"
      "mov 0x10000048, %eax\n" GUEST_DONE);

struct step {
	u32 reason;
	u64 gpa;
	u32 width;
	u64 data;
};

static const struct step steps16[] = {
	{ AXVCPU_EXIT_MMIO_WRITE, HOLE16 + 0x16, 2, 0x3344 },
	{ AXVCPU_EXIT_MMIO_WRITE, HOLE16 + 0x12, 4, 0x11223344 },
	{ AXVCPU_EXIT_MMIO_WRITE, HOLE16 + 0x20, 1, 0x44 },
	{ AXVCPU_EXIT_MMIO_WRITE, HOLE16 + 6, 1, 0x33 },
	{ AXVCPU_EXIT_MMIO_WRITE, HOLE16 + 0x10, 2, 0x8182 },
	{ AXVCPU_EXIT_MMIO_WRITE, HOLE16 + 0x10, 4, 0x81828384 },
	{ AXVCPU_EXIT_MMIO_READ, HOLE16 + 0x10, 2, 0xa1a2 },
	{ AXVCPU_EXIT_MMIO_READ, HOLE16 + 0x10, 4, 0xb1b2b3b4 },
	{ AXVCPU_EXIT_MMIO_READ, HOLE16 + 0x10, 1, 0xc1 },
	{ AXVCPU_EXIT_MMIO_READ, HOLE16 + 0x10, 1, 0xd1 },
};
static const struct step steps32[] = {
	{ AXVCPU_EXIT_MMIO_WRITE, HOLE + 0x10, 4, 0x11223344 },
	{ AXVCPU_EXIT_MMIO_WRITE, HOLE - 4, 2, 0x3344 },
	{ AXVCPU_EXIT_MMIO_WRITE, HOLE, 1, 0x33 },
	{ AXVCPU_EXIT_MMIO_WRITE, HOLE + 0x44, 1, 0x44 },
	{ AXVCPU_EXIT_MMIO_WRITE, HOLE, 4, 0x81828384 },
	{ AXVCPU_EXIT_MMIO_READ, HOLE, 4, 0xa1a2a3a4 },
	{ AXVCPU_EXIT_MMIO_READ, HOLE, 2, 0xb1b2 },
	{ AXVCPU_EXIT_MMIO_READ, HOLE, 2, 0xc1c2 },
	{ AXVCPU_EXIT_MMIO_READ, HOLE, 1, 0xd1 },
	{ AXVCPU_EXIT_MMIO_READ, HOLE + 0x48, 4, 0xe1e2e3e4 },
};

static bool walk(const struct step *step, unsigned int count)
{
	const struct axvcpu_exit *e = &v.run->exit;
	int before = failures;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!expect_exit_at(&v, step[i].reason, __FILE__, __LINE__)) {
			note("at step %u", i);
			return false;
		}
		EXPECT_EQ(e->u.mmio.gpa, step[i].gpa, "gpa of step %u", i);
		EXPECT_EQ(e->u.mmio.width, step[i].width, "width of step %u", i);
		if (step[i].reason == AXVCPU_EXIT_MMIO_READ)
			done(&v, step[i].data);
		else
			EXPECT_EQ(e->u.mmio.data[0], step[i].data, "data of step %u", i);
	}
	return failures == before;
}

static void check_real(void)
{
	struct axvcpu_x86_general g;

	START(&v, REAL, mmio16);
	CHECK(walk(steps16, ARRAY_SIZE(steps16)), "MOV, MOVZX, MOVSX in real mode");
	g = get_general(&v);
	CHECK_EQ(g.gpr[AXVCPU_X86_RCX] & 0xffff, 0xa1a2, "real mode: a 16-bit read");
	CHECK_EQ(g.gpr[AXVCPU_X86_RDX], 0xb1b2b3b4, "real mode: a 32-bit read");
	CHECK_EQ(g.gpr[AXVCPU_X86_RDI] & 0xffff, 0x00c1, "real mode: MOVZX");
	COVERS_EXIT("MMIO_WRITE", "real mode");
	COVERS_EXIT("MMIO_READ", "real mode");
}

static void check_protected(void)
{
	struct axvcpu_x86_general g;

	RESTART(&v, PROTECTED, mmio32);
	CHECK(walk(steps32, ARRAY_SIZE(steps32)), "MOV, MOVZX, MOVSX in protected mode");
	run_to_port(&v, PORT_DONE);
	g = get_general(&v);
	CHECK_EQ(g.gpr[AXVCPU_X86_RDX], 0xa1a2a3a4, "protected mode: a 32-bit read");
	CHECK_EQ(g.gpr[AXVCPU_X86_RSI], 0xb1b2, "protected mode: a 16-bit read");
	CHECK_EQ(g.gpr[AXVCPU_X86_RDI], 0xc1c2, "protected mode: MOVZX");
	CHECK_EQ(g.gpr[AXVCPU_X86_RBP], 0xffd1, "protected mode: MOVSX");
	CHECK_EQ(g.gpr[AXVCPU_X86_RAX], 0xe1e2e3e4, "protected mode: moffs");
	COVERS_EXIT("MMIO_WRITE", "protected mode");
	COVERS_EXIT("MMIO_READ", "protected mode");
}

/* Segment bases and limits count outside of long mode. */
GUEST(segment32, 32, "mov %eax, %fs:(%ebx); mov %gs:(%ebx), %ecx\n" GUEST_DONE);

static void check_segments(void)
{
	struct axvcpu_x86_system s;
	struct axvcpu_x86_general g;

	RESTART(&v, PROTECTED, segment32);
	s = get_system(&v);
	s.segment[AXVCPU_X86_FS].base = HOLE;
	s.segment[AXVCPU_X86_GS].base = HOLE + 0x1000;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s));
	g = get_general(&v);
	g.gpr[AXVCPU_X86_RAX] = 0x77;
	g.gpr[AXVCPU_X86_RBX] = 0x24;
	set_general(&v, &g);
	NEED_EXIT(&v, MMIO_WRITE);
	CHECK_EQ(v.run->exit.u.mmio.gpa, HOLE + 0x24, "FS has its base");
	NEED_EXIT(&v, MMIO_READ);
	CHECK_EQ(v.run->exit.u.mmio.gpa, HOLE + 0x1024, "GS has its base");
	done(&v, 5);
	run_to_port(&v, PORT_DONE);
}

GUEST(across, 64, "mov %rax, (%rbx)\n" GUEST_DONE);
GUEST(across_read, 64, "mov (%rbx), %rax\n" GUEST_DONE);

/*
 * An access across the end of memory: never a wrong one. Either NESTED_PAGE_FAULT
 * at the instruction, or parts whose addresses are right.
 */
static void check_across(void)
{
	static const u64 at[] = { RAM_SIZE - 4, HOLE + PAGE - 4 };
	struct axvcpu_x86_general g;
	unsigned int i;
	u32 reason;

	for (i = 0; i < 2 * ARRAY_SIZE(at); i++) {
		bool read = i & 1;
		u64 address = at[i / 2];

		if (read)
			RESTART(&v, LONG, across_read);
		else
			RESTART(&v, LONG, across);
		memset(vm.ram + RAM_SIZE - 8, 0x42, 8);
		g = get_general(&v);
		g.gpr[AXVCPU_X86_RAX] = 0x8182838485868788;
		g.gpr[AXVCPU_X86_RBX] = address;
		set_general(&v, &g);
		reason = run_exit(&v);
		if (reason == AXVCPU_EXIT_NESTED_PAGE_FAULT) {
			CHECK_EQ(v.run->exit.pc, CODE, "%s across 0x%llx: NESTED_PAGE_FAULT",
				 read ? "a read" : "a write", (unsigned long long)address);
			EXPECT_EQ(v.run->exit.u.npf.gpa >= (address & ~7ULL) &&
					  v.run->exit.u.npf.gpa < address + 8, 1, "its gpa");
			EXPECT_EQ(get_general(&v).rip, CODE, "the PC stays");
		} else if (address == HOLE + PAGE - 4) {
			CHECK_EQ(v.run->exit.u.mmio.gpa, address, "%s across 0x%llx: an exit at it",
				 read ? "a read" : "a write", (unsigned long long)address);
		} else {
			CHECK(reason == (read ? AXVCPU_EXIT_MMIO_READ : AXVCPU_EXIT_MMIO_WRITE) &&
				      v.run->exit.u.mmio.gpa == RAM_SIZE &&
				      v.run->exit.u.mmio.width == 4,
			      "an access off the end of memory: its second half, not %s", exit_text(&v));
		}
		EXPECT_EQ(vm.ram[RAM_SIZE - 8], 0x42, "memory before it");
	}
	COVERS_EXIT("NESTED_PAGE_FAULT", "access across pages");
}

#define UNDECODED(n, text) GUEST(u##n, 64, "mov $0x10000000, %ebx; mov $1, %ecx\n1: " text "\n" GUEST_DONE)
UNDECODED(0, "add %eax, (%rbx)");
UNDECODED(1, "lock incl (%rbx)");
UNDECODED(2, "xchg %eax, (%rbx)");
UNDECODED(3, "push (%rbx)");
UNDECODED(4, "cmpb $1, (%rbx)");
UNDECODED(5, "lock cmpxchg %ecx, (%rbx)");
UNDECODED(6, "bt %ecx, (%rbx)");
UNDECODED(7, "pop (%rbx)");

/* Later steps decode more: what can't be decoded must not look like an access. */
static void check_undecoded(void)
{
	static const struct {
		const char *text;
		const u8 *code, *end;
	} cases[] = {
		{ "add", u0, u0_end },	   { "lock inc", u1, u1_end }, { "xchg", u2, u2_end },
		{ "push", u3, u3_end },	   { "cmp", u4, u4_end },      { "cmpxchg", u5, u5_end },
		{ "bt", u6, u6_end },	   { "pop", u7, u7_end },
	};
	const struct axvcpu_exit *e = &v.run->exit;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
		start_code(&v, AXVCPU_X86_START_LONG, cases[i].code, cases[i].end);
		if (run_exit(&v) != AXVCPU_EXIT_NESTED_PAGE_FAULT) {
			CHECK(e->flags & AXVCPU_EXIT_PENDING && e->u.mmio.gpa == HOLE,
			      "%s is decoded and pending: %s", cases[i].text, exit_text(&v));
			continue;
		}
		CHECK_EQ(e->u.npf.cause, AXVCPU_NPF_CANT_DECODE, "%s can't be decoded",
			 cases[i].text);
		EXPECT_EQ(e->u.npf.gpa, HOLE, "%s: gpa", cases[i].text);
		EXPECT_EQ(e->pc, CODE + 10, "%s: the PC is at it", cases[i].text);
		EXPECT_EQ(e->flags, 0, "%s: nothing is pending", cases[i].text);
		if (e->u.npf.insn_length)
			EXPECT_EQ(memcmp(e->u.npf.insn, cases[i].code + 10, 2), 0,
				  "%s: the instruction's bytes", cases[i].text);
		else
			CHECK(false, "%s: bytes are known", cases[i].text);
	}
	COVERS_EXIT("NESTED_PAGE_FAULT", "can't decode");
}

int main(void)
{
	vm.fd = create_vm(0);
	NEED(vm.fd >= 0, "CREATE_VM");
	vm.ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* Memory with a hole at HOLE16 */
	NEED_RET(set_memory(vm.fd, 0, vm.ram, HOLE16, 0));
	NEED_RET(set_memory(vm.fd, HOLE16 + PAGE, vm.ram + HOLE16 + PAGE, RAM_SIZE - HOLE16 - PAGE,
			    0));
	vcpu_new(&v, &vm, 0);
	check_real();
	check_protected();
	check_segments();
	check_across();
	check_undecoded();
	return finish();
}
