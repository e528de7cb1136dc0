// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ID registers, each vCPU's own. A guest is shown at most what the host has and
 * this module can honour, field by field; the VMM can take more away before the vCPU
 * has run.
 *
 * What is hidden and can be trapped is undefined for the guest: vcpu.c for the traps,
 * sysreg.c for the registers.
 *
 * DDI 0487: "AArch64 System Register Descriptions" for the fields, "Principles of the
 * ID scheme for fields in ID registers" for their order.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>

#include "arm64.h"
#include "idreg.h"

/**
 * enum id_kind - which values of a field promise less
 * @ID_LOWER: smaller ones, down to 0
 * @ID_COUNT: same, down to 1
 * @ID_SIGNED: smaller ones of four bits with a sign, down to -1
 * @ID_WHOLE: 0 alone: what the instructions do can't be changed, but they can be away
 * @ID_FIXED: none: there is no way to hide it, or the guest needs it
 */
enum id_kind {
	ID_LOWER,
	ID_COUNT,
	ID_SIGNED,
	ID_WHOLE,
	ID_FIXED,
};

/*
 * One field, with the most that can be honoured. A field without a row is 0; so are
 * all registers of AArch32, as EL0 and EL1 are shown without it.
 */
static const struct id_field {
	u8 reg;
	u8 shift;
	u8 kind;
	u8 most;
} id_fields[] = {
	{ ID_AA64PFR0, 0, ID_FIXED, 1 },	/* EL0: AArch64 only */
	{ ID_AA64PFR0, 4, ID_FIXED, 1 },	/* EL1 */
	{ ID_AA64PFR0, 16, ID_SIGNED, 1 },	/* FP */
	{ ID_AA64PFR0, 20, ID_SIGNED, 1 },	/* AdvSIMD */
	{ ID_AA64PFR0, 24, ID_FIXED, 1 },	/* GIC */
	{ ID_AA64PFR0, 32, ID_LOWER, 1 },	/* SVE */
	{ ID_AA64PFR0, 48, ID_LOWER, 15 },	/* DIT */
	{ ID_AA64PFR0, 56, ID_LOWER, 1 },	/* CSV2: without SCXTNUM_EL1 */
	{ ID_AA64PFR0, 60, ID_LOWER, 15 },	/* CSV3 */
	{ ID_AA64PFR1, 0, ID_LOWER, 15 },	/* BT */
	{ ID_AA64PFR1, 4, ID_LOWER, 2 },	/* SSBS */
	{ ID_AA64ZFR0, 0, ID_LOWER, 1 },	/* SVEver: SVE2 */
	{ ID_AA64ZFR0, 4, ID_LOWER, 15 },	/* AES */
	{ ID_AA64ZFR0, 16, ID_LOWER, 15 },	/* BitPerm */
	{ ID_AA64ZFR0, 20, ID_LOWER, 15 },	/* BF16 */
	{ ID_AA64ZFR0, 32, ID_LOWER, 15 },	/* SHA3 */
	{ ID_AA64ZFR0, 40, ID_LOWER, 15 },	/* SM4 */
	{ ID_AA64ZFR0, 44, ID_LOWER, 15 },	/* I8MM */
	{ ID_AA64ZFR0, 52, ID_LOWER, 15 },	/* F32MM */
	{ ID_AA64ZFR0, 56, ID_LOWER, 15 },	/* F64MM */
	{ ID_AA64DFR0, 0, ID_FIXED, 6 },	/* DebugVer: Armv8.0 */
	{ ID_AA64DFR0, 12, ID_COUNT, 15 },	/* BRPs */
	{ ID_AA64DFR0, 20, ID_COUNT, 15 },	/* WRPs */
	{ ID_AA64DFR0, 28, ID_LOWER, 15 },	/* CTX_CMPs */
	{ ID_AA64ISAR0, 4, ID_LOWER, 15 },	/* AES */
	{ ID_AA64ISAR0, 8, ID_LOWER, 15 },	/* SHA1 */
	{ ID_AA64ISAR0, 12, ID_LOWER, 15 },	/* SHA2 */
	{ ID_AA64ISAR0, 16, ID_LOWER, 15 },	/* CRC32 */
	{ ID_AA64ISAR0, 20, ID_LOWER, 15 },	/* Atomic */
	{ ID_AA64ISAR0, 28, ID_LOWER, 15 },	/* RDM */
	{ ID_AA64ISAR0, 32, ID_LOWER, 15 },	/* SHA3 */
	{ ID_AA64ISAR0, 36, ID_LOWER, 15 },	/* SM3 */
	{ ID_AA64ISAR0, 40, ID_LOWER, 15 },	/* SM4 */
	{ ID_AA64ISAR0, 44, ID_LOWER, 15 },	/* DP */
	{ ID_AA64ISAR0, 48, ID_LOWER, 15 },	/* FHM */
	{ ID_AA64ISAR0, 52, ID_LOWER, 15 },	/* TS */
	{ ID_AA64ISAR0, 56, ID_LOWER, 15 },	/* TLB */
	{ ID_AA64ISAR0, 60, ID_LOWER, 15 },	/* RNDR */
	{ ID_AA64ISAR1, 0, ID_LOWER, 15 },	/* DPB */
	{ ID_AA64ISAR1, 4, ID_WHOLE, 15 },	/* APA */
	{ ID_AA64ISAR1, 8, ID_WHOLE, 15 },	/* API */
	{ ID_AA64ISAR1, 12, ID_LOWER, 15 },	/* JSCVT */
	{ ID_AA64ISAR1, 16, ID_LOWER, 15 },	/* FCMA */
	{ ID_AA64ISAR1, 20, ID_LOWER, 15 },	/* LRCPC */
	{ ID_AA64ISAR1, 24, ID_WHOLE, 15 },	/* GPA */
	{ ID_AA64ISAR1, 28, ID_WHOLE, 15 },	/* GPI */
	{ ID_AA64ISAR1, 32, ID_LOWER, 15 },	/* FRINTTS */
	{ ID_AA64ISAR1, 36, ID_LOWER, 15 },	/* SB */
	{ ID_AA64ISAR1, 40, ID_LOWER, 15 },	/* SPECRES */
	{ ID_AA64ISAR1, 44, ID_LOWER, 15 },	/* BF16 */
	{ ID_AA64ISAR1, 48, ID_LOWER, 15 },	/* DGH */
	{ ID_AA64ISAR1, 52, ID_LOWER, 15 },	/* I8MM */
	{ ID_AA64ISAR2, 4, ID_LOWER, 15 },	/* RPRES */
	{ ID_AA64ISAR2, 8, ID_WHOLE, 15 },	/* GPA3 */
	{ ID_AA64ISAR2, 12, ID_WHOLE, 15 },	/* APA3 */
	{ ID_AA64ISAR2, 20, ID_LOWER, 15 },	/* BC */
	{ ID_AA64ISAR2, 24, ID_WHOLE, 15 },	/* PAC_frac */
	{ ID_AA64ISAR2, 28, ID_LOWER, 15 },	/* CLRBHB */
	{ ID_AA64MMFR0, 0, ID_LOWER, 5 },	/* PARange: 48 bits */
	{ ID_AA64MMFR0, 4, ID_LOWER, 15 },	/* ASIDBits */
	{ ID_AA64MMFR0, 8, ID_LOWER, 15 },	/* BigEnd */
	{ ID_AA64MMFR0, 16, ID_LOWER, 15 },	/* BigEndEL0 */
	{ ID_AA64MMFR0, 20, ID_LOWER, 1 },	/* TGran16, without 52-bit addresses */
	{ ID_AA64MMFR0, 24, ID_SIGNED, 0 },	/* TGran64 */
	{ ID_AA64MMFR0, 28, ID_SIGNED, 0 },	/* TGran4, same */
	{ ID_AA64MMFR1, 0, ID_LOWER, 2 },	/* HAFDBS */
	{ ID_AA64MMFR1, 12, ID_LOWER, 15 },	/* HPDS */
	{ ID_AA64MMFR1, 20, ID_LOWER, 15 },	/* PAN */
	{ ID_AA64MMFR1, 36, ID_LOWER, 15 },	/* ETS */
	{ ID_AA64MMFR1, 44, ID_LOWER, 15 },	/* AFP */
	{ ID_AA64MMFR1, 48, ID_LOWER, 15 },	/* nTLBPA */
	{ ID_AA64MMFR2, 4, ID_LOWER, 15 },	/* UAO */
	{ ID_AA64MMFR2, 8, ID_LOWER, 15 },	/* LSM */
	{ ID_AA64MMFR2, 20, ID_FIXED, 15 },	/* CCIDX: the format of CCSIDR_EL1 */
	{ ID_AA64MMFR2, 28, ID_LOWER, 15 },	/* ST */
	{ ID_AA64MMFR2, 32, ID_LOWER, 15 },	/* AT */
	{ ID_AA64MMFR2, 36, ID_FIXED, 15 },	/* IDS: how EL0's access to these fails */
	{ ID_AA64MMFR2, 48, ID_LOWER, 15 },	/* TTL */
	{ ID_AA64MMFR2, 60, ID_LOWER, 15 },	/* E0PD */
};

