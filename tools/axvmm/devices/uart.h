/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A 16550A serial port. */
#ifndef AXVMM_UART_H
#define AXVMM_UART_H

#include <stddef.h>

#include "device.h"

#define UART_FIFO 16

/**
 * struct uart_line - the other end of the line
 * @send: the guest sent @byte
 * @receive: take up to @room bytes that wait for the guest; returns how many
 */
struct uart_line {
	void (*send)(void *opaque, uint8_t byte);
	size_t (*receive)(void *opaque, uint8_t *bytes, size_t room);
	void *opaque;
};

/** struct uart_fifo - a ring of @count bytes from @first on */
struct uart_fifo {
	uint8_t bytes[UART_FIFO];
	uint8_t first;
	uint8_t count;
};

/**
 * struct uart - the port
 * @received: bytes from the line
 * @looped: bytes that the guest sent itself in loop mode
 * @polls: reads of the line status since the guest last set something up
 * @thr_interrupt: the transmitter's interrupt is due
 */
struct uart {
	struct irq_line irq;
	struct uart_line line;
	struct uart_fifo received;
	struct uart_fifo looped;
	uint8_t polls;
	bool thr_interrupt;
	bool fifo_enabled;
	uint8_t ier;
	uint8_t lcr;
	uint8_t mcr;
	uint8_t msr_delta;
	uint8_t scratch;
	uint8_t lsr_errors;
	uint16_t divisor;
};

void uart_init(struct uart *uart, struct bus *ports, uint16_t port, struct irq_line irq,
	       struct uart_line line);

/** uart_input() - something waits at @line.receive */
void uart_input(struct uart *uart);

#endif /* AXVMM_UART_H */
