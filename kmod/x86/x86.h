/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the SVM and VMX back ends share: the x86 vCPU and one section of
 * prototypes for each file of kmod/x86.
 */
#ifndef AXVCPU_X86_X86_H
#define AXVCPU_X86_X86_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include <asm/processor-flags.h>

#include "../../uapi/axvcpu_x86.h"
#include "../arch.h"
#include "../exit.h"
#include "../vcpu.h"
#include "../vm.h"
#include "decode.h"

struct x86_vcpu;

/**
 * struct x86_mode - what paging and emulation need of the guest's system state
 *
 * A back end fills it (x86_vcpu.backend->sync_mode()) before it calls shared code that
 * walks or decodes. Read only for shared code.
 */
struct x86_mode {
	u64 cr0;
	u64 cr3;
	u64 cr4;
	u64 efer;
	u64 pat;
	u8 cpl;
	struct axvcpu_x86_segment segment[AXVCPU_X86_SEGMENTS];
};

/** enum x86_pending_kind - which file goes on with the instruction */
enum x86_pending_kind {
	X86_PENDING_NONE,
	X86_PENDING_IN,		/* pio.h */
	X86_PENDING_IO,		/* pio.c: a string */
	X86_PENDING_MMIO,	/* mmio.c */
	X86_PENDING_SYSREG,	/* msr.c */
};

/**
 * struct x86_pending - the kernel's own copy of an instruction in its middle
 * @kind: enum x86_pending_kind
 * @read: the answer carries data
 * @width: bytes of one element
 * @length: instruction bytes
 * @in: pio.h: the RIP behind it
 * @io: pio.c: port, element count of this part, and for INS where the part goes (the
 *	second address: beyond a page boundary)
 * @mmio: mmio.c: the decoded instruction, and what it addresses
 *
 * x86_io_string() leaves kind X86_PENDING_IO behind when it returns EMULATE: the back
 * end's emulate() calls x86_io_emulate() if kind is that and core.pending is not set,
 * else it is a second-stage fault: x86_mmio().
 */
struct x86_pending {
	u8 kind;
	bool read;
	u8 width;
	u8 length;
	union {
		struct {
			u64 next_rip;
		} in;
		struct {
			u16 port;
			bool rep;
			bool down;		/* RFLAGS.DF */
			u8 address_bytes;
			u8 segment;		/* OUTS: source segment */
			u32 count;
			u64 gpa[2];
			u64 hw_code;
		} io;
		struct {
			struct x86_insn insn;
			u64 gpa;
			u64 gva;
		} mmio;
	};
};

/**
 * struct x86_events - what waits to be raised in the guest (event.c)
 * @any: something of the below waits, or NMIs are masked. Set after it was added, so that an entry
 *	that read it as false and has set vcpu->mode before is told by the IPI
 * @nmi_pending: 0 to 2
 * @interrupts: by vector
 * @nmi_masked: until the guest's IRET
 * @exception_pending: raised at the next entry, with the members behind it
 * @shutdown: an exception met a double fault: the guest is at its end
 * @reinject: an event whose delivery was cut short by an exit: 0, enum
 *	axvcpu_event + 1, AXVCPU_X86_REINJECT_SOFT
 *
 * @any, @nmi_pending and @interrupts are added to by any thread and taken from
 * by the owner, by atomic operations; the rest belongs to the owner.
 */
struct x86_events {
	bool any;
	atomic_t nmi_pending;
	unsigned long interrupts[256 / BITS_PER_LONG];
	bool nmi_masked;
	bool shutdown;
	bool exception_pending;
	u8 exception_vector;
	bool exception_has_error_code;
	u32 exception_error_code;
	u64 exception_address;
	u8 reinject;
	u8 reinject_vector;
	bool reinject_has_error_code;
	u8 reinject_length;
	u32 reinject_error_code;
};

