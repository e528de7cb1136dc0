/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest registers in groups: in memory, in the VMCS, or in both. */
#ifndef AXVCPU_X86_VMX_REGS_H
#define AXVCPU_X86_VMX_REGS_H

#include "vmx.h"

extern const struct x86_backend_ops vmx_backend_ops;
/* The VMCS leaves this CPU; all registers are in memory then. Interrupts off. */
void vmx_unload_here(struct vmx_vcpu *vmx);
/* The same on the CPU that has it, if it still does. */
void vmx_unload_ipi(void *vmx);
/*
 * The groups are true in vmx->guest. Owned; with interrupts on, unless the VMCS
 * is on this CPU or on none.
 */
void vmx_need_slow(struct vmx_vcpu *vmx, u32 groups);
static __always_inline void vmx_need(struct vmx_vcpu *vmx, u32 groups)
{
	if (groups & ~READ_ONCE(vmx->valid))
		vmx_need_slow(vmx, groups);
}
/* Groups from the current VMCS, and dirty ones into it. Interrupts off. */
void vmx_read_groups(struct vmx_vcpu *vmx, u32 groups);
void vmx_write_groups(struct vmx_vcpu *vmx);
void vmx_sync_mode(struct x86_vcpu *x);
bool vmx_code64(struct vmx_vcpu *vmx);
void vmx_set_cr0(struct vmx_vcpu *vmx, u64 cr0);
void vmx_set_cr4(struct vmx_vcpu *vmx, u64 cr4);
void vmx_set_efer(struct vmx_vcpu *vmx, u64 efer);
/* From guest memory, where CR3 says. Return: 0; -EFAULT: there is none. Can sleep. */
int vmx_read_pdptes(struct vmx_vcpu *vmx, u64 pdpte[4]);
void vmx_set_pdptes(struct vmx_vcpu *vmx, const u64 pdpte[4]);
/* PAE paging is in use. */
static inline bool vmx_pae(u64 cr0, u64 cr4, u64 efer)
{
	return (cr0 & X86_CR0_PG) && (cr4 & X86_CR4_PAE) && !(efer & EFER_LMA);
}

#endif /* AXVCPU_X86_VMX_REGS_H */
