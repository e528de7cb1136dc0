/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firmware's calls. */
#ifndef AXVCPU_ARM64_PSCI_H
#define AXVCPU_ARM64_PSCI_H

#include "arm64.h"

/* A call by HVC or SMC whose function is the firmware's. Return: enum axvcpu_out. */
int arm64_firmware_call(struct arm64_vcpu *v);
/* The rest of AFFINITY_INFO, where locks can be taken. */
int arm64_affinity_info(struct arm64_vcpu *v);
/* @function is the firmware's: the architecture's own, or PSCI. */
bool arm64_is_firmware_call(u32 function);

#endif /* AXVCPU_ARM64_PSCI_H */
