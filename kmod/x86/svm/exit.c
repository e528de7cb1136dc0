// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exits: one small function each. The hot ones are compared for, so that they
 * take no indirect branch; the others are in a table by exit code.
 *
 * APM Volume 2: 15.9 to 15.14 (intercepts), appendix C (exit codes).
 */
#include <linux/interrupt.h>
#include <linux/nospec.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>
#include <asm/tsc.h>

#include "../../guest.h"
#include "../../trace.h"
#include "../hw.h"
#include "../pio.h"
#include "check.h"
#include "svm.h"

/* Exceptions that push an error code: 8.2. */
#define SVM_WITH_ERROR_CODE	(BIT(8) | BIT(10) | BIT(11) | BIT(12) | \
				 BIT(13) | BIT(14) | BIT(17) | BIT(21) | \
				 BIT(29) | BIT(30))

static struct vmcb_control *svm_control(struct svm_vcpu *svm)
{
	return &svm->vmcb->control;
}

/* ---- the length of an instruction ---------------------------------------------- */

static struct svm_length *svm_length_slot(struct svm_vcpu *svm, u64 linear)
{
	return &svm->length[(linear ^ linear >> 6) % SVM_LENGTHS];
}

static u64 svm_linear_rip(const struct svm_vcpu *svm)
{
	return svm->vmcb->save.cs.base + svm->vmcb->save.rip;
}

/*
 * The RIP after an intercepted instruction, or 0: its length is not known here,
 * return svm_want_length(). Without NRIP_SAVE (only emulators: every processor
 * with nested paging has it) prefixes make it uncertain, so the bytes are looked
 * at once for each place: svm_emulate_length().
 */
static __always_inline u64 svm_next_rip(struct svm_vcpu *svm)
{
	const struct svm_length *slot;
	u64 linear;

	if (likely(svm_features.nrip))
		return svm_control(svm)->nrip;
	linear = svm_linear_rip(svm);
	slot = svm_length_slot(svm, linear);
	if (likely(slot->length && slot->linear == linear &&
		   slot->cr3 == svm->vmcb->save.cr3 &&
		   slot->code == (u32)svm_control(svm)->exit_code))
		return svm->x.rip + slot->length;
	return 0;
}

static int svm_want_length(struct svm_vcpu *svm)
{
	svm->emulation = SVM_EMULATE_LENGTH;
	return AXVCPU_OUT_EMULATE;
}

/* ---- hot exits -------------------------------------------------------------------- */

static noinline int svm_exit_io_string(struct svm_vcpu *svm)
{
	const struct vmcb_control *control = svm_control(svm);
	u32 info = control->exit_info1;
	const struct x86_io io = {
		.port = info >> SVM_IO_PORT_SHIFT,
		.width = (info >> SVM_IO_WIDTH_SHIFT) & 7,
		.in = info & SVM_IO_IN,
		.rep = info & SVM_IO_REP,
		.address_bytes = ((info >> SVM_IO_ADDRESS_SHIFT) & 7) * 2,
		.segment = svm_features.decode ?
				   (info >> SVM_IO_SEGMENT_SHIFT) & 7 : 0xff,
		.next_rip = control->exit_info2,
	};

	svm->emulation = SVM_EMULATE_IO;
	return x86_io_string(&svm->x, &io, SVM_EXIT_IOIO);
}

static __always_inline int svm_exit_io(struct svm_vcpu *svm)
{
	const struct vmcb_control *control = svm_control(svm);
	u32 info = control->exit_info1;
	u16 port = info >> SVM_IO_PORT_SHIFT;
	unsigned int width = (info >> SVM_IO_WIDTH_SHIFT) & 7;

	if (unlikely(info & SVM_IO_STR))
		return svm_exit_io_string(svm);
	return info & SVM_IO_IN ?
		       x86_in(&svm->x, port, width, control->exit_info2,
			      SVM_EXIT_IOIO) :
		       x86_out(&svm->x, port, width, control->exit_info2,
			       SVM_EXIT_IOIO);
}

