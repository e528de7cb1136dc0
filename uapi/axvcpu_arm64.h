/* SPDX-License-Identifier: GPL-2.0-or-later WITH Linux-syscall-note */
/*
 * axvcpu: the arm64 part of the ABI, the same for VHE and nVHE hosts: create and
 * setup configs, register blocks, numbers of exceptions and system registers.
 *
 * HVC #0 and SMC #0 with a function of the firmware's (SMC Calling Convention, owners
 * 0, architecture, and 4, standard services: PSCI) are answered by the module, and
 * leave as CPU_UP, CPU_DOWN and SYSTEM_DOWN where the VMM has to act. Any other HVC is
 * a HYPERCALL, any other SMC an unknown function.
 *
 * The vCPU has EL1 and EL0 in AArch64, no EL2 and no EL3. Register formats are
 * those of the Arm Architecture Reference Manual (DDI 0487), chapter D19
 * "AArch64 System Register Descriptions".
 */
#ifndef AXVCPU_ARM64_H
#define AXVCPU_ARM64_H

#include "axvcpu.h"

/* The affinity fields of MPIDR_EL1, Aff3 and Aff2 to Aff0. */
#define AXVCPU_ARM64_MPIDR_MASK	0xff00ffffffULL

/**
 * struct axvcpu_arm64_create_config - CREATE_VCPU's config on arm64
 * @size: sizeof(struct axvcpu_arm64_create_config)
 * @flags: 0
 * @mpidr: affinity (AXVCPU_ARM64_MPIDR_MASK) that MPIDR_EL1 shows: the
 *	architectural CPU id in CPU_UP and SEND_IPI; default: vcpu_id with its low
 *	four bits in Aff0 and the next eight in Aff1
 * @mpidr_valid: 1: @mpidr holds; 0: default
 * @reserved: 0
 * @exception_exits: bit n: an exception of class n (EC in ESR_ELx) of the guest leaves
 *	as EXCEPTION instead of being delivered. Only what the hardware can send to EL2
 *	without a use for it there: 0x3c, BRK, and 0x38, BKPT of AArch32. While any is
 *	set, the guest's own break- and watchpoints and single steps do not come
 */
struct axvcpu_arm64_create_config {
	__u32 size;
	__u32 flags;
	__u64 mpidr;
	__u32 mpidr_valid;
	__u32 reserved;
	__u64 exception_exits;
};
AXVCPU_ASSERT_SIZE(axvcpu_arm64_create_config, 32);
AXVCPU_ASSERT_AT(axvcpu_arm64_create_config, mpidr, 8);

/**
 * struct axvcpu_arm64_setup_config - SETUP's config on arm64
 * @size: sizeof(struct axvcpu_arm64_setup_config)
 * @flags: 0
 * @x: X0 to X7; Linux takes the address of its device tree in X0, and PSCI's
 *	CPU_ON hands its context in X0
 * @stack_pointer: SP_EL1
 *
 * The vCPU starts at the entry point in EL1h with D, A, I and F masked, MMU and
 * caches off (SCTLR_EL1 has its RES1 bits only), FP and SIMD on in CPACR_EL1.
 * Every other register is 0, but MPIDR_EL1 and the ID registers.
 */
struct axvcpu_arm64_setup_config {
	__u32 size;
	__u32 flags;
	__u64 x[8];
	__u64 stack_pointer;
};
AXVCPU_ASSERT_SIZE(axvcpu_arm64_setup_config, 80);
AXVCPU_ASSERT_AT(axvcpu_arm64_setup_config, x, 8);

/**
 * struct axvcpu_arm64_general - AXVCPU_BLOCK_GENERAL
 * @x: X0 to X30
 * @pc: the PC
 * @pstate: PSTATE in the format of SPSR_EL2; AArch64 EL0t, EL1t or EL1h
 * @sp_el0: stack pointer of EL0 and EL1t
 * @sp_el1: stack pointer of EL1h
 */
