// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm's console: Ctrl-A, piped input that waits for its reader, gathered output, the terminal. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/axvmm/console.h"

static volatile int stop;
static atomic_int woken;

static void wake(void *opaque)
{
	(void)opaque;
	atomic_fetch_add(&woken, 1);
}

/* ---- Ctrl-A ------------------------------------------------------------- */

static void assert_filtered(const char *typed, const char *expected, bool leaves)
{
	struct escape escape = { false, false };
	char out[64] = "";
	size_t count = 0;

	for (; *typed; typed++)
		count += escape_filter(&escape, *typed, (uint8_t *)out + count);
	out[count] = '\0';
	assert_string_equal(out, expected);
	assert_int_equal(escape.leave, leaves);
}

static void test_escape(void **state)
{
	(void)state;
	assert_filtered("plain x", "plain x", false);
	assert_filtered("\001x", "", true);
	assert_filtered("a\001\001b", "a\001b", false);
	assert_filtered("\001q", "\001q", false);
	assert_filtered("\001\001x", "\001x", false);
	assert_filtered("x\001", "x", false);
}

/* ---- piped input -------------------------------------------------------- */

struct pipes {
	struct timers timers;
	struct console console;
	int typist;
	int reader;
};

/* A console between two pipes. Never freed: its thread may still use it. */
static struct pipes *make_pipes(void)
{
	static struct pipes all[8];
	static unsigned int used;
	struct pipes *p = &all[used++];
	struct error error;
	int in[2], out[2];

	assert_int_equal(pipe(in) | pipe(out), 0);
	assert_int_equal(console_open(&p->console, "/dev/null", &p->timers, &stop, &error), 0);
	close(p->console.out);
	p->console.in = in[0];
	p->console.out = out[1];
	p->typist = in[1];
	p->reader = out[0];
	return p;
}

static size_t receive_all(struct pipes *p, uint8_t *bytes, size_t size)
{
	size_t got = 0;
	int patience = 2000;

	while (got < size && patience) {
		size_t more = console_receive(&p->console, bytes + got,
					      size - got < 16 ? size - got : 16);

		got += more;
		if (!more) {
			usleep(1000);
			patience--;
		}
	}
	return got;
}

static void test_piped_input_waits(void **state)
{
	static uint8_t sent[3 * CONSOLE_INPUT], got[sizeof(sent)];
	struct pipes *p = make_pipes();
	struct error error;
	pid_t child;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sent); i++)
		sent[i] = "abcdefghijklmnopqrstuvw"[i * 31 % 23];
	child = fork();
	if (!child) {
		for (i = 0; i < sizeof(sent); i += 1024)
			if (write(p->typist, sent + i, 1024) != 1024)
				_exit(1);
		_exit(0);
	}
	close(p->typist);
	assert_int_equal(console_start(&p->console, wake, NULL, &error), 0);
	usleep(50000);
	/* Much more than fits, then the end: everything arrives, in order. */
	assert_int_equal(receive_all(p, got, sizeof(got)), sizeof(sent));
	assert_memory_equal(got, sent, sizeof(sent));
	assert_true(woken > 0);
	waitpid(child, NULL, 0);
	usleep(20000);
	assert_int_equal(console_receive(&p->console, got, 16), 0);
	assert_false(p->console.leave);
}

static void test_piped_escape_works_in_its_turn(void **state)
{
	struct pipes *p = make_pipes();
	struct error error;
	uint8_t got[16];

	(void)state;
	assert_int_equal(write(p->typist, "ab\001zc\001xd", 8), 8);
	assert_int_equal(console_start(&p->console, wake, NULL, &error), 0);
	assert_int_equal(receive_all(p, got, 2), 2);
	assert_false(p->console.leave);
	/* Ctrl-A z is two bytes, also for a reader that takes one at a time. */
	assert_int_equal(console_receive(&p->console, got, 1), 1);
	assert_int_equal(got[0], 0x01);
	assert_int_equal(console_receive(&p->console, got, 1), 1);
	assert_int_equal(got[0], 'z');
	assert_int_equal(console_receive(&p->console, got, 16), 1);
	assert_int_equal(got[0], 'c');
	assert_true(p->console.leave);
	close(p->typist);
}

/* ---- output ------------------------------------------------------------- */

static void send(struct pipes *p, const char *text)
{
	while (*text)
		console_send(&p->console, *text++);
}

static size_t available(int fd, char *text, size_t size)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	if (poll(&poll_fd, 1, 0) <= 0)
		return 0;
	return read(fd, text, size);
}

