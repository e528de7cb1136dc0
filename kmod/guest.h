/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host kernel wants to be told around guest mode: time accounting, RCU,
 * context tracking, and lockdep's view of the interrupt flag.
 *
 * begin and end bracket a back end's inner run loop; enter and exit bracket one
 * trip to the guest in it, and what is between them is noinstr.
 */
#ifndef AXVCPU_GUEST_H
#define AXVCPU_GUEST_H

#include <linux/context_tracking.h>
#include <linux/ftrace.h>
#include <linux/instrumentation.h>
#include <linux/irqflags.h>
#include <linux/rcupdate.h>
#include <linux/vtime.h>

/*
 * With interrupts off. From here the task's time is guest time, what the tick
 * finds between two trips included. No RCU read-side section spans this.
 */
static inline void axvcpu_guest_begin(void)
{
	vtime_account_guest_enter();
}

/** axvcpu_guest_end() - the opposite, with interrupts off */
static inline void axvcpu_guest_end(void)
{
	vtime_account_guest_exit();
}

/*
 * A host interrupt, perhaps the tick, ended guest mode; interrupts are on. Where
 * context tracking does not tell RCU that guest mode is a quiescent state, say so
 * now: the tick has seen kernel mode, and a guest can run without end.
 */
static inline void axvcpu_guest_interrupted(void)
{
	local_irq_disable();
	rcu_note_context_switch(false);
	local_irq_enable();
}

/*
 * The guest runs with interrupts on, and lockdep and tracing are to know, or
 * context tracking is in use. Else a trip needs neither enter() nor exit().
 */
static __always_inline bool axvcpu_guest_tracked(void)
{
	return IS_ENABLED(CONFIG_TRACE_IRQFLAGS) || context_tracking_enabled();
}

/* With interrupts off. */
static __always_inline void axvcpu_guest_enter(void)
{
	instrumentation_begin();
	trace_hardirqs_on_prepare();
	lockdep_hardirqs_on_prepare();
	instrumentation_end();
	context_tracking_guest_enter();
	lockdep_hardirqs_on(CALLER_ADDR0);
}

/** axvcpu_guest_exit() - the opposite, with interrupts off */
static __always_inline void axvcpu_guest_exit(void)
{
	lockdep_hardirqs_off(CALLER_ADDR0);
	context_tracking_guest_exit();
	instrumentation_begin();
	trace_hardirqs_off_finish();
	instrumentation_end();
}

#endif /* AXVCPU_GUEST_H */
