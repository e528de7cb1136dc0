// SPDX-License-Identifier: GPL-3.0-or-later
#include "gicv3.h"

/* Registers of the distributor (IHI 0069, 12.9). */
#define GICD_CTLR  0x0000
#define GICD_TYPER 0x0004
#define ROUTERS	   0x6000 /* GICD_IROUTER<n>, 8 bytes each */
#define PIDR2	   0xffe8 /* in each frame */

#define CTLR_ENABLES 0x03 /* of groups 0 and 1 */
#define CTLR_GROUP1  0x02
#define CTLR_ARE     0x10 /* affinity routing is on */
#define CTLR_DS	     0x40 /* there is one security state */

#define TYPER_LINES   (GICV3_INTIDS / 32 - 1)
#define TYPER_ID_BITS (9U << 19) /* ten of them, less one */
#define PIDR2_GICV3   0x30

/* Registers of the redistributor (12.11): one frame, behind it that of SGIs and PPIs. */
#define GICR_TYPER 0x0008
#define GICR_WAKER 0x0014
#define GICR_FRAME 0x10000

#define TYPER_LAST     0x10 /* redistributor; of processor 0 with affinity 0 */
#define WAKER_SLEEP    0x02
#define WAKER_CHILDREN 0x04 /* are asleep, too */

/* Registers that are arrays by INTID, at the same offsets in both. */
#define IGROUPR	   0x080
#define ISENABLER  0x100
#define ICENABLER  0x180
#define ISPENDR	   0x200
#define ICPENDR	   0x280
#define ISACTIVER  0x300
#define IPRIORITYR 0x400
#define ITARGETSR  0x800
#define ICFGR	   0xc00
#define ARRAYS_END (ICFGR + GICV3_INTIDS / 4)

#define ROUTE_ANY      (1ULL << 31)
#define ROUTE_AFFINITY 0xff00ffffffULL
#define SGIS	       0xffffULL

/* ---- what is pending ------------------------------------------------------ */

uint64_t gicv3_by_level(const struct gicv3 *gic)
{
	return gic->line & ~gic->edge & ~gic->latched;
}

uint64_t gicv3_due(const struct gicv3 *gic)
{
	uint64_t due = (gic->latched | gicv3_by_level(gic)) & gic->enabled & gic->group;
	unsigned int i;

	if (gic->asleep || !(gic->control & CTLR_GROUP1))
		return 0;
	for (i = GICV3_SPI; i < GICV3_INTIDS; i++)
		if (!(gic->route[i] & ROUTE_ANY) && gic->route[i])
			due &= ~(1ULL << i); /* to a CPU that is not there */
	return due;
}

void gicv3_taken(struct gicv3 *gic, unsigned int intid)
{
	gic->latched &= ~(1ULL << intid);
}

void gicv3_set_irq(void *opaque, unsigned int irq, bool level)
{
	struct gicv3 *gic = opaque;
	uint64_t bit = 1ULL << irq;

	if (level)
		gic->latched |= bit & gic->edge & ~gic->line;
	gic->line = level ? gic->line | bit : gic->line & ~bit;
}

void gicv3_send(struct gicv3 *gic, unsigned int sgi)
{
	gic->latched |= 1ULL << sgi & SGIS;
}

/* ---- registers that are arrays --------------------------------------------- */

/*
 * The part of an array at @offset: @first is the INTID of its lowest bit, and @bits is
 * what an INTID has there. Of INTIDs that don't exist, nothing is there.
 */
static bool locate(uint64_t offset, uint64_t array, unsigned int bits, unsigned int *first)
{
	*first = (offset - array) * 8 / bits;
	return offset >= array && offset - array < GICV3_INTIDS * bits / 8;
}

static uint32_t read_priorities(const struct gicv3 *gic, unsigned int first)
{
	uint32_t value = 0;
	unsigned int i;

	for (i = 0; i < 4; i++)
		value |= (uint32_t)gic->priority[first + i] << (i * 8);
	return value;
}

