// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Intel VMX, per CPU and for the whole module: detection, enabling, the MSR bitmap
 * that all vCPUs share, and the table of operations.
 *
 * SDM Volume 3: 24.6 to 24.8 (enabling), 25.6 "VM-Execution Control Fields",
 * 29.3 "The Extended Page Table Mechanism", appendix A (capability MSRs).
 */
#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched/smt.h>
#include <asm/cpufeature.h>
#include <asm/msr-index.h>
#include <asm/processor.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>
#include <asm/tsc.h>

#include "../../stage2.h"
#include "../hw.h"
#include "check.h"
#include "history.h"
#include "vmx.h"

/* CPUID 1 ECX */
#define CPUID_VMX	BIT(5)

/* 25.6.9: read bitmaps for low and high MSRs, then write bitmaps, 1 KiB each */
#define MSR_BITMAP_HIGH		0x400
#define MSR_BITMAP_WRITE	0x800

struct vmx_features vmx_features __ro_after_init;
DEFINE_PER_CPU(struct vmx_cpu, vmx_cpu);
unsigned long vmx_msr_bitmap_pa __ro_after_init;
const u32 vmx_syscall_msrs[VMX_SYSCALL_MSRS] = {
	[VMX_STAR] = MSR_STAR,
	[VMX_LSTAR] = MSR_LSTAR,
	[VMX_CSTAR] = MSR_CSTAR,
	[VMX_SFMASK] = MSR_SYSCALL_MASK,
};

static u8 *vmx_msr_bitmap __ro_after_init;
static struct axvcpu_stage2_format vmx_stage2_format __ro_after_init;

/* ---- the instructions ---------------------------------------------------------- */

/* An instruction with a memory operand. Return: it did not fail and not fault. */
#define VMX_INSN(name, operand)						\
({									\
	bool __ok = false;						\
									\
	asm volatile("1: " name " %[op]\n"				\
		     "	seta %[ok]\n"					\
		     "2:\n" _ASM_EXTABLE(1b, 2b)			\
		     : [ok] "+q"(__ok)					\
		     : [op] "m"(operand)				\
		     : "cc", "memory");					\
	__ok;								\
})

static bool vmx_vmxon(u64 pa)
{
	return VMX_INSN("vmxon", pa);
}

static void vmx_vmxoff(void)
{
	asm volatile("1: vmxoff\n"
		     "2:\n" _ASM_EXTABLE(1b, 2b)
		     :
		     :
		     : "cc", "memory");
}

bool vmx_vmclear(const struct vmx_vcpu *vmx)
{
	u64 pa = __pa(vmx->vmcs);

	return VMX_INSN("vmclear", pa);
}

bool vmx_vmptrld(const struct vmx_vcpu *vmx)
{
	u64 pa = __pa(vmx->vmcs);

	return VMX_INSN("vmptrld", pa);
}

static void vmx_invalidate(bool ept, unsigned long type, u64 first)
{
	struct {
		u64 first;
		u64 second;
	} descriptor = { first, 0 };

	if (ept)
		asm volatile("1: invept %[descriptor], %[type]\n"
			     "2:\n" _ASM_EXTABLE(1b, 2b)
			     :
			     : [descriptor] "m"(descriptor), [type] "r"(type)
			     : "cc", "memory");
	else
		asm volatile("1: invvpid %[descriptor], %[type]\n"
			     "2:\n" _ASM_EXTABLE(1b, 2b)
			     :
			     : [descriptor] "m"(descriptor), [type] "r"(type)
			     : "cc", "memory");
}

/* All that was derived from these tables, combined mappings too (29.4.3.1). */
void vmx_invept(u64 eptp)
{
	if (vmx_features.ept_vpid & EPT_CAP_INVEPT_SINGLE)
		vmx_invalidate(true, INVEPT_SINGLE, eptp);
	else
		vmx_invalidate(true, INVEPT_ALL, 0);
}

void vmx_invvpid_all(void)
{
	if (vmx_features.vpid)
		vmx_invalidate(false, INVVPID_ALL, 0);
}

