// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's own translation tables, walked for TRANSLATE: stage 1 of EL1&0 with
 * granules of 4, 16 and 64 KiB and addresses of up to 48 bits.
 *
 * DDI 0487, D8: "Translation table descriptor formats", "Memory access control".
 */
#include <linux/kernel.h>
#include <linux/byteorder/generic.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>

#include "../memory.h"
#include "access.h"
#include "arm64.h"

#define TCR_EPD(high)		((high) ? BIT_ULL(23) : BIT_ULL(7))
#define TCR_TSZ(tcr, high)	((high) ? (tcr) >> 16 & 63 : (tcr) & 63)
#define TCR_HPD(high)		((high) ? BIT_ULL(42) : BIT_ULL(41))
#define TCR_TBI(high)		((high) ? BIT_ULL(38) : BIT_ULL(37))
#define TCR_IPS(tcr)		((tcr) >> 32 & 7)
#define EL1_SCTLR_M		BIT_ULL(0)
#define EL1_SCTLR_WXN		BIT_ULL(19)
#define EL1_SCTLR_EE		BIT_ULL(25)
#define S1_VALID		BIT_ULL(0)
#define S1_TABLE		BIT_ULL(1)
#define S1_AP_USER		BIT_ULL(6)
#define S1_AP_READONLY		BIT_ULL(7)
#define S1_AF			BIT_ULL(10)
#define S1_PXN			BIT_ULL(53)
#define S1_UXN			BIT_ULL(54)
#define S1_PXN_TABLE		BIT_ULL(59)
#define S1_UXN_TABLE		BIT_ULL(60)
#define S1_AP_TABLE_NO_USER	BIT_ULL(61)
#define S1_AP_TABLE_READONLY	BIT_ULL(62)
#define S1_ADDRESS_BITS		48

/**
 * struct arm64_walk - one walk
 * @va: address
 * @high: by TTBR1_EL1
 * @out_bits: of physical addresses
 * @shift: of a page
 * @level: of @entry, 0 to 3
 * @place: of the last descriptor that was read, or was to be
 * @entry: which that is
 * @limits: of the tables above: attributes as in a leaf
 * @fault: status code, as in ESR_EL1
 */
struct arm64_walk {
	u64 va;
	bool high;
	unsigned int out_bits;
	unsigned int shift;
	unsigned int level;
	u64 place;
	u64 entry;
	u64 limits;
	u32 fault;
};

static int walk_fault(struct arm64_walk *w, u32 type)
{
	w->fault = type | w->level;
	return 1;
}

/* Return: 0: the granule is not there. */
static unsigned int walk_granule(u64 tcr, bool high)
{
	static const u8 low_shift[] = { 12, 16, 14, 0 };
	static const u8 high_shift[] = { 0, 14, 12, 16 };

	return high ? high_shift[tcr >> 30 & 3] : low_shift[tcr >> 14 & 3];
}

/* "Output address size": what TCR_EL1.IPS says, or what the processor has. */
static unsigned int walk_out_bits(u64 tcr)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48, 48, 48 };
	u64 mmfr0 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1);

	return bits[min(TCR_IPS(tcr), ID_FIELD(mmfr0, ID_MMFR0_PARANGE) & 7)];
}

/* "Input address size": the largest TnSZ; it is larger with FEAT_TTST. */
static unsigned int walk_largest_size(const struct arm64_walk *w)
{
	u64 mmfr2 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR2_EL1);

	if (!ID_FIELD(mmfr2, ID_MMFR2_ST))
		return 39;
	return w->shift == 16 ? 47 : 48;
}

/*
 * Where the walk begins. Return: bits of address below the first table's, or 0: the
 * address is in no half.
 */
static unsigned int walk_begin(struct arm64_walk *w, u64 tcr)
{
	unsigned int size = TCR_TSZ(tcr, w->high), bits;
	u64 above;

	w->level = 0;
	w->out_bits = walk_out_bits(tcr);
	w->shift = walk_granule(tcr, w->high);
	if (!w->shift || tcr & TCR_EPD(w->high) || size < 16 ||
	    size > walk_largest_size(w))
		return 0;
	bits = 64 - size;
	/* The address is the sign's from there on; the top byte may be ignored. */
	above = w->va >> bits;
	if (tcr & TCR_TBI(w->high))
		above &= (1ULL << (56 - bits)) - 1;
	if (above != (w->high ? (tcr & TCR_TBI(w->high) ?
				 (1ULL << (56 - bits)) - 1 :
				 ~0ULL >> bits) : 0))
		return 0;
	w->level = 4 - DIV_ROUND_UP(bits - w->shift, w->shift - 3);
	return bits;
}

