/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vCPU: creation and the inner run loop. */
#ifndef AXVCPU_ARM64_VCPU_H
#define AXVCPU_ARM64_VCPU_H

#include "arm64.h"

struct axvcpu_vcpu *el2_vcpu_alloc(void);
void el2_vcpu_release(struct axvcpu_vcpu *vcpu);
int el2_vcpu_new(struct axvcpu_vcpu *vcpu, const void *config, size_t length);
void el2_set_ept_root(struct axvcpu_vcpu *vcpu, u64 root, unsigned int levels);
int el2_run(struct axvcpu_vcpu *vcpu);
int el2_bind(struct axvcpu_vcpu *vcpu, int cpu);
int el2_unbind(struct axvcpu_vcpu *vcpu);

#endif /* AXVCPU_ARM64_VCPU_H */
