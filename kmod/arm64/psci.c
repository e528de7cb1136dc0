// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a guest asks of firmware, by HVC #0 or SMC #0: PSCI (DEN 0022, version 1.1)
 * and the calls by which it finds out what there is (SMCCC, DEN 0028).
 *
 * Starting, stopping and turning off is for the VMM to do: these calls leave as
 * CPU_UP, CPU_DOWN and SYSTEM_DOWN. CPU_UP has success in X0, which SET_RETURN_VALUE
 * changes.
 */
#include <linux/kernel.h>
#include <linux/rbtree.h>

#include "arm64.h"
#include "mitigations.h"
#include "psci.h"
#include "record.h"

#define SMCCC_VERSION		0x80000000
#define SMCCC_ARCH_FEATURES	0x80000001
#define SMCCC_WORKAROUND_1	0x80008000
#define SMCCC_WORKAROUND_3	0x80003fff
#define SMCCC_FAST		0x80000000
#define SMCCC_OWNER		0x3f000000
#define SMCCC_OWNER_ARCH	0x00000000
#define SMCCC_OWNER_STANDARD	0x04000000	/* PSCI and others */
#define PSCI_BASE		0x84000000
#define PSCI_64			0x40000000	/* in the number: arguments of 64 bits */
#define PSCI_VERSION		(PSCI_BASE + 0x00)
#define PSCI_CPU_SUSPEND	(PSCI_BASE + 0x01)
#define PSCI_CPU_OFF		(PSCI_BASE + 0x02)
#define PSCI_CPU_ON		(PSCI_BASE + 0x03)
#define PSCI_AFFINITY_INFO	(PSCI_BASE + 0x04)
#define PSCI_MIGRATE_INFO_TYPE	(PSCI_BASE + 0x06)
#define PSCI_SYSTEM_OFF		(PSCI_BASE + 0x08)
#define PSCI_SYSTEM_RESET	(PSCI_BASE + 0x09)
#define PSCI_FEATURES		(PSCI_BASE + 0x0a)
#define PSCI_SYSTEM_RESET2	(PSCI_BASE + 0x12)

#define PSCI_SUCCESS		0
#define PSCI_NOT_SUPPORTED	(-1LL)
#define PSCI_INVALID_PARAMETERS	(-2LL)
#define PSCI_VERSION_1_1	0x10001
#define PSCI_NO_MIGRATION	2
#define PSCI_AFFINITY_ON	0
#define PSCI_AFFINITY_OFF	1
#define PSCI_AFFINITY_PENDING	2

/* What is the hypervisor's own, or the application's, is a HYPERCALL. */
bool arm64_is_firmware_call(u32 function)
{
	u32 owner = function & SMCCC_OWNER;

	return function & SMCCC_FAST && (owner == SMCCC_OWNER_ARCH ||
					 owner == SMCCC_OWNER_STANDARD);
}

static int psci_return(struct arm64_vcpu *v, u64 value)
{
	v->frame.x[0] = value;
	return AXVCPU_OUT_AGAIN;
}

/* An argument, which has 32 bits in a call of 32 bits. */
static u64 psci_argument(const struct arm64_vcpu *v, unsigned int reg)
{
	return v->frame.x[0] & PSCI_64 ? v->frame.x[reg] : (u32)v->frame.x[reg];
}

static int psci_version(struct arm64_vcpu *v)
{
	return psci_return(v, PSCI_VERSION_1_1);
}

/* Any state is standby: a WFI, from which it goes on with success. */
static int psci_cpu_suspend(struct arm64_vcpu *v)
{
	v->frame.x[0] = PSCI_SUCCESS;
	return AXVCPU_OUT_HALT;
}

static int psci_cpu_off(struct arm64_vcpu *v)
{
	struct axvcpu_exit *exit = axvcpu_exit_begin(
		&v->core, AXVCPU_EXIT_CPU_DOWN, el2_hw_code(v));

	exit->u.cpu_down.state = 0;
	WRITE_ONCE(v->core.power, AXVCPU_POWER_OFF);
	return AXVCPU_OUT_EXIT;
}

static int psci_cpu_on(struct arm64_vcpu *v)
{
	u64 target = psci_argument(v, 1);
	u64 entry = psci_argument(v, 2);
	u64 context = psci_argument(v, 3);
	struct axvcpu_exit *exit;

	if (target & ~AXVCPU_ARM64_MPIDR_MASK || entry & 3)
		return psci_return(v, PSCI_INVALID_PARAMETERS);
	exit = axvcpu_exit_begin(&v->core, AXVCPU_EXIT_CPU_UP, el2_hw_code(v));
	exit->u.cpu_up.target_cpu = target;
	exit->u.cpu_up.entry_point = entry;
	exit->u.cpu_up.arg = context;
	v->frame.x[0] = PSCI_SUCCESS;
	return AXVCPU_OUT_EXIT;
}

static u64 psci_affinity(const struct axvcpu_vcpu *vcpu)
{
	switch (READ_ONCE(vcpu->power)) {
	case AXVCPU_POWER_ON_PENDING:
		return PSCI_AFFINITY_PENDING;
	case AXVCPU_POWER_OFF:
		return PSCI_AFFINITY_OFF;
	default:
		/* Nobody has given it a start state yet. */
		return axvcpu_state_get(vcpu) == AXVCPU_STATE_CREATED ?
			       PSCI_AFFINITY_OFF : PSCI_AFFINITY_ON;
	}
}

