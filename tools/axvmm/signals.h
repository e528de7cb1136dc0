/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals: the terminal is restored whatever ends the program. */
#ifndef AXVMM_SIGNALS_H
#define AXVMM_SIGNALS_H

#include <stdint.h>

/* The signal that asked the program to end, 0: none. */
extern volatile int signals_stop;

/** signals_init() - handle what would end the program */
void signals_init(void);

/**
 * signals_watch() - what a signal that asks to end has to stop
 * @immediate_exit: set to 1: the run page's, so that RUN does not begin
 * @wake_fd: an eventfd to write to
 */
void signals_watch(volatile uint8_t *immediate_exit, int wake_fd);

/** signals_die() - let signals_stop do what it would have done at first */
void signals_die(void);

#endif /* AXVMM_SIGNALS_H */
