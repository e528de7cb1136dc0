// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the processor and the host offer, read once, and the controls that come of it.
 * What is optional and missing is done without; what is needed and missing is named.
 *
 * SDM Volume 3: 24.7 (firmware), appendix A (capability MSRs).
 */
#include <linux/cpu.h>
#include <linux/printk.h>
#include <linux/sched/smt.h>
#include <asm/cpufeature.h>
#include <asm/msr-index.h>
#include <asm/processor.h>
#include <asm/special_insns.h>
#include <asm/tsc.h>

#include "../hw.h"
#include "../../../uapi/axvcpu.h"
#include "features.h"
#include "history.h"
#include "vmcs.h"

/* CPUID 1 ECX */
#define CPUID_VMX	BIT(5)

struct vmx_features vmx_features __ro_after_init;

/* Without bit 14 of the MISC MSR, processor trace must be off in VMX operation. */
bool vmx_needs_trace_off(void)
{
	return boot_cpu_has(X86_FEATURE_INTEL_PT) &&
	       !(vmx_features.misc & VMX_CAP_MISC_PT);
}

/* Locked with VMX on outside of SMX, else VMXON faults: 24.7. */
bool vmx_firmware_allows(void)
{
	const u64 needed = FEAT_CTL_LOCKED | FEAT_CTL_VMX_ENABLED_OUTSIDE_SMX;
	u64 control;

	return !hw_rdmsr_safe(MSR_IA32_FEAT_CTL, &control) &&
	       (control & needed) == needed;
}

/* ---- controls ------------------------------------------------------------------ */

/** struct vmx_bit - a control, with the manual's name */
struct vmx_bit {
	u32 bit;
	const char *name;
};

/**
 * struct vmx_controls - one set of controls
 * @name: as in messages
 * @msr: its capabilities: low half must be 1, high half may be 1
 * @true_msr: the same without the default1 class, if BASIC says so; 0: none
 * @need: those that we can't do without, up to one without a name
 * @never: bits that must not be forced on us
 * @want: set where they may be
 */
struct vmx_controls {
	const char *name;
	u32 msr;
	u32 true_msr;
	const struct vmx_bit *need;
	u32 never;
	u32 want;
};

static const struct vmx_controls vmx_pin = {
	.name = "pin-based",
	.msr = MSR_IA32_VMX_PINBASED_CTLS,
	.true_msr = MSR_IA32_VMX_TRUE_PINBASED_CTLS,
	.need = (const struct vmx_bit[]){
		{ PIN_BASED_EXT_INTR_MASK, "external-interrupt exiting" },
		{ PIN_BASED_NMI_EXITING, "NMI exiting" },
		{ PIN_BASED_VIRTUAL_NMIS, "virtual NMIs" },
		{}
	},
};

static const struct vmx_controls vmx_proc = {
	.name = "processor-based",
	.msr = MSR_IA32_VMX_PROCBASED_CTLS,
	.true_msr = MSR_IA32_VMX_TRUE_PROCBASED_CTLS,
	.need = (const struct vmx_bit[]){
		{ CPU_BASED_USE_TSC_OFFSETTING, "use TSC offsetting" },
		{ CPU_BASED_HLT_EXITING, "HLT exiting" },
		{ CPU_BASED_MWAIT_EXITING, "MWAIT exiting" },
		{ CPU_BASED_RDPMC_EXITING, "RDPMC exiting" },
		{ CPU_BASED_MOV_DR_EXITING, "MOV-DR exiting" },
		{ CPU_BASED_UNCOND_IO_EXITING, "unconditional I/O exiting" },
		{ CPU_BASED_USE_MSR_BITMAPS, "use MSR bitmaps" },
		{ CPU_BASED_MONITOR_EXITING, "MONITOR exiting" },
		{ CPU_BASED_ACTIVATE_SECONDARY_CONTROLS, "activate secondary controls" },
		{}
	},
	.never = CPU_BASED_CR3_LOAD_EXITING | CPU_BASED_CR3_STORE_EXITING,
	.want = CPU_BASED_TPR_SHADOW,
};

static const struct vmx_controls vmx_proc2 = {
	.name = "secondary processor-based",
	.msr = MSR_IA32_VMX_PROCBASED_CTLS2,
	.need = (const struct vmx_bit[]){
		{ SECONDARY_EXEC_ENABLE_EPT, "enable EPT" },
		{ SECONDARY_EXEC_UNRESTRICTED_GUEST, "unrestricted guest" },
		{ SECONDARY_EXEC_WBINVD_EXITING, "WBINVD exiting" },
		{}
	},
	.want = SECONDARY_EXEC_ENABLE_VPID | SECONDARY_EXEC_ENABLE_RDTSCP |
		SECONDARY_EXEC_ENABLE_INVPCID | SECONDARY_EXEC_ENCLS_EXITING,
};

static const struct vmx_controls vmx_exit_controls = {
	.name = "exit",
	.msr = MSR_IA32_VMX_EXIT_CTLS,
	.true_msr = MSR_IA32_VMX_TRUE_EXIT_CTLS,
	.need = (const struct vmx_bit[]){
		{ VM_EXIT_SAVE_DEBUG_CONTROLS, "save debug controls" },
		{ VM_EXIT_HOST_ADDR_SPACE_SIZE, "host address-space size" },
		{ VM_EXIT_LOAD_IA32_PAT, "load IA32_PAT" },
		{ VM_EXIT_LOAD_IA32_EFER, "load IA32_EFER" },
		{}
	},
	.want = VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL,
};

static const struct vmx_controls vmx_entry_controls = {
	.name = "entry",
	.msr = MSR_IA32_VMX_ENTRY_CTLS,
	.true_msr = MSR_IA32_VMX_TRUE_ENTRY_CTLS,
	.need = (const struct vmx_bit[]){
		{ VM_ENTRY_LOAD_DEBUG_CONTROLS, "load debug controls" },
		{ VM_ENTRY_LOAD_IA32_PAT, "load IA32_PAT" },
		{ VM_ENTRY_LOAD_IA32_EFER, "load IA32_EFER" },
		{}
	},
	.want = VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL,
};

/* Return: false: something that we need is missing. A.2 to A.5. */
static bool vmx_negotiate(const struct vmx_controls *c, u32 *value, u32 *may)
{
	const struct vmx_bit *need;
	u64 capability;
	u32 msr = c->msr;

	if (c->true_msr && (vmx_features.basic & VMX_CAP_BASIC_TRUE))
		msr = c->true_msr;
	if (hw_rdmsr_safe(msr, &capability)) {
		pr_info("axvcpu: vmx: no %s controls\n", c->name);
		return false;
	}
	*may = capability >> 32;
	*value = (u32)capability | (c->want & *may);
	if (*value & c->never) {
		pr_info("axvcpu: vmx: %s controls %#x can't be off\n", c->name,
			*value & c->never);
		return false;
	}
	for (need = c->need; need->bit; need++) {
		if (!(need->bit & *may)) {
			pr_info("axvcpu: vmx: the processor lacks the %s control \"%s\"\n",
				c->name, need->name);
			return false;
		}
		*value |= need->bit;
	}
	return true;
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
#ifndef AXVCPU_EXPORTED_CR4_UPDATE_IRQSOFF
	pr_info("axvcpu: vmx: the kernel does not export cr4_update_irqsoff()\n");
	return false;
#endif
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

u32 vmx_detect(void)
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
