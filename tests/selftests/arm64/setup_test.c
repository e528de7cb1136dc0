// SPDX-License-Identifier: GPL-3.0-or-later
/* SETUP: the arm64 config, good, bad and at its limits; refusals change nothing. */
#include "guest.h"

static struct vm vm;
static struct vcpu v;

static long setup_raw(u64 entry, const void *config, u32 length)
{
	struct axvcpu_setup args = { .size = sizeof(args),
				     .entry = entry,
				     .config = (u64)config,
				     .config_length = length };
	long ret = call(v.fd, AXVCPU_SETUP, &args);

	if (ret)
		EXPECT_EQ(state_of(&v), AXVCPU_STATE_CREATED, "the state after a refused SETUP");
	return ret;
}

static long setup(u64 entry, const void *config, u32 length)
{
	long ret = setup_raw(entry, config, length);

	if (!ret)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	return ret;
}

static void check_entry(void)
{
	struct axvcpu_arm64_setup_config c = { .size = sizeof(c) };

	CHECK_RET(setup(0, &c, sizeof(c)), 0, "an entry of 0");
	CHECK_RET(setup(1, &c, sizeof(c)), -EINVAL, "an odd one");
	CHECK_RET(setup(2, &c, sizeof(c)), -EINVAL, "one of a halfword");
	CHECK_RET(setup(~3ULL, &c, sizeof(c)), 0, "the last one");
}

/* All that SETUP sets, whatever was there before. */
static void check_registers(void)
{
	struct axvcpu_arm64_setup_config c = { .size = sizeof(c), .stack_pointer = 0x123450 };
	struct axvcpu_arm64_system s, zero = { 0 };
	struct axvcpu_arm64_general g;
	struct axvcpu_arm64_fpu f, no_fpu = { 0 };
	unsigned int i;

	for (i = 0; i < 8; i++)
		c.x[i] = ~0ULL - i;
	NEED_RET(setup_raw(CODE, &c, sizeof(c)));
	g = get_general(&v);
	for (i = 0; i < 31; i++)
		EXPECT_EQ(g.x[i], i < 8 ? ~0ULL - i : 0, "X%u", i);
	CHECK_EQ(g.pc, CODE, "PC");
	CHECK_EQ(g.pstate, 0x3c5, "PSTATE: EL1h, all masked");
	CHECK_EQ(g.sp_el1, 0x123450, "SP_EL1");
	CHECK_EQ(g.sp_el0, 0, "SP_EL0");
	s = get_system(&v);
	CHECK_EQ(s.sctlr_el1 & 0x1005, 0, "SCTLR_EL1: no MMU, no caches");
	CHECK_EQ(s.cpacr_el1, 3 << 20, "CPACR_EL1: FP and SIMD");
	s.sctlr_el1 = 0;
	s.cpacr_el1 = 0;
	CHECK(!memcmp(&s, &zero, sizeof(s)), "every other system register is 0");
	NEED_RET(get_block(&v, AXVCPU_BLOCK_FPU, &f));
	CHECK(!memcmp(&f, &no_fpu, sizeof(f)), "FP and SIMD are 0");
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
}

/* Written by the guest and the VMM, it is gone with the next SETUP. */
static void check_again(void)
{
	struct axvcpu_arm64_setup_config c = { .size = sizeof(c) };
	struct axvcpu_arm64_system s;
	struct axvcpu_arm64_debug d;
	struct snapshot fresh, again;

	NEED_RET(setup_raw(CODE, &c, sizeof(c)));
	fresh = snapshot(&v);
	s = get_system(&v);
	s.ttbr0_el1 = s.vbar_el1 = s.tpidr_el0 = 0x1000;
	s.cntv_cval_el0 = s.cntp_cval_el0 = 77;
	set_system(&v, &s);
	set_gpr(&v, 30, 1);
	NEED_RET(get_block(&v, AXVCPU_BLOCK_DEBUG, &d));
	d.os_lock = 1;
	d.dbgbvr[0] = 0x1000;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_DEBUG, &d));
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	NEED_RET(setup_raw(CODE, &c, sizeof(c)));
	again = snapshot(&v);
	CHECK(same_snapshot(&fresh, &again), "RESET and SETUP leave nothing of before");
	free_snapshot(&fresh);
	free_snapshot(&again);
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
}

static void check_config(void)
{
	struct {
		struct axvcpu_arm64_setup_config c;
		u8 tail[8];
	} x = { .c.size = sizeof(x.c) };
	struct axvcpu_setup args = { .size = sizeof(args), .entry = CODE };
	unsigned int bit;

	CHECK_RET(setup(CODE, NULL, 0), 0, "no config");
	CHECK_RET(setup(0, NULL, sizeof(x.c)), -EINVAL, "a length without address");
	CHECK_RET(setup(0, &x, 0), -EINVAL, "an address without length");
	CHECK_RET(setup(0, (void *)16, sizeof(x.c)), -EFAULT, "a bad address");
	CHECK_RET(setup(0, &x, 7), -EINVAL, "seven bytes");
	CHECK_RET(setup(0, &x, sizeof(x.c) - 8), -EINVAL, "a size that is not the length");
	x.c.size = 8;
	CHECK_RET(setup(0, &x, 8), 0, "a short config");
	x.c.size = sizeof(x);
	CHECK_RET(setup(0, &x, sizeof(x)), 0, "a long config with a zero tail");
	x.tail[7] = 1;
	CHECK_RET(setup(0, &x, sizeof(x)), -E2BIG, "a long config with another tail");
	CHECK_RET(setup(0, &x, 5000), -E2BIG, "a config beyond a page");
	x.c.size = sizeof(x.c);
	for (bit = 0; bit < 32; bit++) {
		x.c.flags = 1U << bit;
		EXPECT_RET(setup(0, &x, sizeof(x.c)), -EINVAL, "config flag bit %u", bit);
	}
	args.reserved = 1;
	CHECK_RET(call(v.fd, AXVCPU_SETUP, &args), -EINVAL, "reserved of SETUP");
	COVERS("SETUP", "Created", "bad value");
	COVERS("SETUP", "Created", "boundary");
}

/* The config changes while the kernel reads it: it is taken as a whole or refused. */
static void *change_config(void *argument)
{
	volatile struct axvcpu_arm64_setup_config *c = argument;
	u64 until = now_ns() + SECOND / 2;

	while (now_ns() < until) {
		c->flags = 1;
		c->size = 4;
		c->size = sizeof(*c);
		c->flags = 0;
	}
	return NULL;
}

static void check_race(void)
{
	struct axvcpu_arm64_setup_config c = { .size = sizeof(c) };
	pthread_t thread = start_thread(change_config, &c);
	u64 until = now_ns() + SECOND / 2;
	unsigned int wrong = 0, good = 0;

	while (now_ns() < until) {
		long ret = setup(CODE, &c, sizeof(c));

		wrong += ret != 0 && ret != -EINVAL;
		good += !ret;
	}
	end_thread(thread);
	CHECK_EQ(wrong, 0, "a config that changes meanwhile is good or EINVAL");
	note("%u times good", good);
	COVERS("SETUP", "Created", "racing");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_entry();
	check_registers();
	check_again();
	check_config();
	check_race();
	COVERS("SETUP", "Created", "good");
	return finish();
}
