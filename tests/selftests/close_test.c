// SPDX-License-Identifier: GPL-3.0-or-later
/* Descriptors, the run page's mapping and the guest's memory go in every order; what is left works. */
#include "calls.h"

GUEST(spin, PLAIN, "1: " G_JUMP(1b));
GUEST(out_loop, PLAIN, "1: " G_INC(VALUE) GUEST_VALUE G_JUMP(1b));

enum part { DEVICE, VM, VCPU, PAGE_MAP, MEMORY, PARTS };

struct all {
	int device;
	struct vm vm;
	struct vcpu v;
	bool gone[PARTS];
};

static void make(struct all *a)
{
	memset(a, 0, sizeof(*a));
	a->device = open_device();
	BOOT(&a->vm, &a->v, 0, PLAIN, out_loop);
}

static void take(struct all *a, enum part part)
{
	a->gone[part] = true;
	switch (part) {
	case DEVICE:
		close(a->device);
		break;
	case VM:
		close(a->vm.fd);
		break;
	case VCPU:
		close(a->v.fd);
		break;
	case PAGE_MAP:
		munmap(a->v.run, info()->run_size);
		break;
	default:
		munmap(a->vm.ram, RAM_SIZE);
		break;
	}
}

/* What still can be done works. */
static bool works(struct all *a)
{
	struct axvcpu_info i = { .size = sizeof(i) };
	long ret;

	if (!a->gone[DEVICE] && call(a->device, AXVCPU_GET_INFO, &i))
		return false;
	if (!a->gone[VM]) {
		int fd = create_vcpu(a->vm.fd, 7);

		if (fd < 0)
			return false;
		close(fd);
	}
	if (!a->gone[PAGE_MAP])
		*(volatile u32 *)&a->v.run->request_flags = 0;
	if (a->gone[VCPU])
		return true;
	if (state_of(&a->v) != AXVCPU_STATE_READY)
		return false;
	ret = run(&a->v);
	if (ret)
		return false;
	if (a->gone[PAGE_MAP])
		return true;
	if (a->v.run->exit.reason == AXVCPU_EXIT_NOTHING)
		return true;
	return a->v.run->exit.reason ==
	       (a->gone[MEMORY] ? AXVCPU_EXIT_NESTED_PAGE_FAULT : REASON_SAY);
}

/* All 120 orders of five. */
static void check_orders(void)
{
	unsigned int order[PARTS], n, code, i, j, wrong = 0, orders = 0;
	long users = module_users();
	struct all a;

	for (code = 0; code < 120; code++) {
		unsigned int left[PARTS] = { DEVICE, VM, VCPU, PAGE_MAP, MEMORY }, rest = code;

		for (n = 0; n < PARTS; n++) {
			i = rest % (PARTS - n);
			rest /= PARTS - n;
			order[n] = left[i];
			for (j = i; j + 1 < PARTS - n; j++)
				left[j] = left[j + 1];
		}
		make(&a);
		for (n = 0; n < PARTS; n++) {
			if (!works(&a)) {
				wrong++;
				note("order %u%u%u%u%u fails before step %u", order[0], order[1],
				     order[2], order[3], order[4], n);
				break;
			}
			take(&a, order[n]);
		}
		orders++;
		for (; n < PARTS; n++)
			take(&a, order[n]);
	}
	CHECK_EQ(wrong, 0, "%u orders", orders);
	CHECK(WAIT_FOR(module_users() == users, 2000), "nothing is left");
}

/* The descriptor is closed while a thread is in RUN: nothing changes for it. */
static void check_close_in_run(u32 state)
{
	struct stage s;
	int other;

	stage_enter(&s, state, false);
	other = dup(s.v.fd);
	close(s.v.fd);
	close(s.vm.fd);
	sleep_ms(20);
	CHECK(!s.runner.ended, "%s: closing its descriptors does not end RUN", stage_name(&s));
	s.v.fd = other;
	NEED_RET(kick(&s.v));
	runner_join(&s.runner);
	CHECK_RET(s.runner.result, 0, "%s: KICK by a second descriptor does", stage_name(&s));
	CHECK_EQ(s.v.run->exit.u.nothing.cause, AXVCPU_CAUSE_KICK, "%s: with its cause",
		 stage_name(&s));
	CHECK_RET(call(s.v.fd, AXVCPU_RESET, NULL), 0, "%s: and the vCPU lives", stage_name(&s));
	munmap(s.v.run, info()->run_size);
	close(other);
	munmap(s.vm.ram, RAM_SIZE);
}

/* The last descriptor is closed in RUN; a signal ends it, and the vCPU goes. */
static void check_last_in_run(void)
{
	long users = module_users();
	struct stage s;

	stage_enter(&s, AXVCPU_STATE_CREATED, false);
	START(&s.v, PLAIN, spin);
	s.v.run->deadline_ns = now_ns() + 300 * MS;
	runner_start(&s.runner, &s.v, -1);
	NEED(WAIT_FOR(state_of(&s.v) == AXVCPU_STATE_RUNNING, 2000), "it runs");
	close(s.v.fd);
	close(s.vm.fd);
	runner_join(&s.runner);
	/* Nobody can call RUN again, and NOTHING may be spurious: SIGNAL serves too. */
	CHECK_EQ(s.v.run->exit.reason, AXVCPU_EXIT_NOTHING, "closed for the last time in RUN");
	CHECK(s.v.run->exit.u.nothing.cause == AXVCPU_CAUSE_DEADLINE ||
	      s.v.run->exit.u.nothing.cause == AXVCPU_CAUSE_SIGNAL,
	      "it goes on to its deadline");
	munmap(s.v.run, info()->run_size);
	munmap(s.vm.ram, RAM_SIZE);
	CHECK(WAIT_FOR(module_users() == users, 2000), "nothing is left");
}

/* A mapping that outlives its descriptor is memory of nobody else. */
static void check_page_outlives(void)
{
	struct axvcpu_run copy;
	unsigned int i, changed = 0;
	struct all a;

	make(&a);
	NEED_RET(run(&a.v));
	take(&a, VCPU);
	take(&a, VM);
	memcpy(&copy, a.v.run, sizeof(copy));
	for (i = 0; i < 20; i++) {
		struct all b;

		make(&b);
		NEED_RET(run(&b.v));
		take(&b, VCPU);
		take(&b, PAGE_MAP);
		take(&b, VM);
		take(&b, MEMORY);
		take(&b, DEVICE);
		changed += memcmp(&copy, a.v.run, sizeof(copy)) != 0;
	}
	CHECK_EQ(changed, 0, "the run page stays what it was, whatever others do");
	take(&a, PAGE_MAP);
	take(&a, MEMORY);
	take(&a, DEVICE);
}

int main(void)
{
	close(open_device());
	check_orders();
	check_close_in_run(AXVCPU_STATE_RUNNING);
	check_close_in_run(AXVCPU_STATE_BLOCKED);
	check_last_in_run();
	check_page_outlives();
	return finish();
}
