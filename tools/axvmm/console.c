// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "console.h"

#define CTRL_A	 0x01
#define LEAVE	 'x'
#define FLUSH_NS 10000000ULL
#define STOP_MS	 100

size_t escape_filter(struct escape *escape, uint8_t byte, uint8_t bytes[2])
{
	size_t count = 0;

	if (!escape->seen) {
		escape->seen = byte == CTRL_A;
		if (!escape->seen)
			bytes[count++] = byte;
		return count;
	}
	escape->seen = false;
	if (byte == LEAVE) {
		escape->leave = true;
		return 0;
	}
	bytes[count++] = CTRL_A;
	if (byte != CTRL_A)
		bytes[count++] = byte;
	return count;
}

/* ---- the terminal ------------------------------------------------------- */

/* One per process, since signal handlers and exit() have to find it. */
static struct {
	volatile sig_atomic_t raw;
	int fd;
	struct termios before;
} saved;

void console_restore(void)
{
	int error = errno;

	if (saved.raw) {
		tcsetattr(saved.fd, TCSANOW, &saved.before);
		saved.raw = 0;
	}
	errno = error;
}

static int make_raw(int fd, struct error *error)
{
	struct termios raw;

	if (tcgetattr(fd, &saved.before))
		return error_set(error, "The terminal's settings can't be read: %s",
				 strerror(errno));
	raw = saved.before;
	cfmakeraw(&raw);
	/* Firmware ends its lines with a bare newline; and so do we. */
	raw.c_oflag = saved.before.c_oflag;
	saved.fd = fd;
	saved.raw = 1;
	atexit(console_restore);
	if (tcsetattr(fd, TCSANOW, &raw))
		return error_set(error, "The terminal can't be set to raw mode: %s",
				 strerror(errno));
	return 0;
}

/* ---- output ------------------------------------------------------------- */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

/*
 * Wait until a write will not block; false: it is time to give up. A signal may go to
 * another thread, so it is looked for now and then.
 */
static bool wait_for_output(const struct console *console)
{
	struct pollfd out = { .fd = console->out, .events = POLLOUT };

	for (;;) {
		int ready = poll(&out, 1, STOP_MS);

		if (ready > 0)
			return true;
		if (*console->stop || (ready < 0 && errno != EINTR) ||
		    (console->limit_ns && now_ns() >= console->limit_ns))
			return false;
	}
}

void console_flush(struct console *console)
{
	size_t done = 0;

	timer_set(console->timers, &console->flush, 0);
	while (done < console->pending && wait_for_output(console)) {
		ssize_t wrote =
			write(console->out, console->output + done, console->pending - done);

		if (wrote > 0)
			done += (size_t)wrote;
		else if (wrote < 0 && errno != EINTR && errno != EAGAIN)
			break;
		else if (*console->stop)
			break;
	}
	console->pending = 0;
}

static void flush(void *opaque)
{
	console_flush(opaque);
}

void console_send(void *opaque, uint8_t byte)
{
	struct console *console = opaque;

	if (!console->pending)
		timer_set(console->timers, &console->flush, console->timers->now_ns + FLUSH_NS);
	console->output[console->pending++] = byte;
	if (byte == '\n' || console->pending == sizeof(console->output))
		console_flush(console);
}

/* ---- input -------------------------------------------------------------- */

static void put(struct console *console, uint8_t byte)
{
	size_t count = atomic_load(&console->count);

	console->ring[(console->first + count) % CONSOLE_INPUT] = byte;
	atomic_store(&console->count, count + 1);
}

static uint8_t get(struct console *console)
{
	uint8_t byte = console->ring[console->first];

	console->first = (console->first + 1) % CONSOLE_INPUT;
	atomic_fetch_sub(&console->count, 1);
	return byte;
}

/*
 * From a terminal Ctrl-A x works at once, whether the guest reads or not, and
 * what does not fit is lost. From a pipe it works in its turn, and we stop
 * reading until there is room.
 */
