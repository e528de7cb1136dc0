// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * EL2, per CPU and for the whole module: detection, enabling, the format of stage 2,
 * and the table of operations.
 *
 * On a VHE host the kernel itself runs at EL2, and KVM may run guests beside us. Its
 * tags (VMIDs) start at 1, so ours is 0, for every VM: see vmid.c. Nothing is to be turned on; every register of EL2 that we change
 * is as before when a run() is over. On an nVHE host EL2 is taken from the kernel's
 * stub and given back: nvhe.c.
 *
 * DDI 0487: D8 "The AArch64 Virtual Memory System Architecture", for stage 2 "Stage 2
 * translation" and "Concatenated translation tables".
 */
#include <linux/cache.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <asm/barrier.h>
#include <asm/cacheflush.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>
#include <asm/tlbflush.h>
#include <asm/virt.h>

#include "../stage2.h"
#include "access.h"
#include "arm64.h"
#include "event.h"
#include "exit.h"
#include "fpu.h"
#include "gic.h"
#include "idreg.h"
#include "mitigations.h"
#include "nvhe.h"
#include "regs.h"
#include "timer.h"
#include "vcpu.h"
#include "vmid.h"

struct el2_features el2_features __ro_after_init;
DEFINE_PER_CPU(struct el2_cpu *, el2_cpus);

static struct axvcpu_stage2_format el2_stage2_format __ro_after_init;
static u32 el2_ipa_bits __ro_after_init;

/* ---- per CPU ----------------------------------------------------------------- */

static int el2_cpu_new(unsigned int cpu)
{
	struct el2_cpu *c;

	c = el2_features.nvhe ? nvhe_cpu_new(cpu) :
				kzalloc_node(sizeof(*c), GFP_KERNEL,
					     cpu_to_node(cpu));
	if (!c)
		return -ENOMEM;
	c->features = el2_features;
	per_cpu(el2_cpus, cpu) = c;
	return 0;
}

static void el2_cpu_free(unsigned int cpu)
{
	struct el2_cpu *c = per_cpu(el2_cpus, cpu);

	per_cpu(el2_cpus, cpu) = NULL;
	if (el2_features.nvhe)
		nvhe_cpu_free(c);
	else
		kfree(c);
}

/* On VHE. Needs neither a VMID nor HCR_EL2.TGE to be anything. */
static void el2_flush_all(void)
{
	dsb(nshst);
	__tlbi(alle1);
	dsb(nsh);
	isb();
}

static bool el2_is_enabled(void)
{
	return el2_features.nvhe ? nvhe_is_enabled() : is_kernel_in_hyp_mode();
}

static int el2_hardware_enable(void)
{
	struct el2_cpu *c = __this_cpu_read(el2_cpus);
	int ret;

	if (c->on)
		return 0;
	c->mitigate = arm64_mitigations_cpu();
	if (el2_features.nvhe) {
		ret = nvhe_enable(c);
		if (ret)
			return ret;
	} else {
		el2_flush_all();
	}
	arm64_vmid_forget(c);
	arm64_gic_enable();
	arm64_timer_enable();
	c->on = true;
	return 0;
}

/* Nobody finds translations of ours under tag 0. */
static void el2_hardware_disable(void)
{
	struct el2_cpu *c = __this_cpu_read(el2_cpus);

	if (!c->on)
		return;
	c->on = false;
	arm64_timer_disable();
	arm64_gic_disable();
	if (el2_features.nvhe)
		nvhe_disable(c);
	else
		el2_flush_all();
}

/* On VHE there is room for everybody. */
static u32 el2_busy(void)
{
	return el2_features.nvhe ? nvhe_owner() : AXVCPU_REASON_NONE;
}

static unsigned int el2_max_guest_page_table_levels(void)
{
	return el2_stage2_format.levels;
}

/* ---- the module ---------------------------------------------------------------- */

#define MIDR_PART_AMPERE1A	0xac4	/* not every kernel has a name for it */

