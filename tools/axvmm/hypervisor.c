// SPDX-License-Identifier: GPL-3.0-or-later
/* The hypervisor is axvcpu. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <axvcpu-user.h>
#include <axvcpu/axvcpu_x86.h>

#include "arch/arch.h"
#include "hypervisor.h"

struct hypervisor {
	struct axvcpu_device *device;
	struct axvcpu_vm *vm;
	struct axvcpu_vcpu *vcpu;
	struct axvcpu_info info;
};

static const char *words_for_open(int failure)
{
	switch (failure) {
	case -ENOENT:
		return "the module is not loaded (as root: axvcpuctl load)";
	case -EACCES:
		return "permission denied (be root, or in the group axvcpu)";
	case -EPROTONOSUPPORT:
		return "the module speaks another version of the interface";
	default:
		return strerror(-failure);
	}
}

static int make_vm(struct hypervisor *hypervisor, struct error *error)
{
	int failure = axvcpu_open(NULL, &hypervisor->device);

	if (failure)
		return error_set(error, "%s can't be opened: %s", AXVCPU_DEVICE,
				 words_for_open(failure));
	failure = axvcpu_get_info(hypervisor->device, &hypervisor->info);
	if (failure)
		return error_set(error, "%s gives no information: %s", AXVCPU_DEVICE,
				 strerror(-failure));
	if (hypervisor->info.reason)
		return error_set(error, "Guests can't run here: %s (axvcpuctl doctor says more)",
				 axvcpu_name(AXVCPU_NAME_REASON, hypervisor->info.reason));
	if (hypervisor->info.arch != arch_id)
		return error_set(error, "this axvmm can't make guests of this architecture (%s)",
				 axvcpu_name(AXVCPU_NAME_ARCH, hypervisor->info.arch));
	failure = axvcpu_vm_create(hypervisor->device, arch_behaviours, &hypervisor->vm);
	if (failure)
		return error_set(error, "The VM can't be made: %s", strerror(-failure));
	return 0;
}

static int make_vcpu(struct hypervisor *hypervisor, unsigned int number, struct error *error)
{
	int failure = axvcpu_vcpu_create(hypervisor->vm, number, NULL, 0, &hypervisor->vcpu);

	if (failure)
		return error_set(error, "The vCPU can't be made: %s", strerror(-failure));
	return 0;
}

static struct hypervisor *allocate(struct error *error)
{
	struct hypervisor *hypervisor = calloc(1, sizeof(*hypervisor));

	if (!hypervisor)
		error_format(error, "There is no memory for the VM");
	return hypervisor;
}

struct hypervisor *hypervisor_open(struct error *error)
{
	struct hypervisor *hypervisor = allocate(error);

	if (hypervisor && (make_vm(hypervisor, error) || make_vcpu(hypervisor, 0, error))) {
		hypervisor_close(hypervisor);
		return NULL;
	}
	return hypervisor;
}

/* The device and the VM stay the first one's. */
struct hypervisor *hypervisor_another(const struct hypervisor *hypervisor, unsigned int number,
				      struct error *error)
{
	struct hypervisor *another;

	if (number >= hypervisor->info.max_vcpus) {
		error_format(error, "--cpus is too many: the module has %u at most",
			     hypervisor->info.max_vcpus);
		return NULL;
	}
	another = allocate(error);
	if (!another)
		return NULL;
	another->vm = hypervisor->vm;
	another->info = hypervisor->info;
	if (make_vcpu(another, number, error)) {
		free(another);
		return NULL;
	}
	return another;
}

void hypervisor_close(struct hypervisor *hypervisor)
{
	if (!hypervisor)
		return;
	axvcpu_vcpu_close(hypervisor->vcpu);
	axvcpu_vm_close(hypervisor->vm);
	axvcpu_close(hypervisor->device);
	free(hypervisor);
}

int hypervisor_add_memory(struct hypervisor *hypervisor, uint64_t gpa, uint64_t size, void *host,
			  bool readonly, struct error *error)
{
	int failure = axvcpu_vm_set_memory(hypervisor->vm, gpa, host, size,
					   readonly ? AXVCPU_MEM_READONLY : 0);

	if (failure == -EINVAL && hypervisor->info.gpa_bits < 64 &&
	    (gpa + size - 1) >> hypervisor->info.gpa_bits)
		return error_set(error,
				 "The memory at 0x%" PRIx64
				 " ends above the %u bits that an address has on this host",
				 gpa, hypervisor->info.gpa_bits);
	if (failure)
		return error_set(error, "The guest can't be given the memory at 0x%" PRIx64 ": %s",
				 gpa, strerror(-failure));
	return 0;
}

