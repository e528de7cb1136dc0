/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers: create and setup configs, register blocks. */
#ifndef AXVCPU_X86_REGS_H
#define AXVCPU_X86_REGS_H

#include "x86.h"

/*
 * x86_create() parses the create config; x86_prepare() makes the FPU area, if there is
 * none yet. Nobody looks at a register before x86_setup() or x86_reset() wrote them
 * all. x86_destroy() also without the others.
 */
int x86_create(struct x86_vcpu *x, const void *config, size_t length);
int x86_prepare(struct x86_vcpu *x);
void x86_destroy(struct x86_vcpu *x);
/* All registers as after INIT, nothing pending. */
void x86_reset(struct x86_vcpu *x);
int x86_setup(struct x86_vcpu *x, const void *config, size_t length);
int x86_get_block(struct axvcpu_vcpu *vcpu, u32 block, void *buffer);
int x86_set_block(struct axvcpu_vcpu *vcpu, u32 block, const void *buffer);
void x86_block_lengths(u32 length[AXVCPU_BLOCK_COUNT]);

/* axvcpu_arch_ops members that need nothing of the back end */
void x86_set_entry(struct axvcpu_vcpu *vcpu, u64 entry);
void x86_set_gpr(struct axvcpu_vcpu *vcpu, unsigned int index, u64 value);
void x86_set_return_value(struct axvcpu_vcpu *vcpu, u64 value);

#endif /* AXVCPU_X86_REGS_H */
