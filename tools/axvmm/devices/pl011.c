// SPDX-License-Identifier: GPL-3.0-or-later
#include "pl011.h"

/* Registers (DDI 0183, table 3-1). */
#define DR    0x000
#define FR    0x018
#define IBRD  0x024
#define IMSC  0x038
#define RIS   0x03c
#define MIS   0x040
#define ICR   0x044
#define DMACR 0x048
#define ID    0xfe0 /* eight of them, a byte each */

#define FR_RXFE 0x10 /* nothing was received */
#define FR_TXFE 0x80 /* all was sent */

/* Interrupts: received, sent, received and nothing since for a while. */
#define RX 0x10
#define TX 0x20
#define RT 0x40

static const uint8_t id[8] = { 0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

static bool receive(struct pl011 *uart)
{
	if (!uart->ready)
		uart->ready = uart->line.receive(uart->line.opaque, &uart->byte, 1) == 1;
	return uart->ready;
}

/* A byte that waits is both: drivers wait for one of them, by how they set it up. */
static uint32_t raw(struct pl011 *uart)
{
	return (receive(uart) ? RX | RT : 0) | (uart->sent ? TX : 0);
}

static void update(struct pl011 *uart)
{
	irq_line_set(&uart->irq, raw(uart) & uart->control[IMSC / 4]);
}

void pl011_input(struct pl011 *uart)
{
	update(uart);
}

/* Those that keep what is written: divisors, line control, control, masks, DMA. */
static uint32_t *control(struct pl011 *uart, uint64_t offset)
{
	bool kept = (offset >= IBRD && offset <= IMSC) || offset == DMACR;

	return kept && offset % 4 == 0 ? &uart->control[offset / 4] : NULL;
}

static uint32_t read_data(struct pl011 *uart)
{
	if (!receive(uart))
		return 0;
	uart->ready = false;
	return uart->byte;
}

static uint32_t read_flags(struct pl011 *uart)
{
	bool shown = receive(uart) && !uart->cleared;

	uart->cleared = false;
	return FR_TXFE | (shown ? 0 : FR_RXFE);
}

static uint64_t pl011_read(void *device, uint64_t offset, unsigned int width)
{
	struct pl011 *uart = device;
	const uint32_t *kept = control(uart, offset);
	uint64_t value = 0;

	(void)width;
	if (kept)
		return *kept;
	switch (offset) {
	case DR:
		value = read_data(uart);
		break;
	case FR:
		value = read_flags(uart);
		break;
	case RIS:
		value = raw(uart);
		break;
	case MIS:
		value = raw(uart) & uart->control[IMSC / 4];
		break;
	default:
		return offset >= ID && offset % 4 == 0 ? id[(offset - ID) / 4] : 0;
	}
	update(uart);
	return value;
}

static void pl011_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	struct pl011 *uart = device;
	uint32_t *kept = control(uart, offset);

	(void)width;
	if (kept) {
		*kept = value;
	} else if (offset == DR) {
		uart->line.send(uart->line.opaque, value);
		uart->sent = true;
	} else if (offset == ICR) {
		uart->sent = uart->sent && !(value & TX);
		uart->cleared = uart->cleared || value & (RX | RT);
	}
	update(uart);
}

void pl011_init(struct pl011 *uart, struct bus *bus, uint64_t gpa, struct irq_line irq,
		struct pl011_line line)
{
	static const struct bus_device ops = { pl011_read, pl011_write, 8 };

	*uart = (struct pl011){ .irq = irq, .line = line };
	bus_add(bus, gpa, PL011_SIZE, &ops, uart);
}