static __always_inline int svm_exit_npf(struct svm_vcpu *svm)
{
	struct vmcb_control *control = svm_control(svm);
	struct axvcpu_fault *fault = &svm->x.core.fault;
	u64 info = control->exit_info1;

	fault->gpa = control->exit_info2;
	fault->gva = 0;
	fault->access = info & SVM_NPF_W ? AXVCPU_ACCESS_WRITE :
			info & SVM_NPF_ID ? AXVCPU_ACCESS_EXECUTE :
					    AXVCPU_ACCESS_READ;
	if (info & SVM_NPF_TABLE)
		fault->access |= AXVCPU_ACCESS_WALK;
	else if (svm->vmcb->save.cpl == 3)
		fault->access |= AXVCPU_ACCESS_USER;
	svm->delivering = control->exit_int_info & SVM_EVENT_V;
	svm->emulation = SVM_EMULATE_NPF;
	return AXVCPU_OUT_FAULT;
}

static __always_inline int svm_exit_cpuid(struct svm_vcpu *svm)
{
	u64 next_rip = svm_next_rip(svm);

	if (unlikely(!next_rip))
		return svm_want_length(svm);
	x86_fpu_sync(&svm->x);	/* leaf 0xd shows XCR0 */
	x86_cpuid(&svm->x, svm->cr4);
	x86_skip(&svm->x, next_rip);
	return AXVCPU_OUT_AGAIN;
}

static __always_inline int svm_exit_hlt(struct svm_vcpu *svm)
{
	u64 next_rip = svm_next_rip(svm);

	if (unlikely(!next_rip))
		return svm_want_length(svm);
	x86_skip(&svm->x, next_rip);
	return AXVCPU_OUT_HALT;
}

static __always_inline int svm_exit_vmmcall(struct svm_vcpu *svm)
{
	u64 next_rip = svm_next_rip(svm);

	if (unlikely(!next_rip))
		return svm_want_length(svm);
	if (likely(svm->vmcb->save.cpl == 0))
		return x86_hypercall(&svm->x, next_rip, SVM_EXIT_VMMCALL);
	x86_queue_ud(&svm->x);
	return AXVCPU_OUT_AGAIN;
}

static int svm_exit_intr(struct svm_vcpu *svm)
{
	svm->x.core.stats.interrupts++;
	/* svm_soon(): the step was into the handler of what was injected. */
	if (unlikely((svm->flags & (SVM_STEP_USER | SVM_INJECTED)) ==
			     (SVM_STEP_USER | SVM_INJECTED) &&
		     !svm->x.events.reinject))
		return x86_exit_step(&svm->x, SVM_EXIT_INTR);
	return x86_exit_interrupt(&svm->x, SVM_EXIT_INTR);
}

/* ---- MSRs ---------------------------------------------------------------------------- */

/* Return: 1: *value is the answer; 0: not ours. */
static bool svm_get_msr(struct svm_vcpu *svm, u32 msr, u64 *value)
{
	switch (msr) {
	case MSR_IA32_TSC:
		*value = rdtsc() + svm_control(svm)->tsc_offset;
		return true;
	case MSR_IA32_CR_PAT:
		*value = svm->vmcb->save.g_pat;
		return true;
	case MSR_EFER:
		*value = svm_get_efer(svm);
		return true;
	case MSR_TSC_AUX:
		*value = svm->tsc_aux;
		return x86_guest_has(X86_FEATURE_RDTSCP) ||
		       x86_guest_has(X86_FEATURE_RDPID);
	default:
		return false;
	}
}

static noinline int svm_rdmsr(struct svm_vcpu *svm, u64 next_rip)
{
	struct x86_vcpu *x = &svm->x;
	u64 value;

	if (!svm_get_msr(svm, x->gpr[AXVCPU_X86_RCX], &value))
		return x86_rdmsr(x, next_rip - x->rip, SVM_EXIT_MSR);
	x->gpr[AXVCPU_X86_RAX] = (u32)value;
	x->gpr[AXVCPU_X86_RDX] = value >> 32;
	x86_skip(x, next_rip);
	return AXVCPU_OUT_AGAIN;
}

