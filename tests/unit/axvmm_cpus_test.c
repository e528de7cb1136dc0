// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm's CPUs: threads under one lock, who keeps the time, waking and holding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/axvmm/machine.h"

#define CPUS 3

/* ---- the hypervisor ----------------------------------------------------------- */

/* @inside: called in a run; @stays: runs until it is kicked. */
struct hypervisor {
	struct axvcpu_run run;
	void (*inside)(struct cpu *cpu);
	bool stays;
	atomic_uint kicks;
	uint64_t deadline_ns;
};

static struct hypervisor vcpu[CPUS];
static struct machine machine;
static uint64_t now_ns;

struct hypervisor *hypervisor_another(const struct hypervisor *hypervisor, unsigned int number,
				      struct error *error)
{
	(void)error;
	assert_ptr_equal(hypervisor, &vcpu[0]);
	return &vcpu[number];
}

struct axvcpu_run *hypervisor_run_page(struct hypervisor *hypervisor)
{
	return &hypervisor->run;
}

int hypervisor_run(struct hypervisor *hypervisor)
{
	struct cpu *cpu = &machine.cpus.cpu[hypervisor - vcpu];

	hypervisor->deadline_ns = hypervisor->run.deadline_ns;
	if (hypervisor->inside)
		hypervisor->inside(cpu);
	while (hypervisor->stays && !atomic_load(&hypervisor->kicks))
		usleep(1000);
	return 0;
}

void hypervisor_kick(struct hypervisor *hypervisor)
{
	atomic_fetch_add(&hypervisor->kicks, 1);
}

uint64_t machine_now_ns(void)
{
	return now_ns;
}

void machine_end(struct machine *ended, int status, const char *text)
{
	(void)status, (void)text;
	ended->ended = true;
}

/* ---- the machine ---------------------------------------------------------------- */

static int make(void **state)
{
	struct error error;

	(void)state;
	memset(&machine, 0, sizeof(machine));
	memset(vcpu, 0, sizeof(vcpu));
	machine.options.cpus = CPUS;
	machine.hypervisor = &vcpu[0];
	now_ns = 1000;
	assert_int_equal(cpus_make(&machine, &error), 0);
	return 0;
}

static int unmake(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < CPUS; i++)
		close(machine.cpus.cpu[i].wake_fd);
	return 0;
}

static struct cpu *cpu(unsigned int number)
{
	return &machine.cpus.cpu[number];
}

static uint64_t run_locked(unsigned int number)
{
	pthread_mutex_lock(&machine.cpus.lock);
	cpu_run_guest(cpu(number));
	pthread_mutex_unlock(&machine.cpus.lock);
	return vcpu[number].deadline_ns;
}

/* ---- time ------------------------------------------------------------------------ */

static void test_the_first_one_is_on(void **state)
{
	(void)state;
	assert_int_equal(machine.cpus.count, CPUS);
	assert_false(cpu(0)->off);
	assert_true(cpu(1)->off && cpu(2)->off);
	assert_false(cpus_all_off(&machine.cpus));
	cpu_set_off(cpu(0));
	assert_true(cpus_all_off(&machine.cpus));
}

static void test_comes_back_for_a_timer(void **state)
{
	(void)state;
	assert_int_equal(run_locked(0), 0);
	machine.timers.next_ns = 5000;
	assert_int_equal(run_locked(0), 5000);
	assert_int_equal(run_locked(0), 5000);
	/* What the CPU wants itself can be earlier, or later. */
	cpu(0)->look_ns = 3000;
	assert_int_equal(run_locked(0), 3000);
	cpu(0)->look_ns = 7000;
	assert_int_equal(run_locked(0), 5000);
	machine.timers.next_ns = 0;
	cpu(0)->look_ns = 7000;
	assert_int_equal(run_locked(0), 7000);
	assert_int_equal(run_locked(0), 0);
}

