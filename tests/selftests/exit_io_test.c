// SPDX-License-Identifier: GPL-3.0-or-later
/* IO_READ and IO_WRITE: IN and OUT in every width, form and mode; what the answer changes. */
#include "guest.h"

GUEST(out16, 16,
      "mov $0x12345678, %eax; mov $0xabcd, %dx\n"
      "out %al, $0x80; out %ax, $0x81; out %eax, $0xff\n"
      "out %al, %dx; out %ax, %dx; out %eax, %dx\n"
      "mov $0xffff, %dx; out %al, %dx; out %ax, %dx; out %eax, %dx\n" GUEST_DONE);
GUEST(out32, 32,
      "mov $0x12345678, %eax; mov $0xabcd, %edx\n"
      "out %al, $0x80; out %ax, $0x81; out %eax, $0xff\n"
      "out %al, %dx; out %ax, %dx; out %eax, %dx\n"
      "mov $0xffff, %dx; out %al, %dx; out %ax, %dx; out %eax, %dx\n" GUEST_DONE);
GUEST(out64, 64,
      "mov $0xffffffff12345678, %rax; mov $0xffff00000000abcd, %rdx\n"
      "out %al, $0x80; out %ax, $0x81; out %eax, $0xff\n"
      "out %al, %dx; out %ax, %dx; out %eax, %dx\n"
      "mov $0xffff, %dx; out %al, %dx; out %ax, %dx; rex.w out %eax, %dx\n" GUEST_DONE);

/* Each IN begins with RAX of all ones. */
#define IN_ALL(ones)                                                                              \
	ones "in $0x70, %al\n" GUEST_VALUE ones "in $0x71, %ax\n" GUEST_VALUE                      \
	ones "in $0x72, %eax\n" GUEST_VALUE ones "mov $0xfff8, %dx; in %dx, %al\n" GUEST_VALUE     \
	ones "in %dx, %ax\n" GUEST_VALUE ones "in %dx, %eax\n" GUEST_DONE

GUEST(in16, 16, IN_ALL("mov $-1, %eax\n"));
GUEST(in32, 32, IN_ALL("mov $-1, %eax\n"));
GUEST(in64, 64, IN_ALL("mov $-1, %rax\n"));

static const struct {
	u16 port;
	u8 width;
	u64 out;
	u64 in;		/* of RAX after IN of 0x8877665544332211 */
} access_table[] = {
	{ 0x80, 1, 0x78, 0xffffffffffffff11 },	      { 0x81, 2, 0x5678, 0xffffffffffff2211 },
	{ 0xff, 4, 0x12345678, 0x0000000044332211 },  { 0xabcd, 1, 0x78, 0xffffffffffffff11 },
	{ 0xabcd, 2, 0x5678, 0xffffffffffff2211 },    { 0xabcd, 4, 0x12345678, 0x0000000044332211 },
	{ 0xffff, 1, 0x78, 0 },			      { 0xffff, 2, 0x5678, 0 },
	{ 0xffff, 4, 0x12345678, 0 },
};

static const char *const mode_name[] = { "real mode", "protected mode", "long mode" };

static void check_out(struct vcpu *v, u32 mode)
{
	const struct axvcpu_exit *e = &v->run->exit;
	int before = failures;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(access_table); i++) {
		NEED_EXIT(v, IO_WRITE);
		EXPECT_EQ(e->u.io.port, access_table[i].port, "port of OUT %u", i);
		EXPECT_EQ(e->u.io.width, access_table[i].width, "width of OUT %u", i);
		EXPECT_EQ(e->u.io.count, 1, "count of OUT %u", i);
		EXPECT_EQ(e->u.io.data, access_table[i].out, "data of OUT %u", i);
		EXPECT_EQ(e->flags, 0, "flags of OUT %u", i);
		EXPECT_EQ(e->pc, get_general(v).rip, "pc of OUT %u", i);
		EXPECT_EQ(e->next_pc, e->pc, "OUT %u is complete: its pc is the next", i);
	}
	run_to_port(v, PORT_DONE);
	CHECK(failures == before, "OUT in %s", mode_name[mode]);
	COVERS_EXIT("IO_WRITE", mode_name[mode]);
}

static void check_in(struct vcpu *v, u32 mode)
{
	const struct axvcpu_exit *e = &v->run->exit;
	static const u16 port[] = { 0x70, 0x71, 0x72, 0xfff8, 0xfff8, 0xfff8 };
	u64 mask = mode == AXVCPU_X86_START_LONG ? ~0ULL : 0xffffffff;
	int before = failures;
	unsigned int i;
	u64 pc;

	for (i = 0; i < 6; i++) {
		NEED_EXIT(v, IO_READ);
		EXPECT_EQ(e->u.io.port, port[i], "port of IN %u", i);
		EXPECT_EQ(e->u.io.width, access_table[i].width, "width of IN %u", i);
		EXPECT_EQ(e->flags, AXVCPU_EXIT_PENDING, "flags of IN %u", i);
		pc = get_general(v).rip;
		EXPECT_EQ(e->pc, pc, "pc of IN %u", i);
		EXPECT_EQ(e->next_pc > pc && e->next_pc <= pc + 4, 1, "next_pc of IN %u", i);
		EXPECT_EQ(gpr(v, 0) & 0xffff, 0xffff, "RAX before the answer to IN %u", i);
		done(v, 0x8877665544332211);
		run_to_port(v, i == 5 ? PORT_DONE : PORT_VALUE);
		EXPECT_EQ(gpr(v, 0), access_table[i].in & mask, "RAX after IN %u", i);
		EXPECT_EQ(v->run->complete.action, AXVCPU_ANSWER_NONE, "the answer was taken");
	}
	CHECK(failures == before, "IN in %s", mode_name[mode]);
	COVERS_EXIT("IO_READ", mode_name[mode]);
}

GUEST(bits, 64, "1: mov $0x60, %dx; in %dx, %al; inc %dx; in %dx, %ax; jmp 1b");

/* The kernel's own copy of an access counts, not what the run page says meanwhile. */
static void check_copy(struct vcpu *v)
{
	RESTART(v, LONG, bits);
	NEED_EXIT(v, IO_READ);
	memset(&v->run->exit, 0xff, sizeof(v->run->exit));
	done(v, 0x1111111111111199);
	NEED_EXIT(v, IO_READ);
	CHECK_EQ(v->run->exit.u.io.port, 0x61, "a scribbled record changes nothing: the next port");
	CHECK_EQ(gpr(v, 0), 0x99, "a scribbled record changes nothing: the width");
	COVERS_EXIT("IO_READ", "record overwritten");
}

int main(void)
{
	struct vm vm;
	struct vcpu v;

	BOOT(&vm, &v, 0, REAL, out16);
	check_out(&v, AXVCPU_X86_START_REAL);
	RESTART(&v, PROTECTED, out32);
	check_out(&v, AXVCPU_X86_START_PROTECTED);
	RESTART(&v, LONG, out64);
	check_out(&v, AXVCPU_X86_START_LONG);
	RESTART(&v, REAL, in16);
	check_in(&v, AXVCPU_X86_START_REAL);
	RESTART(&v, PROTECTED, in32);
	check_in(&v, AXVCPU_X86_START_PROTECTED);
	RESTART(&v, LONG, in64);
	check_in(&v, AXVCPU_X86_START_LONG);
	check_copy(&v);
	return finish();
}
