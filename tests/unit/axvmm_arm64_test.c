// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * axvmm's arm64 machine against a hypervisor that plays the CPUs' interrupt interfaces:
 * what is injected when and where, how CPUs start each other, and how a kernel is
 * started.
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

#include "tools/axvmm/arch/arm64_machine.h"

#define MIB	   (1ULL << 20)
#define LR_PENDING (1ULL << 62)
#define LR_ACTIVE  (1ULL << 63)

#define GICR_SGI (GICR_GPA + 0x10000)
#define FRAMES	 GICV3_REDISTRIBUTOR_SIZE
#define ROUTER	 (GICD_GPA + 0x6000 + 8 * UART_INTID)
#define IMSC	 (UART_GPA + 0x38)

/* ---- the hypervisor, and what else the machine needs ------------------------- */

#define CPUS 20

/* A vCPU; @starts: how often it was given a start state; @off: it has said so. */
struct hypervisor {
	struct axvcpu_run run;
	struct axvcpu_arm64_events events;
	struct axvcpu_arm64_setup_config config;
	uint64_t entry;
	unsigned int starts;
	unsigned int injections;
	unsigned int kicks;
	bool off;
	int64_t returned;
};

static struct {
	struct hypervisor cpu[CPUS];
	int failure;
	struct arm64_tree tree;
	const char *typed;
	int status;
	unsigned int shown; /* a bit for each flash */
} fake;

struct hypervisor *hypervisor_another(const struct hypervisor *hypervisor, unsigned int number,
				      struct error *error)
{
	(void)hypervisor, (void)error;
	return &fake.cpu[number];
}

struct axvcpu_run *hypervisor_run_page(struct hypervisor *hypervisor)
{
	return &hypervisor->run;
}

int hypervisor_start(struct hypervisor *hypervisor, uint64_t entry, const void *config,
		     size_t config_length, const void *gdt, struct error *error)
{
	(void)gdt;
	if (fake.failure)
		return error_set(error, "It can't be started");
	assert_int_equal(config_length, sizeof(hypervisor->config));
	memcpy(&hypervisor->config, config, sizeof(hypervisor->config));
	hypervisor->entry = entry;
	hypervisor->starts++;
	hypervisor->off = false;
	return 0;
}

int hypervisor_run(struct hypervisor *hypervisor)
{
	(void)hypervisor;
	fail();
	return 0;
}

void hypervisor_kick(struct hypervisor *hypervisor)
{
	hypervisor->kicks++;
}

bool hypervisor_is_off(struct hypervisor *hypervisor)
{
	return hypervisor->off;
}

/* It waits in the first list register: the tests have one interrupt at a time. */
int hypervisor_inject_interrupt(struct hypervisor *hypervisor, uint32_t vector)
{
	if (fake.failure)
		return fake.failure;
	hypervisor->injections++;
	hypervisor->events.list[0] &= LR_ACTIVE;
	hypervisor->events.list[0] |= LR_PENDING | vector;
	return 0;
}

int hypervisor_get_registers(struct hypervisor *hypervisor, uint32_t block, void *registers,
			     size_t length)
{
	assert_int_equal(block, AXVCPU_BLOCK_EVENTS);
	assert_int_equal(length, sizeof(hypervisor->events));
	memcpy(registers, &hypervisor->events, length);
	return 0;
}

int hypervisor_set_registers(struct hypervisor *hypervisor, uint32_t block, const void *registers,
			     size_t length)
{
	assert_int_equal(block, AXVCPU_BLOCK_EVENTS);
	assert_int_equal(length, sizeof(hypervisor->events));
	memcpy(&hypervisor->events, registers, length);
	return 0;
}

int hypervisor_set_return_value(struct hypervisor *hypervisor, uint64_t value)
{
	hypervisor->returned = (int64_t)value;
	return fake.failure;
}

int hypervisor_add_memory(struct hypervisor *hypervisor, uint64_t gpa, uint64_t size, void *host,
			  bool readonly, struct error *error)
{
	(void)hypervisor, (void)error;
	assert_true(readonly);
	assert_int_equal(size, FLASH_SIZE);
	assert_non_null(host);
	fake.shown |= 1U << (gpa == FLASH2_GPA);
	return fake.failure;
}

