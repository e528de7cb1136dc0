// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Two threads on one vCPU: while one is in RUN every call that needs the vCPU is
 * -EBUSY; and any mix of calls from several threads does no harm.
 */
#include "calls.h"

static void check_while(u32 state)
{
	union call_argument argument;
	const struct abi_call *c;
	struct stage s;
	unsigned int i;

	stage_enter(&s, state, false);
	for_each_call(c) {
		if (c->on != ON_VCPU || c->shared)
			continue;
		fill_argument(c, &argument);
		for (i = 0; i < 20; i++)
			EXPECT_RET(make_call(c, s.v.fd, &argument), -EBUSY, "%s in %s", c->name,
				   stage_name(&s));
		COVERS(c->name, stage_name(&s), "busy");
	}
	CHECK_EQ(state_of(&s.v), state, "all calls refused, it is %s still", stage_name(&s));
	CHECK_EQ(get_state(&s.v).busy, 1, "GET_STATE says busy");
	CHECK_RET(inject_any_exception(&s.v), -EBUSY, "INJECT of an exception in %s",
		  stage_name(&s));
	COVERS("INJECT", stage_name(&s), "busy");
	stage_leave(&s);
}

struct racer {
	struct stage *s;
	u64 seed;
	u64 counts[2];		/* done, refused */
	long unexpected;
	const char *what;
};

/* Random calls: 0, EBUSY, EBADFD, or what an exit that waits says. */
static void *race(void *argument)
{
	struct racer *r = argument;
	u64 until = now_ns() + 2 * SECOND;
	union call_argument args;

	while (now_ns() < until) {
		const struct abi_call *c = &abi_calls[random_next(&r->seed) % abi_call_count];
		long ret;

		if (c->on != ON_VCPU || !call_is_there(c) ||
		    (c->command == AXVCPU_RESET && random_next(&r->seed) & 7))
			continue;
		fill_argument(c, &args);
		r->s->v.run->complete.action = random_next(&r->seed) & 1;
		r->s->v.run->immediate_exit = (u8)(random_next(&r->seed) & 1);
		ret = make_call(c, r->s->v.fd, &args);
		r->counts[ret != 0]++;
		if (ret && ret != -EBUSY && ret != -EBADFD && ret != -EINVAL) {
			r->unexpected = ret;
			r->what = c->name;
		}
	}
	return NULL;
}

static void *keep_kicking(void *argument)
{
	struct stage *s = argument;
	u64 until = now_ns() + 3 * SECOND;

	while (now_ns() < until) {
		kick(&s->v);
		sleep_ms(1);
	}
	return NULL;
}

static void check_race(void)
{
	struct racer racer[3] = { 0 };
	pthread_t thread[3], kicker;
	u64 good = 0, refused = 0;
	struct stage s;
	unsigned int i;

	stage_enter(&s, AXVCPU_STATE_READY, false);
	kicker = start_thread(keep_kicking, &s);
	for (i = 0; i < 3; i++) {
		racer[i].s = &s;
		racer[i].seed = 88172645463325252ULL + i;
		thread[i] = start_thread(race, &racer[i]);
	}
	for (i = 0; i < 3; i++) {
		end_thread(thread[i]);
		CHECK_RET(racer[i].unexpected, 0, "thread %u sees only expected results%s%s", i,
			  racer[i].what ? ": " : "", racer[i].what ? racer[i].what : "");
		good += racer[i].counts[0];
		refused += racer[i].counts[1];
	}
	end_thread(kicker);
	note("%llu calls succeeded, %llu were refused", (unsigned long long)good,
	     (unsigned long long)refused);
	CHECK(good && refused, "both happened");
	CHECK(!get_state(&s.v).busy, "nobody holds the vCPU afterwards");
	CHECK_RET(call(s.v.fd, AXVCPU_RESET, NULL), 0, "RESET");
	stage_leave(&s);
	for (i = 0; i < abi_call_count; i++)
		if (abi_calls[i].on == ON_VCPU && call_is_there(&abi_calls[i]))
			COVERS(abi_calls[i].name, "every", "racing");
}

/* Two threads in RUN all the time: exactly one gets in. */
static void *run_many(void *argument)
{
	struct stage *s = argument;
	u64 until = now_ns() + SECOND;
	long bad = 0, ret;

	while (now_ns() < until) {
		ret = run(&s->v);
		bad += ret && ret != -EBUSY;
	}
	return (void *)bad;
}

GUEST(pause_loop, PLAIN, "1: " G_SAY(0x55) G_JUMP(1b));

static void check_two(void)
{
	struct axvcpu_stats stats;
	pthread_t thread[2];
	unsigned int i;
	void *bad[2];
	u64 exits = 0;
	struct stage s;

	stage_enter(&s, AXVCPU_STATE_CREATED, false);
	START(&s.v, PLAIN, pause_loop);
	thread[0] = start_thread(run_many, &s);
	thread[1] = start_thread(run_many, &s);
	pthread_join(thread[0], &bad[0]);
	pthread_join(thread[1], &bad[1]);
	CHECK_EQ((long)bad[0] + (long)bad[1], 0, "two threads in RUN: 0 or EBUSY");
	stats = get_stats(&s.v);
	for (i = 0; i < AXVCPU_EXIT_COUNT; i++)
		exits += stats.exit[i].count;
	CHECK_EQ(exits, s.v.run->exit.seq + 1, "each exit was reported once");
	stage_leave(&s);
}

int main(void)
{
	check_while(AXVCPU_STATE_RUNNING);
	check_while(AXVCPU_STATE_BLOCKED);
	check_two();
	/* Its guests run wild, and Bochs's SVM lets no host interrupt end one with IF clear. */
	if (!bochs_svm())
		check_race();
	return finish();
}
