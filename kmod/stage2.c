// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The second-stage tables: one radix tree per VM, written here alone and read by
 * the hardware at any time.
 *
 * Every table but the root holds at least one entry: map() makes tables only for
 * the leaf that it then writes, and unmap() unlinks those it has emptied. So
 * their number is bounded by what is mapped, whatever the guest has touched
 * before.
 *
 * The hardware sets accessed and dirty bits by itself. A present entry is
 * therefore changed by exchange only.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/smp.h>

#include "arch.h"
#include "stage2.h"
#include "vcpu.h"
#include "vm.h"

static_assert(PAGE_SHIFT == 12, "the tables are of 4 KiB pages");

#define TABLE_ENTRIES	512

/* ---- entries ---------------------------------------------------------------- */

static bool is_present(const struct axvcpu_stage2_format *format, u64 entry)
{
	return entry & format->present;
}

static bool is_leaf(const struct axvcpu_stage2_format *format, u64 entry,
		    unsigned int level)
{
	return level == 1 ||
	       (entry & format->is_leaf_mask) == format->is_leaf_value;
}

static u64 entry_address(const struct axvcpu_stage2_format *format, u64 entry)
{
	return (entry & format->address) << format->address_shift;
}

static u64 make_entry(const struct axvcpu_stage2_format *format, u64 pa)
{
	return (pa >> format->address_shift) & format->address;
}

static u64 *entry_table(const struct axvcpu_stage2_format *format, u64 entry)
{
	return phys_to_virt(entry_address(format, entry));
}

static u64 make_leaf(const struct axvcpu_stage2_format *format, u64 pa,
		     unsigned int level, u32 access)
{
	u64 leaf = make_entry(format, pa) | format->leaf | format->accessed |
		   (level == 1 ? format->page : format->huge);

	if (access & AXVCPU_ACCESS_READ)
		leaf |= format->read;
	if (access & AXVCPU_ACCESS_WRITE)
		leaf |= format->write | format->dirty;
	if (access & AXVCPU_ACCESS_EXECUTE)
		leaf |= format->execute;
	else
		leaf |= format->no_execute;
	return leaf;
}

/* Does @leaf allow all that @wanted does? Only permissions are compared. */
static bool allows(const struct axvcpu_stage2_format *format, u64 leaf,
		   u64 wanted)
{
	u64 grants = format->read | format->write | format->execute;

	return !(wanted & ~leaf & grants) &&
	       !(leaf & ~wanted & format->no_execute);
}

/* @leaf with the permissions of @other as well. */
static u64 widen(const struct axvcpu_stage2_format *format, u64 leaf, u64 other)
{
	leaf |= other & (format->read | format->write | format->execute |
			 format->dirty);
	if (!(other & format->no_execute))
		leaf &= ~format->no_execute;
	return leaf;
}

static u64 *entry_at(const struct axvcpu_stage2 *stage2, u64 *table,
		     unsigned int level, u64 gpa)
{
	u64 entries = TABLE_ENTRIES;

	if (level == stage2->format->levels)
		entries <<= stage2->format->root_order;
	return &table[(gpa >> axvcpu_stage2_shift(level)) & (entries - 1)];
}

/* ---- pages ------------------------------------------------------------------ */

static void *table_alloc(unsigned int order)
{
	return (void *)__get_free_pages(GFP_KERNEL_ACCOUNT | __GFP_ZERO, order);
}

int axvcpu_stage2_cache_fill(struct axvcpu_stage2_cache *cache)
{
	while (cache->count < AXVCPU_STAGE2_CACHE) {
		void *page = table_alloc(0);

		if (!page)
			return -ENOMEM;
		cache->page[cache->count++] = page;
	}
	return 0;
}

void axvcpu_stage2_cache_drain(struct axvcpu_stage2_cache *cache)
{
	while (cache->count)
		free_page((unsigned long)cache->page[--cache->count]);
}

