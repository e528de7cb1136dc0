// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * MMIO_READ and MMIO_WRITE by the syndrome of an abort: widths, signs, registers, ways
 * to address; and what can't be done. What is decoded is in exit_decode_test.
 */
#include <sys/auxv.h>
#include <asm/hwcap.h>

#include "guest.h"

#define ANSWER	0xf1f2f3f4f5f6f7f8ULL
#define START_X	0x1112131415161718ULL

#define W(n, text) GUEST(w##n, PLAIN, text "\n" GUEST_DONE)
#define R(n, text) GUEST(r##n, PLAIN, text "\n" GUEST_DONE)
#define N(n, text) GUEST(o##n, PLAIN, text "\n" GUEST_DONE)

W(0, "strb w0, [x1]");
W(1, "strh w0, [x1]");
W(2, "str w0, [x1]");
W(3, "str x0, [x1]");
W(4, "strb wzr, [x1]");
W(5, "str xzr, [x1, #16]");
W(6, "str x30, [x1, x2]");
W(7, "str w15, [x1, w2, uxtw #2]");
W(8, "stlr x0, [x1]");
W(9, "stur x0, [x1, #-8]");
W(10, "sttr w0, [x1]");

static const struct write {
	const char *text;
	const u8 *code, *end;
	s64 offset;
	u32 width;
	u64 data;
} writes[] = {
#define ROW(n, text, ...) { text, w##n, w##n##_end, __VA_ARGS__ }
	ROW(0, "strb", 0, 1, 0x18),
	ROW(1, "strh", 0, 2, 0x1718),
	ROW(2, "str w", 0, 4, 0x15161718),
	ROW(3, "str x", 0, 8, START_X),
	ROW(4, "strb wzr", 0, 1, 0),
	ROW(5, "str xzr", 16, 8, 0),
	ROW(6, "str x30", 8, 8, START_X + 30),
	ROW(7, "str w15", 32, 4, 0x15161718 + 15),
	ROW(8, "stlr", 0, 8, START_X),
	ROW(9, "stur", -8, 8, START_X),
	ROW(10, "sttr", 0, 4, 0x15161718),
#undef ROW
};

R(0, "ldrb w0, [x1]");
R(1, "ldrh w0, [x1]");
R(2, "ldr w0, [x1]");
R(3, "ldr x0, [x1]");
R(4, "ldrsb w0, [x1]");
R(5, "ldrsb x0, [x1]");
R(6, "ldrsh w0, [x1]");
R(7, "ldrsh x0, [x1]");
R(8, "ldrsw x0, [x1]");
R(9, "ldr xzr, [x1]");
R(10, "ldr x30, [x1, x2]");
R(11, "ldar w0, [x1]");
R(12, "ldur x0, [x1, #-8]");

static const struct read {
	const char *text;
	const u8 *code, *end;
	s64 offset;
	u32 width, reg;
	u64 value;
} reads[] = {
#define ROW(n, text, ...) { text, r##n, r##n##_end, __VA_ARGS__ }
	ROW(0, "ldrb", 0, 1, 0, 0xf8),
	ROW(1, "ldrh", 0, 2, 0, 0xf7f8),
	ROW(2, "ldr w", 0, 4, 0, 0xf5f6f7f8),
	ROW(3, "ldr x", 0, 8, 0, ANSWER),
	ROW(4, "ldrsb w", 0, 1, 0, 0xfffffff8),
	ROW(5, "ldrsb x", 0, 1, 0, 0xfffffffffffffff8),
	ROW(6, "ldrsh w", 0, 2, 0, 0xfffff7f8),
	ROW(7, "ldrsh x", 0, 2, 0, 0xfffffffffffff7f8),
	ROW(8, "ldrsw", 0, 4, 0, 0xfffffffff5f6f7f8),
	ROW(9, "ldr xzr", 0, 8, 31, 0),
	ROW(10, "ldr x30", 8, 8, 30, ANSWER),
	ROW(11, "ldar w", 0, 4, 0, 0xf5f6f7f8),
	ROW(12, "ldur", -8, 8, 0, ANSWER),
#undef ROW
};

