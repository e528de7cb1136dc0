// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * EL2 of an nVHE host, as the kernel at EL1 sees it: the map of EL2, and how EL2 is
 * taken from the kernel's stub on each CPU and given back.
 *
 * The map never changes while a CPU uses it. It has the code of this mode, read-only;
 * the page of it that runs while the MMU is turned on and off, at its physical address;
 * and for each CPU its struct el2_cpu, below that a page of stack, and below that nothing.
 * All of that is in the kernel's upper 128 TiB, whose addresses are taken without their
 * upper 16 bits: so bit 47 tells them from the physical one, where it is 0. What a trip
 * moves of a vCPU is copied (vcpu.c), so that no vCPU is mapped.
 *
 * DDI 0487: D8 "The AArch64 Virtual Memory System Architecture"; for what is fetched
 * before the MMU is on, "Memory accesses with the MMU disabled".
 */
#include <linux/cpu_pm.h>
#include <linux/gfp.h>
#include <linux/kasan.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>
#include <asm/barrier.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>
#include <asm/virt.h>

#include "../percpu.h"
#include "arm64.h"
#include "nvhe.h"

#define NVHE_VA_BITS	48
#define NVHE_VA_TOP	BIT_ULL(NVHE_VA_BITS - 1)

static u64 *nvhe_root;
static u64 nvhe_tcr __ro_after_init;
static phys_addr_t nvhe_on_pa __ro_after_init;

static_assert(offsetof(struct el2_cpu, stub) == NVHE_STUB &&
	      offsetof(struct el2_cpu, entry) == NVHE_ENTRY &&
	      offsetof(struct el2_cpu, off) == NVHE_OFF &&
	      offsetof(struct el2_cpu, back) == NVHE_RETURN &&
	      offsetof(struct el2_cpu, x) == NVHE_X &&
	      offsetof(struct el2_cpu, fault) == NVHE_FAULT);

/* ---- the map ------------------------------------------------------------------------ */

/* Where EL2 has what the kernel has at @at. */
static u64 nvhe_address(const void *at)
{
	return (u64)kasan_reset_tag(at) & (BIT_ULL(NVHE_VA_BITS) - 1);
}

static bool nvhe_can_have(const void *at)
{
	return (u64)kasan_reset_tag(at) >> (NVHE_VA_BITS - 1) == 0x1ffff;
}

static phys_addr_t nvhe_physical(const void *at)
{
	return page_to_phys(vmalloc_to_page(at)) + offset_in_page(at);
}

/* The next table below @entry. */
static u64 *nvhe_table(u64 *entry)
{
	u64 *table;

	if (*entry & E2_VALID)
		return phys_to_virt(*entry & E2_ADDRESS);
	table = (u64 *)get_zeroed_page(GFP_KERNEL);
	if (table)
		*entry = virt_to_phys(table) | E2_VALID | E2_TABLE;
	return table;
}

static int nvhe_map_page(u64 address, phys_addr_t pa, u64 attributes)
{
	u64 *table = nvhe_root;
	int shift;

	if (pa & ~E2_ADDRESS)
		return -ERANGE;
	for (shift = 39; table && shift > 12; shift -= 9)
		table = nvhe_table(&table[address >> shift & 511]);
	if (!table)
		return -ENOMEM;
	table[address >> 12 & 511] = pa | attributes | E2_PAGE;
	return 0;
}

static int nvhe_map(const void *start, const void *end, u64 attributes)
{
	const void *at;
	int ret = 0;

	for (at = start; at < end && !ret; at += PAGE_SIZE) {
		if (!nvhe_can_have(at))
			return -ERANGE;
		ret = nvhe_map_page(nvhe_address(at), nvhe_physical(at),
				    attributes);
	}
	return ret;
}

static void nvhe_free_tables(u64 *table, int level)
{
	int i;

	for (i = 0; level < 3 && i < 512; i++)
		if (table[i] & E2_VALID)
			nvhe_free_tables(phys_to_virt(table[i] & E2_ADDRESS),
					 level + 1);
	free_page((unsigned long)table);
}

/* What is fetched with the MMU off must be in memory, behind all caches. */
static void nvhe_clean(const char *start, const char *end)
{
	const char *at;

	for (at = start; at < end; at += el2_features.dcache_line)
		asm volatile("dc civac, %0" : : "r"(at) : "memory");
	dsb(sy);
}

static int nvhe_map_code(void)
{
	phys_addr_t pa = nvhe_physical(nvhe_idmap);
	int ret;

	if (pa & NVHE_VA_TOP)
		return -ERANGE;
	ret = nvhe_map_page(pa, pa, E2_CODE);
	return ret ?: nvhe_map(nvhe_text, nvhe_text_end, E2_CODE);
}

/* ---- per CPU, with interrupts off ---------------------------------------------------- */

static u64 nvhe_query(void)
{
	return nvhe_call(NVHE_QUERY, 0, 0, 0, 0);
}

bool nvhe_is_enabled(void)
{
	return nvhe_query() == NVHE_ANSWER;
}

/* The stub answers. */
static void nvhe_take(struct el2_cpu *c)
{
	/* Walks at EL2 see the map. */
	dsb(ishst);
	nvhe_call(HVC_SOFT_RESTART, nvhe_on_pa, virt_to_phys(nvhe_root),
		  nvhe_address(c), nvhe_tcr);
}

/* Only if it is ours: KVM would take the call for one of its own. */
static void nvhe_give(void)
{
	if (nvhe_is_enabled())
		nvhe_call(HVC_RESET_VECTORS, 0, 0, 0, 0);
}

