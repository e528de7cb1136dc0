// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm's GICv3: what is due at the CPU, and the registers that decide it. */
#include "axvmm_fixture.h"
#include "tools/axvmm/devices/gicv3.h"

#define GICD 0x8000000ULL
#define GICR 0x80a0000ULL
#define SGI  (GICR + 0x10000)

enum {
	CTLR = 0,
	TYPER = 4,
	IGROUPR = 0x80,
	ISENABLER = 0x100,
	ICENABLER = 0x180,
	ISPENDR = 0x200,
	ICPENDR = 0x280,
	ISACTIVER = 0x300,
	IPRIORITYR = 0x400,
	ICFGR = 0xc00,
	IROUTER = 0x6000,
	PIDR2 = 0xffe8,
	R_TYPER = 8,
	WAKER = 0x14,
};

#define SPI	33
#define SPI_BIT (1ULL << SPI)

struct setup {
	struct bus bus;
	struct gicv3 gic;
};

static uint64_t get(struct setup *s, uint64_t gpa)
{
	return bus_read(&s->bus, gpa, 4);
}

static void set(struct setup *s, uint64_t gpa, uint32_t value)
{
	bus_write(&s->bus, gpa, 4, value);
}

static struct setup *make(void)
{
	static struct setup s;

	memset(&s, 0, sizeof(s));
	gicv3_init(&s.gic, &s.bus, GICD, GICR);
	return &s;
}

/* As a driver sets it up, all enabled. */
static struct setup *make_ready(void)
{
	struct setup *s = make();

	set(s, GICD + CTLR, 0x12);
	set(s, GICR + WAKER, 0);
	set(s, GICD + IGROUPR + 4, ~0U);
	set(s, GICD + ISENABLER + 4, ~0U);
	set(s, SGI + IGROUPR, ~0U);
	set(s, SGI + ISENABLER, ~0U);
	return s;
}

static void test_is_a_gicv3_for_one_cpu(void **state)
{
	struct setup *s = make();

	(void)state;
	assert_int_equal(get(s, GICD + PIDR2) & 0xf0, 0x30);
	assert_int_equal(get(s, GICR + PIDR2) & 0xf0, 0x30);
	assert_int_equal(get(s, SGI + PIDR2) & 0xf0, 0x30);
	assert_int_equal(get(s, GICD + TYPER) & 0x1f, 1);
	assert_int_equal(get(s, GICD + TYPER) >> 19 & 0x1f, 9);
	assert_true(bus_read(&s->bus, GICR + R_TYPER, 8) == 0x10);
	assert_int_equal(get(s, GICR + R_TYPER + 4), 0);
	/* Affinity routing and one security state are fixed. */
	assert_int_equal(get(s, GICD + CTLR), 0x50);
	set(s, GICD + CTLR, ~0U);
	assert_int_equal(get(s, GICD + CTLR), 0x53);
	set(s, GICD + CTLR, 0);
	assert_int_equal(get(s, GICD + CTLR), 0x50);
}

static void test_level_is_due_while_asserted(void **state)
{
	struct setup *s = make_ready();

	(void)state;
	gicv3_set_irq(&s->gic, SPI, true);
	assert_true(gicv3_due(&s->gic) == SPI_BIT);
	assert_true(gicv3_by_level(&s->gic) == SPI_BIT);
	assert_int_equal(get(s, GICD + ISPENDR + 4), 2);
	gicv3_taken(&s->gic, SPI);
	assert_true(gicv3_due(&s->gic) == SPI_BIT);
	/* Software can't clear a level. */
	set(s, GICD + ICPENDR + 4, 2);
	assert_true(gicv3_due(&s->gic) == SPI_BIT);
	gicv3_set_irq(&s->gic, SPI, false);
	assert_true(gicv3_due(&s->gic) == 0);
	assert_int_equal(get(s, GICD + ISPENDR + 4), 0);
}

static void test_edge_is_due_once(void **state)
{
	struct setup *s = make_ready();

	(void)state;
	set(s, GICD + ICFGR + 8, 1U << (2 * (SPI - 32) + 1));
	assert_int_equal(get(s, GICD + ICFGR + 8), 8);
	gicv3_set_irq(&s->gic, SPI, true);
	assert_true(gicv3_due(&s->gic) == SPI_BIT);
	assert_true(gicv3_by_level(&s->gic) == 0);
	gicv3_taken(&s->gic, SPI);
	assert_true(gicv3_due(&s->gic) == 0);
	gicv3_set_irq(&s->gic, SPI, true);
	assert_true(gicv3_due(&s->gic) == 0);
	gicv3_set_irq(&s->gic, SPI, false);
	gicv3_set_irq(&s->gic, SPI, true);
	gicv3_set_irq(&s->gic, SPI, false);
	assert_true(gicv3_due(&s->gic) == SPI_BIT);
	set(s, GICD + ICPENDR + 4, 2);
	assert_true(gicv3_due(&s->gic) == 0);
}

static void test_software_makes_pending(void **state)
{
	struct setup *s = make_ready();

	(void)state;
	set(s, GICD + ISPENDR + 4, 2);
	set(s, SGI + ISPENDR, 0x08000001);
	assert_true(gicv3_due(&s->gic) == (SPI_BIT | 0x08000001));
	assert_true(gicv3_by_level(&s->gic) == 0);
	gicv3_taken(&s->gic, SPI);
	gicv3_taken(&s->gic, 0);
	set(s, SGI + ICPENDR, 0x08000000);
	assert_true(gicv3_due(&s->gic) == 0);
}

