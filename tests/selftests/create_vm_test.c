// SPDX-License-Identifier: GPL-3.0-or-later
/* CREATE_VM: behaviours, the limit of descriptors, many VMs. */
#include <fcntl.h>
#include <sys/resource.h>

#include "guest.h"

static const struct {
	u64 behaviour;
	u64 capability;
	const char *name;
} behaviours[] = {
	{ AXVCPU_VM_POWEROFF_PORT, AXVCPU_CAP_POWEROFF_PORT, "POWEROFF_PORT" },
	{ AXVCPU_VM_HALT_IN_KERNEL, AXVCPU_CAP_HALT_IN_KERNEL, "HALT_IN_KERNEL" },
	{ AXVCPU_VM_IDLE_EXITS, AXVCPU_CAP_IDLE_EXITS, "IDLE_EXITS" },
	{ AXVCPU_VM_IRQCHIP, AXVCPU_CAP_IRQCHIP, "IRQCHIP" },
	{ AXVCPU_VM_INTERRUPT_EXITS, AXVCPU_CAP_INTERRUPT_EXITS, "INTERRUPT_EXITS" },
};

static void check_behaviours(void)
{
	unsigned int i, bit;
	long ret;

	for (i = 0; i < ARRAY_SIZE(behaviours); i++) {
		bool offered = info()->capabilities & behaviours[i].capability;

		ret = create_vm(behaviours[i].behaviour);
		CHECK_RET(ret > 0 ? 0 : ret, offered ? 0 : -EOPNOTSUPP, "behaviour %s, %soffered",
			  behaviours[i].name, offered ? "" : "not ");
		if (ret > 0)
			close((int)ret);
	}
	for (bit = 5; bit < 64; bit++)
		EXPECT_RET(create_vm(1ULL << bit), -EINVAL, "unknown behaviour, bit %u", bit);
	CHECK_RET(create_vm(1ULL << 63 | AXVCPU_VM_IRQCHIP), -EINVAL,
		  "unknown behaviour comes before an absent one");
	COVERS("CREATE_VM", "-", "good");
	COVERS("CREATE_VM", "-", "bad value");
}

static int without_descriptors(void *unused)
{
	int device = open_device(), next = dup(device);
	struct axvcpu_create_vm args = { .size = sizeof(args) };
	struct rlimit limit;
	long ret;

	(void)unused;
	close(next);
	limit.rlim_cur = limit.rlim_max = (rlim_t)next;
	setrlimit(RLIMIT_NOFILE, &limit);
	ret = call(device, AXVCPU_CREATE_VM, &args);
	return ret == -EMFILE ? 0 : 1;
}

static void check_many(void)
{
	enum { MANY = 200 };
	static int fd[MANY];
	unsigned int i, made = 0;
	long users = module_users();

	for (i = 0; i < MANY; i++) {
		fd[i] = create_vm(0);
		made += fd[i] >= 0;
	}
	CHECK_EQ(made, MANY, "%u VMs in one process", MANY);
	for (i = 0; i < MANY; i++)
		if (fd[i] >= 0)
			close(fd[(i * 7) % MANY]);
	CHECK(WAIT_FOR(module_users() == users, 1000), "closed, none of them holds the module");
	COVERS("CREATE_VM", "-", "boundary");
}

static void *create_and_close(void *unused)
{
	u64 until = now_ns() + SECOND / 2;
	long bad = 0;

	(void)unused;
	while (now_ns() < until) {
		int fd = create_vm(0);

		if (fd >= 0)
			close(fd);
		else
			bad = fd;
	}
	return (void *)bad;
}

/* The extension goes on with the first and off with the last, all the time. */
static void check_race(void)
{
	pthread_t thread[4];
	unsigned int i;
	void *bad;

	for (i = 0; i < 4; i++)
		thread[i] = start_thread(create_and_close, NULL);
	for (i = 0; i < 4; i++) {
		pthread_join(thread[i], &bad);
		CHECK_RET((long)bad, 0, "thread %u of four that make and close VMs", i);
	}
	COVERS("CREATE_VM", "-", "racing");
}

int main(void)
{
	open_device();
	check_behaviours();
	CHECK_EQ(in_child(without_descriptors, NULL), 0, "EMFILE without a free descriptor");
	check_many();
	check_race();
	return finish();
}
