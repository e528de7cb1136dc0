// SPDX-License-Identifier: GPL-3.0-or-later
/* CREATE_VCPU: the values of arm64's config. */
#include "guest.h"

static struct vm vm;

static long create(const create_config *config)
{
	struct axvcpu_create_vcpu args = { .size = sizeof(args), .favor_cpu = -1,
					   .config = (u64)config, .config_length = sizeof(*config) };
	long ret = call(vm.fd, AXVCPU_CREATE_VCPU, &args);

	if (ret >= 0)
		close((int)ret);
	return ret >= 0 ? 0 : ret;
}

int main(void)
{
	create_config c = { .size = sizeof(c) };

	vm_new(&vm, 0);
	c.mpidr = 5;
	CHECK_RET(create(&c), -EINVAL, "mpidr that is not valid");
	c.mpidr_valid = 2;
	CHECK_RET(create(&c), -EINVAL, "mpidr_valid 2");
	c.mpidr_valid = 1;
	CHECK_RET(create(&c), 0, "an mpidr");
	c.mpidr = AXVCPU_ARM64_MPIDR_MASK;
	CHECK_RET(create(&c), 0, "the largest mpidr");
	c.mpidr = 1ULL << 31;
	CHECK_RET(create(&c), -EINVAL, "an mpidr with a bit between its fields");
	c.mpidr = 1ULL << 40;
	CHECK_RET(create(&c), -EINVAL, "an mpidr with a bit above its fields");
	c.mpidr = 1;
	c.exception_exits = 1ULL << 0x3c | 1ULL << 0x38;
	CHECK_RET(create(&c), 0, "exceptions that can leave");
	c.exception_exits = 1ULL << 0x25;
	CHECK_RET(create(&c), -EINVAL, "an exception that can't leave");
	vm_free(&vm);
	COVERS("CREATE_VCPU", "-", "bad value");
	return finish();
}
