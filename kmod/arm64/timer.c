// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's timers. The virtual one is the hardware's while the guest runs, and is
 * stopped after each trip (world.h): its line goes to an interrupt of the host that may be KVM's,
 * or nobody's. The physical one traps. What either of them asks for is kept as a level
 * (gic.c) and looked at before each entry.
 *
 * When it fires, its own interrupt takes the guest out: KVM's, or ours where KVM has left
 * it. It is then stopped, so the host has nothing to serve. While the guest has not yet
 * served it, that interrupt is made active on this CPU, or it would come again before the
 * guest's first instruction; the list register that tells the guest is linked to it, so
 * that the guest's deactivation is the hardware's. Where there is no such interrupt, a
 * timer of the host's does it, as for a guest that waits and for the physical timer.
 *
 * DDI 0487, D12 "The Generic Timer in AArch64 state".
 */
#include <linux/acpi.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/percpu.h>
#include <asm/arch_timer.h>
#include <asm/sysreg.h>

#include "../compat/hrtimer.h"
#include "arm64.h"
#include "timer.h"

#define CTL_ENABLE	BIT_ULL(0)
#define CTL_IMASK	BIT_ULL(1)
#define CTL_ISTATUS	BIT_ULL(2)
#define CTL_WRITABLE	(CTL_ENABLE | CTL_IMASK)

/* The host's interrupt of the virtual timer, 0: not known; and its INTID. */
static int timer_irq __ro_after_init;
static u32 timer_intid __ro_after_init;
/* It is ours, not KVM's. */
static bool timer_own __ro_after_init;
static DEFINE_PER_CPU(bool, timer_cookie);

/* ---- the host's side ------------------------------------------------------------- */

/* Their places in the device tree's list. */
#define TIMER_PHYSICAL	1
#define TIMER_VIRTUAL	2

#ifdef CONFIG_ACPI
static int timer_register(u32 gsi, u32 flags)
{
	if (!gsi)
		return 0;
	return acpi_register_gsi(NULL, gsi,
				 flags & ACPI_GTDT_INTERRUPT_MODE ?
					 ACPI_EDGE_SENSITIVE :
					 ACPI_LEVEL_SENSITIVE,
				 flags & ACPI_GTDT_INTERRUPT_POLARITY ?
					 ACPI_ACTIVE_LOW : ACPI_ACTIVE_HIGH);
}

static int timer_find_acpi(int which)
{
	struct acpi_table_gtdt *gtdt;
	int irq;

	if (acpi_disabled ||
	    ACPI_FAILURE(acpi_get_table(ACPI_SIG_GTDT, 0,
					(struct acpi_table_header **)&gtdt)))
		return 0;
	if (which == TIMER_VIRTUAL)
		irq = timer_register(gtdt->virtual_timer_interrupt,
				     gtdt->virtual_timer_flags);
	else
		irq = timer_register(gtdt->non_secure_el1_interrupt,
				     gtdt->non_secure_el1_flags);
	acpi_put_table(&gtdt->header);
	return max(irq, 0);
}
#else
static int timer_find_acpi(int which)
{
	return 0;
}
#endif

static int timer_find(int which)
{
	struct device_node *node;
	int irq;

	node = of_find_compatible_node(NULL, NULL, "arm,armv8-timer");
	if (!node)
		return timer_find_acpi(which);
	irq = irq_of_parse_and_map(node, which);
	of_node_put(node);
	return irq;
}

/*
 * A kernel at EL1 uses the physical timer for itself if EL2 is its own, and the virtual
 * one if a hypervisor may be there. It exports nothing else that tells; an HVC could be
 * undefined.
 */
bool arm64_timer_host_had_el2(void)
{
	int irq = timer_find(TIMER_PHYSICAL);

	return irq && irq_has_action(irq);
}

/* The timer was stopped before the host could take it. */
static irqreturn_t timer_interrupt(int irq, void *cookie)
{
	return IRQ_HANDLED;
}

