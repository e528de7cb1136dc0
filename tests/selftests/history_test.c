// SPDX-License-Identifier: GPL-3.0-or-later
/* GET_STATE's history and GET_STATS: each step is there, in order, with its time; each exit counts. */
#include "guest.h"

GUEST(mixed, PLAIN, G_SAY(0x50) G_SAY(0x50) G_ASK(0x60) G_ASK(0x60) G_ASK(0x60) G_IN_KERNEL
      G_HALT GUEST_DONE);
GUEST(toucher, WIDE, G_SET(ADDRESS, 0x10000000) G_SET(COUNT, 16)
      "1: " G_BUMP G_ADVANCE(0x1000) G_REPEAT(1b) GUEST_DONE);

static void check_history(void)
{
	static const struct {
		u8 from, to, cause;
	} expected[] = {
		{ AXVCPU_STATE_CREATED, AXVCPU_STATE_CREATED, AXVCPU_CALL_CREATE },
		{ AXVCPU_STATE_CREATED, AXVCPU_STATE_FREE, AXVCPU_CALL_SETUP },
		{ AXVCPU_STATE_FREE, AXVCPU_STATE_READY, AXVCPU_CALL_BIND },
		{ AXVCPU_STATE_READY, AXVCPU_STATE_FREE, AXVCPU_CALL_UNBIND },
		{ AXVCPU_STATE_FREE, AXVCPU_STATE_READY, AXVCPU_CALL_BIND },
		{ AXVCPU_STATE_READY, AXVCPU_STATE_CREATED, AXVCPU_CALL_RESET },
	};
	struct axvcpu_get_state s;
	u64 start = now_ns(), last;
	unsigned int i, late = 0;
	struct vm vm;
	struct vcpu v;

	BOOT(&vm, &v, 0, PLAIN, mixed);
	NEED_SAY(&v);
	NEED_SAY(&v);
	NEED_RET(call(v.fd, AXVCPU_UNBIND, NULL));
	NEED_RET(bind_vcpu(&v, -1));
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	s = get_state(&v);
	CHECK_EQ(s.transitions, ARRAY_SIZE(expected), "transitions; RUN is none of them");
	CHECK_EQ(s.runs, 2, "runs");
	last = start;
	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		EXPECT_EQ(s.history[i].from, expected[i].from, "transition %u: from", i);
		EXPECT_EQ(s.history[i].to, expected[i].to, "transition %u: to", i);
		EXPECT_EQ(s.history[i].cause, expected[i].cause, "transition %u: cause", i);
		late += s.history[i].time_ns < last || s.history[i].time_ns > now_ns();
		last = s.history[i].time_ns;
	}
	CHECK_EQ(late, 0, "their times rise, and are CLOCK_MONOTONIC");
	for (i = 0; i < 20; i++) {
		NEED_RET(setup_vcpu(&v, MODE_PLAIN, CODE));
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	}
	s = get_state(&v);
	CHECK_EQ(s.transitions, ARRAY_SIZE(expected) + 40, "transitions go on counting");
	for (i = 0, late = 0; i < AXVCPU_HISTORY; i++) {
		late += s.history[i].cause != (i & 1 ? AXVCPU_CALL_RESET : AXVCPU_CALL_SETUP);
		late += i && s.history[i].time_ns < s.history[i - 1].time_ns;
	}
	CHECK_EQ(late, 0, "the last 16 are kept, oldest first");
	EXPECT_RET(call(v.fd, AXVCPU_BIND, &(struct axvcpu_bind){ .size = 16 }), -EBADFD, "BIND");
	CHECK_EQ(get_state(&v).transitions, s.transitions, "a refused call is no transition");
	vcpu_free(&v);
	vm_free(&vm);
	COVERS("GET_STATE", "Created", "history");
}