/* A bug of ours. (Where VMX went off, writes fault silently and the entry fails.) */
void vmx_write_failed(unsigned long field, u64 value)
{
	u32 error = vmx_read(VM_INSTRUCTION_ERROR);

	pr_warn_ratelimited("axvcpu: vmx: VMWRITE of field %#lx failed, error %u: %s\n",
			    field, error, vmx_instruction_error(error));
}

/* ---- per CPU ------------------------------------------------------------------- */

/* A page that can be a VMCS or a VMXON region: 25.2. */
void *vmx_page_new(gfp_t gfp)
{
	u32 *page = (void *)get_zeroed_page(gfp);

	if (page)
		*page = vmx_features.basic & VMX_CAP_BASIC_REVISION;
	return page;
}

static int vmx_cpu_new(unsigned int cpu)
{
	struct vmx_cpu *c = per_cpu_ptr(&vmx_cpu, cpu);

	c->region = vmx_page_new(GFP_KERNEL);
	if (!c->region)
		return -ENOMEM;
	INIT_LIST_HEAD(&c->loaded);
	/* No two CPUs have the same generation: see struct vmx_cpu. */
	c->generation = (u64)(cpu + 1) << 44;
	return 0;
}

static void vmx_cpu_free(unsigned int cpu)
{
	struct vmx_cpu *c = per_cpu_ptr(&vmx_cpu, cpu);

	free_page((unsigned long)c->region);
	c->region = NULL;
}

/* No register tells if a CPU is in VMX operation; whoever is has set VMXE. */
static bool vmx_is_enabled(void)
{
	return native_read_cr4() & X86_CR4_VMXE;
}

#ifdef AXVCPU_EXPORTED_CR4_UPDATE_IRQSOFF
static const bool vmx_can_hold_cr4 = true;

/* Through the kernel's shadow, from which it rewrites CR4 at any time. */
static void vmx_cr4(bool on)
{
	cr4_update_irqsoff(on ? X86_CR4_VMXE : 0, on ? 0 : X86_CR4_VMXE);
}
#else
static const bool vmx_can_hold_cr4;

static void vmx_cr4(bool on)
{
}
#endif

/* Without bit 14 of the MISC MSR, processor trace must be off in VMX operation. */
static bool vmx_needs_trace_off(void)
{
	return boot_cpu_has(X86_FEATURE_INTEL_PT) &&
	       !(vmx_features.misc & VMX_CAP_MISC_PT);
}

static void vmx_trace_off(bool off)
{
#ifdef AXVCPU_EXPORTED_INTEL_PT_HANDLE_VMX
	extern void intel_pt_handle_vmx(int on);

	if (vmx_needs_trace_off())
		intel_pt_handle_vmx(off);
#endif
}

/* Locked with VMX on outside of SMX, else VMXON faults: 24.7. */
static bool vmx_firmware_allows(void)
{
	const u64 needed = FEAT_CTL_LOCKED | FEAT_CTL_VMX_ENABLED_OUTSIDE_SMX;
	u64 control;

	return !hw_rdmsr_safe(MSR_IA32_FEAT_CTL, &control) &&
	       (control & needed) == needed;
}

static int vmx_hardware_enable(void)
{
	struct vmx_cpu *c = this_cpu_ptr(&vmx_cpu);
	unsigned int i;
	u64 value;

	if (vmx_is_enabled())
		return c->on ? 0 : -EBUSY;
	/* CPUs can differ: the firmware did not reach one, a late one is not the same. */
	if (!vmx_firmware_allows() ||
	    hw_rdmsr_safe(MSR_IA32_VMX_BASIC, &value) ||
	    (u32)value != (u32)vmx_features.basic)
		return -EIO;
	vmx_trace_off(true);
	vmx_cr4(true);
	if (!vmx_vmxon(__pa(c->region))) {
		vmx_cr4(false);
		vmx_trace_off(false);
		return -EIO;
	}
	for (i = 0; i < VMX_SYSCALL_MSRS; i++)
		c->syscall[i] = hw_rdmsr(vmx_syscall_msrs[i]);
	if (vmx_features.tsc_aux) {
		hw_rdmsr_safe(MSR_TSC_AUX, &value);
		c->tsc_aux = value;
	}
	/* What VPIDs and EPT pointers of before tag is of no use: 29.4.3.3. */
	vmx_invalidate(true, vmx_features.ept_vpid & EPT_CAP_INVEPT_ALL ?
				     INVEPT_ALL : INVEPT_SINGLE, 0);
	vmx_invvpid_all();
	c->generation++;
	c->next_vpid = 1;
	c->on = true;
	return 0;
}

