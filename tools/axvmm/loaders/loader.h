/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a file to a guest that can start. The files are the user's, and nothing
 * in them is trusted: every address and length is checked against the file and
 * the guest's memory before it is used.
 */
#ifndef AXVMM_LOADER_H
#define AXVMM_LOADER_H

#include <stdbool.h>

#include "../arch/x86.h"
#include "../error.h"
#include "../file.h"
#include "../memory.h"

#define BOOT_MODULES 64
#define BOOT_CLAIMS  192

/** struct boot_module - a file that the kernel gets beside itself */
struct boot_module {
	struct file file;
	const char *args;
};

struct boot_claim {
	uint64_t gpa;
	uint64_t size;
};

/**
 * struct boot - what to load, and what came of it
 * @memory: the guest's
 * @kernel: the file
 * @initrd: the file, NULL: none
 * @module: more files
 * @append: the command line
 * @rsdp: address of ACPI's root table, 0: none
 * @start: out: how to start the guest
 * @claim: memory that something has been put into
 * @error: out: what is wrong with the files, if a function returns -1
 */
struct boot {
	struct memory *memory;
	const struct file *kernel;
	const struct file *initrd;
	unsigned int modules;
	const struct boot_module *module;
	const char *append;
	uint64_t rsdp;
	struct x86_start start;
	unsigned int claims;
	struct boot_claim claim[BOOT_CLAIMS];
	struct error *error;
};

/* ---- loaders ------------------------------------------------------------ */

/** load_kernel() - find out what @boot->kernel is, and load it; 0 or -1 */
int load_kernel(struct boot *boot);

/*
 * The formats. *_matches() looks for the format's mark only; load_*() returns
 * 0, or -1 with what is wrong in boot->error.
 */
bool bzimage_matches(const struct file *file);
int load_bzimage(struct boot *boot);
bool multiboot_matches(const struct file *file);
int load_multiboot(struct boot *boot);
bool pvh_matches(const struct file *file);
int load_pvh(struct boot *boot);
bool elf_matches(const struct file *file);
int load_elf64(struct boot *boot);

/** load_flat() - a real-mode program at @gpa, where it starts */
int load_flat(struct boot *boot, uint64_t gpa);

/** load_firmware() - an image that ends at 4 GiB, started at the reset vector */
int load_firmware(struct boot *boot);

/* ---- placing things in memory (place.c) --------------------------------- */

/**
 * place_at() - claim memory at a fixed address
 * @what: for the error
 *
 * Return: where it is, or NULL with @boot->error: no memory there, or taken.
 */
uint8_t *place_at(struct boot *boot, uint64_t gpa, uint64_t size, const char *what);

/**
 * place_high() - claim the highest free memory
 * @align: a power of two
 * @first: nothing below it
 * @limit: nothing at or above it
 * @gpa: out
 * @what: for the error
 *
 * Return: where it is, or NULL with @boot->error.
 */
uint8_t *place_high(struct boot *boot, uint64_t size, uint64_t align, uint64_t first,
		    uint64_t limit, uint64_t *gpa, const char *what);

/** place_low() - as place_high(), the lowest */
uint8_t *place_low(struct boot *boot, uint64_t size, uint64_t align, uint64_t first, uint64_t limit,
		   uint64_t *gpa, const char *what);

/** place_boot_data() - as place_high(), for small things: below 640 KiB if possible */
uint8_t *place_boot_data(struct boot *boot, uint64_t size, uint64_t align, uint64_t *gpa,
			 const char *what);

/** place_string() - as place_boot_data(), and copy @text there */
int place_string(struct boot *boot, const char *text, uint64_t *gpa, const char *what);

/** place_file() - copy @file to page-aligned memory from @first on (@high: as high as possible) */
int place_file(struct boot *boot, const struct file *file, uint64_t first, bool high,
	       uint64_t *gpa);

/* ---- what several formats need (start.c) -------------------------------- */

/** start_set_gdt() - flat segments for boot->start.mode; 0 or -1 */
int start_set_gdt(struct boot *boot);

/** start_set_paging() - identity page tables for all memory; 0 or -1 */
int start_set_paging(struct boot *boot);

/** start_info() - Xen's struct hvm_start_info with map, modules, command line; 0 or -1 */
int start_info(struct boot *boot, uint64_t kernel_end, uint64_t *gpa);

#endif /* AXVMM_LOADER_H */
