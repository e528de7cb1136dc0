// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guest registers that live in the VMCB: between it and the register blocks.
 * Whatever is written here marks its clean group (APM Volume 2, 15.15).
 */
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "svm.h"

#define EFER_SVME_BIT		BIT_ULL(12)

/* The VMCB's segments in the order of enum axvcpu_x86_segment_index. */
static struct vmcb_segment *svm_segment(struct vmcb_save *save,
					unsigned int index)
{
	switch (index) {
	case AXVCPU_X86_ES:
		return &save->es;
	case AXVCPU_X86_CS:
		return &save->cs;
	case AXVCPU_X86_SS:
		return &save->ss;
	case AXVCPU_X86_DS:
		return &save->ds;
	case AXVCPU_X86_FS:
		return &save->fs;
	case AXVCPU_X86_GS:
		return &save->gs;
	case AXVCPU_X86_LDTR:
		return &save->ldtr;
	default:
		return &save->tr;
	}
}

static __always_inline void svm_get_segment(const struct vmcb_segment *from,
					    struct axvcpu_x86_segment *to)
{
	to->base = from->base;
	to->limit = from->limit;
	to->selector = from->selector;
	to->attributes = from->attributes & SVM_SEGMENT_ATTRIBUTES;
	if (!(from->attributes & SVM_SEGMENT_P))
		to->attributes |= AXVCPU_X86_SEG_UNUSABLE;
}

static void svm_get_segments(struct svm_vcpu *svm,
			     struct axvcpu_x86_segment segment[AXVCPU_X86_SEGMENTS])
{
	struct vmcb_save *save = &svm->vmcb->save;
	unsigned int i;

	for (i = 0; i < AXVCPU_X86_SEGMENTS; i++)
		svm_get_segment(svm_segment(save, i), &segment[i]);
	/* The CPL is a field of its own; SS.DPL need not follow it (15.5.1). */
	segment[AXVCPU_X86_SS].attributes &= ~(3U << SVM_SEGMENT_DPL_SHIFT);
	segment[AXVCPU_X86_SS].attributes |= save->cpl << SVM_SEGMENT_DPL_SHIFT;
}

static void svm_set_segments(struct svm_vcpu *svm,
			     const struct axvcpu_x86_segment segment[AXVCPU_X86_SEGMENTS])
{
	struct vmcb_save *save = &svm->vmcb->save;
	unsigned int i;

	for (i = 0; i < AXVCPU_X86_SEGMENTS; i++) {
		struct vmcb_segment *to = svm_segment(save, i);

		to->base = segment[i].base;
		to->limit = segment[i].limit;
		to->selector = segment[i].selector;
		to->attributes = segment[i].attributes & SVM_SEGMENT_ATTRIBUTES;
		/* There is no unusable bit: not present stands for it. */
		if (segment[i].attributes & AXVCPU_X86_SEG_UNUSABLE)
			to->attributes &= ~SVM_SEGMENT_P;
	}
	save->cpl = (segment[AXVCPU_X86_SS].attributes >>
		     SVM_SEGMENT_DPL_SHIFT) & 3;
	svm_dirty(svm, SVM_CLEAN_SEG);
}

u64 svm_get_cr0(const struct svm_vcpu *svm)
{
	const u64 own = X86_CR0_CD | X86_CR0_NW;

	return (svm->vmcb->save.cr0 & ~own) | (svm->cr0 & own);
}

/*
 * CD and NW stay with us: a guest does not turn a host CPU's cache off. While it
 * believes they are set, its reads are intercepted and so is every write, else
 * only writes that change more than TS and MP, which are the hardware's own.
 */