static void vmx_hardware_disable(void)
{
	struct vmx_cpu *c = this_cpu_ptr(&vmx_cpu);
	struct vmx_vcpu *vmx, *next;

	if (!c->on)
		return;
	/* What the processor has of them comes to memory. */
	list_for_each_entry_safe(vmx, next, &c->loaded, link)
		vmx_unload_here(vmx);
	c->on = false;
	vmx_vmxoff();
	vmx_cr4(false);
	vmx_trace_off(false);
}

static u32 vmx_busy(void)
{
	unsigned long flags;
	bool others;

	/* Both of one time: we turn it on and off in an interrupt. */
	local_irq_save(flags);
	others = !this_cpu_read(vmx_cpu.on) && vmx_is_enabled();
	local_irq_restore(flags);
	return others ? x86_owner() : AXVCPU_REASON_NONE;
}

static unsigned int vmx_max_guest_page_table_levels(void)
{
	return 4;
}

/* ---- capabilities -------------------------------------------------------------- */

/**
 * struct vmx_controls - one set of controls
 * @name: as in messages
 * @msr: its capabilities: low half must be 1, high half may be 1
 * @true_msr: the same without the default1 class, if BASIC says so; 0: none
 * @need: bits that we can't do without
 * @never: bits that must not be forced on us
 * @want: set where they may be
 */
struct vmx_controls {
	const char *name;
	u32 msr;
	u32 true_msr;
	u32 need;
	u32 never;
	u32 want;
};

static const struct vmx_controls vmx_pin = {
	.name = "pin-based",
	.msr = MSR_IA32_VMX_PINBASED_CTLS,
	.true_msr = MSR_IA32_VMX_TRUE_PINBASED_CTLS,
	.need = PIN_BASED_EXT_INTR_MASK | PIN_BASED_NMI_EXITING |
		PIN_BASED_VIRTUAL_NMIS,
};

static const struct vmx_controls vmx_proc = {
	.name = "processor-based",
	.msr = MSR_IA32_VMX_PROCBASED_CTLS,
	.true_msr = MSR_IA32_VMX_TRUE_PROCBASED_CTLS,
	.need = CPU_BASED_USE_TSC_OFFSETTING | CPU_BASED_HLT_EXITING |
		CPU_BASED_MWAIT_EXITING | CPU_BASED_RDPMC_EXITING |
		CPU_BASED_MOV_DR_EXITING | CPU_BASED_UNCOND_IO_EXITING |
		CPU_BASED_USE_MSR_BITMAPS | CPU_BASED_MONITOR_EXITING |
		CPU_BASED_ACTIVATE_SECONDARY_CONTROLS,
	.never = CPU_BASED_CR3_LOAD_EXITING | CPU_BASED_CR3_STORE_EXITING,
	.want = CPU_BASED_TPR_SHADOW,
};

static const struct vmx_controls vmx_proc2 = {
	.name = "secondary processor-based",
	.msr = MSR_IA32_VMX_PROCBASED_CTLS2,
	.need = SECONDARY_EXEC_ENABLE_EPT | SECONDARY_EXEC_UNRESTRICTED_GUEST |
		SECONDARY_EXEC_WBINVD_EXITING,
	.want = SECONDARY_EXEC_ENABLE_VPID | SECONDARY_EXEC_ENABLE_RDTSCP |
		SECONDARY_EXEC_ENABLE_INVPCID | SECONDARY_EXEC_ENCLS_EXITING,
};

static const struct vmx_controls vmx_exit_controls = {
	.name = "exit",
	.msr = MSR_IA32_VMX_EXIT_CTLS,
	.true_msr = MSR_IA32_VMX_TRUE_EXIT_CTLS,
	.need = VM_EXIT_SAVE_DEBUG_CONTROLS | VM_EXIT_HOST_ADDR_SPACE_SIZE |
		VM_EXIT_LOAD_IA32_PAT | VM_EXIT_LOAD_IA32_EFER,
	.want = VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL,
};

