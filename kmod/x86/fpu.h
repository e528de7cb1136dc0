/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x87 to AVX-512, XCR0, XSS, PKRU. */
#ifndef AXVCPU_X86_FPU_H
#define AXVCPU_X86_FPU_H

#include <asm/cpufeature.h>

#include "x86.h"

/*
 * Between an FXSAVE or XSAVE and its opposite some processors keep the last x87
 * instruction's pointers unless an exception is pending: the guest would see the
 * task's. Overwrite them by an instruction of ours.
 */
static __always_inline void x86_fpu_clear_pointers(void)
{
	static const u32 zero;

	if (static_cpu_has_bug(X86_BUG_FXSAVE_LEAK))
		asm volatile("fnclex\n\temms\n\tfildl %0" : : "m"(zero));
}

static inline void x86_fpu_change(struct x86_fpu *fpu)
{
	fpu->changed = true;
	fpu->special = true;
}

int x86_fpu_init(void);			/* module: supported components, size */
u64 x86_fpu_features(void);		/* XCR0 bits that a guest may set */
u32 x86_fpu_size(void);			/* of the FPU block: all those components */
int x86_fpu_new(struct x86_vcpu *x);	/* x86_fpu_reset() fills it */
void x86_fpu_free(struct x86_vcpu *x);
void x86_fpu_reset(struct x86_vcpu *x);	/* as after INIT */
/*
 * switch.h: x86_fpu_load() and x86_fpu_save() switch to the guest's state and back:
 * preemption is off between them, and no user memory is touched.
 */
/*
 * The guest's CR4 or XCR0 change. In force from the next x86_fpu_load(): a back
 * end that is between load and save leaves its inner run loop first. XSETBV's
 * return: false: #GP.
 */
void x86_fpu_set_cr4(struct x86_vcpu *x, u64 cr4);
bool x86_fpu_set_xcr0(struct x86_vcpu *x, u64 xcr0);
/*
 * Between load and save, before x->fpu.xcr0 is looked at: the guest may have
 * changed XCR0 behind our back (see fpu.c).
 */
void x86_fpu_sync_slow(struct x86_vcpu *x);
static inline void x86_fpu_sync(struct x86_vcpu *x)
{
	if (unlikely(x->fpu.check_xcr0))
		x86_fpu_sync_slow(x);
}

bool x86_fpu_xcr0_valid(u64 xcr0);
void x86_fpu_get(struct x86_vcpu *x, void *buffer);
int x86_fpu_set(struct x86_vcpu *x, const void *buffer);

#endif /* AXVCPU_X86_FPU_H */
