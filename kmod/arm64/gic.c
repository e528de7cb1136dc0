// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's interrupt interface: the virtual CPU interface of a GICv3, whose system
 * registers (ICC_*_EL1) the guest reaches without an exit. Interrupts that wait are put
 * into its list registers. Distributor and redistributors are the VMM's: it decides
 * what is enabled and where it goes, and INJECTs the rest.
 *
 * Every INJECT is an interrupt of its own: while its INTID is pending in a list register,
 * the next one waits in the bit map. All are of group 1 with one priority. Where the
 * interface's maintenance interrupt is KVM's or ours, the guest's EOI is when the list
 * registers are filled again; else it is the host's next interrupt.
 *
 * GIC architecture (IHI 0069): chapter "Virtual interrupt handling and prioritization".
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <asm/barrier.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>

#include "arm64.h"
#include "gic.h"
#include "ich.h"
#include "nvhe.h"
#include "record.h"
#include "timer.h"

#define LR_INTID		GENMASK_ULL(31, 0)
#define LR_EOI			BIT_ULL(41)	/* without HW: EOI raises maintenance */
#define LR_PINTID_SHIFT		32
#define LR_PINTID		(0x3ffULL << LR_PINTID_SHIFT)
#define LR_PRIORITY_SHIFT	48
#define LR_PRIORITY		(0xffULL << LR_PRIORITY_SHIFT)
#define LR_GROUP		BIT_ULL(60)
#define LR_HW			BIT_ULL(61)
#define LR_PENDING		BIT_ULL(62)
#define LR_ACTIVE		BIT_ULL(63)
#define LR_STATE		(LR_PENDING | LR_ACTIVE)
#define LR_KNOWN		(LR_INTID | LR_PRIORITY | LR_GROUP | LR_STATE)
#define VTR_SEIS		BIT_ULL(22)
#define VMCR_ENG1		BIT_ULL(1)
#define VMCR_KNOWN		0xfffc021fULL
#define VMCR_PMR_SHIFT		24

/* What Linux gives every interrupt of a distributor. */
#define GIC_PRIORITY		0xa0ULL

/* ---- list registers ----------------------------------------------------------------- */

static int gic_find(const struct arm64_gic *g, u32 intid)
{
	unsigned int i;

	for_each_set_bit(i, &g->live, ARM64_GIC_LRS)
		if ((g->lr[i] & LR_INTID) == intid)
			return i;
	return -1;
}

/* On an nVHE host the interface is loaded and saved in each trip (world_nvhe.c). */
static void gic_set_lr(struct arm64_gic *g, unsigned int n, u64 lr)
{
	g->lr[n] = lr;
	__assign_bit(n, &g->live, lr);
	if (!el2_features.nvhe)
		ich_write_lr(n, lr);
}

static void gic_set_control(struct arm64_gic *g, u64 hcr)
{
	g->hcr = hcr;
	if (!el2_features.nvhe)
		write_sysreg_s(hcr, SYS_ICH_HCR_EL2);
}

/*
 * The timer's list register and the host's interrupt belong together: it is active as
 * long as the guest has not deactivated it.
 */
static void gic_link(struct arm64_gic *g, unsigned int n)
{
	u32 intid;

	if (!arm64_timer_linked(&intid))
		return;
	arm64_timer_active(true);
	gic_set_lr(g, n, g->lr[n] | LR_HW | (u64)intid << LR_PINTID_SHIFT);
}

static void gic_unlink(struct arm64_gic *g, unsigned int n)
{
	if (!(g->lr[n] & LR_HW))
		return;
	g->lr[n] &= ~(LR_HW | LR_PINTID);
	arm64_timer_active(false);
}

static bool gic_timer_linked(const struct arm64_gic *g)
{
	int n = gic_find(g, ARM64_INTID_VTIMER);

	return n >= 0 && g->lr[n] & LR_HW;
}

/* ---- the maintenance interrupt -------------------------------------------------------- */