/*
 * CPUs on which a guest's own registers reach the host: ThunderX (erratum 30115: writes of
 * ICC registers turn the host's interrupts off) and ThunderX2 (219: a write of TTBR gives
 * another thread of the core an abort).
 */
static bool el2_unsound(void)
{
	return cpus_have_final_cap(ARM64_WORKAROUND_CAVIUM_30115) ||
	       cpus_have_final_cap(ARM64_WORKAROUND_CAVIUM_TX2_219_TVM);
}

static u32 el2_detect(void)
{
	u64 pfr0 = read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1);
	u64 mmfr0 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1);

	/* A host at EL2 sees it in any case; one at EL1 that EL2 is there. */
	if (!ID_FIELD(pfr0, ID_PFR0_EL2) && !is_kernel_in_hyp_mode())
		return AXVCPU_REASON_NO_HARDWARE;
	if (!is_kernel_in_hyp_mode() && !arm64_timer_host_had_el2()) {
		pr_info("axvcpu: el2: the kernel was not started at EL2\n");
		return AXVCPU_REASON_HOST_MODE;
	}
	/* 1: stage 2 has no 4 KiB granule though stage 1 may. */
	if (ID_FIELD(mmfr0, ID_MMFR0_TGRAN4_2) == 1) {
		pr_info("axvcpu: el2: no stage 2 tables of 4 KiB\n");
		return AXVCPU_REASON_MISSING_FEATURE;
	}
	if (el2_unsound()) {
		pr_info("axvcpu: el2: this CPU has errata that guests could use\n");
		return AXVCPU_REASON_MISSING_FEATURE;
	}
	return AXVCPU_REASON_NONE;
}

static void el2_find_features(void)
{
	u64 pfr0 = read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1);
	u64 pfr1 = read_sanitised_ftr_reg(SYS_ID_AA64PFR1_EL1);
	u64 mmfr0 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1);
	u64 mmfr1 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR1_EL1);
	u64 dfr0 = read_sanitised_ftr_reg(SYS_ID_AA64DFR0_EL1);
	u64 ctr = read_sanitised_ftr_reg(SYS_CTR_EL0);
	struct el2_features *f = &el2_features;

	f->nvhe = !is_kernel_in_hyp_mode();
	f->fgt = ID_FIELD(mmfr0, ID_MMFR0_FGT);
	f->hcx = ID_FIELD(mmfr1, ID_MMFR1_HCX);
	f->ras = ID_FIELD(pfr0, ID_PFR0_RAS);
	/* Of a kernel that knows it; where it does not, EL3 may trap what is touched. */
	f->mpam = ID_FIELD(pfr0, ID_PFR0_MPAM) ||
		  ID_FIELD(pfr1, ID_PFR1_MPAM_FRAC);
	f->hcr_sync = read_cpuid_implementor() == ARM_CPU_IMP_AMPERE &&
		      read_cpuid_part_number() == MIDR_PART_AMPERE1A;
	f->fault_doubtful = cpus_have_final_cap(ARM64_WORKAROUND_834220);
	f->fwb = cpus_have_final_cap(ARM64_HAS_STAGE2_FWB);
	f->pan = ID_FIELD(mmfr1, ID_MMFR1_PAN);
	f->aarch32 = (pfr0 & 0xf) == 2;
	f->breakpoints = ID_FIELD(dfr0, ID_DFR0_BRPS) + 1;
	f->watchpoints = ID_FIELD(dfr0, ID_DFR0_WRPS) + 1;
	f->icache_alias = ((ctr >> 14) & 3) != 3;	/* PIPT */
	f->dcache_line = 4 << ((ctr >> 16) & 0xf);
	/*
	 * A vCPU migrates, so its TLBIs and barriers reach every CPU (FB, BSU). Its own
	 * set/way operations at most clean too much (SWIO).
	 */
	f->hcr = EL2_HCR_RW | EL2_HCR_VM | EL2_HCR_SWIO |
		 EL2_HCR_PTW | EL2_HCR_FMO | EL2_HCR_IMO | EL2_HCR_AMO |
		 EL2_HCR_FB | EL2_HCR_BSU_IS | EL2_HCR_TWI | EL2_HCR_TID1 |
		 EL2_HCR_TID3 | EL2_HCR_TSC | EL2_HCR_TIDCP | EL2_HCR_TACR |
		 EL2_HCR_TLOR | EL2_HCR_TERR;
	if (f->fwb)
		f->hcr |= EL2_HCR_FWB;
	if (!f->nvhe)
		f->hcr |= EL2_HCR_E2H;
}

