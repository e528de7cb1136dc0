// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SET_MEMORY, second-stage faults and the notifier, with real user memory: the
 * process that loads the module lends its mm. What the tables say is compared
 * with what the host's own tables say.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/sched/mm.h>
#include <linux/uaccess.h>

#include "../../kmod/compat/leaf.h"
#include "../../kmod/notifier.h"
#include "memory_test.h"
#include "suites.h"

static struct mm_struct *lent_mm;

int memory_suite_init(struct kunit_suite *suite)
{
	lent_mm = current->mm;
	return lent_mm ? 0 : -EINVAL;
}

static int vm_new(struct axvcpu_vm *vm)
{
	int ret;

	axvcpu_vm_init_vcpus(vm);
	ret = axvcpu_stage2_new(vm);
	if (ret)
		return ret;
	ret = axvcpu_memory_new(vm);
	if (ret) {
		axvcpu_stage2_free(vm);
		return ret;
	}
	vm->mm = current->mm;
	mmgrab(vm->mm);
	return 0;
}

static void vm_free(struct axvcpu_vm *vm)
{
	axvcpu_memory_free(vm);
	axvcpu_stage2_free(vm);
	mmdrop(vm->mm);
}

int memory_init(struct kunit *test)
{
	struct memory_context *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	int ret;

	if (!c || axvcpu_host.gpa_bits != 48) {
		kunit_err(test, "load the module with backend=mock");
		return -EINVAL;
	}
	c->vm = kunit_kzalloc(test, sizeof(*c->vm), GFP_KERNEL);
	c->vcpu = kunit_kzalloc(test, sizeof(*c->vcpu), GFP_KERNEL);
	if (!c->vm || !c->vcpu || !mmget_not_zero(lent_mm))
		return -EINVAL;
	c->vcpu->vm = c->vm;
	c->mm = lent_mm;
	kthread_use_mm(c->mm);
	c->mapped = vm_mmap(NULL, 0, AREA + M2, RW, MAP_PRIVATE | MAP_ANONYMOUS,
			    0);
	c->user = ALIGN(c->mapped, M2);
	ret = IS_ERR_VALUE(c->mapped) ? -ENOMEM : vm_new(c->vm);
	if (ret) {
		kthread_unuse_mm(c->mm);
		mmput(c->mm);
		return ret;
	}
	test->priv = c;
	return 0;
}

void memory_exit(struct kunit *test)
{
	struct memory_context *c = test->priv;

	if (!c)
		return;
	axvcpu_stage2_cache_drain(&c->vcpu->cache);
	vm_free(c->vm);
	vm_munmap(c->mapped, AREA + M2);
	kthread_unuse_mm(c->mm);
	mmput(c->mm);
}

int memory_set(struct memory_context *c, u32 flags, u64 gpa, u64 length,
	       u64 user)
{
	struct axvcpu_memory args = {
		.size = sizeof(args), .flags = flags, .gpa = gpa,
		.length = length, .user_addr = user,
	};

	return axvcpu_memory_set(c->vm, &args);
}

static int fault(struct memory_context *c, u64 gpa, u32 access)
{
	c->vcpu->fault.gpa = gpa;
	c->vcpu->fault.access = access;
	return axvcpu_memory_fault(c->vcpu);
}

bool memory_follows(struct axvcpu_vm *vm, u64 gpa, unsigned long address)
{
	bool writable;
	unsigned long pfn = memory_pfn(vm, gpa, &writable);
	struct page *page;
	bool same;

	if (!pfn)
		return true;
	if (!writable && is_zero_pfn(pfn)) {
		/* fast lookups don't find it: its PTE is special */
		if (get_user_pages_fast(address, 1, 0, &page) != 1)
			return false;
	} else if (get_user_pages_fast_only(address, 1,
					    writable ? FOLL_WRITE : 0,
					    &page) != 1) {
		return false;
	}
	same = page_to_pfn(page) == pfn;
	put_page(page);
	return same;
}

static bool reaches(struct axvcpu_vm *vm, u64 gpa, bool write)
{
	bool writable;

	return memory_pfn(vm, gpa, &writable) && writable == write;
}

