/* SPDX-License-Identifier: GPL-2.0-or-later WITH Linux-syscall-note */
/*
 * axvcpu: the x86 part of the ABI, the same for the SVM and VMX back ends:
 * create and setup configs, register blocks.
 */
#ifndef AXVCPU_X86_H
#define AXVCPU_X86_H

#include "axvcpu.h"

/**
 * struct axvcpu_x86_create_config - CREATE_VCPU's config on x86
 * @size: sizeof(struct axvcpu_x86_create_config)
 * @flags: 0
 * @apic_id: initial APIC id shown by CPUID; default: vcpu_id
 * @apic_id_valid: 1: @apic_id holds; 0: default
 * @exception_exits: bit n: exception n (0 to 31) of the guest leaves as
 *	EXCEPTION instead of being delivered. Only vectors that the hardware can
 *	intercept and that the kernel does not need itself: not 2 (NMI), 18 (#MC)
 * @reserved: 0
 */
struct axvcpu_x86_create_config {
	__u32 size;
	__u32 flags;
	__u32 apic_id;
	__u32 apic_id_valid;
	__u32 exception_exits;
	__u32 reserved;
};
AXVCPU_ASSERT_SIZE(axvcpu_x86_create_config, 24);

/** enum axvcpu_x86_start - the mode in which SETUP starts the vCPU */
enum axvcpu_x86_start {
	AXVCPU_X86_START_REAL,		/* 16-bit; CS:IP = cs_selector (cs_base):entry */
	AXVCPU_X86_START_PROTECTED,	/* flat 32-bit, paging off */
	AXVCPU_X86_START_LONG,		/* 64-bit, paging on, CR3 = page_table_root */
};
#define AXVCPU_X86_SETUP_CS_BASE	(1U << 0)	/* real mode: cs_base holds, not selector << 4 */

/**
 * struct axvcpu_x86_setup_config - SETUP's config on x86
 * @size: sizeof(struct axvcpu_x86_setup_config)
 * @flags: AXVCPU_X86_SETUP_CS_BASE
 * @mode: enum axvcpu_x86_start; default REAL
 * @cs_selector: real mode: CS; else 0 (flat selectors: CS 0x10, data 0x18, TR 0x20)
 * @reserved0: 0
 * @cs_base: real mode with CS_BASE: CS's base (reset vector: 0xffff0000 with
 *	@cs_selector 0xf000 and entry 0xfff0); else 0
 * @page_table_root: long mode: CR3, page aligned, below 2^gpa_bits; else 0
 * @page_table_levels: long mode: 4 or 5 (0: 4); else 0
 * @reserved: 0
 * @stack_pointer: RSP
 * @rax: RAX; Multiboot's magic number
 * @rbx: RBX; Multiboot's and PVH's boot information
 * @rsi: RSI; second integer argument (System V), Linux's zero page
 * @rdi: RDI; first integer argument (System V)
 *
 * General registers without a field are 0 (RDX: 0), RFLAGS is 2, the FPU, debug
 * registers and MSRs are as after INIT; long mode has CR0 PE ET NE WP PG, CR4
 * PAE (LA57), EFER LME LMA NX; protected mode has CR0 PE ET.
 */
struct axvcpu_x86_setup_config {
	__u32 size;
	__u32 flags;
	__u32 mode;
	__u16 cs_selector;
	__u16 reserved0;
	__u64 cs_base;
	__u64 page_table_root;
	__u32 page_table_levels;
	__u32 reserved;
	__u64 stack_pointer;
	__u64 rax;
	__u64 rbx;
	__u64 rsi;
	__u64 rdi;
};
AXVCPU_ASSERT_SIZE(axvcpu_x86_setup_config, 80);

/**
 * struct axvcpu_x86_general - AXVCPU_BLOCK_GENERAL
 * @gpr: in the order of the instruction encoding: rax rcx rdx rbx rsp rbp rsi
 *	rdi r8 to r15
 * @rip: the PC
 * @rflags: flags
 */
struct axvcpu_x86_general {
	__u64 gpr[16];
	__u64 rip;
	__u64 rflags;
};
AXVCPU_ASSERT_SIZE(axvcpu_x86_general, 144);

enum axvcpu_x86_gpr {
	AXVCPU_X86_RAX, AXVCPU_X86_RCX, AXVCPU_X86_RDX, AXVCPU_X86_RBX,
	AXVCPU_X86_RSP, AXVCPU_X86_RBP, AXVCPU_X86_RSI, AXVCPU_X86_RDI,
};

