// SPDX-License-Identifier: GPL-3.0-or-later
/* An x86 machine: a PC without PCI, APIC and display. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "x86_machine.h"

const uint32_t arch_id = AXVCPU_ARCH_X86;
const uint64_t arch_behaviours = 0;

#define DEFAULT_APPEND "console=ttyS0"

#define IRQ_PIT	     0
#define IRQ_KEYBOARD 1
#define IRQ_UART     4
#define IRQ_DISK     5
#define IRQ_RTC	     8

#define UART_PORT 0x3f8
#define DISK_GPA  0xd0000000

/* Bytes of the BIOS data area that programs read without asking the BIOS. */
#define BDA_COM1       0x400
#define BDA_EBDA       0x40e /* segment of the EBDA */
#define BDA_MEMORY_KIB 0x413

/* ---- devices ------------------------------------------------------------ */

static uint64_t wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static void press(void *opaque, enum power_event event, int status)
{
	struct machine *machine = opaque;

	switch (event) {
	case POWER_OFF:
		machine_end(machine, EXIT_POWER_OFF, NULL);
		break;
	case POWER_RESET:
		machine_end(machine, EXIT_RESET, "the guest reset the machine");
		break;
	case POWER_DEBUG_EXIT:
		machine_end(machine, status, NULL);
		break;
	}
}

static void add_devices(struct machine *machine)
{
	struct arch *arch = machine->arch;
	struct power_switch power = { press, machine };
	struct uart_line line = { console_send, console_receive, &machine->console };
	struct bus *ports = &arch->ports;
	struct timers *timers = &machine->timers;
#define LINE(number) ((struct irq_line){ pic_set_irq, &arch->pic, number })

	machine->mmio.shift = 12;
	pic_init(&arch->pic, ports);
	pit_init(&arch->pit, ports, timers, LINE(IRQ_PIT));
	rtc_init(&arch->rtc, ports, timers, LINE(IRQ_RTC), wall_ns, machine->memory.low_top,
		 machine->memory.high_size);
	uart_init(&arch->uart, ports, UART_PORT, LINE(IRQ_UART), line);
	i8042_init(&arch->i8042, ports, LINE(IRQ_KEYBOARD), power);
	debug_init(&arch->debug, ports, power, console_send, &machine->console);
	reset_init(&arch->reset, ports, power);
	acpi_init(&arch->acpi, ports, timers, LINE(ACPI_IRQ), power);
	if (machine->options.disk)
		disk_init(&arch->disk, &machine->mmio, DISK_GPA, &machine->memory, LINE(IRQ_DISK));
	x86_add_msrs(&arch->msrs);
#undef LINE
}

/* ---- memory ------------------------------------------------------------- */

/*
 * One piece for us; for the guest it ends before the holes and goes on behind
 * them. @area: from there to 1 MiB there is memory again.
 */
static int add_main_memory(struct memory *memory, uint64_t size, uint64_t area, struct error *error)
{
	uint64_t low = size < X86_LOW_END ? size : X86_LOW_END;
	uint8_t *host = memory_allocate(size, error);

	if (!host || memory_show(memory, 0, X86_HOLE_START, host, false, error) ||
	    memory_show(memory, area, low - area, host + area, false, error) ||
	    (size > low && memory_show(memory, X86_4G, size - low, host + low, false, error)))
		return -1;
	memory->low_top = low;
	memory->high_size = size - low;
	if (memory_tell(memory, 0, X86_EBDA, true, error) ||
	    memory_tell(memory, X86_EBDA, X86_HOLE_START - X86_EBDA, false, error) ||
	    memory_tell(memory, area, X86_HOLE_END - area, false, error) ||
	    (low > X86_HOLE_END &&
	     memory_tell(memory, X86_HOLE_END, low - X86_HOLE_END, true, error)) ||
	    (size > low && memory_tell(memory, X86_4G, size - low, true, error)))
		return -1;
	return 0;
}

static int add_memory(struct machine *machine, struct error *error)
{
	const struct options *options = &machine->options;
	unsigned int i;

	if (add_main_memory(&machine->memory, options->memory,
			    options->firmware ? X86_FIRMWARE_RAM : X86_BIOS_AREA, error))
		return -1;
	for (i = 0; i < options->rams; i++) {
		const struct option_ram *ram = &options->ram[i];

		if (ram->gpa < X86_HOLE_END)
			return error_set(error, "--ram can't add memory below 1 MiB");
		if (options->disk && ram->gpa < DISK_GPA + VIRTIO_MMIO_SIZE &&
		    ram->gpa + ram->size > DISK_GPA)
			return error_set(error, "--ram can't be where the disk is, at 0x%x",
					 DISK_GPA);
		if (!memory_add(&machine->memory, ram->gpa, ram->size, false, error) ||
		    memory_tell(&machine->memory, ram->gpa, ram->size, true, error))
			return -1;
	}
	return 0;
}

/* ---- the guest ---------------------------------------------------------- */

static void put16(struct memory *memory, uint64_t gpa, uint16_t value)
{
	memcpy(memory_at(memory, gpa, sizeof(value)), &value, sizeof(value));
}

/*
 * The sockets of option ROMs: empty, which reads as all ones. Kernels search
 * them byte for byte, which is slow where there is no memory.
 */
static int add_sockets(struct memory *memory, struct error *error)
{
	uint64_t size = X86_BIOS_AREA - X86_SOCKETS;
	uint8_t *host = memory_add(memory, X86_SOCKETS, size, true, error);

	if (!host)
		return -1;
	memset(host, 0xff, size);
	return 0;
}

