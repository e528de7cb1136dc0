// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What CPUID says to a guest: the host's leaves, read once when the module
 * loads, through one table of features that we can honour.
 *
 * Hidden: the local APIC in all its forms (there is none in the kernel), MONITOR
 * and MWAIT, virtualization, performance counters and trace, everything
 * behind SPEC_CTRL and PRED_CMD (a guest has neither), RDTSCP and RDPID where
 * TSC_AUX is the host's, supervisor states (XSAVES, CET), AMX, TSX, SGX, SEV,
 * memory encryption, resource control, and what is not in the table at all.
 */
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/fpu/types.h>
#include <asm/msr-index.h>
#include <asm/processor.h>
#include <asm/processor-flags.h>

#include "cpuid.h"
#include "fpu.h"

#define BASIC_LEAVES		0x17	/* 0 to 0x16 */
#define EXTENDED		0x80000000
#define EXTENDED_LEAVES		0x22	/* to 0x80000021 */
#define HYPERVISOR		0x40000000
#define HYPERVISOR_LEAVES	0x100	/* the range that hypervisors have */

#define CACHE_LEAVES		8	/* sub-leaves of 4 */
#define STATE_LEAVES		64	/* sub-leaves of 0xd: XCR0 bits */
#define XSAVE_HEADER_END	576	/* x87 and SSE, and the header */

/*
 * One package of cores without siblings. How many there will be is not known
 * when the first asks, so there is room for as many as a VM can have.
 */
#define TOPOLOGY_SHIFT		10
#define TOPOLOGY_COUNT		(1U << TOPOLOGY_SHIFT)
#define TOPOLOGY_LEGACY		0xffU	/* in fields of eight bits */
static_assert(TOPOLOGY_COUNT >= AXVCPU_MAX_VCPUS, "an id for each vCPU");

struct x86_leaf {
	u32 eax;
	u32 ebx;
	u32 ecx;
	u32 edx;
};

static struct {
	bool intel;
	u32 basic_max;
	u32 extended_max;		/* less EXTENDED */
	u64 cr4;
	u64 efer;
	u32 features[NCAPINTS];
	struct x86_leaf basic[BASIC_LEAVES];
	struct x86_leaf extended[EXTENDED_LEAVES];
	struct x86_leaf cache[CACHE_LEAVES];
	struct x86_leaf state[STATE_LEAVES];
} table __ro_after_init;

static const struct x86_leaf hypervisor_leaf = {
	.eax = HYPERVISOR,
	.ebx = 0x63567841,	/* "AxVc" */
	.ecx = 0x78417570,	/* "puAx" */
	.edx = 0x75706356,	/* "Vcpu" */
};

/* ---- the features that a guest may see --------------------------------------- */

#define F(name)		(1U << (X86_FEATURE_##name & 31))
#define WORD(name)	(X86_FEATURE_##name / 32)

/**
 * struct x86_feature_word - one register of one leaf, one word of the kernel's
 * @word: index in boot_cpu_data.x86_capability, which knows what the host's
 *	kernel disabled or found broken
 * @leaf: CPUID leaf
 * @subleaf: and its sub-leaf
 * @reg: 0 to 3: EAX to EDX
 * @shown: bits that pass
 * @set: bits that a guest sees always
 */
struct x86_feature_word {
	u16 word;
	u8 subleaf;
	u8 reg;
	u32 leaf;
	u32 shown;
	u32 set;
};

#define LEAF1_EDX \
	(F(FPU) | F(VME) | F(DE) | F(PSE) | F(TSC) | F(MSR) | F(PAE) | \
	 F(MCE) | F(CX8) | F(MTRR) | F(PGE) | F(MCA) | F(CMOV) | F(PAT) | \
	 F(PSE36) | F(MMX) | F(FXSR))