/* The host's, 0: not known. */
static int gic_irq __ro_after_init;
static bool gic_own __ro_after_init;
static DEFINE_PER_CPU(bool, gic_cookie);

/* It was silenced before the host could take it: the guest has left. */
static irqreturn_t gic_interrupt(int irq, void *cookie)
{
	return IRQ_HANDLED;
}

/* The only one of the controller's own in the device tree. */
static void gic_init_maintenance(void)
{
	struct device_node *node;

	node = of_find_compatible_node(NULL, NULL, "arm,gic-v3");
	if (node)
		gic_irq = irq_of_parse_and_map(node, 0);
	of_node_put(node);
	if (gic_irq && !irq_has_action(gic_irq))
		gic_own = !request_percpu_irq(gic_irq, gic_interrupt, "axvcpu",
					      &gic_cookie);
}

void arm64_gic_exit(void)
{
	if (gic_own)
		free_percpu_irq(gic_irq, &gic_cookie);
}

void arm64_gic_enable(void)
{
	if (gic_own)
		enable_percpu_irq(gic_irq, IRQ_TYPE_NONE);
}

void arm64_gic_disable(void)
{
	if (gic_own)
		disable_percpu_irq(gic_irq);
}

/* ---- once a run() --------------------------------------------------------------------- */

/* 0: a host that uses a GICv3 as a GICv2 leaves no registers to the guest. */
static u64 gic_read_vtr(void)
{
	if (el2_features.nvhe)
		return nvhe_read_vtr();
	if (!(read_sysreg_s(SYS_ICC_SRE_EL2) & SRE_SRE))
		return 0;
	return read_sysreg_s(SYS_ICH_VTR_EL2);
}

/*
 * ICH_VTR_EL2.SEIS: what a guest does wrong, as an EOI of nothing, is an SError, which
 * would be the host's.
 */
u32 arm64_gic_init(void)
{
	u64 pfr0 = read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1);
	struct el2_features *f = &el2_features;
	u64 vtr = ID_FIELD(pfr0, ID_PFR0_GIC) ? gic_read_vtr() : 0;

	if (!vtr)
		return AXVCPU_REASON_NONE;
	if (vtr & VTR_SEIS) {
		pr_info("axvcpu: el2: guests could raise SErrors by the interrupt controller\n");
		return AXVCPU_REASON_MISSING_FEATURE;
	}
	f->gic_lrs = (vtr & 0x1f) + 1;
	/* Five bits of preemption or more, less one. */
	f->gic_aprs = 1 << (max_t(u64, (vtr >> 26) & 7, 4) - 4);
	f->gic = true;
	gic_init_maintenance();
	return AXVCPU_REASON_NONE;
}

/* A link is the host's for as long as the vCPU is on the CPU. */
static void gic_link_pending(struct arm64_gic *g)
{
	int n = gic_find(g, ARM64_INTID_VTIMER);

	if (n >= 0 && (g->lr[n] & LR_STATE) != LR_STATE)
		gic_link(g, n);
}

/* What another hypervisor has left in the list registers must not reach the guest. */
void arm64_gic_load(struct arm64_vcpu *v, struct el2_cpu *c)
{
	struct arm64_gic *g = &v->gic;
	bool written = false;

	if (!el2_features.gic)
		return;
	if (!el2_features.nvhe)
		written = ich_load(&g->ich, c);
	if (unlikely(g->live))
		gic_link_pending(g);
	gic_set_control(g, ICH_EN);
	/* The interface must see them, not only the next instructions. */
	if (unlikely(written))
		dsb(sy);
}

void arm64_gic_put(struct arm64_vcpu *v, struct el2_cpu *c)
{
	struct arm64_gic *g = &v->gic;
	unsigned int i;

	if (!el2_features.gic)
		return;
	if (!el2_features.nvhe)
		ich_save(&g->ich, c);
	for_each_set_bit(i, &g->live, ARM64_GIC_LRS) {
		gic_unlink(g, i);
		g->lr[i] &= ~LR_EOI;
	}
}

/* ---- every trip ------------------------------------------------------------------------- */