int hypervisor_remove_memory(struct hypervisor *hypervisor, uint64_t gpa, uint64_t size)
{
	return axvcpu_vm_set_memory(hypervisor->vm, gpa, NULL, size, AXVCPU_MEM_DELETE);
}

/* x86: SETUP leaves the descriptor table empty; some guests load segments from ours. */
static int set_gdt(struct hypervisor *hypervisor, const struct axvcpu_x86_table *gdt)
{
	struct axvcpu_x86_system system;
	int failure = axvcpu_vcpu_get_regs(hypervisor->vcpu, AXVCPU_BLOCK_SYSTEM, &system,
					   sizeof(system));

	if (failure)
		return failure;
	system.gdt = *gdt;
	return axvcpu_vcpu_set_regs(hypervisor->vcpu, AXVCPU_BLOCK_SYSTEM, &system, sizeof(system));
}

int hypervisor_start(struct hypervisor *hypervisor, uint64_t entry, const void *config,
		     size_t config_length, const void *gdt, struct error *error)
{
	int failure = axvcpu_vcpu_reset(hypervisor->vcpu);

	if (!failure)
		failure = axvcpu_vcpu_setup(hypervisor->vcpu, entry, config, config_length);
	if (!failure && gdt)
		failure = set_gdt(hypervisor, gdt);
	if (failure)
		return error_set(error, "The vCPU does not take its start state: %s",
				 strerror(-failure));
	failure = axvcpu_vcpu_bind(hypervisor->vcpu, -1);
	if (failure)
		return error_set(error, "The vCPU can't be placed on a CPU: %s",
				 strerror(-failure));
	return 0;
}

static int copy_block(struct hypervisor *to, struct hypervisor *from, uint32_t block)
{
	uint32_t length = from->info.block_length[block];
	void *registers;
	int failure;

	if (!length)
		return 0;
	registers = malloc(length);
	if (!registers)
		return -ENOMEM;
	failure = axvcpu_vcpu_get_regs(from->vcpu, block, registers, length);
	if (!failure)
		failure = axvcpu_vcpu_set_regs(to->vcpu, block, registers, length);
	free(registers);
	return failure;
}

/* SETUP's state is only where the blocks are put over. */
int hypervisor_copy(struct hypervisor *hypervisor, struct hypervisor *from, struct error *error)
{
	uint32_t block;

	if (hypervisor_start(hypervisor, 0, NULL, 0, NULL, error))
		return -1;
	for (block = 0; block < AXVCPU_BLOCK_COUNT; block++) {
		int failure = copy_block(hypervisor, from, block);

		if (failure)
			return error_set(error, "The vCPU's registers can't be moved (block %u): %s",
					 block, strerror(-failure));
	}
	return 0;
}

struct axvcpu_run *hypervisor_run_page(struct hypervisor *hypervisor)
{
	return axvcpu_vcpu_run_page(hypervisor->vcpu);
}

void *hypervisor_data_area(struct hypervisor *hypervisor, size_t *size)
{
	return axvcpu_vcpu_data_area(hypervisor->vcpu, size);
}

int hypervisor_run(struct hypervisor *hypervisor)
{
	return axvcpu_vcpu_run(hypervisor->vcpu, 0);
}

void hypervisor_kick(struct hypervisor *hypervisor)
{
	axvcpu_vcpu_kick(hypervisor->vcpu);
}

int hypervisor_inject_interrupt(struct hypervisor *hypervisor, uint32_t vector)
{
	const struct axvcpu_inject event = { .type = AXVCPU_EVENT_INTERRUPT, .vector = vector };

	return axvcpu_vcpu_inject(hypervisor->vcpu, &event);
}

int hypervisor_set_return_value(struct hypervisor *hypervisor, uint64_t value)
{
	return axvcpu_vcpu_set_return_value(hypervisor->vcpu, value);
}

int hypervisor_get_registers(struct hypervisor *hypervisor, uint32_t block, void *registers,
			     size_t length)
{
	return axvcpu_vcpu_get_regs(hypervisor->vcpu, block, registers, length);
}

int hypervisor_set_registers(struct hypervisor *hypervisor, uint32_t block, const void *registers,
			     size_t length)
{
	return axvcpu_vcpu_set_regs(hypervisor->vcpu, block, registers, length);
}

bool hypervisor_is_off(struct hypervisor *hypervisor)
{
	struct axvcpu_get_state state;

	return !axvcpu_vcpu_get_state(hypervisor->vcpu, &state) && state.power == AXVCPU_POWER_OFF;
}

int hypervisor_get_stats(struct hypervisor *hypervisor, struct axvcpu_stats *stats)
{
	return axvcpu_vcpu_get_stats(hypervisor->vcpu, stats);
}
