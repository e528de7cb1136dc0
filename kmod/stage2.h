/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The second-stage tables (NPT, EPT, arm64 stage 2, G-stage): one radix tree in
 * the format that the back end describes. The core alone writes them.
 */
#ifndef AXVCPU_STAGE2_H
#define AXVCPU_STAGE2_H

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct axvcpu_vm;

/**
 * struct axvcpu_stage2_format - how an entry is written, as masks
 * @address: bits of an entry that hold the (shifted) host-physical address
 * @address_shift: entry = (pa >> address_shift) & address, 0 on x86
 * @present: an entry with none of these bits is empty
 * @table: value of a table entry beside the address
 * @leaf: value of every leaf beside address and permissions (memory type, ...)
 * @page: added to a leaf at level 1
 * @huge: added to a leaf above level 1
 * @is_leaf: above level 1: (entry & is_leaf_mask) == is_leaf_value is a leaf
 * @is_leaf_mask: see there
 * @read: permission bits that are set for access
 * @write: same
 * @execute: same; 0 where execution is allowed by a clear bit
 * @no_execute: bits that forbid execution
 * @accessed: set by hardware or by map; clearing it and flushing ages the page;
 *	0: none, aging unmaps
 * @dirty: set when mapped writable, so that the hardware need not
 * @huge_levels: bit n: a leaf at level n is possible (bit 2: 2 MiB, bit 3: 1 GiB)
 * @levels: of the tree, 3 to 5
 * @root_order: page order of the root (concatenated tables)
 * @flush_widened: what a TLB forbids is reported without another walk: a leaf that
 *	allows more than before is flushed
 * @sync: make @bytes of host memory at @at, a kernel address, look the same to the
 *	guest as to the host, before they are mapped; NULL where they always do
 *
 * Levels are counted from 1 (4 KiB) upwards, nine bits each.
 */
struct axvcpu_stage2_format {
	u64 address;
	unsigned int address_shift;
	u64 present;
	u64 table;
	u64 leaf;
	u64 page;
	u64 huge;
	u64 is_leaf_mask;
	u64 is_leaf_value;
	u64 read;
	u64 write;
	u64 execute;
	u64 no_execute;
	u64 accessed;
	u64 dirty;
	u32 huge_levels;
	u32 levels;
	u32 root_order;
	bool flush_widened;
	void (*sync)(void *at, size_t bytes);
};

/**
 * struct axvcpu_stage2 - one VM's tables
 * @lock: guards everything here, vm->memory.sequence and the entries. Taken in
 *	notifiers: no allocation and no sleep inside. Taken with interrupts on,
 *	always: its holder may wait for an IPI's answer from the CPU that spins
 * @format: how entries are written; set when the tables are made
 * @root: the first table
 * @tlb_generation: bumped by every flush. A vCPU whose tag was last flushed at
 *	an older generation flushes before it enters; see axvcpu_stage2_flush()
 * @stale: something was taken away since the last flush: a CPU may still use it.
 *	Who drops the lock with this set comes back to flush
 * @unlinked: tables (and all below them) that are no longer reached from @root;
 *	freed after a flush, by axvcpu_stage2_reap()
 * @targets: room for axvcpu_stage2_flush()
 */
struct axvcpu_stage2 {
	spinlock_t lock;
	const struct axvcpu_stage2_format *format;
	u64 *root;
	atomic64_t tlb_generation;
	bool stale;
	struct list_head unlinked;
	cpumask_var_t targets;
};

/* Enough for one map() of five levels below the root. */
#define AXVCPU_STAGE2_CACHE	4

/**
 * struct axvcpu_stage2_cache - table pages allocated before the lock is taken
 */
struct axvcpu_stage2_cache {
	unsigned int count;
	void *page[AXVCPU_STAGE2_CACHE];
};

