// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guest memory by guest addresses: segmentation, the walk of the guest's page
 * tables, instruction fetch.
 *
 * The walk does what the processor does (APM Volume 2, chapter 5; SDM Volume 3,
 * chapter 4), for every paging mode, with the checks in the same order, so that
 * what it refuses raises the very fault in the guest. With nested paging, AMD's
 * processors read the PDPTEs of PAE from memory in each walk (APM Volume 2,
 * 15.25.10 "Legacy PAE Mode"), and so does this one.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/rcupdate.h>
#include <linux/uaccess.h>
#include <asm/cpufeatures.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "access.h"
#include "cpuid.h"
#include "event.h"

/* Page-table entries; the same bits at all levels that have them. */
#define PTE_P		BIT_ULL(0)
#define PTE_W		BIT_ULL(1)
#define PTE_U		BIT_ULL(2)
#define PTE_A		BIT_ULL(5)
#define PTE_D		BIT_ULL(6)
#define PTE_PS		BIT_ULL(7)
#define PTE_NX		BIT_ULL(63)
#define PTE_ADDRESS	GENMASK_ULL(51, 12)
#define PTE_KEY_SHIFT	59
#define PTE_KEY_MASK	15
/* And bit 5; but QEMU 7.2 sets it as the accessed bit of the other levels. */
#define PDPTE_RESERVED	(GENMASK_ULL(8, 6) | GENMASK_ULL(2, 1))
#define PSE36_HIGH	GENMASK_ULL(20, 13)	/* bits 39 to 32 of the address */
#define PSE36_SHIFT	19
#define PSE36_BITS	40
#define PSE_RESERVED	BIT_ULL(21)

/* #PF error code */
#define PFEC_P		BIT(0)
#define PFEC_W		BIT(1)
#define PFEC_U		BIT(2)
#define PFEC_RSVD		BIT(3)
#define PFEC_I		BIT(4)
#define PFEC_PK		BIT(5)

/* struct axvcpu_x86_segment.attributes */
#define SEG_CODE	0x0008
#define SEG_DOWN	0x0004		/* data: expands down */
#define SEG_RW		0x0002		/* data: writable; code: readable */
#define SEG_P		0x0080
#define SEG_DB		0x0400

/* Races with other vCPUs for an entry before the walk gives up. */
#define MAX_RETRIES	64
#define INSN_MAX	15

/* ---- guest-physical reads ----------------------------------------------------- */

/*
 * Make x->window the region of @gpa. It stays good until a region is taken away:
 * then memory.sequence changes.
 */
static noinline bool x86_window_move(struct x86_vcpu *x, u64 gpa)
{
	struct axvcpu_vm *vm = x->core.vm;
	const struct axvcpu_region *region;
	struct x86_window *w = &x->window;

	w->sequence = smp_load_acquire(&vm->memory.sequence);
	w->length = 0;
	rcu_read_lock();
	region = axvcpu_memory_find(vm, gpa);
	if (region) {
		w->gpa = region->gpa;
		w->length = region->length;
		w->hva = region->hva;
	}
	rcu_read_unlock();
	return region;
}

/* The user's address of @gpa, NULL: there is no memory. */
static __always_inline void __user *x86_window_find(struct x86_vcpu *x, u64 gpa)
{
	struct x86_window *w = &x->window;

	if (unlikely(gpa - w->gpa >= w->length ||
		     w->sequence != READ_ONCE(x->core.vm->memory.sequence)) &&
	    !x86_window_move(x, gpa))
		return NULL;
	return (void __user *)(w->hva +
			       array_index_nospec(gpa - w->gpa, w->length));
}

/*
 * A region was taken away since x86_window_find(): what was read meanwhile may be
 * of a time when DELETE had returned.
 */
static __always_inline bool x86_window_closed(const struct x86_vcpu *x)
{
	smp_rmb();
	return x->window.sequence !=
	       READ_ONCE(x->core.vm->memory.sequence);
}

