// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The benchmark's classes of A64 against objdump: every word of a list that has each class,
 * of a program, and of many random ones near what matters is in the class that its
 * disassembly says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../bench/classify.h"
#include "../bench/markers.h"

#define WORDS 200000

/* Each class, in forms that are easily taken for another. */
static const char list[] =
	".arch armv8.5-a+memtag\n"
	"tlbi vmalls12e1\n tlbi vae1is, x3\n tlbi ipas2e1, x0\n at s1e1r, x1\n at s12e0w, x2\n"
	"ic iallu\n ic ivau, x3\n dc civac, x4\n dc cvau, x5\n dc isw, x6\n dc zva, x7\n"
	"dsb sy\n dsb nsh\n dsb ishst\n ssbb\n pssbb\n dmb ish\n dmb ld\n isb\n sb\n clrex\n"
	"eret\n eretaa\n svc #0\n hvc #3\n smc #0\n brk #1\n hlt #0\n udf #0\n"
	"nop\n yield\n wfe\n wfi\n sev\n esb\n csdb\n bti c\n hint #22\n xpaclri\n pacia1716\n"
	"paciasp\n autiasp\n pacibz\n autibsp\n retaa\n ret\n ret x3\n br x4\n blr x5\n braa x1, x2\n"
	"blraaz x3\n pacia x1, x2\n autdza x3\n xpaci x4\n pacga x1, x2, x3\n ldraa x1, [x2]\n"
	"mrs x1, sp_el0\n msr sp_el0, x1\n mrs x1, tpidr_el2\n msr tpidr_el0, x1\n mrs x1, nzcv\n"
	"mrs x1, daif\n msr daif, x1\n msr daifset, #2\n msr daifclr, #15\n msr pan, #1\n msr uao, #0\n"
	"msr spsel, #1\n msr ssbs, #1\n msr dit, #1\n msr tco, #0\n mrs x1, pan\n mrs x1, currentel\n"
	"mrs x1, fpcr\n msr fpsr, x1\n mrs x1, ctr_el0\n mrs x1, midr_el1\n msr ttbr0_el1, x2\n"
	"mrs x3, sctlr_el12\n msr vbar_el12, x4\n mrs x1, hcr_el2\n msr vttbr_el2, x0\n"
	"msr sp_el1, x1\n mrs x1, elr_el2\n msr scr_el3, x1\n mrs x1, icc_iar1_el1\n"
	"msr icc_pmr_el1, x1\n msr ich_hcr_el2, x1\n mrs x1, ich_lr15_el2\n msr icc_sre_el2, x1\n"
	"msr vdisr_el2, x1\n mrs x1, isr_el1\n mrs x1, cntvct_el0\n msr cntv_ctl_el02, x1\n"
	"msr cntkctl_el12, x1\n msr cnthctl_el2, x1\n mrs x1, pmccntr_el0\n mrs x1, pmevcntr3_el0\n"
	"mrs x1, mdscr_el1\n msr dbgbvr3_el1, x1\n mrs x1, mdcr_el2\n msr oslar_el1, x1\n"
	"ldxr w1, [x2]\n stlxr w1, x2, [x3]\n ldaxp x1, x2, [x3]\n stxrb w1, w2, [x3]\n"
	"cas x1, x2, [x3]\n casp x2, x3, x4, x5, [x6]\n casalb w1, w2, [x3]\n swp x1, x2, [x3]\n"
	"ldadd w1, w2, [x3]\n stset x1, [x2]\n ldumaxal x1, x2, [x3]\n ldar x1, [x2]\n"
	"stlrb w1, [x2]\n ldlar x1, [x2]\n ldapr x1, [x2]\n ldapur x1, [x2, #8]\n stlurh w1, [x2]\n"
	"ldr x1, [x2]\n str w1, [x2, x3]\n ldp x1, x2, [sp]\n ldr q1, [x2]\n str s1, [x2, #4]\n"
	"ldp q0, q1, [x2]\n stnp d0, d1, [x2]\n ldr d1, .\n ldr x1, .\n ld1 {v1.16b}, [x2]\n"
	"st4 {v1.s, v2.s, v3.s, v4.s}[1], [x2], x3\n ld2r {v1.8b, v2.8b}, [x2]\n ldur h1, [x2, #-1]\n"
	"prfm pldl1keep, [x2]\n stg x1, [x2]\n fmov d0, x1\n movi v1.16b, #0\n add x1, x2, x3\n";

/** struct rule - a mnemonic's beginning, one of its operands' or "", and its class */
struct rule {
	const char *mnemonic;
	const char *operands;
	const char *class;
};

