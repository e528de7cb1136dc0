// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What leaves guest mode at this time: those intercepts that change (APM Volume 2,
 * 15.7 to 15.13).
 */
#include <uapi/asm/debugreg.h>

#include "svm.h"

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

/*
 * DR6 and DR7 are in the VMCB, DR0 to DR3 are not (15.5.1). Until the guest uses
 * them every access is intercepted and they stay the host's. From then on, to the
 * end of this RUN or as long as DR7 has a breakpoint enabled, they are the guest's
 * while it runs.
 */
void svm_dr_intercept(struct svm_vcpu *svm)
{
	bool live = svm->flags & SVM_DR_LIVE ||
		    svm->vmcb->save.dr7 & (DR_GLOBAL_ENABLE_MASK |
					   DR_LOCAL_ENABLE_MASK);

	if (live)
		svm->flags |= SVM_DR_LIVE;
	svm->vmcb->control.intercept_dr = live ? 0 : ~0U;
	svm_dirty(svm, SVM_CLEAN_I);
}
