// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * FP and SIMD. The kernel saves what is the task's, SVE and SME state with it, when it
 * is told that it will use these registers itself; and for us the guest is a user of
 * the kernel's kind. What the guest can't reach (SME) is trapped.
 *
 * A run() begins without: the guest's first use traps (CPTR_EL2), and only then are the
 * registers changed. A guest that used them in one run() will in the next, so some
 * begin with them. CPTR_EL2 is the guest's in a trip alone, for on VHE it traps the
 * host's own use, too.
 *
 * SVE comes with the guest's first use of it, which traps too, and from then on whenever
 * FP does: a write of a V register changes all of its Z register. The V registers are
 * in arm64_vcpu.fpu alone, and what SVE has beyond them in arm64_vcpu.vector.
 */
#include <linux/bottom_half.h>
#include <linux/cpu.h>
#include <linux/math.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/neon.h>
#include <asm/sysreg.h>

#include "arm64.h"
#include "fpu.h"
#include "idreg.h"

/* How many run()s after a trap have the registers from the beginning. */
#define FPU_RUNS	8

/* ---- SVE ------------------------------------------------------------------------ */

#define ZCR_MOST	15

/* The length that this CPU has; one above the task's leaves its registers alone. */
static void sve_probe(void *data)
{
	u64 old = read_sysreg_s(SYS_ZCR_EL1);
	u32 *vl = data;

	write_sysreg_s(ZCR_MOST, SYS_ZCR_EL1);
	isb();
	*vl = el2_sve_vl();
	write_sysreg_s(old, SYS_ZCR_EL1);
	isb();
}

/* On a host whose CPUs differ guests have none. */
void arm64_fpu_init(void)
{
	u32 vl, first = 0;
	unsigned int cpu;

	if (!system_supports_sve())
		return;
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		vl = 0;
		smp_call_function_single(cpu, sve_probe, &vl, 1);
		if (!first)
			first = vl;
		if (vl != first)
			break;
	}
	cpus_read_unlock();
	el2_features.sve_vl = vl == first ? vl : 0;
}

static u32 sve_bytes(void)
{
	u32 vl = el2_features.sve_vl;

	return 32 * vl + 17 * (vl / 8);
}

u32 arm64_vector_length(void)
{
	return el2_features.sve_vl ?
		       round_up(sizeof(struct axvcpu_arm64_sve) + sve_bytes(),
				8) : 0;
}

int arm64_fpu_prepare(struct axvcpu_vcpu *vcpu)
{
	struct arm64_vcpu *v = to_arm64(vcpu);

	if (!el2_features.sve_vl || v->vector)
		return 0;
	v->vector = kzalloc(arm64_vector_length(), GFP_KERNEL_ACCOUNT);
	return v->vector ? 0 : -ENOMEM;
}

void arm64_fpu_clear(struct arm64_vcpu *v)
{
	v->fpu_runs = 0;
	v->sve_used = false;
	memset(&v->fpu, 0, sizeof(v->fpu));
	if (!v->vector)
		return;
	memset(v->vector, 0, arm64_vector_length());
	v->vector->vl = el2_features.sve_vl;
}

static u8 *sve_z(const struct arm64_vcpu *v, unsigned int reg)
{
	return v->vector->data + reg * el2_features.sve_vl;
}

/* The V registers, which are elsewhere, into Z's low bytes. */
static void sve_merge(const struct arm64_vcpu *v)
{
	unsigned int i;

	for (i = 0; i < 32; i++)
		memcpy(sve_z(v, i), v->fpu.v[i], sizeof(v->fpu.v[i]));
}

void arm64_get_vector(const struct arm64_vcpu *v, void *buffer)
{
	sve_merge(v);
	memcpy(buffer, v->vector, arm64_vector_length());
}

int arm64_set_vector(struct arm64_vcpu *v, const struct axvcpu_arm64_sve *s)
{
	u32 used = sizeof(*s) + sve_bytes();
	unsigned int i;

	if (s->vl != el2_features.sve_vl || s->reserved || s->reserved1 ||
	    memchr_inv((u8 *)s + used, 0, arm64_vector_length() - used))
		return -EINVAL;
	memcpy(v->vector, s, arm64_vector_length());
	for (i = 0; i < 32; i++)
		memcpy(v->fpu.v[i], sve_z(v, i), sizeof(v->fpu.v[i]));
	v->sve_used = true;
	return 0;
}

void arm64_fpu_set(struct arm64_vcpu *v, unsigned int reg, u64 low, u64 high)
{
	v->fpu.v[reg][0] = low;
	v->fpu.v[reg][1] = high;
	if (v->vector)
		memset(sve_z(v, reg), 0, el2_features.sve_vl);
}

static bool sve_shown(const struct arm64_vcpu *v)
{
	return arm64_id_field(v, ID_AA64PFR0, ID_PFR0_SVE);
}

/*
 * With the longest vectors that there are: the task's length, which the kernel sets
 * before it gives the task its registers back, is not needed meanwhile. No softirq may
 * use the registers: the kernel would save V alone for us.
 */
static void sve_load(struct arm64_vcpu *v)
{
	local_bh_disable();
	v->host_zcr = read_sysreg_s(SYS_ZCR_EL1);
	write_sysreg_s(el2_features.sve_vl / 16 - 1, SYS_ZCR_EL1);
	isb();
	sve_merge(v);
	el2_sve_load(v->vector->data);
	v->sve = true;
}

static void sve_save(struct arm64_vcpu *v)
{
	el2_sve_save(v->vector->data);
	write_sysreg_s(v->host_zcr, SYS_ZCR_EL1);
	isb();
	v->sve = false;
}

/* ---- FP and SIMD, and SVE with it -------------------------------------------------- */

static void fpu_load(struct arm64_vcpu *v)
{
	kernel_neon_begin();
	el2_fpu_load(&v->fpu);
	v->fp = true;
	if (v->sve_used && sve_shown(v))
		sve_load(v);
}

void arm64_fpu_begin(struct arm64_vcpu *v)
{
	preempt_disable();
	if (!v->fpu_runs)
		return;
	v->fpu_runs--;
	fpu_load(v);
}

void arm64_fpu_end(struct arm64_vcpu *v)
{
	bool sve = v->sve;

	if (v->fp) {
		el2_fpu_save(&v->fpu);
		if (sve)
			sve_save(v);
		v->fp = false;
		kernel_neon_end();
		if (sve)
			local_bh_enable();
	}
	preempt_enable();
}

bool arm64_fpu_enable(struct arm64_vcpu *v)
{
	if (arm64_id_field(v, ID_AA64PFR0, ID_PFR0_FP) == ID_ABSENT)
		return false;
	v->fpu_runs = FPU_RUNS;
	if (!v->fp)
		fpu_load(v);
	return true;
}

bool arm64_sve_enable(struct arm64_vcpu *v)
{
	if (!sve_shown(v))
		return false;
	v->sve_used = true;
	if (v->fp && !v->sve) {
		el2_fpu_save(&v->fpu);
		sve_load(v);
	}
	return arm64_fpu_enable(v);
}
