// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm's GICv3: what is due at which CPU, and the registers that decide it. */
#include "axvmm_fixture.h"
#include "tools/axvmm/devices/gicv3.h"

#define GICD 0x8000000ULL
#define GICR 0x80a0000ULL
#define SGI  (GICR + 0x10000)

enum {
	CTLR = 0,
	TYPER = 4,
	IIDR = 8,
	SETSPI = 0x40,
	CLRSPI = 0x48,
	IGROUPR = 0x80,
	ISENABLER = 0x100,
	ICENABLER = 0x180,
	ISPENDR = 0x200,
	ICPENDR = 0x280,
	ISACTIVER = 0x300,
	ICACTIVER = 0x380,
	IPRIORITYR = 0x400,
	ICFGR = 0xc00,
	IROUTER = 0x6000,
	PIDR2 = 0xffe8,
	R_IIDR = 4,
	R_TYPER = 8,
	WAKER = 0x14,
};

#define SPI	33
#define SPI_BIT (1ULL << SPI)
#define FRAMES	GICV3_REDISTRIBUTOR_SIZE /* of one CPU */

/* @pending, @active: what the CPUs' interfaces have, of all banks; @cpu: last asked for. */
struct setup {
	struct bus bus;
	struct gicv3 gic;
	uint64_t pending;
	uint64_t active;
	unsigned int cpu;
};

static uint64_t get(struct setup *s, uint64_t gpa)
{
	return bus_read(&s->bus, gpa, 4);
}

static void set(struct setup *s, uint64_t gpa, uint32_t value)
{
	bus_write(&s->bus, gpa, 4, value);
}

static void look(void *opaque, unsigned int cpu, unsigned int bank, uint32_t *pending,
		 uint32_t *active)
{
	struct setup *s = opaque;

	s->cpu = cpu;
	*pending = bank < 2 ? s->pending >> (bank * 32) : 0;
	*active = bank < 2 ? s->active >> (bank * 32) : 0;
}

static void change(void *opaque, unsigned int cpu, unsigned int bank, uint32_t pending,
		   uint32_t active, uint32_t activate)
{
	struct setup *s = opaque;

	s->cpu = cpu;
	if (bank > 1)
		return;
	s->pending &= ~((uint64_t)pending << (bank * 32));
	s->active &= ~((uint64_t)active << (bank * 32));
	s->active |= (uint64_t)activate << (bank * 32);
}

/* Two to a cluster. */
static uint64_t affinity(unsigned int cpu)
{
	return (cpu & 2) << 7 | (cpu & 1);
}

static struct setup *make_cpus(unsigned int cpus)
{
	static struct setup s;
	const struct gicv3_interfaces interfaces = { look, change, &s };
	unsigned int i;

	memset(&s, 0, sizeof(s));
	gicv3_init(&s.gic, &s.bus, GICD, GICR, cpus, affinity, &interfaces);
	for (i = 1; i < cpus; i++)
		gicv3_set_off(&s.gic, i, false);
	return &s;
}

static struct setup *make(void)
{
	return make_cpus(1);
}

/* The first two banks are all that most of this is about. */
static uint64_t due_at(const struct setup *s, unsigned int cpu)
{
	return gicv3_due(&s->gic, cpu, 0) | (uint64_t)gicv3_due(&s->gic, cpu, 1) << 32;
}

static uint64_t due(const struct setup *s)
{
	return due_at(s, 0);
}

static uint64_t by_level(const struct setup *s)
{
	return gicv3_by_level(&s->gic, 0, 0) | (uint64_t)gicv3_by_level(&s->gic, 0, 1) << 32;
}

/* As a driver sets it up, all enabled. */
static struct setup *make_ready_cpus(unsigned int cpus)
{
	struct setup *s = make_cpus(cpus);
	unsigned int i;

