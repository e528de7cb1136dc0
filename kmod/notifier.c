// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's mm changes, the second stage follows: before the kernel takes a page
 * away from the owner's mm, write-protects it or cleans it, it calls
 * invalidate_range_start() here; when that returns, no vCPU reaches the page. In
 * between, and until invalidate_range_end(), nothing of the range is mapped
 * again: axvcpu_mm_retry() says so to a fault that has looked the page up.
 *
 * One notifier serves all VMs of an mm. It finds the regions by HVA in an
 * interval tree, so the cost of an invalidation depends on the regions that it
 * concerns and not on the number of VMs.
 *
 * Locks: axvcpu_mm.lock, then vm->stage2.lock, one VM at a time. Both are taken
 * inside the locks of the mm and of page tables, and with interrupts on, since
 * the holder of both waits for other CPUs to answer an IPI.
 */
#include <linux/err.h>
#include <linux/interval_tree.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "memory.h"
#include "notifier.h"
#include "pin.h"
#include "stage2.h"
#include "vm.h"

/**
 * struct axvcpu_mm - what the VMs of one mm share
 * @notifier: counted by mmu_notifier_get() and mmu_notifier_put()
 * @lock: guards what follows
 * @regions: of all VMs, by HVA
 * @count: how many
 * @sequence: invalidations of a region that have ended
 * @active: invalidations, of anything, that have begun and not ended
 * @start: while @active: all of them lie in [@start, @end)
 * @end: see there
 *
 * A fault reads the last four without @lock, see axvcpu_mm_retry().
 */
struct axvcpu_mm {
	struct mmu_notifier notifier;
	spinlock_t lock;
	struct rb_root_cached regions;
	unsigned int count;
	unsigned long sequence;
	unsigned long active;
	unsigned long start;
	unsigned long end;
};

/* Those that axvcpu_free_notifier() has not freed yet. */
static atomic_t notifiers = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(notifiers_gone);

static struct axvcpu_mm *to_mm(struct mmu_notifier *notifier)
{
	return container_of(notifier, struct axvcpu_mm, notifier);
}

/* ---- the regions of an address range ---------------------------------------- */

static struct axvcpu_region *to_region(struct interval_tree_node *node)
{
	return node ? container_of(node, struct axvcpu_region, hva_node) : NULL;
}

static struct axvcpu_region *first_region(struct axvcpu_mm *mm,
					  unsigned long start,
					  unsigned long end)
{
	if (start >= end)
		return NULL;
	return to_region(interval_tree_iter_first(&mm->regions, start,
						  end - 1));
}

static struct axvcpu_region *next_region(struct axvcpu_region *region,
					 unsigned long start, unsigned long end)
{
	return to_region(interval_tree_iter_next(&region->hva_node, start,
						 end - 1));
}

#define for_each_region(region, mm, start, end)                               \
	for (region = first_region(mm, start, end); region;                   \
	     region = next_region(region, start, end))

/* The part of [@start, @end) that lies in @region, as guest addresses. */
static u64 region_part(const struct axvcpu_region *region, unsigned long start,
		       unsigned long end, u64 *length)
{
	start = max(start, region->hva);
	end = min(end, region->hva + (unsigned long)region->length);
	*length = end - start;
	return region->gpa + (start - region->hva);
}

/*
 * Two passes, so that a VM is flushed once however many of its regions show the
 * range. In between, stage2.stale stays set: whoever takes the lock there and
 * needs to know that nothing is reached any more (DELETE) flushes himself.
 */
static void unmap_range(struct axvcpu_mm *mm, unsigned long start,
			unsigned long end, struct list_head *dead,
			const struct axvcpu_stage2_format **format)
{
	struct axvcpu_region *region;
	bool stale = false;
	u64 gpa, length;

	lockdep_assert_held(&mm->lock);
	lockdep_assert_irqs_enabled();
	for_each_region(region, mm, start, end) {
		struct axvcpu_vm *vm = region->vm;

		gpa = region_part(region, start, end, &length);
		spin_lock(&vm->stage2.lock);
		axvcpu_stage2_unmap(vm, gpa, length);
		stale |= vm->stage2.stale;
		spin_unlock(&vm->stage2.lock);
	}
	if (!stale)
		return;
	for_each_region(region, mm, start, end) {
		struct axvcpu_vm *vm = region->vm;

		spin_lock(&vm->stage2.lock);
		if (vm->stage2.stale)
			axvcpu_stage2_flush(vm);
		axvcpu_stage2_reap(vm, dead);
		*format = vm->stage2.format;	/* the host has but one */
		spin_unlock(&vm->stage2.lock);
	}
}