static const struct vmx_controls vmx_entry_controls = {
	.name = "entry",
	.msr = MSR_IA32_VMX_ENTRY_CTLS,
	.true_msr = MSR_IA32_VMX_TRUE_ENTRY_CTLS,
	.need = VM_ENTRY_LOAD_DEBUG_CONTROLS | VM_ENTRY_LOAD_IA32_PAT |
		VM_ENTRY_LOAD_IA32_EFER,
	.want = VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL,
};

/* Return: false: something that we need is missing. A.2 to A.5. */
static bool vmx_negotiate(const struct vmx_controls *c, u32 *value, u32 *may)
{
	u64 capability;
	u32 msr = c->msr;

	if (c->true_msr && (vmx_features.basic & VMX_CAP_BASIC_TRUE))
		msr = c->true_msr;
	if (hw_rdmsr_safe(msr, &capability)) {
		pr_info("axvcpu: vmx: no %s controls\n", c->name);
		return false;
	}
	*may = capability >> 32;
	*value = (u32)capability | c->need | (c->want & *may);
	if (*value & c->never) {
		pr_info("axvcpu: vmx: %s controls %#x can't be off\n", c->name,
			*value & c->never);
		return false;
	}
	if (!(c->need & ~*may))
		return true;
	pr_info("axvcpu: vmx: %s controls %#x are missing\n", c->name,
		c->need & ~*may);
	return false;
}

/* CR8 must not be the host's: a shadow, or else an exit for each access. */
static bool vmx_choose_cr8(void)
{
	const u32 exits = CPU_BASED_CR8_LOAD_EXITING |
			  CPU_BASED_CR8_STORE_EXITING;
	struct vmx_features *f = &vmx_features;

	f->tpr = f->proc & CPU_BASED_TPR_SHADOW;
	if (f->tpr)
		return true;
	f->proc |= exits;
	if (!(exits & ~f->proc_may))
		return true;
	pr_info("axvcpu: vmx: neither a TPR shadow nor exits for CR8\n");
	return false;
}

static bool vmx_read_capabilities(void)
{
	struct vmx_features *f = &vmx_features;
	u32 unused;

	if (hw_rdmsr_safe(MSR_IA32_VMX_BASIC, &f->basic) ||
	    hw_rdmsr_safe(MSR_IA32_VMX_MISC, &f->misc) ||
	    hw_rdmsr_safe(MSR_IA32_VMX_CR0_FIXED0, &f->cr0_fixed0) ||
	    hw_rdmsr_safe(MSR_IA32_VMX_CR4_FIXED0, &f->cr4_fixed0))
		return false;
	return vmx_negotiate(&vmx_pin, &f->pin, &f->pin_may) &&
	       vmx_negotiate(&vmx_proc, &f->proc, &f->proc_may) &&
	       vmx_choose_cr8() &&
	       vmx_negotiate(&vmx_proc2, &f->proc2, &f->proc2_may) &&
	       vmx_negotiate(&vmx_exit_controls, &f->exit, &unused) &&
	       vmx_negotiate(&vmx_entry_controls, &f->entry, &unused);
}

static bool vmx_check_ept(void)
{
	struct vmx_features *f = &vmx_features;

	if (hw_rdmsr_safe(MSR_IA32_VMX_EPT_VPID_CAP, &f->ept_vpid))
		return false;
	return (f->ept_vpid & EPT_CAP_WALK_4) && (f->ept_vpid & EPT_CAP_WB) &&
	       (f->ept_vpid & EPT_CAP_INVEPT) &&
	       (f->ept_vpid & (EPT_CAP_INVEPT_SINGLE | EPT_CAP_INVEPT_ALL));
}

/* Nehalem and Westmere. */
static bool vmx_is_nehalem(void)
{
	if (boot_cpu_data.x86 != 6)
		return false;
	switch (boot_cpu_data.x86_model) {
	case 0x1a:
	case 0x1e:
	case 0x25:
	case 0x2c:
	case 0x2e:
		return true;
	default:
		return false;
	}
}

