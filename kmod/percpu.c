// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The extension follows its users: on with the first VM, off with the last, on
 * every online CPU. Lock order: cpu hotplug lock, then percpu_lock; a hotplug
 * callback already holds the first.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/mutex.h>
#include <linux/reboot.h>
#include <linux/smp.h>

#include "arch.h"
#include "compat/syscore.h"
#include "percpu.h"

DEFINE_PER_CPU(bool, axvcpu_enabled);

static DEFINE_MUTEX(percpu_lock);
static unsigned int users;		/* VMs; under percpu_lock */
static bool rebooting;			/* under percpu_lock; never reset */
static int hotplug_state;

/* On the CPU itself, interrupts off. */
static int axvcpu_enable_here(void)
{
	int ret;

	lockdep_assert_irqs_disabled();
	if (__this_cpu_read(axvcpu_enabled))
		return 0;
	ret = axvcpu_arch->hardware_enable();
	if (ret)
		return ret;
	/* Somebody may hold the bit down (a hypervisor below us). */
	if (!axvcpu_arch->is_enabled()) {
		axvcpu_arch->hardware_disable();
		return -EIO;
	}
	__this_cpu_write(axvcpu_enabled, true);
	return 0;
}

static void axvcpu_disable_here(void)
{
	lockdep_assert_irqs_disabled();
	if (!__this_cpu_read(axvcpu_enabled))
		return;
	/* First the flag: an entry that looks at it later must not follow. */
	__this_cpu_write(axvcpu_enabled, false);
	axvcpu_arch->hardware_disable();
}

static void axvcpu_enable_ipi(void *data)
{
	atomic_t *failed = data;
	int ret = axvcpu_enable_here();

	if (ret)
		atomic_cmpxchg(failed, 0, ret);
}

static void axvcpu_disable_ipi(void *unused)
{
	axvcpu_disable_here();
}

int axvcpu_percpu_get(void)
{
	atomic_t failed = ATOMIC_INIT(0);
	int ret = 0;

	cpus_read_lock();
	mutex_lock(&percpu_lock);
	if (rebooting) {
		ret = -ENODEV;
	} else if (!users) {
		on_each_cpu(axvcpu_enable_ipi, &failed, 1);
		ret = atomic_read(&failed);
		if (ret)
			on_each_cpu(axvcpu_disable_ipi, NULL, 1);
		/* -EIO, a refused MSR, would tell user space of a foreign mm. */
		if (ret == -EIO)
			ret = -ENODEV;
	}
	if (!ret)
		users++;
	mutex_unlock(&percpu_lock);
	cpus_read_unlock();
	return ret;
}

void axvcpu_percpu_put(void)
{
	cpus_read_lock();
	mutex_lock(&percpu_lock);
	if (!--users)
		on_each_cpu(axvcpu_disable_ipi, NULL, 1);
	mutex_unlock(&percpu_lock);
	cpus_read_unlock();
}

/*
 * A CPU that can't be enabled comes online all the same, without us: RUN there
 * is -ENODEV.
 */
static int axvcpu_cpu_online(unsigned int cpu)
{
	int ret = 0;

	mutex_lock(&percpu_lock);
	if (users && !rebooting) {
		local_irq_disable();
		ret = axvcpu_enable_here();
		local_irq_enable();
	}
	mutex_unlock(&percpu_lock);
	if (ret)
		pr_warn("axvcpu: CPU %u can't run vCPUs: error %d\n", cpu, ret);
	return 0;
}

static int axvcpu_cpu_offline(unsigned int cpu)
{
	mutex_lock(&percpu_lock);
	local_irq_disable();
	axvcpu_disable_here();
	local_irq_enable();
	mutex_unlock(&percpu_lock);
	return 0;
}

/*
 * The last CPU of a suspend, with interrupts off and nobody else running: the
 * others went through the hotplug callbacks.
 */
static int axvcpu_suspend(void)
{
	axvcpu_disable_here();
	return 0;
}

static void axvcpu_resume(void)
{
	if (users && !rebooting)
		axvcpu_enable_here();
}

AXVCPU_SYSCORE(axvcpu_syscore, axvcpu_suspend, axvcpu_resume);

/* Reboot and kexec: whoever runs next finds the extension off. */
static int axvcpu_reboot(struct notifier_block *block, unsigned long action,
			 void *data)
{
	cpus_read_lock();
	mutex_lock(&percpu_lock);
	rebooting = true;
	on_each_cpu(axvcpu_disable_ipi, NULL, 1);
	mutex_unlock(&percpu_lock);
	cpus_read_unlock();
	return NOTIFY_OK;
}

static struct notifier_block axvcpu_reboot_block = {
	.notifier_call = axvcpu_reboot,
};

static void axvcpu_percpu_free_all(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		axvcpu_arch->cpu_free(cpu);
}

int axvcpu_percpu_init(void)
{
	unsigned int cpu;
	int ret;

	for_each_possible_cpu(cpu) {
		ret = axvcpu_arch->cpu_new(cpu);
		if (ret)
			goto free;
	}
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "axvcpu:online",
				axvcpu_cpu_online, axvcpu_cpu_offline);
	if (ret < 0)
		goto free;
	hotplug_state = ret;
	ret = register_reboot_notifier(&axvcpu_reboot_block);
	if (ret)
		goto hotplug;
	axvcpu_syscore_register(&axvcpu_syscore);
	return 0;

hotplug:
	cpuhp_remove_state(hotplug_state);
free:
	axvcpu_percpu_free_all();
	return ret;
}

void axvcpu_percpu_exit(void)
{
	axvcpu_syscore_unregister(&axvcpu_syscore);
	unregister_reboot_notifier(&axvcpu_reboot_block);
	cpuhp_remove_state(hotplug_state);
	axvcpu_percpu_free_all();
}
