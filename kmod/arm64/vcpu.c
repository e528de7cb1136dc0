// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The vCPU on EL2: creation, the inner run loop, flushes.
 *
 * Registers. EL1's are loaded once a run() (el2_load()), since a VHE host has no use
 * for them; those of EL2 too where the host does not look at them while no task is
 * switched. HCR_EL2, the vectors, SP_EL0 and MDSCR_EL1 change for a single trip.
 *
 * Tags. Translations are tagged with the VMID in VTTBR_EL2, which is 0 for each of our
 * VMs, so a CPU holds those of one vCPU: an entry of another, or one that finds
 * stage2.tlb_generation changed, flushes VMID 0 on this CPU. Entries are shared with no
 * other CPU, as VTTBR_EL2.CnP is 0.
 *
 * Order. An out-of-context walk (an AT, or by errata 1165522, 1319367 and 1530923)
 * uses EL1's registers and VTTBR_EL2 as they are. So all of them are in place when TGE
 * becomes 0, and are touched only after it is 1 again, each with an ISB between.
 */
#include <linux/atomic.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <asm/alternative.h>
#include <asm/barrier.h>
#include <asm/cpufeature.h>
#include <asm/daifflags.h>
#include <asm/sysreg.h>
#include <asm/tlbflush.h>

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

/* ---- EL1's registers ------------------------------------------------------------ */

void el2_load_el1(struct arm64_vcpu *v)
{
	const struct axvcpu_arm64_system *s = &v->sys;

	write_sysreg_s(s->sctlr_el1, SYS_SCTLR_EL12);
	write_sysreg_s(s->cpacr_el1, SYS_CPACR_EL12);
	write_sysreg_s(s->ttbr0_el1, SYS_TTBR0_EL12);
	write_sysreg_s(s->ttbr1_el1, SYS_TTBR1_EL12);
	write_sysreg_s(s->tcr_el1, SYS_TCR_EL12);
	write_sysreg_s(s->mair_el1, SYS_MAIR_EL12);
	write_sysreg_s(s->amair_el1, SYS_AMAIR_EL12);
	write_sysreg_s(s->vbar_el1, SYS_VBAR_EL12);
	write_sysreg_s(s->contextidr_el1, SYS_CONTEXTIDR_EL12);
	write_sysreg_s(s->elr_el1, SYS_ELR_EL12);
	write_sysreg_s(s->spsr_el1, SYS_SPSR_EL12);
	write_sysreg_s(s->esr_el1, SYS_ESR_EL12);
	write_sysreg_s(s->far_el1, SYS_FAR_EL12);
	write_sysreg_s(s->afsr0_el1, SYS_AFSR0_EL12);
	write_sysreg_s(s->afsr1_el1, SYS_AFSR1_EL12);
	write_sysreg_s(s->cntkctl_el1, SYS_CNTKCTL_EL12);
	write_sysreg(s->par_el1, par_el1);
	write_sysreg(s->csselr_el1, csselr_el1);
	write_sysreg(s->tpidr_el0, tpidr_el0);
	write_sysreg(s->tpidrro_el0, tpidrro_el0);
	write_sysreg(s->tpidr_el1, tpidr_el1);
	write_sysreg(v->sp_el1, sp_el1);
}

void el2_save_el1(struct arm64_vcpu *v)
{
	struct axvcpu_arm64_system *s = &v->sys;

	s->sctlr_el1 = read_sysreg_s(SYS_SCTLR_EL12);
	s->cpacr_el1 = read_sysreg_s(SYS_CPACR_EL12);
	s->ttbr0_el1 = read_sysreg_s(SYS_TTBR0_EL12);
	s->ttbr1_el1 = read_sysreg_s(SYS_TTBR1_EL12);
	s->tcr_el1 = read_sysreg_s(SYS_TCR_EL12);
	s->mair_el1 = read_sysreg_s(SYS_MAIR_EL12);
	s->amair_el1 = read_sysreg_s(SYS_AMAIR_EL12);
	s->vbar_el1 = read_sysreg_s(SYS_VBAR_EL12);
	s->contextidr_el1 = read_sysreg_s(SYS_CONTEXTIDR_EL12);
	s->elr_el1 = read_sysreg_s(SYS_ELR_EL12);
	s->spsr_el1 = read_sysreg_s(SYS_SPSR_EL12);
	s->esr_el1 = read_sysreg_s(SYS_ESR_EL12);
	s->far_el1 = read_sysreg_s(SYS_FAR_EL12);
	s->afsr0_el1 = read_sysreg_s(SYS_AFSR0_EL12);
	s->afsr1_el1 = read_sysreg_s(SYS_AFSR1_EL12);
	s->cntkctl_el1 = read_sysreg_s(SYS_CNTKCTL_EL12);
	s->par_el1 = read_sysreg_par();
	s->csselr_el1 = read_sysreg(csselr_el1);
	s->tpidr_el0 = read_sysreg(tpidr_el0);
	s->tpidrro_el0 = read_sysreg(tpidrro_el0);
	s->tpidr_el1 = read_sysreg(tpidr_el1);
	v->sp_el1 = read_sysreg(sp_el1);
}

