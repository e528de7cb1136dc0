// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * System registers that trap. A table says what each is; one that it does not name
 * leaves as SYSREG_READ or SYSREG_WRITE.
 */
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <asm/arch_timer.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>

#include "arm64.h"
#include "event.h"
#include "gic.h"
#include "idreg.h"
#include "record.h"
#include "sysreg.h"
#include "timer.h"

#define R	AXVCPU_ARM64_SYSREG

/* Masks of an encoding: all of it, or all but some operands. */
#define EXACT	0x1fffe0U
#define ANY_OP2	0x1fff00U
#define ANY_CRM	0x1ff0e0U	/* op2 counts */
#define ANY_CRM_OP2	0x1ff000U
#define CRM_8_OP2	0x1ff800U	/* eight CRm, all op2 */
#define CRM_2_OP2	0x1ffe00U	/* two CRm, all op2 */
#define ANY_CRN	0x1f0000U

#define ICC_SGI1R	R(3, 0, 12, 11, 5)
#define ICC_ASGI1R	R(3, 0, 12, 11, 6)
#define ICC_SGI0R	R(3, 0, 12, 11, 7)

/* ---- handlers ----------------------------------------------------------------------- */

/**
 * struct sysreg_access - one access
 * @addr: encoding
 * @write: MSR
 * @value: what is written, or is read
 */
struct sysreg_access {
	u32 addr;
	bool write;
	u64 value;
};

static unsigned int access_crm(const struct sysreg_access *a)
{
	return a->addr >> 8 & 15;
}

static unsigned int access_op2(const struct sysreg_access *a)
{
	return a->addr >> 5 & 7;
}

/* Return: false: the access is undefined. */
static bool sysreg_undefined(struct arm64_vcpu *v, struct sysreg_access *a)
{
	return false;
}

/* Reads as 0, writes are ignored. */
static bool sysreg_zero(struct arm64_vcpu *v, struct sysreg_access *a)
{
	a->value = 0;
	return true;
}

static bool sysreg_id(struct arm64_vcpu *v, struct sysreg_access *a)
{
	unsigned int reg = access_crm(a) * 8 + access_op2(a);

	a->value = v->id_regs.reg[array_index_nospec(reg, ID_REGS)];
	return !a->write;
}

/* REVIDR_EL1, AIDR_EL1: the implementation's own, none of the guest's business. */
static bool sysreg_zero_id(struct arm64_vcpu *v, struct sysreg_access *a)
{
	a->value = 0;
	return !a->write;
}

static bool sysreg_mdscr(struct arm64_vcpu *v, struct sysreg_access *a)
{
	if (a->write)
		v->debug.mdscr_el1 = a->value;
	a->value = v->debug.mdscr_el1;
	return true;
}

static bool sysreg_oslar(struct arm64_vcpu *v, struct sysreg_access *a)
{
	v->debug.os_lock = a->value & 1;
	return a->write;
}

/* OSLM: the lock is there. */
static bool sysreg_oslsr(struct arm64_vcpu *v, struct sysreg_access *a)
{
	a->value = 0x8 | v->debug.os_lock << 1;
	return !a->write;
}

/* DBGBVR, DBGBCR, DBGWVR, DBGWCR: op2 is 4 to 7, CRm the number. */
static bool sysreg_breakpoint(struct arm64_vcpu *v, struct sysreg_access *a)
{
	u64 *const bank[] = { v->debug.dbgbvr, v->debug.dbgbcr,
			      v->debug.dbgwvr, v->debug.dbgwcr };
	unsigned int op2 = array_index_nospec(access_op2(a) - 4, 4);
	unsigned int crm = array_index_nospec(access_crm(a), 16);
	unsigned int count = arm64_id_field(v, ID_AA64DFR0,
					    op2 < 2 ? ID_DFR0_BRPS :
						      ID_DFR0_WRPS) + 1;

	if (crm >= count)
		return false;
	if (a->write)
		bank[op2][crm] = a->value;
	a->value = bank[op2][crm];
	return true;
}

/*
 * Pointer authentication, its instructions and its keys, traps until it is used (API,
 * APK); from then on switch.S has the keys to move.
 */
bool arm64_pauth_enable(struct arm64_vcpu *v)
{
	if (!arm64_id_pauth(v))
		return false;
	v->hcr |= EL2_HCR_API | EL2_HCR_APK;
	return true;
}

/* CRm 1 to 3 and op2 0 to 3, of which CRm 3 has two; op2 is odd for the high half. */
static bool sysreg_key(struct arm64_vcpu *v, struct sysreg_access *a)
{
	unsigned int op2 = access_op2(a);
	unsigned int key = (access_crm(a) - 1) * 2 + op2 / 2;
	u64 *half;

	if (op2 > 3 || key >= ARRAY_SIZE(v->sys.apkey) ||
	    !arm64_pauth_enable(v))
		return false;
	key = array_index_nospec(key, ARRAY_SIZE(v->sys.apkey));
	half = &v->sys.apkey[key][op2 & 1];
	if (a->write)
		*half = a->value;
	a->value = *half;
	return true;
}

