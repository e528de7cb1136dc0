// SPDX-License-Identifier: GPL-2.0-or-later
/* The vCPU on EL2: creation and the inner run loop. */
#include <linux/atomic.h>
#include <linux/panic.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <asm/barrier.h>
#include <asm/cpufeature.h>
#include <asm/daifflags.h>
#include <asm/sysreg.h>

#include "../guest.h"
#include "../percpu.h"
#include "../trace.h"
#include "arm64.h"
#include "debug.h"
#include "event.h"
#include "exit.h"
#include "fpu.h"
#include "gic.h"
#include "nvhe.h"
#include "regs.h"
#include "switch.h"
#include "timer.h"
#include "vcpu.h"
#include "vmid.h"

static atomic64_t el2_ids;

/* ---- creation ---------------------------------------------------------------- */

struct axvcpu_vcpu *el2_vcpu_alloc(void)
{
	struct arm64_vcpu *v = kzalloc(sizeof(*v), GFP_KERNEL_ACCOUNT);

	BUILD_BUG_ON(offsetof(struct arm64_vcpu, core) != 0);
	return v ? &v->core : NULL;
}

/* CPUs know it by its id, which is not used again. */
void el2_vcpu_release(struct axvcpu_vcpu *vcpu)
{
	struct arm64_vcpu *v = to_arm64(vcpu);

	if (v->id)
		arm64_timer_free(v);
	kfree(v->vector);
	kfree(v);
}

int el2_vcpu_new(struct axvcpu_vcpu *vcpu, const void *config, size_t length)
{
	struct arm64_vcpu *v = to_arm64(vcpu);

	v->id = atomic64_inc_return(&el2_ids);
	v->hcr = el2_features.hcr;
	arm64_timer_new(v);
	if (vcpu->vm->behaviours & AXVCPU_VM_IDLE_EXITS)
		v->hcr |= EL2_HCR_TWE;
	return arm64_create(v, config, length);
}

void el2_set_ept_root(struct axvcpu_vcpu *vcpu, u64 root, unsigned int levels)
{
	to_arm64(vcpu)->root = root;
}

/* Nothing of a vCPU stays on a CPU after run(), so there is nothing to place. */
int el2_bind(struct axvcpu_vcpu *vcpu, int cpu)
{
	return 0;
}

int el2_unbind(struct axvcpu_vcpu *vcpu)
{
	return 0;
}

/* ---- once a run() ---------------------------------------------------------------- */

/* Interrupts are off. Return: 0; AXVCPU_OUT_WORK: the vCPU may not run here. */
static int el2_load(struct arm64_vcpu *v, struct el2_cpu *c)
{
	struct axvcpu_vcpu *vcpu = &v->core;
	int cpu = smp_processor_id();

	if (unlikely(vcpu->cpu != cpu)) {
		if (!axvcpu_vcpu_allowed(vcpu, cpu))
			return AXVCPU_OUT_WORK;
		if (vcpu->cpu >= 0)
			vcpu->stats.migrations++;
		WRITE_ONCE(vcpu->cpu, cpu);
	}
	arm64_vmid_load(v, c);
	if (!el2_features.nvhe) {
		el2_load_world(&v->guest, c);
		v->loaded = true;
	}
	arm64_gic_load(v, c);
	isb();
	axvcpu_guest_begin();
	return 0;
}

static void el2_put(struct arm64_vcpu *v, struct el2_cpu *c)
{
	axvcpu_guest_end();
	v->loaded = false;
	if (unlikely(arm64_timer_on(v)))
		arm64_timer_put(v);
	arm64_gic_put(v, c);
	if (!el2_features.nvhe)
		el2_put_world(&v->guest, c);
	isb();
}

/* ---- one trip ---------------------------------------------------------------------- */

static noinstr void el2_enter_tracked(struct arm64_vcpu *v, struct el2_cpu *c,
				      u64 flush)
{
	axvcpu_guest_enter();
	el2_enter(&v->guest, c, flush);
	axvcpu_guest_exit();
}

