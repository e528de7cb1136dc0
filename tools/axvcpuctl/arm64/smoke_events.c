// SPDX-License-Identifier: GPL-3.0-or-later
/* Guests that wait for interrupts, and that take exceptions. */
#include "../ctl.h"
#include "../smoke.h"
#include "smoke_arm64.h"

static const uint32_t wait_for_interrupt[] = {
	0xd503207f, /* 1: wfi */
	0x17ffffff, /* b 1b */
};

static const uint32_t just_halt[] = {
	0xd2840000, /* mov x0, #0x2000 */
	0xd518c000, /* msr vbar_el1, x0 */
	0xd503207f, /* wfi */
	0xd503207f, /* wfi */
};

/* The syndrome, and the address. */
static const uint32_t report_exception[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0xd5385200, /* mrs x0, esr_el1 */
	0xb9000020, /* str w0, [x1] */
	0xd5386000, /* mrs x0, far_el1 */
	0xf9000020, /* str x0, [x1] */
	0xd503207f, /* wfi */
};

static const uint32_t supervisor_call[] = {
	0xd2840000, /* mov x0, #0x2000 */
	0xd518c000, /* msr vbar_el1, x0 */
	0xd40000e1, /* svc #7 */
};

static const uint32_t spin[] = {
	0x14000000, /* 1: b 1b */
};

static const uint32_t undefined[] = {
	0xd2840000, /* mov x0, #0x2000 */
	0xd518c000, /* msr vbar_el1, x0 */
	0x00000000, /* udf #0 */
};

/* Once the guest has its vectors: an abort of a load, from the same level. */
static int inject_exception(struct guest *guest)
{
	const struct axvcpu_inject event = {
		.type = AXVCPU_EVENT_EXCEPTION,
		.vector = AXVCPU_ARM64_VECTOR_SYNC,
		.has_error_code = 1,
		.error_code = 0x96000010,
		.address = 0x1234,
	};

	return guest->exits == 1 ? axvcpu_vcpu_inject(guest->vcpu, &event) : 0;
}

static const struct smoke_case cases[] = {
	{
		.name = "halt_in_kernel",
		.expected = "NOTHING KICK",
		.reason = AXVCPU_EXIT_NOTHING,
		.exits = 1,
		.capability = AXVCPU_CAP_HALT_IN_KERNEL,
		.behaviours = AXVCPU_VM_HALT_IN_KERNEL,
		.prepare = smoke_kick_while_running,
		SMOKE_CODE_IS(wait_for_interrupt),
	},
	{
		.name = "exception_injected",
		.expected = "HALT; MMIO_WRITE 0x20000:4=0x96000010; "
			    "MMIO_WRITE 0x20000:8=0x1234; HALT",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 4,
		.vector = SMOKE_VECTOR_SYNC,
		.on_exit = inject_exception,
		SMOKE_CODE_IS(just_halt),
		SMOKE_HANDLER_IS(report_exception),
	},
	{
		.name = "exception_own",
		.expected = "MMIO_WRITE 0x20000:4=0x56000007",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 1,
		.vector = SMOKE_VECTOR_SYNC,
		SMOKE_CODE_IS(supervisor_call),
		SMOKE_HANDLER_IS(report_exception),
	},
	{
		.name = "exception_undefined",
		.expected = "MMIO_WRITE 0x20000:4=0x2000000",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 1,
		.vector = SMOKE_VECTOR_SYNC,
		SMOKE_CODE_IS(undefined),
		SMOKE_HANDLER_IS(report_exception),
	},
	{
		.name = "external_interrupt",
		.expected = "EXTERNAL_INTERRUPT",
		.reason = AXVCPU_EXIT_EXTERNAL_INTERRUPT,
		.exits = 1,
		.capability = AXVCPU_CAP_INTERRUPT_EXITS,
		.behaviours = AXVCPU_VM_INTERRUPT_EXITS,
		SMOKE_CODE_IS(spin),
	},
};

const struct smoke_group smoke_events = { cases, ARRAY_SIZE(cases) };
