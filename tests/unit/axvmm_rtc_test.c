// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm's clock: the time in every form, setting it, its interrupts, the memory size. */
#include "axvmm_fixture.h"
#include "tools/axvmm/devices/rtc.h"

#define MS	  1000000ULL
#define GIB	  (1ULL << 30)
#define MOMENT	  1709210096ULL /* Thursday, 2024-02-29 12:34:56 UTC */
#define ALARM_ANY 0xff

struct setup {
	struct fixture f;
	struct rtc rtc;
};

static struct setup setup;

/* The host's clock runs with the machine's. */
static uint64_t wall(void)
{
	return (MOMENT - 1) * NS_PER_SECOND + setup.f.timers.now_ns;
}

static struct setup *make(void)
{
	fixture_init(&setup.f);
	rtc_init(&setup.rtc, &setup.f.ports, &setup.f.timers, fixture_line(&setup.f), wall,
		 256ULL << 20, 5 * GIB);
	return &setup;
}

static uint8_t get(struct setup *s, uint8_t index)
{
	out8(&s->f, 0x70, index);
	return in8(&s->f, 0x71);
}

static void set(struct setup *s, uint8_t index, uint8_t value)
{
	out8(&s->f, 0x70, index);
	out8(&s->f, 0x71, value);
}

static void assert_time(struct setup *s, const uint8_t expected[8])
{
	static const uint8_t index[8] = { 0x32, 9, 8, 7, 6, 4, 2, 0 };
	unsigned int i;

	for (i = 0; i < 8; i++)
		assert_int_equal(get(s, index[i]), expected[i]);
}

static void test_time_of_the_host(void **state)
{
	static const uint8_t bcd[8] = { 0x20, 0x24, 0x02, 0x29, 5, 0x12, 0x34, 0x56 };
	static const uint8_t later[8] = { 0x20, 0x24, 0x02, 0x29, 5, 0x12, 0x35, 0x00 };
	static const uint8_t binary[8] = { 20, 24, 2, 29, 5, 12, 34, 56 };
	struct setup *s = make();

	(void)state;
	assert_int_equal(get(s, 0x0b), 0x02);
	assert_int_equal(get(s, 0x0d), 0x80);
	assert_time(s, bcd);
	set(s, 0x0b, 0x06);
	assert_time(s, binary);
	set(s, 0x0b, 0x02);
	fixture_pass(&s->f, 4 * NS_PER_SECOND);
	assert_time(s, later);
}

static void test_twelve_hours(void **state)
{
	struct setup *s = make();

	(void)state;
	set(s, 0x0b, 0x00);
	assert_int_equal(get(s, 4), 0x92); /* 12 in the afternoon */
	fixture_pass(&s->f, 3600 * NS_PER_SECOND);
	assert_int_equal(get(s, 4), 0x81);
	fixture_pass(&s->f, 11 * 3600 * NS_PER_SECOND);
	assert_int_equal(get(s, 4), 0x12); /* after midnight */
	assert_int_equal(get(s, 7), 0x01);
	assert_int_equal(get(s, 8), 0x03);
}

static void test_update_in_progress(void **state)
{
	struct setup *s = make();
	unsigned int busy = 0, i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		if (get(s, 0x0a) & 0x80)
			busy++;
		fixture_pass(&s->f, MS / 10);
	}
	assert_in_range(busy, 20, 24); /* of 10000: 2.2 ms of a second */
	assert_int_equal(get(s, 0x0a) & 0x7f, 0x26);
}

static void test_setting(void **state)
{
	static const uint8_t value[8] = { 0x19, 0x99, 0x12, 0x31, 6, 0x23, 0x59, 0x58 };
	static const uint8_t after[8] = { 0x20, 0x00, 0x01, 0x01, 7, 0x00, 0x00, 0x01 };
	static const uint8_t index[8] = { 0x32, 9, 8, 7, 6, 4, 2, 0 };
	struct setup *s = make();
	unsigned int i;

	(void)state;
	set(s, 0x0b, 0x82);
	for (i = 0; i < 8; i++)
		set(s, index[i], value[i]);
	fixture_pass(&s->f, 60 * NS_PER_SECOND);
	assert_time(s, value);
	set(s, 0x0b, 0x02);
	assert_time(s, value);
	fixture_pass(&s->f, 3 * NS_PER_SECOND);
	assert_time(s, after);
	/* Without SET, too. */
	set(s, 9, 0x10);
	assert_int_equal(get(s, 9), 0x10);
	assert_int_equal(get(s, 0), 0x01);
}

