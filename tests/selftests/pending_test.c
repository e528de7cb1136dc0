// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The rules of a pending exit: which answers are taken, what is refused meanwhile,
 * COMPLETE_ONLY, and that a refused answer consumes nothing.
 */
#include "guest.h"

GUEST(in_loop, 64, "1: in $0x70, %al; inc %rbx; jmp 1b");
GUEST(read_loop, 64, "mov $0x10000000, %esi; 1: mov (%rsi), %eax; inc %rbx; jmp 1b");
GUEST(rep_in, 64, "mov $0x20ff8, %edi; mov $16, %ecx; mov $0x1f0, %dx; rep insb\n" GUEST_DONE);
GUEST(handler, 64, "mov (%rsp), %rax\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;

static long complete_only(void)
{
	return call_value(v.fd, AXVCPU_RUN, AXVCPU_RUN_COMPLETE_ONLY);
}

static void check_refusals(void)
{
	struct axvcpu_return_value value = { .size = sizeof(value) };
	struct axvcpu_one_reg reg = { .size = sizeof(reg),
				      .id = AXVCPU_REG(AXVCPU_BLOCK_GENERAL, 0, 3) };
	struct axvcpu_x86_general g;
	u8 block[1024 * 16];
	u32 i;

	RESTART(&v, LONG, in_loop);
	NEED_EXIT(&v, IO_READ);
	g = get_general(&v);
	for (i = 0; i < AXVCPU_BLOCK_COUNT; i++) {
		if (!info()->block_length[i] || info()->block_length[i] > sizeof(block))
			continue;
		NEED_RET(get_block(&v, i, block));
		CHECK_RET(set_block(&v, i, block), -EBUSY, "SET_REGS of block %u while pending", i);
	}
	CHECK_RET(call(v.fd, AXVCPU_SET_ONE_REG, &reg), -EBUSY, "SET_ONE_REG while pending");
	CHECK_RET(call(v.fd, AXVCPU_SET_RETURN_VALUE, &value), -EBUSY,
		  "SET_RETURN_VALUE while pending");
	CHECK_RET(inject_exception(&v, 13, true, 0, 0), -EBUSY, "INJECT #GP while pending");
	CHECK_RET(inject(&v, AXVCPU_EVENT_INTERRUPT, 0x40), 0, "INJECT of an interrupt works");
	CHECK_EQ(gpr(&v, 0), g.gpr[0], "nothing changed");
	COVERS("SET_REGS", "Ready pending", "bad value");
	COVERS("INJECT", "Ready pending", "bad value");
}

static void try_answer(const struct axvcpu_complete *answer, const char *text)
{
	struct snapshot before = snapshot(&v), after;
	u64 sequence = v.run->exit.seq;

	v.run->complete = *answer;
	CHECK_RET(run(&v), -EINVAL, "%s", text);
	EXPECT_RET(complete_only(), -EINVAL, "%s, COMPLETE_ONLY", text);
	EXPECT_EQ(memcmp(&v.run->complete, answer, sizeof(*answer)), 0, "%s: it is not consumed",
		  text);
	EXPECT_EQ(v.run->exit.seq, sequence, "%s: the record stays", text);
	after = snapshot(&v);
	EXPECT_EQ(same_snapshot(&before, &after), 1, "%s: registers stay", text);
	free_snapshot(&before);
	free_snapshot(&after);
}

#define ANSWER(...) (&(struct axvcpu_complete){ __VA_ARGS__ })

static void check_wrong_answers(void)
{
	RESTART(&v, LONG, in_loop);
	NEED_EXIT(&v, IO_READ);
	try_answer(ANSWER(.action = AXVCPU_ANSWER_NONE), "no answer");
	try_answer(ANSWER(.action = 4), "an unknown answer");
	try_answer(ANSWER(.action = 0xffffffff), "answer 2^32-1");
	try_answer(ANSWER(.action = AXVCPU_ANSWER_FAULT, .vector = 32), "FAULT with vector 32");
	try_answer(ANSWER(.action = AXVCPU_ANSWER_FAULT, .vector = 256 + 13, .has_error_code = 1),
		   "FAULT with vector 256 + 13");
	try_answer(ANSWER(.action = AXVCPU_ANSWER_FAULT, .vector = 2), "FAULT with NMI");
	try_answer(ANSWER(.action = AXVCPU_ANSWER_FAULT, .vector = 13),
		   "FAULT #GP without error code");
	try_answer(ANSWER(.action = AXVCPU_ANSWER_FAULT, .vector = 6, .has_error_code = 1),
		   "FAULT #UD with an error code");
	try_answer(ANSWER(.action = AXVCPU_ANSWER_FAULT, .vector = 13, .has_error_code = 2),
		   "FAULT with has_error_code 2");
	try_answer(ANSWER(.action = AXVCPU_ANSWER_FAULT, .vector = 13, .has_error_code = 1,
			  .error_code = 1ULL << 32),
		   "FAULT with a long error code");
	try_answer(ANSWER(.action = AXVCPU_ANSWER_FAULT, .vector = 6, .error_code = 1),
		   "FAULT with an error code that it has not");
	try_answer(ANSWER(.action = AXVCPU_ANSWER_FAULT, .vector = 13, .has_error_code = 1,
			  .reserved = 1),
		   "FAULT with a reserved field");
	done(&v, 0x5a);
	EXPECT_EXIT(&v, IO_READ);
	CHECK_EQ(gpr(&v, 0) & 0xff, 0x5a, "and after all of them a good answer works");
	COVERS("RUN", "Ready pending", "bad value");
}

static void check_complete_only(void)
{
	struct axvcpu_x86_general g;
	u64 entries, rip;

	RESTART(&v, LONG, in_loop);
	CHECK_RET(complete_only(), 0, "COMPLETE_ONLY with nothing pending");
	CHECK_EQ(v.run->exit.reason << 8 | v.run->exit.u.nothing.cause, AXVCPU_CAUSE_NONE,
		 "is NOTHING without a cause");
	CHECK_EQ(get_general(&v).rip, CODE, "and enters nothing");
	NEED_EXIT(&v, IO_READ);
	rip = v.run->exit.pc;
	entries = get_stats(&v).entries;
	done(&v, 0x33);
	CHECK_RET(complete_only(), 0, "COMPLETE_ONLY with an answer");
	CHECK_EQ(v.run->exit.reason << 8 | v.run->exit.u.nothing.cause, AXVCPU_CAUSE_NONE,
		 "is NOTHING without a cause");
	CHECK_EQ(get_stats(&v).entries, entries, "does not enter the guest");
	g = get_general(&v);
	CHECK_EQ(g.gpr[0] & 0xff, 0x33, "has set the register");
	CHECK_EQ(g.rip, rip + 2, "and moved the PC");
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_GENERAL, &g), 0, "SET_REGS works now");
	EXPECT_EXIT(&v, IO_READ);
	cancel(&v);
	CHECK_RET(complete_only(), 0, "COMPLETE_ONLY with CANCEL");
	CHECK_EQ(get_general(&v).rip, v.run->exit.pc, "leaves the PC at the instruction");
	EXPECT_EXIT(&v, IO_READ);
	COVERS("RUN", "Ready pending", "good");
	COVERS_EXIT("NOTHING", "COMPLETE_ONLY");
}

