/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interrupt interface. */
#ifndef AXVCPU_ARM64_GIC_H
#define AXVCPU_ARM64_GIC_H

#include "arm64.h"

/* Return: enum axvcpu_reason */
u32 arm64_gic_init(void);
void arm64_gic_exit(void);
/* On each CPU, with interrupts off. */
void arm64_gic_enable(void);
void arm64_gic_disable(void);
/* With interrupts off: once a run(), and around each trip. */
void arm64_gic_load(struct arm64_vcpu *v, struct el2_cpu *c);
void arm64_gic_put(struct arm64_vcpu *v, struct el2_cpu *c);
/* Return: the virtual timer's list register is linked to the host's interrupt. */
bool arm64_gic_enter(struct arm64_vcpu *v);
void arm64_gic_leave(struct arm64_vcpu *v);

/* A list register holds something, or something waits for one. */
static inline bool arm64_gic_busy(const struct arm64_vcpu *v)
{
	return v->gic.live || READ_ONCE(v->gic.any);
}

/* arm64_gic_enter() for an interface that is not, with no timer on. */
static inline void arm64_gic_enter_empty(struct arm64_vcpu *v)
{
	v->gic.lines = 0;
}

/* Any thread. -EBUSY: @intid, below AXVCPU_ARM64_INTIDS, waits; -EOPNOTSUPP */
int arm64_gic_inject(struct arm64_vcpu *v, u32 intid);
/* Something waits, as far as other threads can tell; and would reach the guest. */
bool arm64_gic_pending(const struct arm64_vcpu *v);
bool arm64_gic_timer(const struct arm64_vcpu *v, bool physical);
bool arm64_gic_open(const struct arm64_vcpu *v);
u64 arm64_gic_mask(const struct arm64_vcpu *v);
/* A write of ICC_SGI<n>R_EL1. Return: enum axvcpu_out. */
int arm64_gic_sgi(struct arm64_vcpu *v, u64 value, u32 group);
void arm64_gic_reset(struct arm64_vcpu *v);
void arm64_gic_get(const struct arm64_vcpu *v, struct axvcpu_arm64_events *e);
bool arm64_gic_valid(const struct axvcpu_arm64_events *e);
void arm64_gic_set(struct arm64_vcpu *v, const struct axvcpu_arm64_events *e);

#endif /* AXVCPU_ARM64_GIC_H */
