/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accesses whose abort has no syndrome. */
#ifndef AXVCPU_ARM64_MMIO_H
#define AXVCPU_ARM64_MMIO_H

#include "arm64.h"

/* From emulate(): no memory answers. Return: as emulate(). */
int arm64_mmio(struct arm64_vcpu *v);
int arm64_mmio_done(struct arm64_vcpu *v, u64 data);
/* Between a register and memory: what the guest's byte order makes of @width bytes. */
u64 arm64_order(const struct arm64_vcpu *v, u64 data, unsigned int width);

#endif /* AXVCPU_ARM64_MMIO_H */
