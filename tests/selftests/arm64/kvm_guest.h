/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guest of KVM's, and the program that it and ours run. */
#ifndef KVM_GUEST_H
#define KVM_GUEST_H

#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/kvm.h>

#include "guest.h"

/*
 * Both count in X1, at their first word of DATA, by a SIMD and a system register. In
 * KVM's guest CPACR_EL1 traps SIMD at first.
 */
GUEST(counts, PLAIN,
      "mov x0, #0x300000\nmsr cpacr_el1, x0\nisb\nmov x2, #0x20000\n1: ldr x1, [x2]\nadd x1, x1, #1\nfmov d0, x1\nmsr tpidr_el1, x1\n"
      "msr contextidr_el1, x1\nmov x0, x1\n" GUEST_VALUE "mrs x3, tpidr_el1\nfmov x4, d0\n"
      "cmp x3, x4\nb.ne 2f\nstr x3, [x2]\nb 1b\n2: " GUEST_DONE);

struct kvm {
	int vm, vcpu;
	u8 *ram;
	struct kvm_run *run;
	size_t run_size;
};

/* Return: 0, or -errno: there is no /dev/kvm. */
static inline int kvm_open(struct kvm *k)
{
	int device = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	struct kvm_userspace_memory_region region = { .memory_size = RAM_SIZE };
	struct kvm_vcpu_init init;
	u64 pc = CODE;
	struct kvm_one_reg reg = {
		.id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |
		      KVM_REG_ARM_CORE_REG(regs.pc),
		.addr = (u64)&pc,
	};

	if (device < 0)
		return -errno;
	k->vm = (int)NEED_RET(call(device, KVM_CREATE_VM, NULL));
	k->ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	NEED(k->ram != MAP_FAILED, "mmap: %s", strerror(errno));
	region.userspace_addr = (u64)k->ram;
	NEED_RET(call(k->vm, KVM_SET_USER_MEMORY_REGION, &region));
	memcpy(k->ram + CODE, counts, counts_end - counts);
	k->vcpu = (int)NEED_RET(call(k->vm, KVM_CREATE_VCPU, NULL));
	NEED_RET(call(k->vm, KVM_ARM_PREFERRED_TARGET, &init));
	NEED_RET(call(k->vcpu, KVM_ARM_VCPU_INIT, &init));
	NEED_RET(call(k->vcpu, KVM_SET_ONE_REG, &reg));
	k->run_size = NEED_RET(call(device, KVM_GET_VCPU_MMAP_SIZE, NULL));
	k->run = mmap(NULL, k->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, k->vcpu, 0);
	NEED(k->run != MAP_FAILED, "mmap: %s", strerror(errno));
	close(device);
	return 0;
}

static inline void kvm_close(struct kvm *k)
{
	munmap(k->run, k->run_size);
	close(k->vcpu);
	close(k->vm);
	munmap(k->ram, RAM_SIZE);
}

/* What the guest of KVM says; ~0: something else came. */
static inline u64 kvm_next(struct kvm *k)
{
	long ret;
	u32 value;

	do
		ret = call(k->vcpu, KVM_RUN, NULL);
	while (ret == -EINTR);
	if (ret || k->run->exit_reason != KVM_EXIT_MMIO || !k->run->mmio.is_write ||
	    k->run->mmio.phys_addr != PORTS + 8 * PORT_VALUE) {
		note("KVM: %ld, exit %u at 0x%llx", ret, k->run->exit_reason,
		     k->run->mmio.phys_addr);
		return ~0ULL;
	}
	memcpy(&value, k->run->mmio.data, sizeof(value));
	return value;
}

#endif /* KVM_GUEST_H */
