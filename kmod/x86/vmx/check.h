/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AXVCPU_X86_VMX_CHECK_H
#define AXVCPU_X86_VMX_CHECK_H

#ifdef __KERNEL__
#include <linux/stddef.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
typedef uint32_t u32;
typedef uint64_t u64;
typedef uint16_t u16;
#endif

enum vmx_check_segment_index {
	VMX_CHECK_ES, VMX_CHECK_CS, VMX_CHECK_SS, VMX_CHECK_DS,
	VMX_CHECK_FS, VMX_CHECK_GS, VMX_CHECK_LDTR, VMX_CHECK_TR,
	VMX_CHECK_SEGMENTS,
};

struct vmx_check_segment {
	u64 base;
	u32 limit;
	u32 ar;		/* as in the VMCS */
	u16 selector;
};

/** struct vmx_check_state - the fields of the VMCS that vmx_check_guest() looks at */
struct vmx_check_state {
	u64 cr0;
	u64 cr3;
	u64 cr4;
	u64 efer;
	u64 rip;
	u64 rflags;
	u64 dr7;
	u64 pdpte[4];		/* of PAE paging */
	u64 pending_debug;
	u64 gdt_base;
	u64 idt_base;
	u64 sysenter_esp;
	u64 sysenter_eip;
	u32 interruptibility;
	u32 event;
	u32 address_bits;
	u32 linear_bits;
	bool ia32e;		/* the entry control */
	struct vmx_check_segment segment[VMX_CHECK_SEGMENTS];
};

/*
 * The check of the guest-state area that @s fails, for an unrestricted guest, in
 * words, or NULL. Pure: also run in user space.
 */
const char *vmx_check_guest(const struct vmx_check_state *s);

/* A VM-instruction error in words. */
const char *vmx_instruction_error(u32 error);

#endif /* AXVCPU_X86_VMX_CHECK_H */
