// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Device accesses of a guest whose data is big-endian, and DC ZVA on a device, which
 * needs a guest with its MMU on.
 */
#include "guest.h"

#define TABLE	0x30000UL
/* A block of 1 GiB at 0: AF, inner shareable, EL1, attributes 0. */
#define BLOCK	0x701ULL
#define ANSWER	0x1122334455667788ULL

/* SCTLR_EL1.EE, and back. */
#define BIG	"mrs x8, sctlr_el1\norr x8, x8, #0x2000000\nmsr sctlr_el1, x8\nisb\n"
#define LITTLE	"mrs x8, sctlr_el1\nbic x8, x8, #0x2000000\nmsr sctlr_el1, x8\nisb\n"

/* X1: the device; X0 is stored whole, by half and as a pair with X3; then loads. */
GUEST(big, PLAIN,
      BIG "str x0, [x1]\nstrh w0, [x1, #8]\nstp x0, x3, [x1, #16]\nldr x4, [x1]\nldrsh x5, [x1]\n"
      "ldr w6, [x1]\n" LITTLE GUEST_VALUE BIG "ldr d7, [x1]\n");
/* What it stores in memory lies there in its order. */
GUEST(big_memory, PLAIN, BIG "str x0, [x1]\nldr x2, [x1]\n" LITTLE GUEST_DONE);
/* MAIR_EL1, TCR_EL1 (39 bits, 4 KiB, inner shareable, write-back), TTBR0_EL1, M, C, I. */
GUEST(zeroes, PLAIN,
      "mov x8, #0xff\nmsr mair_el1, x8\nmov x8, #0x3519\nmovk x8, #0x80, lsl #16\nmsr tcr_el1, x8\n"
      "mov x8, #0x30000\nmsr ttbr0_el1, x8\nisb\nmrs x8, sctlr_el1\nmov x9, #0x1005\n"
      "orr x8, x8, x9\nmsr sctlr_el1, x8\nisb\nmrs x5, dczid_el0\n" GUEST_VALUE
      "dc zva, x1\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;

static u64 reversed(u64 value, unsigned int bytes)
{
	return __builtin_bswap64(value) >> (64 - 8 * bytes);
}

static void expect_write(u64 gpa, unsigned int width, u64 data, const char *what)
{
	const struct axvcpu_exit *e = &v.run->exit;

	NEED_EXIT(&v, MMIO_WRITE);
	EXPECT_EQ(e->u.mmio.gpa, gpa, "%s: address", what);
	EXPECT_EQ(e->u.mmio.width, width, "%s: width", what);
	EXPECT_EQ(e->u.mmio.data[0], data, "%s: data", what);
	if (e->flags & AXVCPU_EXIT_PENDING)
		done(&v, 0);
}

static void answer(const char *what)
{
	NEED_EXIT(&v, MMIO_READ);
	EXPECT_EQ(v.run->exit.u.mmio.gpa, HOLE, "%s: address", what);
	done(&v, ANSWER & (v.run->exit.u.mmio.width == 8 ? ~0ULL :
						(1ULL << 8 * v.run->exit.u.mmio.width) - 1));
}

static void check_big(void)
{
	START(&v, PLAIN, big);
	set_gpr(&v, 0, 0x0102030405060708);
	set_gpr(&v, 3, 0x1112131415161718);
	set_gpr(&v, 1, HOLE);
	expect_write(HOLE, 8, 0x0807060504030201, "STR");
	expect_write(HOLE + 8, 2, 0x0807, "STRH");
	expect_write(HOLE + 16, 8, 0x0807060504030201, "STP, first");
	expect_write(HOLE + 24, 8, 0x1817161514131211, "STP, second");
	CHECK(!failures, "bytes of big-endian stores come as they would lie in memory");
	answer("LDR");
	answer("LDRSH");
	answer("LDR of a word");
	run_to_port(&v, PORT_VALUE);
	CHECK_EQ(gpr(&v, 4), reversed(ANSWER, 8), "a load has them in its order");
	CHECK_EQ(gpr(&v, 5), 0xffffffffffff8877, "so has one with a sign");
	CHECK_EQ(gpr(&v, 6), reversed(ANSWER & 0xffffffff, 4), "and a word");
	NEED_EXIT(&v, NESTED_PAGE_FAULT);
	CHECK_EQ(v.run->exit.u.npf.cause, AXVCPU_NPF_CANT_DECODE,
		 "one of a SIMD register is not decoded");
}

static void check_memory(void)
{
	RESTART(&v, PLAIN, big_memory);
	set_gpr(&v, 0, 0x0102030405060708);
	set_gpr(&v, 1, DATA);
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(*(u64 *)(vm.ram + DATA), 0x0807060504030201, "memory has the same order");
	CHECK_EQ(gpr(&v, 2), 0x0102030405060708, "and is read back by it");
}

static void check_zeroes(void)
{
	u64 bytes, at;

	*(u64 *)(vm.ram + TABLE) = BLOCK;
	RESTART(&v, PLAIN, zeroes);
	set_gpr(&v, 1, HOLE);
	run_to_port(&v, PORT_VALUE);
	bytes = 4ULL << (gpr(&v, 5) & 15);
	for (at = 0; at < bytes; at += 8)
		expect_write(HOLE + at, 8, 0, "DC ZVA");
	CHECK(!failures, "DC ZVA on a device is %llu stores of 0", (unsigned long long)bytes / 8);
	run_to_port(&v, PORT_DONE);
	RESTART(&v, PLAIN, zeroes);
	memset(vm.ram + DATA, 0x55, 4096);
	set_gpr(&v, 1, DATA);
	run_to_port(&v, PORT_VALUE);
	run_to_port(&v, PORT_DONE);
	for (at = 0; at < 4096; at++)
		EXPECT_EQ(vm.ram[DATA + at], at < bytes ? 0 : 0x55, "byte %llu",
			  (unsigned long long)at);
	CHECK(!failures, "in memory it is the processor's");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_big();
	check_memory();
	check_zeroes();
	return finish();
}
