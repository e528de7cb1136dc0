// SPDX-License-Identifier: GPL-2.0-or-later
/* Which back end: by the module parameter, else by what the CPU has. */
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <asm/processor.h>

#include "x86.h"

static bool x86_has_svm(void)
{
	return (boot_cpu_data.x86_vendor == X86_VENDOR_AMD ||
		boot_cpu_data.x86_vendor == X86_VENDOR_HYGON) &&
	       cpuid_eax(0x80000000) >= 0x80000001;
}

/* Not by itself as long as nobody has reviewed its world switch: backend=vmx. */
static bool x86_has_vmx(void)
{
	if (boot_cpu_data.x86_vendor == X86_VENDOR_INTEL)
		pr_info("axvcpu: the VMX back end is new: load with backend=vmx\n");
	return false;
}

static const struct {
	const struct axvcpu_arch_ops *ops;
	bool (*here)(void);
} x86_backends[] = {
	{ &axvcpu_svm_ops, x86_has_svm },
	{ &axvcpu_vmx_ops, x86_has_vmx },
};

const struct axvcpu_arch_ops *axvcpu_arch_choose(const char *wanted)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(x86_backends); i++) {
		if (*wanted ? !strcmp(wanted, x86_backends[i].ops->name) :
			      x86_backends[i].here())
			return x86_backends[i].ops;
	}
	return NULL;
}
