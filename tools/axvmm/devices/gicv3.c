// SPDX-License-Identifier: GPL-3.0-or-later
#include <assert.h>

#include "gicv3.h"

/* Registers of the distributor (IHI 0069, 12.9). */
#define GICD_CTLR	0x0000
#define GICD_TYPER	0x0004
#define GICD_IIDR	0x0008
#define GICD_SETSPI_NSR 0x0040
#define GICD_CLRSPI_NSR 0x0048
#define ROUTERS		0x6000 /* GICD_IROUTER<n>, 8 bytes each */
#define PIDR2		0xffe8 /* in each frame */

#define CTLR_ENABLES 0x03 /* of groups 0 and 1 */
#define CTLR_GROUP1  0x02
#define CTLR_ARE     0x10 /* affinity routing is on */
#define CTLR_DS	     0x40 /* there is one security state */

#define TYPER_LINES   (GICV3_BANKS - 1)
#define TYPER_MBIS    (1U << 16)  /* message-based SPIs */
#define TYPER_ID_BITS (9U << 19)  /* ten of them, less one */
#define IIDR_ARM      0x4100043bU /* the implementer is Arm, the product is ours */
#define PIDR2_GICV3   0x30
#define SPI_INTID     0x3ffU /* GICD_SETSPI_NSR */

/* Registers of the redistributor (12.11): one frame, behind it that of SGIs and PPIs. */
#define GICR_IIDR  0x0004
#define GICR_TYPER 0x0008
#define GICR_WAKER 0x0014
#define GICR_FRAME 0x10000

#define TYPER_LAST     0x10 /* of the redistributors side by side */
#define TYPER_NUMBER   8
#define WAKER_SLEEP    0x02
#define WAKER_CHILDREN 0x04 /* are asleep, too */

/* Registers that are arrays by INTID, at the same offsets in both. */
#define IGROUPR	   0x080
#define ISENABLER  0x100
#define ICENABLER  0x180
#define ISPENDR	   0x200
#define ICPENDR	   0x280
#define ISACTIVER  0x300
#define ICACTIVER  0x380
#define IPRIORITYR 0x400
#define ITARGETSR  0x800
#define ICFGR	   0xc00
#define ARRAYS_END (ICFGR + GICV3_INTIDS / 4)

#define ROUTE_ANY      (1ULL << 31)
#define ROUTE_AFFINITY 0xff00ffffffULL
#define SGIS	       0xffffU
#define PRIORITY_BITS  0xf8 /* as many as the CPUs' interfaces have */

/* ---- what is pending ------------------------------------------------------ */

static const struct gicv3_bank *bank_of(const struct gicv3 *gic, unsigned int cpu,
					unsigned int bank)
{
	return bank ? &gic->bank[bank] : &gic->cpu[cpu].bank;
}

static struct gicv3_bank *bank_to_change(struct gicv3 *gic, unsigned int cpu, unsigned int bank)
{
	gic->changed = true;
	return bank ? &gic->bank[bank] : &gic->cpu[cpu].bank;
}

/* Of these SPIs, those that go to @cpu. */
static uint32_t routed(const struct gicv3 *gic, unsigned int cpu, unsigned int bank, uint32_t spis)
{
	unsigned int i;

	for (i = 0; i < 32 && spis >> i; i++) {
		uint64_t route = gic->route[bank * 32 + i];

		/* To any CPU: whichever asks first. */
		if (!(route & ROUTE_ANY) && route != gic->cpu[cpu].affinity)
			spis &= ~(1U << i);
	}
	return spis;
}

static uint32_t levels(const struct gicv3_bank *b)
{
	return b->line & ~b->edge & ~b->latched & ~b->given;
}

static uint32_t forwarded(const struct gicv3 *gic, unsigned int cpu, unsigned int bank,
			  uint32_t pending)
{
	const struct gicv3_bank *b = bank_of(gic, cpu, bank);

	pending &= b->enabled & b->group;
	if (!pending || gic->cpu[cpu].off || gic->cpu[cpu].asleep || !(gic->control & CTLR_GROUP1))
		return 0;
	return bank ? routed(gic, cpu, bank, pending) : pending;
}

uint32_t gicv3_by_level(const struct gicv3 *gic, unsigned int cpu, unsigned int bank)
{
	return forwarded(gic, cpu, bank, levels(bank_of(gic, cpu, bank)));
}

