// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm's command line: what it takes, and a sentence for each mistake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/axvmm/options.h"

#define WORDS 12

/* Parse "axvmm" and @words; ends with options_free(). */
static int parse(struct options *options, struct error *error, const char *const words[])
{
	static char copy[WORDS][128];
	static char *argv[WORDS + 2] = { (char *)"axvmm" };
	int argc = 1;

	for (; words[argc - 1]; argc++) {
		strncpy(copy[argc - 1], words[argc - 1], sizeof(copy[0]) - 1);
		argv[argc] = copy[argc - 1];
	}
	argv[argc] = NULL;
	error->text[0] = '\0';
	return options_parse(options, argc, argv, error);
}

#define PARSE(options, error, ...) parse(options, error, (const char *const[]){ __VA_ARGS__, NULL })

#define ASSERT_TAKES(options, ...)                           \
	do {                                                 \
		struct error error;                          \
		if (PARSE(options, &error, __VA_ARGS__))     \
			fail_msg("refused: %s", error.text); \
	} while (0)

#define ASSERT_REFUSES(sentence, ...)                                                 \
	do {                                                                          \
		struct options refused;                                               \
		struct error error;                                                   \
		assert_int_equal(PARSE(&refused, &error, __VA_ARGS__), -1);           \
		options_free(&refused);                                               \
		if (!strstr(error.text, sentence))                                    \
			fail_msg("\"%s\" does not say \"%s\"", error.text, sentence); \
	} while (0)

static void test_defaults(void **state)
{
	struct options o;

	(void)state;
	ASSERT_TAKES(&o, "--kernel", "k");
	assert_string_equal(o.kernel, "k");
	assert_int_equal(o.memory, 256 << 20);
	assert_null(o.initrd);
	assert_null(o.append);
	assert_null(o.console);
	assert_int_equal(o.timeout_ns, 0);
	assert_false(o.stats);
	options_free(&o);
}

static void test_everything(void **state)
{
	struct options o;

	(void)state;
	ASSERT_TAKES(&o, "--kernel", "k", "--initrd", "i", "--append", "a b=c", "--console", "log",
		     "--timeout", "1.5", "--stats");
	assert_string_equal(o.initrd, "i");
	assert_string_equal(o.append, "a b=c");
	assert_string_equal(o.console, "log");
	assert_int_equal(o.timeout_ns, 1500000000);
	assert_true(o.stats);
	options_free(&o);
	ASSERT_TAKES(&o, "--kernel", "k", "--console", "stdio", "--append", "");
	assert_null(o.console);
	assert_string_equal(o.append, "");
	options_free(&o);
	ASSERT_TAKES(&o, "--firmware", "f");
	assert_string_equal(o.firmware, "f");
	options_free(&o);
	ASSERT_TAKES(&o, "--help");
	assert_true(o.help);
	ASSERT_TAKES(&o, "--version");
	assert_true(o.version);
	assert_non_null(strstr(options_usage(), "--firmware FILE"));
}

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} cases[] = {
		{ "1M", 1ULL << 20 },	    { "1024k", 1ULL << 20 }, { "1048576", 1ULL << 20 },
		{ "0x100000", 1ULL << 20 }, { "3G", 3ULL << 30 },    { "64g", 64ULL << 30 },
		{ "1052672", 1052672 },
	};
	struct options o;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ASSERT_TAKES(&o, "--kernel", "k", "--memory", cases[i].text);
		assert_int_equal(o.memory, cases[i].bytes);
		options_free(&o);
	}
	ASSERT_REFUSES("a size such as 256M", "--kernel", "k", "--memory", "much");
	ASSERT_REFUSES("a size such as 256M", "--kernel", "k", "--memory", "-1M");
	ASSERT_REFUSES("a size such as 256M", "--kernel", "k", "--memory", " 1M");
	ASSERT_REFUSES("a size such as 256M", "--kernel", "k", "--memory", "");
	ASSERT_REFUSES("a size such as 256M", "--kernel", "k", "--memory", "1MB");
	ASSERT_REFUSES("a size such as 256M", "--kernel", "k", "--memory", "99999999999999999999");
	ASSERT_REFUSES("a size such as 256M", "--kernel", "k", "--memory", "99999999999999999G");
	ASSERT_REFUSES("multiple of 4 KiB", "--kernel", "k", "--memory", "256");
	ASSERT_REFUSES("more than a guest can have", "--kernel", "k", "--memory", "99999999G");
	ASSERT_REFUSES("too little", "--kernel", "k", "--memory", "4K");
}