/**
 * axvcpu_stage2_new() - empty tables in the back end's format
 * axvcpu_stage2_new_as() - in another format, for tests
 * axvcpu_stage2_free() - the opposite; nothing runs on them and no notifier
 *	reaches them any more
 *
 * Process context. Return: 0, -ENOMEM.
 */
int axvcpu_stage2_new(struct axvcpu_vm *vm);
int axvcpu_stage2_new_as(struct axvcpu_vm *vm,
			 const struct axvcpu_stage2_format *format);
void axvcpu_stage2_free(struct axvcpu_vm *vm);

/** axvcpu_stage2_root() - host-physical address of the root, constant */
u64 axvcpu_stage2_root(const struct axvcpu_vm *vm);

/** axvcpu_stage2_bits() - width of the guest-physical addresses they can hold */
unsigned int axvcpu_stage2_bits(const struct axvcpu_vm *vm);

/** axvcpu_stage2_size() - bytes that one leaf at @level maps, 1 << shift */
static inline unsigned int axvcpu_stage2_shift(unsigned int level)
{
	return 12 + 9 * (level - 1);
}

static inline u64 axvcpu_stage2_size(unsigned int level)
{
	return 1ULL << axvcpu_stage2_shift(level);
}

/** axvcpu_stage2_cache_fill() - enough pages for one map(); may sleep. -ENOMEM */
int axvcpu_stage2_cache_fill(struct axvcpu_stage2_cache *cache);
void axvcpu_stage2_cache_drain(struct axvcpu_stage2_cache *cache);

/**
 * axvcpu_stage2_map() - write one leaf; vm->stage2.lock is held
 * @cache: filled
 * @level: 1, 2 or 3; @gpa and @pa are aligned to it
 * @access: AXVCPU_ACCESS_READ | WRITE | EXECUTE
 *
 * A leaf that is there and maps at least this stays, one that maps the same at
 * the same level but allows less is widened. Anything else in the way (another
 * address, another size) is taken away and flushed before the new leaf is
 * written: hardware never sees one address mapped by two entries in a row.
 * axvcpu_stage2_reap() before the lock is dropped.
 */
void axvcpu_stage2_map(struct axvcpu_vm *vm, struct axvcpu_stage2_cache *cache,
		       u64 gpa, u64 pa, unsigned int level, u32 access);

/**
 * axvcpu_stage2_unmap() - empty all leaves that touch a range; lock held
 *
 * A huge leaf that is partly inside goes whole (it faults in again). Tables that
 * become empty are unlinked. If anything was there, stage2.stale is set: the
 * caller sees to axvcpu_stage2_flush() and axvcpu_stage2_reap().
 */
void axvcpu_stage2_unmap(struct axvcpu_vm *vm, u64 gpa, u64 length);

/**
 * axvcpu_stage2_age() - were pages used since the last time? Lock held
 * @clear: and forget it
 *
 * Does not flush where the hardware keeps accessed bits: as on the host's own
 * tables, an address that stays in a TLB may look unused once. Where it does
 * not, clearing unmaps (and may set stage2.stale).
 */
bool axvcpu_stage2_age(struct axvcpu_vm *vm, u64 gpa, u64 length, bool clear);

/**
 * axvcpu_stage2_flush() - no CPU uses what was taken away; lock held
 *
 * Bumps tlb_generation and makes every vCPU that is in guest mode leave it (IPI,
 * waits for the acknowledgement). Neither sleeps nor allocates.
 */
void axvcpu_stage2_flush(struct axvcpu_vm *vm);

/**
 * axvcpu_stage2_reap() - move unlinked tables to @dead; lock held, not stale
 * axvcpu_stage2_bury() - free them; no lock needed, the VM may be gone
 * @may_sleep: the caller can
 */
void axvcpu_stage2_reap(struct axvcpu_vm *vm, struct list_head *dead);
void axvcpu_stage2_bury(const struct axvcpu_stage2_format *format,
			struct list_head *dead, bool may_sleep);

#endif /* AXVCPU_STAGE2_H */
