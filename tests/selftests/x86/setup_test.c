// SPDX-License-Identifier: GPL-3.0-or-later
/* SETUP: every field of the x86 config, good, bad and at its limit; refusals change nothing. */
#include "guest.h"

static struct vm vm;
static struct vcpu v;

static struct axvcpu_x86_setup_config real, protected, long_mode;

static long setup_raw(u64 entry, const void *config, u32 length)
{
	struct axvcpu_setup args = { .size = sizeof(args),
				     .entry = entry,
				     .config = (u64)config,
				     .config_length = length };
	long ret = call(v.fd, AXVCPU_SETUP, &args);

	if (ret)
		EXPECT_EQ(state_of(&v), AXVCPU_STATE_CREATED, "the state after a refused SETUP");
	else
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	return ret;
}

static long setup(u64 entry, const struct axvcpu_x86_setup_config *config)
{
	struct axvcpu_x86_setup_config c = *config;

	c.size = sizeof(c);
	return setup_raw(entry, &c, sizeof(c));
}

/* A config with one field changed */
#define WITH(base, field, value)                                                                  \
	({                                                                                         \
		static struct axvcpu_x86_setup_config c_;                                          \
		c_ = base;                                                                         \
		c_.field = value;                                                                  \
		&c_;                                                                               \
	})

static void check_real(void)
{
	CHECK_RET(setup(CODE, &real), 0, "real mode");
	CHECK_RET(setup(0xffff, &real), 0, "real mode: the last IP");
	CHECK_RET(setup(0x10000, &real), -EINVAL, "real mode: IP beyond 16 bits");
	CHECK_RET(setup(0, WITH(real, cs_selector, 0xffff)), 0, "real mode: CS 0xffff");
	CHECK_RET(setup(0, WITH(real, cs_base, 0x1000)), -EINVAL, "cs_base without its flag");
	real.flags = AXVCPU_X86_SETUP_CS_BASE;
	CHECK_RET(setup(0xfff0, WITH(real, cs_base, 0xffff0000)), 0, "the reset vector");
	CHECK_RET(setup(0, WITH(real, cs_base, 1ULL << 32)), -EINVAL, "cs_base beyond 32 bits");
	real.flags = 0;
	CHECK_RET(setup(0, WITH(real, page_table_root, PAGE)), -EINVAL,
		  "a page table in real mode");
	CHECK_RET(setup(0, WITH(real, page_table_levels, 4)), -EINVAL,
		  "page table levels in real mode");
}

static void check_protected(void)
{
	CHECK_RET(setup(CODE, &protected), 0, "protected mode");
	CHECK_RET(setup(0xffffffff, &protected), 0, "protected mode: the last EIP");
	CHECK_RET(setup(1ULL << 32, &protected), -EINVAL, "protected mode: EIP beyond 32 bits");
	CHECK_RET(setup(0, WITH(protected, cs_selector, 8)), -EINVAL,
		  "cs_selector in protected mode");
	CHECK_RET(setup(0, WITH(protected, cs_base, 8)), -EINVAL, "cs_base in protected mode");
	CHECK_RET(setup(0, WITH(protected, flags, AXVCPU_X86_SETUP_CS_BASE)), -EINVAL,
		  "CS_BASE in protected mode");
	CHECK_RET(setup(0, WITH(protected, page_table_root, PAGE)), -EINVAL,
		  "a page table in protected mode");
}

static void check_long(void)
{
	u64 top = 1ULL << info()->gpa_bits;
	long five;

	CHECK_RET(setup(CODE, &long_mode), 0, "long mode");
	CHECK_RET(setup(0xffff800000000000, &long_mode), 0, "long mode: an upper half RIP");
	CHECK_RET(setup(0x8000000000000000, &long_mode), -EINVAL, "long mode: RIP not canonical");
	CHECK_RET(setup(0, WITH(long_mode, page_table_root, TABLES + 1)), -EINVAL,
		  "a page table that is not aligned");
	CHECK_RET(setup(0, WITH(long_mode, page_table_root, top - PAGE)), 0,
		  "a page table at the top");
	CHECK_RET(setup(0, WITH(long_mode, page_table_root, top)), -EINVAL,
		  "a page table beyond the top");
	CHECK_RET(setup(0, WITH(long_mode, page_table_levels, 4)), 0, "four levels");
	five = setup(0, WITH(long_mode, page_table_levels, 5));
	CHECK(five == 0 || five == -EOPNOTSUPP, "five levels, or EOPNOTSUPP (%ld)", five);
	CHECK_RET(setup(0, WITH(long_mode, page_table_levels, 3)), -EINVAL, "three levels");
	CHECK_RET(setup(0, WITH(long_mode, page_table_levels, 6)), -EINVAL, "six levels");
	CHECK_RET(setup(0, WITH(long_mode, cs_selector, 8)), -EINVAL, "cs_selector in long mode");
}