struct axvcpu_arm64_general {
	__u64 x[31];
	__u64 pc;
	__u64 pstate;
	__u64 sp_el0;
	__u64 sp_el1;
};
AXVCPU_ASSERT_SIZE(axvcpu_arm64_general, 280);
AXVCPU_ASSERT_AT(axvcpu_arm64_general, pc, 248);
AXVCPU_ASSERT_AT(axvcpu_arm64_general, sp_el1, 272);

/**
 * struct axvcpu_arm64_system - AXVCPU_BLOCK_SYSTEM: what EL1 and EL0 own
 * @sctlr_el1: system control
 * @actlr_el1: 0
 * @cpacr_el1: access to FP, SIMD
 * @ttbr0_el1: tables of the low half
 * @ttbr1_el1: tables of the high half
 * @tcr_el1: translation control
 * @mair_el1: memory attributes
 * @amair_el1: the implementation's own attributes
 * @vbar_el1: vector table
 * @contextidr_el1: context id
 * @elr_el1: PC of the last exception
 * @spsr_el1: PSTATE of the last exception
 * @esr_el1: syndrome
 * @far_el1: fault address
 * @afsr0_el1: the implementation's own syndrome
 * @afsr1_el1: same
 * @par_el1: outcome of the last address translation instruction
 * @csselr_el1: which cache CCSIDR_EL1 describes
 * @tpidr_el0: software's own
 * @tpidrro_el0: same
 * @tpidr_el1: same
 * @cntkctl_el1: what EL0 may use of the timers
 * @cntv_ctl_el0: virtual timer; ISTATUS is read-only and ignored
 * @cntv_cval_el0: when it fires
 * @cntp_ctl_el0: physical timer; as the virtual one
 * @cntp_cval_el0: when it fires
 * @apkey: keys of pointer authentication, low and high half: APIA, APIB, APDA, APDB,
 *	APGA; 0 on a host that has none
 * @zcr_el1: length of SVE's vectors; 0 on a host that has none
 * @reserved: 0
 *
 * What the architecture reserves in a register reads as it was written, or as 0.
 */
struct axvcpu_arm64_system {
	__u64 sctlr_el1;
	__u64 actlr_el1;
	__u64 cpacr_el1;
	__u64 ttbr0_el1;
	__u64 ttbr1_el1;
	__u64 tcr_el1;
	__u64 mair_el1;
	__u64 amair_el1;
	__u64 vbar_el1;
	__u64 contextidr_el1;
	__u64 elr_el1;
	__u64 spsr_el1;
	__u64 esr_el1;
	__u64 far_el1;
	__u64 afsr0_el1;
	__u64 afsr1_el1;
	__u64 par_el1;
	__u64 csselr_el1;
	__u64 tpidr_el0;
	__u64 tpidrro_el0;
	__u64 tpidr_el1;
	__u64 cntkctl_el1;
	__u64 cntv_ctl_el0;
	__u64 cntv_cval_el0;
	__u64 cntp_ctl_el0;
	__u64 cntp_cval_el0;
	__u64 apkey[5][2];
	__u64 zcr_el1;
	__u64 reserved[11];
};
AXVCPU_ASSERT_SIZE(axvcpu_arm64_system, 384);
AXVCPU_ASSERT_AT(axvcpu_arm64_system, vbar_el1, 64);
AXVCPU_ASSERT_AT(axvcpu_arm64_system, par_el1, 128);
AXVCPU_ASSERT_AT(axvcpu_arm64_system, cntv_ctl_el0, 176);
AXVCPU_ASSERT_AT(axvcpu_arm64_system, apkey, 208);
AXVCPU_ASSERT_AT(axvcpu_arm64_system, zcr_el1, 288);
AXVCPU_ASSERT_AT(axvcpu_arm64_system, reserved, 296);

/**
 * struct axvcpu_arm64_fpu - AXVCPU_BLOCK_FPU
 * @v: V0 to V31, the low half first
 * @fpsr: status
 * @fpcr: control
 * @reserved: 0
 */
