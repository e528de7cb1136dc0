// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The vCPU on VMX: creation, where its VMCS is, the inner run loop, flushes.
 *
 * SDM Volume 3: 25.11 (VMCS maintenance), 27 "VM Entries", 28 "VM Exits", 29.3 and
 * 29.4 (EPT, caching of translations).
 *
 * Where the VMCS is. It is active on one CPU at most (loaded_cpu), and nobody but
 * that CPU touches it: another one asks by an IPI. Leaving a CPU reads all guest
 * registers to struct vmx_guest and clears the VMCS; coming to one writes all of
 * it. So nothing in the region itself is of any worth while it is on no CPU, and
 * VMX can be turned off at any time without loss.
 *
 * Tags. A vCPU has its own VPID on every CPU, by generations as ASIDs on SVM.
 * Mappings from guest-physical addresses alone are tagged by the EPT pointer, which
 * the vCPUs of a VM share: whoever comes to a CPU flushes them, since they may be
 * older than the last flush that it knows of. INVEPT takes with it what was derived
 * from them, so that it serves as the flush of the guest's own translations, too.
 */
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/hw_breakpoint.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>
#include <asm/special_insns.h>

#include "../../guest.h"
#include "../../percpu.h"
#include "../../trace.h"
#include "../hw.h"
#include "../switch.h"
#include "debug.h"
#include "regs.h"
#include "timer.h"

#define L1D_FLUSH_COMMAND	1
#define SHADOW			(GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS)

static atomic64_t vmx_ids;

/* ---- creation ---------------------------------------------------------------- */

struct axvcpu_vcpu *vmx_vcpu_alloc(void)
{
	struct vmx_vcpu *vmx = kzalloc(sizeof(*vmx), GFP_KERNEL_ACCOUNT);

	BUILD_BUG_ON(offsetof(struct vmx_vcpu, x.core) != 0);
	if (!vmx)
		return NULL;
	vmx->loaded_cpu = -1;
	vmx->valid = VMX_ALL;
	return &vmx->x.core;
}

static void vmx_clear(struct vmx_vcpu *vmx)
{
	vmx->flags &= VMX_PDPTES;
	vmx->emulation = VMX_EMULATE_NONE;
	vmx->delivering = false;
	vmx_need(vmx, VMX_DEBUG);
	vmx_dr_intercept(vmx);
}

/* What has a power of two of bytes is aligned to them. */
static struct vmx_msr_lists *vmx_lists_new(void)
{
	struct vmx_msr_lists *lists = kzalloc(sizeof(*lists), GFP_KERNEL_ACCOUNT);

	BUILD_BUG_ON(sizeof(*lists) != 32);
	if (!lists)
		return NULL;
	lists->entry.index = MSR_CORE_PERF_GLOBAL_CTRL;
	lists->exit.index = MSR_CORE_PERF_GLOBAL_CTRL;
	return lists;
}

int vmx_vcpu_new(struct axvcpu_vcpu *vcpu, const void *config, size_t length)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);
	int ret;

	vmx->vmcs = vmx_page_new(GFP_KERNEL_ACCOUNT);
	if (!vmx->vmcs)
		return -ENOMEM;
	if (vmx_features.tpr) {
		vmx->virtual_apic = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
		if (!vmx->virtual_apic)
			return -ENOMEM;
	}
	if (vmx_features.perf_list) {
		vmx->lists = vmx_lists_new();
		if (!vmx->lists)
			return -ENOMEM;
	}
	vmx->id = atomic64_inc_return(&vmx_ids);
	vmx->x.backend = &vmx_backend_ops;
	ret = x86_create(&vmx->x, config, length) ?: x86_prepare(&vmx->x);
	if (ret)
		return ret;
	x86_reset(&vmx->x);
	vmx_clear(vmx);
	return 0;
}

/* The VMCS is on no CPU but perhaps, with @here, this one. Interrupts are on. */
static void vmx_unload(struct vmx_vcpu *vmx, int here)
{
	for (;;) {
		/* Behind it: the registers, as vmx_unload_here() left them. */
		int cpu = smp_load_acquire(&vmx->loaded_cpu);

		if (cpu < 0 || cpu == here)
			return;
		/* A CPU that went down has unloaded it before. */
		smp_call_function_single(cpu, vmx_unload_ipi, vmx, 1);
	}
}

