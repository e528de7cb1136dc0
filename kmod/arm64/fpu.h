/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FP, SIMD and SVE. */
#ifndef AXVCPU_ARM64_FPU_H
#define AXVCPU_ARM64_FPU_H

#include "arm64.h"

void arm64_fpu_init(void);
int arm64_fpu_prepare(struct axvcpu_vcpu *vcpu);
void arm64_fpu_clear(struct arm64_vcpu *v);
/* The rest of the Z register becomes 0. */
void arm64_fpu_set(struct arm64_vcpu *v, unsigned int reg, u64 low, u64 high);
/* Of the block; 0: there is none. */
u32 arm64_vector_length(void);
void arm64_get_vector(const struct arm64_vcpu *v, void *buffer);
int arm64_set_vector(struct arm64_vcpu *v, const struct axvcpu_arm64_sve *s);
/* Around a run(). Preemption is off between them, but for interrupts. */
void arm64_fpu_begin(struct arm64_vcpu *v);
void arm64_fpu_end(struct arm64_vcpu *v);
/* Between them: the guest's registers are there from now on. False: it has none. */
bool arm64_fpu_enable(struct arm64_vcpu *v);
bool arm64_sve_enable(struct arm64_vcpu *v);

void el2_fpu_load(const struct axvcpu_arm64_fpu *fpu);
void el2_fpu_save(struct axvcpu_arm64_fpu *fpu);

u32 el2_sve_vl(void);
void el2_sve_load(const u8 *data);
void el2_sve_save(u8 *data);

#endif /* AXVCPU_ARM64_FPU_H */
