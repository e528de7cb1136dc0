// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * libaxvcpu-user against a kernel made of wrapped calls: each function passes
 * the right request, struct and size, returns -errno, and leaks nothing at any
 * step that fails.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <axvcpu-user.h>
#include <axvcpu/axvcpu_x86.h>

#include "fake_kernel.h"

/* ---- helpers ------------------------------------------------------------- */

static void make_vm(struct axvcpu_device **device, struct axvcpu_vm **vm)
{
	assert_int_equal(axvcpu_open(NULL, device), 0);
	assert_int_equal(axvcpu_vm_create(*device, 0, vm), 0);
}

static struct axvcpu_vcpu *make_vcpu(void)
{
	struct axvcpu_device *device;
	struct axvcpu_vm *vm;
	struct axvcpu_vcpu *vcpu;

	make_vm(&device, &vm);
	assert_int_equal(axvcpu_vcpu_create(vm, 0, NULL, 0, &vcpu), 0);
	axvcpu_close(device);
	axvcpu_vm_close(vm);
	return vcpu;
}

/* What make_vm() opens after the device. */
#define VM_FD (FIRST_FD + 1)

/* The last call was @request on @fd, with a struct of @type; returns it. */
#define ARG(handle_fd, number, type) \
	((const struct type *)arg_of(handle_fd, number, sizeof(struct type)))

static const void *arg_of(int fd, unsigned long request, size_t size)
{
	const struct call *call = last_call();
	uint32_t said, flags;

	assert_int_equal(call->fd, fd);
	assert_int_equal(call->request, request);
	memcpy(&said, call->arg, sizeof(said));
	memcpy(&flags, call->arg + 4, sizeof(flags));
	assert_int_equal(said, size);
	if (request != AXVCPU_SET_MEMORY)
		assert_int_equal(flags, 0);
	return call->arg;
}

/* The next ioctl of this statement fails, and so does the function. */
#define FAILS(error, statement)                          \
	do {                                             \
		kernel.step = 0;                         \
		kernel.fail_step = 1;                    \
		kernel.fail_errno = (error);             \
		assert_int_equal((statement), -(error)); \
		kernel.fail_step = 0;                    \
	} while (0)

/* ---- device and VM ------------------------------------------------------- */

static void test_open(void **state)
{
	struct axvcpu_device *device;
	struct axvcpu_info info;

	(void)state;
	assert_int_equal(axvcpu_open(NULL, &device), 0);
	assert_int_equal(ARG(FIRST_FD, AXVCPU_GET_INFO, axvcpu_info)->size, 144);
	assert_int_equal(axvcpu_get_info(device, &info), 0);
	assert_int_equal(info.backend, AXVCPU_BACKEND_SVM);
	assert_int_equal(info.run_size, RUN_SIZE);
	FAILS(EFAULT, axvcpu_get_info(device, &info));
	axvcpu_close(device);
	axvcpu_close(NULL);
}

static void test_open_each_step_fails(void **state)
{
	struct axvcpu_device *device = NULL;
	int step;

	(void)state;
	for (step = 1; step <= 3; step++) {
		kernel.step = 0;
		kernel.fail_step = step;
		kernel.fail_errno = ENOMEM;
		assert_int_equal(axvcpu_open("/tmp/other", &device), -ENOMEM);
		assert_int_equal(kernel.open_fds, 0);
		assert_null(device);
	}
	kernel.step = 0;
	kernel.fail_step = 4;
	assert_int_equal(axvcpu_open("/tmp/other", &device), 0);
	axvcpu_close(device);
}

static void test_open_other_abi(void **state)
{
	struct axvcpu_device *device = NULL;

	(void)state;
	kernel.abi_version = AXVCPU_ABI_VERSION + 1;
	assert_int_equal(axvcpu_open(NULL, &device), -EPROTONOSUPPORT);
	assert_null(device);
}

static void test_from_fd_keeps_fd_on_error(void **state)
{
	struct axvcpu_device *device;
	int fd = new_fd();

	(void)state;
	FAILS(ENOTTY, axvcpu_from_fd(fd, &device));
	assert_int_equal(kernel.open_fds, 1);
	assert_int_equal(axvcpu_from_fd(fd, &device), 0);
	axvcpu_close(device);
}