/**
 * struct x86_fpu - the guest's x87, SSE, AVX, AVX-512 state (fpu.c)
 * @area: XSAVE area, 64-byte aligned, standard format, x86_fpu_size() bytes
 * @xcr0: the guest's
 * @xss: the guest's
 * @pkru: the guest's, valid outside of guest mode
 * @changed: CR4 or XCR0 did: the three below are stale
 * @components: what load and save move
 * @check_xcr0: the guest can change XCR0 behind our back (see fpu.c)
 * @hw_xcr0: XCR0 from load to save: the guest's, or the host's where it has no use
 * @switch_pkru: the guest can reach PKRU
 * @special: load and save move more than @area, or not by XRSTOR and XSAVEOPT; or
 *	@changed
 * @cr4: the guest's
 * @host_pkru: from load to save
 */
struct x86_fpu {
	void *area;
	u64 xcr0;
	u64 xss;
	u32 pkru;
	u32 host_pkru;
	u32 components;
	u64 hw_xcr0;
	bool changed;
	bool switch_pkru;
	bool check_xcr0;
	bool special;
	u64 cr4;
};

/**
 * struct x86_window - the memory region that access.c read last
 * @gpa: its first address
 * @length: its bytes, 0: none
 * @hva: where it is in the owner's memory
 * @sequence: memory.sequence for which that is true
 */
struct x86_window {
	u64 gpa;
	u64 length;
	unsigned long hva;
	unsigned long sequence;
};

#define X86_MAX_LEVELS	5

/**
 * struct x86_memo - a walk in long mode that needed nothing special (access.c)
 * @page: linear address of the page, and AXVCPU_ACCESS_* in the low bits
 * @cr0: of the guest
 * @cr3: same
 * @cr4: same
 * @efer: same
 * @sequence: memory.sequence for which @from is true
 * @shift: of the linear address for the last level
 * @count: entries read, 0: no walk is remembered
 * @from: the user's address of each entry
 * @entry: and what it was. As long as all are the same, so is the outcome
 */
struct x86_memo {
	u64 page;
	u64 cr0;
	u64 cr3;
	u64 cr4;
	u64 efer;
	unsigned long sequence;
	u32 shift;
	u32 count;
	const u64 __user *from[X86_MAX_LEVELS];
	u64 entry[X86_MAX_LEVELS];
};

/**
 * struct x86_decoded - the instruction that mmio.c decoded last
 * @bytes: of the instruction and behind it
 * @code_bytes: see x86_decode(); 0: none is remembered
 * @insn: the outcome
 */
struct x86_decoded {
	u8 bytes[15];
	u8 code_bytes;
	struct x86_insn insn;
};

/**
 * struct x86_walk - the outcome of a walk of the guest's page tables
 */
struct x86_walk {
	u64 gpa;
	u64 page_size;
	u32 error_code;		/* of the #PF if it fails */
	bool gp;		/* fails with #GP (non-canonical) instead */
};

/**
 * struct x86_scratch - what emulate() works with
 * @walk: of the guest's tables
 * @linear: what was walked for
 * @insn: the instruction's bytes
 *
 * On the stack each would be zeroed first, and the stack guarded.
 */
struct x86_scratch {
	struct x86_walk walk;
	u64 linear;
	u8 insn[15];
};

/**
 * struct x86_backend_ops - what shared code asks of SVM or VMX (cold paths)
 * @sync_mode: fill x->mode
 * @get_system, @set_system: segments, tables, control registers, EFER; values
 *	are already checked by regs.c. set_system also refreshes x->mode. The DPL
 *	of SS is the CPL, both ways. regs.c itself keeps XCR0, sets the unusable
 *	bit of what is not present, and repairs G, which some hardware does not
 *	save. The TSS may be busy or not: VMX wants it busy
 * @get_msrs, @set_msrs: the MSRs that live in hardware structures; regs.c does
 *	xss, misc_enable and the MTRRs
 * @get_dr, @set_dr: DR6 and DR7 and, where they are loaded, DR0 to DR3
 * @get_tsc_offset, @set_tsc_offset
 */
