// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * axvmm's run loop against a hypervisor that plays a script: each exit is
 * answered, each way to end has its status, interrupts come when they can.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/axvmm/arch/x86_machine.h"
#include "tools/axvmm/machine.h"

/* ---- the hypervisor ----------------------------------------------------- */

#define STEPS 64

typedef void (*step_fn)(struct axvcpu_run *run);

static struct {
	struct axvcpu_run run;
	uint8_t data[4096];
	step_fn step[STEPS];
	unsigned int steps;
	unsigned int at;
	int failure;
	int injected;
	unsigned int injections;
	uint64_t entry;
	struct axvcpu_x86_setup_config config;
	unsigned int regions;
	unsigned int moves; /* --move */
	unsigned int copies;
	bool cant_copy;
	uint64_t clock;
	unsigned int closes;
} fake;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

struct hypervisor *hypervisor_open(struct error *error)
{
	(void)error;
	return (struct hypervisor *)&fake;
}

struct hypervisor *hypervisor_another(const struct hypervisor *hypervisor, unsigned int number,
				      struct error *error)
{
	(void)hypervisor, (void)number, (void)error;
	fail();
	return NULL;
}

void hypervisor_close(struct hypervisor *hypervisor)
{
	(void)hypervisor;
	fake.closes++;
}

int hypervisor_add_memory(struct hypervisor *hypervisor, uint64_t gpa, uint64_t size, void *host,
			  bool readonly, struct error *error)
{
	(void)hypervisor, (void)gpa, (void)size, (void)host, (void)readonly, (void)error;
	fake.regions++;
	return 0;
}

int hypervisor_start(struct hypervisor *hypervisor, uint64_t entry, const void *config,
		     size_t config_length, const void *gdt, struct error *error)
{
	(void)hypervisor, (void)gdt, (void)error;
	assert_int_equal(config_length, sizeof(fake.config));
	fake.entry = entry;
	memcpy(&fake.config, config, config_length);
	return 0;
}

int hypervisor_copy(struct hypervisor *hypervisor, struct hypervisor *from, struct error *error)
{
	(void)hypervisor, (void)from, (void)error;
	fake.copies++;
	return fake.cant_copy ? error_set(error, "can't copy") : 0;
}

int hypervisor_set_registers(struct hypervisor *hypervisor, uint32_t block, const void *registers,
			     size_t length)
{
	const struct axvcpu_clock *clock = registers;

	(void)hypervisor;
	assert_int_equal(block, AXVCPU_BLOCK_CLOCK);
	assert_int_equal(length, sizeof(*clock));
	fake.clock = clock->offset;
	return 0;
}

struct axvcpu_run *hypervisor_run_page(struct hypervisor *hypervisor)
{
	(void)hypervisor;
	return &fake.run;
}

void *hypervisor_data_area(struct hypervisor *hypervisor, size_t *size)
{
	(void)hypervisor;
	*size = sizeof(fake.data);
	return fake.data;
}

int hypervisor_run(struct hypervisor *hypervisor)
{
	(void)hypervisor;
	if (fake.failure)
		return fake.failure;
	assert_true(fake.at < fake.steps);
	memset(&fake.run.exit, 0, sizeof(fake.run.exit));
	fake.run.exit.time_ns = now_ns();
	fake.step[fake.at++](&fake.run);
	return 0;
}

void hypervisor_kick(struct hypervisor *hypervisor)
{
	(void)hypervisor;
}

int hypervisor_inject_interrupt(struct hypervisor *hypervisor, uint32_t vector)
{
	(void)hypervisor;
	fake.injected = (int)vector;
	fake.injections++;
	fake.run.irq_pending = 1;
	return 0;
}

int hypervisor_get_registers(struct hypervisor *hypervisor, uint32_t block, void *registers,
			     size_t length)
{
	(void)hypervisor, (void)block;
	memset(registers, 0, length);
	return 0;
}

