/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an exit and an event are called, in records, statistics and traces. */
#ifndef AXVCPU_ARM64_RECORD_H
#define AXVCPU_ARM64_RECORD_H

#include "arm64.h"

/* hw_code of the last exit */
u64 el2_hw_code(const struct arm64_vcpu *v);
/* The guest has been given an event: for the statistics and the trace. */
void arm64_delivered(struct arm64_vcpu *v, u32 type, u32 vector);

#endif /* AXVCPU_ARM64_RECORD_H */
