// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * kmod/x86/decode.c against an encoder of our own: every form of a memory
 * operand is encoded from its meaning, and must decode to it; single cases, what
 * must be refused, every cut-short and random input.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kmod/x86/decode.h"
#include "uapi/axvcpu_x86.h"

#define NO	0xff

/* ---- the encoder ------------------------------------------------------------ */

struct code {
	uint8_t byte[32];
	unsigned int count;
};

static void emit(struct code *c, uint64_t value, unsigned int bytes)
{
	unsigned int i;

	for (i = 0; i < bytes; i++)
		c->byte[c->count++] = value >> (8 * i);
}

struct operand {
	unsigned int base, index, scale_bits;	/* NO: none */
	unsigned int displacement_bytes;	/* 0, 1, 2 or 4 */
	int32_t displacement;
	bool rip, force_sib;
};

struct form {
	unsigned int code_bytes;
	bool operand_prefix, address_prefix, rex, rex_w;
	int segment;				/* prefix byte, 0: none */
};

/* ModRM, SIB and displacement for 32-bit and 64-bit addressing; -1: no such form */
static int encode_operand(struct code *c, const struct operand *o,
			  unsigned int code_bytes, unsigned int reg)
{
	unsigned int mod = o->displacement_bytes == 0 ? 0 :
			   o->displacement_bytes == 1 ? 1 : 2;
	bool sib = o->index != NO || o->force_sib;
	unsigned int rm;

	if (o->rip) {
		if (code_bytes != 8)
			return -1;
		emit(c, (reg & 7) << 3 | 5, 1);
		emit(c, o->displacement, 4);
		return 0;
	}
	if (o->base == NO) {
		if (o->displacement_bytes != 4)
			return -1;
		mod = 0;
		/* In 64-bit mode the short form is RIP-relative. */
		if (code_bytes == 8)
			sib = true;
		rm = 5;
	} else {
		rm = o->base & 7;
		if (rm == 4)
			sib = true;
		if (rm == 5 && mod == 0)
			return -1;
	}
	if (sib) {
		unsigned int index = o->index == NO ? 4 : o->index & 7;

		emit(c, mod << 6 | (reg & 7) << 3 | 4, 1);
		emit(c, o->scale_bits << 6 | index << 3 | rm, 1);
	} else {
		emit(c, mod << 6 | (reg & 7) << 3 | rm, 1);
	}
	emit(c, o->displacement, o->displacement_bytes);
	return 0;
}

static void encode_prefixes(struct code *c, const struct form *f,
			    const struct operand *o, unsigned int reg)
{
	unsigned int rex = 0;

	if (f->segment)
		emit(c, f->segment, 1);
	if (f->operand_prefix)
		emit(c, 0x66, 1);
	if (f->address_prefix)
		emit(c, 0x67, 1);
	if (f->rex_w)
		rex |= 8;
	if (reg & 8)
		rex |= 4;
	if (o->index != NO && o->index & 8)
		rex |= 2;
	if (o->base != NO && o->base & 8)
		rex |= 1;
	if (rex || f->rex)
		emit(c, 0x40 | rex, 1);
}

static unsigned int operand_bytes(const struct form *f)
{
	if (f->rex_w)
		return 8;
	return (f->code_bytes == 2) == f->operand_prefix ? 4 : 2;
}

static unsigned int address_bytes(const struct form *f)
{
	if (!f->address_prefix)
		return f->code_bytes;
	return f->code_bytes == 4 ? 2 : 4;
}

static unsigned int expected_segment(const struct form *f,
				     const struct operand *o)
{
	switch (f->segment) {
	case 0x64:
		return AXVCPU_X86_FS;
	case 0x65:
		return AXVCPU_X86_GS;
	case 0x26:
		if (f->code_bytes != 8)
			return AXVCPU_X86_ES;
		break;
	case 0x2e:
		if (f->code_bytes != 8)
			return AXVCPU_X86_CS;
		break;
	case 0x3e:
		if (f->code_bytes != 8)
			return AXVCPU_X86_DS;
		break;
	case 0x36:
		if (f->code_bytes != 8)
			return AXVCPU_X86_SS;
		break;
	}
	return o->base == AXVCPU_X86_RSP || o->base == AXVCPU_X86_RBP ?
		       AXVCPU_X86_SS : AXVCPU_X86_DS;
}

