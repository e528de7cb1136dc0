// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The instruction decoder: the MOV family with a memory operand (APM Volume 3,
 * 1.2 to 1.5 and "MOV", "MOVSX", "MOVSXD", "MOVZX").
 *
 * Pure C, the very file is tested in user space. What is architecturally
 * undefined or unusual is refused rather than guessed.
 */
#include "decode.h"
#include "../../uapi/axvcpu_x86.h"

#define INSN_MAX	15
#define NONE		0xff
#define REX_B		1
#define REX_X		2
#define REX_R		4
#define REX_W		8
#define REG_SP		4
#define REG_BP		5

/**
 * struct decoder - the instruction being read
 * @bytes: instruction bytes
 * @count: how many there are
 * @at: next to read
 * @cut: a read went beyond @count
 * @code_bytes: 2, 4 or 8
 * @operand_bytes: effective operand size
 * @segment: of a prefix, NONE without
 * @rex: the prefix, 0 without
 * @insn: the outcome
 */
struct decoder {
	const __u8 *bytes;
	unsigned int count;
	unsigned int at;
	int cut;
	unsigned int code_bytes;
	unsigned int operand_bytes;
	__u8 segment;
	__u8 rex;
	struct x86_insn *insn;
};

static __u8 next(struct decoder *d)
{
	if (d->at >= d->count) {
		d->cut = 1;
		return 0;
	}
	return d->bytes[d->at++];
}

/* A little-endian number of @width bytes. */
static __u64 number(struct decoder *d, unsigned int width)
{
	__u64 value = 0;
	unsigned int i;

	for (i = 0; i < width; i++)
		value |= (__u64)next(d) << (8 * i);
	return value;
}

static __u64 signed_number(struct decoder *d, unsigned int width)
{
	__u64 sign = 1ULL << (8 * width - 1);

	return (number(d, width) ^ sign) - sign;
}

/*
 * In 64-bit mode the prefixes for ES, CS, SS and DS say nothing. Two different
 * segments in one instruction are undefined.
 */
static int segment_prefix(struct decoder *d, __u8 segment)
{
	if (d->code_bytes == 8 && segment < AXVCPU_X86_FS)
		return 0;
	if (d->segment != NONE && d->segment != segment)
		return -1;
	d->segment = segment;
	return 0;
}

/* Legacy prefixes, then REX. Return: the first byte of the opcode; -1. */
static int prefixes(struct decoder *d)
{
	unsigned int operand16 = 0, address = 0;
	__u8 byte;

	for (;;) {
		byte = next(d);
		if (d->cut)
			return -1;
		switch (byte) {
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
			if (segment_prefix(d, byte >> 3 & 3))
				return -1;
			continue;
		case 0x64:
		case 0x65:
			if (segment_prefix(d, AXVCPU_X86_FS + (byte & 1)))
				return -1;
			continue;
		case 0x66:
			operand16 = 1;
			continue;
		case 0x67:
			address = 1;
			continue;
		case 0xf0:	/* LOCK: undefined with MOV */
		case 0xf2:	/* hints of lock elision, else undefined */
		case 0xf3:
			return -1;
		}
		break;
	}
	/* REX counts only right before the opcode; two of them are undefined. */
	if (d->code_bytes == 8 && (byte & 0xf0) == 0x40) {
		d->rex = byte;
		byte = next(d);
	}
	d->insn->address_bytes = d->code_bytes;
	if (address)
		d->insn->address_bytes = d->code_bytes == 4 ? 2 : 4;
	if (d->rex & REX_W)
		d->operand_bytes = 8;
	else if (operand16)
		d->operand_bytes = d->code_bytes == 2 ? 4 : 2;
	else
		d->operand_bytes = d->code_bytes == 2 ? 2 : 4;
	return d->cut ? -1 : byte;
}

/* The registers of 16-bit addressing, by ModRM.rm. */
static void address16(struct decoder *d, unsigned int mod, unsigned int rm)
{
	static const __u8 base[8] = {
		AXVCPU_X86_RBX, AXVCPU_X86_RBX, AXVCPU_X86_RBP, AXVCPU_X86_RBP,
		AXVCPU_X86_RSI, AXVCPU_X86_RDI, AXVCPU_X86_RBP, AXVCPU_X86_RBX,
	};
	static const __u8 index[8] = {
		AXVCPU_X86_RSI, AXVCPU_X86_RDI, AXVCPU_X86_RSI, AXVCPU_X86_RDI,
		NONE, NONE, NONE, NONE,
	};
	struct x86_insn *insn = d->insn;

	if (mod == 0 && rm == 6) {
		insn->displacement = number(d, 2);
		return;
	}
	insn->base = base[rm];
	insn->index = index[rm];
	if (mod == 1)
		insn->displacement = signed_number(d, 1);
	else if (mod == 2)
		insn->displacement = signed_number(d, 2);
}