	set(s, GICD + CTLR, 0x12);
	for (i = 1; i < GICV3_BANKS; i++) {
		set(s, GICD + IGROUPR + 4 * i, ~0U);
		set(s, GICD + ISENABLER + 4 * i, ~0U);
	}
	for (i = 0; i < cpus; i++) {
		set(s, GICR + i * FRAMES + WAKER, 0);
		set(s, SGI + i * FRAMES + IGROUPR, ~0U);
		set(s, SGI + i * FRAMES + ISENABLER, ~0U);
	}
	return s;
}

static struct setup *make_ready(void)
{
	return make_ready_cpus(1);
}

static void test_is_a_gicv3(void **state)
{
	struct setup *s = make();

	(void)state;
	assert_int_equal(get(s, GICD + PIDR2) & 0xf0, 0x30);
	assert_int_equal(get(s, GICR + PIDR2) & 0xf0, 0x30);
	assert_int_equal(get(s, SGI + PIDR2) & 0xf0, 0x30);
	assert_int_equal(get(s, GICD + IIDR) & 0xfff, 0x43b);
	assert_int_equal(get(s, GICR + R_IIDR) & 0xfff, 0x43b);
	assert_int_equal((get(s, GICD + TYPER) & 0x1f) * 32 + 32, GICV3_INTIDS);
	assert_int_equal(get(s, GICD + TYPER) >> 16 & 3, 1); /* messages, and no LPIs */
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
	assert_true(due(s) == SPI_BIT);
	assert_true(by_level(s) == SPI_BIT);
	assert_int_equal(get(s, GICD + ISPENDR + 4), 2);
	/* Software can't clear a level. */
	set(s, GICD + ICPENDR + 4, 2);
	assert_true(due(s) == SPI_BIT);
	/* It is due again when the interface does not have it any more. */
	gicv3_give(&s->gic, 0, SPI);
	assert_true(due(s) == 0);
	assert_int_equal(gicv3_given(&s->gic, 0, 1), 2);
	gicv3_take_back(&s->gic, 0, SPI);
	assert_true(due(s) == SPI_BIT);
	gicv3_give(&s->gic, 0, SPI);
	gicv3_set_irq(&s->gic, SPI, false);
	assert_true(due(s) == 0);
	assert_int_equal(gicv3_given(&s->gic, 0, 1), 0);
	assert_int_equal(get(s, GICD + ISPENDR + 4), 0);
	gicv3_set_irq(&s->gic, SPI, true);
	assert_true(due(s) == SPI_BIT);
}

static void test_edge_is_due_once(void **state)
{
	struct setup *s = make_ready();

	(void)state;
	set(s, GICD + ICFGR + 8, 1U << (2 * (SPI - 32) + 1));
	assert_int_equal(get(s, GICD + ICFGR + 8), 8);
	gicv3_set_irq(&s->gic, SPI, true);
	assert_true(due(s) == SPI_BIT);
	assert_true(by_level(s) == 0);
	gicv3_give(&s->gic, 0, SPI);
	assert_true(due(s) == 0);
	gicv3_set_irq(&s->gic, SPI, true);
	assert_true(due(s) == 0);
	gicv3_set_irq(&s->gic, SPI, false);
	gicv3_set_irq(&s->gic, SPI, true);
	gicv3_set_irq(&s->gic, SPI, false);
	assert_true(due(s) == SPI_BIT);
	set(s, GICD + ICPENDR + 4, 2);
	assert_true(due(s) == 0);
}

static void test_software_makes_pending(void **state)
{
	struct setup *s = make_ready();

	(void)state;
	set(s, GICD + ISPENDR + 4, 2);
	set(s, SGI + ISPENDR, 0x08000001);
	assert_true(due(s) == (SPI_BIT | 0x08000001));
	assert_true(by_level(s) == 0);
	gicv3_give(&s->gic, 0, SPI);
	gicv3_give(&s->gic, 0, 0);
	set(s, SGI + ICPENDR, 0x08000000);
	assert_true(due(s) == 0);
}

