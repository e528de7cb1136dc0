/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is where in an arm64 machine. */
#ifndef AXVMM_ARM64_MACHINE_H
#define AXVMM_ARM64_MACHINE_H

#include "../devices/disk.h"
#include "../devices/flash.h"
#include "../devices/gicv3.h"
#include "../devices/pl011.h"
#include "arch.h"

#define FLASH_GPA  0x00000000ULL /* with firmware in it */
#define FLASH2_GPA 0x04000000ULL
#define GICD_GPA   0x08000000ULL
#define GICR_GPA   0x080a0000ULL
#define UART_GPA   0x09000000ULL
#define DISK_GPA   0x0a000000ULL
#define MEMORY_GPA 0x40000000ULL /* nothing below it is memory, but for flash */

#define UART_INTID 33
#define DISK_INTID 34

_Static_assert(CPUS_MOST <= GICV3_CPUS &&
		       GICR_GPA + GICV3_CPUS * (uint64_t)GICV3_REDISTRIBUTOR_SIZE <= UART_GPA,
	       "there is room for all redistributors");

/**
 * struct arch - an arm64 machine's own part
 * @summoned: a CPU is on its way out of the guest to take a level
 * @timers_off: AXVCPU_ARM64_TIMER_*: timers that the module has been told to hold back
 * @entry: where the guest starts
 * @tree: guest-physical address of the device tree, 0: none
 */
struct arch {
	struct gicv3 gic;
	bool summoned[CPUS_MOST];
	uint8_t timers_off[CPUS_MOST];
	struct pl011 uart;
	struct disk disk;
	struct flash flash[2];
	uint64_t entry;
	uint64_t tree;
};

/** arm64_affinity() - of a CPU, as the module's MPIDR_EL1 has it: sixteen to a cluster */
static inline uint64_t arm64_affinity(unsigned int cpu)
{
	return (uint64_t)(cpu >> 4) << 8 | (cpu & 15);
}

/** arm64_gic_init() - the interrupt controller, with nothing pending */
void arm64_gic_init(struct machine *machine);

/** arm64_gic_started() - a CPU is on, with an interface that holds nothing */
void arm64_gic_started(struct cpu *cpu);

/**
 * struct arm64_tree - what the device tree says that is not always the same
 * @cpus: how many there are
 * @disk: there is one
 * @flash: there are two
 * @append: the command line, NULL: none
 * @initrd: guest-physical address
 * @initrd_size: 0: there is none
 */
struct arm64_tree {
	const struct memory *memory;
	unsigned int cpus;
	bool disk;
	bool flash;
	const char *append;
	uint64_t initrd;
	uint64_t initrd_size;
};

/** arm64_write_tree() - the device tree, of at most @size bytes at @blob; 0 or -1 with @error */
int arm64_write_tree(const struct arm64_tree *tree, void *blob, int size, struct error *error);

#endif /* AXVMM_ARM64_MACHINE_H */
