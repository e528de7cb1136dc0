// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/minmax.h>
#include <linux/string.h>

#include "arch.h"
#include "exit.h"
#include "trace.h"

int axvcpu_exit_nothing(struct axvcpu_vcpu *vcpu, u32 cause)
{
	struct axvcpu_exit *exit =
		axvcpu_exit_begin(vcpu, AXVCPU_EXIT_NOTHING, 0);

	exit->u.nothing.cause = cause;
	return AXVCPU_OUT_EXIT;
}

int axvcpu_exit_npf(struct axvcpu_vcpu *vcpu, u64 hw_code, const u8 *insn,
		    unsigned int length)
{
	struct axvcpu_exit *exit = axvcpu_exit_begin(
		vcpu, AXVCPU_EXIT_NESTED_PAGE_FAULT, hw_code);

	exit->u.npf.gpa = vcpu->fault.gpa;
	exit->u.npf.gva = vcpu->fault.access & AXVCPU_ACCESS_GVA ?
				  vcpu->fault.gva : 0;
	exit->u.npf.access = vcpu->fault.access;
	exit->u.npf.cause = vcpu->fault.cause;
	exit->u.npf.host_errno = vcpu->fault.host_errno;
	length = min_t(unsigned int, length, sizeof(exit->u.npf.insn));
	exit->u.npf.insn_length = length;
	memset(exit->u.npf.insn, 0, sizeof(exit->u.npf.insn));
	if (length)
		memcpy(exit->u.npf.insn, insn, length);
	return AXVCPU_OUT_EXIT;
}

int axvcpu_exit_fail_entry(struct axvcpu_vcpu *vcpu, u64 hw_reason,
			   const char *check)
{
	struct axvcpu_exit *exit =
		axvcpu_exit_begin(vcpu, AXVCPU_EXIT_FAIL_ENTRY, hw_reason);

	exit->u.fail_entry.hw_reason = hw_reason;
	strscpy_pad(exit->u.fail_entry.check, check,
		    sizeof(exit->u.fail_entry.check));
	return AXVCPU_OUT_EXIT;
}

int axvcpu_exit_unhandled(struct axvcpu_vcpu *vcpu, const char *what, u64 code,
			  u64 qualification, u64 qualification2)
{
	struct axvcpu_exit *exit =
		axvcpu_exit_begin(vcpu, AXVCPU_EXIT_UNKNOWN, code);

	exit->u.unknown.code = code;
	exit->u.unknown.qualification = qualification;
	exit->u.unknown.qualification2 = qualification2;
	strscpy_pad(exit->u.unknown.what, what, sizeof(exit->u.unknown.what));
	return AXVCPU_OUT_EXIT;
}

int axvcpu_exit_unknown(struct axvcpu_vcpu *vcpu, u64 code, u64 qualification,
			u64 qualification2)
{
	return axvcpu_exit_unhandled(vcpu, "", code, qualification,
				     qualification2);
}

void axvcpu_exit_trace(const struct axvcpu_vcpu *vcpu, u32 reason, u64 pc)
{
	trace_axvcpu_report(vcpu, reason, pc);
}

int axvcpu_exit_answer(struct axvcpu_vcpu *vcpu, u32 action,
		       struct axvcpu_complete *answer)
{
	const struct axvcpu_complete *shared = &vcpu->run->complete;

	if (action != AXVCPU_ANSWER_FAULT && action != AXVCPU_ANSWER_CANCEL)
		return -EINVAL;
	/* One read each of shared memory; nothing of it is read again. */
	answer->action = action;
	answer->vector = READ_ONCE(shared->vector);
	answer->has_error_code = READ_ONCE(shared->has_error_code);
	answer->error_code = READ_ONCE(shared->error_code);
	if (action == AXVCPU_ANSWER_FAULT &&
	    (answer->has_error_code > 1 || READ_ONCE(shared->reserved)))
		return -EINVAL;
	return 0;
}
