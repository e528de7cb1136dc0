// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * axvcpu_vcpu_loop(): which handler each exit reaches, with what, and what the
 * answer in the run page is. A script of exits plays the kernel.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "userlib/src/internal.h"

#define PAGE	 4096
#define ALL_ONES (~0ULL)

static struct {
	/* the kernel */
	struct axvcpu_exit script[4];
	int length;
	int runs;
	int error; /* errno of the run behind the script */
	struct axvcpu_complete answer[5];
	/* what the handlers saw */
	int handled;
	uint64_t where;
	unsigned int width;
	bool write;
	uint64_t value[8];
	int elements;
	/* what they do */
	uint64_t reply;
	int verdict;
	int verdict_at; /* io: only from this element on */
} t;

static unsigned char page[2 * PAGE] __attribute__((aligned(PAGE)));
static struct axvcpu_run *const run = (struct axvcpu_run *)page;
static unsigned char *const data_area = page + PAGE;
static struct axvcpu_vcpu vcpu;

int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	assert_int_equal(fd, 77);
	assert_int_equal(request, AXVCPU_RUN);
	assert_in_range(t.runs, 0, t.length);
	t.answer[t.runs] = run->complete;
	memset(&run->complete, 0, sizeof(run->complete));
	if (t.runs == t.length) {
		t.runs++;
		errno = t.error;
		return -1;
	}
	run->exit = t.script[t.runs++];
	return 0;
}

static int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	memset(page, 0, sizeof(page));
	t.error = EXDEV;
	vcpu = (struct axvcpu_vcpu){
		.fd = 77,
		.layout = { AXVCPU_ARCH_X86, 2 * PAGE, PAGE, PAGE },
		.run = run,
	};
	return 0;
}

/* ---- handlers that write down what they get ------------------------------ */

static int on_io(void *ctx, struct axvcpu_vcpu *who, uint16_t port, unsigned int width, bool write,
		 uint64_t *value)
{
	assert_ptr_equal(ctx, &t);
	assert_ptr_equal(who, &vcpu);
	t.handled++;
	t.where = port;
	t.width = width;
	t.write = write;
	t.value[t.elements % 8] = *value;
	if (!write)
		*value = t.reply + t.elements;
	return t.elements++ >= t.verdict_at ? t.verdict : AXVCPU_GO_ON;
}

static int on_mmio(void *ctx, struct axvcpu_vcpu *who, uint64_t gpa, unsigned int width, bool write,
		   uint64_t *value)
{
	assert_ptr_equal(ctx, &t);
	assert_ptr_equal(who, &vcpu);
	t.handled++;
	t.where = gpa;
	t.width = width;
	t.write = write;
	memcpy(t.value, value, sizeof(t.value));
	if (!write)
		value[0] = t.reply;
	return t.verdict;
}

static int on_sysreg(void *ctx, struct axvcpu_vcpu *who, uint64_t addr, bool write, uint64_t *value)
{
	assert_ptr_equal(ctx, &t);
	assert_ptr_equal(who, &vcpu);
	t.handled++;
	t.where = addr;
	t.write = write;
	t.value[0] = *value;
	if (!write)
		*value = t.reply;
	return t.verdict;
}

static int on_hypercall(void *ctx, struct axvcpu_vcpu *who, uint64_t nr, const uint64_t args[6],
			uint64_t *result)
{
	assert_ptr_equal(ctx, &t);
	assert_ptr_equal(who, &vcpu);
	t.handled++;
	t.where = nr;
	memcpy(t.value, args, 6 * sizeof(args[0]));
	*result = t.reply;
	return t.verdict;
}

static int on_other(void *ctx, struct axvcpu_vcpu *who, const struct axvcpu_exit *exit)
{
	assert_ptr_equal(ctx, &t);
	assert_ptr_equal(who, &vcpu);
	assert_ptr_equal(exit, &run->exit);
	t.handled++;
	t.where = exit->reason;
	return t.verdict;
}

static const struct axvcpu_handlers all = {
	on_io, on_mmio, on_sysreg, on_hypercall, on_other, { 0 },
};
static const struct axvcpu_handlers none;

/* Runs a script of one exit; the next run fails with -EXDEV. */
static void play(const struct axvcpu_handlers *handlers, struct axvcpu_exit exit, int result)
{
	t.script[0] = exit;
	t.length = 1;
	t.runs = 0;
	t.handled = 0;
	t.elements = 0;
	assert_int_equal(axvcpu_vcpu_loop(&vcpu, handlers, &t), result);
	if (result == -EXDEV)
		assert_int_equal(t.runs, 2);
	else
		assert_int_equal(t.runs, 1);
}

