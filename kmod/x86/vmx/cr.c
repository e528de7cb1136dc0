// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CR0, CR4 and, without a TPR shadow, CR8: the guest's writes that exit (see
 * vmx_write_groups()); reads of CR0 and CR4 come from the read shadows. The
 * qualification tells the instruction and its operand: SDM Volume 3, table 28-3.
 */
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "vmx.h"

#define TSS_32	8	/* of a segment's type: a TSS of 32 or 64 bits */

/* Long mode has no TSS of 16 bits: what turns it on faults (Volume 2, MOV to CR). */
static bool vmx_tss16(struct vmx_vcpu *vmx)
{
	vmx_need(vmx, VMX_SEGMENTS);
	return !(vmx->guest.segment[AXVCPU_X86_TR].attributes & TSS_32);
}

static bool vmx_write_cr0(struct vmx_vcpu *vmx, u64 cr0)
{
	u64 old = vmx->guest.efer, efer = old;

	vmx_need(vmx, VMX_PAGING);
	if (!x86_write_cr0(vmx->guest.cr0, &cr0, &efer, vmx->guest.cr4,
			   vmx_code64(vmx)))
		return false;
	if ((efer & ~old & EFER_LMA) && vmx_tss16(vmx))
		return false;
	if (efer != old)
		vmx_set_efer(vmx, efer);
	vmx_set_cr0(vmx, cr0);
	return true;
}

static bool vmx_write_cr4(struct vmx_vcpu *vmx, u64 cr4)
{
	u64 changed = cr4 ^ vmx->guest.cr4;
	u64 tlb = vmx->tlb_generation;

	vmx_need(vmx, VMX_PAGING);
	if (!x86_write_cr4(vmx->guest.cr4, cr4, vmx->guest.efer,
			   vmx->guest.cr3))
		return false;
	vmx_set_cr4(vmx, cr4);
	/* Only what paging looks at makes translations stale. */
	if (!(changed & X86_CR4_PAGING))
		vmx->tlb_generation = tlb;
	return true;
}

/* There is no local APIC in the kernel, so the priority is but a value. */
static bool vmx_write_cr8(struct vmx_vcpu *vmx, u64 cr8)
{
	if (cr8 > 15)
		return false;
	vmx_set_cr8(vmx, cr8);
	return true;
}

static bool vmx_write_cr(struct vmx_vcpu *vmx, unsigned int cr, u64 value)
{
	switch (cr) {
	case 0:
		return vmx_write_cr0(vmx, value);
	case 4:
		return vmx_write_cr4(vmx, value);
	case 8:
		return vmx_write_cr8(vmx, value);
	default:
		return false;
	}
}

/* From run(). The register operand of MOV CR has the mode's full width. */
int vmx_exit_cr(struct vmx_vcpu *vmx)
{
	u64 info = vmx->exit.qualification;
	unsigned int cr = info & VMX_CR_NUMBER;
	u64 *gpr = &vmx->x.gpr[(info >> VMX_CR_GPR_SHIFT) & VMX_CR_GPR];
	bool wide = (vmx->guest.efer & EFER_LMA) && vmx_code64(vmx);
	bool ok = true;

	vmx_need(vmx, VMX_PAGING);
	switch ((info >> VMX_CR_TYPE_SHIFT) & VMX_CR_TYPE) {
	case VMX_CR_TO:
		ok = vmx_write_cr(vmx, cr, wide ? *gpr : (u32)*gpr);
		break;
	case VMX_CR_FROM:
		/* Only reads of CR8 exit. */
		*gpr = vmx_get_cr8(vmx);
		break;
	case VMX_CR_CLTS:
		ok = vmx_write_cr0(vmx, vmx->guest.cr0 & ~(u64)X86_CR0_TS);
		break;
	default:
		ok = vmx_write_cr0(vmx, x86_lmsw(vmx->guest.cr0,
						 info >> VMX_CR_LMSW_SHIFT));
		break;
	}
	if (ok)
		x86_skip(&vmx->x, x86_next_rip(&vmx->x, vmx->exit.length));
	else
		x86_queue_gp(&vmx->x, 0);
	/* CR4.OSXSAVE and PKE want another FPU load. */
	return vmx->x.fpu.changed ? AXVCPU_OUT_WORK : AXVCPU_OUT_AGAIN;
}
