// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * axvmm's arm64 machine against a hypervisor that plays the CPU's interrupt interface:
 * what is injected when, and how a kernel is started.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include <axvcpu/axvcpu_arm64.h>

#include "tools/axvmm/arch/arch.h"
#include "tools/axvmm/arch/arm64_machine.h"

#define MIB	   (1ULL << 20)
#define LR_PENDING (1ULL << 62)
#define LR_ACTIVE  (1ULL << 63)

#define GICR_SGI (GICR_GPA + 0x10000)
#define IMSC	 (UART_GPA + 0x38)

/* ---- the hypervisor, and what else the machine needs ------------------------- */

static struct {
	struct axvcpu_arm64_events events;
	struct axvcpu_arm64_setup_config config;
	struct axvcpu_run run;
	uint64_t entry;
	int failure;
	unsigned int injections;
	struct arm64_tree tree;
	const char *typed;
	int status;
	int64_t returned;
} fake;

int hypervisor_start(struct hypervisor *hypervisor, uint64_t entry, const void *config,
		     size_t config_length, const void *gdt, struct error *error)
{
	(void)hypervisor, (void)gdt, (void)error;
	assert_int_equal(config_length, sizeof(fake.config));
	memcpy(&fake.config, config, sizeof(fake.config));
	fake.entry = entry;
	return 0;
}

/* It waits in the first list register: the tests have one interrupt at a time. */
int hypervisor_inject_interrupt(struct hypervisor *hypervisor, uint32_t vector)
{
	(void)hypervisor;
	if (fake.failure)
		return fake.failure;
	fake.injections++;
	fake.events.list[0] &= LR_ACTIVE;
	fake.events.list[0] |= LR_PENDING | vector;
	return 0;
}

int hypervisor_get_registers(struct hypervisor *hypervisor, uint32_t block, void *registers,
			     size_t length)
{
	(void)hypervisor;
	assert_int_equal(block, AXVCPU_BLOCK_EVENTS);
	assert_int_equal(length, sizeof(fake.events));
	memcpy(registers, &fake.events, length);
	return 0;
}

int hypervisor_set_return_value(struct hypervisor *hypervisor, uint64_t value)
{
	(void)hypervisor;
	fake.returned = (int64_t)value;
	return fake.failure;
}

int arm64_write_tree(const struct arm64_tree *tree, void *blob, int size, struct error *error)
{
	(void)size, (void)error;
	assert_non_null(blob);
	fake.tree = *tree;
	return 0;
}

void machine_end(struct machine *machine, int status, const char *text)
{
	(void)machine, (void)text;
	fake.status = status;
}

void console_send(void *console, uint8_t byte)
{
	(void)console, (void)byte;
}

size_t console_receive(void *console, uint8_t *bytes, size_t room)
{
	size_t count = strnlen(fake.typed, room);

	(void)console;
	memcpy(bytes, fake.typed, count);
	fake.typed += count;
	return count;
}

/* ---- the machine ----------------------------------------------------------- */

/* A file with @size bytes: an Image's header if it has room for one. */
static const char *make_file(size_t size)
{
	static char path[2][64];
	static unsigned int next;
	uint8_t *bytes = calloc(1, size);
	int fd = memfd_create("file", 0);

	assert_non_null(bytes);
	if (size >= 64) {
		bytes[18] = 0x10; /* image_size: 1 MiB */
		memcpy(bytes + 56, "ARM\x64", 4);
	}
	assert_int_equal(write(fd, bytes, size), size);
	free(bytes);
	next ^= 1;
	snprintf(path[next], sizeof(path[next]), "/proc/self/fd/%d", fd);
	return path[next];
}

static struct machine *make(const struct options *options)
{
	static struct machine machine;
	struct error error = { "" };

