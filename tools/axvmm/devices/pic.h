/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two i8259 interrupt controllers, the second behind input 2 of the first. */
#ifndef AXVMM_PIC_H
#define AXVMM_PIC_H

#include "device.h"

/**
 * struct pic_chip - one i8259
 * @lines: level of the inputs
 * @irr: requests: edges that were seen, levels that are there
 * @isr: in service
 * @imr: masked
 * @elcr: inputs that are level-triggered
 * @elcr_mask: bits of @elcr that can be set
 * @vector_base: vector of input 0
 * @lowest: the input with the lowest priority; the next one has the highest
 * @init_step: the initialization word that comes next (2 to 4), 0: none
 */
struct pic_chip {
	uint8_t lines;
	uint8_t irr;
	uint8_t isr;
	uint8_t imr;
	uint8_t elcr;
	uint8_t elcr_mask;
	uint8_t vector_base;
	uint8_t lowest;
	uint8_t init_step;
	bool single;
	bool needs_icw4;
	bool auto_eoi;
	bool rotate_on_auto_eoi;
	bool fully_nested; /* the special mode of a master */
	bool special_mask;
	bool read_isr;
	bool poll;
};

struct pic {
	struct pic_chip master;
	struct pic_chip slave;
	bool output; /* of the master */
};

void pic_init(struct pic *pic, struct bus *ports);

/** pic_set_irq() - struct irq_line.set: @irq is 0 to 15 */
void pic_set_irq(void *opaque, unsigned int irq, bool level);

/** pic_asserted() - true while the CPU's interrupt input is high */
static inline bool pic_asserted(const struct pic *pic)
{
	return pic->output;
}

/** pic_acknowledge() - the CPU's interrupt acknowledge cycle; returns the vector */
uint8_t pic_acknowledge(struct pic *pic);

#endif /* AXVMM_PIC_H */
