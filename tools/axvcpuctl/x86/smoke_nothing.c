// SPDX-License-Identifier: GPL-3.0-or-later
/* Guests that do nothing, for each reason to stop them, or come to an end. */
#include "../ctl.h"
#include "../smoke.h"
#include "smoke_x86.h"

static const uint8_t spin[] = {
	0xeb, 0xfe, /* 1: jmp 1b */
};

/* It could take interrupts; there are none for it, and the host's end guest mode. */
static const uint8_t spin_open[] = {
	0xfb,	    /* sti */
	0xeb, 0xfe, /* 1: jmp 1b */
};

static const uint8_t poll[] = {
	0xf3, 0x90, /* 1: pause */
	0xeb, 0xfc, /* jmp 1b */
};

static const uint8_t read_port[] = {
	0xe4, 0x60, /* in $0x60, %al */
	0xe6, 0xe9, /* out %al, $0xe9 */
	0xf4,	    /* hlt */
};

static const uint8_t halt_and_go_on[] = {
	0xf4,	    /* hlt */
	0xb0, 0x42, /* mov $0x42, %al */
	0xe6, 0xe9, /* out %al, $0xe9 */
	0xf4,	    /* hlt */
};

static const uint8_t power_off[] = {
	0xba, 0x04, 0x06, /* mov $0x604, %dx */
	0xb8, 0x00, 0x20, /* mov $0x2000, %ax */
	0xef,		  /* out %ax, %dx */
};

/* The table at 0x3000 is empty: the exception finds no handler, nor do its own. */
static const uint8_t triple_fault[] = {
	0x0f, 0x01, 0x1e, 0x00, 0x30, /* lidt 0x3000 */
	0xcc,			      /* int3 */
};

/* The read is answered without entering the guest, and the row shows it. */
static int complete_only(struct guest *guest)
{
	int ret;

	smoke_answer(guest);
	if (guest->run->exit.reason != AXVCPU_EXIT_IO_READ)
		return 0;
	ret = axvcpu_vcpu_run(guest->vcpu, AXVCPU_RUN_COMPLETE_ONLY);
	if (!ret)
		smoke_record(guest);
	return ret;
}

static const struct smoke_case cases[] = {
	{
		.name = "nothing_kick",
		.expected = "NOTHING KICK",
		.reason = AXVCPU_EXIT_NOTHING,
		.exits = 1,
		.prepare = smoke_kick_before,
		SMOKE_CODE_IS(spin),
	},
	{
		.name = "nothing_kick_running",
		.expected = "NOTHING KICK",
		.reason = AXVCPU_EXIT_NOTHING,
		.exits = 1,
		.prepare = smoke_kick_while_running,
		.bochs_svm = "Bochs: no host interrupt while the guest's IF is 0",
		SMOKE_CODE_IS(spin),
	},
	{
		.name = "nothing_deadline",
		.expected = "NOTHING DEADLINE",
		.reason = AXVCPU_EXIT_NOTHING,
		.exits = 1,
		.prepare = smoke_set_deadline,
		SMOKE_CODE_IS(spin_open),
	},
	{
		.name = "nothing_immediate",
		.expected = "NOTHING IMMEDIATE",
		.reason = AXVCPU_EXIT_NOTHING,
		.exits = 1,
		.prepare = smoke_exit_at_once,
		SMOKE_CODE_IS(spin),
	},
	{
		.name = "nothing_signal",
		.expected = "NOTHING SIGNAL",
		.reason = AXVCPU_EXIT_NOTHING,
		.exits = 1,
		.prepare = smoke_set_alarm,
		.finish = smoke_stop_alarm,
		SMOKE_CODE_IS(spin_open),
	},
	{
		.name = "nothing_affinity",
		.expected = "NOTHING AFFINITY",
		.reason = AXVCPU_EXIT_NOTHING,
		.exits = 1,
		.cpus = 2,
		.prepare = smoke_move_while_running,
		SMOKE_CODE_IS(spin),
	},
	{
		.name = "nothing_complete_only",
		.expected = "IO_READ 0x60:1; NOTHING NONE; "
			    "IO_WRITE 0xe9:1=0x5a",
		.reason = AXVCPU_EXIT_NOTHING,
		.exits = 3,
		.answer = 0x5a,
		.on_exit = complete_only,
		SMOKE_CODE_IS(read_port),
	},
	{
		.name = "halt",
		.expected = "HALT; IO_WRITE 0xe9:1=0x42; HALT",
		.reason = AXVCPU_EXIT_HALT,
		.exits = 3,
		SMOKE_CODE_IS(halt_and_go_on),
	},
	{
		.name = "idle",
		.expected = "IDLE",
		.reason = AXVCPU_EXIT_IDLE,
		.exits = 1,
		.capability = AXVCPU_CAP_IDLE_EXITS,
		.behaviours = AXVCPU_VM_IDLE_EXITS,
		SMOKE_CODE_IS(poll),
	},
	{
		.name = "system_down_power_off",
		.expected = "SYSTEM_DOWN power off",
		.reason = AXVCPU_EXIT_SYSTEM_DOWN,
		.exits = 1,
		.capability = AXVCPU_CAP_POWEROFF_PORT,
		.behaviours = AXVCPU_VM_POWEROFF_PORT,
		SMOKE_CODE_IS(power_off),
	},
	{
		.name = "system_down_crash",
		.expected = "SYSTEM_DOWN crash",
		.reason = AXVCPU_EXIT_SYSTEM_DOWN,
		.exits = 1,
		.bochs_svm = "Bochs: a triple fault ends the emulator",
		SMOKE_CODE_IS(triple_fault),
	},
};

const struct smoke_group smoke_nothing = { cases, ARRAY_SIZE(cases) };
