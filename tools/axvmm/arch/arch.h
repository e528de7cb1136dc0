/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an architecture gives to the machine. */
#ifndef AXVMM_ARCH_H
#define AXVMM_ARCH_H

#include "../machine.h"

/** arch_id - enum axvcpu_arch of the host and its guests */
extern const uint32_t arch_id;

/** arch_behaviours - AXVCPU_VM_* that the VM is made with */
extern const uint64_t arch_behaviours;

/** arch_make() - devices, memory and the guest in it; 0 or -1 with @error */
int arch_make(struct machine *machine, struct error *error);

/** arch_start() - make the first vCPU as the guest's loader wants it; 0 or -1 with @error */
int arch_start(struct machine *machine, struct error *error);

/** arch_interrupt_waits() - does a device want the attention of @cpu, which is halted? */
bool arch_interrupt_waits(const struct cpu *cpu);

/**
 * arch_deliver_interrupts() - inject what waits, or ask for the moment when that is possible
 * @cpu: the caller's, which is about to run its guest or to sleep
 */
void arch_deliver_interrupts(struct cpu *cpu);

/** arch_input() - the console has input */
void arch_input(struct machine *machine);

/** arch_exit() - handle an exit of this architecture's own kinds; false: it is none */
bool arch_exit(struct cpu *cpu);

void arch_print_registers(struct cpu *cpu, FILE *out);
void arch_print_stats(const struct machine *machine, FILE *out);

#endif /* AXVMM_ARCH_H */