/* ---- ports ----------------------------------------------------------------- */

static struct axvcpu_exit io_exit(uint32_t reason, unsigned int width, uint32_t flags)
{
	struct axvcpu_exit exit = { .reason = reason, .flags = flags };

	exit.u.io.port = 0x3f8;
	exit.u.io.width = width;
	exit.u.io.count = 1;
	return exit;
}

static void test_io_write(void **state)
{
	struct axvcpu_exit exit = io_exit(AXVCPU_EXIT_IO_WRITE, 2, 0);

	(void)state;
	exit.u.io.data = 0x1234;
	play(&all, exit, -EXDEV);
	assert_int_equal(t.handled, 1);
	assert_int_equal(t.where, 0x3f8);
	assert_int_equal(t.width, 2);
	assert_true(t.write);
	assert_int_equal(t.value[0], 0x1234);
	assert_int_equal(t.answer[1].action, AXVCPU_ANSWER_NONE);

	play(&none, exit, -EXDEV);
	assert_int_equal(t.answer[1].action, AXVCPU_ANSWER_NONE);
}

static void test_io_read(void **state)
{
	struct axvcpu_exit exit = io_exit(AXVCPU_EXIT_IO_READ, 1, AXVCPU_EXIT_PENDING);

	(void)state;
	t.reply = 0xabcd;
	play(&all, exit, -EXDEV);
	assert_false(t.write);
	assert_int_equal(t.value[0], 0xff);
	assert_int_equal(t.answer[1].action, AXVCPU_ANSWER_DONE);
	assert_int_equal(t.answer[1].data[0], 0xcd);

	t.verdict = AXVCPU_REFUSE;
	play(&all, exit, -EXDEV);
	assert_int_equal(t.answer[1].data[0], 0xff);

	exit.u.io.width = 4;
	play(&none, exit, -EXDEV);
	assert_int_equal(t.answer[1].action, AXVCPU_ANSWER_DONE);
	assert_int_equal(t.answer[1].data[0], 0xffffffff);
}

static void test_io_read_stop_is_answered(void **state)
{
	struct axvcpu_exit exit = io_exit(AXVCPU_EXIT_IO_READ, 1, AXVCPU_EXIT_PENDING);

	(void)state;
	t.reply = 5;
	t.verdict = AXVCPU_STOP;
	play(&all, exit, 0);
	assert_int_equal(run->complete.action, AXVCPU_ANSWER_DONE);
	assert_int_equal(run->complete.data[0], 5);
	t.verdict = -EPIPE;
	play(&all, exit, -EPIPE);
	assert_int_equal(run->complete.action, AXVCPU_ANSWER_DONE);
}

static void test_io_string(void **state)
{
	static const unsigned char out[] = { 1, 0, 2, 0, 3, 0 };
	static const unsigned char in[] = { 0x40, 0, 0x41, 0, 0x42, 0, 0 };
	struct axvcpu_exit exit =
		io_exit(AXVCPU_EXIT_IO_WRITE, 2, AXVCPU_EXIT_PENDING | AXVCPU_EXIT_DATA_AREA);

	(void)state;
	exit.u.io.count = 3;
	memcpy(data_area, out, sizeof(out));
	play(&all, exit, -EXDEV);
	assert_int_equal(t.elements, 3);
	assert_int_equal(t.value[0], 1);
	assert_int_equal(t.value[2], 3);
	assert_int_equal(t.answer[1].action, AXVCPU_ANSWER_DONE);

	memset(data_area, 0, PAGE);
	exit.reason = AXVCPU_EXIT_IO_READ;
	t.reply = 0x40;
	play(&all, exit, -EXDEV);
	assert_memory_equal(data_area, in, sizeof(in));
	play(&none, exit, -EXDEV);
	assert_int_equal(data_area[5], 0xff);
	assert_int_equal(data_area[6], 0);
}

static void test_io_string_stop_completes_it(void **state)
{
	struct axvcpu_exit exit =
		io_exit(AXVCPU_EXIT_IO_READ, 1, AXVCPU_EXIT_PENDING | AXVCPU_EXIT_DATA_AREA);

	(void)state;
	exit.u.io.count = PAGE;
	t.verdict = AXVCPU_STOP;
	t.verdict_at = 2;
	play(&all, exit, 0);
	assert_int_equal(t.elements, PAGE);
	assert_int_equal(run->complete.action, AXVCPU_ANSWER_DONE);
}