void arm64_timer_init(void)
{
	struct irq_data *data;

	timer_irq = timer_find(TIMER_VIRTUAL);
	data = timer_irq ? irq_get_irq_data(timer_irq) : NULL;
	if (!data) {
		timer_irq = 0;
		return;
	}
	/* The controller's own number, below that of a chip between. */
	while (data->parent_data)
		data = data->parent_data;
	timer_intid = data->hwirq;
	timer_own = !irq_has_action(timer_irq) &&
		    !request_percpu_irq(timer_irq, timer_interrupt, "axvcpu",
					&timer_cookie);
}

void arm64_timer_exit(void)
{
	if (timer_own)
		free_percpu_irq(timer_irq, &timer_cookie);
}

void arm64_timer_enable(void)
{
	if (timer_own)
		enable_percpu_irq(timer_irq, IRQ_TYPE_NONE);
}

void arm64_timer_disable(void)
{
	if (timer_own)
		disable_percpu_irq(timer_irq);
}

bool arm64_timer_linked(u32 *intid)
{
	*intid = timer_intid;
	return timer_irq && irq_percpu_is_enabled(timer_irq);
}

void arm64_timer_active(bool active)
{
	irq_set_irqchip_state(timer_irq, IRQCHIP_STATE_ACTIVE, active);
}

static enum hrtimer_restart timer_expired(struct hrtimer *timer)
{
	struct arm64_vcpu *v = container_of(timer, struct arm64_vcpu, timer);

	axvcpu_vcpu_notify(&v->core);
	return HRTIMER_NORESTART;
}

void arm64_timer_new(struct arm64_vcpu *v)
{
	axvcpu_hrtimer_setup(&v->timer, timer_expired);
}

void arm64_timer_free(struct arm64_vcpu *v)
{
	hrtimer_cancel(&v->timer);
}

/* ---- levels ---------------------------------------------------------------------- */

/* Both counters of the guest: the physical one traps where it has an offset. */
u64 arm64_timer_counter(const struct arm64_vcpu *v)
{
	return __arch_counter_get_cntpct() - v->cntvoff;
}

static u64 timer_ctl(const struct arm64_vcpu *v, bool physical)
{
	return READ_ONCE(*(physical ? &v->sys.cntp_ctl_el0 :
				      &v->sys.cntv_ctl_el0));
}

static u64 timer_cval(const struct arm64_vcpu *v, bool physical)
{
	return READ_ONCE(*(physical ? &v->sys.cntp_cval_el0 :
				      &v->sys.cntv_cval_el0));
}

/* Read by other threads too: what they see may be old, and they ask again. */
bool arm64_timer_fires(const struct arm64_vcpu *v, bool physical)
{
	return (timer_ctl(v, physical) & CTL_WRITABLE) == CTL_ENABLE &&
	       arm64_timer_counter(v) >= timer_cval(v, physical);
}

/* Nanoseconds until it fires, ~0: it does not. */
static u64 timer_left(const struct arm64_vcpu *v, bool physical)
{
	u64 now = arm64_timer_counter(v);
	u64 cval = timer_cval(v, physical);

	if ((timer_ctl(v, physical) & CTL_WRITABLE) != CTL_ENABLE)
		return ~0ULL;
	if (cval <= now)
		return 0;
	/* A year is for ever, and no product overflows. */
	return mul_u64_u64_div_u64(min(cval - now, axvcpu_host.cycles_hz << 25),
				   NSEC_PER_SEC, axvcpu_host.cycles_hz);
}

/* As timer_left(), of those that the VMM's redistributor lets pass. */
static u64 timer_left_open(const struct arm64_vcpu *v, bool physical)
{
	u8 off = physical ? AXVCPU_ARM64_TIMER_PHYSICAL :
			    AXVCPU_ARM64_TIMER_VIRTUAL;

	return v->gic.timers_off & off ? ~0ULL : timer_left(v, physical);
}

u64 arm64_timer_due(const struct arm64_vcpu *v)
{
	u64 left = min(timer_left_open(v, false), timer_left_open(v, true));

	return left == ~0ULL ? 0 : ktime_get_ns() + left;
}

