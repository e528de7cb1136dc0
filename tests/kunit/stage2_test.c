// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The second-stage tables against a software walk of them: each level, what
 * replaces what, partial unmaps, age, and random operations against a plain array.
 */
#include <kunit/test.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "../../kmod/arch.h"
#include "../../kmod/stage2.h"
#include "../../kmod/vm.h"
#include "suites.h"

#define R	AXVCPU_ACCESS_READ
#define RW	(R | AXVCPU_ACCESS_WRITE)
#define RX	(R | AXVCPU_ACCESS_EXECUTE)
#define RWX	(RW | RX)

#define PRESENT	BIT_ULL(0)
#define W	BIT_ULL(1)
#define HUGE	BIT_ULL(7)
#define A	BIT_ULL(5)
#define D	BIT_ULL(6)
#define NX	BIT_ULL(63)

#define M2	(2ULL << 20)
#define G1	(1ULL << 30)

/* The shape of nested tables on AMD, of four and of five levels. */
#define NPT(n)                                                                \
	{                                                                     \
		.address = GENMASK_ULL(51, 12), .present = PRESENT,           \
		.table = PRESENT | W | BIT_ULL(2),                            \
		.leaf = PRESENT | BIT_ULL(2), .huge = HUGE,                   \
		.is_leaf_mask = HUGE, .is_leaf_value = HUGE, .write = W,      \
		.no_execute = NX, .accessed = A, .dirty = D,                  \
		.huge_levels = BIT(2) | BIT(3), .levels = (n),                \
	}

static const struct axvcpu_stage2_format formats[] = { NPT(4), NPT(5) };

/* As on RISC-V: shifted addresses, separate permissions, no accessed bit here. */
static const struct axvcpu_stage2_format shifted = {
	.address = GENMASK_ULL(53, 10),
	.address_shift = 2,
	.present = BIT_ULL(0),
	.table = BIT_ULL(0),
	.leaf = BIT_ULL(0) | BIT_ULL(4),
	.is_leaf_mask = BIT_ULL(1),
	.is_leaf_value = BIT_ULL(1),
	.read = BIT_ULL(1),
	.write = BIT_ULL(2),
	.execute = BIT_ULL(3),
	.huge_levels = BIT(2) | BIT(3),
	.levels = 3,
	.root_order = 2,
};

/*
 * As on arm64: 40 bits by two concatenated tables; a leaf of a page has a bit that one of
 * a block lacks, and what a TLB forbids is reported without another walk.
 */
static const struct axvcpu_stage2_format concatenated[] = { {
	.address = GENMASK_ULL(47, 12),
	.present = BIT_ULL(0),
	.table = BIT_ULL(0) | BIT_ULL(1),
	.leaf = BIT_ULL(0) | BIT_ULL(10) | 0xf << 2 | 3 << 8,
	.page = BIT_ULL(1),
	.is_leaf_mask = BIT_ULL(1),
	.read = BIT_ULL(6),
	.write = BIT_ULL(7),
	.no_execute = BIT_ULL(54),
	.huge_levels = BIT(2) | BIT(3),
	.levels = 3,
	.root_order = 1,
	.flush_widened = true,
} };

static void format_name(const struct axvcpu_stage2_format *format, char *name)
{
	snprintf(name, KUNIT_PARAM_DESC_SIZE, "%u levels", format->levels);
}

KUNIT_ARRAY_PARAM(formats, formats, format_name);
KUNIT_ARRAY_PARAM(concatenated, concatenated, format_name);

struct stage2_context {
	struct axvcpu_vm *vm;
	struct axvcpu_stage2_cache cache;
	u64 random;
};

static int stage2_init(struct kunit *test)
{
	const struct axvcpu_stage2_format *format = test->param_value;
	struct stage2_context *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	int ret;

	if (!c)
		return -ENOMEM;
	c->vm = kunit_kzalloc(test, sizeof(*c->vm), GFP_KERNEL);
	if (!c->vm)
		return -ENOMEM;
	c->random = 1;
	axvcpu_vm_init_vcpus(c->vm);
	ret = axvcpu_stage2_new_as(c->vm, format ?: &shifted);
	if (!ret)
		test->priv = c;
	return ret;
}

