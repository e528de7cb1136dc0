// SPDX-License-Identifier: GPL-3.0-or-later
/* After the System V ABI, chapter "Object Files", and its 64-bit form. */
#include <elf.h>
#include <inttypes.h>
#include <string.h>

#include "elf.h"

bool elf_matches(const struct file *file)
{
	return file->size >= SELFMAG && !memcmp(file->data, ELFMAG, SELFMAG);
}

/* The parts of both file headers that matter. */
struct elf_head {
	uint64_t table;
	unsigned int entries;
	unsigned int entry_size;
	unsigned int machine;
	unsigned int type;
};

static int read_head(struct elf *elf, struct elf_head *head, const struct file *file,
		     struct error *error)
{
	const unsigned char *ident = file->data;

	if (file->size < sizeof(Elf32_Ehdr))
		return error_set(error, "%s ends in its ELF header", file->path);
	if (ident[EI_DATA] != ELFDATA2LSB || ident[EI_VERSION] != EV_CURRENT)
		return error_set(error,
				 "%s is an ELF file, but not a little-endian one of version 1",
				 file->path);
	if (ident[EI_CLASS] == ELFCLASS64) {
		Elf64_Ehdr h;

		if (file->size < sizeof(h))
			return error_set(error, "%s ends in its ELF header", file->path);
		memcpy(&h, file->data, sizeof(h));
		elf->is_64 = true;
		elf->entry = h.e_entry;
		*head = (struct elf_head){ h.e_phoff, h.e_phnum, h.e_phentsize, h.e_machine,
					   h.e_type };
	} else if (ident[EI_CLASS] == ELFCLASS32) {
		Elf32_Ehdr h;

		memcpy(&h, file->data, sizeof(h));
		elf->entry = h.e_entry;
		*head = (struct elf_head){ h.e_phoff, h.e_phnum, h.e_phentsize, h.e_machine,
					   h.e_type };
	} else {
		return error_set(error, "%s is an ELF file, but neither of 32 nor of 64 bits",
				 file->path);
	}
	return 0;
}

static int check_head(const struct elf *elf, const struct elf_head *head, const struct file *file,
		      struct error *error)
{
	unsigned int entry_size = elf->is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);

	if (head->machine != EM_X86_64 && head->machine != EM_386)
		return error_set(error, "%s is an ELF file for another processor (machine %u)",
				 file->path, head->machine);
	if (head->type != ET_EXEC && head->type != ET_DYN)
		return error_set(error, "%s is an ELF file, but no program (type %u)", file->path,
				 head->type);
	if (!head->entries || head->entries == PN_XNUM || head->entry_size != entry_size)
		return error_set(error, "%s is an ELF file without usable program headers",
				 file->path);
	if (head->table > file->size ||
	    head->entries > (file->size - head->table) / head->entry_size)
		return error_set(error, "The ELF program headers of %s lie beyond its end",
				 file->path);
	return 0;
}

/* Program header number @index, in one form; returns its type. */
static uint32_t read_segment(const struct elf *elf, const struct elf_head *head,
			     const struct file *file, unsigned int index,
			     struct elf_segment *segment)
{
	const uint8_t *at = file->data + head->table + (uint64_t)index * head->entry_size;

	if (elf->is_64) {
		Elf64_Phdr h;

		memcpy(&h, at, sizeof(h));
		*segment = (struct elf_segment){ h.p_offset, h.p_filesz, h.p_vaddr,
						 h.p_paddr,  h.p_memsz,	 h.p_align };
		return h.p_type;
	} else {
		Elf32_Phdr h;

		memcpy(&h, at, sizeof(h));
		*segment = (struct elf_segment){ h.p_offset, h.p_filesz, h.p_vaddr,
						 h.p_paddr,  h.p_memsz,	 h.p_align };
		return h.p_type;
	}
}

static int check_segment(const struct elf_segment *segment, bool is_load, const struct file *file,
			 struct error *error)
{
	if (segment->offset > file->size || segment->file_size > file->size - segment->offset)
		return error_set(error, "An ELF segment of %s lies beyond its end", file->path);
	if (!is_load)
		return 0;
	if (segment->file_size > segment->memory_size)
		return error_set(error, "An ELF segment of %s is larger in the file than in memory",
				 file->path);
	if (segment->physical + segment->memory_size < segment->physical ||
	    segment->virtual + segment->memory_size < segment->virtual)
		return error_set(error, "An ELF segment of %s goes beyond the last address",
				 file->path);
	return 0;
}

int elf_parse(struct elf *elf, const struct file *file, struct error *error)
{
	struct elf_head head;
	unsigned int i;

	memset(elf, 0, sizeof(*elf));
	if (read_head(elf, &head, file, error) || check_head(elf, &head, file, error))
		return -1;
	for (i = 0; i < head.entries; i++) {
		struct elf_segment segment;
		uint32_t type = read_segment(elf, &head, file, i, &segment);

		if (type != PT_LOAD && type != PT_NOTE)
			continue;
		if (check_segment(&segment, type == PT_LOAD, file, error))
			return -1;
		if (elf->loads == ELF_SEGMENTS || elf->notes == ELF_SEGMENTS)
			return error_set(error, "%s has more than %d ELF segments", file->path,
					 ELF_SEGMENTS);
		if (type == PT_NOTE)
			elf->note[elf->notes++] = segment;
		else if (segment.memory_size)
			elf->load[elf->loads++] = segment;
	}
	if (!elf->loads)
		return error_set(error, "%s is an ELF file with nothing to load", file->path);
	return 0;
}

int elf_load(struct boot *boot, const struct elf *elf, uint64_t *end)
{
	unsigned int i;

	*end = 0;
	for (i = 0; i < elf->loads; i++) {
		const struct elf_segment *segment = &elf->load[i];
		uint8_t *host =
			place_at(boot, segment->physical, segment->memory_size, "an ELF segment");

		if (!host)
			return -1;
		memcpy(host, boot->kernel->data + segment->offset, segment->file_size);
		memset(host + segment->file_size, 0, segment->memory_size - segment->file_size);
		if (segment->physical + segment->memory_size > *end)
			*end = segment->physical + segment->memory_size;
	}
	return 0;
}
