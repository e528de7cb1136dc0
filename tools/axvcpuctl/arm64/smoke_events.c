// SPDX-License-Identifier: GPL-3.0-or-later
/* Guests that take interrupts and exceptions. */
#include "../ctl.h"
#include "../smoke.h"
#include "smoke_arm64.h"

/* An SPI: PPIs may have a source in the vCPU. */
#define INTID 40

/*
 * The guest's interrupt interface is on, and its IRQs are masked at the start, so
 * that an injected one waits.
 */
static const uint32_t wait_for_unmask[] = {
	0xd2840000, /* mov x0, #0x2000 */
	0xd518c000, /* msr vbar_el1, x0 */
	0xd2801fe0, /* mov x0, #0xff */
	0xd5184600, /* msr S3_0_C4_C6_0, x0 */
	0xd2800020, /* mov x0, #1 */
	0xd518cce0, /* msr S3_0_C12_C12_7, x0 */
	0xd5033fdf, /* isb */
	0xd2a00041, /* mov x1, #0x20000 */
	0x52800820, /* mov w0, #0x41 */
	0xb9000020, /* str w0, [x1] */
	0xd50342ff, /* msr daifclr, #2 */
	0xd503201f, /* nop */
	0xd50342df, /* msr daifset, #2 */
	0xd503207f, /* wfi */
};

/* Which one it is, by ICC_IAR1_EL1; then its end, by ICC_EOIR1_EL1. */
static const uint32_t take_interrupt[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0xd538cc00, /* mrs x0, S3_0_C12_C12_0 */
	0xb9000020, /* str w0, [x1] */
	0xd518cc20, /* msr S3_0_C12_C12_1, x0 */
	0xd69f03e0, /* eret */
};

static const uint32_t wait_for_interrupt[] = {
	0xd2840000, /* mov x0, #0x2000 */
	0xd518c000, /* msr vbar_el1, x0 */
	0xd2801fe0, /* mov x0, #0xff */
	0xd5184600, /* msr S3_0_C4_C6_0, x0 */
	0xd2800020, /* mov x0, #1 */
	0xd518cce0, /* msr S3_0_C12_C12_7, x0 */
	0xd5033fdf, /* isb */
	0xd50342ff, /* msr daifclr, #2 */
	0xd503207f, /* 1: wfi */
	0x17ffffff, /* b 1b */
};

static const uint32_t steps[] = {
	0xd503201f, /* nop */
	0xd503201f, /* nop */
	0xd503207f, /* wfi */
};

