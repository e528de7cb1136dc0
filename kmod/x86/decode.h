/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The x86 instruction decoder: pure C, no kernel header beyond types, so that it
 * is unit-tested and fuzzed in user space as the very file the kernel builds.
 */
#ifndef AXVCPU_X86_DECODE_H
#define AXVCPU_X86_DECODE_H

#include <linux/types.h>

/** enum x86_op - what an instruction does with its memory operand */
enum x86_op {
	X86_OP_STORE_REG,	/* 88 89 A2 A3: memory <- register */
	X86_OP_STORE_IMM,	/* C6 C7: memory <- immediate */
	X86_OP_LOAD,		/* 8A 8B A0 A1: register <- memory */
	X86_OP_LOAD_ZX,		/* 0F B6 B7 */
	X86_OP_LOAD_SX,		/* 0F BE BF, 63 */
};

/**
 * struct x86_insn - a decoded memory access
 * @op: enum x86_op
 * @length: bytes of the instruction
 * @width: bytes of the memory access
 * @reg: general register, encoding order 0 to 15; with @high_byte: AH CH DH BH
 *	are 0 to 3
 * @reg_width: bytes of the register operand (4 zero-extends to 8 in 64-bit mode)
 * @high_byte: the register is AH, CH, DH or BH
 * @immediate: STORE_IMM: the value, sign-extended
 * @segment: enum axvcpu_x86_segment_index of the memory operand
 * @address_bytes: 2, 4 or 8
 * @base, @index: registers of the address, 0xff: none; @scale: 1 2 4 8
 * @displacement: sign-extended; the moffs of A0 to A3
 * @rip_relative: @displacement counts from the next instruction
 */
struct x86_insn {
	__u8 op;
	__u8 length;
	__u8 width;
	__u8 reg;
	__u8 reg_width;
	__u8 high_byte;
	__u8 segment;
	__u8 address_bytes;
	__u8 base;
	__u8 index;
	__u8 scale;
	__u8 rip_relative;
	__u64 immediate;
	__u64 displacement;
};

/**
 * x86_decode() - decode one instruction
 * @bytes, @count: 1 to 15 bytes at the PC
 * @code_bytes: 2, 4 or 8: the code segment's default size
 * @insn: the outcome
 *
 * Return: 0; -1: not one of ours, or cut short. Never a wrong access: a LOCK
 * prefix, an unknown prefix combination or more than 15 bytes is -1.
 */
int x86_decode(const __u8 *bytes, unsigned int count, unsigned int code_bytes,
	       struct x86_insn *insn);

#endif /* AXVCPU_X86_DECODE_H */
