/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The x86 vCPU, which the SVM and VMX back ends share. */
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

static inline u64 x86_next_rip(const struct x86_vcpu *x, unsigned int length)
{
	return x->rip + length;
}

#endif /* AXVCPU_X86_X86_H */
