/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's tables, and what it fetches. */
#ifndef AXVCPU_ARM64_ACCESS_H
#define AXVCPU_ARM64_ACCESS_H

#include "arm64.h"

int arm64_translate(struct axvcpu_vcpu *vcpu, struct axvcpu_translate *args);
/*
 * The A64 instruction at the PC. Return: 0; 1: fetching it faults in the guest; -ENXIO: it
 * is in no memory; -EFAULT.
 */
int arm64_fetch(struct arm64_vcpu *v, u32 *word);

#endif /* AXVCPU_ARM64_ACCESS_H */
