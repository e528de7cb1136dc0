// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Registers: the create and setup configs, and the register blocks.
 *
 * Everything that user space sets is checked here, so that a back end can load it
 * without a fault and no entry fails for it (APM Volume 2, 15.5.1
 * "Canonicalization and Consistency Checks").
 */
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include <asm/cpufeatures.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "access.h"
#include "cpuid.h"
#include "cr.h"
#include "event.h"
#include "fpu.h"
#include "msr.h"
#include "regs.h"

#define RFLAGS_KNOWN	(X86_EFLAGS_CF | X86_EFLAGS_FIXED | X86_EFLAGS_PF | \
			 X86_EFLAGS_AF | X86_EFLAGS_ZF | X86_EFLAGS_SF | \
			 X86_EFLAGS_TF | X86_EFLAGS_IF | X86_EFLAGS_DF | \
			 X86_EFLAGS_OF | X86_EFLAGS_IOPL | X86_EFLAGS_NT | \
			 X86_EFLAGS_RF | X86_EFLAGS_VM | X86_EFLAGS_AC | \
			 X86_EFLAGS_VIF | X86_EFLAGS_VIP | X86_EFLAGS_ID)
#define DR6_FIXED_1	0xffff0ff0ULL
#define DR6_WRITABLE	0x0000e00fULL	/* B0 to B3, BD, BS, BT */
#define DR7_FIXED_1	0x00000400ULL
#define DR7_WRITABLE	0xffff23ffULL
#define PAT_RESET	0x0007040600070406ULL

/* struct axvcpu_x86_segment.attributes */
#define SEG_TYPE	0x000f
#define SEG_CODE	0x0008		/* type: code, not data */
#define SEG_WRITE	0x0002		/* type: data that can be written, code that can be read */
#define SEG_ACCESSED	0x0001
#define SEG_S		0x0010
#define SEG_P		0x0080
#define SEG_L		0x0200
#define SEG_DB		0x0400
#define SEG_G		0x0800
#define SEG_RESERVED	0x7000

#define SEG_REAL_DATA	0x0093
#define SEG_REAL_CODE	0x009b
#define SEG_FLAT_DATA	0x0c93
#define SEG_FLAT_CODE	0x0c9b
#define SEG_LONG_CODE	0x0a9b
#define SEG_LDT		0x0082
#define SEG_TSS		0x008b		/* busy, 32 or 64 bits */
#define TYPE_LDT	2
#define TYPE_TSS	1		/* with bit 1: busy, bit 3: 32 or 64 bits */
#define TYPE_TSS_BUSY	2
#define TYPE_TSS_32	8

/* ---- configs --------------------------------------------------------------- */

/*
 * A copied config of @length bytes into the struct of @known bytes that this
 * module has: a shorter one reads as if the rest were zero, a longer one must be
 * zero there. Both begin with __u32 size, flags.
 */
static int x86_copy_config(void *to, size_t known, u32 known_flags,
			   const void *config, size_t length)
{
	const u32 *head = config;

	memset(to, 0, known);
	if (!config || !length)
		return 0;
	if (length < 2 * sizeof(*head) || head[0] != length ||
	    head[1] & ~known_flags)
		return -EINVAL;
	if (length > known &&
	    memchr_inv(config + known, 0, length - known))
		return -E2BIG;
	memcpy(to, config, min(length, known));
	return 0;
}

int x86_create(struct x86_vcpu *x, const void *config, size_t length)
{
	struct axvcpu_x86_create_config c;
	int ret;

	ret = x86_copy_config(&c, sizeof(c), 0, config, length);
	if (ret)
		return ret;
	if (c.reserved || c.apic_id_valid > 1 ||
	    (!c.apic_id_valid && c.apic_id) ||
	    c.apic_id == U32_MAX ||	/* broadcast */
	    c.exception_exits & (BIT(X86_VECTOR_NMI) | BIT(X86_VECTOR_MC)))
		return -EINVAL;
	x->apic_id = c.apic_id_valid ? c.apic_id : x->core.id;
	x->exception_exits = c.exception_exits;
	return 0;
}

int x86_prepare(struct x86_vcpu *x)
{
	return x->fpu.area ? 0 : x86_fpu_new(x);
}

void x86_destroy(struct x86_vcpu *x)
{
	x86_fpu_free(x);
}

static void x86_set_segment(struct axvcpu_x86_segment *segment, u16 selector,
			    u64 base, u32 limit, u16 attributes)
{
	segment->selector = selector;
	segment->base = base;
	segment->limit = limit;
	segment->attributes = attributes;
}

