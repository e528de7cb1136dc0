/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's writes of control registers and EFER. */
#ifndef AXVCPU_X86_CR_H
#define AXVCPU_X86_CR_H

#include <linux/types.h>
#include <asm/processor-flags.h>

#define X86_CR0_KNOWN	(X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS | \
			 X86_CR0_ET | X86_CR0_NE | X86_CR0_WP | X86_CR0_AM | \
			 X86_CR0_NW | X86_CR0_CD | X86_CR0_PG)
#define X86_CR4_PAGING	(X86_CR4_PSE | X86_CR4_PAE | X86_CR4_PGE | \
			 X86_CR4_PCIDE | X86_CR4_SMEP | X86_CR4_SMAP | \
			 X86_CR4_PKE | X86_CR4_LA57)
/* The architecture's and our own rules for control registers and EFER. */
bool x86_cr0_valid(u64 cr0);
bool x86_cr4_valid(u64 cr4);
bool x86_efer_valid(u64 efer);
/*
 * Return: false: #GP(0). @code64: CS is a 64-bit code segment, which real
 * long-mode transitions forbid. Where the new values are pointers, they become
 * what the register holds.
 */
bool x86_write_cr0(u64 old, u64 *cr0, u64 *efer, u64 cr4, bool code64);
bool x86_write_cr4(u64 old, u64 cr4, u64 efer, u64 cr3);
bool x86_write_efer(u64 old, u64 *efer, u64 cr0);
u64 x86_lmsw(u64 old, u64 value);

#endif /* AXVCPU_X86_CR_H */
