// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest in software against a host that changes its memory all the time. The
 * guest keeps the bargain of axvcpu_stage2_flush() as a back end does, has a TLB
 * of its own and walks the tables without a lock. Each page holds 0 or its own
 * number, so a page that is not the guest's any more shows by its content; under
 * KASAN, which poisons free pages, also by a report.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/sched/mm.h>
#include <linux/uaccess.h>

#include "memory_test.h"
#include "suites.h"

#define RACE_MS		3000
#define PAGES		(AREA / PAGE_SIZE)
#define HOT		48	/* of them are used, far from each other */
#define TLB		64
#define ENTRY		2000	/* accesses of one stay in guest mode */

struct race {
	struct memory_context *c;
	bool deleted;		/* DELETE has returned, add was not called */

	/* of the guest's thread */
	u64 generation;
	struct {
		unsigned long index;
		unsigned long pfn;
		bool writable;
	} tlb[TLB];
	unsigned long random;
	unsigned long accesses;
	unsigned long flushes;
	unsigned long foreign;	/* contents that are not ours */
	unsigned long late;	/* accesses after DELETE */
};

static u32 number(unsigned long index)
{
	return 0xa5000000 | index;
}

static unsigned long random(unsigned long *state)
{
	*state = *state * 6364136223846793005UL + 1442695040888963407UL;
	return *state >> 33;
}

static unsigned long random_index(unsigned long *state)
{
	return random(state) % HOT * (PAGES / HOT);
}

/* ---- the guest --------------------------------------------------------------------- */

/* One access by the TLB or the tables. False: a second-stage fault. */
static bool guest_access(struct race *r, unsigned long index, bool write)
{
	typeof(&r->tlb[0]) entry = &r->tlb[index / (PAGES / HOT) % TLB];
	u32 *word, value;

	if (!entry->pfn || entry->index != index || entry->writable < write) {
		entry->index = index;
		entry->pfn = memory_pfn(r->c->vm, GPA + index * PAGE_SIZE,
					&entry->writable);
		if (!entry->pfn || entry->writable < write)
			return false;
	}
	word = page_address(pfn_to_page(entry->pfn));
	value = READ_ONCE(*word);
	r->foreign += value && value != number(index);
	if (write)
		WRITE_ONCE(*word, number(index));
	r->accesses++;
	return true;
}

/* From entry to exit. Return: the page that faulted, PAGES: none. */
static unsigned long guest_enter(struct race *r, bool *write)
{
	struct axvcpu_vcpu *vcpu = r->c->vcpu;
	unsigned long index = PAGES, i;
	u64 generation;

	local_irq_disable();
	WRITE_ONCE(vcpu->cpu, smp_processor_id());
	smp_store_release(&vcpu->mode, AXVCPU_IN_GUEST);
	smp_mb();
	generation = atomic64_read(&vcpu->vm->stage2.tlb_generation);
	if (generation != r->generation) {
		memset(r->tlb, 0, sizeof(r->tlb));
		r->generation = generation;
		r->flushes++;
	}
	for (i = 0; i < ENTRY; i++) {
		bool deleted = smp_load_acquire(&r->deleted);

		index = random_index(&r->random);
		*write = random(&r->random) % 2;
		if (!guest_access(r, index, *write))
			break;
		r->late += deleted;
		index = PAGES;
	}
	smp_store_release(&vcpu->mode, AXVCPU_OUTSIDE);
	local_irq_enable();
	return index;
}

static int race_guest(void *data)
{
	struct race *r = data;
	struct axvcpu_vcpu *vcpu = r->c->vcpu;

	kthread_use_mm(r->c->mm);
	while (!kthread_should_stop()) {
		bool write;
		unsigned long index = guest_enter(r, &write);

		if (index < PAGES) {
			vcpu->fault.gpa = GPA + index * PAGE_SIZE;
			vcpu->fault.access = write ? W : R;
			axvcpu_memory_fault(vcpu);
		}
		cond_resched();
	}
	kthread_unuse_mm(r->c->mm);
	return 0;
}

/* ---- the others ---------------------------------------------------------------------- */

/* New and empty memory in the place of what is there. */
static bool remap(unsigned long address, unsigned long length)
{
	return vm_mmap(NULL, address, length, RW,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		       0) == address;
}

/* The owner's other threads: free memory in small and large pieces, and use it. */
static int race_host(void *data)
{
	struct race *r = data;
	unsigned long state = 1, failed = 0;

	kthread_use_mm(r->c->mm);
	while (!kthread_should_stop()) {
		unsigned long index = random_index(&state);
		unsigned long at = r->c->user + index * PAGE_SIZE;

		switch (random(&state) % 64) {
		case 0:
			failed += !remap(at & ~(M2 - 1), M2);
			break;
		case 1 ... 8:
			failed += !remap(at, PAGE_SIZE);
			break;
		default:
			failed += put_user(number(index),
					   (u32 __user *)at) != 0;
			break;
		}
		cond_resched();
	}
	kthread_unuse_mm(r->c->mm);
	return failed ? -EIO : 0;
}