int hypervisor_remove_memory(struct hypervisor *hypervisor, uint64_t gpa, uint64_t size)
{
	(void)hypervisor;
	assert_int_equal(size, FLASH_SIZE);
	fake.shown &= ~(1U << (gpa == FLASH2_GPA));
	return fake.failure;
}

uint64_t machine_now_ns(void)
{
	return NS_PER_SECOND;
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
	if (!machine.options.cpus)
		machine.options.cpus = 1;
	machine.timers.now_ns = NS_PER_SECOND;
	machine.hypervisor = &fake.cpu[0];
	assert_int_equal(arch_make(&machine, &error), 0);
	assert_int_equal(arch_start(&machine, &error), 0);
	assert_int_equal(cpus_make(&machine, &error), 0);
	return &machine;
}

/* As a driver sets it up, with the receiver's interrupt on. */
static struct machine *make_ready_cpus(unsigned int cpus)
{
	const struct options options = {
		.cpus = cpus,
		.flat = make_file(4),
		.flat_gpa = MEMORY_GPA,
		.memory = MIB,
	};
	struct machine *machine = make(&options);
	unsigned int i;

	bus_write(&machine->mmio, GICD_GPA, 4, 2);
	bus_write(&machine->mmio, GICD_GPA + 0x84, 4, ~0U);
	bus_write(&machine->mmio, GICD_GPA + 0x104, 4, ~0U);
	for (i = 0; i < cpus; i++) {
		bus_write(&machine->mmio, GICR_GPA + i * FRAMES + 0x14, 4, 0);
		bus_write(&machine->mmio, GICR_SGI + i * FRAMES + 0x80, 4, ~0U);
		bus_write(&machine->mmio, GICR_SGI + i * FRAMES + 0x100, 4, ~0U);
	}
	bus_write(&machine->mmio, IMSC, 4, 0x10);
	return machine;
}

static struct machine *make_ready(void)
{
	return make_ready_cpus(1);
}

static void unmake(struct machine *machine)
{
	unsigned int i;

	for (i = 0; i < machine->cpus.count; i++)
		close(machine->cpus.cpu[i].wake_fd);
	munmap(machine->memory.region[0].host, machine->memory.region[0].size);
	free(machine->arch);
}

static void type(struct machine *machine, const char *text)
{
	fake.typed = text;
	arch_input(machine);
}

static struct axvcpu_exit *begin_exit(unsigned int from, uint32_t reason)
{
	struct axvcpu_exit *exit = &fake.cpu[from].run.exit;

	memset(exit, 0, sizeof(*exit));
	exit->reason = reason;
	return exit;
}

static void send_sgi_from(struct machine *machine, unsigned int from, uint64_t cluster,
			  uint64_t list, bool all)
{
	struct axvcpu_exit *exit = begin_exit(from, AXVCPU_EXIT_SEND_IPI);

	exit->u.send_ipi.target_cpu = cluster;
	exit->u.send_ipi.target_cpu_aux = list;
	exit->u.send_ipi.send_to_all = all;
	exit->u.send_ipi.vector = 7;
	exit->u.send_ipi.group = 1;
	assert_true(arch_exit(&machine->cpus.cpu[from]));
}

static void send_sgi(struct machine *machine, uint64_t cluster, uint64_t list, bool all)
{
	send_sgi_from(machine, 0, cluster, list, all);
}

static void deliver(struct machine *machine, unsigned int cpu)
{
	arch_deliver_interrupts(&machine->cpus.cpu[cpu]);
}

/* PSCI's CPU_ON; returns what the guest gets. */
static int64_t cpu_on(struct machine *machine, uint64_t affinity, uint64_t entry)
{
	struct axvcpu_exit *exit = begin_exit(0, AXVCPU_EXIT_CPU_UP);

	exit->u.cpu_up.target_cpu = affinity;
	exit->u.cpu_up.entry_point = entry;
	exit->u.cpu_up.arg = 0x1234;
	fake.cpu[0].returned = 0;
	assert_true(arch_exit(&machine->cpus.cpu[0]));
	return fake.cpu[0].returned;
}

static void cpu_off(struct machine *machine, unsigned int cpu)
{
	begin_exit(cpu, AXVCPU_EXIT_CPU_DOWN);
	fake.cpu[cpu].off = true;
	assert_true(arch_exit(&machine->cpus.cpu[cpu]));
}

