// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guest registers that live in the VMCS: between it, struct vmx_guest and the
 * register blocks. SDM Volume 3: 25.4 "Guest-State Area", 27.3 (what an entry
 * checks of it).
 */
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "regs.h"

#define TYPE_ACCESSED	1
#define TYPE_TSS_BUSY	2
#define CR0_GUEST_OWNED	X86_CR0_TS

/* ---- groups: from and to the current VMCS ----------------------------------------- */

/* Fields of one kind lie two apart, in the order of enum axvcpu_x86_segment_index. */
static void vmx_read_attributes(struct axvcpu_x86_segment *s, unsigned int i)
{
	u32 ar = vmx_read(GUEST_ES_AR_BYTES + 2 * i);

	s->attributes = (ar & VMX_AR_LOW) |
			((ar >> VMX_AR_HIGH_SHIFT) & 0x0f00);
	/* Not present stands for it, since some bits are undefined then. */
	if (ar & VMX_AR_UNUSABLE) {
		s->attributes &= ~VMX_AR_P;
		s->attributes |= AXVCPU_X86_SEG_UNUSABLE;
	}
}

static void vmx_read_segment(struct axvcpu_x86_segment *s, unsigned int i)
{
	s->selector = vmx_read(GUEST_ES_SELECTOR + 2 * i);
	s->base = vmx_read(GUEST_ES_BASE + 2 * i);
	s->limit = vmx_read(GUEST_ES_LIMIT + 2 * i);
	vmx_read_attributes(s, i);
}

static void vmx_read_segments64(struct vmx_guest *g)
{
	vmx_read_attributes(&g->segment[AXVCPU_X86_CS], AXVCPU_X86_CS);
	vmx_read_attributes(&g->segment[AXVCPU_X86_SS], AXVCPU_X86_SS);
	g->segment[AXVCPU_X86_FS].base = vmx_read(GUEST_FS_BASE);
	g->segment[AXVCPU_X86_GS].base = vmx_read(GUEST_GS_BASE);
}

/*
 * An entry wants what a load of the register would have set: accessed, and for
 * TR busy.
 */
static void vmx_write_segment(const struct axvcpu_x86_segment *s, unsigned int i)
{
	u32 ar = (s->attributes & VMX_AR_LOW) |
		 (u32)(s->attributes & 0x0f00) << VMX_AR_HIGH_SHIFT;

	if (i == AXVCPU_X86_TR)
		ar |= TYPE_TSS_BUSY;
	else if (ar & VMX_AR_S)
		ar |= TYPE_ACCESSED;
	if (s->attributes & AXVCPU_X86_SEG_UNUSABLE)
		ar |= VMX_AR_UNUSABLE;
	vmx_write(GUEST_ES_SELECTOR + 2 * i, s->selector);
	vmx_write(GUEST_ES_BASE + 2 * i, s->base);
	vmx_write(GUEST_ES_LIMIT + 2 * i, s->limit);
	vmx_write(GUEST_ES_AR_BYTES + 2 * i, ar);
}

static void vmx_read_paging(struct vmx_guest *g)
{
	u64 cr0 = vmx_read(GUEST_CR0);
	unsigned int i;

	g->cr0 = (g->cr0 & ~(u64)CR0_GUEST_OWNED) | (cr0 & CR0_GUEST_OWNED);
	g->cr3 = vmx_read(GUEST_CR3);
	if (!vmx_pae(g->cr0, g->cr4, g->efer))
		return;
	for (i = 0; i < ARRAY_SIZE(g->pdpte); i++)
		g->pdpte[i] = vmx_read(GUEST_PDPTR0 + 2 * i);
}