static void test_sgi(void **state)
{
	struct setup *s = make_ready();

	(void)state;
	gicv3_send(&s->gic, 0, 5);
	assert_true(due(s) == 1 << 5);
	set(s, SGI + ICENABLER, 1 << 5);
	assert_true(due(s) == 0);
	set(s, SGI + ISENABLER, 1 << 5);
	gicv3_give(&s->gic, 0, 5);
	assert_true(due(s) == 0);
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
		assert_true(due(s) == 0);
		set(s, holds[i].gpa, holds[i].yes);
		assert_true(due(s) == SPI_BIT);
	}
	set(s, GICD + ICENABLER + 4, 2);
	assert_true(due(s) == 0);
	assert_int_equal(get(s, GICD + ISENABLER + 4), ~2U);
	set(s, GICD + ISENABLER + 4, 2);
	/* To any CPU: this one. */
	bus_write(&s->bus, GICD + IROUTER + 8 * SPI, 8, 0x80000001);
	assert_true(bus_read(&s->bus, GICD + IROUTER + 8 * SPI, 8) == 0x80000001);
	assert_true(due(s) == SPI_BIT);
}

static void test_nothing_is_due_after_reset(void **state)
{
	struct setup *s = make();

	(void)state;
	gicv3_set_irq(&s->gic, SPI, true);
	assert_true(due(s) == 0);
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
	assert_int_equal(get(s, SGI + ISENABLER) | get(s, GICD + ISENABLER + 4), 0);
	assert_int_equal(get(s, GICD + IPRIORITYR), 0);
	assert_int_equal(get(s, SGI + IPRIORITYR + 32), 0);
	set(s, SGI + ISENABLER, 0x10);
	assert_int_equal(get(s, SGI + ICENABLER), 0x10);
	assert_int_equal(get(s, GICD + ISENABLER), 0);
	set(s, GICD + ISENABLER + 8, ~0U);
	assert_int_equal(get(s, GICD + ISENABLER + 4), 0);
	assert_int_equal(get(s, GICD + ISENABLER + 8), ~0U);
}

static void test_priorities_are_bytes(void **state)
{
	struct setup *s = make();

	(void)state;
	set(s, GICD + IPRIORITYR + 32, 0x40302017);
	bus_write(&s->bus, GICD + IPRIORITYR + 34, 1, 0xa0);
	/* Five bits of them exist. */
	assert_int_equal(get(s, GICD + IPRIORITYR + 32), 0x40a02010);
	assert_int_equal(bus_read(&s->bus, GICD + IPRIORITYR + 33, 1), 0x20);
	bus_write(&s->bus, SGI + IPRIORITYR + 27, 1, 0x80);
	assert_int_equal(get(s, SGI + IPRIORITYR + 24), 0x80000000);
	/* No other register is bytes. */
	bus_write(&s->bus, GICD + ISENABLER + 4, 1, 0xff);
	assert_int_equal(get(s, SGI + ISENABLER) | get(s, GICD + ISENABLER + 4), 0);
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
	assert_int_equal(get(s, GICD + CTLR), 0x53);
	assert_int_equal(get(s, GICD + ISPENDR + 4), 0);
	assert_true(due(s) == 0);
}

/* ---- several CPUs ----------------------------------------------------------- */

static void test_redistributors_tell_their_cpus(void **state)
{
	struct setup *s = make_cpus(3);

	(void)state;
	assert_true(bus_read(&s->bus, GICR + R_TYPER, 8) == 0);
	assert_true(bus_read(&s->bus, GICR + FRAMES + R_TYPER, 8) == (1ULL << 32 | 1 << 8));
	assert_true(bus_read(&s->bus, GICR + 2 * FRAMES + R_TYPER, 8) ==
		    (0x100ULL << 32 | 2 << 8 | 0x10));
	assert_int_equal(get(s, GICR + 2 * FRAMES + R_TYPER + 4), 0x100);
	assert_int_equal(gicv3_find(&s->gic, 0x100), 2);
	assert_int_equal(gicv3_find(&s->gic, 0x101), -1);
	/* What one has is nobody else's. */
	set(s, SGI + FRAMES + ISENABLER, 0x10);
	assert_int_equal(get(s, SGI + ISENABLER), 0);
	assert_int_equal(get(s, SGI + FRAMES + ISENABLER), 0x10);
	set(s, GICR + FRAMES + WAKER, 0);
	assert_int_equal(get(s, GICR + WAKER), 6);
	assert_int_equal(get(s, GICR + FRAMES + WAKER), 0);
}