/* Return: its list register, or -1: none is free. */
static int gic_new_lr(struct arm64_gic *g, u32 intid)
{
	unsigned int n = find_first_zero_bit(&g->live, ARM64_GIC_LRS);

	if (n >= el2_features.gic_lrs)
		return -1;
	gic_set_lr(g, n, intid | LR_PENDING | LR_GROUP |
			 GIC_PRIORITY << LR_PRIORITY_SHIFT);
	return n;
}

/* Return: false: it can't be told to the guest now. */
static bool gic_pend(struct arm64_gic *g, u32 intid)
{
	int n = gic_find(g, intid);

	if (n < 0) {
		if (gic_new_lr(g, intid) >= 0)
			return true;
		g->underflow = true;
		return false;
	}
	/* An active one can be pending as well, but for one that is linked. */
	if (!(g->lr[n] & (LR_PENDING | LR_HW))) {
		gic_set_lr(g, n, g->lr[n] | LR_PENDING);
		return true;
	}
	if (!(g->lr[n] & (LR_HW | LR_EOI)))
		gic_set_lr(g, n, g->lr[n] | LR_EOI);
	return false;
}

/* Another thread may add something meanwhile: it sets @any after that. */
static void gic_take(struct arm64_vcpu *v)
{
	struct arm64_gic *g = &v->gic;
	bool rest = false;
	unsigned int i;

	WRITE_ONCE(g->any, false);
	smp_mb();
	for_each_set_bit(i, g->interrupts, AXVCPU_ARM64_INTIDS) {
		if (!gic_pend(g, i)) {
			rest = true;
			continue;
		}
		clear_bit(i, g->interrupts);
		arm64_delivered(v, AXVCPU_EVENT_INTERRUPT, i);
	}
	if (rest)
		WRITE_ONCE(g->any, true);
	if (g->underflow)
		gic_set_control(g, ICH_EN | ICH_UIE);
}

/* A timer's line, as far as the VMM lets it pass. */
bool arm64_gic_timer(const struct arm64_vcpu *v, bool physical)
{
	u8 off = physical ? AXVCPU_ARM64_TIMER_PHYSICAL :
			    AXVCPU_ARM64_TIMER_VIRTUAL;

	return !(READ_ONCE(v->gic.timers_off) & off) &&
	       arm64_timer_fires(v, physical);
}

/*
 * The level of a timer's line: pending while it is asserted and not yet taken. What the
 * guest has not seen goes with the level, unless an INJECT brought it.
 */
static void gic_line(struct arm64_gic *g, u32 intid, unsigned int line,
		     bool level)
{
	int n = gic_find(g, intid);

	if (n < 0)
		__clear_bit(line, &g->lines);
	if (level && n < 0) {
		n = gic_new_lr(g, intid);
		if (n < 0)
			return;
		__set_bit(line, &g->lines);
		if (intid == ARM64_INTID_VTIMER)
			gic_link(g, n);
	} else if (!level && n >= 0 && test_bit(line, &g->lines) &&
		   (g->lr[n] & LR_STATE) == LR_PENDING) {
		gic_unlink(g, n);
		gic_set_lr(g, n, 0);
	}
}

/* Interrupts are off, the interface is loaded. */
bool arm64_gic_enter(struct arm64_vcpu *v)
{
	struct arm64_gic *g = &v->gic;

	if (!el2_features.gic)
		return false;
	gic_line(g, ARM64_INTID_VTIMER, 0, arm64_gic_timer(v, false));
	gic_line(g, ARM64_INTID_PTIMER, 1, arm64_gic_timer(v, true));
	if (unlikely(READ_ONCE(g->any)))
		gic_take(v);
	return gic_timer_linked(g);
}

