// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an entry injects, and how the guest is watched until it can take what
 * waits: interrupt and NMI windows, single steps.
 *
 * APM Volume 2: 15.20 "Event Injection", 15.21 "Interrupt and Local APIC
 * Support", 15.7.2 "Intercepts During IDT Interrupt Delivery".
 *
 * NMIs are masked from an injected one to the guest's next IRET, which is
 * intercepted; then it is executed as one step by RFLAGS.TF, and after it NMIs are
 * open. TF of ours never gets into the guest's memory: during a step every
 * exception, PUSHF, POPF and INT n are intercepted too, and an entry that injects
 * does not step. (SYSCALL would copy it into R11: only a step of the user's meets one.)
 */
#include <linux/irq_work.h>
#include <linux/percpu.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/processor-flags.h>

#include "../../trace.h"
#include "svm.h"

#define DR_DETECT	BIT(13)		/* DR6.BD */
#define DR7_GD		BIT_ULL(13)
#define SVM_VARIABLE1	(SVM_INTERCEPT_VINTR | SVM_INTERCEPT_PUSHF | \
			 SVM_INTERCEPT_POPF | SVM_INTERCEPT_IRET | \
			 SVM_INTERCEPT_INTN)

/* Recompute the intercepts that depend on events and steps. */
void svm_update_intercepts(struct svm_vcpu *svm)
{
	struct vmcb_control *control = &svm->vmcb->control;
	u32 exceptions = BIT(X86_VECTOR_DB) | BIT(X86_VECTOR_AC) |
			 BIT(X86_VECTOR_MC) | svm->x.exception_exits;
	u32 misc1 = control->intercept_misc1 & ~(u32)SVM_VARIABLE1;
	u32 int_control = control->int_control;

	if (svm->flags & SVM_TF) {
		exceptions = ~(u32)BIT(X86_VECTOR_NMI);
		misc1 |= SVM_INTERCEPT_PUSHF | SVM_INTERCEPT_POPF |
			 SVM_INTERCEPT_INTN;
	}
	if (svm->x.events.nmi_masked && !(svm->flags & SVM_STEP_IRET))
		misc1 |= SVM_INTERCEPT_IRET;
	int_control &= ~(u32)(SVM_V_IRQ | SVM_V_INTR_PRIO_MASK | SVM_V_IGN_TPR);
	if (svm->flags & SVM_WINDOW) {
		misc1 |= SVM_INTERCEPT_VINTR;
		int_control |= SVM_V_IRQ | SVM_V_INTR_PRIO_MASK | SVM_V_IGN_TPR;
	}
	if (misc1 != control->intercept_misc1 ||
	    exceptions != control->intercept_exceptions) {
		control->intercept_misc1 = misc1;
		control->intercept_exceptions = exceptions;
		svm_dirty(svm, SVM_CLEAN_I);
	}
	if (int_control != control->int_control) {
		control->int_control = int_control;
		svm_dirty(svm, SVM_CLEAN_TPR);
	}
}

static u64 svm_event(struct svm_vcpu *svm, u64 type, u8 vector, bool has_error,
		     u32 error_code)
{
	u64 event = SVM_EVENT_V | type | vector;

	/* Real mode pushes none. */
	if (has_error && (svm->vmcb->save.cr0 & X86_CR0_PE))
		event |= SVM_EVENT_EV | (u64)error_code << 32;
	return event;
}

static u64 svm_take_exception(struct svm_vcpu *svm)
{
	struct x86_events *e = &svm->x.events;
	struct vmcb_save *save = &svm->vmcb->save;

	e->exception_pending = false;
	if (e->exception_vector == X86_VECTOR_PF) {
		save->cr2 = e->exception_address;
		svm_dirty(svm, SVM_CLEAN_CR2);
	} else if (e->exception_vector == X86_VECTOR_DB) {
		/* As the processor does on the way to the handler. */
		save->dr6 |= e->exception_address &
			     (DR_TRAP_BITS | DR_DETECT | DR_STEP | DR_SWITCH);
		save->dr7 &= ~DR7_GD;
		svm_dirty(svm, SVM_CLEAN_DRX);
	}
	return svm_event(svm, SVM_EVENT_EXCEPTION, e->exception_vector,
			 e->exception_has_error_code, e->exception_error_code);
}

