/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the VMX back end share. */
#ifndef AXVCPU_X86_VMX_VMX_H
#define AXVCPU_X86_VMX_VMX_H

#include <linux/list.h>
#include <linux/percpu.h>
#include <asm/asm.h>
#include <asm/desc_defs.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "../access.h"
#include "../backend.h"
#include "../cpuid.h"
#include "../cr.h"
#include "../debug.h"
#include "../event.h"
#include "../exit.h"
#include "../fpu.h"
#include "../mitigations.h"
#include "../mmio.h"
#include "../msr.h"
#include "../regs.h"
#include "../x86.h"
#include "features.h"
#include "vmcs.h"

#define VMX_VPIDS	0x10000

/* MSRs that the guest has for itself and no VMCS field switches. */
enum vmx_msr {
	VMX_STAR,
	VMX_LSTAR,
	VMX_CSTAR,
	VMX_SFMASK,
	VMX_SYSCALL_MSRS,
};
extern const u32 vmx_syscall_msrs[VMX_SYSCALL_MSRS];

/**
 * struct vmx_cpu - one host CPU
 * @region: for VMXON
 * @loaded: vCPUs whose VMCS is active here: vmx_vcpu.link
 * @current_vcpu: the one whose VMCS is current here, or NULL
 * @generation: of its VPIDs: unique over all CPUs and times
 * @next_vpid: the first one that this generation has not given out
 * @last_vcpu: vmx_vcpu.id of who ran last; an id is never used again
 * @tsc_aux: the host's TSC_AUX, a constant of the CPU
 * @syscall: the host's vmx_syscall_msrs, same
 * @on: we executed VMXON
 */
struct vmx_cpu {
	void *region;
	struct list_head loaded;
	struct vmx_vcpu *current_vcpu;
	u64 generation;
	u64 last_vcpu;
	u32 next_vpid;
	u32 tsc_aux;
	u64 syscall[VMX_SYSCALL_MSRS];
	bool on;
};
DECLARE_PER_CPU(struct vmx_cpu, vmx_cpu);

/* Groups of guest registers: bits of vmx_vcpu.valid and vmx_vcpu.dirty */
#define VMX_SEGMENTS	BIT(0)
#define VMX_TABLES	BIT(1)
#define VMX_PAGING	BIT(2)	/* CR0, CR3, PDPTEs */
#define VMX_SYSENTER	BIT(3)
#define VMX_DEBUG	BIT(4)	/* DR7, pending debug exceptions */
/* The processor never changes these by itself: always valid. */
#define VMX_CR4		BIT(5)
#define VMX_EFER	BIT(6)
#define VMX_PAT		BIT(7)
#define VMX_CONTROLS	BIT(8)	/* exception bitmap, processor controls */
#define VMX_TSC		BIT(9)
#define VMX_EPT		BIT(10)
/* Of VMX_SEGMENTS what 64-bit code has: CS and SS attributes, FS and GS bases. */
#define VMX_SEGMENTS64	BIT(11)
#define VMX_GUESTS	(VMX_SEGMENTS | VMX_TABLES | VMX_PAGING | \
			 VMX_SYSENTER | VMX_DEBUG | VMX_SEGMENTS64)
#define VMX_ALL		(VMX_GUESTS | VMX_CR4 | VMX_EFER | VMX_PAT | \
			 VMX_CONTROLS | VMX_TSC | VMX_EPT)

/**
 * struct vmx_guest - guest registers that live in the VMCS, by group
 *
 * A group is true here if its bit is in vmx_vcpu.valid, else in the VMCS; if its
 * bit is in vmx_vcpu.dirty, the VMCS does not have it yet. While the VMCS is on no
 * CPU, all is here.
 */
struct vmx_guest {
	struct axvcpu_x86_segment segment[AXVCPU_X86_SEGMENTS];
	struct axvcpu_x86_table gdt;
	struct axvcpu_x86_table idt;
	u64 cr0;		/* as the guest reads it */
	u64 cr3;
	u64 pdpte[4];
	u64 sysenter_cs;
	u64 sysenter_esp;
	u64 sysenter_eip;
	u64 dr7;
	u64 pending_debug;
	u64 cr4;		/* as the guest reads it */
	u64 efer;
	u64 pat;
	u64 tsc_offset;
	u64 eptp;
	u32 exceptions;
	u32 proc;
};