N(0, "ldxr x0, [x1]");
N(1, ".arch armv8.1-a\nldadd x2, x0, [x1]");
N(2, ".arch armv8.1-a\ncas x2, x0, [x1]");
N(3, "add x1, x1, #0xff8\nldp x2, x3, [x1]"); /* over the end of a page */

static const struct odd {
	const char *text;
	const u8 *code, *end;
	u64 offset, pc;
	bool atomics; /* of Armv8.1 */
} odd[] = {
#define ROW(n, text, ...) { text, o##n, o##n##_end, __VA_ARGS__ }
	ROW(0, "ldxr", 0, 0, false),
	ROW(1, "ldadd", 0, 0, true),
	ROW(2, "cas", 0, 0, true),
	ROW(3, "ldp over the end of a page", 0xff8, 4, false),
#undef ROW
};

static struct vm vm;
static struct vcpu v;

static struct axvcpu_arm64_general begin(const u8 *code, const u8 *end)
{
	struct axvcpu_arm64_general g;
	unsigned int i;

	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, MODE_PLAIN, code, end);
	g = get_general(&v);
	for (i = 0; i < 31; i++)
		g.x[i] = START_X + i;
	g.x[1] = HOLE;
	g.x[2] = 8;
	set_general(&v, &g);
	return g;
}

static void check_write(const struct write *c)
{
	struct axvcpu_arm64_general before = begin(c->code, c->end), after;
	const struct axvcpu_exit *e = &v.run->exit;

	if (!EXPECT_EXIT(&v, MMIO_WRITE))
		return;
	EXPECT_EQ(e->u.mmio.gpa, HOLE + c->offset, "%s: gpa", c->text);
	EXPECT_EQ(e->u.mmio.width, c->width, "%s: width", c->text);
	EXPECT_EQ(e->u.mmio.data[0], c->data, "%s: data", c->text);
	EXPECT_EQ(e->flags & AXVCPU_EXIT_PENDING, 0, "%s: it is complete", c->text);
	after = get_general(&v);
	EXPECT_EQ(after.pc, CODE + 4, "%s: the PC is past it", c->text);
	EXPECT_EQ(memcmp(before.x, after.x, sizeof(after.x)), 0, "%s: registers stay", c->text);
	run_to_port(&v, PORT_DONE);
}

static void check_read(const struct read *c)
{
	struct axvcpu_arm64_general before = begin(c->code, c->end), after;
	const struct axvcpu_exit *e = &v.run->exit;

	if (!EXPECT_EXIT(&v, MMIO_READ))
		return;
	EXPECT_EQ(e->u.mmio.gpa, HOLE + c->offset, "%s: gpa", c->text);
	EXPECT_EQ(e->u.mmio.width, c->width, "%s: width", c->text);
	EXPECT_EQ(e->flags & AXVCPU_EXIT_PENDING, AXVCPU_EXIT_PENDING, "%s: it is pending", c->text);
	EXPECT_EQ(get_general(&v).pc, CODE, "%s: the PC is at it", c->text);
	done(&v, ANSWER);
	NEED_RET(call_value(v.fd, AXVCPU_RUN, AXVCPU_RUN_COMPLETE_ONLY));
	after = get_general(&v);
	EXPECT_EQ(after.pc, CODE + 4, "%s: the PC is past it then", c->text);
	if (c->reg < 31) {
		EXPECT_EQ(after.x[c->reg], c->value, "%s: the register", c->text);
		after.x[c->reg] = before.x[c->reg];
	}
	EXPECT_EQ(memcmp(before.x, after.x, sizeof(after.x)), 0, "%s: the others stay", c->text);
	EXPECT_EQ(after.sp_el1, before.sp_el1, "%s: SP stays", c->text);
	run_to_port(&v, PORT_DONE);
}