static void stage2_exit(struct kunit *test)
{
	struct stage2_context *c = test->priv;

	if (!c)
		return;
	axvcpu_stage2_cache_drain(&c->cache);
	axvcpu_stage2_free(c->vm);
}

/* What every caller does in the end, under the lock and after it. */
static void settle(struct stage2_context *c, struct list_head *dead)
{
	if (c->vm->stage2.stale)
		axvcpu_stage2_flush(c->vm);
	axvcpu_stage2_reap(c->vm, dead);
}

static void bury(struct stage2_context *c, struct list_head *dead)
{
	axvcpu_stage2_bury(c->vm->stage2.format, dead, true);
}

static void map(struct stage2_context *c, u64 gpa, u64 pa, unsigned int level,
		u32 access)
{
	LIST_HEAD(dead);

	if (axvcpu_stage2_cache_fill(&c->cache))
		return;
	spin_lock(&c->vm->stage2.lock);
	axvcpu_stage2_map(c->vm, &c->cache, gpa, pa, level, access);
	settle(c, &dead);
	spin_unlock(&c->vm->stage2.lock);
	bury(c, &dead);
}

/* Return: something was there. */
static bool unmap(struct stage2_context *c, u64 gpa, u64 length)
{
	LIST_HEAD(dead);
	bool stale;

	spin_lock(&c->vm->stage2.lock);
	axvcpu_stage2_unmap(c->vm, gpa, length);
	stale = c->vm->stage2.stale;
	settle(c, &dead);
	spin_unlock(&c->vm->stage2.lock);
	bury(c, &dead);
	return stale;
}

static bool age(struct stage2_context *c, u64 gpa, u64 length, bool clear)
{
	LIST_HEAD(dead);
	bool young;

	spin_lock(&c->vm->stage2.lock);
	young = axvcpu_stage2_age(c->vm, gpa, length, clear);
	settle(c, &dead);
	spin_unlock(&c->vm->stage2.lock);
	bury(c, &dead);
	return young;
}

/* As the hardware walks. The leaf, 0 if there is none. */
static u64 *walk(struct stage2_context *c, u64 gpa, unsigned int *level)
{
	const struct axvcpu_stage2_format *f = c->vm->stage2.format;
	u64 *table = c->vm->stage2.root;
	u64 mask = (512ULL << f->root_order) - 1;

	for (*level = f->levels;; --*level, mask = 511) {
		u64 *entry = &table[(gpa >> (3 + 9 * *level)) & mask];

		if (!(*entry & f->present))
			return NULL;
		if (*level == 1 ||
		    (*entry & f->is_leaf_mask) == f->is_leaf_value)
			return entry;
		table = phys_to_virt((*entry & f->address) << f->address_shift);
	}
}

static u64 leaf(struct stage2_context *c, u64 gpa)
{
	unsigned int level;
	u64 *entry = walk(c, gpa, &level);

	return entry ? *entry : 0;
}

/* Where @gpa leads, ~0: nowhere. */
static u64 translate(struct stage2_context *c, u64 gpa)
{
	const struct axvcpu_stage2_format *f = c->vm->stage2.format;
	unsigned int level;
	u64 *entry = walk(c, gpa, &level);

	if (!entry)
		return ~0ULL;
	return ((*entry & f->address) << f->address_shift) |
	       (gpa & (axvcpu_stage2_size(level) - 1));
}

static u64 generation(struct stage2_context *c)
{
	return atomic64_read(&c->vm->stage2.tlb_generation);
}