static const struct x86_feature_word feature_words[] = {
	{ .leaf = 1, .reg = 3, .word = WORD(FPU),
	  .shown = LEAF1_EDX | F(SEP) | F(CLFLUSH) | F(XMM) | F(XMM2) |
		   F(SELFSNOOP),
	  .set = F(HT) },
	{ .leaf = 1, .reg = 2, .word = WORD(XMM3),
	  .shown = F(XMM3) | F(PCLMULQDQ) | F(SSSE3) | F(FMA) | F(CX16) |
		   F(PCID) | F(XMM4_1) | F(XMM4_2) | F(MOVBE) | F(POPCNT) |
		   F(AES) | F(XSAVE) | F(AVX) | F(F16C) | F(RDRAND),
	  .set = F(HYPERVISOR) },
	{ .leaf = 7, .reg = 1, .word = WORD(FSGSBASE),
	  .shown = F(FSGSBASE) | F(BMI1) | F(AVX2) | F(FDP_EXCPTN_ONLY) |
		   F(SMEP) | F(BMI2) | F(ERMS) | F(INVPCID) |
		   F(ZERO_FCS_FDS) | F(AVX512F) | F(AVX512DQ) | F(RDSEED) |
		   F(ADX) | F(SMAP) | F(AVX512IFMA) | F(CLFLUSHOPT) |
		   F(CLWB) | F(AVX512CD) | F(SHA_NI) | F(AVX512BW) |
		   F(AVX512VL) },
	{ .leaf = 7, .reg = 2, .word = WORD(PKU),
	  .shown = F(AVX512VBMI) | F(UMIP) | F(PKU) | F(AVX512_VBMI2) |
		   F(GFNI) | F(VAES) | F(VPCLMULQDQ) | F(AVX512_VNNI) |
		   F(AVX512_BITALG) | F(AVX512_VPOPCNTDQ) | F(LA57) |
		   F(RDPID) | F(CLDEMOTE) | F(MOVDIRI) | F(MOVDIR64B) },
	{ .leaf = 7, .reg = 3, .word = WORD(FSRM),
	  .shown = F(FSRM) | F(AVX512_VP2INTERSECT) | F(MD_CLEAR) |
		   F(SERIALIZE) | F(AVX512_FP16) },
	{ .leaf = 7, .subleaf = 1, .reg = 0, .word = WORD(AVX_VNNI),
	  .shown = F(AVX_VNNI) | F(AVX512_BF16) },
	{ .leaf = 0xd, .subleaf = 1, .reg = 0, .word = WORD(XSAVEOPT),
	  .shown = F(XSAVEOPT) | F(XSAVEC) | F(XGETBV1) },
	{ .leaf = EXTENDED + 1, .reg = 3, .word = WORD(SYSCALL),
	  .shown = F(SYSCALL) | F(NX) | F(MMXEXT) | F(FXSR_OPT) |
		   F(GBPAGES) | F(RDTSCP) | F(LM) | F(3DNOWEXT) | F(3DNOW) },
	{ .leaf = EXTENDED + 1, .reg = 2, .word = WORD(LAHF_LM),
	  .shown = F(LAHF_LM) | F(CR8_LEGACY) | F(ABM) | F(SSE4A) |
		   F(MISALIGNSSE) | F(3DNOWPREFETCH) | F(XOP) | F(FMA4) |
		   F(TBM) },
	{ .leaf = EXTENDED + 8, .reg = 1, .word = WORD(CLZERO),
	  .shown = F(CLZERO) | F(XSAVEERPTR) | F(BTC_NO) },
};

/* Features that need parts of XCR0; without them they go. */
static const struct {
	u64 xcr0;
	u16 feature[12];
} feature_states[] = {
	{ XFEATURE_MASK_FPSSE, { X86_FEATURE_XSAVE } },
	{ XFEATURE_MASK_YMM,
	  { X86_FEATURE_AVX, X86_FEATURE_AVX2, X86_FEATURE_FMA,
	    X86_FEATURE_F16C, X86_FEATURE_XOP, X86_FEATURE_FMA4,
	    X86_FEATURE_VAES, X86_FEATURE_VPCLMULQDQ, X86_FEATURE_AVX_VNNI } },
	{ XFEATURE_MASK_AVX512,
	  { X86_FEATURE_AVX512F, X86_FEATURE_AVX512DQ,
	    X86_FEATURE_AVX512IFMA, X86_FEATURE_AVX512CD,
	    X86_FEATURE_AVX512BW, X86_FEATURE_AVX512VL,
	    X86_FEATURE_AVX512VBMI, X86_FEATURE_AVX512_VBMI2,
	    X86_FEATURE_AVX512_VNNI, X86_FEATURE_AVX512_BITALG,
	    X86_FEATURE_AVX512_VPOPCNTDQ, X86_FEATURE_AVX512_BF16 } },
	{ XFEATURE_MASK_AVX512,
	  { X86_FEATURE_AVX512_VP2INTERSECT, X86_FEATURE_AVX512_FP16 } },
	{ XFEATURE_MASK_PKRU, { X86_FEATURE_PKU } },
};