static void test_io_string_beyond_area(void **state)
{
	struct axvcpu_exit exit = io_exit(AXVCPU_EXIT_IO_WRITE, 4, AXVCPU_EXIT_DATA_AREA);

	(void)state;
	exit.u.io.count = PAGE / 4 + 1;
	play(&all, exit, -EPROTO);
	exit.u.io.width = 0;
	play(&all, exit, -EPROTO);
	assert_int_equal(t.handled, 0);
}

/* ---- memory-mapped devices ------------------------------------------------- */

static struct axvcpu_exit mmio_exit(uint32_t reason, uint32_t flags)
{
	struct axvcpu_exit exit = { .reason = reason, .flags = flags };

	exit.u.mmio.gpa = 0xfee00000;
	exit.u.mmio.width = 4;
	return exit;
}

static void test_mmio(void **state)
{
	struct axvcpu_exit exit = mmio_exit(AXVCPU_EXIT_MMIO_WRITE, 0);

	(void)state;
	exit.u.mmio.data[0] = 0x11223344;
	play(&all, exit, -EXDEV);
	assert_int_equal(t.where, 0xfee00000);
	assert_int_equal(t.width, 4);
	assert_true(t.write);
	assert_int_equal(t.value[0], 0x11223344);
	assert_int_equal(t.answer[1].action, AXVCPU_ANSWER_NONE);

	exit = mmio_exit(AXVCPU_EXIT_MMIO_READ, AXVCPU_EXIT_PENDING);
	t.reply = 0x1ffffffff;
	play(&all, exit, -EXDEV);
	assert_false(t.write);
	assert_int_equal(t.answer[1].action, AXVCPU_ANSWER_DONE);
	assert_int_equal(t.answer[1].data[0], 0xffffffff);
	t.reply = 7;
	t.verdict = AXVCPU_REFUSE;
	play(&all, exit, -EXDEV);
	assert_int_equal(t.answer[1].data[0], 0xffffffff);

	/* The write half of a read-modify-write needs an answer, too. */
	exit = mmio_exit(AXVCPU_EXIT_MMIO_WRITE, AXVCPU_EXIT_PENDING);
	play(&none, exit, -EXDEV);
	assert_int_equal(t.answer[1].action, AXVCPU_ANSWER_DONE);
}

static void test_mmio_wide(void **state)
{
	struct axvcpu_exit exit = mmio_exit(AXVCPU_EXIT_MMIO_READ, AXVCPU_EXIT_PENDING);

	(void)state;
	exit.u.mmio.width = 32;
	t.reply = 7;
	play(&all, exit, -EXDEV);
	assert_int_equal(t.answer[1].data[0], 7);
	assert_int_equal(t.answer[1].data[3], ALL_ONES);
}

/* ---- system registers, hypercalls, the rest --------------------------------- */

static void test_sysreg(void **state)
{
	struct axvcpu_exit exit = { .reason = AXVCPU_EXIT_SYSREG_WRITE,
				    .flags = AXVCPU_EXIT_PENDING };

	(void)state;
	exit.u.sysreg.addr = 0xc0011111;
	exit.u.sysreg.value = 99;
	play(&all, exit, -EXDEV);
	assert_int_equal(t.where, 0xc0011111);
	assert_true(t.write);
	assert_int_equal(t.value[0], 99);
	assert_int_equal(t.answer[1].action, AXVCPU_ANSWER_DONE);

	exit.reason = AXVCPU_EXIT_SYSREG_READ;
	t.reply = 1234;
	play(&all, exit, -EXDEV);
	assert_false(t.write);
	assert_int_equal(t.answer[1].data[0], 1234);
}

static void test_sysreg_refused(void **state)
{
	static const struct {
		uint32_t arch, vector, has_error_code;
	} cases[] = {
		{ AXVCPU_ARCH_X86, 13, 1 },
		{ AXVCPU_ARCH_RISCV, 2, 0 },
		{ AXVCPU_ARCH_ARM64, 0, 0 },
	};
	struct axvcpu_exit exit = { .reason = AXVCPU_EXIT_SYSREG_READ,
				    .flags = AXVCPU_EXIT_PENDING };
	size_t i;

	(void)state;
	t.verdict = AXVCPU_REFUSE;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vcpu.layout.arch = cases[i].arch;
		play(i ? &all : &none, exit, -EXDEV);
		assert_int_equal(t.answer[1].action, AXVCPU_ANSWER_FAULT);
		assert_int_equal(t.answer[1].vector, cases[i].vector);
		assert_int_equal(t.answer[1].has_error_code, cases[i].has_error_code);
	}
}

