/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Linux's Image of arm64, and what it gets beside it. */
#ifndef AXVMM_ARM64_IMAGE_H
#define AXVMM_ARM64_IMAGE_H

#include <stdint.h>

#include "../error.h"
#include "../file.h"
#include "../memory.h"

#define ARM64_TREE_SIZE 0x10000ULL /* room for a device tree */

/**
 * struct arm64_boot - what to load, and where it went
 * @memory: the guest's; all goes into its first region
 * @kernel: the file
 * @initrd: the file, NULL: none
 * @entry: out: where to start, with @tree in X0
 * @tree: out: guest-physical address of ARM64_TREE_SIZE bytes for the device tree
 * @initrd_gpa: out
 * @error: out: what is wrong with the files, if a function returns -1
 */
struct arm64_boot {
	const struct memory *memory;
	const struct file *kernel;
	const struct file *initrd;
	uint64_t entry;
	uint64_t tree;
	uint64_t initrd_gpa;
	struct error *error;
};

/** load_arm64_image() - check and load them; 0 or -1 */
int load_arm64_image(struct arm64_boot *boot);

#endif /* AXVMM_ARM64_IMAGE_H */