/* ---- SET_MEMORY ------------------------------------------------------------------ */

#define HERE	(1ULL << 52)	/* added to @user: relative to the area */
#define FLAG(name)	AXVCPU_MEM_##name
#define LIMIT	(1ULL << 48)	/* the mock's gpa_bits */

/* With a region at [8 * M2, 9 * M2). */
static const struct {
	u32 flags;
	int error;
	u64 gpa, length, user;
} memory_bad[] = {
	{ 1U << 31, -EINVAL, GPA, M2, HERE },
	{ FLAG(LOG_DIRTY), -EOPNOTSUPP, GPA, M2, HERE },
	{ FLAG(NO_EXECUTE), -EOPNOTSUPP, GPA, M2, HERE },
	{ FLAG(DEVICE), -EOPNOTSUPP, GPA, M2, HERE },
	{ FLAG(FD), -EOPNOTSUPP, GPA, M2, HERE },
	{ 0, -EINVAL, GPA + 1, M2, HERE },
	{ 0, -EINVAL, GPA, M2 + 8, HERE },
	{ 0, -EINVAL, GPA, M2, HERE + 2048 },
	{ 0, -EINVAL, GPA, 0, HERE },
	{ 0, -EINVAL, -PAGE_SIZE, 2 * PAGE_SIZE, HERE },
	{ 0, -EINVAL, GPA, -PAGE_SIZE, HERE },
	{ 0, -EINVAL, LIMIT, PAGE_SIZE, HERE },
	{ 0, -EINVAL, LIMIT - PAGE_SIZE, 2 * PAGE_SIZE, HERE },
	{ 0, -EINVAL, GPA, 2 * PAGE_SIZE, -PAGE_SIZE },
	{ 0, -EFAULT, GPA, PAGE_SIZE, -2 * PAGE_SIZE },
	{ 0, -EFAULT, GPA, PAGE_SIZE, 1ULL << 63 },
	{ 0, -EFAULT, GPA, PAGE_SIZE, 0 },
	{ FLAG(PIN), -EFAULT, GPA, PAGE_SIZE, 0 },
	{ FLAG(DELETE), -EINVAL, GPA, 0, 0 },
	{ FLAG(DELETE), -EINVAL, 8 * M2 + PAGE_SIZE, 0, 0 },
	{ FLAG(DELETE), -EINVAL, 8 * M2, PAGE_SIZE, 0 },
	{ FLAG(DELETE), -EINVAL, 8 * M2, 0, HERE },
	{ FLAG(DELETE) | FLAG(PIN), -EINVAL, 8 * M2, 0, 0 },
	{ 0, -EEXIST, 8 * M2, M2, HERE },
	{ 0, -EEXIST, 9 * M2 - PAGE_SIZE, M2, HERE },
	{ 0, -EEXIST, 7 * M2 + PAGE_SIZE, M2, HERE },
	{ 0, -EEXIST, 7 * M2, 4 * M2, HERE },
	{ FLAG(PIN), -EEXIST, 7 * M2, 4 * M2, HERE },
};

static void memory_arguments(struct kunit *test)
{
	struct memory_context *c = test->priv;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, memory_set(c, 0, 8 * M2, M2, c->user), 0);
	for (i = 0; i < ARRAY_SIZE(memory_bad); i++) {
		u64 user = memory_bad[i].user;

		if (user >> 52 == 1)
			user += c->user - HERE;
		KUNIT_EXPECT_EQ_MSG(test,
				    memory_set(c, memory_bad[i].flags,
					memory_bad[i].gpa, memory_bad[i].length,
					user),
				    memory_bad[i].error, "row %u", i);
	}
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, 7 * M2, M2, c->user), 0);
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, 9 * M2, M2, c->user), 0);
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, LIMIT - PAGE_SIZE, PAGE_SIZE, c->user),
			0);
	KUNIT_EXPECT_EQ(test, memory_set(c, AXVCPU_MEM_DELETE, 8 * M2, M2, 0), 0);
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, 8 * M2, M2, c->user), 0);
	KUNIT_EXPECT_EQ(test, fault(c, LIMIT - PAGE_SIZE, W), 0);
	KUNIT_EXPECT_TRUE(test, reaches(c->vm, LIMIT - PAGE_SIZE, true));
}

