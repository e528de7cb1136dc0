// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm's PL011, for a program that polls it and one that waits for its interrupt. */
#include "axvmm_fixture.h"
#include "tools/axvmm/devices/pl011.h"

#define BASE 0x9000000
enum {
	DR = 0,
	FR = 0x18,
	IBRD = 0x24,
	IMSC = 0x38,
	RIS = 0x3c,
	MIS = 0x40,
	ICR = 0x44,
	DMACR = 0x48,
	ID = 0xfe0,
};

#define RXFE 0x10
#define TXFF 0x20
#define TXFE 0x80

/* Interrupts. */
#define RX 0x10
#define TX 0x20
#define RT 0x40

struct setup {
	struct fixture fixture; /* the interrupt line */
	struct bus bus;
	struct pl011 uart;
	char sent[16];
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
	s.typed = "";
	fixture_init(&s.fixture);
	pl011_init(&s.uart, &s.bus, BASE, fixture_line(&s.fixture),
		   (struct pl011_line){ send, receive, &s });
	return &s;
}

static uint32_t get(struct setup *s, unsigned int reg)
{
	return bus_read(&s->bus, BASE + reg, 4);
}

static void set(struct setup *s, unsigned int reg, uint32_t value)
{
	bus_write(&s->bus, BASE + reg, 4, value);
}

static void test_sends(void **state)
{
	struct setup *s = make();

	(void)state;
	assert_int_equal(get(s, FR) & (TXFF | TXFE), TXFE);
	set(s, DR, 'a');
	bus_write(&s->bus, BASE + DR, 1, 'b');
	set(s, DR, 0x100 | 'c');
	assert_int_equal(s->sent_count, 3);
	assert_memory_equal(s->sent, "abc", 3);
	assert_int_equal(get(s, FR) & (TXFF | TXFE), TXFE);
}

static void test_receives_what_is_typed_once(void **state)
{
	struct setup *s = make();

	(void)state;
	assert_int_equal(get(s, FR) & RXFE, RXFE);
	assert_int_equal(get(s, DR), 0);
	s->typed = "xy";
	assert_int_equal(get(s, FR) & RXFE, 0);
	assert_int_equal(get(s, FR) & RXFE, 0);
	assert_int_equal(get(s, DR), 'x');
	assert_int_equal(bus_read(&s->bus, BASE + DR, 1), 'y');
	assert_int_equal(get(s, FR) & RXFE, RXFE);
	assert_int_equal(get(s, DR), 0);
}

static void test_is_a_pl011(void **state)
{
	static const uint8_t id[8] = { 0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
	struct setup *s = make();
	unsigned int i;

	(void)state;
	for (i = 0; i < 8; i++)
		assert_int_equal(get(s, ID + 4 * i), id[i]);
}

static void test_controls_are_kept(void **state)
{
	struct setup *s = make();
	unsigned int reg;

	(void)state;
	for (reg = IBRD; reg <= IMSC; reg += 4)
		set(s, reg, 0x100 + reg);
	set(s, DMACR, 7);
	for (reg = IBRD; reg <= IMSC; reg += 4)
		assert_int_equal(get(s, reg), 0x100 + reg);
	assert_int_equal(get(s, DMACR), 7);
	assert_int_equal(s->sent_count, 0);
}

static void test_interrupt_of_the_receiver(void **state)
{
	struct setup *s = make();

	(void)state;
	s->typed = "xy";
	pl011_input(&s->uart);
	assert_int_equal(get(s, RIS), RX | RT);
	assert_int_equal(get(s, MIS), 0);
	assert_false(s->fixture.level);
	set(s, IMSC, RT);
	assert_int_equal(get(s, MIS), RT);
	assert_true(s->fixture.level);
	assert_int_equal(get(s, DR), 'x');
	assert_true(s->fixture.level);
	assert_int_equal(get(s, DR), 'y');
	assert_false(s->fixture.level);
	assert_int_equal(get(s, RIS), 0);
	s->typed = "z";
	pl011_input(&s->uart);
	assert_true(s->fixture.level);
	set(s, IMSC, 0);
	assert_false(s->fixture.level);
}

static void test_interrupt_of_the_transmitter(void **state)
{
	struct setup *s = make();

	(void)state;
	set(s, IMSC, TX);
	assert_false(s->fixture.level);
	set(s, DR, 'a');
	assert_true(s->fixture.level);
	assert_int_equal(get(s, MIS), TX);
	set(s, ICR, RX | RT);
	assert_true(s->fixture.level);
	set(s, ICR, TX);
	assert_false(s->fixture.level);
	assert_int_equal(get(s, RIS), 0);
}

/* A driver that opens the port: what was typed before is not thrown away. */
static void test_what_waits_survives_being_drained(void **state)
{
	struct setup *s = make();
	unsigned int i;

	(void)state;
	s->typed = "xy";
	pl011_input(&s->uart);
	set(s, ICR, RX | RT);
	for (i = 0; i < 32 && !(get(s, FR) & RXFE); i++)
		get(s, DR);
	assert_int_equal(i, 0);
	set(s, IMSC, RX | RT);
	assert_true(s->fixture.level);
	assert_int_equal(get(s, FR) & RXFE, 0);
	assert_int_equal(get(s, DR), 'x');
	assert_int_equal(get(s, DR), 'y');
}

static void test_survives_noise(void **state)
{
	struct setup *s = make();
	unsigned int offset, width;

	(void)state;
	for (offset = 1; offset < PL011_SIZE; offset++)
		for (width = 1; width <= 8; width *= 2) {
			bus_write(&s->bus, BASE + offset, width, ~0ULL);
			bus_read(&s->bus, BASE + offset, width);
		}
	assert_int_equal(s->sent_count, 0);
	assert_int_equal(get(s, FR) & RXFE, RXFE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sends),
		cmocka_unit_test(test_receives_what_is_typed_once),
		cmocka_unit_test(test_is_a_pl011),
		cmocka_unit_test(test_controls_are_kept),
		cmocka_unit_test(test_interrupt_of_the_receiver),
		cmocka_unit_test(test_interrupt_of_the_transmitter),
		cmocka_unit_test(test_what_waits_survives_being_drained),
		cmocka_unit_test(test_survives_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
