/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state machine of a vCPU: one atomic word, a table, and the one function
 * that changes it (change.h).
 */
#ifndef AXVCPU_STATE_H
#define AXVCPU_STATE_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "../uapi/axvcpu.h"

struct axvcpu_vcpu;

/* Calls that own the vCPU without changing its state, beside enum axvcpu_call */
enum axvcpu_call_internal {
	AXVCPU_CALL_ACCESS = AXVCPU_CALL_COUNT,	/* registers, TRANSLATE, return value */
	AXVCPU_CALL_EXCEPTION,			/* INJECT of an exception */
	AXVCPU_CALL_ALL,
};

/** struct axvcpu_state_word - enum axvcpu_state, and AXVCPU_BUSY */
struct axvcpu_state_word {
	atomic_t word;
};
#define AXVCPU_STATE_MASK	0xff
#define AXVCPU_BUSY		0x100

struct axvcpu_history {
	spinlock_t lock;
	u64 count;
	u64 runs;
	struct axvcpu_transition ring[AXVCPU_HISTORY];
};

/** struct axvcpu_state_rule - what one call needs and does */
struct axvcpu_state_rule {
	u32 needs;		/* bit per enum axvcpu_state */
	s8 during;		/* state while the call runs, -1: unchanged */
	s8 after;		/* state after success, -1: unchanged */
	bool recorded;		/* in the history */
};
extern const struct axvcpu_state_rule axvcpu_state_rules[AXVCPU_CALL_ALL];

void axvcpu_state_new(struct axvcpu_vcpu *vcpu);

/**
 * axvcpu_state_begin() - own the vCPU for @call
 *
 * Return: 0; -EBUSY: another call owns it (checked first); -EBADFD: wrong state.
 */
int axvcpu_state_begin(struct axvcpu_vcpu *vcpu, unsigned int call);

/** axvcpu_state_end() - the opposite; @ok: the call succeeded, the state moves */
void axvcpu_state_end(struct axvcpu_vcpu *vcpu, unsigned int call, bool ok);

/* RUN sleeps in the kernel for an event: Running, Blocked, Running. */
void axvcpu_state_wait(struct axvcpu_vcpu *vcpu);
void axvcpu_state_wake(struct axvcpu_vcpu *vcpu);

/** axvcpu_state_lost() - the owner found the hardware state unknown: Invalid */
void axvcpu_state_lost(struct axvcpu_vcpu *vcpu);

u32 axvcpu_state_get(const struct axvcpu_vcpu *vcpu);
void axvcpu_state_report(struct axvcpu_vcpu *vcpu,
			 struct axvcpu_get_state *report);

#endif /* AXVCPU_STATE_H */