static int x86_get_entry(const void __user *from, unsigned int width, u64 *entry)
{
	u32 half;

	if (width == sizeof(*entry))
		return get_user(*entry, (u64 __user *)from);
	if (get_user(half, (u32 __user *)from))
		return -EFAULT;
	*entry = half;
	return 0;
}

int x86_read_entry(struct x86_vcpu *x, u64 gpa, unsigned int width, u64 *entry)
{
	const void __user *from;

	*entry = 0;
	do {
		from = x86_window_find(x, gpa);
		if (!from || x86_get_entry(from, width, entry))
			return -EFAULT;
	} while (unlikely(x86_window_closed(x)));
	return 0;
}

/* ---- the walk -------------------------------------------------------------------- */

/**
 * struct x86_paging - a paging mode, and a walk in it
 * @x: whose
 * @levels: of the tables
 * @entry_bytes: 4 or 8
 * @index_bits: of the linear address for each level
 * @pae: legacy PAE: three levels, of which the top one is no table
 * @nx: bit 63 forbids execution
 * @reserved: high bits that no entry may have
 * @linear: what is translated
 * @access: AXVCPU_ACCESS_*
 * @level: where the walk ended
 * @gpa: by level less 1: where entries are
 * @entry: and what they were
 */
struct x86_paging {
	struct x86_vcpu *x;
	unsigned int levels;
	unsigned int entry_bytes;
	unsigned int index_bits;
	bool pae;
	bool nx;
	u64 reserved;
	u64 linear;
	u32 access;
	unsigned int level;
	u64 gpa[X86_MAX_LEVELS];
	u64 entry[X86_MAX_LEVELS];
};

/* Outcome: -EPERM with the error code of #PF. */
static int x86_walk_fault(const struct x86_paging *p, u32 error_code,
			  struct x86_walk *walk)
{
	const struct x86_mode *m = &p->x->mode;

	if (p->access & AXVCPU_ACCESS_WRITE)
		error_code |= PFEC_W;
	if (p->access & AXVCPU_ACCESS_USER)
		error_code |= PFEC_U;
	if (p->access & AXVCPU_ACCESS_EXECUTE &&
	    (p->nx || m->cr4 & X86_CR4_SMEP))
		error_code |= PFEC_I;
	walk->error_code = error_code;
	return -EPERM;
}

static bool x86_linear_canonical(const struct x86_vcpu *x, u64 linear)
{
	unsigned int spare = x->mode.cr4 & X86_CR4_LA57 ? 64 - 57 : 64 - 48;

	return (u64)((s64)(linear << spare) >> spare) == linear;
}

/* The mode that the system registers select, and its first table. */
static u64 x86_paging_begin(struct x86_paging *p)
{
	const struct x86_mode *m = &p->x->mode;
	unsigned int bits = axvcpu_host.gpa_bits;

	if (!(m->cr4 & X86_CR4_PAE)) {
		p->levels = 2;
		p->entry_bytes = 4;
		p->index_bits = 10;
		p->pae = false;
		p->nx = false;
		p->reserved = 0;
		return m->cr3 & 0xfffff000;
	}
	p->entry_bytes = 8;
	p->index_bits = 9;
	p->nx = m->efer & EFER_NX;
	p->pae = !(m->efer & EFER_LMA);
	/* Bits 62 to 52 are reserved in PAE mode, and ignored in long mode. */
	p->reserved = p->pae ? ~0ULL >> 1 : ~0ULL >> 12;
	p->reserved &= ~0ULL << bits;
	if (!p->nx)
		p->reserved |= PTE_NX;
	if (p->pae) {
		p->levels = 3;
		return m->cr3 & 0xffffffe0;
	}
	p->levels = m->cr4 & X86_CR4_LA57 ? 5 : 4;
	return m->cr3 & PTE_ADDRESS;
}

/* The entry maps a page: always at the last level, by PS above. */
static bool x86_walk_is_leaf(const struct x86_paging *p, unsigned int level,
			     u64 entry)
{
	if (level == 1)
		return true;
	if (!(entry & PTE_PS))
		return false;
	if (level == 2)
		return p->entry_bytes == 8 || p->x->mode.cr4 & X86_CR4_PSE;
	return level == 3 && !p->pae && x86_guest_has(X86_FEATURE_GBPAGES);
}

