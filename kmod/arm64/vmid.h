/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMIDs and flushes. */
#ifndef AXVCPU_ARM64_VMID_H
#define AXVCPU_ARM64_VMID_H

#include "arm64.h"

/* Return: enum axvcpu_reason */
u32 arm64_vmid_init(void);
void arm64_vmid_exit(void);
int arm64_vm_new(struct axvcpu_vm *vm);
void arm64_vm_free(struct axvcpu_vm *vm);
/* On a CPU whose translations of EL1&0 were all flushed, with interrupts off. */
void arm64_vmid_forget(struct el2_cpu *c);
/* Once a run(), with interrupts off from there to the last entry: VTTBR_EL2. */
void arm64_vmid_load(struct arm64_vcpu *v, struct el2_cpu *c);
/* Before each entry. Return: enum el2_flush */
u64 arm64_flush_due(struct arm64_vcpu *v, struct el2_cpu *c);

#endif /* AXVCPU_ARM64_VMID_H */