static bool walk_has_hpd(void)
{
	u64 mmfr1 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR1_EL1);

	return ID_FIELD(mmfr1, ID_MMFR1_HPDS);
}

static void walk_limit(struct arm64_walk *w, u64 tcr)
{
	u64 e = w->entry;

	if (tcr & TCR_HPD(w->high) && walk_has_hpd())
		return;
	if (e & S1_PXN_TABLE)
		w->limits |= S1_PXN;
	if (e & S1_UXN_TABLE)
		w->limits |= S1_UXN;
	if (e & S1_AP_TABLE_READONLY)
		w->limits |= S1_AP_READONLY;
	if (e & S1_AP_TABLE_NO_USER)
		w->limits |= S1_AP_USER;
}

static u64 walk_address(u64 entry, unsigned int shift)
{
	return entry & GENMASK_ULL(S1_ADDRESS_BITS - 1, shift);
}

/* Blocks are from level 1 on with 4 KiB, else from level 2 on. */
static bool walk_valid(const struct arm64_walk *w)
{
	if (!(w->entry & S1_VALID))
		return false;
	if (w->entry & S1_TABLE)
		return true;
	return w->level < 3 && w->level >= (w->shift == 12 ? 1 : 2);
}

static bool walk_too_far(const struct arm64_walk *w, u64 address)
{
	return address >> w->out_bits;
}

/*
 * Down to a leaf. Return: 0; 1: @fault says why not; -EFAULT: the host has no page of
 * a table.
 */
static int walk_down(struct arm64_vcpu *v, struct arm64_walk *w, u64 table,
		     unsigned int bits)
{
	unsigned int stride = w->shift - 3;
	u64 entry;
	int ret;

	if (walk_too_far(w, table)) {
		w->level = 0;
		return walk_fault(w, ESR_FSC_ADDRESS);
	}
	for (;; w->level++) {
		unsigned int low = w->shift + stride * (3 - w->level);
		u64 index = (w->va & GENMASK_ULL(bits - 1, 0)) >> low;

		w->place = table + index * 8;
		ret = axvcpu_memory_read(v->core.vm, w->place, &entry,
					 sizeof(entry));
		if (ret == -ENXIO)
			return walk_fault(w, ESR_FSC_EXTERNAL + 4);
		if (ret)
			return ret;
		w->entry = v->sys.sctlr_el1 & EL1_SCTLR_EE ?
				   be64_to_cpu((__force __be64)entry) :
				   le64_to_cpu((__force __le64)entry);
		if (!walk_valid(w))
			return walk_fault(w, ESR_FSC_TRANSLATION);
		if (walk_too_far(w, walk_address(w->entry, w->shift)))
			return walk_fault(w, ESR_FSC_ADDRESS);
		if (w->level == 3 || !(w->entry & S1_TABLE))
			return 0;
		walk_limit(w, v->sys.tcr_el1);
		table = walk_address(w->entry, w->shift);
		bits = low;
	}
}

static bool walk_allowed(const struct arm64_vcpu *v, const struct arm64_walk *w,
			 u32 access)
{
	bool user = w->entry & S1_AP_USER && !(w->limits & S1_AP_USER);
	u64 e = w->entry | (w->limits & ~S1_AP_USER);
	bool write = !(e & S1_AP_READONLY);
	bool wxn = v->sys.sctlr_el1 & EL1_SCTLR_WXN;

	if (access & AXVCPU_ACCESS_USER && !user &&
	    access & (AXVCPU_ACCESS_READ | AXVCPU_ACCESS_WRITE))
		return false;
	if (access & AXVCPU_ACCESS_WRITE && !write)
		return false;
	if (!(access & AXVCPU_ACCESS_EXECUTE))
		return true;
	/* WXN asks what the level that executes can write. */
	if (access & AXVCPU_ACCESS_USER)
		return !(e & S1_UXN) && !(wxn && user && write);
	/* EL1 never executes what EL0 can write. */
	return !(e & S1_PXN) && !(write && (user || wxn));
}

