// SPDX-License-Identifier: GPL-3.0-or-later
/* After Intel's data sheet of the 8259A; ELCR as in Intel's PIIX chips. */
#include "pic.h"

#define CASCADE	 2
#define SPURIOUS 7

#define ICW1_ICW4   0x01
#define ICW1_SINGLE 0x02
#define ICW1_INIT   0x10
#define ICW4_AEOI   0x02
#define ICW4_SFNM   0x10

#define OCW2_ROTATE   0x80
#define OCW2_SPECIFIC 0x40
#define OCW2_EOI      0x20
#define OCW3	      0x08
#define OCW3_ESMM     0x40
#define OCW3_SMM      0x20
#define OCW3_POLL     0x04
#define OCW3_READ     0x02
#define OCW3_READ_ISR 0x01

#define NONE 8

/* The input of highest priority among @inputs, as a distance from the top. */
static unsigned int rank_of_first(const struct pic_chip *chip, uint8_t inputs)
{
	unsigned int rank = 0;

	while (rank < NONE && !(inputs & (1 << ((chip->lowest + 1 + rank) & 7))))
		rank++;
	return rank;
}

static unsigned int input_of(const struct pic_chip *chip, unsigned int rank)
{
	return (chip->lowest + 1 + rank) & 7;
}

/* The input that the chip would hand out now, or NONE. */
static unsigned int candidate(const struct pic_chip *chip, bool is_master)
{
	unsigned int request = rank_of_first(chip, chip->irr & ~chip->imr);
	uint8_t in_service = chip->isr;

	if (chip->special_mask)
		in_service &= ~chip->imr;
	if (chip->fully_nested && is_master)
		in_service &= ~(1 << CASCADE);
	if (request == NONE || request >= rank_of_first(chip, in_service))
		return NONE;
	return input_of(chip, request);
}

/* The slave's output is the master's input 2, which follows it at once. */
static void update(struct pic *pic)
{
	if (candidate(&pic->slave, false) != NONE)
		pic->master.irr |= 1 << CASCADE;
	else
		pic->master.irr &= ~(1 << CASCADE);
	pic->output = candidate(&pic->master, true) != NONE;
}

static void set_input(struct pic_chip *chip, unsigned int input, bool level)
{
	uint8_t bit = 1 << input;

	if (level && ((chip->elcr & bit) || !(chip->lines & bit)))
		chip->irr |= bit;
	else if (!level && (chip->elcr & bit))
		chip->irr &= ~bit;
	chip->lines = level ? chip->lines | bit : chip->lines & ~bit;
}

void pic_set_irq(void *opaque, unsigned int irq, bool level)
{
	struct pic *pic = opaque;
	struct pic_chip *chip = irq < 8 ? &pic->master : &pic->slave;

	if (irq == CASCADE || irq > 15 || level == !!(chip->lines & 1 << (irq & 7)))
		return;
	set_input(chip, irq & 7, level);
	update(pic);
}

/* The chip's part of an acknowledge cycle for @input. */
static void take(struct pic_chip *chip, unsigned int input)
{
	uint8_t bit = 1 << input;

	if (!(chip->elcr & bit))
		chip->irr &= ~bit;
	if (!chip->auto_eoi)
		chip->isr |= bit;
	else if (chip->rotate_on_auto_eoi)
		chip->lowest = input;
}

uint8_t pic_acknowledge(struct pic *pic)
{
	unsigned int input = candidate(&pic->master, true);
	struct pic_chip *chip = &pic->master;

	if (input == CASCADE) {
		take(&pic->master, CASCADE);
		chip = &pic->slave;
		input = candidate(chip, false);
	}
	if (input == NONE)
		input = SPURIOUS;
	else
		take(chip, input);
	update(pic);
	return chip->vector_base | input;
}

/* ---- the registers ------------------------------------------------------ */

static void start_initialization(struct pic_chip *chip, uint8_t value)
{
	chip->imr = 0;
	chip->isr = 0;
	chip->irr &= chip->elcr;
	chip->lowest = 7;
	chip->single = value & ICW1_SINGLE;
	chip->needs_icw4 = value & ICW1_ICW4;
	chip->auto_eoi = false;
	chip->rotate_on_auto_eoi = false;
	chip->fully_nested = false;
	chip->special_mask = false;
	chip->read_isr = false;
	chip->poll = false;
	chip->init_step = 2;
}

static void go_on_initialization(struct pic_chip *chip, uint8_t value)
{
	switch (chip->init_step) {
	case 2:
		chip->vector_base = value & 0xf8;
		chip->init_step = chip->single ? 4 : 3;
		break;
	case 3: /* where the chips are cascaded is fixed */
		chip->init_step = 4;
		break;
	default:
		chip->auto_eoi = value & ICW4_AEOI;
		chip->fully_nested = value & ICW4_SFNM;
		chip->init_step = 0;
	}
	if (chip->init_step == 4 && !chip->needs_icw4)
		chip->init_step = 0;
}

