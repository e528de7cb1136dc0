// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The VM: its fd, its ioctl table, its vCPUs.
 *
 * Locks, outermost first, and what each protects:
 *	cpu hotplug lock, percpu_lock (percpu.c)  users of the extension
 *	vm->memory.lock		changes of the VM's regions; may wait for nothing
 *				but memory
 *	mmap_lock of the owner	taken by page lookups, under no lock of ours, and by
 *				the registration of the notifier
 *	axvcpu_mm.lock (notifier.c)  the owner's regions by HVA
 *	vm->stage2.lock		all second-stage entries, vm->memory.sequence
 *	vm->vcpus_lock		vm->vcpus; who walks it holds no reference of a vCPU
 *	history.lock (state.c)	a vCPU's history
 * vms_lock (debugfs.c), the list of VMs, is taken under none; vcpus_lock inside it.
 * A vCPU has no lock: the BUSY bit of its state word makes one thread its owner.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "arch.h"
#include "debugfs.h"
#include "ioctl.h"
#include "percpu.h"
#include "vcpu.h"
#include "vm.h"

#define AXVCPU_VM_ALL                                                         \
	(AXVCPU_VM_POWEROFF_PORT | AXVCPU_VM_HALT_IN_KERNEL |                 \
	 AXVCPU_VM_IDLE_EXITS | AXVCPU_VM_IRQCHIP | AXVCPU_VM_INTERRUPT_EXITS)

static atomic64_t next_id = ATOMIC64_INIT(0);

static void axvcpu_vm_free(struct kref *kref)
{
	struct axvcpu_vm *vm = container_of(kref, struct axvcpu_vm, kref);

	axvcpu_debugfs_remove(vm);
	axvcpu_memory_free(vm);
	axvcpu_stage2_free(vm);
	axvcpu_arch->vm_free(vm);
	mmdrop(vm->mm);
	kfree(vm);
	axvcpu_percpu_put();
}

void axvcpu_vm_put(struct axvcpu_vm *vm)
{
	kref_put(&vm->kref, axvcpu_vm_free);
}

/* ---- its vCPUs ----------------------------------------------------------------- */

static int axvcpu_vm_compare_id(const void *id, const struct rb_node *node)
{
	u32 other = rb_entry(node, struct axvcpu_vcpu, node)->id;

	return *(const u32 *)id < other ? -1 : *(const u32 *)id > other;
}

static int axvcpu_vm_compare(struct rb_node *node, const struct rb_node *other)
{
	return axvcpu_vm_compare_id(
		&rb_entry(node, struct axvcpu_vcpu, node)->id, other);
}

bool axvcpu_vm_has_vcpu(struct axvcpu_vm *vm, u32 id)
{
	bool found;

	spin_lock(&vm->vcpus_lock);
	found = rb_find(&id, &vm->vcpus, axvcpu_vm_compare_id);
	spin_unlock(&vm->vcpus_lock);
	return found;
}

int axvcpu_vm_add_vcpu(struct axvcpu_vm *vm, struct axvcpu_vcpu *vcpu)
{
	bool found;

	spin_lock(&vm->vcpus_lock);
	found = rb_find_add(&vcpu->node, &vm->vcpus, axvcpu_vm_compare);
	spin_unlock(&vm->vcpus_lock);
	return found ? -EEXIST : 0;
}

void axvcpu_vm_remove_vcpu(struct axvcpu_vm *vm, struct axvcpu_vcpu *vcpu)
{
	spin_lock(&vm->vcpus_lock);
	rb_erase(&vcpu->node, &vm->vcpus);
	spin_unlock(&vm->vcpus_lock);
}

/* ---- ioctls and life -------------------------------------------------------------- */

static int axvcpu_vm_set_memory(void *object, void *args)
{
	return axvcpu_memory_set(object, args);
}

static int axvcpu_vm_create_vcpu(void *object, void *args)
{
	return axvcpu_vcpu_create(object, args);
}

