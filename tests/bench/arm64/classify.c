// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The classes of A64 instructions (DDI 0487, C4 "A64 Instruction Set Encoding"). An
 * instruction says all of itself, so there is no state.
 */
#include <string.h>

#include "classes.h"
#include "marker.h"

const char *class_name(unsigned int class)
{
	static const char *const names[CLASS_COUNT] = {
		[CLASS_OTHER] = "other",
		[CLASS_TLBI] = "tlbi",
		[CLASS_AT] = "at",
		[CLASS_IC] = "ic",
		[CLASS_DC] = "dc",
		[CLASS_DSB] = "dsb",
		[CLASS_DMB] = "dmb",
		[CLASS_ISB] = "isb",
		[CLASS_ERET] = "eret",
		[CLASS_SVC] = "svc",
		[CLASS_HVC] = "hvc",
		[CLASS_SMC] = "smc",
		[CLASS_READ_EL0] = "read_el0",
		[CLASS_WRITE_EL0] = "write_el0",
		[CLASS_READ_EL1] = "read_el1",
		[CLASS_WRITE_EL1] = "write_el1",
		[CLASS_READ_EL2] = "read_el2",
		[CLASS_WRITE_EL2] = "write_el2",
		[CLASS_READ_EL12] = "read_el12",
		[CLASS_WRITE_EL12] = "write_el12",
		[CLASS_READ_GIC] = "read_gic",
		[CLASS_WRITE_GIC] = "write_gic",
		[CLASS_READ_TIMER] = "read_timer",
		[CLASS_WRITE_TIMER] = "write_timer",
		[CLASS_DEBUG] = "debug",
		[CLASS_PSTATE] = "pstate",
		[CLASS_EXCLUSIVE] = "exclusive",
		[CLASS_ATOMIC] = "atomic",
		[CLASS_ORDERED] = "ordered",
		[CLASS_FP_MEMORY] = "fp_memory",
		[CLASS_INDIRECT] = "indirect",
		[CLASS_PAUTH] = "pauth",
	};

	return names[class];
}

/* ---- the system instructions' operands ------------------------------------------ */

static unsigned int field(uint32_t insn, unsigned int low, unsigned int bits)
{
	return insn >> low & ((1u << bits) - 1);
}

#define OP0(insn) field(insn, 19, 2)
#define OP1(insn) field(insn, 16, 3)
#define CRN(insn) field(insn, 12, 4)
#define CRM(insn) field(insn, 8, 4)
#define OP2(insn) field(insn, 5, 3)

static bool is_read(uint32_t insn)
{
	return insn >> 21 & 1;
}

static bool is_register(uint32_t insn, unsigned int op1, unsigned int crn, unsigned int crm,
			unsigned int op2)
{
	return OP0(insn) == 3 && OP1(insn) == op1 && CRN(insn) == crn && CRM(insn) == crm &&
	       OP2(insn) == op2;
}

/* ---- op0 0: hints, barriers, PSTATE ---------------------------------------------- */

/* Pointer authentication among the hints: CRm and op2 are the hint's number. */
static enum insn_class classify_hint(uint32_t insn)
{
	switch (field(insn, 5, 7)) {
	case 7:	 /* XPACLRI */
	case 8:	 /* PACIA1716 */
	case 10: /* PACIB1716 */
	case 12: /* AUTIA1716 */
	case 14: /* AUTIB1716 */
	case 24: /* PACIAZ to AUTIBSP */
	case 25:
	case 26:
	case 27:
	case 28:
	case 29:
	case 30:
	case 31:
		return CLASS_PAUTH;
	default:
		return CLASS_OTHER;
	}
}

static enum insn_class classify_barrier(uint32_t insn)
{
	switch (OP2(insn)) {
	case 1: /* DSB with nXS */
		return (CRM(insn) & 3) == 2 ? CLASS_DSB : CLASS_OTHER;
	case 4: /* SSBB and PSSBB are others */
		return CRM(insn) & ~4u ? CLASS_DSB : CLASS_OTHER;
	case 5:
		return CLASS_DMB;
	case 6:
	case 7: /* SB */
		return CLASS_ISB;
	default:
		return CLASS_OTHER;
	}
}

