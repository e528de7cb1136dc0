// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * States that a guest tries to get into and must not: ERET to EL2, to EL3, to EL1 of
 * AArch32 or to a mode that there is none of is an illegal exception return, after
 * which every instruction is the guest's own exception (DDI 0487, "Illegal exception
 * returns from AArch64 state"). So are a PC and an SP that are not aligned, and
 * PSTATE.IL that the VMM sets.
 */
#include "guest.h"

#define TARGET		0x2000UL
#define PSTATE_IL	(1ULL << 20)
#define EC_ILLEGAL	0x0e
#define EC_PC		0x22
#define EC_SP		0x26
#define EC_UNKNOWN	0x00
#define SCTLR_SA	(1ULL << 3)

GUEST(returns, PLAIN, "msr spsr_el1, x1\nmsr elr_el1, x2\nisb\neret\n");
GUEST(arrived, PLAIN, "mrs x3, currentel\n" GUEST_DONE);
GUEST(vector, PLAIN,
      "mrs x0, esr_el1\nmrs x4, spsr_el1\nmrs x5, elr_el1\nmrs x3, currentel\n" GUEST_VALUE);
GUEST(branches, PLAIN, "br x1\n");
GUEST(pushes, PLAIN, "mov sp, x1\nstr x0, [sp]\n" GUEST_DONE);
GUEST(el2_regs, PLAIN, "msr hcr_el2, x1\n" GUEST_DONE);
GUEST(el3_regs, PLAIN, "msr scr_el3, x1\n" GUEST_DONE);
GUEST(vhe_regs, PLAIN, "mrs x1, S3_5_C1_C0_0\n" GUEST_DONE); /* SCTLR_EL12 */

static struct vm vm;
static struct vcpu v;

static void begin(const u8 *code, const u8 *end)
{
	u32 at;

	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, MODE_PLAIN, code, end);
	for (at = 0; at < 0x800; at += 0x80)
		set_vector(&vm, at, vector, vector_end);
	load(&vm, TARGET, arrived, arrived_end);
}

/* The exception that the guest takes; returns its class. */
static u32 taken(const char *name)
{
	run_to_port(&v, PORT_VALUE);
	EXPECT_EQ(gpr(&v, 3), 1 << 2, "%s: CurrentEL is EL1", name);
	return (u32)(gpr(&v, 0) >> 26);
}

static void check_return(u64 spsr, const char *name)
{
	begin(returns, returns_end);
	set_gpr(&v, 1, spsr);
	set_gpr(&v, 2, TARGET);
	CHECK_EQ(taken(name), EC_ILLEGAL, "ERET to %s: illegal execution state", name);
	CHECK_EQ(gpr(&v, 5), TARGET, "%s: behind the return", name);
	CHECK(gpr(&v, 4) & PSTATE_IL && (gpr(&v, 4) & 0x1f) == 5, "%s: IL is set, EL stays", name);
}

static void check_returns(void)
{
	u64 mode;

	check_return(0x3c9, "EL2h");
	check_return(0x3c8, "EL2t");
	check_return(0x3cd, "EL3h");
	check_return(0x3c1, "M 1");
	check_return(0x3c2, "M 2");
	check_return(0x1d3, "EL1 of AArch32");
	check_return(0x1da, "Hyp mode");
	for (mode = 0; mode < 3; mode++) {
		static const u32 good[] = { 0x3c0, 0x3c4, 0x3c5 };

		begin(returns, returns_end);
		set_gpr(&v, 1, good[mode]);
		set_gpr(&v, 2, TARGET);
		if (!mode) /* CurrentEL is not for EL0 */
			CHECK_EQ(taken("EL0t"), EC_UNKNOWN, "EL0t is a place to return to");
		else
			CHECK_EQ(run_exit(&v), REASON_SAY, "so is M 0x%x", good[mode]);
	}
}

static void check_set(void)
{
	struct axvcpu_arm64_general g;

	begin(arrived, arrived_end);
	g = get_general(&v);
	g.pstate |= PSTATE_IL;
	set_general(&v, &g);
	CHECK_EQ(taken("IL"), EC_ILLEGAL, "IL that the VMM set: illegal execution state");
	CHECK_EQ(gpr(&v, 5), CODE, "at the first instruction");
	begin(arrived, arrived_end);
	g = get_general(&v);
	g.pc = CODE + 2;
	set_general(&v, &g);
	CHECK_EQ(taken("PC"), EC_PC, "a PC that is not aligned, which the VMM set");
}

static void check_alignment(void)
{
	struct axvcpu_arm64_system s;

	begin(branches, branches_end);
	set_gpr(&v, 1, TARGET + 1);
	CHECK_EQ(taken("branch"), EC_PC, "a branch to what is not aligned");
	if (under_tcg()) /* which looks at no stack pointer */
		return;
	begin(pushes, pushes_end);
	s = get_system(&v);
	s.sctlr_el1 |= SCTLR_SA;
	set_system(&v, &s);
	set_gpr(&v, 1, STACK + 8);
	CHECK_EQ(taken("stack"), EC_SP, "a stack pointer that is not aligned");
}

static void check_above(void)
{
	begin(el2_regs, el2_regs_end);
	CHECK_EQ(taken("EL2"), EC_UNKNOWN, "registers of EL2 are undefined");
	begin(el3_regs, el3_regs_end);
	CHECK_EQ(taken("EL3"), EC_UNKNOWN, "registers of EL3");
	begin(vhe_regs, vhe_regs_end);
	CHECK_EQ(taken("EL12"), EC_UNKNOWN, "EL1's by the names for EL2");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_returns();
	check_set();
	check_alignment();
	check_above();
	COVERS_EXIT("MMIO_WRITE", "illegal states stay in the guest");
	return finish();
}
