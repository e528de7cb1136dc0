// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The vCPU on EL2: creation, the inner run loop, flushes.
 *
 * Tags. Translations are tagged with the VMID in VTTBR_EL2, which is 0 for each of our
 * VMs, so a CPU holds those of one vCPU: an entry of another, or one that finds
 * stage2.tlb_generation changed, flushes VMID 0 on this CPU. Entries are shared with no
 * other CPU, as VTTBR_EL2.CnP is 0.
 */
#include <linux/atomic.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <asm/barrier.h>
#include <asm/cpufeature.h>
#include <asm/daifflags.h>

#include "../guest.h"
#include "../percpu.h"
#include "../trace.h"
#include "arm64.h"

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
	to_arm64(vcpu)->vttbr = root;
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
	el2_load_world(&v->guest, c);
	arm64_gic_load(v, c);
	isb();
	v->loaded = true;
	axvcpu_guest_begin();
	return 0;
}

static void el2_put(struct arm64_vcpu *v, struct el2_cpu *c)
{
	axvcpu_guest_end();
	v->loaded = false;
	arm64_timer_put(v);
	arm64_gic_put(v, c);
	el2_put_world(&v->guest, c);
	isb();
}

/* ---- one trip ---------------------------------------------------------------------- */

static noinstr void el2_enter_tracked(struct arm64_vcpu *v, struct el2_cpu *c,
				      bool flush)
{
	axvcpu_guest_enter();
	el2_enter(&v->guest, c, flush);
	axvcpu_guest_exit();
}

static void el2_trip(struct arm64_vcpu *v, struct el2_cpu *c, bool flush)
{
	if (unlikely(v->stepping)) {
		v->step_pc = v->pc;
		v->pstate |= PS_SS;
	}
	v->core.stats.entries++;
	v->mdscr = arm64_debug_mdscr(v);
	arm64_gic_enter(v);
	arm64_timer_enter(v);
	/* With interrupts masked by priority none would end guest mode. */
	local_daif_mask();
	pmr_sync();
	if (unlikely(v->mdscr & EL1_MDSCR_MDE))
		arm64_debug_load(v, c);
	el2_enter_tracked(v, c, flush);
	if (unlikely(v->mdscr & EL1_MDSCR_MDE))
		arm64_debug_put(c);
	/* Ours; a guest that steps itself meanwhile loses a step. */
	if (unlikely(v->stepping))
		v->pstate &= ~PS_SS;
	arm64_timer_leave(v);
	arm64_gic_leave(v);
	local_daif_restore(DAIF_PROCCTX_NOIRQ);
}

/* ---- the inner run loop --------------------------------------------------------------- */

/* What the tag holds is another vCPU's, or older than a change of stage 2. */
static bool el2_flush_due(struct arm64_vcpu *v, struct el2_cpu *c)
{
	u64 generation = atomic64_read(&v->core.vm->stage2.tlb_generation);

	if (likely(c->last_vcpu == v->id && c->generation == generation))
		return false;
	c->last_vcpu = v->id;
	c->generation = generation;
	v->core.stats.tlb_flushes++;
	return true;
}

/*
 * Interrupts are off; vcpu->mode tells others to send an IPI if they want us to
 * look again at what is read after it. Return: AXVCPU_OUT_AGAIN: an exit waits to
 * be handled; else the guest was not entered.
 */
static int el2_once(struct arm64_vcpu *v, struct el2_cpu *c)
{
	struct axvcpu_vcpu *vcpu = &v->core;

	smp_store_mb(vcpu->mode, AXVCPU_IN_GUEST);
	if (unlikely(!axvcpu_vcpu_quiet(vcpu, 0)) &&
	    axvcpu_vcpu_must_leave(vcpu))
		return AXVCPU_OUT_WORK;
	if (unlikely(!axvcpu_percpu_on()))
		return -ENODEV;
	if (unlikely(vcpu->request_flags & AXVCPU_RUN_IRQ_WINDOW) &&
	    arm64_interruptible(vcpu)) {
		axvcpu_exit_begin(vcpu, AXVCPU_EXIT_IRQ_WINDOW, 0);
		return AXVCPU_OUT_EXIT;
	}
	if (trace_axvcpu_entry_enabled())
		trace_axvcpu_entry(vcpu, v->pc);
	el2_trip(v, c, el2_flush_due(v, c));
	return AXVCPU_OUT_AGAIN;
}

/* One trip, and what ended it. Return: AXVCPU_OUT_AGAIN: the guest goes on. */
static int el2_run_once(struct arm64_vcpu *v, struct el2_cpu *c)
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

int el2_run(struct axvcpu_vcpu *vcpu)
{
	struct arm64_vcpu *v = to_arm64(vcpu);
	struct el2_cpu *c;
	int out;

	/* Preemption is off from here to arm64_fpu_end(). */
	arm64_fpu_begin(v);
	c = this_cpu_ptr(&el2_cpu);
	v->ran = true;
	arm64_debug_begin(v);
	local_irq_disable();
	out = el2_load(v, c);
	if (unlikely(out))
		goto unloaded;
	out = el2_run_once(v, c);
	while (out == AXVCPU_OUT_AGAIN) {
		vcpu->stats.handled++;
		out = el2_run_once(v, c);
	}
	el2_put(v, c);
unloaded:
	local_irq_enable();
	arm64_fpu_end(v);
	return out;
}
