// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a VM and its vCPU through the very file operations that user space
 * calls, on the mock back end, with each of its fallible operations failing in
 * turn: an error comes out, and nothing stays behind.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/mman.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/uaccess.h>

#include "../../kmod/percpu.h"
#include "../../kmod/state.h"
#include "../../kmod/vm.h"
#include "mock.h"

struct unwind {
	struct mm_struct *mm;
	unsigned long user;	/* a page of user memory for arguments */
};

/* The process that loads the module lends its mm: a KUnit case has none. */
static struct mm_struct *lent_mm;

static int unwind_suite_init(struct kunit_suite *suite)
{
	lent_mm = current->mm;
	return lent_mm ? 0 : -EINVAL;
}

static int unwind_init(struct kunit *test)
{
	struct unwind *u = kunit_kzalloc(test, sizeof(*u), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, u);
	if (strcmp(axvcpu_arch->name, "mock")) {
		kunit_err(test, "load the module with backend=mock");
		return -EINVAL;
	}
	if (!mmget_not_zero(lent_mm))
		return -EINVAL;
	u->mm = lent_mm;
	kthread_use_mm(u->mm);
	u->user = vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, 0);
	test->priv = u;
	mock_reset();
	return IS_ERR_VALUE(u->user) ? -ENOMEM : 0;
}

static void unwind_exit(struct kunit *test)
{
	struct unwind *u = test->priv;

	if (!u)
		return;
	vm_munmap(u->user, PAGE_SIZE);
	kthread_unuse_mm(u->mm);
	mmput(u->mm);
}

/* An ioctl as user space makes it: the struct lies in user memory. */
static long unwind_ioctl(struct unwind *u, struct file *file, unsigned int cmd,
			 const void *args, size_t size)
{
	if (copy_to_user((void __user *)u->user, args, size))
		return -EFAULT;
	return file->f_op->unlocked_ioctl(file, cmd, size ? u->user : 0);
}

static struct file *unwind_file(int fd)
{
	struct file *file = fget(fd);

	close_fd(fd);
	return file;
}

/* A read that is pending, and its answer: complete(). */
static long unwind_answer(struct unwind *u, struct file *file)
{
	struct axvcpu_vcpu *vcpu = file->private_data;
	long ret;

	mock.pending = true;
	ret = unwind_ioctl(u, file, AXVCPU_RUN, NULL, 0);
	if (ret)
		return ret;
	vcpu->run->complete.action = AXVCPU_ANSWER_DONE;
	return unwind_ioctl(u, file, AXVCPU_RUN, NULL, 0);
}

/* A second-stage fault where no region is: emulate(). */
static long unwind_emulate(struct unwind *u, struct file *file)
{
	long ret;

	mock.out = AXVCPU_OUT_FAULT;
	ret = unwind_ioctl(u, file, AXVCPU_RUN, NULL, 0);
	mock.out = AXVCPU_OUT_EXIT;
	return ret;
}

/* Every step of a vCPU's life; the first error ends it. */
static long unwind_vcpu(struct unwind *u, struct file *file)
{
	struct axvcpu_setup setup = { .size = sizeof(setup), .entry = 16 };
	struct axvcpu_bind bind = { .size = sizeof(bind), .cpu = -1 };
	struct axvcpu_inject inject = { .size = sizeof(inject), .vector = 32 };
	struct axvcpu_inject exception = {
		.size = sizeof(exception),
		.type = AXVCPU_EVENT_EXCEPTION,
	};
	struct axvcpu_one_reg reg = {
		.size = sizeof(reg),
		.id = AXVCPU_REG(AXVCPU_BLOCK_GENERAL, 8, 3),
		.value = { 7 },
	};
	struct axvcpu_translate translate = { .size = sizeof(translate) };
	const struct {
		unsigned int cmd;
		const void *args;
		size_t size;
	} step[] = {
		{ AXVCPU_SETUP, &setup, sizeof(setup) },
		{ AXVCPU_BIND, &bind, sizeof(bind) },
		{ AXVCPU_SET_ONE_REG, &reg, sizeof(reg) },
		{ AXVCPU_GET_ONE_REG, &reg, sizeof(reg) },
		{ AXVCPU_INJECT, &inject, sizeof(inject) },
		{ AXVCPU_INJECT, &exception, sizeof(exception) },
		{ AXVCPU_TRANSLATE, &translate, sizeof(translate) },
		{ AXVCPU_RUN, NULL, 0 },
	}, end[] = {
		{ AXVCPU_UNBIND, NULL, 0 },
		{ AXVCPU_RESET, NULL, 0 },
	};
	unsigned int i;
	long ret = 0;

	for (i = 0; i < ARRAY_SIZE(step) && !ret; i++)
		ret = unwind_ioctl(u, file, step[i].cmd, step[i].args,
				   step[i].size);
	if (!ret)
		ret = unwind_answer(u, file);
	if (!ret)
		ret = unwind_emulate(u, file);
	for (i = 0; i < ARRAY_SIZE(end) && !ret; i++)
		ret = unwind_ioctl(u, file, end[i].cmd, NULL, 0);
	return ret;
}

