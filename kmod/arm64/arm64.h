/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the EL2 back end share. */
#ifndef AXVCPU_ARM64_ARM64_H
#define AXVCPU_ARM64_ARM64_H

#include <linux/percpu.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "../../uapi/axvcpu_arm64.h"
#include "../arch.h"
#include "../exit.h"
#include "../vcpu.h"
#include "../vm.h"
#include "decode.h"
#include "hw.h"

/**
 * struct el2_features - what was found at load, the same on every CPU
 * @hcr: HCR_EL2 of every guest
 * @vtcr: VTCR_EL2 of every guest
 * @nvhe: the host's kernel is at EL1
 * @mitigate: EL2_MITIGATE_*, after every exit; on some CPUs less is enough
 * @hcx: there is HCRX_EL2
 * @fgt: there are the fine-grained traps
 * @ras: there are VSESR_EL2 and VDISR_EL2
 * @mpam: there is MPAM2_EL2
 * @hcr_sync: erratum AC04_CPU_23: nothing is accessed while HCR_EL2 changes
 * @fault_doubtful: erratum 834220: a fault of stage 1 may be told as one of stage 2
 * @fwb: stage 2 makes all of a guest's accesses cacheable
 * @pan: there is PSTATE.PAN
 * @aarch32: EL0 can be in AArch32
 * @icache_alias: a line of code has its place in the cache by its virtual address
 * @gic: the guest has the interrupt interface of a GICv3
 * @gic_lrs: list registers
 * @gic_aprs: active priority registers of each group: 1, 2 or 4
 * @breakpoints: that every CPU has
 * @watchpoints: same
 * @sve_vl: bytes of SVE's vectors, 0: not for guests
 * @dcache_line: bytes of the smallest data cache line
 */
struct el2_features {
	u64 hcr;
	u64 vtcr;
	u64 mitigate;
	bool nvhe;
	bool hcx;
	bool fgt;
	bool ras;
	bool mpam;
	bool hcr_sync;
	bool fault_doubtful;
	bool fwb;
	bool pan;
	bool aarch32;
	bool icache_alias;
	bool gic;
	u32 gic_lrs;
	u32 gic_aprs;
	u32 breakpoints;
	u32 watchpoints;
	u32 sve_vl;
	u32 dcache_line;
};
extern struct el2_features el2_features __ro_after_init;

/* Break- and watchpoint registers: values and controls, as in the blocks. */
struct el2_debug {
	u64 bvr[16];
	u64 bcr[16];
	u64 wvr[16];
	u64 wcr[16];
};

/**
 * struct el2_frame - what switch.S moves
 * @x: X0 to X30
 * @sp_el0: SP_EL0, which is the host's "current"
 */
struct el2_frame {
	u64 x[31];
	u64 sp_el0;
};
static_assert(offsetof(struct el2_frame, sp_el0) == 31 * 8);

/** enum el2_flush - what is flushed before an entry, on this CPU */
enum el2_flush {
	EL2_FLUSH_NONE,
	EL2_FLUSH_TAG,		/* what has the VMID in VTTBR_EL2 */
	EL2_FLUSH_ALL,		/* every translation of EL1&0 */
};

/* What ended guest mode, in the order of the vectors; el2_switch() returns it. */
#define EL2_EXIT_SYNC		0
#define EL2_EXIT_IRQ		1
#define EL2_EXIT_FIQ		2
#define EL2_EXIT_SERROR		3

/** enum arm64_pending_kind - what the answer goes on with */
enum arm64_pending_kind {
	ARM64_PENDING_NONE,
	ARM64_PENDING_MMIO,	/* one register, by the syndrome */
	ARM64_PENDING_INSN,	/* mmio.c */
	ARM64_PENDING_SYSREG,
};

/** enum arm64_emulation - what emulate() goes on with */
enum arm64_emulation {
	ARM64_EMULATE_ABORT,		/* no memory answered */
	ARM64_EMULATE_AFFINITY,		/* psci.c: AFFINITY_INFO */
};