/* Return: false: #GP. */
static bool svm_wrmsr_efer(struct svm_vcpu *svm, u64 value)
{
	if (!x86_write_efer(svm_get_efer(svm), &value, svm->vmcb->save.cr0))
		return false;
	svm_set_efer(svm, value);
	return true;
}

static bool svm_wrmsr_pat(struct svm_vcpu *svm, u64 value)
{
	if (!x86_pat_valid(value))
		return false;
	svm->vmcb->save.g_pat = value;
	svm_dirty(svm, SVM_CLEAN_NP);
	svm_flush_tag(svm);
	return true;
}

/* In the register too: it is the guest's until svm_put(). */
static bool svm_wrmsr_tsc_aux(struct svm_vcpu *svm, u64 value)
{
	if (value >> 32)
		return false;
	svm->tsc_aux = value;
	hw_wrmsr(MSR_TSC_AUX, value);
	return true;
}

static noinline int svm_wrmsr(struct svm_vcpu *svm, u64 next_rip)
{
	struct x86_vcpu *x = &svm->x;
	u64 value = (u32)x->gpr[AXVCPU_X86_RAX] |
		    x->gpr[AXVCPU_X86_RDX] << 32;
	u64 unused;
	bool ok;

	if (!svm_get_msr(svm, x->gpr[AXVCPU_X86_RCX], &unused))
		return x86_wrmsr(x, next_rip - x->rip, SVM_EXIT_MSR);
	switch ((u32)x->gpr[AXVCPU_X86_RCX]) {
	case MSR_IA32_TSC:
		svm_control(svm)->tsc_offset = value - rdtsc();
		svm_dirty(svm, SVM_CLEAN_I);
		ok = true;
		break;
	case MSR_IA32_CR_PAT:
		ok = svm_wrmsr_pat(svm, value);
		break;
	case MSR_EFER:
		ok = svm_wrmsr_efer(svm, value);
		break;
	default:
		ok = svm_wrmsr_tsc_aux(svm, value);
		break;
	}
	if (ok)
		x86_skip(x, next_rip);
	else
		x86_queue_gp(x, 0);
	return AXVCPU_OUT_AGAIN;
}

static __always_inline int svm_exit_msr(struct svm_vcpu *svm)
{
	u64 next_rip = svm_next_rip(svm);

	if (unlikely(!next_rip))
		return svm_want_length(svm);
	return svm_control(svm)->exit_info1 ? svm_wrmsr(svm, next_rip) :
					      svm_rdmsr(svm, next_rip);
}

/* ---- exceptions -------------------------------------------------------------------------- */

/* To the VMM if it asked for this vector, else on to the guest. */
static int svm_exception(struct svm_vcpu *svm, u8 vector, u64 address)
{
	bool has_error_code = SVM_WITH_ERROR_CODE & BIT(vector);
	u32 error_code = has_error_code ? svm_control(svm)->exit_info1 : 0;

	if (x86_exit_exception(&svm->x, vector, has_error_code, error_code,
			       address, SVM_EXIT_EXCP(vector)))
		return AXVCPU_OUT_EXIT;
	/* DR6 of a #DB is in the VMCB already (15.12.2). */
	x86_queue_exception(&svm->x, vector, has_error_code, error_code,
			    vector == X86_VECTOR_DB ? 0 : address);
	return AXVCPU_OUT_AGAIN;
}

/*
 * The step that we made by TF is over, or one of the guest's own. DR6 shows the
 * guest what is its own.
 */
static int svm_stepped(struct svm_vcpu *svm)
{
	struct vmcb_save *save = &svm->vmcb->save;
	bool guests = true;

	if (svm->flags & SVM_STEP_IRET)
		svm->x.events.nmi_masked = false;
	if (svm->flags & SVM_TF) {
		guests = save->dr6 & ~svm->step_dr6 & DR_TRAP_BITS;
		save->dr6 &= ~(u64)DR_STEP | (svm->step_dr6 & DR_STEP);
		svm_dirty(svm, SVM_CLEAN_DRX);
	}
	svm->flags &= ~(SVM_STEP_IRET | SVM_STEP_SHADOW);
	if (guests)
		x86_queue_exception(&svm->x, X86_VECTOR_DB, false, 0, 0);
	if (svm->flags & SVM_STEP_USER)
		return x86_exit_step(&svm->x, svm_control(svm)->exit_code);
	return AXVCPU_OUT_AGAIN;
}

