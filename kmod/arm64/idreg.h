/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ID registers that a guest is shown. */
#ifndef AXVCPU_ARM64_IDREG_H
#define AXVCPU_ARM64_IDREG_H

#include "arm64.h"

void arm64_id_init(void);
void arm64_id_new(struct arm64_vcpu *v);
int arm64_id_set(struct arm64_vcpu *v, const struct axvcpu_arm64_id *id);
/* The host can show pointer authentication; the guest is shown it. */
bool arm64_id_host_pauth(void);
bool arm64_id_pauth(const struct arm64_vcpu *v);

static inline unsigned int arm64_id_field(const struct arm64_vcpu *v,
					  unsigned int reg, unsigned int shift)
{
	return ID_FIELD(v->id_regs.reg[reg], shift);
}

#endif /* AXVCPU_ARM64_IDREG_H */