int axvcpu_stage2_new_as(struct axvcpu_vm *vm,
			 const struct axvcpu_stage2_format *format)
{
	struct axvcpu_stage2 *stage2 = &vm->stage2;

	/* The hardware's tags were flushed before they were given to a vCPU. */
	atomic64_set(&stage2->tlb_generation, 1);
	spin_lock_init(&stage2->lock);
	INIT_LIST_HEAD(&stage2->unlinked);
	stage2->format = format;
	if (!zalloc_cpumask_var(&stage2->targets, GFP_KERNEL_ACCOUNT))
		return -ENOMEM;
	stage2->root = table_alloc(format->root_order);
	if (!stage2->root) {
		free_cpumask_var(stage2->targets);
		return -ENOMEM;
	}
	return 0;
}

int axvcpu_stage2_new(struct axvcpu_vm *vm)
{
	return axvcpu_stage2_new_as(vm, axvcpu_host.stage2_format);
}

u64 axvcpu_stage2_root(const struct axvcpu_vm *vm)
{
	return virt_to_phys(vm->stage2.root);
}

unsigned int axvcpu_stage2_bits(const struct axvcpu_vm *vm)
{
	const struct axvcpu_stage2_format *format = vm->stage2.format;

	return PAGE_SHIFT + 9 * format->levels + format->root_order;
}

/* ---- tables that are no longer reached ---------------------------------------- */

static bool is_table(const struct axvcpu_stage2_format *format, u64 entry,
		     unsigned int level)
{
	return is_present(format, entry) && !is_leaf(format, entry, level);
}

/* The page struct of an unlinked table remembers its level and its neighbours. */
static void table_list(u64 *table, unsigned int level, struct list_head *list)
{
	struct page *page = virt_to_page(table);

	set_page_private(page, level);
	list_add(&page->lru, list);
}

static void table_list_below(const struct axvcpu_stage2_format *format,
			     const u64 *table, size_t entries,
			     unsigned int level, struct list_head *list)
{
	size_t i;

	for (i = 0; i < entries; i++) {
		u64 entry = READ_ONCE(table[i]);

		if (is_table(format, entry, level))
			table_list(entry_table(format, entry), level - 1, list);
	}
}

static bool table_empty(const struct axvcpu_stage2_format *format,
			const u64 *table)
{
	unsigned int i;

	for (i = 0; i < TABLE_ENTRIES; i++)
		if (is_present(format, READ_ONCE(table[i])))
			return false;
	return true;
}

void axvcpu_stage2_reap(struct axvcpu_vm *vm, struct list_head *dead)
{
	struct axvcpu_stage2 *stage2 = &vm->stage2;

	lockdep_assert_held(&stage2->lock);
	if (!stage2->stale)
		list_splice_init(&stage2->unlinked, dead);
}

/* Free one table after the other, putting those below it on the list first. */
void axvcpu_stage2_bury(const struct axvcpu_stage2_format *format,
			struct list_head *dead, bool may_sleep)
{
	while (!list_empty(dead)) {
		struct page *page = list_first_entry(dead, struct page, lru);
		unsigned int level = page_private(page);

		list_del(&page->lru);
		set_page_private(page, 0);
		if (level > 1)
			table_list_below(format, page_address(page),
					 TABLE_ENTRIES, level, dead);
		__free_page(page);
		if (may_sleep)
			cond_resched();
	}
}

void axvcpu_stage2_free(struct axvcpu_vm *vm)
{
	struct axvcpu_stage2 *stage2 = &vm->stage2;
	const struct axvcpu_stage2_format *format = stage2->format;

	table_list_below(format, stage2->root,
			 TABLE_ENTRIES << format->root_order, format->levels,
			 &stage2->unlinked);
	axvcpu_stage2_bury(format, &stage2->unlinked, true);
	free_pages((unsigned long)stage2->root, format->root_order);
	free_cpumask_var(stage2->targets);
}

/* ---- taking away ---------------------------------------------------------------- */

static void drop_leaf(struct axvcpu_stage2 *stage2, u64 *entry)
{
	xchg(entry, 0);
	stage2->stale = true;
}

static void unlink_table(struct axvcpu_stage2 *stage2, u64 *entry, u64 *table,
			 unsigned int level)
{
	xchg(entry, 0);
	stage2->stale = true;
	table_list(table, level, &stage2->unlinked);
}

/*
 * Empty [@gpa, @end) in one table. What is covered whole goes whole, whatever is
 * below; at most one entry at either end needs a look inside.
 */
