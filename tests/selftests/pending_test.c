// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The rules of a pending exit: which answers are taken, what is refused meanwhile,
 * COMPLETE_ONLY, and that a refused answer consumes nothing.
 */
#include "guest.h"

GUEST(ask_loop, WIDE, "1: " G_ASK(0x70) G_INC(COUNT) G_JUMP(1b));

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
	u8 block[1024 * 16];
	u64 value_before;
	u32 i;

	RESTART(&v, WIDE, ask_loop);
	NEED_ASK(&v);
	value_before = gpr(&v, REG_VALUE);
	for (i = 0; i < AXVCPU_BLOCK_COUNT; i++) {
		if (!info()->block_length[i] || info()->block_length[i] > sizeof(block))
			continue;
		NEED_RET(get_block(&v, i, block));
		CHECK_RET(set_block(&v, i, block), -EBUSY, "SET_REGS of block %u while pending", i);
	}
	CHECK_RET(call(v.fd, AXVCPU_SET_ONE_REG, &reg), -EBUSY, "SET_ONE_REG while pending");
	CHECK_RET(call(v.fd, AXVCPU_SET_RETURN_VALUE, &value), -EBUSY,
		  "SET_RETURN_VALUE while pending");
	CHECK_RET(inject_any_exception(&v), -EBUSY, "INJECT of an exception while pending");
	CHECK_RET(inject(&v, AXVCPU_EVENT_INTERRUPT, 0x40), 0, "INJECT of an interrupt works");
	CHECK_EQ(gpr(&v, REG_VALUE), value_before, "nothing changed");
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
	unsigned int i;

	RESTART(&v, WIDE, ask_loop);
	NEED_ASK(&v);
	try_answer(ANSWER(.action = AXVCPU_ANSWER_NONE), "no answer");
	try_answer(ANSWER(.action = 4), "an unknown answer");
	try_answer(ANSWER(.action = 0xffffffff), "answer 2^32-1");
	for (i = 0; i < wrong_answer_count; i++)
		try_answer(&wrong_answers[i].answer, wrong_answers[i].text);
	done(&v, 0x5a);
	EXPECT_ASK(&v);
	CHECK_EQ(gpr(&v, REG_VALUE) & 0xff, 0x5a, "and after all of them a good answer works");
	COVERS("RUN", "Ready pending", "bad value");
}

static void check_complete_only(void)
{
	u8 general[1024];
	u64 entries, pc;

	RESTART(&v, WIDE, ask_loop);
	CHECK_RET(complete_only(), 0, "COMPLETE_ONLY with nothing pending");
	CHECK_EQ(v.run->exit.reason << 8 | v.run->exit.u.nothing.cause, AXVCPU_CAUSE_NONE,
		 "is NOTHING without a cause");
	CHECK_EQ(pc_of(&v), CODE, "and enters nothing");
	NEED_ASK(&v);
	pc = v.run->exit.pc;
	entries = get_stats(&v).entries;
	done(&v, 0x33);
	CHECK_RET(complete_only(), 0, "COMPLETE_ONLY with an answer");
	CHECK_EQ(v.run->exit.reason << 8 | v.run->exit.u.nothing.cause, AXVCPU_CAUSE_NONE,
		 "is NOTHING without a cause");
	CHECK_EQ(get_stats(&v).entries, entries, "does not enter the guest");
	CHECK_EQ(gpr(&v, REG_VALUE) & 0xff, 0x33, "has set the register");
	CHECK_EQ(pc_of(&v), pc + G_ASK_SIZE, "and moved the PC");
	NEED_RET(get_block(&v, AXVCPU_BLOCK_GENERAL, general));
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_GENERAL, general), 0, "SET_REGS works now");
	EXPECT_ASK(&v);
	cancel(&v);
	CHECK_RET(complete_only(), 0, "COMPLETE_ONLY with CANCEL");
	CHECK_EQ(pc_of(&v), v.run->exit.pc, "leaves the PC at the instruction");
	EXPECT_ASK(&v);
	COVERS("RUN", "Ready pending", "good");
	COVERS_EXIT("NOTHING", "COMPLETE_ONLY");
}

static void check_immediate(void)
{
	RESTART(&v, WIDE, ask_loop);
	NEED_ASK(&v);
	v.run->immediate_exit = 1;
	done(&v, 0x77);
	NEED_RET(run(&v));
	CHECK_EQ(v.run->exit.u.nothing.cause, AXVCPU_CAUSE_IMMEDIATE,
		 "immediate_exit comes after the answer");
	CHECK_EQ(gpr(&v, REG_VALUE) & 0xff, 0x77, "which was applied");
	v.run->immediate_exit = 0;
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

	RESTART(&v, WIDE, ask_loop);
	NEED_ASK(&v);
	thread = start_thread(change_answer, &v.run->complete);
	while (now_ns() < until) {
		long ret = run(&v);

		wrong += ret && ret != -EINVAL;
		if (v.run->exit.reason == AXVCPU_EXIT_SYSTEM_DOWN)
			RESTART(&v, WIDE, ask_loop);
	}
	end_thread(thread);
	memset(&v.run->complete, 0, sizeof(v.run->complete));
	CHECK_EQ(wrong, 0, "an answer that changes meanwhile is taken or EINVAL");
	COVERS("RUN", "Ready pending", "racing");
}

static void check_reset(void)
{
	RESTART(&v, WIDE, ask_loop);
	NEED_ASK(&v);
	RESTART(&v, WIDE, ask_loop);
	v.run->complete.action = AXVCPU_ANSWER_NONE;
	CHECK_RET(run(&v), 0, "RESET drops what is pending");
	RESTART(&v, WIDE, ask_loop);
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
	check_immediate();
	check_race();
	check_reset();
	return finish();
}
