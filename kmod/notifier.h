/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's mm changes, the second stage follows. */
#ifndef AXVCPU_NOTIFIER_H
#define AXVCPU_NOTIFIER_H

#include <linux/types.h>

struct axvcpu_mm;
struct axvcpu_region;

/**
 * axvcpu_mm_get() - the notifier of current->mm, one for all its VMs
 * axvcpu_mm_put() - the opposite; by any process, the mm may be gone. Does not
 *	wait; no region of the VM is added any more
 *
 * Return: or an ERR_PTR: -ENOMEM, -EINTR.
 */
struct axvcpu_mm *axvcpu_mm_get(void);
void axvcpu_mm_put(struct axvcpu_mm *mm);

/*
 * Regions of all VMs of an mm. They may all show the same page, and whoever takes
 * that page away (reclaim, compaction) then visits each under a spinlock: so there
 * are no more than the VMAs that an mm has by default.
 */
#define AXVCPU_MAX_MM_REGIONS	65536

/**
 * axvcpu_mm_add() - follow a region's HVA range; before it is published. -ENOSPC
 * axvcpu_mm_remove() - the opposite; after it was unpublished and unmapped.
 *	When it returns, no notifier uses the region or, through it, the VM
 */
int axvcpu_mm_add(struct axvcpu_mm *mm, struct axvcpu_region *region);
void axvcpu_mm_remove(struct axvcpu_mm *mm, struct axvcpu_region *region);

/**
 * axvcpu_mm_sequence() - read before a host page is looked up
 * axvcpu_mm_retry() - under stage2.lock: an invalidation ran since, or runs now,
 *	that may concern [@hva, @hva + @length) in a published region
 */
unsigned long axvcpu_mm_sequence(struct axvcpu_mm *mm);
bool axvcpu_mm_retry(struct axvcpu_mm *mm, unsigned long sequence,
		     unsigned long hva, unsigned long length);

/** axvcpu_notifier_exit() - module exit: wait for every put to be done */
void axvcpu_notifier_exit(void);

#endif /* AXVCPU_NOTIFIER_H */