void vmx_read_groups(struct vmx_vcpu *vmx, u32 groups)
{
	struct vmx_guest *g = &vmx->guest;
	unsigned int i;

	if (groups & VMX_SEGMENTS) {
		for (i = 0; i < AXVCPU_X86_SEGMENTS; i++)
			vmx_read_segment(&g->segment[i], i);
		groups |= VMX_SEGMENTS64;
	} else if (groups & VMX_SEGMENTS64) {
		vmx_read_segments64(g);
	}
	if (groups & VMX_TABLES) {
		g->gdt.base = vmx_read(GUEST_GDTR_BASE);
		g->gdt.limit = vmx_read(GUEST_GDTR_LIMIT);
		g->idt.base = vmx_read(GUEST_IDTR_BASE);
		g->idt.limit = vmx_read(GUEST_IDTR_LIMIT);
	}
	if (groups & VMX_PAGING)
		vmx_read_paging(g);
	if (groups & VMX_SYSENTER) {
		g->sysenter_cs = vmx_read(GUEST_SYSENTER_CS);
		g->sysenter_esp = vmx_read(GUEST_SYSENTER_ESP);
		g->sysenter_eip = vmx_read(GUEST_SYSENTER_EIP);
	}
	if (groups & VMX_DEBUG) {
		g->dr7 = vmx_read(GUEST_DR7);
		g->pending_debug = vmx_read(GUEST_PENDING_DBG_EXCEPTIONS);
	}
	WRITE_ONCE(vmx->valid, vmx->valid | groups);
}

/*
 * NE is fixed in VMX operation; PE and PG would be but for unrestricted guests. CD
 * and NW are not the guest's to set; an entry does not load them (27.3.2.1).
 */
static void vmx_write_paging(const struct vmx_guest *g)
{
	u64 fixed = vmx_features.cr0_fixed0 & ~(u64)(X86_CR0_PE | X86_CR0_PG);
	unsigned int i;

	vmx_write(GUEST_CR0, (g->cr0 & ~(u64)(X86_CR0_CD | X86_CR0_NW)) |
				     fixed);
	vmx_write(CR0_READ_SHADOW, g->cr0);
	vmx_write(GUEST_CR3, g->cr3);
	for (i = 0; i < ARRAY_SIZE(g->pdpte); i++)
		vmx_write(GUEST_PDPTR0 + 2 * i, g->pdpte[i]);
}

/* MCE is always set: the host's machine checks must not shut the processor down. */
static void vmx_write_cr4(const struct vmx_guest *g)
{
	vmx_write(GUEST_CR4, g->cr4 | X86_CR4_MCE | vmx_features.cr4_fixed0);
	vmx_write(CR4_READ_SHADOW, g->cr4);
}

static void vmx_write_efer(const struct vmx_guest *g)
{
	vmx_write(GUEST_IA32_EFER, g->efer);
	vmx_write(VM_ENTRY_CONTROLS,
		  vmx_features.entry |
			  (g->efer & EFER_LMA ? VM_ENTRY_IA32E_MODE : 0));
}

void vmx_write_groups(struct vmx_vcpu *vmx)
{
	const struct vmx_guest *g = &vmx->guest;
	u32 groups = vmx->dirty;
	unsigned int i;

	vmx->dirty = 0;
	if (groups & VMX_SEGMENTS)
		for (i = 0; i < AXVCPU_X86_SEGMENTS; i++)
			vmx_write_segment(&g->segment[i], i);
	if (groups & VMX_TABLES) {
		vmx_write(GUEST_GDTR_BASE, g->gdt.base);
		vmx_write(GUEST_GDTR_LIMIT, g->gdt.limit);
		vmx_write(GUEST_IDTR_BASE, g->idt.base);
		vmx_write(GUEST_IDTR_LIMIT, g->idt.limit);
	}
	if (groups & VMX_PAGING)
		vmx_write_paging(g);
	if (groups & VMX_SYSENTER) {
		vmx_write(GUEST_SYSENTER_CS, g->sysenter_cs);
		vmx_write(GUEST_SYSENTER_ESP, g->sysenter_esp);
		vmx_write(GUEST_SYSENTER_EIP, g->sysenter_eip);
	}
	if (groups & VMX_DEBUG) {
		vmx_write(GUEST_DR7, g->dr7);
		vmx_write(GUEST_PENDING_DBG_EXCEPTIONS, g->pending_debug);
	}
	if (groups & VMX_CR4)
		vmx_write_cr4(g);
	if (groups & VMX_EFER)
		vmx_write_efer(g);
	if (groups & VMX_PAT)
		vmx_write(GUEST_IA32_PAT, g->pat);
	if (groups & VMX_CONTROLS) {
		vmx_write(EXCEPTION_BITMAP, g->exceptions);
		vmx_write(CPU_BASED_VM_EXEC_CONTROL, g->proc);
	}
	if (groups & VMX_TSC)
		vmx_write(TSC_OFFSET, g->tsc_offset);
	if (groups & VMX_EPT)
		vmx_write(EPT_POINTER, g->eptp);
}

