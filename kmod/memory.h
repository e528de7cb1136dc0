/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest memory as the user sees it: regions, checks, pinning, accounting. */
#ifndef AXVCPU_MEMORY_H
#define AXVCPU_MEMORY_H

#include <linux/interval_tree.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "../uapi/axvcpu.h"

#define AXVCPU_MAX_REGIONS	4096

struct axvcpu_mm;
struct axvcpu_pins;
struct axvcpu_vcpu;
struct axvcpu_vm;

/**
 * struct axvcpu_region - one SET_MEMORY range; immutable once published, but @pins
 * @gpa: first guest-physical address
 * @length: bytes
 * @hva: first address in the owner's memory
 * @flags: AXVCPU_MEM_READONLY, AXVCPU_MEM_PIN
 * @vm: its VM
 * @hva_node: its place in the notifier's interval tree, by HVA
 * @pins: NULL without PIN; the notifier takes them when the owner's mm goes, under
 *	axvcpu_mm.lock
 * @rcu: readers find regions under RCU
 */
struct axvcpu_region {
	u64 gpa;
	u64 length;
	unsigned long hva;
	u32 flags;
	struct axvcpu_vm *vm;
	struct interval_tree_node hva_node;
	struct axvcpu_pins *pins;
	struct rcu_head rcu;
};

/**
 * struct axvcpu_region_table - the regions sorted by GPA; replaced, not changed
 */
struct axvcpu_region_table {
	struct rcu_head rcu;
	unsigned int count;
	struct axvcpu_region *region[];
};

/**
 * struct axvcpu_memory_map - a VM's regions
 * @lock: serialises changes. Nothing that waits for user space (a page fault, the
 *	mmap lock) happens inside: other processes may hold the VM's fds
 * @table: written under @lock, read under RCU; NULL without regions
 * @sequence: counts removals from @table; written under vm->stage2.lock, so that
 *	a fault that looked a region up can see under that lock if it is gone
 * @changes: counts additions as well; written under @lock behind the new table
 * @mm: the owner's notifier, shared by all its VMs
 */
struct axvcpu_memory_map {
	struct mutex lock;
	struct axvcpu_region_table __rcu *table;
	unsigned long sequence;
	unsigned long changes;
	struct axvcpu_mm *mm;
};

/**
 * struct axvcpu_hole - where a vCPU last found no region, most likely a device
 * @start: first address
 * @length: bytes, 0: none is known
 * @changes: the VM's, for which that is true
 */
struct axvcpu_hole {
	u64 start;
	u64 length;
	unsigned long changes;
};

/**
 * struct axvcpu_fault - a second-stage fault, from run() to emulate()
 * @gpa: the address
 * @gva: the guest's linear address, with AXVCPU_ACCESS_GVA in @access
 * @access: AXVCPU_ACCESS_*
 * @cause: set by axvcpu_memory_fault() if it can't resolve: enum axvcpu_npf_cause
 * @host_errno: with AXVCPU_NPF_HOST_FAULT
 */
struct axvcpu_fault {
	u64 gpa;
	u64 gva;
	u32 access;
	u32 cause;
	u32 host_errno;
};

/**
 * axvcpu_memory_new() - an empty map, the notifier of current->mm registered
 * axvcpu_memory_free() - drop all regions and the notifier: no vCPU is left, by
 *	any process, before axvcpu_stage2_free()
 *
 * Process context. Return: 0, -ENOMEM, -EINTR.
 */
int axvcpu_memory_new(struct axvcpu_vm *vm);
void axvcpu_memory_free(struct axvcpu_vm *vm);

/**
 * axvcpu_memory_set() - the ioctl SET_MEMORY
 *
 * Takes vm->memory.lock; the caller holds no lock, for PIN may wait for user
 * space. Return: see struct axvcpu_memory.
 */
int axvcpu_memory_set(struct axvcpu_vm *vm, const struct axvcpu_memory *args);

/**
 * axvcpu_memory_find() - the region that contains @gpa; under rcu_read_lock()
 *
 * A binary search: the cost does not depend on how many VMs there are.
 */
const struct axvcpu_region *axvcpu_memory_find(struct axvcpu_vm *vm, u64 gpa);

/**
 * axvcpu_memory_fault() - resolve vcpu->fault by mapping host memory
 *
 * Process context, in the owner's mm, preemptible. Counts stats.faults and
 * stats.huge_faults.
 * Return: 0: mapped, or raced with an invalidation (enter again); 1: no memory
 * answers, vcpu->fault.cause says why; -EINTR: a signal is pending; -ENOMEM.
 */
int axvcpu_memory_fault(struct axvcpu_vcpu *vcpu);

/**
 * axvcpu_memory_read() - copy guest-physical memory through the owner's mm
 *
 * Same context as axvcpu_memory_fault(). A range may cross regions.
 * Return: 0; -ENXIO: (partly) no region; -EFAULT: the host has no page there, or
 * another process calls. On an error part of @to may be written.
 */
int axvcpu_memory_read(struct axvcpu_vm *vm, u64 gpa, void *to, size_t length);

/**
 * axvcpu_memory_write() - the opposite of axvcpu_memory_read()
 *
 * Return: also -EROFS: (partly) READONLY. With -ENXIO and -EROFS nothing was
 * written, unless the regions change meanwhile.
 */
int axvcpu_memory_write(struct axvcpu_vm *vm, u64 gpa, const void *from,
			size_t length);

/**
 * axvcpu_memory_cmpxchg() - compare and exchange 4 or 8 bytes of guest memory,
 * for accessed and dirty bits of the guest's tables. @gpa is naturally aligned.
 *
 * Return: 0: exchanged; -EAGAIN: it was not *@old, which now has the value found;
 * -ENXIO, -EFAULT, -EROFS.
 */
int axvcpu_memory_cmpxchg(struct axvcpu_vm *vm, u64 gpa, u64 *old, u64 new,
			  unsigned int width);

#endif /* AXVCPU_MEMORY_H */