#define EL2_HFGRTR	sys_reg(3, 4, 1, 1, 4)
#define EL2_HFGWTR	sys_reg(3, 4, 1, 1, 5)
#define EL2_HFGITR	sys_reg(3, 4, 1, 1, 6)
#define EL2_HDFGRTR	sys_reg(3, 4, 3, 1, 4)
#define EL2_HDFGWTR	sys_reg(3, 4, 3, 1, 5)

/* ---- EL2's registers ------------------------------------------------------------- */

static void el2_save_fgt(struct el2_cpu *c)
{
	if (!el2_features.fgt)
		return;
	c->host.fgt[0] = read_sysreg_s(EL2_HFGRTR);
	c->host.fgt[1] = read_sysreg_s(EL2_HFGWTR);
	c->host.fgt[2] = read_sysreg_s(EL2_HFGITR);
	c->host.fgt[3] = read_sysreg_s(EL2_HDFGRTR);
	c->host.fgt[4] = read_sysreg_s(EL2_HDFGWTR);
}

/* NULL: 0, which traps what is new, and nothing else. */
static void el2_load_fgt(const u64 *fgt)
{
	if (!el2_features.fgt)
		return;
	write_sysreg_s(fgt ? fgt[0] : 0, EL2_HFGRTR);
	write_sysreg_s(fgt ? fgt[1] : 0, EL2_HFGWTR);
	write_sysreg_s(fgt ? fgt[2] : 0, EL2_HFGITR);
	write_sysreg_s(fgt ? fgt[3] : 0, EL2_HDFGRTR);
	write_sysreg_s(fgt ? fgt[4] : 0, EL2_HDFGWTR);
}

static void el2_save_host(struct el2_cpu *c)
{
	el2_save_fgt(c);
	c->host.hcr = read_sysreg(hcr_el2);
	if (el2_features.hcx)
		c->host.hcrx = read_sysreg_s(SYS_HCRX_EL2);
	c->host.cptr = read_sysreg(cptr_el2);
	c->host.mdcr = read_sysreg(mdcr_el2);
	c->host.hstr = read_sysreg(hstr_el2);
	c->host.vtcr = read_sysreg(vtcr_el2);
	c->host.vttbr = read_sysreg(vttbr_el2);
	c->host.vpidr = read_sysreg(vpidr_el2);
	c->host.vmpidr = read_sysreg(vmpidr_el2);
	c->host.cnthctl = read_sysreg(cnthctl_el2);
	c->host.cntvoff = read_sysreg(cntvoff_el2);
	c->host.par = read_sysreg_par();
	c->host.tpidr_el0 = read_sysreg(tpidr_el0);
	c->host.tpidrro_el0 = read_sysreg(tpidrro_el0);
}

/*
 * What is not named here traps or is 0: SVE, SME, AMU and trace by CPTR_EL2; debug
 * registers, PMU, SPE and self-hosted trace by MDCR_EL2, whose bits for the host's own
 * counters stay; what newer architectures add to EL1 by HCRX_EL2 and the fine-grained
 * traps.
 */
