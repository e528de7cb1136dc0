/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the processor and the host offer. */
#ifndef AXVCPU_X86_VMX_FEATURES_H
#define AXVCPU_X86_VMX_FEATURES_H

#include <linux/cache.h>
#include <linux/types.h>

/**
 * struct vmx_features - the capability MSRs and what was made of them at load
 * @basic, @misc, @ept_vpid: the MSRs
 * @pin, @proc, @proc2, @exit, @entry: controls as every VMCS has them, but for
 *	those that vary with the vCPU
 * @pin_may, @proc_may, @proc2_may: bits that may be set
 * @cr0_fixed0, @cr4_fixed0: bits that are set in VMX operation
 * @perf: IA32_PERF_GLOBAL_CTRL is switched
 * @perf_list: by vmx_vcpu.lists, since the controls for it are missing or wrong
 * @pebs: there is an IA32_PEBS_ENABLE
 * @vpid: there are VPIDs, and a way to flush them
 * @tsc_aux: there is a TSC_AUX MSR to be switched
 * @mtf: the monitor trap flag can step
 * @tpr: there is a TPR shadow: CR8 is the guest's without exits
 * @l1d_flush: before each entry
 * @timer: 1 ms for the preemption timer, 0: there is none, or it counts wrong
 */
struct vmx_features {
	u64 basic;
	u64 misc;
	u64 ept_vpid;
	u32 pin;
	u32 proc;
	u32 proc2;
	u32 exit;
	u32 entry;
	u32 pin_may;
	u32 proc_may;
	u32 proc2_may;
	u64 cr0_fixed0;
	u64 cr4_fixed0;
	bool perf;
	bool perf_list;
	bool pebs;
	bool vpid;
	bool tsc_aux;
	bool mtf;
	bool tpr;
	bool l1d_flush;
	u32 timer;
};
extern struct vmx_features vmx_features __ro_after_init;

/* Fill vmx_features. Return: enum axvcpu_reason. */
u32 vmx_detect(void);
bool vmx_firmware_allows(void);
bool vmx_needs_trace_off(void);

#endif /* AXVCPU_X86_VMX_FEATURES_H */