/* Bits that must be zero in a present entry. */
static u64 x86_walk_reserved(const struct x86_paging *p, unsigned int level,
			     bool leaf)
{
	unsigned int bits = axvcpu_host.gpa_bits;
	u64 high;

	if (p->entry_bytes == 4) {
		if (level == 1 || !leaf)
			return 0;
		if (!x86_guest_has(X86_FEATURE_PSE36))
			return PSE36_HIGH | PSE_RESERVED;
		high = bits < PSE36_BITS ? ~0ULL << (bits - PSE36_SHIFT) : 0;
		return (PSE36_HIGH & high) | PSE_RESERVED;
	}
	if (p->pae && level == 3)
		return p->reserved | PTE_NX | PDPTE_RESERVED;
	/* PS of a level that has no pages is reserved. */
	if (level > 2 && !leaf)
		return p->reserved | PTE_PS;
	if (level > 1 && leaf)
		return p->reserved |
		       GENMASK_ULL(12 + 9 * (level - 1) - 1, 13);
	return p->reserved;
}

/* The protection key of a user page, which counts for data only. */
static bool x86_walk_key_denies(const struct x86_paging *p, u64 rights)
{
	const struct x86_mode *m = &p->x->mode;
	u32 access = p->access;
	unsigned int key;
	u32 denied;

	if (!(m->cr4 & X86_CR4_PKE) || !(m->efer & EFER_LMA) ||
	    !(rights & PTE_U) ||
	    !(access & (AXVCPU_ACCESS_READ | AXVCPU_ACCESS_WRITE)))
		return false;
	key = p->entry[p->level - 1] >> PTE_KEY_SHIFT & PTE_KEY_MASK;
	denied = p->x->fpu.pkru >> (2 * key);
	return denied & 1 ||
	       (denied & 2 && access & AXVCPU_ACCESS_WRITE &&
		(access & AXVCPU_ACCESS_USER || m->cr0 & X86_CR0_WP));
}

/*
 * The rights of all levels together. A key that denies the access is told with
 * whatever else does (SDM Volume 3, 4.7).
 */
static int x86_walk_check(const struct x86_paging *p, u64 rights, bool nx,
			  struct x86_walk *walk)
{
	const struct x86_mode *m = &p->x->mode;
	u32 access = p->access;
	bool user = access & AXVCPU_ACCESS_USER;
	bool write = access & AXVCPU_ACCESS_WRITE;
	bool execute = access & AXVCPU_ACCESS_EXECUTE;
	bool data = access & (AXVCPU_ACCESS_READ | AXVCPU_ACCESS_WRITE);
	bool user_page = rights & PTE_U;
	bool key = x86_walk_key_denies(p, rights);

	if (key || (user && !user_page) || (execute && nx) ||
	    (write && !(rights & PTE_W) && (user || m->cr0 & X86_CR0_WP)))
		goto denied;
	if (user || !user_page)
		return 0;
	if (execute && m->cr4 & X86_CR4_SMEP)
		goto denied;
	/* RFLAGS.AC lifts SMAP from explicit accesses, which all of ours are. */
	if (data && m->cr4 & X86_CR4_SMAP && !(p->x->rflags & X86_EFLAGS_AC))
		goto denied;
	return 0;

denied:
	return x86_walk_fault(p, PFEC_P | (key ? PFEC_PK : 0), walk);
}

/* Accessed in every level that has the bit, dirty in the last. */
static int x86_walk_set(struct x86_paging *p)
{
	unsigned int level = p->levels;

	if (p->pae)
		level--;	/* PDPTEs have neither */
	for (; level >= p->level; level--) {
		u64 entry = p->entry[level - 1];
		u64 set = PTE_A;
		int ret;

		if (level == p->level && p->access & AXVCPU_ACCESS_WRITE)
			set |= PTE_D;
		if (likely((entry & set) == set))
			continue;
		ret = axvcpu_memory_cmpxchg(p->x->core.vm, p->gpa[level - 1],
					    &entry, entry | set,
					    p->entry_bytes);
		if (ret)
			return ret == -EAGAIN ? -EAGAIN : -EFAULT;
	}
	return 0;
}

