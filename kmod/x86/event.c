// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events that wait to be raised in the guest: interrupts and NMIs from any
 * thread, exceptions of the guest's own doing, and deliveries that an exit cut
 * short. A back end takes them when it enters the guest.
 *
 * No lock: bits of a map and one small counter are changed by atomic operations.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <uapi/asm/debugreg.h>
#include <asm/processor-flags.h>

#include "event.h"

#define X86_VECTORS		256
#define X86_NMI_MAX		2	/* one in service's shadow, one latched */

/* Exceptions that push an error code, and all that an INJECT may raise. */
#define X86_WITH_ERROR_CODE	(BIT(8) | BIT(10) | BIT(11) | BIT(12) | \
				 BIT(13) | BIT(14) | BIT(17))
#define X86_WITHOUT_ERROR_CODE	(BIT(0) | BIT(1) | BIT(3) | BIT(4) | BIT(5) | \
				 BIT(6) | BIT(7) | BIT(16) | BIT(18) | BIT(19))
/* Two of these in a row make a double fault (APM Volume 2, 8.2.9). */
#define X86_CONTRIBUTORY	(BIT(0) | BIT(10) | BIT(11) | BIT(12) | BIT(13))

void x86_events_reset(struct x86_vcpu *x)
{
	struct x86_events *e = &x->events;

	bitmap_zero(e->interrupts, X86_VECTORS);
	atomic_set(&e->nmi_pending, 0);
	e->nmi_masked = false;
	e->shutdown = false;
	e->exception_pending = false;
	e->reinject = 0;
	x86_events_taken(x);
}

/* Another thread may add something meanwhile: it sets @any after that. */
void x86_events_taken(struct x86_vcpu *x)
{
	struct x86_events *e = &x->events;

	WRITE_ONCE(e->any, false);
	smp_mb();
	if (e->exception_pending || e->reinject || e->shutdown ||
	    e->nmi_masked || atomic_read(&e->nmi_pending) ||
	    !bitmap_empty(e->interrupts, X86_VECTORS))
		WRITE_ONCE(e->any, true);
}

static int x86_inject_nmi(struct x86_events *e)
{
	if (!atomic_add_unless(&e->nmi_pending, 1, X86_NMI_MAX))
		return -EBUSY;
	WRITE_ONCE(e->any, true);
	return 0;
}

int x86_inject_interrupt(struct axvcpu_vcpu *vcpu, u32 type, u32 vector)
{
	struct x86_events *e = &to_x86(vcpu)->events;

	if (type == AXVCPU_EVENT_NMI)
		return vector ? -EINVAL : x86_inject_nmi(e);
	if (vector >= X86_VECTORS)
		return -EINVAL;
	if (test_and_set_bit(vector, e->interrupts))
		return -EBUSY;
	WRITE_ONCE(e->any, true);
	return 0;
}

int x86_events_interrupt(const struct x86_vcpu *x)
{
	unsigned long vector = find_last_bit(x->events.interrupts, X86_VECTORS);

	return vector < X86_VECTORS ? vector : -1;
}

/* The vector has an error code or none, as the processor pushes it. */
bool x86_exception_valid(u32 vector, bool has_error_code)
{
	u32 known = has_error_code ? X86_WITH_ERROR_CODE :
				     X86_WITHOUT_ERROR_CODE;

	return vector < 32 && (known & BIT(vector));
}

int x86_inject_exception(struct axvcpu_vcpu *vcpu,
			 const struct axvcpu_inject *event)
{
	struct x86_vcpu *x = to_x86(vcpu);

	if (!x86_exception_valid(event->vector, event->has_error_code))
		return -EINVAL;
	if (event->error_code >> (event->has_error_code ? 16 : 0))
		return -EINVAL;
	if (event->address && event->vector != X86_VECTOR_PF &&
	    event->vector != X86_VECTOR_DB)
		return -EINVAL;
	if (x->events.exception_pending)
		return -EBUSY;
	x86_queue_exception(x, event->vector, event->has_error_code,
			    event->error_code, event->address);
	return 0;
}

