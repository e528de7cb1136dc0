// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The policy for model-specific registers that are intercepted: one fixed table.
 *
 * The back end has handled those that live in its structures (EFER, PAT, TSC, the
 * SYSCALL and SYSENTER registers, segment bases). Here are those that every
 * kernel touches and that need nothing but a value. All others leave as
 * SYSREG_READ and SYSREG_WRITE.
 *
 * The processor checks the CPL of RDMSR and WRMSR before it intercepts them (APM
 * Volume 2, 15.7 "Intercept Operation" and 15.11 "MSR Intercepts").
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/cpufeatures.h>
#include <asm/msr-index.h>
#include <asm/processor.h>

#include "access.h"
#include "event.h"
#include "msr.h"

#define MTRR_CAP_COUNT		8
#define MTRR_CAP_FIXED		BIT(8)
#define MTRR_CAP_WC		BIT(10)
#define MTRR_CAP		(MTRR_CAP_COUNT | MTRR_CAP_FIXED | MTRR_CAP_WC)
#define MTRR_DEF_KNOWN		0xcffULL	/* type, FE, E */
#define MTRR_MASK_VALID		BIT(11)

#define MSR_MTRR_CAP		0xfe
#define MSR_MTRR_VARIABLE	0x200
#define MSR_MTRR_VARIABLE_LAST	0x20f
#define MSR_MTRR_FIX64K		0x250
#define MSR_MTRR_FIX16K		0x258
#define MSR_MTRR_FIX16K_LAST	0x259
#define MSR_MTRR_FIX4K		0x268
#define MSR_MTRR_FIX4K_LAST	0x26f
#define MSR_MTRR_DEF_TYPE	0x2ff

#define MSR_AMD_IORR_BASE0	0xc0010016
#define MSR_AMD_IORR_MASK1	0xc0010019
#define MSR_AMD_TOP_MEM		0xc001001a
#define MSR_AMD_TOP_MEM2	0xc001001d

/* No performance monitoring: both precise kinds are absent. */
#define MISC_ENABLE_FIXED	(MSR_IA32_MISC_ENABLE_BTS_UNAVAIL | \
				 MSR_IA32_MISC_ENABLE_PEBS_UNAVAIL)
#define MISC_ENABLE_WRITABLE	MSR_IA32_MISC_ENABLE_FAST_STRING
#define APIC_PHYS_BASE		0xfee00000ULL
#define APIC_BASE_EXTD		BIT(10)
#define APIC_BASE_ENABLE	BIT(11)
#define APIC_BASE_BSP		BIT(8)
#define HWCR_TSC_FREQ		BIT(24)		/* the TSC counts at the P0 frequency */
#define DE_CFG_LFENCE		BIT(1)

enum x86_msr_verdict {
	X86_MSR_DONE,
	X86_MSR_GP,
	X86_MSR_EXIT,
};

/* ---- values ----------------------------------------------------------------- */

static bool x86_memory_type_valid(u8 type)
{
	return type <= 6 && type != 2 && type != 3;
}

/* Eight types, as in a fixed MTRR. */
static bool x86_memory_types_valid(u64 types)
{
	unsigned int i;

	for (i = 0; i < 64; i += 8)
		if (!x86_memory_type_valid(types >> i))
			return false;
	return true;
}

/* As MTRRs, and UC- (7). */
bool x86_pat_valid(u64 pat)
{
	unsigned int i;

	for (i = 0; i < 64; i += 8) {
		u8 type = pat >> i;

		if (type != 7 && !x86_memory_type_valid(type))
			return false;
	}
	return true;
}

/* Bases and masks alternate. */
static bool x86_mtrr_variable_valid(unsigned int index, u64 value)
{
	if (value >> axvcpu_host.gpa_bits)
		return false;
	if (index & 1)
		return !(value & (PAGE_SIZE - 1) & ~(u64)MTRR_MASK_VALID);
	return !(value & 0xf00) && x86_memory_type_valid(value);
}

static bool x86_mtrr_def_type_valid(u64 value)
{
	return !(value & ~MTRR_DEF_KNOWN) && x86_memory_type_valid(value);
}

