// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Debug builds only: what hardware relies on and emulators ignore is checked
 * around every trip. Clean groups that were changed without being marked, tags
 * and flushes, and the host's registers after an exit. A warning here is a bug of
 * this module; no guest and no user can cause one.
 */
#include "debug.h"

#ifdef X86_DEBUG
#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/string.h>

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

int svm_debug_new(struct svm_vcpu *svm)
{
	if (!svm->debug_shadow)
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
	x86_debug_snapshot(&svm->debug_host);
}

void svm_debug_after(struct svm_vcpu *svm)
{
	memcpy(svm->debug_shadow, svm->vmcb, sizeof(*svm->vmcb));
	x86_debug_compare(&svm->debug_host,
			  X86_DEBUG_ALL_MSRS | X86_DEBUG_CR |
				  X86_DEBUG_TABLES | X86_DEBUG_IDT_LIMIT |
				  X86_DEBUG_SELECTORS | X86_DEBUG_SS_LDTR);
}
#endif /* X86_DEBUG */
