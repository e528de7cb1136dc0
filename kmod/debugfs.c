// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /sys/kernel/debug/axvcpu/stats: the counters of all vCPUs, for root. One file
 * for all, so that a VM costs nothing here but a place in a list. A line is
 *	PID VM VCPU NAME VALUE [NANOSECONDS]
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "debugfs.h"
#include "vcpu.h"
#include "vm.h"

static struct dentry *directory;
static LIST_HEAD(vms);
static DEFINE_MUTEX(vms_lock);

static const char *const exit_name[AXVCPU_EXIT_COUNT] = {
	[AXVCPU_EXIT_NOTHING] = "NOTHING",
	[AXVCPU_EXIT_HYPERCALL] = "HYPERCALL",
	[AXVCPU_EXIT_MMIO_READ] = "MMIO_READ",
	[AXVCPU_EXIT_MMIO_WRITE] = "MMIO_WRITE",
	[AXVCPU_EXIT_IO_READ] = "IO_READ",
	[AXVCPU_EXIT_IO_WRITE] = "IO_WRITE",
	[AXVCPU_EXIT_SYSREG_READ] = "SYSREG_READ",
	[AXVCPU_EXIT_SYSREG_WRITE] = "SYSREG_WRITE",
	[AXVCPU_EXIT_EXTERNAL_INTERRUPT] = "EXTERNAL_INTERRUPT",
	[AXVCPU_EXIT_IRQ_WINDOW] = "IRQ_WINDOW",
	[AXVCPU_EXIT_NESTED_PAGE_FAULT] = "NESTED_PAGE_FAULT",
	[AXVCPU_EXIT_HALT] = "HALT",
	[AXVCPU_EXIT_IDLE] = "IDLE",
	[AXVCPU_EXIT_CPU_UP] = "CPU_UP",
	[AXVCPU_EXIT_CPU_DOWN] = "CPU_DOWN",
	[AXVCPU_EXIT_SYSTEM_DOWN] = "SYSTEM_DOWN",
	[AXVCPU_EXIT_SEND_IPI] = "SEND_IPI",
	[AXVCPU_EXIT_EOI] = "EOI",
	[AXVCPU_EXIT_DEBUG] = "DEBUG",
	[AXVCPU_EXIT_EXCEPTION] = "EXCEPTION",
	[AXVCPU_EXIT_FAIL_ENTRY] = "FAIL_ENTRY",
	[AXVCPU_EXIT_INTERNAL_ERROR] = "INTERNAL_ERROR",
	[AXVCPU_EXIT_UNKNOWN] = "UNKNOWN",
};

static void axvcpu_show_vcpu(struct seq_file *file, struct axvcpu_vm *vm,
			     struct axvcpu_vcpu *vcpu)
{
	const struct axvcpu_counters *c = &vcpu->stats;
	const struct {
		const char *name;
		u64 value;
	} line[] = {
		{ "state", axvcpu_state_get(vcpu) },
		{ "entries", READ_ONCE(c->entries) },
		{ "handled", READ_ONCE(c->handled) },
		{ "interrupts", READ_ONCE(c->interrupts) },
		{ "faults", READ_ONCE(c->faults) },
		{ "huge_faults", READ_ONCE(c->huge_faults) },
		{ "injected", READ_ONCE(c->injected) },
		{ "requeued", READ_ONCE(c->requeued) },
		{ "migrations", READ_ONCE(c->migrations) },
		{ "tlb_flushes", READ_ONCE(c->tlb_flushes) },
		{ "ipis", atomic64_read(&c->ipis) },
		{ "ibpbs", READ_ONCE(c->ibpbs) },
		{ "blocked_ns", READ_ONCE(c->blocked_ns) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(line); i++)
		seq_printf(file, "%d %llu %u %s %llu\n", vm->pid, vm->id,
			   vcpu->id, line[i].name, line[i].value);
	for (i = 0; i < AXVCPU_EXIT_COUNT; i++)
		seq_printf(file, "%d %llu %u exit_%s %llu %llu\n", vm->pid,
			   vm->id, vcpu->id, exit_name[i],
			   READ_ONCE(c->exit[i].count),
			   axvcpu_stats_ns(READ_ONCE(c->exit[i].cycles)));
}

static int axvcpu_stats_show(struct seq_file *file, void *unused)
{
	struct axvcpu_vm *vm;
	struct axvcpu_vcpu *vcpu;

	mutex_lock(&vms_lock);
	list_for_each_entry(vm, &vms, link) {
		spin_lock(&vm->vcpus_lock);
		axvcpu_for_each_vcpu(vcpu, vm)
			axvcpu_show_vcpu(file, vm, vcpu);
		spin_unlock(&vm->vcpus_lock);
	}
	mutex_unlock(&vms_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(axvcpu_stats);

void axvcpu_debugfs_add(struct axvcpu_vm *vm)
{
	mutex_lock(&vms_lock);
	list_add_tail(&vm->link, &vms);
	mutex_unlock(&vms_lock);
}

void axvcpu_debugfs_remove(struct axvcpu_vm *vm)
{
	mutex_lock(&vms_lock);
	list_del(&vm->link);
	mutex_unlock(&vms_lock);
}

void axvcpu_debugfs_init(void)
{
	directory = debugfs_create_dir("axvcpu", NULL);
	debugfs_create_file("stats", 0400, directory, NULL,
			    &axvcpu_stats_fops);
}

void axvcpu_debugfs_exit(void)
{
	debugfs_remove_recursive(directory);
}