int hypervisor_get_stats(struct hypervisor *hypervisor, struct axvcpu_stats *stats)
{
	(void)hypervisor;
	memset(stats, 0, sizeof(*stats));
	return 0;
}

/* ---- the machine -------------------------------------------------------- */

/* What the last machine said; and to standard error, which is a file meanwhile. */
static struct machine *machine;
static char said[8192];
static char output[4096];

static void read_back(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t got = read(fd, text, size - 1);

	text[got > 0 ? got : 0] = '\0';
	close(fd);
	unlink(path);
}

/* A machine that runs @steps; returns its exit status. */
static int run_steps(const step_fn *steps, unsigned int count, uint64_t timeout_ns)
{
	char program[] = "/tmp/axvmm-test-XXXXXX", console[] = "/tmp/axvmm-test-XXXXXX";
	char errors[] = "/tmp/axvmm-test-XXXXXX";
	int fd = mkstemp(program), keep = dup(2), error_fd = mkstemp(errors), status;
	struct error error = { "" };

	assert_int_equal(write(fd, "\xf4", 1), 1);
	close(fd);
	close(mkstemp(console));
	memcpy(fake.step, steps, count * sizeof(steps[0]));
	fake.steps = count;
	machine = calloc(1, sizeof(*machine));
	machine->options = (struct options){
		.flat = program,
		.flat_gpa = 0x7c00,
		.memory = 2 << 20,
		.cpus = 1,
		.console = console,
		.timeout_ns = timeout_ns,
		.moves = fake.moves,
		.move_seed = 11,
	};
	if (machine_make(machine, &error))
		fail_msg("%s", error.text);
	dup2(error_fd, 2);
	status = machine_run(machine);
	machine_print_stats(machine);
	dup2(keep, 2);
	close(keep);
	close(error_fd);
	close(machine->cpus.cpu[0].wake_fd);
	close(machine->console.out);
	unlink(program);
	read_back(console, output, sizeof(output));
	read_back(errors, said, sizeof(said));
	return status;
}

#define RUN_FOR(timeout, ...)                       \
	run_steps((const step_fn[]){ __VA_ARGS__ }, \
		  sizeof((const step_fn[]){ __VA_ARGS__ }) / sizeof(step_fn), timeout)
#define RUN(...) RUN_FOR(0, __VA_ARGS__)

static int end_of_test(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; machine && i < machine->memory.regions; i++)
		munmap(machine->memory.region[i].host, machine->memory.region[i].size);
	if (machine) {
		free(machine->arch);
		free(machine);
	}
	machine = NULL;
	memset(&fake, 0, sizeof(fake));
	return 0;
}

/* ---- steps -------------------------------------------------------------- */

static void out(struct axvcpu_run *run, uint16_t port, unsigned int width, uint64_t value)
{
	run->exit.reason = AXVCPU_EXIT_IO_WRITE;
	run->exit.u.io.port = port;
	run->exit.u.io.width = width;
	run->exit.u.io.count = 1;
	run->exit.u.io.data = value;
}

static void in(struct axvcpu_run *run, uint16_t port, unsigned int width)
{
	out(run, port, width, 0);
	run->exit.reason = AXVCPU_EXIT_IO_READ;
	run->exit.flags = AXVCPU_EXIT_PENDING;
}

static void exit_5(struct axvcpu_run *run)
{
	out(run, 0xf4, 1, 5);
}

static void power_off(struct axvcpu_run *run)
{
	out(run, 0x604, 2, 0x2000);
}

static void reset(struct axvcpu_run *run)
{
	out(run, 0xcf9, 1, 6);
}

static void system_down(struct axvcpu_run *run, uint32_t kind)
{
	run->exit.reason = AXVCPU_EXIT_SYSTEM_DOWN;
	run->exit.u.system_down.kind = kind;
}

static void down_off(struct axvcpu_run *run)
{
	system_down(run, AXVCPU_DOWN_POWER_OFF);
}