/* A string in its middle: COMPLETE_ONLY may report the next part, or the next RUN does. */
static void check_parts(void)
{
	unsigned int parts = 0, elements = 0;

	RESTART(&v, LONG, rep_in);
	while (parts < 40 && run_exit(&v) == AXVCPU_EXIT_IO_READ) {
		while (v.run->exit.flags & AXVCPU_EXIT_PENDING && parts < 40) {
			memset(v.data, 0x40 + parts, v.run->exit.u.io.count);
			elements += v.run->exit.u.io.count;
			done(&v, 0x40 + parts++);
			NEED_RET(complete_only());
		}
		EXPECT_EQ(gpr(&v, AXVCPU_X86_RCX), 16 - elements, "RCX between two parts");
		EXPECT_EQ(gpr(&v, AXVCPU_X86_RDI), 0x20ff8 + elements, "RDI between two parts");
	}
	CHECK_EQ(elements, 16, "COMPLETE_ONLY goes through a string of several parts");
	CHECK(parts > 1, "which has more than one");
	CHECK_EQ(vm.ram[0x20ff8], 0x40, "the first byte");
	CHECK_EQ(vm.ram[0x21007], 0x40 + parts - 1, "the last byte");
	CHECK_EQ(v.run->exit.reason, AXVCPU_EXIT_IO_WRITE, "and the guest goes on");
}

