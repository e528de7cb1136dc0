// SPDX-License-Identifier: GPL-3.0-or-later
/* Guests that talk to devices and to the VMM: device memory, system registers, calls. */
#include "../ctl.h"
#include "../smoke.h"
#include "smoke_arm64.h"

/* A register of the implementation's own, which no table of the module names. */
#define OWN "0x1fffe0"

static const uint32_t mmio_write[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0x52824680, /* mov w0, #0x1234 */
	0x79002020, /* strh w0, [x1, #0x10] */
	0xd503207f, /* wfi */
};

static const uint32_t mmio_write_64[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0xd28ef100, /* mov x0, #0x7788 */
	0xf2aaacc0, /* movk x0, #0x5566, lsl #16 */
	0xf2c66880, /* movk x0, #0x3344, lsl #32 */
	0xf2e22440, /* movk x0, #0x1122, lsl #48 */
	0xf9000820, /* str x0, [x1, #0x10] */
	0xd503207f, /* wfi */
};

/* Register 31 is zero and no stack pointer. */
static const uint32_t mmio_write_zero[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0x3900403f, /* strb wzr, [x1, #0x10] */
	0xd503207f, /* wfi */
};

static const uint32_t mmio_read[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0x92800000, /* mov x0, #-1 */
	0x39404020, /* ldrb w0, [x1, #0x10] */
	0xf9000020, /* str x0, [x1] */
	0xd503207f, /* wfi */
};

static const uint32_t mmio_read_signed[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0x79802020, /* ldrsh x0, [x1, #0x10] */
	0xf9000020, /* str x0, [x1] */
	0x79c02020, /* ldrsh w0, [x1, #0x10] */
	0xf9000020, /* str x0, [x1] */
	0xd503207f, /* wfi */
};

static const uint32_t mmio_read_64[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0xf9400c20, /* ldr x0, [x1, #0x18] */
	0xd344fc00, /* lsr x0, x0, #4 */
	0xb9000020, /* str w0, [x1] */
	0xd503207f, /* wfi */
};

static const uint32_t hypercall[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0xd28000e0, /* mov x0, #7 */
	0xd4000842, /* hvc #0x42 */
	0xb9000020, /* str w0, [x1] */
	0xd503207f, /* wfi */
};

static const uint32_t sysreg_write[] = {
	0xd2822440, /* mov x0, #0x1122 */
	0xd51fffe0, /* msr S3_7_C15_C15_7, x0 */
	0xd503207f, /* wfi */
};

static const uint32_t sysreg_read[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0xd53fffe0, /* mrs x0, S3_7_C15_C15_7 */
	0xf9000020, /* str x0, [x1] */
	0xd503207f, /* wfi */
};

static const uint32_t sysreg_refused[] = {
	0xd2840000, /* mov x0, #0x2000 */
	0xd518c000, /* msr vbar_el1, x0 */
	0xd53fffe0, /* mrs x0, S3_7_C15_C15_7 */
	0xd503207f, /* wfi */
};

/* INTID 5 to the CPUs 0 and 2 of the cluster 3. */
static const uint32_t send_ipi[] = {
	0xd28000a0, /* mov x0, #0x5 */
	0xf2a0a060, /* movk x0, #0x503, lsl #16 */
	0xd518cba0, /* msr S3_0_C12_C11_5, x0 */
	0xd503207f, /* wfi */
};

static const uint32_t mmio_refused[] = {
	0xd2840000, /* mov x0, #0x2000 */
	0xd518c000, /* msr vbar_el1, x0 */
	0xd2a00041, /* mov x1, #0x20000 */
	0xf9400c20, /* ldr x0, [x1, #0x18] */
	0xd503207f, /* wfi */
};

/* The exception's class, and where it was. */
static const uint32_t report_class[] = {
	0xd2a00041, /* mov x1, #0x20000 */
	0xd5385200, /* mrs x0, esr_el1 */
	0xd35afc00, /* lsr x0, x0, #26 */
	0xb9000020, /* str w0, [x1] */
	0xd5384020, /* mrs x0, elr_el1 */
	0xb9000020, /* str w0, [x1] */
};

/* A read is cancelled once, so that the guest does it again. */
static int cancel_first(struct guest *guest)
{
	if (guest->exits == 1)
		axvcpu_run_cancel(guest->run);
	else
		smoke_answer(guest);
	return 0;
}

static int refuse(struct guest *guest)
{
	if (guest->run->exit.flags & AXVCPU_EXIT_PENDING)
		axvcpu_run_fault(guest->run, AXVCPU_ARM64_VECTOR_SYNC, false, 0);
	return 0;
}

static const char *own_register_obstacle(void)
{
	return smoke_on_qemu() ? "QEMU: HCR_EL2.TIDCP has no effect" : NULL;
}