void vmx_unload_here(struct vmx_vcpu *vmx)
{
	struct vmx_cpu *c = this_cpu_ptr(&vmx_cpu);
	struct vmx_vcpu *current_vcpu = c->current_vcpu;

	if (current_vcpu != vmx)
		vmx_vmptrld(vmx);
	vmx_read_groups(vmx, VMX_GUESTS & ~vmx->valid);
	vmx_vmclear(vmx);
	if (current_vcpu == vmx)
		c->current_vcpu = NULL;
	else if (current_vcpu)
		vmx_vmptrld(current_vcpu);
	list_del(&vmx->link);
	vmx->vpid_generation = 0;
	smp_store_release(&vmx->valid, VMX_ALL);
	smp_store_release(&vmx->loaded_cpu, -1);
}

void vmx_unload_ipi(void *vmx)
{
	if (((struct vmx_vcpu *)vmx)->loaded_cpu == smp_processor_id())
		vmx_unload_here(vmx);
}

/* On this CPU: read what is asked for; elsewhere: make it give up the VMCS. */
void vmx_need_slow(struct vmx_vcpu *vmx, u32 groups)
{
	unsigned long flags;
	int cpu;

	for (;;) {
		local_irq_save(flags);
		cpu = READ_ONCE(vmx->loaded_cpu);
		if (cpu == smp_processor_id()) {
			struct vmx_cpu *c = this_cpu_ptr(&vmx_cpu);

			if (c->current_vcpu != vmx && vmx_vmptrld(vmx))
				c->current_vcpu = vmx;
			vmx_read_groups(vmx, groups & ~vmx->valid);
		}
		local_irq_restore(flags);
		/* Whoever unloads leaves all groups valid. */
		if (!(groups & ~smp_load_acquire(&vmx->valid)))
			return;
		/* A CPU that went down has unloaded it before. */
		if (cpu >= 0)
			smp_call_function_single(cpu, vmx_unload_ipi, vmx, 1);
	}
}

/* ---- one by one ------------------------------------------------------------------------ */

bool vmx_code64(struct vmx_vcpu *vmx)
{
	vmx_need(vmx, VMX_SEGMENTS64);
	return vmx->guest.segment[AXVCPU_X86_CS].attributes &
	       (VMX_AR_L >> VMX_AR_HIGH_SHIFT);
}

void vmx_set_cr0(struct vmx_vcpu *vmx, u64 cr0)
{
	vmx_need(vmx, VMX_PAGING);
	vmx->guest.cr0 = cr0;
	vmx->dirty |= VMX_PAGING;
	vmx_flush_tag(vmx);
}

void vmx_set_cr4(struct vmx_vcpu *vmx, u64 cr4)
{
	vmx->guest.cr4 = cr4;
	x86_fpu_set_cr4(&vmx->x, cr4);
	vmx->dirty |= VMX_CR4;
	vmx_flush_tag(vmx);
}

void vmx_set_efer(struct vmx_vcpu *vmx, u64 efer)
{
	vmx->guest.efer = efer;
	vmx->dirty |= VMX_EFER;
	vmx_flush_tag(vmx);
}

