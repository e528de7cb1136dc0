/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traps of system registers. */
#ifndef AXVCPU_ARM64_SYSREG_H
#define AXVCPU_ARM64_SYSREG_H

#include "arm64.h"

int el2_exit_sysreg(struct arm64_vcpu *v);

/* The guest's keys, which are there from their first use on. False: it has none. */
bool arm64_pauth_enable(struct arm64_vcpu *v);

#endif /* AXVCPU_ARM64_SYSREG_H */