static void memory_user_range(struct kunit *test)
{
	struct memory_context *c = test->priv;
	unsigned long user = c->user;

	/* [user, user + 2M) read-write, then a read-only page, then a hole */
	KUNIT_EXPECT_EQ(test, vm_mmap(NULL, user + M2, PAGE_SIZE, PROT_READ,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
				      0), user + M2);
	vm_munmap(user + M2 + PAGE_SIZE, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, GPA, M2 + PAGE_SIZE, user), -EFAULT);
	KUNIT_EXPECT_EQ(test, memory_set(c, AXVCPU_MEM_PIN, GPA, M2 + PAGE_SIZE, user),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, memory_set(c, AXVCPU_MEM_READONLY, GPA,
				  M2 + 2 * PAGE_SIZE, user), -EFAULT);
	KUNIT_EXPECT_EQ(test, memory_set(c, AXVCPU_MEM_READONLY, GPA, M2 + PAGE_SIZE,
				  user), 0);
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, 2 * GPA, M2, user), 0);
	KUNIT_EXPECT_EQ(test, fault(c, GPA + M2, W), 1);
	KUNIT_EXPECT_EQ(test, c->vcpu->fault.cause, (u32)AXVCPU_NPF_READ_ONLY);
	KUNIT_EXPECT_EQ(test, fault(c, GPA + M2, R), 0);
	KUNIT_EXPECT_TRUE(test, reaches(c->vm, GPA + M2, false));
	/* even where the host could write */
	KUNIT_EXPECT_EQ(test, fault(c, 2 * GPA, W), 0);
	KUNIT_EXPECT_EQ(test, fault(c, GPA, R), 0);
	KUNIT_EXPECT_TRUE(test, reaches(c->vm, 2 * GPA, true));
	KUNIT_EXPECT_TRUE(test, reaches(c->vm, GPA, false));
}

/* The largest number of regions, in an order that is neither up nor down. */
static void memory_many(struct kunit *test)
{
	struct memory_context *c = test->priv;
	unsigned int i, failed = 0;

	for (i = 0; i < AXVCPU_MAX_REGIONS; i++)
		failed += memory_set(c, 0, GPA + i * 2053ULL % 4096 * 2 * PAGE_SIZE,
			      PAGE_SIZE, c->user + i % 512 * PAGE_SIZE) != 0;
	KUNIT_EXPECT_EQ(test, failed, 0U);
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, 0, PAGE_SIZE, c->user), -ENOSPC);
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, GPA, PAGE_SIZE, c->user), -EEXIST);
	for (i = 0; i < 2 * 4096; i++) {
		u64 gpa = GPA + i * PAGE_SIZE + i % PAGE_SIZE;
		const struct axvcpu_region *region;

		rcu_read_lock();
		region = axvcpu_memory_find(c->vm, gpa);
		failed += (i % 2) ? region != NULL :
			  !region || region->gpa != GPA + i * PAGE_SIZE;
		rcu_read_unlock();
	}
	KUNIT_EXPECT_EQ(test, failed, 0U);
	/* one page of the host behind eight addresses, all of them go at once */
	for (i = 0; i < AXVCPU_MAX_REGIONS; i++)
		failed += fault(c, GPA + i * 2ULL * PAGE_SIZE, W) != 0;
	KUNIT_EXPECT_EQ(test, failed, 0U);
	KUNIT_EXPECT_GT(test, stage2_tables(c->vm), 16UL);
	vm_munmap(c->user, M2);
	KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), 1UL);
	for (i = 0; i < AXVCPU_MAX_REGIONS; i += 3)
		failed += memory_set(c, AXVCPU_MEM_DELETE, GPA + i * 2ULL * PAGE_SIZE,
			      0, 0) != 0;
	for (i = 0; i < AXVCPU_MAX_REGIONS; i++) {
		rcu_read_lock();
		failed += !axvcpu_memory_find(c->vm,
					      GPA + i * 2ULL * PAGE_SIZE) !=
			  (i % 3 == 0);
		rcu_read_unlock();
	}
	KUNIT_EXPECT_EQ(test, failed, 0U);
}

