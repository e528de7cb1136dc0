// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * kmod/arm64/decode.c against binutils' disassembler: what both read must mean the same,
 * what objdump calls one of our instructions we must not refuse, and nothing else may be
 * taken for one. And the addresses that come of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kmod/arm64/decode.h"

#define WORDS 300000

/* ---- objdump's text ----------------------------------------------------------- */

struct mnemonic {
	const char *name;
	bool write, sign;
	unsigned int width; /* 0: the register's name tells it */
	unsigned int count;
};

static const struct mnemonic mnemonics[] = {
	{ "ldr", false, false, 0, 1 },	 { "ldur", false, false, 0, 1 },
	{ "ldtr", false, false, 0, 1 },	 { "ldrb", false, false, 1, 1 },
	{ "ldurb", false, false, 1, 1 }, { "ldtrb", false, false, 1, 1 },
	{ "ldrh", false, false, 2, 1 },	 { "ldurh", false, false, 2, 1 },
	{ "ldtrh", false, false, 2, 1 }, { "ldrsb", false, true, 1, 1 },
	{ "ldursb", false, true, 1, 1 }, { "ldtrsb", false, true, 1, 1 },
	{ "ldrsh", false, true, 2, 1 },	 { "ldursh", false, true, 2, 1 },
	{ "ldtrsh", false, true, 2, 1 }, { "ldrsw", false, true, 4, 1 },
	{ "ldursw", false, true, 4, 1 }, { "ldtrsw", false, true, 4, 1 },
	{ "str", true, false, 0, 1 },	 { "stur", true, false, 0, 1 },
	{ "sttr", true, false, 0, 1 },	 { "strb", true, false, 1, 1 },
	{ "sturb", true, false, 1, 1 },	 { "sttrb", true, false, 1, 1 },
	{ "strh", true, false, 2, 1 },	 { "sturh", true, false, 2, 1 },
	{ "sttrh", true, false, 2, 1 },	 { "ldp", false, false, 0, 2 },
	{ "ldnp", false, false, 0, 2 },	 { "ldpsw", false, true, 4, 2 },
	{ "stp", true, false, 0, 2 },	 { "stnp", true, false, 0, 2 },
	{ "ldar", false, false, 0, 1 },	 { "ldarb", false, false, 1, 1 },
	{ "ldarh", false, false, 2, 1 }, { "ldlar", false, false, 0, 1 },
	{ "ldlarb", false, false, 1, 1 }, { "ldlarh", false, false, 2, 1 },
	{ "stlr", true, false, 0, 1 },	 { "stlrb", true, false, 1, 1 },
	{ "stlrh", true, false, 2, 1 },	 { "stllr", true, false, 0, 1 },
	{ "stllrb", true, false, 1, 1 }, { "stllrh", true, false, 2, 1 },
	{ "ld1", false, false, 0, 0 },	 { "st1", true, false, 0, 0 },
};

static const struct mnemonic *find_mnemonic(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(mnemonics) / sizeof(*mnemonics); i++)
		if (!strcmp(mnemonics[i].name, name))
			return &mnemonics[i];
	return NULL;
}

/* "x12", "wzr", "q3", "sp": its number, and its bytes. */
static bool parse_register(const char *text, unsigned int *reg, unsigned int *bytes)
{
	static const char kinds[] = "bhswdxq";
	static const unsigned char widths[] = { 1, 2, 4, 4, 8, 8, 16 };
	const char *kind = strchr(kinds, text[0]);
	char *end;

	if (!strcmp(text, "sp")) {
		*reg = 31;
		*bytes = 8;
		return true;
	}
	if (!kind || !text[0])
		return false;
	*bytes = widths[kind - kinds];
	if (!strcmp(text + 1, "zr")) {
		*reg = 31;
		return true;
	}
	*reg = strtoul(text + 1, &end, 10);
	return end != text + 1 && !*end;
}

