// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events that are raised in the guest. An exception is taken at once, by what the
 * hardware would do to EL1's registers; an SError that the guest masks waits in
 * HCR_EL2.VSE.
 *
 * DDI 0487: D1.3 "Exceptions", pseudocode AArch64.TakeException.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "../trace.h"
#include "arm64.h"
#include "event.h"
#include "gic.h"
#include "record.h"
#include "switch.h"
#include "timer.h"

#define VECTOR_SP0	0x000
#define VECTOR_SPX	0x200
#define VECTOR_A64	0x400
#define VECTOR_A32	0x600

/* ---- exceptions ------------------------------------------------------------------ */

static u64 arm64_vector(u64 pstate)
{
	switch (pstate & PS_MODE) {
	case PS_EL1T:
		return VECTOR_SP0;
	case PS_EL1H:
		return VECTOR_SPX;
	case PS_EL0T:
		return VECTOR_A64;
	default:
		return VECTOR_A32;
	}
}

/* PSTATE behind an exception to EL1; the guest has no MTE, so TCO is not there. */
static u64 arm64_exception_pstate(u64 pstate, u64 sctlr)
{
	u64 new = PS_EL1H | PS_DAIF | (pstate & (PS_NZCV | PS_PAN));

	/* In AArch32 DIT is elsewhere. */
	if (pstate & PS_A32)
		new |= pstate & BIT_ULL(21) ? PS_DIT : 0;
	else
		new |= pstate & PS_DIT;
	if (!(sctlr & EL1_SCTLR_SPAN))
		new |= PS_PAN;
	if (sctlr & EL1_SCTLR_DSSBS)
		new |= PS_SSBS;
	return new;
}

static void arm64_take(struct arm64_vcpu *v, u64 esr, u64 far)
{
	struct axvcpu_arm64_system *s = &v->sys;
	u64 pstate = arm64_exception_pstate(v->pstate, s->sctlr_el1);

	if (!el2_features.pan)
		pstate &= ~PS_PAN;
	s->elr_el1 = v->pc;
	s->spsr_el1 = v->pstate;
	s->esr_el1 = esr;
	s->far_el1 = far;
	v->pc = s->vbar_el1 + arm64_vector(v->pstate);
	v->pstate = pstate;
}

void arm64_raise(struct arm64_vcpu *v, u64 esr, u64 far)
{
	unsigned long flags;

	arm64_delivered(v, AXVCPU_EVENT_EXCEPTION, AXVCPU_ARM64_VECTOR_SYNC);
	if (!v->loaded) {
		arm64_take(v, esr, far);
		return;
	}
	/* Registers of EL1 that nobody but us and the guest uses. */
	local_irq_save(flags);
	el2_save_el1(&v->guest);
	arm64_take(v, esr, far);
	el2_load_el1(&v->guest);
	local_irq_restore(flags);
}

void arm64_raise_undefined(struct arm64_vcpu *v)
{
	arm64_raise(v, ESR_EC_UNKNOWN << ESR_EC_SHIFT | ESR_IL, 0);
}

void arm64_raise_abort(struct arm64_vcpu *v)
{
	bool same = v->pstate & PS_EL & ~1ULL;
	u64 class = same ? ESR_EC_DABT_SAME : ESR_EC_DABT_LOWER;

	arm64_raise(v, class << ESR_EC_SHIFT | ESR_FSC_EXTERNAL |
		       (v->esr & (ESR_IL | ESR_WNR)), v->far);
}

static int arm64_inject_serror(struct arm64_vcpu *v,
			       const struct axvcpu_inject *event)
{
	if (event->error_code & ~ESR_ISS || event->address ||
	    (event->error_code && !el2_features.ras))
		return -EINVAL;
	if (v->serror_pending)
		return -EBUSY;
	v->serror_esr = event->error_code;
	v->serror_pending = true;
	return 0;
}

int arm64_inject_exception(struct axvcpu_vcpu *vcpu,
			   const struct axvcpu_inject *event)
{
	struct arm64_vcpu *v = to_arm64(vcpu);

	if (!event->has_error_code && event->error_code)
		return -EINVAL;
	if (event->vector == AXVCPU_ARM64_VECTOR_SERROR)
		return arm64_inject_serror(v, event);
	if (event->vector != AXVCPU_ARM64_VECTOR_SYNC)
		return -EINVAL;
	if (!event->has_error_code) {
		if (event->address)
			return -EINVAL;
		arm64_raise_undefined(v);
		return 0;
	}
	if (event->error_code >> 32 || !ESR_EC(event->error_code))
		return -EINVAL;
	arm64_raise(v, event->error_code, event->address);
	return 0;
}

/* ---- interrupts ------------------------------------------------------------------- */

int arm64_inject_interrupt(struct axvcpu_vcpu *vcpu, u32 type, u32 vector)
{
	if (type == AXVCPU_EVENT_NMI)
		return -EOPNOTSUPP;
	return vector < AXVCPU_ARM64_INTIDS ?
		       arm64_gic_inject(to_arm64(vcpu), vector) : -EINVAL;
}

/*
 * WFI ends for what PSTATE masks, too. Asked by other threads as well: what they see may
 * be old, and they ask again.
 */
bool arm64_runnable(struct axvcpu_vcpu *vcpu)
{
	const struct arm64_vcpu *v = to_arm64(vcpu);

	if (READ_ONCE(v->serror_pending))
		return true;
	return arm64_gic_open(v) &&
	       (arm64_gic_pending(v) || arm64_gic_timer(v, false) ||
		arm64_gic_timer(v, true));
}

u64 arm64_timer(struct axvcpu_vcpu *vcpu)
{
	const struct arm64_vcpu *v = to_arm64(vcpu);

	return arm64_gic_open(v) ? arm64_timer_due(v) : 0;
}

bool arm64_interruptible(struct axvcpu_vcpu *vcpu)
{
	return !(to_arm64(vcpu)->pstate & PS_I);
}

/* ---- the block -------------------------------------------------------------------- */

void arm64_events_reset(struct arm64_vcpu *v)
{
	v->serror_pending = false;
	v->serror_esr = 0;
	arm64_gic_reset(v);
}

void arm64_get_events(struct arm64_vcpu *v, struct axvcpu_arm64_events *e)
{
	memset(e, 0, sizeof(*e));
	arm64_gic_get(v, e);
	e->serror_pending = v->serror_pending;
	e->serror_esr = v->serror_pending ? v->serror_esr : 0;
	e->halted = v->core.halted;
}

int arm64_set_events(struct arm64_vcpu *v, const struct axvcpu_arm64_events *e)
{
	if (!arm64_gic_valid(e) || e->serror_pending > 1 ||
	    e->halted > 1 || memchr_inv(e->reserved, 0, sizeof(e->reserved)) ||
	    e->serror_esr & ~ESR_ISS ||
	    (e->serror_esr && (!e->serror_pending || !el2_features.ras)))
		return -EINVAL;
	arm64_gic_set(v, e);
	v->serror_esr = e->serror_esr;
	v->serror_pending = e->serror_pending;
	v->core.halted = e->halted;
	return 0;
}
