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

/*
 * What a byte is as a prefix or as an opcode. One look-up instead of a chain of
 * comparisons: every device access of a guest comes through here.
 */
#define PREFIX_SEGMENT	0x01	/* with the segment in the high half */
#define PREFIX_OPERAND	0x02
#define PREFIX_ADDRESS	0x03
#define ESCAPE		0x04	/* 0F: two-byte opcodes */
#define IS_PREFIX(kind)	(((kind) & 0x0f) && ((kind) & 0x0f) < ESCAPE)
#define MODRM		0x05	/* with an enum x86_op in the high half */
#define MOFFS		0x06
#define MOVSXD		0x07
#define KIND(kind)	((kind) & 0x0f)
#define HIGH(kind)	((kind) >> 4)
#define OP(kind, op)	((kind) | (op) << 4)

static const __u8 kinds[256] = {
	[0x26] = OP(PREFIX_SEGMENT, AXVCPU_X86_ES),
	[0x2e] = OP(PREFIX_SEGMENT, AXVCPU_X86_CS),
	[0x36] = OP(PREFIX_SEGMENT, AXVCPU_X86_SS),
	[0x3e] = OP(PREFIX_SEGMENT, AXVCPU_X86_DS),
	[0x64] = OP(PREFIX_SEGMENT, AXVCPU_X86_FS),
	[0x65] = OP(PREFIX_SEGMENT, AXVCPU_X86_GS),
	[0x66] = PREFIX_OPERAND,
	[0x67] = PREFIX_ADDRESS,
	/*
	 * Not here: F0 (LOCK), undefined with MOV; F2 and F3, hints of lock
	 * elision or undefined.
	 */
	[0x0f] = ESCAPE,
	[0x63] = OP(MOVSXD, X86_OP_LOAD_SX),
	[0x88 ... 0x89] = OP(MODRM, X86_OP_STORE_REG),
	[0x8a ... 0x8b] = OP(MODRM, X86_OP_LOAD),
	[0xa0 ... 0xa1] = OP(MOFFS, X86_OP_LOAD),
	[0xa2 ... 0xa3] = OP(MOFFS, X86_OP_STORE_REG),
	[0xc6 ... 0xc7] = OP(MODRM, X86_OP_STORE_IMM),
};

/* Effective sizes, when all prefixes are known. */
static void sizes(struct decoder *d, int operand, int address)
{
	unsigned int code_bytes = d->code_bytes;

	d->insn->address_bytes = code_bytes;
	if (address)
		d->insn->address_bytes = code_bytes == 4 ? 2 : 4;
	if (d->rex & REX_W)
		d->operand_bytes = 8;
	else if (operand)
		d->operand_bytes = code_bytes == 2 ? 4 : 2;
	else
		d->operand_bytes = code_bytes == 2 ? 2 : 4;
}

/* Legacy prefixes, then REX. Return: the first byte of the opcode; -1. */
static int prefixes(struct decoder *d)
{
	int operand = 0, address = 0;
	__u8 byte, kind;

	for (;;) {
		byte = next(d);
		kind = kinds[byte];
		if (!IS_PREFIX(kind))
			break;
		if (KIND(kind) == PREFIX_OPERAND)
			operand = 1;
		else if (KIND(kind) == PREFIX_ADDRESS)
			address = 1;
		else if (segment_prefix(d, HIGH(kind)))
			return -1;
	}
	/* REX counts only right before the opcode; two of them are undefined. */
	if (d->code_bytes == 8 && (byte & 0xf0) == 0x40) {
		d->rex = byte;
		byte = next(d);
	}
	sizes(d, operand, address);
	return d->cut ? -1 : byte;
}

/*
 * The registers of 16-bit addressing, by ModRM.rm. Return: how many bytes of
 * displacement follow.
 */
static unsigned int address16(struct x86_insn *insn, unsigned int mod,
			      unsigned int rm)
{
	static const __u8 base[8] = {
		AXVCPU_X86_RBX, AXVCPU_X86_RBX, AXVCPU_X86_RBP, AXVCPU_X86_RBP,
		AXVCPU_X86_RSI, AXVCPU_X86_RDI, AXVCPU_X86_RBP, AXVCPU_X86_RBX,
	};
	static const __u8 index[8] = {
		AXVCPU_X86_RSI, AXVCPU_X86_RDI, AXVCPU_X86_RSI, AXVCPU_X86_RDI,
		NONE, NONE, NONE, NONE,
	};

	if (mod == 0 && rm == 6)
		return 2;
	insn->base = base[rm];
	insn->index = index[rm];
	return mod;
}

