/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exit record. A back end writes it straight into the run page, and nobody
 * reads it back: what the kernel needs later it keeps in the vCPU.
 */
#ifndef AXVCPU_EXIT_H
#define AXVCPU_EXIT_H

#include <linux/ktime.h>
#include <linux/timex.h>
#include <linux/tracepoint-defs.h>

#include "arch.h"
#include "vcpu.h"

/**
 * axvcpu_exit_begin() - start the record of an exit
 * @hw_code: the hardware's own exit code
 *
 * Return: the record, reason, flags (0) and hw_code written; the caller fills
 * the union, next_pc (0 by default), and calls axvcpu_exit_pending() if an
 * answer is needed, then returns AXVCPU_OUT_EXIT. pc, seq and time_ns are
 * written by axvcpu_exit_finish() in the core.
 */
static inline struct axvcpu_exit *axvcpu_exit_begin(struct axvcpu_vcpu *vcpu,
						    u32 reason, u64 hw_code)
{
	struct axvcpu_exit *exit = &vcpu->run->exit;

	vcpu->exit_reason = reason;
	exit->reason = reason;
	exit->flags = 0;
	exit->hw_code = hw_code;
	exit->next_pc = 0;
	return exit;
}

/** axvcpu_exit_pending() - the next RUN needs an answer */
static inline void axvcpu_exit_pending(struct axvcpu_vcpu *vcpu,
				       struct axvcpu_exit *exit)
{
	exit->flags |= AXVCPU_EXIT_PENDING;
	vcpu->pending = true;
}

/* NOTHING, with its cause; returns AXVCPU_OUT_EXIT */
int axvcpu_exit_nothing(struct axvcpu_vcpu *vcpu, u32 cause);

/* NESTED_PAGE_FAULT from vcpu->fault; @insn: bytes known or NULL */
int axvcpu_exit_npf(struct axvcpu_vcpu *vcpu, u64 hw_code, const u8 *insn,
		    unsigned int length);

/* FAIL_ENTRY with the failed check in words */
int axvcpu_exit_fail_entry(struct axvcpu_vcpu *vcpu, u64 hw_reason,
			   const char *check);

/* UNKNOWN of what we know and do not do: @what says it in words */
int axvcpu_exit_unhandled(struct axvcpu_vcpu *vcpu, const char *what, u64 code,
			  u64 qualification, u64 qualification2);

/* UNKNOWN with the hardware's raw words */
int axvcpu_exit_unknown(struct axvcpu_vcpu *vcpu, u64 code, u64 qualification,
			u64 qualification2);

DECLARE_TRACEPOINT(axvcpu_report);
void axvcpu_exit_trace(const struct axvcpu_vcpu *vcpu, u32 reason, u64 pc);

/** axvcpu_exit_finish() - what the core adds to every record when RUN returns */
static __always_inline void axvcpu_exit_finish(struct axvcpu_vcpu *vcpu)
{
	struct axvcpu_run *run = vcpu->run;
	u32 reason;
	u64 cycles, pc;

	/* What comes after the calls needs no register across them. */
	run->exit.time_ns = ktime_get_mono_fast_ns();
	pc = static_call(axvcpu_arch_show)(vcpu, run);
	run->exit.pc = pc;
	run->exit.seq = vcpu->seq;
	vcpu->seq++;
	reason = vcpu->exit_reason;
	cycles = get_cycles() - vcpu->entry_cycles;
	vcpu->stats.exit[reason].count++;
	/* Counters of two CPUs may differ a little. */
	if (likely((s64)cycles > 0))
		vcpu->stats.exit[reason].cycles += cycles;
	if (tracepoint_enabled(axvcpu_report))
		axvcpu_exit_trace(vcpu, reason, pc);
}

/*
 * Copy and check run->complete, FAULT or CANCEL, for what is pending; @action is what
 * was read of it. Return: 0, or -EINVAL.
 */
int axvcpu_exit_answer(struct axvcpu_vcpu *vcpu, u32 action,
		       struct axvcpu_complete *answer);

#endif /* AXVCPU_EXIT_H */
