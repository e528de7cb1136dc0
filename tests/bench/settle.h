/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting until the kernel has done what it put off. */
#ifndef BENCH_SETTLE_H
#define BENCH_SETTLE_H

#include <stddef.h>
#include <stdint.h>

/** memory_free() - bytes of the host that are free now */
uint64_t memory_free(void);

/** settle() - wait until all that was put off is surely done, and return memory_free() */
uint64_t settle(void);

/** settle_to() - wait until @free bytes are free again, but for a little; 0 or -1 */
int settle_to(uint64_t free);

#endif /* BENCH_SETTLE_H */
