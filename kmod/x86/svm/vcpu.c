// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The vCPU on SVM: creation, the inner run loop, tags and flushes.
 *
 * APM Volume 2: 15.5 "VMRUN Instruction", 15.15 "VMCB State Caching", 15.16 "TLB
 * Control", 15.21 "Interrupt and Local APIC Support", 15.25 "Nested Paging".
 *
 * Tags. Translations of a guest, nested ones included, are tagged with the ASID
 * in the VMCB (15.25.1). Every vCPU has its own on every CPU: svm_cpu.generation
 * names the CPU and the time since its last full flush, and while a vCPU's
 * asid_generation is equal to it, its ASID is used by no one else there. If a CPU
 * has given out all, it starts a new generation, and its next VMRUN flushes all
 * ASIDs. Whatever takes away from the second stage bumps stage2.tlb_generation;
 * an entry that finds it changed flushes the vCPU's ASID.
 */
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/mem_encrypt.h>
#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "../../guest.h"
#include "../../percpu.h"
#include "../../trace.h"
#include "../hw.h"
#include "../switch.h"
#include "debug.h"
#include "svm.h"

#define PAUSE_FILTER_COUNT	3000
#define PAUSE_FILTER_THRESHOLD	128

static atomic64_t svm_ids;
/*
 * kmalloc() would zero half as much again. User memory is copied into no member but the
 * bytes of an instruction, which hardened usercopy is to know.
 */
static struct kmem_cache *svm_vcpus;

/* ---- creation ---------------------------------------------------------------- */

int svm_vcpu_init(void)
{
	svm_vcpus = kmem_cache_create_usercopy(
		"axvcpu_svm", sizeof(struct svm_vcpu), 0,
		SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT,
		offsetof(struct svm_vcpu, x.scratch.insn),
		sizeof_field(struct svm_vcpu, x.scratch.insn), NULL);
	return svm_vcpus ? 0 : -ENOMEM;
}

void svm_vcpu_exit(void)
{
	kmem_cache_destroy(svm_vcpus);
}

struct axvcpu_vcpu *svm_vcpu_alloc(void)
{
	struct svm_vcpu *svm = kmem_cache_zalloc(svm_vcpus, GFP_KERNEL);

	BUILD_BUG_ON(offsetof(struct svm_vcpu, x.core) != 0);
	return svm ? &svm->x.core : NULL;
}

static void svm_init_control(struct svm_vcpu *svm)
{
	struct vmcb_control *c = &svm->vmcb->control;

	c->intercept_cr = SVM_CR_WRITE(4);
	c->intercept_misc1 =
		SVM_INTERCEPT_INTR | SVM_INTERCEPT_NMI | SVM_INTERCEPT_SMI |
		SVM_INTERCEPT_INIT | SVM_INTERCEPT_RDPMC | SVM_INTERCEPT_CPUID |
		SVM_INTERCEPT_INVD | SVM_INTERCEPT_HLT | SVM_INTERCEPT_INVLPGA |
		SVM_INTERCEPT_IOIO_PROT | SVM_INTERCEPT_MSR_PROT |
		SVM_INTERCEPT_FERR_FREEZE | SVM_INTERCEPT_SHUTDOWN;
	c->intercept_misc2 =
		SVM_INTERCEPT_VMRUN | SVM_INTERCEPT_VMMCALL |
		SVM_INTERCEPT_VMLOAD | SVM_INTERCEPT_VMSAVE |
		SVM_INTERCEPT_STGI | SVM_INTERCEPT_CLGI | SVM_INTERCEPT_SKINIT |
		SVM_INTERCEPT_WBINVD | SVM_INTERCEPT_MONITOR |
		SVM_INTERCEPT_MWAIT | SVM_INTERCEPT_XSETBV |
		SVM_INTERCEPT_RDPRU;
	if (svm->x.core.vm->behaviours & AXVCPU_VM_IDLE_EXITS) {
		c->intercept_misc1 |= SVM_INTERCEPT_PAUSE;
		if (svm_features.pause_filter)
			c->pause_filter_count = PAUSE_FILTER_COUNT;
		if (svm_features.pause_threshold)
			c->pause_filter_threshold = PAUSE_FILTER_THRESHOLD;
	}
	/* TSC_AUX is the host's: RDTSCP would show it. */
	if (!svm_features.tsc_aux)
		c->intercept_misc2 |= SVM_INTERCEPT_RDTSCP;
	c->iopm_base = svm_iopm_pa;
	c->msrpm_base = svm_msrpm_pa;
	c->int_control = SVM_V_INTR_MASKING;
	c->nested_control = SVM_NP_ENABLE;
}