struct x86_backend_ops {
	void (*sync_mode)(struct x86_vcpu *x);
	void (*get_system)(struct x86_vcpu *x, struct axvcpu_x86_system *s);
	void (*set_system)(struct x86_vcpu *x,
			   const struct axvcpu_x86_system *s);
	void (*get_msrs)(struct x86_vcpu *x, struct axvcpu_x86_msrs *m);
	void (*set_msrs)(struct x86_vcpu *x, const struct axvcpu_x86_msrs *m);
	void (*get_dr)(struct x86_vcpu *x, struct axvcpu_x86_debug *d);
	void (*set_dr)(struct x86_vcpu *x, const struct axvcpu_x86_debug *d);
	u64 (*get_tsc_offset)(struct x86_vcpu *x);
	void (*set_tsc_offset)(struct x86_vcpu *x, u64 offset);
};

/**
 * struct x86_vcpu - an x86 vCPU; struct svm_vcpu and struct vmx_vcpu embed it
 * @core: first
 * @gpr: in encoding order, true outside of guest mode (RSP and RAX too)
 * @rip, @rflags: true outside of guest mode; the back end writes them to the
 *	hardware before an entry
 * @interrupt_shadow: in the shadow of STI or MOV SS: same. Shared code clears it
 *	when it moves RIP, without a call to the back end
 * @mode: see there
 * @window: see there
 * @memo: of instruction fetch, and of data
 * @decoded: see there
 * @scratch: see there
 * @backend: see there
 * @pending: see there
 * @msrs: MSRs that the guest owns but that need no hardware: MTRRs, misc_enable
 */
struct x86_vcpu {
	struct axvcpu_vcpu core;
	u64 gpr[16];
	u64 rip;
	u64 rflags;
	bool interrupt_shadow;
	u64 entry;			/* set_entry() */
	const struct x86_backend_ops *backend;
	struct x86_events events;
	struct x86_fpu fpu;
	struct x86_mode mode;
	struct x86_window window;
	struct x86_memo memo[2];
	struct x86_decoded decoded;
	struct x86_scratch scratch;
	struct x86_pending pending;
	u32 apic_id;
	u32 exception_exits;
	u64 mtrr_def_type;
	u64 mtrr_fixed[11];
	u64 mtrr_variable[16];
	u64 misc_enable;
	u64 apic_base;
};

static inline struct x86_vcpu *to_x86(struct axvcpu_vcpu *vcpu)
{
	return container_of(vcpu, struct x86_vcpu, core);
}

#define X86_VECTOR_DB	1
#define X86_VECTOR_NMI	2
#define X86_VECTOR_BP	3
#define X86_VECTOR_OF	4
#define X86_VECTOR_UD	6
#define X86_VECTOR_DF	8
#define X86_VECTOR_SS	12
#define X86_VECTOR_GP	13
#define X86_VECTOR_PF	14
#define X86_VECTOR_AC	17
#define X86_VECTOR_MC	18

/* ---- regs.c: create and setup configs, register blocks ----------------- */
/*
 * x86_create() parses the create config; x86_prepare() makes the FPU area, if there is
 * none yet. Nobody looks at a register before x86_setup() or x86_reset() wrote them
 * all. x86_destroy() also without the others.
 */