static bool x86_misc_enable_valid(u64 value)
{
	return !(value & ~(u64)(MISC_ENABLE_FIXED | MISC_ENABLE_WRITABLE));
}

bool x86_msrs_valid(const struct axvcpu_x86_msrs *m)
{
	unsigned int i;

	if (!x86_canonical(m->lstar) || !x86_canonical(m->cstar) ||
	    !x86_canonical(m->kernel_gs_base) ||
	    !x86_canonical(m->sysenter_esp) || !x86_canonical(m->sysenter_eip))
		return false;
	if (m->sfmask >> 32 || m->tsc_aux >> 32 || m->sysenter_cs >> 32)
		return false;
	/* None of these is offered to a guest. */
	if (m->debugctl || m->spec_ctrl || m->xss || m->reserved[0] ||
	    m->reserved[1])
		return false;
	if (!x86_pat_valid(m->pat) ||
	    !x86_mtrr_def_type_valid(m->mtrr_def_type) ||
	    !x86_misc_enable_valid(m->misc_enable))
		return false;
	for (i = 0; i < ARRAY_SIZE(m->mtrr_fixed); i++)
		if (!x86_memory_types_valid(m->mtrr_fixed[i]))
			return false;
	for (i = 0; i < ARRAY_SIZE(m->mtrr_variable); i++)
		if (!x86_mtrr_variable_valid(i, m->mtrr_variable[i]))
			return false;
	return true;
}

void x86_msr_reset(struct x86_vcpu *x)
{
	x->mtrr_def_type = 0;
	memset(x->mtrr_fixed, 0, sizeof(x->mtrr_fixed));
	memset(x->mtrr_variable, 0, sizeof(x->mtrr_variable));
	x->misc_enable = MISC_ENABLE_FIXED | MISC_ENABLE_WRITABLE;
	x->apic_base = APIC_PHYS_BASE | (x->core.id ? 0 : APIC_BASE_BSP);
}

static u64 *x86_mtrr_fixed(struct x86_vcpu *x, u32 index)
{
	if (index == MSR_MTRR_FIX64K)
		return &x->mtrr_fixed[0];
	if (index <= MSR_MTRR_FIX16K_LAST)
		return &x->mtrr_fixed[1 + (index & 1)];
	return &x->mtrr_fixed[3 + (index & 7)];
}

static u64 *x86_mtrr_variable(struct x86_vcpu *x, u32 index)
{
	return &x->mtrr_variable[index & 15];
}

static bool x86_msr_intel(void)
{
	return boot_cpu_data.x86_vendor == X86_VENDOR_INTEL;
}

/* ---- the table ------------------------------------------------------------------ */

