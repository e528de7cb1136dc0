// SPDX-License-Identifier: GPL-2.0-or-later
/* PIN: a region's pages kept where they are, and charged to the owner's mm. */
#include <linux/capability.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "memory.h"
#include "pin.h"
#include "vm.h"

/* Pages pinned or unpinned in one go, with interrupts off at worst. */
#define BATCH	512UL

/*
 * RLIMIT_MEMLOCK holds for what is locked and what is pinned together. The counter
 * needs no lock and lives as long as the mm's struct: a VM may be freed by any
 * process, and after its owner.
 */
static int pages_charge(struct mm_struct *mm, unsigned long count)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;

	if (atomic64_add_return(count, &mm->pinned_vm) +
			    READ_ONCE(mm->locked_vm) <= limit ||
	    capable(CAP_IPC_LOCK))
		return 0;
	atomic64_sub(count, &mm->pinned_vm);
	return -ENOMEM;
}

static void pages_uncharge(struct mm_struct *mm, unsigned long count)
{
	atomic64_sub(count, &mm->pinned_vm);
}

/*
 * Nothing to mark dirty: a writable second-stage entry has marked the folio, and
 * a file system may have written it back and write-protected it since.
 */
static void pages_unpin(struct page **pages, unsigned long count)
{
	while (count) {
		unsigned long batch = min(count, BATCH);

		unpin_user_pages(pages, batch);
		pages += batch;
		count -= batch;
		cond_resched();
	}
}

static void pins_free(struct mm_struct *mm, struct axvcpu_pins *pins,
		      unsigned long pinned)
{
	pages_unpin(pins->page, pinned);
	pages_uncharge(mm, pins->count);
	kvfree(pins);
}

void axvcpu_pin_free(struct mm_struct *mm, struct axvcpu_pins *pins)
{
	if (pins)
		pins_free(mm, pins, pins->count);
}

void axvcpu_pin_free_list(struct mm_struct *mm, struct list_head *list)
{
	struct axvcpu_pins *pins, *next;

	list_for_each_entry_safe(pins, next, list, link)
		pins_free(mm, pins, pins->count);
}

static int pages_pin(const struct axvcpu_region *region,
		     struct axvcpu_pins *pins, unsigned long *pinned)
{
	unsigned int flags = FOLL_LONGTERM;

	if (!(region->flags & AXVCPU_MEM_READONLY))
		flags |= FOLL_WRITE;
	while (*pinned < pins->count) {
		int ret = pin_user_pages_fast(region->hva + *pinned * PAGE_SIZE,
					      min(pins->count - *pinned, BATCH),
					      flags, pins->page + *pinned);

		if (fatal_signal_pending(current)) {
			*pinned += max(ret, 0);
			return -EINTR;
		}
		if (ret <= 0)
			return ret == -ENOMEM || ret == -EINTR ? ret : -EFAULT;
		*pinned += ret;
		cond_resched();
	}
	return 0;
}

int axvcpu_pin_region(struct axvcpu_region *region)
{
	unsigned long count = region->length >> PAGE_SHIFT, pinned = 0;
	struct axvcpu_pins *pins;
	int ret;

	ret = pages_charge(region->vm->mm, count);
	if (ret)
		return ret;
	pins = kvmalloc(struct_size(pins, page, count),
			GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!pins) {
		pages_uncharge(region->vm->mm, count);
		return -ENOMEM;
	}
	pins->count = count;
	ret = pages_pin(region, pins, &pinned);
	if (ret) {
		pins_free(region->vm->mm, pins, pinned);
		return ret;
	}
	region->pins = pins;
	return 0;
}