/* 32-bit and 64-bit addressing: registers and SIB. Return: as address16(). */
static unsigned int address32(struct decoder *d, unsigned int mod,
			      unsigned int rm)
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
	} else if (mod == 0 && rm == REG_BP) {
		insn->rip_relative = d->code_bytes == 8;
	}
	if (mod == 0 && low == REG_BP)
		return 4;
	insn->base = low | (d->rex & REX_B ? 8 : 0);
	return mod == 2 ? 4 : mod;
}

/*
 * ModRM with a memory operand. Return: the reg field with REX.R; -1: it names a
 * register.
 */
static int modrm(struct decoder *d)
{
	__u8 byte = next(d);
	unsigned int mod = byte >> 6;
	unsigned int bytes;

	if (mod == 3)
		return -1;
	if (d->insn->address_bytes == 2)
		bytes = address16(d->insn, mod, byte & 7);
	else
		bytes = address32(d, mod, byte & 7);
	if (bytes)
		d->insn->displacement = signed_number(d, bytes);
	return (byte >> 3 & 7) | (d->rex & REX_R ? 8 : 0);
}

/*
 * The opcode from its first byte on: what it does and its widths. Return: MODRM
 * or MOFFS; -1: not one of ours.
 */
static int opcode(struct decoder *d, __u8 byte)
{
	struct x86_insn *insn = d->insn;
	__u8 kind = kinds[byte];

	insn->op = HIGH(kind);
	insn->width = byte & 1 ? d->operand_bytes : 1;
	insn->reg_width = insn->width;
	if (KIND(kind) == MODRM || KIND(kind) == MOFFS)
		return KIND(kind);
	insn->reg_width = d->operand_bytes;
	if (KIND(kind) == ESCAPE) {
		byte = next(d);
		insn->op = byte & 8 ? X86_OP_LOAD_SX : X86_OP_LOAD_ZX;
		insn->width = byte & 1 ? 2 : 1;
		/* B6, B7, BE, BF */
		return (byte & 0xf6) == 0xb6 ? MODRM : -1;
	}
	/* ARPL outside of 64-bit mode; vendors differ with 16 bits. */
	if (KIND(kind) != MOVSXD || d->code_bytes != 8 || d->operand_bytes == 2)
		return -1;
	insn->width = 4;
	return MODRM;
}

/* Without REX the byte registers 4 to 7 are AH, CH, DH and BH. */
static void set_register(struct decoder *d, unsigned int reg)
{
	struct x86_insn *insn = d->insn;

	insn->reg = reg;
	if (insn->reg_width == 1 && !d->rex && reg >= 4) {
		insn->reg = reg - 4;
		insn->high_byte = 1;
	}
}

/* The operands of what opcode() found. Return: 0; -1. */
static int operands(struct decoder *d, int form)
{
	struct x86_insn *insn = d->insn;
	int reg;

	if (form == MOFFS) {
		insn->displacement = number(d, insn->address_bytes);
		insn->reg = AXVCPU_X86_RAX;
		return 0;
	}
	reg = modrm(d);
	if (reg < 0)
		return -1;
	if (insn->op != X86_OP_STORE_IMM) {
		set_register(d, reg);
		return 0;
	}
	/* Of C6 and C7 only /0 is MOV. An immediate has at most four bytes. */
	if (reg & 7)
		return -1;
	insn->immediate = signed_number(d, insn->width < 4 ? insn->width : 4);
	insn->reg_width = 0;
	return 0;
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
	int byte, form;

	*insn = (struct x86_insn){ .base = NONE, .index = NONE, .scale = 1 };
	byte = prefixes(&d);
	if (byte < 0)
		return -1;
	form = opcode(&d, byte);
	if (form < 0 || operands(&d, form) || d.cut)
		return -1;
	insn->length = d.at;
	insn->segment = d.segment == NONE ? default_segment(insn) : d.segment;
	return 0;
}
