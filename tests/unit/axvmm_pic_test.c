// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm's pair of i8259: initialization, priorities, every way to end an interrupt. */
#include "axvmm_fixture.h"
#include "tools/axvmm/devices/pic.h"

#define MASTER 0x20
#define SLAVE  0xa0

struct setup {
	struct fixture f;
	struct pic pic;
};

/* As Linux does it: vectors 0x30 and 0x38; @icw4 for both. */
static void initialize(struct setup *s, uint8_t icw4)
{
	out8(&s->f, MASTER, 0x11);
	out8(&s->f, MASTER + 1, 0x30);
	out8(&s->f, MASTER + 1, 0x04);
	out8(&s->f, MASTER + 1, icw4);
	out8(&s->f, SLAVE, 0x11);
	out8(&s->f, SLAVE + 1, 0x38);
	out8(&s->f, SLAVE + 1, 0x02);
	out8(&s->f, SLAVE + 1, icw4 & ~0x10);
	out8(&s->f, MASTER + 1, 0);
	out8(&s->f, SLAVE + 1, 0);
}

static struct setup *make(uint8_t icw4)
{
	static struct setup s;

	fixture_init(&s.f);
	pic_init(&s.pic, &s.f.ports);
	initialize(&s, icw4);
	return &s;
}

static void raise_irq(struct setup *s, unsigned int irq)
{
	pic_set_irq(&s->pic, irq, true);
}

static void pulse(struct setup *s, unsigned int irq)
{
	pic_set_irq(&s->pic, irq, true);
	pic_set_irq(&s->pic, irq, false);
}

static void assert_taken(struct setup *s, uint8_t vector)
{
	assert_true(pic_asserted(&s->pic));
	assert_int_equal(pic_acknowledge(&s->pic), vector);
}

static void test_starts_masked(void **state)
{
	struct fixture f;
	struct pic pic;

	(void)state;
	fixture_init(&f);
	pic_init(&pic, &f.ports);
	pic_set_irq(&pic, 0, true);
	assert_false(pic_asserted(&pic));
	assert_int_equal(in8(&f, MASTER + 1), 0xff);
}

/* How Linux finds out whether there is one. */
static void test_mask_reads_back(void **state)
{
	struct setup *s = make(1);

	(void)state;
	out8(&s->f, SLAVE + 1, 0xff);
	out8(&s->f, MASTER + 1, 0xfb);
	assert_int_equal(in8(&s->f, MASTER + 1), 0xfb);
	assert_int_equal(in8(&s->f, SLAVE + 1), 0xff);
}

static void test_vectors_of_both_chips(void **state)
{
	struct setup *s = make(1);
	unsigned int irq;

	(void)state;
	for (irq = 0; irq < 16; irq++) {
		if (irq == 2)
			continue;
		pulse(s, irq);
		assert_taken(s, 0x30 + irq);
		assert_false(pic_asserted(&s->pic));
		if (irq >= 8)
			out8(&s->f, SLAVE, 0x20);
		out8(&s->f, MASTER, 0x20);
		assert_int_equal(s->pic.master.isr | s->pic.slave.isr, 0);
	}
	/* Nothing is connected to the cascade, nor to what does not exist. */
	pulse(s, 2);
	pulse(s, 16);
	assert_false(pic_asserted(&s->pic));
}

static void test_an_edge_counts_once(void **state)
{
	struct setup *s = make(1);

	(void)state;
	raise_irq(s, 4);
	raise_irq(s, 4);
	assert_taken(s, 0x34);
	out8(&s->f, MASTER, 0x20);
	assert_false(pic_asserted(&s->pic));
	pic_set_irq(&s->pic, 4, false);
	raise_irq(s, 4);
	assert_taken(s, 0x34);
}