uint32_t gicv3_due(const struct gicv3 *gic, unsigned int cpu, unsigned int bank)
{
	const struct gicv3_bank *b = bank_of(gic, cpu, bank);

	return forwarded(gic, cpu, bank, b->latched | levels(b));
}

uint32_t gicv3_forwards(const struct gicv3 *gic, unsigned int cpu)
{
	return forwarded(gic, cpu, 0, ~0U);
}

void gicv3_give(struct gicv3 *gic, unsigned int cpu, unsigned int intid)
{
	struct gicv3_bank *b = bank_to_change(gic, cpu, intid / 32);
	uint32_t bit = 1U << intid % 32;

	b->latched &= ~bit;
	if (bit & b->line & ~b->edge) {
		b->given |= bit;
		gic->given_to[intid] = cpu;
	}
}

uint32_t gicv3_given(const struct gicv3 *gic, unsigned int cpu, unsigned int bank)
{
	uint32_t given = bank_of(gic, cpu, bank)->given;
	unsigned int i;

	for (i = 0; i < 32 && given >> i; i++)
		if (gic->given_to[bank * 32 + i] != cpu)
			given &= ~(1U << i);
	return given;
}

void gicv3_take_back(struct gicv3 *gic, unsigned int cpu, unsigned int intid)
{
	bank_to_change(gic, cpu, intid / 32)->given &= ~(1U << intid % 32);
}

void gicv3_set_irq(void *opaque, unsigned int irq, bool level)
{
	struct gicv3_bank *b = bank_to_change(opaque, 0, irq / 32);
	uint32_t bit = 1U << irq % 32;

	if (level) {
		b->latched |= bit & b->edge & ~b->line;
		b->line |= bit;
	} else {
		b->line &= ~bit;
		b->given &= ~bit;
	}
}

int gicv3_find(const struct gicv3 *gic, uint64_t affinity)
{
	unsigned int i;

	for (i = 0; i < gic->cpus; i++)
		if (gic->cpu[i].affinity == affinity)
			return (int)i;
	return -1;
}

void gicv3_send(struct gicv3 *gic, unsigned int cpu, unsigned int sgi)
{
	bank_to_change(gic, cpu, 0)->latched |= 1U << sgi & SGIS;
}

/* What a CPU had was lost with its interface; it is the level that counts. */
void gicv3_set_off(struct gicv3 *gic, unsigned int cpu, bool off)
{
	unsigned int i;

	gic->cpu[cpu].off = off;
	for (i = 0; i < GICV3_BANKS; i++)
		bank_to_change(gic, cpu, i)->given &= ~gicv3_given(gic, cpu, i);
}

/* ---- message-based SPIs (5.2.6) --------------------------------------------- */

static void send_message(struct gicv3 *gic, uint32_t value, bool pending)
{
	unsigned int intid = value & SPI_INTID;
	uint32_t bit = 1U << intid % 32;
	struct gicv3_bank *b;

	if (intid < GICV3_SPI || intid >= GICV3_INTIDS)
		return;
	b = bank_to_change(gic, 0, intid / 32);
	if (!(b->edge & bit))
		gicv3_set_irq(gic, intid, pending);
	else if (pending)
		b->latched |= bit;
	else
		b->latched &= ~bit;
}

/* ---- registers that are arrays --------------------------------------------- */

/** struct access - to the array at @offset, of a CPU's redistributor or of the distributor */
struct access {
	unsigned int cpu;
	uint64_t offset;
};

/*
 * The part of an array that is accessed: @first is the INTID of its lowest bit, and
 * @bits is what an INTID has there. Of INTIDs that don't exist, nothing is there.
 */
static bool locate(uint64_t offset, uint64_t array, unsigned int bits, unsigned int *first)
{
	*first = (offset - array) * 8 / bits;
	return offset >= array && offset - array < GICV3_INTIDS * bits / 8;
}

static unsigned int holder(const struct access *access, unsigned int bank)
{
	return bank ? GICV3_EVERY_CPU : access->cpu;
}

static void look(struct gicv3 *gic, const struct access *access, unsigned int bank,
		 uint32_t *pending, uint32_t *active)
{
	*pending = *active = 0;
	if (gic->interfaces.look)
		gic->interfaces.look(gic->interfaces.opaque, holder(access, bank), bank, pending,
				     active);
}

