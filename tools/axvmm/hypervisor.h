/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What axvmm needs of the hypervisor, in the terms of axvcpu: a VM and its vCPUs.
 * hypervisor.c does it with libaxvcpu-user; another file that is linked instead can
 * do it with another hypervisor.
 */
#ifndef AXVMM_HYPERVISOR_H
#define AXVMM_HYPERVISOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <axvcpu/axvcpu.h>

#include "error.h"

/** struct hypervisor - the VM, and one vCPU of it */
struct hypervisor;

/** hypervisor_open() - make the VM, with vCPU 0; NULL with @error */
struct hypervisor *hypervisor_open(struct error *error);
void hypervisor_close(struct hypervisor *hypervisor);

/** hypervisor_another() - the same VM, with vCPU @number, which is off; NULL with @error */
struct hypervisor *hypervisor_another(const struct hypervisor *hypervisor, unsigned int number,
				      struct error *error);

/** hypervisor_add_memory() - show @host to the guest; 0, or -1 with @error */
int hypervisor_add_memory(struct hypervisor *hypervisor, uint64_t gpa, uint64_t size, void *host,
			  bool readonly, struct error *error);

/** hypervisor_remove_memory() - take away what was shown at @gpa; 0 or a negative errno */
int hypervisor_remove_memory(struct hypervisor *hypervisor, uint64_t gpa, uint64_t size);

/**
 * hypervisor_start() - give the vCPU its start state, again if it had one; it is ready
 * to run afterwards. From any thread, while the vCPU does not run
 * @config: the architecture's setup config
 * @gdt: x86: base and limit, NULL: as SETUP has it
 *
 * Return: 0, or -1 with @error.
 */
int hypervisor_start(struct hypervisor *hypervisor, uint64_t entry, const void *config,
		     size_t config_length, const void *gdt, struct error *error);

/**
 * hypervisor_copy() - make the vCPU as @from is, another VM's, which has no exit pending;
 * it is ready to run afterwards
 *
 * Return: 0, or -1 with @error: @from goes on.
 */
int hypervisor_copy(struct hypervisor *hypervisor, struct hypervisor *from, struct error *error);

/** hypervisor_run_page() - once started; hypervisor_data_area() likewise */
struct axvcpu_run *hypervisor_run_page(struct hypervisor *hypervisor);
void *hypervisor_data_area(struct hypervisor *hypervisor, size_t *size);

/** hypervisor_run() - 0 or a negative errno; the exit is in the run page */
int hypervisor_run(struct hypervisor *hypervisor);

/** hypervisor_kick() - end a run, from any thread */
void hypervisor_kick(struct hypervisor *hypervisor);

/** hypervisor_inject_interrupt() - from any thread; 0 or a negative errno */
int hypervisor_inject_interrupt(struct hypervisor *hypervisor, uint32_t vector);

/** hypervisor_set_return_value() - of the call that the guest left by; 0 or a negative errno */
int hypervisor_set_return_value(struct hypervisor *hypervisor, uint64_t value);

/** hypervisor_is_off() - has the vCPU switched itself off? From any thread */
bool hypervisor_is_off(struct hypervisor *hypervisor);

/** hypervisor_get_registers() - one block; 0 or a negative errno; so hypervisor_set_registers() */
int hypervisor_get_registers(struct hypervisor *hypervisor, uint32_t block, void *registers,
			     size_t length);
int hypervisor_set_registers(struct hypervisor *hypervisor, uint32_t block, const void *registers,
			     size_t length);

/** hypervisor_get_stats() - the hypervisor's own counters; -EOPNOTSUPP: it has none */
int hypervisor_get_stats(struct hypervisor *hypervisor, struct axvcpu_stats *stats);

#endif /* AXVMM_HYPERVISOR_H */