static void test_cpus(void **state)
{
	struct options o;

	(void)state;
	ASSERT_TAKES(&o, "--kernel", "k");
	assert_int_equal(o.cpus, 1);
	ASSERT_TAKES(&o, "--kernel", "k", "--cpus", "120");
	assert_int_equal(o.cpus, 120);
	ASSERT_REFUSES("a number from 1 to 120", "--kernel", "k", "--cpus", "0");
	ASSERT_REFUSES("a number from 1 to 120", "--kernel", "k", "--cpus", "121");
	ASSERT_REFUSES("a number from 1 to 120", "--kernel", "k", "--cpus", "4294967297");
	ASSERT_REFUSES("a number from 1 to 120", "--kernel", "k", "--cpus", "-1");
	ASSERT_REFUSES("a number from 1 to 120", "--kernel", "k", "--cpus", "two");
	ASSERT_REFUSES("a number from 1 to 120", "--kernel", "k", "--cpus", "2x");
	ASSERT_REFUSES("given twice", "--kernel", "k", "--cpus", "2", "--cpus", "2");
}

static void test_flat(void **state)
{
	struct options o;

	(void)state;
	ASSERT_TAKES(&o, "--flat", "0x7c00", "boot.bin", "--stats");
	assert_int_equal(o.flat_gpa, 0x7c00);
	assert_string_equal(o.flat, "boot.bin");
	assert_true(o.stats);
	options_free(&o);
	ASSERT_TAKES(&o, "--stats", "--flat", "31K", "boot.bin");
	assert_int_equal(o.flat_gpa, 31 << 10);
	options_free(&o);
	ASSERT_REFUSES("needs a file", "--flat", "0x7c00");
	ASSERT_REFUSES("an address and then a file", "--flat", "boot.bin", "0x7c00");
	ASSERT_REFUSES("twice", "--flat", "0", "a", "--flat", "0", "b");
}

static void test_modules(void **state)
{
	struct options o;

	(void)state;
	ASSERT_TAKES(&o, "--kernel", "k", "--module", "one", "--module", "two=a b=c", "--module",
		     "three=");
	assert_int_equal(o.modules, 3);
	assert_string_equal(o.module[0].path, "one");
	assert_null(o.module[0].args);
	assert_string_equal(o.module[1].path, "two");
	assert_string_equal(o.module[1].args, "a b=c");
	assert_string_equal(o.module[2].args, "");
	options_free(&o);
	ASSERT_REFUSES("FILE or FILE=ARGS", "--kernel", "k", "--module", "=args");
	ASSERT_REFUSES("FILE or FILE=ARGS", "--kernel", "k", "--module", "");
}

static void test_too_many(void **state)
{
	static char *argv[2 * OPTIONS_MODULES + 8];
	struct options o;
	struct error error;
	int argc = 0, i;

	(void)state;
	argv[argc++] = (char *)"axvmm";
	for (i = 0; i <= OPTIONS_MODULES; i++) {
		argv[argc++] = (char *)"--module";
		argv[argc++] = (char *)"m";
	}
	assert_int_equal(options_parse(&o, argc, argv, &error), -1);
	options_free(&o);
	assert_non_null(strstr(error.text, "64 times"));
	argc = 1;
	for (i = 0; i <= OPTIONS_RAM; i++) {
		argv[argc++] = (char *)"--ram";
		argv[argc++] = (char *)"8G:4K";
	}
	argv[argc] = NULL;
	assert_int_equal(options_parse(&o, argc, argv, &error), -1);
	assert_non_null(strstr(error.text, "8 times"));
}

static void test_ram(void **state)
{
	struct options o;

	(void)state;
	ASSERT_TAKES(&o, "--kernel", "k", "--ram", "0x200000000:64M", "--ram", "12G:4K");
	assert_int_equal(o.rams, 2);
	assert_int_equal(o.ram[0].gpa, 0x200000000);
	assert_int_equal(o.ram[0].size, 64 << 20);
	assert_int_equal(o.ram[1].gpa, 12ULL << 30);
	options_free(&o);
	ASSERT_REFUSES("GPA:SIZE", "--kernel", "k", "--ram", "64M");
	ASSERT_REFUSES("GPA:SIZE", "--kernel", "k", "--ram", ":64M");
	ASSERT_REFUSES("a size such as", "--kernel", "k", "--ram", "4G:");
	ASSERT_REFUSES("impossible", "--kernel", "k", "--ram", "4G:0");
	ASSERT_REFUSES("impossible", "--kernel", "k", "--ram", "5:4K");
	ASSERT_REFUSES("impossible", "--kernel", "k", "--ram", "0xfffffffffffff000:8K");
}