bool x86_guest_has(unsigned int feature)
{
	return feature / 32 < NCAPINTS &&
	       table.features[feature / 32] & (1U << (feature & 31));
}

static void x86_cpuid_hide(unsigned int feature)
{
	table.features[feature / 32] &= ~(1U << (feature & 31));
}

static void x86_cpuid_hide_states(void)
{
	u64 have = x86_fpu_features();
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(feature_states); i++) {
		if ((have & feature_states[i].xcr0) == feature_states[i].xcr0)
			continue;
		for (j = 0; j < ARRAY_SIZE(feature_states[i].feature); j++)
			if (feature_states[i].feature[j])
				x86_cpuid_hide(feature_states[i].feature[j]);
	}
	if (x86_guest_has(X86_FEATURE_XSAVE))
		return;
	x86_cpuid_hide(X86_FEATURE_XSAVEOPT);
	x86_cpuid_hide(X86_FEATURE_XSAVEC);
	x86_cpuid_hide(X86_FEATURE_XGETBV1);
}

/* ---- init: read, filter, derive ------------------------------------------------ */

static struct x86_leaf x86_cpuid_host(u32 leaf, u32 subleaf)
{
	struct x86_leaf l;

	cpuid_count(leaf, subleaf, &l.eax, &l.ebx, &l.ecx, &l.edx);
	return l;
}

static u32 *x86_cpuid_reg(struct x86_leaf *l, unsigned int reg)
{
	return reg == 0 ? &l->eax : reg == 1 ? &l->ebx :
	       reg == 2 ? &l->ecx : &l->edx;
}

static bool x86_cpuid_host_has(u32 leaf)
{
	u32 max = cpuid_eax(leaf & EXTENDED);

	/* Processors without extended leaves answer with something else. */
	return leaf <= max && (max & 0xffff0000) == (leaf & 0xffff0000);
}

static void x86_cpuid_read_features(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(feature_words); i++) {
		const struct x86_feature_word *w = &feature_words[i];
		struct x86_leaf l;

		if (!x86_cpuid_host_has(w->leaf))
			continue;
		/* AMD has no sub-leaf 1 of leaf 7 before EAX of 0 says so. */
		if (w->leaf == 7 && w->subleaf &&
		    x86_cpuid_host(7, 0).eax < w->subleaf)
			continue;
		l = x86_cpuid_host(w->leaf, w->subleaf);
		table.features[w->word] = *x86_cpuid_reg(&l, w->reg) &
					  w->shown &
					  boot_cpu_data.x86_capability[w->word];
		table.features[w->word] |= w->set;
	}
	x86_cpuid_hide_states();
}

/* Leaves that pass as they are; the others are built from nothing. */
static void x86_cpuid_read_leaves(void)
{
	static const u32 pass[] = {
		0, 1, 2, 0x15, 0x16, EXTENDED + 1, EXTENDED + 2, EXTENDED + 3,
		EXTENDED + 4, EXTENDED + 5, EXTENDED + 6, EXTENDED + 0x19,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pass); i++) {
		if (!x86_cpuid_host_has(pass[i]))
			continue;
		if (pass[i] & EXTENDED)
			table.extended[pass[i] - EXTENDED] =
				x86_cpuid_host(pass[i], 0);
		else
			table.basic[pass[i]] = x86_cpuid_host(pass[i], 0);
	}
}