static unsigned long count_below(const struct axvcpu_stage2_format *f,
				 const u64 *table, size_t entries,
				 unsigned int level)
{
	unsigned long count = 0;
	size_t i;

	for (i = 0; i < entries && level > 1; i++) {
		u64 entry = READ_ONCE(table[i]);

		if (!(entry & f->present) ||
		    (entry & f->is_leaf_mask) == f->is_leaf_value)
			continue;
		count += 1 + count_below(f,
					 phys_to_virt((entry & f->address)
						      << f->address_shift),
					 512, level - 1);
	}
	return count;
}

unsigned long stage2_tables(const struct axvcpu_vm *vm)
{
	const struct axvcpu_stage2_format *f = vm->stage2.format;

	return (1UL << f->root_order) +
	       count_below(f, vm->stage2.root, 512UL << f->root_order,
			   f->levels);
}

/* ---- each level ------------------------------------------------------------------ */

static void stage2_levels(struct kunit *test)
{
	struct stage2_context *c = test->priv;
	unsigned int levels = c->vm->stage2.format->levels;
	u64 last = 1ULL << axvcpu_stage2_bits(c->vm);
	unsigned int level, found;
	u64 before = generation(c);

	for (level = 1; level <= 3; level++) {
		u64 size = axvcpu_stage2_size(level);
		u64 gpa = last - size, pa = 5 * size;

		map(c, gpa, pa, level, RWX);
		KUNIT_EXPECT_EQ(test, stage2_tables(c->vm),
				(unsigned long)(levels - level + 1));
		KUNIT_EXPECT_EQ(test, leaf(c, gpa),
				pa | PRESENT | BIT_ULL(2) | W | A | D |
				(level > 1 ? HUGE : 0));
		KUNIT_EXPECT_NOT_NULL(test, walk(c, gpa, &found));
		KUNIT_EXPECT_EQ(test, found, level);
		KUNIT_EXPECT_EQ(test, translate(c, last - 8), pa + size - 8);
		KUNIT_EXPECT_EQ(test, translate(c, gpa - 8), ~0ULL);
		KUNIT_EXPECT_EQ(test, translate(c, 0), ~0ULL);
		KUNIT_EXPECT_EQ(test, generation(c), before);
		KUNIT_EXPECT_TRUE(test, unmap(c, gpa, PAGE_SIZE));
		KUNIT_EXPECT_EQ(test, translate(c, gpa), ~0ULL);
		KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), 1UL);
		KUNIT_EXPECT_EQ(test, generation(c), ++before);
		KUNIT_EXPECT_FALSE(test, unmap(c, 0, last));
		KUNIT_EXPECT_EQ(test, generation(c), before);
	}
}

static void stage2_permissions(struct kunit *test)
{
	struct stage2_context *c = test->priv;
	u64 before = generation(c);

	map(c, M2, M2, 1, R);
	KUNIT_EXPECT_EQ(test, leaf(c, M2) & (W | NX | D | A), NX | A);
	map(c, M2, M2, 1, RX);
	KUNIT_EXPECT_EQ(test, leaf(c, M2) & (W | NX | D | A), A);
	map(c, M2, M2, 1, RW);
	KUNIT_EXPECT_EQ_MSG(test, leaf(c, M2) & (W | NX | D | A), W | D | A,
			    "widened, and keeps what it had");
	map(c, M2, M2, 1, R);
	KUNIT_EXPECT_EQ_MSG(test, leaf(c, M2) & (W | NX | D | A), W | D | A,
			    "a leaf that allows more stays");
	KUNIT_EXPECT_EQ(test, generation(c), before);
	KUNIT_EXPECT_TRUE(test, unmap(c, M2, M2));
}

/* ---- what replaces what -------------------------------------------------------------- */

