// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm's 16550: what Linux does to find, open and use it, and that no input is lost. */
#include "axvmm_fixture.h"
#include "tools/axvmm/devices/uart.h"

#define BASE 0x3f8
enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCRATCH, FCR = IIR };

struct setup {
	struct fixture f;
	struct uart uart;
	char sent[256];
	size_t sent_count;
	const char *typed;
};

static void send(void *opaque, uint8_t byte)
{
	struct setup *s = opaque;

	assert_true(s->sent_count < sizeof(s->sent));
	s->sent[s->sent_count++] = byte;
}

static size_t receive(void *opaque, uint8_t *bytes, size_t room)
{
	struct setup *s = opaque;
	size_t count = strnlen(s->typed, room);

	memcpy(bytes, s->typed, count);
	s->typed += count;
	return count;
}

static struct setup *make(void)
{
	static struct setup s;

	memset(&s, 0, sizeof(s));
	fixture_init(&s.f);
	s.typed = "";
	uart_init(&s.uart, &s.f.ports, BASE, fixture_line(&s.f),
		  (struct uart_line){ send, receive, &s });
	return &s;
}

static uint8_t get(struct setup *s, unsigned int reg)
{
	return in8(&s->f, BASE + reg);
}

static void set(struct setup *s, unsigned int reg, uint8_t value)
{
	out8(&s->f, BASE + reg, value);
}

static void type(struct setup *s, const char *text)
{
	s->typed = text;
	uart_input(&s->uart);
}

/* Linux' serial8250_do_startup() as far as it touches input, and open. */
static void linux_startup(struct setup *s)
{
	set(s, FCR, 0x01);
	set(s, FCR, 0x07);
	set(s, FCR, 0x00);
	get(s, LSR);
	get(s, DATA);
	get(s, IIR);
	get(s, MSR);
	set(s, LCR, 0x03);
	set(s, MCR, 0x08);
	set(s, IER, 0x02);
	get(s, LSR);
	get(s, IIR);
	set(s, IER, 0x00);
	get(s, LSR);
	get(s, DATA);
	get(s, IIR);
	get(s, MSR);
	set(s, IER, 0x05);
	set(s, FCR, 0x81);
	set(s, MCR, 0x0b);
}

static void assert_read(struct setup *s, const char *expected)
{
	for (; *expected; expected++) {
		assert_true(get(s, LSR) & 0x01);
		assert_int_equal(get(s, DATA), *expected);
	}
	assert_false(get(s, LSR) & 0x01);
}

/* Linux' autoconfig(): what makes it say 16550A. */
static void test_linux_detects_a_16550a(void **state)
{
	struct setup *s = make();

	(void)state;
	set(s, IER, 0x00);
	assert_int_equal(get(s, IER) & 0x0f, 0);
	set(s, IER, 0x0f);
	assert_int_equal(get(s, IER), 0x0f);
	set(s, IER, 0xff);
	assert_int_equal(get(s, IER), 0x0f); /* no 16750 */
	set(s, IER, 0);
	set(s, MCR, 0x10 | 0x0a);
	assert_int_equal(get(s, MSR) & 0xf0, 0x90);
	set(s, MCR, 0);
	set(s, LCR, 0xbf);
	set(s, 2, 0);
	set(s, LCR, 0);
	set(s, FCR, 0x01);
	assert_int_equal(get(s, IIR) >> 6, 3);
	/* The divisor latch is not an extended feature register. */
	set(s, LCR, 0x80);
	set(s, DATA, 0x01);
	set(s, IER, 0x02);
	assert_int_equal(get(s, DATA), 0x01);
	assert_int_equal(get(s, IER), 0x02);
	set(s, LCR, 0x03);
	assert_int_equal(get(s, LCR), 0x03);
	set(s, SCRATCH, 0xa5);
	assert_int_equal(get(s, SCRATCH), 0xa5);
	assert_int_equal(s->sent_count, 0);
	assert_int_equal(s->f.edges, 0);
}

static void test_sends(void **state)
{
	struct setup *s = make();

	(void)state;
	assert_int_equal(get(s, LSR), 0x60);
	set(s, DATA, 'h');
	set(s, DATA, 'i');
	assert_memory_equal(s->sent, "hi", 2);
	assert_int_equal(get(s, LSR), 0x60);
}

/* Linux' serial8250_THRE_test(). */
static void test_transmit_interrupt_comes_back(void **state)
{
	struct setup *s = make();

	(void)state;
	set(s, MCR, 0x08);
	set(s, IER, 0x02);
	assert_int_equal(get(s, IIR), 0x02);
	assert_int_equal(get(s, IIR), 0x01); /* reading it clears it */
	set(s, IER, 0x00);
	set(s, IER, 0x02);
	assert_int_equal(get(s, IIR), 0x02);
}

static void test_transmit_interrupt_is_an_edge_each_time(void **state)
{
	struct setup *s = make();

	(void)state;
	set(s, MCR, 0x08);
	set(s, IER, 0x02);
	assert_int_equal(s->f.edges, 1);
	get(s, IIR);
	assert_false(s->f.level);
	set(s, DATA, 'x');
	assert_int_equal(s->f.edges, 2);
	get(s, IIR);
	set(s, IER, 0x00);
	assert_false(s->f.level);
}

