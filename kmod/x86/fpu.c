// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's x87, SSE, AVX, AVX-512 state, XCR0, XSS and PKRU.
 *
 * kernel_fpu_begin() puts the task's own state away and kernel_fpu_end() leaves
 * it to the next return to user space to load it again. Between them all
 * components that the kernel enabled are loaded, those too that the guest's XCR0
 * hides: nothing of another task is left in a register. There is no laziness.
 *
 * The area is in XSAVE's standard format, which is the FPU block's: AMD64
 * Architecture Programmer's Manual Volume 2, 11.5 "XSAVE/XRSTOR Instructions".
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/fpu/types.h>
#include <asm/msr-index.h>
#include <asm/processor.h>
#include <asm/processor-flags.h>

#include "fpu.h"
#include "hw.h"
#include "switch.h"

/* XCR0 bits that a guest may have, if the host has them; no AMX, no CET. */
#define X86_FPU_SUPPORTED	(XFEATURE_MASK_FP | XFEATURE_MASK_SSE | \
				 XFEATURE_MASK_YMM | XFEATURE_MASK_AVX512 | \
				 XFEATURE_MASK_PKRU)

#define FCW_OFFSET		0
#define MXCSR_OFFSET		24
#define MXCSR_MASK_OFFSET	28
#define XMM_OFFSET		160
#define XMM_BYTES		256
#define LEGACY_USED		(XMM_OFFSET + XMM_BYTES)
#define LEGACY_BYTES		512
#define HEADER_BYTES		64
#define FCW_INIT		0x037f
#define MXCSR_INIT		0x1f80
#define MXCSR_MASK_DEFAULT	0xffbf

struct x86_fpu_header {
	u64 xstate_bv;
	u64 xcomp_bv;
	u64 reserved[6];
};

static struct {
	u64 features;		/* components in the area */
	u64 host_xcr0;
	u64 host_xss;
	u32 size;
	u32 mxcsr_mask;
	bool xsave;
	bool xsaveopt;
	u32 offset[XFEATURE_MAX];
	u32 bytes[XFEATURE_MAX];
} x86_fpu_host __ro_after_init;

/*
 * QEMU 7.2 lets a guest's XSETBV through in spite of the intercept. A processor
 * does not; but where the host itself is emulated or virtual, look at what is in
 * XCR0, or a guest would leave its own value to the host.
 */
static bool x86_fpu_unsure __ro_after_init;

static struct x86_fpu_header *x86_fpu_header(void *area)
{
	return area + LEGACY_BYTES;
}

/* ---- the module -------------------------------------------------------------- */

static void x86_fpu_init_components(void)
{
	u32 eax, ebx, ecx, edx;
	unsigned int i;

	for (i = 2; i < XFEATURE_MAX; i++) {
		if (!(x86_fpu_host.features & BIT_ULL(i)))
			continue;
		cpuid_count(0xd, i, &eax, &ebx, &ecx, &edx);
		x86_fpu_host.bytes[i] = eax;
		x86_fpu_host.offset[i] = ebx;
		x86_fpu_host.size = max(x86_fpu_host.size, eax + ebx);
	}
}

/* The bits of MXCSR that may be set; 0 means the oldest set of them. */
static u32 x86_fpu_read_mxcsr_mask(void)
{
	static u8 image[LEGACY_BYTES] __aligned(16);

	kernel_fpu_begin();
	asm volatile("fxsave %0" : "=m"(image));
	kernel_fpu_end();
	return *(u32 *)(image + MXCSR_MASK_OFFSET) ?: MXCSR_MASK_DEFAULT;
}