int x86_create(struct x86_vcpu *x, const void *config, size_t length);
int x86_prepare(struct x86_vcpu *x);
void x86_destroy(struct x86_vcpu *x);
/* All registers as after INIT, nothing pending. */
void x86_reset(struct x86_vcpu *x);
int x86_setup(struct x86_vcpu *x, const void *config, size_t length);
int x86_get_block(struct axvcpu_vcpu *vcpu, u32 block, void *buffer);
int x86_set_block(struct axvcpu_vcpu *vcpu, u32 block, const void *buffer);
void x86_block_lengths(u32 length[AXVCPU_BLOCK_COUNT]);
/* The architecture's and our own rules for control registers and EFER. */
bool x86_cr0_valid(u64 cr0);
bool x86_cr4_valid(u64 cr4);
bool x86_efer_valid(u64 efer);
u64 x86_cr4_guest_bits(void);	/* CR4 bits that our CPUID lets a guest set */
u64 x86_efer_guest_bits(void);	/* same for EFER, LMA included */
/* @address has the canonical form for the widest linear address of a guest. */
bool x86_canonical(u64 address);

/* ---- backend.c --------------------------------------------------------------- */
/* Who turned the extension on, if we did not: enum axvcpu_reason. */
u32 x86_owner(void);

/* ---- exit.c: what both do with an exit ------------------------------------ */
/* Return: as arch run(), or AXVCPU_OUT_AGAIN. @hw_code goes into the record. */
int x86_exit_ud(struct x86_vcpu *x);
int x86_exit_gp(struct x86_vcpu *x);
int x86_exit_pause(struct x86_vcpu *x, u64 next_rip, u64 hw_code);
int x86_exit_xsetbv(struct x86_vcpu *x, u64 cr4, u8 cpl, u64 next_rip);
int x86_exit_crash(struct x86_vcpu *x, u64 hw_code);
/* A single step of the user's is over. */
int x86_exit_step(struct x86_vcpu *x, u64 hw_code);
/* The host's interrupt was served when interrupts were turned on. */
int x86_exit_interrupt(struct x86_vcpu *x, u64 hw_code);
/* Return: the VMM asked to see this vector, and does. */
bool x86_exit_exception(struct x86_vcpu *x, u8 vector, bool has_error_code,
			u32 error_code, u64 address, u64 hw_code);

/* ---- cr.c: the guest's writes of control registers and EFER --------------- */
#define X86_CR4_PAGING	(X86_CR4_PSE | X86_CR4_PAE | X86_CR4_PGE | \
			 X86_CR4_PCIDE | X86_CR4_SMEP | X86_CR4_SMAP | \
			 X86_CR4_PKE | X86_CR4_LA57)
/*
 * Return: false: #GP(0). @code64: CS is a 64-bit code segment, which real
 * long-mode transitions forbid. Where the new values are pointers, they become
 * what the register holds.
 */
bool x86_write_cr0(u64 old, u64 *cr0, u64 *efer, u64 cr4, bool code64);
bool x86_write_cr4(u64 old, u64 cr4, u64 efer, u64 cr3);
bool x86_write_efer(u64 old, u64 *efer, u64 cr0);
u64 x86_lmsw(u64 old, u64 value);

/* ---- event.c: the queue ------------------------------------------------ */
void x86_events_reset(struct x86_vcpu *x);
int x86_inject_interrupt(struct axvcpu_vcpu *vcpu, u32 type, u32 vector);
int x86_inject_exception(struct axvcpu_vcpu *vcpu,
			 const struct axvcpu_inject *event);
/* An exception that has an error code, or none, as the processor pushes it. */
bool x86_exception_valid(u32 vector, bool has_error_code);
/*
 * Raise an exception of the guest's own doing at the current RIP, merging with
 * one that waits (contributory, #DF, shutdown) by the rules of the manual.
 */
void x86_queue_exception(struct x86_vcpu *x, u8 vector, bool has_error_code,
			 u32 error_code, u64 address);
static inline void x86_queue_gp(struct x86_vcpu *x, u32 error_code)
{
	x86_queue_exception(x, X86_VECTOR_GP, true, error_code, 0);
}

static inline void x86_queue_ud(struct x86_vcpu *x)
{
	x86_queue_exception(x, X86_VECTOR_UD, false, 0, 0);
}

