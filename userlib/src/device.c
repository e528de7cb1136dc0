// SPDX-License-Identifier: GPL-3.0-or-later
/* /dev/axvcpu: open, close, GET_INFO. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

static int read_info(int fd, struct axvcpu_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	return call_pointer(fd, AXVCPU_GET_INFO, info);
}

int axvcpu_from_fd(int fd, struct axvcpu_device **device)
{
	struct axvcpu_device *new;
	struct axvcpu_info info;
	int ret;

	ret = read_info(fd, &info);
	if (ret)
		return ret;
	if (info.abi_version != AXVCPU_ABI_VERSION)
		return -EPROTONOSUPPORT;

	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->fd = fd;
	new->layout = layout_of(&info);
	*device = new;
	return 0;
}

int axvcpu_open(const char *path, struct axvcpu_device **device)
{
	int fd, ret;

	fd = open(path ? path : AXVCPU_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;

	ret = axvcpu_from_fd(fd, device);
	if (ret)
		close(fd);
	return ret;
}

void axvcpu_close(struct axvcpu_device *device)
{
	if (!device)
		return;
	close(device->fd);
	free(device);
}

int axvcpu_get_info(struct axvcpu_device *device, struct axvcpu_info *info)
{
	struct axvcpu_info now;
	int ret;

	ret = read_info(device->fd, &now);
	if (!ret)
		*info = now;
	return ret;
}