static void el2_load_traps(const struct arm64_vcpu *v, const struct el2_cpu *c)
{
	u64 mdcr = c->host.mdcr &
		   ~(EL2_MDCR_TDE | EL2_MDCR_E2PB | EL2_MDCR_E2TB);
	u64 cnthctl = c->host.cnthctl & ~EL2_CNTHCTL_EL1PTEN;

	/* The step is an exception to EL2, and so is the guest's BRK. */
	if (v->stepping)
		mdcr |= EL2_MDCR_TDE;
	mdcr |= EL2_MDCR_TPMCR | EL2_MDCR_TPM | EL2_MDCR_TDA | EL2_MDCR_TDOSA |
		EL2_MDCR_TDRA | EL2_MDCR_TPMS | EL2_MDCR_TTRF;
	el2_load_fgt(NULL);
	if (el2_features.hcx)
		write_sysreg_s(0, SYS_HCRX_EL2);
	write_sysreg(EL2_CPTR_FPEN | EL2_CPTR_TTA | EL2_CPTR_TAM, cptr_el2);
	write_sysreg(mdcr, mdcr_el2);
	write_sysreg(0, hstr_el2);
	write_sysreg(el2_features.vtcr, vtcr_el2);
	write_sysreg(v->vttbr, vttbr_el2);
	write_sysreg(read_cpuid_id(), vpidr_el2);
	write_sysreg(v->mpidr, vmpidr_el2);
	write_sysreg(cnthctl | EL2_CNTHCTL_EL1PCTEN, cnthctl_el2);
	write_sysreg(v->cntvoff, cntvoff_el2);
}

static void el2_load_host(const struct el2_cpu *c)
{
	el2_load_fgt(c->host.fgt);
	if (el2_features.hcx)
		write_sysreg_s(c->host.hcrx, SYS_HCRX_EL2);
	write_sysreg(c->host.cptr, cptr_el2);
	write_sysreg(c->host.mdcr, mdcr_el2);
	write_sysreg(c->host.hstr, hstr_el2);
	write_sysreg(c->host.vtcr, vtcr_el2);
	write_sysreg(c->host.vttbr, vttbr_el2);
	write_sysreg(c->host.vpidr, vpidr_el2);
	write_sysreg(c->host.vmpidr, vmpidr_el2);
	write_sysreg(c->host.cnthctl, cnthctl_el2);
	write_sysreg(c->host.cntvoff, cntvoff_el2);
	write_sysreg(c->host.par, par_el1);
	write_sysreg(c->host.tpidr_el0, tpidr_el0);
	write_sysreg(c->host.tpidrro_el0, tpidrro_el0);
}

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
	el2_save_host(c);
	el2_load_traps(v, c);
	el2_load_el1(v);
	arm64_gic_load(v, c);
	arm64_timer_load(v);
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
	el2_save_el1(v);
	el2_load_host(c);
	isb();
}

/* ---- one trip ---------------------------------------------------------------------- */

/*
 * Stage 2's and stage 1's, of VMID 0, on this CPU; a line of code that another vCPU's
 * addresses brought in as well. The guest's VTTBR_EL2 and HCR_EL2 are in force.
 */
static __always_inline void el2_flush_tag(void)
{
	dsb(nshst);
	__tlbi(vmalls12e1);
	asm volatile("ic iallu");
	dsb(nsh);
	isb();
}

/*
 * HPFAR_EL2 does not tell the address of a permission fault of the access itself
 * ("HPFAR_EL2, Hypervisor IPA Fault Address Register"): stage 1 is asked again. It may
 * have changed meanwhile.
 */
static __always_inline void el2_find_ipa(struct arm64_vcpu *v)
{
	u64 par = read_sysreg_par(), found;

	asm volatile("at s1e1r, %0" : : "r"(v->far));
	isb();
	found = read_sysreg_par();
	write_sysreg(par, par_el1);
	if (found & PAR_F)
		v->retry = true;
	else
		v->hpfar = (found & PAR_PA) >> 8;
}

static __always_inline bool el2_is_abort(u64 esr)
{
	return ESR_EC(esr) == ESR_EC_DABT_LOWER ||
	       ESR_EC(esr) == ESR_EC_IABT_LOWER;
}