static void x86_walk_outcome(const struct x86_paging *p, struct x86_walk *walk)
{
	u64 entry = p->entry[p->level - 1];
	u64 size = 1ULL << (12 + p->index_bits * (p->level - 1));
	u64 page = entry & PTE_ADDRESS & ~(size - 1);

	if (p->entry_bytes == 4 && p->level == 2)
		page = (entry & 0xffc00000) |
		       (entry & PSE36_HIGH) << PSE36_SHIFT;
	walk->gpa = page | (p->linear & (size - 1));
	walk->page_size = size;
}

/* One pass through the tables. */
static int x86_walk_once(struct x86_paging *p, struct x86_walk *walk)
{
	u64 table = x86_paging_begin(p);
	u64 rights = PTE_W | PTE_U;
	unsigned int level;
	bool nx = false;

	for (level = p->levels;; level--) {
		unsigned int shift = 12 + p->index_bits * (level - 1);
		u64 index = p->linear >> shift & ((1U << p->index_bits) - 1);
		u64 gpa = table + index * p->entry_bytes;
		bool leaf;
		u64 entry;

		if (x86_read_entry(p->x, gpa, p->entry_bytes, &entry)) {
			walk->gpa = gpa;
			return -EFAULT;
		}
		if (!(entry & PTE_P))
			return x86_walk_fault(p, 0, walk);
		leaf = x86_walk_is_leaf(p, level, entry);
		if (entry & x86_walk_reserved(p, level, leaf))
			return x86_walk_fault(p, PFEC_P | PFEC_RSVD, walk);
		p->gpa[level - 1] = gpa;
		p->entry[level - 1] = entry;
		if (!p->pae || level < 3) {
			rights &= entry;
			nx |= p->nx && entry & PTE_NX;
		}
		if (leaf)
			break;
		table = entry & PTE_ADDRESS;
	}
	p->level = level;
	x86_walk_outcome(p, walk);
	return x86_walk_check(p, rights, nx, walk);
}

/*
 * Read the entries of long mode into @m, down to a leaf or one that is not
 * present. User access stays open from entry to entry: the tables are mostly in
 * one region, which memory.c has checked to be the user's. Pointers and no
 * indices, for nothing may be called meanwhile, UBSAN's checks among it.
 */
static bool x86_walk_read(struct x86_vcpu *x, u64 linear, struct x86_memo *m)
{
	unsigned int shift = x->mode.cr4 & X86_CR4_LA57 ? 48 : 39;
	u64 gpa = (x->mode.cr3 & PTE_ADDRESS) + (linear >> shift & 511) * 8;
	const struct x86_window *w = &x->window;
	const u64 __user **at = m->from;
	const void __user *from;
	u64 *to = m->entry;
	u64 entry;

	for (;;) {
		from = x86_window_find(x, gpa);
		if (!from)
			return false;
		from = (void __user *)w->hva;
		if (!user_read_access_begin(from, w->length))
			return false;
		do {
			*at = from + array_index_nospec(gpa - w->gpa, w->length);
			unsafe_get_user(entry, *at, fault);
			at++;
			*to++ = entry;
			if (!(entry & PTE_P) || entry & PTE_PS ||
			    shift == PAGE_SHIFT)
				goto out;
			shift -= 9;
			gpa = (entry & PTE_ADDRESS) + (linear >> shift & 511) * 8;
		} while (likely(gpa - w->gpa < w->length));
		user_read_access_end();
	}

out:
	user_read_access_end();
	m->count = to - m->entry;
	m->shift = shift;
	return !x86_window_closed(x);

fault:
	user_read_access_end();
	return false;
}