/**
 * struct arm64_pending - the kernel's own copy of an instruction in its middle
 * @kind: enum arm64_pending_kind
 * @read: the answer carries data for @reg
 * @reg: register, 31: XZR
 * @width: bytes of the access
 * @sign: they are extended with their sign
 * @wide: to 64 bits, else to 32
 */
struct arm64_pending {
	u8 kind;
	bool read;
	u8 reg;
	u8 width;
	bool sign;
	bool wide;
};

#define ARM64_MMIO_LOADS	8

/**
 * struct arm64_mmio - a decoded load or store (mmio.c)
 * @insn: the instruction
 * @gpa: of its first byte
 * @width: bytes of each access
 * @count: accesses
 * @done: how many of them were answered
 * @data: what was loaded so far
 */
struct arm64_mmio {
	struct arm64_insn insn;
	u64 gpa;
	u16 width;
	u16 count;
	u16 done;
	u64 data[ARM64_MMIO_LOADS];
};

#define ARM64_GIC_LRS		16

/**
 * struct arm64_gic - the guest's interrupt interface (gic.c)
 * @interrupts: INTIDs that wait; added to by any thread
 * @any: some may. Set after one was added, so that an entry that read it as false and
 *	has set vcpu->mode before is told by the IPI
 * @underflow: the interface tells when its list registers run dry, for one trip
 * @timers_off: AXVCPU_ARM64_TIMER_*: timers that the VMM does not let pass
 * @lines: timers (bit 0: virtual, bit 1: physical) that brought what is in @lr
 * @ich: what the world switch moves
 * @live: bit n: @lr[n] is not 0
 * @lr: list registers, true outside of guest mode
 * @hcr: ICH_HCR_EL2 in the next trip
 * @vmcr: ICH_VMCR_EL2, true outside of run()
 * @ap0r: active priorities of group 0; same
 * @ap1r: of group 1
 */
struct arm64_gic {
	unsigned long interrupts[16];
	bool any;
	bool underflow;
	u8 timers_off;
	unsigned long lines;
	struct_group_tagged(arm64_ich, ich,
		unsigned long live;
		u64 lr[ARM64_GIC_LRS];
		u64 hcr;
		u64 vmcr;
		u64 ap0r[4];
		u64 ap1r[4];
	);
};

/* What the timers are wired to in every system. */
#define ARM64_INTID_VTIMER	27
#define ARM64_INTID_PTIMER	30

/**
 * struct arm64_vcpu - a vCPU on EL2
 * @core: first
 * @guest: what the world switch moves and looks at (world.h), and nothing else of it
 * @frame: general registers, true outside of guest mode
 * @sys: EL1's registers, true while not @loaded; those of the timers always
 * @sp_el1: SP_EL1; as @sys
 * @pc: as @frame
 * @pstate: same
 * @hcr: HCR_EL2 without what a single entry adds
 * @vttbr: VTTBR_EL2
 * @midr, @mpidr: MIDR_EL1 and MPIDR_EL1 as the guest reads them
 * @cntvoff: CNTVOFF_EL2
 * @cntv_ctl, @cntv_cval: the virtual timer in the next trip; behind it, as the guest left it
 * @mdscr: MDSCR_EL1 in the next trip
 * @serror_esr: ISS
 * @esr, @far, @hpfar: of the last exit
 * @exit: EL2_EXIT_* of the last exit
 * @retry: the address of a fault can't be told any more: enter again
 * @serror_pending: with @serror_esr
 * @fp: FP and SIMD registers are the guest's, and do not trap
 * @sve: same of SVE
 * @debug_trapped: debug exceptions of this run() come to EL2 (MDCR_EL2.TDE)
 * @stepping: this run() is for one instruction (AXVCPU_RUN_SINGLE_STEP)
 * @emulation: enum arm64_emulation
 * @loaded: @sys is in the registers of this CPU: from el2_load() to el2_put()
 * @pending: see there
 * @mmio: see there
 * @ran: since SETUP: what the guest has seen of @id_regs stays
 * @id_regs: see idreg.c
 * @id: unique while the module is loaded, never 0
 * @root: of the second stage
 * @entry: set_entry()
 * @gic: see there
 * @step_pc: where the single step began
 * @stepped: the last trip executed its instruction (PSTATE.SS has become 0)
 * @timer_hidden: the virtual timer runs masked, for one trip
 * @timer: takes the guest out, or wakes it, when one of its timers fires
 * @exception_exits: see struct axvcpu_arm64_create_config
 * @debug: the guest's debug registers: see debug.c
 * @stops: the VMM's
 * @stops_set: they enable any break- or watchpoint
 * @fpu_runs: run()s that begin with @fpu in the registers
 * @sve_used: since SETUP: @vector comes with @fpu
 * @host_zcr: while @sve
 * @vector: SVE's, true but for the V registers while @sve is false; NULL: the host has none
 * @fpu: FP and SIMD, true while @fp is false
 */
