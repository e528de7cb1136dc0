// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The VMX back end as the core sees it: the table of operations, and what starts and
 * ends with the module.
 */
#include "regs.h"

static u32 vmx_init(struct axvcpu_host *host)
{
	u32 reason;

	host->backend = AXVCPU_BACKEND_VMX;
	reason = vmx_hardware_init();
	if (reason)
		return reason;
	vmx_describe(host);
	x86_cpuid_init(vmx_features.tsc_aux);
	return AXVCPU_REASON_NONE;
}

static void vmx_exit(void)
{
	vmx_hardware_exit();
}

static void vmx_disable(void)
{
	struct vmx_cpu *c = this_cpu_ptr(&vmx_cpu);
	struct vmx_vcpu *vmx, *next;

	/* What the processor has of them comes to memory. */
	if (c->on)
		list_for_each_entry_safe(vmx, next, &c->loaded, link)
			vmx_unload_here(vmx);
	vmx_hardware_disable();
}

/* The bitmap is shared, and the tables are the core's. */
static int vmx_vm_new(struct axvcpu_vm *vm)
{
	return 0;
}

static void vmx_vm_free(struct axvcpu_vm *vm)
{
}

const struct axvcpu_arch_ops axvcpu_vmx_ops = {
	.name = "vmx",
	.init = vmx_init,
	.exit = vmx_exit,
	.busy = vmx_busy,
	.cpu_new = vmx_cpu_new,
	.cpu_free = vmx_cpu_free,
	.is_enabled = vmx_is_enabled,
	.hardware_enable = vmx_hardware_enable,
	.hardware_disable = vmx_disable,
	.max_guest_page_table_levels = vmx_max_guest_page_table_levels,
	.vm_new = vmx_vm_new,
	.vm_free = vmx_vm_free,
	.vcpu_alloc = vmx_vcpu_alloc,
	.vcpu_release = vmx_vcpu_release,
	.vcpu_new = vmx_vcpu_new,
	.set_entry = x86_set_entry,
	.set_ept_root = vmx_set_ept_root,
	.setup = vmx_setup,
	.reset = vmx_reset,
	.run = vmx_run,
	.emulate = vmx_emulate,
	.done = x86_done,
	.complete = x86_complete,
	.bind = vmx_bind,
	.unbind = vmx_unbind,
	.set_gpr = x86_set_gpr,
	.inject_interrupt = x86_inject_interrupt,
	.inject_exception = x86_inject_exception,
	.set_return_value = x86_set_return_value,
	.runnable = x86_runnable,
	.interruptible = x86_interruptible,
	.show = vmx_show,
	.get_block = x86_get_block,
	.set_block = x86_set_block,
	.translate = x86_translate,
};