/* Deliver again what an exit cut short. 0: INT n, which RIP is still at. */
static u64 svm_take_reinject(struct svm_vcpu *svm)
{
	struct x86_events *e = &svm->x.events;
	u8 kind = e->reinject;

	e->reinject = 0;
	switch (kind) {
	case AXVCPU_EVENT_INTERRUPT + 1:
		return svm_event(svm, SVM_EVENT_INTR, e->reinject_vector, false,
				 0);
	case AXVCPU_EVENT_NMI + 1:
		return svm_event(svm, SVM_EVENT_NMI, X86_VECTOR_NMI, false, 0);
	case AXVCPU_EVENT_EXCEPTION + 1:
		return svm_event(svm, SVM_EVENT_EXCEPTION, e->reinject_vector,
				 e->reinject_has_error_code,
				 e->reinject_error_code);
	default:
		return 0;
	}
}

/* Take what this entry injects out of the queue. 0: nothing. */
static u64 svm_next_event(struct svm_vcpu *svm)
{
	struct x86_vcpu *x = &svm->x;
	struct x86_events *e = &x->events;
	u64 event;
	int vector;

	if (e->exception_pending) {
		x86_requeue_behind(x);
		return svm_take_exception(svm);
	}
	if (e->reinject) {
		event = svm_take_reinject(svm);
		if (event)
			return event;
	}
	/* A step is over the next instruction, not over a handler. */
	if (svm->flags & (SVM_STEP_IRET | SVM_STEP_USER))
		return 0;
	if (atomic_read(&e->nmi_pending) && !e->nmi_masked) {
		if (x->interrupt_shadow) {
			svm->flags |= SVM_STEP_SHADOW;
			return 0;
		}
		atomic_dec(&e->nmi_pending);
		e->nmi_masked = true;
		return svm_event(svm, SVM_EVENT_NMI, X86_VECTOR_NMI, false, 0);
	}
	vector = x86_window_open(x) ? x86_events_interrupt(x) : -1;
	if (vector < 0)
		return 0;
	clear_bit(vector, e->interrupts);
	return svm_event(svm, SVM_EVENT_INTR, vector, false, 0);
}

static void svm_inject(struct svm_vcpu *svm, u64 event)
{
	struct axvcpu_vcpu *vcpu = &svm->x.core;

	svm->vmcb->control.event_inj = event;
	svm->injected = event;
	svm->flags |= SVM_INJECTED;
	svm->x.interrupt_shadow = false;
	vcpu->stats.injected++;
	trace_axvcpu_inject(vcpu,
			    (event & SVM_EVENT_TYPE) >> SVM_EVENT_TYPE_SHIFT,
			    event & SVM_EVENT_VECTOR);
}

/*
 * An entry that injects does not step, and has no window for an NMI: an interrupt
 * of our own, which waits since they are off, ends guest mode behind the delivery.
 *
 * QEMU 7.2 wants that for every interrupt. Its VMRUN delivers one at once, but
 * leaves the vector noted as an exception to be raised, and raises it a second time,
 * at some later instruction and with interrupts off too, if its emulation is asked to
 * pause before the next #VMEXIT. An exit that waits already comes before any pause.
 */
static void svm_soon_interrupt(struct irq_work *work)
{
}

static DEFINE_PER_CPU(struct irq_work, svm_soon_work);

static void svm_soon(const struct svm_vcpu *svm)
{
	const struct x86_events *e = &svm->x.events;
	bool twice = svm_features.tcg &&
		     (svm->injected & SVM_EVENT_TYPE) == SVM_EVENT_INTR;

	if (svm->flags & SVM_STEP_USER || twice ||
	    (atomic_read(&e->nmi_pending) && !e->nmi_masked))
		irq_work_queue(this_cpu_ptr(&svm_soon_work));
}

/* Not by an initializer: a module's per-CPU variables are not relocated. */
void svm_event_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		*per_cpu_ptr(&svm_soon_work, cpu) =
			IRQ_WORK_INIT_HARD(svm_soon_interrupt);
}

void svm_event_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(per_cpu_ptr(&svm_soon_work, cpu));
}

static void svm_step(struct svm_vcpu *svm)
{
	bool can = !(svm->flags & SVM_NO_STEP);

	svm->flags &= ~SVM_NO_STEP;
	/* A guest that steps itself needs no help. */
	if (!can || !(svm->flags & SVM_STEP) || svm->x.rflags & X86_EFLAGS_TF)
		return;
	svm->flags |= SVM_TF;
	svm->step_dr6 = svm->vmcb->save.dr6;
}