struct axvcpu_arm64_fpu {
	__u64 v[32][2];
	__u32 fpsr;
	__u32 fpcr;
	__u64 reserved;
};
AXVCPU_ASSERT_SIZE(axvcpu_arm64_fpu, 528);
AXVCPU_ASSERT_AT(axvcpu_arm64_fpu, fpsr, 512);

/**
 * struct axvcpu_arm64_sve - AXVCPU_BLOCK_VECTOR, if the host has SVE
 * @vl: bytes of a Z register, at most that many has the guest: the host's, not to be
 *	set otherwise
 * @reserved: 0
 * @reserved1: 0
 * @data: Z0 to Z31 of @vl bytes, P0 to P15 and FFR of @vl / 8 bytes; then 0 to the end
 *	of the block, whose length is a multiple of 8. Little-endian
 *
 * The low 16 bytes of each Z register are the V register of AXVCPU_BLOCK_FPU: the block
 * that is set last counts. Like the hardware it keeps @vl bytes when ZCR_EL1 lets the
 * guest have fewer.
 */
struct axvcpu_arm64_sve {
	__u32 vl;
	__u32 reserved;
	__u64 reserved1;
	__u8 data[];
};
AXVCPU_ASSERT_SIZE(axvcpu_arm64_sve, 16);

/**
 * struct axvcpu_arm64_debug - AXVCPU_BLOCK_DEBUG
 * @mdscr_el1: monitor debug system control
 * @os_lock: 1: the OS Lock is locked
 * @reserved: 0
 * @dbgbvr: breakpoint values; those that the host lacks are 0, as the following
 * @dbgbcr: breakpoint controls
 * @dbgwvr: watchpoint values
 * @dbgwcr: watchpoint controls
 */
struct axvcpu_arm64_debug {
	__u64 mdscr_el1;
	__u32 os_lock;
	__u32 reserved;
	__u64 dbgbvr[16];
	__u64 dbgbcr[16];
	__u64 dbgwvr[16];
	__u64 dbgwcr[16];
};
AXVCPU_ASSERT_SIZE(axvcpu_arm64_debug, 528);
AXVCPU_ASSERT_AT(axvcpu_arm64_debug, dbgbvr, 16);

/* axvcpu_arm64_stops.flags */
#define AXVCPU_ARM64_STOP_BRK	(1ULL << 0)	/* BRK and BKPT of the guest leave as DEBUG */

/**
 * struct axvcpu_arm64_stops - AXVCPU_BLOCK_STOPS: where the VMM stops the guest
 * @flags: AXVCPU_ARM64_STOP_BRK
 * @reserved: 0
 * @dbgbvr: breakpoints: DBGBVR<n>_EL1, an address of the guest's
 * @dbgbcr: DBGBCR<n>_EL1: E, PMC (01: EL1, 10: EL0, 11: both) and BAS (1111)
 * @dbgwvr: watchpoints: DBGWVR<n>_EL1
 * @dbgwcr: DBGWCR<n>_EL1: E, PAC (as PMC), LSC, BAS and MASK
 *
 * There are as many as ID_AA64DFR0_EL1 of a new vCPU says. A hit leaves as DEBUG with
 * the instruction not executed; to go on the VMM takes the stop away, or steps: a RUN
 * with AXVCPU_RUN_SINGLE_STEP has no stops. BRK leaves as DEBUG/BREAKPOINT whoever put
 * it there: INJECT of @detail as error code gives the guest its own.
 *
 * While anything is set here, the guest's own break- and watchpoints and single steps
 * do not come. The guest sees nothing of it. RESET keeps it. SET_REGS: -EINVAL: a
 * register that the host lacks, another field.
 */