struct arm64_vcpu {
	struct axvcpu_vcpu core;
	struct_group_tagged(el2_guest, guest,
		struct el2_frame frame;
		struct axvcpu_arm64_system sys;
		u64 sp_el1;
		u64 pc;
		u64 pstate;
		u64 hcr;
		u64 vttbr;
		u64 midr;
		u64 mpidr;
		u64 cntvoff;
		u64 cntv_ctl;
		u64 cntv_cval;
		u64 mdscr;
		u64 serror_esr;
		u64 esr;
		u64 far;
		u64 hpfar;
		u8 exit;
		bool retry;
		bool serror_pending;
		bool fp;
		bool sve;
		bool debug_trapped;
		bool stepping;
	);
	u8 emulation;
	bool loaded;
	bool ran;
	struct arm64_pending pending;
	struct arm64_mmio mmio;
	u64 id;
	u64 root;
	u64 entry;
	struct arm64_gic gic;
	u64 step_pc;
	bool stepped;
	bool timer_hidden;
	struct hrtimer timer;
	struct axvcpu_arm64_id id_regs;
	u64 exception_exits;
	struct axvcpu_arm64_debug debug;
	struct axvcpu_arm64_stops stops;
	bool stops_set;
	u8 fpu_runs;
	bool sve_used;
	u64 host_zcr;
	struct axvcpu_arm64_sve *vector;
	struct axvcpu_arm64_fpu fpu __aligned(16);
};

/* switch.S has the first at 0. */
static_assert(offsetof(struct el2_guest, frame) == 0 &&
	      offsetof(struct el2_guest, sys.apkey) == 464);

/* HFGRTR_EL2, HFGWTR_EL2, HFGITR_EL2, HDFGRTR_EL2, HDFGWTR_EL2 */
#define EL2_FGT_REGS	5

/**
 * struct el2_tag - what a CPU holds of the translations that have one VMID
 * @vcpu: arm64_vcpu.id of whose they are, 0: nobody's; an id is never used again
 * @generation: stage2.tlb_generation when they were last flushed
 */
struct el2_tag {
	u64 vcpu;
	u64 generation;
};

/**
 * struct arm64_vm - beside struct axvcpu_vm, on nVHE
 * @vmid: see vmid.c
 * @generation: of @vmid
 * @tags: what each CPU holds
 */
struct arm64_vm {
	u16 vmid;
	u64 generation;
	struct el2_tag __percpu *tags;
};

