// SPDX-License-Identifier: GPL-3.0-or-later
/* The kinds of kernel, told by their content, in this order. */
#include "loader.h"

static const struct format {
	bool (*matches)(const struct file *file);
	int (*load)(struct boot *boot);
} formats[] = {
	{ bzimage_matches, load_bzimage },
	{ multiboot_matches, load_multiboot },
	{ pvh_matches, load_pvh },
	{ elf_matches, load_elf64 },
};

int load_kernel(struct boot *boot)
{
	unsigned int i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].matches(boot->kernel))
			return formats[i].load(boot);
	return error_set(
		boot->error,
		"%s is no kernel that axvmm knows: not a Linux bzImage, an ELF file, or a file with a Multiboot header",
		boot->kernel->path);
}
