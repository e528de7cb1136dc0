/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that put axvmm on KVM share. */
#ifndef BENCH_X86_HYPERVISOR_KVM_H
#define BENCH_X86_HYPERVISOR_KVM_H

#include <linux/kvm.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <axvcpu/axvcpu_x86.h>

struct hypervisor {
	int device;
	int vm;
	int vcpu;
	uint32_t slots;
	struct kvm_run *kvm;
	struct axvcpu_run page; /* what axvmm sees */
	timer_t timer;
	uint64_t deadline_ns; /* that the timer is armed for */
	pthread_t thread;
};

/** kvm_set_cpuid() - what axvcpu's guest sees, see cpuid_list.h; 0, or -1 with errno */
int kvm_set_cpuid(struct hypervisor *hypervisor);

/** kvm_set_start() - as SETUP of axvcpu has it; @gdt may be NULL; 0, or -1 with errno */
int kvm_set_start(int vcpu, uint64_t entry, const struct axvcpu_x86_setup_config *config,
		  const struct axvcpu_x86_table *gdt);

/** kvm_make_chips() - KVM's interrupt controllers and timer, in the program that uses them */
int kvm_make_chips(int vm);

#endif /* BENCH_X86_HYPERVISOR_KVM_H */
