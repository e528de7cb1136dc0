// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * HVC is a hypercall; PSCI's functions (DEN 0022) by HVC #0 or SMC #0 are firmware's,
 * which the kernel answers or leaves to the VMM by reasons of their own.
 */
#include "guest.h"

#define PSCI(function)	"mov w0, #0x84000000\nadd w0, w0, #" #function "\n"
#define PSCI64(function) "mov x0, #0xc4000000\nadd x0, x0, #" #function "\n"

GUEST(hypercaller, PLAIN,
      "mov x0, #0x4444\nmovk x0, #0x1111, lsl #48\nmov x1, #1\nmov x2, #2\nmov x3, #3\n"
      "mov x4, #-4\nmov x5, #5\nmov x6, #6\nhvc #0x1234\n" GUEST_VALUE
      "mov x0, #7\nhvc #0\n" GUEST_VALUE "mov x0, #8\nhvc #1\n" GUEST_DONE);
GUEST(from_user, PLAIN,
      "adr x0, 1f\nmsr elr_el1, x0\nmsr spsr_el1, xzr\neret\n1: hvc #0\n2: b 2b");
GUEST(queries, PLAIN,
      PSCI(0) "smc #0\n" GUEST_VALUE PSCI(0) "hvc #0\n" GUEST_VALUE
      PSCI(0xa) "mov w1, #0x84000000\nadd w1, w1, #8\nsmc #0\n" GUEST_VALUE
      PSCI(0xa) "mov w1, #0x84000000\nadd w1, w1, #0x1f\nsmc #0\n" GUEST_VALUE
      PSCI(0x1f) "smc #0\n" GUEST_VALUE "mov x0, #0x12\nsmc #0\n" GUEST_VALUE
      PSCI(8) "smc #5\n" GUEST_DONE);
GUEST(starts, PLAIN,
      PSCI64(3) "mov x1, #0x100000000\nadd x1, x1, #0x203\nmov x2, #0x30000\nmov x3, #-5\nsmc #0\n"
      GUEST_VALUE PSCI(3) "mov x1, #1\nmov x2, #-4\nmov x3, #-5\nhvc #0\n" GUEST_VALUE
      PSCI64(3) "mov x1, #0x1000000\nmov x2, #0x30000\nsmc #0\n" GUEST_VALUE
      PSCI64(3) "mov x1, #1\nmov x2, #0x30000\nadd x2, x2, #2\nsmc #0\n" GUEST_DONE);
GUEST(ends, PLAIN, PSCI(8) "smc #0\n" GUEST_VALUE PSCI(9) "hvc #0\n" GUEST_VALUE
      PSCI64(0x12) "mov x1, #0\nsmc #0\n" GUEST_VALUE PSCI(2) "smc #0\n" GUEST_DONE);
/* SMCCC: each asks ARCH_FEATURES of one function; and the two workarounds are called. */
#define ARCH_FEATURES(low, high) \
	"mov w0, #0x80000000\nadd w0, w0, #1\nmov w1, #" #low "\nmovk w1, #" #high ", lsl #16\n" \
	"smc #0\n" GUEST_VALUE
GUEST(asks, PLAIN,
      PSCI(0xa) "mov w1, #0x80000000\nsmc #0\n" GUEST_VALUE
      ARCH_FEATURES(0, 0x8000) ARCH_FEATURES(1, 0x8000) ARCH_FEATURES(0x8000, 0x8000)
      ARCH_FEATURES(0x3fff, 0x8000) ARCH_FEATURES(0x7fff, 0x8000)
      "mov w0, #0x8000\nmovk w0, #0x8000, lsl #16\nmov x4, #44\nsmc #0\nmov x0, x4\n" GUEST_VALUE
      "mov w0, #0x3fff\nmovk w0, #0x8000, lsl #16\nmov x5, #55\nhvc #0\nmov x0, x5\n" GUEST_DONE);
GUEST(odd_resets, PLAIN,
      PSCI64(0x12) "mov x1, #1\nsmc #0\n" GUEST_VALUE
      PSCI(0x12) "mov w1, #0x80000000\nsmc #0\n" GUEST_DONE);
GUEST(suspends, PLAIN, PSCI64(1) "smc #0\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;

static void check_hypercall(void)
{
	struct axvcpu_return_value result = { .size = sizeof(result), .value = 0xaaaabbbb };
	const struct axvcpu_exit *e = &v.run->exit;
	unsigned int i;

	START(&v, PLAIN, hypercaller);
	NEED_EXIT(&v, HYPERCALL);
	CHECK_EQ(e->u.hypercall.nr, 0x1111000000004444, "nr is X0");
	for (i = 0; i < 6; i++)
		EXPECT_EQ(e->u.hypercall.args[i], i == 3 ? -4ULL : i + 1, "argument %u", i);
	CHECK_EQ(e->u.hypercall.immediate, 0x1234, "immediate");
	CHECK_EQ(e->flags, 0, "it is complete");
	CHECK_EQ(e->pc, pc_of(&v), "the PC is past it");
	done(&v, 0x5566);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0x5566, "the result by run->complete");
	NEED_EXIT(&v, HYPERCALL);
	CHECK_EQ(e->u.hypercall.nr, 7, "HVC #0 with no number of firmware's is one, too");
	CHECK_RET(call(v.fd, AXVCPU_SET_RETURN_VALUE, &result), 0, "SET_RETURN_VALUE");
	CHECK_EQ(gpr(&v, 0), 0xaaaabbbb, "is in X0 at once");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0xaaaabbbb, "and the guest sees it");
	NEED_EXIT(&v, HYPERCALL);
	CHECK_EQ(run_to_port(&v, PORT_DONE), 8, "without an answer X0 stays");
	COVERS_EXIT("HYPERCALL", "complete, SET_RETURN_VALUE, none");
}