static void test_each_cpu_has_its_own_due(void **state)
{
	struct setup *s = make_ready_cpus(3);

	(void)state;
	gicv3_send(&s->gic, 2, 5);
	assert_true(due_at(s, 2) == 1 << 5);
	assert_true((due_at(s, 0) | due_at(s, 1)) == 0);
	gicv3_give(&s->gic, 2, 5);
	assert_true(due_at(s, 2) == 0);
	/* SPIs start at the first CPU's affinity, and go where they are sent. */
	gicv3_set_irq(&s->gic, SPI, true);
	assert_true(due_at(s, 0) == SPI_BIT);
	assert_true((due_at(s, 1) | due_at(s, 2)) == 0);
	bus_write(&s->bus, GICD + IROUTER + 8 * SPI, 8, 0x100);
	assert_true(due_at(s, 2) == SPI_BIT);
	assert_true((due_at(s, 0) | due_at(s, 1)) == 0);
	bus_write(&s->bus, GICD + IROUTER + 8 * SPI, 8, 0x80000000);
	assert_true((due_at(s, 0) & due_at(s, 1) & due_at(s, 2)) == SPI_BIT);
	/* Whoever takes it, it is over for all. */
	gicv3_give(&s->gic, 1, SPI);
	assert_true((due_at(s, 0) | due_at(s, 1) | due_at(s, 2)) == 0);
	assert_int_equal(gicv3_given(&s->gic, 1, 1), 2);
	assert_int_equal(gicv3_given(&s->gic, 0, 1), 0);
}

static void test_nothing_goes_to_a_cpu_that_is_off(void **state)
{
	struct setup *s = make_ready_cpus(2);

	(void)state;
	bus_write(&s->bus, GICD + IROUTER + 8 * SPI, 8, 1);
	gicv3_set_irq(&s->gic, SPI, true);
	gicv3_give(&s->gic, 1, SPI);
	gicv3_set_off(&s->gic, 1, true);
	gicv3_send(&s->gic, 1, 3);
	assert_true(due_at(s, 1) == 0);
	/* Its interface has forgotten what it had. */
	gicv3_set_off(&s->gic, 1, false);
	assert_true(due_at(s, 1) == (SPI_BIT | 1 << 3));
}

static void test_says_that_something_changed(void **state)
{
	struct setup *s = make_ready_cpus(2);

	(void)state;
	s->gic.changed = false;
	gicv3_send(&s->gic, 1, 3);
	assert_true(s->gic.changed);
	s->gic.changed = false;
	gicv3_set_irq(&s->gic, SPI, true);
	assert_true(s->gic.changed);
	s->gic.changed = false;
	get(s, GICD + ISPENDR + 4);
	assert_false(s->gic.changed);
	set(s, GICD + IROUTER + 8 * SPI, 1);
	assert_true(s->gic.changed);
}

/* ---- messages ------------------------------------------------------------------ */