/* ---- faults and the notifier ------------------------------------------------------- */

static void memory_faults(struct kunit *test)
{
	struct memory_context *c = test->priv;
	unsigned long user = c->user + 3 * PAGE_SIZE;
	u32 word = 0;

	/* off by a page from the host's alignment: never a huge leaf */
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, GPA, M2, user), 0);
	KUNIT_EXPECT_EQ(test, fault(c, GPA - 1, R), 1);
	KUNIT_EXPECT_EQ(test, c->vcpu->fault.cause, (u32)AXVCPU_NPF_NO_REGION);
	KUNIT_EXPECT_EQ(test, fault(c, GPA + M2, W), 1);
	KUNIT_EXPECT_EQ(test, fault(c, ~0ULL, W), 1);
	/* a read of untouched memory: the zero page, or THP's; not writable */
	KUNIT_EXPECT_EQ(test, fault(c, GPA + 8, R), 0);
	KUNIT_EXPECT_TRUE(test, reaches(c->vm, GPA, false));
	KUNIT_EXPECT_TRUE(test, memory_follows(c->vm, GPA, user));
	/* the host breaks COW: the guest no longer sees the zero page */
	KUNIT_EXPECT_EQ(test, put_user(0x5a, (u32 __user *)user), 0);
	KUNIT_EXPECT_TRUE(test, memory_follows(c->vm, GPA, user));
	KUNIT_EXPECT_EQ(test, fault(c, GPA, W), 0);
	KUNIT_EXPECT_TRUE(test, reaches(c->vm, GPA, true));
	KUNIT_EXPECT_TRUE(test, memory_follows(c->vm, GPA, user));
	KUNIT_EXPECT_EQ(test, axvcpu_memory_read(c->vm, GPA, &word, 4), 0);
	KUNIT_EXPECT_EQ(test, word, 0x5aU);
	/* a read of a page that the host can write maps it writable at once */
	KUNIT_EXPECT_EQ(test, put_user(1, (u32 __user *)(user + PAGE_SIZE)), 0);
	KUNIT_EXPECT_EQ(test, fault(c, GPA + PAGE_SIZE, R), 0);
	KUNIT_EXPECT_TRUE(test, reaches(c->vm, GPA + PAGE_SIZE, true));
	/* gone on the host: gone in the guest, and the fault says so */
	vm_munmap(user, PAGE_SIZE);
	KUNIT_EXPECT_FALSE(test, reaches(c->vm, GPA, true));
	KUNIT_EXPECT_EQ(test, fault(c, GPA, R), 1);
	KUNIT_EXPECT_EQ(test, c->vcpu->fault.cause, (u32)AXVCPU_NPF_HOST_FAULT);
	KUNIT_EXPECT_EQ(test, c->vcpu->fault.host_errno, (u32)EFAULT);
	KUNIT_EXPECT_EQ(test, c->vcpu->stats.faults, 3ULL);
	/* its neighbour not, or not for long: a huge page was split */
	KUNIT_EXPECT_EQ(test, fault(c, GPA + PAGE_SIZE, R), 0);
	KUNIT_EXPECT_TRUE(test, reaches(c->vm, GPA + PAGE_SIZE, true));
	/* and deleted */
	KUNIT_EXPECT_EQ(test, memory_set(c, AXVCPU_MEM_DELETE, GPA, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), 1UL);
	KUNIT_EXPECT_EQ(test, fault(c, GPA + PAGE_SIZE, R), 1);
}