/* TCR_EL1.HA is reserved where the processor does not set the flag. */
static bool walk_sets_flag(u64 tcr)
{
	u64 mmfr1 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR1_EL1);

	return tcr & TCR_HA && ID_FIELD(mmfr1, ID_MMFR1_HAFDBS);
}

static int walk(struct arm64_vcpu *v, struct arm64_walk *w, u32 access)
{
	u64 tcr = v->sys.tcr_el1;
	u64 ttbr = w->high ? v->sys.ttbr1_el1 : v->sys.ttbr0_el1;
	unsigned int bits = walk_begin(w, tcr);
	int ret;

	if (!bits)
		return walk_fault(w, ESR_FSC_TRANSLATION);
	/* Bit 0 is CnP, and the ASID is above. */
	ret = walk_down(v, w, ttbr & GENMASK_ULL(S1_ADDRESS_BITS - 1, 1), bits);
	if (ret)
		return ret;
	if (!(w->entry & S1_AF) && !walk_sets_flag(tcr))
		return walk_fault(w, ESR_FSC_ACCESS);
	return walk_allowed(v, w, access) ?
		       0 : walk_fault(w, ESR_FSC_PERMISSION);
}

/* What the host can't read: the instruction, or a table on the way to it. */
static int fetch_failed(struct arm64_vcpu *v, u64 gpa, u32 access)
{
	struct axvcpu_fault *fault = &v->core.fault;

	fault->gpa = gpa;
	fault->gva = v->pc;
	fault->access = access | AXVCPU_ACCESS_GVA;
	fault->cause = AXVCPU_NPF_HOST_FAULT;
	fault->host_errno = EFAULT;
	return -EFAULT;
}

int arm64_fetch(struct arm64_vcpu *v, u32 *word)
{
	struct arm64_walk w = { .va = v->pc, .high = v->pc >> 55 & 1 };
	u32 access = AXVCPU_ACCESS_EXECUTE |
		     (v->pstate & PS_EL ? 0 : AXVCPU_ACCESS_USER);
	u64 gpa = v->pc;
	__le32 insn;
	int ret;

	if (v->pc & 3)
		return 1;
	if (v->sys.sctlr_el1 & EL1_SCTLR_M) {
		unsigned int low;

		ret = walk(v, &w, access);
		if (ret == -EFAULT)
			return fetch_failed(v, w.place, AXVCPU_ACCESS_READ |
							AXVCPU_ACCESS_WALK);
		if (ret)
			return ret;
		low = w.shift + (w.shift - 3) * (3 - w.level);
		gpa = walk_address(w.entry, low) |
		      (v->pc & GENMASK_ULL(low - 1, 0));
	}
	/* Little-endian, whatever data is. */
	ret = axvcpu_memory_read(v->core.vm, gpa, &insn, sizeof(insn));
	if (ret == -EFAULT)
		return fetch_failed(v, gpa, access);
	*word = le32_to_cpu(insn);
	return ret;
}

int arm64_translate(struct axvcpu_vcpu *vcpu, struct axvcpu_translate *args)
{
	struct arm64_vcpu *v = to_arm64(vcpu);
	struct arm64_walk w = { .va = args->gva, .high = args->gva >> 55 & 1 };
	unsigned int low;
	int ret;

	args->valid = 1;
	args->error_code = 0;
	args->gpa = args->gva;
	args->page_size = PAGE_SIZE;
	if (!(v->sys.sctlr_el1 & EL1_SCTLR_M))
		return 0;
	ret = walk(v, &w, args->access);
	if (ret < 0)
		return ret;
	if (ret) {
		args->valid = 0;
		args->error_code = w.fault;
		args->gpa = 0;
		args->page_size = 0;
		return 0;
	}
	low = w.shift + (w.shift - 3) * (3 - w.level);
	args->page_size = 1ULL << low;
	args->gpa = walk_address(w.entry, low) |
		    (args->gva & (args->page_size - 1));
	return 0;
}
