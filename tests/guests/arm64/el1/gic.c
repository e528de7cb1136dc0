// SPDX-License-Identifier: GPL-3.0-or-later
/* The CPU interface of the GICv3 (IHI 0069), with SGIs to ourselves and the serial port. */
#include "el1.h"

#define GICD_IGROUPR	(GICD + 0x80)
#define GICD_ISENABLER	(GICD + 0x100)
#define GICD_IPRIORITYR	(GICD + 0x400)
#define GICD_IROUTER	(GICD + 0x6000)
#define CTLR_EOIMODE	BIT(1)
#define UART_IMSC	(UART + 0x38)
#define UART_ICR	(UART + 0x44)
#define UART_SPI	33

static void set_priorities(u64 base, unsigned int first, unsigned int count)
{
	unsigned int i;

	for (i = first; i < first + count; i += 4)
		write32(base + i, PRIORITY * 0x01010101U);
}

void gic_start_cpu(unsigned int cpu)
{
	u64 gicr = GICR + cpu * 0x20000UL, sgi = gicr + 0x10000;

	write32(gicr + 0x14, 0); /* GICR_WAKER */
	while (read32(gicr + 0x14) & 4)
		;
	write32(sgi + 0x80, ~0U);
	write32(sgi + 0x100, 0xffff | 1U << PPI_VTIMER | 1U << PPI_PTIMER);
	set_priorities(sgi + 0x400, 0, 32);
	if (!cpu) {
		write32(GICD, 0x12);
		write32(GICD_IGROUPR + 4, ~0U);
		set_priorities(GICD_IPRIORITYR, 32, 32);
		write32(GICD_IROUTER + 8 * UART_SPI, 0);
		write32(GICD_ISENABLER + 4, 1U << (UART_SPI - 32));
	}
	msr(ICC_SRE, 7);
	isb();
	msr(ICC_PMR, 0xff);
	msr(ICC_BPR1, 0);
	msr(ICC_IGRPEN1, 1);
	isb();
}

static int irq_within(u64 ticks)
{
	u64 end = mrs("cntvct_el0") + ticks;

	do {
		isb();
		if (mrs("isr_el1") & BIT(7))
			return 1;
	} while (mrs("cntvct_el0") < end);
	return 0;
}

int irq_comes(void)
{
	return irq_within(mrs("cntfrq_el0"));
}

int irq_lingers(void)
{
	return irq_within(mrs("cntfrq_el0") / 100);
}

static void send(u64 intid)
{
	msr(ICC_SGI1R, SGI_SELF(intid));
	isb();
}

static void check_life(void)
{
	check("sre", mrs(ICC_SRE) & 1, 1);
	check("isr-idle", mrs("isr_el1"), 0);
	check("iar-spurious", mrs(ICC_IAR1), SPURIOUS);
	check("hppir-spurious", mrs(ICC_HPPIR1), SPURIOUS);
	check("rpr-idle", mrs(ICC_RPR), 0xff);
	send(3);
	check("sgi-pending", irq_comes(), 1);
	check("hppir", mrs(ICC_HPPIR1), 3);
	check("iar", mrs(ICC_IAR1), 3);
	isb();
	check("rpr-active", mrs(ICC_RPR), PRIORITY);
	check_true("active-priority", mrs("S3_0_C12_C9_0"));
	check("isr-active", mrs("isr_el1") & BIT(7), 0);
	msr(ICC_EOIR1, 3);
	isb();
	check("rpr-over", mrs(ICC_RPR), 0xff);
	check("active-priority-over", mrs("S3_0_C12_C9_0"), 0);
}

static void check_masks(void)
{
	msr(ICC_PMR, 0);
	isb();
	send(4);
	check("pmr-masks", irq_lingers(), 0);
	check("pmr-iar", mrs(ICC_IAR1), SPURIOUS);
	msr(ICC_PMR, PRIORITY);
	isb();
	check("pmr-equal-masks", irq_lingers(), 0);
	msr(ICC_PMR, 0xf0);
	isb();
	check("pmr-opens", irq_comes(), 1);
	msr(ICC_IGRPEN1, 0);
	isb();
	check("group-off", irq_lingers(), 0);
	msr(ICC_IGRPEN1, 1);
	isb();
	check("group-on", irq_comes(), 1);
	check("masked-iar", mrs(ICC_IAR1), 4);
	msr(ICC_EOIR1, 4);
	msr(ICC_PMR, 0x50);
	isb();
	check("pmr-holds", mrs(ICC_PMR), 0x50);
	msr(ICC_PMR, 0xff);
	isb();
}

