/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of debug builds: ../debug.h says which these are. */
#ifndef AXVCPU_X86_VMX_DEBUG_H
#define AXVCPU_X86_VMX_DEBUG_H

#include "vmx.h"

#ifdef X86_DEBUG
/* Around the section in which registers are the guest's that no exit restores. */
void vmx_debug_load(struct vmx_vcpu *vmx);
void vmx_debug_put(struct vmx_vcpu *vmx);
/* Right before and after the world switch. */
void vmx_debug_before(struct vmx_vcpu *vmx);
void vmx_debug_after(struct vmx_vcpu *vmx);
#else
static inline void vmx_debug_load(struct vmx_vcpu *vmx)
{
}

static inline void vmx_debug_put(struct vmx_vcpu *vmx)
{
}

static inline void vmx_debug_before(struct vmx_vcpu *vmx)
{
}

static inline void vmx_debug_after(struct vmx_vcpu *vmx)
{
}
#endif

#endif /* AXVCPU_X86_VMX_DEBUG_H */