static bool age_range(struct axvcpu_mm *mm, unsigned long start,
		      unsigned long end, bool clear)
{
	struct axvcpu_region *region;
	bool young = false;
	u64 gpa, length;

	spin_lock(&mm->lock);
	lockdep_assert_irqs_enabled();
	for_each_region(region, mm, start, end) {
		struct axvcpu_vm *vm = region->vm;

		gpa = region_part(region, start, end, &length);
		spin_lock(&vm->stage2.lock);
		young |= axvcpu_stage2_age(vm, gpa, length, clear);
		if (vm->stage2.stale)
			axvcpu_stage2_flush(vm);
		spin_unlock(&vm->stage2.lock);
		if (young && !clear)
			break;
	}
	spin_unlock(&mm->lock);
	return young;
}

/* ---- the kernel's calls ------------------------------------------------------- */

static int axvcpu_invalidate_start(struct mmu_notifier *notifier,
				   const struct mmu_notifier_range *range)
{
	const struct axvcpu_stage2_format *format = NULL;
	struct axvcpu_mm *mm = to_mm(notifier);
	LIST_HEAD(dead);

	spin_lock(&mm->lock);
	if (!mm->active) {
		WRITE_ONCE(mm->start, range->start);
		WRITE_ONCE(mm->end, range->end);
	} else {
		WRITE_ONCE(mm->start, min(mm->start, range->start));
		WRITE_ONCE(mm->end, max(mm->end, range->end));
	}
	WRITE_ONCE(mm->active, mm->active + 1);
	unmap_range(mm, range->start, range->end, &dead, &format);
	spin_unlock(&mm->lock);
	axvcpu_stage2_bury(format, &dead, mmu_notifier_range_blockable(range));
	return 0;
}

static void axvcpu_invalidate_end(struct mmu_notifier *notifier,
				  const struct mmu_notifier_range *range)
{
	struct axvcpu_mm *mm = to_mm(notifier);

	spin_lock(&mm->lock);
	if (first_region(mm, range->start, range->end)) {
		WRITE_ONCE(mm->sequence, mm->sequence + 1);
		/* Before all later stores to active, start and end. */
		smp_wmb();
	}
	WRITE_ONCE(mm->active, mm->active - 1);
	spin_unlock(&mm->lock);
}

static int axvcpu_clear_flush_young(struct mmu_notifier *notifier,
				    struct mm_struct *mm, unsigned long start,
				    unsigned long end)
{
	return age_range(to_mm(notifier), start, end, true);
}

static int axvcpu_clear_young(struct mmu_notifier *notifier,
			      struct mm_struct *mm, unsigned long start,
			      unsigned long end)
{
	return age_range(to_mm(notifier), start, end, true);
}

static int axvcpu_test_young(struct mmu_notifier *notifier,
			     struct mm_struct *mm, unsigned long address)
{
	return age_range(to_mm(notifier), address, address + 1, false);
}

/*
 * The mm goes. Its threads are gone, so no fault maps anything any more, and the
 * pins serve nobody: another process that holds a VM's fd must not keep them.
 */
static void axvcpu_release(struct mmu_notifier *notifier,
			   struct mm_struct *owner)
{
	const struct axvcpu_stage2_format *format = NULL;
	struct axvcpu_mm *mm = to_mm(notifier);
	struct axvcpu_region *region;
	LIST_HEAD(dead);
	LIST_HEAD(pins);

	spin_lock(&mm->lock);
	unmap_range(mm, 0, ULONG_MAX, &dead, &format);
	for_each_region(region, mm, 0, ULONG_MAX) {
		if (!region->pins)
			continue;
		list_add(&region->pins->link, &pins);
		region->pins = NULL;
	}
	spin_unlock(&mm->lock);
	/* Under nothing but SRCU. */
	axvcpu_stage2_bury(format, &dead, true);
	axvcpu_pin_free_list(owner, &pins);
}

