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

/** arch_start() - make the vCPU as the guest's loader wants it; 0 or -1 with @error */
int arch_start(struct machine *machine, struct error *error);

/** arch_interrupt_waits() - does a device want the CPU's attention? */
bool arch_interrupt_waits(const struct machine *machine);

/** arch_deliver_interrupt() - if so, inject it or ask for the moment when that is possible */
void arch_deliver_interrupt(struct machine *machine);

/** arch_input() - the console has input */
void arch_input(struct machine *machine);

/** arch_exit() - handle an exit of this architecture's own kinds; false: it is none */
bool arch_exit(struct machine *machine);

void arch_print_registers(struct machine *machine, FILE *out);
void arch_print_stats(const struct machine *machine, FILE *out);

#endif /* AXVMM_ARCH_H */
