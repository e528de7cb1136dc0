// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * SVE: a guest has registers of its own, of any length up to the host's, which the
 * host's use of them does not touch; without it in the ID registers it is undefined.
 */
#include "guest.h"
#include <sys/prctl.h>

#define ROUNDS 200
#define PFR0 AXVCPU_ARM64_ID_AA64PFR0_EL1
#define ZFR0 AXVCPU_ARM64_ID_AA64ZFR0_EL1
#define SVE ".arch armv8-a+sve\n"
/* CPACR_EL1: FPEN, ZEN; ZCR_EL1 is X7. */
#define ON "mov x9, #0x330000\nmsr cpacr_el1, x9\nisb\nmsr S3_0_C1_C2_0, x7\nisb\n"
/* The last 8 bytes of a register, by the governing P0. */
#define LAST(to, z) "ptrue p0.d\nlastb " #to ", p0, " #z ".d\n"

/* X1: the length; X2, X3: of Z31 and P15; X4: FFR. X0 counts. */
GUEST(fills, PLAIN,
      SVE ON "rdvl x1, #1\nptrue p15.b\nsetffr\n1: dup z0.d, x0\ndup z31.d, x0\n" GUEST_VALUE
      LAST(x2, z31) "cntp x3, p15, p15.b\nrdffr p2.b\ncntp x4, p2, p2.b\n" GUEST_VALUE
      "add x0, x0, #1\nb 1b");
GUEST(sees, PLAIN, SVE ON LAST(x2, z31) "cntp x3, p0, p15.b\n" GUEST_DONE);
/* A write of V clears the rest of Z, whoever makes it. */
GUEST(writes_v, PLAIN,
      SVE ON "dup z7.d, x0\ndup z8.d, x0\nmov x1, #0x10000000\nfmov d7, x0\n" GUEST_VALUE
      "ldr q8, [x1]\n" LAST(x2, z7) LAST(x3, z8) "fmov x4, d8\n" GUEST_DONE);
GUEST(first, PLAIN, SVE "mov x9, #0x330000\nmsr cpacr_el1, x9\nisb\nrdvl x1, #1\n" GUEST_DONE);
GUEST(first_zcr, PLAIN,
      "mov x9, #0x330000\nmsr cpacr_el1, x9\nisb\nmrs x1, S3_0_C1_C2_0\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;
static u32 length;
static union {
	struct axvcpu_arm64_sve s;
	u8 bytes[16384];
} block;

/* RUN with Z registers of ours in use; a system call keeps V of them (Linux's ABI). */
static long run_between(u64 value, u64 *after)
{
	register long x8 __asm__("x8") = 29; /* ioctl */
	register long x0 __asm__("x0") = v.fd;
	register long x1 __asm__("x1") = AXVCPU_RUN;
	register long x2 __asm__("x2") = 0;

	__asm__ volatile(SVE "dup z5.d, %[value]\ndup z31.d, %[value]\nsvc #0\n"
			     "fmov x9, d5\nfmov x10, d31\nstp x9, x10, [%[after]]\n"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), [value] "r"(value), [after] "r"(after)
			 : "memory", "x9", "x10", "v5", "v31");
	return x0;
}

static void start_fills(u64 value, u64 zcr)
{
	START(&v, PLAIN, fills);
	set_gpr(&v, 0, value);
	set_gpr(&v, 7, zcr);
}

static unsigned int wrong_fills(u64 value, u32 vl)
{
	return (gpr(&v, 2) != value) + (gpr(&v, 3) != vl) + (gpr(&v, 4) != vl);
}

static void check_kept(void)
{
	unsigned int i, wrong = 0;
	u64 after[2];

	start_fills(0x1111, 15);
	for (i = 0; i < ROUNDS; i++) {
		run_to_port(&v, PORT_VALUE);
		do {
			NEED_RET(run_between(0x9999 + i, after));
			wrong += after[0] != 0x9999 + i || after[1] != 0x9999 + i;
		} while (v.run->exit.reason == AXVCPU_EXIT_NOTHING);
		wrong += wrong_fills(0x1111 + i, length);
	}
	CHECK_EQ(gpr(&v, 1), length, "the guest's longest vectors are the block's");
	CHECK_EQ(wrong, 0, "Z, P and FFR, and the host's V registers, over %u exits", 2 * ROUNDS);
}

static void check_length(void)
{
	int vl = prctl(PR_SVE_GET_VL);

	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_fills(0x77, 0);
	run_to_port(&v, PORT_VALUE);
	CHECK_EQ(gpr(&v, 1), 16, "ZCR_EL1 makes them as short as V");
	run_to_port(&v, PORT_VALUE);
	CHECK_EQ(wrong_fills(0x77, 16), 0, "and they hold");
	CHECK_EQ(get_system(&v).zcr_el1 & 15, 0, "the block has ZCR_EL1");
	CHECK_EQ(prctl(PR_SVE_GET_VL), vl, "the host's length is its own");
}