void svm_set_cr0(struct svm_vcpu *svm, u64 cr0)
{
	struct vmcb_control *control = &svm->vmcb->control;

	svm->cr0 = cr0;
	svm->vmcb->save.cr0 = cr0 & ~(u64)(X86_CR0_CD | X86_CR0_NW);
	if (cr0 & (X86_CR0_CD | X86_CR0_NW)) {
		control->intercept_cr |= SVM_CR_READ(0) | SVM_CR_WRITE(0);
		control->intercept_misc1 &= ~SVM_INTERCEPT_CR0_SEL_WRITE;
	} else {
		control->intercept_cr &= ~(SVM_CR_READ(0) | SVM_CR_WRITE(0));
		control->intercept_misc1 |= SVM_INTERCEPT_CR0_SEL_WRITE;
	}
	svm_dirty(svm, SVM_CLEAN_CRX | SVM_CLEAN_I);
	svm_flush_tag(svm);
}

/*
 * MCE is always set: with it clear a machine check, the host's matter, would shut
 * the processor down. Reads are intercepted while the guest must not see it.
 */
void svm_set_cr4(struct svm_vcpu *svm, u64 cr4)
{
	struct vmcb_control *control = &svm->vmcb->control;

	svm->cr4 = cr4;
	x86_fpu_set_cr4(&svm->x, cr4);
	svm->vmcb->save.cr4 = cr4 | X86_CR4_MCE;
	if (cr4 & X86_CR4_MCE)
		control->intercept_cr &= ~SVM_CR_READ(4);
	else
		control->intercept_cr |= SVM_CR_READ(4);
	svm_dirty(svm, SVM_CLEAN_CRX | SVM_CLEAN_I);
	svm_flush_tag(svm);
}

u64 svm_get_efer(const struct svm_vcpu *svm)
{
	return svm->vmcb->save.efer & ~EFER_SVME_BIT;
}

/* SVME is a condition of VMRUN (15.5.1) that the guest does not see. */
void svm_set_efer(struct svm_vcpu *svm, u64 efer)
{
	svm->vmcb->save.efer = efer | EFER_SVME_BIT;
	svm_dirty(svm, SVM_CLEAN_CRX);
	svm_flush_tag(svm);
}

void svm_sync_mode(struct x86_vcpu *x)
{
	struct svm_vcpu *svm = x_to_svm(x);
	const struct vmcb_save *save = &svm->vmcb->save;

	x->mode.cr0 = svm_get_cr0(svm);
	x->mode.cr3 = save->cr3;
	x->mode.cr4 = svm->cr4;
	x->mode.efer = svm_get_efer(svm);
	x->mode.pat = save->g_pat;
	x->mode.cpl = save->cpl;
	if (likely(x->mode.efer & EFER_LMA &&
		   save->cs.attributes & SVM_SEGMENT_L)) {
		/* 64-bit code has no other segments. */
		svm_get_segment(&save->cs, &x->mode.segment[AXVCPU_X86_CS]);
		x->mode.segment[AXVCPU_X86_FS].base = save->fs.base;
		x->mode.segment[AXVCPU_X86_GS].base = save->gs.base;
	} else {
		svm_get_segments(svm, x->mode.segment);
	}
}

static void svm_get_system(struct x86_vcpu *x, struct axvcpu_x86_system *s)
{
	struct svm_vcpu *svm = x_to_svm(x);
	const struct vmcb_save *save = &svm->vmcb->save;

	svm_get_segments(svm, s->segment);
	s->gdt.base = save->gdtr.base;
	s->gdt.limit = save->gdtr.limit;
	s->idt.base = save->idtr.base;
	s->idt.limit = save->idtr.limit;
	s->cr0 = svm_get_cr0(svm);
	s->cr2 = save->cr2;
	s->cr3 = save->cr3;
	s->cr4 = svm->cr4;
	s->cr8 = svm->vmcb->control.int_control & SVM_V_TPR_MASK;
	s->efer = svm_get_efer(svm);
}

