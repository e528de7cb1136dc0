// SPDX-License-Identifier: GPL-3.0-or-later
/* Exits that only x86 has: ports and MSRs. */
#include <string.h>

#include <axvcpu-user.h>

#include "x86_machine.h"

#define GENERAL_PROTECTION 13

/* ---- ports -------------------------------------------------------------- */

/* INS and OUTS: the elements are in the data area. */
static void string_io(struct cpu *cpu, bool write)
{
	const struct axvcpu_exit *exit = &cpu->run->exit;
	unsigned int width = exit->u.io.width;
	uint32_t count = exit->u.io.count;
	struct bus *ports = &cpu->machine->arch->ports;
	size_t size;
	uint8_t *data = hypervisor_data_area(cpu->hypervisor, &size);
	uint8_t *end = data + (count < size / width ? count : size / width) * width;

	for (; data < end; data += width) {
		uint64_t value = 0;

		if (write) {
			memcpy(&value, data, width);
			bus_write(ports, exit->u.io.port, width, value);
		} else {
			value = bus_read(ports, exit->u.io.port, width);
			memcpy(data, &value, width);
		}
	}
}

static void io_read(struct cpu *cpu)
{
	struct axvcpu_run *run = cpu->run;
	uint64_t value = 0;

	if (run->exit.flags & AXVCPU_EXIT_DATA_AREA)
		string_io(cpu, false);
	else
		value = bus_read(&cpu->machine->arch->ports, run->exit.u.io.port, run->exit.u.io.width);
	axvcpu_run_done(run, value);
}

static void io_write(struct cpu *cpu)
{
	struct axvcpu_run *run = cpu->run;

	if (run->exit.flags & AXVCPU_EXIT_DATA_AREA)
		string_io(cpu, true);
	else
		bus_write(&cpu->machine->arch->ports, run->exit.u.io.port, run->exit.u.io.width,
			  run->exit.u.io.data);
	if (run->exit.flags & AXVCPU_EXIT_PENDING)
		axvcpu_run_done(run, 0);
}

/* ---- MSRs --------------------------------------------------------------- */

/*
 * MSRs that the kernel module leaves to us and that guests use without asking
 * first: they read as zero and ignore what is written. Every other one raises
 * #GP, as on a processor that does not have it.
 */
static const struct {
	uint32_t first;
	uint32_t last;
} harmless[] = {
	{ 0x0000002a, 0x0000002a }, /* Intel: power-on configuration */
	{ 0x00000034, 0x00000034 }, /* Intel: SMI count */
	{ 0x000000c1, 0x000000c8 }, /* Intel: performance counters */
	{ 0x000000cd, 0x000000cd }, /* Intel: bus frequency */
	{ 0x000000e7, 0x000000e8 }, /* MPERF, APERF */
	{ 0x00000140, 0x00000140 }, /* Intel: features enabled */
	{ 0x0000017b, 0x0000017b }, /* machine check: control */
	{ 0x00000186, 0x0000018d }, /* Intel: performance event selection */
	{ 0x00000198, 0x0000019c }, /* Intel: clock and thermal control */
	{ 0x000001a2, 0x000001a2 }, /* Intel: temperature target */
	{ 0x00000400, 0x0000047f }, /* machine check: banks */
	{ 0x00000606, 0x00000606 }, /* Intel: units of power */
	{ 0xc0000104, 0xc0000104 }, /* AMD: TSC ratio */
	{ 0xc001001a, 0xc001001a }, /* AMD: top of memory */
	{ 0xc001001d, 0xc001001d }, /* AMD: top of memory above 4 GiB */
	{ 0xc0010061, 0xc001006b }, /* AMD: P-states */
	{ 0xc0010112, 0xc0010113 }, /* AMD: SMM memory */
	{ 0xc0010140, 0xc0010141 }, /* AMD: OS visible workarounds */
	{ 0xc0010200, 0xc001020b }, /* AMD: more performance counters */
	{ 0xc0011020, 0xc0011020 }, /* AMD: load-store unit */
	{ 0xc0011023, 0xc0011023 }, /* AMD: bus unit */
};

static uint64_t harmless_read(void *device, uint64_t offset, unsigned int width)
{
	(void)device, (void)offset, (void)width;
	return 0;
}

static void harmless_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	(void)device, (void)offset, (void)width, (void)value;
}

void x86_add_msrs(struct bus *msrs)
{
	static const struct bus_device ops = { harmless_read, harmless_write, 8 };
	unsigned int i;

	for (i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		bus_add(msrs, harmless[i].first, harmless[i].last - harmless[i].first + 1, &ops,
			NULL);
}

static void sysreg(struct cpu *cpu, bool write)
{
	struct axvcpu_run *run = cpu->run;
	struct bus *msrs = &cpu->machine->arch->msrs;
	uint64_t number = run->exit.u.sysreg.addr, value = 0;
	bool there = bus_has(msrs, number);

	/* Also where there is none, so that it is counted. */
	if (write)
		bus_write(msrs, number, sizeof(value), run->exit.u.sysreg.value);
	else
		value = bus_read(msrs, number, sizeof(value));
	if (there)
		axvcpu_run_done(run, value);
	else
		axvcpu_run_fault(run, GENERAL_PROTECTION, true, 0);
}

bool arch_exit(struct cpu *cpu)
{
	switch (cpu->run->exit.reason) {
	case AXVCPU_EXIT_IO_READ:
		io_read(cpu);
		return true;
	case AXVCPU_EXIT_IO_WRITE:
		io_write(cpu);
		return true;
	case AXVCPU_EXIT_SYSREG_READ:
		sysreg(cpu, false);
		return true;
	case AXVCPU_EXIT_SYSREG_WRITE:
		sysreg(cpu, true);
		return true;
	default:
		return false;
	}
}