static const struct axvcpu_ioctl axvcpu_vm_ioctls[] = {
	{ AXVCPU_SET_MEMORY, AXVCPU_ARG_IN, sizeof(struct axvcpu_memory),
	  .run = axvcpu_vm_set_memory },
	{ AXVCPU_CREATE_VCPU, AXVCPU_ARG_IN, sizeof(struct axvcpu_create_vcpu),
	  .run = axvcpu_vm_create_vcpu },
};

static long axvcpu_vm_ioctl(struct file *file, unsigned int cmd,
			    unsigned long arg)
{
	struct axvcpu_vm *vm = file->private_data;

	if (!axvcpu_vm_owned(vm))
		return -EIO;
	return axvcpu_ioctl_dispatch(axvcpu_vm_ioctls,
				     ARRAY_SIZE(axvcpu_vm_ioctls), NULL, vm,
				     cmd, arg);
}

static int axvcpu_vm_release(struct inode *inode, struct file *file)
{
	axvcpu_vm_put(file->private_data);
	return 0;
}

static const struct file_operations axvcpu_vm_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = axvcpu_vm_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = axvcpu_vm_release,
	.llseek = noop_llseek,
};

static struct axvcpu_vm *axvcpu_vm_alloc(u64 behaviours)
{
	struct axvcpu_vm *vm;
	int ret;

	ret = axvcpu_percpu_get();
	if (ret)
		return ERR_PTR(ret);
	vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	if (!vm) {
		ret = -ENOMEM;
		goto percpu;
	}
	kref_init(&vm->kref);
	vm->id = atomic64_inc_return(&next_id);
	vm->behaviours = behaviours;
	vm->pid = task_tgid_nr(current);
	axvcpu_vm_init_vcpus(vm);
	ret = axvcpu_arch->vm_new(vm);
	if (ret)
		goto vm;
	ret = axvcpu_stage2_new(vm);
	if (ret)
		goto arch;
	ret = axvcpu_memory_new(vm);
	if (ret)
		goto stage2;
	vm->mm = current->mm;
	mmgrab(vm->mm);
	axvcpu_debugfs_add(vm);
	return vm;

stage2:
	axvcpu_stage2_free(vm);
arch:
	axvcpu_arch->vm_free(vm);
vm:
	kfree(vm);
percpu:
	axvcpu_percpu_put();
	return ERR_PTR(ret);
}

int axvcpu_vm_create(const struct axvcpu_create_vm *args)
{
	static const struct {
		u64 behaviour;
		u64 capability;
	} needs[] = {
		{ AXVCPU_VM_POWEROFF_PORT, AXVCPU_CAP_POWEROFF_PORT },
		{ AXVCPU_VM_HALT_IN_KERNEL, AXVCPU_CAP_HALT_IN_KERNEL },
		{ AXVCPU_VM_IDLE_EXITS, AXVCPU_CAP_IDLE_EXITS },
		{ AXVCPU_VM_IRQCHIP, AXVCPU_CAP_IRQCHIP },
		{ AXVCPU_VM_INTERRUPT_EXITS, AXVCPU_CAP_INTERRUPT_EXITS },
	};
	struct axvcpu_vm *vm;
	struct file *file;
	unsigned int i;
	int fd;

	if (args->flags || args->behaviours & ~AXVCPU_VM_ALL)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(needs); i++)
		if (args->behaviours & needs[i].behaviour &&
		    !(axvcpu_host.capabilities & needs[i].capability))
			return -EOPNOTSUPP;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	vm = axvcpu_vm_alloc(args->behaviours);
	if (IS_ERR(vm)) {
		put_unused_fd(fd);
		return PTR_ERR(vm);
	}
	file = anon_inode_getfile("axvcpu-vm", &axvcpu_vm_fops, vm, O_RDWR);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		axvcpu_vm_put(vm);
		return PTR_ERR(file);
	}
	fd_install(fd, file);
	return fd;
}