static void stage2_replace(struct kunit *test)
{
	struct stage2_context *c = test->priv;
	unsigned int levels = c->vm->stage2.format->levels;
	u64 before = generation(c);
	unsigned int level;

	/* another address */
	map(c, G1, 2 * G1, 1, RWX);
	map(c, G1, 3 * G1, 1, R);
	KUNIT_EXPECT_EQ(test, translate(c, G1), 3 * G1);
	KUNIT_EXPECT_EQ(test, leaf(c, G1) & W, 0ULL);
	KUNIT_EXPECT_EQ(test, generation(c), ++before);
	/* a table by a huge leaf */
	map(c, G1, 2 * G1, 2, RW);
	KUNIT_EXPECT_EQ(test, translate(c, G1 + M2 - 1), 2 * G1 + M2 - 1);
	KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), (unsigned long)levels - 1);
	KUNIT_EXPECT_EQ(test, generation(c), ++before);
	/* a huge leaf serves for a small one */
	map(c, G1 + 5 * PAGE_SIZE, 2 * G1 + 5 * PAGE_SIZE, 1, R);
	KUNIT_EXPECT_NOT_NULL(test, walk(c, G1, &level));
	KUNIT_EXPECT_EQ(test, level, 2U);
	KUNIT_EXPECT_EQ(test, generation(c), before);
	/* but not one with another permission or address */
	map(c, G1 + 5 * PAGE_SIZE, 2 * G1 + 5 * PAGE_SIZE, 1, RWX);
	KUNIT_EXPECT_EQ(test, translate(c, G1), ~0ULL);
	KUNIT_EXPECT_EQ(test, translate(c, G1 + 5 * PAGE_SIZE),
			2 * G1 + 5 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, generation(c), ++before);
	map(c, G1 + M2, 2 * G1, 2, RWX);
	map(c, G1 + M2, 2 * G1 + PAGE_SIZE, 1, R);
	KUNIT_EXPECT_EQ(test, translate(c, G1 + M2), 2 * G1 + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, translate(c, G1 + M2 + PAGE_SIZE), ~0ULL);
	KUNIT_EXPECT_EQ(test, generation(c), ++before);
	/* all of it by 1 GiB, and back */
	map(c, G1, 7 * G1, 3, RWX);
	KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), (unsigned long)levels - 2);
	KUNIT_EXPECT_EQ(test, generation(c), ++before);
	map(c, G1 + M2, 0, 2, RWX);
	KUNIT_EXPECT_EQ(test, translate(c, G1), ~0ULL);
	KUNIT_EXPECT_EQ(test, translate(c, G1 + M2), 0ULL);
	KUNIT_EXPECT_EQ(test, generation(c), ++before);
	KUNIT_EXPECT_TRUE(test, unmap(c, 0, 1ULL << axvcpu_stage2_bits(c->vm)));
	KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), 1UL);
}

static void stage2_partial(struct kunit *test)
{
	struct stage2_context *c = test->priv;
	unsigned int levels = c->vm->stage2.format->levels;
	u64 gpa;

	/* the last page of one huge leaf to the first of the next but one */
	for (gpa = 0; gpa < 4 * M2; gpa += M2)
		map(c, G1 - 2 * M2 + gpa, 8 * G1 + gpa, 2, RWX);
	KUNIT_EXPECT_TRUE(test, unmap(c, G1 - M2 - PAGE_SIZE,
				      M2 + 2 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, translate(c, G1 - 2 * M2), ~0ULL);
	KUNIT_EXPECT_EQ(test, translate(c, G1 - M2), ~0ULL);
	KUNIT_EXPECT_EQ(test, translate(c, G1), ~0ULL);
	KUNIT_EXPECT_EQ(test, translate(c, G1 + M2), 8 * G1 + 3 * M2);
	KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), (unsigned long)levels - 1);
	/* whole subtrees, and single pages at either end */
	for (gpa = 0; gpa < G1; gpa += M2 / 2)
		map(c, 2 * G1 + gpa, gpa, 1, R);
	KUNIT_EXPECT_TRUE(test, unmap(c, 2 * G1 + PAGE_SIZE,
				      G1 - M2 / 2 - PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, translate(c, 2 * G1), 0ULL);
	KUNIT_EXPECT_EQ(test, translate(c, 2 * G1 + M2 / 2), ~0ULL);
	KUNIT_EXPECT_EQ(test, translate(c, 3 * G1 - M2), ~0ULL);
	KUNIT_EXPECT_EQ(test, translate(c, 3 * G1 - M2 / 2), G1 - M2 / 2);
	KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), (unsigned long)levels + 2);
	KUNIT_EXPECT_TRUE(test, unmap(c, 2 * G1, G1));
	KUNIT_EXPECT_TRUE(test, unmap(c, G1, G1));
	KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), 1UL);
}

