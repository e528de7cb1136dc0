// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Random instructions as guests, at EL1 and EL0, with the MMU off and on, with random
 * registers, interrupts and answers: RUN is 0 each time, the deadline ends each of them,
 * the vCPU can be used again, and what the guest was not given is as before. What the host
 * says of it is for who started the test to see.
 */
#include "guest.h"

#define WORDS		512
#define ROUND_NS	(2 * MS)
#define EXITS		60
#define TABLE		0x100000UL
#define GUARD		(16 * PAGE)

#define PSTATE_EL1	0x5UL
#define MASKS		0x3c0UL

/* Behind what faulted: the guest goes on for as long as it still can. */
GUEST(skip_one, PLAIN, "msr tpidr_el0, x9\nmrs x9, elr_el1\nadd x9, x9, #4\nmsr elr_el1, x9\n"
      "mrs x9, tpidr_el0\neret\n");

static struct vm vm;
static struct vcpu v;
static u8 *around;
static u64 seed = 0x6a09e667f3bcc909;
static u64 rounds, reasons[AXVCPU_EXIT_COUNT], answered, refused;

static u64 below(u64 n)
{
	return random_next(&seed) % n;
}

/* ---- instructions -------------------------------------------------------------- */

/* MRS, MSR, SYS, MSR of PSTATE, hints and barriers, mostly of what there is. */
static u32 system_insn(void)
{
	static const u8 crn[] = { 0, 1, 2, 4, 5, 6, 7, 9, 10, 12, 13, 14, 11, 15, 3, 8 };
	u32 op0 = (u32)below(4), op1 = (u32)below(8), crm = (u32)below(16), op2 = (u32)below(8);

	if (below(2))
		op0 = 3;
	if (below(3))
		op1 = below(2) ? 0 : 3;
	return 0xd5000000 | (u32)below(2) << 21 | op0 << 19 | op1 << 16 |
	       (u32)crn[below(ARRAY_SIZE(crn))] << 12 | crm << 8 | op2 << 5 | (u32)below(32);
}

/* A load or store of any kind, mostly by X1, X2 or X3: memory, a hole, the code. */
static u32 memory_insn(void)
{
	u32 word = ((u32)random_next(&seed) & ~0x0a000000U) | 0x08000000U;

	return (word & ~0x3e0U) | (u32)(1 + below(3)) << 5;
}

static u32 call_insn(void)
{
	static const u32 words[] = { 0xd4000002, 0xd4000003, 0xd4000001, 0xd69f03e0,
				     0xd503207f, 0xd503205f, 0xd4200000, 0xd5033fdf,
				     0xd50342df /* DAIFSET */, 0xd50342ff /* DAIFCLR */ };
	u32 word = words[below(ARRAY_SIZE(words))];

	return word >> 24 == 0xd4 && below(3) == 0 ? word | (u32)below(0x10000) << 5 : word;
}

static u32 random_insn(void)
{
	switch (below(8)) {
	case 0:
	case 1:
		return system_insn();
	case 2:
	case 3:
		return memory_insn();
	case 4:
		return call_insn();
	default:
		return (u32)random_next(&seed);
	}
}

/* ---- the guest ---------------------------------------------------------------------- */

static void write_code(void)
{
	u32 words[WORDS];
	unsigned int i;

	for (i = 0; i < WORDS; i++)
		words[i] = random_insn();
	load(&vm, CODE, (u8 *)words, (u8 *)(words + WORDS));
	for (i = 0; i < 0x800; i += 0x80)
		set_vector(&vm, i, skip_one, skip_one_end);
}

/* One GiB as it is, and the next one, which nothing answers at. */
static void write_tables(bool user)
{
	u64 entries[512] = { 0 }, memory = 0x701 | (user ? 1 << 6 : 0);

	entries[0] = memory;
	entries[1] = 0x40000000 | memory;
	load(&vm, TABLE, (u8 *)entries, (u8 *)(entries + 512));
}

static void random_registers(bool user)
{
	static const u64 function[] = { 0x84000000, 0x84000001, 0xc4000003, 0xc4000004, 0x8400000a,
					0x80000000, 0x84000012, 0xc4000001 };
	struct axvcpu_arm64_general general = get_general(&v);
	unsigned int i;

	for (i = 0; i < 31; i++)
		general.x[i] = below(2) ? random_next(&seed) : below(RAM_SIZE);
	general.x[0] = function[below(ARRAY_SIZE(function))];
	general.x[1] = DATA + below(0x10000);
	general.x[2] = HOLE + below(0x1000) * 8;
	general.x[3] = CODE + below(WORDS) * 4;
	general.sp_el0 = STACK;
	general.sp_el1 = STACK;
	general.pstate = (user ? 0 : PSTATE_EL1) | (below(2) ? MASKS : 0);
	set_general(&v, &general);
}

static void random_system(bool mmu)
{
	struct axvcpu_arm64_system system = get_system(&v);

	system.vbar_el1 = VECTORS;
	if (mmu) {
		system.ttbr0_el1 = TABLE;
		system.tcr_el1 = 25 | 1ULL << 23;
		system.mair_el1 = below(4) ? 0xff : random_next(&seed);
		system.sctlr_el1 |= 0x1005;
	}
	if (below(4) == 0)
		system.sctlr_el1 ^= 1ULL << below(64);
	if (below(8) == 0)
		system.tcr_el1 ^= 1ULL << below(64);
	system.cpacr_el1 = below(4) << 20;
	system.cntv_ctl_el0 = below(4);
	system.cntp_ctl_el0 = below(4);
	system.cntv_cval_el0 = below(2) ? 0 : ~0ULL;
	set_system(&v, &system);
}