int nvhe_enable(struct el2_cpu *c)
{
	u64 dfr0 = read_sysreg(id_aa64dfr0_el1);

	if (nvhe_query() != HVC_STUB_ERR)
		return -EBUSY;
	c->spe = ID_FIELD(dfr0, ID_DFR0_PMSVER);
	c->trace = ID_FIELD(dfr0, ID_DFR0_TRACEFILT);
	c->lost = false;
	nvhe_take(c);
	return nvhe_is_enabled() ? 0 : -EIO;
}

void nvhe_disable(struct el2_cpu *c)
{
	c->lost = false;
	if (!nvhe_is_enabled())
		return;
	nvhe_give();
	if (nvhe_query() != HVC_STUB_ERR)
		pr_err("axvcpu: el2: the stub does not answer on CPU %d\n",
		       smp_processor_id());
}

/*
 * A CPU that is powered down while it idles wakes up with the stub. What the kernel does
 * between is the stub's, too.
 */
static int nvhe_cpu_pm(struct notifier_block *block, unsigned long action,
		       void *data)
{
	struct el2_cpu *c = __this_cpu_read(el2_cpus);

	if (!axvcpu_percpu_on() || c->lost)
		return NOTIFY_OK;
	if (action == CPU_PM_ENTER)
		nvhe_give();
	else if (action == CPU_PM_ENTER_FAILED || action == CPU_PM_EXIT)
		if (nvhe_query() == HVC_STUB_ERR)
			nvhe_take(c);
	return NOTIFY_OK;
}

static struct notifier_block nvhe_cpu_pm_block = {
	.notifier_call = nvhe_cpu_pm,
};

/* ---- in process context ---------------------------------------------------------------- */

static u32 nvhe_owner_of(u64 answer)
{
	switch (answer) {
	case HVC_STUB_ERR:
	case NVHE_ANSWER:
		return AXVCPU_REASON_NONE;
	case ~0ULL:
		return AXVCPU_REASON_OWNED_BY_KVM;
	default:
		return AXVCPU_REASON_OWNED_BY_OTHER;
	}
}

u32 nvhe_owner(void)
{
	unsigned long flags;
	struct el2_cpu *c;
	u32 reason;

	local_irq_save(flags);
	reason = nvhe_owner_of(nvhe_query());
	c = __this_cpu_read(el2_cpus);
	/* What was taken from us stays lost until the last VM is gone. */
	if (!reason && c && c->lost)
		reason = AXVCPU_REASON_OWNED_BY_KVM;
	local_irq_restore(flags);
	return reason;
}

u64 nvhe_read_vtr(void)
{
	unsigned long flags;
	u64 vtr;

	local_irq_save(flags);
	vtr = nvhe_call(HVC_SOFT_RESTART, nvhe_physical(nvhe_probe), 0, 0, 0);
	local_irq_restore(flags);
	return vtr;
}

/* From the lowest address: a page that EL2 has not, the stack, struct el2_cpu. */
struct el2_cpu *nvhe_cpu_new(unsigned int cpu)
{
	size_t bytes = 2 * PAGE_SIZE + PAGE_ALIGN(sizeof(struct el2_cpu));
	void *area = vzalloc_node(bytes, cpu_to_node(cpu));
	struct el2_cpu *c;

	if (!area)
		return NULL;
	if (nvhe_map(area + PAGE_SIZE, area + bytes, E2_DATA)) {
		vfree(area);
		return NULL;
	}
	c = area + 2 * PAGE_SIZE;
	c->entry = nvhe_address(nvhe_entry);
	c->off = nvhe_physical(nvhe_off);
	return c;
}

/* No CPU is enabled any more, and nvhe_exit() follows. */
void nvhe_cpu_free(struct el2_cpu *c)
{
	if (c)
		vfree((void *)c - 2 * PAGE_SIZE);
}

static u64 nvhe_find_tcr(void)
{
	u64 mmfr0 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1);
	/* 5: 48 bits */
	u64 range = min_t(u64, ID_FIELD(mmfr0, ID_MMFR0_PARANGE), 5);

	return EL2_TCR_RES1 | EL2_TCR_PS(range) | EL2_TCR_SH0_INNER |
	       EL2_TCR_ORGN0_WBWA | EL2_TCR_IRGN0_WBWA |
	       EL2_TCR_T0SZ(NVHE_VA_BITS);
}

u32 nvhe_init(void)
{
	u32 reason = nvhe_owner();
	int ret;

	if (reason) {
		pr_info("axvcpu: el2: EL2 is taken; kvm-arm.mode=none leaves it free\n");
		return reason;
	}
	nvhe_root = (u64 *)get_zeroed_page(GFP_KERNEL);
	if (!nvhe_root)
		return AXVCPU_REASON_NO_MEMORY;
	ret = nvhe_map_code() ?: cpu_pm_register_notifier(&nvhe_cpu_pm_block);
	if (ret) {
		pr_info("axvcpu: el2: EL2 can't be mapped: error %d\n", ret);
		nvhe_free_tables(nvhe_root, 0);
		return ret == -ENOMEM ? AXVCPU_REASON_NO_MEMORY :
					AXVCPU_REASON_HOST_MODE;
	}
	nvhe_clean(nvhe_idmap, nvhe_idmap_end);
	nvhe_on_pa = nvhe_physical(nvhe_on);
	nvhe_tcr = nvhe_find_tcr();
	return AXVCPU_REASON_NONE;
}

void nvhe_exit(void)
{
	cpu_pm_unregister_notifier(&nvhe_cpu_pm_block);
	nvhe_free_tables(nvhe_root, 0);
}