static void test_vm_create(void **state)
{
	struct axvcpu_device *device;
	struct axvcpu_vm *vm = NULL;

	(void)state;
	assert_int_equal(axvcpu_open(NULL, &device), 0);
	kernel.step = 0;
	kernel.fail_step = 2;
	kernel.fail_errno = EBUSY;
	assert_int_equal(axvcpu_vm_create(device, 0, &vm), -EBUSY);
	FAILS(ENOMEM, axvcpu_vm_create(device, 0, &vm));
	assert_null(vm);

	assert_int_equal(axvcpu_vm_create(device, AXVCPU_VM_IDLE_EXITS, &vm), 0);
	assert_int_equal(ARG(FIRST_FD, AXVCPU_CREATE_VM, axvcpu_create_vm)->behaviours,
			 AXVCPU_VM_IDLE_EXITS);
	axvcpu_close(device);
	axvcpu_vm_close(vm);
	axvcpu_vm_close(NULL);
}

static void test_memory(void **state)
{
	struct axvcpu_device *device;
	struct axvcpu_vm *vm;
	const struct axvcpu_memory *arg;
	char page[1];

	(void)state;
	make_vm(&device, &vm);
	assert_int_equal(axvcpu_vm_set_memory(vm, 0x1000, page, 0x2000, AXVCPU_MEM_READONLY), 0);
	arg = ARG(VM_FD, AXVCPU_SET_MEMORY, axvcpu_memory);
	assert_int_equal(arg->flags, AXVCPU_MEM_READONLY);
	assert_int_equal(arg->gpa, 0x1000);
	assert_int_equal(arg->length, 0x2000);
	assert_int_equal(arg->user_addr, (uintptr_t)page);
	FAILS(EEXIST, axvcpu_vm_set_memory(vm, 0x1000, page, 0x2000, 0));

	assert_int_equal(axvcpu_vm_set_memory(vm, 0x1000, NULL, 0, AXVCPU_MEM_DELETE), 0);
	arg = ARG(VM_FD, AXVCPU_SET_MEMORY, axvcpu_memory);
	assert_int_equal(arg->flags, AXVCPU_MEM_DELETE);
	assert_int_equal(arg->gpa, 0x1000);
	assert_int_equal(arg->length, 0);
	assert_int_equal(arg->user_addr, 0);
	FAILS(EINVAL, axvcpu_vm_set_memory(vm, 0x1000, NULL, 0, AXVCPU_MEM_DELETE));
	axvcpu_vm_close(vm);
	axvcpu_close(device);
}

static void test_ram(void **state)
{
	struct axvcpu_device *device;
	struct axvcpu_vm *vm;
	const struct axvcpu_memory *arg;
	void *ram = NULL;
	int step;

	(void)state;
	make_vm(&device, &vm);
	for (step = 1; step <= 2; step++) {
		kernel.step = 0;
		kernel.fail_step = step;
		kernel.fail_errno = ENOSPC;
		assert_int_equal(axvcpu_vm_add_ram(vm, 0, 0x3000, 0, &ram), -ENOSPC);
		assert_null(ram);
		assert_int_equal(kernel.maps, 0);
	}
	assert_int_equal(axvcpu_vm_add_ram(vm, 0, 0x3000, AXVCPU_MEM_PIN, &ram), 0);
	arg = ARG(VM_FD, AXVCPU_SET_MEMORY, axvcpu_memory);
	assert_int_equal(arg->flags, AXVCPU_MEM_PIN);
	assert_int_equal(arg->user_addr, (uintptr_t)ram);

	FAILS(EINVAL, axvcpu_vm_remove_ram(vm, 0, 0x3000, ram));
	assert_int_equal(kernel.maps, 1);
	assert_int_equal(axvcpu_vm_remove_ram(vm, 0, 0x3000, ram), 0);
	arg = ARG(VM_FD, AXVCPU_SET_MEMORY, axvcpu_memory);
	assert_int_equal(arg->flags, AXVCPU_MEM_DELETE);
	assert_int_equal(arg->length, 0x3000);
	axvcpu_vm_close(vm);
	axvcpu_close(device);
}

/* ---- making a vCPU ------------------------------------------------------- */

