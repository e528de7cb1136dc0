// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Every way in which a guest can end axvmm, and the ports beside them: keyboard
 * controller, reset register, debug ports, ACPI with its tables.
 */
#include "axvmm_fixture.h"
#include "tools/axvmm/devices/acpi.h"
#include "tools/axvmm/devices/debug.h"
#include "tools/axvmm/devices/i8042.h"
#include "tools/axvmm/devices/reset.h"

struct setup {
	struct fixture f;
	struct i8042 i8042;
	struct reset reset;
	struct debug debug;
	struct acpi acpi;
	char sent[64];
	size_t sent_count;
};

static void send(void *opaque, uint8_t byte)
{
	struct setup *s = opaque;

	assert_true(s->sent_count < sizeof(s->sent));
	s->sent[s->sent_count++] = byte;
}

static struct setup *make(void)
{
	static struct setup s;
	static struct fixture sci; /* so that each line is seen by itself */

	memset(&s, 0, sizeof(s));
	fixture_init(&s.f);
	fixture_init(&sci);
	i8042_init(&s.i8042, &s.f.ports, fixture_line(&s.f), fixture_power(&s.f));
	reset_init(&s.reset, &s.f.ports, fixture_power(&s.f));
	debug_init(&s.debug, &s.f.ports, fixture_power(&s.f), send, &s);
	acpi_init(&s.acpi, &s.f.ports, &s.f.timers, fixture_line(&sci), fixture_power(&s.f));
	return &s;
}

/* ---- the keyboard controller -------------------------------------------- */

static uint8_t reply(struct setup *s)
{
	assert_true(in8(&s->f, 0x64) & 0x01);
	return in8(&s->f, 0x60);
}

static void test_keyboard_controller_resets(void **state)
{
	struct setup *s = make();

	(void)state;
	out8(&s->f, 0x64, 0xff); /* pulses nothing */
	assert_int_equal(s->f.event, -1);
	out8(&s->f, 0x64, 0xfe);
	assert_int_equal(s->f.event, POWER_RESET);
	s = make();
	out8(&s->f, 0x64, 0xd1);
	out8(&s->f, 0x60, 0xdf); /* A20 */
	assert_int_equal(s->f.event, -1);
	out8(&s->f, 0x64, 0xd1);
	out8(&s->f, 0x60, 0xde);
	assert_int_equal(s->f.event, POWER_RESET);
}

/* As Linux probes it: a keyboard, no mouse. */
static void test_keyboard_controller_probe(void **state)
{
	struct setup *s = make();

	(void)state;
	assert_int_equal(in8(&s->f, 0x64) & 0x01, 0);
	out8(&s->f, 0x64, 0x20);
	assert_int_equal(reply(s), 0x64);
	out8(&s->f, 0x64, 0x60);
	out8(&s->f, 0x60, 0x65);
	assert_false(s->f.level);
	out8(&s->f, 0x64, 0xaa);
	assert_true(s->f.level);
	assert_int_equal(reply(s), 0x55);
	assert_false(s->f.level);
	out8(&s->f, 0x64, 0xab);
	assert_int_equal(reply(s), 0x00);
	out8(&s->f, 0x64, 0xa9);
	assert_int_equal(reply(s), 0x01);
	out8(&s->f, 0x64, 0xd3); /* loop through the mouse: comes back as the keyboard's */
	out8(&s->f, 0x60, 0x5a);
	assert_int_equal(in8(&s->f, 0x64) & 0x21, 0x01);
	assert_int_equal(reply(s), 0x5a);
	out8(&s->f, 0x64, 0xd0);
	assert_int_equal(reply(s), 0x03);
	out8(&s->f, 0x64, 0xad);
	out8(&s->f, 0x64, 0x20);
	assert_int_equal(reply(s), 0x75);
	out8(&s->f, 0x64, 0xae);
	out8(&s->f, 0x64, 0x20);
	assert_int_equal(reply(s), 0x65);
}

static void test_keyboard_answers(void **state)
{
	struct setup *s = make();

	(void)state;
	out8(&s->f, 0x60, 0xff);
	assert_int_equal(reply(s), 0xfa);
	assert_int_equal(reply(s), 0xaa);
	out8(&s->f, 0x60, 0xf2);
	assert_int_equal(reply(s), 0xfa);
	assert_int_equal(reply(s), 0xab);
	assert_int_equal(reply(s), 0x83);
	out8(&s->f, 0x60, 0xed);
	assert_int_equal(reply(s), 0xfa);
	out8(&s->f, 0x60, 0x07);
	assert_int_equal(reply(s), 0xfa);
	out8(&s->f, 0x60, 0xee);
	assert_int_equal(reply(s), 0xee);
	assert_int_equal(in8(&s->f, 0x60), 0);
}

static void test_keyboard_queue_is_bounded(void **state)
{
	struct setup *s = make();
	unsigned int i;

	(void)state;
	for (i = 0; i < 100; i++)
		out8(&s->f, 0x60, 0xf2);
	for (i = 0; i < I8042_QUEUE; i++)
		reply(s);
	assert_false(in8(&s->f, 0x64) & 0x01);
}

