/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AXVCPU_X86_SVM_CHECK_H
#define AXVCPU_X86_SVM_CHECK_H

#include "vmcb.h"

/*
 * The consistency check of VMRUN that @vmcb fails, in words, or NULL. @event_inj:
 * as it was at the entry. Pure: also run in user space.
 */
const char *svm_check_vmcb(const struct vmcb *vmcb, u64 event_inj);

#endif /* AXVCPU_X86_SVM_CHECK_H */