/**
 * struct el2_cpu - one host CPU
 * @vbar, @sp_el0: the host's, while the guest's are in the registers (switch.S)
 * @mitigate: arm64_mitigations_cpu(), for switch.S
 * @stub: what VBAR_EL2 and SCTLR_EL2 were; from here to @away: nVHE only
 * @entry: nvhe_entry at EL2
 * @off: nvhe_off, physical
 * @back: ELR_EL2 and SPSR_EL2 of the host's call, in a trip
 * @x: the host's X18 to X30, in a trip
 * @fault: ESR_EL2, FAR_EL2 and ELR_EL2 of a fault at EL2
 * @el1: EL1's registers of the host, in a trip
 * @sp_el1: SP_EL1
 * @guest: what the trip is made with
 * @ich: same
 * @pmscr, @trfcr: the host's profiling of itself, which stops meanwhile
 * @spe, @trace: this CPU can do that
 * @lost: somebody else has taken EL2
 * @away: the host's registers are not in place
 * @tag: on VHE, of VMID 0
 * @vm: axvcpu_vm.id of whose vCPUs run here, 0: none yet; from here to @flush_now: nVHE
 *	only, see vmid.c
 * @vmid: its VMID
 * @flush_all: before another VM's vCPU runs here, all translations are flushed
 * @flush_now: before the next entry
 * @on: hardware_enable() was here
 * @features: el2_features, for world.h
 * @debug: what debug.c gives the guest for a trip
 * @host_debug: the host's meanwhile
 * @host: the host's registers, from el2_load() to el2_put(); on nVHE in a trip
 */
struct el2_cpu {
	u64 vbar;
	u64 sp_el0;
	u64 mitigate;
	u64 stub[2];
	u64 entry;
	u64 off;
	u64 back[2];
	u64 x[13];
	u64 fault[3];
	struct axvcpu_arm64_system el1;
	u64 sp_el1;
	struct el2_guest guest;
	struct arm64_ich ich;
	u64 pmscr;
	u64 trfcr;
	bool spe;
	bool trace;
	bool lost;
	bool away;
	struct el2_tag tag;
	u64 vm;
	u16 vmid;
	bool flush_all;
	bool flush_now;
	bool on;
	struct el2_features features;
	struct el2_debug debug;
	struct el2_debug host_debug;
	struct {
		u64 hcr;
		u64 hcrx;
		u64 cptr;
		u64 zcr_el1;
		u64 zcr_el2;
		u64 mdcr;
		u64 hstr;
		u64 vtcr;
		u64 vttbr;
		u64 vpidr;
		u64 vmpidr;
		u64 cnthctl;
		u64 cntvoff;
		u64 mpam2;
		u64 mdscr;
		u64 tpidr_el0;
		u64 tpidrro_el0;
		u64 sre;
		u64 fgt[EL2_FGT_REGS];
	} host;
};
static_assert(offsetof(struct el2_cpu, vbar) == 0 &&
	      offsetof(struct el2_cpu, sp_el0) == 8 &&
	      offsetof(struct el2_cpu, mitigate) == 16);
DECLARE_PER_CPU(struct el2_cpu *, el2_cpus);

static inline struct arm64_vcpu *to_arm64(struct axvcpu_vcpu *vcpu)
{
	return container_of(vcpu, struct arm64_vcpu, core);
}

/* A general register as an operand, where number 31 is XZR. */
static inline u64 arm64_get_x(const struct arm64_vcpu *v, unsigned int reg)
{
	return reg < 31 ? v->frame.x[reg] : 0;
}

static inline void arm64_set_x(struct arm64_vcpu *v, unsigned int reg, u64 value)
{
	if (reg < 31)
		v->frame.x[reg] = value;
}

/*
 * The PC goes behind the instruction that the last exit reported, and PSTATE is what an
 * executed one leaves; only AArch32 has shorter ones.
 */
static inline void arm64_skip(struct arm64_vcpu *v)
{
	v->pc += v->esr & ESR_IL ? 4 : 2;
	v->pstate &= ~PS_SS;
	if (!(v->pstate & PS_A32))
		v->pstate &= ~PS_BTYPE;
}

#endif /* AXVCPU_ARM64_ARM64_H */