/* Something waits, is asked for, or is under way: before an entry, interrupts off. */
int svm_prepare(struct svm_vcpu *svm)
{
	struct axvcpu_vcpu *vcpu = &svm->x.core;
	u32 wanted = vcpu->request_flags;
	u64 event;

	if (unlikely(svm->x.events.shutdown))
		return svm_exit_crash(svm);
	svm->flags &= ~(SVM_INJECTED | SVM_TF | SVM_WINDOW | SVM_STEP_SHADOW |
			SVM_STEP_USER | SVM_REQUEST);
	if (wanted)
		svm->flags |= SVM_REQUEST;
	if (wanted & AXVCPU_RUN_SINGLE_STEP)
		svm->flags |= SVM_STEP_USER;
	event = svm_next_event(svm);
	if (event) {
		svm_inject(svm, event);
		svm_soon(svm);
	} else {
		if ((wanted & AXVCPU_RUN_IRQ_WINDOW) && x86_window_open(&svm->x) &&
		    x86_events_interrupt(&svm->x) < 0) {
			axvcpu_exit_begin(vcpu, AXVCPU_EXIT_IRQ_WINDOW, 0);
			return AXVCPU_OUT_EXIT;
		}
		svm_step(svm);
	}
	if (!(svm->flags & SVM_STEP_USER) &&
	    ((wanted & AXVCPU_RUN_IRQ_WINDOW) ||
	     x86_events_interrupt(&svm->x) >= 0))
		svm->flags |= SVM_WINDOW;
	svm_update_intercepts(svm);
	x86_events_taken(&svm->x);
	return AXVCPU_OUT_AGAIN;
}

/* An event in the form of EVENTINJ and EXITINTINFO is to be delivered again. */
static void svm_reinject(struct svm_vcpu *svm, u64 event)
{
	struct x86_events *e = &svm->x.events;

	switch (event & SVM_EVENT_TYPE) {
	case SVM_EVENT_INTR:
		e->reinject = AXVCPU_EVENT_INTERRUPT + 1;
		break;
	case SVM_EVENT_NMI:
		e->reinject = AXVCPU_EVENT_NMI + 1;
		/* Whoever delivered it, the guest has not seen its IRET yet. */
		e->nmi_masked = true;
		break;
	default:
		e->reinject = AXVCPU_EVENT_EXCEPTION + 1;
		break;
	}
	e->reinject_vector = event & SVM_EVENT_VECTOR;
	e->reinject_has_error_code = event & SVM_EVENT_EV;
	e->reinject_error_code = event & SVM_EVENT_EV ? event >> 32 : 0;
	e->reinject_length = 0;
	WRITE_ONCE(e->any, true);
}

/* INT n, INT3 or INTO of the guest's: RIP is still at it. */
static bool svm_is_software(const struct svm_vcpu *svm, u64 event)
{
	u64 what = event & (SVM_EVENT_TYPE | SVM_EVENT_VECTOR);

	if ((event & SVM_EVENT_TYPE) == SVM_EVENT_SOFT)
		return true;
	if (what != (SVM_EVENT_EXCEPTION | X86_VECTOR_BP) &&
	    what != (SVM_EVENT_EXCEPTION | X86_VECTOR_OF))
		return false;
	/* Unless it was the one that we injected, with RIP past it. */
	return !(svm->flags & SVM_INJECTED) ||
	       (svm->injected & (SVM_EVENT_TYPE | SVM_EVENT_VECTOR)) != what;
}

/*
 * The exit came while an event was on its way through the guest's IDT. Software
 * interrupts are executed again, the others injected again.
 */
void svm_cut_short(struct svm_vcpu *svm)
{
	u64 event = svm->vmcb->control.exit_int_info;

	svm->x.core.stats.requeued++;
	if (!svm_is_software(svm, event))
		svm_reinject(svm, event);
}

/* The entry did not happen: what it was to inject waits again. */
void svm_uninject(struct svm_vcpu *svm)
{
	if (svm->flags & SVM_INJECTED)
		svm_reinject(svm, svm->injected);
	svm->flags &= ~SVM_INJECTED;
	svm->vmcb->control.event_inj = 0;
}
