/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PIN: a region's pages kept where they are, and charged to the owner's mm. */
#ifndef AXVCPU_PIN_H
#define AXVCPU_PIN_H

#include <linux/list.h>

struct axvcpu_region;
struct mm_struct;
struct page;

/**
 * struct axvcpu_pins - pinned pages, charged to an mm
 * @link: in the list of those that go
 * @count: of the charge, and of @page
 * @page: the pages
 */
struct axvcpu_pins {
	struct list_head link;
	unsigned long count;
	struct page *page[];
};

/**
 * axvcpu_pin_region() - charge and pin all pages of a region: region->pins
 *
 * May wait for user space. On an error region->pins is NULL as before. Return: 0;
 * -ENOMEM, RLIMIT_MEMLOCK too; -EFAULT: what can't be pinned; -EINTR.
 */
int axvcpu_pin_region(struct axvcpu_region *region);

/** axvcpu_pin_free() - the opposite, for what was charged to @mm; NULL: nothing */
void axvcpu_pin_free(struct mm_struct *mm, struct axvcpu_pins *pins);

/** axvcpu_pin_free_list() - the same for a list of them, by their links */
void axvcpu_pin_free_list(struct mm_struct *mm, struct list_head *list);

#endif /* AXVCPU_PIN_H */