/* vmx_cpu.last_vcpu holds our id, which is not used again. */
void vmx_vcpu_release(struct axvcpu_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);

	vmx_unload(vmx, -1);
	x86_destroy(&vmx->x);
	free_page((unsigned long)vmx->vmcs);
	free_page((unsigned long)vmx->virtual_apic);
	kfree(vmx->lists);
	kfree(vmx);
}

void vmx_set_ept_root(struct axvcpu_vcpu *vcpu, u64 root, unsigned int levels)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);
	u64 eptp = root | (levels - 1) << EPTP_WALK_SHIFT | EPTP_WB;

	if (vmx_features.ept_vpid & EPT_CAP_ACCESSED_DIRTY)
		eptp |= EPTP_ACCESSED_DIRTY;
	vmx->guest.eptp = eptp;
	vmx->dirty |= VMX_EPT;
	vmx_flush_tag(vmx);
}

int vmx_setup(struct axvcpu_vcpu *vcpu, const void *config, size_t length)
{
	int ret = x86_setup(to_x86(vcpu), config, length);

	if (!ret)
		vmx_clear(to_vmx(vcpu));
	return ret;
}

int vmx_reset(struct axvcpu_vcpu *vcpu)
{
	x86_reset(to_x86(vcpu));
	vmx_clear(to_vmx(vcpu));
	return 0;
}

/* The next entry brings the VMCS along. */
int vmx_bind(struct axvcpu_vcpu *vcpu, int cpu)
{
	return 0;
}

int vmx_unbind(struct axvcpu_vcpu *vcpu)
{
	vmx_unload(to_vmx(vcpu), -1);
	return 0;
}

u64 vmx_show(struct axvcpu_vcpu *vcpu, struct axvcpu_run *run)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);
	struct x86_vcpu *x = &vmx->x;

	run->interrupt_flag = !!(x->rflags & X86_EFLAGS_IF);
	run->interrupt_shadow = x->interrupt_shadow;
	run->irq_pending = unlikely(READ_ONCE(x->events.any)) &&
			   x86_events_interrupt(x) >= 0;
	run->priority = vmx_get_cr8(vmx);
	return x->rip;
}

/* ---- the VMCS and its CPU ------------------------------------------------------ */

/* 25.6 to 25.8: what is the same for every entry. */
static void vmx_write_controls(const struct vmx_vcpu *vmx)
{
	u32 proc2 = vmx_features.proc2;

	if (!x86_guest_has(X86_FEATURE_INVPCID))
		proc2 &= ~SECONDARY_EXEC_ENABLE_INVPCID;
	if (!x86_guest_has(X86_FEATURE_RDTSCP))
		proc2 &= ~SECONDARY_EXEC_ENABLE_RDTSCP;
	vmx_write(SECONDARY_VM_EXEC_CONTROL, proc2);
	vmx_write(VM_EXIT_CONTROLS, vmx_features.exit);
	vmx_write(PAGE_FAULT_ERROR_CODE_MASK, 0);
	vmx_write(PAGE_FAULT_ERROR_CODE_MATCH, 0);
	vmx_write(CR3_TARGET_COUNT, 0);
	vmx_write(VM_EXIT_MSR_STORE_COUNT, 0);
	vmx_write(VM_EXIT_MSR_LOAD_COUNT, 0);
	vmx_write(VM_ENTRY_MSR_LOAD_COUNT, 0);
	vmx_write(VM_ENTRY_INTR_INFO_FIELD, 0);
	vmx_write(MSR_BITMAP, vmx_msr_bitmap_pa);
	if (vmx_features.tpr) {
		vmx_write(VIRTUAL_APIC_PAGE_ADDR, __pa(vmx->virtual_apic));
		vmx_write(TPR_THRESHOLD, 0);
	}
	vmx_write(CR0_GUEST_HOST_MASK, ~(u64)X86_CR0_TS);
	vmx_write(CR4_GUEST_HOST_MASK, ~0ULL);
	vmx_write(VMCS_LINK_POINTER, ~0ULL);
	vmx_write(GUEST_IA32_DEBUGCTL, 0);
	vmx_write(GUEST_ACTIVITY_STATE, GUEST_ACTIVITY_ACTIVE);
	if (vmx_features.perf_list) {
		vmx_write(VM_ENTRY_MSR_LOAD_ADDR, __pa(&vmx->lists->entry));
		vmx_write(VM_EXIT_MSR_LOAD_ADDR, __pa(&vmx->lists->exit));
	} else if (vmx_features.perf) {
		vmx_write(GUEST_IA32_PERF_GLOBAL_CTRL, 0);
	}
	if (vmx_features.proc2 & SECONDARY_EXEC_ENCLS_EXITING)
		vmx_write(ENCLS_EXITING_BITMAP, ~0ULL);
}