/* Nothing in the entries is for the full walk to judge or to set. */
static bool x86_walk_plain(const struct x86_vcpu *x, const struct x86_memo *m,
			   u32 access)
{
	u64 forbidden = GENMASK_ULL(51, 0) & ~0ULL << axvcpu_host.gpa_bits;
	u64 leaf = m->entry[m->count - 1];
	u64 in_page = (1ULL << m->shift) - 1;
	u64 all = ~0ULL, any = 0;
	u64 need = PTE_P | PTE_A;
	unsigned int i;

	for (i = 0; i < m->count; i++) {
		all &= m->entry[i];
		any |= m->entry[i];
	}
	if (access & AXVCPU_ACCESS_USER)
		need |= PTE_U;
	else if (all & PTE_U && x->mode.cr4 & (X86_CR4_SMEP | X86_CR4_SMAP))
		return false;
	if (access & AXVCPU_ACCESS_WRITE) {
		need |= PTE_W;
		if (!(leaf & PTE_D))
			return false;
	}
	if (access & AXVCPU_ACCESS_EXECUTE || !(x->mode.efer & EFER_NX))
		forbidden |= PTE_NX;
	if ((all & need) != need || any & forbidden)
		return false;
	/* A large page: 2 MiB or 1 GiB, where a guest has that; bit 12 is PAT. */
	return m->shift == PAGE_SHIFT ||
	       (m->shift <= 30 &&
		!(leaf & in_page & PTE_ADDRESS & ~BIT_ULL(12)) &&
		(m->shift == 21 || x86_guest_has(X86_FEATURE_GBPAGES)));
}

/* What was read for @m is still there. */
static __always_inline bool x86_memo_holds(const struct x86_vcpu *x,
					   const struct x86_memo *m)
{
	const u64 __user *const *from = m->from;
	const u64 *expected = m->entry;
	const u64 *end = expected + m->count;
	u64 entry;

	/* x86_walk_read() has checked that they are the user's. */
	if (!user_read_access_begin(*from, sizeof(entry)))
		return false;
	do
		unsafe_get_user(entry, *from++, fault);
	while (entry == *expected && ++expected < end);
	user_read_access_end();
	smp_rmb();
	return expected == end &&
	       m->sequence == READ_ONCE(x->core.vm->memory.sequence);

fault:
	user_read_access_end();
	return false;
}

/* A new memo. Return: false: this walk is not for us. */
static bool x86_memo_make(struct x86_vcpu *x, struct x86_memo *m,
				   u64 linear, u32 access)
{
	unsigned long sequence = READ_ONCE(x->core.vm->memory.sequence);

	m->count = 0;
	if (x->mode.cr4 & X86_CR4_PKE || !x86_walk_read(x, linear, m) ||
	    !x86_walk_plain(x, m, access)) {
		m->count = 0;
		return false;
	}
	m->page = (linear & PAGE_MASK) | access;
	m->cr0 = x->mode.cr0;
	m->cr3 = x->mode.cr3;
	m->cr4 = x->mode.cr4;
	m->efer = x->mode.efer;
	m->sequence = sequence;
	return true;
}

static __always_inline void x86_memo_outcome(const struct x86_memo *m,
					     u64 linear, struct x86_walk *walk)
{
	u64 in_page = (1ULL << m->shift) - 1;

	walk->gpa = (m->entry[m->count - 1] & PTE_ADDRESS & ~in_page) |
		    (linear & in_page);
	walk->page_size = in_page + 1;
}

/* In any mode, with everything that can go wrong. */
static int x86_walk_full(struct x86_vcpu *x, u64 linear, u32 access, bool set,
			 struct x86_walk *walk)
{
	struct x86_paging p;
	unsigned int i;
	int ret;

	p.x = x;
	p.linear = linear;
	p.access = access;
	for (i = 0; i < MAX_RETRIES; i++) {
		ret = x86_walk_once(&p, walk);
		if (ret || !set)
			return ret;
		ret = x86_walk_set(&p);
		if (ret != -EAGAIN)
			return ret;
	}
	return -EFAULT;
}

