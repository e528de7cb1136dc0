// SPDX-License-Identifier: GPL-3.0-or-later
/* The side of axvcpu: /dev/axvcpu. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <axvcpu/axvcpu.h>

#include "fail.h"
#include "side.h"

const char *const side_name = "axvcpu";

int side_open(struct side_device *device)
{
	struct axvcpu_info info = { .size = sizeof(info) };

	device->fd = open(AXVCPU_DEVICE, O_RDWR | O_CLOEXEC);
	if (device->fd < 0)
		return fail(AXVCPU_DEVICE);
	if (ioctl(device->fd, AXVCPU_GET_INFO, &info))
		return fail("GET_INFO");
	device->run_size = info.run_size;
	device->data_offset = info.data_offset;
	return 0;
}

void side_close(struct side_device *device)
{
	close(device->fd);
}

int side_vm_create(const struct side_device *device, struct side_vm *vm)
{
	struct axvcpu_create_vm create = { .size = sizeof(create) };

	vm->device = device;
	vm->fd = ioctl(device->fd, AXVCPU_CREATE_VM, &create);
	return vm->fd < 0 ? fail("CREATE_VM") : 0;
}

void side_vm_close(struct side_vm *vm)
{
	close(vm->fd);
}

int side_memory_add(struct side_vm *vm, unsigned int slot, uint64_t gpa, void *host, size_t size)
{
	struct axvcpu_memory memory = {
		.size = sizeof(memory),
		.gpa = gpa,
		.length = size,
		.user_addr = (uintptr_t)host,
	};

	(void)slot;
	return ioctl(vm->fd, AXVCPU_SET_MEMORY, &memory) ? fail("SET_MEMORY") : 0;
}

int side_memory_remove(struct side_vm *vm, unsigned int slot, uint64_t gpa)
{
	struct axvcpu_memory memory = {
		.size = sizeof(memory),
		.flags = AXVCPU_MEM_DELETE,
		.gpa = gpa,
	};

	(void)slot;
	return ioctl(vm->fd, AXVCPU_SET_MEMORY, &memory) ? fail("SET_MEMORY with DELETE") : 0;
}

int side_vcpu_create(struct side_vm *vm, unsigned int id, struct side_vcpu *vcpu)
{
	struct axvcpu_create_vcpu create = {
		.size = sizeof(create),
		.vcpu_id = id,
		.favor_cpu = -1,
	};

	vcpu->device = vm->device;
	vcpu->vm = vm->fd;
	vcpu->fd = ioctl(vm->fd, AXVCPU_CREATE_VCPU, &create);
	if (vcpu->fd < 0)
		return fail("CREATE_VCPU");
	vcpu->run =
		mmap(NULL, vm->device->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	return vcpu->run == MAP_FAILED ? fail("mmap of a vCPU") : 0;
}

void side_vcpu_close(struct side_vcpu *vcpu)
{
	munmap(vcpu->run, vcpu->device->run_size);
	close(vcpu->fd);
}

enum side_exit side_run(struct side_vcpu *vcpu)
{
	struct axvcpu_run *run = vcpu->run;

	if (ioctl(vcpu->fd, AXVCPU_RUN, 0))
		return SIDE_FAILED;
	switch (run->exit.reason) {
	case AXVCPU_EXIT_IO_WRITE:
		return SIDE_IO_WRITE;
	case AXVCPU_EXIT_IO_READ:
		return SIDE_IO_READ;
	case AXVCPU_EXIT_MMIO_WRITE:
		return SIDE_MMIO_WRITE;
	case AXVCPU_EXIT_MMIO_READ:
		return SIDE_MMIO_READ;
	case AXVCPU_EXIT_HALT:
		return SIDE_HALT;
	case AXVCPU_EXIT_HYPERCALL:
		return SIDE_HYPERCALL;
	case AXVCPU_EXIT_SYSREG_READ:
	case AXVCPU_EXIT_SYSREG_WRITE:
		return SIDE_SYSREG;
	case AXVCPU_EXIT_NOTHING:
		return SIDE_KICKED;
	default:
		return SIDE_OTHER;
	}
}

void side_answer(struct side_vcpu *vcpu, uint64_t value)
{
	struct axvcpu_run *run = vcpu->run;

	run->complete.data[0] = value;
	run->complete.action = AXVCPU_ANSWER_DONE;
}

size_t side_string_io(struct side_vcpu *vcpu, bool write, void *buffer)
{
	struct axvcpu_run *run = vcpu->run;
	size_t bytes = (size_t)run->exit.u.io.count * run->exit.u.io.width;
	char *data = (char *)run + vcpu->device->data_offset;

	if (write)
		memcpy(buffer, data, bytes);
	else
		memcpy(data, buffer, bytes);
	run->complete.action = AXVCPU_ANSWER_DONE;
	return bytes;
}

/* ---- kicks and interrupts ----------------------------------------------------- */

int side_kick_prepare(struct side_vcpu *vcpu)
{
	(void)vcpu;
	return 0;
}

void side_kick(struct side_vcpu *vcpu, unsigned long thread)
{
	(void)thread;
	ioctl(vcpu->fd, AXVCPU_KICK, 0);
}

void side_kick_done(struct side_vcpu *vcpu)
{
	(void)vcpu;
}

int side_inject_prepare(struct side_vcpu *vcpu, unsigned int vector)
{
	(void)vcpu, (void)vector;
	return 0;
}

int side_inject(struct side_vcpu *vcpu, unsigned int vector)
{
	struct axvcpu_inject inject = {
		.size = sizeof(inject),
		.type = AXVCPU_EVENT_INTERRUPT,
		.vector = vector,
	};

	return ioctl(vcpu->fd, AXVCPU_INJECT, &inject) ? fail("INJECT") : 0;
}

void side_counts(struct side_vcpu *vcpu, struct side_counts *counts)
{
	struct axvcpu_stats stats = { .size = sizeof(stats) };
	bool told = !ioctl(vcpu->fd, AXVCPU_GET_STATS, &stats);

	counts->tlb_flushes = told ? (double)stats.tlb_flushes : -1;
	counts->ipis = told ? (double)stats.ipis : -1;
	counts->ibpbs = told ? (double)stats.ibpbs : -1;
}

void side_describe(struct side_vcpu *vcpu, char *text, size_t size)
{
	struct axvcpu_run *run = vcpu->run;

	snprintf(text, size, "exit reason %u at pc %#llx, hardware's code %#llx, cause %u",
		 run->exit.reason, (unsigned long long)run->exit.pc,
		 (unsigned long long)run->exit.hw_code, run->exit.u.nothing.cause);
}