static void down_reset(struct axvcpu_run *run)
{
	system_down(run, AXVCPU_DOWN_RESET);
}

static void crash(struct axvcpu_run *run)
{
	system_down(run, AXVCPU_DOWN_CRASH);
}

static void halt_off(struct axvcpu_run *run)
{
	run->exit.reason = AXVCPU_EXIT_HALT;
	run->interrupt_flag = 0;
}

static void halt_on(struct axvcpu_run *run)
{
	run->exit.reason = AXVCPU_EXIT_HALT;
	run->interrupt_flag = 1;
	run->irq_pending = 0;
}

static void nothing(struct axvcpu_run *run)
{
	run->exit.reason = AXVCPU_EXIT_NOTHING;
}

static void unknown(struct axvcpu_run *run)
{
	run->exit.reason = AXVCPU_EXIT_UNKNOWN;
}

static void newer_than_us(struct axvcpu_run *run)
{
	run->exit.reason = 1000;
}

static void fail_entry(struct axvcpu_run *run)
{
	run->exit.reason = AXVCPU_EXIT_FAIL_ENTRY;
}

/* ---- the ends ----------------------------------------------------------- */

static void test_start_of_a_flat_program(void **state)
{
	(void)state;
	assert_int_equal(RUN(power_off), 0);
	assert_int_equal(fake.entry, 0x7c00);
	assert_int_equal(fake.config.mode, AXVCPU_X86_START_REAL);
	assert_int_equal(fake.regions, 2);
}

static void test_has_one_cpu(void **state)
{
	static struct machine several = { .options.cpus = 2 };
	struct error error;

	(void)state;
	assert_int_equal(machine_make(&several, &error), EXIT_USAGE);
	assert_non_null(strstr(error.text, "by a local APIC, and has none"));
}

static void test_ends(void **state)
{
	static const struct {
		step_fn step;
		int status;
		const char *sentence;
		bool dump;
	} cases[] = {
		{ power_off, EXIT_POWER_OFF, "", false },
		{ down_off, EXIT_POWER_OFF, "", false },
		{ exit_5, 11, "", false },
		{ reset, EXIT_RESET, "reset the machine", false },
		{ down_reset, EXIT_RESET, "reset the machine", false },
		{ halt_off, EXIT_HALTED, "interrupts off", false },
		{ crash, EXIT_TRIPLE_FAULT, "triple fault", true },
		{ unknown, EXIT_UNEXPECTED, "can't go on", true },
		{ newer_than_us, EXIT_UNEXPECTED, "can't go on", true },
		{ fail_entry, EXIT_UNEXPECTED, "can't go on", true },
	};
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(RUN(nothing, cases[i].step), cases[i].status);
		assert_non_null(strstr(said, cases[i].sentence));
		assert_int_equal(!!strstr(said, "rip 0000000000000000"), cases[i].dump);
		end_of_test(state);
	}
}

static void test_timeout(void **state)
{
	(void)state;
	/* A halted guest that no timer and no typist can wake. */
	assert_int_equal(RUN_FOR(20000000, halt_on), EXIT_TIMEOUT);
	assert_non_null(strstr(said, "time of --timeout"));
	assert_non_null(strstr(said, "rip "));
}

static void test_run_fails(void **state)
{
	(void)state;
	fake.failure = -EXDEV;
	assert_int_equal(RUN(nothing), EXIT_HOST);
	assert_non_null(strstr(said, strerror(EXDEV)));
}

/* ---- ports -------------------------------------------------------------- */

static void read_e9(struct axvcpu_run *run)
{
	in(run, 0xe9, 1);
}

static void check_e9_then_read_nobody(struct axvcpu_run *run)
{
	assert_int_equal(run->complete.action, AXVCPU_ANSWER_DONE);
	assert_int_equal(run->complete.data[0], 0xe9);
	in(run, 0x1234, 2);
}