static void test_higher_priority_interrupts_lower(void **state)
{
	struct setup *s = make(1);

	(void)state;
	pulse(s, 4);
	assert_taken(s, 0x34);
	pulse(s, 5);
	assert_false(pic_asserted(&s->pic));
	pulse(s, 0);
	assert_taken(s, 0x30);
	/* A non-specific end is for the highest in service. */
	out8(&s->f, MASTER, 0x20);
	assert_int_equal(s->pic.master.isr, 0x10);
	assert_false(pic_asserted(&s->pic));
	out8(&s->f, MASTER, 0x20);
	assert_taken(s, 0x35);
}

static void test_specific_end_is_what_linux_does(void **state)
{
	struct setup *s = make(1);

	(void)state;
	pulse(s, 9);
	assert_taken(s, 0x39);
	pulse(s, 8);
	/* The master still has its input 2 in service: it is not fully nested. */
	assert_false(pic_asserted(&s->pic));
	out8(&s->f, SLAVE, 0x60 | 1);
	out8(&s->f, MASTER, 0x60 | 2);
	assert_taken(s, 0x38);
}

static void test_fully_nested_mode(void **state)
{
	struct setup *s = make(0x11);

	(void)state;
	pulse(s, 9);
	assert_taken(s, 0x39);
	pulse(s, 8);
	assert_taken(s, 0x38);
}

static void test_levels_stay(void **state)
{
	struct setup *s = make(1);

	(void)state;
	out8(&s->f, 0x4d1, 0xff);
	out8(&s->f, 0x4d0, 0xff);
	assert_int_equal(in8(&s->f, 0x4d0), 0xf8);
	assert_int_equal(in8(&s->f, 0x4d1), 0xde);
	raise_irq(s, 9);
	assert_taken(s, 0x39);
	out8(&s->f, SLAVE, 0x20);
	out8(&s->f, MASTER, 0x20);
	/* Nobody has served the device. */
	assert_taken(s, 0x39);
	pic_set_irq(&s->pic, 9, false);
	out8(&s->f, SLAVE, 0x20);
	out8(&s->f, MASTER, 0x20);
	assert_false(pic_asserted(&s->pic));
}

static void test_line_that_is_high_when_it_becomes_level(void **state)
{
	struct setup *s = make(1);

	(void)state;
	raise_irq(s, 5);
	assert_taken(s, 0x35);
	out8(&s->f, MASTER, 0x20);
	assert_false(pic_asserted(&s->pic));
	out8(&s->f, 0x4d0, 0x20);
	assert_taken(s, 0x35);
}

static void test_automatic_end(void **state)
{
	struct setup *s = make(3);

	(void)state;
	pulse(s, 12);
	assert_taken(s, 0x3c);
	assert_int_equal(s->pic.master.isr | s->pic.slave.isr, 0);
	pulse(s, 12);
	assert_taken(s, 0x3c);
}

static void test_rotation(void **state)
{
	struct setup *s = make(1);

	(void)state;
	pulse(s, 3);
	assert_taken(s, 0x33);
	out8(&s->f, MASTER, 0xa0); /* end, and 3 becomes the lowest */
	pulse(s, 3);
	pulse(s, 4);
	assert_taken(s, 0x34);
	out8(&s->f, MASTER, 0x20);
	assert_taken(s, 0x33);
	out8(&s->f, MASTER, 0xe0 | 3); /* the same by name */
	assert_int_equal(s->pic.master.lowest, 3);
	out8(&s->f, MASTER, 0xc0 | 7); /* set the lowest */
	assert_int_equal(s->pic.master.lowest, 7);
}

static void test_rotation_with_automatic_end(void **state)
{
	struct setup *s = make(3);

	(void)state;
	out8(&s->f, MASTER, 0x80);
	pulse(s, 1);
	assert_taken(s, 0x31);
	pulse(s, 0);
	pulse(s, 4);
	assert_taken(s, 0x34);
	assert_taken(s, 0x30);
	out8(&s->f, MASTER, 0x00);
	assert_false(s->pic.master.rotate_on_auto_eoi);
}