/*
 * An event as it goes into the hardware: EVENTINJ of SVM, and in two halves the fields
 * of a VMCS, which have the same form (APM Volume 2, 15.20; SDM Volume 3, 25.8.3).
 */
#define X86_EVENT_VECTOR	0xffULL
#define X86_EVENT_TYPE		(7ULL << 8)
#define X86_EVENT_TYPE_SHIFT	8
#define X86_EVENT_INTR		(0ULL << 8)
#define X86_EVENT_NMI		(2ULL << 8)
#define X86_EVENT_EXCEPTION	(3ULL << 8)
#define X86_EVENT_HAS_ERROR	BIT_ULL(11)
#define X86_EVENT_VALID		BIT_ULL(31)
#define X86_EVENT_ERROR_SHIFT	32
/*
 * Take what this entry injects out of the queue. @real: the guest is in real mode, where
 * exceptions have no error code; @step: over the next instruction, so no interrupt. An
 * exception's registers are the back end's, before. Return: 0: nothing.
 */
u64 x86_take_event(struct x86_vcpu *x, bool real, bool step);
/* It was not delivered, or not to the end: it waits again, as the first. */
void x86_reinject(struct x86_vcpu *x, u64 event);
/* The highest vector that waits, or -1. */
int x86_events_interrupt(const struct x86_vcpu *x);
/* Recompute @any after something was taken. */
void x86_events_taken(struct x86_vcpu *x);
/* What was cut short waits behind the exception that is taken now. */
void x86_requeue_behind(struct x86_vcpu *x);
/* The event that an exit cut short is an exception. */
static inline bool x86_reinject_is_exception(const struct x86_vcpu *x)
{
	return x->events.reinject == AXVCPU_EVENT_EXCEPTION + 1;
}

/* The guest can take an interrupt now. */
static inline bool x86_window_open(const struct x86_vcpu *x)
{
	return x->rflags & X86_EFLAGS_IF && !x->interrupt_shadow;
}

bool x86_runnable(struct axvcpu_vcpu *vcpu);
bool x86_interruptible(struct axvcpu_vcpu *vcpu);
void x86_get_events(struct x86_vcpu *x, struct axvcpu_x86_events *e);
int x86_set_events(struct x86_vcpu *x, const struct axvcpu_x86_events *e);

/* ---- fpu.c: x87 to AVX-512, XCR0, XSS, PKRU ----------------------------- */
static inline void x86_fpu_change(struct x86_fpu *fpu)
{
	fpu->changed = true;
	fpu->special = true;
}

int x86_fpu_init(void);			/* module: supported components, size */
u64 x86_fpu_features(void);		/* XCR0 bits that a guest may set */
u32 x86_fpu_size(void);			/* of the FPU block: all those components */
int x86_fpu_new(struct x86_vcpu *x);	/* x86_fpu_reset() fills it */
void x86_fpu_free(struct x86_vcpu *x);
void x86_fpu_reset(struct x86_vcpu *x);	/* as after INIT */
/*
 * switch.h: x86_fpu_load() and x86_fpu_save() switch to the guest's state and back:
 * preemption is off between them, and no user memory is touched.
 */
/*
 * The guest's CR4 or XCR0 change. In force from the next x86_fpu_load(): a back
 * end that is between load and save leaves its inner run loop first. XSETBV's
 * return: false: #GP.
 */
void x86_fpu_set_cr4(struct x86_vcpu *x, u64 cr4);
bool x86_fpu_set_xcr0(struct x86_vcpu *x, u64 xcr0);
/*
 * Between load and save, before x->fpu.xcr0 is looked at: the guest may have
 * changed XCR0 behind our back (see fpu.c).
 */
void x86_fpu_sync_slow(struct x86_vcpu *x);
static inline void x86_fpu_sync(struct x86_vcpu *x)
{
	if (unlikely(x->fpu.check_xcr0))
		x86_fpu_sync_slow(x);
}

