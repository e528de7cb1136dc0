// SPDX-License-Identifier: GPL-2.0-or-later
/* What an exit and an event are called, in records, statistics and traces. */
#include "../trace.h"
#include "arm64.h"
#include "record.h"

u64 el2_hw_code(const struct arm64_vcpu *v)
{
	switch (v->exit) {
	case EL2_EXIT_IRQ:
		return AXVCPU_ARM64_HW_IRQ;
	case EL2_EXIT_FIQ:
		return AXVCPU_ARM64_HW_FIQ;
	case EL2_EXIT_SERROR:
		return AXVCPU_ARM64_HW_SERROR | v->esr;
	default:
		return v->esr;
	}
}

void arm64_delivered(struct arm64_vcpu *v, u32 type, u32 vector)
{
	v->core.stats.injected++;
	trace_axvcpu_inject(&v->core, type, vector);
}
