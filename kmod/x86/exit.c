// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What both back ends do with an exit, once they know what it is.
 */
#include <linux/interrupt.h>
#include <asm/debugreg.h>
#include <asm/processor-flags.h>

#include "../guest.h"
#include "event.h"
#include "exit.h"
#include "fpu.h"
#include "mmio.h"
#include "msr.h"
#include "pio.h"

int x86_exit_ud(struct x86_vcpu *x)
{
	x86_queue_ud(x);
	return AXVCPU_OUT_AGAIN;
}

int x86_exit_gp(struct x86_vcpu *x)
{
	x86_queue_gp(x, 0);
	return AXVCPU_OUT_AGAIN;
}

int x86_exit_pause(struct x86_vcpu *x, u64 next_rip, u64 hw_code)
{
	x86_skip(x, next_rip);
	axvcpu_exit_begin(&x->core, AXVCPU_EXIT_IDLE, hw_code);
	return AXVCPU_OUT_EXIT;
}

int x86_exit_xsetbv(struct x86_vcpu *x, u64 cr4, u8 cpl, u64 next_rip)
{
	if (!(cr4 & X86_CR4_OSXSAVE))
		x86_queue_ud(x);
	else if (cpl || (u32)x->gpr[AXVCPU_X86_RCX] ||
		 !x86_fpu_set_xcr0(x, (u32)x->gpr[AXVCPU_X86_RAX] |
					      x->gpr[AXVCPU_X86_RDX] << 32))
		x86_queue_gp(x, 0);
	else
		x86_skip(x, next_rip);
	/* Through x86_fpu_save() and x86_fpu_load(), which make it so. */
	return AXVCPU_OUT_WORK;
}

int x86_exit_crash(struct x86_vcpu *x, u64 hw_code)
{
	struct axvcpu_exit *exit = axvcpu_exit_begin(
		&x->core, AXVCPU_EXIT_SYSTEM_DOWN, hw_code);

	exit->u.system_down.kind = AXVCPU_DOWN_CRASH;
	return AXVCPU_OUT_EXIT;
}

int x86_exit_step(struct x86_vcpu *x, u64 hw_code)
{
	struct axvcpu_exit *exit =
		axvcpu_exit_begin(&x->core, AXVCPU_EXIT_DEBUG, hw_code);

	exit->u.debug.kind = AXVCPU_DEBUG_SINGLE_STEP;
	exit->u.debug.reserved = 0;
	exit->u.debug.detail = DR_STEP;
	exit->u.debug.address = x->rip;
	return AXVCPU_OUT_EXIT;
}

int x86_exit_interrupt(struct x86_vcpu *x, u64 hw_code)
{
	struct axvcpu_vcpu *vcpu = &x->core;

	if (unlikely(vcpu->vm->behaviours & AXVCPU_VM_INTERRUPT_EXITS)) {
		struct axvcpu_exit *exit = axvcpu_exit_begin(
			vcpu, AXVCPU_EXIT_EXTERNAL_INTERRUPT, hw_code);

		/* The exit has not acknowledged it, so nobody tells its vector. */
		exit->u.interrupt.vector = ~0ULL;
		return AXVCPU_OUT_EXIT;
	}
	axvcpu_guest_interrupted();
	/* Kernels whose kernel_fpu_begin() turns softirqs off have some for us. */
	return local_softirq_pending() ? AXVCPU_OUT_WORK : AXVCPU_OUT_AGAIN;
}

bool x86_exit_exception(struct x86_vcpu *x, u8 vector, bool has_error_code,
			u32 error_code, u64 address, u64 hw_code)
{
	struct axvcpu_exit *exit;

	if (!(x->exception_exits & BIT(vector)))
		return false;
	exit = axvcpu_exit_begin(&x->core, AXVCPU_EXIT_EXCEPTION, hw_code);
	exit->u.exception.vector = vector;
	exit->u.exception.has_error_code = has_error_code;
	exit->u.exception.error_code = error_code;
	exit->u.exception.address = address;
	return true;
}

int x86_hypercall(struct x86_vcpu *x, u64 next_rip, u64 hw_code)
{
	struct axvcpu_exit *exit =
		axvcpu_exit_begin(&x->core, AXVCPU_EXIT_HYPERCALL, hw_code);

	exit->next_pc = next_rip;
	exit->u.hypercall.nr = x->gpr[AXVCPU_X86_RAX];
	exit->u.hypercall.args[0] = x->gpr[AXVCPU_X86_RDI];
	exit->u.hypercall.args[1] = x->gpr[AXVCPU_X86_RSI];
	exit->u.hypercall.args[2] = x->gpr[AXVCPU_X86_RDX];
	exit->u.hypercall.args[3] = x->gpr[AXVCPU_X86_RCX];
	exit->u.hypercall.args[4] = x->gpr[8];
	exit->u.hypercall.args[5] = x->gpr[9];
	exit->u.hypercall.immediate = 0;
	x86_skip(x, next_rip);
	return AXVCPU_OUT_EXIT;
}

static bool x86_fault_valid(const struct x86_vcpu *x,
			    const struct axvcpu_complete *answer)
{
	if (!x86_exception_valid(answer->vector, answer->has_error_code))
		return false;
	/* Of the exits that can be answered only MMIO knows an address for CR2. */
	if (answer->vector == X86_VECTOR_PF &&
	    x->pending.kind != X86_PENDING_MMIO)
		return false;
	return !(answer->error_code >> (answer->has_error_code ? 16 : 0));
}

static int x86_complete_fault(struct x86_vcpu *x,
			      const struct axvcpu_complete *answer)
{
	u64 address = 0;

	if (!x86_fault_valid(x, answer))
		return -EINVAL;
	if (answer->vector == X86_VECTOR_PF)
		address = x->pending.mmio.gva;
	x->pending.kind = X86_PENDING_NONE;
	x86_queue_exception(x, answer->vector, answer->has_error_code,
			    answer->error_code, address);
	return AXVCPU_OUT_AGAIN;
}

int x86_complete(struct axvcpu_vcpu *vcpu, const struct axvcpu_complete *answer)
{
	struct x86_vcpu *x = to_x86(vcpu);

	if (x->pending.kind == X86_PENDING_NONE)
		return -EINVAL;
	if (answer->action == AXVCPU_ANSWER_FAULT)
		return x86_complete_fault(x, answer);
	x->pending.kind = X86_PENDING_NONE;
	return AXVCPU_OUT_AGAIN;
}

int x86_done(struct axvcpu_vcpu *vcpu, u64 data)
{
	struct x86_vcpu *x = to_x86(vcpu);
	u8 kind;

	if (likely(x->pending.kind == X86_PENDING_IN))
		return x86_in_done(x, data);
	kind = x->pending.kind;
	x->pending.kind = X86_PENDING_NONE;
	if (likely(kind == X86_PENDING_MMIO))
		return x86_mmio_done(x, data);
	if (kind == X86_PENDING_IO)
		return x86_io_done(x, data);
	return likely(kind == X86_PENDING_SYSREG) ? x86_msr_done(x, data) :
						    -EINVAL;
}