static noinstr u64 nvhe_enter_tracked(u64 flush)
{
	u64 answer;

	axvcpu_guest_enter();
	answer = nvhe_call(NVHE_TRIP, flush, 0, 0, 0);
	axvcpu_guest_exit();
	return answer;
}

static void nvhe_report_fault(const struct el2_cpu *c)
{
	panic("axvcpu: fault at EL2: ESR %llx FAR %llx at %pS", c->fault[0],
	      c->fault[1], (void *)(c->fault[2] | GENMASK_ULL(63, 48)));
}

/*
 * EL2 has only what is copied there. Return: 0; -EBUSY: it is not ours any more, and the
 * vCPU is as before.
 */
static int nvhe_enter(struct arm64_vcpu *v, struct el2_cpu *c, u64 flush)
{
	u64 answer;

	c->guest = v->guest;
	c->ich = v->gic.ich;
	answer = unlikely(axvcpu_guest_tracked()) ?
			 nvhe_enter_tracked(flush) :
			 nvhe_call(NVHE_TRIP, flush, 0, 0, 0);
	answer -= NVHE_ANSWER;
	if (unlikely(answer > EL2_EXIT_FAULT)) {
		c->lost = true;
		return -EBUSY;
	}
	if (unlikely(answer == EL2_EXIT_FAULT))
		nvhe_report_fault(c);
	v->guest = c->guest;
	v->gic.ich = c->ich;
	if (unlikely(answer == EL2_EXIT_SERROR))
		nvhe_host_serror(read_sysreg(vbar_el1) + 0x380,
				 PS_EL1H | PS_DAIF |
				 (system_uses_hw_pan() ? PS_PAN : 0), v->esr);
	return 0;
}

/*
 * PSTATE goes from one exit to the next entry, and must never lead to EL2. It is of
 * AArch32 if the guest went there, which nothing can trap; the next CPU may have no such
 * EL0, where the return would be an illegal one and stay at EL2.
 */
static bool el2_pstate_valid(const struct arm64_vcpu *v)
{
	switch (v->pstate & PS_MODE) {
	case PS_EL0T:
	case PS_EL1T:
	case PS_EL1H:
		return true;
	case PS_A32_USER:
		return el2_features.aarch32;
	default:
		return false;
	}
}

/*
 * Erratum 2077057: an instruction of pointer authentication that traps instead of being
 * stepped leaves SPSR_EL1 in SPSR_EL2. Nothing was executed, so PSTATE is as before.
 */
static bool el2_trapped_in_step(const struct arm64_vcpu *v)
{
	return v->stepping && v->exit == EL2_EXIT_SYNC &&
	       ESR_EC(v->esr) == ESR_EC_PAC;
}

/* Return: 0; -EBUSY */
static int el2_trip(struct arm64_vcpu *v, struct el2_cpu *c, u64 flush)
{
	u64 pstate = v->pstate;
	int ret = 0;

	if (unlikely(v->stepping)) {
		v->step_pc = v->pc;
		v->pstate |= PS_SS;
	}
	v->core.stats.entries++;
	v->mdscr = arm64_debug_mdscr(v);
	if (unlikely(arm64_gic_busy(v) || arm64_timer_on(v))) {
		arm64_timer_enter(v, arm64_gic_enter(v));
	} else {
		arm64_gic_enter_empty(v);
		arm64_timer_enter_off(v);
	}
	/* With interrupts masked by priority none would end guest mode. */
	local_daif_mask();
	pmr_sync();
	if (unlikely(v->mdscr & EL1_MDSCR_MDE))
		arm64_debug_load(v, c);
	if (el2_features.nvhe)
		ret = nvhe_enter(v, c, flush);
	else if (unlikely(axvcpu_guest_tracked()))
		el2_enter_tracked(v, c, flush);
	else
		el2_enter(&v->guest, c, flush);
	if (unlikely(v->mdscr & EL1_MDSCR_MDE))
		arm64_debug_put(c);
	/* Ours; a guest that steps itself meanwhile loses a step. */
	if (unlikely(v->stepping)) {
		v->stepped = !(v->pstate & PS_SS);
		v->pstate &= ~PS_SS;
	}
	if (unlikely(el2_trapped_in_step(v)))
		v->pstate = pstate;
	if (unlikely(arm64_timer_changed(v)))
		arm64_timer_leave(v);
	if (unlikely(arm64_gic_busy(v)))
		arm64_gic_leave(v);
	local_daif_restore(DAIF_PROCCTX_NOIRQ);
	return ret;
}