/**
 * struct vmx_exit_info - what the last exit told, read with interrupts off
 */
struct vmx_exit_info {
	u32 reason;
	u32 length;
	u32 vectoring;
	u32 vectoring_error;
	u32 event;
	u32 event_error;
	u32 insn;
	u32 error;
	u8 cpl;
	u64 qualification;
	u64 gpa;
	u64 linear;
};

/**
 * struct vmx_host - what an exit does not restore, from vmx_load() to vmx_put(), or
 * from entry to exit (debugctl, pebs); and the host fields of the VMCS that are
 * compared at each entry
 */
struct vmx_host {
	u16 ds;
	u16 es;
	u16 fs;
	u16 gs;
	u16 ldt;
	struct desc_ptr gdt;
	struct desc_ptr idt;
	u64 kernel_gs_base;
	u64 fs_base;
	u64 debugctl;
	u64 pebs;
	u64 cr3;
	u64 cr4;
	u64 field_fs_base;
	u64 perf;
};

/**
 * struct vmx_msr_lists - of one MSR each, in memory of their own that is aligned to 16
 *
 * PERF_GLOBAL_CTRL is the one MSR for which lists are right. It has to change with the
 * entry: an NMI of the host's, between a WRMSR and the entry, would write it again. All
 * others are switched by hand, once per RUN and only if they differ, where a list is as
 * good as a WRMSR for each MSR, trip and direction, and none of them matters to the host's
 * code in between; PEBS_ENABLE needs time between its WRMSR and the entry.
 */
struct vmx_msr_lists {
	struct vmx_msr_entry entry;	/* 0 */
	struct vmx_msr_entry exit;	/* the host's */
};

/* vmx_vcpu.flags: what an entry must look at beside events */
#define VMX_INJECTED	BIT(0)	/* the last entry had an event: @injected */
#define VMX_IRQ_WINDOW	BIT(1)
#define VMX_NMI_WINDOW	BIT(2)
#define VMX_STEP_USER	BIT(3)	/* one instruction for AXVCPU_RUN_SINGLE_STEP */
#define VMX_DR_LIVE	BIT(4)	/* DR0 to DR3 and DR6 are the guest's while it runs */
#define VMX_REQUEST	BIT(5)	/* the user asks for something in request_flags */
#define VMX_PDPTES	BIT(6)	/* are to be read from the guest's memory */
#define VMX_STEP_SHADOW	BIT(7)	/* one instruction, out of the shadow, for an NMI */
#define VMX_STEP	(VMX_STEP_USER | VMX_STEP_SHADOW)

/* vmx_vcpu.emulation: what emulate() goes on with */
enum vmx_emulation {
	VMX_EMULATE_NONE,
	VMX_EMULATE_EPT,	/* no memory answered */
	VMX_EMULATE_IO,		/* pio.c */
	VMX_EMULATE_PDPTES,	/* of registers that the VMM has set */
	VMX_EMULATE_CR,		/* a MOV to CR0 or CR4 that loads PDPTEs */
};

/* vmx_timer.state: what the preemption timer is on for */
enum vmx_timer_state {
	VMX_TIMER_OFF,
	VMX_TIMER_BOUND,	/* the guest's IF is clear */
	VMX_TIMER_DEADLINE,
};

/* vmx_timer.settled: no value of RFLAGS.IF */
#define VMX_TIMER_UNSETTLED	1

/**
 * struct vmx_timer - the preemption timer: timer.c
 * @deadline_ns: what @start and @cycles are of, 0: of none
 * @start: a time stamp counter
 * @cycles: so long from @start on the deadline is not there
 * @settled: RFLAGS.IF of entries that have nothing to do here. UNSETTLED: there are none,
 *	with a deadline
 * @value: what the VMCS has
 * @state: enum vmx_timer_state
 */
