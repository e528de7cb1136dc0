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

/* The registers of the exception that waits, as the processor sets them. */
static void svm_raise_exception(struct svm_vcpu *svm)
{
	const struct x86_events *e = &svm->x.events;
	struct vmcb_save *save = &svm->vmcb->save;

	if (e->exception_vector == X86_VECTOR_PF) {
		save->cr2 = e->exception_address;
		svm_dirty(svm, SVM_CLEAN_CR2);
	} else if (e->exception_vector == X86_VECTOR_DB) {
		save->dr6 |= e->exception_address &
			     (DR_TRAP_BITS | DR_DETECT | DR_STEP | DR_SWITCH);
		save->dr7 &= ~DR7_GD;
		svm_dirty(svm, SVM_CLEAN_DRX);
	}
}

/* Take what this entry injects out of the queue. 0: nothing. */
static u64 svm_next_event(struct svm_vcpu *svm)
{
	struct x86_events *e = &svm->x.events;
	bool step = svm->flags & (SVM_STEP_IRET | SVM_STEP_USER);
	u64 event;

	if (e->exception_pending)
		svm_raise_exception(svm);
	event = x86_take_event(&svm->x, !(svm->vmcb->save.cr0 & X86_CR0_PE),
			       step);
	if (!event && !step && svm->x.interrupt_shadow &&
	    atomic_read(&e->nmi_pending) && !e->nmi_masked)
		svm->flags |= SVM_STEP_SHADOW;
	return event;
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
			    (event & X86_EVENT_TYPE) >> X86_EVENT_TYPE_SHIFT,
			    event & X86_EVENT_VECTOR);
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
		     (svm->injected & X86_EVENT_TYPE) == X86_EVENT_INTR;

	if (svm->flags & SVM_STEP_USER || twice ||
	    (atomic_read(&e->nmi_pending) && !e->nmi_masked))
		irq_work_queue(this_cpu_ptr(&svm_soon_work));
}

/* Not by an initializer: a module's per-CPU variables are not relocated. */
void svm_event_init(void)
{
	unsigned int cpu;

	BUILD_BUG_ON(SVM_EVENT_V != X86_EVENT_VALID ||
		     SVM_EVENT_EV != X86_EVENT_HAS_ERROR ||
		     SVM_EVENT_TYPE != X86_EVENT_TYPE ||
		     SVM_EVENT_INTR != X86_EVENT_INTR ||
		     SVM_EVENT_NMI != X86_EVENT_NMI ||
		     SVM_EVENT_EXCEPTION != X86_EVENT_EXCEPTION);
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
		return x86_exit_crash(&svm->x, SVM_EXIT_SHUTDOWN);
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

/* INT n, INT3 or INTO of the guest's: RIP is still at it. */
static bool svm_is_software(const struct svm_vcpu *svm, u64 event)
{
	u64 what = event & (X86_EVENT_TYPE | X86_EVENT_VECTOR);

	if ((event & X86_EVENT_TYPE) == SVM_EVENT_SOFT)
		return true;
	if (what != (X86_EVENT_EXCEPTION | X86_VECTOR_BP) &&
	    what != (X86_EVENT_EXCEPTION | X86_VECTOR_OF))
		return false;
	/* Unless it was the one that we injected, with RIP past it. */
	return !(svm->flags & SVM_INJECTED) ||
	       (svm->injected & (X86_EVENT_TYPE | X86_EVENT_VECTOR)) != what;
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
		x86_reinject(&svm->x, event);
}

/* The entry did not happen: what it was to inject waits again. */
void svm_uninject(struct svm_vcpu *svm)
{
	if (svm->flags & SVM_INJECTED)
		x86_reinject(&svm->x, svm->injected);
	svm->flags &= ~SVM_INJECTED;
	svm->vmcb->control.event_inj = 0;
}
