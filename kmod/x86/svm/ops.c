// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The SVM back end as the core sees it: the table of operations, and what starts and
 * ends with the module.
 */
#include "svm.h"

static u32 svm_init(struct axvcpu_host *host)
{
	u32 reason;

	host->backend = AXVCPU_BACKEND_SVM;
	reason = svm_hardware_init();
	if (reason)
		return reason;
	if (svm_vcpu_init()) {
		svm_hardware_exit();
		return AXVCPU_REASON_NO_MEMORY;
	}
	svm_event_init();
	svm_describe(host);
	x86_cpuid_init(svm_features.tsc_aux);
	return AXVCPU_REASON_NONE;
}

static void svm_exit(void)
{
	svm_event_exit();
	svm_vcpu_exit();
	svm_hardware_exit();
}

/* The maps are shared, and the tables are the core's. */
static int svm_vm_new(struct axvcpu_vm *vm)
{
	return 0;
}

static void svm_vm_free(struct axvcpu_vm *vm)
{
}

const struct axvcpu_arch_ops axvcpu_svm_ops = {
	.name = "svm",
	.init = svm_init,
	.exit = svm_exit,
	.busy = svm_busy,
	.cpu_new = svm_cpu_new,
	.cpu_free = svm_cpu_free,
	.is_enabled = svm_is_enabled,
	.hardware_enable = svm_hardware_enable,
	.hardware_disable = svm_hardware_disable,
	.max_guest_page_table_levels = svm_max_guest_page_table_levels,
	.vm_new = svm_vm_new,
	.vm_free = svm_vm_free,
	.vcpu_alloc = svm_vcpu_alloc,
	.vcpu_release = svm_vcpu_release,
	.vcpu_new = svm_vcpu_new,
	.prepare = svm_prepare_vcpu,
	.set_entry = x86_set_entry,
	.set_ept_root = svm_set_ept_root,
	.setup = svm_setup,
	.reset = svm_reset,
	.run = svm_run,
	.emulate = svm_emulate,
	.done = x86_done,
	.complete = x86_complete,
	.bind = svm_bind,
	.unbind = svm_unbind,
	.set_gpr = x86_set_gpr,
	.inject_interrupt = x86_inject_interrupt,
	.inject_exception = x86_inject_exception,
	.set_return_value = x86_set_return_value,
	.runnable = x86_runnable,
	.interruptible = x86_interruptible,
	.show = svm_show,
	.get_block = x86_get_block,
	.set_block = x86_set_block,
	.translate = x86_translate,
};
