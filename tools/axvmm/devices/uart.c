// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * After the data sheet of National's PC16550D. Sending takes no time.
 *
 * No received byte is lost: the line waits. A guest that sets its port up
 * throws away what it finds there, so received bytes show only to a guest that
 * is ready for them: it has enabled the interrupt, or, after its last set-up,
 * has asked the line status so often that it must be polling. What it has not
 * read when it clears the FIFO stays.
 */
#include "uart.h"

enum uart_register { DATA, IER, IIR_FCR, LCR, MCR, LSR, MSR, SCRATCH };

#define IER_RECEIVE  0x01
#define IER_TRANSMIT 0x02
#define IER_LINE     0x04
#define IER_MODEM    0x08

#define IIR_NONE     0x01
#define IIR_MODEM    0x00
#define IIR_TRANSMIT 0x02
#define IIR_RECEIVE  0x04
#define IIR_LINE     0x06
#define IIR_FIFO     0xc0

#define FCR_ENABLE 0x01

#define LCR_DIVISOR 0x80

#define MCR_DTR	 0x01
#define MCR_RTS	 0x02
#define MCR_OUT1 0x04
#define MCR_OUT2 0x08 /* lets the interrupt through, on a PC */
#define MCR_LOOP 0x10

#define LSR_DATA    0x01
#define LSR_OVERRUN 0x02
#define LSR_THR	    0x20
#define LSR_IDLE    0x40

#define MSR_CTS		  0x10
#define MSR_DSR		  0x20
#define MSR_RING	  0x40
#define MSR_DCD		  0x80
#define MSR_LINES	  0xf0
#define MSR_TRAILING_RING 0x04

#define POLLING 16 /* so many reads of the line status are no accident */

static bool loops(const struct uart *uart)
{
	return uart->mcr & MCR_LOOP;
}

/* Does the guest see what has been received? */
static bool has_data(const struct uart *uart)
{
	if (loops(uart))
		return uart->looped.count;
	return uart->received.count && ((uart->ier & IER_RECEIVE) || uart->polls >= POLLING);
}

static uint8_t interrupt_cause(const struct uart *uart)
{
	if ((uart->ier & IER_LINE) && uart->lsr_errors)
		return IIR_LINE;
	if ((uart->ier & IER_RECEIVE) && has_data(uart))
		return IIR_RECEIVE;
	if ((uart->ier & IER_TRANSMIT) && uart->thr_interrupt)
		return IIR_TRANSMIT;
	if ((uart->ier & IER_MODEM) && uart->msr_delta)
		return IIR_MODEM;
	return IIR_NONE;
}

static void update_irq(struct uart *uart)
{
	irq_line_set(&uart->irq,
		     interrupt_cause(uart) != IIR_NONE && (uart->mcr & MCR_OUT2) && !loops(uart));
}

static unsigned int capacity(const struct uart *uart)
{
	return uart->fifo_enabled ? UART_FIFO : 1;
}

static void fifo_put(struct uart_fifo *fifo, uint8_t byte)
{
	fifo->bytes[(fifo->first + fifo->count++) % UART_FIFO] = byte;
}

static uint8_t fifo_get(struct uart_fifo *fifo)
{
	uint8_t byte = fifo->bytes[fifo->first];

	fifo->first = (fifo->first + 1) % UART_FIFO;
	fifo->count--;
	return byte;
}

/* Take from the line what there is room for. */
static void refill(struct uart *uart)
{
	uint8_t bytes[UART_FIFO];
	size_t count, i;

	if (uart->received.count)
		return;
	count = uart->line.receive(uart->line.opaque, bytes, capacity(uart));
	for (i = 0; i < count; i++)
		fifo_put(&uart->received, bytes[i]);
}

static uint8_t read_data(struct uart *uart)
{
	if (!has_data(uart))
		return 0;
	return fifo_get(loops(uart) ? &uart->looped : &uart->received);
}

static void write_data(struct uart *uart, uint8_t byte)
{
	if (!loops(uart))
		uart->line.send(uart->line.opaque, byte);
	else if (uart->looped.count < capacity(uart))
		fifo_put(&uart->looped, byte);
	else
		uart->lsr_errors |= LSR_OVERRUN;
	uart->thr_interrupt = true;
}