	memset(&machine, 0, sizeof(machine));
	memset(&fake, 0, sizeof(fake));
	fake.typed = "";
	fake.status = -1;
	machine.options = *options;
	machine.timers.now_ns = NS_PER_SECOND;
	machine.run = &fake.run;
	assert_int_equal(arch_make(&machine, &error), 0);
	assert_int_equal(arch_start(&machine, &error), 0);
	return &machine;
}

/* As a driver sets it up, with the receiver's interrupt on. */
static struct machine *make_ready(void)
{
	const struct options options = {
		.flat = make_file(4),
		.flat_gpa = MEMORY_GPA,
		.memory = MIB,
	};
	struct machine *machine = make(&options);

	bus_write(&machine->mmio, GICD_GPA, 4, 2);
	bus_write(&machine->mmio, GICD_GPA + 0x84, 4, ~0U);
	bus_write(&machine->mmio, GICD_GPA + 0x104, 4, ~0U);
	bus_write(&machine->mmio, GICR_GPA + 0x14, 4, 0);
	bus_write(&machine->mmio, GICR_SGI + 0x80, 4, ~0U);
	bus_write(&machine->mmio, GICR_SGI + 0x100, 4, ~0U);
	bus_write(&machine->mmio, IMSC, 4, 0x10);
	return machine;
}

static void unmake(struct machine *machine)
{
	munmap(machine->memory.region[0].host, machine->memory.region[0].size);
	free(machine->arch);
}

static void type(struct machine *machine, const char *text)
{
	fake.typed = text;
	arch_input(machine);
}

static void send_sgi(struct machine *machine, uint64_t cluster, uint64_t list, bool all)
{
	struct axvcpu_exit *exit = &fake.run.exit;

	memset(exit, 0, sizeof(*exit));
	exit->reason = AXVCPU_EXIT_SEND_IPI;
	exit->u.send_ipi.target_cpu = cluster;
	exit->u.send_ipi.target_cpu_aux = list;
	exit->u.send_ipi.send_to_all = all;
	exit->u.send_ipi.vector = 7;
	assert_true(arch_exit(machine));
}

/* ---- interrupts ----------------------------------------------------------- */

static void test_level_comes_again_after_its_end(void **state)
{
	struct machine *machine = make_ready();

	(void)state;
	arch_deliver_interrupt(machine);
	assert_int_equal(fake.injections, 0);
	assert_int_equal(machine->timers.next_ns, 0);
	type(machine, "xy");
	assert_true(arch_interrupt_waits(machine));
	arch_deliver_interrupt(machine);
	assert_int_equal(fake.injections, 1);
	assert_true(fake.events.list[0] == (LR_PENDING | UART_INTID));
	/* Not while it is pending or active there; somebody has to look again. */
	arch_deliver_interrupt(machine);
	fake.events.list[0] = LR_ACTIVE | UART_INTID;
	arch_deliver_interrupt(machine);
	assert_int_equal(fake.injections, 1);
	assert_true(machine->timers.next_ns > machine->timers.now_ns);
	fake.events.list[0] = 0;
	fake.events.interrupts[0] = 1ULL << UART_INTID;
	arch_deliver_interrupt(machine);
	assert_int_equal(fake.injections, 1);
	fake.events.interrupts[0] = 0;
	arch_deliver_interrupt(machine);
	assert_int_equal(fake.injections, 2);
	/* Both bytes are read: it is over. */
	bus_read(&machine->mmio, UART_GPA, 4);
	bus_read(&machine->mmio, UART_GPA, 4);
	fake.events.list[0] = 0;
	arch_deliver_interrupt(machine);
	assert_int_equal(fake.injections, 2);
	assert_int_equal(machine->timers.next_ns, 0);
	unmake(machine);
}