/*
 * The processor loads PDPTEs with CR3, and an entry takes them from the VMCS; where
 * paging came to be by our hand, they are still in the guest's memory.
 */
int vmx_read_pdptes(struct vmx_vcpu *vmx, u64 pdpte[4])
{
	unsigned int i;
	u64 table;

	vmx_need(vmx, VMX_PAGING);
	table = (u32)vmx->guest.cr3 & ~0x1fULL;
	for (i = 0; i < 4; i++)
		if (x86_read_entry(&vmx->x, table + 8 * i, 8, &pdpte[i]))
			return -EFAULT;
	return 0;
}

void vmx_set_pdptes(struct vmx_vcpu *vmx, const u64 pdpte[4])
{
	memcpy(vmx->guest.pdpte, pdpte, sizeof(vmx->guest.pdpte));
	vmx->dirty |= VMX_PAGING;
}

void vmx_sync_mode(struct x86_vcpu *x)
{
	struct vmx_vcpu *vmx = x_to_vmx(x);
	const struct vmx_guest *g = &vmx->guest;

	vmx_need(vmx, VMX_SEGMENTS64 | VMX_PAGING);
	x->mode.cr0 = g->cr0;
	x->mode.cr3 = g->cr3;
	x->mode.cr4 = g->cr4;
	x->mode.efer = g->efer;
	x->mode.pat = g->pat;
	x->mode.cpl = (g->segment[AXVCPU_X86_SS].attributes >>
		       VMX_AR_DPL_SHIFT) & 3;
	if (likely(g->efer & EFER_LMA && vmx_code64(vmx))) {
		/* 64-bit code has no other segments. */
		x->mode.segment[AXVCPU_X86_CS].attributes =
			g->segment[AXVCPU_X86_CS].attributes;
		x->mode.segment[AXVCPU_X86_FS].base =
			g->segment[AXVCPU_X86_FS].base;
		x->mode.segment[AXVCPU_X86_GS].base =
			g->segment[AXVCPU_X86_GS].base;
		return;
	}
	vmx_need(vmx, VMX_SEGMENTS);
	memcpy(x->mode.segment, g->segment, sizeof(x->mode.segment));
}

/* ---- blocks ------------------------------------------------------------------------------ */

static void vmx_get_system(struct x86_vcpu *x, struct axvcpu_x86_system *s)
{
	struct vmx_vcpu *vmx = x_to_vmx(x);
	const struct vmx_guest *g = &vmx->guest;

	vmx_need(vmx, VMX_SEGMENTS | VMX_TABLES | VMX_PAGING);
	memcpy(s->segment, g->segment, sizeof(s->segment));
	s->gdt = g->gdt;
	s->idt = g->idt;
	s->cr0 = g->cr0;
	s->cr2 = vmx->cr2;
	s->cr3 = g->cr3;
	s->cr4 = g->cr4;
	s->cr8 = vmx_get_cr8(vmx);
	s->efer = g->efer;
}

static void vmx_set_system(struct x86_vcpu *x, const struct axvcpu_x86_system *s)
{
	struct vmx_vcpu *vmx = x_to_vmx(x);
	struct vmx_guest *g = &vmx->guest;

	/* All of them, so that none is read over the new values later. */
	vmx_need(vmx, VMX_SEGMENTS | VMX_TABLES | VMX_PAGING);
	memcpy(g->segment, s->segment, sizeof(g->segment));
	g->gdt = s->gdt;
	g->idt = s->idt;
	g->cr3 = s->cr3;
	vmx->cr2 = s->cr2;
	vmx_set_cr8(vmx, s->cr8);
	vmx->dirty |= VMX_SEGMENTS | VMX_TABLES | VMX_PAGING;
	vmx_set_efer(vmx, s->efer);
	vmx_set_cr4(vmx, s->cr4);
	vmx_set_cr0(vmx, s->cr0);
	vmx->flags &= ~VMX_PDPTES;
	if (vmx_pae(s->cr0, s->cr4, s->efer))
		vmx->flags |= VMX_PDPTES;
	vmx_sync_mode(x);
}

