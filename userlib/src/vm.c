// SPDX-License-Identifier: GPL-3.0-or-later
/* The VM: create, close, guest memory. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

int axvcpu_vm_create(struct axvcpu_device *device, uint64_t behaviours, struct axvcpu_vm **vm)
{
	struct axvcpu_create_vm arg = {
		.size = sizeof(arg),
		.behaviours = behaviours,
	};
	struct axvcpu_vm *new;
	int fd;

	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->layout = device->layout;

	fd = call_pointer(device->fd, AXVCPU_CREATE_VM, &arg);
	if (fd < 0) {
		free(new);
		return fd;
	}
	new->fd = fd;
	*vm = new;
	return 0;
}

void axvcpu_vm_close(struct axvcpu_vm *vm)
{
	if (!vm)
		return;
	close(vm->fd);
	free(vm);
}

int axvcpu_vm_set_memory(struct axvcpu_vm *vm, uint64_t gpa, void *addr, size_t length,
			 uint32_t flags)
{
	struct axvcpu_memory arg = {
		.size = sizeof(arg),
		.flags = flags,
		.gpa = gpa,
		.length = length,
		.user_addr = address(addr),
	};

	return call_pointer(vm->fd, AXVCPU_SET_MEMORY, &arg);
}

int axvcpu_vm_add_ram(struct axvcpu_vm *vm, uint64_t gpa, size_t length, uint32_t flags, void **hva)
{
	void *ram;
	int ret;

	ram = mmap(NULL, length, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (ram == MAP_FAILED)
		return -errno;

	ret = axvcpu_vm_set_memory(vm, gpa, ram, length, flags);
	if (ret) {
		munmap(ram, length);
		return ret;
	}
	*hva = ram;
	return 0;
}

int axvcpu_vm_remove_ram(struct axvcpu_vm *vm, uint64_t gpa, size_t length, void *hva)
{
	struct axvcpu_memory arg = {
		.size = sizeof(arg),
		.flags = AXVCPU_MEM_DELETE,
		.gpa = gpa,
		.length = length,
	};
	int ret;

	ret = call_pointer(vm->fd, AXVCPU_SET_MEMORY, &arg);
	if (!ret)
		munmap(hva, length);
	return ret;
}