struct vmx_timer {
	u64 deadline_ns;
	u64 start;
	u64 cycles;
	u64 settled;
	u32 value;
	u8 state;
};

/**
 * struct vmx_vcpu - an x86 vCPU on VMX
 * @x: first
 * @vmcs: one page, the processor's while it is on a CPU
 * @link: in vmx_cpu.loaded
 * @loaded_cpu: where the VMCS is active, or -1. Changed with interrupts off on
 *	the CPU that it names
 * @launched: VMRESUME
 * @syscall_loaded: @syscall is in the MSRs
 * @vpid: in the VMCS
 * @vpid_generation: vmx_cpu.generation in which it was taken, 0: none
 * @tlb_generation: stage2.tlb_generation at the last flush
 * @id: unique while the module is loaded, never 0
 * @valid, @dirty: groups, see struct vmx_guest
 * @flags: VMX_*
 * @emulation: enum vmx_emulation
 * @delivering: the last exit cut the delivery of an event short
 * @timer: see there
 * @lists: with vmx_features.perf_list
 * @rip, @rsp, @rflags, @interruptibility: what the VMCS has
 * @virtual_apic: with vmx_features.tpr, a page of which the TPR is used: CR8
 * @cr2, @cr8 (without one), @tsc_aux, @kernel_gs_base, @syscall, @dr, @dr6: the guest's
 * @injected: with VMX_INJECTED: the last entry's event
 */
struct vmx_vcpu {
	struct x86_vcpu x;
	void *vmcs;
	struct list_head link;
	int loaded_cpu;
	bool launched;
	bool syscall_loaded;
	u16 vpid;
	u64 vpid_generation;
	u64 tlb_generation;
	u64 id;
	u32 valid;
	u32 dirty;
	u32 flags;
	u8 emulation;
	bool delivering;
	struct vmx_guest guest;
	struct vmx_exit_info exit;
	struct vmx_host host;
	struct vmx_timer timer;
	struct vmx_msr_lists *lists;
	u64 rip;
	u64 rsp;
	u64 rflags;
	u32 interruptibility;
	u64 injected;
	u32 tsc_aux;
	u64 cr2;
	u64 cr8;
	u32 *virtual_apic;
	u64 kernel_gs_base;
	u64 syscall[VMX_SYSCALL_MSRS];
	u64 dr[4];
	u64 dr6;
#ifdef X86_DEBUG
	struct x86_debug_host debug_section;
	struct x86_debug_host debug_trip;
#endif
};

static inline struct vmx_vcpu *to_vmx(struct axvcpu_vcpu *vcpu)
{
	return container_of(vcpu, struct vmx_vcpu, x.core);
}

static inline struct vmx_vcpu *x_to_vmx(struct x86_vcpu *x)
{
	return container_of(x, struct vmx_vcpu, x);
}

/* 30.1.1: bits 7:4 of VTPR. */
#define VMX_VTPR	0x80

static inline u64 vmx_get_cr8(const struct vmx_vcpu *vmx)
{
	if (!vmx_features.tpr)
		return vmx->cr8;
	return READ_ONCE(vmx->virtual_apic[VMX_VTPR / 4]) >> 4 & 15;
}

static inline void vmx_set_cr8(struct vmx_vcpu *vmx, u64 cr8)
{
	if (vmx_features.tpr)
		WRITE_ONCE(vmx->virtual_apic[VMX_VTPR / 4], cr8 << 4);
	else
		vmx->cr8 = cr8;
}

/* The guest's translations are stale: flush them before the next entry. */
static inline void vmx_flush_tag(struct vmx_vcpu *vmx)
{
	vmx->tlb_generation = ~0ULL;
}

/* ---- the instructions ---------------------------------------------------------- */

/*
 * With the VMCS current and interrupts off. A field that does not exist, or VMX
 * that is off, reads as 0: nothing that follows such a read is entered.
 */
static __always_inline u64 vmx_read(unsigned long field)
{
	unsigned long value = 0;

	asm volatile("1: vmread %[field], %[value]\n"
		     "2:\n" _ASM_EXTABLE(1b, 2b)
		     : [value] "+r"(value)
		     : [field] "r"(field)
		     : "cc");
	return value;
}