int x86_fpu_init(void)
{
	u64 xss = 0;

	x86_fpu_host.features = XFEATURE_MASK_FPSSE;
	x86_fpu_host.size = LEGACY_BYTES + HEADER_BYTES;
	x86_fpu_host.mxcsr_mask = x86_fpu_read_mxcsr_mask();
	if (!boot_cpu_has(X86_FEATURE_XSAVE))
		return 0;
	x86_fpu_host.xsave = true;
	x86_fpu_unsure = boot_cpu_has(X86_FEATURE_HYPERVISOR);
	x86_fpu_host.xsaveopt = boot_cpu_has(X86_FEATURE_XSAVEOPT);
	x86_fpu_host.host_xcr0 = hw_xgetbv();
	x86_fpu_host.features = x86_fpu_host.host_xcr0 & X86_FPU_SUPPORTED;
	if (!boot_cpu_has(X86_FEATURE_OSPKE))
		x86_fpu_host.features &= ~(u64)XFEATURE_MASK_PKRU;
	if (boot_cpu_has(X86_FEATURE_XSAVES))
		hw_rdmsr_safe(MSR_IA32_XSS, &xss);
	x86_fpu_host.host_xss = xss;
	x86_fpu_init_components();
	return 0;
}

u64 x86_fpu_features(void)
{
	return x86_fpu_host.features;
}

u32 x86_fpu_size(void)
{
	return x86_fpu_host.size;
}

/* ---- a vCPU's area -------------------------------------------------------------- */

int x86_fpu_new(struct x86_vcpu *x)
{
	/* A power of two from kmalloc() is aligned to itself, so to 64 too. */
	x->fpu.area = kmalloc(roundup_pow_of_two(x86_fpu_host.size),
			      GFP_KERNEL_ACCOUNT);
	return x->fpu.area ? 0 : -ENOMEM;
}

void x86_fpu_free(struct x86_vcpu *x)
{
	kfree(x->fpu.area);
	x->fpu.area = NULL;
}

/* MXCSR is loaded from the area even where its component is in its init state. */
static void x86_fpu_init_area(void *area)
{
	memset(area, 0, x86_fpu_host.size);
	*(u16 *)(area + FCW_OFFSET) = FCW_INIT;
	*(u32 *)(area + MXCSR_OFFSET) = MXCSR_INIT;
	*(u32 *)(area + MXCSR_MASK_OFFSET) = x86_fpu_host.mxcsr_mask;
}

void x86_fpu_reset(struct x86_vcpu *x)
{
	x86_fpu_init_area(x->fpu.area);
	x->fpu.xcr0 = XFEATURE_MASK_FP;
	x->fpu.xss = 0;
	x->fpu.pkru = 0;
	x86_fpu_change(&x->fpu);
}

/* ---- the switch -------------------------------------------------------------------- */

/* Return: false: the image has something that faults. */
static bool x86_fpu_restore(void *area, u64 features)
{
	int failed = 1;

	if (x86_fpu_host.xsave)
		asm volatile("1: xrstor64 %[area]\n"
			     "	xorl %[failed], %[failed]\n"
			     "2:\n" _ASM_EXTABLE(1b, 2b)
			     : [failed] "+r"(failed)
			     : [area] "m"(*(u8 *)area), "a"((u32)features),
			       "d"((u32)(features >> 32))
			     : "memory", "cc");
	else
		asm volatile("1: fxrstor64 %[area]\n"
			     "	xorl %[failed], %[failed]\n"
			     "2:\n" _ASM_EXTABLE(1b, 2b)
			     : [failed] "+r"(failed)
			     : [area] "m"(*(u8 *)area)
			     : "memory", "cc");
	return !failed;
}

static void x86_fpu_store(void *area, u64 features)
{
	u32 low = features, high = features >> 32;

	if (likely(x86_fpu_host.xsaveopt))
		asm volatile("xsaveopt64 %[area]"
			     : [area] "+m"(*(u8 *)area)
			     : "a"(low), "d"(high)
			     : "memory");
	else if (x86_fpu_host.xsave)
		asm volatile("xsave64 %[area]"
			     : [area] "+m"(*(u8 *)area)
			     : "a"(low), "d"(high)
			     : "memory");
	else
		asm volatile("fxsave64 %[area]"
			     : [area] "=m"(*(u8 *)area)
			     :
			     : "memory");
}

