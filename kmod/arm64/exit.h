/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exits, and what is emulated for them. */
#ifndef AXVCPU_ARM64_EXIT_H
#define AXVCPU_ARM64_EXIT_H

#include "arm64.h"

/* The handlers. Return: enum axvcpu_out. */
int el2_handle_exit(struct arm64_vcpu *v);
int el2_emulate(struct axvcpu_vcpu *vcpu);

#endif /* AXVCPU_ARM64_EXIT_H */
