// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Break- and watchpoints: the guest's own, and those of the VMM's that leave as DEBUG.
 *
 * The guest's accesses to its registers always trap (MDCR_EL2.TDA) and stay in
 * arm64_vcpu.debug. The hardware has them for a trip, and only if MDSCR_EL1 and a
 * control register have enabled any: the host's tasks and perf have theirs there.
 *
 * With MDCR_EL2.TDE, debug exceptions of the guest come to EL2, whatever PSTATE.D and
 * MDSCR_EL1.KDE say. So while the VMM steps, has set a stop or wants to see BRK, the
 * guest's own are not in force, but for BRK.
 *
 * DDI 0487: D2 "AArch64 Self-hosted Debug": "Breakpoint exceptions", "Watchpoint
 * exceptions", "Enabling debug exceptions from the current Exception level".
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/sysreg.h>

#include "arm64.h"
#include "debug.h"
#include "idreg.h"

/* ---- the hardware ------------------------------------------------------------- */

#define EACH(use, op2)							\
	use(op2, 0) use(op2, 1) use(op2, 2) use(op2, 3)			\
	use(op2, 4) use(op2, 5) use(op2, 6) use(op2, 7)			\
	use(op2, 8) use(op2, 9) use(op2, 10) use(op2, 11)		\
	use(op2, 12) use(op2, 13) use(op2, 14) use(op2, 15)
#define READ_ONE(op2, n)						\
	case (op2) << 4 | (n):						\
		return read_sysreg_s(sys_reg(2, 0, 0, n, op2));
#define WRITE_ONE(op2, n)						\
	case (op2) << 4 | (n):						\
		write_sysreg_s(value, sys_reg(2, 0, 0, n, op2));	\
		break;

/* op2 of a register; CRm is its number. */
#define DBGBVR	4
#define DBGBCR	5
#define DBGWVR	6
#define DBGWCR	7

static u64 debug_read(unsigned int op2, unsigned int n)
{
	switch (op2 << 4 | n) {
	EACH(READ_ONE, DBGBVR)
	EACH(READ_ONE, DBGBCR)
	EACH(READ_ONE, DBGWVR)
	EACH(READ_ONE, DBGWCR)
	}
	return 0;
}

static void debug_write(unsigned int op2, unsigned int n, u64 value)
{
	switch (op2 << 4 | n) {
	EACH(WRITE_ONE, DBGBVR)
	EACH(WRITE_ONE, DBGBCR)
	EACH(WRITE_ONE, DBGWVR)
	EACH(WRITE_ONE, DBGWCR)
	}
}

static void debug_save(struct el2_debug *host)
{
	unsigned int i;

	for (i = 0; i < el2_features.breakpoints; i++) {
		host->bvr[i] = debug_read(DBGBVR, i);
		host->bcr[i] = debug_read(DBGBCR, i);
	}
	for (i = 0; i < el2_features.watchpoints; i++) {
		host->wvr[i] = debug_read(DBGWVR, i);
		host->wcr[i] = debug_read(DBGWCR, i);
	}
}

static void debug_load(const struct el2_debug *d)
{
	unsigned int i;

	for (i = 0; i < el2_features.breakpoints; i++) {
		debug_write(DBGBVR, i, d->bvr[i]);
		debug_write(DBGBCR, i, d->bcr[i]);
	}
	for (i = 0; i < el2_features.watchpoints; i++) {
		debug_write(DBGWVR, i, d->wvr[i]);
		debug_write(DBGWCR, i, d->wcr[i]);
	}
}

/* ---- the guest's ---------------------------------------------------------------- */

/*
 * The last of the breakpoints are those that can match a context: where the guest is
 * shown fewer, the last of its own are the last of the hardware's.
 */
static unsigned int debug_place(const struct arm64_vcpu *v, unsigned int n)
{
	unsigned int shown = arm64_id_field(v, ID_AA64DFR0, ID_DFR0_BRPS) + 1;
	unsigned int context =
		arm64_id_field(v, ID_AA64DFR0, ID_DFR0_CTX_CMPS) + 1;

	if (n + context < shown || n >= shown)
		return n;
	return n + el2_features.breakpoints - shown;
}

static u64 debug_linked(const struct arm64_vcpu *v, u64 control)
{
	unsigned int to = debug_place(v, DBG_LBN(control));

	return (control & ~DBG_LBN_MASK) | (u64)to << DBG_LBN_SHIFT;
}

/*
 * What the guest enables, for its own two levels. What would match at EL2, by VMID or
 * in Secure state never matches for it.
 */
static u64 debug_guest_bcr(const struct arm64_vcpu *v, u64 bcr)
{
	unsigned int type = DBGBCR_BT(bcr);

	if (!(bcr & DBG_E) || DBG_SSC(bcr) == DBG_SSC_SECURE ||
	    type > DBGBCR_BT_CONTEXT_LINKED ||
	    (type != DBGBCR_BT_CONTEXT_LINKED && !(bcr & DBG_PMC)))
		return 0;
	bcr &= DBG_E | DBG_PMC | DBGBCR_BAS | DBG_LBN_MASK | DBGBCR_BT_MASK;
	return type == DBGBCR_BT_LINKED ? debug_linked(v, bcr) :
					  bcr & ~DBG_LBN_MASK;
}

