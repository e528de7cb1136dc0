// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the guest's writes of CR0, CR4 and EFER may change: APM Volume 2, 5.3 and
 * 14.6; SDM Volume 3, 2.5 and 9.8.5 say the same. The values are those that the
 * guest sees; a back end makes the hardware's of them.
 */
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "cpuid.h"
#include "cr.h"

#define LMSW_BITS	0xfULL

bool x86_cr0_valid(u64 cr0)
{
	if (cr0 >> 32)
		return false;
	if ((cr0 & X86_CR0_NW) && !(cr0 & X86_CR0_CD))
		return false;
	return !(cr0 & X86_CR0_PG) || (cr0 & X86_CR0_PE);
}

bool x86_cr4_valid(u64 cr4)
{
	return !(cr4 & ~x86_cr4_guest_bits());
}

bool x86_efer_valid(u64 efer)
{
	return !(efer & ~x86_efer_guest_bits());
}

bool x86_write_cr0(u64 old, u64 *cr0, u64 *efer, u64 cr4, bool code64)
{
	if (!x86_cr0_valid(*cr0))
		return false;
	*cr0 = (*cr0 & X86_CR0_KNOWN) | X86_CR0_ET;
	if (!((*cr0 ^ old) & X86_CR0_PG))
		return true;
	if (*cr0 & X86_CR0_PG) {
		if (*efer & EFER_LME) {
			if (!(cr4 & X86_CR4_PAE) || code64)
				return false;
			*efer |= EFER_LMA;
		}
		return true;
	}
	if (((*efer & EFER_LMA) && code64) || (cr4 & X86_CR4_PCIDE))
		return false;
	*efer &= ~(u64)EFER_LMA;
	return true;
}

bool x86_write_cr4(u64 old, u64 cr4, u64 efer, u64 cr3)
{
	bool lma = efer & EFER_LMA;
	u64 changed = cr4 ^ old;

	if (!x86_cr4_valid(cr4))
		return false;
	if (lma && (changed & (X86_CR4_PAE | X86_CR4_LA57)))
		return false;
	return !(cr4 & changed & X86_CR4_PCIDE) || (lma && !(cr3 & 0xfff));
}

/* LMA is the processor's, LME is fixed while paging is on. */
bool x86_write_efer(u64 old, u64 *efer, u64 cr0)
{
	*efer = (*efer & ~(u64)EFER_LMA) | (old & EFER_LMA);
	if (!x86_efer_valid(*efer))
		return false;
	return !((*efer ^ old) & EFER_LME) || !(cr0 & X86_CR0_PG);
}

/* LMSW sets PE, but does not clear it. */
u64 x86_lmsw(u64 old, u64 value)
{
	return (old & ~LMSW_BITS) | (value & LMSW_BITS) | (old & X86_CR0_PE);
}