static void check_general(void)
{
	unsigned int bit;

	for (bit = 0; bit < 32; bit++)
		if (1U << bit != AXVCPU_X86_SETUP_CS_BASE)
			EXPECT_RET(setup(0, WITH(real, flags, 1U << bit)), -EINVAL,
				   "config flag bit %u", bit);
	CHECK_RET(setup(0, WITH(real, mode, 3)), -EINVAL, "an unknown mode");
	CHECK_RET(setup(0, WITH(real, reserved0, 1)), -EINVAL, "reserved0");
	CHECK_RET(setup(0, WITH(real, reserved, 1)), -EINVAL, "reserved");
	CHECK_RET(setup(0, WITH(long_mode, rax, ~0ULL)), 0, "a 64-bit register in long mode");
}

static void check_config(void)
{
	struct {
		struct axvcpu_x86_setup_config c;
		u8 tail[8];
	} x = { .c.size = sizeof(x.c) };
	struct axvcpu_setup args = { .size = sizeof(args), .entry = CODE };

	CHECK_RET(setup_raw(0xfff0, NULL, 0), 0, "no config");
	CHECK_RET(setup_raw(0, NULL, sizeof(x.c)), -EINVAL, "a length without address");
	CHECK_RET(setup_raw(0, &x, 0), -EINVAL, "an address without length");
	CHECK_RET(setup_raw(0, (void *)16, sizeof(x.c)), -EFAULT, "a bad address");
	CHECK_RET(setup_raw(0, &x, 7), -EINVAL, "seven bytes");
	x.c.size = 8;
	CHECK_RET(setup_raw(0, &x, 8), 0, "a short config");
	x.c.size = sizeof(x);
	CHECK_RET(setup_raw(0, &x, sizeof(x)), 0, "a long config with a zero tail");
	x.tail[7] = 1;
	CHECK_RET(setup_raw(0, &x, sizeof(x)), -E2BIG, "a long config with another tail");
	CHECK_RET(setup_raw(0, &x, 5000), -E2BIG, "a config beyond a page");
	args.reserved = 1;
	CHECK_RET(call(v.fd, AXVCPU_SETUP, &args), -EINVAL, "reserved of SETUP");
	COVERS("SETUP", "Created", "bad value");
	COVERS("SETUP", "Created", "boundary");
}

/* The config changes while the kernel reads it: it is taken as a whole or refused. */
static void *change_config(void *argument)
{
	volatile struct axvcpu_x86_setup_config *c = argument;
	u64 until = now_ns() + SECOND / 2;

	while (now_ns() < until) {
		c->mode = AXVCPU_X86_START_LONG;
		c->size = 4;
		c->page_table_root = ~0ULL;
		c->size = sizeof(*c);
		c->mode = AXVCPU_X86_START_REAL;
		c->page_table_root = 0;
	}
	return NULL;
}

static void check_race(void)
{
	struct axvcpu_x86_setup_config c = { .size = sizeof(c) };
	pthread_t thread = start_thread(change_config, &c);
	u64 until = now_ns() + SECOND / 2;
	unsigned int wrong = 0, good = 0;

	while (now_ns() < until) {
		long ret = setup_raw(CODE, &c, sizeof(c));

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
	protected.mode = AXVCPU_X86_START_PROTECTED;
	long_mode.mode = AXVCPU_X86_START_LONG;
	long_mode.page_table_root = TABLES;
	check_real();
	check_protected();
	check_long();
	check_general();
	check_config();
	check_race();
	COVERS("SETUP", "Created", "good");
	return finish();
}
