/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The distributor and the one redistributor of a GICv3 (IHI 0069) with 64 interrupts,
 * for one CPU. The CPU's interface is the hypervisor's: what is due there is told to
 * it, and of the end of an interrupt this side hears nothing.
 *
 * There is one security state, affinity routing is always on, and there are no LPIs.
 * Interrupts of group 0 go nowhere. Priorities are kept and order nothing. Active
 * interrupts are the CPU interface's: here none ever is.
 */
#ifndef AXVMM_GICV3_H
#define AXVMM_GICV3_H

#include "device.h"

#define GICV3_INTIDS		 64 /* SGIs 0 to 15, PPIs to 31, SPIs from 32 on */
#define GICV3_SPI		 32
#define GICV3_DISTRIBUTOR_SIZE	 0x10000
#define GICV3_REDISTRIBUTOR_SIZE 0x20000

/**
 * struct gicv3 - its state; in bit maps, bit n is INTID n
 * @control: the enables of GICD_CTLR
 * @asleep: GICR_WAKER.ProcessorSleep: nothing is forwarded
 * @group: in group 1
 * @enabled: may be forwarded
 * @edge: edge-triggered, not by level
 * @line: levels of the lines
 * @latched: pending, by an edge or because software wants it
 * @priority: as written
 * @route: GICD_IROUTER<n>
 */
struct gicv3 {
	uint32_t control;
	bool asleep;
	uint64_t group;
	uint64_t enabled;
	uint64_t edge;
	uint64_t line;
	uint64_t latched;
	uint8_t priority[GICV3_INTIDS];
	uint64_t route[GICV3_INTIDS];
};

void gicv3_init(struct gicv3 *gic, struct bus *mmio, uint64_t distributor_gpa,
		uint64_t redistributor_gpa);

/** gicv3_set_irq() - struct irq_line.set; @irq: a PPI or SPI */
void gicv3_set_irq(void *gic, unsigned int irq, bool level);

/** gicv3_send() - the CPU sends itself an SGI */
void gicv3_send(struct gicv3 *gic, unsigned int sgi);

/** gicv3_due() - bit map of what is to be pending at the CPU's interface */
uint64_t gicv3_due(const struct gicv3 *gic);

/** gicv3_by_level() - bit map of what is due for as long as its line is asserted */
uint64_t gicv3_by_level(const struct gicv3 *gic);

/** gicv3_taken() - it is pending there now: what was latched is over */
void gicv3_taken(struct gicv3 *gic, unsigned int intid);

#endif /* AXVMM_GICV3_H */