struct axvcpu_arm64_stops {
	__u64 flags;
	__u64 reserved;
	__u64 dbgbvr[16];
	__u64 dbgbcr[16];
	__u64 dbgwvr[16];
	__u64 dbgwcr[16];
};
AXVCPU_ASSERT_SIZE(axvcpu_arm64_stops, 528);
AXVCPU_ASSERT_AT(axvcpu_arm64_stops, dbgbvr, 16);

/**
 * struct axvcpu_arm64_id - AXVCPU_BLOCK_ID: what the guest is shown of the CPU
 * @reg: ID registers, by CRm and op2 (AXVCPU_ARM64_ID()): op0 is 3, op1 and CRn are 0
 *
 * A new vCPU has the most that its guest may be shown: of the host's features those
 * that the module can honour. Before the first RUN, and again after RESET, which keeps
 * the values, each field can be set to any value that promises no more ("Principles of
 * the ID scheme for fields in ID registers"): unsigned ones to a smaller one, FP,
 * AdvSIMD, TGran4 and TGran64 also to 15, absent; those of pointer authentication to
 * 0, and no other. What is taken away and can be trapped
 * is undefined for the guest. FP and AdvSIMD go together, SVE not without them and
 * ID_AA64ZFR0_EL1 not without SVE; BRPs and WRPs are not 0;
 * CTX_CMPs is not above BRPs; GIC, CCIDX and DebugVer stay as they are. MIDR_EL1 is
 * that of the CPU on which the vCPU was made, and may be set to any value of 32 bits;
 * MPIDR_EL1, which is the create config's, and registers
 * that are not there are 0 here.
 *
 * SET_REGS: -EINVAL: a field promises more, or does not fit another; -EBADFD: the vCPU
 * has run, and a value would change.
 */
struct axvcpu_arm64_id {
	__u64 reg[64];
};
AXVCPU_ASSERT_SIZE(axvcpu_arm64_id, 512);
#define AXVCPU_ARM64_ID(crm, op2)	((crm) * 8 + (op2))
#define AXVCPU_ARM64_MIDR_EL1		AXVCPU_ARM64_ID(0, 0)
#define AXVCPU_ARM64_ID_AA64PFR0_EL1	AXVCPU_ARM64_ID(4, 0)
#define AXVCPU_ARM64_ID_AA64PFR1_EL1	AXVCPU_ARM64_ID(4, 1)
#define AXVCPU_ARM64_ID_AA64ZFR0_EL1	AXVCPU_ARM64_ID(4, 4)
#define AXVCPU_ARM64_ID_AA64DFR0_EL1	AXVCPU_ARM64_ID(5, 0)
#define AXVCPU_ARM64_ID_AA64ISAR0_EL1	AXVCPU_ARM64_ID(6, 0)
#define AXVCPU_ARM64_ID_AA64ISAR1_EL1	AXVCPU_ARM64_ID(6, 1)
#define AXVCPU_ARM64_ID_AA64ISAR2_EL1	AXVCPU_ARM64_ID(6, 2)
#define AXVCPU_ARM64_ID_AA64MMFR0_EL1	AXVCPU_ARM64_ID(7, 0)
#define AXVCPU_ARM64_ID_AA64MMFR1_EL1	AXVCPU_ARM64_ID(7, 1)
#define AXVCPU_ARM64_ID_AA64MMFR2_EL1	AXVCPU_ARM64_ID(7, 2)

/*
 * SEND_IPI: a write of ICC_SGI<n>R_EL1. u.send_ipi.target_cpu is the affinity of the first
 * of 16 CPUs, its Aff0 a multiple of 16 (RS); bit n of target_cpu_aux: to the n-th of them,
 * if there is one. With send_to_all (IRM) it is to all CPUs but this one, and both are 0.
 * vector is the SGI, 0 to 15; group is 1 by ICC_SGI1R_EL1, 0 by ICC_SGI0R_EL1 and
 * ICC_ASGI1R_EL1, which reach only a CPU that has the SGI in group 0.
 */

/* INTIDs that INJECT takes: SGIs 0 to 15, PPIs 16 to 31, SPIs from 32 on. */
#define AXVCPU_ARM64_INTIDS	1020

