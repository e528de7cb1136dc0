// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * FP and SIMD. The kernel saves what is the task's, SVE and SME state with it, when it
 * is told that it will use these registers itself; and for us the guest is a user of
 * the kernel's kind. What the guest can't reach (SME) is trapped.
 *
 * A run() begins without: the guest's first use traps (CPTR_EL2), and only then are the
 * registers changed. A guest that used them in one run() will in the next, so some
 * begin with them. CPTR_EL2 is the guest's in a trip alone, for on VHE it traps the
 * host's own use, too.
 */
#include <linux/preempt.h>
#include <asm/neon.h>

#include "arm64.h"

/* How many run()s after a trap have the registers from the beginning. */
#define FPU_RUNS	8

static void arm64_fpu_load(struct arm64_vcpu *v)
{
	kernel_neon_begin();
	el2_fpu_load(&v->fpu);
	v->fp = true;
}

void arm64_fpu_begin(struct arm64_vcpu *v)
{
	preempt_disable();
	v->fp = false;
	if (!v->fpu_runs)
		return;
	v->fpu_runs--;
	arm64_fpu_load(v);
}

void arm64_fpu_end(struct arm64_vcpu *v)
{
	if (v->fp) {
		el2_fpu_save(&v->fpu);
		v->fp = false;
		kernel_neon_end();
	}
	preempt_enable();
}

bool arm64_fpu_enable(struct arm64_vcpu *v)
{
	if (arm64_id_field(v, ID_AA64PFR0, ID_PFR0_FP) == ID_ABSENT)
		return false;
	v->fpu_runs = FPU_RUNS;
	if (!v->fp)
		arm64_fpu_load(v);
	return true;
}
