// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Between the distributor and the CPUs' interfaces, which are the hypervisor's. An edge
 * is injected by whoever brought it about, also into a guest that runs. A level is
 * injected by the CPU's own thread: an INJECT can't be taken back, so a level that is
 * still asserted waits until the guest is done with the last one, and to find that out
 * the thread looks at the interface. An edge is told again if the interface of another
 * CPU has it pending already, since that can't be seen from here.
 */
#include <errno.h>
#include <string.h>

#include <axvcpu/axvcpu_arm64.h>

#include "arm64_machine.h"

/* When an interrupt whose line stays asserted is looked at again. */
#define RETRY_NS 1000000ULL

#define VIRTUAL_TIMER  27
#define PHYSICAL_TIMER 30

#define LRS	    16
#define LR_INTID    0xffffffffULL /* ICH_LR<n>_EL2 */
#define LR_PRIORITY (0xa0ULL << 48)
#define LR_GROUP    (1ULL << 60)
#define LR_PENDING  (1ULL << 62)
#define LR_ACTIVE   (1ULL << 63)
#define LR_STATE    (LR_PENDING | LR_ACTIVE)

static uint64_t affinity(unsigned int cpu)
{
	return arm64_affinity(cpu);
}

/* ---- an interface ----------------------------------------------------------- */

/** struct held - what an interface has of one bank */
struct held {
	uint32_t pending;
	uint32_t active;
};

static struct held held_by(const struct axvcpu_arm64_events *events, unsigned int bank)
{
	struct held held = { events->interrupts[bank / 2] >> (bank % 2 * 32), 0 };
	unsigned int i;

	for (i = 0; i < LRS; i++) {
		uint64_t lr = events->list[i];
		uint32_t bit = 1U << (lr & LR_INTID) % 32;

		if (!lr || (lr & LR_INTID) / 32 != bank)
			continue;
		held.pending |= lr & LR_PENDING ? bit : 0;
		held.active |= lr & LR_ACTIVE ? bit : 0;
	}
	return held;
}

static int read_events(const struct cpu *cpu, struct axvcpu_arm64_events *events)
{
	return hypervisor_get_registers(cpu->hypervisor, AXVCPU_BLOCK_EVENTS, events,
					sizeof(*events));
}

static void clear(struct axvcpu_arm64_events *events, unsigned int bank, struct held no)
{
	unsigned int i;

	events->interrupts[bank / 2] &= ~((uint64_t)no.pending << (bank % 2 * 32));
	for (i = 0; i < LRS; i++) {
		uint32_t bit = 1U << (events->list[i] & LR_INTID) % 32;

		if ((events->list[i] & LR_INTID) / 32 != bank)
			continue;
		if (no.pending & bit)
			events->list[i] &= ~LR_PENDING;
		if (no.active & bit)
			events->list[i] &= ~LR_ACTIVE;
		if (!(events->list[i] & LR_STATE))
			events->list[i] = 0;
	}
}

/* One that is pending is active as well; else it needs a list register that is free. */
static void make_active(struct axvcpu_arm64_events *events, unsigned int intid)
{
	unsigned int i, spare = LRS;

	for (i = 0; i < LRS; i++) {
		if (!events->list[i]) {
			spare = spare == LRS ? i : spare;
		} else if ((events->list[i] & LR_INTID) == intid) {
			events->list[i] |= LR_ACTIVE;
			return;
		}
	}
	if (spare < LRS)
		events->list[spare] = intid | LR_PRIORITY | LR_GROUP | LR_ACTIVE;
}

/* ---- what the distributor's registers show of them ------------------------------ */

static bool concerns(const struct cpu *cpu, unsigned int number)
{
	return !cpu->off && (number == GICV3_EVERY_CPU || number == cpu->number);
}

