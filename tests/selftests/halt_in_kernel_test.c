// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * HALT_IN_KERNEL: a halt blocks RUN in the kernel; an interrupt from another thread
 * wakes it, one that the guest does not listen for does not, an NMI always does.
 */
#include "guest.h"

#define VECTOR	0x40

GUEST(halt_on, WIDE, G_LISTEN "1: " G_WAIT G_SET(VALUE, 1) GUEST_VALUE G_JUMP(1b));
GUEST(halt_off, WIDE, G_DEAF "1: " G_HALT G_SET(VALUE, 1) GUEST_VALUE G_JUMP(1b));
GUEST(handler, WIDE, G_HANDLER(G_SET(VALUE, 2) GUEST_VALUE));

static struct vm vm;
static struct vcpu v;

static void start(const u8 *code, const u8 *end)
{
	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, MODE_WIDE, code, end);
	ON_INTERRUPT(&v, VECTOR, handler);
	if (has_nmi())
		ON_INTERRUPT(&v, 2, handler);
}

struct waker {
	u32 type;
	u32 vector;
	u64 when;
};

/* When it is Blocked, wake it. */
static void *wake(void *argument)
{
	struct waker *w = argument;

	if (!WAIT_FOR(state_of(&v) == AXVCPU_STATE_BLOCKED, 3000))
		return (void *)1;
	sleep_ms(20);
	w->when = now_ns();
	return (void *)inject(&v, w->type, w->vector);
}

static void check_wake(const char *name, u32 type, u32 vector)
{
	struct waker w = { type, vector, 0 };
	struct axvcpu_get_state s;
	pthread_t thread;
	u64 blocked = get_stats(&v).blocked_ns;
	void *result;

	thread = start_thread(wake, &w);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 2, "%s: its handler runs", name);
	pthread_join(thread, &result);
	CHECK_EQ((u64)result, 0, "%s: the vCPU was Blocked, INJECT worked", name);
	CHECK(now_ns() - w.when < SECOND * slowness(), "%s: it wakes soon", name);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 1, "%s: and goes on behind the halt", name);
	CHECK(get_stats(&v).blocked_ns > blocked, "%s: blocked_ns counts", name);
	s = get_state(&v);
	CHECK(s.transitions >= 2 && s.history[s.transitions - 1].to == AXVCPU_STATE_RUNNING &&
		      s.history[s.transitions - 2].to == AXVCPU_STATE_BLOCKED,
	      "%s: the history has Blocked and Running", name);
}

static void check_masked(void)
{
	struct waker w = { AXVCPU_EVENT_INTERRUPT, VECTOR, 0 };
	pthread_t thread;

	start(halt_off, halt_off_end);
	thread = start_thread(wake, &w);
	v.run->deadline_ns = now_ns() + 300 * MS;
	do
		NEED_RET(run(&v));
	while (v.run->exit.u.nothing.cause == AXVCPU_CAUSE_SIGNAL);
	end_thread(thread);
	v.run->deadline_ns = 0;
	CHECK_EQ(v.run->exit.reason << 8 | v.run->exit.u.nothing.cause, AXVCPU_CAUSE_DEADLINE,
		 "an interrupt does not wake a guest that is deaf");
	CHECK_EQ(pc_of(&v), CODE + G_DEAF_SIZE + G_HALT_SIZE, "which waits on in the next RUN");
	if (has_nmi())
		check_wake("NMI with interrupts off", AXVCPU_EVENT_NMI, 0);
}

/* What waits before the halt is taken at once. */
static void check_before(void)
{
	const u64 behind = CODE + G_LISTEN_SIZE + G_WAIT_BACK;
	int tries = SHADOW_TRIES;
	u64 back;

	do {
		start(halt_on, halt_on_end);
		NEED_RET(inject(&v, AXVCPU_EVENT_INTERRUPT, VECTOR));
		EXPECT_EQ(run_to_port(&v, PORT_VALUE), 2, "the interrupt's handler");
		back = interrupted_pc(&v);
	} while (back != behind && --tries > 0);
	CHECK_EQ(back, behind,
		 "an interrupt that waits ends a halt at once, and does not come before it");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 1, "and the halt is over");
}

struct flood {
	volatile bool stop;
	u64 sent;
};

static void *flood(void *argument)
{
	struct flood *f = argument;

	while (!f->stop)
		if (!inject(&v, AXVCPU_EVENT_INTERRUPT, VECTOR))
			f->sent++;
	return NULL;
}

/* Deliveries that the module began and that no exit cut short. */
static u64 injected(void)
{
	struct axvcpu_stats s = get_stats(&v);

	return s.injected - s.requeued;
}

/* RUN until @until, or @enough are injected; how often the handler spoke. */
static u64 drain(u64 until, u64 enough)
{
	u64 seen = 0;

	v.run->deadline_ns = until;
	while (injected() < enough) {
		NEED_RET(run(&v));
		if (said(&v, PORT_VALUE))
			seen += said_value(&v) == 2;
		else if (v.run->exit.u.nothing.cause == AXVCPU_CAUSE_DEADLINE)
			break;
	}
	v.run->deadline_ns = 0;
	return seen;
}

/* No wake-up is lost: every interrupt that was taken is seen by the guest. */
static void check_flood(void)
{
	u64 until = now_ns() + SECOND, seen = 0, before = injected();
	struct flood f = { false, 0 };
	pthread_t thread;

	start(halt_on, halt_on_end);
	thread = start_thread(flood, &f);
	while (now_ns() < until)
		seen += run_to_port(&v, PORT_VALUE) == 2;
	f.stop = true;
	end_thread(thread);
	seen += drain(now_ns() + 2 * SECOND * slowness(), before + f.sent);
	seen += drain(now_ns() + 200 * MS, ~0ULL);
	CHECK_EQ(injected() - before, f.sent, "every interrupt of a flood is injected, once");
	CHECK_EQ(seen, f.sent, "and arrives, once");
	note("%llu interrupts", (unsigned long long)f.sent);
	COVERS("INJECT", "Blocked", "racing");
}

int main(void)
{
	if (!(info()->capabilities & AXVCPU_CAP_HALT_IN_KERNEL))
		skip("no AXVCPU_CAP_HALT_IN_KERNEL");
	vm_new(&vm, AXVCPU_VM_HALT_IN_KERNEL);
	vcpu_new(&v, &vm, 0);
	start(halt_on, halt_on_end);
	check_wake("interrupt", AXVCPU_EVENT_INTERRUPT, VECTOR);
	if (has_nmi())
		check_wake("NMI", AXVCPU_EVENT_NMI, 0);
	check_masked();
	check_before();
	check_flood();
	return finish();
}