static void change(struct gicv3 *gic, const struct access *access, unsigned int bank,
		   uint32_t pending, uint32_t active)
{
	if (gic->interfaces.change)
		gic->interfaces.change(gic->interfaces.opaque, holder(access, bank), bank, pending,
				       active, 0);
}

/* One that is not active already, at the CPU that it goes to, or at any that is on. */
static void activate(struct gicv3 *gic, const struct access *access, unsigned int bank,
		     uint32_t value)
{
	uint32_t pending, active, mine;
	unsigned int cpu;

	look(gic, access, bank, &pending, &active);
	value &= ~active;
	for (cpu = bank ? 0 : access->cpu; value && cpu < gic->cpus; cpu++) {
		mine = bank ? routed(gic, cpu, bank, value) : value;
		if (mine && gic->interfaces.change && !gic->cpu[cpu].off)
			gic->interfaces.change(gic->interfaces.opaque, cpu, bank, 0, 0, mine);
		value &= bank ? ~mine : 0;
	}
}

static uint32_t read_pending(struct gicv3 *gic, const struct access *access, unsigned int bank)
{
	const struct gicv3_bank *b = bank_of(gic, access->cpu, bank);
	uint32_t pending, active;

	look(gic, access, bank, &pending, &active);
	return pending | b->latched | (b->line & ~b->edge);
}

static uint32_t read_active(struct gicv3 *gic, const struct access *access, unsigned int bank)
{
	uint32_t pending, active;

	look(gic, access, bank, &pending, &active);
	return active;
}

static uint32_t read_priorities(const struct gicv3_bank *b, unsigned int first)
{
	uint32_t value = 0;
	unsigned int i;

	for (i = 0; i < 4; i++)
		value |= (uint32_t)b->priority[first % 32 + i] << (i * 8);
	return value;
}

/* Two bits each: the high one says edge. */
static uint32_t read_config(const struct gicv3_bank *b, unsigned int first)
{
	uint32_t value = 0;
	unsigned int i;

	for (i = 0; i < 16; i++)
		value |= (b->edge >> (first % 32 + i) & 1) << (i * 2 + 1);
	return value;
}

static uint32_t read_array(struct gicv3 *gic, const struct access *access, unsigned int first)
{
	const struct gicv3_bank *b = bank_of(gic, access->cpu, first / 32);

	switch (access->offset & ~0x7fULL) {
	case IGROUPR:
		return b->group;
	case ISENABLER:
	case ICENABLER:
		return b->enabled;
	case ISPENDR:
	case ICPENDR:
		return read_pending(gic, access, first / 32);
	case ISACTIVER:
	case ICACTIVER:
		return read_active(gic, access, first / 32);
	}
	return access->offset < ITARGETSR ? read_priorities(b, first) : read_config(b, first);
}

static void write_config(struct gicv3_bank *b, unsigned int first, uint32_t value)
{
	unsigned int i;

	for (i = 0; i < 16; i++) {
		uint32_t bit = 1U << (first % 32 + i);

		b->edge = value >> (i * 2 + 1) & 1 ? b->edge | bit : b->edge & ~bit;
	}
}

static void write_priorities(struct gicv3_bank *b, unsigned int first, uint32_t value)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		b->priority[first % 32 + i] = value >> (i * 8) & PRIORITY_BITS;
}

/* SGIs are edges, whatever is written. */
static void write_array(struct gicv3 *gic, const struct access *access, unsigned int first,
			uint32_t value)
{
	struct gicv3_bank *b = bank_to_change(gic, access->cpu, first / 32);

	switch (access->offset & ~0x7fULL) {
	case IGROUPR:
		b->group = value;
		return;
	case ISENABLER:
		b->enabled |= value;
		return;
	case ICENABLER:
		b->enabled &= ~value;
		return;
	case ISPENDR:
		b->latched |= value;
		return;
	case ICPENDR:
		b->latched &= ~value;
		change(gic, access, first / 32, value, 0);
		return;
	case ISACTIVER:
		activate(gic, access, first / 32, value);
		return;
	case ICACTIVER:
		change(gic, access, first / 32, 0, value);
		return;
	}
	if (access->offset < ITARGETSR)
		write_priorities(b, first, value);
	else if (first >= 16)
		write_config(b, first, value);
}