/*
 * An exit may load IA32_PERF_GLOBAL_CTRL with a wrong value by its control (errata AAK155,
 * AAP115, AAT100, BC86, AAY89, BD102, BA97).
 */
static bool vmx_perf_is_broken(void)
{
	return vmx_is_nehalem();
}

/*
 * The same count the preemption timer down at another rate than the one that the MISC
 * MSR tells (errata AAJ124, AAK139, AAM126, AAN92, AAO95, AAP86, AAT59, AAU65, AAX65,
 * BA86), and so does one Ivy Bridge.
 */
static bool vmx_timer_is_broken(void)
{
	return vmx_is_nehalem() ||
	       (boot_cpu_data.x86 == 6 && boot_cpu_data.x86_model == 0x3a &&
		boot_cpu_data.x86_stepping == 8);
}

/* By controls, or by lists. */
static void vmx_choose_perf(void)
{
	struct vmx_features *f = &vmx_features;
	u64 unused;

	f->perf = boot_cpu_has(X86_FEATURE_ARCH_PERFMON) &&
		  !hw_rdmsr_safe(MSR_CORE_PERF_GLOBAL_CTRL, &unused);
	f->perf_list = f->perf &&
		       (!(f->exit & VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL) ||
			!(f->entry & VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL) ||
			vmx_perf_is_broken());
	if (f->perf && !f->perf_list)
		return;
	f->exit &= ~VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL;
	f->entry &= ~VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL;
}

static void vmx_choose_options(void)
{
	const u64 invvpid = VPID_CAP_INVVPID | VPID_CAP_INVVPID_ALL;
	struct vmx_features *f = &vmx_features;
	u64 unused;

	f->vpid = (f->proc2 & SECONDARY_EXEC_ENABLE_VPID) &&
		  (f->ept_vpid & invvpid) == invvpid;
	if (!f->vpid)
		f->proc2 &= ~SECONDARY_EXEC_ENABLE_VPID;
	f->tsc_aux = f->proc2 & SECONDARY_EXEC_ENABLE_RDTSCP;
	f->mtf = f->proc_may & CPU_BASED_MONITOR_TRAP_FLAG;
	if (f->pin_may & PIN_BASED_VMX_PREEMPTION_TIMER && !vmx_timer_is_broken())
		f->timer = tsc_khz >> (f->misc & VMX_CAP_MISC_TIMER_RATE);
	vmx_choose_perf();
	f->pebs = boot_cpu_has(X86_FEATURE_PEBS) &&
		  !hw_rdmsr_safe(MSR_IA32_PEBS_ENABLE, &unused);
}

/* The host's mode has no sound way: NMIs under FRED, CR4, trace. */
static bool vmx_host_is_sound(void)
{
#ifdef X86_CR4_FRED
	if (native_read_cr4() & X86_CR4_FRED) {
		pr_info("axvcpu: vmx: the host uses FRED: no way to pass an NMI on\n");
		return false;
	}
#endif
	if (!vmx_can_hold_cr4) {
		pr_info("axvcpu: vmx: the kernel does not export cr4_update_irqsoff()\n");
		return false;
	}
#ifndef AXVCPU_EXPORTED_INTEL_PT_HANDLE_VMX
	if (vmx_needs_trace_off()) {
		pr_info("axvcpu: vmx: processor trace can't be kept off\n");
		return false;
	}
#endif
	return true;
}

/* L1 terminal fault: what is left in the cache is the guest's to read. */
static bool vmx_check_l1d(void)
{
	if (!boot_cpu_has_bug(X86_BUG_L1TF) || cpu_mitigations_off())
		return true;
	vmx_features.l1d_flush = boot_cpu_has(X86_FEATURE_FLUSH_L1D);
	if (!vmx_features.l1d_flush)
		pr_info("axvcpu: vmx: the microcode can't flush the L1 data cache, which L1TF needs\n");
	return vmx_features.l1d_flush;
}

