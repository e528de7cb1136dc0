/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the SVM back end share. */
#ifndef AXVCPU_X86_SVM_SVM_H
#define AXVCPU_X86_SVM_SVM_H

#include <linux/percpu.h>
#include <asm/asm.h>

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
#include "vmcb.h"

/**
 * struct svm_features - CPUID 8000_000A and what else was found at load
 * @nrip: exits that an instruction caused tell the next RIP
 * @decode: exits tell operands and instruction bytes
 * @flush_by_asid: TLB_CONTROL can flush one ASID
 * @clean: the VMCB clean field works
 * @pause_filter, @pause_threshold: PAUSE loops are counted by hardware
 * @tsc_ratio: there is a TSC ratio MSR, which must be 1
 * @tsc_aux: there is a TSC_AUX MSR to be switched
 * @tcg: the host runs in QEMU's emulator: see svm_soon()
 * @asids: number of ASIDs, the host's 0 included
 */
struct svm_features {
	bool nrip;
	bool decode;
	bool flush_by_asid;
	bool pause_filter;
	bool pause_threshold;
	bool tsc_ratio;
	bool tsc_aux;
	bool tcg;
	u32 clean;
	u32 asids;
};
extern struct svm_features svm_features __ro_after_init;

/**
 * struct svm_cpu - one host CPU
 * @host_pa: page that VMSAVE fills with the host's state
 * @hsave_pa: page for VM_HSAVE_PA; nobody but the processor looks into it
 * @host, @hsave: the same pages
 * @generation: of its ASIDs: unique over all CPUs and times, so that a vCPU
 *	whose asid_generation is equal ran here last, with a tag that is still its own
 * @next_asid: the first one that this generation has not given out
 * @last_vcpu: svm_vcpu.id of who ran last; an id is never used again
 * @stamp: changes with whatever an entry would have to look at: another vCPU, another
 *	@generation, @flush_all. Unique as @generation is
 * @tsc_aux: the host's TSC_AUX, a constant of the CPU
 * @debugctl: the host's DEBUGCTL, from svm_load() to svm_put(), if it was not 0
 * @on: we set EFER.SVME
 * @flush_all: the next VMRUN, whoever's, flushes all ASIDs
 */
struct svm_cpu {
	unsigned long host_pa;
	u64 stamp;
	u64 generation;
	u64 last_vcpu;
	u32 next_asid;
	u32 tsc_aux;
	bool on;
	bool flush_all;
	unsigned long hsave_pa;
	u64 debugctl;
	void *host;
	void *hsave;
};
DECLARE_PER_CPU(struct svm_cpu, svm_cpu);

/* svm_vcpu.flags: what an entry must look at beside events */
#define SVM_INJECTED	BIT(0)	/* the last entry had an EVENTINJ: @injected */
#define SVM_WINDOW	BIT(1)	/* VINTR is intercepted to find the interrupt window */
#define SVM_STEP_IRET	BIT(2)	/* one instruction, the guest's IRET, then NMIs are open */
#define SVM_STEP_SHADOW	BIT(3)	/* one instruction, out of the shadow, for an NMI */
#define SVM_STEP_USER	BIT(4)	/* one instruction for AXVCPU_RUN_SINGLE_STEP */
#define SVM_TF		BIT(5)	/* RFLAGS.TF is ours, not the guest's */
#define SVM_DR_LIVE	BIT(6)	/* DR0 to DR3 are the guest's while it runs */
#define SVM_NO_STEP	BIT(7)	/* the next instruction can't be stepped (PUSHF) */
#define SVM_REQUEST	BIT(8)	/* the user asks for something in request_flags */
#define SVM_STEP	(SVM_STEP_IRET | SVM_STEP_SHADOW | SVM_STEP_USER)

/* svm_vcpu.emulation: what emulate() goes on with */
enum svm_emulation {
	SVM_EMULATE_NONE,
	SVM_EMULATE_NPF,	/* no memory answered */
	SVM_EMULATE_IO,		/* pio.c */
	SVM_EMULATE_CR,		/* MOV to or from CR without decode assists */
	SVM_EMULATE_LENGTH,	/* an instruction's length without NRIP_SAVE */
};

/**
 * struct svm_length - the length of an intercepted instruction, where the
 * hardware does not tell it
 * @linear, @cr3: where it is
 * @code: its exit code
 * @length: 0: unused
 */
struct svm_length {
	u64 linear;
	u64 cr3;
	u32 code;
	u8 length;
};
#define SVM_LENGTHS	16

/**
 * struct svm_vcpu - an x86 vCPU on SVM
 * @x: first
 * @vmcb: one page, from the first SETUP on; @vmcb_pa: its address for VMRUN
 * @vmcb_pa: see there
 * @stamp: svm_cpu.stamp of our last entry, 0: none. As long as it is the same, this CPU
 *	has entered no other vCPU, and our tag and what it owes to flush are as they were
 * @asid_generation: svm_cpu.generation in which control.asid was taken, 0: none
 * @tlb_generation: stage2.tlb_generation at the last flush of our tag
 * @flags: SVM_*
 * @emulation: enum svm_emulation
 * @delivering: the last exit cut the delivery of an event short
 * @id: unique while the module is loaded, never 0
 * @cr0, @cr4: as the guest reads them; the VMCB's have CD and NW clear, MCE set
 * @tsc_aux: the guest's
 * @dr: the guest's DR0 to DR3 while SVM_DR_LIVE is not set or outside of run()
 * @step_dr6: DR6 before a step of ours
 * @injected: with SVM_INJECTED: EVENTINJ of the last entry
 * @length: instruction lengths found where there is no NRIP_SAVE
 */
