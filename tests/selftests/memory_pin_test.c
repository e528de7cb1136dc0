// SPDX-License-Identifier: GPL-3.0-or-later
/* PIN: charged to RLIMIT_MEMLOCK and given back; what can't be pinned fails; it holds its pages. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "guest.h"

#define REGION	HOLE
#define PAGES	64
#define LENGTH	(PAGES * PAGE)

GUEST(reader, WIDE, G_LOAD GUEST_DONE);

static long pinned_kib(void)
{
	char line[256];
	long value = 0;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "VmPin:", 6) || !strncmp(line, "VmLck:", 6))
			value += strtol(line + 6, NULL, 10);
	if (f)
		fclose(f);
	return value;
}

static u8 *memory(void)
{
	u8 *m = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	NEED(m != MAP_FAILED, "mmap");
	return m;
}

static u64 guest_read(struct vcpu *v, u64 gpa)
{
	if (state_of(v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v->fd, AXVCPU_RESET, NULL));
	START(v, WIDE, reader);
	set_gpr(v, REG_ADDRESS, gpa);
	run_to_port(v, PORT_DONE);
	return gpr(v, REG_VALUE);
}

static void check_charge(void)
{
	long before = pinned_kib();
	u8 *m = memory();
	struct vcpu v;
	struct vm vm;
	u64 faults;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	CHECK_RET(set_memory(vm.fd, REGION, m, LENGTH, AXVCPU_MEM_PIN), 0, "PIN");
	CHECK_EQ(pinned_kib() - before, LENGTH / 1024, "is charged");
	*(u64 *)(m + 5 * PAGE) = 0x1234;
	guest_read(&v, DATA);
	faults = get_stats(&v).faults;
	CHECK_EQ(guest_read(&v, REGION + 5 * PAGE), 0x1234, "the guest reads it");
	CHECK_EQ(get_stats(&v).faults, faults, "without a fault: it is mapped at once");
	CHECK_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE), 0, "DELETE");
	CHECK_EQ(pinned_kib(), before, "gives the charge back");
	CHECK_RET(set_memory(vm.fd, REGION, m, LENGTH, AXVCPU_MEM_PIN), 0, "PIN again");
	vcpu_free(&v);
	vm_free(&vm);
	CHECK(WAIT_FOR(pinned_kib() == before, 1000), "so does the end of the VM");
	munmap(m, LENGTH);
}

static int limited(void *argument)
{
	struct rlimit limit = { 16 * PAGE, 16 * PAGE };
	u8 *m = memory();
	int bad = 0, vm;

	(void)argument;
	/* Root with CAP_IPC_LOCK is not limited: drop it. */
	setrlimit(RLIMIT_MEMLOCK, &limit);
	vm = create_vm(0);
	if (vm < 0 || setgid(65534) || setuid(65534))
		return 100;
	bad |= set_memory(vm, 0, m, LENGTH, AXVCPU_MEM_PIN) != -ENOMEM;
	bad |= (set_memory(vm, 0, m, 16 * PAGE, AXVCPU_MEM_PIN) != 0) << 1;
	bad |= (set_memory(vm, 1 << 20, m, PAGE, AXVCPU_MEM_PIN) != -ENOMEM) << 2;
	bad |= (set_memory(vm, 0, NULL, 0, AXVCPU_MEM_DELETE) != 0) << 3;
	bad |= (set_memory(vm, 1 << 20, m, PAGE, AXVCPU_MEM_PIN) != 0) << 4;
	return bad;
}