/* The opcodes: memory and register width, 0: the operand size. */
static const struct opcode {
	uint16_t code;
	uint8_t op;
	uint8_t memory, reg;
	bool immediate, only64;
} opcodes[] = {
	{ 0x88, X86_OP_STORE_REG, 1, 1, false, false },
	{ 0x89, X86_OP_STORE_REG, 0, 0, false, false },
	{ 0x8a, X86_OP_LOAD, 1, 1, false, false },
	{ 0x8b, X86_OP_LOAD, 0, 0, false, false },
	{ 0xc6, X86_OP_STORE_IMM, 1, 0, true, false },
	{ 0xc7, X86_OP_STORE_IMM, 0, 0, true, false },
	{ 0x0fb6, X86_OP_LOAD_ZX, 1, 0, false, false },
	{ 0x0fb7, X86_OP_LOAD_ZX, 2, 0, false, false },
	{ 0x0fbe, X86_OP_LOAD_SX, 1, 0, false, false },
	{ 0x0fbf, X86_OP_LOAD_SX, 2, 0, false, false },
	{ 0x63, X86_OP_LOAD_SX, 4, 0, false, true },
};

static void emit_opcode(struct code *c, const struct opcode *op)
{
	if (op->code >> 8)
		emit(c, op->code >> 8, 1);
	emit(c, op->code & 0xff, 1);
}

static void fail_code(const struct code *c, unsigned int code_bytes,
		      const char *what)
{
	unsigned int i;

	fprintf(stderr, "%u-bit code:", 8 * code_bytes);
	for (i = 0; i < c->count; i++)
		fprintf(stderr, " %02x", c->byte[i]);
	fprintf(stderr, ": %s\n", what);
	fail();
}