/* ---- interrupts ----------------------------------------------------------- */

static void test_level_comes_again_after_its_end(void **state)
{
	struct machine *machine = make_ready();

	(void)state;
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].injections, 0);
	assert_int_equal(machine->cpus.cpu[0].look_ns, 0);
	type(machine, "xy");
	assert_true(arch_interrupt_waits(&machine->cpus.cpu[0]));
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].injections, 1);
	assert_true(fake.cpu[0].events.list[0] == (LR_PENDING | UART_INTID));
	/* Not while it is pending or active there; somebody has to look again. */
	deliver(machine, 0);
	fake.cpu[0].events.list[0] = LR_ACTIVE | UART_INTID;
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].injections, 1);
	assert_true(machine->cpus.cpu[0].look_ns > machine->timers.now_ns);
	fake.cpu[0].events.list[0] = 0;
	fake.cpu[0].events.interrupts[0] = 1ULL << UART_INTID;
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].injections, 1);
	fake.cpu[0].events.interrupts[0] = 0;
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].injections, 2);
	/* Both bytes are read: it is over. */
	bus_read(&machine->mmio, UART_GPA, 4);
	bus_read(&machine->mmio, UART_GPA, 4);
	fake.cpu[0].events.list[0] = 0;
	machine->cpus.cpu[0].look_ns = 0;
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].injections, 2);
	assert_int_equal(machine->cpus.cpu[0].look_ns, 0);
	unmake(machine);
}

static void test_sgi_can_come_while_the_last_is_served(void **state)
{
	struct machine *machine = make_ready();

	(void)state;
	send_sgi(machine, 0, 1, false);
	deliver(machine, 0);
	assert_true(fake.cpu[0].events.list[0] == (LR_PENDING | 7));
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].injections, 1);
	assert_int_equal(machine->cpus.cpu[0].look_ns, 0);
	/* One that is pending already is the same one. */
	send_sgi(machine, 0, 1, false);
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].injections, 1);
	fake.cpu[0].events.list[0] = LR_ACTIVE | 7;
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].injections, 1);
	send_sgi(machine, 0, 1, false);
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].injections, 2);
	assert_true(fake.cpu[0].events.list[0] == (LR_ACTIVE | LR_PENDING | 7));
	/* Nor does one more join one that waits for a list register. */
	fake.cpu[0].events.list[0] = LR_ACTIVE | 7;
	fake.cpu[0].events.interrupts[0] = 1 << 7;
	send_sgi(machine, 0, 1, false);
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].injections, 2);
	unmake(machine);
}

static void test_sgi_for_others_goes_nowhere(void **state)
{
	struct machine *machine = make_ready();

	(void)state;
	send_sgi(machine, 0, 2, false);
	send_sgi(machine, 0x100, 1, false);
	send_sgi(machine, 0, 1, true);
	assert_false(arch_interrupt_waits(&machine->cpus.cpu[0]));
	unmake(machine);
}

static void test_sgi_of_group_0_goes_nowhere(void **state)
{
	struct machine *machine = make_ready();
	struct axvcpu_exit *exit;

	(void)state;
	send_sgi(machine, 0, 1, false);
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].injections, 1);
	exit = begin_exit(0, AXVCPU_EXIT_SEND_IPI);
	exit->u.send_ipi.target_cpu_aux = 1;
	exit->u.send_ipi.vector = 8;
	assert_true(arch_exit(&machine->cpus.cpu[0]));
	assert_false(arch_interrupt_waits(&machine->cpus.cpu[0]));
	unmake(machine);
}

static void test_a_failed_inject_ends_it(void **state)
{
	struct machine *machine = make_ready();

	(void)state;
	type(machine, "x");
	fake.failure = -EOPNOTSUPP;
	deliver(machine, 0);
	assert_int_equal(fake.status, EXIT_HOST);
	unmake(machine);
}

