// SPDX-License-Identifier: GPL-2.0-or-later
/* Which back end: by the module parameter, else by what the CPU has. */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>
#include <asm/processor.h>

#include "backend.h"

static bool x86_has_svm(void)
{
	return (boot_cpu_data.x86_vendor == X86_VENDOR_AMD ||
		boot_cpu_data.x86_vendor == X86_VENDOR_HYGON) &&
	       cpuid_eax(0x80000000) >= 0x80000001;
}

/* Other makers' VMX is taken by the parameter alone: nobody has looked at it. */
static bool x86_has_vmx(void)
{
	return boot_cpu_data.x86_vendor == X86_VENDOR_INTEL;
}

/*
 * The architecture does not tell who did it. KVM is the only one in the kernel, so it
 * is KVM if KVM is there at all; a foreign hypervisor beside an idle KVM is taken for
 * KVM. Without the symbol (KVM absent, or a kernel that hides it from us): somebody.
 */
u32 x86_owner(void)
{
#ifdef CONFIG_MODULES
	if (__symbol_get("kvm_get_kvm")) {
		__symbol_put("kvm_get_kvm");
		return AXVCPU_REASON_OWNED_BY_KVM;
	}
#endif
	return AXVCPU_REASON_OWNED_BY_OTHER;
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
