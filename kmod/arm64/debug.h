/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Break- and watchpoints, and steps. */
#ifndef AXVCPU_ARM64_DEBUG_H
#define AXVCPU_ARM64_DEBUG_H

#include "arm64.h"

int arm64_set_stops(struct arm64_vcpu *v, const struct axvcpu_arm64_stops *s);
/* Once a run(). */
void arm64_debug_begin(struct arm64_vcpu *v);
u64 arm64_debug_find_mdscr(struct arm64_vcpu *v);

static inline u64 arm64_debug_mdscr(struct arm64_vcpu *v)
{
	if (likely(!v->debug_trapped && !v->debug.mdscr_el1))
		return 0;
	return arm64_debug_find_mdscr(v);
}

/* Around a trip whose MDSCR_EL1 enables any. */
void arm64_debug_load(struct arm64_vcpu *v, struct el2_cpu *c);
void arm64_debug_put(const struct el2_cpu *c);

#endif /* AXVCPU_ARM64_DEBUG_H */