#define expect(c, f, what) \
	do { \
		if (!(what)) \
			fail_code(c, (f)->code_bytes, #what); \
	} while (0)

static bool has_rex(const struct form *f, const struct operand *o,
		    unsigned int reg)
{
	return f->rex || f->rex_w || reg & 8 ||
	       (o->index != NO && o->index & 8) ||
	       (o->base != NO && o->base & 8);
}

static void check_operation(const struct code *c, const struct form *f,
			    const struct operand *o, const struct opcode *op,
			    unsigned int reg, int64_t immediate,
			    const struct x86_insn *insn)
{
	unsigned int size = operand_bytes(f);
	unsigned int width = op->memory ? op->memory : size;
	unsigned int reg_width = op->reg ? op->reg : size;
	bool high = reg_width == 1 && reg >= 4 && reg < 8 &&
		    !has_rex(f, o, reg);

	expect(c, f, insn->length == c->count);
	expect(c, f, insn->op == op->op);
	expect(c, f, insn->width == width);
	if (op->immediate) {
		expect(c, f, insn->immediate == (uint64_t)immediate);
		return;
	}
	expect(c, f, insn->reg_width == reg_width);
	expect(c, f, insn->high_byte == high);
	expect(c, f, insn->reg == (high ? reg - 4 : reg));
}

static unsigned long checked;

static void check_form(const struct form *f, const struct operand *o,
		       const struct opcode *op, unsigned int reg)
{
	unsigned int size = operand_bytes(f);
	unsigned int immediate_bytes = op->memory ? 1 : size == 2 ? 2 : 4;
	int64_t immediate = op->memory ? -3 : -30000;
	struct code c = { .count = 0 };
	struct x86_insn insn;
	unsigned int cut;

	if (op->immediate)
		reg = 0;
	if (op->only64 && (f->code_bytes != 8 || size == 2))
		return;
	encode_prefixes(&c, f, o, reg);
	emit_opcode(&c, op);
	if (encode_operand(&c, o, f->code_bytes, reg))
		return;
	if (op->immediate)
		emit(&c, immediate, immediate_bytes);
	checked++;
	if (x86_decode(c.byte, c.count, f->code_bytes, &insn))
		fail_code(&c, f->code_bytes, "not decoded");
	check_operation(&c, f, o, op, reg, immediate, &insn);
	expect(&c, f, insn.address_bytes == address_bytes(f));
	expect(&c, f, insn.base == (o->rip ? NO : o->base));
	expect(&c, f, insn.index == o->index);
	if (o->index != NO)
		expect(&c, f, insn.scale == 1 << o->scale_bits);
	expect(&c, f, !insn.rip_relative == !o->rip);
	expect(&c, f, insn.displacement == (uint64_t)(int64_t)o->displacement);
	expect(&c, f, insn.segment == expected_segment(f, o));
	/* Cut short anywhere it is refused; bytes behind it don't matter. */
	for (cut = 0; cut < c.count; cut++)
		expect(&c, f, x86_decode(c.byte, cut, f->code_bytes, &insn));
	expect(&c, f, !x86_decode(c.byte, 15, f->code_bytes, &insn) &&
			      insn.length == c.count);
}

/* Every base, index, scale and displacement, with every opcode and prefix. */
static void check_operands(const struct form *f)
{
	static const int32_t displacements[] = { 0, -1, 0x7f, -0x70000000 };
	static const unsigned int bytes[] = { 0, 1, 1, 4 };
	unsigned int regs = f->code_bytes == 8 ? 16 : 8;
	unsigned int base, index, scale, d, op, reg = 0;

	for (base = 0; base <= regs; base++)
	for (index = 0; index <= regs; index++)
	for (scale = 0; scale < 4; scale++)
	for (d = 0; d < 4; d++)
	for (op = 0; op < sizeof(opcodes) / sizeof(opcodes[0]); op++) {
		struct operand o = {
			.base = base == regs ? NO : base,
			.index = index == regs ? NO : index,
			.scale_bits = scale,
			.displacement_bytes = bytes[d],
			.displacement = displacements[d],
		};

		if (o.index == 4)
			continue;
		o.force_sib = scale & 1;
		check_form(f, &o, &opcodes[op], reg++ % regs);
	}
	if (f->code_bytes == 8) {
		struct operand o = {
			.base = NO, .index = NO, .rip = true,
			.displacement = -0x12345678,
		};

		for (op = 0; op < sizeof(opcodes) / sizeof(opcodes[0]); op++)
			for (reg = 0; reg < 16; reg++)
				check_form(f, &o, &opcodes[op], reg);
	}
}

static void test_encoder(void **state)
{
	static const int segments[] = { 0, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 };
	unsigned int mode, variant, s;

	(void)state;
	for (mode = 2; mode <= 8; mode *= 2)
	for (variant = 0; variant < 16; variant++)
	for (s = 0; s < sizeof(segments) / sizeof(segments[0]); s++) {
		struct form f = {
			.code_bytes = mode,
			.operand_prefix = variant & 1,
			.address_prefix = variant & 2,
			.rex = variant & 4,
			.rex_w = variant & 8,
			.segment = segments[s],
		};

		if (mode != 8 && (f.rex || f.rex_w))
			continue;
		if (address_bytes(&f) != 2)
			check_operands(&f);
	}
	print_message("%lu encodings\n", checked);
}

/* 16-bit addressing: the eight forms of APM Volume 3, table 1-14. */
static void test_address16(void **state)
{
	static const uint8_t base[] = { 3, 3, 5, 5, 6, 7, 5, 3 };
	static const uint8_t index[] = { 6, 7, 6, 7, NO, NO, NO, NO };
	unsigned int modrm, mode;

	(void)state;
	for (mode = 2; mode <= 4; mode += 2)
	for (modrm = 0; modrm < 0xc0; modrm++) {
		struct code c = { .count = 0 };
		struct form f = { .code_bytes = mode, .address_prefix = mode == 4 };
		unsigned int mod = modrm >> 6, rm = modrm & 7;
		bool direct = mod == 0 && rm == 6;
		uint64_t displacement = 0;
		struct x86_insn insn;

		if (f.address_prefix)
			emit(&c, 0x67, 1);
		emit(&c, 0x8b, 1);
		emit(&c, modrm, 1);
		if (mod == 1) {
			emit(&c, 0x80, 1);
			displacement = -128;
		} else if (mod == 2 || direct) {
			emit(&c, 0x8001, 2);
			displacement = direct ? 0x8001 : -32767;
		}
		assert_int_equal(x86_decode(c.byte, c.count, mode, &insn), 0);
		expect(&c, &f, insn.length == c.count);
		expect(&c, &f, insn.address_bytes == 2);
		expect(&c, &f, insn.base == (direct ? NO : base[rm]));
		expect(&c, &f, insn.index == (direct ? NO : index[rm]));
		expect(&c, &f, insn.scale == 1);
		expect(&c, &f, (uint16_t)insn.displacement ==
				       (uint16_t)displacement);
		expect(&c, &f, insn.segment == (insn.base == 5 ? AXVCPU_X86_SS :
								 AXVCPU_X86_DS));
		expect(&c, &f, insn.reg == (modrm >> 3 & 7));
		expect(&c, &f, x86_decode(c.byte, c.count - 1, mode, &insn));
	}
}

/* ---- single cases --------------------------------------------------------------- */

static int decode(const char *hex, unsigned int code_bytes,
		  struct x86_insn *insn)
{
	uint8_t byte[32];
	unsigned int count = 0, value;
	int used;

	while (sscanf(hex, "%2x%n", &value, &used) == 1) {
		byte[count++] = value;
		hex += used;
		hex += strspn(hex, " ");
	}
	return x86_decode(byte, count, code_bytes, insn);
}

static void test_moffs(void **state)
{
	struct x86_insn insn;

	(void)state;
	assert_int_equal(decode("a0 88 77 66 55 44 33 22 f1", 8, &insn), 0);
	assert_int_equal(insn.op, X86_OP_LOAD);
	assert_int_equal(insn.width, 1);
	assert_int_equal(insn.length, 9);
	assert_true(insn.displacement == 0xf122334455667788);
	assert_int_equal(insn.base, NO);
	assert_int_equal(insn.segment, AXVCPU_X86_DS);

	assert_int_equal(decode("48 a3 00 00 e0 fe 00 00 00 00", 8, &insn), 0);
	assert_int_equal(insn.op, X86_OP_STORE_REG);
	assert_int_equal(insn.width, 8);
	assert_int_equal(insn.reg, 0);
	assert_true(insn.displacement == 0xfee00000);

	/* An address of four bytes is not sign-extended. */
	assert_int_equal(decode("67 a1 00 00 00 80", 8, &insn), 0);
	assert_int_equal(insn.length, 6);
	assert_int_equal(insn.width, 4);
	assert_true(insn.displacement == 0x80000000);
	assert_int_equal(decode("64 a2 34 f2", 2, &insn), 0);
	assert_true(insn.displacement == 0xf234);
	assert_int_equal(insn.segment, AXVCPU_X86_FS);
	assert_int_equal(decode("a3 78 56 34 92", 4, &insn), 0);
	assert_true(insn.displacement == 0x92345678);
	assert_int_equal(insn.width, 4);
}

static void test_immediate(void **state)
{
	struct x86_insn insn;

	(void)state;
	/* Eight bytes of memory, four of immediate. */
	assert_int_equal(decode("48 c7 00 00 00 00 80", 8, &insn), 0);
	assert_int_equal(insn.width, 8);
	assert_true(insn.immediate == 0xffffffff80000000);
	assert_int_equal(decode("66 c7 00 00 80", 8, &insn), 0);
	assert_int_equal(insn.width, 2);
	assert_int_equal(insn.length, 5);
	/* REX.W beats the operand-size prefix. */
	assert_int_equal(decode("66 48 c7 00 01 00 00 00", 8, &insn), 0);
	assert_int_equal(insn.width, 8);
	assert_int_equal(insn.length, 8);
	/* RIP counts from the end, after the immediate. */
	assert_int_equal(decode("c6 05 10 00 00 00 2a", 8, &insn), 0);
	assert_true(insn.rip_relative);
	assert_int_equal(insn.length, 7);
	assert_int_equal(insn.immediate, 0x2a);
}

static void test_refused(void **state)
{
	static const struct {
		const char *hex;
		unsigned int code_bytes;
	} cases[] = {
		{ "f0 89 08", 8 },		/* LOCK */
		{ "f2 89 08", 8 },		/* XACQUIRE */
		{ "f3 c6 00 01", 8 },		/* XRELEASE */
		{ "f3 0f b6 00", 8 },
		{ "89 c8", 8 },			/* register operand */
		{ "0f b6 c1", 8 },
		{ "c6 c0 01", 4 },
		{ "c6 08 01", 4 },		/* C6 /1 */
		{ "c7 38 01 00 00 00", 4 },	/* C7 /7 */
		{ "c7 f8 00 00 00 00", 4 },	/* XBEGIN */
		{ "63 08", 4 },			/* ARPL */
		{ "66 63 08", 8 },		/* vendors differ */
		{ "48 66 89 08", 8 },		/* REX not last */
		{ "48 48 89 08", 8 },		/* two of them */
		{ "64 65 89 08", 8 },		/* two segments */
		{ "26 36 89 08", 4 },
		{ "0f b8 00", 8 },
		{ "01 08", 8 },			/* ADD */
		{ "a4", 8 },			/* MOVS */
		{ "8c 18", 8 },			/* MOV from a segment register */
		{ "8e 18", 8 },
		{ "0f 22 c0", 8 },		/* MOV to CR0 */
		{ "c4 e2 79 8c 00", 8 },	/* VEX */
		{ "0f 0f b6 00", 8 },
		{ "", 8 },
		{ "66", 8 },
		{ "66 66 66 66 66 66 66 66 66 66 66 66 66 89 08", 8 },
	};
	struct x86_insn insn;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]) - 1; i++)
		if (!decode(cases[i].hex, cases[i].code_bytes, &insn))
			fail_msg("decoded: %s", cases[i].hex);
	/* Fifteen bytes are an instruction, sixteen are none. */
	assert_int_equal(decode(cases[i].hex, 8, &insn), 0);
	assert_int_equal(insn.length, 15);
	assert_int_equal(decode("66 66 66 66 66 66 66 66 66 66 66 66 66 66 89 08",
				8, &insn), -1);
	/* The same segment twice says nothing new; ES says nothing in 64 bits. */
	assert_int_equal(decode("64 64 89 08", 8, &insn), 0);
	assert_int_equal(decode("26 64 2e 89 08", 8, &insn), 0);
	assert_int_equal(insn.segment, AXVCPU_X86_FS);
	/* 40 to 4F are INC and DEC outside of 64-bit mode. */
	assert_int_equal(decode("48 89 08", 4, &insn), -1);
}