/* Nothing tells when the guest unmasks interrupts: how often it is looked at. */
#define TIMER_WINDOW_NS	NSEC_PER_MSEC

static bool timer_window(const struct arm64_vcpu *v)
{
	return v->core.request_flags & AXVCPU_RUN_IRQ_WINDOW;
}

/*
 * The host's timer for what will fire next, after @most nanoseconds. @own: the virtual
 * timer's own interrupt does it.
 */
static void timer_arm(struct arm64_vcpu *v, bool own, u64 most)
{
	u64 left = min3(own ? ~0ULL : timer_left(v, false),
			timer_left(v, true), most);

	if (!left || left == ~0ULL)
		return;
	hrtimer_start(&v->timer, ktime_add_ns(ktime_get(), left),
		      HRTIMER_MODE_ABS_HARD);
}

/* ---- run() ------------------------------------------------------------------------ */

/* Interrupts are off, behind arm64_gic_enter(). */
void arm64_timer_enter(struct arm64_vcpu *v, bool linked)
{
	u64 ctl = v->sys.cntv_ctl_el0;
	u32 intid;

	/*
	 * It is asserted, and no list register is linked to it (all are taken, or there
	 * are none): it would take the guest out at once, for ever.
	 */
	v->timer_hidden = !linked && arm64_timer_fires(v, false);
	v->cntv_ctl = v->timer_hidden ? ctl | CTL_IMASK : ctl;
	v->cntv_cval = v->sys.cntv_cval_el0;
	if (unlikely(arm64_timer_on(v)))
		timer_arm(v, arm64_timer_linked(&intid),
			  timer_window(v) ? TIMER_WINDOW_NS : ~0ULL);
}

void arm64_timer_leave(struct arm64_vcpu *v)
{
	u64 ctl = v->cntv_ctl;
	u64 cval = v->cntv_cval;

	/* What was hidden is there again, if the guest has not changed anything. */
	if (!v->timer_hidden || cval != v->sys.cntv_cval_el0 ||
	    (ctl & CTL_WRITABLE) != CTL_WRITABLE)
		WRITE_ONCE(v->sys.cntv_ctl_el0, ctl & CTL_WRITABLE);
	WRITE_ONCE(v->sys.cntv_cval_el0, cval);
}

/* From here on a guest that waits is woken by the host's timer alone. */
void arm64_timer_put(struct arm64_vcpu *v)
{
	timer_arm(v, false, ~0ULL);
}

/* ---- the physical timer, and what is read of both ------------------------------------ */

static u64 timer_status(const struct arm64_vcpu *v, bool physical)
{
	u64 ctl = timer_ctl(v, physical) & CTL_WRITABLE;

	if (ctl & CTL_ENABLE &&
	    arm64_timer_counter(v) >= timer_cval(v, physical))
		ctl |= CTL_ISTATUS;
	return ctl;
}

bool arm64_timer_tval(struct arm64_vcpu *v, bool write, u64 *value)
{
	u64 now = arm64_timer_counter(v);

	if (write)
		v->sys.cntp_cval_el0 = now + (s32)*value;
	*value = (u32)(v->sys.cntp_cval_el0 - now);
	return true;
}

bool arm64_timer_ctl(struct arm64_vcpu *v, bool write, u64 *value)
{
	if (write)
		v->sys.cntp_ctl_el0 = *value & CTL_WRITABLE;
	*value = timer_status(v, true);
	return true;
}

bool arm64_timer_cval(struct arm64_vcpu *v, bool write, u64 *value)
{
	if (write)
		v->sys.cntp_cval_el0 = *value;
	*value = v->sys.cntp_cval_el0;
	return true;
}

void arm64_timer_get(const struct arm64_vcpu *v, struct axvcpu_arm64_system *s)
{
	s->cntv_ctl_el0 = timer_status(v, false);
	s->cntp_ctl_el0 = timer_status(v, true);
}

void arm64_timer_set(struct arm64_vcpu *v)
{
	v->sys.cntv_ctl_el0 &= CTL_WRITABLE;
	v->sys.cntp_ctl_el0 &= CTL_WRITABLE;
}