static void test_vcpu_create(void **state)
{
	struct axvcpu_device *device;
	struct axvcpu_vm *vm;
	struct axvcpu_vcpu *vcpu;
	const struct axvcpu_create_vcpu *arg;
	size_t size = 0;

	(void)state;
	make_vm(&device, &vm);
	assert_int_equal(axvcpu_vcpu_create(vm, 7, NULL, 0, &vcpu), 0);
	arg = ARG(VM_FD, AXVCPU_CREATE_VCPU, axvcpu_create_vcpu);
	assert_int_equal(arg->vcpu_id, 7);
	assert_int_equal(arg->favor_cpu, -1);
	assert_int_equal(arg->cpu_set, 0);
	assert_int_equal(arg->cpu_set_length, 0);
	assert_int_equal(arg->config, 0);
	assert_int_equal(arg->config_length, 0);
	axvcpu_vm_close(vm);
	axvcpu_close(device);

	assert_int_equal(axvcpu_vcpu_fd(vcpu), FIRST_FD + 2);
	assert_ptr_equal(axvcpu_vcpu_run_page(vcpu), kernel.page);
	assert_ptr_equal(axvcpu_vcpu_data_area(vcpu, &size), kernel.page + DATA_OFFSET);
	assert_int_equal(size, RUN_SIZE - DATA_OFFSET);
	assert_ptr_equal(axvcpu_vcpu_data_area(vcpu, NULL), kernel.page + DATA_OFFSET);
	axvcpu_vcpu_close(vcpu);
	axvcpu_vcpu_close(NULL);
}

static void test_vcpu_create_on(void **state)
{
	const struct axvcpu_x86_create_config config = { .exception_exits = 64 };
	struct axvcpu_x86_create_config seen;
	struct axvcpu_device *device;
	struct axvcpu_vm *vm;
	struct axvcpu_vcpu *vcpu;
	const struct axvcpu_create_vcpu *arg;
	cpu_set_t set;

	(void)state;
	make_vm(&device, &vm);
	memset(&set, 0xff, sizeof(set));
	assert_int_equal(axvcpu_vcpu_create_on(vm, 1, 3, &set, sizeof(set), &config, sizeof(config),
					       &vcpu),
			 0);
	arg = ARG(VM_FD, AXVCPU_CREATE_VCPU, axvcpu_create_vcpu);
	assert_int_equal(arg->favor_cpu, 3);
	assert_int_equal(arg->cpu_set, (uintptr_t)&set);
	assert_int_equal(arg->cpu_set_length, sizeof(set));
	assert_int_equal(arg->config_length, sizeof(config));
	memcpy(&seen, last_call()->config, sizeof(seen));
	assert_int_equal(seen.size, sizeof(seen));
	assert_int_equal(seen.exception_exits, 64);
	assert_int_equal(config.size, 0);
	axvcpu_vcpu_close(vcpu);
	axvcpu_vm_close(vm);
	axvcpu_close(device);
}

static void test_vcpu_create_each_step_fails(void **state)
{
	struct axvcpu_device *device;
	struct axvcpu_vm *vm;
	struct axvcpu_vcpu *vcpu = NULL;
	int step;

	(void)state;
	make_vm(&device, &vm);
	for (step = 1; step <= 3; step++) {
		kernel.step = 0;
		kernel.fail_step = step;
		kernel.fail_errno = ENOMEM;
		assert_int_equal(axvcpu_vcpu_create(vm, 0, NULL, 0, &vcpu), -ENOMEM);
		assert_null(vcpu);
		assert_int_equal(kernel.open_fds, 2);
		assert_int_equal(kernel.maps, 0);
	}
	axvcpu_vm_close(vm);
	axvcpu_close(device);
}

static void test_config_lengths(void **state)
{
	static const unsigned char config[1024];
	struct axvcpu_device *device;
	struct axvcpu_vm *vm;
	struct axvcpu_vcpu *vcpu;
	int calls;

	(void)state;
	make_vm(&device, &vm);
	calls = kernel.calls;
	assert_int_equal(axvcpu_vcpu_create(vm, 0, config, 4, &vcpu), -EINVAL);
	assert_int_equal(axvcpu_vcpu_create(vm, 0, config, 1024, &vcpu), -E2BIG);
	assert_int_equal(axvcpu_vcpu_create(vm, 0, NULL, 24, &vcpu), -EINVAL);
	assert_int_equal(kernel.calls, calls);
	assert_int_equal(axvcpu_vcpu_create(vm, 0, config, 8, &vcpu), 0);
	assert_int_equal(last_call()->config[0], 8);
	axvcpu_vcpu_close(vcpu);
	axvcpu_vm_close(vm);
	axvcpu_close(device);
}