/* The block, into another vCPU, and what is refused of it. */
static void check_block(void)
{
	struct axvcpu_arm64_system s;
	struct vcpu other;

	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_fills(0x4444, 15);
	run_to_port(&v, PORT_VALUE);
	NEED_RET(get_block(&v, AXVCPU_BLOCK_VECTOR, &block));
	CHECK_EQ(*(u64 *)(block.s.data + 31 * length), 0x4444, "Z31 is in the block");
	CHECK_EQ(*(u64 *)(block.s.data + 32 * length - 8), 0x4444, "to its end");
	CHECK_EQ(block.s.data[32 * length + 16 * (length / 8) - 1], 0xff, "and P15");
	CHECK_EQ(block.s.data[32 * length + 17 * (length / 8) - 1], 0xff, "and FFR");
	s = get_system(&v);
	vcpu_new(&other, &vm, 1);
	START(&other, PLAIN, sees);
	set_gpr(&other, 7, 15);
	NEED_RET(set_block(&other, AXVCPU_BLOCK_VECTOR, &block));
	set_system(&other, &s);
	finish_mode(&other, MODE_PLAIN);
	run_to_port(&other, PORT_DONE);
	CHECK_EQ(gpr(&other, 2), 0x4444, "another vCPU takes it");
	NEED_RET(call(other.fd, AXVCPU_RESET, NULL));
	START(&other, PLAIN, sees);
	set_gpr(&other, 7, 15);
	run_to_port(&other, PORT_DONE);
	CHECK_EQ(gpr(&other, 2) | gpr(&other, 3), 0, "RESET clears it");
	block.s.vl = 16;
	CHECK_RET(set_block(&other, AXVCPU_BLOCK_VECTOR, &block), length == 16 ? 0 : -EINVAL,
		  "another length is refused");
	block.s.vl = length;
	block.s.reserved = 1;
	CHECK_RET(set_block(&other, AXVCPU_BLOCK_VECTOR, &block), -EINVAL, "so is a reserved field");
	vcpu_free(&other);
}

static void check_writes_v(void)
{
	RESTART(&v, PLAIN, writes_v);
	set_gpr(&v, 0, 0x5555);
	set_gpr(&v, 7, 15);
	run_to_port(&v, PORT_VALUE);
	NEED_EXIT(&v, MMIO_READ);
	done(&v, 0x6666);
	while (run_exit(&v) == AXVCPU_EXIT_MMIO_READ)
		done(&v, 0);
	CHECK(said(&v, PORT_DONE), "a vector is loaded from a device: %s", exit_text(&v));
	CHECK_EQ(gpr(&v, 4), 0x6666, "with the answer");
	CHECK_EQ(gpr(&v, 2), length == 16 ? 0x5555 : 0, "a write of V clears the rest of Z");
	CHECK_EQ(gpr(&v, 3), 0, "that of a device's load, too");
}

static void check_hidden(void)
{
	struct axvcpu_arm64_id most, id;

	RESTART(&v, PLAIN, first);
	run_to_port(&v, PORT_DONE);
	RESTART(&v, PLAIN, first);
	NEED_RET(get_block(&v, AXVCPU_BLOCK_ID, &most));
	id = most;
	id.reg[PFR0] &= ~(15ULL << 32);
	if (id.reg[ZFR0])
		CHECK_RET(set_block(&v, AXVCPU_BLOCK_ID, &id), -EINVAL,
			  "no ID_AA64ZFR0_EL1 without SVE");
	id.reg[ZFR0] = 0;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_ID, &id));
	CHECK_EQ(run_to_port(&v, PORT_VECTOR) >> 26, 0, "hidden, it is undefined");
	RESTART(&v, PLAIN, first_zcr);
	CHECK_EQ(run_to_port(&v, PORT_VECTOR) >> 26, 0, "so is ZCR_EL1");
	RESTART(&v, PLAIN, first);
	NEED_RET(set_block(&v, AXVCPU_BLOCK_ID, &most));
}

int main(void)
{
	close(open_device());
	if (!info()->block_length[AXVCPU_BLOCK_VECTOR])
		skip("no SVE here; it is tested by real/K/sve");
	NEED(info()->block_length[AXVCPU_BLOCK_VECTOR] <= sizeof(block), "the block is as long");
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	START(&v, PLAIN, first);
	NEED_RET(get_block(&v, AXVCPU_BLOCK_VECTOR, &block));
	length = block.s.vl;
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	check_kept();
	check_length();
	check_block();
	check_writes_v();
	check_hidden();
	return finish();
}