static void test_out2_gates_the_interrupt(void **state)
{
	struct setup *s = make();

	(void)state;
	set(s, IER, 0x02);
	assert_false(s->f.level);
	set(s, MCR, 0x08);
	assert_true(s->f.level);
	set(s, MCR, 0x00);
	assert_false(s->f.level);
}

static void test_receives_by_interrupt(void **state)
{
	struct setup *s = make();

	(void)state;
	linux_startup(s);
	type(s, "hello, this is longer than sixteen bytes");
	assert_true(s->f.level);
	assert_int_equal(get(s, IIR), 0xc4);
	assert_read(s, "hello, this is longer than sixteen bytes");
	assert_false(s->f.level);
	assert_int_equal(get(s, IIR), 0xc1);
	type(s, "!");
	assert_true(s->f.level);
}

static void test_receive_comes_before_transmit(void **state)
{
	struct setup *s = make();

	(void)state;
	linux_startup(s);
	set(s, IER, 0x07);
	type(s, "a");
	assert_int_equal(get(s, IIR), 0xc4);
	get(s, DATA);
	assert_int_equal(get(s, IIR), 0xc2);
	assert_int_equal(get(s, IIR), 0xc1);
}

/* Typed before the guest has opened its port, and while its kernel prints. */
static void test_nothing_early_is_lost(void **state)
{
	struct setup *s = make();
	unsigned int i;

	(void)state;
	type(s, "echo early\n");
	for (i = 0; i < 100; i++) {
		get(s, LSR);
		set(s, DATA, '.');
	}
	linux_startup(s);
	assert_true(s->f.level);
	assert_read(s, "echo early\n");
}

static void test_a_second_start_loses_nothing(void **state)
{
	struct setup *s = make();

	(void)state;
	linux_startup(s);
	type(s, "0123456789abcdefghij");
	assert_int_equal(get(s, DATA), '0');
	set(s, IER, 0);
	linux_startup(s);
	assert_read(s, "123456789abcdefghij");
}

static void test_who_polls_is_served(void **state)
{
	struct setup *s = make();
	unsigned int polls = 0;

	(void)state;
	set(s, FCR, 0x07);
	type(s, "ab");
	/* Reading without asking: there is nothing, and nothing is lost. */
	assert_int_equal(get(s, DATA), 0);
	while (!(get(s, LSR) & 0x01))
		assert_true(++polls < 20);
	assert_read(s, "ab");
}

static void test_loop(void **state)
{
	struct setup *s = make();
	unsigned int i;

	(void)state;
	linux_startup(s);
	type(s, "typed");
	set(s, MCR, 0x1b);
	assert_false(s->f.level);
	for (i = 0; i < 17; i++)
		set(s, DATA, 'A' + i);
	assert_int_equal(s->sent_count, 0);
	assert_int_equal(get(s, LSR), 0x63); /* overrun */
	assert_int_equal(get(s, LSR), 0x61);
	for (i = 0; i < 16; i++)
		assert_int_equal(get(s, DATA), 'A' + i);
	assert_false(get(s, LSR) & 0x01);
	/* What came from the line has waited. */
	set(s, MCR, 0x0b);
	assert_read(s, "typed");
}

static void test_modem_lines(void **state)
{
	struct setup *s = make();

	(void)state;
	assert_int_equal(get(s, MSR), 0xb0);
	set(s, IER, 0x08);
	set(s, MCR, 0x1c); /* loop: OUT1 and OUT2, so ring and carrier */
	assert_int_equal(get(s, MSR), 0xc0 | 0x03);
	set(s, MCR, 0x18);
	assert_int_equal(get(s, MSR), 0x80 | 0x04); /* the ring ended */
	assert_int_equal(get(s, IIR) & 0x0f, 0x01);
	set(s, MCR, 0x08);
	assert_true(s->f.level); /* back to what the line has */
	assert_int_equal(get(s, IIR) & 0x0f, 0x00);
	get(s, MSR);
	assert_false(s->f.level);
}

static void test_survives_noise(void **state)
{
	struct setup *s = make();
	uint32_t seed = 1;
	unsigned int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		seed = seed * 1664525 + 1013904223;
		if (seed >> 31)
			set(s, seed >> 8 & 7, seed >> 16);
		else
			get(s, seed >> 8 & 7);
		s->sent_count = 0;
		if (!*s->typed)
			type(s, "noise");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linux_detects_a_16550a),
		cmocka_unit_test(test_sends),
		cmocka_unit_test(test_transmit_interrupt_comes_back),
		cmocka_unit_test(test_transmit_interrupt_is_an_edge_each_time),
		cmocka_unit_test(test_out2_gates_the_interrupt),
		cmocka_unit_test(test_receives_by_interrupt),
		cmocka_unit_test(test_receive_comes_before_transmit),
		cmocka_unit_test(test_nothing_early_is_lost),
		cmocka_unit_test(test_a_second_start_loses_nothing),
		cmocka_unit_test(test_who_polls_is_served),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_modem_lines),
		cmocka_unit_test(test_survives_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
