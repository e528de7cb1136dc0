// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * kmod/x86/decode.c against binutils' disassembler: what both read must mean the
 * same, and what objdump calls one of our instructions we must not refuse.
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

#include "kmod/x86/decode.h"
#include "uapi/axvcpu_x86.h"

#define NO		0xff
#define SLOT		32	/* an instruction, and NOPs so that objdump is in step again */
#define SYSTEMATIC	20000
#define RANDOM		10000
#define NOP		0x90

/* ---- objdump's text ----------------------------------------------------------- */

/* What a line says, as far as it is one of our instructions. */
struct line {
	char mnemonic[16];
	bool refusable;		/* prefixes that we refuse on purpose */
	unsigned int length;
	bool store, has_immediate, rip;
	unsigned int width;	/* of the memory operand, 0: not told */
	unsigned int reg, reg_width;
	bool high_byte;
	uint64_t immediate, displacement;
	unsigned int base, index, scale;
	unsigned int address_bytes;	/* 0: no register tells it */
	int segment;		/* -1: none named */
};

static const char *const names[4][16] = {
	{ "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil", "r8b", "r9b",
	  "r10b", "r11b", "r12b", "r13b", "r14b", "r15b" },
	{ "ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8w", "r9w", "r10w",
	  "r11w", "r12w", "r13w", "r14w", "r15w" },
	{ "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d",
	  "r10d", "r11d", "r12d", "r13d", "r14d", "r15d" },
	{ "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9",
	  "r10", "r11", "r12", "r13", "r14", "r15" },
};
static const char *const high_names[4] = { "ah", "ch", "dh", "bh" };
static const char *const segment_names[6] = { "es", "cs", "ss", "ds", "fs", "gs" };

static bool find_register(const char *name, unsigned int *reg,
			  unsigned int *width, bool *high)
{
	unsigned int w, i;

	*high = false;
	for (w = 0; w < 4; w++)
		for (i = 0; i < 16; i++)
			if (!strcmp(name, names[w][i])) {
				*reg = i;
				*width = 1 << w;
				return true;
			}
	for (i = 0; i < 4; i++)
		if (!strcmp(name, high_names[i])) {
			*reg = i;
			*width = 1;
			*high = true;
			return true;
		}
	return false;
}

/* One term of [a+b*2-0x3]; @text is ended in place. */
static bool parse_term(struct line *l, char *term, bool minus)
{
	char *star = strchr(term, '*');
	unsigned int reg, width, scale = 1;
	bool high;

	if (star) {
		*star = 0;
		scale = atoi(star + 1);
	}
	if (!strcmp(term, "rip") || !strcmp(term, "eip")) {
		l->rip = true;
		l->address_bytes = term[0] == 'r' ? 8 : 4;
		return true;
	}
	if (!strcmp(term, "riz") || !strcmp(term, "eiz")) {
		l->address_bytes = term[0] == 'r' ? 8 : 4;
		return true;
	}
	if (!strncmp(term, "0x", 2)) {
		uint64_t value = strtoull(term, NULL, 16);

		l->displacement = minus ? -value : value;
		return true;
	}
	if (!find_register(term, &reg, &width, &high) || high)
		return false;
	l->address_bytes = width;
	if (!star && l->base == NO) {
		l->base = reg;
	} else {
		l->index = reg;
		l->scale = scale;
	}
	return true;
}

static bool parse_memory(struct line *l, char *text)
{
	static const char *const sizes[] = { "BYTE", "WORD", "DWORD", "QWORD" };
	char *at = text, *pointer = strstr(text, " PTR ");
	unsigned int i;
	bool minus = false;

	if (pointer) {
		*pointer = 0;
		for (i = 0; i < 4; i++)
			if (!strcmp(text, sizes[i]))
				l->width = 1 << i;
		if (!l->width)
			return false;
		at = pointer + 5;
	}
	if (at[0] && at[1] == 's' && at[2] == ':') {
		for (i = 0; i < 6; i++)
			if (!strncmp(at, segment_names[i], 2))
				l->segment = i;
		at += 3;
	}
	if (*at != '[')
		return !strncmp(at, "0x", 2) && parse_term(l, at, false);
	at++;
	for (;;) {
		char *end = at + strcspn(at, "+-]");
		char delimiter = *end;

		*end = 0;
		if (!parse_term(l, at, minus))
			return false;
		if (delimiter == ']' || !delimiter)
			return true;
		minus = delimiter == '-';
		at = end + 1;
	}
}

static bool is_memory(const char *operand)
{
	return strchr(operand, '[') || strchr(operand, ':');
}

static bool parse_value(struct line *l, const char *operand)
{
	if (!strncmp(operand, "0x", 2)) {
		l->has_immediate = true;
		l->immediate = strtoull(operand, NULL, 16);
		return true;
	}
	return find_register(operand, &l->reg, &l->reg_width, &l->high_byte);
}