static void memory_huge(struct kunit *test)
{
	struct memory_context *c = test->priv;
	unsigned int level;

	struct page *page;

	KUNIT_EXPECT_EQ(test, put_user(1, (u32 __user *)(c->user + M2)), 0);
	if (get_user_pages_fast(c->user + M2, 1, FOLL_WRITE, &page) != 1) {
		KUNIT_FAIL(test, "no page");
		return;
	}
	level = axvcpu_leaf_level(c->user + M2, page_to_pfn(page), true);
	put_page(page);
	if (level != 2) {
		kunit_info(test, "the host gave no huge page");
		return;
	}
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, GPA, AREA, c->user), 0);
	KUNIT_EXPECT_EQ(test, fault(c, GPA + M2 + 5 * PAGE_SIZE, W), 0);
	KUNIT_EXPECT_NE(test, memory_walk(c->vm, GPA + M2, &level), 0ULL);
	KUNIT_EXPECT_EQ(test, level, 2U);
	KUNIT_EXPECT_EQ(test, c->vcpu->stats.huge_faults, 1ULL);
	KUNIT_EXPECT_TRUE(test, memory_follows(c->vm, GPA + 2 * M2 - 1,
					c->user + 2 * M2 - PAGE_SIZE));
	/* a region that ends or begins inside the huge page */
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, 2 * GPA + M2, M2 - PAGE_SIZE,
				  c->user + M2), 0);
	KUNIT_EXPECT_EQ(test, fault(c, 2 * GPA + M2, W), 0);
	KUNIT_EXPECT_NE(test, memory_walk(c->vm, 2 * GPA + M2, &level), 0ULL);
	KUNIT_EXPECT_EQ(test, level, 1U);
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, 3 * GPA + PAGE_SIZE, M2,
				  c->user + M2 + PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, fault(c, 3 * GPA + PAGE_SIZE, R), 0);
	KUNIT_EXPECT_NE(test, memory_walk(c->vm, 3 * GPA + PAGE_SIZE, &level), 0ULL);
	KUNIT_EXPECT_EQ(test, level, 1U);
	/* split on the host by an unmap: all of the huge leaf goes */
	vm_munmap(c->user + M2 + 7 * PAGE_SIZE, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, memory_walk(c->vm, GPA + M2, &level), 0ULL);
	KUNIT_EXPECT_EQ(test, fault(c, GPA + M2, W), 0);
	KUNIT_EXPECT_NE(test, memory_walk(c->vm, GPA + M2, &level), 0ULL);
	KUNIT_EXPECT_EQ(test, level, 1U);
	KUNIT_EXPECT_EQ(test, fault(c, GPA + M2 + 7 * PAGE_SIZE, W), 1);
}

/* Two VMs on the same memory; an unmap reaches both. */
static void memory_two_vms(struct kunit *test)
{
	struct memory_context *c = test->priv;
	struct axvcpu_vm *first = c->vm;
	struct axvcpu_vm *second = kunit_kzalloc(test, sizeof(*second),
						 GFP_KERNEL);

	if (!second || vm_new(second)) {
		KUNIT_FAIL(test, "no second VM");
		return;
	}
	KUNIT_EXPECT_PTR_EQ(test, first->memory.mm, second->memory.mm);
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, GPA, AREA, c->user), 0);
	KUNIT_EXPECT_EQ(test, fault(c, GPA, W), 0);
	c->vm = c->vcpu->vm = second;
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, 3 * GPA, M2, c->user), 0);
	KUNIT_EXPECT_EQ(test, fault(c, 3 * GPA, W), 0);
	KUNIT_EXPECT_TRUE(test, reaches(first, GPA, true));
	KUNIT_EXPECT_TRUE(test, reaches(second, 3 * GPA, true));
	vm_munmap(c->user, PAGE_SIZE);
	KUNIT_EXPECT_FALSE(test, reaches(first, GPA, true));
	KUNIT_EXPECT_FALSE(test, reaches(second, 3 * GPA, true));
	c->vm = c->vcpu->vm = first;
	vm_free(second);
	KUNIT_EXPECT_EQ(test, fault(c, GPA + M2, W), 0);
}

/* An invalidation of other memory of the mm makes no fault start again. */
static void memory_sequence(struct kunit *test)
{
	struct memory_context *c = test->priv;
	struct axvcpu_mm *mm = c->vm->memory.mm;
	unsigned long before;

	KUNIT_EXPECT_EQ(test, memory_set(c, 0, GPA, M2, c->user), 0);
	KUNIT_EXPECT_EQ(test, put_user(1, (u32 __user *)c->user), 0);
	KUNIT_EXPECT_EQ(test, put_user(1, (u32 __user *)(c->user + M2)), 0);
	before = axvcpu_mm_sequence(mm);
	vm_munmap(c->user + M2, M2);
	spin_lock(&c->vm->stage2.lock);
	KUNIT_EXPECT_FALSE(test, axvcpu_mm_retry(mm, before, c->user,
						 PAGE_SIZE));
	spin_unlock(&c->vm->stage2.lock);
	vm_munmap(c->user, PAGE_SIZE);
	KUNIT_EXPECT_NE(test, axvcpu_mm_sequence(mm), before);
	KUNIT_EXPECT_TRUE(test, axvcpu_mm_retry(mm, before, c->user,
						PAGE_SIZE));
}

