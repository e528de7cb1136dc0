/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole file in memory, so that what was checked can't change any more. */
#ifndef AXVMM_FILE_H
#define AXVMM_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct file {
	const char *path;
	uint8_t *data;
	size_t size;
};

/**
 * file_read() - read a file of any kind to its end
 * @file: out: ends with file_free()
 * @path: its name; must live as long as @file
 * @error: out
 *
 * Return: 0, or -1 with @error.
 */
int file_read(struct file *file, const char *path, struct error *error);
void file_free(struct file *file);

#endif /* AXVMM_FILE_H */
