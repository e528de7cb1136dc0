// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * System registers: what the guest has as its own, what it is shown instead of the
 * host's, what is undefined for it, and what leaves as SYSREG_READ, SYSREG_WRITE
 * and SEND_IPI.
 */
#include "guest.h"

/* A register of the implementation's own, which no table of the module names. */
#define OWN	AXVCPU_ARM64_SYSREG(3, 7, 15, 15, 7)

GUEST(writes, PLAIN, "mov x5, #0x1122\nmsr S3_7_C15_C15_7, x5\n" GUEST_VALUE
      "msr S3_7_C15_C15_7, xzr\n" GUEST_DONE);
GUEST(reads, PLAIN, "mrs x6, S3_7_C15_C15_7\n" GUEST_DONE);
/* ICC_SGI1R_EL1: INTID 5 to CPUs 0 and 2 of a cluster; INTID 15 to all others. */
GUEST(sends, PLAIN, "mov x5, #5\nmovk x5, #0x503, lsl #16\nmovk x5, #0x4, lsl #32\n"
      "movk x5, #0x7, lsl #48\nmsr S3_0_C12_C11_5, x5\n" GUEST_VALUE
      "mov x5, #0xf000000\nmovk x5, #0x100, lsl #32\nmsr S3_0_C12_C11_5, x5\n" GUEST_DONE);
GUEST(shown, PLAIN,
      "mrs x0, id_aa64pfr0_el1\nlsr x0, x0, #0\n" GUEST_VALUE
      "mrs x0, id_aa64mmfr1_el1\n" GUEST_VALUE "mrs x0, id_aa64dfr0_el1\n" GUEST_VALUE
      "mrs x0, mpidr_el1\n" GUEST_VALUE "mrs x0, CurrentEL\n" GUEST_DONE);
GUEST(own, PLAIN,
      "1: msr tpidr_el0, x1\nadd x1, x1, x2\nmsr tpidr_el1, x1\nadd x1, x1, x2\n"
      "msr contextidr_el1, x1\nadd x1, x1, x2\nmsr ttbr0_el1, x3\nmsr mair_el1, x4\n"
      "msr elr_el1, x5\nmsr par_el1, x6\n" GUEST_DONE);

/* Each must be undefined; the vector says ESR_EL1, whose class is 0 then. */
#define U(n, text) GUEST(undef##n, PLAIN, text "\n" GUEST_DONE)
U(0, "mrs x0, pmcr_el0");
U(1, "msr pmccntr_el0, x0");
U(2, "mrs x0, S3_0_C1_C2_0"); /* ZCR_EL1 */
U(3, "mrs x0, S3_1_C0_C0_4"); /* GMID_EL1 */
U(4, "mrs x0, S3_0_C1_C0_5"); /* RGSR_EL1 */
U(5, "mrs x0, hcr_el2");
U(6, "msr vbar_el2, x0");
U(7, "mrs x0, S3_0_C9_C9_0"); /* PMSCR_EL1 */
U(8, "msr S3_0_C0_C4_0, x0"); /* ID_AA64PFR0_EL1 is read-only */
U(9, "mrs x0, S2_1_C0_C0_0"); /* trace */

static const struct undefined {
	const char *text;
	const u8 *code, *end;
	bool id_space;
} undefined[] = {
#define ROW(n, text) { text, undef##n, undef##n##_end, n == 3 }
	ROW(0, "PMCR_EL0"), ROW(1, "PMCCNTR_EL0"), ROW(2, "ZCR_EL1"), ROW(3, "GMID_EL1"),
	ROW(4, "RGSR_EL1"), ROW(5, "HCR_EL2"), ROW(6, "VBAR_EL2"), ROW(7, "PMSCR_EL1"),
	ROW(8, "a write of ID_AA64PFR0_EL1"), ROW(9, "a trace register"),
#undef ROW
};

/* EC 0; with FEAT_IDST a read in the ID space is reported as a trapped one, EC 0x18. */
static bool is_undefined(const struct undefined *c, u64 esr)
{
	return !(esr >> 26) || (c->id_space && esr >> 26 == 0x18);
}

static struct vm vm;
static struct vcpu v;

static void check_write(void)
{
	const struct axvcpu_exit *e = &v.run->exit;

	START(&v, PLAIN, writes);
	if (run_exit(&v) == REASON_SAY && said(&v, PORT_VECTOR) && under_tcg()) {
		note("QEMU's HCR_EL2.TIDCP has no effect");
		return;
	}
	CHECK_EQ(e->reason, AXVCPU_EXIT_SYSREG_WRITE, "a write leaves");
	CHECK_EQ(e->u.sysreg.addr, OWN, "the register");
	CHECK_EQ(e->u.sysreg.value, 0x1122, "the value");
	CHECK_EQ(e->u.sysreg.reg, 5, "Rt");
	CHECK_EQ(e->flags & AXVCPU_EXIT_PENDING, AXVCPU_EXIT_PENDING, "it is pending");
	CHECK_EQ(pc_of(&v), CODE + 4, "the PC is at it");
	done(&v, 0x99);
	run_to_port(&v, PORT_VALUE);
	CHECK_EQ(gpr(&v, 5), 0x1122, "DONE of a write changes no register");
	NEED_EXIT(&v, SYSREG_WRITE);
	CHECK_EQ(e->u.sysreg.value, 0, "XZR");
	CHECK_EQ(e->u.sysreg.reg, 31, "is 31");
	fault(&v, AXVCPU_ARM64_VECTOR_SYNC, false, 0);
	CHECK_EQ(run_to_port(&v, PORT_VECTOR) >> 26, 0, "FAULT makes it undefined");
	RESTART(&v, PLAIN, reads);
	NEED_EXIT(&v, SYSREG_READ);
	CHECK_EQ(e->u.sysreg.addr, OWN, "a read: the register");
	done(&v, 0x1234567890);
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, 6), 0x1234567890, "a read: its value");
	COVERS_EXIT("SYSREG_WRITE", "unnamed, DONE, FAULT");
	COVERS_EXIT("SYSREG_READ", "unnamed");
}