static void unmap_in(struct axvcpu_stage2 *stage2, u64 *table,
		     unsigned int level, u64 gpa, u64 end)
{
	const struct axvcpu_stage2_format *format = stage2->format;
	u64 size = axvcpu_stage2_size(level);
	u64 next;

	for (; gpa < end; gpa = next) {
		u64 *entry = entry_at(stage2, table, level, gpa);
		u64 old = READ_ONCE(*entry);
		u64 *below;

		next = min(end, ALIGN_DOWN(gpa, size) + size);
		if (!is_present(format, old))
			continue;
		if (is_leaf(format, old, level)) {
			drop_leaf(stage2, entry);
			continue;
		}
		below = entry_table(format, old);
		if (next - gpa < size) {
			unmap_in(stage2, below, level - 1, gpa, next);
			if (!table_empty(format, below))
				continue;
		}
		unlink_table(stage2, entry, below, level - 1);
	}
}

void axvcpu_stage2_unmap(struct axvcpu_vm *vm, u64 gpa, u64 length)
{
	struct axvcpu_stage2 *stage2 = &vm->stage2;

	lockdep_assert_held(&stage2->lock);
	unmap_in(stage2, stage2->root, stage2->format->levels, gpa,
		 gpa + length);
}

/* ---- flush ------------------------------------------------------------------------ */

/* It was enough to arrive: the CPU has left guest mode for it. */
static void axvcpu_stage2_ack(void *unused)
{
}

/*
 * The back end's side of the bargain, for every single entry, with interrupts off
 * from here until guest mode is left:
 *
 *	WRITE_ONCE(vcpu->cpu, this CPU);
 *	smp_store_release(&vcpu->mode, AXVCPU_IN_GUEST);
 *	smp_mb();					(a)
 *	if (the tag's generation != atomic64_read(&tlb_generation))
 *		flush the tag;
 *	enter the guest;
 *	smp_store_release(&vcpu->mode, AXVCPU_OUTSIDE);
 *
 * (a) pairs with the barrier below. Either the entry sees the new generation and
 * flushes, or we see it in guest mode; then the IPI, which stays pending while
 * interrupts are off, makes the hardware leave the guest, and the answer comes
 * from the host with interrupts on. A CPU that has left by itself enters again
 * only by (a). Each way, the entries that were emptied before are neither
 * walked nor cached when we return.
 */
void axvcpu_stage2_flush(struct axvcpu_vm *vm)
{
	struct axvcpu_stage2 *stage2 = &vm->stage2;
	struct axvcpu_vcpu *vcpu;
	bool any = false;

	lockdep_assert_held(&stage2->lock);
	lockdep_assert_irqs_enabled();
	stage2->stale = false;
	axvcpu_stage2_written();
	atomic64_inc(&stage2->tlb_generation);
	smp_mb__after_atomic();
	spin_lock(&vm->vcpus_lock);
	axvcpu_for_each_vcpu(vcpu, vm) {
		int cpu;

		if (smp_load_acquire(&vcpu->mode) != AXVCPU_IN_GUEST)
			continue;
		cpu = READ_ONCE(vcpu->cpu);
		/* Where we run no guest does, and where we ran none does with old entries. */
		if (cpu < 0 || cpu == raw_smp_processor_id())
			continue;
		__cpumask_set_cpu(cpu, stage2->targets);
		atomic64_inc(&vcpu->stats.ipis);
		any = true;
	}
	spin_unlock(&vm->vcpus_lock);
	if (any) {
		preempt_disable();
		smp_call_function_many(stage2->targets, axvcpu_stage2_ack, NULL,
				       true);
		preempt_enable();
		cpumask_clear(stage2->targets);
	}
}

/* ---- adding ------------------------------------------------------------------------- */

/*
 * The table below @entry at @level, new if there is none. NULL: a leaf is there
 * and stays in the way, or the cache was not filled.
 */
static u64 *table_below(struct axvcpu_stage2 *stage2,
			struct axvcpu_stage2_cache *cache, u64 *entry,
			unsigned int level)
{
	const struct axvcpu_stage2_format *format = stage2->format;
	u64 old = READ_ONCE(*entry);
	u64 *table;

	if (is_present(format, old))
		return is_leaf(format, old, level) ? NULL :
						     entry_table(format, old);
	if (WARN_ON_ONCE(!cache->count))
		return NULL;
	table = cache->page[--cache->count];
	/* The hardware must not follow the entry to anything but zeroes. */
	smp_wmb();
	WRITE_ONCE(*entry, make_entry(format, virt_to_phys(table)) |
				   format->table);
	return table;
}

