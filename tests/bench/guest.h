/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guest that both sides run: one block of memory at guest-physical 0 that
 * holds code, page tables (everything mapped where it is) and a stack, the same to the
 * byte on both. x86/guest.c and x86/guest_text.S are its x86 form.
 */
#ifndef BENCH_GUEST_H
#define BENCH_GUEST_H

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
 * The second group does what it is called for arg[0] times first, and then leaves by
 * an IO_WRITE. GUEST_TOUCH_PAGES writes to arg[1] addresses, from arg[0] on, arg[2]
 * apart. GUEST_SPIN leaves by nothing.
 */
enum guest_program {
	GUEST_PIO_OUT,
	GUEST_PIO_IN,
	GUEST_MMIO_WRITE,
	GUEST_MMIO_READ,
	GUEST_HLT,
	GUEST_REP_OUTS,
	GUEST_REP_INS,
	GUEST_HYPERCALL,
	GUEST_SYSREG,
	GUEST_INTERRUPTS, /* halts with interrupts on */

	GUEST_CPUID,
	GUEST_RDMSR,
	GUEST_WRMSR,

	GUEST_TOUCH_PAGES,
	GUEST_CPUID_LIST, /* x86/cpuid_list.h */
	GUEST_SPIN,
};

/** guest_fill() - write the guest into @memory, GUEST_SIZE bytes of zeroes */
void guest_fill(void *memory);

/** guest_start() - what starts @program, but for the arguments */
struct side_start guest_start(enum guest_program program);

#endif /* BENCH_GUEST_H */
