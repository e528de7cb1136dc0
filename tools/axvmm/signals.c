// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "console.h"
#include "signals.h"

/* Those that ask to end; SIGPIPE: nobody reads the console any more. */
static const int stops[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU, SIGALRM };
/* Those that mean a mistake of ours. */
static const int crashes[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

volatile int signals_stop;
static volatile uint8_t *watched_immediate_exit;
static volatile int watched_fd = -1;

static void stop(int number)
{
	static const uint64_t one = 1;
	int error = errno;

	signals_stop = number;
	/* A signal between the loop's last look and RUN must not wait for an exit. */
	if (watched_immediate_exit)
		*watched_immediate_exit = 1;
	if (watched_fd >= 0 && write(watched_fd, &one, sizeof(one)) < 0) {
		/* The counter is full: it wakes anyway. */
	}
	errno = error;
}

static void crash(int number)
{
	console_restore();
	/* The handler is gone by SA_RESETHAND: this time it ends the program. */
	raise(number);
}

void signals_init(void)
{
	struct sigaction action = { .sa_handler = stop };
	unsigned int i;

	sigemptyset(&action.sa_mask);
	for (i = 0; i < COUNT(stops); i++) {
		struct sigaction before;

		/* What is ignored, for example under nohup, stays so. */
		if (!sigaction(stops[i], NULL, &before) && before.sa_handler == SIG_IGN)
			continue;
		sigaction(stops[i], &action, NULL);
	}
	action.sa_handler = crash;
	action.sa_flags = SA_RESETHAND | SA_NODEFER;
	for (i = 0; i < COUNT(crashes); i++)
		sigaction(crashes[i], &action, NULL);
}

void signals_watch(volatile uint8_t *immediate_exit, int wake_fd)
{
	watched_immediate_exit = immediate_exit;
	watched_fd = wake_fd;
	if (signals_stop && immediate_exit)
		*immediate_exit = 1;
}

void signals_die(void)
{
	signal(signals_stop, SIG_DFL);
	raise(signals_stop);
}