bool x86_fpu_xcr0_valid(u64 xcr0);
void x86_fpu_get(struct x86_vcpu *x, void *buffer);
int x86_fpu_set(struct x86_vcpu *x, const void *buffer);

/* ---- cpuid.c ------------------------------------------------------------ */
/* Module: after x86_fpu_init(). @tsc_aux: the back end switches TSC_AUX. */
void x86_cpuid_init(bool tsc_aux);
/* Emulate CPUID: reads and writes x->gpr; no RIP change. x->mode is not used. */
void x86_cpuid(struct x86_vcpu *x, u64 cr4);
/* The guest sees this feature: X86_FEATURE_* of the host kernel. */
bool x86_guest_has(unsigned int feature);
/* CPUID leaf 1 EAX, which is also RDX after INIT */
u32 x86_cpuid_signature(void);

/* ---- msr.c ---------------------------------------------------------------*/
/*
 * RDMSR and WRMSR that were intercepted, from run(): handled here, or an exit.
 * The back end has tried the MSRs that only it knows. @length: of the
 * instruction. Return: AXVCPU_OUT_AGAIN (done: RIP advanced, or an exception
 * queued), AXVCPU_OUT_EXIT.
 */
int x86_rdmsr(struct x86_vcpu *x, unsigned int length, u64 hw_code);
int x86_wrmsr(struct x86_vcpu *x, unsigned int length, u64 hw_code);
int x86_msr_done(struct x86_vcpu *x, u64 data);
void x86_msr_reset(struct x86_vcpu *x);
/* Every value of the block is one that WRMSR would take. */
bool x86_msrs_valid(const struct axvcpu_x86_msrs *m);
bool x86_pat_valid(u64 pat);

/* ---- access.c: guest memory by guest addresses -------------------------- */
/*
 * Linear address to GPA with the checks of the paging mode in x->mode (32-bit,
 * PAE, 4 and 5 levels; WP, NXE, SMEP, SMAP with AC, PKE). @access:
 * AXVCPU_ACCESS_*. @set: set accessed and dirty bits. Return: 0; -EPERM: the
 * guest faults, see the outcome; -EFAULT: the table entry at walk->gpa can't be
 * read (or written) now.
 */
int x86_walk(struct x86_vcpu *x, u64 linear, u32 access, bool set,
	     struct x86_walk *walk);
/* A naturally aligned table entry of 4 or 8 bytes. Return: 0; -EFAULT. */
int x86_read_entry(struct x86_vcpu *x, u64 gpa, unsigned int width, u64 *entry);
/* Queue the exception that a failed walk tells. */
void x86_queue_walk_fault(struct x86_vcpu *x, const struct x86_walk *fault,
			  u64 linear);
/*
 * Segment and offset to linear, with limit and type checks outside of 64-bit
 * mode and the canonical check in it. Return: false: #GP(0), or #SS(0) for SS.
 */
bool x86_linear(struct x86_vcpu *x, unsigned int segment, u64 offset,
		unsigned int length, bool write, u64 *linear);
/* The exception of a failed x86_linear(). */
void x86_queue_segment_fault(struct x86_vcpu *x, unsigned int segment);
/*
 * Instruction bytes at RIP. Return: how many (1 to 15); -EPERM: @fault tells the
 * exception (queue it with x86_queue_walk_fault()); -ENXIO: a page has no memory region;
 * -EFAULT.
 */
int x86_fetch(struct x86_vcpu *x, u8 insn[15], struct x86_walk *fault,
	      u64 *fault_linear);
int x86_translate(struct axvcpu_vcpu *vcpu, struct axvcpu_translate *args);
/* CS is a 64-bit code segment. */
static inline bool x86_long_mode(const struct x86_vcpu *x)
{
	return (x->mode.efer & (1ULL << 10)) &&
	       (x->mode.segment[AXVCPU_X86_CS].attributes & (1U << 9));
}

