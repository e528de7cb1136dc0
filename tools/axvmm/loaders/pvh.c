// SPDX-License-Identifier: GPL-3.0-or-later
/* An ELF file with a PVH note, after Xen's docs/misc/pvh.pandoc. */
#include <elf.h>
#include <inttypes.h>
#include <string.h>

#include "elf.h"

#define XEN_NAME	  "Xen"
#define PHYS32_ENTRY_TYPE 18

static uint64_t padded(uint64_t size, uint64_t align)
{
	return (size + align - 1) & ~(align - 1);
}

/* The 32-bit entry in the notes at @data, or 0. */
static uint32_t entry_in_notes(const uint8_t *data, uint64_t size, uint64_t align)
{
	while (size >= sizeof(Elf64_Nhdr)) {
		uint64_t name, descriptor, whole;
		Elf64_Nhdr note;

		memcpy(&note, data, sizeof(note));
		name = sizeof(note);
		descriptor = name + padded(note.n_namesz, align);
		whole = descriptor + padded(note.n_descsz, align);
		/* The last one needs no padding. */
		if (descriptor > size || note.n_descsz > size - descriptor)
			return 0;
		if (note.n_type == PHYS32_ENTRY_TYPE && note.n_namesz == sizeof(XEN_NAME) &&
		    !memcmp(data + name, XEN_NAME, sizeof(XEN_NAME)) &&
		    note.n_descsz >= sizeof(uint32_t)) {
			uint32_t entry;

			memcpy(&entry, data + descriptor, sizeof(entry));
			return entry;
		}
		if (whole >= size)
			return 0;
		data += whole;
		size -= whole;
	}
	return 0;
}

static uint32_t find_entry(const struct elf *elf, const struct file *file)
{
	uint32_t entry = 0;
	unsigned int i;

	for (i = 0; i < elf->notes && !entry; i++)
		entry = entry_in_notes(file->data + elf->note[i].offset, elf->note[i].file_size,
				       elf->note[i].align == 8 ? 8 : 4);
	return entry;
}

bool pvh_matches(const struct file *file)
{
	struct error error;
	struct elf elf;

	return elf_matches(file) && !elf_parse(&elf, file, &error) && find_entry(&elf, file);
}

int load_pvh(struct boot *boot)
{
	struct elf elf;
	uint64_t end;

	if (elf_parse(&elf, boot->kernel, boot->error) || elf_load(boot, &elf, &end))
		return -1;
	boot->start.mode = AXVCPU_X86_START_PROTECTED;
	boot->start.entry = find_entry(&elf, boot->kernel);
	if (!memory_is_usable(boot->memory, boot->start.entry, 1))
		return error_set(boot->error,
				 "The PVH entry of %s is at 0x%" PRIx64
				 ", where the guest has no memory",
				 boot->kernel->path, boot->start.entry);
	if (start_set_gdt(boot) || start_info(boot, end, &boot->start.rbx))
		return -1;
	return 0;
}
