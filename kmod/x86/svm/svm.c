// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AMD SVM, per CPU and for the whole module: detection, enabling, and the pages that
 * all vCPUs share.
 *
 * APM Volume 2: 15.4 "Enabling SVM", 15.10 "IOIO Intercepts", 15.11 "MSR
 * Intercepts", 15.25 "Nested Paging", 15.30 "SVM Related MSRs".
 */
#include <linux/cc_platform.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/mem_encrypt.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <asm/cpufeature.h>
#include <asm/msr-index.h>
#include <asm/processor.h>
#include <asm/special_insns.h>
#include <asm/tsc.h>

#include "../../stage2.h"
#include "../hw.h"
#include "svm.h"

#define MSR_VM_CR		0xc0010114
#define VM_CR_SVMDIS		BIT_ULL(4)
#define MSR_VM_HSAVE_PA		0xc0010117
#define MSR_TSC_RATIO		0xc0000104
#define TSC_RATIO_ONE		(1ULL << 32)
#define MSR_BP_CFG		0xc001102e
#define BP_CFG_BP_SPEC_REDUCE	BIT_ULL(4)
#define EFER_SVME_BIT		BIT_ULL(12)

/* svm_cpu.stamp counts switches between vCPUs: a CPU does not make 2^50 of them. */
#define SVM_CPU_SHIFT		50

/* CPUID 8000_0001 ECX, 8000_000A EDX */
#define CPUID_SVM		BIT(2)
#define CPUID_NP		BIT(0)
#define CPUID_NRIPS		BIT(3)
#define CPUID_TSC_RATE		BIT(4)
#define CPUID_VMCB_CLEAN	BIT(5)
#define CPUID_FLUSH_BY_ASID	BIT(6)
#define CPUID_DECODE_ASSISTS	BIT(7)
#define CPUID_PAUSE_FILTER	BIT(10)
#define CPUID_PAUSE_THRESHOLD	BIT(12)

/* 12 KiB and a bit for the last port's width: 15.10.1 */
#define IOPM_ORDER		2
/* three ranges of 2 KiB used: 15.11 */
#define MSRPM_ORDER		1
#define MSRPM_RANGE_BYTES	0x800

struct svm_features svm_features __ro_after_init;
DEFINE_PER_CPU(struct svm_cpu, svm_cpu);
unsigned long svm_iopm_pa __ro_after_init;
unsigned long svm_msrpm_pa __ro_after_init;

static void *svm_iopm __ro_after_init;
static void *svm_msrpm __ro_after_init;
static struct axvcpu_stage2_format svm_stage2_format __ro_after_init;

/* ---- per CPU ----------------------------------------------------------------- */

/*
 * Not at a boundary of 2 MiB: where SEV-SNP is on, early processors take a write to
 * the huge page around such a VMCB for one to the VMCB, which is theirs from VMRUN
 * to #VMEXIT, and the writer faults.
 */
void *svm_page_new(gfp_t gfp)
{
	void *page = (void *)get_zeroed_page(gfp);
	struct page *pair;

	if (likely(!page || !IS_ALIGNED(__pa(page), PMD_SIZE)))
		return page;
	free_page((unsigned long)page);
	pair = alloc_pages(gfp | __GFP_ZERO, 1);
	if (!pair)
		return NULL;
	split_page(pair, 1);
	if (IS_ALIGNED(PFN_PHYS(page_to_pfn(pair)), PMD_SIZE))
		__free_page(pair++);
	else
		__free_page(pair + 1);
	return page_address(pair);
}

int svm_cpu_new(unsigned int cpu)
{
	struct svm_cpu *c = per_cpu_ptr(&svm_cpu, cpu);

	c->host = svm_page_new(GFP_KERNEL);
	c->hsave = svm_page_new(GFP_KERNEL);
	if (!c->host || !c->hsave)
		return -ENOMEM;
	c->host_pa = __sme_pa(c->host);
	c->hsave_pa = __sme_pa(c->hsave);
	/* No two CPUs have the same generation or stamp: see struct svm_cpu. */
	BUILD_BUG_ON(NR_CPUS >= 1 << (64 - SVM_CPU_SHIFT));
	c->generation = (u64)(cpu + 1) << SVM_CPU_SHIFT;
	c->stamp = c->generation;
	return 0;
}

void svm_cpu_free(unsigned int cpu)
{
	struct svm_cpu *c = per_cpu_ptr(&svm_cpu, cpu);

	free_page((unsigned long)c->host);
	free_page((unsigned long)c->hsave);
	c->host = NULL;
	c->hsave = NULL;
}

bool svm_is_enabled(void)
{
	u64 efer;

	return !hw_rdmsr_safe(MSR_EFER, &efer) && (efer & EFER_SVME_BIT);
}

/*
 * Inception on processors where the kernel counts on hypervisors to set
 * BP_CFG[BpSpecReduce] while guests run: it leaves the feature bit set then.
 */
