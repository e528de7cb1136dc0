/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AXVCPU_STATS_H
#define AXVCPU_STATS_H

#include <linux/types.h>

#include "../uapi/axvcpu.h"

struct axvcpu_vcpu;

/**
 * struct axvcpu_counters - one vCPU's, in the order of struct axvcpu_stats; time in
 * RUN is in cycles, since reading the clock twice costs more than the exit's handler
 *
 * Written by the vCPU's own thread, but @ipis by any (atomic); read at any time.
 */
struct axvcpu_counters {
	u64 entries;
	u64 handled;
	u64 interrupts;
	u64 faults;
	u64 huge_faults;
	u64 injected;
	u64 requeued;
	u64 migrations;
	u64 tlb_flushes;
	atomic64_t ipis;
	u64 ibpbs;
	u64 blocked_ns;
	struct {
		u64 count;
		u64 cycles;	/* of get_cycles(), from RUN's begin */
	} exit[AXVCPU_EXIT_COUNT];
};

/* get_cycles() in nanoseconds */
u64 axvcpu_stats_ns(u64 cycles);

void axvcpu_stats_report(const struct axvcpu_vcpu *vcpu,
			 struct axvcpu_stats *report);

#endif /* AXVCPU_STATS_H */