/*
 * With affinity routing the distributor has nothing of SGIs and PPIs, and the
 * redistributor has nothing else.
 */
static bool is_array(uint64_t offset, bool private, unsigned int *first)
{
	unsigned int bits = 1;
	uint64_t array = offset & ~0x7fULL;

	if (offset < IGROUPR || offset >= ARRAYS_END)
		return false;
	if (offset >= ICFGR) {
		array = ICFGR;
		bits = 2;
	} else if (offset >= ITARGETSR) {
		return false;
	} else if (offset >= IPRIORITYR) {
		array = IPRIORITYR;
		bits = 8;
	}
	return locate(offset, array, bits, first) && (*first < GICV3_SPI) == private;
}

/* ---- accesses -------------------------------------------------------------- */

/** struct frames - the registers at an offset, 32 bits each */
struct frames {
	uint32_t (*read)(struct gicv3 *gic, uint64_t offset);
	void (*write)(struct gicv3 *gic, uint64_t offset, uint32_t value);
};

static bool is_router(uint64_t offset, unsigned int *intid)
{
	*intid = (offset - ROUTERS) / 8;
	return offset >= ROUTERS && *intid >= GICV3_SPI && *intid < GICV3_INTIDS;
}

static uint32_t read_distributor(struct gicv3 *gic, uint64_t offset)
{
	const struct access access = { .offset = offset };
	unsigned int intid;

	if (is_array(offset, false, &intid))
		return read_array(gic, &access, intid);
	if (is_router(offset, &intid))
		return gic->route[intid] >> (offset % 8 * 8);
	switch (offset) {
	case GICD_CTLR:
		return gic->control | CTLR_ARE | CTLR_DS;
	case GICD_TYPER:
		return TYPER_LINES | TYPER_ID_BITS | TYPER_MBIS;
	case GICD_IIDR:
		return IIDR_ARM;
	case PIDR2:
		return PIDR2_GICV3;
	default:
		return 0;
	}
}

static void write_router(struct gicv3 *gic, unsigned int intid, unsigned int shift, uint32_t value)
{
	uint64_t route = gic->route[intid] & ~(0xffffffffULL << shift);

	route |= (uint64_t)value << shift;
	gic->route[intid] = route & (ROUTE_ANY | ROUTE_AFFINITY);
	gic->changed = true;
}

static void write_distributor(struct gicv3 *gic, uint64_t offset, uint32_t value)
{
	const struct access access = { .offset = offset };
	unsigned int intid;

	if (is_array(offset, false, &intid)) {
		write_array(gic, &access, intid, value);
	} else if (is_router(offset, &intid)) {
		write_router(gic, intid, offset % 8 * 8, value);
	} else if (offset == GICD_CTLR) {
		gic->control = value & CTLR_ENABLES;
		gic->changed = true;
	} else if (offset == GICD_SETSPI_NSR || offset == GICD_CLRSPI_NSR) {
		send_message(gic, value, offset == GICD_SETSPI_NSR);
	}
}

/* GICR_TYPER: affinity, number, and whether it is the last one. */
static uint64_t redistributor_type(const struct gicv3 *gic, unsigned int cpu)
{
	uint64_t affinity = gic->cpu[cpu].affinity;

	return (affinity >> 32 << 24 | (affinity & 0xffffff)) << 32 | cpu << TYPER_NUMBER |
	       (cpu + 1 == gic->cpus ? TYPER_LAST : 0);
}

static uint32_t read_redistributor(struct gicv3 *gic, uint64_t offset)
{
	const struct access access = {
		.cpu = offset / GICV3_REDISTRIBUTOR_SIZE,
		.offset = offset % GICR_FRAME,
	};
	bool second = offset & GICR_FRAME;
	unsigned int intid;

	if (second && is_array(access.offset, true, &intid))
		return read_array(gic, &access, intid);
	if (access.offset == PIDR2)
		return PIDR2_GICV3;
	if (second)
		return 0;
	switch (access.offset) {
	case GICR_IIDR:
		return IIDR_ARM;
	case GICR_TYPER:
	case GICR_TYPER + 4:
		return redistributor_type(gic, access.cpu) >> (offset % 8 * 8);
	case GICR_WAKER:
		return gic->cpu[access.cpu].asleep ? WAKER_SLEEP | WAKER_CHILDREN : 0;
	default:
		return 0;
	}
}

