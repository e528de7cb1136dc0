/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's timers. */
#ifndef AXVCPU_ARM64_TIMER_H
#define AXVCPU_ARM64_TIMER_H

#include "arm64.h"

void arm64_timer_init(void);
void arm64_timer_exit(void);
/* On each CPU, with interrupts off. */
void arm64_timer_enable(void);
void arm64_timer_disable(void);
void arm64_timer_new(struct arm64_vcpu *v);
void arm64_timer_free(struct arm64_vcpu *v);
/* With interrupts off: behind a run() if one is on, and around each trip. */
void arm64_timer_put(struct arm64_vcpu *v);
/* @linked: arm64_gic_enter() */
void arm64_timer_enter(struct arm64_vcpu *v, bool linked);
void arm64_timer_leave(struct arm64_vcpu *v);
/* On an nVHE host: the kernel was started at EL2. */
bool arm64_timer_host_had_el2(void);

/* One of the two can fire, or the guest is looked at for its interrupt mask. */
static inline bool arm64_timer_on(const struct arm64_vcpu *v)
{
	return (v->sys.cntv_ctl_el0 | v->sys.cntp_ctl_el0) & 1 ||
	       v->core.request_flags & AXVCPU_RUN_IRQ_WINDOW;
}

/* arm64_timer_enter() where none can. */
static inline void arm64_timer_enter_off(struct arm64_vcpu *v)
{
	v->timer_hidden = false;
	v->cntv_ctl = v->sys.cntv_ctl_el0;
	v->cntv_cval = v->sys.cntv_cval_el0;
}

/* Behind a trip: the virtual one is on, or was, or will fire at another time. */
static inline bool arm64_timer_changed(const struct arm64_vcpu *v)
{
	return v->cntv_ctl || v->sys.cntv_ctl_el0 ||
	       v->cntv_cval != v->sys.cntv_cval_el0;
}

/* The virtual timer's own interrupt takes the guest out; @intid: on the controller. */
bool arm64_timer_linked(u32 *intid);
/* It is as if the host were serving it, on this CPU: it does not come. */
void arm64_timer_active(bool active);
/* Its line is asserted. */
bool arm64_timer_fires(const struct arm64_vcpu *v, bool physical);
u64 arm64_timer_counter(const struct arm64_vcpu *v);
/* CLOCK_MONOTONIC at which the next of them fires, 0: none does. */
u64 arm64_timer_due(const struct arm64_vcpu *v);
/* The physical timer's registers. */
bool arm64_timer_tval(struct arm64_vcpu *v, bool write, u64 *value);
bool arm64_timer_ctl(struct arm64_vcpu *v, bool write, u64 *value);
bool arm64_timer_cval(struct arm64_vcpu *v, bool write, u64 *value);
/* Their part of a block that is read, and that was set. */
void arm64_timer_get(const struct arm64_vcpu *v, struct axvcpu_arm64_system *s);
void arm64_timer_set(struct arm64_vcpu *v);

#endif /* AXVCPU_ARM64_TIMER_H */