static __always_inline void el2_save_syndrome(struct arm64_vcpu *v)
{
	v->esr = read_sysreg(esr_el2);
	v->far = 0;
	v->hpfar = 0;
	v->retry = false;
	if (v->exit != EL2_EXIT_SYNC || !el2_is_abort(v->esr))
		return;
	v->far = read_sysreg(far_el2);
	v->hpfar = read_sysreg(hpfar_el2);
	if (ESR_FSC_TYPE(v->esr) == ESR_FSC_PERMISSION &&
	    !(v->esr & ESR_S1PTW))
		el2_find_ipa(v);
}

/* What an exception does not set as this kernel has it. */
static __always_inline void el2_host_pstate(void)
{
	asm volatile(ALTERNATIVE("nop", SET_PSTATE_PAN(1), ARM64_HAS_PAN));
#ifdef CONFIG_ARM64_MTE
	asm volatile(ALTERNATIVE("nop", SET_PSTATE_TCO(0), ARM64_MTE));
#endif
#ifdef SET_PSTATE_DIT
	asm volatile(ALTERNATIVE("nop", SET_PSTATE_DIT(1), ARM64_HAS_DIT));
#endif
}

static __always_inline void el2_enter(struct arm64_vcpu *v, struct el2_cpu *c,
				      bool flush)
{
	u64 hcr = v->hcr;

	if (v->serror_pending)
		hcr |= EL2_HCR_VSE;
	write_sysreg(hcr, hcr_el2);
	isb();
	if (flush)
		el2_flush_tag();
	write_sysreg(v->pc, elr_el2);
	write_sysreg(v->pstate, spsr_el2);
	v->exit = el2_switch(&v->frame, c);
	v->pc = read_sysreg(elr_el2);
	v->pstate = read_sysreg(spsr_el2);
	if (v->serror_pending)
		v->serror_pending = read_sysreg(hcr_el2) & EL2_HCR_VSE;
	el2_save_syndrome(v);
	write_sysreg(c->host.hcr, hcr_el2);
	isb();
	el2_host_pstate();
	if (unlikely(v->exit == EL2_EXIT_SERROR))
		el2_host_serror(c->vbar + 0x380,
				PS_EL2H | PS_DAIF |
				(system_uses_hw_pan() ? PS_PAN : 0));
}

static noinstr void el2_enter_tracked(struct arm64_vcpu *v, struct el2_cpu *c,
				      bool flush)
{
	axvcpu_guest_enter();
	el2_enter(v, c, flush);
	axvcpu_guest_exit();
}

/*
 * The host's breakpoints and single steps are for its own levels: MDSCR_EL1 has neither
 * of their enables while the guest runs, and only a step, the guest's or the VMM's
 * ("Software Step exceptions").
 */
static u64 el2_mdscr(const struct arm64_vcpu *v)
{
	u64 mdscr = v->debug.mdscr_el1;

	if (unlikely(v->stepping))
		return EL1_MDSCR_SS;
	return mdscr & EL1_MDSCR_SS ? mdscr & (EL1_MDSCR_SS | EL1_MDSCR_KDE) : 0;
}

static void el2_trip(struct arm64_vcpu *v, struct el2_cpu *c, bool flush)
{
	u64 mdscr = el2_mdscr(v);

	if (unlikely(v->stepping)) {
		v->step_pc = v->pc;
		v->pstate |= PS_SS;
	}
	v->core.stats.entries++;
	if (v->serror_pending && el2_features.ras)
		write_sysreg_s(v->serror_esr, SYS_VSESR_EL2);
	arm64_gic_enter(v);
	arm64_timer_enter(v);
	/* With interrupts masked by priority none would end guest mode. */
	local_daif_mask();
	pmr_sync();
	c->host.mdscr = read_sysreg(mdscr_el1);
	if (unlikely(c->host.mdscr != mdscr))
		write_sysreg(mdscr, mdscr_el1);
	el2_enter_tracked(v, c, flush);
	/* Ours; a guest that steps itself meanwhile loses a step. */
	if (unlikely(v->stepping))
		v->pstate &= ~PS_SS;
	if (unlikely(c->host.mdscr != mdscr))
		write_sysreg(c->host.mdscr, mdscr_el1);
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

	/* Preemption is off from here to arm64_fpu_save(). */
	arm64_fpu_load(v);
	c = this_cpu_ptr(&el2_cpu);
	v->stepping = vcpu->request_flags & AXVCPU_RUN_SINGLE_STEP;
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
	arm64_fpu_save(v);
	return out;
}