/* The most that a guest of this host is shown, and which bits there are. */
static u64 id_most[ID_REGS] __ro_after_init;
static u64 id_known[ID_REGS] __ro_after_init;

static int id_signed(u64 field)
{
	return field & 8 ? (int)field - 16 : (int)field;
}

/* @value promises no more than @most does. */
static bool id_within(enum id_kind kind, u64 value, u64 most)
{
	switch (kind) {
	case ID_LOWER:
		return value <= most;
	case ID_COUNT:
		return value <= most && (value || !most);
	case ID_SIGNED:
		return id_signed(value) <= id_signed(most);
	case ID_WHOLE:
		return value == most || !value;
	default:
		return value == most;
	}
}

/* ---- the host --------------------------------------------------------------------- */

static u64 id_host(const struct id_field *f)
{
	u64 host = read_sanitised_ftr_reg(sys_reg(3, 0, 0, f->reg / 8,
						  f->reg % 8));
	u64 value = ID_FIELD(host, f->shift);
	enum id_kind order = f->kind == ID_SIGNED ? ID_SIGNED : ID_LOWER;

	return id_within(order, value, f->most) ? value : f->most;
}

void arm64_id_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(id_fields); i++) {
		const struct id_field *f = &id_fields[i];

		id_most[f->reg] |= id_host(f) << f->shift;
		id_known[f->reg] |= 0xfULL << f->shift;
	}
	if (!el2_features.gic)
		id_most[ID_AA64PFR0] &= ~(0xfULL << ID_PFR0_GIC);
	if (!el2_features.sve_vl) {
		id_most[ID_AA64PFR0] &= ~(0xfULL << ID_PFR0_SVE);
		id_most[ID_AA64ZFR0] = 0;
	}
	id_known[ID_MIDR] = U32_MAX;
}

