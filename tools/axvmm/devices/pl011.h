/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A serial port of Arm's (PL011, DDI 0183): what a program needs that polls it. It
 * sends at once, and its interrupts are nowhere connected.
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
 * @control: what was written to the registers that do nothing here, by offset / 4
 */
struct pl011 {
	struct pl011_line line;
	bool ready;
	uint8_t byte;
	uint32_t control[20];
};

void pl011_init(struct pl011 *uart, struct bus *bus, uint64_t gpa, struct pl011_line line);

#endif /* AXVMM_PL011_H */
