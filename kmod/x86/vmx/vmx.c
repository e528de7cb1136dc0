// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Intel VMX, per CPU and for the whole module: enabling, and the MSR bitmap that all
 * vCPUs share.
 *
 * SDM Volume 3: 24.6 to 24.8 (enabling), 25.6 "VM-Execution Control Fields",
 * 29.3 "The Extended Page Table Mechanism".
 */
#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched/smt.h>
#include <asm/cpufeature.h>
#include <asm/msr-index.h>
#include <asm/processor.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>
#include <asm/tsc.h>

#include "../../stage2.h"
#include "../hw.h"
#include "check.h"
#include "history.h"
#include "vmx.h"

/* 25.6.9: read bitmaps for low and high MSRs, then write bitmaps, 1 KiB each */
#define MSR_BITMAP_HIGH		0x400
#define MSR_BITMAP_WRITE	0x800

DEFINE_PER_CPU(struct vmx_cpu, vmx_cpu);
unsigned long vmx_msr_bitmap_pa __ro_after_init;
const u32 vmx_syscall_msrs[VMX_SYSCALL_MSRS] = {
	[VMX_STAR] = MSR_STAR,
	[VMX_LSTAR] = MSR_LSTAR,
	[VMX_CSTAR] = MSR_CSTAR,
	[VMX_SFMASK] = MSR_SYSCALL_MASK,
};

static u8 *vmx_msr_bitmap __ro_after_init;
static struct axvcpu_stage2_format vmx_stage2_format __ro_after_init;

/* ---- the instructions ---------------------------------------------------------- */

/* An instruction with a memory operand. Return: it did not fail and not fault. */
#define VMX_INSN(name, operand)						\
({									\
	bool __ok = false;						\
									\
	asm volatile("1: " name " %[op]\n"				\
		     "	seta %[ok]\n"					\
		     "2:\n" _ASM_EXTABLE(1b, 2b)			\
		     : [ok] "+q"(__ok)					\
		     : [op] "m"(operand)				\
		     : "cc", "memory");					\
	__ok;								\
})

static bool vmx_vmxon(u64 pa)
{
	return VMX_INSN("vmxon", pa);
}

static void vmx_vmxoff(void)
{
	asm volatile("1: vmxoff\n"
		     "2:\n" _ASM_EXTABLE(1b, 2b)
		     :
		     :
		     : "cc", "memory");
}

bool vmx_vmclear(const struct vmx_vcpu *vmx)
{
	u64 pa = __pa(vmx->vmcs);

	return VMX_INSN("vmclear", pa);
}

bool vmx_vmptrld(const struct vmx_vcpu *vmx)
{
	u64 pa = __pa(vmx->vmcs);

	return VMX_INSN("vmptrld", pa);
}

static void vmx_invalidate(bool ept, unsigned long type, u64 first)
{
	struct {
		u64 first;
		u64 second;
	} descriptor = { first, 0 };

	if (ept)
		asm volatile("1: invept %[descriptor], %[type]\n"
			     "2:\n" _ASM_EXTABLE(1b, 2b)
			     :
			     : [descriptor] "m"(descriptor), [type] "r"(type)
			     : "cc", "memory");
	else
		asm volatile("1: invvpid %[descriptor], %[type]\n"
			     "2:\n" _ASM_EXTABLE(1b, 2b)
			     :
			     : [descriptor] "m"(descriptor), [type] "r"(type)
			     : "cc", "memory");
}

/* All that was derived from these tables, combined mappings too (29.4.3.1). */
void vmx_invept(u64 eptp)
{
	if (vmx_features.ept_vpid & EPT_CAP_INVEPT_SINGLE)
		vmx_invalidate(true, INVEPT_SINGLE, eptp);
	else
		vmx_invalidate(true, INVEPT_ALL, 0);
}

void vmx_invvpid_all(void)
{
	if (vmx_features.vpid)
		vmx_invalidate(false, INVVPID_ALL, 0);
}

/* A bug of ours. (Where VMX went off, writes fault silently and the entry fails.) */
void vmx_write_failed(unsigned long field, u64 value)
{
	u32 error = vmx_read(VM_INSTRUCTION_ERROR);

	pr_warn_ratelimited("axvcpu: vmx: VMWRITE of field %#lx failed, error %u: %s\n",
			    field, error, vmx_instruction_error(error));
}

