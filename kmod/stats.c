// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/math64.h>
#include <linux/time64.h>

#include "arch.h"
#include "stats.h"
#include "vcpu.h"

u64 axvcpu_stats_ns(u64 cycles)
{
	return mul_u64_u64_div_u64(cycles, NSEC_PER_SEC, axvcpu_host.cycles_hz);
}

void axvcpu_stats_report(const struct axvcpu_vcpu *vcpu,
			 struct axvcpu_stats *report)
{
	const struct axvcpu_counters *c = &vcpu->stats;
	unsigned int i;

	BUILD_BUG_ON(AXVCPU_EXIT_COUNT > AXVCPU_EXIT_MAX);
	report->entries = READ_ONCE(c->entries);
	report->handled = READ_ONCE(c->handled);
	report->interrupts = READ_ONCE(c->interrupts);
	report->faults = READ_ONCE(c->faults);
	report->huge_faults = READ_ONCE(c->huge_faults);
	report->injected = READ_ONCE(c->injected);
	report->requeued = READ_ONCE(c->requeued);
	report->migrations = READ_ONCE(c->migrations);
	report->tlb_flushes = READ_ONCE(c->tlb_flushes);
	report->ipis = atomic64_read(&c->ipis);
	report->ibpbs = READ_ONCE(c->ibpbs);
	report->blocked_ns = READ_ONCE(c->blocked_ns);
	for (i = 0; i < AXVCPU_EXIT_COUNT; i++) {
		report->exit[i].count = READ_ONCE(c->exit[i].count);
		report->exit[i].time_ns =
			axvcpu_stats_ns(READ_ONCE(c->exit[i].cycles));
	}
}
