// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * FP and SIMD. The kernel saves what is the task's, SVE and SME state with it, when it
 * is told that it will use these registers itself; and for us the guest is a user of
 * the kernel's kind. What the guest can't reach (SVE, SME) is trapped.
 */
#include <linux/preempt.h>
#include <asm/neon.h>

#include "arm64.h"

void arm64_fpu_load(struct arm64_vcpu *v)
{
	kernel_neon_begin();
	/* Kernels from 6.8 on leave preemption on. */
	preempt_disable();
	/* What the ID registers hide traps, and is undefined. */
	v->fp = arm64_id_field(v, ID_AA64PFR0, ID_PFR0_FP) != ID_ABSENT;
	el2_fpu_load(&v->fpu);
}

void arm64_fpu_save(struct arm64_vcpu *v)
{
	el2_fpu_save(&v->fpu);
	preempt_enable();
	kernel_neon_end();
}