static void test_stack_segment(void **state)
{
	struct x86_insn insn;

	(void)state;
	assert_int_equal(decode("8b 04 24", 4, &insn), 0);	/* [esp] */
	assert_int_equal(insn.segment, AXVCPU_X86_SS);
	assert_int_equal(decode("8b 44 05 00", 4, &insn), 0);	/* [ebp+eax] */
	assert_int_equal(insn.segment, AXVCPU_X86_SS);
	assert_int_equal(decode("8b 04 28", 4, &insn), 0);	/* [eax+ebp] */
	assert_int_equal(insn.segment, AXVCPU_X86_DS);
	assert_int_equal(decode("8b 04 2d 00 00 00 00", 4, &insn), 0);
	assert_int_equal(insn.segment, AXVCPU_X86_DS);		/* [ebp*1] */
	assert_int_equal(decode("41 8b 04 24", 8, &insn), 0);	/* [r12] */
	assert_int_equal(insn.base, 12);
	assert_int_equal(insn.segment, AXVCPU_X86_DS);
	assert_int_equal(decode("41 8b 45 00", 8, &insn), 0);	/* [r13] */
	assert_int_equal(insn.base, 13);
	assert_int_equal(insn.segment, AXVCPU_X86_DS);
}

/* ---- random input ------------------------------------------------------------------ */

