// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * BIND and cpu_set: what it refuses, where it places, and that RUN outside the
 * mask is -EXDEV before the first entry and NOTHING/AFFINITY after it.
 */
#define _GNU_SOURCE
#include "guest.h"

GUEST(spin, PLAIN, "1: " G_JUMP(1b));

static struct vm vm;

static void open_on(struct vcpu *v, u32 id, u8 mask, int favor)
{
	struct axvcpu_create_vcpu args = { .size = sizeof(args), .vcpu_id = id, .favor_cpu = favor,
					   .cpu_set = (u64)&mask, .cpu_set_length = 1 };

	vcpu_open(v, &vm, (int)call(vm.fd, AXVCPU_CREATE_VCPU, &args));
	load(&vm, CODE, spin, spin_end);
	NEED_RET(setup_vcpu(v, MODE_PLAIN, CODE));
	open_to_host(v);
}

static long bind_to(struct vcpu *v, int cpu)
{
	long ret = bind_vcpu(v, cpu);

	if (ret)
		EXPECT_EQ(state_of(v), AXVCPU_STATE_FREE, "the state after a refused BIND");
	return ret;
}

static void check_arguments(void)
{
	struct axvcpu_bind args = { .size = sizeof(args), .reserved = 1 };
	struct vcpu v;

	open_on(&v, 1, 1, -1);
	CHECK_RET(bind_to(&v, -2), -EINVAL, "BIND to CPU -2");
	CHECK_RET(bind_to(&v, 100000), -EINVAL, "BIND to a CPU that can't be");
	CHECK_RET(bind_to(&v, 0x7fffffff), -EINVAL, "BIND to CPU 2^31-1");
	CHECK_RET(call(v.fd, AXVCPU_BIND, &args), -EINVAL, "BIND with a reserved field");
	if (cpu_count() > 1)
		CHECK_RET(bind_to(&v, 1), -EXDEV, "BIND outside the mask");
	CHECK_RET(bind_to(&v, 0), 0, "BIND to CPU 0");
	CHECK_EQ(get_state(&v).cpu, 0, "GET_STATE shows the binding");
	CHECK_RET(call(v.fd, AXVCPU_UNBIND, NULL), 0, "UNBIND");
	CHECK_EQ(get_state(&v).cpu, -1, "GET_STATE shows none");
	COVERS("BIND", "Free", "bad value");
	COVERS("BIND", "Free", "boundary");
	vcpu_free(&v);
}

static void check_placement(void)
{
	cpu_set_t before, after;
	struct vcpu v;

	open_on(&v, 2, 3, 1);
	pin_to(0);
	CHECK_RET(bind_to(&v, -1), 0, "BIND(-1) with favor_cpu 1");
	CHECK_EQ(get_state(&v).cpu, 1, "takes favor_cpu");
	sched_getaffinity(0, sizeof(before), &before);
	vcpu_free(&v);
	open_on(&v, 2, 3, -1);
	CHECK_RET(bind_to(&v, -1), 0, "BIND(-1) without favor_cpu");
	CHECK_EQ(get_state(&v).cpu, 0, "takes the current CPU");
	sched_getaffinity(0, sizeof(after), &after);
	CHECK(CPU_EQUAL(&before, &after), "the task's affinity is as before");
	vcpu_free(&v);
	open_on(&v, 2, 2, -1);
	CHECK_RET(bind_to(&v, -1), -EXDEV, "BIND(-1) on a CPU outside the mask");
	vcpu_free(&v);
	unpin();
}

static void *move_away(void *argument)
{
	pid_t *task = argument;
	cpu_set_t set;

	sleep_ms(100);
	CPU_ZERO(&set);
	CPU_SET(1, &set);
	sched_setaffinity(*task, sizeof(set), &set);
	return NULL;
}

static void check_run(void)
{
	pid_t task = gettid();
	pthread_t thread;
	struct vcpu v;

	open_on(&v, 3, 1, 0);
	NEED_RET(bind_to(&v, -1));
	pin_to(1);
	CHECK_RET(run(&v), -EXDEV, "RUN outside the mask");
	CHECK_EQ(state_of(&v), AXVCPU_STATE_READY, "is Ready still");
	COVERS("RUN", "Ready", "bad value");
	pin_to(0);
	v.run->deadline_ns = now_ns() + 100 * MS;
	do
		NEED_RET(run(&v));
	while (v.run->exit.u.nothing.cause == AXVCPU_CAUSE_SIGNAL);
	CHECK(true, "RUN inside the mask");
	CHECK_EQ(v.run->exit.u.nothing.cause, AXVCPU_CAUSE_DEADLINE, "runs to its deadline");
	v.run->deadline_ns = now_ns() + 10 * SECOND;
	thread = start_thread(move_away, &task);
	do
		NEED_RET(run(&v));
	while (v.run->exit.u.nothing.cause == AXVCPU_CAUSE_SIGNAL);
	end_thread(thread);
	CHECK_EQ(v.run->exit.reason, AXVCPU_EXIT_NOTHING, "moved away, RUN ends with NOTHING");
	CHECK_EQ(v.run->exit.u.nothing.cause, AXVCPU_CAUSE_AFFINITY, "and cause AFFINITY");
	CHECK_RET(run(&v), -EXDEV, "and then RUN is EXDEV");
	COVERS_EXIT("NOTHING", "affinity");
	unpin();
	vcpu_free(&v);
}

/* The mask allows both, the binding names one: the vCPU goes where the task is. */
static void check_inside(void)
{
	struct vcpu v;
	int cpu;

	open_on(&v, 4, 3, 0);
	NEED_RET(bind_to(&v, 0));
	for (cpu = 1; cpu >= 0; cpu--) {
		pin_to(cpu);
		v.run->deadline_ns = now_ns() + 20 * MS;
		do
			NEED_RET(run(&v));
		while (v.run->exit.u.nothing.cause == AXVCPU_CAUSE_SIGNAL);
		CHECK_EQ(v.run->exit.u.nothing.cause, AXVCPU_CAUSE_DEADLINE,
			 "inside the mask RUN works on CPU %d", cpu);
	}
	CHECK(get_stats(&v).migrations >= 1, "and counts migrations");
	unpin();
	vcpu_free(&v);
}

int main(void)
{
	vm_new(&vm, 0);
	check_arguments();
	if (cpu_count() < 2)
		skip("one CPU: nothing to move to");
	check_placement();
	check_run();
	check_inside();
	COVERS("BIND", "Free", "good");
	COVERS("UNBIND", "Ready", "good");
	return finish();
}