static void others_run_too(struct cpu *first)
{
	(void)first;
	assert_int_equal(run_locked(1), 0);
	/* A new one that is earlier is for who brings it about. */
	machine.timers.next_ns = 4000;
	assert_int_equal(run_locked(2), 4000);
	cpu(1)->look_ns = 8000;
	assert_int_equal(run_locked(1), 4000);
	machine.timers.next_ns = 5000;
}

static void test_one_cpu_keeps_the_time(void **state)
{
	(void)state;
	machine.timers.next_ns = 5000;
	vcpu[0].inside = others_run_too;
	assert_int_equal(run_locked(0), 5000);
	/* Nobody does any more. */
	assert_int_equal(run_locked(1), 5000);
}

static void test_sleeps_until_a_timer_or_a_wake(void **state)
{
	(void)state;
	pthread_mutex_lock(&machine.cpus.lock);
	machine.timers.next_ns = now_ns + 1000000;
	cpu_sleep(cpu(1));
	assert_null(machine.cpus.keeper);
	machine.timers.next_ns = 0;
	cpu_wake(cpu(1));
	cpu_wake(cpu(1));
	cpu_sleep(cpu(1));
	cpus_wake(&machine.cpus);
	cpu_sleep(cpu(0));
	cpu_sleep(cpu(1));
	cpu_sleep(cpu(2));
	pthread_mutex_unlock(&machine.cpus.lock);
	assert_int_equal(vcpu[1].kicks, 3);
}

/* ---- threads ------------------------------------------------------------------------ */

static unsigned int together, ran;

/* The lock is given back while a CPU sleeps or runs only. */
static void count_loop(struct cpu *self)
{
	unsigned int i;

	for (i = 0; i < 200; i++) {
		assert_int_equal(together++, 0);
		usleep(10);
		together--;
		cpu_run_guest(self);
	}
	ran |= 1U << self->number;
}

static void test_a_thread_for_each(void **state)
{
	(void)state;
	cpus_run(&machine.cpus, count_loop);
	assert_int_equal(ran, (1U << CPUS) - 1);
}

static void hold_loop(struct cpu *self)
{
	unsigned int i;

	if (self->number) {
		vcpu[self->number].stays = true;
		cpu_run_guest(self);
		return;
	}
	while (!atomic_load(&cpu(1)->inside) || !atomic_load(&cpu(2)->inside)) {
		pthread_mutex_unlock(&machine.cpus.lock);
		usleep(1000);
		pthread_mutex_lock(&machine.cpus.lock);
	}
	cpus_hold(&machine.cpus);
	for (i = 0; i < CPUS; i++)
		assert_false(atomic_load(&cpu(i)->inside));
	assert_int_equal(vcpu[0].kicks, 0);
}

static void test_holds_the_others(void **state)
{
	(void)state;
	cpus_run(&machine.cpus, hold_loop);
	assert_int_equal(vcpu[1].kicks, 1);
}

static void wait_loop(struct cpu *self)
{
	if (self->number == 1)
		assert_true(cpu_wait_for_off(cpu(2)));
	else if (self->number == 2)
		cpu_set_off(self);
	else
		assert_false(cpu_wait_for_off(self));
	if (self->number == 1)
		machine.ended = true;
}

static void test_waits_for_off_or_the_end(void **state)
{
	(void)state;
	cpu(2)->off = false;
	cpus_run(&machine.cpus, wait_loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_first_one_is_on, make, unmake),
		cmocka_unit_test_setup_teardown(test_comes_back_for_a_timer, make, unmake),
		cmocka_unit_test_setup_teardown(test_one_cpu_keeps_the_time, make, unmake),
		cmocka_unit_test_setup_teardown(test_sleeps_until_a_timer_or_a_wake, make, unmake),
		cmocka_unit_test_setup_teardown(test_a_thread_for_each, make, unmake),
		cmocka_unit_test_setup_teardown(test_holds_the_others, make, unmake),
		cmocka_unit_test_setup_teardown(test_waits_for_off_or_the_end, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