/*
 * Without CR4.OSXSAVE the guest has no use of XCR0 (neither XSAVE nor AVX nor
 * XGETBV), and without that or CR4.PKE none of PKRU: they stay the host's then.
 */
static void x86_fpu_update(struct x86_fpu *fpu)
{
	bool osxsave = fpu->cr4 & X86_CR4_OSXSAVE;

	fpu->changed = false;
	fpu->hw_xcr0 = osxsave && x86_fpu_host.xsave ? fpu->xcr0 :
						       x86_fpu_host.host_xcr0;
	BUILD_BUG_ON((u64)X86_FPU_SUPPORTED >> 32);
	fpu->components = x86_fpu_host.features;
	fpu->switch_pkru = x86_fpu_host.features & XFEATURE_MASK_PKRU &&
			   (fpu->cr4 & X86_CR4_PKE ||
			    (osxsave && (fpu->xcr0 & XFEATURE_MASK_PKRU ||
					 x86_fpu_unsure)));
	if (!fpu->switch_pkru)
		fpu->components &= ~(u32)XFEATURE_MASK_PKRU;
	fpu->check_xcr0 = osxsave && x86_fpu_unsure;
	fpu->special = fpu->switch_pkru || fpu->check_xcr0 ||
		       fpu->hw_xcr0 != x86_fpu_host.host_xcr0 ||
		       x86_fpu_host.host_xss || !x86_fpu_host.xsaveopt;
}

void x86_fpu_set_cr4(struct x86_vcpu *x, u64 cr4)
{
	const u64 ours = X86_CR4_OSXSAVE | X86_CR4_PKE;

	if ((x->fpu.cr4 ^ cr4) & ours)
		x86_fpu_change(&x->fpu);
	x->fpu.cr4 = cr4;
}

/* x86_fpu_set() lets no image in that can't be restored. */
void x86_fpu_load_initial(struct x86_vcpu *x)
{
	struct x86_fpu *fpu = &x->fpu;

	x86_fpu_init_area(fpu->area);
	x86_fpu_restore(fpu->area, fpu->components);
}

void x86_fpu_load_special(struct x86_vcpu *x)
{
	struct x86_fpu *fpu = &x->fpu;

	if (fpu->changed)
		x86_fpu_update(fpu);
	if (fpu->switch_pkru)
		fpu->host_pkru = hw_rdpkru();
	/*
	 * A guest can execute XSAVES even where its CPUID has none: with the
	 * host's XSS it would reach the host's supervisor components.
	 */
	if (x86_fpu_host.host_xss)
		hw_wrmsr(MSR_IA32_XSS, 0);
	x86_fpu_clear_pointers();
	if (unlikely(!x86_fpu_restore(fpu->area, fpu->components)))
		x86_fpu_load_initial(x);
	if (fpu->hw_xcr0 != x86_fpu_host.host_xcr0)
		hw_xsetbv(fpu->hw_xcr0);
}

void x86_fpu_sync_slow(struct x86_vcpu *x)
{
	struct x86_fpu *fpu = &x->fpu;
	u64 xcr0;

	xcr0 = hw_xgetbv();
	if (xcr0 == fpu->hw_xcr0)
		return;
	/* This save and the next load take it from there. */
	fpu->xcr0 = xcr0 & x86_fpu_host.features;
	fpu->hw_xcr0 = xcr0;
	x86_fpu_change(fpu);
}

void x86_fpu_save_special(struct x86_vcpu *x)
{
	struct x86_fpu *fpu = &x->fpu;

	x86_fpu_sync(x);
	if (fpu->hw_xcr0 != x86_fpu_host.host_xcr0)
		hw_xsetbv(x86_fpu_host.host_xcr0);
	if (fpu->switch_pkru)
		fpu->pkru = hw_rdpkru();
	x86_fpu_store(fpu->area, fpu->components);
	if (x86_fpu_host.host_xss)
		hw_wrmsr(MSR_IA32_XSS, x86_fpu_host.host_xss);
	if (fpu->switch_pkru && fpu->pkru != fpu->host_pkru)
		hw_wrpkru(fpu->host_pkru);
}

