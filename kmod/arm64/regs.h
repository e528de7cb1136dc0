/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configs, register blocks and answers. */
#ifndef AXVCPU_ARM64_REGS_H
#define AXVCPU_ARM64_REGS_H

#include "arm64.h"

int arm64_create(struct arm64_vcpu *v, const void *config, size_t length);
void arm64_set_entry(struct axvcpu_vcpu *vcpu, u64 entry);
int arm64_setup(struct axvcpu_vcpu *vcpu, const void *config, size_t length);
int arm64_reset(struct axvcpu_vcpu *vcpu);
void arm64_set_gpr(struct axvcpu_vcpu *vcpu, unsigned int index, u64 value);
void arm64_set_return_value(struct axvcpu_vcpu *vcpu, u64 value);
u64 arm64_show(struct axvcpu_vcpu *vcpu, struct axvcpu_run *run);
int arm64_get_block(struct axvcpu_vcpu *vcpu, u32 block, void *buffer);
int arm64_set_block(struct axvcpu_vcpu *vcpu, u32 block, const void *buffer);
void arm64_block_lengths(u32 length[AXVCPU_BLOCK_COUNT]);
int arm64_done(struct axvcpu_vcpu *vcpu, u64 data);
int arm64_complete(struct axvcpu_vcpu *vcpu,
		   const struct axvcpu_complete *answer);

#endif /* AXVCPU_ARM64_REGS_H */