static void check_fault_in_mmio(void)
{
	RESTART(&v, LONG, read_loop);
	gate(&v, AXVCPU_X86_START_LONG, 14, CODE + 0x800);
	load(&vm, CODE + 0x800, handler, handler_end);
	NEED_EXIT(&v, MMIO_READ);
	fault(&v, 14, true, 4);
	CHECK_EQ(run_to_port(&v, PORT_DONE), 4, "an MMIO read answered by #PF");
	if (has_cr2())
		CHECK_EQ(get_system(&v).cr2, HOLE, "has its address in CR2");
	RESTART(&v, LONG, in_loop);
	NEED_EXIT(&v, IO_READ);
	v.run->immediate_exit = 1;
	done(&v, 0x77);
	NEED_RET(run(&v));
	CHECK_EQ(v.run->exit.u.nothing.cause, AXVCPU_CAUSE_IMMEDIATE,
		 "immediate_exit comes after the answer");
	CHECK_EQ(gpr(&v, 0), 0x77, "which was applied");
	v.run->immediate_exit = 0;
	COVERS_EXIT("MMIO_READ", "fault");
}

/* The answer changes while the kernel reads it. */
static void *change_answer(void *argument)
{
	volatile struct axvcpu_complete *c = argument;
	u64 until = now_ns() + SECOND / 2;

	while (now_ns() < until) {
		c->action = AXVCPU_ANSWER_FAULT;
		c->vector = 0x12345;
		c->action = AXVCPU_ANSWER_DONE;
		c->has_error_code = 7;
		c->action = 99;
	}
	return NULL;
}

static void check_race(void)
{
	u64 until = now_ns() + SECOND / 2;
	unsigned int wrong = 0;
	pthread_t thread;

	RESTART(&v, LONG, in_loop);
	NEED_EXIT(&v, IO_READ);
	thread = start_thread(change_answer, &v.run->complete);
	while (now_ns() < until) {
		long ret = run(&v);

		wrong += ret && ret != -EINVAL;
		if (v.run->exit.reason == AXVCPU_EXIT_SYSTEM_DOWN)
			RESTART(&v, LONG, in_loop);
	}
	end_thread(thread);
	memset(&v.run->complete, 0, sizeof(v.run->complete));
	CHECK_EQ(wrong, 0, "an answer that changes meanwhile is taken or EINVAL");
	COVERS("RUN", "Ready pending", "racing");
}

static void check_reset(void)
{
	RESTART(&v, LONG, in_loop);
	NEED_EXIT(&v, IO_READ);
	RESTART(&v, LONG, in_loop);
	v.run->complete.action = AXVCPU_ANSWER_NONE;
	CHECK_RET(run(&v), 0, "RESET drops what is pending");
	RESTART(&v, LONG, in_loop);
	v.run->complete.action = AXVCPU_ANSWER_FAULT;
	CHECK_RET(run(&v), -EINVAL, "FAULT with nothing pending");
	v.run->complete.action = AXVCPU_ANSWER_CANCEL;
	CHECK_RET(run(&v), -EINVAL, "CANCEL with nothing pending");
	v.run->complete.action = 77;
	CHECK_RET(run(&v), -EINVAL, "an unknown answer with nothing pending");
	v.run->complete.action = AXVCPU_ANSWER_NONE;
	v.run->request_flags = 4;
	CHECK_RET(run(&v), -EINVAL, "an unknown request flag");
	v.run->request_flags = 0;
	COVERS("RUN", "Ready", "bad flag");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_refusals();
	check_wrong_answers();
	check_complete_only();
	check_parts();
	check_fault_in_mmio();
	check_race();
	check_reset();
	return finish();
}
