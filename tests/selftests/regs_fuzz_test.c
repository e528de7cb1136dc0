// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Random bits in every register block, and then RUN: SET_REGS is 0 or -EINVAL and
 * RUN is 0, whatever the guest does then (FAIL_ENTRY among it). No host crash.
 * A block that was taken reads back so that it is taken again.
 */
#include "guest.h"

GUEST(work, WIDE, "1: " G_INC(VALUE) G_SAY(0x50) G_JUMP(1b));

static struct vm vm;
static struct vcpu v;
static u64 seed = 0x9e3779b97f4a7c15;
static u64 taken, refused, failed_entries, rejected_again;

static void flip(u8 *block, u32 length)
{
	unsigned int bits = 1 + (unsigned int)(random_next(&seed) % 4);

	while (bits--) {
		u64 bit = random_next(&seed) % (length * 8ULL);

		block[bit / 8] ^= (u8)(1 << bit % 8);
	}
}

/* Fields at their limits more often than chance has it. */
static void poke(u8 *block, u32 length)
{
	static const u64 value[] = { 0, ~0ULL, 1ULL << 63, 0xffff800000000000, 0x7fffffffffff,
				     0x80000000, 0xffffffff, 0x100000000, 0x80050033, 0xd01 };
	u64 at = random_next(&seed) % (length / 8) * 8;

	memcpy(block + at, &value[random_next(&seed) % ARRAY_SIZE(value)], 8);
}

/* FUZZ_TRACE=1: says what the host did not survive; FUZZ_SEED=seed begins there. */
static void trace_round(u64 round)
{
	if (getenv("FUZZ_TRACE"))
		note("round %llu seed %llx", (unsigned long long)round, (unsigned long long)seed);
}

static void trace_change(u32 block, const u8 *old, const u8 *new, u32 length, long ret)
{
	u32 i;

	for (i = 0; i < length && getenv("FUZZ_TRACE"); i += 8)
		if (memcmp(old + i, new + i, 8))
			note("block %u offset 0x%x: %016llx becomes %016llx: %ld", block, i,
			     *(unsigned long long *)(old + i), *(unsigned long long *)(new + i), ret);
}

static void set_random(u32 block, u8 *bytes)
{
	static u8 old[65536] __attribute__((aligned(64)));
	u32 length = info()->block_length[block];
	long ret;

	if (!length) /* the architecture has no such block */
		return;
	NEED_RET(get_block(&v, block, bytes));
	memcpy(old, bytes, length);
	if (random_next(&seed) & 1)
		flip(bytes, length);
	else
		poke(bytes, length);
	ret = set_block(&v, block, bytes);
	trace_change(block, old, bytes, length, ret);
	if (ret && ret != -EINVAL)
		CHECK_RET(ret, -EINVAL, "SET_REGS of random bits in block %u", block);
	taken += !ret;
	refused += ret != 0;
	if (ret)
		return;
	NEED_RET(get_block(&v, block, bytes));
	if (set_block(&v, block, bytes)) {
		rejected_again++;
		EXPECT_RET(-EINVAL, 0, "block %u as it was read, after it was set", block);
	}
}

static void run_some(void)
{
	unsigned int i;
	long ret;

	if (kills_host(&v))
		return;
	for (i = 0; i < 3; i++) {
		v.run->deadline_ns = now_ns() + 2 * MS;
		ret = run(&v);
		if (ret == -EINVAL && v.run->exit.flags & AXVCPU_EXIT_PENDING) {
			cancel(&v);
			continue;
		}
		EXPECT_RET(ret, 0, "RUN of random registers");
		if (v.run->exit.reason == AXVCPU_EXIT_FAIL_ENTRY) {
			failed_entries++;
			EXPECT_EQ(v.run->exit.u.fail_entry.check[0] != 0, 1,
				  "FAIL_ENTRY has words");
			return;
		}
		if (v.run->exit.reason == AXVCPU_EXIT_INTERNAL_ERROR)
			CHECK(false, "no internal error: %s", exit_text(&v));
		if (v.run->exit.flags & AXVCPU_EXIT_PENDING)
			done(&v, random_next(&seed));
	}
}

int main(void)
{
	static u8 bytes[65536] __attribute__((aligned(64)));
	u64 until = now_ns() + (checking_kernel() ? 20 : 10) * SECOND, rounds = 0;

	if (bochs_svm())
		skip("Bochs's SVM does not intercept a shutdown: a triple fault ends the emulator");
	if (getenv("FUZZ_SEED"))
		seed = strtoull(getenv("FUZZ_SEED"), NULL, 16);
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	START(&v, PLAIN, work);
	while (now_ns() < until && failures < 20) {
		unsigned int i, blocks = 1 + (unsigned int)(random_next(&seed) % 3);

		trace_round(rounds);
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
		v.run->complete.action = AXVCPU_ANSWER_NONE;
		start_code(&v, start_modes[random_next(&seed) % start_mode_count], work, work_end);
		for (i = 0; i < blocks; i++) {
			u32 block = (u32)(random_next(&seed) % AXVCPU_BLOCK_COUNT);

			/* SYSTEM is where most of the rules are. */
			set_random(random_next(&seed) & 1 ? AXVCPU_BLOCK_SYSTEM : block, bytes);
		}
		run_some();
		rounds++;
	}
	note("%llu rounds: %llu blocks taken, %llu refused, %llu entries failed",
	     (unsigned long long)rounds, (unsigned long long)taken, (unsigned long long)refused,
	     (unsigned long long)failed_entries);
	CHECK(taken && refused, "random registers are taken or refused");
	CHECK_EQ(rejected_again, 0, "what was set can be set again as it reads back");
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	v.run->complete.action = AXVCPU_ANSWER_NONE;
	v.run->deadline_ns = 0;
	START(&v, WIDE, work);
	CHECK_EQ(run_exit(&v), REASON_SAY, "and after all of it a guest runs");
	COVERS("SET_REGS", "Ready", "random");
	COVERS_EXIT("FAIL_ENTRY", "random registers, if the checks let one pass");
	return finish();
}
