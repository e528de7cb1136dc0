/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guest that both sides run: one block of memory at guest-physical 0 that
 * holds code, page tables (everything mapped where it is) and a stack, the same to the
 * byte on both. Each architecture has a guest.c and a guest_text.S of its own, with
 * the programs that make sense there.
 */
#ifndef BENCH_GUEST_H
#define BENCH_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "side.h"

#define GUEST_SIZE  0x40000	  /* bytes of that block */
#define GUEST_MMIO  0xd0000000ULL /* nothing is there */
#define GUEST_TOUCH 0x40000000ULL /* where memory to touch is added */

/* A guest can't tell where it runs, but for these numbers. */
#define GUEST_STRING_BYTES 4096
#define GUEST_VECTOR	   0x40

/**
 * enum guest_program - endless loops that leave to user space once each time around
 *
 * GUEST_LEAVE does nothing else, by the cheapest exit that there is (guest_leaves).
 * The second group does what it is called for arg[0] times first, and then leaves in
 * that way. GUEST_TOUCH_PAGES writes to arg[1] addresses, from arg[0] on, arg[2]
 * apart. GUEST_SPIN leaves by nothing.
 */
enum guest_program {
	GUEST_LEAVE,
	GUEST_PIO_OUT,
	GUEST_PIO_IN,
	GUEST_MMIO_WRITE,
	GUEST_MMIO_READ,
	GUEST_HLT,
	GUEST_REP_OUTS,
	GUEST_REP_INS,
	GUEST_HYPERCALL,
	GUEST_SYSREG,
	GUEST_INTERRUPTS, /* with interrupts on (guest_leaves_open) */

	GUEST_CPUID,
	GUEST_RDMSR,
	GUEST_WRMSR,
	GUEST_FIRMWARE,
	GUEST_SYSREG_READ,
	GUEST_SYSREG_WRITE,

	GUEST_TOUCH_PAGES,
	GUEST_CPUID_LIST, /* x86/cpuid_list.h */
	GUEST_SPIN,

	GUEST_PROGRAMS,
};

/** guest_leaves - the exit of GUEST_LEAVE, and of all that have no exit of their own */
extern const enum side_exit guest_leaves;

/** guest_leaves_open - the exit of GUEST_INTERRUPTS */
extern const enum side_exit guest_leaves_open;

/** guest_has() - is there @program on this architecture? */
bool guest_has(enum guest_program program);

/** guest_fill() - write the guest into @memory, GUEST_SIZE bytes of zeroes */
void guest_fill(void *memory);

/** guest_start() - what starts @program, but for the arguments */
struct side_start guest_start(enum guest_program program);

#endif /* BENCH_GUEST_H */