static int svm_exit_db(struct svm_vcpu *svm)
{
	u64 dr6 = svm->vmcb->save.dr6;

	if ((svm->flags & SVM_STEP) && (dr6 & DR_STEP))
		return svm_stepped(svm);
	return svm_exception(svm, X86_VECTOR_DB,
			     dr6 & (DR_TRAP_BITS | DR_STEP | DR_SWITCH));
}

/* A trap: the VMM, or the handler, finds RIP past INT3 or INTO. */
static int svm_exit_bp(struct svm_vcpu *svm)
{
	struct vmcb_control *control = svm_control(svm);
	u64 length = control->nrip - svm->x.rip;

	svm->x.rip += length && length <= 15 ? length : 1;
	return svm_exception(svm, control->exit_code - SVM_EXIT_EXCP(0), 0);
}

static int svm_exit_pf(struct svm_vcpu *svm)
{
	return svm_exception(svm, X86_VECTOR_PF, svm_control(svm)->exit_info2);
}

/*
 * A machine check of the host's, which the intercept has taken off the processor.
 * INT 18 goes through the host's own gate to its handler, with the banks as the
 * hardware left them. It runs as if the kernel had consumed the error, so that
 * one the guest alone could have died of is fatal to the host: a known limit. With
 * FRED, INT 18 is no machine check.
 */
static int svm_exit_mc(struct svm_vcpu *svm)
{
#ifdef X86_CR4_FRED
	if (native_read_cr4() & X86_CR4_FRED)
		panic("axvcpu: machine check while a guest ran");
#endif
	asm volatile("int $18");
	return AXVCPU_OUT_AGAIN;
}

static int svm_exit_exception(struct svm_vcpu *svm)
{
	return svm_exception(svm, svm_control(svm)->exit_code - SVM_EXIT_EXCP(0),
			     0);
}

/* ---- the rest ------------------------------------------------------------------------------ */

/* NMI, SMI, INIT: still pending, and taken by the host at STGI. */
static int svm_exit_host(struct svm_vcpu *svm)
{
	return AXVCPU_OUT_AGAIN;
}

/* The guest can take an interrupt now: svm_prepare() does what it waited for. */
static int svm_exit_vintr(struct svm_vcpu *svm)
{
	return AXVCPU_OUT_AGAIN;
}

/* NMIs are open when it is through: 15.20. */
static int svm_exit_iret(struct svm_vcpu *svm)
{
	if (svm->x.events.nmi_masked)
		svm->flags |= SVM_STEP_IRET;
	else
		svm_update_intercepts(svm);
	return AXVCPU_OUT_AGAIN;
}

/* Would push TF of ours: this one goes without, and the step comes later. */
static int svm_exit_no_step(struct svm_vcpu *svm)
{
	svm->flags |= SVM_NO_STEP;
	return AXVCPU_OUT_AGAIN;
}

static int svm_exit_dr(struct svm_vcpu *svm)
{
	svm->flags |= SVM_DR_LIVE;
	svm_dr_intercept(svm);
	return AXVCPU_OUT_AGAIN;
}

static int svm_exit_ud(struct svm_vcpu *svm)
{
	return x86_exit_ud(&svm->x);
}

static int svm_exit_gp(struct svm_vcpu *svm)
{
	return x86_exit_gp(&svm->x);
}

/* Guest memory is coherent: INVD and WBINVD have nothing to do. */
static int svm_exit_nop(struct svm_vcpu *svm)
{
	u64 next_rip = svm_next_rip(svm);

	if (!next_rip)
		return svm_want_length(svm);
	x86_skip(&svm->x, next_rip);
	return AXVCPU_OUT_AGAIN;
}

static int svm_exit_pause(struct svm_vcpu *svm)
{
	u64 next_rip = svm_next_rip(svm);

	if (!next_rip)
		return svm_want_length(svm);
	return x86_exit_pause(&svm->x, next_rip, SVM_EXIT_PAUSE);
}

