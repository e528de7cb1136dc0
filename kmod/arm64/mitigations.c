// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Speculation: what stands between guest and host, and between two guests, and where
 * each measure is. What the kernel chose for itself is in variables that it does not
 * export; so where it says that a CPU is affected, all of them do the eager form.
 *
 * Spectre v2: firmware is called after every exit, before the first return
 *	(SMCCC_ARCH_WORKAROUND_1): switch.S. Every exit leaves the predictors clean,
 *	so there is none between two guests.
 * Branch history: cleared after every exit, by CLRBHB, by firmware
 *	(SMCCC_ARCH_WORKAROUND_3), or by a loop as long as the longest that any CPU
 *	needs: switch.S.
 * Spectre v4: PSTATE.SSBS is the guest's own; behind an exit it is what SCTLR_EL2.DSSBS
 *	says. The firmware's form of it is per task and stays in force in the guest.
 * Straight-line speculation: barriers behind ERET: switch.S. Register values of the
 *	guest's are cleared after an exit: switch.S.
 * Out-of-context walks: the order of switches in vcpu.c.
 * The guest's own user and kernel space: it asks for the firmware's calls as a kernel on
 *	the machine does, and an exit, which each call is, has done it (psci.c).
 * Indices that a guest controls: array_index_nospec() in the exit handlers.
 */
#include <linux/arm-smccc.h>
#include <linux/kernel.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>

#include "arm64.h"

#define BHB_LOOPS	132	/* of a Cortex-X3; most need 8 to 32 */
#define ID_ISAR2_CLRBHB	28

/* Firmware has the call. From EL2 it is reached by SMC, if there is any. */
static bool mitigate_firmware(u32 function)
{
	struct arm_smccc_res res;

	if (arm_smccc_get_version() < ARM_SMCCC_VERSION_1_1 ||
	    arm_smccc_1_1_get_conduit() != SMCCC_CONDUIT_SMC)
		return false;
	arm_smccc_1_1_smc(ARM_SMCCC_ARCH_FEATURES_FUNC_ID, function, &res);
	/* 1: not on this CPU, but the call is there. */
	return (int)res.a0 >= 0;
}

static u64 mitigate_history(void)
{
	u64 isar2 = read_sanitised_ftr_reg(SYS_ID_AA64ISAR2_EL1);

	if (!cpus_have_final_cap(ARM64_SPECTRE_BHB))
		return 0;
	if (ID_FIELD(isar2, ID_ISAR2_CLRBHB))
		return EL2_MITIGATE_CLRBHB;
	if (mitigate_firmware(ARM_SMCCC_ARCH_WORKAROUND_3))
		return EL2_MITIGATE_CALL_3;
	return BHB_LOOPS;
}

/* What ARCH_FEATURES says of a workaround: 0: call it; 1: this CPU needs none; -1. */
static s64 mitigation_told(bool affected, u64 done)
{
	if (!affected)
		return 1;
	return el2_features.mitigate & done ? 0 : -1;
}

s64 arm64_mitigation_v2(void)
{
	return mitigation_told(cpus_have_final_cap(ARM64_SPECTRE_V2),
			       EL2_MITIGATE_CALL_1 | EL2_MITIGATE_CALL_3);
}

/* A guest has the loop and CLRBHB itself. */
s64 arm64_mitigation_history(void)
{
	return mitigation_told(cpus_have_final_cap(ARM64_SPECTRE_BHB),
			       EL2_MITIGATE_CALL_3);
}

void arm64_mitigations_init(void)
{
	u64 mitigate = mitigate_history();

	/* The newer call does what the older one does. */
	if (cpus_have_final_cap(ARM64_SPECTRE_V2) &&
	    !(mitigate & EL2_MITIGATE_CALL_3) &&
	    mitigate_firmware(ARM_SMCCC_ARCH_WORKAROUND_1))
		mitigate |= EL2_MITIGATE_CALL_1;
	el2_features.mitigate = mitigate;
}