void arm64_gic_leave(struct arm64_vcpu *v)
{
	struct arm64_gic *g = &v->gic;
	unsigned int i;

	if (unlikely(g->underflow)) {
		gic_set_control(g, ICH_EN);
		g->underflow = false;
	}
	for_each_set_bit(i, &g->live, ARM64_GIC_LRS) {
		if (!el2_features.nvhe)
			g->lr[i] = ich_read_lr(i);
		if (g->lr[i] & LR_STATE)
			continue;
		/* Its EOI is known: no maintenance any more. */
		if (g->lr[i] & LR_EOI && !el2_features.nvhe)
			ich_write_lr(i, 0);
		g->lr[i] = 0;
		__clear_bit(i, &g->live);
	}
}

/* ---- from other threads ----------------------------------------------------------------- */

int arm64_gic_inject(struct arm64_vcpu *v, u32 intid)
{
	if (!el2_features.gic)
		return -EOPNOTSUPP;
	if (test_and_set_bit(intid, v->gic.interrupts))
		return -EBUSY;
	WRITE_ONCE(v->gic.any, true);
	return 0;
}

bool arm64_gic_pending(const struct arm64_vcpu *v)
{
	const struct arm64_gic *g = &v->gic;
	unsigned long live = READ_ONCE(g->live);
	unsigned int i;

	if (READ_ONCE(g->any))
		return true;
	for_each_set_bit(i, &live, ARM64_GIC_LRS)
		if (READ_ONCE(g->lr[i]) & LR_PENDING)
			return true;
	return false;
}

/* Group 1 is on, and its mask lets our priority pass. */
bool arm64_gic_open(const struct arm64_vcpu *v)
{
	u64 vmcr = READ_ONCE(v->gic.vmcr);

	return vmcr & VMCR_ENG1 && vmcr >> VMCR_PMR_SHIFT > GIC_PRIORITY;
}

u64 arm64_gic_mask(const struct arm64_vcpu *v)
{
	return v->gic.vmcr >> VMCR_PMR_SHIFT;
}

/* ---- SGIs, and the register that is fixed ------------------------------------------------ */

#define SGIR_LIST	GENMASK_ULL(15, 0)
#define SGIR_AFF1(r)	((r) >> 16 & 0xff)
#define SGIR_INTID(r)	((r) >> 24 & 0xf)
#define SGIR_AFF2(r)	((r) >> 32 & 0xff)
#define SGIR_IRM	BIT_ULL(40)
#define SGIR_RS(r)	((r) >> 44 & 0xf)
#define SGIR_AFF3(r)	((r) >> 48 & 0xff)

/*
 * It names a list of CPUs by the 16 that share all of their affinity but Aff0's low bits,
 * or all but oneself: SEND_IPI. What is reserved in it is ignored.
 */
int arm64_gic_sgi(struct arm64_vcpu *v, u64 value, u32 group)
{
	struct axvcpu_exit *exit = axvcpu_exit_begin(
		&v->core, AXVCPU_EXIT_SEND_IPI, el2_hw_code(v));
	bool all = value & SGIR_IRM;
	u64 first = SGIR_AFF3(value) << 32 | SGIR_AFF2(value) << 16 |
		    SGIR_AFF1(value) << 8 | SGIR_RS(value) << 4;

	exit->u.send_ipi.target_cpu = all ? 0 : first;
	exit->u.send_ipi.target_cpu_aux = all ? 0 : value & SGIR_LIST;
	exit->u.send_ipi.send_to_all = all;
	exit->u.send_ipi.send_to_self = 0;
	exit->u.send_ipi.vector = SGIR_INTID(value);
	exit->u.send_ipi.group = group;
	exit->u.send_ipi.reserved = 0;
	arm64_skip(v);
	return AXVCPU_OUT_EXIT;
}

/* ---- the block ----------------------------------------------------------------------------- */

void arm64_gic_reset(struct arm64_vcpu *v)
{
	struct arm64_gic *g = &v->gic;
	unsigned int i;

	/* An INJECT that runs meanwhile comes before or after, whole, and is found. */
	WRITE_ONCE(g->any, false);
	smp_mb();
	for (i = 0; i < ARRAY_SIZE(g->interrupts); i++)
		xchg(&g->interrupts[i], 0UL);
	g->underflow = false;
	g->timers_off = 0;
	g->lines = 0;
	memset(&g->ich, 0, sizeof(g->ich));
}