/* ---- per CPU ------------------------------------------------------------------- */

/* A page that can be a VMCS or a VMXON region: 25.2. */
void *vmx_page_new(gfp_t gfp)
{
	u32 *page = (void *)get_zeroed_page(gfp);

	if (page)
		*page = vmx_features.basic & VMX_CAP_BASIC_REVISION;
	return page;
}

int vmx_cpu_new(unsigned int cpu)
{
	struct vmx_cpu *c = per_cpu_ptr(&vmx_cpu, cpu);

	c->region = vmx_page_new(GFP_KERNEL);
	if (!c->region)
		return -ENOMEM;
	INIT_LIST_HEAD(&c->loaded);
	/* No two CPUs have the same generation: see struct vmx_cpu. */
	c->generation = (u64)(cpu + 1) << 44;
	return 0;
}

void vmx_cpu_free(unsigned int cpu)
{
	struct vmx_cpu *c = per_cpu_ptr(&vmx_cpu, cpu);

	free_page((unsigned long)c->region);
	c->region = NULL;
}

/* No register tells if a CPU is in VMX operation; whoever is has set VMXE. */
bool vmx_is_enabled(void)
{
	return native_read_cr4() & X86_CR4_VMXE;
}

#ifdef AXVCPU_EXPORTED_CR4_UPDATE_IRQSOFF
/* Through the kernel's shadow, from which it rewrites CR4 at any time. */
static void vmx_cr4(bool on)
{
	cr4_update_irqsoff(on ? X86_CR4_VMXE : 0, on ? 0 : X86_CR4_VMXE);
}
#else
static void vmx_cr4(bool on)
{
}
#endif

static void vmx_trace_off(bool off)
{
#ifdef AXVCPU_EXPORTED_INTEL_PT_HANDLE_VMX
	extern void intel_pt_handle_vmx(int on);

	if (vmx_needs_trace_off())
		intel_pt_handle_vmx(off);
#endif
}

int vmx_hardware_enable(void)
{
	struct vmx_cpu *c = this_cpu_ptr(&vmx_cpu);
	unsigned int i;
	u64 value;

	if (vmx_is_enabled())
		return c->on ? 0 : -EBUSY;
	/* CPUs can differ: the firmware did not reach one, a late one is not the same. */
	if (!vmx_firmware_allows() ||
	    hw_rdmsr_safe(MSR_IA32_VMX_BASIC, &value) ||
	    (u32)value != (u32)vmx_features.basic)
		return -EIO;
	vmx_trace_off(true);
	vmx_cr4(true);
	if (!vmx_vmxon(__pa(c->region))) {
		vmx_cr4(false);
		vmx_trace_off(false);
		return -EIO;
	}
	for (i = 0; i < VMX_SYSCALL_MSRS; i++)
		c->syscall[i] = hw_rdmsr(vmx_syscall_msrs[i]);
	if (vmx_features.tsc_aux) {
		hw_rdmsr_safe(MSR_TSC_AUX, &value);
		c->tsc_aux = value;
	}
	/* What VPIDs and EPT pointers of before tag is of no use: 29.4.3.3. */
	vmx_invalidate(true, vmx_features.ept_vpid & EPT_CAP_INVEPT_ALL ?
				     INVEPT_ALL : INVEPT_SINGLE, 0);
	vmx_invvpid_all();
	c->generation++;
	c->next_vpid = 1;
	c->on = true;
	return 0;
}

void vmx_hardware_disable(void)
{
	struct vmx_cpu *c = this_cpu_ptr(&vmx_cpu);

	if (!c->on)
		return;
	c->on = false;
	vmx_vmxoff();
	vmx_cr4(false);
	vmx_trace_off(false);
}

u32 vmx_busy(void)
{
	unsigned long flags;
	bool others;

	/* Both of one time: we turn it on and off in an interrupt. */
	local_irq_save(flags);
	others = !this_cpu_read(vmx_cpu.on) && vmx_is_enabled();
	local_irq_restore(flags);
	return others ? x86_owner() : AXVCPU_REASON_NONE;
}

unsigned int vmx_max_guest_page_table_levels(void)
{
	return 4;
}

/* ---- the module ---------------------------------------------------------------- */