static const struct smoke_case cases[] = {
	{
		.name = "mmio_write",
		.expected = "MMIO_WRITE 0x20010:2=0x1234; HALT",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 2,
		SMOKE_CODE_IS(mmio_write),
	},
	{
		.name = "mmio_write_64",
		.expected = "MMIO_WRITE 0x20010:8=0x1122334455667788; HALT",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 2,
		SMOKE_CODE_IS(mmio_write_64),
	},
	{
		.name = "mmio_write_zero",
		.expected = "MMIO_WRITE 0x20010:1=0x0; HALT",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 2,
		SMOKE_CODE_IS(mmio_write_zero),
	},
	{
		.name = "mmio_read",
		.expected = "MMIO_READ 0x20010:1; MMIO_WRITE 0x20000:8=0x80; HALT",
		.reason = AXVCPU_EXIT_MMIO_READ,
		.exits = 3,
		.answer = 0x80,
		SMOKE_CODE_IS(mmio_read),
	},
	{
		.name = "mmio_read_signed",
		.expected = "MMIO_READ 0x20010:2; MMIO_WRITE 0x20000:8=0xffffffffffff8001; "
			    "MMIO_READ 0x20010:2; MMIO_WRITE 0x20000:8=0xffff8001",
		.reason = AXVCPU_EXIT_MMIO_READ,
		.exits = 4,
		.answer = 0x8001,
		SMOKE_CODE_IS(mmio_read_signed),
	},
	{
		.name = "mmio_read_64",
		.expected = "MMIO_READ 0x20018:8; MMIO_WRITE 0x20000:4=0x89abcdef",
		.reason = AXVCPU_EXIT_MMIO_READ,
		.exits = 2,
		.answer = 0x123456789abcdef0,
		SMOKE_CODE_IS(mmio_read_64),
	},
	{
		.name = "mmio_read_cancelled",
		.expected = "MMIO_READ 0x20010:1; MMIO_READ 0x20010:1; "
			    "MMIO_WRITE 0x20000:8=0x5a",
		.reason = AXVCPU_EXIT_MMIO_READ,
		.exits = 3,
		.answer = 0x5a,
		.on_exit = cancel_first,
		SMOKE_CODE_IS(mmio_read),
	},
	{
		.name = "mmio_read_refused",
		.expected = "MMIO_READ 0x20018:8; MMIO_WRITE 0x20000:4=0x25; "
			    "MMIO_WRITE 0x20000:4=0x100c",
		.reason = AXVCPU_EXIT_MMIO_READ,
		.exits = 3,
		.vector = SMOKE_VECTOR_SYNC,
		.on_exit = refuse,
		SMOKE_CODE_IS(mmio_refused),
		SMOKE_HANDLER_IS(report_class),
	},
	{
		.name = "sysreg_read",
		.expected = "SYSREG_READ " OWN "; MMIO_WRITE 0x20000:8=0x6666666611111111",
		.reason = AXVCPU_EXIT_SYSREG_READ,
		.exits = 2,
		.answer = 0x6666666611111111,
		.obstacle = own_register_obstacle,
		SMOKE_CODE_IS(sysreg_read),
	},
	{
		.name = "sysreg_write",
		.expected = "SYSREG_WRITE " OWN "=0x1122; HALT",
		.reason = AXVCPU_EXIT_SYSREG_WRITE,
		.exits = 2,
		.obstacle = own_register_obstacle,
		SMOKE_CODE_IS(sysreg_write),
	},
	{
		.name = "sysreg_refused",
		.expected = "SYSREG_READ " OWN "; MMIO_WRITE 0x20000:4=0x0; "
			    "MMIO_WRITE 0x20000:4=0x1008",
		.reason = AXVCPU_EXIT_SYSREG_READ,
		.exits = 3,
		.vector = SMOKE_VECTOR_SYNC,
		.on_exit = refuse,
		.obstacle = own_register_obstacle,
		SMOKE_CODE_IS(sysreg_refused),
		SMOKE_HANDLER_IS(report_class),
	},
	{
		.name = "send_ipi",
		.expected = "SEND_IPI cpu 0x300 vector 5; HALT",
		.reason = AXVCPU_EXIT_SEND_IPI,
		.exits = 2,
		SMOKE_CODE_IS(send_ipi),
	},
	{
		.name = "hypercall",
		.expected = "HYPERCALL nr 0x7; MMIO_WRITE 0x20000:4=0x2a; HALT",
		.reason = AXVCPU_EXIT_HYPERCALL,
		.exits = 3,
		.answer = 42,
		SMOKE_CODE_IS(hypercall),
	},
};

const struct smoke_group smoke_devices = { cases, ARRAY_SIZE(cases) };
