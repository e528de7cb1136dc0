// SPDX-License-Identifier: GPL-3.0-or-later
#include <inttypes.h>
#include <string.h>

#include "machine.h"
#include "signals.h"

/* The next move comes after so much time at most; every other one after so many exits. */
#define MOST_NS	   400000000ULL
#define MOST_EXITS 500
/* The first one, so that the guest has looked at its clock, and would see it jump. */
#define FIRST_NS    10000000000ULL
#define FIRST_EXITS 1000

/* xorshift; @random is never 0 */
static uint64_t next_random(struct move *move, uint64_t below)
{
	move->random ^= move->random << 13;
	move->random ^= move->random >> 7;
	move->random ^= move->random << 17;
	return move->random % below;
}

static void time_is_come(void *opaque)
{
	struct machine *machine = opaque;

	machine->move.due = true;
}

/* Exits are where the guest meets a device, time ends RUN at any instruction. */
static void choose(struct machine *machine)
{
	struct move *move = &machine->move;

	move->due = false;
	move->exits = 0;
	if (move->done == machine->options.moves)
		return;
	timer_set(&machine->timers, &move->timer,
		  machine->timers.now_ns + 1 + next_random(move, MOST_NS) +
			  (move->done ? 0 : FIRST_NS));
	if (!move->done || next_random(move, 2))
		move->exits = 1 + (unsigned int)next_random(move, MOST_EXITS) +
			      (move->done ? 0 : FIRST_EXITS);
}

void move_init(struct machine *machine)
{
	pthread_mutex_init(&machine->move.lock, NULL);
}

/* The guest's counter is no more the host's from the start, so that it has to be moved. */
void move_begin(struct machine *machine)
{
	struct move *move = &machine->move;
	struct axvcpu_clock clock;

	if (!machine->options.moves)
		return;
	move->seed = machine->options.move_seed ? machine->options.move_seed :
						  machine->timers.now_ns | 1;
	move->random = move->seed;
	clock.offset = next_random(move, 1ULL << 48);
	if (hypervisor_set_registers(machine->hypervisor, AXVCPU_BLOCK_CLOCK, &clock,
				     sizeof(clock))) {
		machine_end(machine, EXIT_HOST, "the guest's clock can't be set");
		return;
	}
	timers_add(&machine->timers, &move->timer, time_is_come, machine);
	choose(machine);
}

/* A VM with the guest's memory and a vCPU that is as the old one; NULL with @error */
static struct hypervisor *copy(struct machine *machine, struct error *error)
{
	struct hypervisor *to = hypervisor_open(error);
	unsigned int i;

	if (!to)
		return NULL;
	for (i = 0; i < machine->memory.regions; i++) {
		const struct memory_region *region = &machine->memory.region[i];

		if (hypervisor_add_memory(to, region->gpa, region->size, region->host,
					  region->readonly, error))
			goto close;
	}
	if (hypervisor_copy(to, machine->hypervisor, error))
		goto close;
	return to;
close:
	hypervisor_close(to);
	return NULL;
}

static bool move_now(struct cpu *cpu)
{
	struct machine *machine = cpu->machine;
	struct hypervisor *from = cpu->hypervisor, *to;
	struct error error = { "" };

	to = copy(machine, &error);
	if (!to) {
		machine_end(machine, EXIT_HOST, error.text);
		return false;
	}
	pthread_mutex_lock(&machine->move.lock);
	machine->hypervisor = to;
	cpu->hypervisor = to;
	cpu->run = hypervisor_run_page(to);
	signals_watch(&cpu->run->immediate_exit, cpu->wake_fd);
	pthread_mutex_unlock(&machine->move.lock);
	hypervisor_close(from);
	machine->move.done++;
	choose(machine);
	return true;
}

bool move_if_due(struct cpu *cpu)
{
	const struct axvcpu_run *run = cpu->run;
	struct move *move = &cpu->machine->move;

	if (move->exits && !--move->exits)
		move->due = true;
	/* With an answer to give to this vCPU it can't be yet. */
	if (!move->due || cpu->machine->ended || run->exit.flags & AXVCPU_EXIT_PENDING ||
	    run->complete.action != AXVCPU_ANSWER_NONE)
		return false;
	return move_now(cpu);
}

void move_print(const struct machine *machine, FILE *out)
{
	if (machine->options.moves)
		fprintf(out, "axvmm: the guest was moved %u times of %u (seed %" PRIu64 ")\n",
			machine->move.done, machine->options.moves, machine->move.seed);
}