static void test_bad_layout(void **state)
{
	struct axvcpu_device *device;
	struct axvcpu_vm *vm;
	struct axvcpu_vcpu *vcpu;

	(void)state;
	kernel.data_size = RUN_SIZE;
	make_vm(&device, &vm);
	assert_int_equal(axvcpu_vcpu_create(vm, 0, NULL, 0, &vcpu), -EINVAL);
	assert_int_equal(kernel.open_fds, 2);
	axvcpu_vm_close(vm);
	axvcpu_close(device);
}

static void test_vcpu_from_fd(void **state)
{
	struct axvcpu_handlers handlers = { 0 };
	struct axvcpu_vcpu *vcpu;
	size_t size = 5;
	int fd = new_fd();

	(void)state;
	FAILS(ENOMEM, axvcpu_vcpu_from_fd(fd, &vcpu));
	assert_int_equal(axvcpu_vcpu_from_fd(fd, &vcpu), 0);
	assert_null(axvcpu_vcpu_run_page(vcpu));
	assert_null(axvcpu_vcpu_data_area(vcpu, &size));
	assert_int_equal(size, 5);
	assert_int_equal(axvcpu_vcpu_kick(vcpu), 0);
	assert_int_equal(axvcpu_vcpu_loop(vcpu, &handlers, NULL), -EINVAL);
	assert_int_equal(axvcpu_vcpu_fd(vcpu), fd);
	axvcpu_vcpu_close(vcpu);
}

/* ---- moving a vCPU --------------------------------------------------------- */

static void test_setup_bind(void **state)
{
	const struct axvcpu_x86_setup_config config = { .cs_selector = 0x1234 };
	struct axvcpu_x86_setup_config seen;
	struct axvcpu_vcpu *vcpu = make_vcpu();
	int fd = axvcpu_vcpu_fd(vcpu);
	const struct axvcpu_setup *setup;

	(void)state;
	assert_int_equal(axvcpu_vcpu_setup(vcpu, 0x7c00, &config, sizeof(config)), 0);
	setup = ARG(fd, AXVCPU_SETUP, axvcpu_setup);
	assert_int_equal(setup->entry, 0x7c00);
	assert_int_equal(setup->config_length, sizeof(config));
	memcpy(&seen, last_call()->config, sizeof(seen));
	assert_int_equal(seen.size, sizeof(seen));
	assert_int_equal(seen.cs_selector, 0x1234);
	assert_int_equal(axvcpu_vcpu_setup(vcpu, 1, NULL, 0), 0);
	assert_int_equal(ARG(fd, AXVCPU_SETUP, axvcpu_setup)->config, 0);
	assert_int_equal(axvcpu_vcpu_setup(vcpu, 1, &config, 7), -EINVAL);
	FAILS(EBADFD, axvcpu_vcpu_setup(vcpu, 1, NULL, 0));

	assert_int_equal(axvcpu_vcpu_bind(vcpu, -1), 0);
	assert_int_equal(ARG(fd, AXVCPU_BIND, axvcpu_bind)->cpu, -1);
	FAILS(EXDEV, axvcpu_vcpu_bind(vcpu, 2));
	axvcpu_vcpu_close(vcpu);
}

static void test_calls_without_struct(void **state)
{
	static const struct {
		int (*call)(struct axvcpu_vcpu *vcpu);
		unsigned long request;
	} calls[] = {
		{ axvcpu_vcpu_unbind, AXVCPU_UNBIND },
		{ axvcpu_vcpu_reset, AXVCPU_RESET },
		{ axvcpu_vcpu_kick, AXVCPU_KICK },
	};
	struct axvcpu_vcpu *vcpu = make_vcpu();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		assert_int_equal(calls[i].call(vcpu), 0);
		assert_int_equal(last_call()->request, calls[i].request);
		assert_int_equal(last_call()->value, 0);
		FAILS(EBADFD, calls[i].call(vcpu));
	}
	assert_int_equal(axvcpu_vcpu_run(vcpu, AXVCPU_RUN_COMPLETE_ONLY), 0);
	assert_int_equal(last_call()->request, AXVCPU_RUN);
	assert_int_equal(last_call()->value, AXVCPU_RUN_COMPLETE_ONLY);
	FAILS(EBUSY, axvcpu_vcpu_run(vcpu, 0));
	axvcpu_vcpu_close(vcpu);
}