static void test_hypercall(void **state)
{
	struct axvcpu_exit exit = { .reason = AXVCPU_EXIT_HYPERCALL };

	(void)state;
	exit.u.hypercall.nr = 12;
	exit.u.hypercall.args[5] = 6;
	t.reply = 100;
	play(&all, exit, -EXDEV);
	assert_int_equal(t.where, 12);
	assert_int_equal(t.value[5], 6);
	assert_int_equal(t.answer[1].action, AXVCPU_ANSWER_DONE);
	assert_int_equal(t.answer[1].data[0], 100);
	play(&none, exit, -EXDEV);
	assert_int_equal(t.answer[1].data[0], (uint64_t)-ENOSYS);
}

static void test_other(void **state)
{
	struct axvcpu_exit exit = { 0 };

	(void)state;
	for (exit.reason = 0; exit.reason <= AXVCPU_EXIT_COUNT; exit.reason++) {
		if (exit.reason >= AXVCPU_EXIT_HYPERCALL && exit.reason <= AXVCPU_EXIT_SYSREG_WRITE)
			continue;
		t.verdict = AXVCPU_GO_ON;
		play(&all, exit, -EXDEV);
		assert_int_equal(t.handled, 1);
		assert_int_equal(t.where, exit.reason);
		assert_int_equal(t.answer[1].action, AXVCPU_ANSWER_NONE);
		t.verdict = AXVCPU_STOP;
		play(&all, exit, 0);
		t.verdict = AXVCPU_REFUSE;
		play(&all, exit, 0);
		play(&none, exit, 0);
	}
}

static void test_goes_on(void **state)
{
	(void)state;
	t.script[0] = io_exit(AXVCPU_EXIT_IO_WRITE, 1, 0);
	t.script[1] = io_exit(AXVCPU_EXIT_IO_READ, 1, AXVCPU_EXIT_PENDING);
	t.script[2].reason = AXVCPU_EXIT_HALT;
	t.length = 3;
	assert_int_equal(axvcpu_vcpu_loop(&vcpu, &none, NULL), 0);
	assert_int_equal(t.runs, 3);
	assert_int_equal(t.answer[1].action, AXVCPU_ANSWER_NONE);
	assert_int_equal(t.answer[2].action, AXVCPU_ANSWER_DONE);
	assert_int_equal(run->exit.reason, AXVCPU_EXIT_HALT);
}

static void test_answers(void **state)
{
	(void)state;
	axvcpu_run_fault(run, 14, true, 2);
	assert_int_equal(run->complete.action, AXVCPU_ANSWER_FAULT);
	assert_int_equal(run->complete.vector, 14);
	assert_int_equal(run->complete.has_error_code, 1);
	assert_int_equal(run->complete.error_code, 2);
	axvcpu_run_cancel(run);
	assert_int_equal(run->complete.action, AXVCPU_ANSWER_CANCEL);
}

static void test_pin_thread(void **state)
{
	cpu_set_t before;
	int cpu;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	cpu = sched_getcpu();
	assert_int_equal(axvcpu_pin_thread(cpu), 0);
	assert_int_equal(sched_getcpu(), cpu);
	assert_int_equal(axvcpu_pin_thread(-1), -EINVAL);
	assert_int_equal(axvcpu_pin_thread(100000), -EINVAL);
	assert_int_equal(axvcpu_pin_thread(INT_MAX), -EINVAL);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(test_io_write),
		TEST(test_io_read),
		TEST(test_io_read_stop_is_answered),
		TEST(test_io_string),
		TEST(test_io_string_stop_completes_it),
		TEST(test_io_string_beyond_area),
		TEST(test_mmio),
		TEST(test_mmio_wide),
		TEST(test_sysreg),
		TEST(test_sysreg_refused),
		TEST(test_hypercall),
		TEST(test_other),
		TEST(test_goes_on),
		TEST(test_answers),
		TEST(test_pin_thread),
	};

	return cmocka_run_group_tests_name("userlib_loop", tests, NULL, NULL);
}