/* Two bits each: the high one says edge. */
static uint32_t read_config(const struct gicv3 *gic, unsigned int first)
{
	uint32_t value = 0;
	unsigned int i;

	for (i = 0; i < 16; i++)
		value |= (gic->edge >> (first + i) & 1) << (i * 2 + 1);
	return value;
}

static uint32_t read_array(const struct gicv3 *gic, uint64_t offset)
{
	unsigned int first;

	if (locate(offset, IGROUPR, 1, &first))
		return gic->group >> first;
	if (locate(offset, ISENABLER, 1, &first) || locate(offset, ICENABLER, 1, &first))
		return gic->enabled >> first;
	if (locate(offset, ISPENDR, 1, &first) || locate(offset, ICPENDR, 1, &first))
		return (gic->latched | gicv3_by_level(gic)) >> first;
	if (locate(offset, IPRIORITYR, 8, &first))
		return read_priorities(gic, first);
	if (locate(offset, ICFGR, 2, &first))
		return read_config(gic, first);
	return 0;
}

static void write_config(struct gicv3 *gic, unsigned int first, uint32_t value)
{
	unsigned int i;

	for (i = 0; i < 16; i++) {
		uint64_t bit = 1ULL << (first + i) & ~SGIS;

		gic->edge = value >> (i * 2 + 1) & 1 ? gic->edge | bit : gic->edge & ~bit;
	}
}

static void write_array(struct gicv3 *gic, uint64_t offset, uint32_t value)
{
	unsigned int first, i;

	if (locate(offset, IGROUPR, 1, &first))
		gic->group = (gic->group & ~(0xffffffffULL << first)) | (uint64_t)value << first;
	else if (locate(offset, ISENABLER, 1, &first))
		gic->enabled |= (uint64_t)value << first;
	else if (locate(offset, ICENABLER, 1, &first))
		gic->enabled &= ~((uint64_t)value << first);
	else if (locate(offset, ISPENDR, 1, &first))
		gic->latched |= (uint64_t)value << first;
	else if (locate(offset, ICPENDR, 1, &first))
		gic->latched &= ~((uint64_t)value << first);
	else if (locate(offset, IPRIORITYR, 8, &first))
		for (i = 0; i < 4; i++)
			gic->priority[first + i] = value >> (i * 8);
	else if (locate(offset, ICFGR, 2, &first))
		write_config(gic, first, value);
}

/*
 * With affinity routing the distributor has nothing of SGIs and PPIs, and the
 * redistributor has nothing else.
 */
static bool is_array(uint64_t offset, bool private)
{
	unsigned int first, bits = 1;
	uint64_t array = offset & ~0x7fULL;

	if (offset < IGROUPR || offset >= ARRAYS_END)
		return false;
	if (offset >= ICFGR) {
		array = ICFGR;
		bits = 2;
	} else if (offset >= IPRIORITYR) {
		array = IPRIORITYR;
		bits = 8;
	}
	return locate(offset, array, bits, &first) && (first < GICV3_SPI) == private;
}

/* ---- accesses -------------------------------------------------------------- */

/** struct frame - the registers of one frame, 32 bits each */
struct frame {
	uint32_t (*read)(const struct gicv3 *gic, uint64_t offset);
	void (*write)(struct gicv3 *gic, uint64_t offset, uint32_t value);
};

static bool is_router(uint64_t offset, unsigned int *intid)
{
	*intid = (offset - ROUTERS) / 8;
	return offset >= ROUTERS && *intid >= GICV3_SPI && *intid < GICV3_INTIDS;
}

static uint32_t read_distributor(const struct gicv3 *gic, uint64_t offset)
{
	unsigned int intid;

	if (is_array(offset, false))
		return read_array(gic, offset);
	if (is_router(offset, &intid))
		return gic->route[intid] >> (offset % 8 * 8);
	switch (offset) {
	case GICD_CTLR:
		return gic->control | CTLR_ARE | CTLR_DS;
	case GICD_TYPER:
		return TYPER_LINES | TYPER_ID_BITS;
	case PIDR2:
		return PIDR2_GICV3;
	default:
		return 0;
	}
}

