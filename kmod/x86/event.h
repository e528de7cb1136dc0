/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue of events, and what emulation does to the PC. */
#ifndef AXVCPU_X86_EVENT_H
#define AXVCPU_X86_EVENT_H

#include "x86.h"

void x86_events_reset(struct x86_vcpu *x);
int x86_inject_interrupt(struct axvcpu_vcpu *vcpu, u32 type, u32 vector);
int x86_inject_exception(struct axvcpu_vcpu *vcpu,
			 const struct axvcpu_inject *event);
/* An exception that has an error code, or none, as the processor pushes it. */
bool x86_exception_valid(u32 vector, bool has_error_code);
/*
 * Raise an exception of the guest's own doing at the current RIP, merging with
 * one that waits (contributory, #DF, shutdown) by the rules of the manual.
 */
void x86_queue_exception(struct x86_vcpu *x, u8 vector, bool has_error_code,
			 u32 error_code, u64 address);
static inline void x86_queue_gp(struct x86_vcpu *x, u32 error_code)
{
	x86_queue_exception(x, X86_VECTOR_GP, true, error_code, 0);
}

static inline void x86_queue_ud(struct x86_vcpu *x)
{
	x86_queue_exception(x, X86_VECTOR_UD, false, 0, 0);
}

/*
 * An event as it goes into the hardware: EVENTINJ of SVM, and in two halves the fields
 * of a VMCS, which have the same form (APM Volume 2, 15.20; SDM Volume 3, 25.8.3).
 */
#define X86_EVENT_VECTOR	0xffULL
#define X86_EVENT_TYPE		(7ULL << 8)
#define X86_EVENT_TYPE_SHIFT	8
#define X86_EVENT_INTR		(0ULL << 8)
#define X86_EVENT_NMI		(2ULL << 8)
#define X86_EVENT_EXCEPTION	(3ULL << 8)
#define X86_EVENT_HAS_ERROR	BIT_ULL(11)
#define X86_EVENT_VALID		BIT_ULL(31)
#define X86_EVENT_ERROR_SHIFT	32
/*
 * Take what this entry injects out of the queue. @real: the guest is in real mode, where
 * exceptions have no error code; @step: over the next instruction, so no interrupt. An
 * exception's registers are the back end's, before. Return: 0: nothing.
 */
u64 x86_take_event(struct x86_vcpu *x, bool real, bool step);
/* It was not delivered, or not to the end: it waits again, as the first. */
void x86_reinject(struct x86_vcpu *x, u64 event);
/* The highest vector that waits, or -1. */
int x86_events_interrupt(const struct x86_vcpu *x);
/* Recompute @any after something was taken. */
void x86_events_taken(struct x86_vcpu *x);
/* What was cut short waits behind the exception that is taken now. */
void x86_requeue_behind(struct x86_vcpu *x);
/* The event that an exit cut short is an exception. */
static inline bool x86_reinject_is_exception(const struct x86_vcpu *x)
{
	return x->events.reinject == AXVCPU_EVENT_EXCEPTION + 1;
}

/* The guest can take an interrupt now. */
static inline bool x86_window_open(const struct x86_vcpu *x)
{
	return x->rflags & X86_EFLAGS_IF && !x->interrupt_shadow;
}

bool x86_runnable(struct axvcpu_vcpu *vcpu);
bool x86_interruptible(struct axvcpu_vcpu *vcpu);
void x86_get_events(struct x86_vcpu *x, struct axvcpu_x86_events *e);
int x86_set_events(struct x86_vcpu *x, const struct axvcpu_x86_events *e);

/* The rare part of x86_skip(). */
void x86_skip_slow(struct x86_vcpu *x, u64 next_rip);

/*
 * Past an emulated instruction: RIP (wrapped at 4 GiB outside of 64-bit code),
 * interrupt shadow cleared, RF cleared, #DB queued if RFLAGS.TF was set before.
 * x->mode need not be synced.
 */
static inline void x86_skip(struct x86_vcpu *x, u64 next_rip)
{
	if (unlikely((x->rflags & (X86_EFLAGS_TF | X86_EFLAGS_RF)) ||
		     (x->rip ^ next_rip) >> 32)) {
		x86_skip_slow(x, next_rip);
		return;
	}
	x->rip = next_rip;
	x->interrupt_shadow = false;
}

#endif /* AXVCPU_X86_EVENT_H */