/* VM free with everything still there, and with tables that nobody has reaped. */
static void stage2_free_full(struct kunit *test)
{
	struct stage2_context *c = test->priv;
	u64 gpa;

	for (gpa = 0; gpa < 3 * G1; gpa += 16 * M2 + PAGE_SIZE)
		map(c, gpa, gpa, 1, RWX);
	map(c, 5 * G1, 0, 3, RWX);
	spin_lock(&c->vm->stage2.lock);
	axvcpu_stage2_unmap(c->vm, G1 / 2, 2 * G1);
	spin_unlock(&c->vm->stage2.lock);
	KUNIT_EXPECT_TRUE(test, c->vm->stage2.stale);
	KUNIT_EXPECT_FALSE(test, list_empty(&c->vm->stage2.unlinked));
}

/* ---- age ---------------------------------------------------------------------------- */

static void stage2_age(struct kunit *test)
{
	struct stage2_context *c = test->priv;
	unsigned int level;
	u64 before;

	map(c, 0, 0, 1, RWX);
	map(c, PAGE_SIZE, 0, 1, RWX);
	map(c, M2, M2, 2, RWX);
	before = generation(c);
	KUNIT_EXPECT_TRUE(test, age(c, 0, PAGE_SIZE, false));
	KUNIT_EXPECT_TRUE(test, age(c, 0, PAGE_SIZE, true));
	KUNIT_EXPECT_FALSE(test, age(c, 0, PAGE_SIZE, false));
	KUNIT_EXPECT_FALSE(test, age(c, 0, PAGE_SIZE, true));
	KUNIT_EXPECT_TRUE(test, age(c, 0, M2, false));
	KUNIT_EXPECT_TRUE(test, age(c, M2 + PAGE_SIZE, PAGE_SIZE, true));
	KUNIT_EXPECT_FALSE(test, age(c, M2, M2, false));
	KUNIT_EXPECT_TRUE(test, age(c, 0, 2 * M2, true));
	KUNIT_EXPECT_FALSE(test, age(c, 0, G1, false));
	KUNIT_EXPECT_FALSE(test, age(c, 5 * G1, G1, true));
	*walk(c, 0, &level) |= A;
	KUNIT_EXPECT_TRUE(test, age(c, 0, G1, false));
	KUNIT_EXPECT_EQ(test, translate(c, M2), M2);
	KUNIT_EXPECT_EQ_MSG(test, generation(c), before, "aging never flushes");
}

/* Another shape: concatenated root, shifted addresses, aging unmaps. */
static void stage2_shifted(struct kunit *test)
{
	struct stage2_context *c = test->priv;
	u64 last = 1ULL << 41;
	u64 before;

	KUNIT_EXPECT_EQ(test, axvcpu_stage2_bits(c->vm), 41U);
	KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), 4UL);
	map(c, last - PAGE_SIZE, 0x123456000, 1, RW);
	map(c, last / 2, 4 * M2, 2, RX);
	KUNIT_EXPECT_EQ(test, leaf(c, last - PAGE_SIZE),
			(0x123456000ULL >> 2) | 0x17);
	KUNIT_EXPECT_EQ(test, leaf(c, last / 2), (4 * M2 >> 2) | 0x1b);
	KUNIT_EXPECT_EQ(test, translate(c, last - 8), 0x123456ff8ULL);
	KUNIT_EXPECT_EQ(test, translate(c, last / 2 + M2 - 8), 5 * M2 - 8);
	KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), 7UL);
	before = generation(c);
	KUNIT_EXPECT_TRUE(test, age(c, last / 2, PAGE_SIZE, false));
	KUNIT_EXPECT_EQ(test, generation(c), before);
	KUNIT_EXPECT_TRUE(test, age(c, last / 2, PAGE_SIZE, true));
	KUNIT_EXPECT_EQ(test, generation(c), before + 1);
	KUNIT_EXPECT_EQ(test, translate(c, last / 2), ~0ULL);
	KUNIT_EXPECT_TRUE(test, unmap(c, 0, last));
	KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), 4UL);
}

