// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * AXVCPU_BLOCK_ID: a guest sees what the block says; the VMM can take away before the
 * first RUN and nothing else; and what is away is undefined where the hardware can trap.
 */
#include "guest.h"

#define PFR0	AXVCPU_ARM64_ID_AA64PFR0_EL1
#define DFR0	AXVCPU_ARM64_ID_AA64DFR0_EL1
#define ISAR0	AXVCPU_ARM64_ID_AA64ISAR0_EL1
#define MMFR0	AXVCPU_ARM64_ID_AA64MMFR0_EL1
#define MMFR2	AXVCPU_ARM64_ID_AA64MMFR2_EL1
#define MIDR	AXVCPU_ARM64_MIDR_EL1

/* X1 to X8: one of each room of the table. */
GUEST(shown, PLAIN,
      "mrs x1, midr_el1\nmrs x2, id_aa64pfr0_el1\nmrs x3, id_aa64dfr0_el1\nmrs x4, id_aa64isar0_el1\n"
      "mrs x5, id_aa64mmfr0_el1\nmrs x6, S3_0_C0_C1_0\nmrs x7, S3_0_C0_C3_7\nmrs x8, S3_0_C0_C7_7\n"
      GUEST_DONE);
GUEST(simd, PLAIN, "movi v0.2d, #0\n" GUEST_DONE);
GUEST(breakpoints, PLAIN, "mrs x0, dbgbvr1_el1\n" GUEST_VALUE "mrs x0, dbgbvr2_el1\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;

static struct axvcpu_arm64_id get_id(struct vcpu *c)
{
	struct axvcpu_arm64_id id;

	NEED_RET(get_block(c, AXVCPU_BLOCK_ID, &id));
	return id;
}

static u64 field(u64 value, unsigned int shift)
{
	return value >> shift & 15;
}

static u64 with(u64 value, unsigned int shift, u64 new)
{
	return (value & ~(15ULL << shift)) | new << shift;
}

/* A write that must be refused, and change nothing. */
static void refused(unsigned int reg, u64 value, long wanted, const char *what)
{
	struct axvcpu_arm64_id before = get_id(&v), id = before, after;

	id.reg[reg] = value;
	EXPECT_RET(set_block(&v, AXVCPU_BLOCK_ID, &id), wanted, "%s", what);
	after = get_id(&v);
	EXPECT_EQ(memcmp(&before, &after, sizeof(after)), 0, "%s: nothing changed", what);
}

static void check_shown(void)
{
	struct axvcpu_arm64_id id;
	unsigned int i;

	START(&v, PLAIN, shown);
	id = get_id(&v);
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, 1), id.reg[MIDR], "MIDR_EL1 is the block's");
	CHECK_EQ(gpr(&v, 2), id.reg[PFR0], "ID_AA64PFR0_EL1");
	CHECK_EQ(gpr(&v, 3), id.reg[DFR0], "ID_AA64DFR0_EL1");
	CHECK_EQ(gpr(&v, 4), id.reg[ISAR0], "ID_AA64ISAR0_EL1");
	CHECK_EQ(gpr(&v, 5), id.reg[MMFR0], "ID_AA64MMFR0_EL1");
	CHECK_EQ(gpr(&v, 6) | gpr(&v, 7) | gpr(&v, 8), 0, "those of AArch32 and reserved ones are 0");
	for (i = 1; i < 32; i++)
		EXPECT_EQ(id.reg[i], 0, "in the block too: %u", i);
	CHECK_EQ(field(id.reg[PFR0], 8) | field(id.reg[PFR0], 12), 0, "there is no EL2 and no EL3");
}

static void check_wider(void)
{
	struct axvcpu_arm64_id id;
	unsigned int reg, shift, tried = 0;

	RESTART(&v, PLAIN, shown);
	id = get_id(&v);
	/* Every bit that is 0 and promises more; signed fields of 15 would become less. */
	for (reg = 0; reg < 64; reg++) {
		for (shift = 0; reg != MIDR && shift < 64; shift += 4) {
			u64 now = field(id.reg[reg], shift);

			if (now == 15)
				continue;
			refused(reg, with(id.reg[reg], shift, now + 1), -EINVAL, "one more");
			tried++;
		}
	}
	CHECK(!failures && tried > 900, "no field of %u can be made more", tried);
	refused(MIDR, 1ULL << 32, -EINVAL, "MIDR_EL1 has 32 bits");
	refused(PFR0, with(id.reg[PFR0], 0, 0), -EINVAL, "EL0 stays");
	refused(PFR0, with(id.reg[PFR0], 16, 15), -EINVAL, "FP goes with AdvSIMD");
	refused(PFR0, with(id.reg[PFR0], 24, !field(id.reg[PFR0], 24)), -EINVAL, "GIC stays");
	refused(DFR0, with(id.reg[DFR0], 12, 0), -EINVAL, "one breakpoint is too few");
	refused(DFR0, with(id.reg[DFR0], 0, 0), -EINVAL, "DebugVer stays");
	refused(ISAR0, with(id.reg[ISAR0], 4, 15), -EINVAL, "15 of an unsigned field is more");
	refused(MMFR0, with(id.reg[MMFR0], 20, 15), -EINVAL, "so it is of TGran16");
	if (field(id.reg[DFR0], 28) > 0)
		refused(DFR0, with(with(id.reg[DFR0], 12, 1), 28, 2), -EINVAL,
			"CTX_CMPs are breakpoints");
	CHECK(!failures, "what does not fit is refused");
}