static void test_regs(void **state)
{
	struct axvcpu_x86_general general;
	struct axvcpu_vcpu *vcpu = make_vcpu();
	int fd = axvcpu_vcpu_fd(vcpu);
	const struct axvcpu_regs *arg;

	(void)state;
	assert_int_equal(axvcpu_vcpu_get_regs(vcpu, AXVCPU_BLOCK_DEBUG, &general, sizeof(general)),
			 0);
	arg = ARG(fd, AXVCPU_GET_REGS, axvcpu_regs);
	assert_int_equal(arg->block, AXVCPU_BLOCK_DEBUG);
	assert_int_equal(arg->length, sizeof(general));
	assert_int_equal(arg->addr, (uintptr_t)&general);
	FAILS(EINVAL, axvcpu_vcpu_get_regs(vcpu, 0, &general, 1));

	assert_int_equal(
		axvcpu_vcpu_set_regs(vcpu, AXVCPU_BLOCK_GENERAL, &general, sizeof(general)), 0);
	arg = ARG(fd, AXVCPU_SET_REGS, axvcpu_regs);
	assert_int_equal(arg->block, AXVCPU_BLOCK_GENERAL);
	assert_int_equal(arg->addr, (uintptr_t)&general);
	FAILS(EBUSY, axvcpu_vcpu_set_regs(vcpu, 0, &general, 144));
	axvcpu_vcpu_close(vcpu);
}

static void test_one_reg(void **state)
{
	const uint64_t id32 = AXVCPU_REG(AXVCPU_BLOCK_SYSTEM, 8, 2);
	const uint64_t id512 = AXVCPU_REG(AXVCPU_BLOCK_FPU, 0, 6);
	struct axvcpu_vcpu *vcpu = make_vcpu();
	int fd = axvcpu_vcpu_fd(vcpu), calls = kernel.calls;
	const struct axvcpu_one_reg *arg;
	uint64_t value[8] = { 5, 6, 7, 8, 9, 10, 11, 12 };

	(void)state;
	assert_int_equal(axvcpu_vcpu_get_one_reg(vcpu, id32, value, 2), -EINVAL);
	assert_int_equal(axvcpu_vcpu_get_one_reg(vcpu, id512, value, 32), -EINVAL);
	assert_int_equal(axvcpu_vcpu_get_one_reg(vcpu, ~0ULL, value, 64), -EINVAL);
	assert_int_equal(axvcpu_vcpu_set_one_reg(vcpu, id32, value, 65), -EINVAL);
	assert_int_equal(axvcpu_vcpu_set_one_reg(vcpu, id32, value, 0), -EINVAL);
	assert_int_equal(kernel.calls, calls);

	assert_int_equal(axvcpu_vcpu_set_one_reg(vcpu, id32, value, 8), 0);
	arg = ARG(fd, AXVCPU_SET_ONE_REG, axvcpu_one_reg);
	assert_int_equal(arg->id, id32);
	assert_int_equal(arg->value[0], 5);
	assert_int_equal(arg->value[1], 0);
	assert_int_equal(axvcpu_vcpu_set_one_reg(vcpu, id512, value, 64), 0);
	arg = ARG(fd, AXVCPU_SET_ONE_REG, axvcpu_one_reg);
	assert_memory_equal(arg->value, value, 64);

	FAILS(EBADFD, axvcpu_vcpu_get_one_reg(vcpu, id32, value, 8));
	assert_int_equal(value[0], 5);
	assert_int_equal(axvcpu_vcpu_get_one_reg(vcpu, id32, value, 8), 0);
	assert_int_equal(ARG(fd, AXVCPU_GET_ONE_REG, axvcpu_one_reg)->id, id32);
	assert_int_equal(value[0], 0);
	assert_int_equal(value[1], 6);
	axvcpu_vcpu_close(vcpu);
}