/* axvcpu_arm64_events.timers_off: whose interrupt the VMM's redistributor holds back */
#define AXVCPU_ARM64_TIMER_VIRTUAL	(1U << 0)	/* INTID 27 */
#define AXVCPU_ARM64_TIMER_PHYSICAL	(1U << 1)	/* INTID 30 */

/**
 * struct axvcpu_arm64_events - AXVCPU_BLOCK_EVENTS
 * @interrupts: bit map of INTIDs that wait
 * @list: what the guest's interrupt interface holds: pending or active, in the
 *	format of ICH_LR<n>_EL2 without the HW bit; 0: nothing. Not what a timer has
 *	asserted and the guest has not seen: the timer's registers say it
 * @vmcr: the interface's controls, in the format of ICH_VMCR_EL2
 * @ap0r: active priorities of group 0, in the format of ICH_AP0R<n>_EL2
 * @ap1r: same of group 1
 * @serror_esr: with @serror_pending: the ISS that the guest sees
 * @serror_pending: 1: an SError waits
 * @halted: 1: in WFI, with AXVCPU_VM_HALT_IN_KERNEL: the next RUN waits on
 * @timers_off: AXVCPU_ARM64_TIMER_*: timers that raise no interrupt; none after SETUP
 * @reserved: 0
 *
 * An exception of INJECT is no event that waits: it is taken at once, into the
 * registers of EL1.
 */
struct axvcpu_arm64_events {
	__u64 interrupts[16];
	__u64 list[16];
	__u64 vmcr;
	__u64 ap0r[4];
	__u64 ap1r[4];
	__u64 serror_esr;
	__u8 serror_pending;
	__u8 halted;
	__u8 timers_off;
	__u8 reserved[5];
};
AXVCPU_ASSERT_SIZE(axvcpu_arm64_events, 344);
AXVCPU_ASSERT_AT(axvcpu_arm64_events, list, 128);
AXVCPU_ASSERT_AT(axvcpu_arm64_events, vmcr, 256);
AXVCPU_ASSERT_AT(axvcpu_arm64_events, serror_pending, 336);

/**
 * enum axvcpu_arm64_vector - axvcpu_inject.vector of an EXCEPTION,
 * axvcpu_complete.vector of a FAULT
 * @AXVCPU_ARM64_VECTOR_SYNC: a synchronous exception; error_code is ESR_EL1 (its
 *	class EC not 0x00 with has_error_code), address is FAR_EL1. Without an error
 *	code: undefined instruction; as the answer to MMIO_READ: external abort
 * @AXVCPU_ARM64_VECTOR_SERROR: SError; error_code is its ISS (bits 24 to 0)
 *
 * In the order of the vector table (D1.3.1). An IRQ is an INTERRUPT.
 */
enum axvcpu_arm64_vector {
	AXVCPU_ARM64_VECTOR_SYNC = 0,
	AXVCPU_ARM64_VECTOR_SERROR = 3,
};

/*
 * axvcpu_exit.hw_code: ESR_EL2 of a synchronous exception; the others have one of
 * these bits as well.
 */
#define AXVCPU_ARM64_HW_IRQ	(1ULL << 61)
#define AXVCPU_ARM64_HW_FIQ	(1ULL << 62)
#define AXVCPU_ARM64_HW_SERROR	(1ULL << 63)

/*
 * axvcpu_exit.u.sysreg.addr: the operands of MRS and MSR where the instruction has
 * them (bits 20 to 5). u.sysreg.reg is Rt, 31: XZR.
 */
#define AXVCPU_ARM64_SYSREG(op0, op1, crn, crm, op2)			\
	(((__u64)(op0) << 19) | ((__u64)(op1) << 16) |			\
	 ((__u64)(crn) << 12) | ((__u64)(crm) << 8) | ((__u64)(op2) << 5))

#endif /* AXVCPU_ARM64_H */
