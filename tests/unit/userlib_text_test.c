// SPDX-License-Identifier: GPL-3.0-or-later
/* libaxvcpu-user's names and the one-line description of an exit. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <axvcpu-user.h>

/* Every number of an enum has its own name, and the one behind it none. */
static void check_names(enum axvcpu_name_of of, uint32_t count)
{
	uint32_t i, j;

	for (i = 0; i < count; i++) {
		assert_string_not_equal(axvcpu_name(of, i), "?");
		for (j = 0; j < i; j++)
			assert_string_not_equal(axvcpu_name(of, i), axvcpu_name(of, j));
	}
	assert_string_equal(axvcpu_name(of, count), "?");
	assert_string_equal(axvcpu_name(of, ~0U), "?");
}

static void test_names(void **state)
{
	(void)state;
	check_names(AXVCPU_NAME_EXIT, AXVCPU_EXIT_COUNT);
	check_names(AXVCPU_NAME_CAUSE, AXVCPU_CAUSE_IMMEDIATE + 1);
	check_names(AXVCPU_NAME_STATE, AXVCPU_STATE_COUNT);
	check_names(AXVCPU_NAME_CALL, AXVCPU_CALL_COUNT);
	check_names(AXVCPU_NAME_ARCH, AXVCPU_ARCH_RISCV + 1);
	check_names(AXVCPU_NAME_BACKEND, AXVCPU_BACKEND_MOCK + 1);
	check_names(AXVCPU_NAME_REASON, AXVCPU_REASON_COUNT);
	assert_string_equal(axvcpu_name(AXVCPU_NAME_EXIT, AXVCPU_EXIT_IO_WRITE), "IO_WRITE");
	assert_string_equal(axvcpu_name(AXVCPU_NAME_BACKEND, AXVCPU_BACKEND_SVM), "svm");
	assert_string_equal(axvcpu_name(AXVCPU_NAME_COUNT, 0), "?");
	assert_string_equal(axvcpu_name((enum axvcpu_name_of) - 1, 0), "?");
}

static void expect_text(const struct axvcpu_exit *exit, const char *expected)
{
	char text[AXVCPU_DESCRIBE_SIZE];

	assert_string_equal(axvcpu_describe_exit(exit, text, sizeof(text)), expected);
}

static void test_describe_io(void **state)
{
	struct axvcpu_exit exit = { .reason = AXVCPU_EXIT_IO_WRITE, .pc = 4 };

	(void)state;
	exit.u.io.port = 0xe9;
	exit.u.io.width = 1;
	exit.u.io.count = 1;
	exit.u.io.data = 0x41;
	expect_text(&exit, "IO_WRITE port 0xe9 width 1 data 0x41 at 0x4");
	exit.u.io.count = 5;
	exit.flags = AXVCPU_EXIT_DATA_AREA;
	expect_text(&exit, "IO_WRITE port 0xe9 width 1 count 5 at 0x4");
	exit.reason = AXVCPU_EXIT_IO_READ;
	exit.u.io.count = 1;
	expect_text(&exit, "IO_READ port 0xe9 width 1 at 0x4");
}

static void test_describe_npf(void **state)
{
	struct axvcpu_exit exit = { .reason = AXVCPU_EXIT_NESTED_PAGE_FAULT };

	(void)state;
	exit.u.npf.gpa = 0x5000;
	exit.u.npf.gva = 0x6000;
	exit.u.npf.access = AXVCPU_ACCESS_WRITE | AXVCPU_ACCESS_GVA;
	exit.u.npf.cause = AXVCPU_NPF_CANT_DECODE;
	exit.u.npf.insn_length = 2;
	exit.u.npf.insn[0] = 0x0f;
	exit.u.npf.insn[1] = 0x29;
	expect_text(&exit, "NESTED_PAGE_FAULT gpa 0x5000 w can't decode "
			   "gva 0x6000 insn 0f 29 at 0x0");
	memset(&exit.u, 0xff, sizeof(exit.u));
	axvcpu_describe_exit(&exit, (char[AXVCPU_DESCRIBE_SIZE]){ 0 }, AXVCPU_DESCRIBE_SIZE);
}

static void test_describe_rest(void **state)
{
	struct axvcpu_exit exit = { .reason = AXVCPU_EXIT_NOTHING };

	(void)state;
	exit.u.nothing.cause = AXVCPU_CAUSE_KICK;
	expect_text(&exit, "NOTHING KICK at 0x0");
	exit.reason = AXVCPU_EXIT_SYSTEM_DOWN;
	exit.u.system_down.kind = AXVCPU_DOWN_CRASH;
	expect_text(&exit, "SYSTEM_DOWN crash at 0x0");
	exit.u.system_down.kind = 9;
	expect_text(&exit, "SYSTEM_DOWN ? at 0x0");
	exit.reason = AXVCPU_EXIT_HALT;
	expect_text(&exit, "HALT at 0x0");
	exit.reason = 1000;
	expect_text(&exit, "? at 0x0");
}

/* Every reason with every field at its longest, into every size of buffer. */
static void test_describe_fits(void **state)
{
	struct axvcpu_exit exit;
	char text[AXVCPU_DESCRIBE_SIZE], full[2 * AXVCPU_DESCRIBE_SIZE];
	size_t size;

	(void)state;
	memset(&exit, 0xff, sizeof(exit));
	for (exit.reason = 0; exit.reason < AXVCPU_EXIT_COUNT; exit.reason++) {
		memset(exit.u.bytes, 'x', sizeof(exit.u.bytes));
		axvcpu_describe_exit(&exit, full, sizeof(full));
		assert_true(strlen(full) < AXVCPU_DESCRIBE_SIZE);
		for (size = 1; size < sizeof(text); size++) {
			memset(text, 0x7f, sizeof(text));
			axvcpu_describe_exit(&exit, text, size);
			assert_true(strlen(text) < size);
			assert_int_equal(text[size], 0x7f);
			assert_memory_equal(text, full, strlen(text));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),	      cmocka_unit_test(test_describe_io),
		cmocka_unit_test(test_describe_npf),  cmocka_unit_test(test_describe_rest),
		cmocka_unit_test(test_describe_fits),
	};

	return cmocka_run_group_tests_name("userlib_text", tests, NULL, NULL);
}
