// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm's i8254: interrupts of channel 0, calibration by channel 2, latches. */
#include "axvmm_fixture.h"
#include "tools/axvmm/devices/pit.h"

#define MS 1000000ULL

struct setup {
	struct fixture f;
	struct pit pit;
};

static struct setup *make(void)
{
	static struct setup s;

	fixture_init(&s.f);
	pit_init(&s.pit, &s.f.ports, &s.f.timers, fixture_line(&s.f));
	return &s;
}

static void program(struct setup *s, unsigned int channel, uint8_t control, uint16_t count)
{
	out8(&s->f, 0x43, channel << 6 | control);
	out8(&s->f, 0x40 + channel, count & 0xff);
	out8(&s->f, 0x40 + channel, count >> 8);
}

static uint16_t read_count(struct setup *s, unsigned int channel)
{
	uint16_t low = in8(&s->f, 0x40 + channel);

	return low | in8(&s->f, 0x40 + channel) << 8;
}

static uint64_t ticks(uint64_t count)
{
	return scale_up(count, NS_PER_SECOND, PIT_HZ);
}

static void test_periodic_interrupt(void **state)
{
	struct setup *s = make();

	(void)state;
	/* Mode 2 at 250 Hz: what Linux takes for its tick. */
	program(s, 0, 0x34, 4773);
	assert_int_equal(s->f.edges, 0);
	fixture_pass(&s->f, ticks(4773) - 1);
	assert_int_equal(s->f.edges, 0);
	fixture_pass(&s->f, 1);
	assert_int_equal(s->f.edges, 1);
	/* No drift: after a second of small steps exactly as many as fit. */
	fixture_pass_slowly(&s->f, NS_PER_SECOND, 100000);
	assert_in_range(s->f.edges, 250, 251);
}

static void test_missed_ticks_merge(void **state)
{
	struct setup *s = make();

	(void)state;
	program(s, 0, 0x34, 1193);
	fixture_pass(&s->f, 100 * MS);
	assert_int_equal(s->f.edges, 1);
	assert_true(s->f.timers.next_ns > s->f.timers.now_ns);
	assert_true(s->f.timers.next_ns <= s->f.timers.now_ns + ticks(1193));
}

static void test_square_wave_interrupts_as_often(void **state)
{
	struct setup *s = make();

	(void)state;
	program(s, 0, 0x36, 0); /* 65536: what a PC starts with */
	fixture_pass_slowly(&s->f, NS_PER_SECOND, 100000);
	assert_int_equal(s->f.edges, 18);
}

static void test_one_shot(void **state)
{
	struct setup *s = make();

	(void)state;
	/* Mode 4: Linux' one-shot timer. */
	program(s, 0, 0x38, 11932);
	fixture_pass(&s->f, 9 * MS);
	assert_int_equal(s->f.edges, 0);
	fixture_pass(&s->f, 2 * MS);
	assert_int_equal(s->f.edges, 1);
	assert_int_equal(s->f.timers.next_ns, 0);
	fixture_pass(&s->f, 100 * MS);
	assert_int_equal(s->f.edges, 1);
	/* A new count, same mode. */
	out8(&s->f, 0x40, 0x10);
	out8(&s->f, 0x40, 0x00);
	fixture_pass(&s->f, 1 * MS);
	assert_int_equal(s->f.edges, 2);
}

static void test_one_shot_by_terminal_count(void **state)
{
	struct setup *s = make();

	(void)state;
	program(s, 0, 0x30, 1193);
	assert_false(s->f.level);
	fixture_pass(&s->f, 2 * MS);
	assert_int_equal(s->f.edges, 1);
	assert_true(s->f.level);
	/* The first byte of a new count stops it. */
	out8(&s->f, 0x40, 0x10);
	fixture_pass(&s->f, 100 * MS);
	assert_int_equal(s->f.edges, 1);
	out8(&s->f, 0x40, 0x00);
	assert_false(s->f.level);
	fixture_pass(&s->f, 1 * MS);
	assert_int_equal(s->f.edges, 2);
}

static void test_control_word_stops(void **state)
{
	struct setup *s = make();

	(void)state;
	program(s, 0, 0x34, 1000);
	out8(&s->f, 0x43, 0x30);
	fixture_pass(&s->f, 100 * MS);
	assert_int_equal(s->f.edges, 0);
	assert_int_equal(s->f.timers.next_ns, 0);
}

/* Linux' pit_calibrate_tsc(): mode 0 on channel 2, then wait for the output. */
static void test_calibration(void **state)
{
	struct setup *s = make();
	uint16_t latch = PIT_HZ / 100;
	uint64_t start;

	(void)state;
	out8(&s->f, 0x61, (in8(&s->f, 0x61) & ~2) | 1);
	program(s, 2, 0x30, latch);
	start = s->f.timers.now_ns;
	assert_false(in8(&s->f, 0x61) & 0x20);
	while (!(in8(&s->f, 0x61) & 0x20))
		fixture_pass(&s->f, 1000);
	assert_in_range(s->f.timers.now_ns - start, 10 * MS - 2000, 10 * MS + 2000);
	assert_int_equal(s->f.edges, 0);
}

/* Linux' quick_pit_calibrate(): watches the high byte go down. */
static void test_count_goes_down(void **state)
{
	struct setup *s = make();

	(void)state;
	out8(&s->f, 0x61, 1);
	program(s, 2, 0x30, 0xffff);
	assert_int_equal(read_count(s, 2), 0xffff);
	fixture_pass(&s->f, ticks(0x0100));
	assert_in_range(read_count(s, 2), 0xfefe, 0xfeff);
	fixture_pass(&s->f, ticks(0xff00));
	/* It wraps, and the output stays. */
	assert_in_range(read_count(s, 2), 0xfffe, 0xffff);
	assert_true(in8(&s->f, 0x61) & 0x20);
}

