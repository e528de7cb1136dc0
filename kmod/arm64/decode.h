/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The A64 decoder for accesses whose abort has no syndrome (ISS.ISV is 0): pure C, no
 * kernel header beyond types, so that it is unit-tested in user space as the very file
 * the kernel builds.
 */
#ifndef AXVCPU_ARM64_DECODE_H
#define AXVCPU_ARM64_DECODE_H

#include <linux/types.h>

#define ARM64_DECODE_NONE	0xff	/* no register */
#define ARM64_DECODE_SP		31	/* as @base */
#define ARM64_DECODE_ZERO	31	/* as @reg, @index and @step_index: XZR */

/**
 * struct arm64_insn - a decoded load or store
 * @write: a store
 * @zero: DC ZVA: the naturally aligned block around the address becomes zero. Only
 *	@base counts, which is a register as @reg is one
 * @simd: @reg are V registers. A load clears the rest of each
 * @sign_extend: a load fills @reg_width with copies of the sign
 * @count: registers, 1 to 4: memory has one behind the other
 * @width: bytes of each in memory: 1, 2, 4, 8, 16
 * @reg_width: bytes of the general register: 4 (a load clears the upper half), 8
 * @reg: the registers
 * @literal: the address is the PC and @offset
 * @base: register of the address: 0 to 30 or ARM64_DECODE_SP
 * @index: register that is added to it, or ARM64_DECODE_NONE
 * @index_bytes: 8, or 4: its lower half
 * @index_signed: of 4 bytes: sign-extended
 * @shift: of it, to the left, extended as it is
 * @offset: added to it
 * @writeback: @base becomes @base + @step + what is in @step_index
 * @step: see @writeback
 * @step_index: or ARM64_DECODE_NONE
 */
struct arm64_insn {
	__u8 write;
	__u8 zero;
	__u8 simd;
	__u8 sign_extend;
	__u8 count;
	__u8 width;
	__u8 reg_width;
	__u8 reg[4];
	__u8 literal;
	__u8 base;
	__u8 index;
	__u8 index_bytes;
	__u8 index_signed;
	__u8 shift;
	__u8 writeback;
	__u8 step_index;
	__s64 offset;
	__s64 step;
};

/**
 * arm64_decode() - decode a load or a store
 * @word: the instruction
 * @insn: the outcome
 *
 * Understood are: LDR, STR and their like of one register with every addressing mode,
 * literals, LDP, STP, LDNP, STNP, LDPSW, LDAR, STLR, LDLAR, STLLR, each for general
 * registers and, where there is one, for SIMD and FP; LD1 and ST1 of one to four whole
 * registers; DC ZVA. (Arm ARM C4.1.94 "Loads and Stores", C5.3 "A64 System instructions
 * for cache maintenance".)
 *
 * Return: 0; -1: not one of these, or one whose outcome is CONSTRAINED UNPREDICTABLE
 * (writeback to a register that is transferred, a pair that loads one register twice).
 * Exclusives and atomics are never one: an access of theirs to a device can't be made.
 */
int arm64_decode(__u32 word, struct arm64_insn *insn);

/**
 * arm64_insn_address() - of its first byte
 * @insn: decoded
 * @pc: of the instruction
 * @gpr: X0 to X30
 * @sp: the stack pointer in use
 */
__u64 arm64_insn_address(const struct arm64_insn *insn, __u64 pc,
			 const __u64 gpr[31], __u64 sp);

/* What writeback leaves in @base. Arguments as above. */
__u64 arm64_insn_writeback(const struct arm64_insn *insn, const __u64 gpr[31],
			   __u64 sp);

#endif /* AXVCPU_ARM64_DECODE_H */
