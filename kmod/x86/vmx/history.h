/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The feature bit by which the kernel wants branch history cleared after an exit. */
#ifndef AXVCPU_X86_VMX_HISTORY_H
#define AXVCPU_X86_VMX_HISTORY_H

#include <asm/cpufeatures.h>

#if defined(X86_FEATURE_CLEAR_BHB_VMEXIT)
#define CLEAR_HISTORY_FEATURE	X86_FEATURE_CLEAR_BHB_VMEXIT
#elif defined(X86_FEATURE_CLEAR_BHB_LOOP_ON_VMEXIT)
#define CLEAR_HISTORY_FEATURE	X86_FEATURE_CLEAR_BHB_LOOP_ON_VMEXIT
#endif

#endif /* AXVCPU_X86_VMX_HISTORY_H */
