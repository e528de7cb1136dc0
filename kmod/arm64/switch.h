/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The world switch, and its registers. */
#ifndef AXVCPU_ARM64_SWITCH_H
#define AXVCPU_ARM64_SWITCH_H

#include "arm64.h"

/* On a VHE host, with interrupts off. */
/* EL1's registers between the vCPU and this CPU. */
void el2_load_el1(struct el2_guest *g);
void el2_save_el1(struct el2_guest *g);
/* They, and what EL2 has for the guest; once a run(). */
void el2_load_world(struct el2_guest *g, struct el2_cpu *c);
void el2_put_world(struct el2_guest *g, struct el2_cpu *c);
/* One trip, with all exceptions masked. @flush: enum el2_flush. */
void el2_enter(struct el2_guest *g, struct el2_cpu *c, u64 flush);

/*
 * One trip to the guest, whose registers but those of @frame, PC and PSTATE included,
 * are in place. All exceptions are masked. Return: EL2_EXIT_*.
 */
u64 el2_switch(struct el2_frame *frame, struct el2_cpu *c);
u64 nvhe_switch(struct el2_frame *frame, struct el2_cpu *c);
/* Let the host take the SError that the last exit took, as if it came now. */
void el2_host_serror(u64 vector, u64 pstate);

#endif /* AXVCPU_ARM64_SWITCH_H */
