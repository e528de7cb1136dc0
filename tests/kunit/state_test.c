// SPDX-License-Identifier: GPL-2.0-or-later
/* Every call in every state, against the table of the design. */
#include <kunit/test.h>
#include <linux/slab.h>

#include "../../kmod/state.h"
#include "../../kmod/vcpu.h"
#include "../../kmod/vm.h"

#define NO	(-1)	/* -EBADFD, nothing changes */
#define C	AXVCPU_STATE_CREATED
#define F	AXVCPU_STATE_FREE
#define R	AXVCPU_STATE_READY
#define I	AXVCPU_STATE_INVALID

/* The state after success, written down from the design and not from state.c. */
static const struct {
	unsigned int call;
	const char *name;
	int after[AXVCPU_STATE_COUNT];	/* from Created Free Ready Running Blocked Invalid */
} expected[] = {
	{ AXVCPU_CALL_CREATE, "create", { NO, NO, NO, NO, NO, NO } },
	{ AXVCPU_CALL_SETUP, "SETUP", { F, NO, NO, NO, NO, NO } },
	{ AXVCPU_CALL_BIND, "BIND", { NO, R, NO, NO, NO, NO } },
	{ AXVCPU_CALL_RUN, "RUN", { NO, NO, R, NO, NO, NO } },
	{ AXVCPU_CALL_UNBIND, "UNBIND", { NO, NO, F, NO, NO, NO } },
	{ AXVCPU_CALL_RESET, "RESET", { C, C, C, NO, NO, C } },
	{ AXVCPU_CALL_ACCESS, "registers", { NO, F, R, NO, NO, NO } },
	{ AXVCPU_CALL_EXCEPTION, "exception", { NO, NO, R, NO, NO, NO } },
};

struct state_fixture {
	struct axvcpu_vm vm;
	struct axvcpu_vcpu vcpu;
	struct axvcpu_run run;
};

static int state_init(struct kunit *test)
{
	struct state_fixture *f =
		kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->vcpu.vm = &f->vm;
	f->vcpu.run = &f->run;
	axvcpu_state_new(&f->vcpu);
	test->priv = f;
	return 0;
}

static void state_set(struct axvcpu_vcpu *vcpu, u32 state)
{
	atomic_set(&vcpu->state.word, state);
}

static void state_every_call(struct kunit *test)
{
	struct axvcpu_vcpu *vcpu = &((struct state_fixture *)test->priv)->vcpu;
	unsigned int i, from;
	int ret, after;

	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		for (from = 0; from < AXVCPU_STATE_COUNT; from++) {
			after = expected[i].after[from];
			state_set(vcpu, from);
			ret = axvcpu_state_begin(vcpu, expected[i].call);
			if (after == NO) {
				KUNIT_EXPECT_EQ_MSG(test, ret, -EBADFD,
						    "%s in state %u",
						    expected[i].name, from);
				KUNIT_EXPECT_EQ(test,
						atomic_read(&vcpu->state.word),
						(int)from);
				continue;
			}
			KUNIT_EXPECT_EQ_MSG(test, ret, 0, "%s in state %u",
					    expected[i].name, from);
			axvcpu_state_end(vcpu, expected[i].call, true);
			KUNIT_EXPECT_EQ_MSG(test,
					    atomic_read(&vcpu->state.word),
					    after, "%s in state %u",
					    expected[i].name, from);
		}
	}
}

/* A call that fails in its body leaves the state, and lets go of the vCPU. */
static void state_failed_call(struct kunit *test)
{
	struct axvcpu_vcpu *vcpu = &((struct state_fixture *)test->priv)->vcpu;
	unsigned int i, from;

	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		for (from = 0; from < AXVCPU_STATE_COUNT; from++) {
			if (expected[i].after[from] == NO)
				continue;
			state_set(vcpu, from);
			axvcpu_state_begin(vcpu, expected[i].call);
			axvcpu_state_end(vcpu, expected[i].call, false);
			KUNIT_EXPECT_EQ_MSG(test,
					    atomic_read(&vcpu->state.word),
					    (int)from, "%s in state %u",
					    expected[i].name, from);
		}
	}
}

/* -EBUSY goes before -EBADFD, whatever the state. */
static void state_busy_first(struct kunit *test)
{
	struct axvcpu_vcpu *vcpu = &((struct state_fixture *)test->priv)->vcpu;
	unsigned int i, from;

	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		for (from = 0; from < AXVCPU_STATE_COUNT; from++) {
			state_set(vcpu, from | AXVCPU_BUSY);
			KUNIT_EXPECT_EQ(test,
					axvcpu_state_begin(vcpu,
							   expected[i].call),
					-EBUSY);
			KUNIT_EXPECT_EQ(test, atomic_read(&vcpu->state.word),
					(int)(from | AXVCPU_BUSY));
		}
	}
}

