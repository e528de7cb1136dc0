/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AXVCPU_VM_H
#define AXVCPU_VM_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "memory.h"
#include "stage2.h"

#define AXVCPU_MAX_VCPUS	1024

struct axvcpu_vcpu;
struct mm_struct;

/**
 * struct axvcpu_vm - a guest-physical address space and its vCPUs
 * @kref: one for the VM's file, one for each vCPU
 * @mm: the owner, held by mmgrab(): compare only, or use as current->mm
 * @id: unique while the module is loaded
 * @behaviours: AXVCPU_VM_*
 * @vcpus: by vcpu_id, under @vcpus_lock
 * @vcpus_lock: see there
 * @memory: the regions
 * @stage2: the tables
 * @arch: the back end's own
 * @pid: the owner's process id, for people
 * @link: in debugfs.c's list
 *
 * The lock order stands at the top of vm.c.
 */
struct axvcpu_vm {
	struct kref kref;
	struct mm_struct *mm;
	u64 id;
	u64 behaviours;
	struct rb_root vcpus;
	spinlock_t vcpus_lock;
	struct axvcpu_memory_map memory;
	struct axvcpu_stage2 stage2;
	void *arch;
	pid_t pid;
	struct list_head link;
};

int axvcpu_vm_create(const struct axvcpu_create_vm *args);
void axvcpu_vm_put(struct axvcpu_vm *vm);

static inline void axvcpu_vm_init_vcpus(struct axvcpu_vm *vm)
{
	vm->vcpus = RB_ROOT;
	spin_lock_init(&vm->vcpus_lock);
}

/* There is a vCPU of this id, now. */
bool axvcpu_vm_has_vcpu(struct axvcpu_vm *vm, u32 id);
/* Return: 0; -EEXIST: its id is in use. */
int axvcpu_vm_add_vcpu(struct axvcpu_vm *vm, struct axvcpu_vcpu *vcpu);
/* Afterwards nobody finds it, and nobody who found it still looks at it. */
void axvcpu_vm_remove_vcpu(struct axvcpu_vm *vm, struct axvcpu_vcpu *vcpu);

static inline bool axvcpu_vm_owned(const struct axvcpu_vm *vm)
{
	return vm->mm == current->mm;
}

#endif /* AXVCPU_VM_H */