static void check_ones_then_off(struct axvcpu_run *run)
{
	assert_int_equal(run->complete.action, AXVCPU_ANSWER_DONE);
	assert_int_equal(run->complete.data[0], 0xffff);
	run->complete.action = AXVCPU_ANSWER_NONE;
	power_off(run);
}

static void check_no_answer(struct axvcpu_run *run)
{
	assert_int_equal(run->complete.action, AXVCPU_ANSWER_NONE);
	power_off(run);
}

static void write_nobody(struct axvcpu_run *run)
{
	assert_int_equal(run->complete.data[0], 0xffff);
	run->complete.action = AXVCPU_ANSWER_NONE;
	out(run, 0x80, 1, 0);
}

static void test_ports(void **state)
{
	(void)state;
	assert_int_equal(RUN(read_e9, check_e9_then_read_nobody, check_ones_then_off), 0);
	assert_non_null(strstr(said, "unclaimed ports: 1 reads, 0 writes"));
	end_of_test(state);
	assert_int_equal(RUN(read_e9, check_e9_then_read_nobody, write_nobody, check_no_answer), 0);
	assert_non_null(strstr(said, "unclaimed ports: 1 reads, 1 writes"));
	assert_non_null(strstr(said, "0x80 "));
}

static void outs(struct axvcpu_run *run)
{
	memcpy(fake.data, "string", 6);
	out(run, 0xe9, 1, 0);
	run->exit.flags = AXVCPU_EXIT_PENDING | AXVCPU_EXIT_DATA_AREA;
	run->exit.u.io.count = 6;
}

static void check_done_then_ins(struct axvcpu_run *run)
{
	assert_int_equal(run->complete.action, AXVCPU_ANSWER_DONE);
	memset(fake.data, 0, sizeof(fake.data));
	in(run, 0x402, 2);
	run->exit.flags |= AXVCPU_EXIT_DATA_AREA;
	run->exit.u.io.count = 3;
}

/* The port beside it has no device: all ones. */
static void check_ins_then_too_many(struct axvcpu_run *run)
{
	assert_memory_equal(fake.data, "\xe9\xff\xe9\xff\xe9\xff\0", 7);
	in(run, 0x1234, 4);
	run->exit.flags |= AXVCPU_EXIT_DATA_AREA;
	run->exit.u.io.count = UINT32_MAX;
}

static void test_string_ports(void **state)
{
	(void)state;
	assert_int_equal(RUN(outs, check_done_then_ins, check_ins_then_too_many, power_off), 0);
	assert_string_equal(output, "string");
}

/* ---- memory, MSRs, hypercalls ------------------------------------------- */

static void mmio(struct axvcpu_run *run, uint32_t reason, unsigned int width)
{
	run->exit.reason = reason;
	run->exit.flags = AXVCPU_EXIT_PENDING;
	run->exit.u.mmio.gpa = 0xb8000;
	run->exit.u.mmio.width = width;
}

static void mmio_read_4(struct axvcpu_run *run)
{
	mmio(run, AXVCPU_EXIT_MMIO_READ, 4);
}

static void check_4_then_read_32(struct axvcpu_run *run)
{
	assert_int_equal(run->complete.action, AXVCPU_ANSWER_DONE);
	assert_int_equal(run->complete.data[0], 0xffffffff);
	mmio(run, AXVCPU_EXIT_MMIO_READ, 32);
}

static void check_32_then_write(struct axvcpu_run *run)
{
	assert_true(run->complete.data[3] == UINT64_MAX);
	run->complete.action = AXVCPU_ANSWER_NONE;
	mmio(run, AXVCPU_EXIT_MMIO_WRITE, 8);
	run->exit.flags = 0;
}

static void test_memory_of_nobody(void **state)
{
	(void)state;
	assert_int_equal(
		RUN(mmio_read_4, check_4_then_read_32, check_32_then_write, check_no_answer), 0);
	assert_non_null(strstr(said, "unclaimed memory, by page: 5 reads, 1 writes"));
}