static void look(void *opaque, unsigned int number, unsigned int bank, uint32_t *pending,
		 uint32_t *active)
{
	struct machine *machine = opaque;
	struct axvcpu_arm64_events events;
	unsigned int i;

	cpus_hold(&machine->cpus);
	for (i = 0; i < machine->cpus.count; i++) {
		const struct cpu *cpu = &machine->cpus.cpu[i];
		struct held held;

		if (!concerns(cpu, number) || read_events(cpu, &events))
			continue;
		held = held_by(&events, bank);
		*pending |= held.pending;
		*active |= held.active;
	}
}

/* In vain at a CPU that waits for a device's answer, or if no list register is free. */
static void change_one(const struct cpu *cpu, unsigned int bank, struct held no, uint32_t activate)
{
	struct axvcpu_arm64_events events, before;
	unsigned int i;

	if (read_events(cpu, &events))
		return;
	before = events;
	clear(&events, bank, no);
	for (i = 0; i < 32; i++)
		if (activate >> i & 1)
			make_active(&events, bank * 32 + i);
	if (memcmp(&before, &events, sizeof(events)))
		hypervisor_set_registers(cpu->hypervisor, AXVCPU_BLOCK_EVENTS, &events,
					 sizeof(events));
}

static void change(void *opaque, unsigned int number, unsigned int bank, uint32_t pending,
		   uint32_t active, uint32_t activate)
{
	struct machine *machine = opaque;
	unsigned int i;

	cpus_hold(&machine->cpus);
	for (i = 0; i < machine->cpus.count; i++)
		if (concerns(&machine->cpus.cpu[i], number))
			change_one(&machine->cpus.cpu[i], bank, (struct held){ pending, active },
				   activate);
}

void arm64_gic_init(struct machine *machine)
{
	const struct gicv3_interfaces interfaces = { look, change, machine };

	gicv3_init(&machine->arch->gic, &machine->mmio, GICD_GPA, GICR_GPA, machine->options.cpus,
		   affinity, &interfaces);
}

void arm64_gic_started(struct cpu *cpu)
{
	cpu->machine->arch->timers_off[cpu->number] = 0;
	gicv3_set_off(&cpu->machine->arch->gic, cpu->number, false);
}

/* ---- timers, which the module raises -------------------------------------------- */

static uint8_t timers_to_hold(const struct cpu *cpu)
{
	uint32_t passes = gicv3_forwards(&cpu->machine->arch->gic, cpu->number);

	return (passes >> VIRTUAL_TIMER & 1 ? 0 : AXVCPU_ARM64_TIMER_VIRTUAL) |
	       (passes >> PHYSICAL_TIMER & 1 ? 0 : AXVCPU_ARM64_TIMER_PHYSICAL);
}

static bool timers_change(const struct cpu *cpu)
{
	return timers_to_hold(cpu) != cpu->machine->arch->timers_off[cpu->number];
}

/* In vain if the guest waits for a device's answer: then before the next run. */
static void hold_timers(struct cpu *cpu)
{
	struct axvcpu_arm64_events events;
	struct held no = { 0, 0 };

	if (!timers_change(cpu) || read_events(cpu, &events))
		return;
	events.timers_off = timers_to_hold(cpu);
	if (events.timers_off & AXVCPU_ARM64_TIMER_VIRTUAL)
		no.pending |= 1U << VIRTUAL_TIMER;
	if (events.timers_off & AXVCPU_ARM64_TIMER_PHYSICAL)
		no.pending |= 1U << PHYSICAL_TIMER;
	clear(&events, 0, no);
	if (!hypervisor_set_registers(cpu->hypervisor, AXVCPU_BLOCK_EVENTS, &events,
				      sizeof(events)))
		cpu->machine->arch->timers_off[cpu->number] = events.timers_off;
}

/* ---- delivering ------------------------------------------------------------------- */

bool arch_interrupt_waits(const struct cpu *cpu)
{
	unsigned int i;

	for (i = 0; i < GICV3_BANKS; i++)
		if (gicv3_due(&cpu->machine->arch->gic, cpu->number, i))
			return true;
	return false;
}