static u64 vmx_tss_base(const struct desc_ptr *gdt)
{
	const struct ldttss_desc *tss =
		(const void *)(gdt->address + GDT_ENTRY_TSS * 8);

	return tss->base0 | (u64)tss->base1 << 16 | (u64)tss->base2 << 24 |
	       (u64)tss->base3 << 32;
}

/* What an exit loads that is a constant of the CPU. */
static void vmx_write_host(void)
{
	struct desc_ptr gdt, idt;

	native_store_gdt(&gdt);
	store_idt(&idt);
	vmx_write(HOST_CR0, native_read_cr0());
	vmx_write(HOST_CS_SELECTOR, __KERNEL_CS);
	vmx_write(HOST_SS_SELECTOR, __KERNEL_DS);
	vmx_write(HOST_DS_SELECTOR, 0);
	vmx_write(HOST_ES_SELECTOR, 0);
	vmx_write(HOST_FS_SELECTOR, 0);
	vmx_write(HOST_GS_SELECTOR, 0);
	vmx_write(HOST_TR_SELECTOR, GDT_ENTRY_TSS * 8);
	vmx_write(HOST_GS_BASE, hw_rdmsr(MSR_GS_BASE));
	vmx_write(HOST_TR_BASE, vmx_tss_base(&gdt));
	vmx_write(HOST_GDTR_BASE, gdt.address);
	vmx_write(HOST_IDTR_BASE, idt.address);
	vmx_write(HOST_IA32_SYSENTER_CS, hw_rdmsr(MSR_IA32_SYSENTER_CS));
	vmx_write(HOST_IA32_SYSENTER_ESP, hw_rdmsr(MSR_IA32_SYSENTER_ESP));
	vmx_write(HOST_IA32_SYSENTER_EIP, hw_rdmsr(MSR_IA32_SYSENTER_EIP));
	vmx_write(HOST_IA32_PAT, hw_rdmsr(MSR_IA32_CR_PAT));
	vmx_write(HOST_IA32_EFER, hw_rdmsr(MSR_EFER));
	vmx_write(HOST_RIP, (unsigned long)vmx_exit_point);
}

/* Fields that are compared at each entry have a value that is in no register. */
static void vmx_forget_fields(struct vmx_vcpu *vmx)
{
	struct vmx_host *h = &vmx->host;

	vmx->rip = ~vmx->x.rip;
	vmx->rsp = ~vmx->x.gpr[AXVCPU_X86_RSP];
	vmx->rflags = ~vmx->x.rflags;
	vmx->interruptibility &= SHADOW;
	vmx_write(GUEST_INTERRUPTIBILITY_INFO, vmx->interruptibility);
	h->cr3 = ~0ULL;
	h->cr4 = ~0ULL;
	h->field_fs_base = BIT_ULL(62);
	h->perf = ~0ULL;
}

/* Return: false: VMX is off. */
static bool vmx_load_vmcs(struct vmx_vcpu *vmx, struct vmx_cpu *c)
{
	struct axvcpu_vcpu *vcpu = &vmx->x.core;
	int cpu = smp_processor_id();

	if (vmx->loaded_cpu == cpu) {
		if (!vmx_vmptrld(vmx))
			return false;
		c->current_vcpu = vmx;
		return true;
	}
	if (vcpu->cpu != cpu) {
		if (vcpu->cpu >= 0)
			vcpu->stats.migrations++;
		WRITE_ONCE(vcpu->cpu, cpu);
	}
	if (!vmx_vmclear(vmx) || !vmx_vmptrld(vmx))
		return false;
	c->current_vcpu = vmx;
	list_add(&vmx->link, &c->loaded);
	vmx->launched = false;
	vmx->dirty = VMX_ALL;
	WRITE_ONCE(vmx->loaded_cpu, cpu);
	vmx_write_controls(vmx);
	vmx_reset_timer(vmx);
	vmx_write_host();
	vmx_forget_fields(vmx);
	return true;
}

