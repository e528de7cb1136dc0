// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A plain 64-bit ELF program: long mode, memory mapped one to one, interrupts
 * off, a stack, and RDI points to a start info as PVH has it. The address of
 * the entry is virtual; since virtual is physical here, it is moved to where
 * its segment was loaded.
 */
#include <elf.h>
#include <inttypes.h>

#include "elf.h"

#define STACK 0x4000ULL

static uint64_t physical_entry(const struct elf *elf)
{
	unsigned int i;

	for (i = 0; i < elf->loads; i++) {
		const struct elf_segment *segment = &elf->load[i];

		if (elf->entry >= segment->virtual &&
		    elf->entry - segment->virtual < segment->memory_size)
			return elf->entry - segment->virtual + segment->physical;
	}
	return elf->entry;
}

int load_elf64(struct boot *boot)
{
	struct elf elf;
	uint64_t end, stack;

	if (elf_parse(&elf, boot->kernel, boot->error))
		return -1;
	if (!elf.is_64)
		return error_set(
			boot->error,
			"%s is a 32-bit ELF file with neither a Multiboot header nor a PVH note",
			boot->kernel->path);
	if (elf_load(boot, &elf, &end))
		return -1;
	boot->start.mode = AXVCPU_X86_START_LONG;
	boot->start.entry = physical_entry(&elf);
	if (!memory_is_usable(boot->memory, boot->start.entry, 1))
		return error_set(boot->error,
				 "%s starts at 0x%" PRIx64 ", where the guest has no memory",
				 boot->kernel->path, boot->start.entry);
	if (start_set_gdt(boot) || start_set_paging(boot) ||
	    start_info(boot, end, &boot->start.rdi) ||
	    !place_boot_data(boot, STACK, MEMORY_PAGE, &stack, "the stack"))
		return -1;
	boot->start.rsp = stack + STACK;
	return 0;
}