static void x86_start_segments(struct axvcpu_x86_system *s, u32 mode)
{
	bool real = mode == AXVCPU_X86_START_REAL;
	unsigned int i;

	for (i = AXVCPU_X86_ES; i <= AXVCPU_X86_GS; i++)
		x86_set_segment(&s->segment[i], real ? 0 : 0x18, 0,
				real ? 0xffff : 0xffffffff,
				real ? SEG_REAL_DATA : SEG_FLAT_DATA);
	x86_set_segment(&s->segment[AXVCPU_X86_LDTR], 0, 0, 0xffff, SEG_LDT);
	x86_set_segment(&s->segment[AXVCPU_X86_TR], real ? 0 : 0x20, 0,
			real ? 0xffff : 0x67, SEG_TSS);
	if (real)
		x86_set_segment(&s->segment[AXVCPU_X86_CS], 0, 0, 0xffff,
				SEG_REAL_CODE);
	else
		x86_set_segment(&s->segment[AXVCPU_X86_CS], 0x10, 0, 0xffffffff,
				mode == AXVCPU_X86_START_LONG ? SEG_LONG_CODE :
								SEG_FLAT_CODE);
	/* The real-mode vectors are at 0; the others bring their own tables. */
	s->gdt.limit = real ? 0xffff : 0;
	s->idt.limit = s->gdt.limit;
}

/* System registers of a start mode; CS of real mode and CR3 are the caller's. */
static void x86_start_system(struct axvcpu_x86_system *s, u32 mode, bool la57)
{
	memset(s, 0, sizeof(*s));
	x86_start_segments(s, mode);
	s->xcr0 = 1;
	s->cr0 = X86_CR0_ET;
	if (mode == AXVCPU_X86_START_PROTECTED)
		s->cr0 |= X86_CR0_PE;
	if (mode != AXVCPU_X86_START_LONG)
		return;
	s->cr0 |= X86_CR0_PE | X86_CR0_NE | X86_CR0_WP | X86_CR0_PG;
	s->cr4 = X86_CR4_PAE | (la57 ? X86_CR4_LA57 : 0);
	s->efer = EFER_LME | EFER_LMA;
	if (x86_guest_has(X86_FEATURE_NX))
		s->efer |= EFER_NX;
}

/*
 * All registers but the interrupt queue and the clock: as after INIT (APM Volume
 * 2, 14.1.3), but for caching, which is on: CR0.CD slows a guest down and no
 * start convention asks for it.
 */
static void x86_start(struct x86_vcpu *x, const struct axvcpu_x86_system *s)
{
	static const struct axvcpu_x86_msrs msrs = { .pat = PAT_RESET };
	static const struct axvcpu_x86_debug debug = {
		.dr6 = DR6_FIXED_1,
		.dr7 = DR7_FIXED_1,
	};

	memset(x->gpr, 0, sizeof(x->gpr));
	x->rip = 0;
	x->rflags = X86_EFLAGS_FIXED;
	x->interrupt_shadow = false;
	x86_fpu_reset(x);
	x86_msr_reset(x);
	x->backend->set_msrs(x, &msrs);
	x->backend->set_dr(x, &debug);
	x->backend->set_system(x, s);
}

void x86_reset(struct x86_vcpu *x)
{
	struct axvcpu_x86_system s;

	x->pending.kind = X86_PENDING_NONE;
	x86_events_reset(x);
	x->backend->set_tsc_offset(x, 0);
	x86_start_system(&s, AXVCPU_X86_START_REAL, false);
	s.segment[AXVCPU_X86_CS].selector = 0xf000;
	s.segment[AXVCPU_X86_CS].base = 0xffff0000;
	x86_start(x, &s);
	x->rip = 0xfff0;
	x->gpr[AXVCPU_X86_RDX] = x86_cpuid_signature();
}

static bool x86_setup_real_valid(const struct axvcpu_x86_setup_config *c)
{
	if (c->flags & AXVCPU_X86_SETUP_CS_BASE)
		return !(c->cs_base >> 32);
	return !c->cs_base;
}