static void test_sgis_reach_their_targets(void **state)
{
	struct machine *machine = make_ready_cpus(CPUS);
	unsigned int i;

	(void)state;
	for (i = 1; i < CPUS; i++)
		assert_int_equal(cpu_on(machine, arm64_affinity(i), MEMORY_GPA), 0);
	/* CPU 17 is the second of the second cluster. It runs: it is told at once. */
	send_sgi_from(machine, 3, 0x100, 2, false);
	deliver(machine, 3);
	for (i = 0; i < CPUS; i++)
		assert_int_equal(fake.cpu[i].injections, i == 17);
	assert_true(fake.cpu[17].events.list[0] == (LR_PENDING | 7));
	/* All but itself. */
	send_sgi_from(machine, 3, 0, 0, true);
	deliver(machine, 3);
	for (i = 0; i < CPUS; i++)
		assert_int_equal(fake.cpu[i].injections, (i == 17) + (i != 3));
	/* Several, among them one that is off, one that there is not, and itself. */
	cpu_off(machine, 19);
	memset(&fake.cpu[18].events, 0, sizeof(fake.cpu[18].events));
	send_sgi_from(machine, 18, 0x100, 0xc | 1 << 15, false);
	deliver(machine, 18);
	assert_int_equal(fake.cpu[18].injections, 2);
	assert_int_equal(fake.cpu[19].injections, 1);
	unmake(machine);
}

/* Only its own thread can see whether the guest is done with the last one. */
static void test_level_for_another_cpu_fetches_it(void **state)
{
	struct machine *machine = make_ready_cpus(2);
	unsigned int kicks;

	(void)state;
	assert_int_equal(cpu_on(machine, 1, MEMORY_GPA), 0);
	bus_write(&machine->mmio, ROUTER, 8, 1);
	deliver(machine, 1);
	type(machine, "x");
	kicks = fake.cpu[1].kicks;
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].injections + fake.cpu[1].injections, 0);
	assert_int_equal(fake.cpu[1].kicks, kicks + 1);
	/* It is on its way, whatever else happens. */
	bus_write(&machine->mmio, ROUTER, 8, 1);
	deliver(machine, 0);
	assert_int_equal(fake.cpu[1].kicks, kicks + 1);
	deliver(machine, 1);
	assert_true(fake.cpu[1].events.list[0] == (LR_PENDING | UART_INTID));
	assert_true(machine->cpus.cpu[1].look_ns > machine->timers.now_ns);
	deliver(machine, 1);
	assert_int_equal(fake.cpu[1].injections, 1);
	unmake(machine);
}

static void test_registers_show_the_interfaces(void **state)
{
	struct machine *machine = make_ready_cpus(2);
	struct bus *mmio = &machine->mmio;

	(void)state;
	assert_int_equal(cpu_on(machine, 1, MEMORY_GPA), 0);
	fake.cpu[1].events.list[3] = LR_ACTIVE | UART_INTID;
	fake.cpu[1].events.list[2] = LR_ACTIVE | LR_PENDING | 5;
	fake.cpu[0].events.interrupts[0] = 1ULL << 40;
	assert_int_equal(bus_read(mmio, GICD_GPA + 0x304, 4), 2);
	assert_int_equal(bus_read(mmio, GICD_GPA + 0x204, 4), 1 << 8);
	assert_int_equal(bus_read(mmio, GICR_SGI + 0x300, 4), 0);
	assert_int_equal(bus_read(mmio, GICR_SGI + FRAMES + 0x300, 4), 1 << 5);
	bus_write(mmio, GICD_GPA + 0x384, 4, ~0U);
	assert_true(fake.cpu[1].events.list[3] == 0);
	bus_write(mmio, GICR_SGI + FRAMES + 0x280, 4, 1 << 5);
	assert_true(fake.cpu[1].events.list[2] == (LR_ACTIVE | 5));
	bus_write(mmio, GICD_GPA + 0x284, 4, 1 << 8);
	assert_true(fake.cpu[0].events.interrupts[0] == 0);
	bus_write(mmio, GICR_SGI + FRAMES + 0x300, 4, 1 << 20);
	assert_true((fake.cpu[1].events.list[0] & 0xffffffff) == 20);
	assert_true(fake.cpu[1].events.list[0] & LR_ACTIVE);
	unmake(machine);
}