static void test_timeout(void **state)
{
	struct options o;

	(void)state;
	ASSERT_TAKES(&o, "--kernel", "k", "--timeout", "1e-12");
	assert_int_equal(o.timeout_ns, 1);
	options_free(&o);
	ASSERT_REFUSES("number of seconds", "--kernel", "k", "--timeout", "soon");
	ASSERT_REFUSES("number of seconds", "--kernel", "k", "--timeout", "");
	ASSERT_REFUSES("number of seconds", "--kernel", "k", "--timeout", "0");
	ASSERT_REFUSES("number of seconds", "--kernel", "k", "--timeout", "-3");
	ASSERT_REFUSES("number of seconds", "--kernel", "k", "--timeout", "3s");
	ASSERT_REFUSES("number of seconds", "--kernel", "k", "--timeout", "inf");
	ASSERT_REFUSES("number of seconds", "--kernel", "k", "--timeout", "nan");
	ASSERT_REFUSES("number of seconds", "--kernel", "k", "--timeout", "1e30");
}

static void test_move(void **state)
{
	struct options o;

	(void)state;
	ASSERT_TAKES(&o, "--kernel", "k");
	assert_int_equal(o.moves, 0);
	options_free(&o);
	ASSERT_TAKES(&o, "--kernel", "k", "--move", "100");
	assert_int_equal(o.moves, 100);
	assert_int_equal(o.move_seed, 0);
	options_free(&o);
	ASSERT_TAKES(&o, "--kernel", "k", "--move", "7:0x123456789a");
	assert_int_equal(o.moves, 7);
	assert_true(o.move_seed == 0x123456789a);
	options_free(&o);
	ASSERT_REFUSES("N or N:SEED", "--kernel", "k", "--move", "0");
	ASSERT_REFUSES("N or N:SEED", "--kernel", "k", "--move", "-1");
	ASSERT_REFUSES("N or N:SEED", "--kernel", "k", "--move", "3:");
	ASSERT_REFUSES("N or N:SEED", "--kernel", "k", "--move", "3:0");
	ASSERT_REFUSES("N or N:SEED", "--kernel", "k", "--move", "3:4:5");
	ASSERT_REFUSES("N or N:SEED", "--kernel", "k", "--move", "3x");
	ASSERT_REFUSES("N or N:SEED", "--kernel", "k", "--move", "1000001");
	ASSERT_REFUSES("one CPU", "--kernel", "k", "--move", "1", "--cpus", "2");
}

static void test_what_does_not_go_together(void **state)
{
	(void)state;
	ASSERT_REFUSES("nothing to run", "--stats");
	ASSERT_REFUSES("Only one of", "--kernel", "k", "--firmware", "f");
	ASSERT_REFUSES("Only one of", "--flat", "0", "f", "--firmware", "f");
	ASSERT_REFUSES("--initrd works with", "--firmware", "f", "--initrd", "i");
	ASSERT_REFUSES("--module works with", "--firmware", "f", "--module", "m");
	ASSERT_REFUSES("--append works with", "--flat", "0", "f", "--append", "a");
	ASSERT_REFUSES("--kernel is given twice", "--kernel", "k", "--kernel", "l");
	ASSERT_REFUSES("--append is given twice", "--kernel", "k", "--append", "", "--append", "");
	ASSERT_REFUSES("not empty", "--kernel", "");
	ASSERT_REFUSES("no option --kernal", "--kernal", "k");
	ASSERT_REFUSES("no option -k", "-k");
	ASSERT_REFUSES("--kernel needs a value", "--kernel");
	ASSERT_REFUSES("\"stray\" belongs to no option", "--kernel", "k", "stray");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_cpus),
		cmocka_unit_test(test_flat),
		cmocka_unit_test(test_modules),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_ram),
		cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_what_does_not_go_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