/* Of two with one priority the second does not preempt the first. */
static void check_two(void)
{
	u64 first, second;

	send(5);
	irq_comes();
	first = mrs(ICC_IAR1);
	send(6);
	check("no-preemption", irq_lingers(), 0);
	check("no-preemption-iar", mrs(ICC_IAR1), SPURIOUS);
	msr(ICC_EOIR1, first);
	isb();
	check("second-comes", irq_comes(), 1);
	second = mrs(ICC_IAR1);
	check("second", first << 8 | second, 5 << 8 | 6);
	/* One that is active is pending again. */
	send(6);
	msr(ICC_EOIR1, second);
	isb();
	check("pending-while-active", irq_comes(), 1);
	check("pending-while-active-iar", mrs(ICC_IAR1), 6);
	msr(ICC_EOIR1, 6);
	isb();
	check("all-over", irq_lingers(), 0);
}

/* EOImode 1: EOIR drops the priority alone. */
static void check_split(void)
{
	u64 ctlr = mrs(ICC_CTLR);

	msr(ICC_CTLR, ctlr | CTLR_EOIMODE);
	isb();
	check("eoimode-holds", mrs(ICC_CTLR) & CTLR_EOIMODE, CTLR_EOIMODE);
	send(7);
	irq_comes();
	check("split-iar", mrs(ICC_IAR1), 7);
	msr(ICC_EOIR1, 7);
	isb();
	check("split-priority-drops", mrs(ICC_RPR), 0xff);
	send(7);
	check("split-still-active", irq_lingers(), 0);
	send(8);
	check("split-another", irq_comes(), 1);
	check("split-another-iar", mrs(ICC_IAR1), 8);
	msr(ICC_EOIR1, 8);
	msr(ICC_DIR, 8);
	msr(ICC_DIR, 7);
	isb();
	check("split-deactivated", irq_comes(), 1);
	check("split-deactivated-iar", mrs(ICC_IAR1), 7);
	msr(ICC_EOIR1, 7);
	msr(ICC_DIR, 7);
	msr(ICC_CTLR, ctlr);
	isb();
}

EL1(open_irq, "msr daifclr, #2\nisb\nnop\nmsr daifset, #2");
EL0(spin_el0, "1: sub x0, x0, #1\ncbnz x0, 1b");
EL1(wait, "wfi");

static void check_vector(void)
{
	send(9);
	irq_comes();
	el1(open_irq, 0, 0);
	check("irq-vector", taken.irq << 8 | taken.irqs, 9 << 8 | 1);
	send(10);
	irq_comes();
	el0_with(spin_el0, PSTATE_EL0 & ~BIT(7), (u64)el0_stack, 100, 0);
	check("irq-vector-el0", taken.irq << 8 | taken.irqs, 10 << 8 | 1);
	/* WFI does not wait for one that is masked and pending. */
	send(11);
	el1(wait, 0, 0);
	check("wfi-masked", mrs(ICC_IAR1), 11);
	msr(ICC_EOIR1, 11);
	isb();
}

/* By level: it comes as long as the line is asserted. */
static void check_spi(void)
{
	u64 intid;

	write32(UART_IMSC, 0x20); /* it can always send, once something was sent */
	print("");
	check("spi-line", irq_comes(), 1);
	intid = mrs(ICC_IAR1);
	check("spi", intid, UART_SPI);
	msr(ICC_EOIR1, intid);
	isb();
	check("spi-again", irq_comes(), 1);
	intid = mrs(ICC_IAR1);
	write32(UART_IMSC, 0);
	write32(UART_ICR, 0x7ff);
	msr(ICC_EOIR1, intid);
	isb();
	check("spi-over", irq_lingers(), 0);
}

void check_gic(void)
{
	check_life();
	check_masks();
	check_two();
	check_split();
	check_vector();
	check_spi();
}
