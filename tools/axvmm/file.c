// SPDX-License-Identifier: GPL-3.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

/* Room for the size that the file claims, and one byte to see its end. */
static size_t first_capacity(int fd)
{
	struct stat status;

	if (!fstat(fd, &status) && S_ISREG(status.st_mode) && status.st_size > 0)
		return (size_t)status.st_size + 1;
	return 1 << 16;
}

static int read_to_end(struct file *file, int fd, struct error *error)
{
	size_t capacity = first_capacity(fd);

	for (;;) {
		ssize_t got;

		if (!file->data || file->size == capacity) {
			uint8_t *data;

			if (file->data)
				capacity *= 2;
			data = realloc(file->data, capacity);
			if (!data)
				return error_set(error, "There is no memory to read %s into",
						 file->path);
			file->data = data;
		}
		got = read(fd, file->data + file->size, capacity - file->size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(error, "Reading %s failed: %s", file->path,
					 strerror(errno));
		if (!got)
			return 0;
		file->size += (size_t)got;
	}
}

int file_read(struct file *file, const char *path, struct error *error)
{
	int fd, result;

	*file = (struct file){ .path = path };
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_set(error, "%s can't be opened: %s", path, strerror(errno));
	result = read_to_end(file, fd, error);
	close(fd);
	if (result)
		file_free(file);
	return result;
}

void file_free(struct file *file)
{
	free(file->data);
	file->data = NULL;
	file->size = 0;
}
