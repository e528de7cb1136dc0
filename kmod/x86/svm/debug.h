/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of debug builds: kernels with DEBUG_ATOMIC_SLEEP, or AXVCPU_DEBUG. */
#ifndef AXVCPU_X86_SVM_DEBUG_H
#define AXVCPU_X86_SVM_DEBUG_H

#include "svm.h"

#ifdef X86_DEBUG
int svm_debug_new(struct svm_vcpu *svm);
void svm_debug_free(struct svm_vcpu *svm);
/* Right before and after the world switch. */
void svm_debug_before(struct svm_vcpu *svm, const struct svm_cpu *c);
void svm_debug_after(struct svm_vcpu *svm);
#else
static inline int svm_debug_new(struct svm_vcpu *svm)
{
	return 0;
}

static inline void svm_debug_free(struct svm_vcpu *svm)
{
}

static inline void svm_debug_before(struct svm_vcpu *svm, const struct svm_cpu *c)
{
}

static inline void svm_debug_after(struct svm_vcpu *svm)
{
}
#endif

#endif /* AXVCPU_X86_SVM_DEBUG_H */