static void state_wait_and_wake(struct kunit *test)
{
	struct axvcpu_vcpu *vcpu = &((struct state_fixture *)test->priv)->vcpu;

	state_set(vcpu, R);
	KUNIT_ASSERT_EQ(test, axvcpu_state_begin(vcpu, AXVCPU_CALL_RUN), 0);
	KUNIT_EXPECT_EQ(test, axvcpu_state_get(vcpu),
			(u32)AXVCPU_STATE_RUNNING);
	axvcpu_state_wait(vcpu);
	KUNIT_EXPECT_EQ(test, atomic_read(&vcpu->state.word),
			AXVCPU_STATE_BLOCKED | AXVCPU_BUSY);
	axvcpu_state_wake(vcpu);
	KUNIT_EXPECT_EQ(test, atomic_read(&vcpu->state.word),
			AXVCPU_STATE_RUNNING | AXVCPU_BUSY);
	axvcpu_state_end(vcpu, AXVCPU_CALL_RUN, true);
	KUNIT_EXPECT_EQ(test, atomic_read(&vcpu->state.word), (int)R);
}

/* Only RESET leaves Invalid. */
static void state_lost(struct kunit *test)
{
	struct axvcpu_vcpu *vcpu = &((struct state_fixture *)test->priv)->vcpu;

	state_set(vcpu, R);
	axvcpu_state_begin(vcpu, AXVCPU_CALL_RUN);
	axvcpu_state_lost(vcpu);
	axvcpu_state_end(vcpu, AXVCPU_CALL_RUN, true);
	KUNIT_EXPECT_EQ(test, atomic_read(&vcpu->state.word), (int)I);
	KUNIT_EXPECT_EQ(test, axvcpu_state_begin(vcpu, AXVCPU_CALL_RUN),
			-EBADFD);
	KUNIT_EXPECT_EQ(test, axvcpu_state_begin(vcpu, AXVCPU_CALL_RESET), 0);
	axvcpu_state_end(vcpu, AXVCPU_CALL_RESET, true);
	KUNIT_EXPECT_EQ(test, atomic_read(&vcpu->state.word), (int)C);
}

/* The last 16 transitions, oldest first; RUN's pairs are only counted. */
static void state_history(struct kunit *test)
{
	struct axvcpu_vcpu *vcpu = &((struct state_fixture *)test->priv)->vcpu;
	struct axvcpu_get_state *report =
		kunit_kzalloc(test, sizeof(*report), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, report);
	axvcpu_state_begin(vcpu, AXVCPU_CALL_SETUP);
	axvcpu_state_end(vcpu, AXVCPU_CALL_SETUP, true);
	axvcpu_state_begin(vcpu, AXVCPU_CALL_BIND);
	axvcpu_state_end(vcpu, AXVCPU_CALL_BIND, true);
	for (i = 0; i < 100; i++) {
		axvcpu_state_begin(vcpu, AXVCPU_CALL_RUN);
		axvcpu_state_end(vcpu, AXVCPU_CALL_RUN, true);
	}
	axvcpu_state_report(vcpu, report);
	KUNIT_EXPECT_EQ(test, report->runs, 100ULL);
	KUNIT_EXPECT_EQ(test, report->transitions, 3ULL);
	KUNIT_EXPECT_EQ(test, report->history[0].cause,
			(u8)AXVCPU_CALL_CREATE);
	KUNIT_EXPECT_EQ(test, report->history[2].from, (u8)F);
	KUNIT_EXPECT_EQ(test, report->history[2].to, (u8)R);
	for (i = 0; i < 20; i++) {
		axvcpu_state_begin(vcpu, AXVCPU_CALL_UNBIND);
		axvcpu_state_end(vcpu, AXVCPU_CALL_UNBIND, true);
		axvcpu_state_begin(vcpu, AXVCPU_CALL_BIND);
		axvcpu_state_end(vcpu, AXVCPU_CALL_BIND, true);
	}
	axvcpu_state_report(vcpu, report);
	KUNIT_EXPECT_EQ(test, report->transitions, 43ULL);
	KUNIT_EXPECT_EQ(test, report->history[AXVCPU_HISTORY - 1].cause,
			(u8)AXVCPU_CALL_BIND);
	for (i = 1; i < AXVCPU_HISTORY; i++)
		KUNIT_EXPECT_LE(test, report->history[i - 1].time_ns,
				report->history[i].time_ns);
}

static struct kunit_case state_cases[] = {
	KUNIT_CASE(state_every_call),
	KUNIT_CASE(state_failed_call),
	KUNIT_CASE(state_busy_first),
	KUNIT_CASE(state_wait_and_wake),
	KUNIT_CASE(state_lost),
	KUNIT_CASE(state_history),
	{}
};

struct kunit_suite axvcpu_state_suite = {
	.name = "axvcpu_state",
	.init = state_init,
	.test_cases = state_cases,
};