/* 32-bit and 64-bit addressing: registers, SIB, displacement. */
static void address32(struct decoder *d, unsigned int mod, unsigned int rm)
{
	struct x86_insn *insn = d->insn;
	unsigned int low = rm;	/* the base's number without REX */

	if (rm == REG_SP) {
		__u8 sib = next(d);
		unsigned int index = sib >> 3 & 7;

		low = sib & 7;
		if (d->rex & REX_X)
			index |= 8;
		if (index != REG_SP) {
			insn->index = index;
			insn->scale = 1 << (sib >> 6);
		}
		if (mod == 0 && low == REG_BP) {
			insn->displacement = signed_number(d, 4);
			return;
		}
	} else if (mod == 0 && rm == REG_BP) {
		insn->rip_relative = d->code_bytes == 8;
		insn->displacement = signed_number(d, 4);
		return;
	}
	insn->base = low | (d->rex & REX_B ? 8 : 0);
	if (mod == 1)
		insn->displacement = signed_number(d, 1);
	else if (mod == 2)
		insn->displacement = signed_number(d, 4);
}

/*
 * ModRM with a memory operand. Return: the reg field with REX.R; -1: it names a
 * register.
 */
static int modrm(struct decoder *d)
{
	__u8 byte = next(d);
	unsigned int mod = byte >> 6;

	if (mod == 3)
		return -1;
	if (d->insn->address_bytes == 2)
		address16(d, mod, byte & 7);
	else
		address32(d, mod, byte & 7);
	return (byte >> 3 & 7) | (d->rex & REX_R ? 8 : 0);
}

/* Without REX the byte registers 4 to 7 are AH, CH, DH and BH. */
static void set_register(struct decoder *d, unsigned int reg, unsigned int width)
{
	struct x86_insn *insn = d->insn;

	insn->reg = reg;
	insn->reg_width = width;
	if (width == 1 && !d->rex && reg >= 4) {
		insn->reg = reg - 4;
		insn->high_byte = 1;
	}
}

/* @width: of the memory operand; @reg_width: of the register. */
static int with_modrm(struct decoder *d, enum x86_op op, unsigned int width,
		      unsigned int reg_width)
{
	int reg = modrm(d);

	if (reg < 0)
		return -1;
	d->insn->op = op;
	d->insn->width = width;
	set_register(d, reg, reg_width);
	return 0;
}

/* A0 to A3: the accumulator, and an address in the instruction. */
static int with_moffs(struct decoder *d, enum x86_op op, unsigned int width)
{
	d->insn->op = op;
	d->insn->width = width;
	d->insn->displacement = number(d, d->insn->address_bytes);
	set_register(d, AXVCPU_X86_RAX, width);
	return 0;
}

/* C6 and C7, of which only /0 is MOV. An immediate has at most four bytes. */
static int with_immediate(struct decoder *d, unsigned int width)
{
	int reg = modrm(d);

	if (reg < 0 || reg & 7)
		return -1;
	d->insn->op = X86_OP_STORE_IMM;
	d->insn->width = width;
	d->insn->immediate = signed_number(d, width < 4 ? width : 4);
	return 0;
}

static int opcode(struct decoder *d, __u8 byte)
{
	unsigned int width = byte & 1 ? d->operand_bytes : 1;

	switch (byte) {
	case 0x88:
	case 0x89:
		return with_modrm(d, X86_OP_STORE_REG, width, width);
	case 0x8a:
	case 0x8b:
		return with_modrm(d, X86_OP_LOAD, width, width);
	case 0xa0:
	case 0xa1:
		return with_moffs(d, X86_OP_LOAD, width);
	case 0xa2:
	case 0xa3:
		return with_moffs(d, X86_OP_STORE_REG, width);
	case 0xc6:
	case 0xc7:
		return with_immediate(d, width);
	case 0x63:
		/* ARPL outside of 64-bit mode; vendors differ with 16 bits. */
		if (d->code_bytes != 8 || d->operand_bytes == 2)
			return -1;
		return with_modrm(d, X86_OP_LOAD_SX, 4, d->operand_bytes);
	default:
		return -1;
	}
}

/* The second byte after 0F. */
static int opcode_0f(struct decoder *d, __u8 byte)
{
	unsigned int width = byte & 1 ? 2 : 1;

	switch (byte) {
	case 0xb6:
	case 0xb7:
		return with_modrm(d, X86_OP_LOAD_ZX, width, d->operand_bytes);
	case 0xbe:
	case 0xbf:
		return with_modrm(d, X86_OP_LOAD_SX, width, d->operand_bytes);
	default:
		return -1;
	}
}

/* The stack segment goes with a base of SP or BP (not of R12 or R13). */
static __u8 default_segment(const struct x86_insn *insn)
{
	if (insn->base == REG_SP || insn->base == REG_BP)
		return AXVCPU_X86_SS;
	return AXVCPU_X86_DS;
}

int x86_decode(const __u8 *bytes, unsigned int count, unsigned int code_bytes,
	       struct x86_insn *insn)
{
	struct decoder d = {
		.bytes = bytes,
		.count = count < INSN_MAX ? count : INSN_MAX,
		.code_bytes = code_bytes,
		.segment = NONE,
		.insn = insn,
	};
	int byte;

	*insn = (struct x86_insn){ .base = NONE, .index = NONE, .scale = 1 };
	byte = prefixes(&d);
	if (byte < 0)
		return -1;
	if (byte == 0x0f ? opcode_0f(&d, next(&d)) : opcode(&d, byte))
		return -1;
	if (d.cut)
		return -1;
	insn->length = d.at;
	insn->segment = d.segment == NONE ? default_segment(insn) : d.segment;
	return 0;
}
