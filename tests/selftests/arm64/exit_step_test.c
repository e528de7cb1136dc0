// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * DEBUG: single steps by AXVCPU_RUN_SINGLE_STEP, one instruction each: also one that
 * the kernel emulates, and one that waits for memory.
 */
#include "guest.h"

GUEST(plain, PLAIN,
      "nop\nadd x1, x1, #1\nb 1f\nnop\n1: mov x2, #0x20000\nldr x3, [x2]\nmrs x4, id_aa64pfr0_el1\n"
      "mov w0, #0x84000000\nsmc #0\nnop\n");
GUEST(device, PLAIN, "mov x1, #0x10000000\nldr w0, [x1]\nstr w0, [x1, #4]\nnop\n" GUEST_DONE);
GUEST(calls, PLAIN, "svc #0\nnop\n" GUEST_DONE);
GUEST(returns, PLAIN, "add x1, x1, #1\nadd x1, x1, #1\neret");
GUEST(loop, PLAIN, "1: add x1, x1, #1\nb 1b");

static struct vm vm;
static struct vcpu v;

/* After one step the PC is there. */
static void step_to(u64 pc, const char *what)
{
	if (!expect_exit_at(&v, AXVCPU_EXIT_DEBUG, __FILE__, __LINE__))
		exit(1);
	EXPECT_EQ(v.run->exit.u.debug.kind, AXVCPU_DEBUG_SINGLE_STEP, "%s: kind", what);
	EXPECT_EQ(v.run->exit.flags, 0, "%s: it is complete", what);
	EXPECT_EQ(pc_of(&v), pc, "the PC behind %s", what);
	EXPECT_EQ(v.run->exit.pc, pc, "%s: the record's PC", what);
}

static void check_plain(void)
{
	START(&v, PLAIN, plain);
	v.run->request_flags = AXVCPU_RUN_SINGLE_STEP;
	step_to(CODE + 4, "NOP, whose page was not there");
	step_to(CODE + 8, "ADD");
	CHECK_EQ(gpr(&v, 1), 1, "ADD was executed, once");
	step_to(CODE + 16, "a branch");
	step_to(CODE + 20, "MOV");
	step_to(CODE + 24, "a load from memory");
	step_to(CODE + 28, "MRS of what the kernel shows");
	CHECK_EQ(gpr(&v, 4) & 0xff, 0x11, "which it did");
	step_to(CODE + 32, "MOV");
	step_to(CODE + 36, "a call that the kernel answers");
	CHECK_EQ(gpr(&v, 0) >> 16, 1, "which it did");
	CHECK(!failures, "steps of every kind of instruction");
	v.run->request_flags = 0;
	COVERS_EXIT("DEBUG", "single steps");
}

/* What the VMM answers is done in the next RUN, which goes on by one instruction. */
static void check_device(void)
{
	RESTART(&v, PLAIN, device);
	v.run->request_flags = AXVCPU_RUN_SINGLE_STEP;
	step_to(CODE + 4, "MOV");
	NEED_EXIT(&v, MMIO_READ);
	done(&v, 0x55);
	run_exit(&v);
	if (v.run->exit.reason == AXVCPU_EXIT_DEBUG)
		run_exit(&v);
	CHECK_EQ(v.run->exit.reason, AXVCPU_EXIT_MMIO_WRITE, "a device's read, then its write");
	CHECK_EQ(v.run->exit.u.mmio.data[0], 0x55, "with the answer");
	v.run->request_flags = 0;
	run_to_port(&v, PORT_DONE);
}

/* The guest's own registers show nothing of it, and it ends with the flag. */
static void check_end(void)
{
	struct axvcpu_arm64_debug d;
	unsigned int i;

	RESTART(&v, PLAIN, loop);
	v.run->request_flags = AXVCPU_RUN_SINGLE_STEP;
	for (i = 0; i < 20; i++)
		step_to(i % 2 ? CODE : CODE + 4, "a loop's instruction");
	CHECK_EQ(gpr(&v, 1), 10, "twenty steps are ten rounds");
	CHECK_EQ(get_general(&v).pstate, 0x3c5, "PSTATE shows no step");
	NEED_RET(get_block(&v, AXVCPU_BLOCK_DEBUG, &d));
	CHECK_EQ(d.mdscr_el1, 0, "nor does MDSCR_EL1");
	v.run->request_flags = 0;
	v.run->deadline_ns = now_ns() + 20 * MS;
	CHECK_EQ(run_exit(&v), AXVCPU_EXIT_NOTHING, "without the flag it runs on");
	CHECK(gpr(&v, 1) > 100, "and makes progress");
	v.run->deadline_ns = 0;
}

/* To the guest's own handler, and through it. */
static void check_call(u64 pstate, u32 vector)
{
	struct axvcpu_arm64_general g;

	RESTART(&v, PLAIN, calls);
	set_vector(&vm, vector, returns, returns_end);
	g = get_general(&v);
	g.pstate = pstate;
	set_general(&v, &g);
	v.run->request_flags = AXVCPU_RUN_SINGLE_STEP;
	step_to(VECTORS + vector, "SVC");
	CHECK_EQ(gpr(&v, 1), 0, "the handler's first instruction waits");
	step_to(VECTORS + vector + 4, "ADD");
	step_to(VECTORS + vector + 8, "ADD");
	step_to(CODE + 4, "ERET");
	v.run->request_flags = 0;
	run_to_port(&v, PORT_DONE);
	prepare_mode(&vm, MODE_PLAIN);
}

int main(void)
{
	close(open_device());
	if (!(info()->capabilities & AXVCPU_CAP_SINGLE_STEP))
		skip("no AXVCPU_CAP_SINGLE_STEP");
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_plain();
	check_device();
	check_end();
	check_call(0x3c5, VECTOR_SYNC);
	check_call(0x3c0, VECTOR_SYNC + 0x200);
	return finish();
}
