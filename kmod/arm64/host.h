/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the core needs of the host's architecture, in line: arm64. */
#ifndef AXVCPU_ARM64_HOST_H
#define AXVCPU_ARM64_HOST_H

#include <asm/barrier.h>

#define AXVCPU_HOST_ARCH	AXVCPU_ARCH_ARM64

/*
 * Every CPU's walks see what was written to the tables before: a walk is an observer
 * of its own, which only a DSB waits for (DDI 0487, "Ordering of memory accesses from
 * translation table walks").
 */
static inline void axvcpu_stage2_written(void)
{
	dsb(ishst);
}

#endif /* AXVCPU_ARM64_HOST_H */