static void check_send(void)
{
	const struct axvcpu_exit *e = &v.run->exit;

	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	START(&v, PLAIN, sends);
	NEED_EXIT(&v, SEND_IPI);
	CHECK_EQ(e->u.send_ipi.target_cpu, 0x700040300, "ICC_SGI1R_EL1: the cluster");
	CHECK_EQ(e->u.send_ipi.target_cpu_aux, 5, "the CPUs in it");
	CHECK_EQ(e->u.send_ipi.vector, 5, "the INTID");
	CHECK_EQ(e->u.send_ipi.send_to_all, 0, "not to all");
	CHECK_EQ(e->flags, 0, "it is complete");
	run_to_port(&v, PORT_VALUE);
	NEED_EXIT(&v, SEND_IPI);
	CHECK_EQ(e->u.send_ipi.send_to_all, 1, "IRM: to all");
	CHECK_EQ(e->u.send_ipi.send_to_self, 0, "but itself");
	CHECK_EQ(e->u.send_ipi.vector, 15, "the INTID");
	run_to_port(&v, PORT_DONE);
	COVERS_EXIT("SEND_IPI", "ICC_SGI1R_EL1");
}

static void check_shown(void)
{
	u64 value;

	RESTART(&v, PLAIN, shown);
	run_to_port(&v, PORT_VALUE);
	value = gpr(&v, 0);
	CHECK_EQ(value & 0xff, 0x11, "EL0 and EL1 are of AArch64");
	CHECK_EQ(value >> 8 & 0xff, 0, "there is no EL2 and no EL3");
	CHECK_EQ(value >> 32 & 0xf, 0, "no SVE");
	run_to_port(&v, PORT_VALUE);
	CHECK_EQ(gpr(&v, 0) >> 8 & 0xf, 0, "no VHE");
	run_to_port(&v, PORT_VALUE);
	CHECK_EQ(gpr(&v, 0) >> 8 & 0xf, 0, "no performance monitors");
	run_to_port(&v, PORT_VALUE);
	CHECK_EQ(gpr(&v, 0) & AXVCPU_ARM64_MPIDR_MASK, 0, "MPIDR_EL1 of vcpu_id 0");
	CHECK_EQ(gpr(&v, 0) >> 31 & 1, 1, "has its RES1 bit");
	CHECK_EQ(run_to_port(&v, PORT_DONE), 1 << 2, "CurrentEL");
}

static void check_own(void)
{
	struct axvcpu_arm64_system s;

	RESTART(&v, PLAIN, own);
	set_gpr(&v, 1, 0x1111);
	set_gpr(&v, 2, 0x1111);
	set_gpr(&v, 3, 0x12345000);
	set_gpr(&v, 4, 0xff44aa04);
	set_gpr(&v, 5, 0x7777);
	set_gpr(&v, 6, 1);
	run_to_port(&v, PORT_DONE);
	s = get_system(&v);
	CHECK_EQ(s.tpidr_el0, 0x1111, "TPIDR_EL0");
	CHECK_EQ(s.tpidr_el1, 0x2222, "TPIDR_EL1");
	CHECK_EQ(s.contextidr_el1, 0x3333, "CONTEXTIDR_EL1");
	CHECK_EQ(s.ttbr0_el1, 0x12345000, "TTBR0_EL1");
	CHECK_EQ(s.mair_el1, 0xff44aa04, "MAIR_EL1");
	CHECK_EQ(s.elr_el1, 0x7777, "ELR_EL1");
	CHECK_EQ(s.par_el1 & 1, 1, "PAR_EL1");
}

int main(void)
{
	unsigned int i;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_write();
	check_send();
	check_shown();
	check_own();
	for (i = 0; i < ARRAY_SIZE(undefined); i++) {
		const struct undefined *c = &undefined[i];

		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
		start_code(&v, MODE_PLAIN, c->code, c->end);
		EXPECT_EQ(run_exit(&v), REASON_SAY, "%s", c->text);
		EXPECT_EQ(said(&v, PORT_VECTOR) && is_undefined(c, said_value(&v)), 1,
			  "%s is undefined: %s", c->text, exit_text(&v));
	}
	CHECK(!failures, "registers that the guest does not have");
	return finish();
}
