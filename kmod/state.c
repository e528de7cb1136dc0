// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/bits.h>
#include <linux/ktime.h>

#include "change.h"
#include "state.h"
#include "trace.h"
#include "vcpu.h"

#define IN(state)	BIT(AXVCPU_STATE_##state)
#define KEEP		(-1)

/* A call that is not listed for a state returns -EBADFD there. */
const struct axvcpu_state_rule axvcpu_state_rules[AXVCPU_CALL_ALL] = {
	[AXVCPU_CALL_CREATE] = {
		.needs = 0,
		.during = KEEP,
		.after = AXVCPU_STATE_CREATED,
		.recorded = true,
	},
	[AXVCPU_CALL_SETUP] = {
		.needs = IN(CREATED),
		.during = KEEP,
		.after = AXVCPU_STATE_FREE,
		.recorded = true,
	},
	[AXVCPU_CALL_BIND] = {
		.needs = IN(FREE),
		.during = KEEP,
		.after = AXVCPU_STATE_READY,
		.recorded = true,
	},
	[AXVCPU_CALL_RUN] = {
		.needs = IN(READY),
		.during = AXVCPU_STATE_RUNNING,
		.after = AXVCPU_STATE_READY,
	},
	[AXVCPU_CALL_RUN_DONE] = {
		.needs = IN(RUNNING),
		.during = KEEP,
		.after = AXVCPU_STATE_READY,
	},
	[AXVCPU_CALL_WAIT] = {
		.needs = IN(RUNNING),
		.during = KEEP,
		.after = AXVCPU_STATE_BLOCKED,
		.recorded = true,
	},
	[AXVCPU_CALL_WAKE] = {
		.needs = IN(BLOCKED),
		.during = KEEP,
		.after = AXVCPU_STATE_RUNNING,
		.recorded = true,
	},
	[AXVCPU_CALL_UNBIND] = {
		.needs = IN(READY),
		.during = KEEP,
		.after = AXVCPU_STATE_FREE,
		.recorded = true,
	},
	[AXVCPU_CALL_RESET] = {
		.needs = IN(CREATED) | IN(FREE) | IN(READY) | IN(INVALID),
		.during = KEEP,
		.after = AXVCPU_STATE_CREATED,
		.recorded = true,
	},
	[AXVCPU_CALL_LOST] = {
		.needs = IN(CREATED) | IN(FREE) | IN(READY) | IN(RUNNING) |
			 IN(BLOCKED),
		.during = KEEP,
		.after = AXVCPU_STATE_INVALID,
		.recorded = true,
	},
	[AXVCPU_CALL_ACCESS] = {
		.needs = IN(FREE) | IN(READY),
		.during = KEEP,
		.after = KEEP,
	},
	[AXVCPU_CALL_EXCEPTION] = {
		.needs = IN(READY),
		.during = KEEP,
		.after = KEEP,
	},
};

static void axvcpu_state_keep(struct axvcpu_vcpu *vcpu, u32 from, u32 to,
			      unsigned int call)
{
	struct axvcpu_history *history = &vcpu->history;
	struct axvcpu_transition *slot;
	unsigned long flags;

	spin_lock_irqsave(&history->lock, flags);
	slot = &history->ring[history->count % AXVCPU_HISTORY];
	slot->from = from;
	slot->to = to;
	slot->cause = call;
	slot->time_ns = ktime_get_ns();
	history->count++;
	spin_unlock_irqrestore(&history->lock, flags);
}

void axvcpu_state_record(struct axvcpu_vcpu *vcpu, u32 from, u32 to,
			 unsigned int call)
{
	trace_axvcpu_state(vcpu, from, to, call);
	if (axvcpu_state_rules[call].recorded)
		axvcpu_state_keep(vcpu, from, to, call);
}

void axvcpu_state_new(struct axvcpu_vcpu *vcpu)
{
	spin_lock_init(&vcpu->history.lock);
	atomic_set(&vcpu->state.word, AXVCPU_STATE_CREATED);
	axvcpu_state_record(vcpu, AXVCPU_STATE_CREATED, AXVCPU_STATE_CREATED,
			    AXVCPU_CALL_CREATE);
}

int axvcpu_state_begin(struct axvcpu_vcpu *vcpu, unsigned int call)
{
	const struct axvcpu_state_rule *rule = &axvcpu_state_rules[call];
	u32 state;
	int old;

	do {
		old = atomic_read(&vcpu->state.word);
		if (old & AXVCPU_BUSY)
			return -EBUSY;
		state = old & AXVCPU_STATE_MASK;
		if (!(rule->needs & BIT(state)))
			return -EBADFD;
		if (rule->during != KEEP)
			state = rule->during;
	} while (!axvcpu_state_change(vcpu, old, state, AXVCPU_BUSY, call));
	return 0;
}

void axvcpu_state_end(struct axvcpu_vcpu *vcpu, unsigned int call, bool ok)
{
	const struct axvcpu_state_rule *rule = &axvcpu_state_rules[call];
	/* The owner alone changes the word: no loop is needed. */
	int old = atomic_read(&vcpu->state.word);
	u32 state = old & AXVCPU_STATE_MASK;

	if (state != AXVCPU_STATE_INVALID || call == AXVCPU_CALL_RESET)
		if ((ok || rule->during != KEEP) && rule->after != KEEP)
			state = rule->after;
	if (call == AXVCPU_CALL_RUN)
		WRITE_ONCE(vcpu->history.runs, vcpu->history.runs + 1);
	axvcpu_state_change(vcpu, old, state, 0, call);
}

/* A step of the owner inside a call; the BUSY bit stays. */
static void axvcpu_state_step(struct axvcpu_vcpu *vcpu, unsigned int call)
{
	int old = atomic_read(&vcpu->state.word);

	if (axvcpu_state_rules[call].needs & BIT(old & AXVCPU_STATE_MASK))
		axvcpu_state_change(vcpu, old, axvcpu_state_rules[call].after,
				    old & AXVCPU_BUSY, call);
}

void axvcpu_state_wait(struct axvcpu_vcpu *vcpu)
{
	axvcpu_state_step(vcpu, AXVCPU_CALL_WAIT);
}

void axvcpu_state_wake(struct axvcpu_vcpu *vcpu)
{
	axvcpu_state_step(vcpu, AXVCPU_CALL_WAKE);
}

void axvcpu_state_lost(struct axvcpu_vcpu *vcpu)
{
	axvcpu_state_step(vcpu, AXVCPU_CALL_LOST);
}

u32 axvcpu_state_get(const struct axvcpu_vcpu *vcpu)
{
	return atomic_read(&vcpu->state.word) & AXVCPU_STATE_MASK;
}

void axvcpu_state_report(struct axvcpu_vcpu *vcpu,
			 struct axvcpu_get_state *report)
{
	struct axvcpu_history *history = &vcpu->history;
	int word = atomic_read(&vcpu->state.word);
	unsigned int i, first, valid;
	unsigned long flags;

	report->state = word & AXVCPU_STATE_MASK;
	report->busy = !!(word & AXVCPU_BUSY);
	report->power = READ_ONCE(vcpu->power);
	report->cpu = READ_ONCE(vcpu->bound_cpu);
	report->runs = READ_ONCE(history->runs);
	spin_lock_irqsave(&history->lock, flags);
	report->transitions = history->count;
	valid = min_t(u64, history->count, AXVCPU_HISTORY);
	first = history->count - valid;
	for (i = 0; i < valid; i++)
		report->history[i] =
			history->ring[(first + i) % AXVCPU_HISTORY];
	spin_unlock_irqrestore(&history->lock, flags);
}