/* What no flush of ours helps against, since the guest has a sibling beside it. */
static void vmx_warn_siblings(void)
{
	if (sched_smt_active() && !cpu_mitigations_off() &&
	    (boot_cpu_has_bug(X86_BUG_L1TF) || boot_cpu_has_bug(X86_BUG_MDS)))
		pr_warn("axvcpu: vmx: with SMT on, a guest can read what this processor's siblings leave in caches and buffers (L1TF, MDS): boot with nosmt for guests that you don't trust\n");
}

/* Branch history injection: a loop of the kernel's own clears it, if it lends it. */
static bool vmx_check_branch_history(void)
{
#if defined(CLEAR_HISTORY_FEATURE) && !defined(AXVCPU_EXPORTED_CLEAR_BHB_LOOP)
	if (boot_cpu_has(CLEAR_HISTORY_FEATURE)) {
		pr_info("axvcpu: vmx: the kernel does not export clear_bhb_loop()\n");
		return false;
	}
#endif
	return true;
}

static u32 vmx_detect(void)
{
	if (!(cpuid_ecx(1) & CPUID_VMX))
		return AXVCPU_REASON_NO_HARDWARE;
	if (!vmx_firmware_allows())
		return AXVCPU_REASON_FIRMWARE;
	if (!vmx_read_capabilities())
		return vmx_features.proc2_may &&
				       !(vmx_features.proc2_may &
					 SECONDARY_EXEC_ENABLE_EPT) ?
			       AXVCPU_REASON_NO_NESTED_PAGING :
			       AXVCPU_REASON_MISSING_FEATURE;
	if (!vmx_check_ept())
		return AXVCPU_REASON_NO_NESTED_PAGING;
	if (!vmx_host_is_sound())
		return AXVCPU_REASON_HOST_MODE;
	if (!vmx_check_l1d() || !vmx_check_branch_history())
		return AXVCPU_REASON_MISSING_FEATURE;
	vmx_choose_options();
	vmx_warn_siblings();
	return AXVCPU_REASON_NONE;
}

/* ---- the module ---------------------------------------------------------------- */

/* Neither RDMSR nor WRMSR is intercepted. */
static void vmx_msr_pass(u32 msr)
{
	u8 *map = vmx_msr_bitmap + (msr >> 31 ? MSR_BITMAP_HIGH : 0);
	unsigned int bit = msr & 0x1fff;

	map[bit / 8] &= ~(1 << bit % 8);
	map[MSR_BITMAP_WRITE + bit / 8] &= ~(1 << bit % 8);
}

/* Fields of the VMCS, and KERNEL_GS_BASE, which vmx_load() switches. */
static void vmx_init_bitmap(void)
{
	static const u32 pass[] = {
		MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE,
		MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP,
		MSR_IA32_SYSENTER_EIP,
	};
	unsigned int i;

	memset(vmx_msr_bitmap, 0xff, PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(pass); i++)
		vmx_msr_pass(pass[i]);
	vmx_msr_bitmap_pa = __pa(vmx_msr_bitmap);
}

/*
 * All is write-back, whatever the guest's PAT says (29.3.7.2): nothing in a guest's
 * memory is a device, and an uncached read could get by the host's cache lines to what
 * the page held before, on processors that do not snoop themselves. Where a huge page
 * that a guest executes from can make the processor check (iTLB multihit), there are
 * none.
 */
static void vmx_init_stage2(void)
{
	struct axvcpu_stage2_format *f = &vmx_stage2_format;
	u64 rwx = EPT_READ | EPT_WRITE | EPT_EXECUTE;

	f->address = GENMASK_ULL(51, 12);
	f->present = rwx;
	f->table = rwx;
	f->leaf = EPT_TYPE_WB | EPT_IGNORE_PAT;
	f->huge = EPT_LEAF;
	f->is_leaf_mask = EPT_LEAF;
	f->is_leaf_value = EPT_LEAF;
	f->read = EPT_READ;
	f->write = EPT_WRITE;
	f->execute = EPT_EXECUTE;
	if (vmx_features.ept_vpid & EPT_CAP_ACCESSED_DIRTY) {
		f->accessed = EPT_ACCESSED;
		f->dirty = EPT_DIRTY;
	}
	f->levels = 4;
	if (boot_cpu_has_bug(X86_BUG_ITLB_MULTIHIT) && !cpu_mitigations_off())
		return;
	if (vmx_features.ept_vpid & EPT_CAP_2M)
		f->huge_levels |= BIT(2);
	if (vmx_features.ept_vpid & EPT_CAP_1G)
		f->huge_levels |= BIT(3);
}

