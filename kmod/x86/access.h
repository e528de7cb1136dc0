/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest memory by guest addresses. */
#ifndef AXVCPU_X86_ACCESS_H
#define AXVCPU_X86_ACCESS_H

#include "x86.h"

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
/* @address has the canonical form for the widest linear address of a guest. */
bool x86_canonical(u64 address);

#endif /* AXVCPU_X86_ACCESS_H */