/* ---- tags and flushes ------------------------------------------------------------ */

static void vmx_new_tag(struct vmx_vcpu *vmx, struct vmx_cpu *c)
{
	if (c->next_vpid >= VMX_VPIDS) {
		c->generation++;
		c->next_vpid = 1;
		vmx_invvpid_all();
	}
	vmx->vpid = c->next_vpid++;
	vmx->vpid_generation = c->generation;
	if (vmx_features.vpid)
		vmx_write(VIRTUAL_PROCESSOR_ID, vmx->vpid);
	vmx_flush_tag(vmx);
}

static noinline void vmx_flush(struct vmx_vcpu *vmx, u64 generation)
{
	vmx_invept(vmx->guest.eptp);
	vmx->tlb_generation = generation;
	vmx->x.core.stats.tlb_flushes++;
}

/* ---- debug registers ----------------------------------------------------------------- */

static void vmx_load_dr(struct vmx_vcpu *vmx)
{
	if (hw_breakpoint_active())
		set_debugreg(0UL, 7);
	set_debugreg(vmx->dr[0], 0);
	set_debugreg(vmx->dr[1], 1);
	set_debugreg(vmx->dr[2], 2);
	set_debugreg(vmx->dr[3], 3);
	set_debugreg(vmx->dr6, 6);
}

/* An exit has disabled all breakpoints in DR7, the host's too. */
static void vmx_save_dr(struct vmx_vcpu *vmx)
{
	if (vmx->flags & VMX_DR_LIVE) {
		unsigned long value;

		get_debugreg(value, 0);
		vmx->dr[0] = value;
		get_debugreg(value, 1);
		vmx->dr[1] = value;
		get_debugreg(value, 2);
		vmx->dr[2] = value;
		get_debugreg(value, 3);
		vmx->dr[3] = value;
		get_debugreg(value, 6);
		vmx->dr6 = value;
		set_debugreg(DR6_RESERVED, 6);
	}
	if (hw_breakpoint_active())
		hw_breakpoint_restore();
}

static void vmx_put_dr(struct vmx_vcpu *vmx)
{
	vmx->flags &= ~VMX_DR_LIVE;
	vmx_need(vmx, VMX_DEBUG);
	vmx_dr_intercept(vmx);
	if (!hw_breakpoint_active()) {
		set_debugreg(0UL, 0);
		set_debugreg(0UL, 1);
		set_debugreg(0UL, 2);
		set_debugreg(0UL, 3);
	}
}

/* ---- what an exit does not restore --------------------------------------------------- */

/* The guest's SYSCALL MSRs matter only where SYSCALL is no #UD. */
static void vmx_load_syscall(struct vmx_vcpu *vmx, const struct vmx_cpu *c)
{
	unsigned int i;

	if (!(vmx->guest.efer & EFER_SCE))
		return;
	for (i = 0; i < VMX_SYSCALL_MSRS; i++)
		if (vmx->syscall[i] != c->syscall[i])
			hw_wrmsr(vmx_syscall_msrs[i], vmx->syscall[i]);
	vmx->syscall_loaded = true;
}

/* A WRMSR that changes them has put them in the MSRs as well: vmx_wrmsr(). */
static void vmx_put_syscall(struct vmx_vcpu *vmx, const struct vmx_cpu *c)
{
	unsigned int i;

	if (!vmx->syscall_loaded)
		return;
	for (i = 0; i < VMX_SYSCALL_MSRS; i++)
		if (vmx->syscall[i] != c->syscall[i])
			hw_wrmsr(vmx_syscall_msrs[i], c->syscall[i]);
	vmx->syscall_loaded = false;
}

/* The task's segments, as they are until it is switched from. */
static void vmx_save_host(struct vmx_vcpu *vmx)
{
	struct vmx_host *h = &vmx->host;

	savesegment(ds, h->ds);
	savesegment(es, h->es);
	savesegment(fs, h->fs);
	savesegment(gs, h->gs);
	store_ldt(h->ldt);
	native_store_gdt(&h->gdt);
	store_idt(&h->idt);
	h->fs_base = hw_fs_base();
	h->kernel_gs_base = hw_rdmsr(MSR_KERNEL_GS_BASE);
}