/* What does not depend on host features, but for the registers' width. */
static bool x86_setup_valid(const struct axvcpu_x86_setup_config *c, u64 entry)
{
	u64 general = c->stack_pointer | c->rax | c->rbx | c->rsi | c->rdi;
	bool real = c->mode == AXVCPU_X86_START_REAL;

	if (c->reserved0 || c->reserved || c->mode > AXVCPU_X86_START_LONG)
		return false;
	if (!real && (c->flags || c->cs_selector || c->cs_base))
		return false;
	if (c->mode == AXVCPU_X86_START_LONG)
		return x86_canonical(entry) &&
		       IS_ALIGNED(c->page_table_root, PAGE_SIZE) &&
		       !(c->page_table_root >> axvcpu_host.gpa_bits) &&
		       (!c->page_table_levels || c->page_table_levels == 4 ||
			c->page_table_levels == 5);
	if (c->page_table_root || c->page_table_levels || general >> 32)
		return false;
	return real ? entry <= 0xffff && x86_setup_real_valid(c) :
		      !(entry >> 32);
}

int x86_setup(struct x86_vcpu *x, const void *config, size_t length)
{
	struct axvcpu_x86_setup_config c;
	struct axvcpu_x86_system s;
	bool la57;
	int ret;

	ret = x86_copy_config(&c, sizeof(c), AXVCPU_X86_SETUP_CS_BASE, config,
			      length);
	if (ret)
		return ret;
	if (!x86_setup_valid(&c, x->entry))
		return -EINVAL;
	la57 = c.page_table_levels == 5;
	if (la57 && !x86_guest_has(X86_FEATURE_LA57))
		return -EOPNOTSUPP;

	x86_start_system(&s, c.mode, la57);
	s.cr3 = c.page_table_root;
	if (c.mode == AXVCPU_X86_START_REAL) {
		s.segment[AXVCPU_X86_CS].selector = c.cs_selector;
		s.segment[AXVCPU_X86_CS].base =
			c.flags & AXVCPU_X86_SETUP_CS_BASE ?
				c.cs_base :
				(u32)c.cs_selector << 4;
	}
	x86_start(x, &s);
	x->rip = x->entry;
	x->gpr[AXVCPU_X86_RSP] = c.stack_pointer;
	x->gpr[AXVCPU_X86_RAX] = c.rax;
	x->gpr[AXVCPU_X86_RBX] = c.rbx;
	x->gpr[AXVCPU_X86_RSI] = c.rsi;
	x->gpr[AXVCPU_X86_RDI] = c.rdi;
	return 0;
}

/* ---- checks ----------------------------------------------------------------- */

/* The control registers and EFER by themselves and together. */
static bool x86_control_valid(const struct axvcpu_x86_system *s)
{
	bool paging = s->cr0 & X86_CR0_PG;
	bool lma = s->efer & EFER_LMA;

	if (s->cr0 & ~(u64)X86_CR0_KNOWN || !x86_cr0_valid(s->cr0) ||
	    !x86_cr4_valid(s->cr4) || !x86_efer_valid(s->efer))
		return false;
	if (lma != (paging && (s->efer & EFER_LME)))
		return false;
	if (lma && !(s->cr4 & X86_CR4_PAE))
		return false;
	if (!lma && (s->cr4 & X86_CR4_PCIDE))
		return false;
	return !(s->cr3 >> axvcpu_host.gpa_bits) && s->cr8 <= 15 &&
	       x86_fpu_xcr0_valid(s->xcr0) && !s->reserved;
}

static bool x86_segment_type_valid(unsigned int index, u16 attributes, bool lma)
{
	u16 type = attributes & SEG_TYPE;
	bool code = type & SEG_CODE;

	/* Processors differ in whether they keep the busy bit; so do their guests. */
	if (index == AXVCPU_X86_TR)
		return !(attributes & SEG_S) &&
		       (type & ~(TYPE_TSS_BUSY | TYPE_TSS_32)) == TYPE_TSS;
	if (index == AXVCPU_X86_LDTR)
		return !(attributes & SEG_S) && type == TYPE_LDT;
	if (!(attributes & SEG_S))
		return false;
	if (index == AXVCPU_X86_CS) {
		/* Real mode can have read-write data there. */
		if (!code && !(type & SEG_WRITE))
			return false;
		return !lma || !(attributes & SEG_L) || !(attributes & SEG_DB);
	}
	if (index == AXVCPU_X86_SS)
		return !code && (type & SEG_WRITE);
	return !code || (type & SEG_WRITE);
}