static noinline int x86_walk_new(struct x86_vcpu *x, struct x86_memo *m,
				 u64 linear, u32 access, bool set,
				 struct x86_walk *walk)
{
	walk->error_code = 0;
	walk->gp = false;
	walk->gpa = (u32)linear;
	walk->page_size = PAGE_SIZE;
	if (!(x->mode.cr0 & X86_CR0_PG))
		return 0;
	if (!(x->mode.efer & EFER_LMA))
		return x86_walk_full(x, (u32)linear, access, set, walk);
	if (!x86_linear_canonical(x, linear)) {
		walk->gp = true;
		return -EPERM;
	}
	if (!x86_memo_make(x, m, linear, access))
		return x86_walk_full(x, linear, access, set, walk);
	x86_memo_outcome(m, linear, walk);
	return 0;
}

/*
 * A guest does its device accesses with a few instructions to a few pages, so the
 * last plain walk is remembered by the very entries that it read: reading them
 * again proves it, without any trust in what the guest flushes.
 */
int x86_walk(struct x86_vcpu *x, u64 linear, u32 access, bool set,
	     struct x86_walk *walk)
{
	struct x86_memo *m = access & AXVCPU_ACCESS_EXECUTE ? &x->memo[0] :
							      &x->memo[1];
	const struct x86_mode *mode = &x->mode;

	if (likely(m->page == ((linear & PAGE_MASK) | access) && m->count &&
		   m->cr0 == mode->cr0 && m->cr3 == mode->cr3 &&
		   m->cr4 == mode->cr4 && m->efer == mode->efer &&
		   x86_memo_holds(x, m))) {
		x86_memo_outcome(m, linear, walk);
		return 0;
	}
	return x86_walk_new(x, m, linear, access, set, walk);
}

void x86_queue_walk_fault(struct x86_vcpu *x, const struct x86_walk *fault,
			  u64 linear)
{
	if (fault->gp)
		x86_queue_gp(x, 0);
	else
		x86_queue_exception(x, X86_VECTOR_PF, true, fault->error_code,
				    linear);
}

/* ---- linear addresses ------------------------------------------------------------------ */

/* The part of @length that is in @linear's page. */
static size_t x86_in_page(u64 linear, size_t length)
{
	return min_t(size_t, length, PAGE_SIZE - (linear & (PAGE_SIZE - 1)));
}

/* Outside of 64-bit mode linear addresses wrap at 4 GiB. */
static u64 x86_linear_wrap(const struct x86_vcpu *x, u64 linear)
{
	return x86_long_mode(x) ? linear : (u32)linear;
}

/* ---- segmentation --------------------------------------------------------------------- */

/* The access is of a kind that the segment allows; not checked in real mode. */
static bool x86_segment_allows(const struct x86_vcpu *x,
			       const struct axvcpu_x86_segment *s, bool write)
{
	if (!(x->mode.cr0 & X86_CR0_PE) || x->rflags & X86_EFLAGS_VM)
		return true;
	if (!(s->attributes & SEG_P) ||
	    s->attributes & AXVCPU_X86_SEG_UNUSABLE)
		return false;
	if (s->attributes & SEG_CODE)
		return !write && s->attributes & SEG_RW;
	return !write || s->attributes & SEG_RW;
}

static bool x86_segment_limit(const struct axvcpu_x86_segment *s, u64 first,
			      u64 last)
{
	u64 end = s->limit;

	if ((s->attributes & (SEG_CODE | SEG_DOWN)) == SEG_DOWN) {
		end = s->attributes & SEG_DB ? 0xffffffff : 0xffff;
		if (first <= s->limit)
			return false;
	}
	return last <= end;
}

bool x86_linear(struct x86_vcpu *x, unsigned int segment, u64 offset,
		unsigned int length, bool write, u64 *linear)
{
	const struct axvcpu_x86_segment *s;
	u64 last = offset + length - 1;

	if (segment > AXVCPU_X86_GS)
		return false;
	s = &x->mode.segment[segment];
	if (x86_long_mode(x)) {
		u64 base = segment >= AXVCPU_X86_FS ? s->base : 0;

		*linear = base + offset;
		return x86_linear_canonical(x, base + offset) &&
		       x86_linear_canonical(x, base + last);
	}
	*linear = (u32)(s->base + offset);
	return x86_segment_allows(x, s, write) &&
	       x86_segment_limit(s, offset, last);
}

