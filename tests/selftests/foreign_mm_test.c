// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Another process with the descriptors, by fork and over a socket, or the same
 * one after exec: KICK, INJECT of interrupts, GET_STATE and GET_STATS work, all
 * else is -EIO; the run page does not come along.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/socket.h>

#include "calls.h"

GUEST(spin, PLAIN, "1: " G_JUMP(1b));

static struct stage s;

/* The checks in the other process; its exit status is the number that failed. */
static int try_calls(int vm, int vcpu, const char *how)
{
	union call_argument argument;
	const struct abi_call *c;

	for_each_call(c) {
		if (c->on == ON_DEVICE || !call_is_there(c))
			continue;
		fill_argument(c, &argument);
		CHECK_RET(make_call(c, c->on == ON_VM ? vm : vcpu, &argument),
			  c->shared ? 0 : -EIO, "%s: %s", how, c->name);
		COVERS(c->name, c->on == ON_VM ? "-" : stage_name(&s), "foreign");
	}
	CHECK_RET(inject_any_exception(&(struct vcpu){ .fd = vcpu }), -EIO,
		  "%s: INJECT of an exception", how);
	CHECK_RET(inject(&(struct vcpu){ .fd = vcpu }, AXVCPU_EVENT_NMI, 0),
		  info()->capabilities & AXVCPU_CAP_NMI ? 0 : -EOPNOTSUPP, "%s: INJECT of an NMI",
		  how);
	CHECK(mmap(NULL, info()->run_size, PROT_READ, MAP_SHARED, vcpu, 0) == MAP_FAILED &&
		      errno == EIO,
	      "%s: the run page can't be mapped", how);
	return failures;
}

static sigjmp_buf no_page;

static void on_fault(int signal)
{
	siglongjmp(no_page, signal);
}

static int after_fork(void *argument)
{
	struct axvcpu_create_vm args = { .size = sizeof(args) };
	int device = *(int *)argument;
	long ret;

	try_calls(s.vm.fd, s.v.fd, "after fork");
	ret = call(device, AXVCPU_CREATE_VM, &args);
	CHECK(ret >= 0, "after fork: a VM of its own from the parent's device");
	signal(SIGSEGV, on_fault);
	if (!sigsetjmp(no_page, 1)) {
		(void)*(volatile u32 *)&s.v.run->state;
		CHECK(false, "after fork: the run page is not there");
	} else {
		CHECK(true, "after fork: the run page is not there");
	}
	return failures;
}

/* A process that was there before the VM gets it over a socket. */
static int over_socket(void *argument)
{
	int socket = *(int *)argument, vm = receive_fd(socket), vcpu = receive_fd(socket);

	s.state = AXVCPU_STATE_READY;
	return try_calls(vm, vcpu, "over a socket");
}

/* The descriptors kept over exec, in the same process: another mm. */
static int exec_again(void *argument)
{
	char vm[16], vcpu[16], *words[] = { "foreign_mm_test", "exec", vm, vcpu, NULL };
	struct stage mine;

	(void)argument;
	stage_enter(&mine, AXVCPU_STATE_READY, false);
	fcntl(mine.vm.fd, F_SETFD, 0);
	fcntl(mine.v.fd, F_SETFD, 0);
	snprintf(vm, sizeof(vm), "%d", mine.vm.fd);
	snprintf(vcpu, sizeof(vcpu), "%d", mine.v.fd);
	execv("/proc/self/exe", words);
	return 99;
}

/* Without that they are gone. */
static int exec_closed(void *argument)
{
	char fd[16], *words[] = { "foreign_mm_test", "closed", fd, NULL };
	struct stage mine;

	(void)argument;
	stage_enter(&mine, AXVCPU_STATE_READY, false);
	snprintf(fd, sizeof(fd), "%d", mine.v.fd);
	execv("/proc/self/exe", words);
	return 99;
}

/* Fork while a thread is in RUN: the guest goes on in the parent. */
static int do_nothing(void *argument)
{
	(void)argument;
	return 0;
}

static void check_fork_in_run(void)
{
	struct stage running;
	unsigned int i, bad = 0;

	stage_enter(&running, AXVCPU_STATE_RUNNING, false);
	for (i = 0; i < 20; i++)
		bad += in_child(do_nothing, NULL) != 0;
	CHECK_EQ(bad, 0, "fork while a thread is in RUN");
	CHECK(WAIT_FOR(state_of(&running.v) == AXVCPU_STATE_RUNNING, 1000) && !running.runner.ended,
	      "which goes on");
	stage_leave(&running);
}

int main(int argc, char **argv)
{
	long users = module_users();
	int pair[2], device = open_device();
	pid_t pid;

	if (argc == 4) {
		s.state = AXVCPU_STATE_READY;
		try_calls(atoi(argv[2]), atoi(argv[3]), "after exec");
		return failures;
	}
	if (argc == 3)
		return fcntl(atoi(argv[2]), F_GETFD) < 0 ? 0 : 1;
	NEED(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	pid = start_child(over_socket, &pair[1]);
	stage_enter(&s, AXVCPU_STATE_READY, false);
	send_fd(pair[0], s.vm.fd);
	send_fd(pair[0], s.v.fd);
	CHECK_EQ(end_child(pid), 0, "over a socket: all as it should be");
	NEED_RET(call(s.v.fd, AXVCPU_RESET, NULL));
	START(&s.v, PLAIN, spin);
	CHECK_EQ(in_child(after_fork, &device), 0, "after fork: all as it should be");
	CHECK_EQ(state_of(&s.v), AXVCPU_STATE_READY, "the vCPU is as it was");
	CHECK_EQ(in_child(exec_again, NULL), 0, "after exec: all as it should be");
	CHECK_EQ(in_child(exec_closed, NULL), 0, "after exec: the descriptors are closed");
	check_fork_in_run();
	s.state = AXVCPU_STATE_READY;
	stage_leave(&s);
	close(device);
	CHECK(WAIT_FOR(module_users() == users, 2000), "nothing is left");
	return finish();
}
