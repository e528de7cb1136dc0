/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VMCB and the exit codes: APM Volume 2, appendices B ("Layout of VMCB") and
 * C ("SVM Intercept Exit Codes"). Names are the manual's; nothing else is here.
 */
#ifndef AXVCPU_X86_SVM_VMCB_H
#define AXVCPU_X86_SVM_VMCB_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/* ---- intercepts ---------------------------------------------------------- */

/* vmcb_control.intercept_cr: reads in bits 15:0, writes in 31:16 */
#define SVM_CR_READ(n)			BIT(n)
#define SVM_CR_WRITE(n)			BIT(16 + (n))

/* vmcb_control.intercept_misc1 (offset 00Ch) */
#define SVM_INTERCEPT_INTR		BIT(0)
#define SVM_INTERCEPT_NMI		BIT(1)
#define SVM_INTERCEPT_SMI		BIT(2)
#define SVM_INTERCEPT_INIT		BIT(3)
#define SVM_INTERCEPT_VINTR		BIT(4)
#define SVM_INTERCEPT_CR0_SEL_WRITE	BIT(5)
#define SVM_INTERCEPT_RDPMC		BIT(15)
#define SVM_INTERCEPT_PUSHF		BIT(16)
#define SVM_INTERCEPT_POPF		BIT(17)
#define SVM_INTERCEPT_CPUID		BIT(18)
#define SVM_INTERCEPT_IRET		BIT(20)
#define SVM_INTERCEPT_INTN		BIT(21)
#define SVM_INTERCEPT_INVD		BIT(22)
#define SVM_INTERCEPT_PAUSE		BIT(23)
#define SVM_INTERCEPT_HLT		BIT(24)
#define SVM_INTERCEPT_INVLPGA		BIT(26)
#define SVM_INTERCEPT_IOIO_PROT		BIT(27)
#define SVM_INTERCEPT_MSR_PROT		BIT(28)
#define SVM_INTERCEPT_FERR_FREEZE	BIT(30)
#define SVM_INTERCEPT_SHUTDOWN		BIT(31)

/* vmcb_control.intercept_misc2 (offset 010h) */
#define SVM_INTERCEPT_VMRUN		BIT(0)
#define SVM_INTERCEPT_VMMCALL		BIT(1)
#define SVM_INTERCEPT_VMLOAD		BIT(2)
#define SVM_INTERCEPT_VMSAVE		BIT(3)
#define SVM_INTERCEPT_STGI		BIT(4)
#define SVM_INTERCEPT_CLGI		BIT(5)
#define SVM_INTERCEPT_SKINIT		BIT(6)
#define SVM_INTERCEPT_RDTSCP		BIT(7)
#define SVM_INTERCEPT_WBINVD		BIT(9)
#define SVM_INTERCEPT_MONITOR		BIT(10)
#define SVM_INTERCEPT_MWAIT		BIT(11)
#define SVM_INTERCEPT_XSETBV		BIT(13)
#define SVM_INTERCEPT_RDPRU		BIT(14)

/* ---- control area -------------------------------------------------------- */

#define SVM_TLB_NOTHING			0
#define SVM_TLB_FLUSH_ALL		1	/* every ASID */
#define SVM_TLB_FLUSH_ASID		3	/* with CPUID FlushByAsid */

/* vmcb_control.int_control, .int_vector (offset 060h) */
#define SVM_V_TPR_MASK			0xfU
#define SVM_V_IRQ			BIT(8)
#define SVM_V_INTR_PRIO_SHIFT		16
#define SVM_V_INTR_PRIO_MASK		(0xfU << SVM_V_INTR_PRIO_SHIFT)
#define SVM_V_IGN_TPR			BIT(20)
#define SVM_V_INTR_MASKING		BIT(24)

/* vmcb_control.int_state (offset 068h) */
#define SVM_INTERRUPT_SHADOW		BIT(0)

/* vmcb_control.nested_control (offset 090h) */
#define SVM_NP_ENABLE			BIT(0)

/* vmcb_control.clean (offset 0C0h): set: the processor may use its cached copy */
#define SVM_CLEAN_I			BIT(0)	/* intercepts, TSC offset, PAUSE filter */
#define SVM_CLEAN_IOPM			BIT(1)	/* IOPM_BASE, MSRPM_BASE */
#define SVM_CLEAN_ASID			BIT(2)
#define SVM_CLEAN_TPR			BIT(3)	/* offsets 060h to 067h */
#define SVM_CLEAN_NP			BIT(4)	/* NP_ENABLE, N_CR3, G_PAT */
#define SVM_CLEAN_CRX			BIT(5)	/* CR0, CR3, CR4, EFER */
#define SVM_CLEAN_DRX			BIT(6)	/* DR6, DR7 */
#define SVM_CLEAN_DT			BIT(7)	/* GDTR, IDTR */
#define SVM_CLEAN_SEG			BIT(8)	/* CS, DS, SS, ES, CPL */
#define SVM_CLEAN_CR2			BIT(9)
#define SVM_CLEAN_LBR			BIT(10)
#define SVM_CLEAN_AVIC			BIT(11)
#define SVM_CLEAN_CET			BIT(12)
#define SVM_CLEAN_ALL			GENMASK(12, 0)