/* The first that matches. */
static const struct rule rules[] = {
	{ "tlbi", "", "tlbi" },	    { "at\t", "", "at" },	 { "ic\t", "", "ic" },
	{ "dc\t", "zva", "other" }, { "dc\t", "gva", "other" },	 { "dc\t", "gzva", "other" },
	{ "dc\t", "", "dc" },	    { "dsb", "", "dsb" },	 { "dfb", "", "dsb" },
	{ "dmb", "", "dmb" },	    { "isb", "", "isb" },	 { "sb\t", "", "isb" },
	{ "eret", "", "eret" },	    { "svc", "", "svc" },	 { "hvc", "", "hvc" },
	{ "smc\t", "", "smc" },	    { "ldx", "", "exclusive" },	 { "ldax", "", "exclusive" },
	{ "stx", "", "exclusive" }, { "stlx", "", "exclusive" }, { "cas", "", "atomic" },
	{ "swp", "", "atomic" },    { "ldadd", "", "atomic" },	 { "ldclr", "", "atomic" },
	{ "ldeor", "", "atomic" },  { "ldset", "", "atomic" },	 { "ldsm", "", "atomic" },
	{ "ldum", "", "atomic" },   { "stadd", "", "atomic" },	 { "stclr", "", "atomic" },
	{ "steor", "", "atomic" },  { "stset", "", "atomic" },	 { "stsm", "", "atomic" },
	{ "stum", "", "atomic" },   { "ldar", "", "ordered" },	 { "ldlar", "", "ordered" },
	{ "ldap", "", "ordered" },  { "stlr", "", "ordered" },	 { "stllr", "", "ordered" },
	{ "stlur", "", "ordered" }, { "reta", "", "pauth" },	 { "br\t", "", "indirect" },
	{ "bra", "", "indirect" },  { "blr", "", "indirect" },	 { "pac", "", "pauth" },
	{ "aut", "", "pauth" },	    { "xpac", "", "pauth" },
};

/* An MSR or MRS, by the register's name. NULL: it has none. */
static const char *class_of_register(bool read, const char *name)
{
	static const char *const plain[] = { "sp_el0",	  "tpidr_el0", "tpidrro_el0",
					     "tpidr_el1", "tpidr_el2", "nzcv" };
	static const char *const pstate[] = { "daif", "daifset", "daifclr", "spsel",  "pan", "uao",
					      "dit",  "ssbs",	 "tco",	    "allint", "svcr" };
	static const char *const debug[] = { "dbg", "mdscr", "mdcc",  "mdrar", "mdsel",
					     "osl", "osd",   "osecc", "trcc",  "trc",
					     "tee", "brb",   "csr" };
	const char *level = strrchr(name, '_');
	size_t i;

	if (name[0] == 's' && strchr("0123", name[1]) && name[2] == '_')
		return NULL;
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (!strcmp(name, plain[i]))
			return "other";
	if (read && (!strcmp(name, "daif") || !strcmp(name, "currentel")))
		return "other";
	if (!strcmp(name, "currentel"))
		return NULL;
	for (i = 0; i < sizeof(pstate) / sizeof(pstate[0]); i++)
		if (!strcmp(name, pstate[i]))
			return "pstate";
	for (i = 0; i < sizeof(debug) / sizeof(debug[0]); i++)
		if (!strncmp(name, debug[i], strlen(debug[i])))
			return "debug";
	if (!strncmp(name, "icc_", 4) || !strncmp(name, "ich_", 4))
		return read ? "read_gic" : "write_gic";
	if (!strncmp(name, "cnt", 3))
		return read ? "read_timer" : "write_timer";
	if (level && !strcmp(level, "_el12"))
		return read ? "read_el12" : "write_el12";
	if (!strcmp(name, "sp_el1") || !strncmp(name, "spsr_a", 6) || !strncmp(name, "spsr_i", 6) ||
	    !strncmp(name, "spsr_u", 6) || !strncmp(name, "spsr_f", 6) ||
	    (level && (!strcmp(level, "_el2") || !strcmp(level, "_el3"))))
		return read ? "read_el2" : "write_el2";
	if (level && !strcmp(level, "_el1"))
		return read ? "read_el1" : "write_el1";
	return read ? "read_el0" : "write_el0";
}

/* One of a vector's registers is loaded or stored. */
static bool is_fp_memory(const char *mnemonic, const char *operands)
{
	if (strncmp(mnemonic, "ld", 2) && strncmp(mnemonic, "st", 2))
		return false;
	/* SVE's are other ones. */
	return (operands[0] == '{' && operands[1] == 'v') ||
	       (strchr("bhsdq", operands[0]) && operands[1] >= '0' && operands[1] <= '9');
}

