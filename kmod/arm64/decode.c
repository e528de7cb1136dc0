// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads and stores of A64: Arm ARM C4.1.94 "Loads and Stores". Each function names the
 * table there that it decodes.
 */
#include "decode.h"

static __u32 field(__u32 word, unsigned int low, unsigned int bits)
{
	return word >> low & ((1U << bits) - 1);
}

static __s64 signed_field(__u32 word, unsigned int low, unsigned int bits)
{
	__s64 sign = 1LL << (bits - 1);

	return ((__s64)field(word, low, bits) ^ sign) - sign;
}

/* Writeback to a general register that is transferred as well is unpredictable. */
static int writes_own_base(const struct arm64_insn *insn)
{
	unsigned int i;

	if (!insn->writeback || insn->simd || insn->base == ARM64_DECODE_SP)
		return 0;
	for (i = 0; i < insn->count; i++)
		if (insn->reg[i] == insn->base)
			return 1;
	return 0;
}

/*
 * Size and opc of the loads and stores of one register. Return: -1: PRFM, or
 * unallocated.
 */
static int decode_size(__u32 word, struct arm64_insn *insn)
{
	__u32 size = field(word, 30, 2), opc = field(word, 22, 2);

	insn->count = 1;
	insn->reg[0] = field(word, 0, 5);
	insn->simd = field(word, 26, 1);
	if (insn->simd) {
		if (opc & 2 && size)
			return -1;
		insn->write = !(opc & 1);
		insn->width = opc & 2 ? 16 : 1 << size;
		return 0;
	}
	insn->write = !opc;
	insn->width = 1 << size;
	if (opc & 2 && size + (opc & 1) > 2)
		return -1;
	insn->sign_extend = opc >> 1;
	insn->reg_width = opc == 2 || size == 3 ? 8 : 4;
	return 0;
}

/* Unscaled, post-indexed, unprivileged, pre-indexed: a 9-bit offset. */
static int decode_imm9(__u32 word, struct arm64_insn *insn)
{
	__s64 offset = signed_field(word, 12, 9);
	__u32 mode = field(word, 10, 2);

	if (mode == 2 && insn->simd)
		return -1;
	if (mode != 1)
		insn->offset = offset;
	if (mode & 1) {
		insn->writeback = 1;
		insn->step = offset;
	}
	return writes_own_base(insn) ? -1 : 0;
}

static int decode_index(__u32 word, struct arm64_insn *insn)
{
	__u32 option = field(word, 13, 3);

	if (!(option & 2))
		return -1;
	insn->index = field(word, 16, 5);
	insn->index_bytes = option & 1 ? 8 : 4;
	insn->index_signed = option >> 2;
	if (field(word, 12, 1))
		while (1U << insn->shift < insn->width)
			insn->shift++;
	return 0;
}

/* "Load/store register": bits 29 to 27 are 111. */
static int decode_register(__u32 word, struct arm64_insn *insn)
{
	if (decode_size(word, insn))
		return -1;
	insn->base = field(word, 5, 5);
	if (field(word, 24, 1)) {
		insn->offset = (__s64)field(word, 10, 12) * insn->width;
		return 0;
	}
	if (!field(word, 21, 1))
		return decode_imm9(word, insn);
	/* The others are atomics, and loads with pointer authentication. */
	return field(word, 10, 2) == 2 ? decode_index(word, insn) : -1;
}

/* "Load register (literal)": bits 29 to 27 are 011, bits 25 and 24 are 0. */
static int decode_literal(__u32 word, struct arm64_insn *insn)
{
	__u32 opc = field(word, 30, 2);

	if (opc == 3)
		return -1;
	insn->literal = 1;
	insn->count = 1;
	insn->reg[0] = field(word, 0, 5);
	insn->simd = field(word, 26, 1);
	insn->offset = signed_field(word, 5, 19) * 4;
	if (insn->simd) {
		insn->width = 4 << opc;
		return 0;
	}
	insn->width = opc == 1 ? 8 : 4;
	insn->reg_width = opc ? 8 : 4;
	insn->sign_extend = opc == 2;
	return 0;
}

/* "Load/store register pair": bits 29 to 27 are 101. */
static int decode_pair(__u32 word, struct arm64_insn *insn)
{
	__u32 opc = field(word, 30, 2), mode = field(word, 23, 2);
	__s64 offset;

	insn->count = 2;
	insn->reg[0] = field(word, 0, 5);
	insn->reg[1] = field(word, 10, 5);
	insn->base = field(word, 5, 5);
	insn->simd = field(word, 26, 1);
	insn->write = !field(word, 22, 1);
	/* opc 1 of general registers: LDPSW, else STGP or, without an allocation hint, nothing */
	if (opc == 3 || (!insn->simd && opc == 1 && (insn->write || !mode)))
		return -1;
	if (insn->simd) {
		insn->width = 4 << opc;
	} else {
		insn->width = opc == 2 ? 8 : 4;
		insn->reg_width = opc ? 8 : 4;
		insn->sign_extend = opc == 1;
	}
	if (!insn->write && insn->reg[0] == insn->reg[1])
		return -1;
	offset = signed_field(word, 15, 7) * insn->width;
	if (mode != 1)
		insn->offset = offset;
	if (mode & 1) {
		insn->writeback = 1;
		insn->step = offset;
	}
	return writes_own_base(insn) ? -1 : 0;
}

