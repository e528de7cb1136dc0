/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Debug builds (kernels with DEBUG_ATOMIC_SLEEP, or AXVCPU_DEBUG): the host's
 * registers, compared with what they were before a guest ran.
 */
#ifndef AXVCPU_X86_DEBUG_H
#define AXVCPU_X86_DEBUG_H

#include <linux/bits.h>
#include <linux/types.h>
#include <asm/desc_defs.h>

#if defined(CONFIG_DEBUG_ATOMIC_SLEEP) || defined(AXVCPU_DEBUG)
#define X86_DEBUG
#endif

/* What is compared: MSRs by their place in x86_debug_msrs, and groups */
enum x86_debug_msr {
	X86_DEBUG_EFER,
	X86_DEBUG_PAT,
	X86_DEBUG_FS_BASE,
	X86_DEBUG_GS_BASE,
	X86_DEBUG_SYSENTER_CS,
	X86_DEBUG_SYSENTER_ESP,
	X86_DEBUG_SYSENTER_EIP,
	X86_DEBUG_KERNEL_GS_BASE,
	X86_DEBUG_STAR,
	X86_DEBUG_LSTAR,
	X86_DEBUG_CSTAR,
	X86_DEBUG_SFMASK,
	X86_DEBUG_MSRS,
};
#define X86_DEBUG_MSR(name)	BIT(X86_DEBUG_##name)
#define X86_DEBUG_ALL_MSRS	(BIT(X86_DEBUG_MSRS) - 1)
#define X86_DEBUG_CR		BIT(16)	/* CR0, CR3, CR4, DR6, DR7 */
#define X86_DEBUG_TABLES	BIT(17)	/* GDTR, the base of IDTR */
#define X86_DEBUG_IDT_LIMIT	BIT(18)
#define X86_DEBUG_SELECTORS	BIT(19)	/* TR, DS, ES, FS, GS */
#define X86_DEBUG_SS_LDTR	BIT(20)
#define X86_DEBUG_DEBUGCTL	BIT(21)

/** struct x86_debug_host - the host's registers at one time */
struct x86_debug_host {
	u64 msr[X86_DEBUG_MSRS];
	unsigned long cr[3];
	unsigned long dr6;
	unsigned long dr7;
	u64 debugctl;
	struct desc_ptr gdt;
	struct desc_ptr idt;
	u16 selector[7];
};

/* Both with interrupts off. The second one warns of what in @what is not as it was. */
void x86_debug_snapshot(struct x86_debug_host *h);
void x86_debug_compare(const struct x86_debug_host *was, u32 what);

#endif /* AXVCPU_X86_DEBUG_H */