/* The VMM: takes the region away and gives it back, sometimes pinned. */
static int race_regions(void *data)
{
	struct race *r = data;
	unsigned long i = 0, failed = 0;

	kthread_use_mm(r->c->mm);
	while (!kthread_should_stop()) {
		int ret = memory_set(r->c, AXVCPU_MEM_DELETE, GPA, 0, 0);

		smp_store_release(&r->deleted, true);
		failed += ret != 0;
		usleep_range(1000, 3000);
		smp_store_release(&r->deleted, false);
		/* PIN may lose against remap(): try again without */
		ret = -EFAULT;
		if (i++ % 16 == 0)
			ret = memory_set(r->c, AXVCPU_MEM_PIN, GPA, AREA,
					 r->c->user);
		while (ret == -EFAULT)
			ret = memory_set(r->c, 0, GPA, AREA, r->c->user);
		failed += ret != 0;
		usleep_range(5000, 20000);
	}
	kthread_unuse_mm(r->c->mm);
	return failed ? -EIO : 0;
}

/* A list of free memory changes hands: other users of what the host frees. */
static int race_reuse(void *data)
{
	while (!kthread_should_stop()) {
		void *page = (void *)__get_free_page(GFP_KERNEL);

		if (page) {
			memset(page, 0x77, PAGE_SIZE);
			free_page((unsigned long)page);
		}
		cond_resched();
	}
	return 0;
}

static struct task_struct *race_start(int (*part)(void *), struct race *r,
				      unsigned int cpu)
{
	struct task_struct *task = kthread_create(part, r, "axvcpu-race");

	if (IS_ERR(task))
		return NULL;
	if (cpu < nr_cpu_ids && cpu_online(cpu))
		kthread_bind(task, cpu);
	wake_up_process(task);
	return task;
}

static void race_run(struct kunit *test, struct race *r, bool regions)
{
	struct task_struct *task[] = {
		race_start(race_guest, r, 1),
		race_start(race_host, r, nr_cpu_ids),
		race_start(race_reuse, r, nr_cpu_ids),
		regions ? race_start(race_regions, r, nr_cpu_ids) : NULL,
	};
	unsigned int i;

	msleep(RACE_MS);
	for (i = ARRAY_SIZE(task); i--;)
		if (task[i])
			KUNIT_EXPECT_EQ_MSG(test, kthread_stop(task[i]), 0,
					    "part %u", i);
}

static void race_case(struct kunit *test, bool regions)
{
	struct memory_context *c = test->priv;
	struct race *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	unsigned long i, wrong = 0;

	KUNIT_EXPECT_NOT_NULL(test, r);
	if (!r)
		return;
	r->c = c;
	KUNIT_EXPECT_EQ(test, axvcpu_vm_add_vcpu(c->vm, c->vcpu), 0);
	KUNIT_EXPECT_EQ(test, memory_set(c, 0, GPA, AREA, c->user), 0);
	race_run(test, r, regions);
	kunit_info(test, "%lu accesses, %lu flushes, %llu faults, %llu huge, %lld IPIs",
		   r->accesses, r->flushes, c->vcpu->stats.faults,
		   c->vcpu->stats.huge_faults,
		   (s64)atomic64_read(&c->vcpu->stats.ipis));
	KUNIT_EXPECT_GT(test, r->accesses, 0UL);
	KUNIT_EXPECT_EQ(test, r->foreign, 0UL);
	KUNIT_EXPECT_EQ(test, r->late, 0UL);
	/* All is quiet: every leaf that is left leads where the host does. */
	for (i = 0; i < AREA; i += PAGE_SIZE)
		wrong += !memory_follows(c->vm, GPA + i, c->user + i);
	KUNIT_EXPECT_EQ(test, wrong, 0UL);
	KUNIT_EXPECT_EQ(test, memory_set(c, AXVCPU_MEM_DELETE, GPA, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), 1UL);
	axvcpu_vm_remove_vcpu(c->vm, c->vcpu);
}

static void race_invalidations(struct kunit *test)
{
	race_case(test, false);
}

static void race_deletions(struct kunit *test)
{
	race_case(test, true);
}

static struct kunit_case race_cases[] = {
	KUNIT_CASE(race_invalidations),
	KUNIT_CASE(race_deletions),
	{}
};

struct kunit_suite axvcpu_race_suite = {
	.name = "axvcpu_race",
	.suite_init = memory_suite_init,
	.init = memory_init,
	.exit = memory_exit,
	.test_cases = race_cases,
};
