// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMIDs: the tags of a VM's translations, of 8 or 16 bits.
 *
 * On a VHE host KVM may run beside us and numbers from 1 on, so all of our VMs have 0,
 * which a CPU holds for one vCPU at a time. On an nVHE host EL2 is ours alone, and 0 is
 * the host's own: there a VM has a number from 1 on, the same on all CPUs, as its TLBI
 * instructions reach all of them.
 *
 * Numbers are given out in generations. When none is left, the next generation begins:
 * all are free again but for those of the VMs that a CPU ran last, which may be in guest
 * mode right now and keep theirs; and each CPU flushes everything before it turns to
 * another VM. So a CPU that goes on with its VM needs no lock. The number of a VM that is
 * gone is not given out again in its generation.
 *
 * Two vCPUs of a VM may use one ASID for two things. So what has the VM's tag is flushed
 * on a CPU when it turns to another vCPU, or finds stage2.tlb_generation changed. Entries
 * are shared with no other CPU, as VTTBR_EL2.CnP is 0.
 */
#include <linux/bitmap.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "arm64.h"
#include "vmid.h"

#define VTTBR_VMID_SHIFT	48

/* Protects all of this file's, and el2_cpu.vm and its fellows from other CPUs. */
static DEFINE_RAW_SPINLOCK(vmid_lock);
static unsigned long *vmid_used;
static unsigned int vmid_count __ro_after_init;
static unsigned int vmid_next;
static u64 vmid_generation = 1;

u32 arm64_vmid_init(void)
{
	unsigned int count = el2_features.vtcr & EL2_VTCR_VS ? 65536 : 256;

	if (!el2_features.nvhe)
		return AXVCPU_REASON_NONE;
	/* Each CPU keeps one, and one is to be had. */
	if (num_possible_cpus() > count - 2)
		return AXVCPU_REASON_MISSING_FEATURE;
	vmid_used = bitmap_zalloc(count, GFP_KERNEL);
	if (!vmid_used)
		return AXVCPU_REASON_NO_MEMORY;
	__set_bit(0, vmid_used);
	vmid_count = count;
	return AXVCPU_REASON_NONE;
}

void arm64_vmid_exit(void)
{
	bitmap_free(vmid_used);
}

int arm64_vm_new(struct axvcpu_vm *vm)
{
	struct arm64_vm *a;

	if (!el2_features.nvhe)
		return 0;
	a = kzalloc(sizeof(*a), GFP_KERNEL_ACCOUNT);
	if (!a)
		return -ENOMEM;
	a->tags = alloc_percpu_gfp(struct el2_tag, GFP_KERNEL_ACCOUNT);
	if (!a->tags) {
		kfree(a);
		return -ENOMEM;
	}
	vm->arch = a;
	return 0;
}

void arm64_vm_free(struct axvcpu_vm *vm)
{
	struct arm64_vm *a = vm->arch;

	if (!a)
		return;
	free_percpu(a->tags);
	kfree(a);
}

static void vmid_begin_generation(void)
{
	unsigned int cpu;

	lockdep_assert_held(&vmid_lock);
	vmid_generation++;
	vmid_next = 1;
	bitmap_zero(vmid_used, vmid_count);
	__set_bit(0, vmid_used);
	for_each_possible_cpu(cpu) {
		struct el2_cpu *c = per_cpu(el2_cpus, cpu);

		__set_bit(c->vmid, vmid_used);
		c->flush_all = true;
	}
}

static u16 vmid_take(void)
{
	unsigned int n;

	lockdep_assert_held(&vmid_lock);
	n = find_next_zero_bit(vmid_used, vmid_count, vmid_next);
	if (n >= vmid_count) {
		vmid_begin_generation();
		n = find_next_zero_bit(vmid_used, vmid_count, vmid_next);
	}
	__set_bit(n, vmid_used);
	vmid_next = n + 1;
	return n;
}

/* A CPU ran it last, so it has kept its number. */
static bool vmid_kept(const struct axvcpu_vm *vm)
{
	unsigned int cpu;

	lockdep_assert_held(&vmid_lock);
	for_each_possible_cpu(cpu)
		if (per_cpu(el2_cpus, cpu)->vm == vm->id)
			return true;
	return false;
}

static void vmid_switch(struct axvcpu_vm *vm, struct el2_cpu *c)
{
	struct arm64_vm *a = vm->arch;

	raw_spin_lock(&vmid_lock);
	if (a->generation != vmid_generation && !vmid_kept(vm))
		a->vmid = vmid_take();
	a->generation = vmid_generation;
	c->vm = vm->id;
	c->vmid = a->vmid;
	if (c->flush_all) {
		c->flush_all = false;
		c->flush_now = true;
	}
	raw_spin_unlock(&vmid_lock);
}

void arm64_vmid_load(struct arm64_vcpu *v, struct el2_cpu *c)
{
	v->vttbr = v->root;
	if (!el2_features.nvhe)
		return;
	if (unlikely(c->vm != v->core.vm->id))
		vmid_switch(v->core.vm, c);
	v->vttbr |= (u64)c->vmid << VTTBR_VMID_SHIFT;
}

void arm64_vmid_forget(struct el2_cpu *c)
{
	raw_spin_lock(&vmid_lock);
	c->vm = 0;
	c->vmid = 0;
	c->flush_all = false;
	c->flush_now = false;
	c->tag.vcpu = 0;
	raw_spin_unlock(&vmid_lock);
}

u64 arm64_flush_due(struct arm64_vcpu *v, struct el2_cpu *c)
{
	u64 generation = atomic64_read(&v->core.vm->stage2.tlb_generation);
	struct el2_tag *tag = &c->tag;

	if (el2_features.nvhe)
		tag = this_cpu_ptr(((struct arm64_vm *)v->core.vm->arch)->tags);
	if (likely(tag->vcpu == v->id && tag->generation == generation &&
		   !c->flush_now))
		return EL2_FLUSH_NONE;
	tag->vcpu = v->id;
	tag->generation = generation;
	v->core.stats.tlb_flushes++;
	if (likely(!c->flush_now))
		return EL2_FLUSH_TAG;
	c->flush_now = false;
	return EL2_FLUSH_ALL;
}
