// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * NOTHING and its causes: KICK ends exactly one RUN and is kept if another exit
 * comes first; immediate_exit; signals; the deadline, in Running and Blocked.
 */
#define _GNU_SOURCE
#include <signal.h>

#include "guest.h"

GUEST(spin, PLAIN, "1: " G_JUMP(1b));
GUEST(halt, PLAIN, "1: " G_HALT G_JUMP(1b));
GUEST(out_spin, PLAIN, G_SAY(0x50) "1: " G_JUMP(1b));

static struct vm vm;
static struct vcpu v;

static const char *cause(void)
{
	if (v.run->exit.reason != AXVCPU_EXIT_NOTHING)
		return axvcpu_name(AXVCPU_NAME_EXIT, v.run->exit.reason);
	return axvcpu_name(AXVCPU_NAME_CAUSE, v.run->exit.u.nothing.cause);
}

#define CHECK_CAUSE(name, ...)                                                                    \
	do {                                                                                       \
		CHECK(!strcmp(cause(), #name), __VA_ARGS__);                                       \
		if (strcmp(cause(), #name))                                                        \
			note("the cause is %s", cause());                                          \
	} while (0)

/* RUN; SIGNAL may be spurious, and here no signal is meant. */
static void run_once(void)
{
	do
		NEED_RET(run(&v));
	while (!strcmp(cause(), "SIGNAL"));
}

/* RUN without an end of its own for @ms. */
static void run_for(unsigned int ms)
{
	v.run->deadline_ns = now_ns() + ms * MS;
	run_once();
	v.run->deadline_ns = 0;
}

static void check_sticky(const char *name)
{
	NEED_RET(kick(&v));
	NEED_RET(kick(&v));
	run_for(2000);
	CHECK_CAUSE(KICK, "%s: KICK before RUN ends it", name);
	run_for(20);
	CHECK_CAUSE(DEADLINE, "%s: two of them end one RUN only", name);
	NEED_RET(kick(&v));
	NEED_RET(call_value(v.fd, AXVCPU_RUN, AXVCPU_RUN_COMPLETE_ONLY));
	CHECK_CAUSE(NONE, "%s: COMPLETE_ONLY takes no KICK", name);
	run_for(2000);
	CHECK_CAUSE(KICK, "%s: the next RUN does", name);
}

static void *kick_later(void *argument)
{
	sleep_ms((unsigned int)(long)argument);
	kick(&v);
	return NULL;
}

static void check_running(const char *name)
{
	u64 start = now_ns();
	pthread_t thread = start_thread(kick_later, (void *)50);

	run_for(5000);
	end_thread(thread);
	CHECK_CAUSE(KICK, "%s: KICK from another thread", name);
	CHECK(now_ns() - start < SECOND * slowness() / 2, "%s: and soon", name);
	CHECK_EQ(state_of(&v), AXVCPU_STATE_READY, "%s: the vCPU is Ready", name);
	COVERS("KICK", name, "racing");
}

static void check_kept(void)
{
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	START(&v, PLAIN, out_spin);
	open_to_host(&v);
	NEED_RET(kick(&v));
	run_once();
	if (v.run->exit.reason == REASON_SAY)
		run_once();
	CHECK_CAUSE(KICK, "KICK is taken, or kept behind another exit");
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	NEED_RET(kick(&v));
	START(&v, PLAIN, spin);
	open_to_host(&v);
	run_for(2000);
	CHECK_CAUSE(KICK, "KICK in Created ends the first RUN");
}

static void check_immediate(void)
{
	v.run->immediate_exit = 1;
	run_once();
	CHECK_CAUSE(IMMEDIATE, "immediate_exit");
	run_once();
	CHECK_CAUSE(IMMEDIATE, "and again, until the owner clears it");
	CHECK_EQ(v.run->immediate_exit, 1, "the kernel does not");
	NEED_RET(kick(&v));
	run_once();
	v.run->immediate_exit = 0;
	run_for(2000);
	CHECK_CAUSE(KICK, "a KICK behind it is kept");
	COVERS_EXIT("NOTHING", "immediate_exit");
}

static void check_deadline(const char *name)
{
	u64 start = now_ns(), late;

	run_for(100);
	late = now_ns() - start;
	CHECK_CAUSE(DEADLINE, "%s: the deadline", name);
	CHECK(late >= 100 * MS, "%s: not before its time", name);
	CHECK(late < 100 * MS + SECOND * slowness() / 2, "%s: and not much later (%llu ms)", name,
	      (unsigned long long)(late / MS));
	v.run->deadline_ns = 1;
	run_once();
	CHECK_CAUSE(DEADLINE, "%s: a deadline in the past", name);
	run_once();
	CHECK_CAUSE(DEADLINE, "%s: and again", name);
	v.run->deadline_ns = ~0ULL;
	NEED_RET(kick(&v));
	run_once();
	CHECK_CAUSE(KICK, "%s: a deadline at the end of time", name);
	v.run->deadline_ns = 1ULL << 63;
	NEED_RET(kick(&v));
	run_once();
	CHECK_CAUSE(KICK, "%s: a deadline at 2^63", name);
	v.run->deadline_ns = 0;
	COVERS("RUN", name, "boundary");
}

/* An old deadline that passes between two RUNs does not end one without. */
static void check_old_deadline(void)
{
	v.run->deadline_ns = now_ns() + 30 * MS;
	NEED_RET(kick(&v));
	run_once();
	sleep_ms(60);
	v.run->deadline_ns = 0;
	NEED_RET(kick(&v));
	run_once();
	CHECK_CAUSE(KICK, "a deadline that is taken back does not count");
	run_for(30);
	CHECK_CAUSE(DEADLINE, "and the next one does");
	v.run->deadline_ns = now_ns() + 30 * MS;
	NEED_RET(kick(&v));
	run_once();
	sleep_ms(60);
	run_once();
	CHECK_CAUSE(DEADLINE, "a deadline that passed between two RUNs ends the second");
	v.run->deadline_ns = 0;
}

static void on_signal(int signal)
{
	(void)signal;
}

static void *signal_later(void *argument)
{
	sleep_ms(50);
	pthread_kill(*(pthread_t *)argument, SIGUSR1);
	return NULL;
}

static void check_signal(const char *name)
{
	pthread_t self = pthread_self(), thread;
	long ret;

	v.run->deadline_ns = now_ns() + 5 * SECOND;
	thread = start_thread(signal_later, &self);
	ret = run(&v);
	end_thread(thread);
	CHECK_RET(ret, 0, "%s: a signal is no error", name);
	CHECK_CAUSE(SIGNAL, "%s: its cause", name);
	v.run->deadline_ns = 0;
}

/* A signal that is blocked does not end RUN; one with SA_RESTART does. */
static void check_signal_kinds(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	pthread_t self = pthread_self(), thread;
	sigset_t set, old;

	sigaction(SIGUSR1, &action, NULL);
	check_signal("SA_RESTART");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, &old);
	thread = start_thread(signal_later, &self);
	run_for(200);
	end_thread(thread);
	CHECK_CAUSE(DEADLINE, "a blocked signal does not end RUN");
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	COVERS_EXIT("NOTHING", "signal");
}

int main(void)
{
	static struct vm blocking;

	signal(SIGUSR1, on_signal);
	BOOT(&vm, &v, 0, PLAIN, spin);
	open_to_host(&v);
	check_sticky("Running");
	check_running("Running");
	check_kept();
	check_immediate();
	check_deadline("Running");
	check_old_deadline();
	check_signal("Running");
	check_signal_kinds();
	vcpu_free(&v);
	BOOT(&blocking, &v, AXVCPU_VM_HALT_IN_KERNEL, PLAIN, halt);
	check_sticky("Blocked");
	check_running("Blocked");
	check_deadline("Blocked");
	check_signal("Blocked");
	CHECK_EQ(pc_of(&v), CODE + G_HALT_SIZE, "Blocked: HLT is not executed twice");
	COVERS_EXIT("NOTHING", "kick");
	COVERS_EXIT("NOTHING", "deadline");
	return finish();
}
