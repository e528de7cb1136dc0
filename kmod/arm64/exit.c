// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exits: one small function each, in a table by exception class.
 *
 * DDI 0487: "ESR_EL2, Exception Syndrome Register (EL2)" for classes and syndromes.
 */
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/nospec.h>

#include "../guest.h"
#include "../trace.h"
#include "arm64.h"
#include "event.h"
#include "exit.h"
#include "fpu.h"
#include "mmio.h"
#include "psci.h"
#include "record.h"
#include "sysreg.h"

/* ---- interrupts and errors --------------------------------------------------------- */

/* The host served it when interrupts were turned on. */
static int el2_exit_interrupt(struct arm64_vcpu *v)
{
	struct axvcpu_vcpu *vcpu = &v->core;

	vcpu->stats.interrupts++;
	if (unlikely(vcpu->vm->behaviours & AXVCPU_VM_INTERRUPT_EXITS)) {
		struct axvcpu_exit *exit = axvcpu_exit_begin(
			vcpu, AXVCPU_EXIT_EXTERNAL_INTERRUPT, el2_hw_code(v));

		/* The exit has not acknowledged it, so nobody tells its INTID. */
		exit->u.interrupt.vector = ~0ULL;
		return AXVCPU_OUT_EXIT;
	}
	axvcpu_guest_interrupted();
	/* Kernels whose kernel_neon_begin() turns softirqs off have some for us. */
	return local_softirq_pending() ? AXVCPU_OUT_WORK : AXVCPU_OUT_AGAIN;
}

/* The host lives on, so it was contained. */
static int el2_exit_serror(struct arm64_vcpu *v)
{
	struct axvcpu_exit *exit = axvcpu_exit_begin(
		&v->core, AXVCPU_EXIT_EXCEPTION, el2_hw_code(v));

	exit->u.exception.vector = AXVCPU_ARM64_VECTOR_SERROR;
	exit->u.exception.has_error_code = 1;
	exit->u.exception.error_code = v->esr;
	exit->u.exception.address = 0;
	return AXVCPU_OUT_EXIT;
}

/* ---- instructions ------------------------------------------------------------------- */

/* WFI and WFIT are the even ones: a wait that ends early is none the worse. */
static int el2_exit_wfx(struct arm64_vcpu *v)
{
	arm64_skip(v);
	if (!(ESR_WFX_TI(v->esr) & 1))
		return AXVCPU_OUT_HALT;
	axvcpu_exit_begin(&v->core, AXVCPU_EXIT_IDLE, el2_hw_code(v));
	return AXVCPU_OUT_EXIT;
}

/* The PC is past HVC by itself ("Preferred return address"). */
static int el2_exit_hvc(struct arm64_vcpu *v)
{
	struct axvcpu_exit *exit;
	u16 immediate = v->esr;
	unsigned int i;

	if (!immediate && arm64_is_firmware_call(v->frame.x[0]))
		return arm64_firmware_call(v);
	exit = axvcpu_exit_begin(&v->core, AXVCPU_EXIT_HYPERCALL,
				 el2_hw_code(v));
	exit->next_pc = v->pc;
	exit->u.hypercall.nr = v->frame.x[0];
	for (i = 0; i < ARRAY_SIZE(exit->u.hypercall.args); i++)
		exit->u.hypercall.args[i] = v->frame.x[i + 1];
	exit->u.hypercall.immediate = immediate;
	return AXVCPU_OUT_EXIT;
}

/* A trapped SMC is not executed: the PC is at it. What is no firmware's is unknown. */
static int el2_exit_smc(struct arm64_vcpu *v)
{
	u16 immediate = v->esr;

	arm64_skip(v);
	if (immediate) {
		v->frame.x[0] = ~0ULL;
		return AXVCPU_OUT_AGAIN;
	}
	return arm64_firmware_call(v);
}

/* Of a feature that the ID registers hide, or of AArch32. */
static int el2_exit_undefined(struct arm64_vcpu *v)
{
	arm64_raise_undefined(v);
	return AXVCPU_OUT_AGAIN;
}

