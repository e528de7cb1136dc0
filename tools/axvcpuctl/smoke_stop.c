// SPDX-License-Identifier: GPL-3.0-or-later
/* What stops a guest that spins. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "ctl.h"
#include "smoke.h"

int smoke_kick_before(struct guest *guest)
{
	return axvcpu_vcpu_kick(guest->vcpu);
}

static void kick(struct guest *guest)
{
	axvcpu_vcpu_kick(guest->vcpu);
}

int smoke_kick_while_running(struct guest *guest)
{
	return smoke_start_helper(guest, kick);
}

int smoke_set_deadline(struct guest *guest)
{
	guest->run->deadline_ns = smoke_now_ns() + 20000000;
	return 0;
}

int smoke_exit_at_once(struct guest *guest)
{
	guest->run->immediate_exit = 1;
	return 0;
}

static void do_nothing(int number)
{
	(void)number;
}

/* The signal comes again and again: one between two runs would be lost. */
int smoke_set_alarm(struct guest *guest)
{
	const struct itimerval soon = { { 0, 20000 }, { 0, 20000 } };
	struct sigaction action;

	(void)guest;
	memset(&action, 0, sizeof(action));
	action.sa_handler = do_nothing;
	if (sigaction(SIGALRM, &action, NULL) || setitimer(ITIMER_REAL, &soon, NULL))
		return -errno;
	return 0;
}

void smoke_stop_alarm(struct guest *guest)
{
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };

	(void)guest;
	setitimer(ITIMER_REAL, &never, NULL);
	signal(SIGALRM, SIG_DFL);
}

/* Moves the thread that runs the guest, the process's first, elsewhere. */
static void move_away(struct guest *guest)
{
	struct axvcpu_get_state state;
	cpu_set_t set;

	if (axvcpu_vcpu_get_state(guest->vcpu, &state))
		return;
	set = guest->affinity;
	CPU_CLR(state.cpu, &set);
	sched_setaffinity(getpid(), sizeof(set), &set);
}

int smoke_move_while_running(struct guest *guest)
{
	return smoke_start_helper(guest, move_away);
}
