/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one function that changes the state word, for state.c and for RUN, whose two
 * changes are on the run path and have their fast form here.
 */
#ifndef AXVCPU_CHANGE_H
#define AXVCPU_CHANGE_H

#include <linux/tracepoint-defs.h>

#include "state.h"
#include "vcpu.h"

DECLARE_TRACEPOINT(axvcpu_state);

/* Trace a change, and keep it in the history if its rule says so. */
void axvcpu_state_record(struct axvcpu_vcpu *vcpu, u32 from, u32 to,
			 unsigned int call);

/* RUN's pairs are counted, and not kept. */
static __always_inline void axvcpu_state_tell(struct axvcpu_vcpu *vcpu, u32 from,
					      u32 to, unsigned int call)
{
	if (!__builtin_constant_p(call) || call != AXVCPU_CALL_RUN ||
	    tracepoint_enabled(axvcpu_state))
		axvcpu_state_record(vcpu, from, to, call);
}

/* Whoever RUNs has been through SETUP; before that the run page may be missing. */
static __always_inline void axvcpu_state_show(struct axvcpu_vcpu *vcpu, u32 state,
					      unsigned int call)
{
	struct axvcpu_run *run = READ_ONCE(vcpu->run);

	if ((__builtin_constant_p(call) && call == AXVCPU_CALL_RUN) || run)
		WRITE_ONCE(run->state, state);
}

/*
 * From @old, as read and judged by the caller, to @state with @busy. Who lets go of
 * the vCPU tells before that: the next owner must not be overtaken. Return: false:
 * the word was not @old any more.
 */
static __always_inline bool axvcpu_state_change(struct axvcpu_vcpu *vcpu,
						int old, u32 state, int busy,
						unsigned int call)
{
	u32 from = old & AXVCPU_STATE_MASK;
	bool owned = old & AXVCPU_BUSY;

	if (owned) {
		if (from != state)
			axvcpu_state_tell(vcpu, from, state, call);
		axvcpu_state_show(vcpu, state, call);
	}
	if (atomic_cmpxchg(&vcpu->state.word, old, state | busy) != old)
		return false;
	if (!owned && from != state) {
		axvcpu_state_tell(vcpu, from, state, call);
		axvcpu_state_show(vcpu, state, call);
	}
	return true;
}

/* axvcpu_state_begin() and axvcpu_state_end() for RUN */
static __always_inline int axvcpu_state_begin_run(struct axvcpu_vcpu *vcpu)
{
	if (likely(axvcpu_state_change(vcpu, AXVCPU_STATE_READY,
				       AXVCPU_STATE_RUNNING, AXVCPU_BUSY,
				       AXVCPU_CALL_RUN)))
		return 0;
	return axvcpu_state_begin(vcpu, AXVCPU_CALL_RUN);
}

/* The owner alone changes the word: what is stored was not compared for nothing. */
static __always_inline void axvcpu_state_end_run(struct axvcpu_vcpu *vcpu)
{
	if (unlikely(atomic_read(&vcpu->state.word) !=
		     (AXVCPU_STATE_RUNNING | AXVCPU_BUSY))) {
		axvcpu_state_end(vcpu, AXVCPU_CALL_RUN, true);
		return;
	}
	vcpu->history.runs++;
	axvcpu_state_tell(vcpu, AXVCPU_STATE_RUNNING, AXVCPU_STATE_READY,
			  AXVCPU_CALL_RUN);
	axvcpu_state_show(vcpu, AXVCPU_STATE_READY, AXVCPU_CALL_RUN);
	atomic_set_release(&vcpu->state.word, AXVCPU_STATE_READY);
}

#endif /* AXVCPU_CHANGE_H */
