// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * kill -9 during RUN, in Running, Blocked, in a device loop and while memory
 * changes: the process goes at once and its VM with it.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/wait.h>

#include "calls.h"

GUEST(io_loop, PLAIN, "1: " G_SAY(0x55) G_JUMP(1b));
GUEST(touch_loop, WIDE,
      "1: " G_SET(ADDRESS, 0x40000000) G_SET(COUNT, 0x1000)
      "2: " G_BUMP G_ADVANCE(0x1000) G_REPEAT(2b) G_JUMP(1b));

static int run_spin(void *unused)
{
	struct stage s;

	(void)unused;
	stage_enter(&s, AXVCPU_STATE_RUNNING, false);
	sleep_ms(60000);
	return 0;
}

static int run_halt(void *unused)
{
	struct stage s;

	(void)unused;
	stage_enter(&s, AXVCPU_STATE_BLOCKED, false);
	sleep_ms(60000);
	return 0;
}

static int run_io(void *unused)
{
	struct vm vm;
	struct vcpu v;

	(void)unused;
	BOOT(&vm, &v, 0, PLAIN, io_loop);
	for (;;)
		run(&v);
	return 0;
}

/* RUN in the main thread, which dies in it; memory is discarded by another. */
static void *discard(void *memory)
{
	for (;;)
		madvise(memory, 16 << 20, MADV_DONTNEED);
	return NULL;
}

static int run_touch(void *unused)
{
	u8 *memory = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vm vm;
	struct vcpu v;

	(void)unused;
	BOOT(&vm, &v, 0, WIDE, touch_loop);
	NEED_RET(set_memory(vm.fd, 0x40000000, memory, 16 << 20, 0));
	start_thread(discard, memory);
	for (;;)
		run(&v);
	return 0;
}

static int run_regions(void *unused)
{
	u8 *memory = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct stage s;
	u32 flags = 0;

	(void)unused;
	stage_enter(&s, AXVCPU_STATE_RUNNING, false);
	for (;;) {
		set_memory(s.vm.fd, HOLE, memory, 16 << 20, flags);
		set_memory(s.vm.fd, HOLE, NULL, 0, AXVCPU_MEM_DELETE);
		flags ^= AXVCPU_MEM_PIN;
	}
	return 0;
}

static int create_all(void *unused)
{
	struct stage s;

	(void)unused;
	for (;;) {
		stage_enter(&s, AXVCPU_STATE_READY, false);
		stage_leave(&s);
	}
	return 0;
}

static void check(int (*child)(void *unused), const char *name)
{
	u64 seed = 12345, slowest = 0;
	unsigned int i, wrong = 0, rounds = checking_kernel() ? 4 : 8;
	long users = module_users();

	for (i = 0; i < rounds; i++) {
		pid_t pid = start_child(child, NULL);
		u64 start;

		usleep(20000 * slowness() / 2 + (useconds_t)(random_next(&seed) % 100000));
		kill(pid, SIGKILL);
		start = now_ns();
		wrong += end_child(pid) != 256 + SIGKILL;
		if (now_ns() - start > slowest)
			slowest = now_ns() - start;
	}
	CHECK_EQ(wrong, 0, "kill -9 %s", name);
	CHECK(slowest < SECOND * slowness(), "%s: it goes soon (%llu ms)", name,
	      (unsigned long long)(slowest / MS));
	CHECK(WAIT_FOR(module_users() == users, 3000), "%s: and leaves nothing (%ld users, %ld)", name,
	      module_users(), users);
}

/* The vCPU's descriptor lives on in another process: it says EIO, and can be closed. */
static void check_survivor(void)
{
	long users = module_users();
	int pipes[2], fd;
	struct axvcpu_get_state state = { .size = sizeof(state) };
	struct stage s;
	pid_t pid;

	NEED(!pipe(pipes), "pipe");
	pid = fork();
	if (!pid) {
		/* The child is the owner and the parent gets its descriptors by pidfd. */
		stage_enter(&s, AXVCPU_STATE_RUNNING, false);
		if (write(pipes[1], &s.v.fd, sizeof(fd)) < 0)
			_exit(1);
		sleep_ms(60000);
		_exit(0);
	}
	NEED(read(pipes[0], &fd, sizeof(fd)) == sizeof(fd), "read");
	{
		int pidfd = (int)syscall(434 /* pidfd_open */, pid, 0);
		int mine = (int)syscall(438 /* pidfd_getfd */, pidfd, fd, 0);

		NEED(mine >= 0, "pidfd_getfd: %s", strerror(errno));
		kill(pid, SIGKILL);
		end_child(pid);
		NEED_RET(call(mine, AXVCPU_GET_STATE, &state));
		CHECK_EQ(state.state, AXVCPU_STATE_READY, "the owner killed, the vCPU is Ready");
		CHECK_RET(call_value(mine, AXVCPU_RUN, 0), -EIO, "and nobody can run it");
		CHECK_RET(call_value(mine, AXVCPU_KICK, 0), 0, "but KICK it");
		close(mine);
		close(pidfd);
	}
	CHECK(WAIT_FOR(module_users() == users, 3000), "closed, it leaves nothing");
}

int main(void)
{
	close(open_device());
	check(run_spin, "in Running");
	check(run_halt, "in Blocked");
	check(run_io, "between RUNs");
	check(run_touch, "while pages come and go");
	check(run_regions, "in SET_MEMORY");
	check(create_all, "while VMs are made");
	check_survivor();
	COVERS("RUN", "Running", "kill -9");
	COVERS("RUN", "Blocked", "kill -9");
	return finish();
}