/* The next operand up to a comma outside of brackets; it is ended in place. */
static char *next_operand(char **at)
{
	char *start = *at, *p;
	int depth = 0;

	while (*start == ' ')
		start++;
	for (p = start; *p && (*p != ',' || depth); p++)
		depth += *p == '[' || *p == '{' ? 1 : *p == ']' || *p == '}' ? -1 : 0;
	*at = *p ? p + 1 : p;
	*p = 0;
	return *start ? start : NULL;
}

/* What stands behind the base in [base, ...]. */
static bool parse_offset(char *text, struct arm64_insn *l)
{
	char *shift = strchr(text, ',');
	unsigned int reg, bytes;

	if (text[0] == '#') {
		l->offset = strtoll(text + 1, NULL, 0);
		return true;
	}
	if (shift)
		*shift++ = 0;
	if (!parse_register(text, &reg, &bytes))
		return false;
	l->index = reg;
	l->index_bytes = bytes;
	while (shift && *shift == ' ')
		shift++;
	if (shift) {
		l->index_signed = !strncmp(shift, "sxt", 3);
		shift = strchr(shift, '#');
		l->shift = shift ? strtoul(shift + 1, NULL, 0) : 0;
	}
	return true;
}

/* [base], [base, offset], [base, offset]!, and what may follow: a step */
static bool parse_memory(char *text, char *rest, struct arm64_insn *l)
{
	bool pre = text[strlen(text) - 1] == '!';
	char *close = strchr(text, ']'), *comma = strchr(text, ',');
	unsigned int bytes, reg;
	char *step;

	if (text[0] != '[' || !close)
		return false;
	*close = 0;
	if (comma)
		*comma++ = 0;
	while (comma && *comma == ' ')
		comma++;
	if (!parse_register(text + 1, &reg, &bytes))
		return false;
	l->base = reg;
	if (comma && !parse_offset(comma, l))
		return false;
	l->writeback = pre;
	l->step = pre ? l->offset : 0;
	step = next_operand(&rest);
	if (!step)
		return true;
	l->writeback = 1;
	if (step[0] == '#') {
		l->step = strtoll(step + 1, NULL, 0);
		return true;
	}
	l->step_index = 0;
	if (!parse_register(step, &reg, &bytes))
		return false;
	l->step_index = reg;
	return true;
}

/* {v30.16b-v1.16b}, {v3.1d}, {v1.2s, v2.2s} */
static bool parse_list(char *text, struct arm64_insn *l)
{
	unsigned int first, last, lanes;
	char size, *end, *at;

	if (text[0] != '{' || sscanf(text, "{v%u.%u%c", &first, &lanes, &size) != 3)
		return false;
	end = strchr(text, '}');
	if (!end || end[1])
		return false; /* one lane of it */
	for (last = first, at = text; (at = strchr(at, 'v')) != NULL; at++)
		last = strtoul(at + 1, NULL, 10);
	l->simd = 1;
	l->width = lanes * (size == 'b' ? 1 : size == 'h' ? 2 : size == 's' ? 4 : 8);
	l->count = (last - first) % 32 + 1;
	for (last = 0; last < l->count && last < 4; last++)
		l->reg[last] = (first + last) % 32;
	return l->count <= 4;
}

static bool parse_registers(const struct mnemonic *m, char **at, struct arm64_insn *l)
{
	unsigned int i, reg, bytes;
	char *text;

	l->write = m->write;
	l->sign_extend = m->sign;
	if (!m->count)
		return (text = next_operand(at)) && parse_list(text, l);
	l->count = m->count;
	for (i = 0; i < m->count; i++) {
		text = next_operand(at);
		if (!text || !parse_register(text, &reg, &bytes))
			return false;
		l->reg[i] = reg;
		l->simd = !strchr("wx", text[0]);
		l->width = m->width ? m->width : bytes;
		l->reg_width = l->simd ? 0 : bytes;
	}
	return true;
}