static void svm_clear(struct svm_vcpu *svm)
{
	svm->flags = 0;
	svm->emulation = SVM_EMULATE_NONE;
	svm->delivering = false;
	memset(svm->length, 0, sizeof(svm->length));
	svm->vmcb->control.event_inj = 0;
	svm_dr_intercept(svm);
	svm_update_intercepts(svm);
}

int svm_vcpu_new(struct axvcpu_vcpu *vcpu, const void *config, size_t length)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	svm->id = atomic64_inc_return(&svm_ids);
	svm->x.backend = &svm_backend_ops;
	return x86_create(&svm->x, config, length);
}

/* The VMCB is the last: where there is one, all is there. */
int svm_prepare_vcpu(struct axvcpu_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	if (svm->vmcb)
		return 0;
	if (x86_prepare(&svm->x) || svm_debug_new(svm))
		return -ENOMEM;
	svm->vmcb = svm_page_new(GFP_KERNEL_ACCOUNT);
	if (!svm->vmcb)
		return -ENOMEM;
	svm->vmcb_pa = __sme_pa(svm->vmcb);
	svm_init_control(svm);
	return 0;
}

/*
 * No CPU looks for this vCPU any more: svm_cpu.last_vcpu holds its id, which is
 * not used again, and all of its state is in memory after every exit. A CPU may
 * still cache the VMCB's page; whoever gets it as a VMCB enters first with no
 * clean bit (15.15.1).
 */
void svm_vcpu_release(struct axvcpu_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	x86_destroy(&svm->x);
	svm_debug_free(svm);
	free_page((unsigned long)svm->vmcb);
	kmem_cache_free(svm_vcpus, svm);
}

void svm_set_ept_root(struct axvcpu_vcpu *vcpu, u64 root, unsigned int levels)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	svm->vmcb->control.n_cr3 = __sme_set(root);
	svm_dirty(svm, SVM_CLEAN_NP);
	svm_flush_tag(svm);
}

int svm_setup(struct axvcpu_vcpu *vcpu, const void *config, size_t length)
{
	int ret = x86_setup(to_x86(vcpu), config, length);

	if (!ret)
		svm_clear(to_svm(vcpu));
	return ret;
}

int svm_reset(struct axvcpu_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	/* Before the first SETUP there is nothing but what was injected. */
	if (!svm->vmcb) {
		x86_events_reset(&svm->x);
		return 0;
	}
	x86_reset(&svm->x);
	svm_clear(svm);
	return 0;
}

/* Nothing of a vCPU stays on a CPU after an exit, so there is nothing to place. */
int svm_bind(struct axvcpu_vcpu *vcpu, int cpu)
{
	return 0;
}

int svm_unbind(struct axvcpu_vcpu *vcpu)
{
	return 0;
}

static noinline u64 svm_show_pending(const struct x86_vcpu *x,
				     struct axvcpu_run *run)
{
	run->irq_pending = x86_events_interrupt(x) >= 0;
	return x->rip;
}