static void el2_clean_lines(unsigned long start, unsigned long end)
{
	const u32 line = el2_features.dcache_line;

	for (; start < end; start += line)
		asm volatile("dc civac, %0" : : "r"(start) : "memory");
	dsb(sy);
}

/*
 * A guest may run with its caches off, where its accesses go by the host's caches:
 * what the host has written must be behind them, and nothing old in them. Stage 2
 * can force them to be cacheable (FEAT_S2FWB). Instructions are fetched anew: all of
 * them where there is more than a page, whose lines are in no cache of data any more, or
 * where only the places of our own address would be done.
 */
static void el2_sync(void *at, size_t bytes)
{
	unsigned long start = (unsigned long)at, end = start + bytes, next;
	bool fwb = el2_features.fwb, all = !fwb && bytes > PAGE_SIZE;

	for (; start < end; start = next) {
		next = min(start + PMD_SIZE, end);
		if (!fwb)
			el2_clean_lines(start, next);
		if (!all)
			caches_clean_inval_pou(start, next);
		cond_resched();
	}
	if (all || el2_features.icache_alias) {
		asm volatile("ic ialluis");
		dsb(ish);
		isb();
	}
}

/* Levels, and the root's order: up to 16 tables stand for one level less. */
static void el2_init_levels(struct axvcpu_stage2_format *f)
{
	f->levels = el2_ipa_bits > 43 ? 4 : 3;
	f->root_order = 0;
	if (el2_ipa_bits > 12 + 9 * f->levels)
		f->root_order = el2_ipa_bits - (12 + 9 * f->levels);
}

static void el2_init_stage2(void)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48 };
	u64 mmfr0 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1);
	u64 mmfr1 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR1_EL1);
	struct axvcpu_stage2_format *f = &el2_stage2_format;
	/* 52 bits need other descriptors (FEAT_LPA2). */
	u32 range = min_t(u32, ID_FIELD(mmfr0, ID_MMFR0_PARANGE),
			  ARRAY_SIZE(bits) - 1);

	el2_ipa_bits = bits[range];
	f->address = S2_ADDRESS;
	f->present = S2_VALID;
	f->table = S2_VALID | S2_TABLE;
	f->leaf = S2_VALID | S2_SH_INNER | S2_AF |
		  (el2_features.fwb ? S2_MEMATTR_FWB_WB : S2_MEMATTR_NORMAL_WB);
	f->page = S2_TABLE;
	f->is_leaf_mask = S2_TABLE;
	f->read = S2_AP_READ;
	f->write = S2_AP_WRITE;
	f->no_execute = S2_XN;
	f->huge_levels = BIT(2) | BIT(3);
	f->flush_widened = true;
	f->sync = el2_sync;
	el2_init_levels(f);
	el2_features.vtcr = EL2_VTCR_RES1 | EL2_VTCR_PS(range) |
			    EL2_VTCR_SH0_INNER | EL2_VTCR_ORGN0_WBWA |
			    EL2_VTCR_IRGN0_WBWA | EL2_VTCR_SL0(f->levels) |
			    EL2_VTCR_T0SZ(el2_ipa_bits);
	if (ID_FIELD(mmfr1, ID_MMFR1_VMID_BITS) == 2)
		el2_features.vtcr |= EL2_VTCR_VS;
}