static void check_user(void)
{
	RESTART(&v, PLAIN, from_user);
	/* From EL0, so by the vector at 0x400; HVC is undefined there (EC 0). */
	CHECK_EQ(run_to_port(&v, PORT_VECTOR) >> 26, 0, "HVC of user mode is undefined in the guest");
	COVERS_EXIT("HYPERCALL", "user mode: undefined");
}

static void check_queries(void)
{
	RESTART(&v, PLAIN, queries);
	CHECK_EQ(run_to_port(&v, PORT_VALUE) >> 16, 1, "PSCI_VERSION by SMC");
	CHECK_EQ(run_to_port(&v, PORT_VALUE) >> 16, 1, "and by HVC");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0, "PSCI_FEATURES of SYSTEM_OFF");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0xffffffff, "of what there is not");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0xffffffff, "which is not supported");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0xffffffff, "nor is SMC #0 with another number");
	CHECK_EQ(run_to_port(&v, PORT_DONE), 0xffffffff, "nor is SMC #5");
}

static void check_starts(void)
{
	const struct axvcpu_exit *e = &v.run->exit;

	RESTART(&v, PLAIN, starts);
	NEED_EXIT(&v, CPU_UP);
	CHECK_EQ(e->u.cpu_up.target_cpu, 0x100000203, "CPU_ON: target");
	CHECK_EQ(e->u.cpu_up.entry_point, 0x30000, "CPU_ON: entry");
	CHECK_EQ(e->u.cpu_up.arg, -5ULL, "CPU_ON: context");
	CHECK_EQ(e->flags, 0, "is complete");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0, "the guest sees success");
	NEED_EXIT(&v, CPU_UP);
	CHECK_EQ(e->u.cpu_up.entry_point, 0xfffffffc, "CPU_ON of 32 bits: entry");
	CHECK_EQ(e->u.cpu_up.arg, 0xfffffffb, "CPU_ON of 32 bits: context");
	run_to_port(&v, PORT_VALUE);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), (u32)-2, "a target that no CPU can be");
	CHECK_EQ(run_to_port(&v, PORT_DONE), (u32)-2, "an entry that is not aligned");
	COVERS_EXIT("CPU_UP", "PSCI");
}

static void check_ends(void)
{
	const struct axvcpu_exit *e = &v.run->exit;

	RESTART(&v, PLAIN, ends);
	NEED_EXIT(&v, SYSTEM_DOWN);
	CHECK_EQ(e->u.system_down.kind, AXVCPU_DOWN_POWER_OFF, "SYSTEM_OFF");
	CHECK_EQ(e->flags, 0, "is complete");
	run_to_port(&v, PORT_VALUE);
	NEED_EXIT(&v, SYSTEM_DOWN);
	CHECK_EQ(e->u.system_down.kind, AXVCPU_DOWN_RESET, "SYSTEM_RESET");
	run_to_port(&v, PORT_VALUE);
	NEED_EXIT(&v, SYSTEM_DOWN);
	CHECK_EQ(e->u.system_down.kind, AXVCPU_DOWN_RESET, "SYSTEM_RESET2");
	run_to_port(&v, PORT_VALUE);
	NEED_EXIT(&v, CPU_DOWN);
	CHECK_EQ(get_state(&v).power, AXVCPU_POWER_OFF, "CPU_OFF: the power state");
	COVERS_EXIT("SYSTEM_DOWN", "PSCI");
	COVERS_EXIT("CPU_DOWN", "PSCI");
}

/* Success is 0, not supported -1; a workaround may also say 1: not needed here. */
static void check_smccc(void)
{
	u64 told;

	RESTART(&v, PLAIN, asks);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0, "PSCI_FEATURES of SMCCC_VERSION");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0, "ARCH_FEATURES of SMCCC_VERSION");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0, "ARCH_FEATURES of itself");
	told = run_to_port(&v, PORT_VALUE);
	CHECK(told <= 1 || told == 0xffffffff, "WORKAROUND_1: %#llx", (unsigned long long)told);
	told = run_to_port(&v, PORT_VALUE);
	CHECK(told <= 1 || told == 0xffffffff, "WORKAROUND_3: %#llx", (unsigned long long)told);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0xffffffff, "WORKAROUND_2 is not there");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 44, "WORKAROUND_1 comes back, X4 is kept");
	CHECK_EQ(run_to_port(&v, PORT_DONE), 55, "WORKAROUND_3 comes back, X5 is kept");
}

static void check_odd_resets(void)
{
	RESTART(&v, PLAIN, odd_resets);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), (u32)-2, "SYSTEM_RESET2 of a reserved type");
	CHECK_EQ(run_to_port(&v, PORT_DONE), (u32)-2, "of a vendor's");
}

static void check_suspend(void)
{
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	CHECK_EQ(get_state(&v).power, AXVCPU_POWER_ON, "RESET switches it on");
	START(&v, PLAIN, suspends);
	NEED_EXIT(&v, HALT);
	CHECK_EQ(run_to_port(&v, PORT_DONE), 0, "CPU_SUSPEND is a wait, from which it goes on");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_hypercall();
	check_user();
	check_queries();
	check_starts();
	check_smccc();
	check_odd_resets();
	check_ends();
	check_suspend();
	return finish();
}