static void check_narrow(void)
{
	struct axvcpu_arm64_id most, id;
	struct axvcpu_one_reg one = { .size = sizeof(one),
				      .id = AXVCPU_REG(AXVCPU_BLOCK_ID, 8 * ISAR0, 3) };

	RESTART(&v, PLAIN, shown);
	most = id = get_id(&v);
	id.reg[MIDR] = 0x410fd0c1;
	id.reg[PFR0] = with(id.reg[PFR0], 56, 0);
	id.reg[DFR0] = with(with(id.reg[DFR0], 12, 1), 28, 0);
	id.reg[MMFR0] = with(with(id.reg[MMFR0], 20, 0), 24, 15);
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_ID, &id), 0, "less is taken");
	one.value[0] = id.reg[ISAR0] = with(id.reg[ISAR0], 4, 0);
	CHECK_RET(call(v.fd, AXVCPU_SET_ONE_REG, &one), 0, "so it is by SET_ONE_REG");
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, 1), 0x410fd0c1, "the guest has MIDR_EL1");
	CHECK_EQ(gpr(&v, 2), id.reg[PFR0], "and the others");
	CHECK_EQ(gpr(&v, 3), id.reg[DFR0], "of it");
	CHECK_EQ(gpr(&v, 4), id.reg[ISAR0], "and this");
	CHECK_EQ(gpr(&v, 5), id.reg[MMFR0], "and that");
	refused(ISAR0, with(id.reg[ISAR0], 16, 0), -EBADFD, "after the first RUN");
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_ID, &id), 0, "the same again is no change");
	RESTART(&v, PLAIN, shown);
	CHECK_EQ(get_id(&v).reg[ISAR0], id.reg[ISAR0], "RESET keeps it");
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_ID, &most), 0, "and lets it be set to the most again");
}

/* FP and SIMD, and breakpoints: undefined when they are not there. */
static void check_trap(void)
{
	struct axvcpu_arm64_id most, id;

	RESTART(&v, PLAIN, simd);
	most = id = get_id(&v);
	run_to_port(&v, PORT_DONE);
	RESTART(&v, PLAIN, simd);
	if (field(id.reg[PFR0], 32))
		refused(PFR0, with(with(id.reg[PFR0], 16, 15), 20, 15), -EINVAL,
			"no SVE without FP");
	/* SVE goes with them. */
	id.reg[PFR0] = with(with(with(id.reg[PFR0], 16, 15), 20, 15), 32, 0);
	id.reg[AXVCPU_ARM64_ID_AA64ZFR0_EL1] = 0;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_ID, &id));
	CHECK_EQ(run_to_port(&v, PORT_VECTOR) >> 26, 0, "SIMD is undefined without it");
	CHECK_EQ(get_system(&v).elr_el1, CODE, "at that instruction");
	RESTART(&v, PLAIN, breakpoints);
	id = most;
	id.reg[DFR0] = with(with(id.reg[DFR0], 12, 1), 28, 0);
	NEED_RET(set_block(&v, AXVCPU_BLOCK_ID, &id));
	run_to_port(&v, PORT_VALUE);
	CHECK_EQ(run_to_port(&v, PORT_VECTOR) >> 26, 0, "of two breakpoints the third is undefined");
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	START(&v, PLAIN, simd);
	NEED_RET(set_block(&v, AXVCPU_BLOCK_ID, &most));
}

/* Another vCPU can be made the same. */
static void check_copy(void)
{
	struct axvcpu_arm64_id id;
	struct vcpu other;

	RESTART(&v, PLAIN, shown);
	id = get_id(&v);
	id.reg[MIDR] = 0x1234;
	id.reg[ISAR0] = with(id.reg[ISAR0], 16, 0);
	NEED_RET(set_block(&v, AXVCPU_BLOCK_ID, &id));
	vcpu_new(&other, &vm, 1);
	NEED_RET(setup_vcpu(&other, MODE_PLAIN, CODE));
	CHECK(get_id(&other).reg[MIDR] != 0x1234, "another vCPU has its own");
	id = get_id(&v);
	CHECK_RET(set_block(&other, AXVCPU_BLOCK_ID, &id), 0, "and takes these");
	NEED_RET(bind_vcpu(&other, -1));
	run_to_port(&other, PORT_DONE);
	CHECK_EQ(gpr(&other, 1), 0x1234, "its guest has the MIDR_EL1");
	CHECK_EQ(gpr(&other, 4), id.reg[ISAR0], "and ID_AA64ISAR0_EL1");
	vcpu_free(&other);
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_shown();
	check_wider();
	check_narrow();
	check_trap();
	check_copy();
	return finish();
}