/* "MNEMONIC\tOPERANDS" at @pc. Return: it is one of ours. */
static bool parse(char *text, uint64_t pc, struct arm64_insn *l)
{
	char *at = strchr(text, '\t'), *operand;
	const struct mnemonic *m;
	unsigned int reg, bytes;

	*l = (struct arm64_insn){ .index = ARM64_DECODE_NONE, .step_index = ARM64_DECODE_NONE };
	if (!at)
		return false;
	*at++ = 0;
	if (!strcmp(text, "dc") && !strncmp(at, "zva, ", 5)) {
		l->write = l->zero = parse_register(at + 5, &reg, &bytes);
		l->base = reg;
		return true;
	}
	m = find_mnemonic(text);
	if (!m || !parse_registers(m, &at, l))
		return false;
	operand = next_operand(&at);
	if (operand && !strncmp(operand, "0x", 2)) {
		l->literal = 1;
		l->offset = (int64_t)(strtoull(operand, NULL, 16) - pc);
		return true;
	}
	return operand && parse_memory(operand, at, l);
}

/* What the manual calls CONSTRAINED UNPREDICTABLE, which we refuse. */
static bool unpredictable(uint32_t word, const struct arm64_insn *l)
{
	/* LDAR and its like have bits that should be one. */
	if ((word & 0x3fa00000) == 0x08800000 && (word & 0x001f7c00) != 0x001f7c00)
		return true;
	/* LD1 of two registers has them one behind the other. */
	if (l->count == 2 && !l->write && l->reg[0] == l->reg[1])
		return true;
	return l->writeback && !l->simd && l->base != 31 &&
	       (l->reg[0] == l->base || (l->count == 2 && l->reg[1] == l->base));
}

/* ---- the words ---------------------------------------------------------------- */

static uint32_t state = 1;

static uint32_t next_random(void)
{
	state = state * 1664525 + 1013904223;
	return state >> 16;
}

/* Mostly of the classes of loads and stores, of each its share. */
static uint32_t next_word(unsigned int i)
{
	static const uint32_t classes[][2] = {
		/* fixed bits, their values */
		{ 0x3a000000, 0x28000000 }, { 0x3b000000, 0x39000000 },
		{ 0x3b200000, 0x38000000 }, { 0x3b200c00, 0x38200800 },
		{ 0x3b000000, 0x18000000 }, { 0x3fa0fc00, 0x0880fc00 },
		{ 0x3fbf0000, 0x0c000000 }, { 0x3fa00000, 0x0c800000 },
		{ 0xffffffe0, 0xd50b7420 }, { 0x3f000000, 0x08000000 },
		{ 0x0a000000, 0x08000000 }, { 0, 0 },
	};
	uint32_t word = next_random() << 16 | (next_random() & 0xffff);
	const uint32_t *class = classes[i % (sizeof(classes) / sizeof(*classes))];

	word = (word & ~class[0]) | class[1];
	if ((word & 0x3fa0fc00) == 0x0880fc00)
		word |= 0x001f0000; /* what is should-be-one there */
	return word;
}

static FILE *disassemble(const uint32_t *words, char *path)
{
	char command[256];
	FILE *file;
	int fd;

	strcpy(path, "/tmp/axvcpu-decode-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, words, WORDS * sizeof(*words)), WORDS * sizeof(*words));
	close(fd);
	snprintf(command, sizeof(command), "aarch64-linux-gnu-objdump -D -z -b binary -m aarch64 %s", path);
	file = popen(command, "r");
	assert_non_null(file);
	return file;
}

static void compare(uint32_t word, uint64_t pc, char *text, unsigned int *ours)
{
	char whole[128];
	struct arm64_insn expected, found;
	bool known, decoded;

	snprintf(whole, sizeof(whole), "%s", text);
	known = parse(text, pc, &expected) && !unpredictable(word, &expected);
	decoded = !arm64_decode(word, &found);
	if (known != decoded)
		fail_msg("%08x (%s): objdump says %d, we %d", word, whole, known, decoded);
	if (known && memcmp(&found, &expected, sizeof(found)))
		fail_msg("%08x (%s): understood differently", word, whole);
	*ours += known;
}

static void test_objdump(void **unused)
{
	uint32_t *words = calloc(WORDS, sizeof(*words)), word;
	unsigned int i, lines = 0, ours = 0;
	char path[64], line[256], *text, *end;
	uint64_t pc;
	FILE *file;

	(void)unused;
	assert_non_null(words);
	for (i = 0; i < WORDS; i++)
		words[i] = next_word(i);
	file = disassemble(words, path);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %lx: %x", &pc, &word) != 2)
			continue;
		text = strchr(line, '\t');
		text = text ? strchr(text + 1, '\t') : NULL;
		assert_non_null(text);
		text[strcspn(text, "\n")] = 0;
		end = strstr(text, " //");
		if (end)
			*end = 0;
		for (end = text + strlen(text); end > text && (end[-1] == ' ' || end[-1] == '\t'); end--)
			end[-1] = 0;
		assert_int_equal(word, words[pc / 4]);
		compare(word, pc, text + 1, &ours);
		lines++;
	}
	assert_int_equal(pclose(file), 0);
	unlink(path);
	free(words);
	assert_int_equal(lines, WORDS);
	assert_true(ours > WORDS / 3);
	print_message("%u of %u words are ours\n", ours, lines);
}