/* Pages and blocks look different, and a leaf that allows more is flushed. */
static void stage2_concatenated(struct kunit *test)
{
	struct stage2_context *c = test->priv;
	u64 last = 1ULL << 40, xn = BIT_ULL(54), page = 0x73f, block = 0x73d;
	u64 before;

	KUNIT_EXPECT_EQ(test, axvcpu_stage2_bits(c->vm), 40U);
	map(c, last - PAGE_SIZE, 0x123456000, 1, R);
	map(c, last / 2, 4 * M2, 2, RWX);
	map(c, 0, G1, 3, RW);
	KUNIT_EXPECT_EQ(test, leaf(c, last - PAGE_SIZE),
			0x123456000ULL | page | BIT_ULL(6) | xn);
	KUNIT_EXPECT_EQ(test, leaf(c, last / 2), 4 * M2 | block | 0xc0);
	KUNIT_EXPECT_EQ(test, leaf(c, 0), G1 | block | 0xc0 | xn);
	KUNIT_EXPECT_EQ(test, translate(c, last - 8), 0x123456ff8ULL);
	KUNIT_EXPECT_EQ(test, translate(c, G1 - 8), 2 * G1 - 8);
	before = generation(c);
	map(c, last - PAGE_SIZE, 0x123456000, 1, RW);
	KUNIT_EXPECT_EQ_MSG(test, generation(c), before + 1, "widened");
	KUNIT_EXPECT_EQ(test, leaf(c, last - PAGE_SIZE),
			0x123456000ULL | page | 0xc0 | xn);
	map(c, last - PAGE_SIZE, 0x123456000, 1, R);
	KUNIT_EXPECT_EQ_MSG(test, generation(c), before + 1, "it stays");
	KUNIT_EXPECT_TRUE(test, age(c, 0, PAGE_SIZE, true));
	KUNIT_EXPECT_EQ(test, generation(c), before + 2);
	KUNIT_EXPECT_EQ(test, translate(c, 0), ~0ULL);
	KUNIT_EXPECT_TRUE(test, unmap(c, 0, last));
}

/* ---- random operations --------------------------------------------------------------- */

#define BLOCKS	4
#define SLOTS	(BLOCKS * 512)

/* What each page should be: where it leads (~0: nowhere), how, how large. */
struct model {
	u64 pa[SLOTS];
	u32 access[SLOTS];
	bool huge[BLOCKS];
};

static unsigned int random(struct stage2_context *c, unsigned int below)
{
	c->random = c->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return (c->random >> 33) % below;
}

static void model_drop(struct model *m, unsigned int slot, unsigned int count)
{
	for (; count--; slot++)
		m->pa[slot] = ~0ULL;
}

static void model_map(struct model *m, unsigned int slot, u64 pa, bool huge,
		      u32 access)
{
	unsigned int block = slot / 512, first = block * 512, i;
	bool same = m->pa[slot] == pa;

	if (m->huge[block] && same && !(access & ~m->access[slot]))
		return;
	if (!huge) {
		if (m->huge[block])
			model_drop(m, first, 512);
		same &= !m->huge[block];
		m->huge[block] = false;
		m->access[slot] = same ? m->access[slot] | access : access;
		m->pa[slot] = pa;
		return;
	}
	if (m->huge[block] && same)
		access |= m->access[slot];
	for (i = 0; i < 512; i++) {
		m->pa[first + i] = pa + i * PAGE_SIZE;
		m->access[first + i] = access;
	}
	m->huge[block] = true;
}

