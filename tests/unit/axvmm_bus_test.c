// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm's buses find the device, split what is too wide, count what nobody has; its timers fire. */
#include "axvmm_fixture.h"

struct device {
	unsigned int reads;
	unsigned int writes;
	uint64_t offset;
	unsigned int width;
	uint64_t value;
};

static uint64_t device_read(void *opaque, uint64_t offset, unsigned int width)
{
	struct device *device = opaque;

	device->reads++;
	device->offset = offset;
	device->width = width;
	return 0x1122334455667700ULL + offset;
}

static void device_write(void *opaque, uint64_t offset, unsigned int width, uint64_t value)
{
	struct device *device = opaque;

	device->writes++;
	device->offset = offset;
	device->width = width;
	device->value = value;
}

static const struct bus_device narrow = { device_read, device_write, 1 };
static const struct bus_device wide = { device_read, device_write, 4 };

static void test_finds_the_device(void **state)
{
	struct device low = { 0 }, middle = { 0 }, high = { 0 };
	struct bus bus = { 0 };

	(void)state;
	bus_add(&bus, 0x60, 1, &wide, &middle);
	bus_add(&bus, 0x20, 4, &wide, &low);
	bus_add(&bus, 0xfffffffffffffff0ULL, 16, &wide, &high);
	assert_true(bus_has(&bus, 0x23));
	assert_false(bus_has(&bus, 0x24));
	assert_int_equal(bus_read(&bus, 0x23, 1), 0x03);
	assert_int_equal(low.offset, 3);
	assert_int_equal(bus_read(&bus, 0x60, 4), 0x55667700);
	assert_int_equal(middle.width, 4);
	bus_write(&bus, 0xffffffffffffffffULL, 1, 0x1ff);
	assert_int_equal(high.offset, 15);
	assert_int_equal(high.value, 0xff);
	assert_int_equal(low.writes + middle.writes, 0);
	assert_int_equal(bus.unclaimed_count, 0);
}

static void test_splits_what_is_too_wide(void **state)
{
	struct device device = { 0 };
	struct bus bus = { 0 };

	(void)state;
	bus_add(&bus, 0x70, 2, &narrow, &device);
	/* Two ports of the device, then two of nobody. */
	assert_int_equal(bus_read(&bus, 0x70, 4), 0xffff0100);
	assert_int_equal(device.reads, 2);
	bus_write(&bus, 0x70, 4, 0x44332211);
	assert_int_equal(device.writes, 2);
	assert_int_equal(device.value, 0x22);
	assert_int_equal(bus.unclaimed_reads, 2);
	assert_int_equal(bus.unclaimed_writes, 2);
}

/* PCI's address register is 4 bytes wide and has the reset register in it. */
static void test_the_first_byte_decides(void **state)
{
	struct device device = { 0 };
	struct bus bus = { 0 };

	(void)state;
	bus_add(&bus, 0xcf9, 1, &narrow, &device);
	bus_write(&bus, 0xcf8, 4, 0x80000600);
	assert_int_equal(device.writes, 0);
	assert_int_equal(bus.unclaimed_writes, 1);
}

static void test_counts_what_nobody_has(void **state)
{
	struct bus bus = { 0 }, pages = { .shift = 12 };
	unsigned int i;

	(void)state;
	assert_int_equal(bus_read(&bus, 5, 1), 0xff);
	assert_int_equal(bus_read(&bus, 5, 2), 0xffff);
	assert_int_equal(bus_read(&bus, 5, 4), 0xffffffff);
	assert_true(bus_read(&bus, 5, 8) == UINT64_MAX);
	assert_int_equal(bus.unclaimed_count, 1);
	assert_int_equal(bus.unclaimed[0].reads, 4);
	for (i = 0; i < 1000; i++)
		bus_write(&bus, i, 1, 0);
	assert_int_equal(bus.unclaimed_count, BUS_UNCLAIMED);
	assert_int_equal(bus.unclaimed_writes, 1000);
	bus_write(&pages, 0x1fff, 1, 0);
	bus_write(&pages, 0x1000, 8, 0);
	assert_int_equal(pages.unclaimed_count, 1);
	assert_int_equal(pages.unclaimed[0].address, 0x1000);
	assert_int_equal(pages.unclaimed[0].writes, 2);
}

static void count_up(void *opaque)
{
	++*(unsigned int *)opaque;
}

static void test_timers_fire_once_in_time(void **state)
{
	struct timers timers = { .now_ns = 100 };
	struct timer a, b;
	unsigned int fired_a = 0, fired_b = 0;

	(void)state;
	timers_add(&timers, &a, count_up, &fired_a);
	timers_add(&timers, &b, count_up, &fired_b);
	assert_int_equal(timers.next_ns, 0);
	timer_set(&timers, &a, 300);
	timer_set(&timers, &b, 200);
	assert_int_equal(timers.next_ns, 200);
	timers_advance(&timers, 199);
	assert_int_equal(fired_a + fired_b, 0);
	timers_advance(&timers, 200);
	assert_int_equal(fired_b, 1);
	assert_int_equal(timers.next_ns, 300);
	/* Time never goes back. */
	timers_advance(&timers, 50);
	assert_int_equal(timers.now_ns, 200);
	timer_set(&timers, &a, 0);
	timers_advance(&timers, 1000);
	assert_int_equal(fired_a, 0);
	assert_int_equal(fired_b, 1);
	assert_int_equal(timers.next_ns, 0);
}

static void test_scaling_does_not_overflow(void **state)
{
	uint64_t year = 365ULL * 86400 * NS_PER_SECOND;

	(void)state;
	assert_int_equal(scale(year, 3579545, NS_PER_SECOND), 365ULL * 86400 * 3579545);
	assert_int_equal(scale(10, 1, 3), 3);
	assert_int_equal(scale_up(10, 1, 3), 4);
	assert_int_equal(scale_up(9, 1, 3), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_the_device),
		cmocka_unit_test(test_splits_what_is_too_wide),
		cmocka_unit_test(test_the_first_byte_decides),
		cmocka_unit_test(test_counts_what_nobody_has),
		cmocka_unit_test(test_timers_fire_once_in_time),
		cmocka_unit_test(test_scaling_does_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
