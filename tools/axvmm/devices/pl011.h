/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A serial port of Arm's (PL011, DDI 0183). It sends at once, and of what was received
 * one byte waits in it. It works whether it is switched on or not, as long as a program
 * does not look.
 */
#ifndef AXVMM_PL011_H
#define AXVMM_PL011_H

#include <stddef.h>

#include "device.h"

#define PL011_SIZE 0x1000

/** struct pl011_line - the other end: as struct uart_line */
struct pl011_line {
	void (*send)(void *opaque, uint8_t byte);
	size_t (*receive)(void *opaque, uint8_t *bytes, size_t room);
	void *opaque;
};

/**
 * struct pl011 - its state
 * @ready: @byte was received and waits
 * @cleared: the receiver's interrupts were cleared, and FR not read since: it shows
 *	once that nothing waits. A driver that opens the port throws away what it finds;
 *	on a real line what is typed comes later.
 * @sent: the transmitter's interrupt is due
 * @control: what was written to the registers that do nothing here, by offset / 4
 */
struct pl011 {
	struct irq_line irq;
	struct pl011_line line;
	bool ready;
	bool cleared;
	bool sent;
	uint8_t byte;
	uint32_t control[20];
};

void pl011_init(struct pl011 *uart, struct bus *bus, uint64_t gpa, struct irq_line irq,
		struct pl011_line line);

/** pl011_input() - something waits at @line.receive */
void pl011_input(struct pl011 *uart);

#endif /* AXVMM_PL011_H */