/* ICC_SRE_EL1: system registers, and no bypass to turn off. */
static bool sysreg_sre(struct arm64_vcpu *v, struct sysreg_access *a)
{
	a->value = 7;
	return el2_features.gic;
}

/*
 * It traps where the VMM has set an offset. QEMU 7.2 traps EL0 on a host at EL1 all the
 * same, as if that hung on the physical timer.
 */
static bool sysreg_cntpct(struct arm64_vcpu *v, struct sysreg_access *a)
{
	a->value = arm64_timer_counter(v);
	return !a->write;
}

static bool sysreg_cntp_tval(struct arm64_vcpu *v, struct sysreg_access *a)
{
	return arm64_timer_tval(v, a->write, &a->value);
}

static bool sysreg_cntp_ctl(struct arm64_vcpu *v, struct sysreg_access *a)
{
	return arm64_timer_ctl(v, a->write, &a->value);
}

static bool sysreg_cntp_cval(struct arm64_vcpu *v, struct sysreg_access *a)
{
	return arm64_timer_cval(v, a->write, &a->value);
}

/* ---- the table ------------------------------------------------------------------------ */

static const struct sysreg {
	u32 mask;
	u32 addr;
	bool (*access)(struct arm64_vcpu *v, struct sysreg_access *a);
} sysregs[] = {
	/* the ID registers: CRm 0 has two that trap, and 1 to 7 are one room */
	{ EXACT, R(3, 0, 0, 0, 6), sysreg_zero_id },		/* REVIDR_EL1 */
	{ EXACT, R(3, 1, 0, 0, 7), sysreg_zero_id },		/* AIDR_EL1 */
	{ CRM_8_OP2, R(3, 0, 0, 0, 0), sysreg_id },
	{ EXACT, R(3, 0, 1, 0, 1), sysreg_zero },		/* ACTLR_EL1 */
	/* debug */
	{ EXACT, R(2, 0, 0, 2, 2), sysreg_mdscr },
	{ EXACT, R(2, 0, 1, 0, 4), sysreg_oslar },
	{ EXACT, R(2, 0, 1, 1, 4), sysreg_oslsr },
	{ EXACT, R(2, 0, 1, 3, 4), sysreg_zero },		/* OSDLR_EL1 */
	{ EXACT, R(2, 0, 1, 4, 4), sysreg_zero },		/* DBGPRCR_EL1 */
	{ EXACT, R(2, 0, 1, 0, 0), sysreg_zero },		/* MDRAR_EL1 */
	{ EXACT, R(2, 0, 0, 2, 0), sysreg_zero },		/* MDCCINT_EL1 */
	{ EXACT, R(2, 0, 0, 0, 2), sysreg_zero },		/* OSDTRRX_EL1 */
	{ EXACT, R(2, 0, 0, 3, 2), sysreg_zero },		/* OSDTRTX_EL1 */
	{ EXACT, R(2, 0, 0, 6, 2), sysreg_zero },		/* OSECCR_EL1 */
	{ EXACT, R(2, 0, 7, 8, 6), sysreg_zero },		/* DBGCLAIMSET_EL1 */
	{ EXACT, R(2, 0, 7, 9, 6), sysreg_zero },		/* DBGCLAIMCLR_EL1 */
	{ EXACT, R(2, 0, 7, 14, 6), sysreg_zero },		/* DBGAUTHSTATUS_EL1 */
	{ EXACT, R(2, 3, 0, 1, 0), sysreg_zero },		/* MDCCSR_EL0 */
	{ EXACT, R(2, 3, 0, 4, 0), sysreg_zero },		/* DBGDTR_EL0 */
	{ EXACT, R(2, 3, 0, 5, 0), sysreg_zero },		/* DBGDTRRX_EL0 */
	{ ANY_CRM, R(2, 0, 0, 0, 4), sysreg_breakpoint },
	{ ANY_CRM, R(2, 0, 0, 0, 5), sysreg_breakpoint },
	{ ANY_CRM, R(2, 0, 0, 0, 6), sysreg_breakpoint },
	{ ANY_CRM, R(2, 0, 0, 0, 7), sysreg_breakpoint },
	/* timer and interrupts */
	{ EXACT, R(3, 3, 14, 0, 1), sysreg_cntpct },		/* CNTPCT_EL0 */
	{ EXACT, R(3, 3, 14, 0, 5), sysreg_cntpct },		/* CNTPCTSS_EL0 */
	{ EXACT, R(3, 3, 14, 2, 0), sysreg_cntp_tval },
	{ EXACT, R(3, 3, 14, 2, 1), sysreg_cntp_ctl },
	{ EXACT, R(3, 3, 14, 2, 2), sysreg_cntp_cval },
	{ EXACT, R(3, 0, 12, 12, 5), sysreg_sre },
	/* written they are SEND_IPI, and they can't be read */
	{ EXACT, ICC_SGI1R, sysreg_undefined },
	{ EXACT, ICC_ASGI1R, sysreg_undefined },
	{ EXACT, ICC_SGI0R, sysreg_undefined },
	/* keys of pointer authentication */
	{ ANY_OP2, R(3, 0, 2, 1, 0), sysreg_key },
	{ CRM_2_OP2, R(3, 0, 2, 2, 0), sysreg_key },
	/* what the ID registers hide */
	{ ANY_CRN, R(2, 1, 0, 0, 0), sysreg_undefined },	/* trace */
	{ EXACT, R(3, 0, 1, 0, 5), sysreg_undefined },		/* RGSR_EL1 */
	{ EXACT, R(3, 0, 1, 0, 6), sysreg_undefined },		/* GCR_EL1 */
	{ ANY_OP2, R(3, 0, 1, 2, 0), sysreg_undefined },	/* ZCR, TRFCR, SMCR */
	{ ANY_OP2, R(3, 0, 5, 3, 0), sysreg_undefined },	/* RAS */
	{ CRM_2_OP2, R(3, 0, 5, 4, 0), sysreg_undefined },	/* RAS */
	{ ANY_OP2, R(3, 0, 5, 6, 0), sysreg_undefined },	/* TFSR_EL1 */
	{ CRM_8_OP2, R(3, 0, 9, 8, 0), sysreg_undefined },	/* SPE, TRBE, PMU */
	{ ANY_CRM_OP2, R(3, 3, 9, 0, 0), sysreg_undefined },	/* PMU */
	{ CRM_8_OP2, R(3, 3, 14, 8, 0), sysreg_undefined },	/* PMU */
	{ ANY_OP2, R(3, 0, 10, 4, 0), sysreg_undefined },	/* LORegions, MPAMIDR */
	{ ANY_OP2, R(3, 0, 10, 5, 0), sysreg_undefined },	/* MPAM */
	{ EXACT, R(3, 0, 13, 0, 7), sysreg_undefined },		/* SCXTNUM_EL1 */
	{ EXACT, R(3, 3, 13, 0, 7), sysreg_undefined },		/* SCXTNUM_EL0 */
	{ EXACT, R(3, 1, 0, 0, 4), sysreg_undefined },		/* GMID_EL1 */
	{ CRM_8_OP2, R(3, 3, 13, 8, 0), sysreg_undefined },	/* AMU */
	{ CRM_2_OP2, R(3, 3, 13, 2, 0), sysreg_undefined },	/* AMU */
	{ CRM_8_OP2 | 0x400, R(3, 3, 13, 4, 0), sysreg_undefined }, /* AMU */
};