static void model_unmap(struct model *m, unsigned int slot, unsigned int count)
{
	unsigned int block;

	model_drop(m, slot, count);
	for (block = slot / 512; block <= (slot + count - 1) / 512; block++) {
		if (m->huge[block])
			model_drop(m, block * 512, 512);
		m->huge[block] = false;
	}
}

static unsigned int model_compare(struct stage2_context *c,
				  const struct model *m, u64 base)
{
	unsigned int wrong = 0, slot, level, small, tables = 1, block = 0;
	bool any = false;

	for (slot = 0; slot < SLOTS; slot++) {
		u64 *entry = walk(c, base + slot * PAGE_SIZE, &level);

		if (slot % 512 == 0) {
			block = slot / 512;
			small = 0;
		}
		wrong += translate(c, base + slot * PAGE_SIZE) != m->pa[slot];
		if (entry) {
			wrong += level != (m->huge[block] ? 2 : 1);
			wrong += !(*entry & W) != !(m->access[slot] & AXVCPU_ACCESS_WRITE);
			wrong += !(*entry & NX) != !!(m->access[slot] & AXVCPU_ACCESS_EXECUTE);
			small |= level == 1;
			any = true;
		}
		if (slot % 512 == 511)
			tables += small;
	}
	if (any)
		tables += c->vm->stage2.format->levels - 2;
	return wrong + (tables != stage2_tables(c->vm));
}

static void stage2_random(struct kunit *test)
{
	static const u32 accesses[] = { R, RW, RX, RWX };
	struct stage2_context *c = test->priv;
	struct model *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	u64 base = 3 * G1 + 17 * M2;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, m);
	model_drop(m, 0, SLOTS);
	for (i = 0; i < 4000; i++) {
		unsigned int slot = random(c, SLOTS), count;
		u64 pa = (1 + random(c, 2)) * G1 + slot * PAGE_SIZE;
		u32 access = accesses[random(c, ARRAY_SIZE(accesses))];

		switch (random(c, 20)) {
		case 0:
			slot &= ~511;
			pa &= ~(M2 - 1);
			map(c, base + slot * PAGE_SIZE, pa, 2, access);
			model_map(m, slot, pa, true, access);
			break;
		case 1 ... 4:
			count = 1 + random(c, random(c, 4) ? 8 : SLOTS);
			count = min(count, SLOTS - slot);
			unmap(c, base + slot * PAGE_SIZE, count * PAGE_SIZE);
			model_unmap(m, slot, count);
			break;
		case 5:
			age(c, base, BLOCKS * M2, random(c, 2));
			break;
		default:
			map(c, base + slot * PAGE_SIZE, pa, 1, access);
			model_map(m, slot, pa, false, access);
			break;
		}
		if (i % 16 == 0 && model_compare(c, m, base)) {
			KUNIT_FAIL(test, "%u differences after operation %u",
				   model_compare(c, m, base), i);
			return;
		}
	}
	unmap(c, base, BLOCKS * M2);
	KUNIT_EXPECT_EQ(test, stage2_tables(c->vm), 1UL);
}

static struct kunit_case stage2_cases[] = {
	KUNIT_CASE_PARAM(stage2_levels, formats_gen_params),
	KUNIT_CASE_PARAM(stage2_permissions, formats_gen_params),
	KUNIT_CASE_PARAM(stage2_replace, formats_gen_params),
	KUNIT_CASE_PARAM(stage2_partial, formats_gen_params),
	KUNIT_CASE_PARAM(stage2_free_full, formats_gen_params),
	KUNIT_CASE_PARAM(stage2_age, formats_gen_params),
	KUNIT_CASE_PARAM(stage2_random, formats_gen_params),
	KUNIT_CASE(stage2_shifted),
	KUNIT_CASE_PARAM(stage2_concatenated, concatenated_gen_params),
	{}
};

struct kunit_suite axvcpu_stage2_suite = {
	.name = "axvcpu_stage2",
	.init = stage2_init,
	.exit = stage2_exit,
	.test_cases = stage2_cases,
};
