// SPDX-License-Identifier: GPL-3.0-or-later
/* Guests that take interrupts and exceptions, or show them to the VMM. */
#include "../ctl.h"
#include "../smoke.h"
#include "smoke_x86.h"

/* Interrupts are off at the start, so that an injected one waits for STI. */
static const uint8_t wait_for_sti[] = {
	0xb0, 0x41, /* mov $0x41, %al */
	0xe6, 0xe9, /* out %al, $0xe9 */
	0xfb,	    /* sti */
	0x90,	    /* nop */
	0x90,	    /* nop */
	0xfa,	    /* cli */
	0xf4,	    /* hlt */
};

static const uint8_t report_interrupt[] = {
	0xb0, 0x49, /* mov $0x49, %al */
	0xe6, 0xe9, /* out %al, $0xe9 */
	0xcf,	    /* iret */
};

static const uint8_t report_and_halt[] = {
	0xb0, 0x45, /* mov $0x45, %al */
	0xe6, 0xe9, /* out %al, $0xe9 */
	0xf4,	    /* hlt */
};

static const uint8_t just_halt[] = {
	0x90, /* nop */
	0xf4, /* hlt */
};

static const uint8_t halt_for_interrupt[] = {
	0xfb, /* sti */
	0xf4, /* hlt */
	0xfa, /* cli */
	0xf4, /* hlt */
};

static const uint8_t undefined[] = {
	0x0f, 0x0b, /* ud2 */
	0xf4,	    /* hlt */
};

static const uint8_t steps[] = {
	0x90, /* nop */
	0x90, /* nop */
	0xf4, /* hlt */
};

static const uint8_t spin[] = {
	0xfb,	    /* sti */
	0xeb, 0xfe, /* 1: jmp 1b */
};

static int inject(struct guest *guest, uint32_t type, uint32_t vector)
{
	const struct axvcpu_inject event = { .type = type, .vector = vector };

	return axvcpu_vcpu_inject(guest->vcpu, &event);
}

static int inject_interrupt(struct guest *guest)
{
	return inject(guest, AXVCPU_EVENT_INTERRUPT, 0x21);
}

static int inject_nmi(struct guest *guest)
{
	return inject(guest, AXVCPU_EVENT_NMI, 0);
}

static int inject_exception(struct guest *guest)
{
	return inject(guest, AXVCPU_EVENT_EXCEPTION, 6);
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

static const struct axvcpu_x86_create_config show_undefined = {
	.exception_exits = 1U << 6,
};

static const struct smoke_case cases[] = {
	{
		.name = "interrupt",
		.expected = "IO_WRITE 0xe9:1=0x41; IO_WRITE 0xe9:1=0x49; HALT",
		.reason = AXVCPU_EXIT_IO_WRITE,
		.exits = 3,
		.vector = 0x21,
		.prepare = inject_interrupt,
		SMOKE_CODE_IS(wait_for_sti),
		SMOKE_HANDLER_IS(report_interrupt),
	},
	{
		.name = "nmi",
		.expected = "IO_WRITE 0xe9:1=0x45; HALT",
		.reason = AXVCPU_EXIT_IO_WRITE,
		.exits = 2,
		.capability = AXVCPU_CAP_NMI,
		.vector = 2,
		.prepare = inject_nmi,
		SMOKE_CODE_IS(just_halt),
		SMOKE_HANDLER_IS(report_and_halt),
	},
	{
		.name = "exception_injected",
		.expected = "IO_WRITE 0xe9:1=0x45; HALT",
		.reason = AXVCPU_EXIT_IO_WRITE,
		.exits = 2,
		.vector = 6,
		.prepare = inject_exception,
		SMOKE_CODE_IS(just_halt),
		SMOKE_HANDLER_IS(report_and_halt),
	},
	{
		.name = "irq_window",
		.expected = "IO_WRITE 0xe9:1=0x41; IRQ_WINDOW",
		.reason = AXVCPU_EXIT_IRQ_WINDOW,
		.exits = 2,
		.prepare = ask_for_window,
		SMOKE_CODE_IS(wait_for_sti),
	},
	{
		.name = "halt_in_kernel",
		.expected = "IO_WRITE 0xe9:1=0x49",
		.reason = AXVCPU_EXIT_IO_WRITE,
		.exits = 1,
		.capability = AXVCPU_CAP_HALT_IN_KERNEL,
		.behaviours = AXVCPU_VM_HALT_IN_KERNEL,
		.vector = 0x21,
		.prepare = inject_while_blocked,
		SMOKE_CODE_IS(halt_for_interrupt),
		SMOKE_HANDLER_IS(report_interrupt),
	},
	{
		.name = "exception",
		.expected = "EXCEPTION vector 6",
		.reason = AXVCPU_EXIT_EXCEPTION,
		.exits = 1,
		.create = &show_undefined,
		.create_size = sizeof(show_undefined),
		SMOKE_CODE_IS(undefined),
	},
	{
		.name = "debug_single_step",
		.expected = "DEBUG single step=0x4000; "
			    "DEBUG single step=0x4000",
		.reason = AXVCPU_EXIT_DEBUG,
		.exits = 2,
		.capability = AXVCPU_CAP_SINGLE_STEP,
		.prepare = ask_for_steps,
		.bochs_svm = "Bochs: DR6 does not tell the step",
		SMOKE_CODE_IS(steps),
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
