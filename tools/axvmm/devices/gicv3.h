/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The distributor of a GICv3 (IHI 0069) and the redistributor of each CPU. The CPUs'
 * interfaces are the hypervisor's: what is due at one is told to it, and of the end of an
 * interrupt this side hears nothing by itself.
 *
 * There is one security state, affinity routing is always on, and there are no LPIs, so
 * no ITS: a device that sends messages writes them to the distributor (GICD_SETSPI_NSR).
 * Interrupts of group 0 go nowhere. Priorities are kept and order nothing.
 *
 * Why it is here and not in the kernel: in instructions (tests/real/interrupts-arm64.sh,
 * QEMU 7.2, host and guest together) an exit that the module handles costs 1100 and one that
 * comes here 3500; an SGI to a CPU that waits for it 12,800, most of it the world
 * switches and the wake-up of a thread, and a message of a device 8900. In the kernel an
 * SGI would save what an exit to user space and an INJECT cost, 3300 or a quarter; a
 * message nothing of its exit, since devices are here. Linux 6.1 on four CPUs sends 467
 * SGIs until its shell is there, and does all with 1.7 thousand million instructions: a
 * distributor in the kernel would save a thousandth of them, and be code that a guest
 * attacks.
 */
#ifndef AXVMM_GICV3_H
#define AXVMM_GICV3_H

#include "device.h"

#define GICV3_BANKS		 4 /* of 32: SGIs and PPIs, and three of SPIs */
#define GICV3_INTIDS		 (GICV3_BANKS * 32)
#define GICV3_SPI		 32 /* SGIs are 0 to 15, PPIs up to here */
#define GICV3_MESSAGES		 64 /* no line of a device leads to these SPIs and higher ones */
#define GICV3_CPUS		 120
#define GICV3_DISTRIBUTOR_SIZE	 0x10000
#define GICV3_REDISTRIBUTOR_SIZE 0x20000 /* for each CPU, side by side */

/* Of an interface's operations on SPIs. */
#define GICV3_EVERY_CPU GICV3_CPUS

/**
 * struct gicv3_bank - 32 interrupts; in bit maps, bit n is the n-th
 * @group: in group 1
 * @enabled: may be forwarded
 * @edge: edge-triggered, not by level
 * @line: levels of the lines
 * @latched: pending, by an edge or because software wants it
 * @given: a CPU's interface was given it by its level, which is asserted since
 * @priority: the bits that exist
 */
struct gicv3_bank {
	uint32_t group;
	uint32_t enabled;
	uint32_t edge;
	uint32_t line;
	uint32_t latched;
	uint32_t given;
	uint8_t priority[32];
};

/**
 * struct gicv3_cpu - a redistributor
 * @affinity: the CPU's, in the format of GICD_IROUTER<n>
 * @off: the CPU is
 * @asleep: GICR_WAKER.ProcessorSleep: nothing is forwarded
 */
struct gicv3_cpu {
	uint64_t affinity;
	bool off;
	bool asleep;
	struct gicv3_bank bank;
};

/**
 * struct gicv3_interfaces - the other side
 * @look: what the interface of @cpu, or GICV3_EVERY_CPU, has of @bank
 * @change: take @pending and @active away from it, and make @activate active in it
 *
 * NULL: nothing is ever there.
 */
struct gicv3_interfaces {
	void (*look)(void *opaque, unsigned int cpu, unsigned int bank, uint32_t *pending,
		     uint32_t *active);
	void (*change)(void *opaque, unsigned int cpu, unsigned int bank, uint32_t pending,
		       uint32_t active, uint32_t activate);
	void *opaque;
};

/**
 * struct gicv3 - all of it
 * @control: the enables of GICD_CTLR
 * @changed: something can have become due
 * @bank: SPIs; the first is nobody's
 * @route: GICD_IROUTER<n>
 * @given_to: the CPU that struct gicv3_bank.given is about
 */
struct gicv3 {
	struct gicv3_interfaces interfaces;
	uint32_t control;
	bool changed;
	unsigned int cpus;
	struct gicv3_cpu cpu[GICV3_CPUS];
	struct gicv3_bank bank[GICV3_BANKS];
	uint64_t route[GICV3_INTIDS];
	uint8_t given_to[GICV3_INTIDS];
};

/**
 * gicv3_init() - put it on the bus; all CPUs but the first are off
 * @affinity: of a CPU
 */
void gicv3_init(struct gicv3 *gic, struct bus *mmio, uint64_t distributor_gpa,
		uint64_t redistributor_gpa, unsigned int cpus,
		uint64_t (*affinity)(unsigned int cpu),
		const struct gicv3_interfaces *interfaces);

/** gicv3_set_off() - a CPU is on or off */
void gicv3_set_off(struct gicv3 *gic, unsigned int cpu, bool off);

/** gicv3_set_irq() - struct irq_line.set; @irq: an SPI */
void gicv3_set_irq(void *gic, unsigned int irq, bool level);

/** gicv3_find() - the CPU with an affinity, or -1 */
int gicv3_find(const struct gicv3 *gic, uint64_t affinity);

/** gicv3_send() - an SGI to @cpu */
void gicv3_send(struct gicv3 *gic, unsigned int cpu, unsigned int sgi);

/** gicv3_due() - bit map of what is to be pending at the interface of @cpu, of one bank */
uint32_t gicv3_due(const struct gicv3 *gic, unsigned int cpu, unsigned int bank);

/** gicv3_by_level() - bit map of what is due there for as long as its line is asserted */
uint32_t gicv3_by_level(const struct gicv3 *gic, unsigned int cpu, unsigned int bank);

/** gicv3_forwards() - bit map of the SGIs and PPIs that @cpu gets, if they are pending */
uint32_t gicv3_forwards(const struct gicv3 *gic, unsigned int cpu);

/** gicv3_give() - it is pending there now: what was latched is over */
void gicv3_give(struct gicv3 *gic, unsigned int cpu, unsigned int intid);

/** gicv3_given() - bit map of what @cpu was given by levels that are still asserted */
uint32_t gicv3_given(const struct gicv3 *gic, unsigned int cpu, unsigned int bank);

/** gicv3_take_back() - the interface does not have it any more: the level makes it due again */
void gicv3_take_back(struct gicv3 *gic, unsigned int cpu, unsigned int intid);

#endif /* AXVMM_GICV3_H */