void x86_queue_segment_fault(struct x86_vcpu *x, unsigned int segment)
{
	u8 vector = segment == AXVCPU_X86_SS ? X86_VECTOR_SS : X86_VECTOR_GP;

	x86_queue_exception(x, vector, true, 0, 0);
}

/* ---- fetch ------------------------------------------------------------------------------ */

/* The @length bytes at @gpa, which are in one page; @insn has room for all. */
static int x86_fetch_bytes(struct x86_vcpu *x, u64 gpa, u8 *insn,
			   unsigned int length)
{
	const u8 __user *from = x86_window_find(x, gpa);
	u64 low, high;

	if (unlikely(length < INSN_MAX || !from))
		return axvcpu_memory_read(x->core.vm, gpa, insn, length);
	/* Two reads that overlap in one byte. */
	if (!user_read_access_begin(from, INSN_MAX))
		return -EFAULT;
	unsafe_get_user(low, (u64 __user *)from, fault);
	unsafe_get_user(high, (u64 __user *)(from + INSN_MAX - sizeof(high)),
			fault);
	user_read_access_end();
	if (unlikely(x86_window_closed(x)))
		return axvcpu_memory_read(x->core.vm, gpa, insn, length);
	memcpy(insn, &low, sizeof(low));
	memcpy(insn + INSN_MAX - sizeof(high), &high, sizeof(high));
	return 0;

fault:
	user_read_access_end();
	return -EFAULT;
}

/*
 * The rest is in the next page, whatever that is: the instruction may end before.
 * Return: how many bytes there are in all.
 */
static noinline int x86_fetch_next(struct x86_vcpu *x, u64 linear, u32 access,
				   u8 *insn, unsigned int first)
{
	struct x86_walk walk;

	linear = x86_linear_wrap(x, linear + first);
	if (x86_walk(x, linear, access, false, &walk) ||
	    axvcpu_memory_read(x->core.vm, walk.gpa, insn + first,
			       INSN_MAX - first))
		return first;
	return INSN_MAX;
}

int x86_fetch(struct x86_vcpu *x, u8 insn[15], struct x86_walk *fault,
	      u64 *fault_linear)
{
	u32 access = AXVCPU_ACCESS_EXECUTE;
	unsigned int first;
	u64 linear = x->rip;
	int ret;

	if (!x86_long_mode(x))
		linear = (u32)(x->mode.segment[AXVCPU_X86_CS].base + linear);
	if (x->mode.cpl == 3)
		access |= AXVCPU_ACCESS_USER;
	*fault_linear = linear;
	ret = x86_walk(x, linear, access, true, fault);
	if (ret)
		return ret;
	first = x86_in_page(linear, INSN_MAX);
	ret = x86_fetch_bytes(x, fault->gpa, insn, first);
	if (ret)
		return ret;
	if (likely(first == INSN_MAX))
		return INSN_MAX;
	return x86_fetch_next(x, linear, access, insn, first);
}

/* ---- TRANSLATE ---------------------------------------------------------------------------- */

int x86_translate(struct axvcpu_vcpu *vcpu, struct axvcpu_translate *args)
{
	struct x86_vcpu *x = to_x86(vcpu);
	struct x86_walk walk;
	int ret;

	x->backend->sync_mode(x);
	ret = x86_walk(x, args->gva, args->access, false, &walk);
	if (ret && ret != -EPERM)
		return ret;
	args->valid = !ret;
	args->gpa = ret ? 0 : walk.gpa;
	args->page_size = ret ? 0 : walk.page_size;
	args->error_code = ret ? walk.error_code : 0;
	return 0;
}

bool x86_canonical(u64 address)
{
	unsigned int spare = x86_guest_has(X86_FEATURE_LA57) ? 64 - 57 : 64 - 48;

	return (u64)((s64)(address << spare) >> spare) == address;
}