/*
 * An exit leaves LDTR unusable. modify_ldt() of another thread may have given the
 * mm one since vmx_save_host(), by an IPI that came while we were here.
 */
static void vmx_restore_ldt(const struct vmx_host *h)
{
	u16 selector = h->ldt;

#ifdef CONFIG_MODIFY_LDT_SYSCALL
	if (READ_ONCE(current->mm->context.ldt))
		selector = GDT_ENTRY_LDT * 8;
#endif
	/* It faults if the IPI is still to come, and brings it, too. */
	if (selector)
		asm volatile("1: lldt %w0\n"
			     "2:\n" _ASM_EXTABLE(1b, 2b)
			     :
			     : "q"(selector));
}

/* LTR wants a segment that is not busy: for this the GDT is used where it can be written. */
static noinline void vmx_reload_tr(void)
{
	struct desc_struct *rw = get_current_gdt_rw();
	const struct desc_ptr direct = {
		.size = GDT_SIZE - 1,
		.address = (unsigned long)rw,
	};
	struct ldttss_desc *tss = (void *)&rw[GDT_ENTRY_TSS];

	native_load_gdt(&direct);
	tss->type = DESC_TSS;
	asm volatile("ltr %w0" : : "q"(GDT_ENTRY_TSS * 8) : "memory");
}

/*
 * An exit makes the limits of GDTR and IDTR 0xffff and of TR 0x67 (28.5.2). Any task can
 * look at the first two. TR's comes back only by LTR and hides nothing but the I/O
 * permission bitmap: the kernel has a flag that says so, and looks at it where a task with
 * a bitmap comes to the CPU or to be.
 */
static void vmx_restore_tables(const struct vmx_host *h)
{
#ifdef AXVCPU_EXPORTED___TSS_LIMIT_INVALID
	if (unlikely(test_thread_flag(TIF_IO_BITMAP)))
		vmx_reload_tr();
	else
		this_cpu_write(__tss_limit_invalid, true);
#else
	vmx_reload_tr();
#endif
	native_load_gdt(&h->gdt);
	native_load_idt(&h->idt);
}

static void vmx_restore_host(struct vmx_vcpu *vmx)
{
	struct vmx_host *h = &vmx->host;

	/* Before a load of GS, which goes through it. */
	vmx->kernel_gs_base = hw_rdmsr(MSR_KERNEL_GS_BASE);
	vmx_restore_tables(h);
	vmx_restore_ldt(h);
	if (unlikely(h->ds | h->es)) {
		loadsegment(ds, h->ds);
		loadsegment(es, h->es);
	}
	if (unlikely(h->fs)) {
		loadsegment(fs, h->fs);
		hw_wrmsr(MSR_FS_BASE, h->fs_base);
	}
	if (unlikely(h->gs))
		load_gs_index(h->gs);
	if (h->gs || vmx->kernel_gs_base != h->kernel_gs_base)
		hw_wrmsr(MSR_KERNEL_GS_BASE, h->kernel_gs_base);
}

/* ---- the inner run loop ------------------------------------------------------------- */

/* Once a section without preemption. Interrupts are off. */
static int vmx_load(struct vmx_vcpu *vmx, struct vmx_cpu *c)
{
	if (unlikely(!axvcpu_percpu_on()))
		return -ENODEV;
	if (unlikely(!axvcpu_vcpu_allowed(&vmx->x.core, smp_processor_id())))
		return AXVCPU_OUT_WORK;
	if (unlikely(c->current_vcpu != vmx) && !vmx_load_vmcs(vmx, c))
		return -ENODEV;
	if (unlikely(vmx->vpid_generation != c->generation))
		vmx_new_tag(vmx, c);
	if (unlikely(c->last_vcpu != vmx->id)) {
		c->last_vcpu = vmx->id;
		x86_mitigate_switch(&vmx->x);
	}
	vmx_debug_load(vmx);
	vmx_save_host(vmx);
	if (vmx->kernel_gs_base != vmx->host.kernel_gs_base)
		hw_wrmsr(MSR_KERNEL_GS_BASE, vmx->kernel_gs_base);
	vmx_load_syscall(vmx, c);
	if (unlikely(vmx->tsc_aux != c->tsc_aux) && vmx_features.tsc_aux)
		hw_wrmsr(MSR_TSC_AUX, vmx->tsc_aux);
	axvcpu_guest_begin();
	return 0;
}