static void vmx_get_msrs(struct x86_vcpu *x, struct axvcpu_x86_msrs *m)
{
	struct vmx_vcpu *vmx = x_to_vmx(x);
	const struct vmx_guest *g = &vmx->guest;

	vmx_need(vmx, VMX_SYSENTER);
	m->star = vmx->syscall[VMX_STAR];
	m->lstar = vmx->syscall[VMX_LSTAR];
	m->cstar = vmx->syscall[VMX_CSTAR];
	m->sfmask = vmx->syscall[VMX_SFMASK];
	m->kernel_gs_base = vmx->kernel_gs_base;
	m->tsc_aux = vmx->tsc_aux;
	m->sysenter_cs = g->sysenter_cs;
	m->sysenter_esp = g->sysenter_esp;
	m->sysenter_eip = g->sysenter_eip;
	m->pat = g->pat;
}

/* debugctl and spec_ctrl are 0: msr.c takes nothing else for them. */
static void vmx_set_msrs(struct x86_vcpu *x, const struct axvcpu_x86_msrs *m)
{
	struct vmx_vcpu *vmx = x_to_vmx(x);
	struct vmx_guest *g = &vmx->guest;

	vmx_need(vmx, VMX_SYSENTER);
	vmx->syscall[VMX_STAR] = m->star;
	vmx->syscall[VMX_LSTAR] = m->lstar;
	vmx->syscall[VMX_CSTAR] = m->cstar;
	vmx->syscall[VMX_SFMASK] = m->sfmask;
	vmx->kernel_gs_base = m->kernel_gs_base;
	vmx->tsc_aux = m->tsc_aux;
	g->sysenter_cs = m->sysenter_cs;
	g->sysenter_esp = m->sysenter_esp;
	g->sysenter_eip = m->sysenter_eip;
	g->pat = m->pat;
	vmx->dirty |= VMX_SYSENTER | VMX_PAT;
	vmx_flush_tag(vmx);
}

static void vmx_get_dr(struct x86_vcpu *x, struct axvcpu_x86_debug *d)
{
	struct vmx_vcpu *vmx = x_to_vmx(x);

	vmx_need(vmx, VMX_DEBUG);
	memcpy(d->dr, vmx->dr, sizeof(d->dr));
	d->dr6 = vmx->dr6;
	d->dr7 = vmx->guest.dr7;
}

static void vmx_set_dr(struct x86_vcpu *x, const struct axvcpu_x86_debug *d)
{
	struct vmx_vcpu *vmx = x_to_vmx(x);

	vmx_need(vmx, VMX_DEBUG);
	memcpy(vmx->dr, d->dr, sizeof(vmx->dr));
	vmx->dr6 = d->dr6;
	vmx->guest.dr7 = d->dr7;
	vmx->guest.pending_debug = 0;
	vmx->dirty |= VMX_DEBUG;
	vmx_dr_intercept(vmx);
}

static u64 vmx_get_tsc_offset(struct x86_vcpu *x)
{
	return x_to_vmx(x)->guest.tsc_offset;
}

static void vmx_set_tsc_offset(struct x86_vcpu *x, u64 offset)
{
	struct vmx_vcpu *vmx = x_to_vmx(x);

	vmx->guest.tsc_offset = offset;
	vmx->dirty |= VMX_TSC;
}

const struct x86_backend_ops vmx_backend_ops = {
	.sync_mode = vmx_sync_mode,
	.get_system = vmx_get_system,
	.set_system = vmx_set_system,
	.get_msrs = vmx_get_msrs,
	.set_msrs = vmx_set_msrs,
	.get_dr = vmx_get_dr,
	.set_dr = vmx_set_dr,
	.get_tsc_offset = vmx_get_tsc_offset,
	.set_tsc_offset = vmx_set_tsc_offset,
};