/* MSR of an immediate: UAO, PAN and SPSel; ALLINT; SSBS, DIT, TCO, DAIFSet and DAIFClr. */
static enum insn_class classify_pstate(uint32_t insn)
{
	unsigned int op2 = OP2(insn);

	if ((OP1(insn) == 0 && op2 >= 3 && op2 <= 5) || (OP1(insn) == 1 && op2 == 0))
		return CLASS_PSTATE;
	return OP1(insn) == 3 && op2 != 0 && op2 != 3 && op2 != 5 ? CLASS_PSTATE : CLASS_OTHER;
}

static enum insn_class classify_op0_0(uint32_t insn)
{
	if (is_read(insn) || field(insn, 0, 5) != 31)
		return CLASS_OTHER;
	if (CRN(insn) == 4)
		return classify_pstate(insn);
	if (OP1(insn) != 3)
		return CLASS_OTHER;
	switch (CRN(insn)) {
	case 2:
		return classify_hint(insn);
	case 3:
		return classify_barrier(insn);
	default:
		return CLASS_OTHER;
	}
}

/* ---- op0 1: maintenance -------------------------------------------------------------- */

static enum insn_class classify_maintenance(uint32_t insn)
{
	if (is_read(insn))
		return CLASS_OTHER;
	if (CRN(insn) == 8 || CRN(insn) == 9)
		return CLASS_TLBI;
	if (CRN(insn) != 7)
		return CLASS_OTHER;
	switch (CRM(insn)) {
	case 1:
	case 5:
		return CLASS_IC;
	case 8:
	case 9:
		return CLASS_AT;
	case 6:
	case 10:
	case 11:
	case 12:
	case 13:
	case 14:
		return CLASS_DC;
	default: /* DC ZVA and its like only write memory */
		return CLASS_OTHER;
	}
}

/* ---- op0 2 and 3: registers ----------------------------------------------------------- */

/*
 * What software keeps for itself, and PSTATE where it is only read: "current", the CPU's
 * own data, flags. They cost as much as any instruction.
 */
static bool is_plain(uint32_t insn)
{
	return is_register(insn, 0, 4, 1, 0) ||			   /* SP_EL0 */
	       is_register(insn, 0, 13, 0, 4) ||		   /* TPIDR_EL1 */
	       is_register(insn, 4, 13, 0, 2) ||		   /* TPIDR_EL2 */
	       is_register(insn, 3, 13, 0, 2) ||		   /* TPIDR_EL0 */
	       is_register(insn, 3, 13, 0, 3) ||		   /* TPIDRRO_EL0 */
	       is_register(insn, 3, 4, 2, 0) ||			   /* NZCV */
	       (is_read(insn) && (is_register(insn, 3, 4, 2, 1) || /* DAIF */
				  is_register(insn, 0, 4, 2, 2))); /* CurrentEL */
}

/* PSTATE's own registers; CRm 3 is ALLINT. */
static bool is_pstate(uint32_t insn)
{
	if (CRN(insn) != 4)
		return false;
	return OP1(insn) == 0 ? CRM(insn) == 2 || CRM(insn) == 3 : OP1(insn) == 3 && CRM(insn) == 2;
}

/* ICC_* and ICH_*: CRn 12, and ICC_PMR_EL1. */
static bool is_gic(uint32_t insn)
{
	return (CRN(insn) == 12 && CRM(insn) >= 8) || is_register(insn, 0, 4, 6, 0);
}

/* CNT*: of EL0, of EL1 by their names for EL2, of EL2. */
static bool is_timer(uint32_t insn)
{
	return CRN(insn) == 14 && CRM(insn) < 8;
}

static enum insn_class classify_register(uint32_t insn)
{
	bool read = is_read(insn);

	if (OP0(insn) == 2)
		return CLASS_DEBUG;
	if (is_plain(insn))
		return CLASS_OTHER;
	if (is_pstate(insn))
		return CLASS_PSTATE;
	if (is_gic(insn))
		return read ? CLASS_READ_GIC : CLASS_WRITE_GIC;
	if (is_timer(insn))
		return read ? CLASS_READ_TIMER : CLASS_WRITE_TIMER;
	switch (OP1(insn)) {
	case 3:
		return read ? CLASS_READ_EL0 : CLASS_WRITE_EL0;
	case 4:
	case 6:
		return read ? CLASS_READ_EL2 : CLASS_WRITE_EL2;
	case 5:
		return read ? CLASS_READ_EL12 : CLASS_WRITE_EL12;
	default:
		return read ? CLASS_READ_EL1 : CLASS_WRITE_EL1;
	}
}