static void vmx_put(struct vmx_vcpu *vmx, struct vmx_cpu *c)
{
	axvcpu_guest_end();
	if (unlikely(vmx->tsc_aux != c->tsc_aux) && vmx_features.tsc_aux)
		hw_wrmsr(MSR_TSC_AUX, c->tsc_aux);
	vmx_put_syscall(vmx, c);
	vmx_restore_host(vmx);
	vmx_debug_put(vmx);
	if (unlikely(vmx->flags & VMX_DR_LIVE))
		vmx_put_dr(vmx);
	x86_mitigate_user();
}

static noinstr int vmx_enter(u64 *gpr, bool launched)
{
	int ret;

	axvcpu_guest_enter();
	ret = vmx_switch(gpr, launched);
	axvcpu_guest_exit();
	return ret;
}

/* What an exit loads; 0 by an entry. */
static noinline void vmx_write_perf(struct vmx_vcpu *vmx, u64 value)
{
	vmx->host.perf = value;
	if (!vmx_features.perf_list) {
		vmx_write(HOST_IA32_PERF_GLOBAL_CTRL, value);
		return;
	}
	vmx->lists->exit.value = value;
	vmx_write(VM_ENTRY_MSR_LOAD_COUNT, !!value);
	vmx_write(VM_EXIT_MSR_LOAD_COUNT, !!value);
}

/* Host fields that follow the task, the mm and its users. */
static __always_inline void vmx_write_task(struct vmx_vcpu *vmx)
{
	struct vmx_host *h = &vmx->host;
	u64 value;

	value = __native_read_cr3();
	if (unlikely(value != h->cr3)) {
		vmx_write(HOST_CR3, value);
		h->cr3 = value;
	}
	value = native_read_cr4();
	if (unlikely(value != h->cr4)) {
		vmx_write(HOST_CR4, value);
		h->cr4 = value;
	}
	if (unlikely(h->fs_base != h->field_fs_base)) {
		vmx_write(HOST_FS_BASE, h->fs_base);
		h->field_fs_base = h->fs_base;
	}
	if (!vmx_features.perf)
		return;
	value = hw_rdmsr(MSR_CORE_PERF_GLOBAL_CTRL);
	if (unlikely(value != h->perf))
		vmx_write_perf(vmx, value);
}

/*
 * What the host traces with, for each trip since its interrupts switch it on and off:
 * an exit clears DEBUGCTL (28.5.1); a precise event counted just before the entry would
 * be recorded through the guest's page tables. Behind vmx_write_task().
 */
static __always_inline void vmx_hide_trace(struct vmx_host *h)
{
	h->debugctl = hw_rdmsr(MSR_IA32_DEBUGCTLMSR);
	h->pebs = 0;
	/* Without a counter that runs there are no events. */
	if (!vmx_features.pebs || (vmx_features.perf && !h->perf))
		return;
	h->pebs = hw_rdmsr(MSR_IA32_PEBS_ENABLE);
	if (unlikely(h->pebs))
		hw_wrmsr(MSR_IA32_PEBS_ENABLE, 0);
}

static __always_inline void vmx_show_trace(const struct vmx_host *h)
{
	if (unlikely(h->debugctl))
		hw_wrmsr(MSR_IA32_DEBUGCTLMSR, h->debugctl);
	if (unlikely(h->pebs))
		hw_wrmsr(MSR_IA32_PEBS_ENABLE, h->pebs);
}

/*
 * Shadow and NMI mask (27.3.1.5). Behind STI only with IF set; with a shadow, a single
 * step is pending if TF is set, and none if it is clear.
 */