static void check_stats(void)
{
	u8 *small = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct axvcpu_stats a, b;
	unsigned int i;
	struct vm vm;
	struct vcpu v;

	BOOT(&vm, &v, 0, PLAIN, mixed);
	a = get_stats(&v);
	CHECK_EQ(a.entries | a.handled | a.faults | a.injected | a.exit[AXVCPU_EXIT_HALT].count, 0,
		 "a new vCPU has counted nothing");
	NEED_SAY(&v);
	NEED_SAY(&v);
	for (i = 0; i < 3; i++) {
		NEED_ASK(&v);
		done(&v, 0);
	}
	NEED_EXIT(&v, HALT);
	b = get_stats(&v);
	CHECK_EQ(b.exit[REASON_SAY].count, 2, "writes");
	CHECK_EQ(b.exit[REASON_ASK].count, 3, "reads");
	CHECK_EQ(b.exit[AXVCPU_EXIT_HALT].count, 1, "HALT");
	CHECK(b.exit[REASON_ASK].time_ns > 0 &&
		      b.exit[REASON_ASK].time_ns < 10 * SECOND,
	      "time of the reads");
	CHECK(b.handled >= 1, "one is handled in the kernel");
	CHECK(b.entries >= 7, "entries");
	CHECK(b.faults >= 1, "the first touch of memory is a fault");
	CHECK_EQ(b.reserved[0] | b.reserved[1] | b.reserved[2], 0, "reserved fields");
	for (i = AXVCPU_EXIT_COUNT; i < AXVCPU_EXIT_MAX; i++)
		EXPECT_EQ(b.exit[i].count, 0, "unknown reason %u", i);
	CHECK_EQ(v.run->exit.seq, 5, "seq counts the exits before");
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	a = get_stats(&v);
	CHECK(!memcmp(&a, &b, sizeof(a)), "RESET keeps statistics");
	madvise(small, 16 * PAGE, MADV_NOHUGEPAGE);
	NEED_RET(set_memory(vm.fd, HOLE, small, 16 * PAGE, 0));
	START(&v, WIDE, toucher);
	run_to_port(&v, PORT_DONE);
	a = get_stats(&v);
	CHECK(a.faults >= b.faults + 16, "each page is a fault (%llu)", a.faults - b.faults);
	munmap(small, 16 * PAGE);
	vcpu_free(&v);
	vm_free(&vm);
	COVERS("GET_STATS", "Ready", "counters");
}

/* Read by others all the time: no torn values. */
static void *read_all(void *argument)
{
	struct vcpu *v = argument;
	u64 until = now_ns() + SECOND, last = 0;
	long bad = 0;

	while (now_ns() < until) {
		struct axvcpu_stats s = get_stats(v);
		struct axvcpu_get_state state = get_state(v);

		bad += s.exit[REASON_SAY].count < last;
		last = s.exit[REASON_SAY].count;
		bad += state.state != AXVCPU_STATE_READY && state.state != AXVCPU_STATE_RUNNING;
	}
	return (void *)bad;
}

GUEST(out_loop, PLAIN, "1: " G_SAY(0x50) G_JUMP(1b));

static void check_concurrent(void)
{
	u64 until = now_ns() + SECOND, count = 0;
	pthread_t thread;
	struct vm vm;
	struct vcpu v;
	void *bad;

	BOOT(&vm, &v, 0, PLAIN, out_loop);
	thread = start_thread(read_all, &v);
	while (now_ns() < until) {
		NEED_RET(run(&v));
		count += v.run->exit.reason == REASON_SAY;
	}
	pthread_join(thread, &bad);
	CHECK_EQ((long)bad, 0, "counters read meanwhile never go back");
	CHECK_EQ(get_stats(&v).exit[REASON_SAY].count, count, "and are exact at the end");
	CHECK(get_state(&v).runs >= count, "runs too");
	vcpu_free(&v);
	vm_free(&vm);
	COVERS("GET_STATS", "Running", "racing");
	COVERS("GET_STATE", "Running", "racing");
}

int main(void)
{
	check_history();
	check_stats();
	check_concurrent();
	return finish();
}
