/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --move: at random moments the guest goes on in a new VM, with its memory and all
 * registers of its only vCPU, as if it had been saved and restored.
 */
#ifndef AXVMM_MOVE_H
#define AXVMM_MOVE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "timers.h"

struct cpu;
struct machine;

/**
 * struct move - how far --move is
 * @lock: held by another thread while it wakes the vCPU, and while that changes
 * @random: what decides when
 * @seed: where it began
 * @done: moves
 * @exits: until the next one; 0: it is for @timer alone
 * @due: the next one is to be
 */
struct move {
	pthread_mutex_t lock;
	uint64_t random;
	uint64_t seed;
	unsigned int done;
	unsigned int exits;
	bool due;
	struct timer timer;
};

/** move_init() - before there are other threads */
void move_init(struct machine *machine);

/** move_begin() - before the first RUN; ends the machine if that can't be */
void move_begin(struct machine *machine);

/**
 * move_if_due() - after an exit that was handled
 *
 * Return: cpu->hypervisor and cpu->run are others now.
 */
bool move_if_due(struct cpu *cpu);

/** move_print() - how it went */
void move_print(const struct machine *machine, FILE *out);

#endif /* AXVMM_MOVE_H */