static void write_redistributor(struct gicv3 *gic, uint64_t offset, uint32_t value)
{
	const struct access access = {
		.cpu = offset / GICV3_REDISTRIBUTOR_SIZE,
		.offset = offset % GICR_FRAME,
	};
	bool second = offset & GICR_FRAME;
	unsigned int intid;

	if (second && is_array(access.offset, true, &intid)) {
		write_array(gic, &access, intid, value);
	} else if (!second && access.offset == GICR_WAKER) {
		gic->cpu[access.cpu].asleep = value & WAKER_SLEEP;
		gic->changed = true;
	}
}

/* Priorities are bytes; the rest of 32 bits, and of 64 as two of 32. */
static bool is_byte(uint64_t offset, unsigned int width)
{
	offset %= GICR_FRAME;
	return width == 1 && offset >= IPRIORITYR && offset < ITARGETSR;
}

static uint64_t read_frame(struct gicv3 *gic, const struct frames *frames, uint64_t offset,
			   unsigned int width)
{
	if (is_byte(offset, width))
		return frames->read(gic, offset & ~3ULL) >> (offset % 4 * 8) & 0xff;
	if (width < 4 || offset % width)
		return 0;
	if (width == 4)
		return frames->read(gic, offset);
	return frames->read(gic, offset) | (uint64_t)frames->read(gic, offset + 4) << 32;
}

static void write_frame(struct gicv3 *gic, const struct frames *frames, uint64_t offset,
			unsigned int width, uint64_t value)
{
	if (is_byte(offset, width)) {
		unsigned int shift = offset % 4 * 8;
		uint32_t rest = frames->read(gic, offset & ~3ULL) & ~(0xffU << shift);

		frames->write(gic, offset & ~3ULL, rest | (uint32_t)value << shift);
		return;
	}
	if (width < 4 || offset % width)
		return;
	frames->write(gic, offset, value);
	if (width == 8)
		frames->write(gic, offset + 4, value >> 32);
}

static const struct frames distributor = { read_distributor, write_distributor };
static const struct frames redistributors = { read_redistributor, write_redistributor };

static uint64_t distributor_read(void *gic, uint64_t offset, unsigned int width)
{
	return read_frame(gic, &distributor, offset, width);
}

static void distributor_write(void *gic, uint64_t offset, unsigned int width, uint64_t value)
{
	/* Messages can have 16 bits. */
	if (width == 2 && (offset == GICD_SETSPI_NSR || offset == GICD_CLRSPI_NSR))
		width = 4;
	write_frame(gic, &distributor, offset, width, value);
}

static uint64_t redistributor_read(void *gic, uint64_t offset, unsigned int width)
{
	return read_frame(gic, &redistributors, offset, width);
}

static void redistributor_write(void *gic, uint64_t offset, unsigned int width, uint64_t value)
{
	write_frame(gic, &redistributors, offset, width, value);
}

void gicv3_init(struct gicv3 *gic, struct bus *mmio, uint64_t distributor_gpa,
		uint64_t redistributor_gpa, unsigned int cpus,
		uint64_t (*affinity)(unsigned int cpu), const struct gicv3_interfaces *interfaces)
{
	static const struct bus_device gicd = { distributor_read, distributor_write, 8 };
	static const struct bus_device gicr = { redistributor_read, redistributor_write, 8 };
	unsigned int i;

	assert(cpus && cpus <= GICV3_CPUS);
	*gic = (struct gicv3){ .cpus = cpus };
	if (interfaces)
		gic->interfaces = *interfaces;
	for (i = 0; i < cpus; i++)
		gic->cpu[i] = (struct gicv3_cpu){
			.affinity = affinity(i),
			.off = i,
			.asleep = true,
			.bank.edge = SGIS,
		};
	bus_add(mmio, distributor_gpa, GICV3_DISTRIBUTOR_SIZE, &gicd, gic);
	bus_add(mmio, redistributor_gpa, cpus * (uint64_t)GICV3_REDISTRIBUTOR_SIZE, &gicr, gic);
}
