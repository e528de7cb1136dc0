// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guest memory as the user sees it: regions, checks, pinning, accounting; and the
 * second-stage fault, which maps a page of it.
 *
 * The second stage holds no reference to a page. It follows the owner's mm: what
 * the notifier takes away there it takes away here, before the page is reused,
 * written back or shared. So the guest sees at each address what the owner's
 * threads see at the region's address, in regions with PIN as well; the pins only
 * keep the pages where they are.
 */
#include <linux/highmem.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/overflow.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "arch.h"
#include "compat/gup.h"
#include "compat/leaf.h"
#include "memory.h"
#include "notifier.h"
#include "pin.h"
#include "stage2.h"
#include "vcpu.h"
#include "vm.h"

#define AXVCPU_MEM_KNOWN                                                      \
	(AXVCPU_MEM_DELETE | AXVCPU_MEM_READONLY | AXVCPU_MEM_PIN)
#define AXVCPU_MEM_RESERVED                                                   \
	(AXVCPU_MEM_LOG_DIRTY | AXVCPU_MEM_NO_EXECUTE | AXVCPU_MEM_DEVICE |   \
	 AXVCPU_MEM_FD)

/* ---- the table of regions ------------------------------------------------------ */

/* How many regions begin at or below @gpa. */
static unsigned int table_position(const struct axvcpu_region_table *table,
				   u64 gpa)
{
	unsigned int low = 0, high = table ? table->count : 0;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (gpa < table->region[middle]->gpa)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

const struct axvcpu_region *axvcpu_memory_find(struct axvcpu_vm *vm, u64 gpa)
{
	const struct axvcpu_region_table *table =
		rcu_dereference(vm->memory.table);
	unsigned int position = table_position(table, gpa);
	const struct axvcpu_region *region;

	if (!position)
		return NULL;
	/* The guest chooses @gpa, and speculation may overrun the search. */
	position = array_index_nospec(position - 1, table->count);
	region = table->region[position];
	return gpa - region->gpa < region->length ? region : NULL;
}

static int table_room(const struct axvcpu_region_table *table, u64 gpa,
		      u64 length)
{
	unsigned int position = table_position(table, gpa);
	const struct axvcpu_region *region;

	if (!table)
		return 0;
	if (position) {
		region = table->region[position - 1];
		if (gpa - region->gpa < region->length)
			return -EEXIST;
	}
	if (position < table->count) {
		region = table->region[position];
		if (region->gpa - gpa < length)
			return -EEXIST;
	}
	return table->count < AXVCPU_MAX_REGIONS ? 0 : -ENOSPC;
}

static struct axvcpu_region_table *table_alloc(unsigned int count)
{
	struct axvcpu_region_table *table;

	table = kvmalloc(struct_size(table, region, count), GFP_KERNEL_ACCOUNT);
	if (table)
		table->count = count;
	return table;
}

static struct axvcpu_region_table *
table_with(const struct axvcpu_region_table *old, struct axvcpu_region *region)
{
	unsigned int position = table_position(old, region->gpa);
	unsigned int count = old ? old->count : 0;
	struct axvcpu_region_table *new = table_alloc(count + 1);

	if (!new)
		return NULL;
	if (old) {
		memcpy(new->region, old->region,
		       position * sizeof(new->region[0]));
		memcpy(new->region + position + 1, old->region + position,
		       (count - position) * sizeof(new->region[0]));
	}
	new->region[position] = region;
	return new;
}

static struct axvcpu_region_table *
table_without(const struct axvcpu_region_table *old, unsigned int position)
{
	unsigned int count = old->count - 1;
	struct axvcpu_region_table *new = table_alloc(count);

	if (!new)
		return NULL;
	memcpy(new->region, old->region, position * sizeof(new->region[0]));
	memcpy(new->region + position, old->region + position + 1,
	       (count - position) * sizeof(new->region[0]));
	return new;
}

static void table_free(struct axvcpu_region_table *table)
{
	if (table)
		kvfree_rcu(table, rcu);
}

static struct axvcpu_region_table *table_locked(struct axvcpu_vm *vm)
{
	return rcu_dereference_protected(vm->memory.table,
					 lockdep_is_held(&vm->memory.lock));
}

/* ---- looking up ------------------------------------------------------------------ */

/* What is needed of a region: a copy that outlives the RCU section. */
struct place {
	u64 gpa;
	u64 length;
	unsigned long hva;
	u32 flags;
	unsigned long sequence;		/* vm->memory.sequence before the lookup */
};

static bool memory_lookup(struct axvcpu_vm *vm, u64 gpa, struct place *place)
{
	const struct axvcpu_region *region;

	/* Pairs with memory_withdraw(): a new sequence finds a new table. */
	place->sequence = smp_load_acquire(&vm->memory.sequence);
	rcu_read_lock();
	region = axvcpu_memory_find(vm, gpa);
	if (region) {
		place->gpa = region->gpa;
		place->length = region->length;
		place->hva = region->hva;
		place->flags = region->flags;
	}
	rcu_read_unlock();
	return region;
}

/* The owner's address of @gpa, which lies in @place, even in speculation. */
static unsigned long place_hva(const struct place *place, u64 gpa)
{
	return place->hva +
	       array_index_nospec(gpa - place->gpa, place->length);
}

/* ---- mapping one page -------------------------------------------------------------- */

/* What page_get() does for a page that is not there now. */
enum page_wait {
	WAIT_NOT,		/* -EAGAIN */
	WAIT_SIGNAL,		/* any signal ends it where the kernel knows how */
	WAIT_KILL,		/* only a fatal one does */
};

/*
 * The page at @hva, with a reference. For a read, @writable says if the host would
 * let us write as things are: then one fault is enough for both.
 *
 * Return: 0; -EFAULT, -EHWPOISON, -ENOMEM, -EINTR; with WAIT_NOT also -EAGAIN.
 */
static int page_get(unsigned long hva, const struct place *place, bool write,
		    enum page_wait wait, struct page **page, bool *writable)
{
	bool may_write = !(place->flags & AXVCPU_MEM_READONLY);
	unsigned int flags = write ? FOLL_WRITE : 0;
	struct page *again;
	long ret;

	hva &= PAGE_MASK;
	*writable = may_write;
	if (may_write &&
	    get_user_pages_fast_only(hva, 1, FOLL_WRITE, page) == 1)
		return 0;
	*writable = write;
	if (!write && get_user_pages_fast_only(hva, 1, 0, page) == 1)
		return 0;
	if (wait == WAIT_NOT)
		return -EAGAIN;
	flags |= FOLL_HWPOISON | AXVCPU_FOLL_NUMA;
	if (wait == WAIT_SIGNAL)
		flags |= AXVCPU_FOLL_INTERRUPTIBLE;
	ret = get_user_pages_unlocked(hva, 1, page, flags);
	if (ret != 1) {
		if (fatal_signal_pending(current) || ret == -EAGAIN)
			return -EINTR;
		return ret ?: -EFAULT;
	}
	if (!write && may_write &&
	    get_user_pages_fast_only(hva, 1, FOLL_WRITE, &again) == 1) {
		put_page(*page);
		*page = again;
		*writable = true;
	}
	return 0;
}

/*
 * The largest level at which the leaf of the host's table around @gpa can be
 * mapped: inside the region, aligned on both sides, known to the hardware.
 */
static unsigned int place_level(const struct axvcpu_vm *vm,
				const struct place *place, u64 gpa,
				unsigned long hva, unsigned long pfn,
				bool writable)
{
	unsigned int level = axvcpu_leaf_level(hva, pfn, writable);

	for (; level > 1; level--) {
		u64 size = axvcpu_stage2_size(level);
		u64 start = ALIGN_DOWN(gpa, size);

		if (vm->stage2.format->huge_levels & BIT(level) &&
		    !((gpa ^ hva) & (size - 1)) && start >= place->gpa &&
		    start - place->gpa + size <= place->length)
			break;
	}
	return level;
}

/* The page, or the huge page around it, looks the same to the guest as to us. */
static void page_sync(const struct axvcpu_vm *vm, struct page *page, u64 size)
{
	u64 pa = ALIGN_DOWN(PFN_PHYS(page_to_pfn(page)), size);

	if (vm->stage2.format->sync)
		vm->stage2.format->sync(phys_to_virt(pa), size);
}

/*
 * Map the page at @gpa, or the huge page around it.
 *
 * The guest's writes do not make the host's PTE dirty: the folio is marked here,
 * under stage2.lock with no invalidation since the page was looked up, so the
 * host's PTE is there and is writable, and truncation waits for us in the
 * notifier. The mark is not lost before the last write, since everything that
 * cleans a mapped page (writeback, MADV_FREE) calls the notifier before it looks,
 * and a write after that faults and marks again. Where a file system wants to
 * hear of the first write it has: it keeps the PTE read-only until then.
 *
 * Return: the level; 0: raced, nothing is mapped; or as page_get().
 */
static int map_page(struct axvcpu_vm *vm, struct axvcpu_stage2_cache *cache,
		    const struct place *place, u64 gpa, bool write,
		    enum page_wait wait)
{
	u32 access = AXVCPU_ACCESS_READ | AXVCPU_ACCESS_EXECUTE;
	unsigned long hva = place_hva(place, gpa);
	unsigned long sequence;
	struct page *page;
	LIST_HEAD(dead);
	bool writable;
	int ret, level;
	u64 size;

	ret = axvcpu_stage2_cache_fill(cache);
	if (ret)
		return ret;
	sequence = axvcpu_mm_sequence(vm->memory.mm);
	ret = page_get(hva, place, write, wait, &page, &writable);
	if (ret)
		return ret;
	level = place_level(vm, place, gpa, hva, page_to_pfn(page), writable);
	size = axvcpu_stage2_size(level);
	if (writable)
		access |= AXVCPU_ACCESS_WRITE;
	page_sync(vm, page, size);

	spin_lock(&vm->stage2.lock);
	if (vm->memory.sequence != place->sequence ||
	    axvcpu_mm_retry(vm->memory.mm, sequence, ALIGN_DOWN(hva, size),
			    size)) {
		level = 0;
	} else {
		axvcpu_stage2_map(vm, cache, ALIGN_DOWN(gpa, size),
				  ALIGN_DOWN(PFN_PHYS(page_to_pfn(page)), size),
				  level, access);
		axvcpu_stage2_reap(vm, &dead);
		if (writable)
			folio_mark_dirty(page_folio(page));
	}
	spin_unlock(&vm->stage2.lock);
	put_page(page);
	axvcpu_stage2_bury(vm->stage2.format, &dead, true);
	return level;
}

/* The addresses around @gpa, where no region is, up to the next ones. */
static noinline void hole_find(struct axvcpu_vcpu *vcpu, u64 gpa,
			       unsigned long changes)
{
	const struct axvcpu_region_table *table;
	struct axvcpu_hole *hole = &vcpu->hole;
	u64 start = 0, end = ~0ULL;
	unsigned int position;

	rcu_read_lock();
	table = rcu_dereference(vcpu->vm->memory.table);
	position = table_position(table, gpa);
	if (position)
		start = table->region[position - 1]->gpa +
			table->region[position - 1]->length;
	if (table && position < table->count)
		end = table->region[position]->gpa;
	rcu_read_unlock();
	/* A region that was added meanwhile, and its count is not seen yet. */
	hole->length = start <= gpa ? end - start : 0;
	hole->start = start;
	hole->changes = changes;
}

static noinline int memory_fault_region(struct axvcpu_vcpu *vcpu,
					unsigned long changes)
{
	struct axvcpu_fault *fault = &vcpu->fault;
	bool write = fault->access & AXVCPU_ACCESS_WRITE;
	struct axvcpu_vm *vm = vcpu->vm;
	struct place place;
	int ret;

	fault->host_errno = 0;
	if (!memory_lookup(vm, fault->gpa, &place)) {
		hole_find(vcpu, fault->gpa, changes);
		fault->cause = AXVCPU_NPF_NO_REGION;
		return 1;
	}
	if (write && place.flags & AXVCPU_MEM_READONLY) {
		fault->cause = AXVCPU_NPF_READ_ONLY;
		return 1;
	}
	ret = map_page(vm, &vcpu->cache, &place, fault->gpa, write,
		       WAIT_SIGNAL);
	switch (ret) {
	case 1 ... 3:
		vcpu->stats.faults++;
		if (ret > 1)
			vcpu->stats.huge_faults++;
		fallthrough;
	case 0:
		return 0;
	case -EINTR:
	case -ENOMEM:
		return ret;
	case -EHWPOISON:
		fault->cause = AXVCPU_NPF_POISONED;
		return 1;
	default:
		fault->cause = AXVCPU_NPF_HOST_FAULT;
		fault->host_errno = -ret;
		return 1;
	}
}

int axvcpu_memory_fault(struct axvcpu_vcpu *vcpu)
{
	/* Before the lookup: what is found is at least as new. */
	unsigned long changes = smp_load_acquire(&vcpu->vm->memory.changes);

	return likely(axvcpu_memory_in_hole(vcpu, changes)) ?
		       1 : memory_fault_region(vcpu, changes);
}

/* ---- PIN ----------------------------------------------------------------------------- */

/* Not published, or withdrawn: nobody else looks at its pins. */
static void region_free(struct axvcpu_region *region)
{
	axvcpu_pin_free(region->vm->mm, region->pins);
	kfree_rcu(region, rcu);
}

/*
 * Map all of a published region whose pages are pinned. A page that the owner
 * changes at this moment is left to a fault, like all that it changes later.
 */
static int region_map(struct axvcpu_vm *vm, const struct axvcpu_region *region)
{
	bool write = !(region->flags & AXVCPU_MEM_READONLY);
	const struct place place = {
		.gpa = region->gpa,
		.length = region->length,
		.hva = region->hva,
		.flags = region->flags,
		.sequence = vm->memory.sequence,
	};
	struct axvcpu_stage2_cache cache = {};
	u64 offset = 0;
	int ret = 0;

	lockdep_assert_held(&vm->memory.lock);
	while (offset < region->length) {
		u64 gpa = region->gpa + offset;

		ret = map_page(vm, &cache, &place, gpa, write, WAIT_NOT);
		if (ret == -ENOMEM)
			break;
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		cond_resched();
		offset += axvcpu_stage2_size(max(ret, 1)) -
			  (gpa & (axvcpu_stage2_size(max(ret, 1)) - 1));
		ret = 0;
	}
	axvcpu_stage2_cache_drain(&cache);
	return ret;
}

/* ---- SET_MEMORY ---------------------------------------------------------------------- */

/* Every byte is mapped by the caller, and may be read (and written). */
static int check_user_range(unsigned long start, unsigned long length,
			    bool write)
{
	vm_flags_t needed = write ? VM_READ | VM_WRITE : VM_READ;
	unsigned long end = start + length;
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int ret = 0;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	for (; start < end; start = vma->vm_end) {
		vma = find_vma(mm, start);
		if (!vma || vma->vm_start > start ||
		    (vma->vm_flags & needed) != needed ||
		    vma->vm_flags & (VM_IO | VM_PFNMAP)) {
			ret = -EFAULT;
			break;
		}
	}
	mmap_read_unlock(mm);
	return ret;
}

/* No hole that a vCPU remembers is one any more; the new table is in force. */
static void memory_changed(struct axvcpu_vm *vm)
{
	lockdep_assert_held(&vm->memory.lock);
	smp_store_release(&vm->memory.changes, vm->memory.changes + 1);
}

/*
 * Take a region out of force, with @table in the place of the one that has it.
 * When this returns no vCPU reaches it: from the new sequence on no fault maps a
 * page of it, and what was mapped is gone from all CPUs. stage2.stale may be set
 * by a notifier that has unmapped a part of it and not yet flushed.
 */
static void memory_withdraw(struct axvcpu_vm *vm, struct axvcpu_region *region,
			    struct axvcpu_region_table *table)
{
	LIST_HEAD(dead);

	lockdep_assert_held(&vm->memory.lock);
	spin_lock(&vm->stage2.lock);
	rcu_assign_pointer(vm->memory.table, table);
	smp_store_release(&vm->memory.sequence, vm->memory.sequence + 1);
	axvcpu_stage2_unmap(vm, region->gpa, region->length);
	if (vm->stage2.stale)
		axvcpu_stage2_flush(vm);
	axvcpu_stage2_reap(vm, &dead);
	spin_unlock(&vm->stage2.lock);
	memory_changed(vm);
	axvcpu_mm_remove(vm->memory.mm, region);
	axvcpu_stage2_bury(vm->stage2.format, &dead, true);
}

/* Put a region in force; with PIN also into the second stage. */
static int memory_publish(struct axvcpu_vm *vm, struct axvcpu_region *region)
{
	struct axvcpu_region_table *old = table_locked(vm), *new;
	int ret;

	ret = table_room(old, region->gpa, region->length);
	if (ret)
		return ret;
	new = table_with(old, region);
	if (!new)
		return -ENOMEM;
	ret = axvcpu_mm_add(vm->memory.mm, region);
	if (ret) {
		kvfree(new);
		return ret;
	}
	rcu_assign_pointer(vm->memory.table, new);
	memory_changed(vm);
	if (region->flags & AXVCPU_MEM_PIN) {
		ret = region_map(vm, region);
		if (ret) {
			memory_withdraw(vm, region, old);
			old = new;
		}
	}
	table_free(old);
	return ret;
}

static int memory_has_room(struct axvcpu_vm *vm, u64 gpa, u64 length)
{
	int ret;

	rcu_read_lock();
	ret = table_room(rcu_dereference(vm->memory.table), gpa, length);
	rcu_read_unlock();
	return ret;
}

static int memory_add(struct axvcpu_vm *vm, const struct axvcpu_memory *args)
{
	unsigned long hva = untagged_addr((unsigned long)args->user_addr);
	struct axvcpu_region *region;
	int ret;

	if (!access_ok((void __user *)hva, args->length))
		return -EFAULT;
	ret = memory_has_room(vm, args->gpa, args->length);
	if (ret)
		return ret;
	ret = check_user_range(hva, args->length,
			       !(args->flags & AXVCPU_MEM_READONLY));
	if (ret)
		return ret;
	region = kzalloc(sizeof(*region), GFP_KERNEL_ACCOUNT);
	if (!region)
		return -ENOMEM;
	region->gpa = args->gpa;
	region->length = args->length;
	region->hva = hva;
	region->flags = args->flags;
	region->vm = vm;
	if (region->flags & AXVCPU_MEM_PIN) {
		ret = axvcpu_pin_region(region);
		if (ret)
			goto free;
	}
	ret = -EINTR;
	if (mutex_lock_killable(&vm->memory.lock))
		goto free;
	ret = memory_publish(vm, region);
	mutex_unlock(&vm->memory.lock);
	if (ret)
		goto free;
	return 0;

free:
	region_free(region);
	return ret;
}

static int memory_delete(struct axvcpu_vm *vm, const struct axvcpu_memory *args)
{
	struct axvcpu_region_table *old, *new = NULL;
	struct axvcpu_region *region;
	unsigned int position;
	int ret = -EINVAL;

	if (mutex_lock_killable(&vm->memory.lock))
		return -EINTR;
	old = table_locked(vm);
	position = table_position(old, args->gpa);
	if (!position--)
		goto unlock;
	region = old->region[position];
	if (region->gpa != args->gpa ||
	    (args->length && region->length != args->length))
		goto unlock;
	if (old->count > 1) {
		ret = -ENOMEM;
		new = table_without(old, position);
		if (!new)
			goto unlock;
	}
	memory_withdraw(vm, region, new);
	mutex_unlock(&vm->memory.lock);
	table_free(old);
	region_free(region);
	return 0;

unlock:
	mutex_unlock(&vm->memory.lock);
	return ret;
}

static int check_args(const struct axvcpu_vm *vm,
		      const struct axvcpu_memory *args)
{
	unsigned int bits = min(axvcpu_host.gpa_bits, axvcpu_stage2_bits(vm));
	u64 end;

	if (args->flags & ~(AXVCPU_MEM_KNOWN | AXVCPU_MEM_RESERVED))
		return -EINVAL;
	if (args->flags & AXVCPU_MEM_RESERVED)
		return -EOPNOTSUPP;
	if (!PAGE_ALIGNED(args->gpa | args->length | args->user_addr) ||
	    check_add_overflow(args->gpa, args->length, &end) ||
	    end > BIT_ULL(bits))
		return -EINVAL;
	if (args->flags & AXVCPU_MEM_DELETE)
		return args->flags != AXVCPU_MEM_DELETE || args->user_addr ?
			       -EINVAL : 0;
	if (!args->length ||
	    check_add_overflow(args->user_addr, args->length, &end))
		return -EINVAL;
	return 0;
}

int axvcpu_memory_set(struct axvcpu_vm *vm, const struct axvcpu_memory *args)
{
	int ret = check_args(vm, args);

	if (ret)
		return ret;
	if (!axvcpu_vm_owned(vm))
		return -EIO;
	if (args->flags & AXVCPU_MEM_DELETE)
		return memory_delete(vm, args);
	return memory_add(vm, args);
}

int axvcpu_memory_new(struct axvcpu_vm *vm)
{
	struct axvcpu_mm *mm = axvcpu_mm_get();

	if (IS_ERR(mm))
		return PTR_ERR(mm);
	mutex_init(&vm->memory.lock);
	vm->memory.mm = mm;
	return 0;
}

void axvcpu_memory_free(struct axvcpu_vm *vm)
{
	struct axvcpu_region_table *table =
		rcu_dereference_protected(vm->memory.table, true);
	unsigned int i;

	for (i = 0; table && i < table->count; i++) {
		axvcpu_mm_remove(vm->memory.mm, table->region[i]);
		region_free(table->region[i]);
		cond_resched();
	}
	table_free(table);
	axvcpu_mm_put(vm->memory.mm);
	mutex_destroy(&vm->memory.lock);
}

/* ---- reading and writing ----------------------------------------------------------- */

/*
 * "When DELETE has returned, no vCPU reaches the region" holds here as well. What
 * was read while a region was taken away is dropped and read again. A write goes
 * through the page, under stage2.lock and with both sequences unchanged, exactly as
 * a fault maps one: so it comes before DELETE, or not at all.
 */

/* How many of @length bytes from @gpa lie in @place. */
static size_t place_part(const struct place *place, u64 gpa, size_t length)
{
	return min_t(u64, length, place->length - (gpa - place->gpa));
}

/* A region was taken away since @place was looked up. */
static bool place_stale(const struct axvcpu_vm *vm, const struct place *place)
{
	smp_rmb();
	return READ_ONCE(vm->memory.sequence) != place->sequence;
}

int axvcpu_memory_read(struct axvcpu_vm *vm, u64 gpa, void *to, size_t length)
{
	struct place place;
	size_t part;

	if (!axvcpu_vm_owned(vm))
		return -EFAULT;
	while (length) {
		if (!memory_lookup(vm, gpa, &place))
			return -ENXIO;
		part = place_part(&place, gpa, length);
		if (copy_from_user(to, (void __user *)place_hva(&place, gpa),
				   part))
			return -EFAULT;
		if (place_stale(vm, &place))
			continue;
		gpa += part;
		to += part;
		length -= part;
	}
	return 0;
}

/* A write is refused before its first byte if a part of it can't be done. */
static int memory_check_write(struct axvcpu_vm *vm, u64 gpa, size_t length)
{
	struct place place;
	size_t part;

	if (!axvcpu_vm_owned(vm))
		return -EFAULT;
	for (; length; gpa += part, length -= part) {
		if (!memory_lookup(vm, gpa, &place))
			return -ENXIO;
		if (place.flags & AXVCPU_MEM_READONLY)
			return -EROFS;
		part = place_part(&place, gpa, length);
	}
	return 0;
}

/**
 * struct change - a write inside one page: a copy, or a compare-and-exchange
 * @from: what to copy, or NULL
 * @length: bytes; of a compare-and-exchange 4 or 8
 * @expected: compare-and-exchange: only if it is this
 * @new: what is stored then
 * @found: out: what was there
 */
struct change {
	const void *from;
	size_t length;
	u64 expected;
	u64 new;
	u64 found;
};

static void change_apply(void *at, struct change *change)
{
	if (change->from)
		memcpy(at, change->from, change->length);
	else if (change->length == 8)
		change->found = cmpxchg((u64 *)at, change->expected,
					change->new);
	else
		change->found = cmpxchg((u32 *)at, (u32)change->expected,
					(u32)change->new);
}

/*
 * Return: 0; 1: raced, look the region up again; -ENXIO, -EROFS, -EFAULT.
 */
static int memory_try_change(struct axvcpu_vm *vm, u64 gpa,
			     struct change *change)
{
	unsigned long hva, sequence;
	struct place place;
	struct page *page;
	bool writable;
	int ret = 1;
	void *at;

	if (!memory_lookup(vm, gpa, &place))
		return -ENXIO;
	if (place.flags & AXVCPU_MEM_READONLY)
		return -EROFS;
	hva = place_hva(&place, gpa);
	sequence = axvcpu_mm_sequence(vm->memory.mm);
	if (page_get(hva, &place, true, WAIT_KILL, &page, &writable))
		return -EFAULT;
	spin_lock(&vm->stage2.lock);
	if (vm->memory.sequence == place.sequence &&
	    !axvcpu_mm_retry(vm->memory.mm, sequence, hva & PAGE_MASK,
			     PAGE_SIZE)) {
		at = kmap_local_page(page);
		change_apply(at + offset_in_page(hva), change);
		kunmap_local(at);
		folio_mark_dirty(page_folio(page));
		ret = 0;
	}
	spin_unlock(&vm->stage2.lock);
	put_page(page);
	return ret;
}

static int memory_change(struct axvcpu_vm *vm, u64 gpa, struct change *change)
{
	int ret;

	while ((ret = memory_try_change(vm, gpa, change)) == 1) {
		if (fatal_signal_pending(current))
			return -EFAULT;
		cond_resched();
	}
	return ret;
}

int axvcpu_memory_write(struct axvcpu_vm *vm, u64 gpa, const void *from,
			size_t length)
{
	int ret = memory_check_write(vm, gpa, length);

	while (!ret && length) {
		struct change change = {
			.from = from,
			.length = min_t(size_t, length,
					PAGE_SIZE - offset_in_page(gpa)),
		};

		ret = memory_change(vm, gpa, &change);
		gpa += change.length;
		from += change.length;
		length -= change.length;
	}
	return ret;
}

int axvcpu_memory_cmpxchg(struct axvcpu_vm *vm, u64 gpa, u64 *old, u64 new,
			  unsigned int width)
{
	struct change change = {
		.length = width,
		.expected = width == 8 ? *old : (u32)*old,
		.new = new,
	};
	int ret;

	if ((width != 4 && width != 8) || gpa & (width - 1))
		return -EINVAL;
	if (!axvcpu_vm_owned(vm))
		return -EFAULT;
	ret = memory_change(vm, gpa, &change);
	if (ret)
		return ret;
	*old = change.found;
	return change.found == change.expected ? 0 : -EAGAIN;
}
