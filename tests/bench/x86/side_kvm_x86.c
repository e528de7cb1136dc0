// SPDX-License-Identifier: GPL-3.0-or-later
/* KVM on x86: start state, CPUID, hypercalls and MSRs that go to user space. */
#include <errno.h>
#include <linux/kvm.h>
#include <linux/kvm_para.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../fail.h"
#include "../side.h"
#include "layout.h"

#define CPUID_ENTRIES 128

static struct {
	struct kvm_cpuid2 head;
	struct kvm_cpuid_entry2 entry[CPUID_ENTRIES];
} cpuid;

const uint64_t side_hypercall = KVM_HC_MAP_GPA_RANGE;

int side_arch_open(const struct side_device *device)
{
	cpuid.head.nent = CPUID_ENTRIES;
	return ioctl(device->fd, KVM_GET_SUPPORTED_CPUID, &cpuid) ?
		       fail("KVM_GET_SUPPORTED_CPUID") :
		       0;
}

int side_arch_vm_create(struct side_vm *vm)
{
	struct kvm_enable_cap hypercall = {
		.cap = KVM_CAP_EXIT_HYPERCALL,
		.args[0] = 1 << KVM_HC_MAP_GPA_RANGE,
	};
	struct kvm_enable_cap msr = {
		.cap = KVM_CAP_X86_USER_SPACE_MSR,
		.args[0] = KVM_MSR_EXIT_REASON_UNKNOWN,
	};

	if (ioctl(vm->fd, KVM_ENABLE_CAP, &hypercall))
		return fail("KVM_CAP_EXIT_HYPERCALL");
	if (ioctl(vm->fd, KVM_ENABLE_CAP, &msr))
		return fail("KVM_CAP_X86_USER_SPACE_MSR");
	return 0;
}

static void set_segments(struct kvm_sregs *sregs)
{
	const struct kvm_segment data = {
		.limit = 0xffffffff,
		.selector = GUEST_DATA,
		.type = 3,
		.present = 1,
		.db = 1,
		.s = 1,
		.g = 1,
	};

	sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = data;
	sregs->cs = data;
	sregs->cs.selector = GUEST_CODE;
	sregs->cs.type = 0xb;
	sregs->cs.db = 0;
	sregs->cs.l = 1;
	sregs->tr = (struct kvm_segment){
		.limit = 0xffff,
		.selector = GUEST_TASK,
		.type = 0xb,
		.present = 1,
	};
}

/* As SETUP of axvcpu has it, see axvcpu_x86_setup_config. */
int side_vcpu_start(struct side_vcpu *vcpu, const struct side_start *start)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs = {
		.rip = start->entry,
		.rflags = 2,
		.rsp = start->stack,
		.rdi = start->arg[0],
		.rsi = start->arg[1],
		.rbx = start->arg[2],
	};

	if (ioctl(vcpu->fd, KVM_SET_CPUID2, &cpuid))
		return fail("KVM_SET_CPUID2");
	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		return fail("KVM_GET_SREGS");
	set_segments(&sregs);
	sregs.cr0 = 0x80010031; /* PE, ET, NE, WP, PG */
	sregs.cr3 = start->page_table;
	sregs.cr4 = 0x20;   /* PAE */
	sregs.efer = 0xd00; /* LME, LMA, NX */
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs))
		return fail("KVM_SET_SREGS");
	return ioctl(vcpu->fd, KVM_SET_REGS, &regs) ? fail("KVM_SET_REGS") : 0;
}

int side_inject_prepare(struct side_vcpu *vcpu, unsigned int vector)
{
	(void)vcpu, (void)vector;
	return 0;
}

int side_inject(struct side_vcpu *vcpu, unsigned int vector)
{
	struct kvm_interrupt interrupt = { .irq = vector };

	return ioctl(vcpu->fd, KVM_INTERRUPT, &interrupt) ? fail("KVM_INTERRUPT") : 0;
}
