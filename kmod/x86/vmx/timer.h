/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VMX-preemption timer. Interrupts are off, and the VMCS is current. */
#ifndef AXVCPU_X86_VMX_TIMER_H
#define AXVCPU_X86_VMX_TIMER_H

#include "vmx.h"

void vmx_reset_timer(struct vmx_vcpu *vmx);
bool vmx_set_timer_slow(struct vmx_vcpu *vmx);
/* Before an entry. Return: false: the deadline has passed, and the request is set. */
static __always_inline bool vmx_set_timer(struct vmx_vcpu *vmx)
{
	return likely((vmx->x.rflags & X86_EFLAGS_IF) == vmx->timer.settled) ||
	       !vmx_features.timer || vmx_set_timer_slow(vmx);
}

#endif /* AXVCPU_X86_VMX_TIMER_H */
