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
 *	(SMCCC_ARCH_WORKAROUND_3), or by a loop as long as this CPU needs, or the longest
 *	of all where it is not known: switch.S.
 * Spectre v4: PSTATE.SSBS is the guest's own; behind an exit it is what SCTLR_EL2.DSSBS
 *	says, which is 0 on an nVHE host, and whose kernel gets its own back. The
 *	firmware's form of it is per task and stays in force in the guest.
 * Straight-line speculation: barriers behind ERET: switch.S. Register values of the
 *	guest's are cleared after an exit: switch.S.
 * Out-of-context walks: the order of switches, world.h and world_nvhe.c.
 * The guest's own user and kernel space: it asks for the firmware's calls as a kernel on
 *	the machine does, and an exit, which each call is, has done it (psci.c).
 * Indices that a guest controls: array_index_nospec() in the exit handlers.
 */
#include <linux/arm-smccc.h>
#include <linux/kernel.h>
#include <asm/cpufeature.h>
#include <asm/cputype.h>
#include <asm/sysreg.h>

#include "arm64.h"
#include "mitigations.h"

/* Of MIDR_EL1, what stays the same from revision to revision. */
#define MIDR_MODEL	0xff00fff0U
#define MIDR_ARM(part)	(0x41U << 24 | (part) << 4)

/* Arm's "Spectre-BHB" white paper: how often its loop is to be run. */
#define BHB_LOOPS	132	/* the most, for a Cortex-X3 */

static const struct {
	u32 model;
	u8 loops;
} mitigate_loops[] = {
	{ MIDR_ARM(0xd07), 8 },		/* Cortex-A57 */
	{ MIDR_ARM(0xd08), 8 },		/* Cortex-A72 */
	{ MIDR_ARM(0xd0b), 24 },	/* Cortex-A76 */
	{ MIDR_ARM(0xd0c), 24 },	/* Neoverse N1 */
	{ MIDR_ARM(0xd0d), 24 },	/* Cortex-A77 */
	{ MIDR_ARM(0xd40), 32 },	/* Neoverse V1 */
	{ MIDR_ARM(0xd41), 32 },	/* Cortex-A78 */
	{ MIDR_ARM(0xd42), 32 },	/* Cortex-A78AE */
	{ MIDR_ARM(0xd44), 32 },	/* Cortex-X1 */
	{ MIDR_ARM(0xd47), 32 },	/* Cortex-A710 */
	{ MIDR_ARM(0xd48), 32 },	/* Cortex-X2 */
	{ MIDR_ARM(0xd49), 32 },	/* Neoverse N2 */
	{ MIDR_ARM(0xd4b), 32 },	/* Cortex-A78C */
};
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

u64 arm64_mitigations_cpu(void)
{
	u32 model = read_cpuid_id() & MIDR_MODEL;
	u64 mitigate = el2_features.mitigate;
	unsigned int i;

	if (!(mitigate & EL2_MITIGATE_LOOPS))
		return mitigate;
	for (i = 0; i < ARRAY_SIZE(mitigate_loops); i++)
		if (mitigate_loops[i].model == model)
			return (mitigate & ~(u64)EL2_MITIGATE_LOOPS) |
			       mitigate_loops[i].loops;
	return mitigate;
}
