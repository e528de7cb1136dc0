// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * MMIO_READ and MMIO_WRITE by the MOV family in long mode: widths, registers,
 * zero and sign extension, immediates, addressing, high byte registers.
 */
#include "guest.h"

static struct vm vm;
static struct vcpu v;

/* Every instruction has RBX = HOLE, RCX = 8 and the others as set below. */
struct write_case {
	const char *text;
	const u8 *code, *end;
	u64 gpa;
	u32 width;
	u64 data;
};

struct read_case {
	const char *text;
	const u8 *code, *end;
	u64 gpa;
	u32 width, reg, reg_width, sign;
	u64 value;	/* of register @full after the answer 0x8182838485868788 */
	u32 full;
};

#define W(n, text) GUEST(w##n, 64, text "\n" GUEST_DONE)
#define R(n, text) GUEST(r##n, 64, text "\n" GUEST_DONE)

W(0, "mov %al, (%rbx)");
W(1, "mov %ax, (%rbx)");
W(2, "mov %eax, (%rbx)");
W(3, "mov %rax, (%rbx)");
W(4, "mov %ah, (%rbx)");
W(5, "mov %sil, (%rbx)");
W(6, "mov %r15, 0x10(%rbx,%rcx,4)");
W(7, "movb $0x81, (%rbx)");
W(8, "movw $0x8182, (%rbx)");
W(9, "movl $0x81828384, (%rbx)");
W(10, "movq $-2, (%rbx)");
W(11, "mov %r9b, -8(%rbx)");
W(12, "movabs %al, 0x10000020");
W(13, "movabs %rax, 0x10000028");
W(14, "addr32 mov %eax, (%ebx)");
W(15, "mov %bh, 3(%rbx)");
W(16, "mov %eax, 0x10000040");	/* absolute through SIB */
W(17, "rex.W mov %eax, (%rbx)");

#define WRITE(n, text, gpa, width, data) { text, w##n, w##n##_end, gpa, width, data }
static const struct write_case writes[] = {
	WRITE(0, "mov %al", HOLE, 1, 0x18),
	WRITE(1, "mov %ax", HOLE, 2, 0x1718),
	WRITE(2, "mov %eax", HOLE, 4, 0x15161718),
	WRITE(3, "mov %rax", HOLE, 8, 0x1112131415161718),
	WRITE(4, "mov %ah", HOLE, 1, 0x17),
	WRITE(5, "mov %sil", HOLE, 1, 0x68),
	WRITE(6, "mov %r15 with an index", HOLE + 0x30, 8, 0xf1f2f3f4f5f6f7f8),
	WRITE(7, "movb $imm", HOLE, 1, 0x81),
	WRITE(8, "movw $imm", HOLE, 2, 0x8182),
	WRITE(9, "movl $imm", HOLE, 4, 0x81828384),
	WRITE(10, "movq $imm, sign extended", HOLE, 8, 0xfffffffffffffffe),
	WRITE(11, "mov %r9b below", HOLE - 8, 1, 0x98),
	WRITE(12, "mov %al, moffs", HOLE + 0x20, 1, 0x18),
	WRITE(13, "mov %rax, moffs", HOLE + 0x28, 8, 0x1112131415161718),
	WRITE(14, "addr32 mov", HOLE, 4, 0x15161718),
	WRITE(15, "mov %bh", HOLE + 3, 1, 0),
	WRITE(16, "mov %eax, absolute", HOLE + 0x40, 4, 0x15161718),
	WRITE(17, "rex.W mov", HOLE, 8, 0x1112131415161718),
};

R(0, "mov (%rbx), %al");
R(1, "mov (%rbx), %ax");
R(2, "mov (%rbx), %eax");
R(3, "mov (%rbx), %rax");
R(4, "mov (%rbx), %ah");
R(5, "mov (%rbx), %dil");
R(6, "mov 4(%rbx,%rcx,2), %r14d");
R(7, "movzbw (%rbx), %ax");
R(8, "movzbl (%rbx), %eax");
R(9, "movzbq (%rbx), %rax");
R(10, "movzwl (%rbx), %eax");
R(11, "movzwq (%rbx), %r8");
R(12, "movsbw (%rbx), %ax");
R(13, "movsbl (%rbx), %eax");
R(14, "movsbq (%rbx), %rax");
R(15, "movswl (%rbx), %eax");
R(16, "movswq (%rbx), %rax");
R(17, "movslq (%rbx), %rax");
R(18, "movabs 0x10000008, %al");
R(19, "movabs 0x10000008, %rax");
R(20, "mov (%rbx), %bh");
R(21, "mov 0xfffeffa(%rip), %eax");	/* CODE + 6 + displacement = HOLE */