static void read_harmless(struct axvcpu_run *run)
{
	run->exit.reason = AXVCPU_EXIT_SYSREG_READ;
	run->exit.flags = AXVCPU_EXIT_PENDING;
	run->exit.u.sysreg.addr = 0xc001001a;
}

static void check_zero_then_write(struct axvcpu_run *run)
{
	assert_int_equal(run->complete.action, AXVCPU_ANSWER_DONE);
	assert_int_equal(run->complete.data[0], 0);
	run->exit.reason = AXVCPU_EXIT_SYSREG_WRITE;
	run->exit.flags = AXVCPU_EXIT_PENDING;
	run->exit.u.sysreg.addr = 0xc001001d;
	run->exit.u.sysreg.value = 0xffff;
}

static void check_done_then_bad(struct axvcpu_run *run)
{
	assert_int_equal(run->complete.action, AXVCPU_ANSWER_DONE);
	run->exit.reason = AXVCPU_EXIT_SYSREG_READ;
	run->exit.flags = AXVCPU_EXIT_PENDING;
	run->exit.u.sysreg.addr = 0x12345678;
}

static void check_fault_then_hypercall(struct axvcpu_run *run)
{
	assert_int_equal(run->complete.action, AXVCPU_ANSWER_FAULT);
	assert_int_equal(run->complete.vector, 13);
	assert_int_equal(run->complete.has_error_code, 1);
	assert_int_equal(run->complete.error_code, 0);
	run->exit.reason = AXVCPU_EXIT_HYPERCALL;
}

static void check_enosys_then_off(struct axvcpu_run *run)
{
	assert_int_equal(run->complete.action, AXVCPU_ANSWER_DONE);
	assert_true(run->complete.data[0] == (uint64_t)-ENOSYS);
	power_off(run);
}

static void test_msrs_and_hypercalls(void **state)
{
	(void)state;
	assert_int_equal(RUN(read_harmless, check_zero_then_write, check_done_then_bad,
			     check_fault_then_hypercall, check_enosys_then_off),
			 0);
	assert_non_null(strstr(said, "unclaimed MSRs: 1 reads"));
	assert_non_null(strstr(said, "0x12345678"));
}

/* ---- --move ------------------------------------------------------------- */

/* For hours of the guest's, many exits, each of which waits for its answer. */
static void pending_for_hours(struct axvcpu_run *run)
{
	static unsigned int times;

	in(run, 0x10, 1);
	run->exit.time_ns += times * NS_PER_SECOND;
	if (++times < 7000)
		fake.at--;
	assert_int_equal(fake.copies, 0);
}

/* A minute goes by between two exits, which the answer of before has gone with. */
static void nothing_until_moved(struct axvcpu_run *run)
{
	static uint64_t later = 7200 * NS_PER_SECOND;

	run->complete.action = AXVCPU_ANSWER_NONE;
	nothing(run);
	run->exit.time_ns += later;
	later += 60 * NS_PER_SECOND;
	if (fake.copies < fake.moves)
		fake.at--;
}

static void check_moved_then_off(struct axvcpu_run *run)
{
	assert_int_equal(fake.copies, fake.moves);
	assert_int_equal(fake.closes, fake.moves);
	power_off(run);
}

static void test_moves(void **state)
{
	(void)state;
	fake.moves = 20;
	assert_int_equal(RUN(pending_for_hours, nothing_until_moved, nothing, nothing,
			     check_moved_then_off),
			 0);
	assert_int_equal(fake.regions, 2 * (1 + 20));
	assert_true(fake.clock);
	assert_non_null(strstr(said, "the guest was moved 20 times of 20 (seed 11)"));
}

static void unmovable(struct axvcpu_run *run)
{
	fake.cant_copy = true;
	nothing_until_moved(run);
}

static void test_move_fails(void **state)
{
	(void)state;
	fake.moves = 1;
	assert_int_equal(RUN(unmovable, power_off), EXIT_HOST);
	assert_int_equal(fake.closes, 1);
	assert_non_null(strstr(said, "can't copy"));
	assert_non_null(strstr(said, "moved 0 times of 1"));
}