static void x86_cpuid_put_features(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(feature_words); i++) {
		const struct x86_feature_word *w = &feature_words[i];
		struct x86_leaf *l;

		if (w->leaf & EXTENDED)
			l = &table.extended[w->leaf - EXTENDED];
		else if (w->leaf == 0xd)
			l = &table.state[w->subleaf];
		else if (w->subleaf)
			continue;	/* 7.1: see x86_cpuid_find() */
		else
			l = &table.basic[w->leaf];
		*x86_cpuid_reg(l, w->reg) = table.features[w->word];
	}
}

static void x86_cpuid_fix_leaves(void)
{
	struct x86_leaf *basic = table.basic;
	struct x86_leaf *extended = table.extended;
	u32 max = basic[0].eax;

	/* Up to the last one with content; 0xb is ours. */
	max = min_t(u32, max, table.intel ? BASIC_LEAVES - 1 : 0xd);
	table.basic_max = max;
	basic[0].eax = max;
	/* CLFLUSH size stays; count and id are of the vCPU. */
	basic[1].ebx = (basic[1].ebx & 0xff00) | TOPOLOGY_LEGACY << 16;
	basic[7].eax = max >= 7 ? 1 : 0;

	max = x86_cpuid_host_has(EXTENDED) ? cpuid_eax(EXTENDED) : EXTENDED;
	table.extended_max = min_t(u32, max - EXTENDED, EXTENDED_LEAVES - 1);
	extended[0] = x86_cpuid_host(EXTENDED, 0);
	extended[0].eax = EXTENDED + table.extended_max;
	if (table.intel) {
		/* The rest of these leaves is AMD's. */
		extended[6].eax = 0;
		extended[6].ebx = 0;
		extended[6].edx = 0;
	} else {
		/* AMD repeats leaf 1 here. */
		extended[1].edx |= table.features[WORD(FPU)] & LEAF1_EDX;
		extended[1].ecx |= F(CMP_LEGACY);
		extended[8].ecx = TOPOLOGY_SHIFT << 12 | TOPOLOGY_LEGACY;
	}
	if (boot_cpu_has(X86_FEATURE_CONSTANT_TSC) &&
	    boot_cpu_has(X86_FEATURE_NONSTOP_TSC))
		extended[7].edx = BIT(8);	/* TscInvariant */
	/* LFENCE serializes, null selectors clear the base: facts, no controls */
	if (x86_cpuid_host_has(EXTENDED + 0x21))
		extended[0x21].eax = cpuid_eax(EXTENDED + 0x21) &
				     (BIT(0) | BIT(2) | BIT(6));
}

/* Leaf 4: the host's caches, each level shared by one core or by all. */
static void x86_cpuid_read_caches(void)
{
	unsigned int i;

	if (!table.intel || table.basic_max < 4)
		return;
	for (i = 0; i < CACHE_LEAVES; i++) {
		struct x86_leaf l = x86_cpuid_host(4, i);
		u32 level = l.eax >> 5 & 7;

		if (!(l.eax & 0x1f))
			break;
		l.eax &= 0x3fff;
		l.eax |= 0x3fU << 26;
		if (level > 2)
			l.eax |= 0xfffU << 14;
		table.cache[i] = l;
	}
}

static void x86_cpuid_read_states(void)
{
	u64 have = x86_fpu_features();
	u32 size = XSAVE_HEADER_END;
	unsigned int i;

	if (!x86_guest_has(X86_FEATURE_XSAVE) || table.basic_max < 0xd)
		return;
	for (i = 2; i < STATE_LEAVES - 1; i++) {
		struct x86_leaf *l = &table.state[i];

		if (!(have & BIT_ULL(i)))
			continue;
		*l = x86_cpuid_host(0xd, i);
		/* A user state; the alignment of the compacted form stays. */
		l->ecx &= BIT(1);
		l->edx = 0;
		size = max(size, l->ebx + l->eax);
	}
	table.state[0].eax = lower_32_bits(have);
	table.state[0].edx = upper_32_bits(have);
	table.state[0].ecx = size;
}

