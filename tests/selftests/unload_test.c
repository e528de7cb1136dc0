// SPDX-License-Identifier: GPL-3.0-or-later
/* The module can't be unloaded while anything of it is in use, and can afterwards, many times. */
#include <fcntl.h>
#include <sys/syscall.h>

#include "calls.h"

static long unload(void)
{
	return syscall(SYS_delete_module, "axvcpu", O_NONBLOCK) ? -errno : 0;
}

static void reload(void)
{
	NEED(!system("modprobe axvcpu"), "modprobe axvcpu");
	NEED(WAIT_FOR(!access(AXVCPU_DEVICE, F_OK), 2000), "no %s after modprobe", AXVCPU_DEVICE);
}

static void refused(const char *what)
{
	long ret = unload();

	CHECK_RET(ret, -EWOULDBLOCK, "unload with %s", what);
	if (!ret)
		reload();
}

static void check_refused(void)
{
	struct stage s;
	int device = open_device();
	void *page;

	refused("the device open");
	close(device);
	stage_enter(&s, AXVCPU_STATE_READY, false);
	refused("a VM and a vCPU");
	close(s.vm.fd);
	refused("a vCPU");
	page = s.v.run;
	close(s.v.fd);
	refused("a run page mapped");
	munmap(page, info()->run_size);
	munmap(s.vm.ram, RAM_SIZE);
	stage_enter(&s, AXVCPU_STATE_RUNNING, false);
	refused("a thread in RUN");
	stage_leave(&s);
	stage_enter(&s, AXVCPU_STATE_BLOCKED, false);
	refused("a thread in Blocked");
	stage_leave(&s);
}

/* Unload directly behind the last close: the notifier and RCU may still have work. */
static void check_cycles(void)
{
	unsigned int i, unloaded = 0, cycles = checking_kernel() ? 3 : 6;

	for (i = 0; i < cycles; i++) {
		struct stage s;
		u8 *more = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				-1, 0);

		stage_enter(&s, AXVCPU_STATE_RUNNING, false);
		NEED_RET(set_memory(s.vm.fd, HOLE, more, 4 << 20, 0));
		stage_leave(&s);
		munmap(more, 4 << 20);
		unloaded += WAIT_FOR(!unload(), 2000);
		CHECK(access(AXVCPU_DEVICE, F_OK), "cycle %u: without the module there is no device",
		      i);
		/* mm changes that the notifier would have followed */
		munmap(mmap(NULL, 4 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4 << 20);
		reload();
	}
	CHECK_EQ(unloaded, cycles, "unload directly after use, %u times", cycles);
}

struct opener {
	volatile bool stop;
	u64 opened;
};

static void *keep_opening(void *argument)
{
	struct opener *o = argument;

	while (!o->stop) {
		int fd = open(AXVCPU_DEVICE, O_RDWR | O_CLOEXEC);

		if (fd < 0)
			continue;
		o->opened++;
		close(fd);
	}
	return NULL;
}

/* Behind one use each, nothing of an earlier module is in the way. */
static void check_often(void)
{
	unsigned int i, unloaded = 0, often = checking_kernel() ? 10 : 100;

	for (i = 0; i < often; i++) {
		close((int)NEED_RET(create_vm(0)));
		unloaded += WAIT_FOR(!unload(), 2000);
		reload();
	}
	CHECK_EQ(unloaded, often, "unload and load, %u times", often);
}

/* Openers race with unload: each gets the device or not. */
static void check_race(void)
{
	struct opener o = { false, 0 };
	pthread_t thread = start_thread(keep_opening, &o);
	unsigned int i, unloaded = 0;

	for (i = 0; i < (checking_kernel() ? 2U : 4U); i++) {
		if (WAIT_FOR(!unload(), 1000)) {
			unloaded++;
			reload();
		}
		sleep_ms(20);
	}
	o.stop = true;
	end_thread(thread);
	note("%llu times opened, %u times unloaded", (unsigned long long)o.opened, unloaded);
	CHECK(!access(AXVCPU_DEVICE, F_OK), "the module is there at the end");
}

int main(void)
{
	struct stage s;

	close(open_device());
	if (access("/sys/module/axvcpu/refcnt", F_OK))
		skip("axvcpu is no module that can be unloaded here");
	check_refused();
	if (unload()) {
		CHECK(WAIT_FOR(!unload(), 2000), "unload after the last close");
	} else {
		CHECK(true, "unload after the last close");
	}
	reload();
	check_cycles();
	check_often();
	check_race();
	stage_enter(&s, AXVCPU_STATE_RUNNING, false);
	stage_leave(&s);
	CHECK(true, "and after all of it a guest runs");
	return finish();
}