static void svm_set_system(struct x86_vcpu *x, const struct axvcpu_x86_system *s)
{
	struct svm_vcpu *svm = x_to_svm(x);
	struct vmcb_control *control = &svm->vmcb->control;
	struct vmcb_save *save = &svm->vmcb->save;

	svm_set_segments(svm, s->segment);
	save->gdtr.base = s->gdt.base;
	save->gdtr.limit = s->gdt.limit;
	save->idtr.base = s->idt.base;
	save->idtr.limit = s->idt.limit;
	save->cr2 = s->cr2;
	save->cr3 = s->cr3;
	control->int_control &= ~SVM_V_TPR_MASK;
	control->int_control |= s->cr8 & SVM_V_TPR_MASK;
	svm_dirty(svm, SVM_CLEAN_DT | SVM_CLEAN_CR2 | SVM_CLEAN_TPR);
	svm_set_cr0(svm, s->cr0);
	svm_set_cr4(svm, s->cr4);
	svm_set_efer(svm, s->efer);
	svm_sync_mode(x);
}

static void svm_get_msrs(struct x86_vcpu *x, struct axvcpu_x86_msrs *m)
{
	struct svm_vcpu *svm = x_to_svm(x);
	const struct vmcb_save *save = &svm->vmcb->save;

	m->star = save->star;
	m->lstar = save->lstar;
	m->cstar = save->cstar;
	m->sfmask = save->sfmask;
	m->kernel_gs_base = save->kernel_gs_base;
	m->tsc_aux = svm->tsc_aux;
	m->sysenter_cs = save->sysenter_cs;
	m->sysenter_esp = save->sysenter_esp;
	m->sysenter_eip = save->sysenter_eip;
	m->pat = save->g_pat;
}

/* debugctl and spec_ctrl are 0: msr.c takes nothing else for them. */
static void svm_set_msrs(struct x86_vcpu *x, const struct axvcpu_x86_msrs *m)
{
	struct svm_vcpu *svm = x_to_svm(x);
	struct vmcb_save *save = &svm->vmcb->save;

	save->star = m->star;
	save->lstar = m->lstar;
	save->cstar = m->cstar;
	save->sfmask = m->sfmask;
	save->kernel_gs_base = m->kernel_gs_base;
	svm->tsc_aux = m->tsc_aux;
	save->sysenter_cs = m->sysenter_cs;
	save->sysenter_esp = m->sysenter_esp;
	save->sysenter_eip = m->sysenter_eip;
	save->g_pat = m->pat;
	svm_dirty(svm, SVM_CLEAN_NP);
	svm_flush_tag(svm);
}

static void svm_get_dr(struct x86_vcpu *x, struct axvcpu_x86_debug *d)
{
	struct svm_vcpu *svm = x_to_svm(x);

	memcpy(d->dr, svm->dr, sizeof(d->dr));
	d->dr6 = svm->vmcb->save.dr6;
	d->dr7 = svm->vmcb->save.dr7;
}

static void svm_set_dr(struct x86_vcpu *x, const struct axvcpu_x86_debug *d)
{
	struct svm_vcpu *svm = x_to_svm(x);

	memcpy(svm->dr, d->dr, sizeof(svm->dr));
	svm->vmcb->save.dr6 = d->dr6;
	svm->vmcb->save.dr7 = d->dr7;
	svm_dirty(svm, SVM_CLEAN_DRX);
	svm_dr_intercept(svm);
}

static u64 svm_get_tsc_offset(struct x86_vcpu *x)
{
	return x_to_svm(x)->vmcb->control.tsc_offset;
}

static void svm_set_tsc_offset(struct x86_vcpu *x, u64 offset)
{
	struct svm_vcpu *svm = x_to_svm(x);

	svm->vmcb->control.tsc_offset = offset;
	svm_dirty(svm, SVM_CLEAN_I);
}

const struct x86_backend_ops svm_backend_ops = {
	.sync_mode = svm_sync_mode,
	.get_system = svm_get_system,
	.set_system = svm_set_system,
	.get_msrs = svm_get_msrs,
	.set_msrs = svm_set_msrs,
	.get_dr = svm_get_dr,
	.set_dr = svm_set_dr,
	.get_tsc_offset = svm_get_tsc_offset,
	.set_tsc_offset = svm_set_tsc_offset,
};