/* EVENTINJ and EXITINTINFO (15.20, 15.7.2) */
#define SVM_EVENT_VECTOR		0xffULL
#define SVM_EVENT_TYPE_SHIFT		8
#define SVM_EVENT_TYPE			(7ULL << SVM_EVENT_TYPE_SHIFT)
#define SVM_EVENT_INTR			(0ULL << SVM_EVENT_TYPE_SHIFT)
#define SVM_EVENT_NMI			(2ULL << SVM_EVENT_TYPE_SHIFT)
#define SVM_EVENT_EXCEPTION		(3ULL << SVM_EVENT_TYPE_SHIFT)
#define SVM_EVENT_SOFT			(4ULL << SVM_EVENT_TYPE_SHIFT)
#define SVM_EVENT_EV			BIT_ULL(11)	/* an error code is in bits 63:32 */
#define SVM_EVENT_V			BIT_ULL(31)

struct vmcb_control {
	u32 intercept_cr;
	u32 intercept_dr;
	u32 intercept_exceptions;
	u32 intercept_misc1;
	u32 intercept_misc2;
	u32 intercept_misc3;
	u8 reserved_018[0x03c - 0x018];
	u16 pause_filter_threshold;
	u16 pause_filter_count;
	u64 iopm_base;
	u64 msrpm_base;
	u64 tsc_offset;
	u32 asid;
	u8 tlb_control;
	u8 reserved_05d[3];
	u32 int_control;
	u32 int_vector;
	u64 int_state;
	u64 exit_code;
	u64 exit_info1;
	u64 exit_info2;
	u64 exit_int_info;
	u64 nested_control;
	u64 avic_apic_bar;
	u64 ghcb;
	u64 event_inj;
	u64 n_cr3;
	u64 lbr_control;
	u32 clean;
	u32 reserved_0c4;
	u64 nrip;
	u8 insn_count;
	u8 insn[15];
	u8 reserved_0e0[0x400 - 0x0e0];
};

/* ---- state save area ------------------------------------------------------- */

/* attributes: bits 0-3 type, 4 S, 5-6 DPL, 7 P, 8 AVL, 9 L, 10 D/B, 11 G */
struct vmcb_segment {
	u16 selector;
	u16 attributes;
	u32 limit;
	u64 base;
};
#define SVM_SEGMENT_ATTRIBUTES		0xfffU
#define SVM_SEGMENT_P			BIT(7)
#define SVM_SEGMENT_L			BIT(9)
#define SVM_SEGMENT_DB			BIT(10)
#define SVM_SEGMENT_DPL_SHIFT		5

struct vmcb_save {
	struct vmcb_segment es;
	struct vmcb_segment cs;
	struct vmcb_segment ss;
	struct vmcb_segment ds;
	struct vmcb_segment fs;
	struct vmcb_segment gs;
	struct vmcb_segment gdtr;
	struct vmcb_segment ldtr;
	struct vmcb_segment idtr;
	struct vmcb_segment tr;
	u8 reserved_0a0[0x0cb - 0x0a0];
	u8 cpl;
	u32 reserved_0cc;
	u64 efer;
	u8 reserved_0d8[0x148 - 0x0d8];
	u64 cr4;
	u64 cr3;
	u64 cr0;
	u64 dr7;
	u64 dr6;
	u64 rflags;
	u64 rip;
	u8 reserved_180[0x1d8 - 0x180];
	u64 rsp;
	u64 s_cet;
	u64 ssp;
	u64 isst_addr;
	u64 rax;
	u64 star;
	u64 lstar;
	u64 cstar;
	u64 sfmask;
	u64 kernel_gs_base;
	u64 sysenter_cs;
	u64 sysenter_esp;
	u64 sysenter_eip;
	u64 cr2;
	u8 reserved_248[0x268 - 0x248];
	u64 g_pat;
	u64 dbgctl;
	u8 reserved_278[0xc00 - 0x278];
};

struct vmcb {
	struct vmcb_control control;
	struct vmcb_save save;
};