/**
 * struct axvcpu_x86_segment - one segment register with its hidden part
 * @base: linear address
 * @limit: in bytes, already scaled
 * @selector: visible part
 * @attributes: bits 0-3 type, 4 S, 5-6 DPL, 7 P, 8 AVL, 9 L, 10 D/B, 11 G, 15
 *	unusable: the layout of the VMCB, with bit 15 added
 */
struct axvcpu_x86_segment {
	__u64 base;
	__u32 limit;
	__u16 selector;
	__u16 attributes;
};
AXVCPU_ASSERT_SIZE(axvcpu_x86_segment, 16);
#define AXVCPU_X86_SEG_UNUSABLE	(1U << 15)

enum axvcpu_x86_segment_index {
	AXVCPU_X86_ES, AXVCPU_X86_CS, AXVCPU_X86_SS,
	AXVCPU_X86_DS, AXVCPU_X86_FS, AXVCPU_X86_GS,
	AXVCPU_X86_LDTR, AXVCPU_X86_TR,
	AXVCPU_X86_SEGMENTS,
};

struct axvcpu_x86_table {
	__u64 base;
	__u16 limit;
	__u16 reserved[3];
};

/** struct axvcpu_x86_system - AXVCPU_BLOCK_SYSTEM */
struct axvcpu_x86_system {
	struct axvcpu_x86_segment segment[AXVCPU_X86_SEGMENTS];
	struct axvcpu_x86_table gdt;
	struct axvcpu_x86_table idt;
	__u64 cr0;
	__u64 cr2;
	__u64 cr3;
	__u64 cr4;
	__u64 cr8;
	__u64 efer;
	__u64 xcr0;
	__u64 reserved;
};
AXVCPU_ASSERT_SIZE(axvcpu_x86_system, 224);

/** struct axvcpu_x86_msrs - AXVCPU_BLOCK_MSRS: the MSRs that are the guest's own */
struct axvcpu_x86_msrs {
	__u64 star;
	__u64 lstar;
	__u64 cstar;
	__u64 sfmask;
	__u64 kernel_gs_base;
	__u64 tsc_aux;
	__u64 sysenter_cs;
	__u64 sysenter_esp;
	__u64 sysenter_eip;
	__u64 pat;
	__u64 debugctl;
	__u64 spec_ctrl;
	__u64 xss;
	__u64 misc_enable;
	__u64 mtrr_def_type;
	__u64 mtrr_fixed[11];
	__u64 mtrr_variable[16];
	__u64 reserved[2];
};
AXVCPU_ASSERT_SIZE(axvcpu_x86_msrs, 352);

/** struct axvcpu_x86_debug - AXVCPU_BLOCK_DEBUG */
struct axvcpu_x86_debug {
	__u64 dr[4];
	__u64 dr6;
	__u64 dr7;
};
AXVCPU_ASSERT_SIZE(axvcpu_x86_debug, 48);

/**
 * struct axvcpu_x86_events - AXVCPU_BLOCK_EVENTS
 * @interrupts: bit map of vectors that wait
 * @exception_pending: 1: @exception_vector is raised at the next entry
 * @exception_vector: with @exception_pending
 * @exception_has_error_code: 1: with @exception_error_code
 * @exception_error_code: what is pushed
 * @exception_address: CR2 for #PF, DR6 bits for #DB
 * @nmi_pending: NMIs that wait, 0 to 2
 * @nmi_masked: 1 until the guest's IRET
 * @interrupt_shadow: 1 in the shadow of STI or MOV SS
 * @reinject: an event whose delivery was cut short: 0 none, else enum
 *	axvcpu_event + 1, or AXVCPU_X86_REINJECT_SOFT
 * @reinject_vector: its vector
 * @reinject_has_error_code: 1: with @reinject_error_code
 * @reinject_error_code: what is pushed
 * @reinject_length: instruction bytes, software events only
 * @halted: 1: in HLT, with AXVCPU_VM_HALT_IN_KERNEL: the next RUN waits on
 * @reserved: 0
 */
struct axvcpu_x86_events {
	__u64 interrupts[4];
	__u8 exception_pending;
	__u8 exception_vector;
	__u8 exception_has_error_code;
	__u8 nmi_pending;
	__u8 nmi_masked;
	__u8 interrupt_shadow;
	__u8 reinject;
	__u8 reinject_vector;
	__u8 reinject_has_error_code;
	__u8 reinject_length;
	__u8 halted;
	__u8 reserved[5];
	__u32 exception_error_code;
	__u32 reinject_error_code;
	__u64 exception_address;
};
AXVCPU_ASSERT_SIZE(axvcpu_x86_events, 64);
#define AXVCPU_X86_REINJECT_SOFT	4	/* INT n */

#endif /* AXVCPU_X86_H */
