/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between one guest and another. */
#ifndef AXVCPU_X86_MITIGATIONS_H
#define AXVCPU_X86_MITIGATIONS_H

#include "x86.h"

/* A CPU enters another vCPU than last time: IBPB. Preemption is off. */
void x86_mitigate_switch(struct x86_vcpu *x);
/* switch.h: x86_mitigate_user() */

#endif /* AXVCPU_X86_MITIGATIONS_H */
