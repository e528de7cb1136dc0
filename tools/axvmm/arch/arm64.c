// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * An arm64 machine: CPUs, memory, a serial port, an interrupt controller. The CPU's
 * interface of the controller and its timers are the module's, and so is a guest that
 * waits.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <axvcpu/axvcpu_arm64.h>

#include "../file.h"
#include "../loaders/arm64_image.h"
#include "arm64_machine.h"

#define DEFAULT_APPEND "console=ttyAMA0"

const uint32_t arch_id = AXVCPU_ARCH_ARM64;
const uint64_t arch_behaviours = AXVCPU_VM_HALT_IN_KERNEL;

/* ---- making it ---------------------------------------------------------- */

static int add_memory(struct machine *machine, struct error *error)
{
	const struct options *options = &machine->options;
	unsigned int i;

	if (!memory_add(&machine->memory, MEMORY_GPA, options->memory, false, error))
		return -1;
	for (i = 0; i < options->rams; i++) {
		const struct option_ram *ram = &options->ram[i];

		if (ram->gpa < MEMORY_GPA)
			return error_set(error, "--ram can't add memory below 1 GiB");
		if (!memory_add(&machine->memory, ram->gpa, ram->size, false, error))
			return -1;
	}
	return 0;
}

static int put_flat(struct machine *machine, const struct file *file, struct error *error)
{
	uint64_t gpa = machine->options.flat_gpa;
	uint8_t *host = memory_at(&machine->memory, gpa, file->size);

	if (!file->size)
		return error_set(error, "%s is empty", file->path);
	if (gpa % 4)
		return error_set(error,
				 "%s can't start at 0x%" PRIx64
				 ": instructions are at multiples of 4",
				 file->path, gpa);
	if (!host)
		return error_set(error,
				 "%s does not fit into the guest's memory at 0x%" PRIx64
				 ", which begins at 1 GiB",
				 file->path, gpa);
	memcpy(host, file->data, file->size);
	machine->arch->entry = gpa;
	return 0;
}

static int load_flat(struct machine *machine, struct error *error)
{
	struct file file = { 0 };
	int result = file_read(&file, machine->options.flat, error);

	if (!result)
		result = put_flat(machine, &file, error);
	file_free(&file);
	return result;
}

static int put_tree(struct machine *machine, const struct arm64_boot *boot, const char *append)
{
	const struct arm64_tree tree = {
		.memory = &machine->memory,
		.cpus = machine->options.cpus,
		.disk = machine->options.disk,
		.flash = machine->options.firmware,
		.append = append,
		.initrd = boot->initrd_gpa,
		.initrd_size = boot->initrd ? boot->initrd->size : 0,
	};

	machine->arch->entry = boot->entry;
	machine->arch->tree = boot->tree;
	return arm64_write_tree(&tree, memory_at(&machine->memory, boot->tree, ARM64_TREE_SIZE),
				ARM64_TREE_SIZE, boot->error);
}

static int load_kernel(struct machine *machine, struct error *error)
{
	const struct options *options = &machine->options;
	struct file kernel = { 0 }, initrd = { 0 };
	struct arm64_boot boot = {
		.memory = &machine->memory,
		.kernel = &kernel,
		.initrd = options->initrd ? &initrd : NULL,
		.error = error,
	};
	int result = -1;

	if (!file_read(&kernel, options->kernel, error) &&
	    (!options->initrd || !file_read(&initrd, options->initrd, error)) &&
	    !load_arm64_image(&boot))
		result = put_tree(machine, &boot,
				  options->append ? options->append : DEFAULT_APPEND);
	file_free(&kernel);
	file_free(&initrd);
	return result;
}

/* ---- firmware ------------------------------------------------------------- */

/* Erased, but for @file. */
static int add_flash(struct machine *machine, unsigned int number, uint64_t gpa,
		     const struct file *file, struct error *error)
{
	uint8_t *array = memory_add(&machine->memory, gpa, FLASH_SIZE, true, error);

	if (!array)
		return -1;
	memset(array, 0xff, FLASH_SIZE);
	if (file)
		memcpy(array, file->data, file->size);
	machine->arch->flash[number].array = array;
	return 0;
}

