// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Every allocation and every copy from and to user space of every call fails once
 * (/proc/self/fail-nth of a debug kernel): the call says -ENOMEM or -EFAULT or
 * succeeds, leaves nothing behind, and works afterwards.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/syscall.h>

#include "calls.h"

GUEST(touch, WIDE, G_STORE GUEST_DONE);
GUEST(several, WIDE, G_SAY_SEVERAL GUEST_DONE);

static int fail_nth = -1;

static bool arm(unsigned int n)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", n);

	return pwrite(fail_nth, text, (size_t)length, 0) == length;
}

/* Did the failure happen? The file reads 0 then; else reading it may be what fails. */
static bool disarm(void)
{
	char text[16] = { 0 };
	ssize_t length = pread(fail_nth, text, sizeof(text) - 1, 0);
	bool happened = length > 0 && !atoi(text);

	NEED(length > 0 || errno == EFAULT, "fail-nth: %s", strerror(errno));
	arm(0);
	return happened;
}

static void setup_failures(void)
{
	static const char *const directory[] = { "failslab", "fail_page_alloc" };
	char path[128];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(directory); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s/ignore-gfp-wait", directory[i]);
		write_text(path, "N");
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s/verbose", directory[i]);
		write_text(path, "0");
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s/min-order", directory[i]);
		write_text(path, "0");
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s/ignore-gfp-highmem", directory[i]);
		write_text(path, "N");
	}
	fail_nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_nth < 0)
		skip("no /proc/self/fail-nth: not a kernel with fault injection");
}

struct subject {
	struct vm vm;
	struct vcpu v;
	u8 *memory;
};

/**
 * struct step - what is tried with failures
 * @before: make what it needs
 * @run: the call: 0 or -errno
 * @after: undo
 */
struct step {
	const char *name;
	void (*before)(struct subject *s);
	long (*run)(struct subject *s);
	void (*after)(struct subject *s, long ret);
};

static void nothing(struct subject *s)
{
	(void)s;
}

static long try_create_vm(struct subject *s)
{
	static int device = -1;
	struct axvcpu_create_vm args = { .size = sizeof(args) };

	(void)s;
	if (device < 0)
		device = open_device();
	return call(device, AXVCPU_CREATE_VM, &args);
}

static void close_fd(struct subject *s, long fd)
{
	(void)s;
	if (fd >= 0)
		close((int)fd);
}

static void with_vm(struct subject *s)
{
	vm_new(&s->vm, 0);
	s->memory = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(s->memory, 1, 64 * PAGE);
}

static void without_vm(struct subject *s, long ret)
{
	(void)ret;
	munmap(s->memory, 4 << 20);
	vm_free(&s->vm);
}

static long try_create_vcpu(struct subject *s)
{
	return create_vcpu(s->vm.fd, 0);
}

static void close_vcpu(struct subject *s, long fd)
{
	close_fd(s, fd);
	without_vm(s, 0);
}

static long try_memory(struct subject *s)
{
	return set_memory(s->vm.fd, HOLE, s->memory, 64 * PAGE, 0);
}

static long try_pin(struct subject *s)
{
	return set_memory(s->vm.fd, HOLE, s->memory, 64 * PAGE, AXVCPU_MEM_PIN);
}

static void with_region(struct subject *s)
{
	with_vm(s);
	NEED_RET(try_memory(s));
}

static long try_delete(struct subject *s)
{
	return set_memory(s->vm.fd, HOLE, NULL, 0, AXVCPU_MEM_DELETE);
}

static void with_vcpu(struct subject *s)
{
	with_vm(s);
	vcpu_new(&s->v, &s->vm, 0);
}

static void without_vcpu(struct subject *s, long ret)
{
	vcpu_free(&s->v);
	without_vm(s, ret);
}

static long try_setup(struct subject *s)
{
	return setup_vcpu(&s->v, MODE_WIDE, CODE);
}

static void with_free(struct subject *s)
{
	with_vcpu(s);
	NEED_RET(setup_vcpu(&s->v, MODE_WIDE, CODE));
}

