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

/* ---- vcpu.c ---------------------------------------------------------------- */
struct axvcpu_vcpu *el2_vcpu_alloc(void);
void el2_vcpu_release(struct axvcpu_vcpu *vcpu);
int el2_vcpu_new(struct axvcpu_vcpu *vcpu, const void *config, size_t length);
void el2_set_ept_root(struct axvcpu_vcpu *vcpu, u64 root, unsigned int levels);
int el2_run(struct axvcpu_vcpu *vcpu);
int el2_bind(struct axvcpu_vcpu *vcpu, int cpu);
int el2_unbind(struct axvcpu_vcpu *vcpu);

/* ---- world_vhe.c: on a VHE host, with interrupts off ---------------------------- */
/* EL1's registers between the vCPU and this CPU. */
void el2_load_el1(struct el2_guest *g);
void el2_save_el1(struct el2_guest *g);
/* They, and what EL2 has for the guest; once a run(). */
void el2_load_world(struct el2_guest *g, struct el2_cpu *c);
void el2_put_world(struct el2_guest *g, struct el2_cpu *c);
/* One trip, with all exceptions masked. @flush: enum el2_flush. */
void el2_enter(struct el2_guest *g, struct el2_cpu *c, u64 flush);

/* ---- exit.c: the handlers. Return: enum axvcpu_out ---------------------------- */
int el2_handle_exit(struct arm64_vcpu *v);
int el2_emulate(struct axvcpu_vcpu *vcpu);
/* hw_code of the last exit */
u64 el2_hw_code(const struct arm64_vcpu *v);

/* ---- regs.c: configs, register blocks, exceptions ------------------------------ */
int arm64_create(struct arm64_vcpu *v, const void *config, size_t length);
void arm64_set_entry(struct axvcpu_vcpu *vcpu, u64 entry);
int arm64_setup(struct axvcpu_vcpu *vcpu, const void *config, size_t length);
int arm64_reset(struct axvcpu_vcpu *vcpu);
void arm64_set_gpr(struct axvcpu_vcpu *vcpu, unsigned int index, u64 value);
void arm64_set_return_value(struct axvcpu_vcpu *vcpu, u64 value);
u64 arm64_show(struct axvcpu_vcpu *vcpu, struct axvcpu_run *run);
int arm64_get_block(struct axvcpu_vcpu *vcpu, u32 block, void *buffer);
int arm64_set_block(struct axvcpu_vcpu *vcpu, u32 block, const void *buffer);
void arm64_block_lengths(u32 length[AXVCPU_BLOCK_COUNT]);
int arm64_done(struct axvcpu_vcpu *vcpu, u64 data);
int arm64_complete(struct axvcpu_vcpu *vcpu,
		   const struct axvcpu_complete *answer);
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

/* ---- access.c: the guest's tables --------------------------------------------------- */
int arm64_translate(struct axvcpu_vcpu *vcpu, struct axvcpu_translate *args);
/*
 * The A64 instruction at the PC. Return: 0; 1: fetching it faults in the guest; -ENXIO: it
 * is in no memory; -EFAULT.
 */
int arm64_fetch(struct arm64_vcpu *v, u32 *word);

/* ---- mmio.c: accesses whose abort has no syndrome ------------------------------------ */
/* From emulate(): no memory answers. Return: as emulate(). */
int arm64_mmio(struct arm64_vcpu *v);
int arm64_mmio_done(struct arm64_vcpu *v, u64 data);
/* Between a register and memory: what the guest's byte order makes of @width bytes. */
u64 arm64_order(const struct arm64_vcpu *v, u64 data, unsigned int width);

/* ---- event.c: interrupts and exceptions that are raised in the guest ----------- */
int arm64_inject_interrupt(struct axvcpu_vcpu *vcpu, u32 type, u32 vector);
int arm64_inject_exception(struct axvcpu_vcpu *vcpu,
			   const struct axvcpu_inject *event);
bool arm64_runnable(struct axvcpu_vcpu *vcpu);
u64 arm64_timer(struct axvcpu_vcpu *vcpu);
bool arm64_interruptible(struct axvcpu_vcpu *vcpu);
/* A synchronous exception to EL1, at the PC, now. */
/* The guest has been given an event: for the statistics and the trace. */
void arm64_delivered(struct arm64_vcpu *v, u32 type, u32 vector);
void arm64_raise(struct arm64_vcpu *v, u64 esr, u64 far);
void arm64_raise_undefined(struct arm64_vcpu *v);
/* An external abort of the data access that the last exit reported. */
void arm64_raise_abort(struct arm64_vcpu *v);
void arm64_events_reset(struct arm64_vcpu *v);
void arm64_get_events(struct arm64_vcpu *v, struct axvcpu_arm64_events *e);
int arm64_set_events(struct arm64_vcpu *v, const struct axvcpu_arm64_events *e);

