// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Why VMRUN refuses a guest state: APM Volume 2, 15.5.1 "Canonicalization and
 * Consistency Checks", in words. Pure C.
 */
#include <linux/stddef.h>

#include "check.h"

#define CR0_PE		BIT_ULL(0)
#define CR0_NW		BIT_ULL(29)
#define CR0_CD		BIT_ULL(30)
#define CR0_PG		BIT_ULL(31)
#define CR4_PAE		BIT_ULL(5)
#define EFER_LME_BIT	BIT_ULL(8)
#define EFER_SVME_BIT	BIT_ULL(12)
#define EFER_MBZ	(~0ULL << 22 | BIT_ULL(9) | BIT_ULL(16) | BIT_ULL(19) | \
			 0xfeULL)

static const char *svm_check_control(const struct vmcb *vmcb)
{
	const struct vmcb_control *c = &vmcb->control;

	if (!(c->intercept_misc2 & SVM_INTERCEPT_VMRUN))
		return "the VMRUN intercept is clear";
	if (!c->asid)
		return "the ASID is 0";
	if ((c->nested_control & SVM_NP_ENABLE) && (c->n_cr3 & 0xfff))
		return "nested CR3 is not aligned to a page";
	return NULL;
}

static const char *svm_check_paging(const struct vmcb_save *s)
{
	bool long_mode = (s->efer & EFER_LME_BIT) && (s->cr0 & CR0_PG);

	if (long_mode && !(s->cr4 & CR4_PAE))
		return "EFER.LME and CR0.PG are set, CR4.PAE is clear";
	if (long_mode && !(s->cr0 & CR0_PE))
		return "EFER.LME and CR0.PG are set, CR0.PE is clear";
	if (long_mode && (s->cs.attributes & SVM_SEGMENT_L) &&
	    (s->cs.attributes & SVM_SEGMENT_DB))
		return "long mode is active, CS.L and CS.D are both set";
	return NULL;
}

static const char *svm_check_registers(const struct vmcb_save *s)
{
	if (!(s->efer & EFER_SVME_BIT))
		return "EFER.SVME is clear";
	if (s->efer & EFER_MBZ)
		return "a reserved bit of EFER is set";
	if ((s->cr0 & CR0_NW) && !(s->cr0 & CR0_CD))
		return "CR0.NW is set, CR0.CD is clear";
	if (s->cr0 >> 32)
		return "a bit of CR0 above 31 is set";
	if (s->cr4 >> 32)
		return "a reserved bit of CR4 is set";
	if (s->dr6 >> 32)
		return "a bit of DR6 above 31 is set";
	if (s->dr7 >> 32)
		return "a bit of DR7 above 31 is set";
	return svm_check_paging(s);
}

/* 15.20: what can't be injected. */
static const char *svm_check_event(const struct vmcb *vmcb, u64 event)
{
	u64 vector = event & SVM_EVENT_VECTOR;

	if (!(event & SVM_EVENT_V))
		return NULL;
	switch (event & SVM_EVENT_TYPE) {
	case SVM_EVENT_INTR:
	case SVM_EVENT_NMI:
	case SVM_EVENT_SOFT:
		return NULL;
	case SVM_EVENT_EXCEPTION:
		if (vector == 2 || vector > 31)
			return "EVENTINJ has an exception with a vector that is none";
		if ((vector == 4 || vector == 5) &&
		    (vmcb->save.cs.attributes & SVM_SEGMENT_L))
			return "EVENTINJ has #OF or #BR in 64-bit mode";
		return NULL;
	default:
		return "EVENTINJ has a reserved type";
	}
}

const char *svm_check_vmcb(const struct vmcb *vmcb, u64 event_inj)
{
	const char *check = svm_check_control(vmcb);

	if (!check)
		check = svm_check_registers(&vmcb->save);
	if (!check)
		check = svm_check_event(vmcb, event_inj);
	return check;
}