/* Address or generic authentication, by any of its algorithms. */
static bool id_pauth(const u64 *reg)
{
	u64 isar1 = reg[ID_AA64ISAR1], isar2 = reg[ID_AA64ISAR2];

	return ID_FIELD(isar1, ID_ISAR1_APA) | ID_FIELD(isar1, ID_ISAR1_API) |
	       ID_FIELD(isar1, ID_ISAR1_GPA) | ID_FIELD(isar1, ID_ISAR1_GPI) |
	       ID_FIELD(isar2, ID_ISAR2_GPA3) | ID_FIELD(isar2, ID_ISAR2_APA3);
}

bool arm64_id_host_pauth(void)
{
	return id_pauth(id_most);
}

bool arm64_id_pauth(const struct arm64_vcpu *v)
{
	return id_pauth(v->id_regs.reg);
}

/* ---- one vCPU ------------------------------------------------------------------------ */

void arm64_id_new(struct arm64_vcpu *v)
{
	BUILD_BUG_ON(sizeof(v->id_regs) != sizeof(id_most));
	memcpy(v->id_regs.reg, id_most, sizeof(id_most));
	v->id_regs.reg[ID_MIDR] = read_cpuid_id();
	v->midr = v->id_regs.reg[ID_MIDR];
}

static bool id_reg_valid(const u64 *reg)
{
	unsigned int i;

	for (i = 0; i < ID_REGS; i++)
		if (reg[i] & ~id_known[i])
			return false;
	for (i = 0; i < ARRAY_SIZE(id_fields); i++) {
		const struct id_field *f = &id_fields[i];

		if (!id_within(f->kind, ID_FIELD(reg[f->reg], f->shift),
			       ID_FIELD(id_most[f->reg], f->shift)))
			return false;
	}
	return true;
}

/* What the manual says of two fields together. */
static bool id_fields_agree(const u64 *reg)
{
	u64 sve = ID_FIELD(reg[ID_AA64PFR0], ID_PFR0_SVE);

	if (sve && ID_FIELD(reg[ID_AA64PFR0], ID_PFR0_FP) == ID_ABSENT)
		return false;
	if (!sve && reg[ID_AA64ZFR0])
		return false;
	return ID_FIELD(reg[ID_AA64PFR0], ID_PFR0_FP) ==
		       ID_FIELD(reg[ID_AA64PFR0], ID_PFR0_ADVSIMD) &&
	       ID_FIELD(reg[ID_AA64DFR0], ID_DFR0_CTX_CMPS) <=
		       ID_FIELD(reg[ID_AA64DFR0], ID_DFR0_BRPS);
}

/* What a guest has seen does not change. */
int arm64_id_set(struct arm64_vcpu *v, const struct axvcpu_arm64_id *id)
{
	if (!id_reg_valid(id->reg) || !id_fields_agree(id->reg))
		return -EINVAL;
	if (v->ran && memcmp(&v->id_regs, id, sizeof(*id)))
		return -EBADFD;
	v->id_regs = *id;
	v->midr = id->reg[ID_MIDR];
	return 0;
}