/*
 * "Load/store ordered": bits 29 to 24 are 001000, bit 23 is 1, bit 21 is 0. What is
 * should-be-one there is one.
 */
static int decode_ordered(__u32 word, struct arm64_insn *insn)
{
	__u32 size = field(word, 30, 2);

	if (field(word, 16, 5) != 31 || field(word, 10, 5) != 31)
		return -1;
	insn->count = 1;
	insn->reg[0] = field(word, 0, 5);
	insn->base = field(word, 5, 5);
	insn->write = !field(word, 22, 1);
	insn->width = 1 << size;
	insn->reg_width = size == 3 ? 8 : 4;
	return 0;
}

/*
 * "Advanced SIMD load/store multiple structures", of these LD1 and ST1, whose elements
 * lie one behind the other: bits 29 to 24 are 001100, bit 23: post-indexed.
 */
static int decode_multiple(__u32 word, struct arm64_insn *insn)
{
	static const __u8 counts[16] = { [7] = 1, [10] = 2, [6] = 3, [2] = 4 };
	unsigned int post = field(word, 23, 1);
	unsigned int i;

	if (field(word, 31, 1) || field(word, 21, 1) ||
	    (!post && field(word, 16, 5)))
		return -1;
	insn->count = counts[field(word, 12, 4)];
	if (!insn->count)
		return -1;
	for (i = 0; i < insn->count; i++)
		insn->reg[i] = (field(word, 0, 5) + i) % 32;
	insn->simd = 1;
	insn->write = !field(word, 22, 1);
	insn->width = field(word, 30, 1) ? 16 : 8;
	insn->base = field(word, 5, 5);
	insn->writeback = post;
	if (post && field(word, 16, 5) != 31)
		insn->step_index = field(word, 16, 5);
	else if (post)
		insn->step = insn->count * insn->width;
	return 0;
}

/* DC ZVA: SYS #3, C7, C4, #1. */
static int decode_zero(__u32 word, struct arm64_insn *insn)
{
	insn->write = 1;
	insn->zero = 1;
	insn->base = field(word, 0, 5);
	return 0;
}

int arm64_decode(__u32 word, struct arm64_insn *insn)
{
	*insn = (struct arm64_insn){
		.index = ARM64_DECODE_NONE,
		.step_index = ARM64_DECODE_NONE,
	};
	if ((word & 0xffffffe0) == 0xd50b7420)
		return decode_zero(word, insn);
	if ((word & 0x3fa00000) == 0x08800000)
		return decode_ordered(word, insn);
	if ((word & 0x3f000000) == 0x0c000000)
		return decode_multiple(word, insn);
	switch (word & 0x3a000000) {
	case 0x28000000:
		return decode_pair(word, insn);
	case 0x38000000:
		return decode_register(word, insn);
	case 0x18000000:
		return word & 0x01000000 ? -1 : decode_literal(word, insn);
	default:
		return -1;
	}
}

static __u64 read_register(unsigned int reg, const __u64 gpr[31])
{
	return reg < 31 ? gpr[reg] : 0;
}

static __u64 read_base(const struct arm64_insn *insn, const __u64 gpr[31],
		       __u64 sp)
{
	if (insn->zero)
		return read_register(insn->base, gpr);
	return insn->base == ARM64_DECODE_SP ? sp : gpr[insn->base];
}

__u64 arm64_insn_address(const struct arm64_insn *insn, __u64 pc,
			 const __u64 gpr[31], __u64 sp)
{
	__u64 address, index = 0;

	if (insn->literal)
		return pc + (__u64)insn->offset;
	address = read_base(insn, gpr, sp) + (__u64)insn->offset;
	if (insn->index != ARM64_DECODE_NONE) {
		index = read_register(insn->index, gpr);
		if (insn->index_bytes == 4)
			index = insn->index_signed ? (__u64)(__s32)index :
						     (__u32)index;
	}
	return address + (index << insn->shift);
}

__u64 arm64_insn_writeback(const struct arm64_insn *insn, const __u64 gpr[31],
			   __u64 sp)
{
	__u64 step = (__u64)insn->step;

	if (insn->step_index != ARM64_DECODE_NONE)
		step += read_register(insn->step_index, gpr);
	return read_base(insn, gpr, sp) + step;
}