static int svm_exit_xsetbv(struct svm_vcpu *svm)
{
	u64 next_rip = svm_next_rip(svm);

	if (!next_rip)
		return svm_want_length(svm);
	return x86_exit_xsetbv(&svm->x, svm->cr4, svm->vmcb->save.cpl,
			       next_rip);
}

static int svm_exit_crash(struct svm_vcpu *svm)
{
	return x86_exit_crash(&svm->x, SVM_EXIT_SHUTDOWN);
}

static int svm_exit_unknown(struct svm_vcpu *svm)
{
	const struct vmcb_control *control = svm_control(svm);

	return axvcpu_exit_unknown(&svm->x.core, control->exit_code,
				   control->exit_info1, control->exit_info2);
}

static int svm_exit_invalid(struct svm_vcpu *svm)
{
	u64 event = svm->flags & SVM_INJECTED ? svm->injected : 0;
	const char *check = svm_check_vmcb(svm->vmcb, event);

	/* The checks come before the flush: what was to be flushed is owed still. */
	this_cpu_write(svm_cpu.flush_all, true);
	this_cpu_inc(svm_cpu.stamp);
	svm_flush_tag(svm);
	svm_dirty(svm, SVM_CLEAN_ALL);
	svm_uninject(svm);
	return axvcpu_exit_fail_entry(
		&svm->x.core, SVM_EXIT_INVALID,
		check ?: "VMRUN refuses for a reason that we do not know");
}

static int (*const svm_exits[])(struct svm_vcpu *svm) = {
	[SVM_EXIT_CR0_READ] = svm_exit_cr,
	[SVM_EXIT_CR4_READ] = svm_exit_cr,
	[SVM_EXIT_CR0_WRITE] = svm_exit_cr,
	[SVM_EXIT_CR4_WRITE] = svm_exit_cr,
	[SVM_EXIT_DR0_READ ... SVM_EXIT_DR15_WRITE] = svm_exit_dr,
	[SVM_EXIT_EXCP(0)] = svm_exit_exception,
	[SVM_EXIT_EXCP(X86_VECTOR_DB)] = svm_exit_db,
	[SVM_EXIT_EXCP(X86_VECTOR_BP)] = svm_exit_bp,
	[SVM_EXIT_EXCP(X86_VECTOR_OF)] = svm_exit_bp,
	[SVM_EXIT_EXCP(5) ... SVM_EXIT_EXCP(13)] = svm_exit_exception,
	[SVM_EXIT_EXCP(X86_VECTOR_PF)] = svm_exit_pf,
	[SVM_EXIT_EXCP(15) ... SVM_EXIT_EXCP(17)] = svm_exit_exception,
	[SVM_EXIT_EXCP(X86_VECTOR_MC)] = svm_exit_mc,
	[SVM_EXIT_EXCP(19) ... SVM_EXIT_EXCP(31)] = svm_exit_exception,
	[SVM_EXIT_NMI] = svm_exit_host,
	[SVM_EXIT_SMI] = svm_exit_host,
	[SVM_EXIT_INIT] = svm_exit_host,
	[SVM_EXIT_VINTR] = svm_exit_vintr,
	[SVM_EXIT_CR0_SEL_WRITE] = svm_exit_cr,
	[SVM_EXIT_RDPMC] = svm_exit_gp,
	[SVM_EXIT_PUSHF] = svm_exit_no_step,
	[SVM_EXIT_POPF] = svm_exit_no_step,
	[SVM_EXIT_IRET] = svm_exit_iret,
	[SVM_EXIT_SWINT] = svm_exit_no_step,
	[SVM_EXIT_INVD] = svm_exit_nop,
	[SVM_EXIT_PAUSE] = svm_exit_pause,
	[SVM_EXIT_INVLPGA] = svm_exit_ud,
	[SVM_EXIT_SHUTDOWN] = svm_exit_crash,
	[SVM_EXIT_VMRUN] = svm_exit_ud,
	[SVM_EXIT_VMLOAD] = svm_exit_ud,
	[SVM_EXIT_VMSAVE] = svm_exit_ud,
	[SVM_EXIT_STGI] = svm_exit_ud,
	[SVM_EXIT_CLGI] = svm_exit_ud,
	[SVM_EXIT_SKINIT] = svm_exit_ud,
	[SVM_EXIT_RDTSCP] = svm_exit_ud,
	[SVM_EXIT_WBINVD] = svm_exit_nop,
	[SVM_EXIT_MONITOR] = svm_exit_ud,
	[SVM_EXIT_MWAIT] = svm_exit_ud,
	[SVM_EXIT_MWAIT_CONDITIONAL] = svm_exit_ud,
	[SVM_EXIT_XSETBV] = svm_exit_xsetbv,
	[SVM_EXIT_RDPRU] = svm_exit_ud,
};

