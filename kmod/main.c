// SPDX-License-Identifier: GPL-2.0-or-later
/* /dev/axvcpu: GET_INFO and CREATE_VM, and the module around it. */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/time64.h>

#include "arch.h"
#include "debugfs.h"
#include "ioctl.h"
#include "kunit.h"
#include "memory.h"
#include "notifier.h"
#include "percpu.h"
#include "vcpu.h"
#include "vm.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static char *backend = "";
module_param(backend, charp, 0444);
MODULE_PARM_DESC(backend, "back end to use instead of the CPU's own choice");

const struct axvcpu_arch_ops *axvcpu_arch __ro_after_init;
struct axvcpu_host axvcpu_host __ro_after_init;
static u32 axvcpu_reason __ro_after_init;	/* found once, at load */

/* Why no vCPU can run now: what was found at load, else the owner of today. */
static u32 axvcpu_reason_now(void)
{
	if (axvcpu_reason)
		return axvcpu_reason;
	return axvcpu_arch->busy();
}

static int axvcpu_get_info(void *unused, void *args)
{
	struct axvcpu_info *info = args;
	unsigned int i;

	info->abi_version = AXVCPU_ABI_VERSION;
	info->arch = AXVCPU_HOST_ARCH;
	info->backend = axvcpu_host.backend;
	info->mode = axvcpu_host.mode;
	info->reason = axvcpu_reason_now();
	info->capabilities = axvcpu_host.capabilities;
	info->run_size = AXVCPU_RUN_BYTES;
	info->data_offset = AXVCPU_DATA_OFFSET;
	info->data_size = AXVCPU_DATA_BYTES;
	info->max_vcpus = AXVCPU_MAX_VCPUS;
	info->max_regions = AXVCPU_MAX_REGIONS;
	info->gpa_bits = axvcpu_host.gpa_bits;
	info->stage2_levels = axvcpu_host.stage2_levels;
	info->tags = axvcpu_host.tags;
	info->exit_reasons = AXVCPU_EXIT_COUNT;
	for (i = 0; i < AXVCPU_BLOCK_COUNT; i++)
		info->block_length[i] = axvcpu_host.block_length[i];
	return 0;
}

static int axvcpu_do_create_vm(void *unused, void *args)
{
	u32 reason = axvcpu_reason_now();

	switch (reason) {
	case AXVCPU_REASON_NONE:
		return axvcpu_vm_create(args);
	case AXVCPU_REASON_OWNED_BY_KVM:
	case AXVCPU_REASON_OWNED_BY_OTHER:
		return -EBUSY;
	default:
		return -ENODEV;
	}
}

static const struct axvcpu_ioctl axvcpu_device_ioctls[] = {
	{ AXVCPU_GET_INFO, AXVCPU_ARG_OUT, sizeof(struct axvcpu_info),
	  .run = axvcpu_get_info },
	{ AXVCPU_CREATE_VM, AXVCPU_ARG_IN, sizeof(struct axvcpu_create_vm),
	  .run = axvcpu_do_create_vm },
};

static long axvcpu_device_ioctl(struct file *file, unsigned int cmd,
				unsigned long arg)
{
	return axvcpu_ioctl_dispatch(axvcpu_device_ioctls,
				     ARRAY_SIZE(axvcpu_device_ioctls), NULL,
				     NULL, cmd, arg);
}

static const struct file_operations axvcpu_device_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = axvcpu_device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice axvcpu_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "axvcpu",
	.fops = &axvcpu_device_fops,
	.mode = 0600,
};

/* Without a usable back end the module stays for GET_INFO to say why. */
static int __init axvcpu_backend_init(void)
{
	int ret;

	axvcpu_reason = AXVCPU_REASON_NO_HARDWARE;
	axvcpu_arch = axvcpu_arch_mock(backend) ?: axvcpu_arch_choose(backend);
	if (!axvcpu_arch)
		return *backend ? -EINVAL : 0;
	axvcpu_reason = axvcpu_arch->init(&axvcpu_host);
	if (axvcpu_reason) {
		pr_info("axvcpu: %s: no vCPUs on this host, reason %u\n",
			axvcpu_arch->name, axvcpu_reason);
		return 0;
	}
	axvcpu_host.stage2_levels = axvcpu_arch->max_guest_page_table_levels();
	/* A clock that nobody calibrated (tsc_khz is 0) must not be divided by. */
	if (!axvcpu_host.cycles_hz)
		axvcpu_host.cycles_hz = NSEC_PER_SEC;
	ret = axvcpu_vcpu_init();
	if (ret)
		goto arch;
	ret = axvcpu_percpu_init();
	if (ret)
		goto vcpu;
	return 0;

vcpu:
	axvcpu_vcpu_exit();
arch:
	axvcpu_arch->exit();
	return ret;
}

static void axvcpu_backend_exit(void)
{
	if (axvcpu_reason)
		return;
	axvcpu_percpu_exit();
	axvcpu_vcpu_exit();
	axvcpu_arch->exit();
}

static int __init axvcpu_init(void)
{
	int ret;

	ret = axvcpu_backend_init();
	if (ret)
		return ret;
	axvcpu_debugfs_init();
	ret = misc_register(&axvcpu_device);
	if (ret)
		goto debugfs;
	axvcpu_kunit_run();
	return 0;

debugfs:
	axvcpu_debugfs_exit();
	axvcpu_backend_exit();
	return ret;
}

static void __exit axvcpu_exit(void)
{
	axvcpu_kunit_done();
	misc_deregister(&axvcpu_device);
	axvcpu_debugfs_exit();
	axvcpu_notifier_exit();
	axvcpu_backend_exit();
}

module_init(axvcpu_init);
module_exit(axvcpu_exit);
MODULE_DESCRIPTION("Virtual CPUs with one interface on SVM, VMX, EL2 and H");
MODULE_AUTHOR("The axvcpu for Linux authors");
MODULE_LICENSE("GPL");