static void svm_spec_reduce(bool on)
{
#ifdef X86_FEATURE_SRSO_BP_SPEC_REDUCE
	u64 value;

	if (!boot_cpu_has(X86_FEATURE_SRSO_BP_SPEC_REDUCE) ||
	    hw_rdmsr_safe(MSR_BP_CFG, &value))
		return;
	value &= ~BP_CFG_BP_SPEC_REDUCE;
	if (on)
		value |= BP_CFG_BP_SPEC_REDUCE;
	hw_wrmsr_safe(MSR_BP_CFG, value);
#endif
}

int svm_hardware_enable(void)
{
	struct svm_cpu *c = this_cpu_ptr(&svm_cpu);
	u64 efer, value;

	if (hw_rdmsr_safe(MSR_EFER, &efer))
		return -EIO;
	if (efer & EFER_SVME_BIT)
		return c->on ? 0 : -EBUSY;
	if (hw_wrmsr_safe(MSR_EFER, efer | EFER_SVME_BIT))
		return -EIO;
	if (hw_wrmsr_safe(MSR_VM_HSAVE_PA, c->hsave_pa)) {
		hw_wrmsr(MSR_EFER, efer);
		return -EIO;
	}
	if (svm_features.tsc_ratio)
		hw_wrmsr_safe(MSR_TSC_RATIO, TSC_RATIO_ONE);
	if (svm_features.tsc_aux) {
		hw_rdmsr_safe(MSR_TSC_AUX, &value);
		c->tsc_aux = value;
	}
	svm_spec_reduce(true);
	/* No tag of before is good, and the first entry, with none left, flushes all. */
	c->generation++;
	c->stamp++;
	c->next_asid = svm_features.asids;
	c->on = true;
	return 0;
}

void svm_hardware_disable(void)
{
	struct svm_cpu *c = this_cpu_ptr(&svm_cpu);
	u64 efer;

	if (!c->on)
		return;
	c->on = false;
	svm_spec_reduce(false);
	hw_wrmsr_safe(MSR_VM_HSAVE_PA, 0);
	if (!hw_rdmsr_safe(MSR_EFER, &efer))
		hw_wrmsr_safe(MSR_EFER, efer & ~EFER_SVME_BIT);
}

u32 svm_busy(void)
{
	unsigned long flags;
	bool others;

	/* Both of one time: we turn it on and off in an interrupt. */
	local_irq_save(flags);
	others = !this_cpu_read(svm_cpu.on) && svm_is_enabled();
	local_irq_restore(flags);
	return others ? x86_owner() : AXVCPU_REASON_NONE;
}

/* Nested paging is in the host's own mode: 4 or 5 levels (15.25.3). */
unsigned int svm_max_guest_page_table_levels(void)
{
	return native_read_cr4() & X86_CR4_LA57 ? 5 : 4;
}

/* ---- the module ---------------------------------------------------------------- */

/* Both bits of an MSR clear: neither RDMSR nor WRMSR is intercepted. */
static void svm_msrpm_pass(u32 msr)
{
	unsigned int range = msr >> 30 == 0 ? 0 : (msr >> 16) - 0xc000 + 1;
	unsigned int bit = (msr & 0x1fff) * 2;
	u8 *map = svm_msrpm + range * MSRPM_RANGE_BYTES;

	map[bit / 8] &= ~(3 << bit % 8);
}

/* What VMLOAD and VMSAVE switch is the guest's own; the rest is intercepted. */
static void svm_init_maps(void)
{
	static const u32 pass[] = {
		MSR_STAR, MSR_LSTAR, MSR_CSTAR, MSR_SYSCALL_MASK,
		MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE,
		MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP,
		MSR_IA32_SYSENTER_EIP,
	};
	unsigned int i;

	memset(svm_iopm, 0xff, PAGE_SIZE << IOPM_ORDER);
	memset(svm_msrpm, 0xff, PAGE_SIZE << MSRPM_ORDER);
	for (i = 0; i < ARRAY_SIZE(pass); i++)
		svm_msrpm_pass(pass[i]);
	svm_iopm_pa = __sme_pa(svm_iopm);
	svm_msrpm_pa = __sme_pa(svm_msrpm);
}

static u32 svm_detect(void)
{
	struct svm_features *f = &svm_features;
	u64 vm_cr;
	u32 edx;

	if (cpuid_eax(0x80000000) < 0x8000000a ||
	    !(cpuid_ecx(0x80000001) & CPUID_SVM))
		return AXVCPU_REASON_NO_HARDWARE;
	/* A confidential guest's registers are not its hypervisor's to show. */
	if (cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT))
		return AXVCPU_REASON_HOST_MODE;
	if (!hw_rdmsr_safe(MSR_VM_CR, &vm_cr) && (vm_cr & VM_CR_SVMDIS))
		return AXVCPU_REASON_FIRMWARE;
	edx = cpuid_edx(0x8000000a);
	if (!(edx & CPUID_NP))
		return AXVCPU_REASON_NO_NESTED_PAGING;
	f->asids = cpuid_ebx(0x8000000a);
	if (f->asids < 2) {
		pr_info("axvcpu: svm: no ASID for guests\n");
		return AXVCPU_REASON_MISSING_FEATURE;
	}
	f->nrip = edx & CPUID_NRIPS;
	f->tsc_ratio = edx & CPUID_TSC_RATE;
	f->clean = edx & CPUID_VMCB_CLEAN ? SVM_CLEAN_ALL : 0;