/* NULL: objdump does not know it, or has no name for it. */
static const char *class_of_text(const char *mnemonic, char *operands)
{
	char *end;
	size_t i;

	if (strchr(mnemonic, '.') || !strncmp(mnemonic, "sys", 3) || !strncmp(mnemonic, "udf", 3) ||
	    strstr(operands, "undefined"))
		return mnemonic[0] == 'b' ? "other" : NULL; /* b.eq */
	if (!strcmp(mnemonic, "msr\t")) {
		end = strchr(operands, ',');
		*end = '\0';
		return class_of_register(false, operands);
	}
	if (!strcmp(mnemonic, "mrs\t"))
		return class_of_register(true, strrchr(operands, ' ') + 1);
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!strncmp(mnemonic, rules[i].mnemonic, strlen(rules[i].mnemonic)) &&
		    !strncmp(operands, rules[i].operands, strlen(rules[i].operands)))
			return rules[i].class;
	return is_fp_memory(mnemonic, operands) ? "fp_memory" : "other";
}

/* A line of objdump: "address:\tword \tmnemonic\toperands // comment". The tab stays. */
static bool parse(char *line, uint32_t *word, char mnemonic[32], char **operands)
{
	char *hex = strchr(line, '\t'), *text = hex ? strchr(hex + 1, '\t') : NULL, *end;

	if (!text || sscanf(hex, " %8x", word) != 1)
		return false;
	text++;
	end = strstr(text, "//");
	if (end && !strstr(end, "undefined"))
		*end = '\0';
	for (end = text + strlen(text); end > text && strchr(" \t\n", end[-1]); end--)
		end[-1] = '\0';
	*operands = strchr(text, '\t') ? strchr(text, '\t') + 1 : text + strlen(text);
	snprintf(mnemonic, 32, "%.*s\t", (int)strcspn(text, "\t"), text);
	return true;
}

static void compare(const char *command, unsigned int least)
{
	FILE *objdump = popen(command, "r");
	unsigned int compared = 0;
	char line[512];

	assert_non_null(objdump);
	while (fgets(line, sizeof(line), objdump)) {
		struct classifier classifier = { 0 };
		char mnemonic[32], *operands;
		const char *ours, *theirs;
		uint8_t bytes[4];
		uint32_t word;

		if (!parse(line, &word, mnemonic, &operands))
			continue;
		theirs = class_of_text(mnemonic, operands);
		if (!theirs)
			continue;
		memcpy(bytes, &word, sizeof(bytes));
		ours = class_name(classify(&classifier, bytes, sizeof(bytes)));
		if (strcmp(ours, theirs))
			fail_msg("%08x %s %s is %s, not %s", word, mnemonic, operands, theirs,
				 ours);
		compared++;
	}
	pclose(objdump);
	assert_true(compared >= least);
}

static void write_file(char *name, const void *data, size_t size)
{
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
}

static void each_class(void **state)
{
	char name[] = "/tmp/bench-classify-XXXXXX", command[300];

	(void)state;
	write_file(name, list, sizeof(list) - 1);
	snprintf(
		command, sizeof(command),
		"aarch64-linux-gnu-as -o %s.o %s && aarch64-linux-gnu-objdump -d %s.o; rm -f %s %s.o",
		name, name, name, name, name);
	compare(command, 120);
}

/* Half of them system instructions, a quarter memory's, the rest anything. */
static uint32_t next_word(unsigned int i)
{
	uint32_t word = (uint32_t)random() << 16 ^ (uint32_t)random();

	switch (i % 8) {
	case 0:
	case 1:
	case 2: /* MSR and MRS: registers with names are rare among all */
		return 0xd5100000 | (word & 0x2fffff);
	case 3: /* the others */
		return 0xd5000000 | (word & 0x0fffe0) | (word >> 30 ? 31 : word & 31);
	case 4:
	case 5:
		return (word & ~0x0a000000u) | 0x08000000;
	case 6:
		return 0xd4000000 | (word & 0x02ffffff);
	default:
		return word;
	}
}

static void random_words(void **state)
{
	char name[] = "/tmp/bench-classify-XXXXXX", command[200];
	uint32_t *words = calloc(WORDS, sizeof(*words));
	unsigned int i;

	(void)state;
	assert_non_null(words);
	srandom(1);
	for (i = 0; i < WORDS; i++)
		words[i] = next_word(i);
	write_file(name, words, WORDS * sizeof(*words));
	free(words);
	snprintf(command, sizeof(command),
		 "aarch64-linux-gnu-objdump -D -z -b binary -m aarch64 %s; rm -f %s", name, name);
	compare(command, WORDS / 8);
}

static void markers(void **state)
{
	/* movz xzr, #0xa885, lsl #48; a magic too few; another register */
	static const uint8_t good[] = { 0xbf, 0x10, 0xf5, 0xd2 },
			     bad[] = { 0xbf, 0x10, 0xe5, 0xd2 },
			     other[] = { 0xa0, 0x10, 0xf5, 0xd2 };
	unsigned int number;

	(void)state;
	assert_true(marker_decode(good, sizeof(good), &number));
	assert_int_equal(number, MARKER_STOP * MARKER_IDS + 5);
	assert_false(marker_decode(bad, sizeof(bad), &number));
	assert_false(marker_decode(other, sizeof(other), &number));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_class),
		cmocka_unit_test(random_words),
		cmocka_unit_test(markers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
