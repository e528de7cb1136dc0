// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Speculation: what stands between guest and host, and between two guests, and
 * where each measure is. First what both makers have, or AMD; then Intel's own.
 *
 * Spectre v2, guest to guest: an IBPB when a CPU enters another vCPU than last
 *	time, here. A vCPU's id is never used again, so a recycled struct is
 *	another vCPU.
 * Spectre v2, guest to host: the kernel's own IBRS, automatic IBRS or retpolines
 *	stay as they are: SPEC_CTRL is not switched, because guests have none. CPUID
 *	hides it and its MSR is intercepted, so the host's value (STIBP, SSBD of the
 *	task, IBRS) is in force in the guest too, and no switch can be mistimed.
 *	Automatic IBRS is a bit of EFER, which VMRUN switches.
 * Return stack: filled after every exit, where the kernel does so for its own
 *	(X86_FEATURE_RSB_VMEXIT): switch.S.
 * Retbleed, Inception: the kernel's untraining call before the first RET, or an
 *	IBPB on every exit, whatever the kernel chose: switch.S. BP_CFG's
 *	BpSpecReduce where it counts on that: svm.c.
 * Straight-line and register speculation: all registers that held guest values are
 *	cleared after an exit: switch.S.
 * Transient scheduler attacks: VERW before VMRUN: switch.S.
 * VMSCAPE (guest to the VMM in user space): the kernel's own barrier before the
 *	next return to user space is asked for when RUN leaves the guest: switch.h.
 * Indices that a guest controls: array_index_nospec() in the exit handlers.
 *
 * L1TF: the L1 data cache is flushed before every entry, by command: vmx/vcpu.c;
 *	processors without that command are refused: vmx/vmx.c. With SMT, the
 *	sibling's data is out of reach of that, and of VERW: a known limit.
 * MDS, TAA, stale MMIO data, register files: VERW before every entry: vmx/switch.S.
 * iTLB multihit: no huge second-stage entries: vmx/vmx.c.
 * Retbleed: where the kernel uses IBRS for itself, SPEC_CTRL is written again after
 *	every exit, without which the bit has no effect on what the guest trained:
 *	vmx/switch.S.
 * Post-barrier RSB: the kernel's RSB_VMEXIT_LITE: vmx/switch.S.
 * Branch history: BHI_DIS_S stays set in the guest if the kernel set it, as all of
 *	SPEC_CTRL; where the kernel relies on its loop, that is called after every
 *	exit: vmx/switch.S. Without a way to call it: refused, vmx/vmx.c.
 */
#include <linux/percpu.h>
#include <asm/cpufeature.h>
#include <asm/msr-index.h>
#include <asm/nospec-branch.h>

#include "hw.h"
#include "mitigations.h"

/* Later kernels have no bit for their choice, and issue it wherever there is one. */
#ifdef X86_FEATURE_USE_IBPB
#define MITIGATE_SWITCH	X86_FEATURE_USE_IBPB
#else
#define MITIGATE_SWITCH	X86_FEATURE_IBPB
#endif

void x86_mitigate_switch(struct x86_vcpu *x)
{
	if (!boot_cpu_has(MITIGATE_SWITCH))
		return;
	hw_wrmsr(MSR_IA32_PRED_CMD, PRED_CMD_IBPB);
	x->core.stats.ibpbs++;
}