/* The module raises their interrupts, and is told which of them may pass. */
static void test_timers_pass_if_they_are_enabled(void **state)
{
	struct machine *machine = make_ready_cpus(2);
	struct bus *mmio = &machine->mmio;
	unsigned int kicks;

	(void)state;
	bus_write(mmio, GICR_SGI + 0x180, 4, 1U << 27 | 1U << 30);
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].events.timers_off, 3);
	bus_write(mmio, GICR_SGI + 0x100, 4, 1U << 27);
	fake.cpu[0].events.list[1] = LR_PENDING | 30;
	fake.cpu[0].events.list[2] = LR_PENDING | 27;
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].events.timers_off, 2);
	assert_true(fake.cpu[0].events.list[1] == 0);
	assert_true(fake.cpu[0].events.list[2] == (LR_PENDING | 27));
	bus_write(mmio, GICD_GPA, 4, 0);
	deliver(machine, 0);
	assert_int_equal(fake.cpu[0].events.timers_off, 3);
	bus_write(mmio, GICD_GPA, 4, 2);
	/* Of another CPU, by its own thread; a new one has all. */
	assert_int_equal(cpu_on(machine, 1, MEMORY_GPA), 0);
	deliver(machine, 1);
	assert_int_equal(fake.cpu[1].events.timers_off, 0);
	bus_write(mmio, GICR_SGI + FRAMES + 0x180, 4, 1U << 30);
	kicks = fake.cpu[1].kicks;
	deliver(machine, 0);
	assert_int_equal(fake.cpu[1].kicks, kicks + 1);
	assert_int_equal(fake.cpu[1].events.timers_off, 0);
	deliver(machine, 1);
	assert_int_equal(fake.cpu[1].events.timers_off, 2);
	unmake(machine);
}

/* ---- CPUs ----------------------------------------------------------------- */

static void test_there_is_one_cpu(void **state)
{
	struct machine *machine = make_ready();

	(void)state;
	assert_int_equal(cpu_on(machine, 1, MEMORY_GPA), -2);
	assert_int_equal(cpu_on(machine, 0, MEMORY_GPA), -4);
	assert_int_equal(fake.status, -1);
	fake.failure = -EIO;
	cpu_on(machine, 1, MEMORY_GPA);
	assert_int_equal(fake.status, EXIT_HOST);
	fake.status = -1;
	cpu_off(machine, 0);
	assert_int_equal(fake.status, EXIT_HALTED);
	unmake(machine);
}

static void test_cpus_come_and_go(void **state)
{
	struct machine *machine = make_ready_cpus(CPUS);
	const struct hypervisor *other = &fake.cpu[18];

	(void)state;
	assert_int_equal(fake.tree.cpus, 0); /* a flat program has no tree */
	assert_true(machine->cpus.cpu[18].off);
	assert_int_equal(cpu_on(machine, 0x104, MEMORY_GPA), -2);
	assert_int_equal(cpu_on(machine, 0x102, MEMORY_GPA + MIB), -9);
	assert_int_equal(other->starts, 0);
	assert_int_equal(cpu_on(machine, 0x102, MEMORY_GPA + 64), 0);
	assert_int_equal(other->starts, 1);
	assert_int_equal(other->entry, MEMORY_GPA + 64);
	assert_int_equal(other->config.x[0], 0x1234);
	assert_false(machine->cpus.cpu[18].off);
	assert_int_equal(cpu_on(machine, 0x102, MEMORY_GPA), -4);
	cpu_off(machine, 18);
	assert_true(machine->cpus.cpu[18].off);
	assert_int_equal(cpu_on(machine, 0x102, MEMORY_GPA), 0);
	assert_int_equal(other->starts, 2);
	/* The first one can go, too; the last one ends it. */
	cpu_off(machine, 18);
	assert_int_equal(fake.status, -1);
	cpu_off(machine, 0);
	assert_int_equal(fake.status, EXIT_HALTED);
	unmake(machine);
}

/* The module says so before the thread does. */
static void *go_off(void *opaque)
{
	struct machine *machine = opaque;

	usleep(20000);
	pthread_mutex_lock(&machine->cpus.lock);
	cpu_off(machine, 1);
	pthread_mutex_unlock(&machine->cpus.lock);
	return NULL;
}

static void test_cpu_that_is_going_off_is_waited_for(void **state)
{
	struct machine *machine = make_ready_cpus(2);
	pthread_t thread;

	(void)state;
	assert_int_equal(cpu_on(machine, 1, MEMORY_GPA), 0);
	fake.cpu[1].off = true;
	pthread_create(&thread, NULL, go_off, machine);
	pthread_mutex_lock(&machine->cpus.lock);
	assert_int_equal(cpu_on(machine, 1, MEMORY_GPA), 0);
	pthread_mutex_unlock(&machine->cpus.lock);
	pthread_join(thread, NULL);
	assert_int_equal(fake.cpu[1].starts, 2);
	assert_false(machine->cpus.cpu[1].off);
	unmake(machine);
}