/* 2, 4 or 8: the default operand or address size of the code segment */
static inline unsigned int x86_code_bytes(const struct x86_vcpu *x)
{
	if (x86_long_mode(x))
		return 8;
	return x->mode.segment[AXVCPU_X86_CS].attributes & (1U << 10) ? 4 : 2;
}

/* ---- pio.c --------------------------------------------------------------- */
/**
 * struct x86_io - an intercepted INS or OUTS as the hardware tells it
 */
struct x86_io {
	u16 port;
	u8 width;		/* 1, 2, 4 */
	bool in;
	bool rep;
	u8 address_bytes;	/* 2, 4, 8; 0: not told, decode it */
	u8 segment;		/* OUTS: enum axvcpu_x86_segment_index; 0xff: not told */
	u64 next_rip;
};
/* From run(). Return: AXVCPU_OUT_EMULATE: strings need guest memory. */
int x86_io_string(struct x86_vcpu *x, const struct x86_io *io, u64 hw_code);
int x86_io_emulate(struct x86_vcpu *x);	/* the string form, or its next part */
int x86_io_done(struct x86_vcpu *x, u64 data);

/* ---- mmio.c --------------------------------------------------------------- */
/*
 * From emulate(), after a second-stage fault that no memory answers: decode the
 * instruction at RIP and make the MMIO exit. @insn, @length: bytes that the
 * hardware fetched, 0: none. x->mode is synced.
 */
int x86_mmio(struct x86_vcpu *x, const u8 *insn, unsigned int length,
	     u64 hw_code);
int x86_mmio_done(struct x86_vcpu *x, u64 data);

/* ---- regs.c again: what emulation does to the PC -------------------------- */
/* The rare part of x86_skip(). */
void x86_skip_slow(struct x86_vcpu *x, u64 next_rip);

/*
 * Past an emulated instruction: RIP (wrapped at 4 GiB outside of 64-bit code),
 * interrupt shadow cleared, RF cleared, #DB queued if RFLAGS.TF was set before.
 * x->mode need not be synced.
 */
static inline void x86_skip(struct x86_vcpu *x, u64 next_rip)
{
	if (unlikely((x->rflags & (X86_EFLAGS_TF | X86_EFLAGS_RF)) ||
		     (x->rip ^ next_rip) >> 32)) {
		x86_skip_slow(x, next_rip);
		return;
	}
	x->rip = next_rip;
	x->interrupt_shadow = false;
}

static inline u64 x86_next_rip(const struct x86_vcpu *x, unsigned int length)
{
	return x->rip + length;
}

/* Answer to whatever waits: x86_done() calls pio, mmio, msr by kind. */
int x86_done(struct axvcpu_vcpu *vcpu, u64 data);
int x86_complete(struct axvcpu_vcpu *vcpu,
		 const struct axvcpu_complete *answer);
/* axvcpu_arch_ops members that need nothing of the back end */
void x86_set_entry(struct axvcpu_vcpu *vcpu, u64 entry);
void x86_set_gpr(struct axvcpu_vcpu *vcpu, unsigned int index, u64 value);
void x86_set_return_value(struct axvcpu_vcpu *vcpu, u64 value);

/*
 * ---- hypercall (regs.c): HYPERCALL exit from the general registers --------
 * The back end has checked that the guest's CPL is 0 (else #UD).
 */
int x86_hypercall(struct x86_vcpu *x, u64 next_rip, u64 hw_code);

/* ---- mitigations.c -------------------------------------------------------- */
/* A CPU enters another vCPU than last time: IBPB. Preemption is off. */
void x86_mitigate_switch(struct x86_vcpu *x);
/* switch.h: x86_mitigate_user() */

/* ---- the back ends --------------------------------------------------------- */
extern const struct axvcpu_arch_ops axvcpu_svm_ops;
extern const struct axvcpu_arch_ops axvcpu_vmx_ops;

#endif /* AXVCPU_X86_X86_H */