/* Brought by a timer's line and not seen yet: the timer's registers say it as well. */
static bool gic_by_line(const struct arm64_gic *g, unsigned int n)
{
	u32 intid = g->lr[n] & LR_INTID;

	return (g->lr[n] & LR_STATE) == LR_PENDING &&
	       ((intid == ARM64_INTID_VTIMER && test_bit(0, &g->lines)) ||
		(intid == ARM64_INTID_PTIMER && test_bit(1, &g->lines)));
}

/*
 * What comes by a line is left out: where the block is set nothing else would be known to
 * go with the line.
 */
void arm64_gic_get(const struct arm64_vcpu *v, struct axvcpu_arm64_events *e)
{
	const struct arm64_gic *g = &v->gic;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(e->interrupts); i++)
		e->interrupts[i] = READ_ONCE(g->interrupts[i]);
	for (i = 0; i < ARM64_GIC_LRS; i++)
		e->list[i] = gic_by_line(g, i) ? 0 : g->lr[i];
	memcpy(e->ap0r, g->ap0r, sizeof(e->ap0r));
	memcpy(e->ap1r, g->ap1r, sizeof(e->ap1r));
	e->vmcr = g->vmcr;
	e->timers_off = g->timers_off;
}

/* Two list registers of one INTID are unpredictable. */
static bool gic_list_valid(const struct axvcpu_arm64_events *e)
{
	unsigned int i, j;

	for (i = 0; i < ARM64_GIC_LRS; i++) {
		u64 lr = e->list[i];

		if (!lr)
			continue;
		if (i >= el2_features.gic_lrs || lr & ~LR_KNOWN ||
		    !(lr & LR_STATE) || (lr & LR_INTID) >= AXVCPU_ARM64_INTIDS)
			return false;
		for (j = 0; j < i; j++)
			if (e->list[j] && !((e->list[j] ^ lr) & LR_INTID))
				return false;
	}
	return true;
}

bool arm64_gic_valid(const struct axvcpu_arm64_events *e)
{
	unsigned int i;

	if (!el2_features.gic)
		return !e->timers_off &&
		       !memchr_inv(e, 0, offsetof(struct axvcpu_arm64_events,
						  serror_esr));
	if (e->timers_off & ~(AXVCPU_ARM64_TIMER_VIRTUAL |
			      AXVCPU_ARM64_TIMER_PHYSICAL))
		return false;
	for (i = 0; i < ARRAY_SIZE(e->ap0r); i++) {
		u64 active = e->ap0r[i] | e->ap1r[i];

		if (active >> 32 || (active && i >= el2_features.gic_aprs))
			return false;
	}
	return !(e->interrupts[15] >> (AXVCPU_ARM64_INTIDS % 64)) &&
	       !(e->vmcr & ~VMCR_KNOWN) && gic_list_valid(e);
}

void arm64_gic_set(struct arm64_vcpu *v, const struct axvcpu_arm64_events *e)
{
	struct arm64_gic *g = &v->gic;
	bool any = false;
	unsigned int i;

	memcpy(g->lr, e->list, sizeof(g->lr));
	memcpy(g->ap0r, e->ap0r, sizeof(g->ap0r));
	memcpy(g->ap1r, e->ap1r, sizeof(g->ap1r));
	g->vmcr = e->vmcr;
	WRITE_ONCE(g->timers_off, e->timers_off);
	g->lines = 0;
	g->live = 0;
	for (i = 0; i < ARM64_GIC_LRS; i++)
		if (g->lr[i])
			__set_bit(i, &g->live);
	/* An INJECT that runs meanwhile comes before or after, whole. */
	for (i = 0; i < ARRAY_SIZE(e->interrupts); i++) {
		xchg(&g->interrupts[i], (unsigned long)e->interrupts[i]);
		any |= e->interrupts[i];
	}
	/* It would end a WFI. */
	if (any)
		WRITE_ONCE(g->any, true);
}