/* The control register bits that stand for features. */
static void x86_cpuid_derive(void)
{
	static const struct {
		u16 feature;
		u32 cr4;
	} bits[] = {
		{ X86_FEATURE_VME, X86_CR4_VME | X86_CR4_PVI },
		{ X86_FEATURE_TSC, X86_CR4_TSD },
		{ X86_FEATURE_DE, X86_CR4_DE },
		{ X86_FEATURE_PSE, X86_CR4_PSE },
		{ X86_FEATURE_PAE, X86_CR4_PAE },
		{ X86_FEATURE_MCE, X86_CR4_MCE },
		{ X86_FEATURE_PGE, X86_CR4_PGE },
		{ X86_FEATURE_FXSR, X86_CR4_OSFXSR },
		{ X86_FEATURE_XMM, X86_CR4_OSXMMEXCPT },
		{ X86_FEATURE_UMIP, X86_CR4_UMIP },
		{ X86_FEATURE_LA57, X86_CR4_LA57 },
		{ X86_FEATURE_FSGSBASE, X86_CR4_FSGSBASE },
		{ X86_FEATURE_PCID, X86_CR4_PCIDE },
		{ X86_FEATURE_XSAVE, X86_CR4_OSXSAVE },
		{ X86_FEATURE_SMEP, X86_CR4_SMEP },
		{ X86_FEATURE_SMAP, X86_CR4_SMAP },
		{ X86_FEATURE_PKU, X86_CR4_PKE },
	};
	unsigned int i;

	table.cr4 = X86_CR4_PCE;
	for (i = 0; i < ARRAY_SIZE(bits); i++)
		if (x86_guest_has(bits[i].feature))
			table.cr4 |= bits[i].cr4;
	if (x86_guest_has(X86_FEATURE_SYSCALL))
		table.efer |= EFER_SCE;
	if (x86_guest_has(X86_FEATURE_LM))
		table.efer |= EFER_LME | EFER_LMA;
	if (x86_guest_has(X86_FEATURE_NX))
		table.efer |= EFER_NX;
	if (x86_guest_has(X86_FEATURE_FXSR_OPT))
		table.efer |= EFER_FFXSR;
}

void x86_cpuid_init(bool tsc_aux)
{
	table.intel = boot_cpu_data.x86_vendor != X86_VENDOR_AMD &&
		      boot_cpu_data.x86_vendor != X86_VENDOR_HYGON;
	x86_cpuid_read_features();
	if (!tsc_aux) {
		x86_cpuid_hide(X86_FEATURE_RDTSCP);
		x86_cpuid_hide(X86_FEATURE_RDPID);
	}
	x86_cpuid_read_leaves();
	x86_cpuid_put_features();
	x86_cpuid_fix_leaves();
	x86_cpuid_read_caches();
	x86_cpuid_read_states();
	x86_cpuid_derive();
}

u64 x86_cr4_guest_bits(void)
{
	return table.cr4;
}

u64 x86_efer_guest_bits(void)
{
	return table.efer;
}

u32 x86_cpuid_signature(void)
{
	return table.basic[1].eax;
}

/* ---- the instruction --------------------------------------------------------------- */

/* Size of the XSAVE area for @features: standard or compacted form. */
static u32 x86_cpuid_xsave_size(u64 features, bool compacted)
{
	u32 size = XSAVE_HEADER_END;
	unsigned int i;

	for (i = 2; i < STATE_LEAVES - 1; i++) {
		const struct x86_leaf *l = &table.state[i];

		if (!(features & BIT_ULL(i)))
			continue;
		if (!compacted)
			size = max(size, l->ebx + l->eax);
		else
			size = (l->ecx & BIT(1) ? ALIGN(size, 64) : size) +
			       l->eax;
	}
	return size;
}

static struct x86_leaf x86_cpuid_state(struct x86_vcpu *x, u32 subleaf)
{
	struct x86_leaf l = {};