static void write_distributor(struct gicv3 *gic, uint64_t offset, uint32_t value)
{
	unsigned int intid, shift = offset % 8 * 8;

	if (is_array(offset, false)) {
		write_array(gic, offset, value);
	} else if (is_router(offset, &intid)) {
		uint64_t route = gic->route[intid] & ~(0xffffffffULL << shift);

		route |= (uint64_t)value << shift;
		gic->route[intid] = route & (ROUTE_ANY | ROUTE_AFFINITY);
	} else if (offset == GICD_CTLR) {
		gic->control = value & CTLR_ENABLES;
	}
}

static uint32_t read_redistributor(const struct gicv3 *gic, uint64_t offset)
{
	if (offset >= GICR_FRAME && is_array(offset - GICR_FRAME, true))
		return read_array(gic, offset - GICR_FRAME);
	switch (offset) {
	case GICR_TYPER:
		return TYPER_LAST;
	case GICR_WAKER:
		return gic->asleep ? WAKER_SLEEP | WAKER_CHILDREN : 0;
	case PIDR2:
	case GICR_FRAME + PIDR2:
		return PIDR2_GICV3;
	default:
		return 0;
	}
}

static void write_redistributor(struct gicv3 *gic, uint64_t offset, uint32_t value)
{
	if (offset >= GICR_FRAME && is_array(offset - GICR_FRAME, true))
		write_array(gic, offset - GICR_FRAME, value);
	else if (offset == GICR_WAKER)
		gic->asleep = value & WAKER_SLEEP;
}

/* Priorities are bytes; the rest of 32 bits, and of 64 as two of 32. */
static bool is_byte(uint64_t offset, unsigned int width)
{
	offset %= GICR_FRAME;
	return width == 1 && offset >= IPRIORITYR && offset < ITARGETSR;
}

static uint64_t read_frame(const struct gicv3 *gic, const struct frame *frame, uint64_t offset,
			   unsigned int width)
{
	if (is_byte(offset, width))
		return frame->read(gic, offset & ~3ULL) >> (offset % 4 * 8) & 0xff;
	if (width < 4 || offset % width)
		return 0;
	if (width == 4)
		return frame->read(gic, offset);
	return frame->read(gic, offset) | (uint64_t)frame->read(gic, offset + 4) << 32;
}

static void write_frame(struct gicv3 *gic, const struct frame *frame, uint64_t offset,
			unsigned int width, uint64_t value)
{
	if (is_byte(offset, width)) {
		unsigned int shift = offset % 4 * 8;
		uint32_t rest = frame->read(gic, offset & ~3ULL) & ~(0xffU << shift);

		frame->write(gic, offset & ~3ULL, rest | (uint32_t)value << shift);
		return;
	}
	if (width < 4 || offset % width)
		return;
	frame->write(gic, offset, value);
	if (width == 8)
		frame->write(gic, offset + 4, value >> 32);
}

static const struct frame distributor = { read_distributor, write_distributor };
static const struct frame redistributor = { read_redistributor, write_redistributor };

static uint64_t distributor_read(void *gic, uint64_t offset, unsigned int width)
{
	return read_frame(gic, &distributor, offset, width);
}

static void distributor_write(void *gic, uint64_t offset, unsigned int width, uint64_t value)
{
	write_frame(gic, &distributor, offset, width, value);
}

static uint64_t redistributor_read(void *gic, uint64_t offset, unsigned int width)
{
	return read_frame(gic, &redistributor, offset, width);
}

static void redistributor_write(void *gic, uint64_t offset, unsigned int width, uint64_t value)
{
	write_frame(gic, &redistributor, offset, width, value);
}

void gicv3_init(struct gicv3 *gic, struct bus *mmio, uint64_t distributor_gpa,
		uint64_t redistributor_gpa)
{
	static const struct bus_device gicd = { distributor_read, distributor_write, 8 };
	static const struct bus_device gicr = { redistributor_read, redistributor_write, 8 };

	*gic = (struct gicv3){ .asleep = true, .edge = SGIS };
	bus_add(mmio, distributor_gpa, GICV3_DISTRIBUTOR_SIZE, &gicd, gic);
	bus_add(mmio, redistributor_gpa, GICV3_REDISTRIBUTOR_SIZE, &gicr, gic);
}
