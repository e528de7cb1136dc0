// SPDX-License-Identifier: GPL-3.0-or-later
/* DEBUG: SINGLE_STEP reports each instruction once, and the guest's own TF is untouched. */
#include "guest.h"

GUEST(steps, 64,
      "nop; inc %rax; mov $5, %ecx; 1: loop 1b; cpuid; in $0x70, %al; push %rax\n"
      "pushfq; pop %rbx; vmmcall; cli; sti; nop; nop\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;

/* Step to the end; every PC that is reported. */
static unsigned int step_all(u64 *pc, unsigned int room)
{
	unsigned int count = 0;

	v.run->request_flags = AXVCPU_RUN_SINGLE_STEP;
	while (count < room) {
		switch (run_exit(&v)) {
		case AXVCPU_EXIT_DEBUG:
			EXPECT_EQ(v.run->exit.u.debug.kind, AXVCPU_DEBUG_SINGLE_STEP, "kind");
			EXPECT_EQ(v.run->exit.flags, 0, "a step is complete");
			EXPECT_EQ(get_general(&v).rflags >> 8 & 1, 0, "TF in RFLAGS");
			pc[count++] = v.run->exit.pc;
			break;
		case AXVCPU_EXIT_IO_READ:
			done(&v, 0);
			break;
		case AXVCPU_EXIT_HYPERCALL:
			break;
		case AXVCPU_EXIT_IO_WRITE:
			v.run->request_flags = 0;
			return count;
		default:
			CHECK(false, "a step, not %s", exit_text(&v));
			v.run->request_flags = 0;
			return count;
		}
	}
	v.run->request_flags = 0;
	return count;
}

/* Where the instructions of @steps begin, the loop's own five times. */
static const u8 begins[] = { 1, 4, 9, 9, 9, 9, 9, 11, 13, 15, 16, 17, 18, 21, 22, 23, 24, 25 };

static bool among(const u64 *pc, unsigned int count, u64 wanted)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (pc[i] == wanted)
			return true;
	return false;
}

static void check_steps(void)
{
	static u64 pc[100];
	unsigned int count, i;

	count = step_all(pc, 100);
	for (i = 0; i < 9; i++)
		EXPECT_EQ(pc[i], CODE + begins[i], "step %u", i);
	CHECK(!failures, "each instruction is reported once, CPUID too");
	CHECK(among(pc, count, CODE + 16), "a step ends behind PUSH");
	CHECK_EQ(gpr(&v, AXVCPU_X86_RBX) >> 8 & 1, 0, "PUSHF shows the guest no TF");
	CHECK(among(pc, count, CODE + 22), "a step ends behind CLI");
	CHECK(among(pc, count, CODE + 24), "a step ends behind the NOP after STI");
	CHECK(among(pc, count, CODE + 25), "a step ends behind the last NOP");
	for (i = 0; i < count && failures; i++)
		note("step %u to 0x%llx", i, (unsigned long long)pc[i]);
	COVERS_EXIT("DEBUG", "single step");
}

/* A step into a handler, and over instructions that leave the inner loop. */
GUEST(step_far, 64,
      "ud2; mov %cr4, %rax; or $0x40000, %eax; mov %rax, %cr4; nop\n" GUEST_DONE);
GUEST(ud_handler, 64, "nop; addq $2, (%rsp); iretq");

static void check_far(void)
{
	static const u64 expected[] = { 0x2000, 0x2001, 0x2006, CODE + 2, CODE + 5, CODE + 10,
					CODE + 13, CODE + 14 };
	static u64 pc[100];
	unsigned int count, i;

	RESTART(&v, LONG, step_far);
	load(&vm, 0x2000, ud_handler, ud_handler_end);
	gate(&v, AXVCPU_X86_START_LONG, 6, 0x2000);
	count = step_all(pc, 100);
	for (i = 0; i < ARRAY_SIZE(expected); i++)
		CHECK(among(pc, count, expected[i]), "a step ends at 0x%llx",
		      (unsigned long long)expected[i]);
	CHECK_EQ(pc[0], 0x2000, "the step over UD2 ends in its handler");
	for (i = 0; i < count; i++)
		note("step %u to 0x%llx", i, (unsigned long long)pc[i]);
}

/* The guest steps itself: its handler gets #DB. */
GUEST(own_tf, 64,
      "pushfq; orl $0x100, (%rsp); popfq; nop; nop; mov $9, %eax\n" GUEST_DONE);
GUEST(db_handler, 64, "inc %ebx; andl $~0x100, 16(%rsp); iretq");

static void check_own(void)
{
	RESTART(&v, LONG, own_tf);
	load(&vm, 0x2000, db_handler, db_handler_end);
	gate(&v, AXVCPU_X86_START_LONG, 1, 0x2000);
	CHECK_EQ(run_to_port(&v, PORT_DONE), 9, "a guest that steps itself");
	CHECK_EQ((u32)gpr(&v, AXVCPU_X86_RBX), 1, "gets one #DB");
}

/* Emulated instructions with the guest's TF: #DB after each. */
GUEST(tf_emulated, 64,
      "xor %r15d, %r15d; pushfq; orl $0x100, (%rsp); popfq; cpuid; in $0x70, %al; mov %eax, 0x10000000\n"
      "nop; nop\n" GUEST_DONE);
GUEST(db_counter, 64, "inc %r15d; cmp $5, %r15d; jne 1f; andl $~0x100, 16(%rsp); 1: iretq");

static void check_emulated(void)
{
	RESTART(&v, LONG, tf_emulated);
	load(&vm, 0x2000, db_counter, db_counter_end);
	gate(&v, AXVCPU_X86_START_LONG, 1, 0x2000);
	NEED_EXIT(&v, IO_READ);
	CHECK_EQ(gpr(&v, 15), 1, "#DB after CPUID with the guest's TF");
	done(&v, 0);
	NEED_EXIT(&v, MMIO_WRITE);
	CHECK_EQ(gpr(&v, 15), 2, "#DB after IN with the guest's TF");
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, 15), 5, "#DB after an MMIO write and two NOPs");
}

int main(void)
{
	/*
	 * Bochs 2.7 does not show a step in DR6 when #DB is intercepted, and raises the
	 * step of an instruction that made an exit in the host.
	 */
	if (bochs_svm())
		skip("no single steps with Bochs's SVM");
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	if (info()->capabilities & AXVCPU_CAP_SINGLE_STEP) {
		START(&v, LONG, steps);
		if (info()->backend == AXVCPU_BACKEND_SVM)
			check_steps();
		check_far();
		RESTART(&v, LONG, own_tf);
	} else {
		START(&v, LONG, own_tf);
		v.run->request_flags = AXVCPU_RUN_SINGLE_STEP;
		CHECK(run(&v) < 0, "SINGLE_STEP without its capability is refused");
		v.run->request_flags = 0;
	}
	check_own();
	check_emulated();
	return finish();
}
