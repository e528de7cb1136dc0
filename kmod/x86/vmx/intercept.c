// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What leaves guest mode at this time: the exception bitmap, and those
 * processor-based controls that change (SDM Volume 3, 25.6.2 and 25.6.3).
 */
#include <asm/vmx.h>
#include <uapi/asm/debugreg.h>

#include "vmx.h"

/* Recompute the controls that depend on events, steps and debug registers. */
void vmx_update_controls(struct vmx_vcpu *vmx)
{
	struct vmx_guest *g = &vmx->guest;
	u32 exceptions = BIT(X86_VECTOR_DB) | BIT(X86_VECTOR_AC) |
			 BIT(X86_VECTOR_MC) | vmx->x.exception_exits;
	u32 proc = vmx_features.proc;

	if (vmx->x.core.vm->behaviours & AXVCPU_VM_IDLE_EXITS)
		proc |= CPU_BASED_PAUSE_EXITING & vmx_features.proc_may;
	if (vmx->flags & VMX_DR_LIVE)
		proc &= ~CPU_BASED_MOV_DR_EXITING;
	if (vmx->flags & VMX_IRQ_WINDOW)
		proc |= CPU_BASED_INTR_WINDOW_EXITING;
	if (vmx->flags & VMX_NMI_WINDOW)
		proc |= CPU_BASED_NMI_WINDOW_EXITING;
	if (vmx->flags & VMX_STEP && vmx_features.mtf)
		proc |= CPU_BASED_MONITOR_TRAP_FLAG;
	if (proc == g->proc && exceptions == g->exceptions)
		return;
	g->proc = proc;
	g->exceptions = exceptions;
	vmx->dirty |= VMX_CONTROLS;
}

/*
 * DR7 is in the VMCS, DR0 to DR3 and DR6 are not. Until the guest uses them every
 * access exits and they stay the host's. From then on, to the end of this RUN or as
 * long as DR7 has a breakpoint enabled, they are the guest's while it runs.
 */
void vmx_dr_intercept(struct vmx_vcpu *vmx)
{
	if (vmx->guest.dr7 & (DR_GLOBAL_ENABLE_MASK | DR_LOCAL_ENABLE_MASK))
		vmx->flags |= VMX_DR_LIVE;
	vmx_update_controls(vmx);
}