struct svm_vcpu {
	struct x86_vcpu x;
	struct vmcb *vmcb;
	unsigned long vmcb_pa;
	u64 stamp;
	u64 asid_generation;
	u64 tlb_generation;
	u32 flags;
	u8 emulation;
	bool delivering;
	u32 tsc_aux;
	u64 id;
	u64 cr0;
	u64 cr4;
	u64 dr[4];
	u64 step_dr6;
	u64 injected;
	struct svm_length length[SVM_LENGTHS];
#ifdef X86_DEBUG
	struct vmcb *debug_shadow;
	struct x86_debug_host debug_host;
#endif
};

static inline struct svm_vcpu *to_svm(struct axvcpu_vcpu *vcpu)
{
	return container_of(vcpu, struct svm_vcpu, x.core);
}

static inline struct svm_vcpu *x_to_svm(struct x86_vcpu *x)
{
	return container_of(x, struct svm_vcpu, x);
}

/* The processor's cached copy of these groups is no longer ours: APM 15.15. */
static inline void svm_dirty(struct svm_vcpu *svm, u32 groups)
{
	svm->vmcb->control.clean &= ~groups;
}

/* The tag's translations are stale: flush them before the next entry. */
static inline void svm_flush_tag(struct svm_vcpu *svm)
{
	svm->tlb_generation = ~0ULL;
}

/* svm.c */
extern unsigned long svm_iopm_pa __ro_after_init;
extern unsigned long svm_msrpm_pa __ro_after_init;
/* A zeroed page that can be a VMCB or a save area; free_page() frees it. */
void *svm_page_new(gfp_t gfp);
/* Look at the hardware, and make the pages that all vCPUs share. */
u32 svm_hardware_init(void);
void svm_hardware_exit(void);
void svm_describe(struct axvcpu_host *host);
u32 svm_busy(void);
int svm_cpu_new(unsigned int cpu);
void svm_cpu_free(unsigned int cpu);
bool svm_is_enabled(void);
int svm_hardware_enable(void);
void svm_hardware_disable(void);
unsigned int svm_max_guest_page_table_levels(void);

/* vcpu.c */
int svm_vcpu_init(void);
void svm_vcpu_exit(void);
struct axvcpu_vcpu *svm_vcpu_alloc(void);
void svm_vcpu_release(struct axvcpu_vcpu *vcpu);
int svm_vcpu_new(struct axvcpu_vcpu *vcpu, const void *config, size_t length);
int svm_prepare_vcpu(struct axvcpu_vcpu *vcpu);
void svm_set_ept_root(struct axvcpu_vcpu *vcpu, u64 root, unsigned int levels);
int svm_setup(struct axvcpu_vcpu *vcpu, const void *config, size_t length);
int svm_reset(struct axvcpu_vcpu *vcpu);
int svm_run(struct axvcpu_vcpu *vcpu);
int svm_bind(struct axvcpu_vcpu *vcpu, int cpu);
int svm_unbind(struct axvcpu_vcpu *vcpu);
u64 svm_show(struct axvcpu_vcpu *vcpu, struct axvcpu_run *run);

/* intercept.c */
void svm_update_intercepts(struct svm_vcpu *svm);
void svm_dr_intercept(struct svm_vcpu *svm);

/* event.c */
/* Return: AXVCPU_OUT_AGAIN: enter; AXVCPU_OUT_EXIT. */
int svm_prepare(struct svm_vcpu *svm);
void svm_cut_short(struct svm_vcpu *svm);
void svm_uninject(struct svm_vcpu *svm);
void svm_event_init(void);
void svm_event_exit(void);

/* regs.c */
extern const struct x86_backend_ops svm_backend_ops;
void svm_sync_mode(struct x86_vcpu *x);
u64 svm_get_cr0(const struct svm_vcpu *svm);
u64 svm_get_efer(const struct svm_vcpu *svm);
void svm_set_cr0(struct svm_vcpu *svm, u64 cr0);
void svm_set_cr4(struct svm_vcpu *svm, u64 cr4);
void svm_set_efer(struct svm_vcpu *svm, u64 efer);

/* exit.c: the handlers. Return: enum axvcpu_out. */
int svm_handle_exit(struct svm_vcpu *svm);
int svm_emulate(struct axvcpu_vcpu *vcpu);

/* cr.c */
int svm_exit_cr(struct svm_vcpu *svm);
int svm_cr_emulate(struct svm_vcpu *svm);

/* switch.S */
/*
 * One trip to the guest: @gpr in encoding order, RAX and RSP are in the VMCB.
 * @shadow: the guest is in an interrupt shadow. Interrupts are off. Return: 0, or
 * 1: SVM is off, nothing happened.
 *
 * svm_switch_guest() keeps RSP, RBP and RBX and no other register: the compiler has
 * put away the others, and need not do it twice.
 */
static __always_inline int svm_switch(u64 *gpr, unsigned long vmcb_pa,
				      unsigned long host_pa, bool shadow)
{
	unsigned long rax = vmcb_pa, rcx = shadow, rdx, rdi;

	asm volatile("call svm_switch_guest"
		     : "+a"(rax), "+c"(rcx), "=d"(rdx), "=D"(rdi),
		       ASM_CALL_CONSTRAINT
		     : "2"(host_pa), "3"(gpr)
		     : "rsi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
		       "r15", "memory", "cc");
	return rax;
}

#endif /* AXVCPU_X86_SVM_SVM_H */