#define READ(n, text, gpa, width, reg, reg_width, sign, value, full)                              \
	{ text, r##n, r##n##_end, gpa, width, reg, reg_width, sign, value, full }
static const struct read_case reads[] = {
	READ(0, "mov to %al", HOLE, 1, 0, 1, 0, 0x1112131415161788, 0),
	READ(1, "mov to %ax", HOLE, 2, 0, 2, 0, 0x1112131415168788, 0),
	READ(2, "mov to %eax", HOLE, 4, 0, 4, 0, 0x85868788, 0),
	READ(3, "mov to %rax", HOLE, 8, 0, 8, 0, 0x8182838485868788, 0),
	READ(4, "mov to %ah", HOLE, 1, ~0U, 1, 0, 0x1112131415168818, 0),
	READ(5, "mov to %dil", HOLE, 1, 7, 1, 0, 0x7172737475767788, 7),
	READ(6, "mov to %r14d with an index", HOLE + 0x14, 4, 14, 4, 0, 0x85868788, 14),
	READ(7, "movzbw", HOLE, 1, 0, 2, 0, 0x1112131415160088, 0),
	READ(8, "movzbl", HOLE, 1, 0, 4, 0, 0x88, 0),
	READ(9, "movzbq", HOLE, 1, 0, 8, 0, 0x88, 0),
	READ(10, "movzwl", HOLE, 2, 0, 4, 0, 0x8788, 0),
	READ(11, "movzwq to %r8", HOLE, 2, 8, 8, 0, 0x8788, 8),
	READ(12, "movsbw", HOLE, 1, 0, 2, 1, 0x111213141516ff88, 0),
	READ(13, "movsbl", HOLE, 1, 0, 4, 1, 0xffffff88, 0),
	READ(14, "movsbq", HOLE, 1, 0, 8, 1, 0xffffffffffffff88, 0),
	READ(15, "movswl", HOLE, 2, 0, 4, 1, 0xffff8788, 0),
	READ(16, "movswq", HOLE, 2, 0, 8, 1, 0xffffffffffff8788, 0),
	READ(17, "movslq", HOLE, 4, 0, 8, 1, 0xffffffff85868788, 0),
	READ(18, "mov moffs, %al", HOLE + 8, 1, 0, 1, 0, 0x1112131415161788, 0),
	READ(19, "mov moffs, %rax", HOLE + 8, 8, 0, 8, 0, 0x8182838485868788, 0),
	READ(20, "mov to %bh", HOLE, 1, ~0U, 1, 0, 0x10008800, 3),
	READ(21, "mov RIP-relative", HOLE, 4, 0, 4, 0, 0x85868788, 0),
};

static void begin(const u8 *code, const u8 *end)
{
	struct axvcpu_x86_general g;
	unsigned int i;

	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, AXVCPU_X86_START_LONG, code, end);
	g = get_general(&v);
	for (i = 0; i < 16; i++)
		if (i != AXVCPU_X86_RSP)
			g.gpr[i] = (0x0102030405060708 | 0x1010101010101010 * (i + 1));
	g.gpr[0] = 0x1112131415161718;
	g.gpr[6] = 0x6162636465666768;
	g.gpr[7] = 0x7172737475767778;
	g.gpr[9] = 0x9192939495969798;
	g.gpr[15] = 0xf1f2f3f4f5f6f7f8;
	g.gpr[AXVCPU_X86_RBX] = HOLE;
	g.gpr[AXVCPU_X86_RCX] = 8;
	set_general(&v, &g);
}

static void check_write(const struct write_case *c)
{
	const struct axvcpu_exit *e = &v.run->exit;
	struct axvcpu_x86_general before;
	unsigned int i;

	begin(c->code, c->end);
	before = get_general(&v);
	if (!EXPECT_EXIT(&v, MMIO_WRITE)) {
		CHECK(false, "MMIO write: %s", c->text);
		return;
	}
	EXPECT_EQ(e->u.mmio.gpa, c->gpa, "%s: gpa", c->text);
	EXPECT_EQ(e->u.mmio.width, c->width, "%s: width", c->text);
	EXPECT_EQ(e->u.mmio.data[0], c->data, "%s: data", c->text);
	EXPECT_EQ(e->flags, 0, "%s: it is complete", c->text);
	EXPECT_EQ(get_general(&v).rip, CODE + (c->end - c->code) - 2, "%s: the PC is past it", c->text);
	before.rip = get_general(&v).rip;
	for (i = 0; i < 16; i++)
		EXPECT_EQ(gpr(&v, i), before.gpr[i], "%s: register %u", c->text, i);
	run_to_port(&v, PORT_DONE);
	CHECK(true, "MMIO write: %s", c->text);
}

static void check_read(const struct read_case *c)
{
	const struct axvcpu_exit *e = &v.run->exit;
	struct axvcpu_x86_general before, after;
	unsigned int i;
	int old = failures;

	begin(c->code, c->end);
	before = get_general(&v);
	if (!EXPECT_EXIT(&v, MMIO_READ)) {
		CHECK(false, "MMIO read: %s", c->text);
		return;
	}
	EXPECT_EQ(e->u.mmio.gpa, c->gpa, "%s: gpa", c->text);
	EXPECT_EQ(e->u.mmio.width, c->width, "%s: width", c->text);
	if (c->reg != ~0U)
		EXPECT_EQ(e->u.mmio.reg, c->reg, "%s: reg", c->text);
	EXPECT_EQ(e->u.mmio.reg_width, c->reg_width, "%s: reg_width", c->text);
	EXPECT_EQ(e->u.mmio.sign_extend, c->sign, "%s: sign_extend", c->text);
	EXPECT_EQ(e->flags, AXVCPU_EXIT_PENDING, "%s: it is pending", c->text);
	EXPECT_EQ(get_general(&v).rip, CODE, "%s: the PC is at it", c->text);
	done(&v, 0x8182838485868788);
	run_to_port(&v, PORT_DONE);
	after = get_general(&v);
	EXPECT_EQ(after.gpr[c->full], c->value, "%s: the register", c->text);
	for (i = 0; i < 16; i++)
		if (i != c->full)
			EXPECT_EQ(after.gpr[i], before.gpr[i], "%s: register %u", c->text, i);
	EXPECT_EQ(after.rflags, before.rflags, "%s: the flags", c->text);
	CHECK(failures == old, "MMIO read: %s", c->text);
}

int main(void)
{
	unsigned int i;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	for (i = 0; i < ARRAY_SIZE(writes); i++)
		check_write(&writes[i]);
	for (i = 0; i < ARRAY_SIZE(reads); i++)
		check_read(&reads[i]);
	COVERS_EXIT("MMIO_WRITE", "long mode");
	COVERS_EXIT("MMIO_READ", "long mode");
	return finish();
}
