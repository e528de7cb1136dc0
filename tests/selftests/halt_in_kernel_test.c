// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * HALT_IN_KERNEL: HLT blocks RUN in the kernel; an interrupt from another thread
 * wakes it, one that is masked does not, an NMI always does.
 */
#include "guest.h"

#define HANDLER		0x2000UL

/* The NOP: QEMU 7.2 takes the host's STI before VMRUN for a shadow in the guest. */
GUEST(halt_on, 64, "nop; sti; 1: hlt; mov $1, %eax\n" GUEST_VALUE "jmp 1b");
GUEST(halt_off, 64, "cli; 1: hlt; mov $1, %eax\n" GUEST_VALUE "jmp 1b");
GUEST(handler, 64, "push %rax; mov $2, %eax\n" GUEST_VALUE "pop %rax; iretq");

static struct vm vm;
static struct vcpu v;

static void start(const u8 *code, const u8 *end)
{
	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, AXVCPU_X86_START_LONG, code, end);
	load(&vm, HANDLER, handler, handler_end);
	gate(&v, AXVCPU_X86_START_LONG, 0x40, HANDLER);
	gate(&v, AXVCPU_X86_START_LONG, 2, HANDLER);
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
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 1, "%s: and goes on behind HLT", name);
	CHECK(get_stats(&v).blocked_ns > blocked, "%s: blocked_ns counts", name);
	s = get_state(&v);
	CHECK(s.transitions >= 2 && s.history[s.transitions - 1].to == AXVCPU_STATE_RUNNING &&
		      s.history[s.transitions - 2].to == AXVCPU_STATE_BLOCKED,
	      "%s: the history has Blocked and Running", name);
}

static void check_masked(void)
{
	struct waker w = { AXVCPU_EVENT_INTERRUPT, 0x40, 0 };
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
		 "an interrupt does not wake a HLT with IF clear");
	CHECK_EQ(get_general(&v).rip, CODE + 2, "which goes on waiting in the next RUN");
	/* As in inject_nmi_test: with Bochs's SVM no guest comes back from an NMI. */
	if (!bochs_svm())
		check_wake("NMI with IF clear", AXVCPU_EVENT_NMI, 0);
}

/* What waits before HLT is taken at once. */
static void check_before(void)
{
	int tries = SHADOW_TRIES;
	u64 back;

	do {
		start(halt_on, halt_on_end);
		NEED_RET(inject(&v, AXVCPU_EVENT_INTERRUPT, 0x40));
		EXPECT_EQ(run_to_port(&v, PORT_VALUE), 2, "the interrupt's handler");
		memcpy(&back, vm.ram + gpr(&v, AXVCPU_X86_RSP) + 8, sizeof(back));
	} while (back != CODE + 3 && --tries > 0);
	CHECK_EQ(back, CODE + 3,
		 "an interrupt that waits ends HLT at once, which STI's shadow covers");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 1, "and HLT is over");
}

struct flood {
	volatile bool stop;
	u64 sent;
};

static void *flood(void *argument)
{
	struct flood *f = argument;

	while (!f->stop)
		if (!inject(&v, AXVCPU_EVENT_INTERRUPT, 0x40))
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
		if (v.run->exit.reason == AXVCPU_EXIT_IO_WRITE)
			seen += v.run->exit.u.io.data == 2;
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
	check_wake("interrupt", AXVCPU_EVENT_INTERRUPT, 0x40);
	if (!bochs_svm())
		check_wake("NMI", AXVCPU_EVENT_NMI, 0);
	check_masked();
	check_before();
	check_flood();
	return finish();
}
