/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine: the guest's memory, devices and CPUs, and the loop that runs it. */
#ifndef AXVMM_MACHINE_H
#define AXVMM_MACHINE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "bus.h"
#include "console.h"
#include "cpus.h"
#include "devices/device.h"
#include "error.h"
#include "hypervisor.h"
#include "memory.h"
#include "move.h"
#include "options.h"
#include "timers.h"

/*
 * enum exit_status - what the program's exit status means: see axvmm(1).
 * Odd numbers are the guest's, by the debug-exit port.
 */
enum exit_status {
	EXIT_POWER_OFF = 0,
	EXIT_USAGE = 2,
	EXIT_HOST = 4,
	EXIT_RESET = 6,
	EXIT_HALTED = 8,
	EXIT_TIMEOUT = 10,
	EXIT_TRIPLE_FAULT = 12,
	EXIT_UNEXPECTED = 14,
};

struct arch;

/**
 * struct machine - all of it
 * @mmio: devices at guest-physical addresses
 * @arch: the architecture's devices
 * @input: the console's thread has something
 * @ended: @status holds
 * @dump: the end is one that somebody will want to look into
 * @failure: what RUN failed with, 0: it did not
 */
struct machine {
	struct options options;
	struct hypervisor *hypervisor;
	struct memory memory;
	struct timers timers;
	struct timer timeout;
	struct console console;
	struct bus mmio;
	struct arch *arch;
	struct cpus cpus;
	struct move move;
	atomic_bool input;
	bool ended;
	bool dump;
	int failure;
	int status;
};

/**
 * machine_make() - memory, devices, the guest loaded, its first CPU ready
 *
 * Return: 0, or an exit status with @error.
 */
int machine_make(struct machine *machine, struct error *error);

/** machine_run() - until the guest or the user ends it; returns the exit status */
int machine_run(struct machine *machine);

/** machine_now_ns() - CLOCK_MONOTONIC */
uint64_t machine_now_ns(void);

/**
 * machine_end() - end the loop
 * @text: for the user, NULL: nothing to say
 */
void machine_end(struct machine *machine, int status, const char *text);

/** machine_print_stats() - what --stats shows, to standard error */
void machine_print_stats(struct machine *machine);

#endif /* AXVMM_MACHINE_H */
