/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choice of the back end, and who has the extension. */
#ifndef AXVCPU_X86_BACKEND_H
#define AXVCPU_X86_BACKEND_H

#include "../arch.h"

/* Who turned the extension on, if we did not: enum axvcpu_reason. */
u32 x86_owner(void);

extern const struct axvcpu_arch_ops axvcpu_svm_ops;
extern const struct axvcpu_arch_ops axvcpu_vmx_ops;

#endif /* AXVCPU_X86_BACKEND_H */