/* They can't be done: nothing has happened. */
static void check_odd(const struct odd *c)
{
	struct axvcpu_arm64_general before = begin(c->code, c->end), after;
	const struct axvcpu_exit *e = &v.run->exit;

	if (!EXPECT_EXIT(&v, NESTED_PAGE_FAULT))
		return;
	EXPECT_EQ(e->u.npf.gpa, HOLE + c->offset, "%s: gpa", c->text);
	EXPECT_EQ(e->u.npf.cause, AXVCPU_NPF_CANT_DECODE, "%s: cause", c->text);
	EXPECT_EQ(e->u.npf.insn_length, 4, "%s: the instruction is told", c->text);
	EXPECT_EQ(memcmp(e->u.npf.insn, vm.ram + CODE + c->pc, 4), 0, "%s: its bytes", c->text);
	after = get_general(&v);
	EXPECT_EQ(after.pc, CODE + c->pc, "%s: the PC is at it", c->text);
	before.pc += c->pc;
	before.x[1] += c->offset;
	EXPECT_EQ(memcmp(&before, &after, sizeof(after)), 0, "%s: nothing changed", c->text);
}

/* A read that fails: an external abort, or what the VMM says. */
static void check_fault(void)
{
	struct axvcpu_arm64_system s;

	begin(r3, r3_end);
	NEED_EXIT(&v, MMIO_READ);
	fault(&v, AXVCPU_ARM64_VECTOR_SYNC, false, 0);
	CHECK_EQ(run_to_port(&v, PORT_VECTOR) & 0xfc00003f, 0x94000010,
		 "FAULT without syndrome is an external abort of the same level");
	s = get_system(&v);
	CHECK_EQ(s.far_el1, HOLE, "FAR_EL1 is its address");
	CHECK_EQ(s.elr_el1, CODE, "ELR_EL1 is the instruction");
	begin(r3, r3_end);
	NEED_EXIT(&v, MMIO_READ);
	fault(&v, AXVCPU_ARM64_VECTOR_SYNC, true, 0x96000021);
	CHECK_EQ(run_to_port(&v, PORT_VECTOR), 0x96000021, "FAULT with a syndrome has it");
	begin(r3, r3_end);
	NEED_EXIT(&v, MMIO_READ);
	cancel(&v);
	NEED_EXIT(&v, MMIO_READ);
	CHECK_EQ(pc_of(&v), CODE, "CANCEL does it again");
	COVERS_EXIT("MMIO_READ", "fault, cancel");
}

static void check_fetch(void)
{
	begin(w0, w0_end);
	{
		struct axvcpu_arm64_general g = get_general(&v);

		g.pc = HOLE + 0x40;
		set_general(&v, &g);
	}
	NEED_EXIT(&v, NESTED_PAGE_FAULT);
	CHECK_EQ(v.run->exit.u.npf.gpa, HOLE + 0x40, "a fetch from nowhere: gpa");
	CHECK_EQ(v.run->exit.u.npf.cause, AXVCPU_NPF_NO_REGION, "cause");
	CHECK(v.run->exit.u.npf.access & AXVCPU_ACCESS_EXECUTE, "access");
	COVERS_EXIT("NESTED_PAGE_FAULT", "fetch");
}

int main(void)
{
	unsigned int i;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	for (i = 0; i < ARRAY_SIZE(writes); i++)
		check_write(&writes[i]);
	CHECK(!failures, "stores");
	for (i = 0; i < ARRAY_SIZE(reads); i++)
		check_read(&reads[i]);
	CHECK(!failures, "loads");
	for (i = 0; i < ARRAY_SIZE(odd); i++)
		if (!odd[i].atomics || getauxval(AT_HWCAP) & HWCAP_ATOMICS)
			check_odd(&odd[i]);
	CHECK(!failures, "what no device can be reached by");
	check_fault();
	check_fetch();
	COVERS_EXIT("MMIO_WRITE", "syndrome");
	COVERS_EXIT("MMIO_READ", "syndrome");
	COVERS_EXIT("NESTED_PAGE_FAULT", "can't decode");
	return finish();
}