u64 svm_show(struct axvcpu_vcpu *vcpu, struct axvcpu_run *run)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	struct x86_vcpu *x = &svm->x;

	run->interrupt_flag = !!(x->rflags & X86_EFLAGS_IF);
	run->interrupt_shadow = x->interrupt_shadow;
	run->irq_pending = 0;
	run->priority = svm->vmcb->control.int_control & SVM_V_TPR_MASK;
	if (unlikely(READ_ONCE(x->events.any)))
		return svm_show_pending(x, run);
	return x->rip;
}

/* ---- tags and flushes ------------------------------------------------------------ */

/* A tag that nobody has used on this CPU since its last full flush. */
static void svm_new_tag(struct svm_vcpu *svm, struct svm_cpu *c)
{
	struct vmcb_control *control = &svm->vmcb->control;

	if (c->next_asid >= svm_features.asids) {
		c->generation++;
		c->next_asid = 1;
		c->flush_all = true;
	}
	control->asid = c->next_asid++;
	svm->asid_generation = c->generation;
	svm->tlb_generation = c->flush_all ?
		~0ULL : atomic64_read(&svm->x.core.vm->stage2.tlb_generation);
	/* Perhaps another CPU, and what this one cached of the VMCB is old. */
	control->clean = 0;
}

/* The last thing before VMRUN, so that a flush that is owed to all is not lost. */
static noinline void svm_flush(struct svm_vcpu *svm, struct svm_cpu *c,
			       u64 generation)
{
	struct vmcb_control *control = &svm->vmcb->control;

	if (!c->flush_all && !svm_features.flush_by_asid)
		svm_new_tag(svm, c);
	else if (!c->flush_all)
		control->tlb_control = SVM_TLB_FLUSH_ASID;
	if (c->flush_all) {
		control->tlb_control = SVM_TLB_FLUSH_ALL;
		c->flush_all = false;
	}
	svm->tlb_generation = generation;
	svm->x.core.stats.tlb_flushes++;
}

static __always_inline void svm_flush_if_due(struct svm_vcpu *svm,
					     struct svm_cpu *c)
{
	u64 generation =
		atomic64_read(&svm->x.core.vm->stage2.tlb_generation);

	if (unlikely(svm->tlb_generation != generation))
		svm_flush(svm, c, generation);
}

/* ---- debug registers ----------------------------------------------------------------- */

static void svm_load_dr(struct svm_vcpu *svm)
{
	if (hw_breakpoint_active())
		set_debugreg(0UL, 7);
	set_debugreg(svm->dr[0], 0);
	set_debugreg(svm->dr[1], 1);
	set_debugreg(svm->dr[2], 2);
	set_debugreg(svm->dr[3], 3);
}

/* #VMEXIT has disabled all breakpoints in DR7, the host's too. */
static void svm_save_dr(struct svm_vcpu *svm)
{
	if (svm->flags & SVM_DR_LIVE) {
		unsigned long value;

		get_debugreg(value, 0);
		svm->dr[0] = value;
		get_debugreg(value, 1);
		svm->dr[1] = value;
		get_debugreg(value, 2);
		svm->dr[2] = value;
		get_debugreg(value, 3);
		svm->dr[3] = value;
	}
	if (hw_breakpoint_active())
		hw_breakpoint_restore();
}

static noinline void svm_put_dr(struct svm_vcpu *svm)
{
	svm->flags &= ~SVM_DR_LIVE;
	svm_dr_intercept(svm);
	if (!hw_breakpoint_active()) {
		set_debugreg(0UL, 0);
		set_debugreg(0UL, 1);
		set_debugreg(0UL, 2);
		set_debugreg(0UL, 3);
	}
}

/* ---- the inner run loop ------------------------------------------------------------- */

/* Return: false: SVM is off. */
static __always_inline bool svm_vmsave(unsigned long pa)
{
	asm goto("1: vmsave %[pa]\n"
		 _ASM_EXTABLE(1b, %l[off])
		 :
		 : [pa] "a"(pa)
		 : "memory"
		 : off);
	return true;
off:
	return false;
}