/* What is decoded keeps within its limits and reads no byte beyond its length. */
static void check_sane(const uint8_t *byte, unsigned int count,
		       unsigned int code_bytes)
{
	/* Of the exact size, so that ASan sees a byte too many. */
	uint8_t *exact = malloc(count ? count : 1);
	struct x86_insn insn, again;

	assert_non_null(exact);
	memcpy(exact, byte, count);
	if (x86_decode(exact, count, code_bytes, &insn)) {
		free(exact);
		return;
	}
	assert_in_range(insn.length, 2, count < 15 ? count : 15);
	assert_in_range(insn.op, X86_OP_STORE_REG, X86_OP_LOAD_SX);
	assert_true(insn.width == 1 || insn.width == 2 || insn.width == 4 ||
		    insn.width == 8);
	assert_true(insn.base == NO || insn.base < 16);
	assert_true(insn.index == NO || insn.index < 16);
	assert_in_range(insn.segment, AXVCPU_X86_ES, AXVCPU_X86_GS);
	if (insn.op != X86_OP_STORE_IMM) {
		assert_in_range(insn.reg, 0, insn.high_byte ? 3 : 15);
		assert_in_range(insn.reg_width, insn.width, 8);
	}
	assert_int_equal(x86_decode(exact, insn.length, code_bytes, &again), 0);
	assert_memory_equal(&insn, &again, sizeof(insn));
	assert_int_equal(x86_decode(exact, insn.length - 1, code_bytes, &again),
			 -1);
	free(exact);
}

static void test_random(void **state)
{
	static const uint8_t likely[] = {
		0x26, 0x36, 0x3e, 0x48, 0x4f, 0x40, 0x63, 0x64, 0x66, 0x67,
		0x0f, 0x0f, 0xb6, 0xb7, 0xbe, 0xbf, 0x88, 0x89, 0x8a, 0x8b,
		0xa0, 0xa1, 0xa2, 0xa3, 0xc6, 0xc7, 0xf0, 0xf2, 0x04, 0x05,
	};
	unsigned int i, j;

	(void)state;
	srand(1);
	for (i = 0; i < 2000000; i++) {
		uint8_t byte[20];
		unsigned int count = rand() % sizeof(byte);

		for (j = 0; j < count; j++)
			byte[j] = rand() % 3 ? likely[rand() % sizeof(likely)] :
					       rand();
		check_sane(byte, count, 2 << i % 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encoder),
		cmocka_unit_test(test_address16),
		cmocka_unit_test(test_moffs),
		cmocka_unit_test(test_immediate),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_stack_segment),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