static long unwind_life(struct unwind *u)
{
	struct axvcpu_create_vm create = { .size = sizeof(create) };
	struct axvcpu_create_vcpu vcpu_args = { .size = sizeof(vcpu_args),
						.favor_cpu = -1 };
	struct file *vm, *vcpu;
	long ret;

	ret = axvcpu_vm_create(&create);
	if (ret < 0)
		return ret;
	vm = unwind_file(ret);
	ret = unwind_ioctl(u, vm, AXVCPU_CREATE_VCPU, &vcpu_args,
			   sizeof(vcpu_args));
	if (ret >= 0) {
		vcpu = unwind_file(ret);
		ret = unwind_vcpu(u, vcpu);
		fput(vcpu);
	}
	fput(vm);
	flush_delayed_fput();
	return ret;
}

/*
 * flush_delayed_fput() does not wait for a file that the kernel's worker is closing at
 * that moment, on another CPU. The extension goes off last.
 */
static void unwind_nothing_left(struct kunit *test, int step)
{
	int patience = 1000;

	while (atomic_read(&mock.enabled) && patience--)
		msleep(1);
	KUNIT_EXPECT_EQ_MSG(test, atomic_read(&mock.vms), 0, "step %d", step);
	KUNIT_EXPECT_EQ_MSG(test, atomic_read(&mock.vcpus), 0, "step %d", step);
	KUNIT_EXPECT_EQ_MSG(test, atomic_read(&mock.enabled), 0, "step %d",
			    step);
}

static void unwind_every_operation(struct kunit *test)
{
	int step, steps;

	KUNIT_ASSERT_EQ(test, unwind_life(test->priv), 0L);
	unwind_nothing_left(test, 0);
	steps = atomic_read(&mock.steps);
	KUNIT_EXPECT_GT(test, steps, 20);
	for (step = 1; step <= steps; step++) {
		mock_reset();
		atomic_set(&mock.fail_at, step);
		KUNIT_EXPECT_EQ_MSG(test, unwind_life(test->priv),
				    (long)-ENOMEM, "step %d of %d", step,
				    steps);
		unwind_nothing_left(test, step);
	}
	mock_reset();
	KUNIT_EXPECT_EQ(test, unwind_life(test->priv), 0L);
}

/* The module's own start on every CPU, with no VM: what cpu_new() does. */
static void unwind_cpus(struct kunit *test)
{
	int step, cpus = num_possible_cpus();

	for (step = 1; step <= cpus; step++) {
		axvcpu_percpu_exit();
		KUNIT_EXPECT_EQ(test, atomic_read(&mock.cpus), 0);
		mock_reset();
		atomic_set(&mock.fail_at, step);
		KUNIT_EXPECT_EQ_MSG(test, axvcpu_percpu_init(), -ENOMEM,
				    "CPU %d of %d", step, cpus);
		KUNIT_EXPECT_EQ(test, atomic_read(&mock.cpus), 0);
		mock_reset();
		KUNIT_ASSERT_EQ(test, axvcpu_percpu_init(), 0);
		KUNIT_EXPECT_EQ(test, atomic_read(&mock.cpus), cpus);
	}
	KUNIT_EXPECT_EQ(test, unwind_life(test->priv), 0L);
}

