// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "../uapi/axvcpu.h"
#include "ioctl.h"

/* The largest struct of the ABI; ioctl.c copies every one into this. */
union axvcpu_ioctl_buffer {
	struct {
		u32 size;
		u32 flags;
	} head;
	struct axvcpu_info info;
	struct axvcpu_get_state state;
	struct axvcpu_stats stats;
};

/* A config is a small struct; larger ones can only have an unknown tail. */
#define AXVCPU_CONFIG_MAX	4096

static int axvcpu_ioctl_copy_in(const struct axvcpu_ioctl *ioctl,
				union axvcpu_ioctl_buffer *buffer,
				void __user *user, u32 *user_size)
{
	int ret;

	if (copy_from_user(&buffer->head, user, sizeof(buffer->head)))
		return -EFAULT;
	*user_size = buffer->head.size;
	if (*user_size < sizeof(buffer->head))
		return -EINVAL;
	if (ioctl->kind == AXVCPU_ARG_OUT) {
		u32 flags = buffer->head.flags;

		memset(buffer, 0, ioctl->size);
		return flags ? -EINVAL : 0;
	}
	/* No struct grows past a page: don't scan more for a non-zero tail. */
	if (*user_size > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(buffer, ioctl->size, user, *user_size);
	if (ret)
		return ret;
	/* The caller may have changed it between the two reads. */
	buffer->head.size = ioctl->size;
	return 0;
}

static int axvcpu_ioctl_copy_out(const struct axvcpu_ioctl *ioctl,
				 union axvcpu_ioctl_buffer *buffer,
				 void __user *user, u32 user_size)
{
	u32 size = min_t(u32, user_size, ioctl->size);

	buffer->head.size = size;
	return copy_to_user(user, buffer, size) ? -EFAULT : 0;
}

static const struct axvcpu_ioctl *
axvcpu_ioctl_find(const struct axvcpu_ioctl *table, size_t count,
		  unsigned int cmd)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (table[i].cmd == cmd)
			return &table[i];
	return NULL;
}

long axvcpu_ioctl_dispatch(const struct axvcpu_ioctl *table, size_t count,
			   const struct axvcpu_ioctl_bracket *bracket,
			   void *object, unsigned int cmd, unsigned long arg)
{
	const struct axvcpu_ioctl *ioctl = axvcpu_ioctl_find(table, count, cmd);
	union axvcpu_ioctl_buffer buffer;
	void __user *user = (void __user *)arg;
	u32 user_size = 0;
	int ret;

	if (!ioctl)
		return -ENOTTY;
	if (WARN_ON_ONCE(ioctl->size > sizeof(buffer)))
		return -EINVAL;
	if (ioctl->kind == AXVCPU_ARG_NONE)
		ret = arg ? -EINVAL : 0;
	else
		ret = axvcpu_ioctl_copy_in(ioctl, &buffer, user, &user_size);
	if (ret)
		return ret;
	if (bracket) {
		ret = bracket->begin(object, ioctl);
		if (ret)
			return ret;
	}
	ret = ioctl->run(object, &buffer);
	if (bracket)
		bracket->end(object, ioctl, ret);
	if (ret < 0 || ioctl->kind <= AXVCPU_ARG_IN)
		return ret;
	return axvcpu_ioctl_copy_out(ioctl, &buffer, user, user_size) ?: ret;
}

void *axvcpu_copy_config(u64 address, u32 length)
{
	if (!length && !address)
		return NULL;
	if (!length || !address)
		return ERR_PTR(-EINVAL);
	if (length > AXVCPU_CONFIG_MAX)
		return ERR_PTR(-E2BIG);
	return memdup_user(u64_to_user_ptr(address), length);
}
