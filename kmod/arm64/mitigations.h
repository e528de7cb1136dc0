/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Speculation. */
#ifndef AXVCPU_ARM64_MITIGATIONS_H
#define AXVCPU_ARM64_MITIGATIONS_H

#include "arm64.h"

void arm64_mitigations_init(void);
/* What ARCH_FEATURES of SMCCC answers for WORKAROUND_1 and for WORKAROUND_3. */
s64 arm64_mitigation_v2(void);
s64 arm64_mitigation_history(void);
/* el2_cpu.mitigate of this CPU. */
u64 arm64_mitigations_cpu(void);

#endif /* AXVCPU_ARM64_MITIGATIONS_H */