static long try_get_regs(struct subject *s)
{
	static u8 bytes[65536];

	return get_block(&s->v, AXVCPU_BLOCK_FPU, bytes);
}

static long try_set_one_reg(struct subject *s)
{
	struct axvcpu_one_reg r = { .size = sizeof(r),
				    .id = AXVCPU_REG(AXVCPU_BLOCK_GENERAL, 8, 3) };

	return call(s->v.fd, AXVCPU_SET_ONE_REG, &r);
}

static void with_guest(struct subject *s)
{
	with_vcpu(s);
	NEED_RET(try_memory(s));
	START(&s->v, WIDE, touch);
	set_gpr(&s->v, REG_ADDRESS, reach(&s->vm, HOLE) + 5 * PAGE);
}

/* The guest's page faults: all tables on the way, again after each failure. */
static long try_run(struct subject *s)
{
	long ret;

	do
		ret = run(&s->v);
	while (!ret && s->v.run->exit.reason == AXVCPU_EXIT_NOTHING);
	if (!ret && s->v.run->exit.reason != REASON_SAY &&
	    !(s->v.run->exit.reason == AXVCPU_EXIT_NESTED_PAGE_FAULT &&
	      (s->v.run->exit.u.npf.host_errno == ENOMEM ||
	       s->v.run->exit.u.npf.host_errno == EFAULT))) {
		note("%s", exit_text(&s->v));
		return -EPROTO;
	}
	return ret ? ret : s->v.run->exit.reason == REASON_SAY ? 0 : -ENOMEM;
}

static void with_several(struct subject *s)
{
	with_vcpu(s);
	START(&s->v, WIDE, several);
}

static void with_huge(struct subject *s)
{
	with_guest(s);
	madvise(s->memory, 4 << 20, MADV_HUGEPAGE);
}

static const struct step steps[] = {
	{ "CREATE_VM", nothing, try_create_vm, close_fd },
	{ "CREATE_VCPU", with_vm, try_create_vcpu, close_vcpu },
	{ "SET_MEMORY", with_vm, try_memory, without_vm },
	{ "SET_MEMORY with PIN", with_vm, try_pin, without_vm },
	{ "SET_MEMORY with DELETE", with_region, try_delete, without_vm },
	{ "SETUP", with_vcpu, try_setup, without_vcpu },
	{ "GET_REGS", with_free, try_get_regs, without_vcpu },
	{ "SET_ONE_REG", with_free, try_set_one_reg, without_vcpu },
	{ "RUN", with_guest, try_run, without_vcpu },
	{ "RUN with an instruction that is several accesses", with_several, try_run, without_vcpu },
	{ "RUN with huge pages", with_huge, try_run, without_vcpu },
};

static void check(const struct step *step)
{
	long users = module_users();
	unsigned int n, failed = 0;
	bool happened = true;
	struct subject s;

	for (n = 1; happened && n < 200; n++) {
		long ret, again = 0;

		step->before(&s);
		NEED(arm(n), "arm");
		ret = step->run(&s);
		happened = disarm();
		if (ret == -ENOMEM || (happened && ret == -EFAULT)) {
			failed++;
			again = step->run(&s);
			if (again < 0)
				CHECK_RET(again, 0, "%s after its operation %u failed", step->name, n);
		} else if (ret < 0) {
			CHECK_RET(ret, -ENOMEM, "%s whose operation %u fails", step->name, n);
		}
		step->after(&s, ret < 0 ? again : ret);
	}
	CHECK(!happened, "%s: %u operations that can fail, %u errors", step->name, n - 2, failed);
	CHECK(WAIT_FOR(module_users() == users, 2000), "%s: nothing is left", step->name);
	COVERS(step->name, "-", "ENOMEM");
}

int main(void)
{
	unsigned int i;

	close(open_device());
	setup_failures();
	close((int)NEED_RET(try_create_vm(NULL)));
	for (i = 0; i < ARRAY_SIZE(steps); i++)
		check(&steps[i]);
	return finish();
}