static void test_sgi(void **state)
{
	struct setup *s = make_ready();

	(void)state;
	gicv3_send(&s->gic, 5);
	assert_true(gicv3_due(&s->gic) == 1 << 5);
	set(s, SGI + ICENABLER, 1 << 5);
	assert_true(gicv3_due(&s->gic) == 0);
	set(s, SGI + ISENABLER, 1 << 5);
	gicv3_taken(&s->gic, 5);
	assert_true(gicv3_due(&s->gic) == 0);
	/* They are edges, whatever is written. */
	assert_int_equal(get(s, SGI + ICFGR), 0xaaaaaaaa);
	set(s, SGI + ICFGR, 0);
	assert_int_equal(get(s, SGI + ICFGR), 0xaaaaaaaa);
}

/* Each of these alone keeps it from the CPU. */
static void test_what_holds_it_back(void **state)
{
	static const struct {
		uint64_t gpa;
		uint32_t no, yes;
	} holds[] = {
		{ GICD + CTLR, 0x11, 0x12 },
		{ GICR + WAKER, 2, 0 },
		{ GICD + IGROUPR + 4, ~2U, 2 },
		{ GICD + IROUTER + 8 * SPI, 1, 0 },
		{ GICD + IROUTER + 8 * SPI + 4, 1, 0 },
	};
	struct setup *s = make_ready();
	unsigned int i;

	(void)state;
	gicv3_set_irq(&s->gic, SPI, true);
	for (i = 0; i < sizeof(holds) / sizeof(holds[0]); i++) {
		set(s, holds[i].gpa, holds[i].no);
		assert_true(gicv3_due(&s->gic) == 0);
		set(s, holds[i].gpa, holds[i].yes);
		assert_true(gicv3_due(&s->gic) == SPI_BIT);
	}
	set(s, GICD + ICENABLER + 4, 2);
	assert_true(gicv3_due(&s->gic) == 0);
	assert_int_equal(get(s, GICD + ISENABLER + 4), ~2U);
	set(s, GICD + ISENABLER + 4, 2);
	/* To any CPU: this one. */
	bus_write(&s->bus, GICD + IROUTER + 8 * SPI, 8, 0x80000001);
	assert_true(bus_read(&s->bus, GICD + IROUTER + 8 * SPI, 8) == 0x80000001);
	assert_true(gicv3_due(&s->gic) == SPI_BIT);
}

static void test_nothing_is_due_after_reset(void **state)
{
	struct setup *s = make();

	(void)state;
	gicv3_set_irq(&s->gic, SPI, true);
	assert_true(gicv3_due(&s->gic) == 0);
	assert_int_equal(get(s, GICR + WAKER), 6);
	set(s, GICR + WAKER, 0);
	assert_int_equal(get(s, GICR + WAKER), 0);
}

static void test_private_and_shared_are_apart(void **state)
{
	struct setup *s = make();

	(void)state;
	set(s, GICD + ISENABLER, ~0U);
	set(s, SGI + ISENABLER + 4, ~0U);
	bus_write(&s->bus, GICD + IPRIORITYR, 1, 0xa0);
	bus_write(&s->bus, SGI + IPRIORITYR + 32, 1, 0xa0);
	assert_true(s->gic.enabled == 0);
	assert_int_equal(get(s, GICD + IPRIORITYR), 0);
	assert_int_equal(get(s, SGI + IPRIORITYR + 32), 0);
	set(s, SGI + ISENABLER, 0x10);
	assert_int_equal(get(s, SGI + ICENABLER), 0x10);
	assert_int_equal(get(s, GICD + ISENABLER), 0);
	set(s, GICD + ISENABLER + 8, ~0U);
	assert_true(s->gic.enabled == 0x10);
}

static void test_priorities_are_bytes(void **state)
{
	struct setup *s = make();

	(void)state;
	set(s, GICD + IPRIORITYR + 32, 0x40302010);
	bus_write(&s->bus, GICD + IPRIORITYR + 34, 1, 0xa0);
	assert_int_equal(get(s, GICD + IPRIORITYR + 32), 0x40a02010);
	assert_int_equal(bus_read(&s->bus, GICD + IPRIORITYR + 33, 1), 0x20);
	bus_write(&s->bus, SGI + IPRIORITYR + 27, 1, 0x80);
	assert_int_equal(get(s, SGI + IPRIORITYR + 24), 0x80000000);
	/* No other register is bytes. */
	bus_write(&s->bus, GICD + ISENABLER + 4, 1, 0xff);
	assert_true(s->gic.enabled == 0);
}

static void test_survives_noise(void **state)
{
	struct setup *s = make_ready();
	uint64_t offset;
	unsigned int width;

	(void)state;
	for (offset = 0; offset < GICV3_REDISTRIBUTOR_SIZE; offset++)
		for (width = 1; width <= 8; width *= 2) {
			if (offset < GICV3_DISTRIBUTOR_SIZE) {
				bus_write(&s->bus, GICD + offset, width, ~0ULL);
				bus_read(&s->bus, GICD + offset, width);
			}
			bus_write(&s->bus, GICR + offset, width, ~0ULL);
			bus_read(&s->bus, GICR + offset, width);
		}
	assert_int_equal(get(s, GICD + ISACTIVER + 4), 0);
	assert_int_equal(get(s, GICD + CTLR), 0x53);
	assert_true(s->gic.latched == 0);
	assert_true(gicv3_due(&s->gic) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_a_gicv3_for_one_cpu),
		cmocka_unit_test(test_level_is_due_while_asserted),
		cmocka_unit_test(test_edge_is_due_once),
		cmocka_unit_test(test_software_makes_pending),
		cmocka_unit_test(test_sgi),
		cmocka_unit_test(test_what_holds_it_back),
		cmocka_unit_test(test_nothing_is_due_after_reset),
		cmocka_unit_test(test_private_and_shared_are_apart),
		cmocka_unit_test(test_priorities_are_bytes),
		cmocka_unit_test(test_survives_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
