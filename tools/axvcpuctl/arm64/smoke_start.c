// SPDX-License-Identifier: GPL-3.0-or-later
/* How guests start, and how their memory and registers are made ready. */
#include <string.h>

#include "../ctl.h"
#include "../smoke.h"
#include "smoke_arm64.h"

/* The exception level, SP of which level, and the masks. */
static const uint32_t report_mode[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0xd5384240, /* mrs x0, CurrentEL */
	0xb9000020, /* str w0, [x1] */
	0xd5384200, /* mrs x0, SPSel */
	0xb9000020, /* str w0, [x1] */
	0xd53b4220, /* mrs x0, DAIF */
	0xb9000020, /* str w0, [x1] */
};

static const uint32_t report_registers[] = {
	0xd2a00048, /* mov x8, #0x20000 */
	0xf9000100, /* str x0, [x8] */
	0xf9000107, /* str x7, [x8] */
	0x910003e0, /* mov x0, sp */
	0xf9000100, /* str x0, [x8] */
};

static const uint32_t report_id[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0xd53800a0, /* mrs x0, mpidr_el1 */
	0x92405c00, /* and x0, x0, #0xffffff */
	0xb9000020, /* str w0, [x1] */
};

static const struct axvcpu_arm64_setup_config usual = {
	.stack_pointer = SMOKE_STACK,
};

static const struct axvcpu_arm64_setup_config with_registers = {
	.x = { 0x1234, 0, 0, 0, 0, 0, 0, 0x5678 },
	.stack_pointer = SMOKE_STACK,
};

static const struct axvcpu_arm64_create_config with_id = {
	.mpidr = 0x30201,
	.mpidr_valid = 1,
};

/* The machine of QEMU's own; KVM's guests can't be hosts there. */
bool smoke_on_qemu(void)
{
	char machine[32];

	return read_line("/proc/device-tree/compatible", machine, sizeof(machine)) &&
	       !strcmp(machine, "linux,dummy-virt");
}

int smoke_setup(struct guest *guest)
{
	const struct smoke_case *test = guest->test;

	memcpy(guest->ram + SMOKE_CODE, test->code, test->code_size);
	if (test->handler)
		memcpy(guest->ram + SMOKE_HANDLER + test->vector, test->handler,
		       test->handler_size);
	return axvcpu_vcpu_setup(guest->vcpu, test->entry ? test->entry : SMOKE_CODE,
				 test->setup ? test->setup : &usual, sizeof(usual));
}

static const struct smoke_case cases[] = {
	{
		.name = "start_mode",
		.expected = "MMIO_WRITE 0x20000:4=0x4; MMIO_WRITE 0x20000:4=0x1; "
			    "MMIO_WRITE 0x20000:4=0x3c0",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 3,
		SMOKE_CODE_IS(report_mode),
	},
	{
		.name = "start_registers",
		.expected = "MMIO_WRITE 0x20000:8=0x1234; MMIO_WRITE 0x20000:8=0x5678; "
			    "MMIO_WRITE 0x20000:8=0x8000",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 3,
		.setup = &with_registers,
		SMOKE_CODE_IS(report_registers),
	},
	{
		.name = "start_id",
		.expected = "MMIO_WRITE 0x20000:4=0x30201",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 1,
		.create = &with_id,
		.create_size = sizeof(with_id),
		SMOKE_CODE_IS(report_id),
	},
};

const struct smoke_group smoke_start = { cases, ARRAY_SIZE(cases) };