static u64 debug_guest_wcr(const struct arm64_vcpu *v, u64 wcr)
{
	if (!(wcr & DBG_E) || DBG_SSC(wcr) == DBG_SSC_SECURE ||
	    !(wcr & DBG_PMC))
		return 0;
	wcr &= DBG_E | DBG_PMC | DBGWCR_LSC | DBGWCR_BAS | DBG_LBN_MASK |
	       DBGWCR_WT | DBGWCR_MASK;
	return wcr & DBGWCR_WT ? debug_linked(v, wcr) : wcr & ~DBG_LBN_MASK;
}

/* As the hardware is to have them. */
static void debug_guest(const struct arm64_vcpu *v, struct el2_debug *d)
{
	const struct axvcpu_arm64_debug *g = &v->debug;
	unsigned int breakpoints =
		arm64_id_field(v, ID_AA64DFR0, ID_DFR0_BRPS) + 1;
	unsigned int watchpoints =
		arm64_id_field(v, ID_AA64DFR0, ID_DFR0_WRPS) + 1;
	unsigned int i;

	memset(d, 0, sizeof(*d));
	for (i = 0; i < breakpoints; i++) {
		unsigned int to = debug_place(v, i);

		d->bvr[to] = g->dbgbvr[i];
		d->bcr[to] = debug_guest_bcr(v, g->dbgbcr[i]);
	}
	for (i = 0; i < watchpoints; i++) {
		d->wvr[i] = g->dbgwvr[i];
		d->wcr[i] = debug_guest_wcr(v, g->dbgwcr[i]);
	}
}

/* ---- the VMM's ------------------------------------------------------------------- */

static bool debug_any(const u64 control[16])
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		if (control[i] & DBG_E)
			return true;
	return false;
}

/* Each stops at EL0, EL1 or both, by an address alone. */
static bool debug_stops_valid(const u64 value[16], const u64 control[16],
			      unsigned int count, u64 known)
{
	unsigned int i;

	for (i = 0; i < 16; i++) {
		if (control[i] & ~known || (i >= count && (control[i] || value[i])))
			return false;
		if (control[i] & DBG_E && !(control[i] & DBG_PMC))
			return false;
	}
	return true;
}

int arm64_set_stops(struct arm64_vcpu *v, const struct axvcpu_arm64_stops *s)
{
	if (s->flags & ~AXVCPU_ARM64_STOP_BRK || s->reserved ||
	    !debug_stops_valid(s->dbgbvr, s->dbgbcr, el2_features.breakpoints,
			       DBG_E | DBG_PMC | DBGBCR_BAS) ||
	    !debug_stops_valid(s->dbgwvr, s->dbgwcr, el2_features.watchpoints,
			       DBG_E | DBG_PMC | DBGWCR_LSC | DBGWCR_BAS |
				       DBGWCR_MASK))
		return -EINVAL;
	v->stops = *s;
	v->stops_set = debug_any(s->dbgbcr) || debug_any(s->dbgwcr);
	return 0;
}

static void debug_stops(const struct axvcpu_arm64_stops *s, struct el2_debug *d)
{
	memcpy(d->bvr, s->dbgbvr, sizeof(d->bvr));
	memcpy(d->bcr, s->dbgbcr, sizeof(d->bcr));
	memcpy(d->wvr, s->dbgwvr, sizeof(d->wvr));
	memcpy(d->wcr, s->dbgwcr, sizeof(d->wcr));
}

/* ---- a run, a trip ------------------------------------------------------------------ */

void arm64_debug_begin(struct arm64_vcpu *v)
{
	v->stepping = v->core.request_flags & AXVCPU_RUN_SINGLE_STEP;
	v->debug_trapped = v->stepping || v->stops_set || v->stops.flags ||
			   v->exception_exits;
}

/*
 * MDSCR_EL1 of a trip, without the enables of the host's, which are for its own levels.
 * The debug registers are those that it enables.
 */
u64 arm64_debug_find_mdscr(struct arm64_vcpu *v)
{
	u64 mdscr = v->debug.mdscr_el1;

	if (unlikely(v->debug_trapped))
		return (v->stepping ? EL1_MDSCR_SS : 0) |
		       (v->stops_set && !v->stepping ? EL1_MDSCR_MDE : 0);
	if (likely(!(mdscr & (EL1_MDSCR_SS | EL1_MDSCR_MDE))) ||
	    v->debug.os_lock)
		return 0;
	return mdscr & (EL1_MDSCR_SS | EL1_MDSCR_KDE | EL1_MDSCR_MDE);
}

/* With all exceptions masked: nothing matches before the guest is there. */
void arm64_debug_load(struct arm64_vcpu *v, struct el2_cpu *c)
{
	struct el2_debug *d = &c->debug;

	debug_save(&c->host_debug);
	if (v->debug_trapped)
		debug_stops(&v->stops, d);
	else
		debug_guest(v, d);
	debug_load(d);
}

void arm64_debug_put(const struct el2_cpu *c)
{
	debug_load(&c->host_debug);
	/* Before debug exceptions are unmasked. */
	isb();
}