static void x86_set_exception(struct x86_events *e, u8 vector,
			      bool has_error_code, u32 error_code, u64 address)
{
	e->exception_pending = true;
	e->exception_vector = vector;
	e->exception_has_error_code = has_error_code;
	e->exception_error_code = error_code;
	e->exception_address = address;
	WRITE_ONCE(e->any, true);
}

static bool x86_contributory(u8 vector)
{
	return vector < 32 && (X86_CONTRIBUTORY & BIT(vector));
}

/* @second while @first is delivered makes a double fault (8.2.9, table 8-5). */
static bool x86_doubles(u8 first, u8 second)
{
	if (first == X86_VECTOR_PF)
		return second == X86_VECTOR_PF || x86_contributory(second);
	return x86_contributory(first) && x86_contributory(second);
}

void x86_queue_exception(struct x86_vcpu *x, u8 vector, bool has_error_code,
			 u32 error_code, u64 address)
{
	struct x86_events *e = &x->events;
	bool cut_short = x86_reinject_is_exception(x);
	u8 first = cut_short ? e->reinject_vector : e->exception_vector;

	if (!cut_short && !e->exception_pending) {
		x86_set_exception(e, vector, has_error_code, error_code,
				  address);
		return;
	}
	/*
	 * Benign pairs: the second goes first, and the instruction that is then
	 * executed again raises the first one anew.
	 */
	if (cut_short)
		e->reinject = 0;
	if (first == X86_VECTOR_DF && (x86_contributory(vector) ||
				       vector == X86_VECTOR_PF)) {
		e->exception_pending = false;
		e->shutdown = true;
		WRITE_ONCE(e->any, true);
	} else if (x86_doubles(first, vector)) {
		x86_set_exception(e, X86_VECTOR_DF, true, 0, 0);
	} else {
		x86_set_exception(e, vector, has_error_code, error_code,
				  address);
	}
}

/*
 * An exception goes first, and the interrupt or NMI that it met on its way waits
 * for its handler like any other.
 */
void x86_requeue_behind(struct x86_vcpu *x)
{
	struct x86_events *e = &x->events;

	if (e->reinject == AXVCPU_EVENT_INTERRUPT + 1) {
		set_bit(e->reinject_vector, e->interrupts);
	} else if (e->reinject == AXVCPU_EVENT_NMI + 1) {
		e->nmi_masked = false;
		atomic_add_unless(&e->nmi_pending, 1, X86_NMI_MAX);
	}
	e->reinject = 0;
}

static u64 x86_event(u64 type, u8 vector, bool has_error, u32 error_code)
{
	u64 event = X86_EVENT_VALID | type | vector;

	if (has_error)
		event |= X86_EVENT_HAS_ERROR |
			 (u64)error_code << X86_EVENT_ERROR_SHIFT;
	return event;
}

/* Deliver again what an exit cut short. 0: INT n, which RIP is still at. */
static u64 x86_take_reinject(struct x86_events *e, bool real)
{
	u8 kind = e->reinject;

	e->reinject = 0;
	switch (kind) {
	case AXVCPU_EVENT_INTERRUPT + 1:
		return x86_event(X86_EVENT_INTR, e->reinject_vector, false, 0);
	case AXVCPU_EVENT_NMI + 1:
		return x86_event(X86_EVENT_NMI, X86_VECTOR_NMI, false, 0);
	case AXVCPU_EVENT_EXCEPTION + 1:
		return x86_event(X86_EVENT_EXCEPTION, e->reinject_vector,
				 e->reinject_has_error_code && !real,
				 e->reinject_error_code);
	default:
		return 0;
	}
}