/* A huge leaf at @level that maps more than @leaf: does it serve as well? */
static bool serves(const struct axvcpu_stage2_format *format, u64 huge,
		   unsigned int level, u64 gpa, u64 pa, u64 leaf)
{
	u64 offset = axvcpu_stage2_size(level) - 1;

	return ((entry_address(format, huge) ^ pa) & ~offset) == 0 &&
	       ((gpa ^ pa) & offset) == 0 && allows(format, huge, leaf);
}

void axvcpu_stage2_map(struct axvcpu_vm *vm, struct axvcpu_stage2_cache *cache,
		       u64 gpa, u64 pa, unsigned int level, u32 access)
{
	struct axvcpu_stage2 *stage2 = &vm->stage2;
	const struct axvcpu_stage2_format *format = stage2->format;
	u64 leaf = make_leaf(format, pa, level, access);
	u64 *table = stage2->root;
	unsigned int at;
	u64 *entry, old;

	lockdep_assert_held(&stage2->lock);
	for (at = format->levels;; at--) {
		entry = entry_at(stage2, table, at, gpa);
		old = READ_ONCE(*entry);
		if (at == level)
			break;
		if (is_present(format, old) && is_leaf(format, old, at)) {
			if (serves(format, old, at, gpa, pa, leaf))
				return;
			drop_leaf(stage2, entry);
			axvcpu_stage2_flush(vm);
		}
		table = table_below(stage2, cache, entry, at);
		if (!table)
			return;
	}
	if (is_table(format, old, level)) {
		unlink_table(stage2, entry, entry_table(format, old),
			     level - 1);
		axvcpu_stage2_flush(vm);
	} else if (is_present(format, old)) {
		if (serves(format, old, level, gpa, pa, leaf))
			return;
		if (entry_address(format, old) == entry_address(format, leaf)) {
			xchg(entry, widen(format, leaf, old));
			if (format->flush_widened)
				axvcpu_stage2_flush(vm);
			return;
		}
		drop_leaf(stage2, entry);
		axvcpu_stage2_flush(vm);
	}
	WRITE_ONCE(*entry, leaf);
	axvcpu_stage2_written();
}

/* ---- age ------------------------------------------------------------------------------ */

static bool age_leaf(const struct axvcpu_stage2_format *format, u64 *entry,
		     bool clear)
{
	u64 old = READ_ONCE(*entry);

	do {
		if (!(old & format->accessed))
			return false;
	} while (clear &&
		 !try_cmpxchg(entry, &old, old & ~format->accessed));
	return true;
}

static bool age_in(struct axvcpu_stage2 *stage2, u64 *table, unsigned int level,
		   u64 gpa, u64 end, bool clear)
{
	const struct axvcpu_stage2_format *format = stage2->format;
	u64 size = axvcpu_stage2_size(level);
	bool young = false;
	u64 next;

	for (; gpa < end; gpa = next) {
		u64 *entry = entry_at(stage2, table, level, gpa);
		u64 old = READ_ONCE(*entry);

		next = min(end, ALIGN_DOWN(gpa, size) + size);
		if (!is_present(format, old))
			continue;
		if (!is_leaf(format, old, level))
			young |= age_in(stage2, entry_table(format, old),
					level - 1, gpa, next, clear);
		else if (!format->accessed)
			young = true;
		else
			young |= age_leaf(format, entry, clear);
	}
	return young;
}

bool axvcpu_stage2_age(struct axvcpu_vm *vm, u64 gpa, u64 length, bool clear)
{
	struct axvcpu_stage2 *stage2 = &vm->stage2;
	bool young;

	lockdep_assert_held(&stage2->lock);
	young = age_in(stage2, stage2->root, stage2->format->levels, gpa,
		       gpa + length, clear);
	if (young && clear && !stage2->format->accessed)
		axvcpu_stage2_unmap(vm, gpa, length);
	return young;
}
