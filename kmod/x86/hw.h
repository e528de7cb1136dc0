/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The instructions that need no kernel help: MSRs, FS base, XCR0. The kernel's own
 * wrappers change their names between releases; these are the bare instructions,
 * so they are also free of tracepoints.
 */
#ifndef AXVCPU_X86_HW_H
#define AXVCPU_X86_HW_H

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/types.h>
#include <asm/asm.h>
#include <asm/cpufeature.h>
#include <asm/msr-index.h>

static __always_inline u64 hw_rdmsr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return low | (u64)high << 32;
}

static __always_inline void hw_wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr"
		     :
		     : "c"(msr), "a"(lower_32_bits(value)), "d"(upper_32_bits(value))
		     : "memory");
}

static __always_inline u64 hw_fs_base(void)
{
	u64 base;

	if (!static_cpu_has(X86_FEATURE_FSGSBASE))
		return hw_rdmsr(MSR_FS_BASE);
	asm volatile("rdfsbase %0" : "=r"(base));
	return base;
}

/* The MSR may not exist. Return: 0, or -EIO and *@value is 0. */
static __always_inline int hw_rdmsr_safe(u32 msr, u64 *value)
{
	u32 low = 0, high = 0;
	int ret = -EIO;

	asm volatile("1: rdmsr\n"
		     "	xorl %[ret], %[ret]\n"
		     "2:\n" _ASM_EXTABLE(1b, 2b)
		     : "+a"(low), "+d"(high), [ret] "+r"(ret)
		     : "c"(msr)
		     : "cc");
	*value = ret ? 0 : low | (u64)high << 32;
	return ret;
}

static __always_inline int hw_wrmsr_safe(u32 msr, u64 value)
{
	int ret = -EIO;

	asm volatile("1: wrmsr\n"
		     "	xorl %[ret], %[ret]\n"
		     "2:\n" _ASM_EXTABLE(1b, 2b)
		     : [ret] "+r"(ret)
		     : "c"(msr), "a"(lower_32_bits(value)), "d"(upper_32_bits(value))
		     : "memory", "cc");
	return ret;
}

static __always_inline u64 hw_xgetbv(void)
{
	u32 low, high;

	asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low | (u64)high << 32;
}

static __always_inline void hw_xsetbv(u64 value)
{
	asm volatile("xsetbv"
		     :
		     : "c"(0), "a"(lower_32_bits(value)), "d"(upper_32_bits(value))
		     : "memory");
}

static __always_inline u32 hw_rdpkru(void)
{
	u32 pkru, edx;

	asm volatile("rdpkru" : "=a"(pkru), "=d"(edx) : "c"(0));
	return pkru;
}

static __always_inline void hw_wrpkru(u32 pkru)
{
	asm volatile("wrpkru" : : "a"(pkru), "c"(0), "d"(0) : "memory");
}

#endif /* AXVCPU_X86_HW_H */
