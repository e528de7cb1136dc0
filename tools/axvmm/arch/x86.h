/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is particular to an x86 machine. */
#ifndef AXVMM_X86_H
#define AXVMM_X86_H

#include <stdint.h>

#include <axvcpu/axvcpu_x86.h>

#include "../error.h"
#include "../memory.h"

/* Segments of a guest that starts with flat ones; in its GDT, too. */
#define X86_CODE 0x10
#define X86_DATA 0x18
#define X86_TASK 0x20

/**
 * struct x86_start - what a loader wants the registers to be
 * @mode: enum axvcpu_x86_start
 * @entry: an offset in CS in real mode, else an address
 * @cs_selector: real mode
 * @cs_base: real mode: not 0: CS's base, which @cs_selector does not say
 * @page_tables: long mode: CR3
 * @gdt: address of the table that holds the segments, 0: none
 * @gdt_limit: its last byte
 */
struct x86_start {
	uint32_t mode;
	uint64_t entry;
	uint16_t cs_selector;
	uint64_t cs_base;
	uint64_t page_tables;
	uint64_t gdt;
	uint16_t gdt_limit;
	uint64_t rax;
	uint64_t rbx;
	uint64_t rsi;
	uint64_t rdi;
	uint64_t rsp;
};

#define X86_HOLE_START	 0xa0000ULL /* video memory and firmware, up to 1 MiB */
#define X86_HOLE_END	 0x100000ULL
#define X86_EBDA	 0x9fc00ULL /* the firmware's part of low memory */
#define X86_SOCKETS	 0xc0000ULL /* of option ROMs */
#define X86_BIOS_AREA	 0xe0000ULL /* there is memory from here to 1 MiB */
#define X86_ACPI_TABLES	 0xf0000ULL
#define X86_FIRMWARE_RAM 0xc0000ULL    /* or from here, if firmware runs */
#define X86_LOW_END	 0xc0000000ULL /* memory beyond it goes on at 4 GiB */
#define X86_4G		 0x100000000ULL

#endif /* AXVMM_X86_H */