/* What firmware would have left in memory for a kernel. */
static int put_firmware_data(struct machine *machine, struct boot *boot)
{
	static const struct acpi_disk disk = { DISK_GPA, VIRTIO_MMIO_SIZE, IRQ_DISK };

	if (add_sockets(&machine->memory, boot->error))
		return -1;
	put16(&machine->memory, BDA_COM1, UART_PORT);
	put16(&machine->memory, BDA_EBDA, X86_EBDA >> 4);
	put16(&machine->memory, BDA_MEMORY_KIB, X86_EBDA >> 10);
	acpi_write_tables(memory_at(&machine->memory, X86_ACPI_TABLES, ACPI_TABLES_SIZE),
			  X86_ACPI_TABLES, machine->options.disk ? &disk : NULL);
	boot->rsdp = X86_ACPI_TABLES;
	return 0;
}

static int read_modules(const struct options *options, struct boot_module *module,
			struct error *error)
{
	unsigned int i;

	_Static_assert(OPTIONS_MODULES <= BOOT_MODULES, "they all fit");
	for (i = 0; i < options->modules; i++) {
		module[i].args = options->module[i].args;
		if (file_read(&module[i].file, options->module[i].path, error))
			return -1;
	}
	return 0;
}

static int load(struct machine *machine, struct boot *boot, struct boot_module *module)
{
	const struct options *options = &machine->options;
	struct file kernel = { 0 }, initrd = { 0 };
	const char *path = options->kernel ? options->kernel :
			   options->flat   ? options->flat :
					     options->firmware;
	int result = -1;

	if (file_read(&kernel, path, boot->error) ||
	    (options->initrd && file_read(&initrd, options->initrd, boot->error)) ||
	    read_modules(options, module, boot->error))
		goto out;
	boot->kernel = &kernel;
	boot->initrd = options->initrd ? &initrd : NULL;
	boot->modules = options->modules;
	boot->module = module;
	if (options->kernel) {
		result = put_firmware_data(machine, boot) ? -1 : load_kernel(boot);
	} else if (options->flat) {
		result = load_flat(boot, options->flat_gpa);
	} else {
		result = load_firmware(boot);
	}
out:
	file_free(&kernel);
	file_free(&initrd);
	return result;
}

static int load_guest(struct machine *machine, struct error *error)
{
	struct boot_module module[OPTIONS_MODULES] = { 0 };
	struct boot boot = {
		.memory = &machine->memory,
		.append = machine->options.append ? machine->options.append : DEFAULT_APPEND,
		.error = error,
	};
	int result = load(machine, &boot, module);
	unsigned int i;

	for (i = 0; i < machine->options.modules; i++)
		file_free(&module[i].file);
	machine->arch->start = boot.start;
	return result;
}

int arch_make(struct machine *machine, struct error *error)
{
	if (machine->options.cpus > 1)
		return error_set(
			error,
			"--cpus %u is more than an x86 guest can have, which starts its other CPUs by a local APIC, and has none",
			machine->options.cpus);
	machine->arch = calloc(1, sizeof(*machine->arch));
	if (!machine->arch)
		return error_set(error, "There is no memory for the devices");
	if (machine->options.disk &&
	    disk_open(&machine->arch->disk, machine->options.disk, error))
		return -1;
	if (add_memory(machine, error) || load_guest(machine, error))
		return -1;
	add_devices(machine);
	return 0;
}

int arch_start(struct machine *machine, struct error *error)
{
	const struct x86_start *start = &machine->arch->start;
	struct axvcpu_x86_setup_config config = {
		.size = sizeof(config),
		.flags = start->cs_base ? AXVCPU_X86_SETUP_CS_BASE : 0,
		.mode = start->mode,
		.cs_selector = start->cs_selector,
		.cs_base = start->cs_base,
		.page_table_root = start->page_tables,
		.stack_pointer = start->rsp,
		.rax = start->rax,
		.rbx = start->rbx,
		.rsi = start->rsi,
		.rdi = start->rdi,
	};
	struct axvcpu_x86_table gdt = { .base = start->gdt, .limit = start->gdt_limit };

	return hypervisor_start(machine->hypervisor, start->entry, &config, sizeof(config),
				start->gdt ? &gdt : NULL, error);
}

/* ---- interrupts --------------------------------------------------------- */

bool arch_interrupt_waits(const struct cpu *cpu)
{
	return pic_asserted(&cpu->machine->arch->pic);
}

void arch_deliver_interrupts(struct cpu *cpu)
{
	struct pic *pic = &cpu->machine->arch->pic;
	struct axvcpu_run *run = cpu->run;

	if (!pic_asserted(pic)) {
		run->request_flags &= ~AXVCPU_RUN_IRQ_WINDOW;
		return;
	}
	/* Which interrupt it is gets decided as late as it can be. */
	if (!run->interrupt_flag || run->interrupt_shadow || run->irq_pending) {
		run->request_flags |= AXVCPU_RUN_IRQ_WINDOW;
		return;
	}
	run->request_flags &= ~AXVCPU_RUN_IRQ_WINDOW;
	if (hypervisor_inject_interrupt(cpu->hypervisor, pic_acknowledge(pic)))
		machine_end(cpu->machine, EXIT_HOST, "an interrupt can't be injected");
}

void arch_input(struct machine *machine)
{
	uart_input(&machine->arch->uart);
}