/* ---- reset register and debug ports ------------------------------------- */

static void test_reset_register(void **state)
{
	struct setup *s = make();

	(void)state;
	out8(&s->f, 0xcf9, 0x02);
	assert_int_equal(s->f.event, -1);
	assert_int_equal(in8(&s->f, 0xcf9), 0x02);
	out8(&s->f, 0xcf9, RESET_FULL);
	assert_int_equal(s->f.event, POWER_RESET);
	/* PCI's address register around it is something else. */
	s = make();
	bus_write(&s->f.ports, 0xcf8, 4, 0x80000600);
	assert_int_equal(s->f.event, -1);
}

static void test_debug_exit(void **state)
{
	static const struct {
		unsigned int width;
		uint32_t value;
		int status;
	} cases[] = {
		{ 1, 0, 1 },   { 1, 1, 3 },	{ 1, 0x10, 33 },	{ 1, 127, 255 },
		{ 1, 128, 1 }, { 2, 0x101, 3 }, { 4, 0xffffffff, 255 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct setup *s = make();

		bus_write(&s->f.ports, 0xf4, cases[i].width, cases[i].value);
		assert_int_equal(s->f.event, POWER_DEBUG_EXIT);
		assert_int_equal(s->f.status, cases[i].status);
	}
}

static void test_debug_consoles(void **state)
{
	struct setup *s = make();

	(void)state;
	assert_int_equal(in8(&s->f, 0xe9), 0xe9);
	assert_int_equal(in8(&s->f, 0x402), 0xe9);
	assert_int_equal(in8(&s->f, 0xf4), 0xff);
	out8(&s->f, 0xe9, 'a');
	out8(&s->f, 0x402, 'b');
	assert_memory_equal(s->sent, "ab", 2);
}

/* ---- ACPI --------------------------------------------------------------- */

static uint16_t in16(struct setup *s, uint16_t port)
{
	return bus_read(&s->f.ports, port, 2);
}

static void out16(struct setup *s, uint16_t port, uint16_t value)
{
	bus_write(&s->f.ports, port, 2, value);
}

/* As ACPICA does it: the type first, then with the enable bit. */
static void test_acpi_switches_off(void **state)
{
	struct setup *s = make();

	(void)state;
	assert_int_equal(in16(s, 0x604), 0x0001); /* ACPI is on */
	out16(s, 0x604, 0x0001);
	assert_int_equal(s->f.event, -1);
	out16(s, 0x604, 0x2001 | 5 << 10); /* another state than S5 */
	assert_int_equal(s->f.event, -1);
	out16(s, 0x604, 0x2001);
	assert_int_equal(s->f.event, POWER_OFF);
}

static void test_acpi_timer(void **state)
{
	struct setup *s = make();
	uint32_t before = bus_read(&s->f.ports, 0x608, 4);

	(void)state;
	fixture_pass(&s->f, 10 * NS_PER_SECOND);
	assert_in_range(bus_read(&s->f.ports, 0x608, 4) - before, 35795449, 35795451);
	bus_write(&s->f.ports, 0x608, 4, 0);
	assert_true(bus_read(&s->f.ports, 0x608, 4) - before > 35795448);
}

static void test_acpi_timer_status(void **state)
{
	struct setup *s = make();

	(void)state;
	assert_int_equal(in16(s, 0x600), 0);
	fixture_pass(&s->f, 600 * NS_PER_SECOND); /* half a turn is 599.9 s */
	assert_int_equal(in16(s, 0x600), 1);
	out16(s, 0x600, 1);
	assert_int_equal(in16(s, 0x600), 0);
	out16(s, 0x602, 0x0721);
	assert_int_equal(in16(s, 0x602), 0x0721);
	assert_true(s->f.timers.next_ns > s->f.timers.now_ns);
	timers_advance(&s->f.timers, s->f.timers.next_ns);
	assert_int_equal(in16(s, 0x600), 1);
	assert_int_equal(bus_read(&s->f.ports, 0x600, 4), 0x07210001);
	bus_write(&s->f.ports, 0x600, 1, 1);
	assert_int_equal(bus_read(&s->f.ports, 0x601, 1), 0);
	assert_int_equal(in16(s, 0x600), 0);
	bus_write(&s->f.ports, 0x602, 1, 0x20);
	assert_int_equal(in16(s, 0x602), 0x0720);
}

/* ---- the tables --------------------------------------------------------- */

#define GPA 0xf0000U

static uint8_t tables[ACPI_TABLES_SIZE] __attribute__((aligned(64)));

static uint64_t read_le(const uint8_t *at, unsigned int bytes)
{
	uint64_t value = 0;

	memcpy(&value, at, bytes);
	return value;
}

static void assert_sums_to_zero(const uint8_t *at, size_t length)
{
	uint8_t sum = 0;

	while (length--)
		sum += *at++;
	assert_int_equal(sum, 0);
}

/* The table at @gpa, which is checked. */
static const uint8_t *table(uint64_t gpa, const char *signature)
{
	const uint8_t *at = tables + gpa - GPA;

	assert_in_range(gpa, GPA, GPA + ACPI_TABLES_SIZE - 36);
	assert_memory_equal(at, signature, 4);
	assert_in_range(gpa + read_le(at + 4, 4), gpa + 36, GPA + ACPI_TABLES_SIZE);
	if (strcmp(signature, "FACS"))
		assert_sums_to_zero(at, read_le(at + 4, 4));
	return at;
}

static void test_acpi_tables(void **state)
{
	static const uint8_t s5[] = { 0x08, '\\', '_', 'S', '5', '_', 0x12, 6, 4, 0, 0, 0, 0 };
	const uint8_t *fadt, *dsdt;

	(void)state;
	acpi_write_tables(tables, GPA, NULL);
	assert_memory_equal(tables, "RSD PTR ", 8);
	assert_sums_to_zero(tables, 20);
	assert_sums_to_zero(tables, 36);
	fadt = table(read_le(table(read_le(tables + 16, 4), "RSDT") + 36, 4), "FACP");
	assert_ptr_equal(table(read_le(table(read_le(tables + 24, 8), "XSDT") + 36, 8), "FACP"),
			 fadt);
	assert_int_equal(read_le(fadt + 4, 4), 244);
	assert_int_equal(read_le(table(read_le(fadt + 36, 4), "FACS") + 4, 4), 64);
	assert_int_equal(read_le(fadt + 36, 4) % 64, 0);
	dsdt = table(read_le(fadt + 40, 4), "DSDT");
	assert_int_equal(read_le(fadt + 140, 8), read_le(fadt + 40, 4));
	assert_int_equal(read_le(dsdt + 4, 4), 36 + sizeof(s5));
	assert_memory_equal(dsdt + 36, s5, sizeof(s5));
	/* The fixed registers, where the specification has their places. */
	assert_int_equal(read_le(fadt + 46, 2), ACPI_IRQ);
	assert_int_equal(read_le(fadt + 56, 4), 0x600);
	assert_int_equal(read_le(fadt + 64, 4), 0x604);
	assert_int_equal(read_le(fadt + 76, 4), 0x608);
	assert_int_equal(fadt[88], 4);
	assert_int_equal(fadt[89], 2);
	assert_int_equal(fadt[91], 4);
	assert_int_equal(read_le(fadt + 120, 8), 0xcf9);
	assert_int_equal(fadt[128], 6);
	assert_true(read_le(fadt + 112, 4) & 1 << 10);
}

/* The DSDT of a machine with a disk: what iasl makes of the ASL in the source, unoptimized. */
static void test_acpi_disk(void **state)
{
	static const uint8_t aml[] = {
		0x08, 0x5c, 0x5f, 0x53, 0x35, 0x5f, 0x12, 0x06, 0x04, 0x00, 0x00, 0x00, 0x00,
		0x5b, 0x82, 0x41, 0x04, 0x5c, 0x2e, 0x5f, 0x53, 0x42, 0x5f, 0x44, 0x49, 0x53, 0x4b,
		0x08, 0x5f, 0x48, 0x49, 0x44, 0x0d, 0x4c, 0x4e, 0x52, 0x4f, 0x30, 0x30, 0x30, 0x35, 0x00,
		0x08, 0x5f, 0x55, 0x49, 0x44, 0x00,
		0x08, 0x5f, 0x43, 0x52, 0x53, 0x11, 0x1a, 0x0a, 0x17,
		0x86, 0x09, 0x00, 0x01, 0x00, 0x00, 0x00, 0xd0, 0x00, 0x02, 0x00, 0x00,
		0x89, 0x06, 0x00, 0x01, 0x01, 0x05, 0x00, 0x00, 0x00,
		0x79, 0x00,
	};
	static const struct acpi_disk disk = { 0xd0000000, 0x200, 5 };
	const uint8_t *dsdt;

	(void)state;
	acpi_write_tables(tables, GPA, &disk);
	dsdt = table(read_le(tables + 16, 4), "RSDT");
	dsdt = table(read_le(table(read_le(dsdt + 36, 4), "FACP") + 40, 4), "DSDT");
	assert_int_equal(read_le(dsdt + 4, 4), 36 + sizeof(aml));
	assert_memory_equal(dsdt + 36, aml, sizeof(aml));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keyboard_controller_resets),
		cmocka_unit_test(test_keyboard_controller_probe),
		cmocka_unit_test(test_keyboard_answers),
		cmocka_unit_test(test_keyboard_queue_is_bounded),
		cmocka_unit_test(test_reset_register),
		cmocka_unit_test(test_debug_exit),
		cmocka_unit_test(test_debug_consoles),
		cmocka_unit_test(test_acpi_switches_off),
		cmocka_unit_test(test_acpi_timer),
		cmocka_unit_test(test_acpi_timer_status),
		cmocka_unit_test(test_acpi_tables),
		cmocka_unit_test(test_acpi_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