/* ---- gic.c: the interrupt interface ------------------------------------------------ */
/* Return: enum axvcpu_reason */
u32 arm64_gic_init(void);
void arm64_gic_exit(void);
/* On each CPU, with interrupts off. */
void arm64_gic_enable(void);
void arm64_gic_disable(void);
/* With interrupts off: once a run(), and around each trip. */
void arm64_gic_load(struct arm64_vcpu *v, struct el2_cpu *c);
void arm64_gic_put(struct arm64_vcpu *v, struct el2_cpu *c);
void arm64_gic_enter(struct arm64_vcpu *v);
void arm64_gic_leave(struct arm64_vcpu *v);

/* A list register holds something, or something waits for one. */
static inline bool arm64_gic_busy(const struct arm64_vcpu *v)
{
	return v->gic.live || READ_ONCE(v->gic.any);
}

/* arm64_gic_enter() for an interface that is not, with no timer on. */
static inline void arm64_gic_enter_empty(struct arm64_vcpu *v)
{
	v->gic.lines = 0;
}

/* Any thread. -EBUSY: @intid, below AXVCPU_ARM64_INTIDS, waits; -EOPNOTSUPP */
int arm64_gic_inject(struct arm64_vcpu *v, u32 intid);
/* Something waits, as far as other threads can tell; and would reach the guest. */
bool arm64_gic_pending(const struct arm64_vcpu *v);
bool arm64_gic_timer(const struct arm64_vcpu *v, bool physical);
bool arm64_gic_open(const struct arm64_vcpu *v);
/* The virtual timer's list register is linked to the host's interrupt. */
bool arm64_gic_timer_active(const struct arm64_vcpu *v);
u64 arm64_gic_mask(const struct arm64_vcpu *v);
/* A write of ICC_SGI<n>R_EL1. Return: enum axvcpu_out. */
int arm64_gic_sgi(struct arm64_vcpu *v, u64 value, u32 group);
void arm64_gic_reset(struct arm64_vcpu *v);
void arm64_gic_get(const struct arm64_vcpu *v, struct axvcpu_arm64_events *e);
bool arm64_gic_valid(const struct axvcpu_arm64_events *e);
void arm64_gic_set(struct arm64_vcpu *v, const struct axvcpu_arm64_events *e);

/* ---- timer.c ------------------------------------------------------------------------ */
void arm64_timer_init(void);
void arm64_timer_exit(void);
/* On each CPU, with interrupts off. */
void arm64_timer_enable(void);
void arm64_timer_disable(void);
void arm64_timer_new(struct arm64_vcpu *v);
void arm64_timer_free(struct arm64_vcpu *v);
/* With interrupts off: behind a run(), and around each trip. */
/* put(): one is on. */
void arm64_timer_put(struct arm64_vcpu *v);
void arm64_timer_enter(struct arm64_vcpu *v);
void arm64_timer_leave(struct arm64_vcpu *v);
/* On an nVHE host: the kernel was started at EL2. */
bool arm64_timer_host_had_el2(void);

/* One of the two can fire, or the guest is looked at for its interrupt mask. */
static inline bool arm64_timer_on(const struct arm64_vcpu *v)
{
	return (v->sys.cntv_ctl_el0 | v->sys.cntp_ctl_el0) & 1 ||
	       v->core.request_flags & AXVCPU_RUN_IRQ_WINDOW;
}

/* arm64_timer_enter() where none can. */
static inline void arm64_timer_enter_off(struct arm64_vcpu *v)
{
	v->timer_hidden = false;
	v->cntv_ctl = v->sys.cntv_ctl_el0;
	v->cntv_cval = v->sys.cntv_cval_el0;
}

/* Behind a trip: the virtual one is on, or was, or will fire at another time. */
static inline bool arm64_timer_changed(const struct arm64_vcpu *v)
{
	return v->cntv_ctl || v->sys.cntv_ctl_el0 ||
	       v->cntv_cval != v->sys.cntv_cval_el0;
}

/* The virtual timer's own interrupt takes the guest out; @intid: on the controller. */
bool arm64_timer_linked(u32 *intid);
/* It is as if the host were serving it, on this CPU: it does not come. */
void arm64_timer_active(bool active);
/* Its line is asserted. */
bool arm64_timer_fires(const struct arm64_vcpu *v, bool physical);
u64 arm64_timer_counter(const struct arm64_vcpu *v);
/* CLOCK_MONOTONIC at which the next of them would end WFI, 0: none does. */
u64 arm64_timer_due(const struct arm64_vcpu *v);
/* The physical timer's registers. */
bool arm64_timer_tval(struct arm64_vcpu *v, bool write, u64 *value);
bool arm64_timer_ctl(struct arm64_vcpu *v, bool write, u64 *value);
bool arm64_timer_cval(struct arm64_vcpu *v, bool write, u64 *value);
/* Their part of a block that is read, and that was set. */
void arm64_timer_get(const struct arm64_vcpu *v, struct axvcpu_arm64_system *s);
void arm64_timer_set(struct arm64_vcpu *v);

/* ---- idreg.c: the ID registers that a guest is shown ------------------------------ */
void arm64_id_init(void);
void arm64_id_new(struct arm64_vcpu *v);
int arm64_id_set(struct arm64_vcpu *v, const struct axvcpu_arm64_id *id);
/* The host can show pointer authentication; the guest is shown it. */
bool arm64_id_host_pauth(void);
bool arm64_id_pauth(const struct arm64_vcpu *v);

