/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The instruction behind a second-stage fault that no memory answers. */
#ifndef AXVCPU_X86_MMIO_H
#define AXVCPU_X86_MMIO_H

#include "x86.h"

/*
 * From emulate(), after a second-stage fault that no memory answers: decode the
 * instruction at RIP and make the MMIO exit. @insn, @length: bytes that the
 * hardware fetched, 0: none. x->mode is synced.
 */
int x86_mmio(struct x86_vcpu *x, const u8 *insn, unsigned int length,
	     u64 hw_code);
int x86_mmio_done(struct x86_vcpu *x, u64 data);

#endif /* AXVCPU_X86_MMIO_H */