static void vmx_describe(struct axvcpu_host *host)
{
	host->capabilities = AXVCPU_CAP_PIN | AXVCPU_CAP_READONLY |
			     AXVCPU_CAP_TRANSLATE | AXVCPU_CAP_NMI |
			     AXVCPU_CAP_POWEROFF_PORT |
			     AXVCPU_CAP_HALT_IN_KERNEL |
			     AXVCPU_CAP_IDLE_EXITS |
			     AXVCPU_CAP_INTERRUPT_EXITS;
	if (vmx_features.mtf)
		host->capabilities |= AXVCPU_CAP_SINGLE_STEP;
	if (vmx_stage2_format.huge_levels & BIT(2))
		host->capabilities |= AXVCPU_CAP_HUGE_2M;
	if (vmx_stage2_format.huge_levels & BIT(3))
		host->capabilities |= AXVCPU_CAP_HUGE_1G;
	/* Four levels hold 48 bits. */
	host->gpa_bits = min_t(u32, boot_cpu_data.x86_phys_bits, 48);
	host->tags = vmx_features.vpid ? VMX_VPIDS : 0;
	host->cycles_hz = tsc_khz * 1000ULL;
	host->deadline = vmx_features.timer;
	host->stage2_format = &vmx_stage2_format;
	x86_block_lengths(host->block_length);
}

static u32 vmx_init(struct axvcpu_host *host)
{
	u32 reason;

	host->backend = AXVCPU_BACKEND_VMX;
	reason = vmx_detect();
	if (reason)
		return reason;
	if (x86_fpu_init())
		return AXVCPU_REASON_MISSING_FEATURE;
	vmx_msr_bitmap = (void *)__get_free_page(GFP_KERNEL);
	if (!vmx_msr_bitmap)
		return AXVCPU_REASON_NO_MEMORY;
	vmx_init_bitmap();
	vmx_init_stage2();
	vmx_describe(host);
	x86_cpuid_init(vmx_features.tsc_aux);
	return AXVCPU_REASON_NONE;
}

static void vmx_exit(void)
{
	free_page((unsigned long)vmx_msr_bitmap);
}

/* The bitmap is shared, and the tables are the core's. */
static int vmx_vm_new(struct axvcpu_vm *vm)
{
	return 0;
}

static void vmx_vm_free(struct axvcpu_vm *vm)
{
}

const struct axvcpu_arch_ops axvcpu_vmx_ops = {
	.name = "vmx",
	.init = vmx_init,
	.exit = vmx_exit,
	.busy = vmx_busy,
	.cpu_new = vmx_cpu_new,
	.cpu_free = vmx_cpu_free,
	.is_enabled = vmx_is_enabled,
	.hardware_enable = vmx_hardware_enable,
	.hardware_disable = vmx_hardware_disable,
	.max_guest_page_table_levels = vmx_max_guest_page_table_levels,
	.vm_new = vmx_vm_new,
	.vm_free = vmx_vm_free,
	.vcpu_alloc = vmx_vcpu_alloc,
	.vcpu_release = vmx_vcpu_release,
	.vcpu_new = vmx_vcpu_new,
	.set_entry = x86_set_entry,
	.set_ept_root = vmx_set_ept_root,
	.setup = vmx_setup,
	.reset = vmx_reset,
	.run = vmx_run,
	.emulate = vmx_emulate,
	.done = x86_done,
	.complete = x86_complete,
	.bind = vmx_bind,
	.unbind = vmx_unbind,
	.set_gpr = x86_set_gpr,
	.inject_interrupt = x86_inject_interrupt,
	.inject_exception = x86_inject_exception,
	.set_return_value = x86_set_return_value,
	.runnable = x86_runnable,
	.interruptible = x86_interruptible,
	.show = vmx_show,
	.get_block = x86_get_block,
	.set_block = x86_set_block,
	.translate = x86_translate,
};
