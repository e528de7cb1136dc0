/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both back ends do with an exit, and with its answer. */
#ifndef AXVCPU_X86_EXIT_H
#define AXVCPU_X86_EXIT_H

#include "x86.h"

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

/* HYPERCALL from the general registers. The guest's CPL is 0 (else #UD). */
int x86_hypercall(struct x86_vcpu *x, u64 next_rip, u64 hw_code);

/* Answer to whatever waits: x86_done() calls pio, mmio, msr by kind. */
int x86_done(struct axvcpu_vcpu *vcpu, u64 data);
int x86_complete(struct axvcpu_vcpu *vcpu,
		 const struct axvcpu_complete *answer);

#endif /* AXVCPU_X86_EXIT_H */