static void test_inject(void **state)
{
	const struct axvcpu_inject interrupt = { .type = AXVCPU_EVENT_INTERRUPT, .vector = 0x20 };
	const struct axvcpu_inject exception = { .type = AXVCPU_EVENT_EXCEPTION,
						 .vector = 14,
						 .has_error_code = 1,
						 .error_code = 2,
						 .address = 99 };
	struct axvcpu_vcpu *vcpu = make_vcpu();
	int fd = axvcpu_vcpu_fd(vcpu);
	const struct axvcpu_inject *arg;

	(void)state;
	assert_int_equal(axvcpu_vcpu_inject(vcpu, &interrupt), 0);
	arg = ARG(fd, AXVCPU_INJECT, axvcpu_inject);
	assert_int_equal(arg->type, AXVCPU_EVENT_INTERRUPT);
	assert_int_equal(arg->vector, 0x20);
	assert_int_equal(interrupt.size, 0);
	assert_int_equal(axvcpu_vcpu_inject(vcpu, &exception), 0);
	arg = ARG(fd, AXVCPU_INJECT, axvcpu_inject);
	assert_int_equal(arg->type, AXVCPU_EVENT_EXCEPTION);
	assert_int_equal(arg->vector, 14);
	assert_int_equal(arg->has_error_code, 1);
	assert_int_equal(arg->error_code, 2);
	assert_int_equal(arg->address, 99);
	FAILS(EBUSY, axvcpu_vcpu_inject(vcpu, &interrupt));
	FAILS(EBADFD, axvcpu_vcpu_inject(vcpu, &exception));
	axvcpu_vcpu_close(vcpu);
}

static void test_queries(void **state)
{
	struct axvcpu_vcpu *vcpu = make_vcpu();
	int fd = axvcpu_vcpu_fd(vcpu);
	struct axvcpu_translate translated = { .valid = 77 };
	struct axvcpu_get_state now = { .state = 77 };
	struct axvcpu_stats stats = { .entries = 77 };
	const struct axvcpu_translate *arg;

	(void)state;
	assert_int_equal(axvcpu_vcpu_set_return_value(vcpu, 42), 0);
	assert_int_equal(ARG(fd, AXVCPU_SET_RETURN_VALUE, axvcpu_return_value)->value, 42);
	FAILS(EBUSY, axvcpu_vcpu_set_return_value(vcpu, 42));

	FAILS(EFAULT, axvcpu_vcpu_translate(vcpu, 1, 0, &translated));
	assert_int_equal(translated.valid, 77);
	assert_int_equal(axvcpu_vcpu_translate(vcpu, 0x5000, AXVCPU_ACCESS_WRITE, &translated), 0);
	arg = ARG(fd, AXVCPU_TRANSLATE, axvcpu_translate);
	assert_int_equal(arg->gva, 0x5000);
	assert_int_equal(arg->access, AXVCPU_ACCESS_WRITE);
	assert_int_equal(translated.valid, 0);

	FAILS(EIO, axvcpu_vcpu_get_state(vcpu, &now));
	assert_int_equal(now.state, 77);
	assert_int_equal(axvcpu_vcpu_get_state(vcpu, &now), 0);
	ARG(fd, AXVCPU_GET_STATE, axvcpu_get_state);
	assert_int_equal(now.state, 0);

	FAILS(EIO, axvcpu_vcpu_get_stats(vcpu, &stats));
	assert_int_equal(stats.entries, 77);
	assert_int_equal(axvcpu_vcpu_get_stats(vcpu, &stats), 0);
	ARG(fd, AXVCPU_GET_STATS, axvcpu_stats);
	assert_int_equal(stats.entries, 0);
	axvcpu_vcpu_close(vcpu);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_reset, kernel_check_leaks)
	const struct CMUnitTest tests[] = {
		TEST(test_open),
		TEST(test_open_each_step_fails),
		TEST(test_open_other_abi),
		TEST(test_from_fd_keeps_fd_on_error),
		TEST(test_vm_create),
		TEST(test_memory),
		TEST(test_ram),
		TEST(test_vcpu_create),
		TEST(test_vcpu_create_on),
		TEST(test_vcpu_create_each_step_fails),
		TEST(test_config_lengths),
		TEST(test_bad_layout),
		TEST(test_vcpu_from_fd),
		TEST(test_setup_bind),
		TEST(test_calls_without_struct),
		TEST(test_regs),
		TEST(test_one_reg),
		TEST(test_inject),
		TEST(test_queries),
	};

	return cmocka_run_group_tests_name("userlib", tests, NULL, NULL);
}