static noinline void vmx_write_interruptibility(struct vmx_vcpu *vmx, u32 state)
{
	const struct x86_vcpu *x = &vmx->x;
	u64 pending, bs;

	if ((state | vmx->interruptibility) & SHADOW) {
		pending = vmx_read(GUEST_PENDING_DBG_EXCEPTIONS);
		bs = state & SHADOW && x->rflags & X86_EFLAGS_TF ? VMX_PENDING_BS :
								 0;
		vmx_write(GUEST_PENDING_DBG_EXCEPTIONS,
			  (pending & ~VMX_PENDING_BS) | bs);
		vmx->valid &= ~VMX_DEBUG;
	}
	vmx_write(GUEST_INTERRUPTIBILITY_INFO, state);
	vmx->interruptibility = state;
}

static __always_inline u32 vmx_interruptibility(const struct vmx_vcpu *vmx)
{
	const struct x86_vcpu *x = &vmx->x;
	u32 state = 0;

	if (unlikely(x->interrupt_shadow)) {
		state = vmx->interruptibility & SHADOW ?: GUEST_INTR_STATE_STI;
		if (!(x->rflags & X86_EFLAGS_IF))
			state = GUEST_INTR_STATE_MOV_SS;
	}
	/* An NMI that is injected sets it by itself. */
	if (unlikely(x->events.nmi_masked) &&
	    !(vmx->flags & VMX_INJECTED &&
	      (vmx->injected & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_NMI_INTR))
		state |= GUEST_INTR_STATE_NMI;
	return state;
}

static __always_inline void vmx_write_registers(struct vmx_vcpu *vmx)
{
	struct x86_vcpu *x = &vmx->x;
	u32 state;

	if (unlikely(vmx->dirty))
		vmx_write_groups(vmx);
	if (x->gpr[AXVCPU_X86_RSP] != vmx->rsp)
		vmx_write(GUEST_RSP, x->gpr[AXVCPU_X86_RSP]);
	if (x->rip != vmx->rip)
		vmx_write(GUEST_RIP, x->rip);
	if (x->rflags != vmx->rflags)
		vmx_write(GUEST_RFLAGS, x->rflags);
	vmx->rsp = x->gpr[AXVCPU_X86_RSP];
	vmx->rip = x->rip;
	vmx->rflags = x->rflags;
	state = vmx_interruptibility(vmx);
	if (unlikely(state != vmx->interruptibility || state & SHADOW))
		vmx_write_interruptibility(vmx, state);
}

static __always_inline void vmx_read_registers(struct vmx_vcpu *vmx)
{
	struct x86_vcpu *x = &vmx->x;

	vmx->rsp = vmx_read(GUEST_RSP);
	vmx->rip = vmx_read(GUEST_RIP);
	vmx->rflags = vmx_read(GUEST_RFLAGS);
	vmx->interruptibility = vmx_read(GUEST_INTERRUPTIBILITY_INFO);
	x->gpr[AXVCPU_X86_RSP] = vmx->rsp;
	x->rip = vmx->rip;
	x->rflags = vmx->rflags;
	x->interrupt_shadow = vmx->interruptibility & SHADOW;
	/*
	 * A guest opens NMIs and does not close them: a delivery does, and we know
	 * of each. (Bochs 2.7 shows here what was before the entry.)
	 */
	if (unlikely(x->events.nmi_masked) &&
	    !(vmx->interruptibility & GUEST_INTR_STATE_NMI))
		x->events.nmi_masked = false;
}

/*
 * What is the host's goes on at once. After an NMI the processor blocks further ones
 * until an IRET: that of the host's handler.
 */
static __always_inline void vmx_pass_event(const struct vmx_vcpu *vmx)
{
	if (likely(vmx->exit.reason != EXIT_REASON_EXCEPTION_NMI))
		return;
	switch (vmx->exit.event &
		(INTR_INFO_INTR_TYPE_MASK | INTR_INFO_VECTOR_MASK)) {
	case INTR_TYPE_NMI_INTR | X86_VECTOR_NMI:
		vmx_raise_nmi();
		break;
	case INTR_TYPE_HARD_EXCEPTION | X86_VECTOR_MC:
		vmx_raise_machine_check();
		break;
	}
}

/*
 * One trip to the guest. Interrupts are off. Return: AXVCPU_OUT_AGAIN: an exit
 * waits to be handled; AXVCPU_OUT_EXIT: the entry failed; -ENODEV.
 */
static __always_inline int vmx_trip(struct vmx_vcpu *vmx)
{
	struct x86_vcpu *x = &vmx->x;
	int ret;

	vmx_write_registers(vmx);
	vmx_write_task(vmx);
	trace_axvcpu_entry(&x->core, x->rip);
	vmx_debug_before(vmx);
	if (unlikely(vmx->flags & VMX_DR_LIVE))
		vmx_load_dr(vmx);
	vmx_hide_trace(&vmx->host);
	if (vmx_features.l1d_flush)
		hw_wrmsr(MSR_IA32_FLUSH_CMD, L1D_FLUSH_COMMAND);
	if (native_read_cr2() != vmx->cr2)
		native_write_cr2(vmx->cr2);

	if (unlikely(axvcpu_guest_tracked()))
		ret = vmx_enter(x->gpr, vmx->launched);
	else
		ret = vmx_switch(x->gpr, vmx->launched);

	vmx->cr2 = native_read_cr2();
	vmx_show_trace(&vmx->host);
	if (unlikely(vmx->flags & VMX_DR_LIVE || hw_breakpoint_active()))
		vmx_save_dr(vmx);
	vmx_debug_after(vmx);
	if (unlikely(ret == VMX_FAIL_VALID))
		return vmx_fail_entry(vmx, vmx_read(VM_INSTRUCTION_ERROR));
	if (unlikely(ret))
		return -ENODEV;
	vmx_read_exit(vmx);
	/* Guest state was loaded in part, but saved not at all: 27.8. */
	if (unlikely(vmx->exit.reason & VMX_REASON_ENTRY_FAILED))
		return vmx_fail_entry(vmx, 0);
	vmx_pass_event(vmx);
	vmx->launched = true;
	WRITE_ONCE(vmx->valid, VMX_ALL & ~VMX_GUESTS);
	vmx_read_registers(vmx);
	return AXVCPU_OUT_AGAIN;
}

/* As svm_once(). */
static __always_inline int vmx_once(struct vmx_vcpu *vmx)
{
	struct axvcpu_vcpu *vcpu = &vmx->x.core;
	u64 generation;
	int out;

	smp_store_mb(vcpu->mode, AXVCPU_IN_GUEST);
	if (unlikely(axvcpu_vcpu_must_leave(vcpu)))
		return AXVCPU_OUT_WORK;
	if (unlikely(!axvcpu_percpu_on()))
		return -ENODEV;
	if (unlikely(!vmx_set_timer(vmx)))
		return AXVCPU_OUT_WORK;
	if (unlikely(READ_ONCE(vmx->x.events.any) || vmx->flags)) {
		out = vmx_prepare(vmx);
		if (out != AXVCPU_OUT_AGAIN)
			return out;
	}
	generation = atomic64_read(&vcpu->vm->stage2.tlb_generation);
	if (unlikely(vmx->tlb_generation != generation))
		vmx_flush(vmx, generation);
	vcpu->stats.entries++;
	out = vmx_trip(vmx);
	if (unlikely(out != AXVCPU_OUT_AGAIN))
		vmx_uninject(vmx);
	return out;
}

int vmx_run(struct axvcpu_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);
	struct vmx_cpu *c;
	int out;

	/* Preemption is off from here to x86_fpu_save(). */
	x86_fpu_load(&vmx->x);
	vmx_unload(vmx, smp_processor_id());
	c = this_cpu_ptr(&vmx_cpu);
	if (unlikely(vcpu->request_flags))
		vmx->flags |= VMX_REQUEST;
	if (unlikely(vcpu->deadline_ns))
		vmx->timer.settled = VMX_TIMER_UNSETTLED;
	local_irq_disable();
	out = vmx_load(vmx, c);
	if (unlikely(out))
		goto unloaded;
	for (;;) {
		out = vmx_once(vmx);
		WRITE_ONCE(vcpu->mode, AXVCPU_OUTSIDE);
		if (unlikely(out != AXVCPU_OUT_AGAIN))
			break;
		/* Host interrupts and what they woke are served here. */
		local_irq_enable();
		out = vmx_handle_exit(vmx);
		local_irq_disable();
		if (out != AXVCPU_OUT_AGAIN)
			break;
		vcpu->stats.handled++;
	}
	vmx_put(vmx, c);
unloaded:
	local_irq_enable();
	x86_fpu_save(&vmx->x);
	return out;
}
