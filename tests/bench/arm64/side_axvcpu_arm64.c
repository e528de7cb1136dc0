// SPDX-License-Identifier: GPL-3.0-or-later
/* axvcpu on arm64: the start state. */
#include <sys/ioctl.h>

#include <axvcpu/axvcpu_arm64.h>

#include "../fail.h"
#include "../side.h"

/* SMCCC: the hypervisor's own, a fast call of 64 bits. */
const uint64_t side_hypercall = 0xc6000000;

int side_arch_open(const struct side_device *device)
{
	(void)device;
	return 0;
}

int side_arch_vm_create(struct side_vm *vm)
{
	(void)vm;
	return 0;
}

int side_vcpu_start(struct side_vcpu *vcpu, const struct side_start *start)
{
	struct axvcpu_arm64_setup_config config = {
		.size = sizeof(config),
		.x = { start->arg[0], start->arg[1], start->arg[2], start->program },
		.stack_pointer = start->stack,
	};
	struct axvcpu_setup setup = {
		.size = sizeof(setup),
		.entry = start->entry,
		.config = (uintptr_t)&config,
		.config_length = sizeof(config),
	};
	struct axvcpu_bind bind = { .size = sizeof(bind), .cpu = -1 };

	if (ioctl(vcpu->fd, AXVCPU_SETUP, &setup))
		return fail("SETUP");
	return ioctl(vcpu->fd, AXVCPU_BIND, &bind) ? fail("BIND") : 0;
}