/* ---- addresses ------------------------------------------------------------------ */

static __u64 gpr[31];

static uint64_t address_of(uint32_t word)
{
	struct arm64_insn insn;

	assert_int_equal(arm64_decode(word, &insn), 0);
	return arm64_insn_address(&insn, 0x400000, gpr, 0x7000);
}

static uint64_t writeback_of(uint32_t word)
{
	struct arm64_insn insn;

	assert_int_equal(arm64_decode(word, &insn), 0);
	assert_true(insn.writeback);
	return arm64_insn_writeback(&insn, gpr, 0x7000);
}

static void test_addresses(void **unused)
{
	(void)unused;
	gpr[1] = 0x1000;
	gpr[2] = 0xfffffffffffffff0;
	assert_int_equal(address_of(0xf8408420), 0x1000);  /* ldr x0, [x1], #8 */
	assert_int_equal(writeback_of(0xf8408420), 0x1008);
	assert_int_equal(address_of(0xf81f8c20), 0xff8);   /* str x0, [x1, #-8]! */
	assert_int_equal(writeback_of(0xf81f8c20), 0xff8);
	assert_int_equal(address_of(0xa97f0be0), 0x6ff0);  /* ldp x0, x2, [sp, #-16] */
	assert_int_equal(address_of(0xf8627820), 0xf80);   /* ldr x0, [x1, x2, lsl #3] */
	assert_int_equal(address_of(0xf862d820), 0xf80);   /* ldr x0, [x1, w2, sxtw #3] */
	assert_int_equal(address_of(0xf8625820), 0x800000f80); /* ldr x0, [x1, w2, uxtw #3] */
	assert_int_equal(address_of(0xf87f6820), 0x1000);  /* ldr x0, [x1, xzr] */
	assert_int_equal(address_of(0x58ffffe0), 0x3ffffc); /* ldr x0, . - 4 */
	assert_int_equal(address_of(0xd50b7421), 0x1000);  /* dc zva, x1 */
	assert_int_equal(address_of(0xd50b743f), 0);	   /* dc zva, xzr */
	assert_int_equal(writeback_of(0x4cdf2020), 0x1040); /* ld1 {v0.16b-v3.16b}, [x1], #64 */
	assert_int_equal(writeback_of(0x0c827020), 0xff0); /* st1 {v0.8b}, [x1], x2 */
}

/* Loads and stores that a device can't be reached by. */
static void test_refused(void **unused)
{
	static const uint32_t words[] = {
		0xc85f7c20, /* ldxr x0, [x1] */
		0xc8007c22, /* stxr w0, x2, [x1] */
		0xf8208020, /* swp x0, x0, [x1] */
		0xf8200020, /* ldadd x0, x0, [x1] */
		0xc8a07c22, /* cas x0, x2, [x1] */
		0xf9800020, /* prfm pldl1keep, [x1] */
		0x0d400020, /* ld1 {v0.b}[0], [x1] */
		0x4c404020, /* ld3 of ... */
		0xd50b7a21, /* dc cvac, x1 */
		0xd503201f, /* nop */
	};
	struct arm64_insn insn;
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		assert_int_equal(arm64_decode(words[i], &insn), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_objdump),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