static enum insn_class classify_system(uint32_t insn)
{
	switch (OP0(insn)) {
	case 0:
		return classify_op0_0(insn);
	case 1:
		return classify_maintenance(insn);
	default:
		return classify_register(insn);
	}
}

/* ---- memory, branches, exceptions --------------------------------------------------------- */

/* Loads and stores, exclusive, compare-and-swap, or ordered: bits 29 to 24 are 001000. */
static enum insn_class classify_exclusive(uint32_t insn)
{
	bool o2 = insn >> 23 & 1, o1 = insn >> 21 & 1, wide = insn >> 31 & 1;

	if (!o2) /* CASP has the place of the pairs of bytes */
		return o1 && !wide ? CLASS_ATOMIC : CLASS_EXCLUSIVE;
	return o1 ? CLASS_ATOMIC : CLASS_ORDERED;
}

static enum insn_class classify_memory(uint32_t insn)
{
	bool vector = insn >> 26 & 1;

	if ((insn & 0x3f000000) == 0x08000000)
		return classify_exclusive(insn);
	/* LDAPUR, STLUR */
	if ((insn & 0x3f200c00) == 0x19000000)
		return CLASS_ORDERED;
	/* LD<op>, SWP, LDAPR, and those of 64 bytes */
	if ((insn & 0x3f200c00) == 0x38200000) {
		if (field(insn, 12, 4) <= 8)
			return CLASS_ATOMIC;
		return field(insn, 12, 4) == 12 ? CLASS_ORDERED : CLASS_OTHER;
	}
	return vector && (insn & 0x3b000000) != 0x19000000 ? CLASS_FP_MEMORY : CLASS_OTHER;
}

/* BR, BLR and RET with their authenticated forms, ERET: opcode in bits 24 to 21. */
static enum insn_class classify_branch_register(uint32_t insn)
{
	bool authenticated = insn >> 11 & 1;

	switch (field(insn, 21, 4)) {
	case 0:
	case 1:
	case 8:
	case 9:
		return CLASS_INDIRECT;
	case 2:
		return authenticated ? CLASS_PAUTH : CLASS_OTHER;
	case 4:
		return CLASS_ERET;
	default:
		return CLASS_OTHER;
	}
}

static enum insn_class classify_exception(uint32_t insn)
{
	switch (insn & 0xffe0001f) {
	case 0xd4000001:
		return CLASS_SVC;
	case 0xd4000002:
		return CLASS_HVC;
	case 0xd4000003:
		return CLASS_SMC;
	default:
		return CLASS_OTHER;
	}
}

/* PACIA and so on: of one source, with opcode2 1. */
static bool is_pauth(uint32_t insn)
{
	return (insn & 0xffff0000) == 0xdac10000 || (insn & 0xffe0fc00) == 0x9ac03000;
}

static uint32_t word_of(const uint8_t *bytes)
{
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

unsigned int classify(struct classifier *state, const uint8_t *bytes, size_t length)
{
	uint32_t insn;

	(void)state;
	if (length != 4)
		return CLASS_OTHER;
	insn = word_of(bytes);
	if ((insn & 0xffc00000) == 0xd5000000)
		return classify_system(insn);
	if ((insn & 0xfe000000) == 0xd6000000)
		return classify_branch_register(insn);
	if ((insn & 0xff000000) == 0xd4000000)
		return classify_exception(insn);
	if ((insn & 0x0a000000) == 0x08000000)
		return classify_memory(insn);
	return is_pauth(insn) ? CLASS_PAUTH : CLASS_OTHER;
}

bool marker_decode(const uint8_t *bytes, size_t length, unsigned int *number)
{
	uint32_t insn;

	if (length != 4)
		return false;
	insn = word_of(bytes);
	if ((insn & 0xffe0001f) != 0xd2e0001f || (field(insn, 5, 16) & MARKER_MASK) != MARKER_MAGIC)
		return false;
	*number = field(insn, 5, 16) & ~MARKER_MASK;
	return true;
}