static int el2_exit_fp(struct arm64_vcpu *v)
{
	if (!arm64_fpu_enable(v))
		arm64_raise_undefined(v);
	return AXVCPU_OUT_AGAIN;
}

static int el2_exit_sve(struct arm64_vcpu *v)
{
	if (!arm64_sve_enable(v))
		arm64_raise_undefined(v);
	return AXVCPU_OUT_AGAIN;
}

static int el2_exit_pauth(struct arm64_vcpu *v)
{
	if (!arm64_pauth_enable(v))
		arm64_raise_undefined(v);
	return AXVCPU_OUT_AGAIN;
}

/* ---- debug exceptions, which come to EL2 if the VMM has a use for one ----------------- */

static int el2_debug(struct arm64_vcpu *v, u32 kind, u64 detail, u64 address)
{
	struct axvcpu_exit *exit = axvcpu_exit_begin(
		&v->core, AXVCPU_EXIT_DEBUG, el2_hw_code(v));

	exit->u.debug.kind = kind;
	exit->u.debug.reserved = 0;
	exit->u.debug.detail = detail;
	exit->u.debug.address = address;
	return AXVCPU_OUT_EXIT;
}

static int el2_exit_step(struct arm64_vcpu *v)
{
	return el2_debug(v, AXVCPU_DEBUG_SINGLE_STEP, 0, v->pc);
}

/* An interrupt came first, when the instruction was executed: its step still waits. */
static int el2_exit_stepped(struct arm64_vcpu *v)
{
	v->core.stats.interrupts++;
	axvcpu_guest_interrupted();
	return el2_exit_step(v);
}

static int el2_exit_breakpoint(struct arm64_vcpu *v)
{
	return el2_debug(v, AXVCPU_DEBUG_BREAKPOINT, v->esr, v->pc);
}

static int el2_exit_watchpoint(struct arm64_vcpu *v)
{
	return el2_debug(v, AXVCPU_DEBUG_WATCHPOINT, v->esr, v->far);
}

static int el2_exception(struct arm64_vcpu *v)
{
	struct axvcpu_exit *exit = axvcpu_exit_begin(
		&v->core, AXVCPU_EXIT_EXCEPTION, el2_hw_code(v));

	exit->u.exception.vector = AXVCPU_ARM64_VECTOR_SYNC;
	exit->u.exception.has_error_code = 1;
	exit->u.exception.error_code = v->esr;
	exit->u.exception.address = 0;
	return AXVCPU_OUT_EXIT;
}

/* BRK, and BKPT of AArch32. */
static int el2_exit_brk(struct arm64_vcpu *v)
{
	if (v->stops.flags & AXVCPU_ARM64_STOP_BRK)
		return el2_exit_breakpoint(v);
	if (v->exception_exits & BIT_ULL(ESR_EC(v->esr)))
		return el2_exception(v);
	arm64_raise(v, v->esr, 0);
	return AXVCPU_OUT_AGAIN;
}

static int el2_exit_unknown(struct arm64_vcpu *v)
{
	return axvcpu_exit_unknown(&v->core, v->esr, v->far, v->hpfar);
}

/* ---- memory --------------------------------------------------------------------------- */

/*
 * A walk reads; where it may write, to set flags in a descriptor, it meets a stage 2
 * that lets it read already. A cache operation is a write by its syndrome, and changes
 * nothing.
 */
static u32 el2_abort_access(const struct arm64_vcpu *v)
{
	u64 esr = v->esr;
	u32 access;

	if (esr & ESR_S1PTW)
		return AXVCPU_ACCESS_WALK |
		       (ESR_FSC_TYPE(esr) == ESR_FSC_PERMISSION ?
				AXVCPU_ACCESS_WRITE : AXVCPU_ACCESS_READ);
	if (ESR_EC(esr) == ESR_EC_IABT_LOWER)
		access = AXVCPU_ACCESS_EXECUTE;
	else if (esr & ESR_WNR && !(esr & ESR_CM))
		access = AXVCPU_ACCESS_WRITE;
	else
		access = AXVCPU_ACCESS_READ;
	if (!(v->pstate & PS_EL & ~1ULL))
		access |= AXVCPU_ACCESS_USER;
	return access;
}