/* One that waits there already is the same one. */
static void inject(const struct cpu *cpu, unsigned int intid)
{
	int failure = hypervisor_inject_interrupt(cpu->hypervisor, intid);

	if (failure && failure != -EBUSY)
		machine_end(cpu->machine, EXIT_HOST, "an interrupt can't be injected");
}

static void deliver_own(struct cpu *cpu, unsigned int bank, struct held held)
{
	struct gicv3 *gic = &cpu->machine->arch->gic;
	uint32_t due = gicv3_due(gic, cpu->number, bank);
	uint32_t waits = held.pending | (held.active & gicv3_by_level(gic, cpu->number, bank));
	unsigned int i;

	for (i = 0; i < 32 && due >> i; i++) {
		if (!(due >> i & 1))
			continue;
		if (!(waits >> i & 1))
			inject(cpu, bank * 32 + i);
		gicv3_give(gic, cpu->number, bank * 32 + i);
	}
}

/* Levels that the guest is done with and that are still asserted come again. */
static void take_back(struct cpu *cpu, unsigned int bank, struct held held)
{
	struct gicv3 *gic = &cpu->machine->arch->gic;
	uint32_t done = gicv3_given(gic, cpu->number, bank) & ~(held.pending | held.active);
	unsigned int i;

	for (i = 0; i < 32 && done >> i; i++)
		if (done >> i & 1)
			gicv3_take_back(gic, cpu->number, bank * 32 + i);
}

static bool needs_look(const struct cpu *cpu)
{
	unsigned int i;

	for (i = 0; i < GICV3_BANKS; i++)
		if (gicv3_due(&cpu->machine->arch->gic, cpu->number, i) ||
		    gicv3_given(&cpu->machine->arch->gic, cpu->number, i))
			return true;
	return false;
}

static void deliver_here(struct cpu *cpu)
{
	struct axvcpu_arm64_events events;
	unsigned int i;

	if (!needs_look(cpu))
		return;
	if (read_events(cpu, &events)) {
		machine_end(cpu->machine, EXIT_HOST, "a CPU's interrupts can't be read");
		return;
	}
	for (i = 0; i < GICV3_BANKS; i++) {
		struct held held = held_by(&events, i);

		take_back(cpu, i, held);
		deliver_own(cpu, i, held);
		if (gicv3_given(&cpu->machine->arch->gic, cpu->number, i))
			cpu->look_ns = cpu->machine->timers.now_ns + RETRY_NS;
	}
}

/* What only the CPU's own thread can do. */
static void summon(struct cpu *cpu)
{
	bool *summoned = &cpu->machine->arch->summoned[cpu->number];

	if (!*summoned)
		cpu_wake(cpu);
	*summoned = true;
}

static void deliver_there(struct cpu *cpu, unsigned int bank)
{
	struct gicv3 *gic = &cpu->machine->arch->gic;
	uint32_t due = gicv3_due(gic, cpu->number, bank);
	uint32_t levels = gicv3_by_level(gic, cpu->number, bank);
	unsigned int i;

	for (i = 0; i < 32 && due >> i; i++) {
		if (!((due & ~levels) >> i & 1))
			continue;
		inject(cpu, bank * 32 + i);
		gicv3_give(gic, cpu->number, bank * 32 + i);
	}
	if (levels)
		summon(cpu);
}

static void deliver_elsewhere(const struct cpu *self)
{
	struct machine *machine = self->machine;
	unsigned int i, bank;

	for (i = 0; i < machine->cpus.count; i++) {
		struct cpu *cpu = &machine->cpus.cpu[i];

		if (cpu == self || cpu->off)
			continue;
		for (bank = 0; bank < GICV3_BANKS; bank++)
			deliver_there(cpu, bank);
		if (timers_change(cpu))
			summon(cpu);
	}
}

void arch_deliver_interrupts(struct cpu *cpu)
{
	struct arch *arch = cpu->machine->arch;

	arch->summoned[cpu->number] = false;
	if (!cpu->off) {
		hold_timers(cpu);
		deliver_here(cpu);
	}
	if (arch->gic.changed)
		deliver_elsewhere(cpu);
	arch->gic.changed = false;
}