/* ---- the inner run loop --------------------------------------------------------------- */

/*
 * Interrupts are off; vcpu->mode tells others to send an IPI if they want us to
 * look again at what is read after it. Return: AXVCPU_OUT_AGAIN: an exit waits to
 * be handled; else the guest was not entered.
 */
static __always_inline int el2_once(struct arm64_vcpu *v, struct el2_cpu *c)
{
	struct axvcpu_vcpu *vcpu = &v->core;

	smp_store_mb(vcpu->mode, AXVCPU_IN_GUEST);
	if (unlikely(!axvcpu_vcpu_quiet(vcpu, 0)) &&
	    axvcpu_vcpu_must_leave(vcpu))
		return AXVCPU_OUT_WORK;
	if (unlikely(!axvcpu_percpu_on()))
		return -ENODEV;
	if (unlikely(c->lost))
		return -EBUSY;
	if (unlikely(vcpu->request_flags & AXVCPU_RUN_IRQ_WINDOW) &&
	    arm64_interruptible(vcpu)) {
		axvcpu_exit_begin(vcpu, AXVCPU_EXIT_IRQ_WINDOW, 0);
		return AXVCPU_OUT_EXIT;
	}
	if (unlikely(!el2_pstate_valid(v))) {
		axvcpu_exit_fail_entry(vcpu, v->pstate,
				       "PSTATE is of no mode that a guest can have");
		return AXVCPU_OUT_EXIT;
	}
	if (trace_axvcpu_entry_enabled())
		trace_axvcpu_entry(vcpu, v->pc);
	return el2_trip(v, c, arm64_flush_due(v, c)) ?: AXVCPU_OUT_AGAIN;
}

/* One trip, and what ended it. Return: AXVCPU_OUT_AGAIN: the guest goes on. */
static __always_inline int el2_run_once(struct arm64_vcpu *v,
					struct el2_cpu *c)
{
	int out = el2_once(v, c);

	WRITE_ONCE(v->core.mode, AXVCPU_OUTSIDE);
	if (unlikely(out != AXVCPU_OUT_AGAIN))
		return out;
	/* Host interrupts and what they woke are served here. */
	local_irq_enable();
	out = el2_handle_exit(v);
	local_irq_disable();
	return out;
}

/* A device, most likely, and the same as the last time: no memory is looked for. */
static int el2_fault(struct arm64_vcpu *v)
{
	struct axvcpu_vcpu *vcpu = &v->core;
	unsigned long changes = smp_load_acquire(&vcpu->vm->memory.changes);

	if (!axvcpu_memory_in_hole(vcpu, changes))
		return AXVCPU_OUT_FAULT;
	trace_axvcpu_fault(vcpu, 1);
	return el2_emulate(vcpu);
}

int el2_run(struct axvcpu_vcpu *vcpu)
{
	struct arm64_vcpu *v = to_arm64(vcpu);
	struct el2_cpu *c;
	int out;

	/* Preemption is off from here to arm64_fpu_end(). */
	arm64_fpu_begin(v);
	c = __this_cpu_read(el2_cpus);
	v->ran = true;
	arm64_debug_begin(v);
	local_irq_disable();
	out = el2_load(v, c);
	if (unlikely(out))
		goto unloaded;
	for (;;) {
		out = el2_run_once(v, c);
		if (out != AXVCPU_OUT_AGAIN)
			break;
		vcpu->stats.handled++;
	}
	el2_put(v, c);
unloaded:
	local_irq_enable();
	arm64_fpu_end(v);
	return out == AXVCPU_OUT_FAULT ? el2_fault(v) : out;
}