static const struct sysreg *sysreg_find(u32 addr)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sysregs); i++)
		if ((addr & sysregs[i].mask) == sysregs[i].addr)
			return &sysregs[i];
	return NULL;
}

static int sysreg_exit(struct arm64_vcpu *v, const struct sysreg_access *a,
		       unsigned int rt)
{
	struct arm64_pending *p = &v->pending;
	struct axvcpu_exit *exit = axvcpu_exit_begin(
		&v->core, a->write ? AXVCPU_EXIT_SYSREG_WRITE :
				     AXVCPU_EXIT_SYSREG_READ, el2_hw_code(v));

	p->kind = ARM64_PENDING_SYSREG;
	p->read = !a->write;
	p->reg = rt;
	p->width = 8;
	p->sign = false;
	p->wide = true;
	exit->next_pc = v->pc + 4;
	exit->u.sysreg.addr = a->addr;
	exit->u.sysreg.value = a->write ? a->value : 0;
	exit->u.sysreg.reg = rt;
	axvcpu_exit_pending(&v->core, exit);
	return AXVCPU_OUT_EXIT;
}

/* The ISS has op0, op2, op1, CRn, Rt, CRm and the direction, from bit 21 downwards. */
static u32 sysreg_addr(u64 iss)
{
	return R(iss >> 20 & 3, iss >> 14 & 7, iss >> 10 & 15, iss >> 1 & 15,
		 iss >> 17 & 7);
}

/* With one security state ICC_ASGI1R_EL1 is as ICC_SGI0R_EL1: of group 0. */
static bool sysreg_sends(const struct sysreg_access *a)
{
	return a->write && el2_features.gic &&
	       (a->addr == ICC_SGI1R || a->addr == ICC_ASGI1R ||
		a->addr == ICC_SGI0R);
}

int el2_exit_sysreg(struct arm64_vcpu *v)
{
	unsigned int rt = v->esr >> 5 & 31;
	struct sysreg_access a = {
		.addr = sysreg_addr(v->esr),
		.write = !(v->esr & 1),
	};
	const struct sysreg *sysreg = sysreg_find(a.addr);

	if (a.write)
		a.value = arm64_get_x(v, rt);
	if (sysreg_sends(&a))
		return arm64_gic_sgi(v, a.value, a.addr == ICC_SGI1R);
	if (!sysreg)
		return sysreg_exit(v, &a, rt);
	if (!sysreg->access(v, &a)) {
		arm64_raise_undefined(v);
		return AXVCPU_OUT_AGAIN;
	}
	if (!a.write)
		arm64_set_x(v, rt, a.value);
	arm64_skip(v);
	return AXVCPU_OUT_AGAIN;
}
