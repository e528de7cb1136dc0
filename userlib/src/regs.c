// SPDX-License-Identifier: GPL-3.0-or-later
/* The vCPU's registers, events, translation, state and counters. */
#include <string.h>

#include "internal.h"

int axvcpu_vcpu_get_regs(struct axvcpu_vcpu *vcpu, uint32_t block, void *regs, size_t length)
{
	struct axvcpu_regs arg = {
		.size = sizeof(arg),
		.block = block,
		.length = length,
		.addr = address(regs),
	};

	if (length > UINT32_MAX)
		return -EINVAL;
	return call_pointer(vcpu->fd, AXVCPU_GET_REGS, &arg);
}

int axvcpu_vcpu_set_regs(struct axvcpu_vcpu *vcpu, uint32_t block, const void *regs, size_t length)
{
	struct axvcpu_regs arg = {
		.size = sizeof(arg),
		.block = block,
		.length = length,
		.addr = address(regs),
	};

	if (length > UINT32_MAX)
		return -EINVAL;
	return call_pointer(vcpu->fd, AXVCPU_SET_REGS, &arg);
}

/* Can @length bytes of the caller hold the register and the ioctl them? */
static bool one_reg_fits(const struct axvcpu_one_reg *arg, size_t length)
{
	return length <= sizeof(arg->value) && AXVCPU_REG_LOG2_BYTES(arg->id) <= 6 &&
	       length >= (size_t)1 << AXVCPU_REG_LOG2_BYTES(arg->id);
}

int axvcpu_vcpu_get_one_reg(struct axvcpu_vcpu *vcpu, uint64_t id, void *value, size_t length)
{
	struct axvcpu_one_reg arg = { .size = sizeof(arg), .id = id };
	int ret;

	if (!one_reg_fits(&arg, length))
		return -EINVAL;
	ret = call_pointer(vcpu->fd, AXVCPU_GET_ONE_REG, &arg);
	if (!ret)
		memcpy(value, arg.value, length);
	return ret;
}

int axvcpu_vcpu_set_one_reg(struct axvcpu_vcpu *vcpu, uint64_t id, const void *value, size_t length)
{
	struct axvcpu_one_reg arg = { .size = sizeof(arg), .id = id };

	if (!one_reg_fits(&arg, length))
		return -EINVAL;
	memcpy(arg.value, value, length);
	return call_pointer(vcpu->fd, AXVCPU_SET_ONE_REG, &arg);
}

int axvcpu_vcpu_inject(struct axvcpu_vcpu *vcpu, const struct axvcpu_inject *event)
{
	struct axvcpu_inject arg = *event;

	arg.size = sizeof(arg);
	return call_pointer(vcpu->fd, AXVCPU_INJECT, &arg);
}

int axvcpu_vcpu_set_return_value(struct axvcpu_vcpu *vcpu, uint64_t value)
{
	struct axvcpu_return_value arg = {
		.size = sizeof(arg),
		.value = value,
	};

	return call_pointer(vcpu->fd, AXVCPU_SET_RETURN_VALUE, &arg);
}

int axvcpu_vcpu_translate(struct axvcpu_vcpu *vcpu, uint64_t gva, uint32_t access,
			  struct axvcpu_translate *result)
{
	struct axvcpu_translate arg = {
		.size = sizeof(arg),
		.gva = gva,
		.access = access,
	};
	int ret;

	ret = call_pointer(vcpu->fd, AXVCPU_TRANSLATE, &arg);
	if (!ret)
		*result = arg;
	return ret;
}

int axvcpu_vcpu_get_state(struct axvcpu_vcpu *vcpu, struct axvcpu_get_state *state)
{
	struct axvcpu_get_state arg = { .size = sizeof(arg) };
	int ret;

	ret = call_pointer(vcpu->fd, AXVCPU_GET_STATE, &arg);
	if (!ret)
		*state = arg;
	return ret;
}

int axvcpu_vcpu_get_stats(struct axvcpu_vcpu *vcpu, struct axvcpu_stats *stats)
{
	struct axvcpu_stats arg = { .size = sizeof(arg) };
	int ret;

	ret = call_pointer(vcpu->fd, AXVCPU_GET_STATS, &arg);
	if (!ret)
		*stats = arg;
	return ret;
}