static enum x86_msr_verdict x86_msr_read(struct x86_vcpu *x, u32 index,
					 u64 *value)
{
	*value = 0;
	switch (index) {
	case MSR_IA32_APICBASE:
		*value = x->apic_base;
		return X86_MSR_DONE;
	case MSR_IA32_UCODE_REV:
		*value = boot_cpu_data.microcode;
		if (x86_msr_intel())
			*value <<= 32;
		return X86_MSR_DONE;
	case MSR_MTRR_CAP:
		*value = MTRR_CAP;
		return X86_MSR_DONE;
	case MSR_IA32_MISC_ENABLE:
		*value = x->misc_enable;
		return X86_MSR_DONE;
	case MSR_MTRR_VARIABLE ... MSR_MTRR_VARIABLE_LAST:
		*value = *x86_mtrr_variable(x, index);
		return X86_MSR_DONE;
	case MSR_MTRR_FIX64K:
	case MSR_MTRR_FIX16K ... MSR_MTRR_FIX16K_LAST:
	case MSR_MTRR_FIX4K ... MSR_MTRR_FIX4K_LAST:
		*value = *x86_mtrr_fixed(x, index);
		return X86_MSR_DONE;
	case MSR_MTRR_DEF_TYPE:
		*value = x->mtrr_def_type;
		return X86_MSR_DONE;
	case MSR_K7_HWCR:
		*value = HWCR_TSC_FREQ;
		return X86_MSR_DONE;
	case MSR_AMD64_DE_CFG:
		*value = DE_CFG_LFENCE;
		return X86_MSR_DONE;
	case MSR_IA32_FEAT_CTL:
		/* Locked, and nothing is on. */
		*value = 1;
		return x86_msr_intel() ? X86_MSR_DONE : X86_MSR_EXIT;
	/* These read as zero. */
	case MSR_IA32_P5_MC_ADDR:
	case MSR_IA32_P5_MC_TYPE:
	case MSR_IA32_PLATFORM_ID:
	case MSR_IA32_UCODE_WRITE:
	case MSR_PLATFORM_INFO:
	case MSR_IA32_MCG_CAP:
	case MSR_IA32_MCG_STATUS:
	case MSR_IA32_DEBUGCTLMSR:
	case MSR_IA32_LASTBRANCHFROMIP ... MSR_IA32_LASTINTTOIP:
	case MSR_K7_EVNTSEL0 ... MSR_K7_EVNTSEL3:
	case MSR_K7_PERFCTR0 ... MSR_K7_PERFCTR3:
	case MSR_AMD64_SYSCFG:
	case MSR_AMD_IORR_BASE0 ... MSR_AMD_IORR_MASK1:
	case MSR_AMD_TOP_MEM:
	case MSR_AMD_TOP_MEM2:
	case MSR_AMD64_NB_CFG:
	case MSR_K8_INT_PENDING_MSG:
	case MSR_FAM10H_MMIO_CONF_BASE:
	case MSR_K8_TSEG_ADDR ... MSR_K8_TSEG_MASK:
	case MSR_F15H_IC_CFG:
	case MSR_AMD64_DC_CFG:
	case MSR_AMD64_BU_CFG2:
		return X86_MSR_DONE;
	default:
		return X86_MSR_EXIT;
	}
}

static enum x86_msr_verdict x86_msr_store(u64 *to, u64 value, bool valid)
{
	if (!valid)
		return X86_MSR_GP;
	*to = value;
	return X86_MSR_DONE;
}

static enum x86_msr_verdict x86_msr_write(struct x86_vcpu *x, u32 index,
					  u64 value)
{
	switch (index) {
	case MSR_IA32_APICBASE:
		/* It can't be turned on, nor found anywhere else. */
		return value & (APIC_BASE_ENABLE | APIC_BASE_EXTD) ||
				       value >> axvcpu_host.gpa_bits ?
			       X86_MSR_GP :
			       X86_MSR_DONE;
	case MSR_IA32_MISC_ENABLE:
		value |= MISC_ENABLE_FIXED;
		return x86_msr_store(&x->misc_enable, value,
				     x86_misc_enable_valid(value));
	case MSR_MTRR_VARIABLE ... MSR_MTRR_VARIABLE_LAST:
		return x86_msr_store(x86_mtrr_variable(x, index), value,
				     x86_mtrr_variable_valid(index, value));
	case MSR_MTRR_FIX64K:
	case MSR_MTRR_FIX16K ... MSR_MTRR_FIX16K_LAST:
	case MSR_MTRR_FIX4K ... MSR_MTRR_FIX4K_LAST:
		return x86_msr_store(x86_mtrr_fixed(x, index), value,
				     x86_memory_types_valid(value));
	case MSR_MTRR_DEF_TYPE:
		return x86_msr_store(&x->mtrr_def_type, value,
				     x86_mtrr_def_type_valid(value));
	case MSR_IA32_MCG_STATUS:
		return value ? X86_MSR_GP : X86_MSR_DONE;
	case MSR_IA32_DEBUGCTLMSR:
		/* Branch records and stepping by branches don't take effect. */
		return value & ~(u64)(DEBUGCTLMSR_LBR | DEBUGCTLMSR_BTF) ?
			       X86_MSR_GP :
			       X86_MSR_DONE;
	case MSR_IA32_FEAT_CTL:
		return x86_msr_intel() ? X86_MSR_GP : X86_MSR_EXIT;
	/* Read-only. */
	case MSR_MTRR_CAP:
	case MSR_PLATFORM_INFO:
	case MSR_IA32_PLATFORM_ID:
	case MSR_IA32_MCG_CAP:
		return X86_MSR_GP;
	/* Accepted without effect: errata workarounds, counters, microcode. */
	case MSR_IA32_P5_MC_ADDR:
	case MSR_IA32_P5_MC_TYPE:
	case MSR_IA32_UCODE_REV:
	case MSR_IA32_UCODE_WRITE:
	case MSR_IA32_LASTBRANCHFROMIP ... MSR_IA32_LASTINTTOIP:
	case MSR_K7_EVNTSEL0 ... MSR_K7_EVNTSEL3:
	case MSR_K7_PERFCTR0 ... MSR_K7_PERFCTR3:
	case MSR_AMD64_SYSCFG:
	case MSR_K7_HWCR:
	case MSR_AMD64_NB_CFG:
	case MSR_AMD64_PATCH_LOADER:
	case MSR_K8_INT_PENDING_MSG:
	case MSR_FAM10H_MMIO_CONF_BASE:
	case MSR_F15H_IC_CFG:
	case MSR_AMD64_DC_CFG:
	case MSR_AMD64_DE_CFG:
	case MSR_AMD64_BU_CFG2:
		return X86_MSR_DONE;
	default:
		return X86_MSR_EXIT;
	}
}