static noinline int svm_handle_rare(struct svm_vcpu *svm, u64 code)
{
	int (*handler)(struct svm_vcpu *svm) = NULL;

	/* QEMU 7.2 gives it in 32 bits. */
	if ((u32)code == (u32)SVM_EXIT_INVALID)
		return svm_exit_invalid(svm);
	if (code < ARRAY_SIZE(svm_exits))
		handler = svm_exits[array_index_nospec(code,
						       ARRAY_SIZE(svm_exits))];
	/* An exception in the middle of it: NMIs stay masked, the handler's IRET comes. */
	if (svm->flags & SVM_STEP_IRET && code >= SVM_EXIT_EXCP(0) &&
	    code <= SVM_EXIT_EXCP(31) && code != SVM_EXIT_EXCP(X86_VECTOR_DB) &&
	    code != SVM_EXIT_EXCP(X86_VECTOR_MC))
		svm->flags &= ~SVM_STEP_IRET;
	return handler ? handler(svm) : svm_exit_unknown(svm);
}

/* In a function apart: the first two need no frame. */
static noinline int svm_dispatch_other(struct svm_vcpu *svm, u64 code)
{
	if (code == SVM_EXIT_CPUID)
		return svm_exit_cpuid(svm);
	if (code == SVM_EXIT_MSR)
		return svm_exit_msr(svm);
	if (code == SVM_EXIT_INTR)
		return svm_exit_intr(svm);
	if (code == SVM_EXIT_HLT)
		return svm_exit_hlt(svm);
	if (code == SVM_EXIT_VMMCALL)
		return svm_exit_vmmcall(svm);
	return svm_handle_rare(svm, code);
}

static __always_inline int svm_dispatch(struct svm_vcpu *svm, u64 code)
{
	if (code == SVM_EXIT_IOIO)
		return svm_exit_io(svm);
	if (code == SVM_EXIT_NPF)
		return svm_exit_npf(svm);
	return svm_dispatch_other(svm, code);
}

/* An event was cut short, or the user steps, or somebody traces. */
static noinline int svm_handle_special(struct svm_vcpu *svm, u64 code)
{
	const struct vmcb_control *control = svm_control(svm);
	int out;

	trace_axvcpu_exit(&svm->x.core, svm->x.rip, code, control->exit_info1);
	/* VMRUN that refuses writes nothing there. */
	if (unlikely(control->exit_int_info & SVM_EVENT_V) &&
	    code != SVM_EXIT_INVALID)
		svm_cut_short(svm);
	out = svm_dispatch(svm, code);
	/* An instruction done here is a step too. */
	if (unlikely(svm->flags & SVM_STEP_USER) &&
	    (out == AXVCPU_OUT_AGAIN || out == AXVCPU_OUT_WORK) &&
	    svm->x.rip != svm->vmcb->save.rip)
		return x86_exit_step(&svm->x, svm_control(svm)->exit_code);
	return out;
}

int svm_handle_exit(struct svm_vcpu *svm)
{
	const struct vmcb_control *control = svm_control(svm);
	u64 code = control->exit_code;

	if (trace_axvcpu_exit_enabled() ||
	    unlikely(control->exit_int_info & SVM_EVENT_V ||
		     svm->flags & SVM_STEP_USER))
		return svm_handle_special(svm, code);
	return svm_dispatch(svm, code);
}

/* ---- where sleeping is allowed --------------------------------------------------------- */

