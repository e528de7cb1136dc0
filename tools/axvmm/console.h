/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guest's console: what it prints is gathered and written in pieces; what
 * is typed is read by a thread, so that it can wake the guest, and waits until
 * the guest takes it.
 */
#ifndef AXVMM_CONSOLE_H
#define AXVMM_CONSOLE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "timers.h"

#define CONSOLE_OUTPUT 4096
#define CONSOLE_INPUT  65536

/** struct escape - finds Ctrl-A x in what is typed */
struct escape {
	bool seen; /* Ctrl-A was the last byte */
	bool leave;
};

/**
 * escape_filter() - look at one byte
 * @bytes: out: what goes to the guest
 *
 * Return: how many bytes that are, 0 to 2.
 */
size_t escape_filter(struct escape *escape, uint8_t byte, uint8_t bytes[2]);

/**
 * struct console - both directions
 * @in: file descriptor, -1: none
 * @out: file descriptor
 * @terminal: @in is a terminal; in raw mode from console_open() on
 * @limit_ns: writing does not wait longer than until then, 0: no limit
 * @stop: set by a signal: writing does not wait any more
 * @flush: writes what has waited for 10 ms
 * @ring: input: @count bytes from @first on, under @lock
 * @held: a byte for which the guest had no room
 * @wake: called by the thread when there is input or Ctrl-A x
 * @leave: Ctrl-A x was typed
 */
struct console {
	int in;
	int out;
	bool terminal;
	uint64_t limit_ns;
	const volatile int *stop;

	struct timers *timers;
	struct timer flush;
	size_t pending;
	uint8_t output[CONSOLE_OUTPUT];

	pthread_mutex_t lock;
	pthread_cond_t room;
	atomic_size_t count;
	size_t first;
	uint8_t ring[CONSOLE_INPUT];
	struct escape escape;
	bool holds;
	uint8_t held;
	void (*wake)(void *opaque);
	void *opaque;
	atomic_bool leave;
};

/**
 * console_open() - prepare the console
 * @path: a file for the output, also for input if it is a character device;
 *	NULL: standard input and output
 * @stop: not 0 once the program is to end
 * @error: out
 *
 * A terminal goes to raw mode; console_restore() undoes that, which also
 * happens when the program exits.
 *
 * Return: 0, or -1 with @error.
 */
int console_open(struct console *console, const char *path, struct timers *timers,
		 const volatile int *stop, struct error *error);

/** console_start() - begin to read input; @wake is called from another thread; 0 or -1 */
int console_start(struct console *console, void (*wake)(void *opaque), void *opaque,
		  struct error *error);

/** console_restore() - the terminal as it was; may be called at any time, by a signal handler too */
void console_restore(void);

/** console_send() - struct uart_line.send */
void console_send(void *console, uint8_t byte);

/** console_receive() - struct uart_line.receive */
size_t console_receive(void *console, uint8_t *bytes, size_t room);

/** console_flush() - write what has been gathered */
void console_flush(struct console *console);

#endif /* AXVMM_CONSOLE_H */