/* ---- the instructions ------------------------------------------------------------ */

static void x86_msr_result(struct x86_vcpu *x, u64 value)
{
	x->gpr[AXVCPU_X86_RAX] = lower_32_bits(value);
	x->gpr[AXVCPU_X86_RDX] = upper_32_bits(value);
}

static int x86_msr_exit(struct x86_vcpu *x, u32 reason, u32 index, u64 value,
			unsigned int length, u64 hw_code)
{
	struct axvcpu_exit *exit = axvcpu_exit_begin(&x->core, reason, hw_code);
	struct x86_pending *p = &x->pending;

	exit->next_pc = x86_next_rip(x, length);
	exit->u.sysreg.addr = index;
	exit->u.sysreg.value = value;
	exit->u.sysreg.reg = ~0;	/* EDX and EAX */
	p->kind = X86_PENDING_SYSREG;
	p->read = reason == AXVCPU_EXIT_SYSREG_READ;
	p->length = length;
	axvcpu_exit_pending(&x->core, exit);
	return AXVCPU_OUT_EXIT;
}

int x86_rdmsr(struct x86_vcpu *x, unsigned int length, u64 hw_code)
{
	u32 index = x->gpr[AXVCPU_X86_RCX];
	enum x86_msr_verdict verdict;
	u64 value;

	verdict = x86_msr_read(x, index, &value);
	if (likely(verdict == X86_MSR_DONE)) {
		x86_msr_result(x, value);
		x86_skip(x, x86_next_rip(x, length));
		return AXVCPU_OUT_AGAIN;
	}
	if (verdict == X86_MSR_GP) {
		x86_queue_gp(x, 0);
		return AXVCPU_OUT_AGAIN;
	}
	return x86_msr_exit(x, AXVCPU_EXIT_SYSREG_READ, index, 0, length,
			    hw_code);
}

int x86_wrmsr(struct x86_vcpu *x, unsigned int length, u64 hw_code)
{
	u32 index = x->gpr[AXVCPU_X86_RCX];
	enum x86_msr_verdict verdict;
	u64 value;

	value = x->gpr[AXVCPU_X86_RDX] << 32 | (u32)x->gpr[AXVCPU_X86_RAX];
	verdict = x86_msr_write(x, index, value);
	if (likely(verdict == X86_MSR_DONE)) {
		x86_skip(x, x86_next_rip(x, length));
		return AXVCPU_OUT_AGAIN;
	}
	if (verdict == X86_MSR_GP) {
		x86_queue_gp(x, 0);
		return AXVCPU_OUT_AGAIN;
	}
	return x86_msr_exit(x, AXVCPU_EXIT_SYSREG_WRITE, index, value, length,
			    hw_code);
}

int x86_msr_done(struct x86_vcpu *x, u64 data)
{
	if (x->pending.read)
		x86_msr_result(x, data);
	x86_skip(x, x86_next_rip(x, x->pending.length));
	return AXVCPU_OUT_AGAIN;
}
