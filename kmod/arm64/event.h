/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupts and exceptions that are raised in the guest. */
#ifndef AXVCPU_ARM64_EVENT_H
#define AXVCPU_ARM64_EVENT_H

#include "arm64.h"

int arm64_inject_interrupt(struct axvcpu_vcpu *vcpu, u32 type, u32 vector);
int arm64_inject_exception(struct axvcpu_vcpu *vcpu,
			   const struct axvcpu_inject *event);
bool arm64_runnable(struct axvcpu_vcpu *vcpu);
u64 arm64_timer(struct axvcpu_vcpu *vcpu);
bool arm64_interruptible(struct axvcpu_vcpu *vcpu);
/* A synchronous exception to EL1, at the PC, now. */
void arm64_raise(struct arm64_vcpu *v, u64 esr, u64 far);
void arm64_raise_undefined(struct arm64_vcpu *v);
/* An external abort of the data access that the last exit reported. */
void arm64_raise_abort(struct arm64_vcpu *v);
void arm64_events_reset(struct arm64_vcpu *v);
void arm64_get_events(struct arm64_vcpu *v, struct axvcpu_arm64_events *e);
int arm64_set_events(struct arm64_vcpu *v, const struct axvcpu_arm64_events *e);

#endif /* AXVCPU_ARM64_EVENT_H */