static void take_typed(struct console *console, const uint8_t *bytes, size_t size)
{
	size_t i, j, count;
	uint8_t out[2];

	for (i = 0; i < size; i++) {
		count = escape_filter(&console->escape, bytes[i], out);
		for (j = 0; j < count && console->count < CONSOLE_INPUT; j++)
			put(console, out[j]);
	}
	if (console->escape.leave)
		atomic_store(&console->leave, true);
}

static void take_piped(struct console *console, const uint8_t *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		while (console->count == CONSOLE_INPUT) {
			console->wake(console->opaque);
			pthread_cond_wait(&console->room, &console->lock);
		}
		put(console, bytes[i]);
	}
}

static void *read_input(void *opaque)
{
	struct console *console = opaque;
	uint8_t bytes[512];

	for (;;) {
		ssize_t got = read(console->in, bytes, sizeof(bytes));

		if (got < 0 && errno == EAGAIN) {
			struct pollfd in = { .fd = console->in, .events = POLLIN };

			poll(&in, 1, -1);
			continue;
		}
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return NULL;
		pthread_mutex_lock(&console->lock);
		if (console->terminal)
			take_typed(console, bytes, (size_t)got);
		else
			take_piped(console, bytes, (size_t)got);
		pthread_mutex_unlock(&console->lock);
		console->wake(console->opaque);
	}
}

/* One byte of a pipe's input for the guest; false: there is none. */
static bool next_piped(struct console *console, uint8_t *byte)
{
	uint8_t bytes[2] = { 0, 0 };
	size_t count = 0;

	if (console->holds) {
		console->holds = false;
		*byte = console->held;
		return true;
	}
	while (!count && console->count && !console->escape.leave)
		count = escape_filter(&console->escape, get(console), bytes);
	if (console->escape.leave)
		atomic_store(&console->leave, true);
	*byte = bytes[0];
	console->holds = count == 2;
	console->held = bytes[1];
	return count;
}

size_t console_receive(void *opaque, uint8_t *bytes, size_t room)
{
	struct console *console = opaque;
	size_t got = 0;

	if (!atomic_load_explicit(&console->count, memory_order_relaxed) && !console->holds)
		return 0;
	pthread_mutex_lock(&console->lock);
	if (console->terminal)
		while (got < room && console->count)
			bytes[got++] = get(console);
	else
		while (got < room && next_piped(console, &bytes[got]))
			got++;
	pthread_cond_signal(&console->room);
	pthread_mutex_unlock(&console->lock);
	return got;
}

/* ---- opening ------------------------------------------------------------ */

static int open_file(struct console *console, const char *path, struct error *error)
{
	struct stat status;
	bool device = !stat(path, &status) && S_ISCHR(status.st_mode);
	int flags = device ? O_RDWR : O_WRONLY | O_CREAT | O_TRUNC;

	console->out = open(path, flags | O_CLOEXEC | O_NOCTTY, 0666);
	if (console->out < 0)
		return error_set(error, "The console %s can't be opened: %s", path,
				 strerror(errno));
	console->in = device ? console->out : -1;
	return 0;
}

/* A job in the background must leave the terminal alone. */
static bool is_ours(int fd)
{
	pid_t group = tcgetpgrp(fd);

	return group < 0 || group == getpgrp();
}

int console_open(struct console *console, const char *path, struct timers *timers,
		 const volatile int *stop, struct error *error)
{
	*console = (struct console){
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.timers = timers,
		.stop = stop,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.room = PTHREAD_COND_INITIALIZER,
	};
	if (path && open_file(console, path, error))
		return -1;
	timers_add(timers, &console->flush, flush, console);
	if (console->in < 0 || !isatty(console->in))
		return 0;
	if (!is_ours(console->in)) {
		console->in = -1;
		return 0;
	}
	console->terminal = true;
	return make_raw(console->in, error);
}

int console_start(struct console *console, void (*wake)(void *opaque), void *opaque,
		  struct error *error)
{
	sigset_t all, before;
	pthread_t thread;
	int failed;

	if (console->in < 0)
		return 0;
	console->wake = wake;
	console->opaque = opaque;
	/* Signals are for the thread that runs the guest. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, NULL, read_input, console);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed)
		return error_set(error, "The thread that reads the console can't be started: %s",
				 strerror(failed));
	pthread_detach(thread);
	return 0;
}