static int late_fault(void *data)
{
	struct memory_context *c = data;
	int ret;

	kthread_use_mm(c->mm);
	ret = fault(c, GPA, W);
	kthread_unuse_mm(c->mm);
	while (!kthread_should_stop())
		msleep(1);
	return ret;
}

/* A fault that has found its region, and waits for the page, while DELETE runs. */
static void memory_late(struct kunit *test)
{
	struct memory_context *c = test->priv;
	struct task_struct *task;

	KUNIT_EXPECT_EQ(test, memory_set(c, 0, GPA, M2, c->user), 0);
	mmap_write_lock(c->mm);
	task = kthread_run(late_fault, c, "axvcpu-late");
	msleep(200);
	KUNIT_EXPECT_EQ(test, memory_set(c, AXVCPU_MEM_DELETE, GPA, 0, 0), 0);
	mmap_write_unlock(c->mm);
	if (IS_ERR(task))
		KUNIT_FAIL(test, "no thread");
	else
		KUNIT_EXPECT_EQ_MSG(test, kthread_stop(task), 0, "enter again");
	KUNIT_EXPECT_FALSE(test, reaches(c->vm, GPA, true));
	KUNIT_EXPECT_EQ(test, c->vcpu->stats.faults, 0ULL);
	KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), 1UL);
}

/* ---- PIN ----------------------------------------------------------------------------- */

static void memory_pin(struct kunit *test)
{
	struct memory_context *c = test->priv;
	s64 charged = atomic64_read(&c->mm->pinned_vm);
	unsigned long i, missing = 0;
	struct page *page;

	KUNIT_EXPECT_EQ(test, memory_set(c, AXVCPU_MEM_PIN, GPA, AREA, c->user), 0);
	KUNIT_EXPECT_EQ(test, (s64)atomic64_read(&c->mm->pinned_vm),
			charged + (s64)(AREA / PAGE_SIZE));
	for (i = 0; i < AREA; i += PAGE_SIZE)
		missing += !reaches(c->vm, GPA + i, true) ||
			   !memory_follows(c->vm, GPA + i, c->user + i);
	KUNIT_EXPECT_EQ(test, missing, 0UL);
	if (get_user_pages_fast(c->user, 1, 0, &page) == 1) {
		KUNIT_EXPECT_TRUE(test, page_maybe_dma_pinned(page));
		put_page(page);
	}
	/* it follows the host all the same */
	vm_munmap(c->user + PAGE_SIZE, PAGE_SIZE);
	KUNIT_EXPECT_FALSE(test, reaches(c->vm, GPA + PAGE_SIZE, true));
	KUNIT_EXPECT_EQ(test, memory_set(c, AXVCPU_MEM_PIN, 3 * GPA, M2, c->user),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, (s64)atomic64_read(&c->mm->pinned_vm),
			charged + (s64)(AREA / PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, memory_set(c, AXVCPU_MEM_DELETE, GPA, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, (s64)atomic64_read(&c->mm->pinned_vm), charged);
	KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), 1UL);
	KUNIT_EXPECT_EQ(test, memory_set(c, AXVCPU_MEM_PIN | AXVCPU_MEM_READONLY, GPA,
				  M2, c->user + M2), 0);
	KUNIT_EXPECT_TRUE(test, reaches(c->vm, GPA, false));
	KUNIT_EXPECT_EQ(test, memory_set(c, AXVCPU_MEM_DELETE, GPA, M2, 0), 0);
	KUNIT_EXPECT_EQ(test, (s64)atomic64_read(&c->mm->pinned_vm), charged);
}

/* ---- reading and writing ------------------------------------------------------------- */