/* One call whose hardware state is lost, in the state that it needs. */
static void unwind_lose(struct kunit *test, struct file *vcpu, unsigned int cmd,
			const void *args, size_t size)
{
	struct unwind *u = test->priv;

	mock_reset();
	mock.error = -ENOTRECOVERABLE;
	/* RESET drops the binding first: unbind() is its first step. */
	atomic_set(&mock.fail_at, cmd == AXVCPU_RESET ? 2 : 1);
	KUNIT_EXPECT_EQ_MSG(test, unwind_ioctl(u, vcpu, cmd, args, size),
			    (long)-ENOTRECOVERABLE, "call %u", cmd);
	mock_reset();
	KUNIT_EXPECT_EQ(test, axvcpu_state_get(vcpu->private_data),
			(u32)AXVCPU_STATE_INVALID);
	KUNIT_EXPECT_EQ_MSG(test, unwind_ioctl(u, vcpu, AXVCPU_RUN, NULL, 0),
			    (long)-EBADFD, "RUN after call %u", cmd);
	KUNIT_EXPECT_EQ_MSG(test, unwind_ioctl(u, vcpu, AXVCPU_RESET, NULL, 0),
			    0L, "RESET after call %u", cmd);
}

/* Hardware state that is lost makes the vCPU Invalid; RESET mends it. */
static void unwind_lose_each(struct kunit *test, struct file *vcpu)
{
	struct axvcpu_setup setup = { .size = sizeof(setup) };
	struct axvcpu_bind bind = { .size = sizeof(bind), .cpu = -1 };
	struct unwind *u = test->priv;
	static const unsigned int calls[] = { AXVCPU_RUN, AXVCPU_UNBIND,
					      AXVCPU_RESET };
	unsigned int i;

	/* The first SETUP has one step more. */
	unwind_lose(test, vcpu, AXVCPU_SETUP, &setup, sizeof(setup));
	unwind_ioctl(u, vcpu, AXVCPU_SETUP, &setup, sizeof(setup));
	unwind_ioctl(u, vcpu, AXVCPU_RESET, NULL, 0);
	unwind_lose(test, vcpu, AXVCPU_SETUP, &setup, sizeof(setup));
	unwind_ioctl(u, vcpu, AXVCPU_SETUP, &setup, sizeof(setup));
	unwind_lose(test, vcpu, AXVCPU_BIND, &bind, sizeof(bind));
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		unwind_ioctl(u, vcpu, AXVCPU_SETUP, &setup, sizeof(setup));
		unwind_ioctl(u, vcpu, AXVCPU_BIND, &bind, sizeof(bind));
		unwind_lose(test, vcpu, calls[i], NULL, 0);
	}
	KUNIT_EXPECT_EQ(test, unwind_vcpu(u, vcpu), 0L);
}

/* set_gpr() is for the core's own use: what it writes is in the block. */
static void unwind_set_gpr(struct kunit *test, struct file *file)
{
	struct axvcpu_vcpu *vcpu = file->private_data;
	u64 gpr[4] = {};

	axvcpu_arch->set_gpr(vcpu, 2, 77);
	KUNIT_EXPECT_EQ(test, axvcpu_arch->get_block(
				      vcpu, AXVCPU_BLOCK_GENERAL, gpr), 0);
	KUNIT_EXPECT_EQ(test, gpr[2], 77ULL);
}

static void unwind_lost(struct kunit *test)
{
	struct axvcpu_create_vm create = { .size = sizeof(create) };
	struct axvcpu_create_vcpu vcpu_args = { .size = sizeof(vcpu_args),
						.favor_cpu = -1 };
	struct file *vm, *vcpu;
	long fd;

	fd = axvcpu_vm_create(&create);
	KUNIT_ASSERT_GE(test, fd, 0L);
	vm = unwind_file(fd);
	fd = unwind_ioctl(test->priv, vm, AXVCPU_CREATE_VCPU, &vcpu_args,
			  sizeof(vcpu_args));
	KUNIT_EXPECT_GE(test, fd, 0L);
	if (fd >= 0) {
		vcpu = unwind_file(fd);
		unwind_lose_each(test, vcpu);
		unwind_set_gpr(test, vcpu);
		fput(vcpu);
	}
	fput(vm);
	flush_delayed_fput();
	unwind_nothing_left(test, 0);
}

static struct kunit_case unwind_cases[] = {
	KUNIT_CASE(unwind_every_operation),
	KUNIT_CASE(unwind_cpus),
	KUNIT_CASE(unwind_lost),
	{}
};

struct kunit_suite axvcpu_unwind_suite = {
	.name = "axvcpu_unwind",
	.suite_init = unwind_suite_init,
	.init = unwind_init,
	.exit = unwind_exit,
	.test_cases = unwind_cases,
};
