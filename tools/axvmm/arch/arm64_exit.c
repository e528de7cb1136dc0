// SPDX-License-Identifier: GPL-3.0-or-later
/* Exits that only arm64 has: system registers, and what CPUs do to each other. */
#include <axvcpu-user.h>
#include <axvcpu/axvcpu_arm64.h>

#include "arm64_machine.h"

/* What PSCI's CPU_ON returns (DEN 0022, 5.6). The module has set success. */
#define PSCI_INVALID_PARAMETERS (-2LL)
#define PSCI_ALREADY_ON		(-4LL)
#define PSCI_INVALID_ADDRESS	(-9LL)

/* ---- SGIs ----------------------------------------------------------------- */

/*
 * ICC_SGI1R_EL1: all but oneself, or some of the 16 CPUs of a cluster. Interrupts of group
 * 0 go nowhere.
 */
static void send_sgi(struct cpu *cpu)
{
	const struct axvcpu_exit *exit = &cpu->run->exit;
	struct gicv3 *gic = &cpu->machine->arch->gic;
	unsigned int i;

	if (!exit->u.send_ipi.group)
		return;
	if (exit->u.send_ipi.send_to_all) {
		for (i = 0; i < gic->cpus; i++)
			if (i != cpu->number)
				gicv3_send(gic, i, exit->u.send_ipi.vector);
		return;
	}
	for (i = 0; i < 16; i++) {
		int target = -1;

		if (exit->u.send_ipi.target_cpu_aux >> i & 1)
			target = gicv3_find(gic, exit->u.send_ipi.target_cpu | i);
		if (target >= 0)
			gicv3_send(gic, (unsigned int)target, exit->u.send_ipi.vector);
	}
}

/* ---- CPUs ----------------------------------------------------------------- */

static void start_cpu(struct cpu *cpu, uint64_t entry, uint64_t context)
{
	const struct axvcpu_arm64_setup_config config = {
		.size = sizeof(config),
		.x = { context },
	};
	struct error error;

	if (hypervisor_start(cpu->hypervisor, entry, &config, sizeof(config), NULL, &error)) {
		machine_end(cpu->machine, EXIT_HOST, error.text);
		return;
	}
	cpu->off = false;
	arm64_gic_started(cpu);
	cpu_wake(cpu);
}

/*
 * Who asks may know that a CPU has switched itself off before its thread has come here
 * to say so. Return: what the guest gets.
 */
static int64_t cpu_on(struct machine *machine, uint64_t affinity, uint64_t entry, uint64_t context)
{
	int number = gicv3_find(&machine->arch->gic, affinity);
	struct cpu *target;

	if (number < 0)
		return PSCI_INVALID_PARAMETERS;
	target = &machine->cpus.cpu[number];
	if (!target->off && (!hypervisor_is_off(target->hypervisor) || !cpu_wait_for_off(target)))
		return PSCI_ALREADY_ON;
	if (!memory_at(&machine->memory, entry, 4))
		return PSCI_INVALID_ADDRESS;
	start_cpu(target, entry, context);
	return 0;
}

static void cpu_up(struct cpu *cpu)
{
	const struct axvcpu_exit *exit = &cpu->run->exit;
	int64_t result = cpu_on(cpu->machine, exit->u.cpu_up.target_cpu, exit->u.cpu_up.entry_point,
				exit->u.cpu_up.arg);

	if (result && hypervisor_set_return_value(cpu->hypervisor, (uint64_t)result))
		machine_end(cpu->machine, EXIT_HOST, "the guest can't be told of its CPUs");
}

static void cpu_down(struct cpu *cpu)
{
	struct machine *machine = cpu->machine;

	gicv3_set_off(&machine->arch->gic, cpu->number, true);
	cpu_set_off(cpu);
	if (cpus_all_off(&machine->cpus))
		machine_end(machine, EXIT_HALTED,
			    machine->cpus.count > 1 ? "the guest switched off all of its CPUs" :
						      "the guest switched off its only CPU");
}

bool arch_exit(struct cpu *cpu)
{
	switch (cpu->run->exit.reason) {
	case AXVCPU_EXIT_SYSREG_READ:
	case AXVCPU_EXIT_SYSREG_WRITE: /* undefined, as where there is no such register */
		axvcpu_run_fault(cpu->run, AXVCPU_ARM64_VECTOR_SYNC, false, 0);
		return true;
	case AXVCPU_EXIT_SEND_IPI:
		send_sgi(cpu);
		return true;
	case AXVCPU_EXIT_CPU_UP:
		cpu_up(cpu);
		return true;
	case AXVCPU_EXIT_CPU_DOWN:
		cpu_down(cpu);
		return true;
	default:
		return false;
	}
}