u64 x86_take_event(struct x86_vcpu *x, bool real, bool step)
{
	struct x86_events *e = &x->events;
	u64 event;
	int vector;

	if (e->exception_pending) {
		x86_requeue_behind(x);
		e->exception_pending = false;
		return x86_event(X86_EVENT_EXCEPTION, e->exception_vector,
				 e->exception_has_error_code && !real,
				 e->exception_error_code);
	}
	if (e->reinject) {
		event = x86_take_reinject(e, real);
		if (event)
			return event;
	}
	if (step)
		return 0;
	if (atomic_read(&e->nmi_pending) && !e->nmi_masked &&
	    !x->interrupt_shadow) {
		atomic_dec(&e->nmi_pending);
		e->nmi_masked = true;
		return x86_event(X86_EVENT_NMI, X86_VECTOR_NMI, false, 0);
	}
	vector = x86_window_open(x) ? x86_events_interrupt(x) : -1;
	if (vector < 0)
		return 0;
	clear_bit(vector, e->interrupts);
	return x86_event(X86_EVENT_INTR, vector, false, 0);
}

void x86_reinject(struct x86_vcpu *x, u64 event)
{
	struct x86_events *e = &x->events;

	switch (event & X86_EVENT_TYPE) {
	case X86_EVENT_INTR:
		e->reinject = AXVCPU_EVENT_INTERRUPT + 1;
		break;
	case X86_EVENT_NMI:
		e->reinject = AXVCPU_EVENT_NMI + 1;
		/* Whoever delivered it, the guest has not seen its IRET yet. */
		e->nmi_masked = true;
		break;
	default:
		e->reinject = AXVCPU_EVENT_EXCEPTION + 1;
		break;
	}
	e->reinject_vector = event & X86_EVENT_VECTOR;
	e->reinject_has_error_code = event & X86_EVENT_HAS_ERROR;
	e->reinject_error_code = event & X86_EVENT_HAS_ERROR ?
					 event >> X86_EVENT_ERROR_SHIFT : 0;
	e->reinject_length = 0;
	WRITE_ONCE(e->any, true);
}

bool x86_interruptible(struct axvcpu_vcpu *vcpu)
{
	return x86_window_open(to_x86(vcpu));
}

/* Read by other threads too: what they see may be old, and they ask again. */
bool x86_runnable(struct axvcpu_vcpu *vcpu)
{
	struct x86_vcpu *x = to_x86(vcpu);
	struct x86_events *e = &x->events;

	if (!READ_ONCE(e->any))
		return false;
	if (atomic_read(&e->nmi_pending) && !READ_ONCE(e->nmi_masked))
		return true;
	if (e->exception_pending || e->reinject || e->shutdown)
		return true;
	return (READ_ONCE(x->rflags) & X86_EFLAGS_IF) &&
	       x86_events_interrupt(x) >= 0;
}

void x86_get_events(struct x86_vcpu *x, struct axvcpu_x86_events *to)
{
	const struct x86_events *e = &x->events;
	unsigned int i;

	memset(to, 0, sizeof(*to));
	for (i = 0; i < ARRAY_SIZE(to->interrupts); i++)
		to->interrupts[i] = READ_ONCE(e->interrupts[i]);
	to->nmi_pending = atomic_read(&e->nmi_pending);
	to->nmi_masked = e->nmi_masked;
	to->interrupt_shadow = x->interrupt_shadow;
	to->halted = x->core.halted;
	if (e->exception_pending) {
		to->exception_pending = 1;
		to->exception_vector = e->exception_vector;
		to->exception_has_error_code = e->exception_has_error_code;
		to->exception_error_code = e->exception_error_code;
		to->exception_address = e->exception_address;
	}
	if (e->reinject) {
		to->reinject = e->reinject;
		to->reinject_vector = e->reinject_vector;
		to->reinject_has_error_code = e->reinject_has_error_code;
		to->reinject_error_code = e->reinject_error_code;
		to->reinject_length = e->reinject_length;
	}
}

