// SPDX-License-Identifier: GPL-3.0-or-later
/* PSCI (DEN 0022) and SMCCC (DEN 0028), for one CPU; what is no firmware's call. */
#include "el1.h"

asm(".text\n.global hvc\nhvc: hvc #0\nret");
EL1(hvc_1, "hvc #1");
EL1(smc_0, "smc #0");
EL1(smc_1, "mov x0, #0x84000000\nsmc #1");
/* The registers that a call keeps: X4 to X17 (SMCCC 1.1), SP and the others. */
EL1(hvc_keeps, "mov x4, #4\nmov x9, #9\nmov x17, #17\nstp x29, x30, [sp, #-16]!\nmov x29, x18\nmov x18, #18\n"
    "hvc #0\nadd x4, x4, x9\nadd x4, x4, x17\nadd x0, x4, x18\nmov x18, x29\nldp x29, x30, [sp], #16");

#define NOT_SUPPORTED	(~0UL)
#define INVALID		(-2UL)
#define ALREADY_ON	(-4UL)

/* A function of 32 bits has a result of 32 bits. */
static u64 hvc32(u64 function, u64 argument)
{
	u64 value = hvc(function, argument, 0, 0);

	return (u64)(long)(int)value;
}

static void check_psci(void)
{
	u64 version = hvc32(PSCI_VERSION, 0);

	check("psci-version", version >> 16, 1);
	check_true("psci-minor", (version & 0xffff) >= 1);
	check("psci-features-cpu-on", hvc32(PSCI_FEATURES, PSCI_CPU_ON), 0);
	check("psci-features-off", hvc32(PSCI_FEATURES, PSCI_SYSTEM_OFF), 0);
	check("psci-features-unknown", hvc32(PSCI_FEATURES, 0x8400ffff), NOT_SUPPORTED);
	check("psci-migrate-type", hvc32(PSCI_MIGRATE_INFO_TYPE, 0), 2);
	check("psci-unknown", hvc32(0x8400ffff, 0), NOT_SUPPORTED);
	check("arch-unknown", hvc32(0x8000ffff, 0), NOT_SUPPORTED);
	check("psci-affinity-self", hvc(PSCI_AFFINITY_INFO, 0, 0, 0), 0);
	check("psci-affinity-1", hvc(PSCI_AFFINITY_INFO, 1, 0, 0), 1);
	check("psci-on-self", hvc(PSCI_CPU_ON, 0, (u64)cpu1_start, 0), ALREADY_ON);
	check("psci-on-nobody", hvc(PSCI_CPU_ON, 0x77, (u64)cpu1_start, 0), INVALID);
	check("psci-call-keeps", el1(hvc_keeps, PSCI_VERSION, 0), 4 + 9 + 17 + 18);
}

/* Standby: as WFI, and success. */
static void check_suspend(void)
{
	u64 begin = mrs("cntvct_el0"), length = mrs("cntfrq_el0") / 50;

	msr("cntv_cval_el0", begin + length);
	msr("cntv_ctl_el0", 1);
	isb();
	check("psci-suspend", hvc(PSCI_CPU_SUSPEND, 0, 0, 0), 0);
	check("psci-suspend-woken", irq_comes(), 1);
	check_true("psci-suspend-waits", mrs("cntvct_el0") - begin >= length);
	msr("cntv_ctl_el0", 0);
	isb();
}

/* QEMU's own machine has neither SMCCC_VERSION nor SMC. */
static void check_vm(void)
{
	check("hvc-immediate", el1(hvc_1, PSCI_VERSION, 0), (u64)-38);
	check("smc-psci", el1(smc_0, PSCI_VERSION, 0), hvc(PSCI_VERSION, 0, 0, 0));
	check("smc-immediate", el1(smc_1, 0, 0), NOT_SUPPORTED);
	check("smc-unknown", el1(smc_0, 0xc300ffff, 0), NOT_SUPPORTED);
	check("hvc-vendor", hvc(0xc600ffff, 0, 0, 0), (u64)-38);
	check("smccc-features", hvc32(PSCI_FEATURES, SMCCC_VERSION), 0);
	check("smccc-version", hvc32(SMCCC_VERSION, 0), 0x10001);
}

void check_firmware(void)
{
	check_psci();
	check_suspend();
	if (is_vm)
		check_vm();
}