static int psci_affinity_info(struct arm64_vcpu *v)
{
	v->emulation = ARM64_EMULATE_AFFINITY;
	return AXVCPU_OUT_EMULATE;
}

/* Of a single CPU; of one that the VMM has not created yet too. */
int arm64_affinity_info(struct arm64_vcpu *v)
{
	struct axvcpu_vm *vm = v->core.vm;
	u64 target = psci_argument(v, 1);
	u64 found = PSCI_AFFINITY_OFF;
	struct axvcpu_vcpu *vcpu;

	if (target & ~AXVCPU_ARM64_MPIDR_MASK || psci_argument(v, 2))
		return psci_return(v, PSCI_INVALID_PARAMETERS);
	spin_lock(&vm->vcpus_lock);
	axvcpu_for_each_vcpu(vcpu, vm) {
		if ((to_arm64(vcpu)->mpidr & AXVCPU_ARM64_MPIDR_MASK) == target)
			found = psci_affinity(vcpu);
	}
	spin_unlock(&vm->vcpus_lock);
	return psci_return(v, found);
}

static int psci_migrate_info_type(struct arm64_vcpu *v)
{
	return psci_return(v, PSCI_NO_MIGRATION);
}

static int psci_system_down(struct arm64_vcpu *v, u32 kind)
{
	struct axvcpu_exit *exit = axvcpu_exit_begin(
		&v->core, AXVCPU_EXIT_SYSTEM_DOWN, el2_hw_code(v));

	exit->u.system_down.kind = kind;
	/* If the VMM lets it go on, the call has failed. */
	v->frame.x[0] = PSCI_NOT_SUPPORTED;
	return AXVCPU_OUT_EXIT;
}

static int psci_system_off(struct arm64_vcpu *v)
{
	return psci_system_down(v, AXVCPU_DOWN_POWER_OFF);
}

static int psci_system_reset(struct arm64_vcpu *v)
{
	return psci_system_down(v, AXVCPU_DOWN_RESET);
}

/*
 * A warm reset as the architecture defines it; other types are 1 to 0x7fffffff, which are
 * reserved, and the vendor's own.
 */
static int psci_system_reset2(struct arm64_vcpu *v)
{
	if ((u32)v->frame.x[1])
		return psci_return(v, PSCI_INVALID_PARAMETERS);
	return psci_system_reset(v);
}

/* What the guest asks for was done when it left guest mode. */
static int smccc_workaround(struct arm64_vcpu *v)
{
	return AXVCPU_OUT_AGAIN;
}

static int psci_features(struct arm64_vcpu *v);
static int smccc_features(struct arm64_vcpu *v);

static const struct {
	u32 function;
	bool wide;		/* also with arguments of 64 bits */
	int (*call)(struct arm64_vcpu *v);
} psci_calls[] = {
	{ PSCI_VERSION, false, psci_version },
	{ PSCI_CPU_SUSPEND, true, psci_cpu_suspend },
	{ PSCI_CPU_OFF, false, psci_cpu_off },
	{ PSCI_CPU_ON, true, psci_cpu_on },
	{ PSCI_AFFINITY_INFO, true, psci_affinity_info },
	{ PSCI_MIGRATE_INFO_TYPE, false, psci_migrate_info_type },
	{ PSCI_SYSTEM_OFF, false, psci_system_off },
	{ PSCI_SYSTEM_RESET, false, psci_system_reset },
	{ PSCI_FEATURES, false, psci_features },
	{ PSCI_SYSTEM_RESET2, true, psci_system_reset2 },
	/* The architecture's own version has the same number here. */
	{ SMCCC_VERSION, false, psci_version },
	{ SMCCC_ARCH_FEATURES, false, smccc_features },
	{ SMCCC_WORKAROUND_1, false, smccc_workaround },
	{ SMCCC_WORKAROUND_3, false, smccc_workaround },
};

static int psci_find(u32 function)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(psci_calls); i++)
		if (psci_calls[i].function == function ||
		    (psci_calls[i].wide &&
		     psci_calls[i].function == (function & ~PSCI_64)))
			return i;
	return -1;
}

static int psci_features(struct arm64_vcpu *v)
{
	return psci_return(v, psci_find(v->frame.x[1]) < 0 ?
				      PSCI_NOT_SUPPORTED : PSCI_SUCCESS);
}

static int smccc_features(struct arm64_vcpu *v)
{
	switch ((u32)v->frame.x[1]) {
	case SMCCC_VERSION:
	case SMCCC_ARCH_FEATURES:
		return psci_return(v, PSCI_SUCCESS);
	case SMCCC_WORKAROUND_1:
		return psci_return(v, arm64_mitigation_v2());
	case SMCCC_WORKAROUND_3:
		return psci_return(v, arm64_mitigation_history());
	default:
		return psci_return(v, PSCI_NOT_SUPPORTED);
	}
}

int arm64_firmware_call(struct arm64_vcpu *v)
{
	int call = psci_find(v->frame.x[0]);

	return call < 0 ? psci_return(v, PSCI_NOT_SUPPORTED) :
			  psci_calls[call].call(v);
}