static void test_gate(void **state)
{
	struct setup *s = make();

	(void)state;
	out8(&s->f, 0x61, 0);
	program(s, 2, 0x30, 1000);
	fixture_pass(&s->f, 10 * MS);
	assert_int_equal(read_count(s, 2), 1000);
	out8(&s->f, 0x61, 1);
	fixture_pass(&s->f, ticks(400));
	out8(&s->f, 0x61, 0);
	fixture_pass(&s->f, 10 * MS);
	assert_in_range(read_count(s, 2), 598, 600);
	assert_false(in8(&s->f, 0x61) & 0x20);
	out8(&s->f, 0x61, 1);
	fixture_pass(&s->f, ticks(601));
	assert_true(in8(&s->f, 0x61) & 0x20);
}

static void test_gate_triggers_and_restarts(void **state)
{
	struct setup *s = make();

	(void)state;
	out8(&s->f, 0x61, 0);
	program(s, 2, 0x32, 1000); /* mode 1 */
	assert_true(in8(&s->f, 0x61) & 0x20);
	out8(&s->f, 0x61, 1);
	assert_false(in8(&s->f, 0x61) & 0x20);
	fixture_pass(&s->f, ticks(1001));
	assert_true(in8(&s->f, 0x61) & 0x20);

	program(s, 2, 0x34, 1000); /* mode 2 */
	fixture_pass(&s->f, ticks(700));
	out8(&s->f, 0x61, 0);
	out8(&s->f, 0x61, 1);
	assert_int_equal(read_count(s, 2), 1000);
}

static void test_latches(void **state)
{
	struct setup *s = make();
	uint16_t latched;

	(void)state;
	program(s, 0, 0x34, 50000);
	fixture_pass(&s->f, ticks(100));
	out8(&s->f, 0x43, 0x00);
	fixture_pass(&s->f, ticks(1000));
	out8(&s->f, 0x43, 0x00); /* the first latch holds */
	latched = read_count(s, 0);
	assert_in_range(latched, 49899, 49900);
	assert_in_range(read_count(s, 0), 48898, 48900);
}

static void test_read_back(void **state)
{
	struct setup *s = make();

	(void)state;
	out8(&s->f, 0x43, 0x34);
	out8(&s->f, 0x43, 0xe2);				/* status of channel 0 */
	assert_int_equal(in8(&s->f, 0x40), 0x80 | 0x40 | 0x34); /* null count */
	program(s, 0, 0x34, 1000);
	fixture_pass(&s->f, ticks(10));
	out8(&s->f, 0x43, 0xc2); /* status and count */
	assert_int_equal(in8(&s->f, 0x40), 0x80 | 0x34);
	assert_in_range(read_count(s, 0), 989, 990);
	out8(&s->f, 0x43, 0xdc); /* counts of channels 1 and 2 */
	assert_false(s->pit.channel[0].count_latched);
	assert_true(s->pit.channel[1].count_latched);
	assert_true(s->pit.channel[2].count_latched);
}

static void test_single_byte_counts(void **state)
{
	struct setup *s = make();

	(void)state;
	out8(&s->f, 0x43, 0x14); /* low byte, mode 2 */
	out8(&s->f, 0x40, 100);
	assert_int_equal(s->pit.channel[0].count, 100);
	assert_int_equal(in8(&s->f, 0x40), 100);
	out8(&s->f, 0x43, 0x24); /* high byte */
	out8(&s->f, 0x40, 2);
	assert_int_equal(s->pit.channel[0].count, 0x200);
	assert_int_equal(in8(&s->f, 0x40), 2);
	/* Each byte of a BCD count is two digits. */
	program(s, 0, 0x35, 0x1234);
	assert_int_equal(s->pit.channel[0].count, 1234);
	assert_int_equal(read_count(s, 0), 0x1234);
	program(s, 0, 0x35, 0);
	assert_int_equal(s->pit.channel[0].count, 10000);
	assert_int_equal(read_count(s, 0), 0);
}

/* Any bytes, any time: nothing divides by zero or overflows. */
static void test_survives_noise(void **state)
{
	struct setup *s = make();
	uint32_t seed = 1;
	unsigned int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		static const uint16_t ports[] = { 0x40, 0x41, 0x42, 0x43, 0x61 };
		uint16_t port;

		seed = seed * 1664525 + 1013904223;
		port = ports[(seed >> 8) % 5];
		if (seed >> 31)
			out8(&s->f, port, seed >> 16);
		else
			in8(&s->f, port);
		fixture_pass(&s->f, seed >> 12 & 0xfffff);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_periodic_interrupt),
		cmocka_unit_test(test_missed_ticks_merge),
		cmocka_unit_test(test_square_wave_interrupts_as_often),
		cmocka_unit_test(test_one_shot),
		cmocka_unit_test(test_one_shot_by_terminal_count),
		cmocka_unit_test(test_control_word_stops),
		cmocka_unit_test(test_calibration),
		cmocka_unit_test(test_count_goes_down),
		cmocka_unit_test(test_gate),
		cmocka_unit_test(test_gate_triggers_and_restarts),
		cmocka_unit_test(test_latches),
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_single_byte_counts),
		cmocka_unit_test(test_survives_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
