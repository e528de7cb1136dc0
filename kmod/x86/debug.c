// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Debug builds only: the host's registers after a guest ran are what they were
 * before. A warning here is a bug of this module; no guest and no user can cause one.
 */
#include "debug.h"

#ifdef X86_DEBUG
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/hw_breakpoint.h>
#include <asm/msr-index.h>
#include <asm/segment.h>
#include <asm/special_insns.h>

#include "hw.h"

static const u32 x86_debug_msrs[X86_DEBUG_MSRS] = {
	[X86_DEBUG_EFER] = MSR_EFER,
	[X86_DEBUG_PAT] = MSR_IA32_CR_PAT,
	[X86_DEBUG_FS_BASE] = MSR_FS_BASE,
	[X86_DEBUG_GS_BASE] = MSR_GS_BASE,
	[X86_DEBUG_SYSENTER_CS] = MSR_IA32_SYSENTER_CS,
	[X86_DEBUG_SYSENTER_ESP] = MSR_IA32_SYSENTER_ESP,
	[X86_DEBUG_SYSENTER_EIP] = MSR_IA32_SYSENTER_EIP,
	[X86_DEBUG_KERNEL_GS_BASE] = MSR_KERNEL_GS_BASE,
	[X86_DEBUG_STAR] = MSR_STAR,
	[X86_DEBUG_LSTAR] = MSR_LSTAR,
	[X86_DEBUG_CSTAR] = MSR_CSTAR,
	[X86_DEBUG_SFMASK] = MSR_SYSCALL_MASK,
};

void x86_debug_snapshot(struct x86_debug_host *h)
{
	unsigned int i;

	memset(h, 0, sizeof(*h));
	for (i = 0; i < X86_DEBUG_MSRS; i++)
		h->msr[i] = hw_rdmsr(x86_debug_msrs[i]);
	h->cr[0] = native_read_cr0();
	h->cr[1] = __native_read_cr3();
	h->cr[2] = native_read_cr4();
	h->dr6 = native_get_debugreg(6);
	/* The first exit clears what the last breakpoint of the kernel's left there. */
	h->dr7 = hw_breakpoint_active() ? native_get_debugreg(7) : 0;
	hw_rdmsr_safe(MSR_IA32_DEBUGCTLMSR, &h->debugctl);
	native_store_gdt(&h->gdt);
	store_idt(&h->idt);
	asm("str %0" : "=m"(h->selector[0]));
	savesegment(ds, h->selector[1]);
	savesegment(es, h->selector[2]);
	savesegment(fs, h->selector[3]);
	savesegment(gs, h->selector[4]);
	savesegment(ss, h->selector[5]);
	asm("sldt %0" : "=m"(h->selector[6]));
}

void x86_debug_compare(const struct x86_debug_host *was, u32 what)
{
	struct x86_debug_host now;
	unsigned int i;

	x86_debug_snapshot(&now);
	for (i = 0; i < X86_DEBUG_MSRS; i++)
		WARN_ONCE(what & BIT(i) && now.msr[i] != was->msr[i],
			  "axvcpu: the host's MSR %#x was %#llx and is %#llx\n",
			  x86_debug_msrs[i], was->msr[i], now.msr[i]);
	WARN_ONCE(what & X86_DEBUG_CR &&
		  (memcmp(now.cr, was->cr, sizeof(now.cr)) ||
		   now.dr6 != was->dr6 || now.dr7 != was->dr7),
		  "axvcpu: CR %#lx %#lx %#lx, were %#lx %#lx %#lx, DR %#lx %#lx, were %#lx %#lx\n",
		  now.cr[0], now.cr[1], now.cr[2], was->cr[0], was->cr[1],
		  was->cr[2], now.dr6, now.dr7, was->dr6, was->dr7);
	WARN_ONCE(what & X86_DEBUG_DEBUGCTL && now.debugctl != was->debugctl,
		  "axvcpu: DEBUGCTL was %#llx and is %#llx\n", was->debugctl,
		  now.debugctl);
	WARN_ONCE(what & X86_DEBUG_TABLES &&
		  (memcmp(&now.gdt, &was->gdt, sizeof(now.gdt)) ||
		   now.idt.address != was->idt.address),
		  "axvcpu: GDTR %#lx %#x, was %#lx %#x, IDTR %#lx, was %#lx\n",
		  now.gdt.address, now.gdt.size, was->gdt.address,
		  was->gdt.size, now.idt.address, was->idt.address);
	WARN_ONCE(what & X86_DEBUG_IDT_LIMIT && now.idt.size != was->idt.size,
		  "axvcpu: the limit of IDTR was %#x and is %#x\n",
		  was->idt.size, now.idt.size);
	for (i = 0; i < ARRAY_SIZE(now.selector); i++)
		WARN_ONCE(what & (i < 5 ? X86_DEBUG_SELECTORS :
					  X86_DEBUG_SS_LDTR) &&
			  now.selector[i] != was->selector[i],
			  "axvcpu: selector %u of TR, DS, ES, FS, GS, SS, LDTR was %#x and is %#x\n",
			  i, was->selector[i], now.selector[i]);
}
#endif /* X86_DEBUG */
