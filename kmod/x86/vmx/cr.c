// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CR0, CR4 and, without a TPR shadow, CR8: the guest's writes that exit (see
 * vmx_write_groups()); reads of CR0 and CR4 come from the read shadows. The
 * qualification tells the instruction and its operand: SDM Volume 3, table 28-3.
 */
#include <linux/bits.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>

#include "regs.h"

#define TSS_32	8	/* of a segment's type: a TSS of 32 or 64 bits */

/* What a MOV changes when it loads the PDPTEs, if there is PAE paging behind it: 4.4.1. */
#define CR0_PDPTES	(X86_CR0_PG | X86_CR0_CD | X86_CR0_NW)
#define CR4_PDPTES	(X86_CR4_PAE | X86_CR4_PGE | X86_CR4_PSE | X86_CR4_SMEP)
#define PDPTE_RESERVED	(GENMASK_ULL(8, 5) | GENMASK_ULL(2, 1))

enum vmx_cr_result {
	VMX_CR_DONE,
	VMX_CR_FAULT,	/* #GP, and nothing has changed */
	VMX_CR_PDPTES,	/* same: they are to be read before */
};

/* Long mode has no TSS of 16 bits: what turns it on faults (Volume 2, MOV to CR). */
static bool vmx_tss16(struct vmx_vcpu *vmx)
{
	vmx_need(vmx, VMX_SEGMENTS);
	return !(vmx->guest.segment[AXVCPU_X86_TR].attributes & TSS_32);
}

static bool vmx_pdptes_valid(const u64 *pdpte)
{
	u64 reserved = PDPTE_RESERVED | ~0ULL << boot_cpu_data.x86_phys_bits;
	unsigned int i;

	for (i = 0; i < 4; i++)
		if ((pdpte[i] & 1) && (pdpte[i] & reserved))
			return false;
	return true;
}

/*
 * The last check, with the values that are to be: the PDPTEs that the MOV loads are in
 * force behind it. @pdpte: as they are in the guest's memory; NULL: not read yet.
 */
static enum vmx_cr_result vmx_take_pdptes(struct vmx_vcpu *vmx, u64 cr0, u64 cr4,
					  u64 efer, const u64 *pdpte)
{
	const struct vmx_guest *g = &vmx->guest;

	if (!vmx_pae(cr0, cr4, efer) || !((cr0 ^ g->cr0) & CR0_PDPTES ||
					  (cr4 ^ g->cr4) & CR4_PDPTES))
		return VMX_CR_DONE;
	if (!pdpte)
		return VMX_CR_PDPTES;
	if (!vmx_pdptes_valid(pdpte))
		return VMX_CR_FAULT;
	vmx_set_pdptes(vmx, pdpte);
	return VMX_CR_DONE;
}

static enum vmx_cr_result vmx_write_cr0(struct vmx_vcpu *vmx, u64 cr0,
					const u64 *pdpte)
{
	u64 old = vmx->guest.efer, efer = old;
	enum vmx_cr_result result;

	vmx_need(vmx, VMX_PAGING);
	if (!x86_write_cr0(vmx->guest.cr0, &cr0, &efer, vmx->guest.cr4,
			   vmx_code64(vmx)))
		return VMX_CR_FAULT;
	if ((efer & ~old & EFER_LMA) && vmx_tss16(vmx))
		return VMX_CR_FAULT;
	result = vmx_take_pdptes(vmx, cr0, vmx->guest.cr4, efer, pdpte);
	if (result != VMX_CR_DONE)
		return result;
	if (efer != old)
		vmx_set_efer(vmx, efer);
	vmx_set_cr0(vmx, cr0);
	return VMX_CR_DONE;
}

static enum vmx_cr_result vmx_write_cr4(struct vmx_vcpu *vmx, u64 cr4,
					const u64 *pdpte)
{
	u64 changed = cr4 ^ vmx->guest.cr4;
	u64 tlb = vmx->tlb_generation;
	enum vmx_cr_result result;

	vmx_need(vmx, VMX_PAGING);
	if (!x86_write_cr4(vmx->guest.cr4, cr4, vmx->guest.efer,
			   vmx->guest.cr3))
		return VMX_CR_FAULT;
	result = vmx_take_pdptes(vmx, vmx->guest.cr0, cr4, vmx->guest.efer, pdpte);
	if (result != VMX_CR_DONE)
		return result;
	vmx_set_cr4(vmx, cr4);
	/* Only what paging looks at makes translations stale. */
	if (!(changed & X86_CR4_PAGING))
		vmx->tlb_generation = tlb;
	return VMX_CR_DONE;
}

/* There is no local APIC in the kernel, so the priority is but a value. */
static enum vmx_cr_result vmx_write_cr8(struct vmx_vcpu *vmx, u64 cr8)
{
	if (cr8 > 15)
		return VMX_CR_FAULT;
	vmx_set_cr8(vmx, cr8);
	return VMX_CR_DONE;
}

static enum vmx_cr_result vmx_write_cr(struct vmx_vcpu *vmx, unsigned int cr,
				       u64 value, const u64 *pdpte)
{
	switch (cr) {
	case 0:
		return vmx_write_cr0(vmx, value, pdpte);
	case 4:
		return vmx_write_cr4(vmx, value, pdpte);
	case 8:
		return vmx_write_cr8(vmx, value);
	default:
		return VMX_CR_FAULT;
	}
}

/* The register operand of MOV CR has the mode's full width. */
static enum vmx_cr_result vmx_do_cr(struct vmx_vcpu *vmx, const u64 *pdpte)
{
	u64 info = vmx->exit.qualification;
	unsigned int cr = info & VMX_CR_NUMBER;
	u64 *gpr = &vmx->x.gpr[(info >> VMX_CR_GPR_SHIFT) & VMX_CR_GPR];
	bool wide = (vmx->guest.efer & EFER_LMA) && vmx_code64(vmx);

	vmx_need(vmx, VMX_PAGING);
	switch ((info >> VMX_CR_TYPE_SHIFT) & VMX_CR_TYPE) {
	case VMX_CR_TO:
		return vmx_write_cr(vmx, cr, wide ? *gpr : (u32)*gpr, pdpte);
	case VMX_CR_FROM:
		/* Only reads of CR8 exit. */
		*gpr = vmx_get_cr8(vmx);
		return VMX_CR_DONE;
	case VMX_CR_CLTS:
		return vmx_write_cr0(vmx, vmx->guest.cr0 & ~(u64)X86_CR0_TS,
				     pdpte);
	default:
		return vmx_write_cr0(vmx, x86_lmsw(vmx->guest.cr0,
						   info >> VMX_CR_LMSW_SHIFT),
				     pdpte);
	}
}

/* From run(), and from emulate() with the PDPTEs. */
int vmx_exit_cr(struct vmx_vcpu *vmx, const u64 *pdpte)
{
	switch (vmx_do_cr(vmx, pdpte)) {
	case VMX_CR_DONE:
		x86_skip(&vmx->x, x86_next_rip(&vmx->x, vmx->exit.length));
		break;
	case VMX_CR_FAULT:
		x86_queue_gp(&vmx->x, 0);
		break;
	case VMX_CR_PDPTES:
		vmx->emulation = VMX_EMULATE_CR;
		return AXVCPU_OUT_EMULATE;
	}
	/* CR4.OSXSAVE and PKE want another FPU load. */
	return vmx->x.fpu.changed ? AXVCPU_OUT_WORK : AXVCPU_OUT_AGAIN;
}