static void test_messages(void **state)
{
	struct setup *s = make_ready();
	uint32_t bit = 1U << 2;

	(void)state;
	/* By level until it is taken back, by edge once. */
	set(s, GICD + SETSPI, GICV3_MESSAGES + 2);
	assert_int_equal(gicv3_by_level(&s->gic, 0, 2), bit);
	bus_write(&s->bus, GICD + CLRSPI, 2, GICV3_MESSAGES + 2);
	assert_int_equal(gicv3_due(&s->gic, 0, 2), 0);
	set(s, GICD + ICFGR + GICV3_MESSAGES / 4, ~0U);
	bus_write(&s->bus, GICD + SETSPI, 2, GICV3_MESSAGES + 2);
	set(s, GICD + SETSPI, GICV3_MESSAGES + 2);
	assert_int_equal(gicv3_due(&s->gic, 0, 2), bit);
	assert_int_equal(gicv3_by_level(&s->gic, 0, 2), 0);
	gicv3_give(&s->gic, 0, GICV3_MESSAGES + 2);
	assert_int_equal(gicv3_due(&s->gic, 0, 2), 0);
	set(s, GICD + SETSPI, GICV3_MESSAGES + 2);
	set(s, GICD + CLRSPI, GICV3_MESSAGES + 2);
	assert_int_equal(gicv3_due(&s->gic, 0, 2), 0);
	/* There are no others. */
	set(s, GICD + SETSPI, 5);
	set(s, GICD + SETSPI, GICV3_INTIDS);
	set(s, GICD + SETSPI, 1023);
	assert_true(due(s) == 0);
	assert_int_equal(gicv3_due(&s->gic, 0, 2) | gicv3_due(&s->gic, 0, 3), 0);
	assert_int_equal(get(s, GICD + SETSPI), 0);
}

/* ---- what is at the interfaces ---------------------------------------------------- */

static void test_pending_and_active_at_the_interfaces(void **state)
{
	struct setup *s = make_ready_cpus(2);

	(void)state;
	s->pending = SPI_BIT | 1 << 3;
	s->active = SPI_BIT << 1 | 1 << 4;
	assert_int_equal(get(s, GICD + ISPENDR + 4), 2);
	assert_int_equal(s->cpu, GICV3_EVERY_CPU);
	assert_int_equal(get(s, GICD + ISACTIVER + 4), 4);
	assert_int_equal(get(s, GICD + ICACTIVER + 4), 4);
	assert_int_equal(get(s, SGI + FRAMES + ISPENDR), 1 << 3);
	assert_int_equal(s->cpu, 1);
	assert_int_equal(get(s, SGI + ISACTIVER), 1 << 4);
	assert_int_equal(s->cpu, 0);
	set(s, GICD + ICPENDR + 4, 2);
	set(s, SGI + FRAMES + ICACTIVER, 1 << 4);
	assert_int_equal(s->cpu, 1);
	assert_true(s->pending == 1 << 3);
	assert_true(s->active == SPI_BIT << 1);
}

static void test_software_makes_active(void **state)
{
	struct setup *s = make_ready_cpus(2);

	(void)state;
	bus_write(&s->bus, GICD + IROUTER + 8 * SPI, 8, 1);
	set(s, GICD + ISACTIVER + 4, 2);
	assert_true(s->active == SPI_BIT);
	assert_int_equal(s->cpu, 1);
	/* Active already: nobody is told. */
	s->cpu = 100;
	set(s, GICD + ISACTIVER + 4, 2);
	assert_int_equal(s->cpu, GICV3_EVERY_CPU);
	set(s, SGI + FRAMES + ISACTIVER, 1 << 20);
	assert_true(s->active == (SPI_BIT | 1 << 20));
	assert_int_equal(s->cpu, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_a_gicv3),
		cmocka_unit_test(test_level_is_due_while_asserted),
		cmocka_unit_test(test_edge_is_due_once),
		cmocka_unit_test(test_software_makes_pending),
		cmocka_unit_test(test_sgi),
		cmocka_unit_test(test_what_holds_it_back),
		cmocka_unit_test(test_nothing_is_due_after_reset),
		cmocka_unit_test(test_private_and_shared_are_apart),
		cmocka_unit_test(test_priorities_are_bytes),
		cmocka_unit_test(test_survives_noise),
		cmocka_unit_test(test_redistributors_tell_their_cpus),
		cmocka_unit_test(test_each_cpu_has_its_own_due),
		cmocka_unit_test(test_nothing_goes_to_a_cpu_that_is_off),
		cmocka_unit_test(test_says_that_something_changed),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_pending_and_active_at_the_interfaces),
		cmocka_unit_test(test_software_makes_active),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