static uint8_t modem_lines(const struct uart *uart)
{
	if (!loops(uart))
		return MSR_CTS | MSR_DSR | MSR_DCD;
	return (uart->mcr & MCR_RTS ? MSR_CTS : 0) | (uart->mcr & MCR_DTR ? MSR_DSR : 0) |
	       (uart->mcr & MCR_OUT1 ? MSR_RING : 0) | (uart->mcr & MCR_OUT2 ? MSR_DCD : 0);
}

static uint8_t read_iir(struct uart *uart)
{
	uint8_t cause = interrupt_cause(uart);

	if (cause == IIR_TRANSMIT)
		uart->thr_interrupt = false;
	return cause | (uart->fifo_enabled ? IIR_FIFO : 0);
}

static uint8_t read_lsr(struct uart *uart)
{
	uint8_t value = LSR_THR | LSR_IDLE | uart->lsr_errors;

	if (uart->polls < POLLING)
		uart->polls++;
	if (has_data(uart))
		value |= LSR_DATA;
	uart->lsr_errors = 0;
	return value;
}

static uint8_t read_msr(struct uart *uart)
{
	uint8_t value = modem_lines(uart) | uart->msr_delta;

	uart->msr_delta = 0;
	return value;
}

static void write_ier(struct uart *uart, uint8_t value)
{
	/* The transmitter is empty: switching its interrupt on raises it. */
	if (value & ~uart->ier & IER_TRANSMIT)
		uart->thr_interrupt = true;
	uart->ier = value & (IER_RECEIVE | IER_TRANSMIT | IER_LINE | IER_MODEM);
	uart->polls = 0;
}

static void write_fcr(struct uart *uart, uint8_t value)
{
	uart->fifo_enabled = value & FCR_ENABLE;
	uart->looped.count = 0;
	uart->polls = 0;
}

static void write_mcr(struct uart *uart, uint8_t value)
{
	uint8_t before = modem_lines(uart), changed;

	uart->mcr = value & (MCR_DTR | MCR_RTS | MCR_OUT1 | MCR_OUT2 | MCR_LOOP);
	changed = (before ^ modem_lines(uart)) & MSR_LINES;
	/* Of the ring indicator only the trailing edge counts. */
	if (!(before & MSR_RING))
		changed &= ~MSR_RING;
	uart->msr_delta |= changed >> 4;
}

static uint64_t uart_read(void *device, uint64_t offset, unsigned int width)
{
	struct uart *uart = device;
	bool divisor = uart->lcr & LCR_DIVISOR;
	uint8_t value = 0;

	(void)width;
	switch (offset) {
	case DATA:
		value = divisor ? uart->divisor & 0xff : read_data(uart);
		break;
	case IER:
		value = divisor ? uart->divisor >> 8 : uart->ier;
		break;
	case IIR_FCR:
		value = read_iir(uart);
		break;
	case LCR:
		value = uart->lcr;
		break;
	case MCR:
		value = uart->mcr;
		break;
	case LSR:
		value = read_lsr(uart);
		break;
	case MSR:
		value = read_msr(uart);
		break;
	case SCRATCH:
		value = uart->scratch;
		break;
	}
	/* What came while nobody looked, or waited for room. */
	refill(uart);
	update_irq(uart);
	return value;
}

static void uart_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	struct uart *uart = device;
	bool divisor = uart->lcr & LCR_DIVISOR;

	(void)width;
	switch (offset) {
	case DATA:
		if (divisor)
			uart->divisor = (uart->divisor & 0xff00) | value;
		else
			write_data(uart, value);
		break;
	case IER:
		if (divisor)
			uart->divisor = (uart->divisor & 0xff) | value << 8;
		else
			write_ier(uart, value);
		break;
	case IIR_FCR:
		write_fcr(uart, value);
		break;
	case LCR:
		uart->lcr = value;
		break;
	case MCR:
		write_mcr(uart, value);
		break;
	case SCRATCH:
		uart->scratch = value;
		break;
	}
	update_irq(uart);
}

void uart_input(struct uart *uart)
{
	refill(uart);
	update_irq(uart);
}

static const struct bus_device ops = { uart_read, uart_write, 1 };

void uart_init(struct uart *uart, struct bus *ports, uint16_t port, struct irq_line irq,
	       struct uart_line line)
{
	*uart = (struct uart){ .irq = irq, .line = line, .divisor = 12 };
	bus_add(ports, port, 8, &ops, uart);
}
