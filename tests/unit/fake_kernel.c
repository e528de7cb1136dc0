// SPDX-License-Identifier: GPL-3.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include <axvcpu-user.h>

#include "fake_kernel.h"

struct fake_kernel kernel;

int kernel_reset(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.next_fd = FIRST_FD;
	kernel.abi_version = AXVCPU_ABI_VERSION;
	kernel.data_size = RUN_SIZE - DATA_OFFSET;
	return 0;
}

int kernel_check_leaks(void **state)
{
	(void)state;
	assert_int_equal(kernel.open_fds, 0);
	assert_int_equal(kernel.maps, 0);
	return 0;
}

static bool step_fails(void)
{
	if (++kernel.step != kernel.fail_step)
		return false;
	errno = kernel.fail_errno;
	return true;
}

int new_fd(void)
{
	kernel.open_fds++;
	return kernel.next_fd++;
}

const struct call *last_call(void)
{
	assert_true(kernel.calls > 0);
	return &kernel.call[kernel.calls - 1];
}

int __wrap_open(const char *path, int flags, ...);
int __real_open(const char *path, int flags, ...);
int __wrap_close(int fd);
int __real_close(int fd);
int __wrap_ioctl(int fd, unsigned long request, ...);
void *__wrap_mmap(void *at, size_t length, int prot, int flags, int fd, off_t offset);
int __wrap_munmap(void *at, size_t length);
void *__wrap_calloc(size_t count, size_t size);
void *__real_calloc(size_t count, size_t size);

int __wrap_open(const char *path, int flags, ...)
{
	if (strcmp(path, AXVCPU_DEVICE) && strcmp(path, "/tmp/other"))
		return __real_open(path, flags);
	assert_int_equal(flags, O_RDWR | O_CLOEXEC);
	return step_fails() ? -1 : new_fd();
}

int __wrap_close(int fd)
{
	if (fd < FIRST_FD)
		return __real_close(fd);
	assert_in_range(fd, FIRST_FD, kernel.next_fd - 1);
	kernel.open_fds--;
	errno = EINTR; /* must reach nobody */
	return -1;
}

void *__wrap_mmap(void *at, size_t length, int prot, int flags, int fd, off_t offset)
{
	assert_null(at);
	assert_int_equal(offset, 0);
	assert_int_equal(prot, PROT_READ | PROT_WRITE);
	if (step_fails())
		return MAP_FAILED;
	kernel.maps++;
	if (fd < 0) {
		assert_int_equal(flags, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
		return __real_calloc(1, length);
	}
	assert_int_equal(flags, MAP_SHARED);
	assert_int_equal(length, RUN_SIZE);
	return kernel.page;
}

int __wrap_munmap(void *at, size_t length)
{
	kernel.maps--;
	if (at == kernel.page)
		assert_int_equal(length, RUN_SIZE);
	else
		free(at);
	errno = EIO;
	return 0;
}

void *__wrap_calloc(size_t count, size_t size)
{
	if (!step_fails())
		return __real_calloc(count, size);
	errno = ENOMEM;
	return NULL;
}

static void fake_info(void *arg)
{
	struct axvcpu_info info;

	memcpy(&info, arg, sizeof(info));
	assert_int_equal(info.flags, 0);
	info.abi_version = kernel.abi_version;
	info.arch = AXVCPU_ARCH_X86;
	info.backend = AXVCPU_BACKEND_SVM;
	info.run_size = RUN_SIZE;
	info.data_offset = DATA_OFFSET;
	info.data_size = kernel.data_size;
	memcpy(arg, &info, sizeof(info));
}

static void save_arg(struct call *call)
{
	uint32_t size;
	uint64_t config = 0;

	memcpy(&size, (void *)call->value, sizeof(size));
	assert_in_range(size, 8, sizeof(call->arg));
	memcpy(call->arg, (void *)call->value, size);
	if (call->request == AXVCPU_CREATE_VCPU)
		config = ((struct axvcpu_create_vcpu *)call->arg)->config;
	if (call->request == AXVCPU_SETUP)
		config = ((struct axvcpu_setup *)call->arg)->config;
	if (!config)
		return;
	memcpy(&size, (void *)(uintptr_t)config, sizeof(size));
	assert_in_range(size, 8, sizeof(call->config));
	memcpy(call->config, (void *)(uintptr_t)config, size);
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct call *call = &kernel.call[kernel.calls];
	va_list args;

	assert_in_range(kernel.calls, 0, MAX_CALLS - 1);
	assert_in_range(fd, FIRST_FD, kernel.next_fd - 1);
	va_start(args, request);
	*call = (struct call){ fd, request, va_arg(args, unsigned long), { 0 }, { 0 } };
	va_end(args);
	kernel.calls++;
	if (request != AXVCPU_RUN && request != AXVCPU_UNBIND && request != AXVCPU_RESET &&
	    request != AXVCPU_KICK)
		save_arg(call);
	if (step_fails())
		return -1;

	switch (request) {
	case AXVCPU_GET_INFO:
		fake_info((void *)call->value);
		return 0;
	case AXVCPU_CREATE_VM:
	case AXVCPU_CREATE_VCPU:
		return new_fd();
	default:
		return 0;
	}
}
