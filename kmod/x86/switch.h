/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The FPU's part of the world switch, in line since every RUN takes it: the user's
 * state goes to its task, the guest's comes, and back. fpu.c has what is rare. And the
 * one of mitigations.c's measures that every RUN takes.
 */
#ifndef AXVCPU_X86_SWITCH_H
#define AXVCPU_X86_SWITCH_H

#include <asm/asm.h>
#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/nospec-branch.h>

#include "fpu.h"

void x86_fpu_load_special(struct x86_vcpu *x);
void x86_fpu_load_initial(struct x86_vcpu *x);
void x86_fpu_save_special(struct x86_vcpu *x);

/* The CPU leaves the guest and may return to user space. Preemption is off. */
static __always_inline void x86_mitigate_user(void)
{
#ifdef X86_FEATURE_IBPB_EXIT_TO_USER
	if (cpu_feature_enabled(X86_FEATURE_IBPB_EXIT_TO_USER))
		this_cpu_write(x86_ibpb_exit_to_user, true);
#endif
}

/**
 * x86_fpu_load() - the guest's state into the registers; preemption is off from
 * here to x86_fpu_save()
 */
static __always_inline void x86_fpu_load(struct x86_vcpu *x)
{
	struct x86_fpu *fpu = &x->fpu;

	kernel_fpu_begin_mask(0);
	if (unlikely(fpu->special)) {
		x86_fpu_load_special(x);
		return;
	}
	x86_fpu_clear_pointers();
	asm goto("1: xrstor64 %[area]\n"
		 _ASM_EXTABLE(1b, %l[failed])
		 :
		 : [area] "m"(*(u8 *)fpu->area), "a"(fpu->components), "d"(0)
		 : "memory"
		 : failed);
	return;
failed:
	x86_fpu_load_initial(x);
}

/*
 * x86_fpu_save() - the opposite. What is special is so from load to save: CR4 and
 * XCR0 are looked at in load.
 */
static __always_inline void x86_fpu_save(struct x86_vcpu *x)
{
	struct x86_fpu *fpu = &x->fpu;

	if (unlikely(fpu->special))
		x86_fpu_save_special(x);
	else
		asm volatile("xsaveopt64 %[area]"
			     : [area] "+m"(*(u8 *)fpu->area)
			     : "a"(fpu->components), "d"(0)
			     : "memory");
	kernel_fpu_end();
}

#endif /* AXVCPU_X86_SWITCH_H */