void vmx_write_failed(unsigned long field, u64 value);

static __always_inline void vmx_write(unsigned long field, u64 value)
{
	bool failed = false;

	asm volatile("1: vmwrite %[value], %[field]\n"
		     "	setbe %[failed]\n"
		     "2:\n" _ASM_EXTABLE(1b, 2b)
		     : [failed] "+q"(failed)
		     : [field] "r"(field), [value] "rm"(value)
		     : "cc", "memory");
	if (unlikely(failed))
		vmx_write_failed(field, value);
}

/*
 * To the host's handler, through its own gate, what an exit has taken off the
 * processor. As svm_exit_mc(), which says what becomes of a machine check; hosts
 * with FRED, where these are no such events, are refused. Interrupts are off.
 */
static __always_inline void vmx_raise_nmi(void)
{
	asm volatile("int $2");
}

static __always_inline void vmx_raise_machine_check(void)
{
	asm volatile("int $18");
}

/* vmx.c */
extern unsigned long vmx_msr_bitmap_pa __ro_after_init;
void *vmx_page_new(gfp_t gfp);
bool vmx_vmclear(const struct vmx_vcpu *vmx);
bool vmx_vmptrld(const struct vmx_vcpu *vmx);
void vmx_invept(u64 eptp);
void vmx_invvpid_all(void);
/* Look at the hardware, and make what all vCPUs share. */
u32 vmx_hardware_init(void);
void vmx_hardware_exit(void);
void vmx_describe(struct axvcpu_host *host);
u32 vmx_busy(void);
int vmx_cpu_new(unsigned int cpu);
void vmx_cpu_free(unsigned int cpu);
bool vmx_is_enabled(void);
int vmx_hardware_enable(void);
/* No VMCS is active on this CPU. */
void vmx_hardware_disable(void);
unsigned int vmx_max_guest_page_table_levels(void);

/* vcpu.c */
struct axvcpu_vcpu *vmx_vcpu_alloc(void);
void vmx_vcpu_release(struct axvcpu_vcpu *vcpu);
int vmx_vcpu_new(struct axvcpu_vcpu *vcpu, const void *config, size_t length);
void vmx_set_ept_root(struct axvcpu_vcpu *vcpu, u64 root, unsigned int levels);
int vmx_setup(struct axvcpu_vcpu *vcpu, const void *config, size_t length);
int vmx_reset(struct axvcpu_vcpu *vcpu);
int vmx_run(struct axvcpu_vcpu *vcpu);
int vmx_bind(struct axvcpu_vcpu *vcpu, int cpu);
int vmx_unbind(struct axvcpu_vcpu *vcpu);
u64 vmx_show(struct axvcpu_vcpu *vcpu, struct axvcpu_run *run);

/* intercept.c */
void vmx_update_controls(struct vmx_vcpu *vmx);
/* DR7 is true in vmx->guest. */
void vmx_dr_intercept(struct vmx_vcpu *vmx);

/* event.c */
/* Return: AXVCPU_OUT_AGAIN: enter; else as run(). */
int vmx_prepare(struct vmx_vcpu *vmx);
void vmx_cut_short(struct vmx_vcpu *vmx);
void vmx_uninject(struct vmx_vcpu *vmx);

/* exit.c: the handlers. Return: enum axvcpu_out. */
void vmx_read_exit(struct vmx_vcpu *vmx);
int vmx_handle_exit(struct vmx_vcpu *vmx);
int vmx_emulate(struct axvcpu_vcpu *vcpu);
int vmx_fail_entry(struct vmx_vcpu *vmx, u32 error);

/* cr.c */
int vmx_exit_cr(struct vmx_vcpu *vmx, const u64 *pdpte);

/* switch.S */
/*
 * One trip to the guest: @gpr in encoding order, RSP is in the VMCS. Interrupts
 * are off. Return: 0, VMX_FAIL_VALID, VMX_FAIL_INVALID.
 */
int vmx_switch(u64 *gpr, bool launched);
extern const char vmx_exit_point[];

#endif /* AXVCPU_X86_VMX_VMX_H */