/* Prefixes that objdump writes as words. true: one was taken off. */
static bool take_prefix(struct line *l, char **text)
{
	static const char *const harmless[] = {
		"data16 ", "data32 ", "addr16 ", "addr32 ", "es ", "cs ", "ss ",
		"ds ",
	};
	/* Undefined or hints: we refuse all of these. */
	static const char *const refused[] = {
		"fs ", "gs ", "lock ", "repz ", "repnz ", "xacquire ",
		"xrelease ", "rex",
	};
	unsigned int i;

	for (i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (!strncmp(*text, harmless[i], strlen(harmless[i]))) {
			*text += strlen(harmless[i]);
			return true;
		}
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (!strncmp(*text, refused[i], strlen(refused[i]))) {
			l->refusable = true;
			*text += strcspn(*text, " ");
			*text += strspn(*text, " ");
			return true;
		}
	return false;
}

static bool ours(const char *mnemonic)
{
	return !strcmp(mnemonic, "mov") || !strcmp(mnemonic, "movabs") ||
	       !strcmp(mnemonic, "movzx") || !strcmp(mnemonic, "movsx") ||
	       !strcmp(mnemonic, "movsxd");
}

/* false: not one of our instructions, or without a memory operand */
static bool parse_line(struct line *l, char *text)
{
	char *comma, *comment = strchr(text, '#');

	*l = (struct line){ .base = NO, .index = NO, .scale = 1, .segment = -1 };
	if (comment)
		*comment = 0;
	text[strcspn(text, "\n")] = 0;
	l->length = strtoul(text, NULL, 10);
	text = strchr(text, '\t') + 1;
	while (take_prefix(l, &text))
		;
	if (sscanf(text, "%15s", l->mnemonic) != 1 || !ours(l->mnemonic))
		return false;
	text += strlen(l->mnemonic);
	text += strspn(text, " ");
	while (*text && text[strlen(text) - 1] == ' ')
		text[strlen(text) - 1] = 0;
	comma = strchr(text, ',');
	if (!comma)
		return false;
	*comma++ = 0;
	if (is_memory(text)) {
		l->store = true;
		return parse_value(l, comma) && parse_memory(l, text);
	}
	return is_memory(comma) && parse_value(l, text) &&
	       parse_memory(l, comma);
}

/* ---- the comparison ------------------------------------------------------------- */

static uint64_t mask(unsigned int bytes)
{
	return ~0ULL >> (64 - 8 * bytes);
}

static bool same_address(const struct line *l, const struct x86_insn *insn)
{
	unsigned int segment = insn->base == AXVCPU_X86_RSP ||
					       insn->base == AXVCPU_X86_RBP ?
				       AXVCPU_X86_SS : AXVCPU_X86_DS;

	if (l->segment >= 0)
		segment = l->segment;
	if (insn->segment != segment || insn->base != l->base ||
	    insn->index != l->index || !insn->rip_relative != !l->rip)
		return false;
	if (insn->index != NO && insn->scale != l->scale)
		return false;
	if (l->address_bytes && l->address_bytes != insn->address_bytes)
		return false;
	return !((insn->displacement ^ l->displacement) &
		 mask(insn->address_bytes));
}

static bool same(const struct line *l, const struct x86_insn *insn)
{
	bool store = insn->op == X86_OP_STORE_REG || insn->op == X86_OP_STORE_IMM;

	if (l->length != insn->length || l->store != store ||
	    (l->width && l->width != insn->width) || !same_address(l, insn))
		return false;
	if (!strcmp(l->mnemonic, "movzx") != (insn->op == X86_OP_LOAD_ZX))
		return false;
	if (l->has_immediate)
		return insn->op == X86_OP_STORE_IMM &&
		       !((l->immediate ^ insn->immediate) & mask(insn->width));
	if (!l->width && l->reg_width != insn->width)
		return false;
	/* A load is with extension if the widths differ, or as named. */
	if (!strncmp(l->mnemonic, "movsx", 5) != (insn->op == X86_OP_LOAD_SX))
		return false;
	return l->reg == insn->reg && l->reg_width == insn->reg_width &&
	       l->high_byte == insn->high_byte;
}

static void complain(const uint8_t *byte, unsigned int code_bytes,
		     const char *text, const char *what)
{
	unsigned int i;

	fprintf(stderr, "%u-bit:", 8 * code_bytes);
	for (i = 0; i < 15; i++)
		fprintf(stderr, " %02x", byte[i]);
	fprintf(stderr, "\n  objdump: %s\n  %s\n", text, what);
	fail();
}

/* Return: whether both decoded it. */
static bool compare(const uint8_t *byte, unsigned int code_bytes, char *text,
		    bool complete)
{
	bool decoded, known;
	struct x86_insn insn;
	struct line l;
	char copy[600];

	snprintf(copy, sizeof(copy), "%s", text);
	decoded = !x86_decode(byte, 15, code_bytes, &insn);
	known = parse_line(&l, text);
	if (decoded && (!known || !same(&l, &insn)))
		complain(byte, code_bytes, copy, "we read something else");
	if (!decoded && known && !l.refusable && complete)
		complain(byte, code_bytes, copy, "we refuse it");
	return decoded;
}

/* ---- instructions ----------------------------------------------------------------- */

static unsigned int put_prefixes(uint8_t *byte, unsigned int code_bytes)
{
	static const uint8_t segment[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 };
	unsigned int count = 0;

	if (rand() % 4 == 0)
		byte[count++] = segment[rand() % 6];
	if (rand() % 3 == 0)
		byte[count++] = 0x66;
	if (rand() % 3 == 0)
		byte[count++] = 0x67;
	if (code_bytes == 8 && rand() % 4)
		byte[count++] = 0x40 | rand() % 16;
	return count;
}

/* One of ours, with any operand; what follows the opcode is random. */
static void put_ours(uint8_t *byte, unsigned int code_bytes)
{
	static const uint16_t opcode[] = {
		0x88, 0x89, 0x8a, 0x8b, 0xa0, 0xa1, 0xa2, 0xa3, 0xc6, 0xc7,
		0x0fb6, 0x0fb7, 0x0fbe, 0x0fbf, 0x63,
	};
	unsigned int count = put_prefixes(byte, code_bytes);
	uint16_t op = opcode[rand() % (code_bytes == 8 ? 15 : 14)];

	if (op == 0x63 && memchr(byte, 0x66, count) &&
	    !(byte[count - 1] >= 0x48 && byte[count - 1] <= 0x4f))
		op = 0x8b;	/* vendors differ */
	if (op >> 8)
		byte[count++] = op >> 8;
	byte[count++] = op;
	byte[count] = rand() % 0xc0;
	if (op == 0xc6 || op == 0xc7)
		byte[count] &= 0xc7;
}

static void put_random(uint8_t *byte)
{
	static const uint8_t likely[] = {
		0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3,
		0x40, 0x48, 0x4f, 0x0f, 0x0f, 0xb6, 0xb7, 0xbe, 0xbf, 0x63,
		0x88, 0x89, 0x8a, 0x8b, 0xa0, 0xa1, 0xa2, 0xa3, 0xc6, 0xc7,
	};
	unsigned int i;

	for (i = 0; i < 5; i++)
		if (rand() % 2)
			byte[i] = likely[rand() % sizeof(likely)];
}

/* A line of objdump for each slot, in @index order, as "length\tinstruction". */
static FILE *disassemble(const char *file, unsigned int code_bytes)
{
	const char *machine = code_bytes == 8 ? "i386:x86-64" :
			      code_bytes == 4 ? "i386" : "i8086";
	char command[512];

	snprintf(command, sizeof(command),
		 "LC_ALL=C objdump -D -z -b binary -m %s -M intel --insn-width=16 %s",
		 machine, file);
	return popen(command, "r");
}

static void check_mode(unsigned int code_bytes)
{
	const unsigned int count = SYSTEMATIC + RANDOM;
	char file[] = "/tmp/axvcpu-decode-XXXXXX";
	uint8_t *code = malloc(count * SLOT);
	unsigned int i, j, slot = 0, both = 0;
	char text[512];
	FILE *out;

	assert_non_null(code);
	memset(code, NOP, count * SLOT);
	for (i = 0; i < count; i++) {
		uint8_t *byte = code + i * SLOT;

		for (j = 0; j < 15; j++)
			byte[j] = rand();
		if (i < SYSTEMATIC)
			put_ours(byte, code_bytes);
		else
			put_random(byte);
	}
	out = fdopen(mkstemp(file), "w");
	assert_non_null(out);
	assert_int_equal(fwrite(code, SLOT, count, out), count);
	fclose(out);
	out = disassemble(file, code_bytes);
	assert_non_null(out);
	while (fgets(text, sizeof(text), out)) {
		unsigned int length = 0, used = 0, value;
		unsigned long address;
		char *at, *instruction, line[600];

		if (sscanf(text, " %lx:%n", &address, (int *)&used) != 1 ||
		    !used || address % SLOT)
			continue;
		at = text + used;
		instruction = strchr(at + 1, '\t');
		while (sscanf(at, " %2x%n", &value, (int *)&used) == 1 &&
		       (!instruction || at + used <= instruction)) {
			at += used;
			length++;
		}
		if (!instruction)
			continue;
		snprintf(line, sizeof(line), "%u\t%s", length, instruction + 1);
		assert_true(address / SLOT < count);
		both += compare(code + address, code_bytes, line,
				address / SLOT < SYSTEMATIC);
		slot++;
	}
	pclose(out);
	unlink(file);
	free(code);
	print_message("%u-bit code: %u of %u decoded by both\n", 8 * code_bytes,
		      both, slot);
	assert_true(slot > count * 99 / 100);
	assert_true(both > SYSTEMATIC * 95 / 100);
}

static void test_objdump(void **state)
{
	(void)state;
	if (system("objdump --version >/dev/null 2>&1"))
		skip();
	srand(2);
	check_mode(2);
	check_mode(4);
	check_mode(8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_objdump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