static bool x86_segment_valid(unsigned int index,
			      const struct axvcpu_x86_segment *s, bool lma)
{
	u16 attributes = s->attributes;

	if (attributes & SEG_RESERVED)
		return false;
	if (index >= AXVCPU_X86_FS ? !x86_canonical(s->base) : s->base >> 32)
		return false;
	if (attributes & AXVCPU_X86_SEG_UNUSABLE)
		return index != AXVCPU_X86_CS && index != AXVCPU_X86_TR;
	if (!(attributes & SEG_P))
		return false;
	/* A limit in pages ends in ones; one in bytes has 20 bits. */
	if (attributes & SEG_G ? (s->limit & 0xfff) != 0xfff : s->limit >> 20)
		return false;
	return x86_segment_type_valid(index, attributes, lma);
}

static bool x86_table_valid(const struct axvcpu_x86_table *table)
{
	return x86_canonical(table->base) && !table->reserved[0] &&
	       !table->reserved[1] && !table->reserved[2];
}

static bool x86_system_valid(const struct axvcpu_x86_system *s)
{
	bool lma = s->efer & EFER_LMA;
	unsigned int i;

	if (!x86_control_valid(s) || !x86_table_valid(&s->gdt) ||
	    !x86_table_valid(&s->idt))
		return false;
	for (i = 0; i < AXVCPU_X86_SEGMENTS; i++)
		if (!x86_segment_valid(i, &s->segment[i], lma))
			return false;
	return true;
}

/* ---- blocks ------------------------------------------------------------------- */

void x86_block_lengths(u32 length[AXVCPU_BLOCK_COUNT])
{
	length[AXVCPU_BLOCK_GENERAL] = sizeof(struct axvcpu_x86_general);
	length[AXVCPU_BLOCK_SYSTEM] = sizeof(struct axvcpu_x86_system);
	length[AXVCPU_BLOCK_FPU] = x86_fpu_size();
	length[AXVCPU_BLOCK_MSRS] = sizeof(struct axvcpu_x86_msrs);
	length[AXVCPU_BLOCK_DEBUG] = sizeof(struct axvcpu_x86_debug);
	length[AXVCPU_BLOCK_EVENTS] = sizeof(struct axvcpu_x86_events);
	length[AXVCPU_BLOCK_CLOCK] = sizeof(struct axvcpu_clock);
	length[AXVCPU_BLOCK_POWER] = sizeof(struct axvcpu_power);
}

static void x86_get_general(struct x86_vcpu *x, struct axvcpu_x86_general *g)
{
	memcpy(g->gpr, x->gpr, sizeof(g->gpr));
	g->rip = x->rip;
	g->rflags = x->rflags;
}

static int x86_set_general(struct x86_vcpu *x,
			   const struct axvcpu_x86_general *g)
{
	if (g->rflags & ~(u64)RFLAGS_KNOWN)
		return -EINVAL;
	memcpy(x->gpr, g->gpr, sizeof(x->gpr));
	x->rip = g->rip;
	x->rflags = g->rflags | X86_EFLAGS_FIXED;
	return 0;
}

/*
 * What hardware keeps of a segment, in the form that x86_segment_valid() takes:
 * processors differ in what they save of G, and of segments that are not present.
 */
static void x86_normalize_segment(unsigned int index,
				  struct axvcpu_x86_segment *s)
{
	s->attributes &= ~(SEG_RESERVED | SEG_G | AXVCPU_X86_SEG_UNUSABLE);
	if (s->limit >> 20)
		s->attributes |= SEG_G;
	if (index < AXVCPU_X86_FS)
		s->base = (u32)s->base;
	if (!(s->attributes & SEG_P))
		s->attributes |= AXVCPU_X86_SEG_UNUSABLE;
}

static void x86_get_system(struct x86_vcpu *x, struct axvcpu_x86_system *s)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	x->backend->get_system(x, s);
	for (i = 0; i < AXVCPU_X86_SEGMENTS; i++)
		x86_normalize_segment(i, &s->segment[i]);
	s->xcr0 = x->fpu.xcr0;
}

static int x86_set_system(struct x86_vcpu *x,
			  const struct axvcpu_x86_system *system)
{
	struct axvcpu_x86_system s = *system;

	s.cr0 |= X86_CR0_ET;	/* reads as one on every processor */
	if (!x86_system_valid(&s))
		return -EINVAL;
	x->fpu.xcr0 = s.xcr0;
	x86_fpu_change(&x->fpu);
	x->backend->set_system(x, &s);
	return 0;
}

