/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The leaves of the host's own page tables. */
#ifndef AXVCPU_COMPAT_LEAF_H
#define AXVCPU_COMPAT_LEAF_H

#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/pgtable.h>

/* Not every architecture has p?d_write() for leaves; the bits are those of a PTE. */
static inline bool axvcpu_leaf_is(u64 leaf_pfn, u64 leaf, unsigned long size,
				  unsigned long address, unsigned long pfn,
				  bool write)
{
	return leaf_pfn + ((address & (size - 1)) >> PAGE_SHIFT) == pfn &&
	       (!write || pte_write(__pte(leaf)));
}

/**
 * axvcpu_leaf_level() - the level at which current->mm maps an address
 * @pfn: what the caller knows to be mapped there
 * @write: and that it is writable
 *
 * A leaf says what may be mapped with the page; the folio that the page is part
 * of does not, its neighbours may be mapped nowhere or with less permission. The
 * answer holds as long as no invalidation begins. Interrupts are off during the
 * walk, so the tables are not freed under it.
 *
 * Return: 2 or 3 for a leaf of PMD or PUD size that maps @pfn, else 1.
 */
static inline unsigned int axvcpu_leaf_level(unsigned long address,
					     unsigned long pfn, bool write)
{
	unsigned int level = 1;
	unsigned long flags;
	pgd_t *pgdp, pgd;
	p4d_t *p4dp, p4d;
	pud_t *pudp, pud;
	pmd_t pmd;

	local_irq_save(flags);
	pgdp = pgd_offset(current->mm, address);
	pgd = READ_ONCE(*pgdp);
	if (!pgd_present(pgd))
		goto out;
	p4dp = p4d_offset_lockless(pgdp, pgd, address);
	p4d = READ_ONCE(*p4dp);
	if (!p4d_present(p4d))
		goto out;
	pudp = pud_offset_lockless(p4dp, p4d, address);
	pud = READ_ONCE(*pudp);
	if (!pud_present(pud))
		goto out;
	if (pud_leaf(pud)) {
		if (axvcpu_leaf_is(pud_pfn(pud), pud_val(pud), PUD_SIZE,
				   address, pfn, write))
			level = 3;
		goto out;
	}
	pmd = READ_ONCE(*pmd_offset_lockless(pudp, pud, address));
	if (pmd_present(pmd) && pmd_leaf(pmd) &&
	    axvcpu_leaf_is(pmd_pfn(pmd), pmd_val(pmd), PMD_SIZE, address, pfn,
			   write))
		level = 2;
out:
	local_irq_restore(flags);
	return level;
}

#endif /* AXVCPU_COMPAT_LEAF_H */