static int el2_exit_abort(struct arm64_vcpu *v)
{
	struct axvcpu_fault *fault = &v->core.fault;
	u64 type = ESR_FSC_TYPE(v->esr);

	if (type > ESR_FSC_PERMISSION)
		return el2_exit_unknown(v);
	if (v->retry)
		return AXVCPU_OUT_AGAIN;
	/* Memory that is only read has nothing to be cleaned or discarded. */
	if (v->esr & ESR_CM && type == ESR_FSC_PERMISSION) {
		arm64_skip(v);
		return AXVCPU_OUT_AGAIN;
	}
	fault->gpa = (v->hpfar & HPFAR_FIPA) << 8;
	fault->gva = 0;
	fault->access = el2_abort_access(v);
	if (!(v->esr & ESR_S1PTW))
		fault->gpa |= v->far & (PAGE_SIZE - 1);
	if (!(v->esr & ESR_FNV)) {
		fault->gva = v->far;
		fault->access |= AXVCPU_ACCESS_GVA;
	}
	v->emulation = ARM64_EMULATE_ABORT;
	return AXVCPU_OUT_FAULT;
}


static int el2_mmio_write(struct arm64_vcpu *v, struct axvcpu_exit *exit)
{
	exit->u.mmio.reg = ~0;
	exit->u.mmio.reg_width = 0;
	exit->u.mmio.sign_extend = 0;
	exit->u.mmio.data[0] = arm64_order(v, arm64_get_x(v, ESR_SRT(v->esr)),
					   exit->u.mmio.width);
	arm64_skip(v);
	return AXVCPU_OUT_EXIT;
}

static int el2_mmio_read(struct arm64_vcpu *v, struct axvcpu_exit *exit)
{
	struct arm64_pending *p = &v->pending;

	p->kind = ARM64_PENDING_MMIO;
	p->read = true;
	p->reg = ESR_SRT(v->esr);
	p->width = 1 << ESR_SAS(v->esr);
	p->sign = v->esr & ESR_SSE;
	p->wide = v->esr & ESR_SF;
	exit->u.mmio.reg = p->reg == 31 ? ~0 : p->reg;
	exit->u.mmio.reg_width = p->wide ? 8 : 4;
	exit->u.mmio.sign_extend = p->sign;
	exit->u.mmio.data[0] = 0;
	axvcpu_exit_pending(&v->core, exit);
	return AXVCPU_OUT_EXIT;
}

/* No memory answers. Loads and stores of one register have a syndrome, no others. */
static int el2_emulate_abort(struct arm64_vcpu *v)
{
	struct axvcpu_vcpu *vcpu = &v->core;
	struct axvcpu_fault *fault = &vcpu->fault;
	bool write = fault->access & AXVCPU_ACCESS_WRITE;
	struct axvcpu_exit *exit;

	if (fault->cause == AXVCPU_NPF_HOST_FAULT ||
	    fault->cause == AXVCPU_NPF_POISONED ||
	    fault->access & (AXVCPU_ACCESS_EXECUTE | AXVCPU_ACCESS_WALK))
		return axvcpu_exit_npf(vcpu, el2_hw_code(v), NULL, 0);
	/* A cache operation on a device does nothing. */
	if (v->esr & ESR_CM) {
		arm64_skip(v);
		return AXVCPU_OUT_AGAIN;
	}
	if (!(v->esr & ESR_ISV))
		return arm64_mmio(v);
	exit = axvcpu_exit_begin(vcpu, write ? AXVCPU_EXIT_MMIO_WRITE :
					       AXVCPU_EXIT_MMIO_READ,
				 v->esr);
	exit->next_pc = v->pc + (v->esr & ESR_IL ? 4 : 2);
	exit->u.mmio.gpa = fault->gpa;
	exit->u.mmio.width = 1 << ESR_SAS(v->esr);
	return write ? el2_mmio_write(v, exit) : el2_mmio_read(v, exit);
}

int el2_emulate(struct axvcpu_vcpu *vcpu)
{
	struct arm64_vcpu *v = to_arm64(vcpu);

	return v->emulation == ARM64_EMULATE_AFFINITY ? arm64_affinity_info(v) :
							el2_emulate_abort(v);
}