/* Not the CPU of the last entry, or its tags are used up. Return: as svm_load(). */
static noinline int svm_enter_cpu(struct svm_vcpu *svm, struct svm_cpu *c)
{
	struct axvcpu_vcpu *vcpu = &svm->x.core;
	int cpu = smp_processor_id();

	if (unlikely(!axvcpu_vcpu_allowed(vcpu, cpu)))
		return AXVCPU_OUT_WORK;
	if (vcpu->cpu != cpu) {
		if (vcpu->cpu >= 0)
			vcpu->stats.migrations++;
		WRITE_ONCE(vcpu->cpu, cpu);
	}
	svm_new_tag(svm, c);
	return 0;
}

/*
 * The host's DEBUGCTL stays in force in the guest, since without LBR virtualization
 * VMRUN does not switch it: bus-lock traps and branch steps would hit the guest.
 * It is looked at only where one of them can be on.
 */
static noinline void svm_hide_debugctl(struct svm_cpu *c)
{
	if (c->debugctl)	/* it is hidden */
		return;
	if (!hw_rdmsr_safe(MSR_IA32_DEBUGCTLMSR, &c->debugctl) && c->debugctl)
		hw_wrmsr(MSR_IA32_DEBUGCTLMSR, 0);
}

static noinline void svm_show_debugctl(struct svm_cpu *c)
{
	hw_wrmsr(MSR_IA32_DEBUGCTLMSR, c->debugctl);
	c->debugctl = 0;
}

/* Something is not as at this vCPU's last entry. Return: as svm_load(). */
static noinline int svm_enter_other(struct svm_vcpu *svm, struct svm_cpu *c)
{
	if (svm->asid_generation != c->generation) {
		int ret = svm_enter_cpu(svm, c);

		if (ret)
			return ret;
	}
	if (c->flush_all)
		svm_flush_tag(svm);
	if (c->last_vcpu != svm->id) {
		c->last_vcpu = svm->id;
		x86_mitigate_switch(&svm->x);
	}
	svm->stamp = ++c->stamp;
	return 0;
}

/*
 * Once a section without preemption: what one task on one CPU keeps. The host's
 * FS and KERNEL_GS are this task's, so they are saved now; no switch to another
 * comes before svm_put(). LDTR: see svm_save_ldt(). Interrupts are off. Return: 0;
 * -ENODEV; AXVCPU_OUT_WORK: the vCPU may not run here.
 */
static int svm_load(struct svm_vcpu *svm, struct svm_cpu *c)
{
	if (unlikely(!svm_vmsave(c->host_pa)))
		return -ENODEV;
	if (unlikely(svm->stamp != c->stamp)) {
		int ret = svm_enter_other(svm, c);

		if (ret)
			return ret;
	}
	if (unlikely(svm->tsc_aux != c->tsc_aux) && svm_features.tsc_aux)
		hw_wrmsr(MSR_TSC_AUX, svm->tsc_aux);
	if (static_cpu_has(X86_FEATURE_BUS_LOCK_DETECT))
		svm_hide_debugctl(c);
	axvcpu_guest_begin();
	return 0;
}

/*
 * modify_ldt() of another thread reloads LDTR here by an IPI, and frees the old
 * table then: VMLOAD must not bring that back. The pointer is set before the IPI,
 * and not cleared while the mm lives. Return: false: SVM is off.
 */
static __always_inline bool svm_save_ldt(const struct svm_cpu *c)
{
#ifdef CONFIG_MODIFY_LDT_SYSCALL
	if (unlikely(READ_ONCE(current->mm->context.ldt)))
		return svm_vmsave(c->host_pa);
#endif
	return true;
}

