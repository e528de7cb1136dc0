// SPDX-License-Identifier: GPL-3.0-or-later
/* The side of KVM: /dev/kvm. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fail.h"
#include "side.h"

const char *const side_name = "kvm";

int side_open(struct side_device *device)
{
	int size;

	device->fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (device->fd < 0)
		return fail("/dev/kvm");
	size = ioctl(device->fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (size < 0)
		return fail("KVM_GET_VCPU_MMAP_SIZE");
	device->run_size = (size_t)size;
	return 0;
}

void side_close(struct side_device *device)
{
	close(device->fd);
}

int side_vm_create(const struct side_device *device, struct side_vm *vm)
{
	vm->device = device;
	vm->fd = ioctl(device->fd, KVM_CREATE_VM, 0);
	return vm->fd < 0 ? fail("KVM_CREATE_VM") : 0;
}

void side_vm_close(struct side_vm *vm)
{
	close(vm->fd);
}

int side_memory_add(struct side_vm *vm, unsigned int slot, uint64_t gpa, void *host, size_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)host,
	};

	return ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region) ?
		       fail("KVM_SET_USER_MEMORY_REGION") :
		       0;
}

int side_memory_remove(struct side_vm *vm, unsigned int slot, uint64_t gpa)
{
	return side_memory_add(vm, slot, gpa, NULL, 0);
}

int side_vcpu_create(struct side_vm *vm, unsigned int id, struct side_vcpu *vcpu)
{
	vcpu->device = vm->device;
	vcpu->vm = vm->fd;
	vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, (unsigned long)id);
	if (vcpu->fd < 0)
		return fail("KVM_CREATE_VCPU");
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
	struct kvm_run *run = vcpu->run;

	if (ioctl(vcpu->fd, KVM_RUN, 0))
		return errno == EINTR ? SIDE_KICKED : SIDE_FAILED;
	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		return run->io.direction == KVM_EXIT_IO_OUT ? SIDE_IO_WRITE : SIDE_IO_READ;
	case KVM_EXIT_MMIO:
		return run->mmio.is_write ? SIDE_MMIO_WRITE : SIDE_MMIO_READ;
	case KVM_EXIT_HLT:
		return SIDE_HALT;
	case KVM_EXIT_HYPERCALL:
		return SIDE_HYPERCALL;
	case KVM_EXIT_SYSTEM_EVENT: /* arm64: the call that leaves the vCPU as it is */
		return run->system_event.type == KVM_SYSTEM_EVENT_SUSPEND ? SIDE_HYPERCALL :
									    SIDE_OTHER;
	case KVM_EXIT_X86_RDMSR:
	case KVM_EXIT_X86_WRMSR:
		return SIDE_SYSREG;
	default:
		return SIDE_OTHER;
	}
}

void side_answer(struct side_vcpu *vcpu, uint64_t value)
{
	struct kvm_run *run = vcpu->run;

	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		memcpy((char *)run + run->io.data_offset, &value, run->io.size);
		break;
	case KVM_EXIT_MMIO:
		memcpy(run->mmio.data, &value, sizeof(value));
		break;
	case KVM_EXIT_HYPERCALL:
		run->hypercall.ret = value;
		break;
	case KVM_EXIT_X86_RDMSR:
	case KVM_EXIT_X86_WRMSR:
		run->msr.error = 0;
		run->msr.data = value;
		break;
	}
}

size_t side_string_io(struct side_vcpu *vcpu, bool write, void *buffer)
{
	struct kvm_run *run = vcpu->run;
	size_t bytes = (size_t)run->io.count * run->io.size;
	char *data = (char *)run + run->io.data_offset;

	if (write)
		memcpy(buffer, data, bytes);
	else
		memcpy(data, buffer, bytes);
	return bytes;
}

/* ---- kicks and interrupts ----------------------------------------------------- */

/*
 * The way that KVM's documentation gives: a signal, whose handler sets immediate_exit
 * so that it is not lost if it comes between two runs.
 */
static _Thread_local struct kvm_run *kicked_run;

static void kicked(int signal)
{
	(void)signal;
	if (kicked_run)
		kicked_run->immediate_exit = 1;
}

int side_kick_prepare(struct side_vcpu *vcpu)
{
	struct sigaction action = { .sa_handler = kicked };

	kicked_run = vcpu->run;
	return sigaction(SIGUSR1, &action, NULL) ? fail("sigaction") : 0;
}

void side_kick(struct side_vcpu *vcpu, unsigned long thread)
{
	(void)vcpu;
	pthread_kill((pthread_t)thread, SIGUSR1);
}

void side_kick_done(struct side_vcpu *vcpu)
{
	((struct kvm_run *)vcpu->run)->immediate_exit = 0;
}

/*
 * KVM's statistics: a header, descriptions with names behind them, values. -1: this
 * architecture's KVM does not count them.
 */
static double read_tlb_flushes(struct side_vcpu *vcpu)
{
	int fd = ioctl(vcpu->fd, KVM_GET_STATS_FD, NULL);
	struct kvm_stats_header header;
	char text[256];
	struct kvm_stats_desc *desc = (struct kvm_stats_desc *)text;
	size_t size;
	double found = -1;
	uint64_t value;
	unsigned int i;

	if (fd < 0 || pread(fd, &header, sizeof(header), 0) != sizeof(header))
		return -1;
	size = sizeof(*desc) + header.name_size;
	for (i = 0; i < header.num_desc && size <= sizeof(text); i++) {
		if (pread(fd, text, size, header.desc_offset + i * size) != (ssize_t)size)
			break;
		if (strcmp(desc->name, "tlb_flush"))
			continue;
		if (pread(fd, &value, sizeof(value), header.data_offset + desc->offset) ==
		    sizeof(value))
			found = (double)value;
		break;
	}
	close(fd);
	return found;
}

void side_counts(struct side_vcpu *vcpu, struct side_counts *counts)
{
	counts->tlb_flushes = read_tlb_flushes(vcpu);
	counts->ipis = -1;
	counts->ibpbs = -1;
}

void side_describe(struct side_vcpu *vcpu, char *text, size_t size)
{
	struct kvm_run *run = vcpu->run;

	snprintf(text, size, "exit reason %u, suberror or port %#x", run->exit_reason,
		 run->exit_reason == KVM_EXIT_IO ? run->io.port : run->internal.suberror);
}
