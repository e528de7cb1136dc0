// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The VMX-preemption timer: the processor leaves guest mode at the deadline of RUN, and
 * the core arms no timer of the host's as long as the guest runs.
 *
 * SDM Volume 3: 26.5.1 "VMX-Preemption Timer", 25.6.1 (pin-based controls), A.6 (its
 * rate). It counts in guest mode alone and from the value in the VMCS, so each entry
 * with a deadline writes what is left.
 *
 * The deadline is of the host's clock, which NTP steers, and the timer counts the time
 * stamp counter: the clock is asked again at the latest after a second, and whenever the
 * counter says that it is time, or has gone back (another CPU's, a suspend).
 */
#include <linux/bitops.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <asm/msr.h>
#include <asm/tsc.h>

#include "timer.h"

/* Of a VMCS that has come to this CPU. */
void vmx_reset_timer(struct vmx_vcpu *vmx)
{
	vmx_write(PIN_BASED_VM_EXEC_CONTROL, vmx_features.pin);
	memset(&vmx->timer, 0, sizeof(vmx->timer));
	vmx->timer.settled = VMX_TIMER_UNSETTLED;
}

/* @state: enum vmx_timer_state; @value: but for OFF. */
static void vmx_write_timer(struct vmx_vcpu *vmx, u32 value, u8 state)
{
	struct vmx_timer *t = &vmx->timer;

	if (state && value != t->value) {
		vmx_write(VMX_PREEMPTION_TIMER_VALUE, value);
		t->value = value;
	}
	if (!state != !t->state)
		vmx_write(PIN_BASED_VM_EXEC_CONTROL,
			  vmx_features.pin |
				  (state ? PIN_BASED_VMX_PREEMPTION_TIMER : 0));
	t->state = state;
}

/* How far the deadline is, or a part of it. 0: it has passed. */
static u64 vmx_deadline_cycles(struct vmx_vcpu *vmx)
{
	u64 deadline_ns = vmx->x.core.deadline_ns, ns;
	struct vmx_timer *t = &vmx->timer;
	u64 elapsed = rdtsc() - t->start;

	if (likely(t->deadline_ns == deadline_ns && elapsed < t->cycles))
		return t->cycles - elapsed;
	ns = ktime_get_ns();
	if (ns >= deadline_ns)
		return 0;
	ns = min_t(u64, deadline_ns - ns, NSEC_PER_SEC);
	t->deadline_ns = deadline_ns;
	t->start = rdtsc();
	t->cycles = ns * tsc_khz / NSEC_PER_MSEC + 1;
	return t->cycles;
}

/*
 * The deadline; and a bound without one, if the guest's IF is clear: Bochs 2.7 masks the
 * host's interrupts for a guest that was entered so, until it sets it. No processor does;
 * but guests are seldom long without interrupts, so that a timer which ends guest mode
 * then costs next to nothing.
 */
bool vmx_set_timer_slow(struct vmx_vcpu *vmx)
{
	bool bound = !(vmx->x.rflags & X86_EFLAGS_IF);
	u32 value = bound ? vmx_features.timer : U32_MAX;
	u8 state = bound ? VMX_TIMER_BOUND : VMX_TIMER_OFF;
	struct axvcpu_vcpu *vcpu = &vmx->x.core;
	u64 left;

	if (vcpu->deadline_ns) {
		left = vmx_deadline_cycles(vmx);
		if (!left) {
			set_bit(AXVCPU_REQUEST_DEADLINE, &vcpu->requests);
			return false;
		}
		/* It counts changes of this bit, the first one perhaps at once. */
		left = (left >> (vmx_features.misc & VMX_CAP_MISC_TIMER_RATE)) + 1;
		if (state == VMX_TIMER_OFF || left < value) {
			value = min_t(u64, left, U32_MAX);
			state = VMX_TIMER_DEADLINE;
		}
	}
	vmx_write_timer(vmx, value, state);
	vmx->timer.settled = vcpu->deadline_ns ? VMX_TIMER_UNSETTLED :
						 vmx->x.rflags & X86_EFLAGS_IF;
	return true;
}
