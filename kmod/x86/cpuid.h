/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUID as the guest sees it. */
#ifndef AXVCPU_X86_CPUID_H
#define AXVCPU_X86_CPUID_H

#include "x86.h"

/* Module: after x86_fpu_init(). @tsc_aux: the back end switches TSC_AUX. */
void x86_cpuid_init(bool tsc_aux);
/* Emulate CPUID: reads and writes x->gpr; no RIP change. x->mode is not used. */
void x86_cpuid(struct x86_vcpu *x, u64 cr4);
/* The guest sees this feature: X86_FEATURE_* of the host kernel. */
bool x86_guest_has(unsigned int feature);
u64 x86_cr4_guest_bits(void);	/* CR4 bits that it lets a guest set */
u64 x86_efer_guest_bits(void);	/* same for EFER, LMA included */
/* CPUID leaf 1 EAX, which is also RDX after INIT */
u32 x86_cpuid_signature(void);

#endif /* AXVCPU_X86_CPUID_H */