/* ---- XCR0 and the block ------------------------------------------------------------- */

bool x86_fpu_xcr0_valid(u64 xcr0)
{
	u64 avx512 = xcr0 & XFEATURE_MASK_AVX512;

	/* Without XSAVE there is no XCR0, and its value after reset stands. */
	if (!x86_fpu_host.xsave)
		return xcr0 == XFEATURE_MASK_FP;
	if (!(xcr0 & XFEATURE_MASK_FP) || xcr0 & ~x86_fpu_host.features)
		return false;
	if ((xcr0 & XFEATURE_MASK_YMM) && !(xcr0 & XFEATURE_MASK_SSE))
		return false;
	return !avx512 || (avx512 == XFEATURE_MASK_AVX512 &&
			   (xcr0 & XFEATURE_MASK_YMM));
}

bool x86_fpu_set_xcr0(struct x86_vcpu *x, u64 xcr0)
{
	if (!x86_fpu_host.xsave || !x86_fpu_xcr0_valid(xcr0))
		return false;
	x->fpu.xcr0 = xcr0;
	x86_fpu_change(&x->fpu);
	return true;
}

/* XSAVEOPT leaves old bytes where a component is in its init state. */
static void x86_fpu_get_init(u8 *to, u64 xstate_bv)
{
	unsigned int i;

	if (!(xstate_bv & XFEATURE_MASK_FP)) {
		memset(to, 0, MXCSR_OFFSET);
		memset(to + MXCSR_MASK_OFFSET + 4, 0,
		       XMM_OFFSET - MXCSR_MASK_OFFSET - 4);
		*(u16 *)(to + FCW_OFFSET) = FCW_INIT;
	}
	if (!(xstate_bv & XFEATURE_MASK_SSE))
		memset(to + XMM_OFFSET, 0, XMM_BYTES);
	for (i = 2; i < XFEATURE_MAX; i++)
		if (x86_fpu_host.bytes[i] && !(xstate_bv & BIT_ULL(i)))
			memset(to + x86_fpu_host.offset[i], 0,
			       x86_fpu_host.bytes[i]);
}

void x86_fpu_get(struct x86_vcpu *x, void *buffer)
{
	struct x86_fpu_header *header = x86_fpu_header(buffer);

	memcpy(buffer, x->fpu.area, x86_fpu_host.size);
	if (!x86_fpu_host.xsave)
		header->xstate_bv = XFEATURE_MASK_FPSSE;
	memset(buffer + LEGACY_USED, 0, LEGACY_BYTES - LEGACY_USED);
	*(u32 *)(buffer + MXCSR_MASK_OFFSET) = x86_fpu_host.mxcsr_mask;
	x86_fpu_get_init(buffer, header->xstate_bv);
}

int x86_fpu_set(struct x86_vcpu *x, const void *buffer)
{
	const struct x86_fpu_header *header = buffer + LEGACY_BYTES;
	u32 mxcsr = *(const u32 *)(buffer + MXCSR_OFFSET);
	u32 pkru = 0;

	/* What XRSTOR would fault for. */
	if (header->xstate_bv & ~x86_fpu_host.features || header->xcomp_bv ||
	    memchr_inv(header->reserved, 0, sizeof(header->reserved)) ||
	    mxcsr & ~x86_fpu_host.mxcsr_mask)
		return -EINVAL;
	memcpy(x->fpu.area, buffer, x86_fpu_host.size);
	if (header->xstate_bv & XFEATURE_MASK_PKRU)
		memcpy(&pkru, buffer + x86_fpu_host.offset[XFEATURE_PKRU],
		       sizeof(pkru));
	x->fpu.pkru = pkru;
	if (!x86_fpu_host.xsave)
		x86_fpu_get_init(x->fpu.area, header->xstate_bv);
	return 0;
}