/* Neither RDMSR nor WRMSR is intercepted. */
static void vmx_msr_pass(u32 msr)
{
	u8 *map = vmx_msr_bitmap + (msr >> 31 ? MSR_BITMAP_HIGH : 0);
	unsigned int bit = msr & 0x1fff;

	map[bit / 8] &= ~(1 << bit % 8);
	map[MSR_BITMAP_WRITE + bit / 8] &= ~(1 << bit % 8);
}

/* Fields of the VMCS, and KERNEL_GS_BASE, which vmx_load() switches. */
static void vmx_init_bitmap(void)
{
	static const u32 pass[] = {
		MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE,
		MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP,
		MSR_IA32_SYSENTER_EIP,
	};
	unsigned int i;

	memset(vmx_msr_bitmap, 0xff, PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(pass); i++)
		vmx_msr_pass(pass[i]);
	vmx_msr_bitmap_pa = __pa(vmx_msr_bitmap);
}

/*
 * All is write-back, whatever the guest's PAT says (29.3.7.2): nothing in a guest's
 * memory is a device, and an uncached read could get by the host's cache lines to what
 * the page held before, on processors that do not snoop themselves. Where a huge page
 * that a guest executes from can make the processor check (iTLB multihit), there are
 * none.
 */
static void vmx_init_stage2(void)
{
	struct axvcpu_stage2_format *f = &vmx_stage2_format;
	u64 rwx = EPT_READ | EPT_WRITE | EPT_EXECUTE;

	f->address = GENMASK_ULL(51, 12);
	f->present = rwx;
	f->table = rwx;
	f->leaf = EPT_TYPE_WB | EPT_IGNORE_PAT;
	f->huge = EPT_LEAF;
	f->is_leaf_mask = EPT_LEAF;
	f->is_leaf_value = EPT_LEAF;
	f->read = EPT_READ;
	f->write = EPT_WRITE;
	f->execute = EPT_EXECUTE;
	if (vmx_features.ept_vpid & EPT_CAP_ACCESSED_DIRTY) {
		f->accessed = EPT_ACCESSED;
		f->dirty = EPT_DIRTY;
	}
	f->levels = 4;
	if (boot_cpu_has_bug(X86_BUG_ITLB_MULTIHIT) && !cpu_mitigations_off())
		return;
	if (vmx_features.ept_vpid & EPT_CAP_2M)
		f->huge_levels |= BIT(2);
	if (vmx_features.ept_vpid & EPT_CAP_1G)
		f->huge_levels |= BIT(3);
}

void vmx_describe(struct axvcpu_host *host)
{
	host->capabilities = AXVCPU_CAP_PIN | AXVCPU_CAP_READONLY |
			     AXVCPU_CAP_TRANSLATE | AXVCPU_CAP_NMI |
			     AXVCPU_CAP_POWEROFF_PORT |
			     AXVCPU_CAP_HALT_IN_KERNEL |
			     AXVCPU_CAP_IDLE_EXITS |
			     AXVCPU_CAP_INTERRUPT_EXITS;
	if (vmx_features.mtf)
		host->capabilities |= AXVCPU_CAP_SINGLE_STEP;
	if (vmx_stage2_format.huge_levels & BIT(2))
		host->capabilities |= AXVCPU_CAP_HUGE_2M;
	if (vmx_stage2_format.huge_levels & BIT(3))
		host->capabilities |= AXVCPU_CAP_HUGE_1G;
	/* Four levels hold 48 bits. */
	host->gpa_bits = min_t(u32, boot_cpu_data.x86_phys_bits, 48);
	host->tags = vmx_features.vpid ? VMX_VPIDS : 0;
	host->cycles_hz = tsc_khz * 1000ULL;
	host->deadline = vmx_features.timer;
	host->stage2_format = &vmx_stage2_format;
	x86_block_lengths(host->block_length);
}

u32 vmx_hardware_init(void)
{
	u32 reason = vmx_detect();

	if (reason)
		return reason;
	if (x86_fpu_init())
		return AXVCPU_REASON_MISSING_FEATURE;
	vmx_msr_bitmap = (void *)__get_free_page(GFP_KERNEL);
	if (!vmx_msr_bitmap)
		return AXVCPU_REASON_NO_MEMORY;
	vmx_init_bitmap();
	vmx_init_stage2();
	return AXVCPU_REASON_NONE;
}

void vmx_hardware_exit(void)
{
	free_page((unsigned long)vmx_msr_bitmap);
}
