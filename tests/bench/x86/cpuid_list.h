/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What CPUID says to a guest of axvcpu, in a file, so that a guest of KVM sees the
 * same: a Linux kernel that finds other features does other work.
 */
#ifndef BENCH_X86_CPUID_LIST_H
#define BENCH_X86_CPUID_LIST_H

#include <stdint.h>

#define CPUID_LIST_FILE "/tmp/bench-cpuid"

/** struct cpuid_leaf - the guest fills the last four in (guest_text.S) */
struct cpuid_leaf {
	uint32_t leaf;
	uint32_t subleaf;
	uint32_t eax;
	uint32_t ebx;
	uint32_t ecx;
	uint32_t edx;
};

#endif /* BENCH_X86_CPUID_LIST_H */