static struct mmu_notifier *axvcpu_alloc_notifier(struct mm_struct *unused)
{
	struct axvcpu_mm *mm = kzalloc(sizeof(*mm), GFP_KERNEL_ACCOUNT);

	if (!mm)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&mm->lock);
	mm->regions = RB_ROOT_CACHED;
	atomic_inc(&notifiers);
	return &mm->notifier;
}

static void axvcpu_free_notifier(struct mmu_notifier *notifier)
{
	kfree(to_mm(notifier));
	if (atomic_dec_and_test(&notifiers))
		wake_up(&notifiers_gone);
}

static const struct mmu_notifier_ops axvcpu_mm_ops = {
	.release = axvcpu_release,
	.clear_flush_young = axvcpu_clear_flush_young,
	.clear_young = axvcpu_clear_young,
	.test_young = axvcpu_test_young,
	.invalidate_range_start = axvcpu_invalidate_start,
	.invalidate_range_end = axvcpu_invalidate_end,
	.alloc_notifier = axvcpu_alloc_notifier,
	.free_notifier = axvcpu_free_notifier,
};

/* ---- for memory.c ---------------------------------------------------------------- */

struct axvcpu_mm *axvcpu_mm_get(void)
{
	struct mmu_notifier *notifier =
		mmu_notifier_get(&axvcpu_mm_ops, current->mm);

	return IS_ERR(notifier) ? ERR_CAST(notifier) : to_mm(notifier);
}

void axvcpu_mm_put(struct axvcpu_mm *mm)
{
	mmu_notifier_put(&mm->notifier);
}

int axvcpu_mm_add(struct axvcpu_mm *mm, struct axvcpu_region *region)
{
	int ret = -ENOSPC;

	region->hva_node.start = region->hva;
	region->hva_node.last = region->hva + region->length - 1;
	spin_lock(&mm->lock);
	if (mm->count < AXVCPU_MAX_MM_REGIONS) {
		mm->count++;
		interval_tree_insert(&region->hva_node, &mm->regions);
		ret = 0;
	}
	spin_unlock(&mm->lock);
	return ret;
}

void axvcpu_mm_remove(struct axvcpu_mm *mm, struct axvcpu_region *region)
{
	spin_lock(&mm->lock);
	mm->count--;
	interval_tree_remove(&region->hva_node, &mm->regions);
	spin_unlock(&mm->lock);
}

unsigned long axvcpu_mm_sequence(struct axvcpu_mm *mm)
{
	/* Before the page lookup that follows. */
	return smp_load_acquire(&mm->sequence);
}

/*
 * The caller looked the page up after axvcpu_mm_sequence(), holds stage2.lock and
 * knows that the region is still published. Let I be an invalidation that
 * concerns the range and had not ended when the caller read the sequence.
 *
 * If I found the region in the tree and has yet to take our stage2.lock, it will
 * unmap what the caller maps now. If it has taken it, or if it began before
 * axvcpu_mm_add(), all it wrote is visible here. Then, of the loads of active,
 * start and end, either each sees a value from the time when I was active, and
 * these say that the range is concerned: start and end only grow apart while
 * active is not zero. Or one sees a value from after I's end; then, by the
 * barriers here and in axvcpu_invalidate_end(), the load of the sequence sees
 * that end, for at that time the region was in the tree.
 */
bool axvcpu_mm_retry(struct axvcpu_mm *mm, unsigned long sequence,
		     unsigned long hva, unsigned long length)
{
	if (READ_ONCE(mm->active) && hva < READ_ONCE(mm->end) &&
	    hva + length > READ_ONCE(mm->start))
		return true;
	smp_rmb();
	return READ_ONCE(mm->sequence) != sequence;
}

/*
 * mmu_notifier_synchronize() waits for readers, but on large machines not for all
 * calls of axvcpu_free_notifier(): SRCU makes them on the CPU that asked for them.
 * They run with softirqs off: after a grace period their last instruction is over.
 */
void axvcpu_notifier_exit(void)
{
	mmu_notifier_synchronize();
	wait_event(notifiers_gone, !atomic_read(&notifiers));
	synchronize_rcu();
}