/* ---- the table -------------------------------------------------------------------------- */

static int (*const el2_handlers[64])(struct arm64_vcpu *v) = {
	[ESR_EC_WFX] = el2_exit_wfx,
	[0x03 ... 0x06] = el2_exit_undefined,	/* AArch32 coprocessors */
	[ESR_EC_FP] = el2_exit_fp,
	[0x08] = el2_exit_undefined,		/* VMRS of AArch32 */
	[ESR_EC_PAC] = el2_exit_pauth,
	[0x0a] = el2_exit_undefined,		/* LS64 */
	[0x0c] = el2_exit_undefined,
	[0x12] = el2_exit_undefined,		/* HVC and SMC of AArch32 */
	[0x13] = el2_exit_undefined,
	[0x14] = el2_exit_undefined,		/* 128-bit system instructions */
	[ESR_EC_HVC64] = el2_exit_hvc,
	[ESR_EC_SMC64] = el2_exit_smc,
	[ESR_EC_SYS64] = el2_exit_sysreg,
	[ESR_EC_SVE] = el2_exit_sve,
	[0x1a ... 0x1d] = el2_exit_undefined,	/* ERET, TSTART, SME */
	[ESR_EC_IABT_LOWER] = el2_exit_abort,
	[ESR_EC_DABT_LOWER] = el2_exit_abort,
	[0x27] = el2_exit_undefined,		/* memory copy and set */
	[ESR_EC_BREAKPOINT_LOWER] = el2_exit_breakpoint,
	[ESR_EC_STEP_LOWER] = el2_exit_step,
	[ESR_EC_WATCHPOINT_LOWER] = el2_exit_watchpoint,
	[ESR_EC_BKPT32] = el2_exit_brk,
	[ESR_EC_BRK64] = el2_exit_brk,
};

static noinline int el2_exit_rare(struct arm64_vcpu *v)
{
	unsigned int class = array_index_nospec(ESR_EC(v->esr),
						ARRAY_SIZE(el2_handlers));

	return el2_handlers[class] ? el2_handlers[class](v) :
				     el2_exit_unknown(v);
}

/* The frequent ones without an indirect branch. */
static __always_inline int el2_exit_class(struct arm64_vcpu *v)
{
	switch (ESR_EC(v->esr)) {
	case ESR_EC_DABT_LOWER:
		return el2_exit_abort(v);
	case ESR_EC_SYS64:
		return el2_exit_sysreg(v);
	case ESR_EC_HVC64:
		return el2_exit_hvc(v);
	default:
		return el2_exit_rare(v);
	}
}

/*
 * The step that waits comes before the next instruction is fetched ("Synchronous
 * exception prioritization"). QEMU 7.2 fetches first, and stage 2 may have no page there.
 */
static bool el2_fetched_in_step(const struct arm64_vcpu *v)
{
	return v->stepping && v->stepped &&
	       ESR_EC(v->esr) == ESR_EC_IABT_LOWER;
}

static __always_inline int el2_exit_sync(struct arm64_vcpu *v)
{
	int out;

	if (unlikely(el2_fetched_in_step(v)))
		return el2_exit_step(v);
	out = el2_exit_class(v);
	/* What was emulated here, or led to the guest's handler, is a step too. */
	if (unlikely(v->stepping) && out == AXVCPU_OUT_AGAIN &&
	    v->pc != v->step_pc)
		return el2_exit_step(v);
	return out;
}

/* Interrupts are on, preemption is off. Return: as run(), or AXVCPU_OUT_AGAIN. */
int el2_handle_exit(struct arm64_vcpu *v)
{
	if (trace_axvcpu_exit_enabled())
		trace_axvcpu_exit(&v->core, v->pc, el2_hw_code(v), v->far);
	if (likely(v->exit == EL2_EXIT_SYNC))
		return el2_exit_sync(v);
	if (v->exit == EL2_EXIT_SERROR)
		return el2_exit_serror(v);
	return unlikely(v->stepping && v->stepped) ? el2_exit_stepped(v) :
						     el2_exit_interrupt(v);
}
