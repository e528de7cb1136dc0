/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM on real user memory, for memory_test.c and race_test.c. */
#ifndef AXVCPU_KUNIT_MEMORY_H
#define AXVCPU_KUNIT_MEMORY_H

#include <kunit/test.h>
#include <linux/io.h>
#include <linux/mman.h>
#include <linux/mm.h>

#include "../../kmod/arch.h"
#include "../../kmod/vcpu.h"
#include "../../kmod/vm.h"

#define M2	(2UL << 20)
#define AREA	(4 * M2)	/* of user memory, aligned to 2 MiB */
#define GPA	(1ULL << 30)
#define R	AXVCPU_ACCESS_READ
#define W	AXVCPU_ACCESS_WRITE
#define RW	(PROT_READ | PROT_WRITE)

/**
 * struct memory_context - one test case's objects, in test->priv
 * @mm: lent by the process that loads the module: a KUnit case has none
 * @mapped: what to unmap in the end
 * @user: the area
 * @vm: on @mm, without regions
 * @vcpu: one of its vCPUs, as far as faults need it
 */
struct memory_context {
	struct mm_struct *mm;
	unsigned long mapped;
	unsigned long user;
	struct axvcpu_vm *vm;
	struct axvcpu_vcpu *vcpu;
};

/*
 * For struct kunit_suite. After memory_init() a case has no assertions, only
 * expectations: a case that is aborted would leave the mm in use.
 */
int memory_suite_init(struct kunit_suite *suite);
int memory_init(struct kunit *test);
void memory_exit(struct kunit *test);

/* SET_MEMORY */
int memory_set(struct memory_context *c, u32 flags, u64 gpa, u64 length,
	       u64 user);

/* Does the guest reach at @gpa just what the host has at @address, or nothing? */
bool memory_follows(struct axvcpu_vm *vm, u64 gpa, unsigned long address);

/* As the hardware walks, while others write: the leaf, 0 if there is none. */
static inline u64 memory_walk(const struct axvcpu_vm *vm, u64 gpa,
			      unsigned int *level)
{
	const struct axvcpu_stage2_format *f = vm->stage2.format;
	u64 *table = vm->stage2.root;

	for (*level = f->levels;; --*level) {
		u64 entry = READ_ONCE(table[(gpa >> (3 + 9 * *level)) & 511]);

		if (!(entry & f->present))
			return 0;
		if (*level == 1 ||
		    (entry & f->is_leaf_mask) == f->is_leaf_value)
			return entry;
		table = phys_to_virt((entry & f->address) << f->address_shift);
	}
}

/* The host page to which @gpa leads, 0 if to none. */
static inline unsigned long memory_pfn(const struct axvcpu_vm *vm, u64 gpa,
				       bool *writable)
{
	const struct axvcpu_stage2_format *f = vm->stage2.format;
	unsigned int level;
	u64 entry = memory_walk(vm, gpa, &level);

	*writable = entry & f->write;
	if (!entry)
		return 0;
	return (((entry & f->address) << f->address_shift) |
		(gpa & (axvcpu_stage2_size(level) - 1))) >> PAGE_SHIFT;
}

#endif /* AXVCPU_KUNIT_MEMORY_H */