static void svm_put(struct svm_vcpu *svm, struct svm_cpu *c)
{
	axvcpu_guest_end();
	if (unlikely(svm->tsc_aux != c->tsc_aux) && svm_features.tsc_aux)
		hw_wrmsr(MSR_TSC_AUX, c->tsc_aux);
	if (unlikely(c->debugctl))
		svm_show_debugctl(c);
	if (unlikely(svm->flags & SVM_DR_LIVE))
		svm_put_dr(svm);
	x86_mitigate_user();
}

static noinstr int svm_enter(u64 *gpr, unsigned long vmcb_pa,
			     unsigned long host_pa, bool shadow)
{
	int ret;

	axvcpu_guest_enter();
	ret = svm_switch(gpr, vmcb_pa, host_pa, shadow);
	axvcpu_guest_exit();
	return ret;
}

/*
 * One trip to the guest, from general registers in memory to general registers in
 * memory. Interrupts are off.
 */
/* The step was over the guest's IRET: TF is what that popped, and not ours. */
static bool svm_stepped_iret(const struct svm_vcpu *svm)
{
	return svm->flags & SVM_STEP_IRET &&
	       svm->vmcb->save.dr6 & DR_STEP &&
	       svm->vmcb->control.exit_code == SVM_EXIT_EXCP(X86_VECTOR_DB);
}

static noinline void svm_trace_entry(const struct x86_vcpu *x)
{
	trace_axvcpu_entry(&x->core, x->rip);
}

/* The guest's state to the VMCB. @plain: no flag of svm->flags is set. */
static __always_inline void svm_trip_begin(struct svm_vcpu *svm,
					   struct svm_cpu *c, bool plain)
{
	struct vmcb *vmcb = svm->vmcb;
	struct vmcb_save *save = &vmcb->save;
	struct x86_vcpu *x = &svm->x;

	save->rax = x->gpr[AXVCPU_X86_RAX];
	save->rsp = x->gpr[AXVCPU_X86_RSP];
	save->rip = x->rip;
	save->rflags = x->rflags;
	vmcb->control.int_state = x->interrupt_shadow;
	x->core.stats.entries++;
	if (!plain && svm->flags & SVM_TF)
		save->rflags |= X86_EFLAGS_TF;
	if (trace_axvcpu_entry_enabled())
		svm_trace_entry(x);
	svm_debug_before(svm, c);
	if (!plain && svm->flags & SVM_DR_LIVE)
		svm_load_dr(svm);
}

/* And back. */
static __always_inline void svm_trip_end(struct svm_vcpu *svm, bool plain)
{
	struct vmcb_control *control = &svm->vmcb->control;
	struct vmcb_save *save = &svm->vmcb->save;
	struct x86_vcpu *x = &svm->x;

	/*
	 * #VMEXIT leaves the guest's DR6, where the host's next #DB would find a step
	 * or a breakpoint that is not its own.
	 */
	if (unlikely(save->dr6 != DR6_RESERVED))
		set_debugreg(DR6_RESERVED, 6);
	if (!plain && svm->flags & (SVM_TF | SVM_INJECTED)) {
		if (svm->flags & SVM_TF && !svm_stepped_iret(svm))
			save->rflags &= ~(u64)X86_EFLAGS_TF;
		control->event_inj = 0;
	}
	x->gpr[AXVCPU_X86_RAX] = save->rax;
	x->gpr[AXVCPU_X86_RSP] = save->rsp;
	x->rip = save->rip;
	x->rflags = save->rflags;
	x->interrupt_shadow = control->int_state & SVM_INTERRUPT_SHADOW;
	control->tlb_control = SVM_TLB_NOTHING;
	control->clean = svm_features.clean;
	svm_debug_after(svm);
}