/* ---- interrupts --------------------------------------------------------- */

#define PORT_STEP(name, port, value)             \
	static void name(struct axvcpu_run *run) \
	{                                        \
		out(run, port, 1, value);        \
	}

PORT_STEP(icw1, 0x20, 0x11)
PORT_STEP(icw2, 0x21, 0x30)
PORT_STEP(icw3, 0x21, 0x04)
PORT_STEP(icw4, 0x21, 0x01)
PORT_STEP(unmask, 0x21, 0xfe)
PORT_STEP(end_of_interrupt, 0x20, 0x20)
PORT_STEP(pit_mode, 0x43, 0x38)
PORT_STEP(pit_low, 0x40, 0xff)
PORT_STEP(pit_high, 0x40, 0x08) /* about 2 ms */

#define TICK icw1, icw2, icw3, icw4, unmask, pit_mode, pit_low, pit_high

static uint64_t halted_at;

static void halt_and_note(struct axvcpu_run *run)
{
	halted_at = now_ns();
	/* What RUN was given is when the timer is due. */
	assert_in_range(run->deadline_ns, halted_at - 1000000000, halted_at + 2000000);
	halt_on(run);
}

static void check_tick_then_off(struct axvcpu_run *run)
{
	assert_int_equal(fake.injected, 0x30);
	assert_int_equal(run->request_flags, 0);
	power_off(run);
}

static void test_tick_wakes_a_halted_guest(void **state)
{
	(void)state;
	assert_int_equal(RUN(TICK, halt_and_note, check_tick_then_off), 0);
	assert_int_equal(fake.injections, 1);
}

static void sleep_busily(struct axvcpu_run *run)
{
	usleep(5000);
	run->exit.time_ns = now_ns();
	run->interrupt_flag = 0;
	nothing(run);
}

static void check_window_is_asked_for(struct axvcpu_run *run)
{
	assert_int_equal(fake.injections, 0);
	assert_int_equal(run->request_flags, AXVCPU_RUN_IRQ_WINDOW);
	run->interrupt_flag = 1;
	run->interrupt_shadow = 1;
	nothing(run);
}

static void check_shadow_then_window(struct axvcpu_run *run)
{
	assert_int_equal(fake.injections, 0);
	run->interrupt_shadow = 0;
	run->exit.reason = AXVCPU_EXIT_IRQ_WINDOW;
}

static void check_injected(struct axvcpu_run *run)
{
	assert_int_equal(fake.injected, 0x30);
	assert_int_equal(run->request_flags, 0);
	run->irq_pending = 0;
	end_of_interrupt(run);
}

static void test_interrupt_waits_for_its_window(void **state)
{
	(void)state;
	assert_int_equal(RUN(TICK, sleep_busily, check_window_is_asked_for,
			     check_shadow_then_window, check_injected, power_off),
			 0);
	assert_int_equal(fake.injections, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_start_of_a_flat_program, end_of_test),
		cmocka_unit_test_teardown(test_has_one_cpu, end_of_test),
		cmocka_unit_test_teardown(test_ends, end_of_test),
		cmocka_unit_test_teardown(test_timeout, end_of_test),
		cmocka_unit_test_teardown(test_run_fails, end_of_test),
		cmocka_unit_test_teardown(test_ports, end_of_test),
		cmocka_unit_test_teardown(test_string_ports, end_of_test),
		cmocka_unit_test_teardown(test_memory_of_nobody, end_of_test),
		cmocka_unit_test_teardown(test_msrs_and_hypercalls, end_of_test),
		cmocka_unit_test_teardown(test_moves, end_of_test),
		cmocka_unit_test_teardown(test_move_fails, end_of_test),
		cmocka_unit_test_teardown(test_tick_wakes_a_halted_guest, end_of_test),
		cmocka_unit_test_teardown(test_interrupt_waits_for_its_window, end_of_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