#define SVM_ASSERT_AT(type, member, offset) \
	static_assert(offsetof(struct type, member) == (offset), #member)
SVM_ASSERT_AT(vmcb_control, pause_filter_threshold, 0x03c);
SVM_ASSERT_AT(vmcb_control, iopm_base, 0x040);
SVM_ASSERT_AT(vmcb_control, asid, 0x058);
SVM_ASSERT_AT(vmcb_control, tlb_control, 0x05c);
SVM_ASSERT_AT(vmcb_control, int_control, 0x060);
SVM_ASSERT_AT(vmcb_control, int_state, 0x068);
SVM_ASSERT_AT(vmcb_control, exit_code, 0x070);
SVM_ASSERT_AT(vmcb_control, exit_int_info, 0x088);
SVM_ASSERT_AT(vmcb_control, nested_control, 0x090);
SVM_ASSERT_AT(vmcb_control, event_inj, 0x0a8);
SVM_ASSERT_AT(vmcb_control, n_cr3, 0x0b0);
SVM_ASSERT_AT(vmcb_control, clean, 0x0c0);
SVM_ASSERT_AT(vmcb_control, nrip, 0x0c8);
SVM_ASSERT_AT(vmcb_control, insn_count, 0x0d0);
static_assert(sizeof(struct vmcb_control) == 0x400, "the control area");
SVM_ASSERT_AT(vmcb_save, gdtr, 0x060);
SVM_ASSERT_AT(vmcb_save, tr, 0x090);
SVM_ASSERT_AT(vmcb_save, cpl, 0x0cb);
SVM_ASSERT_AT(vmcb_save, efer, 0x0d0);
SVM_ASSERT_AT(vmcb_save, cr4, 0x148);
SVM_ASSERT_AT(vmcb_save, dr6, 0x168);
SVM_ASSERT_AT(vmcb_save, rip, 0x178);
SVM_ASSERT_AT(vmcb_save, rsp, 0x1d8);
SVM_ASSERT_AT(vmcb_save, rax, 0x1f8);
SVM_ASSERT_AT(vmcb_save, kernel_gs_base, 0x220);
SVM_ASSERT_AT(vmcb_save, cr2, 0x240);
SVM_ASSERT_AT(vmcb_save, g_pat, 0x268);
SVM_ASSERT_AT(vmcb_save, dbgctl, 0x270);
static_assert(sizeof(struct vmcb) == 0x1000, "one page");

/* ---- exit codes ------------------------------------------------------------- */

#define SVM_EXIT_CR0_READ		0x000
#define SVM_EXIT_CR4_READ		0x004
#define SVM_EXIT_CR0_WRITE		0x010
#define SVM_EXIT_CR4_WRITE		0x014
#define SVM_EXIT_DR0_READ		0x020
#define SVM_EXIT_DR15_WRITE		0x03f
#define SVM_EXIT_EXCP(vector)		(0x040 + (vector))
#define SVM_EXIT_INTR			0x060
#define SVM_EXIT_NMI			0x061
#define SVM_EXIT_SMI			0x062
#define SVM_EXIT_INIT			0x063
#define SVM_EXIT_VINTR			0x064
#define SVM_EXIT_CR0_SEL_WRITE		0x065
#define SVM_EXIT_RDPMC			0x06f
#define SVM_EXIT_PUSHF			0x070
#define SVM_EXIT_POPF			0x071
#define SVM_EXIT_CPUID			0x072
#define SVM_EXIT_IRET			0x074
#define SVM_EXIT_SWINT			0x075
#define SVM_EXIT_INVD			0x076
#define SVM_EXIT_PAUSE			0x077
#define SVM_EXIT_HLT			0x078
#define SVM_EXIT_INVLPGA		0x07a
#define SVM_EXIT_IOIO			0x07b
#define SVM_EXIT_MSR			0x07c
#define SVM_EXIT_FERR_FREEZE		0x07e
#define SVM_EXIT_SHUTDOWN		0x07f
#define SVM_EXIT_VMRUN			0x080
#define SVM_EXIT_VMMCALL		0x081
#define SVM_EXIT_VMLOAD			0x082
#define SVM_EXIT_VMSAVE			0x083
#define SVM_EXIT_STGI			0x084
#define SVM_EXIT_CLGI			0x085
#define SVM_EXIT_SKINIT			0x086
#define SVM_EXIT_RDTSCP			0x087
#define SVM_EXIT_WBINVD			0x089
#define SVM_EXIT_MONITOR		0x08a
#define SVM_EXIT_MWAIT			0x08b
#define SVM_EXIT_MWAIT_CONDITIONAL	0x08c
#define SVM_EXIT_XSETBV			0x08d
#define SVM_EXIT_RDPRU			0x08e
#define SVM_EXIT_NPF			0x400
#define SVM_EXIT_INVALID		(~0ULL)

/* EXITINFO1 of a MOV to or from CR (15.8.1), with decode assists */
#define SVM_CR_INFO_MOV			BIT_ULL(63)
#define SVM_CR_INFO_GPR			0xfULL

/* EXITINFO1 of IOIO (15.10.2); the port is in bits 31:16, EXITINFO2 the next RIP */
#define SVM_IO_IN			BIT(0)
#define SVM_IO_STR			BIT(2)
#define SVM_IO_REP			BIT(3)
#define SVM_IO_WIDTH_SHIFT		4	/* SZ8, SZ16, SZ32: the bytes */
#define SVM_IO_ADDRESS_SHIFT		7	/* A16, A32, A64: half of the bytes */
#define SVM_IO_SEGMENT_SHIFT		10	/* with decode assists */
#define SVM_IO_PORT_SHIFT		16

/* EXITINFO1 of a nested page fault (15.25.6) */
#define SVM_NPF_W			BIT_ULL(1)
#define SVM_NPF_ID			BIT_ULL(4)
#define SVM_NPF_FINAL			BIT_ULL(32)
#define SVM_NPF_TABLE			BIT_ULL(33)

#endif /* AXVCPU_X86_SVM_VMCB_H */
