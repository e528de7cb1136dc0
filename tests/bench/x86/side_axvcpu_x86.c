// SPDX-License-Identifier: GPL-3.0-or-later
/* axvcpu on x86: the start state. */
#include <sys/ioctl.h>

#include <axvcpu/axvcpu_x86.h>

#include "../fail.h"
#include "../side.h"

const uint64_t side_hypercall = 12; /* as KVM's; it is all the same here */

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
	struct axvcpu_x86_setup_config config = {
		.size = sizeof(config),
		.mode = AXVCPU_X86_START_LONG,
		.page_table_root = start->page_table,
		.page_table_levels = 4,
		.stack_pointer = start->stack,
		.rdi = start->arg[0],
		.rsi = start->arg[1],
		.rbx = start->arg[2],
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