static void new_guest(void)
{
	bool user = below(3) == 0, mmu = below(2);

	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	write_code();
	write_tables(user);
	NEED_RET(setup_vcpu(&v, MODE_PLAIN, CODE));
	NEED_RET(bind_vcpu(&v, -1));
	random_registers(user);
	random_system(mmu);
	v.run->request_flags = below(8) == 0 ? AXVCPU_RUN_SINGLE_STEP : 0;
}

/* ---- one round ------------------------------------------------------------------------ */

static void answer(void)
{
	answered++;
	switch (below(4)) {
	case 0:
		cancel(&v);
		break;
	case 1:
		fault(&v, below(4) ? AXVCPU_ARM64_VECTOR_SYNC : (u32)below(5), false, 0);
		break;
	default:
		done(&v, random_next(&seed));
	}
}

/* Return: the guest goes on. */
static bool after_exit(void)
{
	const struct axvcpu_exit *e = &v.run->exit;

	if (e->reason < AXVCPU_EXIT_COUNT)
		reasons[e->reason]++;
	if (e->flags & AXVCPU_EXIT_PENDING)
		answer();
	if (below(4) == 0)
		inject(&v, AXVCPU_EVENT_INTERRUPT, (u32)below(1024));
	switch (e->reason) {
	case AXVCPU_EXIT_NOTHING:
	case AXVCPU_EXIT_NESTED_PAGE_FAULT:
	case AXVCPU_EXIT_UNKNOWN:
		return false;
	case AXVCPU_EXIT_FAIL_ENTRY:
	case AXVCPU_EXIT_INTERNAL_ERROR:
		EXPECT_EQ(e->reason, AXVCPU_EXIT_NOTHING, "%s", exit_text(&v));
		return false;
	default:
		return true;
	}
}

/* An answer that can't be given is refused, and nothing is lost: another is. */
static long run_on(void)
{
	long ret = run(&v);

	if (ret != -EINVAL)
		return ret;
	refused++;
	done(&v, 0);
	return run(&v);
}

static void one_round(void)
{
	u64 began = seed, end;
	unsigned int exits = 0;
	long ret;

	if (getenv("FUZZ_TRACE"))
		note("round %llu seed %llx", (unsigned long long)rounds, (unsigned long long)began);
	new_guest();
	end = now_ns() + ROUND_NS * slowness();
	v.run->deadline_ns = end;
	do
		ret = run_on();
	while (!ret && after_exit() && ++exits < EXITS && now_ns() < end);
	EXPECT_RET(ret, 0, "RUN of the guest of seed %llx", (unsigned long long)began);
	EXPECT_EQ(now_ns() < end + 2 * SECOND * slowness(), 1, "the deadline ends it, seed %llx",
		  (unsigned long long)began);
}

/* ---- what was not given ------------------------------------------------------------------ */

static void check_around(void)
{
	unsigned int i;
	u64 wrong = 0;

	for (i = 0; i < GUARD; i++)
		wrong += around[i] != 0xa5 || around[GUARD + RAM_SIZE + i] != 0xa5;
	CHECK_EQ(wrong, 0, "the memory before and behind the guest's");
}

static void make(void)
{
	vm.fd = (int)NEED_RET(create_vm(0));
	around = mmap(NULL, RAM_SIZE + 2 * GUARD, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	NEED(around != MAP_FAILED, "no memory");
	memset(around, 0xa5, RAM_SIZE + 2 * GUARD);
	vm.ram = around + GUARD;
	NEED_RET(set_memory(vm.fd, 0, vm.ram, RAM_SIZE, 0));
	vcpu_new(&v, &vm, 0);
}

int main(void)
{
	const char *from = getenv("FUZZ_SEED"), *count = getenv("FUZZ_ROUNDS");
	u64 most = count ? strtoull(count, NULL, 0) : 3000 / slowness(), end = now_ns() + 40 * SECOND;
	unsigned int i;

	if (from)
		seed = strtoull(from, NULL, 16);
	note("seed %llx", (unsigned long long)seed);
	make();
	for (rounds = 0; rounds < most && now_ns() < end && failures < 20; rounds++)
		one_round();
	check_around();
	CHECK(!failures, "RUN works for %llu guests", (unsigned long long)rounds);
	CHECK(rounds >= 200, "there was time for some");
	for (i = 0; i < AXVCPU_EXIT_COUNT; i++)
		if (reasons[i])
			note("%-20s %llu", axvcpu_name(AXVCPU_NAME_EXIT, i),
			     (unsigned long long)reasons[i]);
	note("%llu answers, %llu of them refused", (unsigned long long)answered,
	     (unsigned long long)refused);
	CHECK(reasons[AXVCPU_EXIT_HYPERCALL] && reasons[AXVCPU_EXIT_MMIO_READ] &&
	      reasons[AXVCPU_EXIT_MMIO_WRITE] && reasons[AXVCPU_EXIT_HALT] &&
	      reasons[AXVCPU_EXIT_NESTED_PAGE_FAULT], "they reach the VMM in many ways");
	return finish();
}
