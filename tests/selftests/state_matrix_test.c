// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Every vCPU call in every reachable state: what the state machine's table
 * allows succeeds, all else is -EBADFD, or -EBUSY where another thread is in a
 * call, and changes nothing.
 */
#include "calls.h"

/* What the call becomes after success; a state that it keeps is not listed. */
static u32 state_after(const struct abi_call *c, u32 state)
{
	switch (c->command) {
	case AXVCPU_SETUP:
	case AXVCPU_UNBIND:
		return AXVCPU_STATE_FREE;
	case AXVCPU_BIND:
		return AXVCPU_STATE_READY;
	case AXVCPU_RESET:
		return AXVCPU_STATE_CREATED;
	default:
		return state;
	}
}

static bool answers_pending(const struct abi_call *c)
{
	return c->command == AXVCPU_SET_REGS || c->command == AXVCPU_SET_ONE_REG ||
	       c->command == AXVCPU_SET_RETURN_VALUE;
}

static long expected_result(const struct abi_call *c, const struct stage *s)
{
	if (c->shared)
		return 0;
	if (s->state == AXVCPU_STATE_RUNNING || s->state == AXVCPU_STATE_BLOCKED)
		return -EBUSY;
	if (!(c->states & 1U << s->state))
		return -EBADFD;
	if (s->pending && answers_pending(c))
		return -EBUSY;
	if (s->pending && c->command == AXVCPU_RUN)
		return -EINVAL; /* nobody answers */
	return 0;
}

static bool readable(const struct stage *s)
{
	return s->state == AXVCPU_STATE_FREE || s->state == AXVCPU_STATE_READY;
}

static bool same_history(const struct axvcpu_get_state *a, const struct axvcpu_get_state *b)
{
	return a->state == b->state && a->transitions == b->transitions && a->cpu == b->cpu &&
	       a->power == b->power && !memcmp(a->history, b->history, sizeof(a->history));
}

static void try_call(const struct abi_call *c, u32 state, bool pending)
{
	struct axvcpu_get_state before, after;
	struct snapshot old = { 0 }, new = { 0 };
	union call_argument argument;
	struct stage s;
	long expected, got;

	stage_enter(&s, state, pending);
	expected = expected_result(c, &s);
	fill_argument(c, &argument);
	if (readable(&s))
		old = snapshot(&s.v);
	before = get_state(&s.v);
	if (c->command == AXVCPU_RUN && !expected)
		s.v.run->immediate_exit = 1;
	got = make_call(c, s.v.fd, &argument);
	CHECK_RET(got, expected, "%s in %s", c->name, stage_name(&s));
	COVERS(c->name, stage_name(&s), expected ? "wrong state" : "good");
	after = get_state(&s.v);
	if (expected) {
		if (!same_history(&before, &after))
			CHECK(false, "%s in %s, refused, changes no state", c->name, stage_name(&s));
		if (readable(&s)) {
			new = snapshot(&s.v);
			if (!same_snapshot(&old, &new))
				CHECK(false, "%s in %s, refused, changes no register", c->name,
				      stage_name(&s));
		}
	} else if (!c->shared) {
		EXPECT_EQ(after.state, state_after(c, state), "the state after %s in %s", c->name,
			  stage_name(&s));
	}
	free_snapshot(&old);
	free_snapshot(&new);
	stage_leave(&s);
}

int main(void)
{
	static const struct {
		u32 state;
		bool pending;
	} stages[] = {
		{ AXVCPU_STATE_CREATED, false }, { AXVCPU_STATE_FREE, false },
		{ AXVCPU_STATE_FREE, true },	 { AXVCPU_STATE_READY, false },
		{ AXVCPU_STATE_READY, true },	 { AXVCPU_STATE_RUNNING, false },
		{ AXVCPU_STATE_BLOCKED, false },
	};
	const struct abi_call *c;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(stages); i++)
		for_each_call(c)
			if (c->on == ON_VCPU && call_is_there(c))
				try_call(c, stages[i].state, stages[i].pending);
	return finish();
}