static inline unsigned int arm64_id_field(const struct arm64_vcpu *v,
					  unsigned int reg, unsigned int shift)
{
	return ID_FIELD(v->id_regs.reg[reg], shift);
}

/* ---- sysreg.c: traps of system registers ---------------------------------------- */
int el2_exit_sysreg(struct arm64_vcpu *v);

/* The guest's keys, which are there from their first use on. False: it has none. */
bool arm64_pauth_enable(struct arm64_vcpu *v);

/* ---- debug.c: break- and watchpoints ------------------------------------------------- */
int arm64_set_stops(struct arm64_vcpu *v, const struct axvcpu_arm64_stops *s);
/* Once a run(). */
void arm64_debug_begin(struct arm64_vcpu *v);
u64 arm64_debug_find_mdscr(struct arm64_vcpu *v);

static inline u64 arm64_debug_mdscr(struct arm64_vcpu *v)
{
	if (likely(!v->debug_trapped && !v->debug.mdscr_el1))
		return 0;
	return arm64_debug_find_mdscr(v);
}

/* Around a trip whose MDSCR_EL1 enables any. */
void arm64_debug_load(struct arm64_vcpu *v, struct el2_cpu *c);
void arm64_debug_put(const struct el2_cpu *c);

/* ---- psci.c ------------------------------------------------------------------------ */
/* A call by HVC or SMC whose function is the firmware's. Return: enum axvcpu_out. */
int arm64_firmware_call(struct arm64_vcpu *v);
/* The rest of AFFINITY_INFO, where locks can be taken. */
int arm64_affinity_info(struct arm64_vcpu *v);
/* @function is the firmware's: the architecture's own, or PSCI. */
bool arm64_is_firmware_call(u32 function);

/* ---- vmid.c ------------------------------------------------------------------------ */
/* Return: enum axvcpu_reason */
u32 arm64_vmid_init(void);
void arm64_vmid_exit(void);
int arm64_vm_new(struct axvcpu_vm *vm);
void arm64_vm_free(struct axvcpu_vm *vm);
/* On a CPU whose translations of EL1&0 were all flushed, with interrupts off. */
void arm64_vmid_forget(struct el2_cpu *c);
/* Once a run(), with interrupts off from there to the last entry: VTTBR_EL2. */
void arm64_vmid_load(struct arm64_vcpu *v, struct el2_cpu *c);
/* Before each entry. Return: enum el2_flush */
u64 arm64_flush_due(struct arm64_vcpu *v, struct el2_cpu *c);

/* ---- fpu.c ------------------------------------------------------------------------- */
void arm64_fpu_init(void);
int arm64_fpu_prepare(struct axvcpu_vcpu *vcpu);
void arm64_fpu_clear(struct arm64_vcpu *v);
/* The rest of the Z register becomes 0. */
void arm64_fpu_set(struct arm64_vcpu *v, unsigned int reg, u64 low, u64 high);
/* Of the block; 0: there is none. */
u32 arm64_vector_length(void);
void arm64_get_vector(const struct arm64_vcpu *v, void *buffer);
int arm64_set_vector(struct arm64_vcpu *v, const struct axvcpu_arm64_sve *s);
/* Around a run(). Preemption is off between them, but for interrupts. */
void arm64_fpu_begin(struct arm64_vcpu *v);
void arm64_fpu_end(struct arm64_vcpu *v);
/* Between them: the guest's registers are there from now on. False: it has none. */
bool arm64_fpu_enable(struct arm64_vcpu *v);
bool arm64_sve_enable(struct arm64_vcpu *v);

/* ---- mitigations.c ------------------------------------------------------------------ */
void arm64_mitigations_init(void);
/* What ARCH_FEATURES of SMCCC answers for WORKAROUND_1 and for WORKAROUND_3. */
s64 arm64_mitigation_v2(void);
s64 arm64_mitigation_history(void);
/* el2_cpu.mitigate of this CPU. */
u64 arm64_mitigations_cpu(void);

/* ---- switch.S ---------------------------------------------------------------------- */
/*
 * One trip to the guest, whose registers but those of @frame, PC and PSTATE included,
 * are in place. All exceptions are masked. Return: EL2_EXIT_*.
 */
u64 el2_switch(struct el2_frame *frame, struct el2_cpu *c);
u64 nvhe_switch(struct el2_frame *frame, struct el2_cpu *c);
/* Let the host take the SError that the last exit took, as if it came now. */
void el2_host_serror(u64 vector, u64 pstate);
void el2_fpu_load(const struct axvcpu_arm64_fpu *fpu);
void el2_fpu_save(struct axvcpu_arm64_fpu *fpu);

/* ---- sve.S ------------------------------------------------------------------------- */
u32 el2_sve_vl(void);
void el2_sve_load(const u8 *data);
void el2_sve_save(u8 *data);

#endif /* AXVCPU_ARM64_ARM64_H */
