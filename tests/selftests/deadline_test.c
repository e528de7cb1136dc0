// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The deadline ends a guest that never exits by itself, or exits all the time, with
 * interrupts on and off: not before its time and soon after it. Near and far ones, one
 * after the other, and one that another RUN was ended before, here and on another CPU.
 */
#include "guest.h"

GUEST(spin, PLAIN, "1: " G_JUMP(1b));
GUEST(exits, PLAIN, "1: " G_IN_KERNEL G_JUMP(1b));
GUEST(says, PLAIN, "1: " GUEST_DONE G_JUMP(1b));
GUEST(toggle, PLAIN, "1: " G_UNMASK "nop\n" G_MASK G_JUMP(1b));

static struct vm vm;
static struct vcpu v;

static void start(const u8 *code, const u8 *end, bool open)
{
	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, MODE_PLAIN, code, end);
	set_masked(&v, !open);
	v.run->deadline_ns = 0;
}

static bool ended_by(u32 cause)
{
	return v.run->exit.reason == AXVCPU_EXIT_NOTHING && v.run->exit.u.nothing.cause == cause;
}

/* RUN that another thing than a signal ends. */
static void run_once(void)
{
	do
		NEED_RET(run(&v));
	while (ended_by(AXVCPU_CAUSE_SIGNAL));
}

/* It ended by the deadline, at the right time. */
static void check_ended(u64 deadline, const char *name, const char *how)
{
	u64 now = now_ns();

	CHECK(ended_by(AXVCPU_CAUSE_DEADLINE), "%s, %s: the deadline ends it", name, how);
	CHECK(now >= deadline, "%s, %s: not before its time", name, how);
	CHECK(now < deadline + SECOND * slowness() / 4, "%s, %s: and soon (%llu us late)", name,
	      how, (unsigned long long)(now - deadline) / 1000);
}

static void check_for(u64 ns, const char *name, const char *how)
{
	u64 deadline = now_ns() + ns;

	v.run->deadline_ns = deadline;
	run_once();
	check_ended(deadline, name, how);
}

static void check_guest(const char *name)
{
	check_for(20 * MS, name, "20 ms");
	check_for(MS / 3, name, "less than a millisecond");
	check_for(1, name, "at once");
	check_for(50 * MS, name, "50 ms");
}

static void *kick_later(void *argument)
{
	unpin();
	sleep_ms(30);
	kick(argument);
	return NULL;
}

/* The guest runs with this deadline, and is kicked long before. */
static void run_kicked(u64 deadline, const char *name, const char *how)
{
	pthread_t thread;

	v.run->deadline_ns = deadline;
	thread = start_thread(kick_later, &v);
	run_once();
	end_thread(thread);
	CHECK(ended_by(AXVCPU_CAUSE_KICK), "%s, %s: a KICK", name, how);
}

/* What the guest had of an old one is forgotten, with @cpus on another CPU. */
static void check_changes(const char *name, int cpus)
{
	u64 deadline = now_ns() + 200 * MS * slowness();
	int next = 0;

	pin_to(next++ % cpus);
	run_kicked(deadline, name, "before it");
	pin_to(next++ % cpus);
	run_once();
	check_ended(deadline, name, "the same one again");
	run_kicked(now_ns() + 60 * SECOND, name, "far");
	pin_to(next++ % cpus);
	check_for(20 * MS, name, "near behind far");
	run_kicked(now_ns() + 60 * SECOND, name, "far again");
	pin_to(next++ % cpus);
	run_kicked(0, name, "one that was taken back");
	pin_to(next++ % cpus);
	check_for(20 * MS, name, "behind none");
	unpin();
}

/* Exits to the VMM come in between, and the deadline stays the same. */
static void check_says(const char *name)
{
	u64 deadline = now_ns() + 30 * MS, words = 0;

	v.run->deadline_ns = deadline;
	for (;;) {
		run_once();
		if (!said(&v, PORT_DONE))
			break;
		words++;
	}
	check_ended(deadline, name, "between exits to the VMM");
	CHECK(words > 1, "%s: there were some", name);
}

static void check_all(bool open)
{
	const char *name = open ? "open" : "masked";

	start(spin, spin_end, open);
	check_guest(name);
	check_changes(name, 1);
	check_changes(open ? "open, on CPUs in turn" : "masked, on CPUs in turn", cpu_count());
	CHECK_EQ(is_masked(&v), !open, "%s: so it was", name);
	start(exits, exits_end, open);
	check_guest(open ? "open, exits in the kernel" : "masked, exits in the kernel");
	start(says, says_end, open);
	check_says(name);
	COVERS("RUN", "Running", "boundary");
}

/* Farther than the clock is asked for, or a counter of 32 bits goes. */
static void check_far(void)
{
	start(spin, spin_end, true);
	check_for(SECOND + SECOND / 2, "open", "1500 ms");
	v.run->deadline_ns = now_ns() + 100000 * SECOND;
	NEED_RET(kick(&v));
	run_once();
	CHECK(ended_by(AXVCPU_CAUSE_KICK), "a day: the KICK");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_all(true);
	/* Bochs 2.7's VMRUN masks the host's interrupts then: see open_to_host(). */
	if (!bochs_svm()) {
		check_all(false);
		COVERS_EXIT("NOTHING", "deadline, masked");
	}
	start(toggle, toggle_end, true);
	check_guest("masked and open in turn");
	check_far();
	return finish();
}
