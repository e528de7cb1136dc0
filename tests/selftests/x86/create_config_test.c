// SPDX-License-Identifier: GPL-3.0-or-later
/* CREATE_VCPU: the values of x86's config. */
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
	c.apic_id = 5;
	CHECK_RET(create(&c), -EINVAL, "apic_id that is not valid");
	c.apic_id_valid = 2;
	CHECK_RET(create(&c), -EINVAL, "apic_id_valid 2");
	c.apic_id_valid = 1;
	CHECK_RET(create(&c), 0, "an apic_id");
	c.exception_exits = 1U << 2;
	CHECK_RET(create(&c), -EINVAL, "an exit for NMI");
	c.exception_exits = 1U << 18;
	CHECK_RET(create(&c), -EINVAL, "an exit for #MC");
	c.exception_exits = 1U << 14 | 1U << 6 | 1U << 3;
	CHECK_RET(create(&c), 0, "exits for #PF, #UD, #BP");
	vm_free(&vm);
	COVERS("CREATE_VCPU", "-", "bad value");
	return finish();
}
