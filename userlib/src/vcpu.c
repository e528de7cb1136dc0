// SPDX-License-Identifier: GPL-3.0-or-later
/* The vCPU: its life, its run page, and one function per ioctl that moves it. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

/* Longer than any config: what does not fit is newer than this library. */
#define CONFIG_MAX 512

/* A config with its size field set. The caller's stays as it is. */
struct config {
	union {
		uint32_t size;
		uint64_t align;
		unsigned char bytes[CONFIG_MAX];
	};
};

static int config_copy(struct config *copy, const void *config, size_t length)
{
	if (!config)
		return length ? -EINVAL : 0;
	if (length < 2 * sizeof(uint32_t))
		return -EINVAL;
	if (length > sizeof(copy->bytes))
		return -E2BIG;
	memcpy(copy->bytes, config, length);
	copy->size = length;
	return 0;
}

static int vcpu_map(struct axvcpu_vcpu *vcpu)
{
	const struct axvcpu_layout *layout = &vcpu->layout;
	void *page;

	if (layout->run_size < sizeof(struct axvcpu_run) ||
	    layout->data_offset > layout->run_size ||
	    layout->data_size > layout->run_size - layout->data_offset)
		return -EINVAL;

	page = mmap(NULL, layout->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (page == MAP_FAILED)
		return -errno;
	vcpu->run = page;
	return 0;
}

static void vcpu_unmap(struct axvcpu_vcpu *vcpu)
{
	if (vcpu->run)
		munmap(vcpu->run, vcpu->layout.run_size);
}

int axvcpu_vcpu_create_on(struct axvcpu_vm *vm, uint32_t id, int favor_cpu, const void *cpu_set,
			  size_t cpu_set_length, const void *config, size_t config_length,
			  struct axvcpu_vcpu **vcpu)
{
	struct config copy;
	struct axvcpu_create_vcpu arg = {
		.size = sizeof(arg),
		.vcpu_id = id,
		.favor_cpu = favor_cpu,
		.cpu_set = address(cpu_set),
		.cpu_set_length = cpu_set ? cpu_set_length : 0,
		.config = config ? address(&copy) : 0,
		.config_length = config_length,
	};
	struct axvcpu_vcpu *new;
	int ret;

	if (cpu_set_length > UINT32_MAX)
		return -EINVAL;
	ret = config_copy(&copy, config, config_length);
	if (ret)
		return ret;

	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->layout = vm->layout;

	ret = call_pointer(vm->fd, AXVCPU_CREATE_VCPU, &arg);
	if (ret < 0)
		goto free_handle;
	new->fd = ret;

	ret = vcpu_map(new);
	if (ret)
		goto close_fd;
	*vcpu = new;
	return 0;

close_fd:
	close(new->fd);
free_handle:
	free(new);
	return ret;
}

int axvcpu_vcpu_create(struct axvcpu_vm *vm, uint32_t id, const void *config, size_t config_length,
		       struct axvcpu_vcpu **vcpu)
{
	return axvcpu_vcpu_create_on(vm, id, -1, NULL, 0, config, config_length, vcpu);
}

int axvcpu_vcpu_from_fd(int fd, struct axvcpu_vcpu **vcpu)
{
	struct axvcpu_vcpu *new = calloc(1, sizeof(*new));

	if (!new)
		return -ENOMEM;
	new->fd = fd;
	*vcpu = new;
	return 0;
}

void axvcpu_vcpu_close(struct axvcpu_vcpu *vcpu)
{
	if (!vcpu)
		return;
	vcpu_unmap(vcpu);
	close(vcpu->fd);
	free(vcpu);
}

int axvcpu_vcpu_fd(const struct axvcpu_vcpu *vcpu)
{
	return vcpu->fd;
}

struct axvcpu_run *axvcpu_vcpu_run_page(const struct axvcpu_vcpu *vcpu)
{
	return vcpu->run;
}

void *axvcpu_vcpu_data_area(const struct axvcpu_vcpu *vcpu, size_t *size)
{
	if (!vcpu->run)
		return NULL;
	if (size)
		*size = vcpu->layout.data_size;
	return (char *)vcpu->run + vcpu->layout.data_offset;
}

int axvcpu_vcpu_setup(struct axvcpu_vcpu *vcpu, uint64_t entry, const void *config,
		      size_t config_length)
{
	struct config copy;
	struct axvcpu_setup arg = {
		.size = sizeof(arg),
		.entry = entry,
		.config = config ? address(&copy) : 0,
		.config_length = config_length,
	};
	int ret;

	ret = config_copy(&copy, config, config_length);
	if (ret)
		return ret;
	return call_pointer(vcpu->fd, AXVCPU_SETUP, &arg);
}

int axvcpu_vcpu_bind(struct axvcpu_vcpu *vcpu, int cpu)
{
	struct axvcpu_bind arg = { .size = sizeof(arg), .cpu = cpu };

	return call_pointer(vcpu->fd, AXVCPU_BIND, &arg);
}

int axvcpu_vcpu_unbind(struct axvcpu_vcpu *vcpu)
{
	return call_value(vcpu->fd, AXVCPU_UNBIND, 0);
}

int axvcpu_vcpu_reset(struct axvcpu_vcpu *vcpu)
{
	return call_value(vcpu->fd, AXVCPU_RESET, 0);
}

int axvcpu_vcpu_run(struct axvcpu_vcpu *vcpu, unsigned long flags)
{
	return call_value(vcpu->fd, AXVCPU_RUN, flags);
}

int axvcpu_vcpu_kick(struct axvcpu_vcpu *vcpu)
{
	return call_value(vcpu->fd, AXVCPU_KICK, 0);
}
