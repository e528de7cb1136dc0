/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Guests run at EL1 with the MMU off. What a guest reads it stores to the first
 * bytes of the hole, so that the row shows it.
 */
#ifndef AXVCPUCTL_SMOKE_ARM64_H
#define AXVCPUCTL_SMOKE_ARM64_H

#include <axvcpu/axvcpu_arm64.h>

/* Offsets in the table of vectors at SMOKE_HANDLER (DDI 0487, D1.3.1): from EL1h. */
#define SMOKE_VECTOR_SYNC 0x200
#define SMOKE_VECTOR_IRQ  0x280

/* The host is emulated by QEMU, version 7.2 of which lacks some traps. */
bool smoke_on_qemu(void);

#endif /* AXVCPUCTL_SMOKE_ARM64_H */