	if (subleaf >= STATE_LEAVES)
		return l;
	l = table.state[array_index_nospec(subleaf, STATE_LEAVES)];
	if (!x86_guest_has(X86_FEATURE_XSAVE))
		return l;
	if (subleaf == 0)
		l.ebx = x86_cpuid_xsave_size(x->fpu.xcr0, false);
	else if (subleaf == 1 && x86_guest_has(X86_FEATURE_XSAVEC))
		l.ebx = x86_cpuid_xsave_size(x->fpu.xcr0, true);
	return l;
}

/* Leaf 0xb: level 0 one thread to a core, level 1 all cores in the package. */
static struct x86_leaf x86_cpuid_topology(struct x86_vcpu *x, u32 subleaf)
{
	struct x86_leaf l = { .ecx = subleaf & 0xff, .edx = x->apic_id };

	if (subleaf == 0) {
		l.ebx = 1;
		l.ecx |= 1 << 8;	/* SMT */
	} else if (subleaf == 1) {
		l.eax = TOPOLOGY_SHIFT;
		l.ebx = TOPOLOGY_COUNT;
		l.ecx |= 2 << 8;	/* core */
	}
	return l;
}

/* Leaves whose content is of the vCPU, or depends on ECX. */
static struct x86_leaf x86_cpuid_basic(struct x86_vcpu *x, u32 leaf, u32 subleaf,
				       u64 cr4)
{
	static const struct x86_leaf none;
	struct x86_leaf l = table.basic[array_index_nospec(leaf, BASIC_LEAVES)];

	switch (leaf) {
	case 1:
		l.ebx |= x->apic_id << 24;
		if (cr4 & X86_CR4_OSXSAVE)
			l.ecx |= F(OSXSAVE);
		return l;
	case 4:
		if (subleaf >= CACHE_LEAVES)
			return none;
		return table.cache[array_index_nospec(subleaf, CACHE_LEAVES)];
	case 7:
		if (subleaf == 1)
			return (struct x86_leaf){
				.eax = table.features[WORD(AVX_VNNI)],
			};
		if (subleaf)
			return none;
		if (cr4 & X86_CR4_PKE)
			l.ecx |= F(OSPKE);
		return l;
	case 0xb:
		return x86_cpuid_topology(x, subleaf);
	case 0xd:
		return x86_cpuid_state(x, subleaf);
	default:
		return l;
	}
}

static struct x86_leaf x86_cpuid_extended(u32 leaf)
{
	struct x86_leaf l =
		table.extended[array_index_nospec(leaf, EXTENDED_LEAVES)];

	if (leaf == 8)
		l.eax = axvcpu_host.gpa_bits |
			(x86_guest_has(X86_FEATURE_LA57) ? 57 : 48) << 8;
	return l;
}

/*
 * A leaf beyond the last reads as zero on AMD, and as the highest basic leaf on
 * Intel (SDM Volume 2, CPUID).
 */
static struct x86_leaf x86_cpuid_find(struct x86_vcpu *x, u32 leaf, u32 subleaf,
				      u64 cr4)
{
	static const struct x86_leaf none;

	if (likely(leaf <= table.basic_max))
		return x86_cpuid_basic(x, leaf, subleaf, cr4);
	if (leaf - EXTENDED <= table.extended_max)
		return x86_cpuid_extended(leaf - EXTENDED);
	if (leaf == HYPERVISOR)
		return hypervisor_leaf;
	if (leaf - HYPERVISOR < HYPERVISOR_LEAVES || !table.intel)
		return none;
	return x86_cpuid_basic(x, table.basic_max, subleaf, cr4);
}

void x86_cpuid(struct x86_vcpu *x, u64 cr4)
{
	struct x86_leaf l = x86_cpuid_find(x, x->gpr[AXVCPU_X86_RAX],
					   x->gpr[AXVCPU_X86_RCX], cr4);

	x->gpr[AXVCPU_X86_RAX] = l.eax;
	x->gpr[AXVCPU_X86_RBX] = l.ebx;
	x->gpr[AXVCPU_X86_RCX] = l.ecx;
	x->gpr[AXVCPU_X86_RDX] = l.edx;
}