static void test_cpu_that_cant_be_started(void **state)
{
	struct machine *machine = make_ready_cpus(2);

	(void)state;
	fake.failure = -EIO;
	cpu_on(machine, 1, MEMORY_GPA);
	assert_int_equal(fake.status, EXIT_HOST);
	assert_true(machine->cpus.cpu[1].off);
	unmake(machine);
}

/* ---- kernels -------------------------------------------------------------- */

static void test_starts_a_kernel(void **state)
{
	const struct options options = {
		.kernel = make_file(100),
		.initrd = make_file(5),
		.memory = 8 * MIB,
		.cpus = 4,
	};
	struct machine *machine = make(&options);

	(void)state;
	assert_int_equal(fake.cpu[0].entry, MEMORY_GPA);
	assert_int_equal(fake.cpu[0].config.x[0], MEMORY_GPA + 2 * MIB);
	assert_string_equal(fake.tree.append, "console=ttyAMA0");
	assert_true(fake.tree.initrd > fake.cpu[0].config.x[0]);
	assert_int_equal(fake.tree.initrd_size, 5);
	assert_ptr_equal(fake.tree.memory, &machine->memory);
	assert_int_equal(fake.tree.cpus, 4);
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

static void test_firmware_starts_in_flash(void **state)
{
	const struct options options = {
		.firmware = make_file(100),
		.memory = 8 * MIB,
	};
	struct machine *machine = make(&options);

	(void)state;
	assert_int_equal(fake.cpu[0].entry, FLASH_GPA);
	assert_int_equal(fake.cpu[0].config.x[0], MEMORY_GPA);
	assert_true(fake.tree.flash);
	assert_null(fake.tree.append);
	assert_int_equal(memory_at(&machine->memory, FLASH_GPA, 100)[18], 0x10);
	assert_int_equal(memory_at(&machine->memory, FLASH_GPA, 101)[100], 0xff);
	assert_int_equal(memory_at(&machine->memory, FLASH2_GPA, FLASH_SIZE)[0], 0xff);
	/* Commands hide what is in it. */
	fake.shown = 3;
	bus_write(&machine->mmio, FLASH2_GPA, 1, 0x70);
	assert_int_equal(fake.shown, 1);
	assert_int_equal(bus_read(&machine->mmio, FLASH2_GPA, 1), 0x80);
	bus_write(&machine->mmio, FLASH_GPA, 1, 0x90);
	assert_int_equal(fake.shown, 0);
	bus_write(&machine->mmio, FLASH2_GPA, 1, 0xff);
	assert_int_equal(fake.shown, 2);
	fake.failure = -1;
	bus_write(&machine->mmio, FLASH_GPA, 1, 0xff);
	assert_int_equal(fake.status, EXIT_HOST);
	munmap(machine->memory.region[1].host, FLASH_SIZE);
	munmap(machine->memory.region[2].host, FLASH_SIZE);
	unmake(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_level_comes_again_after_its_end),
		cmocka_unit_test(test_sgi_can_come_while_the_last_is_served),
		cmocka_unit_test(test_sgi_for_others_goes_nowhere),
		cmocka_unit_test(test_sgi_of_group_0_goes_nowhere),
		cmocka_unit_test(test_a_failed_inject_ends_it),
		cmocka_unit_test(test_sgis_reach_their_targets),
		cmocka_unit_test(test_level_for_another_cpu_fetches_it),
		cmocka_unit_test(test_registers_show_the_interfaces),
		cmocka_unit_test(test_timers_pass_if_they_are_enabled),
		cmocka_unit_test(test_there_is_one_cpu),
		cmocka_unit_test(test_cpus_come_and_go),
		cmocka_unit_test(test_cpu_that_is_going_off_is_waited_for),
		cmocka_unit_test(test_cpu_that_cant_be_started),
		cmocka_unit_test(test_starts_a_kernel),
		cmocka_unit_test(test_kernel_without_initrd),
		cmocka_unit_test(test_firmware_starts_in_flash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