static void el2_describe(struct axvcpu_host *host)
{
	u64 vmid_bits = el2_features.vtcr & EL2_VTCR_VS ? 16 : 8;

	host->capabilities = AXVCPU_CAP_PIN | AXVCPU_CAP_READONLY |
			     AXVCPU_CAP_HUGE_2M | AXVCPU_CAP_HUGE_1G |
			     AXVCPU_CAP_TRANSLATE | AXVCPU_CAP_HALT_IN_KERNEL |
			     AXVCPU_CAP_IDLE_EXITS | AXVCPU_CAP_SINGLE_STEP |
			     AXVCPU_CAP_INTERRUPT_EXITS;
	host->gpa_bits = el2_ipa_bits;
	host->tags = 1U << vmid_bits;
	host->cycles_hz = read_sysreg(cntfrq_el0);
	host->stage2_format = &el2_stage2_format;
	arm64_block_lengths(host->block_length);
}

static u32 el2_init(struct axvcpu_host *host)
{
	u32 reason;

	host->backend = AXVCPU_BACKEND_EL2;
	reason = el2_detect();
	if (reason != AXVCPU_REASON_NO_HARDWARE)
		host->mode = is_kernel_in_hyp_mode() ? AXVCPU_MODE_VHE :
						       AXVCPU_MODE_NVHE;
	if (reason)
		return reason;
	el2_find_features();
	reason = el2_features.nvhe ? nvhe_init() : AXVCPU_REASON_NONE;
	if (reason)
		return reason;
	el2_init_stage2();
	reason = arm64_vmid_init();
	if (reason)
		goto nvhe;
	reason = arm64_gic_init();
	if (reason)
		goto vmid;
	arm64_timer_init();
	arm64_fpu_init();
	arm64_id_init();
	arm64_mitigations_init();
	el2_describe(host);
	return AXVCPU_REASON_NONE;

vmid:
	arm64_vmid_exit();
nvhe:
	if (el2_features.nvhe)
		nvhe_exit();
	return reason;
}

static void el2_exit(void)
{
	arm64_timer_exit();
	arm64_gic_exit();
	arm64_vmid_exit();
	if (el2_features.nvhe)
		nvhe_exit();
}

static const struct axvcpu_arch_ops axvcpu_el2_ops = {
	.name = "el2",
	.init = el2_init,
	.exit = el2_exit,
	.busy = el2_busy,
	.cpu_new = el2_cpu_new,
	.cpu_free = el2_cpu_free,
	.is_enabled = el2_is_enabled,
	.hardware_enable = el2_hardware_enable,
	.hardware_disable = el2_hardware_disable,
	.max_guest_page_table_levels = el2_max_guest_page_table_levels,
	.vm_new = arm64_vm_new,
	.vm_free = arm64_vm_free,
	.vcpu_alloc = el2_vcpu_alloc,
	.vcpu_release = el2_vcpu_release,
	.vcpu_new = el2_vcpu_new,
	.prepare = arm64_fpu_prepare,
	.set_entry = arm64_set_entry,
	.set_ept_root = el2_set_ept_root,
	.setup = arm64_setup,
	.reset = arm64_reset,
	.run = el2_run,
	.emulate = el2_emulate,
	.done = arm64_done,
	.complete = arm64_complete,
	.bind = el2_bind,
	.unbind = el2_unbind,
	.set_gpr = arm64_set_gpr,
	.inject_interrupt = arm64_inject_interrupt,
	.inject_exception = arm64_inject_exception,
	.set_return_value = arm64_set_return_value,
	.runnable = arm64_runnable,
	.timer = arm64_timer,
	.interruptible = arm64_interruptible,
	.show = arm64_show,
	.get_block = arm64_get_block,
	.set_block = arm64_set_block,
	.translate = arm64_translate,
};

const struct axvcpu_arch_ops *axvcpu_arch_choose(const char *wanted)
{
	if (*wanted && strcmp(wanted, axvcpu_el2_ops.name))
		return NULL;
	return &axvcpu_el2_ops;
}