static void x86_get_msrs(struct x86_vcpu *x, struct axvcpu_x86_msrs *m)
{
	memset(m, 0, sizeof(*m));
	x->backend->get_msrs(x, m);
	m->xss = x->fpu.xss;
	m->misc_enable = x->misc_enable;
	m->mtrr_def_type = x->mtrr_def_type;
	memcpy(m->mtrr_fixed, x->mtrr_fixed, sizeof(m->mtrr_fixed));
	memcpy(m->mtrr_variable, x->mtrr_variable, sizeof(m->mtrr_variable));
}

static int x86_set_msrs(struct x86_vcpu *x, const struct axvcpu_x86_msrs *m)
{
	if (!x86_msrs_valid(m))
		return -EINVAL;
	x->backend->set_msrs(x, m);
	x->fpu.xss = m->xss;
	x->misc_enable = m->misc_enable;
	x->mtrr_def_type = m->mtrr_def_type;
	memcpy(x->mtrr_fixed, m->mtrr_fixed, sizeof(x->mtrr_fixed));
	memcpy(x->mtrr_variable, m->mtrr_variable, sizeof(x->mtrr_variable));
	return 0;
}

/*
 * DR0 to DR3 take any value, on MOV as well; the fixed bits of DR6 and DR7 are
 * what they are.
 */
static int x86_set_debug(struct x86_vcpu *x, const struct axvcpu_x86_debug *debug)
{
	struct axvcpu_x86_debug d = *debug;

	if (d.dr6 >> 32 || d.dr7 >> 32)
		return -EINVAL;
	d.dr6 = (d.dr6 & DR6_WRITABLE) | DR6_FIXED_1;
	d.dr7 = (d.dr7 & DR7_WRITABLE) | DR7_FIXED_1;
	x->backend->set_dr(x, &d);
	return 0;
}

int x86_get_block(struct axvcpu_vcpu *vcpu, u32 block, void *buffer)
{
	struct x86_vcpu *x = to_x86(vcpu);
	struct axvcpu_clock *clock = buffer;

	switch (block) {
	case AXVCPU_BLOCK_GENERAL:
		x86_get_general(x, buffer);
		return 0;
	case AXVCPU_BLOCK_SYSTEM:
		x86_get_system(x, buffer);
		return 0;
	case AXVCPU_BLOCK_FPU:
		x86_fpu_get(x, buffer);
		return 0;
	case AXVCPU_BLOCK_MSRS:
		x86_get_msrs(x, buffer);
		return 0;
	case AXVCPU_BLOCK_DEBUG:
		x->backend->get_dr(x, buffer);
		return 0;
	case AXVCPU_BLOCK_EVENTS:
		x86_get_events(x, buffer);
		return 0;
	case AXVCPU_BLOCK_CLOCK:
		clock->offset = x->backend->get_tsc_offset(x);
		return 0;
	default:
		return -EINVAL;
	}
}

int x86_set_block(struct axvcpu_vcpu *vcpu, u32 block, const void *buffer)
{
	struct x86_vcpu *x = to_x86(vcpu);
	const struct axvcpu_clock *clock = buffer;

	switch (block) {
	case AXVCPU_BLOCK_GENERAL:
		return x86_set_general(x, buffer);
	case AXVCPU_BLOCK_SYSTEM:
		return x86_set_system(x, buffer);
	case AXVCPU_BLOCK_FPU:
		return x86_fpu_set(x, buffer);
	case AXVCPU_BLOCK_MSRS:
		return x86_set_msrs(x, buffer);
	case AXVCPU_BLOCK_DEBUG:
		return x86_set_debug(x, buffer);
	case AXVCPU_BLOCK_EVENTS:
		return x86_set_events(x, buffer);
	case AXVCPU_BLOCK_CLOCK:
		x->backend->set_tsc_offset(x, clock->offset);
		return 0;
	default:
		return -EINVAL;
	}
}

void x86_set_entry(struct axvcpu_vcpu *vcpu, u64 entry)
{
	to_x86(vcpu)->entry = entry;
}

void x86_set_gpr(struct axvcpu_vcpu *vcpu, unsigned int index, u64 value)
{
	if (index < ARRAY_SIZE(to_x86(vcpu)->gpr))
		to_x86(vcpu)->gpr[array_index_nospec(
			index, ARRAY_SIZE(to_x86(vcpu)->gpr))] = value;
}

void x86_set_return_value(struct axvcpu_vcpu *vcpu, u64 value)
{
	to_x86(vcpu)->gpr[AXVCPU_X86_RAX] = value;
}