/* End of interrupt, rotation, or both. */
static void write_ocw2(struct pic_chip *chip, uint8_t value)
{
	bool specific = value & OCW2_SPECIFIC, rotate = value & OCW2_ROTATE;
	unsigned int input = value & 7;

	if (!(value & OCW2_EOI)) {
		if (specific && rotate)
			chip->lowest = input;
		else if (!specific)
			chip->rotate_on_auto_eoi = rotate;
		return;
	}
	if (!specific) {
		uint8_t in_service = chip->isr;
		unsigned int rank;

		if (chip->special_mask)
			in_service &= ~chip->imr;
		rank = rank_of_first(chip, in_service);
		if (rank == NONE)
			return;
		input = input_of(chip, rank);
	}
	chip->isr &= ~(1 << input);
	if (rotate)
		chip->lowest = input;
}

static void write_ocw3(struct pic_chip *chip, uint8_t value)
{
	if (value & OCW3_POLL)
		chip->poll = true;
	if (value & OCW3_READ)
		chip->read_isr = value & OCW3_READ_ISR;
	if (value & OCW3_ESMM)
		chip->special_mask = value & OCW3_SMM;
}

static struct pic_chip *chip_of(struct pic *pic, uint64_t port)
{
	return port < 0xa0 ? &pic->master : &pic->slave;
}

static void chip_write(struct pic *pic, uint16_t port, uint8_t value)
{
	struct pic_chip *chip = chip_of(pic, port);

	if (port & 1) {
		if (chip->init_step)
			go_on_initialization(chip, value);
		else
			chip->imr = value;
	} else if (value & ICW1_INIT) {
		start_initialization(chip, value);
	} else if (value & OCW3) {
		write_ocw3(chip, value);
	} else {
		write_ocw2(chip, value);
	}
	update(pic);
}

/* A read after the poll command is an acknowledge cycle without a vector. */
static uint8_t poll_read(struct pic *pic, struct pic_chip *chip)
{
	unsigned int input = candidate(chip, chip == &pic->master);

	chip->poll = false;
	if (input == NONE)
		return 0;
	take(chip, input);
	update(pic);
	return 0x80 | input;
}

static uint8_t chip_read(struct pic *pic, uint16_t port)
{
	struct pic_chip *chip = chip_of(pic, port);

	if (chip->poll)
		return poll_read(pic, chip);
	if (port & 1)
		return chip->imr;
	return chip->read_isr ? chip->isr : chip->irr;
}

static uint64_t master_read(void *device, uint64_t offset, unsigned int width)
{
	(void)width;
	return chip_read(device, 0x20 + offset);
}

static void master_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	(void)width;
	chip_write(device, 0x20 + offset, value);
}

static uint64_t slave_read(void *device, uint64_t offset, unsigned int width)
{
	(void)width;
	return chip_read(device, 0xa0 + offset);
}

static void slave_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	(void)width;
	chip_write(device, 0xa0 + offset, value);
}

static uint64_t elcr_read(void *device, uint64_t offset, unsigned int width)
{
	struct pic *pic = device;

	(void)width;
	return offset ? pic->slave.elcr : pic->master.elcr;
}

static void elcr_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	struct pic *pic = device;
	struct pic_chip *chip = offset ? &pic->slave : &pic->master;

	(void)width;
	chip->elcr = value & chip->elcr_mask;
	/* What has just become level-triggered requests as its line says. */
	chip->irr = (chip->irr & ~chip->elcr) | (chip->lines & chip->elcr);
	update(pic);
}

static const struct bus_device master_ops = { master_read, master_write, 1 };
static const struct bus_device slave_ops = { slave_read, slave_write, 1 };
static const struct bus_device elcr_ops = { elcr_read, elcr_write, 1 };

void pic_init(struct pic *pic, struct bus *ports)
{
	/* Timer, keyboard, cascade, clock and FPU are wired to be edges. */
	*pic = (struct pic){
		.master = { .imr = 0xff, .lowest = 7, .elcr_mask = 0xf8, .vector_base = 8 },
		.slave = { .imr = 0xff, .lowest = 7, .elcr_mask = 0xde, .vector_base = 0x70 },
	};
	bus_add(ports, 0x20, 2, &master_ops, pic);
	bus_add(ports, 0xa0, 2, &slave_ops, pic);
	bus_add(ports, 0x4d0, 2, &elcr_ops, pic);
}