#ifdef X86_DEBUG
	f->clean = SVM_CLEAN_ALL;	/* ignored if unknown, and debug.c looks at it */
#endif
	f->flush_by_asid = edx & CPUID_FLUSH_BY_ASID;
	f->decode = edx & CPUID_DECODE_ASSISTS;
	f->pause_filter = edx & CPUID_PAUSE_FILTER;
	f->pause_threshold = edx & CPUID_PAUSE_THRESHOLD;
	f->tsc_aux = boot_cpu_has(X86_FEATURE_RDTSCP) ||
		     boot_cpu_has(X86_FEATURE_RDPID);
	f->tcg = boot_cpu_has(X86_FEATURE_HYPERVISOR) &&
		 hypervisor_cpuid_base("TCGTCGTCGTCG", 0);
	return AXVCPU_REASON_NONE;
}

/*
 * Nested tables are walked as user accesses (15.25.5), so US is set everywhere;
 * PAT, PCD and PWT are 0: the host's PAT entry 0, write-back, with which the
 * guest's own type combines (15.25.8). With SME the host's memory is encrypted.
 */
static void svm_init_stage2(void)
{
	struct axvcpu_stage2_format *f = &svm_stage2_format;
	u64 c_bit = __sme_set(0ULL);
	u64 p = BIT_ULL(0), rw = BIT_ULL(1), us = BIT_ULL(2), a = BIT_ULL(5),
	    d = BIT_ULL(6), ps = BIT_ULL(7), nx = BIT_ULL(63);

	f->address = GENMASK_ULL(51, 12) & ~c_bit;
	f->present = p;
	f->table = p | rw | us | a | c_bit;
	f->leaf = p | us | a | c_bit;
	f->huge = ps;
	f->is_leaf_mask = ps;
	f->is_leaf_value = ps;
	f->read = p;
	f->write = rw;
	f->no_execute = nx;
	f->accessed = a;
	f->dirty = d;
	f->huge_levels = BIT(2);
	if (boot_cpu_has(X86_FEATURE_GBPAGES))
		f->huge_levels |= BIT(3);
	f->levels = svm_max_guest_page_table_levels();
}

void svm_describe(struct axvcpu_host *host)
{
	u32 address_bits = cpuid_eax(0x80000008);
	u32 bits = min_t(u32, address_bits & 0xff, boot_cpu_data.x86_phys_bits);

	if ((address_bits >> 16) & 0xff)
		bits = min_t(u32, bits, (address_bits >> 16) & 0xff);
	if (svm_stage2_format.levels == 4)
		bits = min_t(u32, bits, 48);
	host->capabilities = AXVCPU_CAP_PIN | AXVCPU_CAP_READONLY |
			     AXVCPU_CAP_HUGE_2M | AXVCPU_CAP_TRANSLATE |
			     AXVCPU_CAP_NMI | AXVCPU_CAP_POWEROFF_PORT |
			     AXVCPU_CAP_HALT_IN_KERNEL |
			     AXVCPU_CAP_IDLE_EXITS | AXVCPU_CAP_SINGLE_STEP |
			     AXVCPU_CAP_INTERRUPT_EXITS;
	if (svm_stage2_format.huge_levels & BIT(3))
		host->capabilities |= AXVCPU_CAP_HUGE_1G;
	host->gpa_bits = min_t(u32, bits, 52);
	host->tags = svm_features.asids;
	host->cycles_hz = tsc_khz * 1000ULL;
	host->stage2_format = &svm_stage2_format;
	x86_block_lengths(host->block_length);
}

void svm_hardware_exit(void)
{
	free_pages((unsigned long)svm_iopm, IOPM_ORDER);
	free_pages((unsigned long)svm_msrpm, MSRPM_ORDER);
}

u32 svm_hardware_init(void)
{
	u32 reason = svm_detect();

	if (reason)
		return reason;
	if (x86_fpu_init())
		return AXVCPU_REASON_MISSING_FEATURE;
	svm_iopm = (void *)__get_free_pages(GFP_KERNEL, IOPM_ORDER);
	svm_msrpm = (void *)__get_free_pages(GFP_KERNEL, MSRPM_ORDER);
	if (!svm_iopm || !svm_msrpm) {
		svm_hardware_exit();
		return AXVCPU_REASON_NO_MEMORY;
	}
	svm_init_maps();
	svm_init_stage2();
	return AXVCPU_REASON_NONE;
}
