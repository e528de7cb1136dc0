// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an entry injects, and how the guest is watched until it can take what
 * waits: interrupt and NMI windows, and the monitor trap flag for single steps.
 *
 * SDM Volume 3: 25.8.3 "VM-Entry Controls for Event Injection", 27.6 "Event
 * Injection", 27.7 (windows, monitor trap flag), 28.2.4 (deliveries cut short).
 *
 * NMIs are virtual: the processor blocks them from an injected one to the guest's
 * IRET, and tells by the interruptibility state.
 */
#include <linux/percpu.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/processor-flags.h>

#include "../../trace.h"
#include "regs.h"

#define DR_DETECT	BIT(13)		/* DR6.BD */
#define DR7_GD		BIT_ULL(13)

/* The registers of the exception that waits, as the processor sets them. */
static void vmx_raise_exception(struct vmx_vcpu *vmx)
{
	const struct x86_events *e = &vmx->x.events;

	if (e->exception_vector == X86_VECTOR_PF) {
		vmx->cr2 = e->exception_address;
	} else if (e->exception_vector == X86_VECTOR_DB) {
		vmx->dr6 |= e->exception_address &
			    (DR_TRAP_BITS | DR_DETECT | DR_STEP | DR_SWITCH);
		vmx_need(vmx, VMX_DEBUG);
		vmx->guest.dr7 &= ~DR7_GD;
		vmx->dirty |= VMX_DEBUG;
	}
}

/* Take what this entry injects out of the queue. 0: nothing. */
static u64 vmx_next_event(struct vmx_vcpu *vmx)
{
	if (vmx->x.events.exception_pending)
		vmx_raise_exception(vmx);
	return x86_take_event(&vmx->x, !(vmx->guest.cr0 & X86_CR0_PE),
			      vmx->flags & VMX_STEP_USER);
}

static void vmx_inject(struct vmx_vcpu *vmx, u64 event)
{
	struct axvcpu_vcpu *vcpu = &vmx->x.core;

	BUILD_BUG_ON(INTR_INFO_VALID_MASK != X86_EVENT_VALID ||
		     INTR_INFO_DELIVER_CODE_MASK != X86_EVENT_HAS_ERROR ||
		     INTR_INFO_INTR_TYPE_MASK != X86_EVENT_TYPE ||
		     INTR_TYPE_EXT_INTR != X86_EVENT_INTR ||
		     INTR_TYPE_NMI_INTR != X86_EVENT_NMI ||
		     INTR_TYPE_HARD_EXCEPTION != X86_EVENT_EXCEPTION);
	vmx_write(VM_ENTRY_INTR_INFO_FIELD, lower_32_bits(event));
	if (event & X86_EVENT_HAS_ERROR)
		vmx_write(VM_ENTRY_EXCEPTION_ERROR_CODE,
			  event >> X86_EVENT_ERROR_SHIFT);
	vmx->injected = event;
	vmx->flags |= VMX_INJECTED;
	vmx->x.interrupt_shadow = false;
	vcpu->stats.injected++;
	trace_axvcpu_inject(vcpu,
			    (event & X86_EVENT_TYPE) >> X86_EVENT_TYPE_SHIFT,
			    event & X86_EVENT_VECTOR);
}

/*
 * An NMI waits. In the shadow of STI an NMI window may be open (26.2, it is the
 * processor's choice) where an entry must not inject one (27.3.1.5, as well): one
 * step leads out of it. Without the monitor trap flag the interrupt window does,
 * unless the step is a CLI; then the next exit finds the shadow gone.
 */
static u32 vmx_nmi_window(const struct vmx_vcpu *vmx)
{
	if (vmx->x.events.nmi_masked || !vmx->x.interrupt_shadow)
		return VMX_NMI_WINDOW;
	return vmx_features.mtf ? VMX_STEP_SHADOW : VMX_IRQ_WINDOW;
}

/* Watch for the moment at which the guest can take what waits. */
static void vmx_open_windows(struct vmx_vcpu *vmx, u32 wanted)
{
	if (vmx->flags & VMX_STEP_USER)
		return;
	if (wanted & AXVCPU_RUN_IRQ_WINDOW || x86_events_interrupt(&vmx->x) >= 0)
		vmx->flags |= VMX_IRQ_WINDOW;
	if (atomic_read(&vmx->x.events.nmi_pending))
		vmx->flags |= vmx_nmi_window(vmx);
}

/* Something waits, is asked for, or is under way: before an entry, interrupts off. */
int vmx_prepare(struct vmx_vcpu *vmx)
{
	struct axvcpu_vcpu *vcpu = &vmx->x.core;
	u32 wanted = vcpu->request_flags;
	u64 event;

	if (unlikely(vmx->x.events.shutdown))
		return x86_exit_crash(&vmx->x, EXIT_REASON_TRIPLE_FAULT);
	if (unlikely(vmx->flags & VMX_PDPTES)) {
		vmx->emulation = VMX_EMULATE_PDPTES;
		return AXVCPU_OUT_EMULATE;
	}
	vmx->flags &= VMX_DR_LIVE;
	if (wanted)
		vmx->flags |= VMX_REQUEST;
	if (wanted & AXVCPU_RUN_SINGLE_STEP)
		vmx->flags |= VMX_STEP_USER;
	event = vmx_next_event(vmx);
	if (event) {
		vmx_inject(vmx, event);
	} else if ((wanted & AXVCPU_RUN_IRQ_WINDOW) && x86_window_open(&vmx->x) &&
		   x86_events_interrupt(&vmx->x) < 0) {
		axvcpu_exit_begin(vcpu, AXVCPU_EXIT_IRQ_WINDOW, 0);
		return AXVCPU_OUT_EXIT;
	}
	vmx_open_windows(vmx, wanted);
	vmx_update_controls(vmx);
	x86_events_taken(&vmx->x);
	return AXVCPU_OUT_AGAIN;
}

/*
 * The exit came while an event was on its way through the guest's IDT. INT n, INT3,
 * INTO and INT1 of the guest's, which RIP is still at, are executed again.
 */
void vmx_cut_short(struct vmx_vcpu *vmx)
{
	u32 event = vmx->exit.vectoring;

	vmx->x.core.stats.requeued++;
	switch (event & INTR_INFO_INTR_TYPE_MASK) {
	case INTR_TYPE_SOFT_INTR:
	case INTR_TYPE_PRIV_SW_EXCEPTION:
	case INTR_TYPE_SOFT_EXCEPTION:
		return;
	default:
		x86_reinject(&vmx->x, event | (u64)vmx->exit.vectoring_error
						      << X86_EVENT_ERROR_SHIFT);
		return;
	}
}

/* The entry did not happen: what it was to inject waits again. Interrupts are off. */
void vmx_uninject(struct vmx_vcpu *vmx)
{
	if (!(vmx->flags & VMX_INJECTED))
		return;
	x86_reinject(&vmx->x, vmx->injected);
	vmx->flags &= ~VMX_INJECTED;
	vmx_write(VM_ENTRY_INTR_INFO_FIELD, 0);
}