static bool x86_events_exception_valid(const struct axvcpu_x86_events *e)
{
	if (!e->exception_pending)
		return !e->exception_vector && !e->exception_has_error_code &&
		       !e->exception_error_code && !e->exception_address;
	return x86_exception_valid(e->exception_vector,
				   e->exception_has_error_code) &&
	       !(e->exception_error_code >>
		 (e->exception_has_error_code ? 16 : 0)) &&
	       (!e->exception_address ||
		e->exception_vector == X86_VECTOR_PF ||
		e->exception_vector == X86_VECTOR_DB);
}

static bool x86_events_reinject_valid(const struct axvcpu_x86_events *e)
{
	bool soft = e->reinject == AXVCPU_X86_REINJECT_SOFT;

	if (soft ? !e->reinject_length || e->reinject_length > 15 :
		   e->reinject_length)
		return false;
	switch (e->reinject) {
	case AXVCPU_EVENT_EXCEPTION + 1:
		/* Two exceptions at a time are one: see x86_queue_exception(). */
		return !e->exception_pending &&
		       x86_exception_valid(e->reinject_vector,
					   e->reinject_has_error_code) &&
		       !(e->reinject_error_code >>
			 (e->reinject_has_error_code ? 16 : 0));
	case AXVCPU_EVENT_NMI + 1:
		if (e->reinject_vector != X86_VECTOR_NMI || !e->nmi_masked)
			return false;
		break;
	case 0:
		if (e->reinject_vector)
			return false;
		break;
	case AXVCPU_EVENT_INTERRUPT + 1:
	case AXVCPU_X86_REINJECT_SOFT:
		break;
	default:
		return false;
	}
	return !e->reinject_has_error_code && !e->reinject_error_code;
}

int x86_set_events(struct x86_vcpu *x, const struct axvcpu_x86_events *from)
{
	struct x86_events *e = &x->events;
	unsigned int i;

	if (from->exception_pending > 1 || from->exception_has_error_code > 1 ||
	    from->nmi_pending > X86_NMI_MAX || from->nmi_masked > 1 ||
	    from->interrupt_shadow > 1 || from->halted > 1 ||
	    from->reinject_has_error_code > 1 ||
	    memchr_inv(from->reserved, 0, sizeof(from->reserved)) ||
	    !x86_events_exception_valid(from) ||
	    !x86_events_reinject_valid(from))
		return -EINVAL;
	/* An INJECT that runs meanwhile comes before or after, whole. */
	for (i = 0; i < ARRAY_SIZE(from->interrupts); i++)
		xchg(&e->interrupts[i], (unsigned long)from->interrupts[i]);
	atomic_set(&e->nmi_pending, from->nmi_pending);
	e->nmi_masked = from->nmi_masked;
	e->shutdown = false;
	x->interrupt_shadow = from->interrupt_shadow;
	e->exception_pending = from->exception_pending;
	e->exception_vector = from->exception_vector;
	e->exception_has_error_code = from->exception_has_error_code;
	e->exception_error_code = from->exception_error_code;
	e->exception_address = from->exception_address;
	e->reinject = from->reinject;
	e->reinject_vector = from->reinject_vector;
	e->reinject_has_error_code = from->reinject_has_error_code;
	e->reinject_error_code = from->reinject_error_code;
	e->reinject_length = from->reinject_length;
	x->core.halted = from->halted;
	x86_events_taken(x);
	return 0;
}

void x86_skip_slow(struct x86_vcpu *x, u64 next_rip)
{
	bool step = x->rflags & X86_EFLAGS_TF;

	if ((x->rip ^ next_rip) >> 32) {
		x->backend->sync_mode(x);
		if (!x86_long_mode(x))
			next_rip = (u32)next_rip;
	}
	x->rip = next_rip;
	x->interrupt_shadow = false;
	x->rflags &= ~(u64)X86_EFLAGS_RF;
	if (step)
		x86_queue_exception(x, X86_VECTOR_DB, false, 0, DR_STEP);
}