/* No memory answered: a device's access, if it is one and can be decoded. */
static int svm_emulate_npf(struct svm_vcpu *svm)
{
	const struct vmcb_control *control = svm_control(svm);
	struct axvcpu_vcpu *vcpu = &svm->x.core;
	struct axvcpu_fault *fault = &vcpu->fault;
	unsigned int length = 0;

	if (svm_features.decode)
		length = min_t(unsigned int, control->insn_count & 0xf,
			       sizeof(control->insn));
	/*
	 * The delivery of an event is no access of the instruction at RIP; x86_mmio()
	 * knows of fetches and walks.
	 */
	if (unlikely(svm->delivering) &&
	    !(fault->access & (AXVCPU_ACCESS_EXECUTE | AXVCPU_ACCESS_WALK)) &&
	    fault->cause != AXVCPU_NPF_HOST_FAULT &&
	    fault->cause != AXVCPU_NPF_POISONED) {
		fault->cause = AXVCPU_NPF_CANT_DECODE;
		return axvcpu_exit_npf(vcpu, SVM_EXIT_NPF, NULL, 0);
	}
	return x86_mmio(&svm->x, control->insn, length, SVM_EXIT_NPF);
}

static bool svm_is_prefix(u8 byte, bool long_mode)
{
	switch (byte) {
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64:
	case 0x65:
	case 0x66:
	case 0x67:
	case 0xf2:
	case 0xf3:
		return true;
	default:
		return long_mode && (byte & 0xf0) == 0x40;
	}
}

/* Bytes of the instruction that makes @code exit, behind its prefixes. */
static unsigned int svm_opcode_bytes(u32 code)
{
	switch (code) {
	case SVM_EXIT_HLT:
	case SVM_EXIT_PAUSE:	/* F3 is counted as a prefix */
		return 1;
	case SVM_EXIT_VMMCALL:
	case SVM_EXIT_XSETBV:
		return 3;
	default:
		return 2;
	}
}

/*
 * Without NRIP_SAVE: look at the bytes once, remember the length, and let the
 * instruction run and exit again. If they can't be read, the processor executes
 * from a stale translation: without it, it faults by itself. A guest that puts
 * another number of prefixes before the same instruction at the same place makes
 * fools of itself and of us, and of nobody else.
 */
static noinline int svm_emulate_length(struct svm_vcpu *svm)
{
	struct x86_vcpu *x = &svm->x;
	u64 linear = svm_linear_rip(svm);
	u32 code = svm_control(svm)->exit_code;
	struct svm_length *slot = svm_length_slot(svm, linear);
	struct x86_walk walk;
	u64 fault_linear;
	int count, n = 0;
	u8 insn[15];

	count = x86_fetch(x, insn, &walk, &fault_linear);
	while (n < count && svm_is_prefix(insn[n], x86_long_mode(x)))
		n++;
	n += svm_opcode_bytes(code);
	if (count < 0 || n > count) {
		svm_flush_tag(svm);
		return AXVCPU_OUT_WORK;
	}
	slot->linear = linear;
	slot->cr3 = svm->vmcb->save.cr3;
	slot->code = code;
	slot->length = n;
	return AXVCPU_OUT_AGAIN;
}

/* An instruction done here is a step too. */
static noinline int svm_emulate_cr(struct svm_vcpu *svm)
{
	u64 rip = svm->x.rip;
	int out = svm_cr_emulate(svm);

	if (svm->x.core.request_flags & AXVCPU_RUN_SINGLE_STEP &&
	    (out == AXVCPU_OUT_AGAIN || out == AXVCPU_OUT_WORK) &&
	    svm->x.rip != rip)
		return x86_exit_step(&svm->x, svm_control(svm)->exit_code);
	return out;
}

int svm_emulate(struct axvcpu_vcpu *vcpu)
{
	struct svm_vcpu *svm = to_svm(vcpu);

	svm_sync_mode(&svm->x);
	switch (svm->emulation) {
	case SVM_EMULATE_IO:
		return x86_io_emulate(&svm->x);
	case SVM_EMULATE_CR:
		return svm_emulate_cr(svm);
	case SVM_EMULATE_LENGTH:
		return svm_emulate_length(svm);
	default:
		return svm_emulate_npf(svm);
	}
}