static void test_sgi_can_come_while_the_last_is_served(void **state)
{
	struct machine *machine = make_ready();

	(void)state;
	send_sgi(machine, 0, 1, false);
	arch_deliver_interrupt(machine);
	assert_true(fake.events.list[0] == (LR_PENDING | 7));
	arch_deliver_interrupt(machine);
	assert_int_equal(fake.injections, 1);
	assert_int_equal(machine->timers.next_ns, 0);
	/* One that is pending already is the same one. */
	send_sgi(machine, 0, 1, false);
	arch_deliver_interrupt(machine);
	assert_int_equal(fake.injections, 1);
	fake.events.list[0] = LR_ACTIVE | 7;
	arch_deliver_interrupt(machine);
	assert_int_equal(fake.injections, 1);
	send_sgi(machine, 0, 1, false);
	arch_deliver_interrupt(machine);
	assert_int_equal(fake.injections, 2);
	assert_true(fake.events.list[0] == (LR_ACTIVE | LR_PENDING | 7));
	/* Nor does one more join one that waits for a list register. */
	fake.events.list[0] = LR_ACTIVE | 7;
	fake.events.interrupts[0] = 1 << 7;
	send_sgi(machine, 0, 1, false);
	arch_deliver_interrupt(machine);
	assert_int_equal(fake.injections, 2);
	unmake(machine);
}

static void test_sgi_for_others_goes_nowhere(void **state)
{
	struct machine *machine = make_ready();

	(void)state;
	send_sgi(machine, 0, 2, false);
	send_sgi(machine, 0x100, 1, false);
	send_sgi(machine, 0, 1, true);
	assert_false(arch_interrupt_waits(machine));
	unmake(machine);
}

static void test_a_failed_inject_ends_it(void **state)
{
	struct machine *machine = make_ready();

	(void)state;
	type(machine, "x");
	fake.failure = -EOPNOTSUPP;
	arch_deliver_interrupt(machine);
	assert_int_equal(fake.status, EXIT_HOST);
	unmake(machine);
}

/* ---- CPUs ----------------------------------------------------------------- */

static void test_there_is_one_cpu(void **state)
{
	struct machine *machine = make_ready();

	(void)state;
	fake.run.exit.reason = AXVCPU_EXIT_CPU_UP;
	fake.run.exit.u.cpu_up.target_cpu = 1;
	assert_true(arch_exit(machine));
	assert_int_equal(fake.returned, -2);
	fake.run.exit.u.cpu_up.target_cpu = 0;
	assert_true(arch_exit(machine));
	assert_int_equal(fake.returned, -4);
	assert_int_equal(fake.status, -1);
	fake.failure = -EIO;
	assert_true(arch_exit(machine));
	assert_int_equal(fake.status, EXIT_HOST);
	unmake(machine);
}

/* ---- kernels -------------------------------------------------------------- */

static void test_starts_a_kernel(void **state)
{
	const struct options options = {
		.kernel = make_file(100),
		.initrd = make_file(5),
		.memory = 8 * MIB,
	};
	struct machine *machine = make(&options);

	(void)state;
	assert_int_equal(fake.entry, MEMORY_GPA);
	assert_int_equal(fake.config.x[0], MEMORY_GPA + 2 * MIB);
	assert_string_equal(fake.tree.append, "console=ttyAMA0");
	assert_true(fake.tree.initrd > fake.config.x[0]);
	assert_int_equal(fake.tree.initrd_size, 5);
	assert_ptr_equal(fake.tree.memory, &machine->memory);
	unmake(machine);
}

static void test_kernel_without_initrd(void **state)
{
	const struct options options = {
		.kernel = make_file(100),
		.append = "a b",
		.memory = 8 * MIB,
	};
	struct machine *machine = make(&options);

	(void)state;
	assert_string_equal(fake.tree.append, "a b");
	assert_int_equal(fake.tree.initrd_size, 0);
	unmake(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_level_comes_again_after_its_end),
		cmocka_unit_test(test_sgi_can_come_while_the_last_is_served),
		cmocka_unit_test(test_sgi_for_others_goes_nowhere),
		cmocka_unit_test(test_a_failed_inject_ends_it),
		cmocka_unit_test(test_there_is_one_cpu),
		cmocka_unit_test(test_starts_a_kernel),
		cmocka_unit_test(test_kernel_without_initrd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