static void check_refused(void)
{
	int exe = open("/proc/self/exe", O_RDONLY);
	u8 *file = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, exe, 0);
	u8 *hole = memory();
	struct vm vm;
	long before, ret;

	vm_new(&vm, 0);
	before = pinned_kib();
	munmap(hole + 8 * PAGE, PAGE);
	CHECK_RET(set_memory(vm.fd, REGION, hole, 16 * PAGE, AXVCPU_MEM_PIN), -EFAULT,
		  "PIN of memory with a hole");
	mprotect(hole, PAGE, PROT_READ);
	CHECK_RET(set_memory(vm.fd, REGION, hole, PAGE, AXVCPU_MEM_PIN), -EFAULT,
		  "PIN of memory that can't be written");
	CHECK_EQ(pinned_kib(), before, "a refused PIN is not charged");
	ret = set_memory(vm.fd, REGION, file, PAGE, AXVCPU_MEM_PIN);
	note("PIN of a private file mapping: %s", ret ? strerror((int)-ret) : "taken");
	CHECK_RET(set_memory(vm.fd, REGION + PAGE, hole + 2 * PAGE, PAGE,
			     AXVCPU_MEM_PIN | AXVCPU_MEM_READONLY), 0, "PIN and READONLY");
	vm_free(&vm);
	munmap(hole, LENGTH);
	close(exe);
}

/* A pinned page stays the guest's when the owner unmaps or discards it; nothing breaks. */
static void check_unmap(void)
{
	u8 *m = memory();
	struct vcpu v;
	struct vm vm;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	*(u64 *)m = 0x77;
	NEED_RET(set_memory(vm.fd, REGION, m, LENGTH, AXVCPU_MEM_PIN));
	CHECK_EQ(guest_read(&v, REGION), 0x77, "a pinned page");
	munmap(m, LENGTH);
	guest_read(&v, DATA);
	v.run->deadline_ns = now_ns() + SECOND;
	{
		RESTART(&v, WIDE, reader);
		set_gpr(&v, REG_ADDRESS, REGION);
		NEED_RET(run(&v));
		note("after munmap: %s", exit_text(&v));
		CHECK(v.run->exit.reason == REASON_SAY ?
			      gpr(&v, REG_VALUE) == 0x77 :
			      v.run->exit.reason == AXVCPU_EXIT_NESTED_PAGE_FAULT,
		      "unmapped, the guest keeps its page or loses it");
	}
	v.run->deadline_ns = 0;
	vcpu_free(&v);
	vm_free(&vm);
}

static long long vmstat(const char *name)
{
	char line[128];
	long long value = -1;
	FILE *f = fopen("/proc/vmstat", "r");

	while (f && value < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ' ')
			value = atoll(line + strlen(name));
	if (f)
		fclose(f);
	return value;
}

/* Pages that are pinned now, by anybody */
static long long pinned_pages(void)
{
	write_text("/proc/sys/vm/stat_refresh", "1"); /* from each CPU's own counters */
	return vmstat("nr_foll_pin_acquired") - vmstat("nr_foll_pin_released");
}

static int pin_and_go(void *argument)
{
	int socket = *(int *)argument, vm = create_vm(0);
	char byte;

	NEED_RET(set_memory(vm, 0, memory(), LENGTH, AXVCPU_MEM_PIN));
	send_fd(socket, vm);
	return read(socket, &byte, 1) == 1 ? 0 : 1;
}

/* The owner goes and another process keeps the fd: the pages are free all the same. */
static void check_owner_gone(void)
{
	long long before = pinned_pages();
	int pair[2], fd;
	pid_t pid;

	NEED(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	pid = start_child(pin_and_go, &pair[1]);
	fd = receive_fd(pair[0]);
	CHECK_EQ(pinned_pages() - before, LENGTH / PAGE, "a child has pinned its pages");
	NEED(write(pair[0], "x", 1) == 1, "write");
	CHECK_EQ(end_child(pid), 0, "it ends");
	CHECK(WAIT_FOR(pinned_pages() == before, 2000), "they go with it, though its VM's fd is here");
	close(fd);
	CHECK_EQ(pinned_pages(), before, "once, not twice");
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	if (!(info()->capabilities & AXVCPU_CAP_PIN))
		skip("no AXVCPU_CAP_PIN");
	check_charge();
	CHECK_EQ(in_child(limited, NULL), 0, "RLIMIT_MEMLOCK");
	check_refused();
	check_unmap();
	check_owner_gone();
	COVERS("SET_MEMORY", "-", "PIN");
	return finish();
}