static void test_special_mask_mode(void **state)
{
	struct setup *s = make(1);

	(void)state;
	pulse(s, 1);
	assert_taken(s, 0x31);
	pulse(s, 6);
	assert_false(pic_asserted(&s->pic));
	out8(&s->f, MASTER, 0x68);
	out8(&s->f, MASTER + 1, 1 << 1);
	assert_taken(s, 0x36);
	out8(&s->f, MASTER, 0x48);
	assert_false(s->pic.master.special_mask);
}

static void test_masks_hold_requests_back(void **state)
{
	struct setup *s = make(1);

	(void)state;
	out8(&s->f, MASTER + 1, 1 << 4);
	pulse(s, 4);
	assert_false(pic_asserted(&s->pic));
	out8(&s->f, MASTER + 1, 0);
	assert_true(pic_asserted(&s->pic));
	/* Masking the cascade masks the slave. */
	out8(&s->f, MASTER, 0x20);
	assert_taken(s, 0x34);
	out8(&s->f, MASTER, 0x20);
	out8(&s->f, MASTER + 1, 1 << 2);
	pulse(s, 14);
	assert_false(pic_asserted(&s->pic));
}

static void test_spurious(void **state)
{
	struct setup *s = make(1);

	(void)state;
	assert_int_equal(pic_acknowledge(&s->pic), 0x37);
	assert_int_equal(s->pic.master.isr, 0);
}

static void test_reads_requests_and_service(void **state)
{
	struct setup *s = make(1);

	(void)state;
	pulse(s, 4);
	out8(&s->f, MASTER, 0x0a);
	assert_int_equal(in8(&s->f, MASTER), 0x10);
	assert_taken(s, 0x34);
	assert_int_equal(in8(&s->f, MASTER), 0);
	out8(&s->f, MASTER, 0x0b);
	assert_int_equal(in8(&s->f, MASTER), 0x10);
}

static void test_poll_command(void **state)
{
	struct setup *s = make(1);

	(void)state;
	out8(&s->f, MASTER, 0x0c);
	assert_int_equal(in8(&s->f, MASTER), 0);
	pulse(s, 7);
	out8(&s->f, MASTER, 0x0c);
	assert_int_equal(in8(&s->f, MASTER), 0x87);
	assert_int_equal(s->pic.master.isr, 0x80);
	assert_int_equal(in8(&s->f, MASTER + 1), 0);
}

static void test_initialization_forgets(void **state)
{
	struct setup *s = make(1);

	(void)state;
	pulse(s, 3);
	assert_taken(s, 0x33);
	pulse(s, 4);
	initialize(s, 1);
	assert_false(pic_asserted(&s->pic));
	assert_int_equal(s->pic.master.isr | s->pic.master.irr, 0);
	/* Without ICW4, and single: two words are all. */
	out8(&s->f, MASTER, 0x12);
	out8(&s->f, MASTER + 1, 0x47);
	out8(&s->f, MASTER + 1, 0xfe);
	assert_int_equal(in8(&s->f, MASTER + 1), 0xfe);
	pulse(s, 0);
	assert_taken(s, 0x40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starts_masked),
		cmocka_unit_test(test_mask_reads_back),
		cmocka_unit_test(test_vectors_of_both_chips),
		cmocka_unit_test(test_an_edge_counts_once),
		cmocka_unit_test(test_higher_priority_interrupts_lower),
		cmocka_unit_test(test_specific_end_is_what_linux_does),
		cmocka_unit_test(test_fully_nested_mode),
		cmocka_unit_test(test_levels_stay),
		cmocka_unit_test(test_line_that_is_high_when_it_becomes_level),
		cmocka_unit_test(test_automatic_end),
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_rotation_with_automatic_end),
		cmocka_unit_test(test_special_mask_mode),
		cmocka_unit_test(test_masks_hold_requests_back),
		cmocka_unit_test(test_spurious),
		cmocka_unit_test(test_reads_requests_and_service),
		cmocka_unit_test(test_poll_command),
		cmocka_unit_test(test_initialization_forgets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
