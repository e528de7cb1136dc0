// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Debug builds only: what hardware relies on and emulators ignore is checked
 * around every trip. Clean groups that were changed without being marked, tags
 * and flushes, and the host's registers after an exit. A warning here is a bug of
 * this module; no guest and no user can cause one.
 */
#include "debug.h"

#ifdef SVM_DEBUG
#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/msr-index.h>
#include <asm/segment.h>
#include <asm/special_insns.h>

#include "../hw.h"

/* 15.15.3: what the groups consist of. */
static const struct {
	u32 group;
	u16 at;
	u16 bytes;
} svm_groups[] = {
#define IN_CONTROL(group, member) \
	{ group, offsetof(struct vmcb, control.member), \
	  sizeof_field(struct vmcb, control.member) }
#define IN_SAVE(group, member) \
	{ group, offsetof(struct vmcb, save.member), \
	  sizeof_field(struct vmcb, save.member) }
	IN_CONTROL(SVM_CLEAN_I, intercept_cr),
	IN_CONTROL(SVM_CLEAN_I, intercept_dr),
	IN_CONTROL(SVM_CLEAN_I, intercept_exceptions),
	IN_CONTROL(SVM_CLEAN_I, intercept_misc1),
	IN_CONTROL(SVM_CLEAN_I, intercept_misc2),
	IN_CONTROL(SVM_CLEAN_I, intercept_misc3),
	IN_CONTROL(SVM_CLEAN_I, pause_filter_threshold),
	IN_CONTROL(SVM_CLEAN_I, pause_filter_count),
	IN_CONTROL(SVM_CLEAN_I, tsc_offset),
	IN_CONTROL(SVM_CLEAN_IOPM, iopm_base),
	IN_CONTROL(SVM_CLEAN_IOPM, msrpm_base),
	IN_CONTROL(SVM_CLEAN_ASID, asid),
	IN_CONTROL(SVM_CLEAN_TPR, int_control),
	IN_CONTROL(SVM_CLEAN_TPR, int_vector),
	IN_CONTROL(SVM_CLEAN_NP, nested_control),
	IN_CONTROL(SVM_CLEAN_NP, n_cr3),
	IN_SAVE(SVM_CLEAN_NP, g_pat),
	IN_SAVE(SVM_CLEAN_CRX, cr0),
	IN_SAVE(SVM_CLEAN_CRX, cr3),
	IN_SAVE(SVM_CLEAN_CRX, cr4),
	IN_SAVE(SVM_CLEAN_CRX, efer),
	IN_SAVE(SVM_CLEAN_DRX, dr6),
	IN_SAVE(SVM_CLEAN_DRX, dr7),
	IN_SAVE(SVM_CLEAN_DT, gdtr),
	IN_SAVE(SVM_CLEAN_DT, idtr),
	IN_SAVE(SVM_CLEAN_SEG, es),
	IN_SAVE(SVM_CLEAN_SEG, cs),
	IN_SAVE(SVM_CLEAN_SEG, ss),
	IN_SAVE(SVM_CLEAN_SEG, ds),
	IN_SAVE(SVM_CLEAN_SEG, cpl),
	IN_SAVE(SVM_CLEAN_CR2, cr2),
	IN_SAVE(SVM_CLEAN_LBR, dbgctl),
#undef IN_CONTROL
#undef IN_SAVE
};

static const u32 svm_host_msrs[] = {
	MSR_EFER, MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE, MSR_STAR,
	MSR_LSTAR, MSR_CSTAR, MSR_SYSCALL_MASK, MSR_IA32_SYSENTER_CS,
	MSR_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_EIP, MSR_IA32_CR_PAT,
};

static void svm_debug_snapshot(struct svm_debug_host *h)
{
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(svm_host_msrs) > ARRAY_SIZE(h->msr));
	memset(h, 0, sizeof(*h));
	for (i = 0; i < ARRAY_SIZE(svm_host_msrs); i++)
		h->msr[i] = hw_rdmsr(svm_host_msrs[i]);
	h->cr[0] = native_read_cr0();
	h->cr[1] = __native_read_cr3();
	h->cr[2] = native_read_cr4();
	h->dr7 = native_get_debugreg(7);
	native_store_gdt(&h->gdt);
	store_idt(&h->idt);
	asm("str %0" : "=m"(h->selector[0]));
	asm("sldt %0" : "=m"(h->selector[1]));
	savesegment(ds, h->selector[2]);
	savesegment(es, h->selector[3]);
	savesegment(fs, h->selector[4]);
	savesegment(gs, h->selector[5]);
	savesegment(ss, h->selector[6]);
}

int svm_debug_new(struct svm_vcpu *svm)
{
	svm->debug_shadow = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	return svm->debug_shadow ? 0 : -ENOMEM;
}

void svm_debug_free(struct svm_vcpu *svm)
{
	free_page((unsigned long)svm->debug_shadow);
	svm->debug_shadow = NULL;
}

void svm_debug_before(struct svm_vcpu *svm, const struct svm_cpu *c)
{
	const struct vmcb_control *control = &svm->vmcb->control;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(svm_groups); i++) {
		if (!(control->clean & svm_groups[i].group))
			continue;
		WARN_ONCE(memcmp((u8 *)svm->vmcb + svm_groups[i].at,
				 (u8 *)svm->debug_shadow + svm_groups[i].at,
				 svm_groups[i].bytes),
			  "axvcpu: VMCB offset %#x changed, its group %#x is clean\n",
			  svm_groups[i].at, svm_groups[i].group);
	}
	WARN_ONCE(svm->asid_generation != c->generation || !control->asid ||
		  control->asid >= svm_features.asids,
		  "axvcpu: ASID %u of generation %#llx, the CPU's is %#llx\n",
		  control->asid, svm->asid_generation, c->generation);
	WARN_ONCE(c->flush_all, "axvcpu: an entry without the flush that is due\n");
	svm_debug_snapshot(&svm->debug_host);
}

void svm_debug_after(struct svm_vcpu *svm)
{
	struct svm_debug_host now;
	unsigned int i;

	memcpy(svm->debug_shadow, svm->vmcb, sizeof(*svm->vmcb));
	svm_debug_snapshot(&now);
	for (i = 0; i < ARRAY_SIZE(svm_host_msrs); i++)
		WARN_ONCE(now.msr[i] != svm->debug_host.msr[i],
			  "axvcpu: the host's MSR %#x was %#llx and is %#llx\n",
			  svm_host_msrs[i], svm->debug_host.msr[i], now.msr[i]);
	WARN_ONCE(memcmp(&now, &svm->debug_host, sizeof(now)),
		  "axvcpu: a host register differs: CR %#lx %#lx %#lx, were %#lx %#lx %#lx, DR7 %#lx, was %#lx\n",
		  now.cr[0], now.cr[1], now.cr[2], svm->debug_host.cr[0],
		  svm->debug_host.cr[1], svm->debug_host.cr[2], now.dr7,
		  svm->debug_host.dr7);
}
#endif /* SVM_DEBUG */