/* Return: as svm_switch(). */
static __always_inline int svm_trip(struct svm_vcpu *svm, struct svm_cpu *c,
				    bool plain)
{
	struct x86_vcpu *x = &svm->x;
	int ret;

	svm_trip_begin(svm, c, plain);
	if (unlikely(axvcpu_guest_tracked()))
		ret = svm_enter(x->gpr, svm->vmcb_pa, c->host_pa,
				x->interrupt_shadow);
	else
		ret = svm_switch(x->gpr, svm->vmcb_pa, c->host_pa,
				 x->interrupt_shadow);
	if (unlikely((!plain && svm->flags & SVM_DR_LIVE) ||
		     hw_breakpoint_active()))
		svm_save_dr(svm);
	if (likely(!ret))
		svm_trip_end(svm, plain);
	return ret;
}

/* An entry with events or flags to look at. Return: as svm_once(). */
static noinline int svm_once_special(struct svm_vcpu *svm, struct svm_cpu *c)
{
	int out = svm_prepare(svm);

	if (out != AXVCPU_OUT_AGAIN)
		return out;
	svm_flush_if_due(svm, c);
	if (likely(!svm_trip(svm, c, false)))
		return AXVCPU_OUT_AGAIN;
	svm_uninject(svm);
	return -ENODEV;
}

/*
 * Interrupts are off; vcpu->mode tells others to send an IPI if they want us to
 * look again at what is read after it. Return: AXVCPU_OUT_AGAIN: an exit waits to
 * be handled; else the guest was not entered.
 */
static __always_inline int svm_once(struct svm_vcpu *svm, struct svm_cpu *c)
{
	struct axvcpu_vcpu *vcpu = &svm->x.core;

	smp_store_mb(vcpu->mode, AXVCPU_IN_GUEST);
	if (unlikely(!axvcpu_vcpu_quiet(vcpu, _TIF_BLOCKSTEP))) {
		if (axvcpu_vcpu_must_leave(vcpu))
			return AXVCPU_OUT_WORK;
		if (test_thread_flag(TIF_BLOCKSTEP))
			svm_hide_debugctl(c);
	}
	if (unlikely(!axvcpu_percpu_on()))
		return -ENODEV;
	if (unlikely(READ_ONCE(svm->x.events.any) || svm->flags))
		return svm_once_special(svm, c);
	svm_flush_if_due(svm, c);
	return likely(!svm_trip(svm, c, true)) ? AXVCPU_OUT_AGAIN : -ENODEV;
}

/* One trip, and what ended it. Return: AXVCPU_OUT_AGAIN: the guest goes on. */
static __always_inline int svm_run_once(struct svm_vcpu *svm, struct svm_cpu *c)
{
	int out = svm_once(svm, c);

	WRITE_ONCE(svm->x.core.mode, AXVCPU_OUTSIDE);
	if (unlikely(out != AXVCPU_OUT_AGAIN))
		return out;
	/* Host interrupts and what they woke are served here. */
	local_irq_enable();
	out = svm_handle_exit(svm);
	local_irq_disable();
	return out;
}

/* The exit was handled here: as many trips more as it takes. */
static noinline int svm_run_on(struct svm_vcpu *svm, struct svm_cpu *c)
{
	int out;

	do {
		svm->x.core.stats.handled++;
		if (unlikely(!svm_save_ldt(c)))
			return -ENODEV;
		out = svm_run_once(svm, c);
	} while (out == AXVCPU_OUT_AGAIN);
	return out;
}

int svm_run(struct axvcpu_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);
	struct svm_cpu *c;
	int out;

	/* Preemption is off from here to x86_fpu_save(). */
	x86_fpu_load(&svm->x);
	c = this_cpu_ptr(&svm_cpu);
	if (unlikely(vcpu->request_flags))
		svm->flags |= SVM_REQUEST;
	local_irq_disable();
	out = svm_load(svm, c);
	if (unlikely(out))
		goto unloaded;
	out = svm_run_once(svm, c);
	if (out == AXVCPU_OUT_AGAIN)
		out = svm_run_on(svm, c);
	svm_put(svm, c);
unloaded:
	local_irq_enable();
	x86_fpu_save(&svm->x);
	return out;
}
