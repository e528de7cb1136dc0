/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is where in an arm64 machine. */
#ifndef AXVMM_ARM64_MACHINE_H
#define AXVMM_ARM64_MACHINE_H

#include "../machine.h"

#define GICD_GPA   0x08000000ULL
#define GICR_GPA   0x080a0000ULL
#define UART_GPA   0x09000000ULL
#define MEMORY_GPA 0x40000000ULL /* nothing below it is memory */

#define UART_INTID 33

/**
 * struct arm64_tree - what the device tree says that is not always the same
 * @append: the command line
 * @initrd: guest-physical address
 * @initrd_size: 0: there is none
 */
struct arm64_tree {
	const struct memory *memory;
	const char *append;
	uint64_t initrd;
	uint64_t initrd_size;
};

/** arm64_write_tree() - the device tree, of at most @size bytes at @blob; 0 or -1 with @error */
int arm64_write_tree(const struct arm64_tree *tree, void *blob, int size, struct error *error);

#endif /* AXVMM_ARM64_MACHINE_H */