static const uint32_t unmask_and_halt[] = {
	0xd2801fe0, /* mov x0, #0xff */
	0xd5184600, /* msr S3_0_C4_C6_0, x0 */
	0xd2800020, /* mov x0, #1 */
	0xd518cce0, /* msr S3_0_C12_C12_7, x0 */
	0xd5033fdf, /* isb */
	0xd50342ff, /* msr daifclr, #2 */
	0xd503207f, /* wfi */
	0xd503207f, /* wfi */
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

static const uint32_t stops[] = {
	0xd2860001, /* mov x1, #0x3000 */
	0xf9000020, /* str x0, [x1] */
	0xd42000e0, /* brk #7 */
};

/* An exception return to EL2, which the guest does not have. */
static const uint32_t illegal_return[] = {
	0xd2840000, /* mov x0, #0x2000 */
	0xd518c000, /* msr vbar_el1, x0 */
	0xd2807920, /* mov x0, #0x3c9 */
	0xd5184000, /* msr spsr_el1, x0 */
	0xd2820000, /* mov x0, #0x1000 */
	0xd5184020, /* msr elr_el1, x0 */
	0xd69f03e0, /* eret */
};

static const struct axvcpu_arm64_create_config see_brk = {
	.size = sizeof(see_brk),
	.exception_exits = 1ULL << 0x3c,
};

static int set_stops(struct guest *guest, const struct axvcpu_arm64_stops *set)
{
	return axvcpu_vcpu_set_regs(guest->vcpu, AXVCPU_BLOCK_STOPS, set, sizeof(*set));
}

/* At EL1: a breakpoint at the first instruction. */
static int set_breakpoint(struct guest *guest)
{
	const struct axvcpu_arm64_stops set = { .dbgbvr = { SMOKE_CODE }, .dbgbcr = { 0x1e3 } };

	return set_stops(guest, &set);
}

/* A watchpoint for stores to eight bytes. */
static int set_watchpoint(struct guest *guest)
{
	const struct axvcpu_arm64_stops set = { .dbgwvr = { SMOKE_DATA }, .dbgwcr = { 0x1ff3 } };

	return set_stops(guest, &set);
}

static int set_brk(struct guest *guest)
{
	const struct axvcpu_arm64_stops set = { .flags = AXVCPU_ARM64_STOP_BRK };

	return set_stops(guest, &set);
}

static int inject_interrupt(struct guest *guest)
{
	const struct axvcpu_inject event = {
		.type = AXVCPU_EVENT_INTERRUPT,
		.vector = INTID,
	};

	return axvcpu_vcpu_inject(guest->vcpu, &event);
}

static void inject_later(struct guest *guest)
{
	inject_interrupt(guest);
}

static int inject_while_blocked(struct guest *guest)
{
	return smoke_start_helper(guest, inject_later);
}

static int ask_for_window(struct guest *guest)
{
	guest->run->request_flags = AXVCPU_RUN_IRQ_WINDOW;
	return 0;
}

static int ask_for_steps(struct guest *guest)
{
	guest->run->request_flags = AXVCPU_RUN_SINGLE_STEP;
	return 0;
}

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
		.name = "interrupt",
		.expected = "MMIO_WRITE 0x20000:4=0x41; MMIO_WRITE 0x20000:4=0x28; HALT",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 3,
		.vector = SMOKE_VECTOR_IRQ,
		.prepare = inject_interrupt,
		SMOKE_CODE_IS(wait_for_unmask),
		SMOKE_HANDLER_IS(take_interrupt),
	},
	{
		.name = "halt_in_kernel",
		.expected = "MMIO_WRITE 0x20000:4=0x28",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 1,
		.capability = AXVCPU_CAP_HALT_IN_KERNEL,
		.behaviours = AXVCPU_VM_HALT_IN_KERNEL,
		.vector = SMOKE_VECTOR_IRQ,
		.prepare = inject_while_blocked,
		SMOKE_CODE_IS(wait_for_interrupt),
		SMOKE_HANDLER_IS(take_interrupt),
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
		.name = "exception_illegal",
		.expected = "MMIO_WRITE 0x20000:4=0x3a000000",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 1,
		.vector = SMOKE_VECTOR_SYNC,
		SMOKE_CODE_IS(illegal_return),
		SMOKE_HANDLER_IS(report_exception),
	},
	{
		.name = "exception",
		.expected = "EXCEPTION vector 0 error 0xf2000007",
		.reason = AXVCPU_EXIT_EXCEPTION,
		.exits = 1,
		.create = &see_brk,
		.create_size = sizeof(see_brk),
		SMOKE_CODE_IS(stops),
	},
	{
		.name = "irq_window",
		.expected = "HALT; IRQ_WINDOW",
		.reason = AXVCPU_EXIT_IRQ_WINDOW,
		.exits = 2,
		.prepare = ask_for_window,
		SMOKE_CODE_IS(unmask_and_halt),
	},
	{
		.name = "debug_single_step",
		.expected = "DEBUG single step=0x0; DEBUG single step=0x0",
		.reason = AXVCPU_EXIT_DEBUG,
		.exits = 2,
		.capability = AXVCPU_CAP_SINGLE_STEP,
		.prepare = ask_for_steps,
		SMOKE_CODE_IS(steps),
	},
	{
		.name = "debug_breakpoint",
		.expected = "DEBUG breakpoint=0xc0000000",
		.reason = AXVCPU_EXIT_DEBUG,
		.exits = 1,
		.prepare = set_breakpoint,
		SMOKE_CODE_IS(stops),
	},
	{
		.name = "debug_watchpoint",
		.expected = "DEBUG watchpoint=0xd0000000",
		.reason = AXVCPU_EXIT_DEBUG,
		.exits = 1,
		.prepare = set_watchpoint,
		SMOKE_CODE_IS(stops),
	},
	{
		.name = "debug_brk",
		.expected = "DEBUG breakpoint=0xf0000000",
		.reason = AXVCPU_EXIT_DEBUG,
		.exits = 1,
		.prepare = set_brk,
		SMOKE_CODE_IS(stops),
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
