// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A host CPU goes offline and comes back while vCPUs run on it: they go on
 * elsewhere, a vCPU that may run only there says so, and nothing is lost.
 */
#define _GNU_SOURCE
#include "programs.h"

#define ONLINE	"/sys/devices/system/cpu/cpu1/online"

static bool set_online(bool online)
{
	return write_text(ONLINE, online ? "1" : "0") && read_number(ONLINE) == online;
}

struct guest {
	struct vm vm;
	struct vcpu v;
	volatile bool stop;
	bool lost;
	u64 refused;
	long unexpected;
};

static void boot(struct guest *g, u8 mask)
{
	struct axvcpu_create_vcpu args = { .size = sizeof(args), .favor_cpu = -1,
					   .cpu_set = (u64)&mask, .cpu_set_length = 1 };

	memset(g, 0, sizeof(*g));
	vm_new(&g->vm, 0);
	vcpu_open(&g->v, &g->vm, (int)call(g->vm.fd, AXVCPU_CREATE_VCPU, &args));
	load(&g->vm, CODE, invariant, invariant_end);
	prepare_mode(&g->vm, MODE_WIDE);
	NEED_RET(setup_vcpu(&g->v, MODE_WIDE, CODE));
	finish_mode(&g->v, MODE_WIDE);
}

static u64 rounds(struct guest *g)
{
	return *(volatile u64 *)(g->vm.ram + DATA);
}

/* Keep to CPU 1 when it is there; the kernel moves the task when it goes. */
static void *work(void *argument)
{
	struct guest *g = argument;
	long ret;

	while (!g->stop) {
		pin_to(1);
		g->v.run->deadline_ns = now_ns() + 20 * MS;
		ret = run(&g->v);
		if (ret == -EXDEV || ret == -ENODEV) {
			g->refused++;
			usleep(1000);
			continue;
		}
		if (ret)
			g->unexpected = ret;
		else if (g->v.run->exit.reason != AXVCPU_EXIT_NOTHING)
			g->lost = true;
	}
	return NULL;
}

static void check_cycles(void)
{
	unsigned int i, failed = 0, stuck = 0, cycles = checking_kernel() ? 3 : 6;
	struct guest any, one;
	pthread_t thread[2];

	boot(&any, 3);
	boot(&one, 2);
	NEED_RET(bind_vcpu(&any.v, 1));
	NEED_RET(bind_vcpu(&one.v, 1));
	thread[0] = start_thread(work, &any);
	thread[1] = start_thread(work, &one);
	NEED(WAIT_FOR(rounds(&any) && rounds(&one), 3000), "both guests run");
	for (i = 0; i < cycles; i++) {
		u64 before;

		failed += !set_online(false);
		before = rounds(&any);
		stuck += !WAIT_FOR(rounds(&any) > before, 3000);
		before = rounds(&one);
		sleep_ms(30);
		stuck += rounds(&one) != before; /* may not run now */
		failed += !set_online(true);
		before = rounds(&one);
		stuck += !WAIT_FOR(rounds(&one) > before, 3000);
	}
	any.stop = one.stop = true;
	end_thread(thread[0]);
	end_thread(thread[1]);
	CHECK_EQ(failed, 0, "CPU 1 goes and comes, %u times", cycles);
	CHECK_EQ(stuck, 0, "a vCPU goes on elsewhere, or waits for its CPU");
	CHECK(!any.lost && !one.lost, "no value is lost");
	CHECK_RET(any.unexpected, 0, "a vCPU that may run anywhere is never refused");
	CHECK_RET(one.unexpected, 0, "one that may not is refused with EXDEV or ENODEV only");
	CHECK(one.refused > 0, "and was");
	vcpu_free(&any.v);
	vcpu_free(&one.v);
	vm_free(&any.vm);
	vm_free(&one.vm);
}

/* BIND to a CPU that is offline; VMs made and closed while it is. */
static void check_offline(void)
{
	struct guest g;
	unsigned int i, bad = 0;
	u64 until;
	long ret;

	boot(&g, 3);
	NEED(set_online(false), "CPU 1 offline");
	CHECK_RET(bind_vcpu(&g.v, 1), -ENODEV, "BIND to a CPU that is offline");
	CHECK_RET(bind_vcpu(&g.v, -1), 0, "BIND(-1) meanwhile");
	vcpu_free(&g.v);
	vm_free(&g.vm);
	for (i = 0; i < 10; i++) {
		int fd = create_vm(0);

		bad += fd < 0;
		close(fd);
	}
	CHECK_EQ(bad, 0, "VMs are made and closed meanwhile");
	/* The first VM was made while it was offline: it must be enabled when it comes. */
	boot(&g, 3);
	NEED(set_online(true), "CPU 1 online");
	NEED_RET(bind_vcpu(&g.v, 1));
	NEED(pin_to(1), "pin to CPU 1");
	until = now_ns() + 2 * SECOND * slowness();
	do {
		g.v.run->deadline_ns = now_ns() + 50 * MS;
		ret = run(&g.v);
	} while (!ret && !rounds(&g) && now_ns() < until);
	CHECK_RET(ret, 0, "a VM made while it was offline runs on it");
	CHECK(rounds(&g) > 0, "really");
	unpin();
	vcpu_free(&g.v);
	vm_free(&g.vm);
}

static void *create_and_close(void *argument)
{
	struct guest *g = argument;

	while (!g->stop) {
		int fd = create_vm(0);

		if (fd < 0)
			g->unexpected = fd;
		else
			close(fd);
	}
	return NULL;
}

static void check_race(void)
{
	struct guest g = { .stop = false };
	pthread_t thread = start_thread(create_and_close, &g);
	unsigned int i;

	for (i = 0; i < (checking_kernel() ? 2U : 4U); i++) {
		set_online(false);
		set_online(true);
	}
	g.stop = true;
	end_thread(thread);
	CHECK_RET(g.unexpected, 0, "VMs are made while CPU 1 goes and comes");
}

int main(void)
{
	close(open_device());
	if (access(ONLINE, W_OK))
		skip("CPU 1 is not there or can't go offline");
	check_offline();
	check_cycles();
	check_race();
	set_online(true);
	COVERS("BIND", "Free", "CPU offline");
	COVERS("RUN", "Running", "CPU offline");
	COVERS("CREATE_VM", "-", "CPU offline");
	return finish();
}
