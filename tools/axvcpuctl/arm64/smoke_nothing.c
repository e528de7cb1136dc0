// SPDX-License-Identifier: GPL-3.0-or-later
/* Guests that do nothing, for each reason to stop them, or come to an end. */
#include "../ctl.h"
#include "../smoke.h"
#include "smoke_arm64.h"

static const uint32_t spin[] = {
	0x14000000, /* 1: b 1b */
};

static const uint32_t poll[] = {
	0xd503205f, /* 1: wfe */
	0x17ffffff, /* b 1b */
};

static const uint32_t read_device[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0x39404020, /* ldrb w0, [x1, #0x10] */
	0xb9000020, /* str w0, [x1] */
};

static const uint32_t halt_and_go_on[] = {
	0xd503207f, /* wfi */
	0xd2a00041, /* mov x1, #0x20000 */
	0x52800840, /* mov w0, #0x42 */
	0xb9000020, /* str w0, [x1] */
	0xd503207f, /* wfi */
};

/* PSCI's functions (DEN 0022, chapter 5), by SMC. */
static const uint32_t power_off[] = {
	0x52b08000, /* mov w0, #0x84000000 */
	0x11002000, /* add w0, w0, #0x8 */
	0xd4000003, /* smc #0 */
};

static const uint32_t reset[] = {
	0x52b08000, /* mov w0, #0x84000000 */
	0x11002400, /* add w0, w0, #0x9 */
	0xd4000003, /* smc #0 */
};

static const uint32_t cpu_on[] = {
	0xd2b88000, /* mov x0, #0xc4000000 */
	0x91000c00, /* add x0, x0, #0x3 */
	0xd2800021, /* mov x1, #0x1 */
	0xd2840002, /* mov x2, #0x2000 */
	0xd2800663, /* mov x3, #0x33 */
	0xd4000003, /* smc #0 */
};

static const uint32_t cpu_off[] = {
	0x52b08000, /* mov w0, #0x84000000 */
	0x11000800, /* add w0, w0, #0x2 */
	0xd4000003, /* smc #0 */
};

/* The major version in the upper half. */
static const uint32_t version[] = {
	0x52b08000, /* mov w0, #0x84000000 */
	0xd4000003, /* smc #0 */
	0xd2a00041, /* mov x1, #0x20000 */
	0x53107c00, /* lsr w0, w0, #16 */
	0xb9000020, /* str w0, [x1] */
	0xd503207f, /* wfi */
};

/* The read is answered without entering the guest, and the row shows it. */
static int complete_only(struct guest *guest)
{
	int ret;

	smoke_answer(guest);
	if (guest->run->exit.reason != AXVCPU_EXIT_MMIO_READ)
		return 0;
	ret = axvcpu_vcpu_run(guest->vcpu, AXVCPU_RUN_COMPLETE_ONLY);
	if (!ret)
		smoke_record(guest);
	return ret;
}

static const char *wfe_obstacle(void)
{
	return smoke_on_qemu() ? "QEMU: WFE does not trap" : NULL;
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
		SMOKE_CODE_IS(spin),
	},
	{
		.name = "nothing_deadline",
		.expected = "NOTHING DEADLINE",
		.reason = AXVCPU_EXIT_NOTHING,
		.exits = 1,
		.prepare = smoke_set_deadline,
		SMOKE_CODE_IS(spin),
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
		SMOKE_CODE_IS(spin),
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
		.expected = "MMIO_READ 0x20010:1; NOTHING NONE; MMIO_WRITE 0x20000:4=0x5a",
		.reason = AXVCPU_EXIT_NOTHING,
		.exits = 3,
		.answer = 0x5a,
		.on_exit = complete_only,
		SMOKE_CODE_IS(read_device),
	},
	{
		.name = "halt",
		.expected = "HALT; MMIO_WRITE 0x20000:4=0x42; HALT",
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
		.obstacle = wfe_obstacle,
		SMOKE_CODE_IS(poll),
	},
	{
		.name = "system_down_power_off",
		.expected = "SYSTEM_DOWN power off",
		.reason = AXVCPU_EXIT_SYSTEM_DOWN,
		.exits = 1,
		SMOKE_CODE_IS(power_off),
	},
	{
		.name = "system_down_reset",
		.expected = "SYSTEM_DOWN reset",
		.reason = AXVCPU_EXIT_SYSTEM_DOWN,
		.exits = 1,
		SMOKE_CODE_IS(reset),
	},
	{
		.name = "cpu_up",
		.expected = "CPU_UP cpu 0x1 entry 0x2000",
		.reason = AXVCPU_EXIT_CPU_UP,
		.exits = 1,
		SMOKE_CODE_IS(cpu_on),
	},
	{
		.name = "cpu_down",
		.expected = "CPU_DOWN",
		.reason = AXVCPU_EXIT_CPU_DOWN,
		.exits = 1,
		SMOKE_CODE_IS(cpu_off),
	},
	{
		.name = "psci_version",
		.expected = "MMIO_WRITE 0x20000:4=0x1; HALT",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 2,
		SMOKE_CODE_IS(version),
	},
};

const struct smoke_group smoke_nothing = { cases, ARRAY_SIZE(cases) };