/* It starts in flash, and finds the device tree where memory begins. */
static int put_firmware(struct machine *machine, const struct file *file, struct error *error)
{
	const struct arm64_boot boot = {
		.entry = FLASH_GPA,
		.tree = MEMORY_GPA,
		.error = error,
	};

	if (!file->size || file->size > FLASH_SIZE)
		return error_set(error, "%s has %zu bytes; a firmware image has 1 to %llu",
				 file->path, file->size, FLASH_SIZE);
	if (!memory_at(&machine->memory, MEMORY_GPA, ARM64_TREE_SIZE))
		return error_set(error, "There is no room for the device tree: give more with "
					"--memory");
	if (add_flash(machine, 0, FLASH_GPA, file, error) ||
	    add_flash(machine, 1, FLASH2_GPA, NULL, error))
		return -1;
	return put_tree(machine, &boot, NULL);
}

static int load_firmware(struct machine *machine, struct error *error)
{
	struct file file = { 0 };
	int result = file_read(&file, machine->options.firmware, error);

	if (!result)
		result = put_firmware(machine, &file, error);
	file_free(&file);
	return result;
}

/* What the flash holds is memory, or is not. */
static void show_flash(void *opaque, const struct flash *flash, bool array)
{
	struct machine *machine = opaque;
	uint64_t gpa = flash == &machine->arch->flash[0] ? FLASH_GPA : FLASH2_GPA;
	struct error error;
	int failure;

	if (array)
		failure = hypervisor_add_memory(machine->hypervisor, gpa, FLASH_SIZE, flash->array,
						true, &error);
	else
		failure = hypervisor_remove_memory(machine->hypervisor, gpa, FLASH_SIZE);
	if (failure)
		machine_end(machine, EXIT_HOST, "the flash can't be shown or hidden");
}

/* ---- all of it ------------------------------------------------------------ */

static int load_guest(struct machine *machine, struct error *error)
{
	const struct options *options = &machine->options;

	if (options->modules)
		return error_set(error, "--module is not for guests of this architecture (arm64)");
	if (options->firmware)
		return load_firmware(machine, error);
	return options->kernel ? load_kernel(machine, error) : load_flat(machine, error);
}

static void add_flashes(struct machine *machine)
{
	struct flash *flash = machine->arch->flash;

	flash_init(&flash[0], &machine->mmio, FLASH_GPA, flash[0].array, show_flash, machine);
	flash_init(&flash[1], &machine->mmio, FLASH2_GPA, flash[1].array, show_flash, machine);
}

static void add_devices(struct machine *machine)
{
	struct pl011_line line = { console_send, console_receive, &machine->console };
	struct arch *arch = machine->arch;
#define LINE(intid) ((struct irq_line){ gicv3_set_irq, &arch->gic, intid })

	machine->mmio.shift = 12;
	arm64_gic_init(machine);
	pl011_init(&arch->uart, &machine->mmio, UART_GPA, LINE(UART_INTID), line);
	if (machine->options.disk)
		disk_init(&arch->disk, &machine->mmio, DISK_GPA, &machine->memory,
			  LINE(DISK_INTID));
	if (machine->options.firmware)
		add_flashes(machine);
#undef LINE
}

int arch_make(struct machine *machine, struct error *error)
{
	machine->arch = calloc(1, sizeof(*machine->arch));
	if (!machine->arch)
		return error_set(error, "There is no memory for the devices");
	if (machine->options.disk && disk_open(&machine->arch->disk, machine->options.disk, error))
		return -1;
	if (add_memory(machine, error) || load_guest(machine, error))
		return -1;
	add_devices(machine);
	return 0;
}

int arch_start(struct machine *machine, struct error *error)
{
	const struct axvcpu_arm64_setup_config config = {
		.size = sizeof(config),
		.x = { machine->arch->tree },
	};

	return hypervisor_start(machine->hypervisor, machine->arch->entry, &config, sizeof(config),
				NULL, error);
}

void arch_input(struct machine *machine)
{
	pl011_input(&machine->arch->uart);
}
