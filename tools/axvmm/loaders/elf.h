/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ELF files of both sizes, checked once and then the same for every loader. */
#ifndef AXVMM_ELF_H
#define AXVMM_ELF_H

#include "loader.h"

#define ELF_SEGMENTS 64

/** struct elf_segment - a part of the file that goes to memory, or a note */
struct elf_segment {
	uint64_t offset;
	uint64_t file_size;
	uint64_t virtual;
	uint64_t physical;
	uint64_t memory_size;
	uint64_t align;
};

/**
 * struct elf - what a loader needs of the file
 * @is_64: the size
 * @entry: as the file has it: a virtual address
 * @load: PT_LOAD segments with a size in memory
 * @note: PT_NOTE segments
 */
struct elf {
	bool is_64;
	uint64_t entry;
	unsigned int loads;
	struct elf_segment load[ELF_SEGMENTS];
	unsigned int notes;
	struct elf_segment note[ELF_SEGMENTS];
};

/**
 * elf_parse() - check the headers
 *
 * Afterwards every segment's bytes lie in the file, and no end of one wraps.
 *
 * Return: 0, or -1 with @error.
 */
int elf_parse(struct elf *elf, const struct file *file, struct error *error);

/** elf_load() - put the segments at their physical addresses; @end: out: behind the last */
int elf_load(struct boot *boot, const struct elf *elf, uint64_t *end);

#endif /* AXVMM_ELF_H */
