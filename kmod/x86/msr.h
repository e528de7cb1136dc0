/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MSRs: the policy, and those that need no hardware. */
#ifndef AXVCPU_X86_MSR_H
#define AXVCPU_X86_MSR_H

#include "x86.h"

/*
 * RDMSR and WRMSR that were intercepted, from run(): handled here, or an exit.
 * The back end has tried the MSRs that only it knows. @length: of the
 * instruction. Return: AXVCPU_OUT_AGAIN (done: RIP advanced, or an exception
 * queued), AXVCPU_OUT_EXIT.
 */
int x86_rdmsr(struct x86_vcpu *x, unsigned int length, u64 hw_code);
int x86_wrmsr(struct x86_vcpu *x, unsigned int length, u64 hw_code);
int x86_msr_done(struct x86_vcpu *x, u64 data);
void x86_msr_reset(struct x86_vcpu *x);
/* Every value of the block is one that WRMSR would take. */
bool x86_msrs_valid(const struct axvcpu_x86_msrs *m);
bool x86_pat_valid(u64 pat);

#endif /* AXVCPU_X86_MSR_H */