static void test_periodic_interrupt(void **state)
{
	struct setup *s = make();
	unsigned int i, seen = 0;

	(void)state;
	set(s, 0x0a, 0x2a); /* 64 Hz */
	set(s, 0x0b, 0x42);
	for (i = 0; i < 10000; i++) {
		fixture_pass(&s->f, MS / 10);
		if (!s->f.level)
			continue;
		seen++;
		assert_int_equal(get(s, 0x0c) & 0xc0, 0xc0);
		assert_false(s->f.level);
		assert_int_equal(get(s, 0x0c), 0);
	}
	assert_in_range(seen, 63, 65);
	set(s, 0x0b, 0x02);
	fixture_pass(&s->f, NS_PER_SECOND);
	assert_false(s->f.level);
	assert_int_equal(s->f.timers.next_ns, 0);
}

static void test_update_interrupt(void **state)
{
	struct setup *s = make();

	(void)state;
	set(s, 0x0b, 0x12);
	fixture_pass(&s->f, 999 * MS);
	assert_false(s->f.level);
	fixture_pass(&s->f, 1 * MS);
	assert_true(s->f.level);
	assert_int_equal(get(s, 0x0c) & 0x90, 0x90);
	fixture_pass(&s->f, NS_PER_SECOND);
	assert_true(s->f.level);
}

static void test_alarm(void **state)
{
	struct setup *s = make();

	(void)state;
	set(s, 1, 0x01);
	set(s, 3, 0x35);
	set(s, 5, ALARM_ANY);
	set(s, 0x0b, 0x22);
	fixture_pass_slowly(&s->f, 4 * NS_PER_SECOND, 100 * MS);
	assert_false(s->f.level);
	fixture_pass_slowly(&s->f, 1 * NS_PER_SECOND, 100 * MS);
	assert_true(s->f.level);
	assert_int_equal(get(s, 0x0c) & 0xa0, 0xa0);
	fixture_pass_slowly(&s->f, 60 * NS_PER_SECOND, 500 * MS);
	assert_false(s->f.level);
}

/* Who polls needs no interrupt enabled. */
static void test_flags_without_interrupts(void **state)
{
	struct setup *s = make();

	(void)state;
	get(s, 0x0c);
	fixture_pass(&s->f, NS_PER_SECOND);
	assert_int_equal(get(s, 0x0c), 0x50);
	assert_int_equal(s->f.edges, 0);
}

static void test_memory_size(void **state)
{
	struct setup *s = make();
	unsigned int i, sum = 0;

	(void)state;
	assert_int_equal(get(s, 0x15) | get(s, 0x16) << 8, 640);
	assert_int_equal(get(s, 0x17) | get(s, 0x18) << 8, 63 << 10);
	assert_int_equal(get(s, 0x30) | get(s, 0x31) << 8, 63 << 10);
	assert_int_equal(get(s, 0x34) | get(s, 0x35) << 8, 240 << 4);
	assert_int_equal(get(s, 0x5b) | get(s, 0x5c) << 8 | get(s, 0x5d) << 16, (5 * GIB) >> 16);
	for (i = 0x10; i <= 0x2d; i++)
		sum += get(s, i);
	assert_int_equal(get(s, 0x2e) << 8 | get(s, 0x2f), sum);
}

static void test_memory_bytes(void **state)
{
	struct setup *s = make();

	(void)state;
	set(s, 0x80 | 0x50, 0xa5); /* bit 7 masks NMIs */
	assert_int_equal(get(s, 0x50), 0xa5);
	assert_int_equal(in8(&s->f, 0x70), 0xff);
	set(s, 0x0c, 0xff);
	set(s, 0x0d, 0x00);
	assert_int_equal(get(s, 0x0d), 0x80);
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
			set(s, seed >> 8 & 15, seed >> 16);
		else
			get(s, seed >> 8);
		fixture_pass(&s->f, seed >> 10 & 0xfffff);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_of_the_host),
		cmocka_unit_test(test_twelve_hours),
		cmocka_unit_test(test_update_in_progress),
		cmocka_unit_test(test_setting),
		cmocka_unit_test(test_periodic_interrupt),
		cmocka_unit_test(test_update_interrupt),
		cmocka_unit_test(test_alarm),
		cmocka_unit_test(test_flags_without_interrupts),
		cmocka_unit_test(test_memory_size),
		cmocka_unit_test(test_memory_bytes),
		cmocka_unit_test(test_survives_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