static void test_output_is_gathered(void **state)
{
	struct pipes *p = make_pipes();
	char text[8192];
	unsigned int i;

	(void)state;
	timers_advance(&p->timers, 1000);
	send(p, "no line yet");
	assert_int_equal(available(p->reader, text, sizeof(text)), 0);
	/* A line goes out at once, */
	send(p, ", now\n");
	assert_int_equal(available(p->reader, text, sizeof(text)), 17);
	assert_memory_equal(text, "no line yet, now\n", 17);
	/* the rest after 10 ms, */
	send(p, "prompt> ");
	timers_advance(&p->timers, p->timers.now_ns + 9000000);
	assert_int_equal(available(p->reader, text, sizeof(text)), 0);
	timers_advance(&p->timers, p->timers.now_ns + 1000000);
	assert_int_equal(available(p->reader, text, sizeof(text)), 8);
	assert_int_equal(p->timers.next_ns, 0);
	/* when there is much of it, */
	for (i = 0; i < CONSOLE_OUTPUT; i++)
		send(p, "x");
	assert_int_equal(available(p->reader, text, sizeof(text)), CONSOLE_OUTPUT);
	/* and when somebody asks. */
	send(p, "end");
	console_flush(&p->console);
	assert_int_equal(available(p->reader, text, sizeof(text)), 3);
	close(p->typist);
}

/* Nobody reads: neither a signal nor the end of --timeout may hang in a write. */
static void test_output_gives_up(void **state)
{
	struct pipes *p = make_pipes();
	struct timespec now;
	unsigned int i;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &now);
	p->console.limit_ns = (uint64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec + 100000000;
	for (i = 0; i < 100 * CONSOLE_OUTPUT; i++)
		console_send(&p->console, 'x');
	assert_int_equal(p->console.pending, 0);
	close(p->typist);
}

static void test_console_in_a_file(void **state)
{
	char path[] = "/tmp/axvmm-test-XXXXXX", text[16];
	int fd = mkstemp(path);
	struct timers timers = { 0 };
	struct console console;
	struct error error;

	(void)state;
	assert_int_equal(write(fd, "old contents", 12), 12);
	assert_int_equal(console_open(&console, path, &timers, &stop, &error), 0);
	assert_int_equal(console.in, -1);
	console_send(&console, '!');
	console_flush(&console);
	assert_int_equal(pread(fd, text, sizeof(text), 0), 1);
	close(console.out);
	close(fd);
	unlink(path);
	assert_int_equal(console_open(&console, "/nonexistent/x", &timers, &stop, &error), -1);
	assert_non_null(strstr(error.text, "can't be opened"));
}

/* ---- the terminal ------------------------------------------------------- */

static void test_terminal_is_raw_and_restored(void **state)
{
	struct termios before, during, after;
	struct timers timers = { 0 };
	static struct console console;
	struct error error;
	int master, slave;
	char name[64];
	uint8_t got[16];
	unsigned int i;

	(void)state;
	assert_int_equal(openpty(&master, &slave, name, NULL, NULL), 0);
	tcgetattr(slave, &before);
	assert_int_equal(console_open(&console, name, &timers, &stop, &error), 0);
	assert_true(console.terminal);
	tcgetattr(slave, &during);
	assert_int_equal(during.c_lflag & (ICANON | ECHO | ISIG), 0);
	assert_int_equal(during.c_oflag, before.c_oflag);
	assert_int_equal(console_start(&console, wake, NULL, &error), 0);
	/* Ctrl-C is for the guest; Ctrl-A x works although nobody reads. */
	assert_int_equal(write(master, "\003", 1), 1);
	for (i = 0; i < 1000 && !console.count; i++)
		usleep(1000);
	assert_int_equal(write(master, "q\001x", 3), 3);
	for (i = 0; i < 1000 && !console.leave; i++)
		usleep(1000);
	assert_true(console.leave);
	assert_int_equal(console_receive(&console, got, sizeof(got)), 2);
	assert_memory_equal(got, "\003q", 2);
	console_restore();
	tcgetattr(slave, &after);
	assert_memory_equal(&after.c_lflag, &before.c_lflag, sizeof(after.c_lflag));
	assert_int_equal(after.c_iflag, before.c_iflag);
	console_restore();
	close(master);
	close(slave);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_piped_input_waits),
		cmocka_unit_test(test_piped_escape_works_in_its_turn),
		cmocka_unit_test(test_output_is_gathered),
		cmocka_unit_test(test_output_gives_up),
		cmocka_unit_test(test_console_in_a_file),
		cmocka_unit_test(test_terminal_is_raw_and_restored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