static void memory_access(struct kunit *test)
{
	struct memory_context *c = test->priv;
	u64 value = 0x1122334455667788, seam = GPA + M2, old;
	u8 bytes[8];

	/* two regions side by side, the other way round on the host; then a ROM */
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, GPA, M2, c->user + M2), 0);
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, seam, M2, c->user), 0);
	KUNIT_EXPECT_EQ(test, memory_set(c, AXVCPU_MEM_READONLY, seam + M2, PAGE_SIZE,
				  c->user + 2 * M2), 0);
	KUNIT_EXPECT_EQ(test, axvcpu_memory_write(c->vm, seam - 3, &value, 8),
			0);
	KUNIT_EXPECT_EQ(test, axvcpu_memory_read(c->vm, seam - 3, bytes, 8), 0);
	KUNIT_EXPECT_EQ(test, memcmp(bytes, &value, 8), 0);
	KUNIT_EXPECT_EQ(test, get_user(bytes[0], (u8 __user *)c->user), 0);
	KUNIT_EXPECT_EQ(test, bytes[0], (u8)0x55);
	KUNIT_EXPECT_EQ(test, axvcpu_memory_write(c->vm, seam + M2 - 4, &value,
						  8), -EROFS);
	KUNIT_EXPECT_EQ(test, axvcpu_memory_read(c->vm, seam + M2 - 4, &old, 8),
			0);
	KUNIT_EXPECT_EQ_MSG(test, old, 0ULL, "nothing was written");
	KUNIT_EXPECT_EQ(test, axvcpu_memory_write(c->vm, GPA - 4, &value, 8),
			-ENXIO);
	KUNIT_EXPECT_EQ(test, axvcpu_memory_read(c->vm, seam + M2 + PAGE_SIZE - 4,
						 bytes, 8), -ENXIO);
	/* compare and exchange */
	old = 0;
	KUNIT_EXPECT_EQ(test, axvcpu_memory_cmpxchg(c->vm, GPA, &old, value, 8),
			0);
	KUNIT_EXPECT_EQ(test, axvcpu_memory_cmpxchg(c->vm, GPA, &old, 1, 8),
			-EAGAIN);
	KUNIT_EXPECT_EQ(test, old, value);
	old = 0xffffffff55667788;
	KUNIT_EXPECT_EQ(test, axvcpu_memory_cmpxchg(c->vm, GPA, &old, 7, 4), 0);
	KUNIT_EXPECT_EQ(test, axvcpu_memory_read(c->vm, GPA, &old, 8), 0);
	KUNIT_EXPECT_EQ(test, old, 0x1122334400000007ULL);
	KUNIT_EXPECT_EQ(test, axvcpu_memory_cmpxchg(c->vm, seam + M2, &old, 7,
						    8), -EROFS);
	KUNIT_EXPECT_EQ(test, axvcpu_memory_cmpxchg(c->vm, GPA - 8, &old, 7, 8),
			-ENXIO);
	vm_munmap(c->user + M2, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, axvcpu_memory_cmpxchg(c->vm, GPA, &old, 7, 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, axvcpu_memory_read(c->vm, GPA, &old, 8), -EFAULT);
	/* a foreign process */
	kthread_unuse_mm(c->mm);
	KUNIT_EXPECT_EQ(test, axvcpu_memory_read(c->vm, seam, &old, 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, memory_set(c, AXVCPU_MEM_DELETE, GPA, 0, 0), -EIO);
	kthread_use_mm(c->mm);
}

static struct kunit_case memory_cases[] = {
	KUNIT_CASE(memory_arguments),
	KUNIT_CASE(memory_user_range),
	KUNIT_CASE(memory_many),
	KUNIT_CASE(memory_faults),
	KUNIT_CASE(memory_huge),
	KUNIT_CASE(memory_two_vms),
	KUNIT_CASE(memory_sequence),
	KUNIT_CASE(memory_late),
	KUNIT_CASE(memory_pin),
	KUNIT_CASE(memory_access),
	{}
};

struct kunit_suite axvcpu_memory_suite = {
	.name = "axvcpu_memory",
	.suite_init = memory_suite_init,
	.init = memory_init,
	.exit = memory_exit,
	.test_cases = memory_cases,
};
