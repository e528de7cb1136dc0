// SPDX-License-Identifier: GPL-3.0-or-later
/* The generic timer: counters, both timers, their interrupts (D11). */
#include "el1.h"

#define ENABLE	1UL
#define IMASK	2UL
#define ISTATUS	4UL

EL1(wait, "wfi");

#define SECOND	mrs("cntfrq_el0")

static void check_counters(void)
{
	u64 before, now, physical, offset;
	unsigned int i, back = 0;

	check_true("cntfrq", SECOND >= 1000000 && SECOND <= 1000000000);
	before = mrs("cntvct_el0");
	for (i = 0; i < 100000; i++) {
		isb();
		now = mrs("cntvct_el0");
		back += now < before;
		before = now;
	}
	check("cntvct-monotonic", back, 0);
	isb();
	physical = mrs("cntpct_el0");
	isb();
	now = mrs("cntvct_el0");
	offset = physical - now;
	for (i = 0; i < 1000; i++) {
		isb();
		physical = mrs("cntpct_el0");
		isb();
		now = mrs("cntvct_el0");
	}
	/* Both go on alike, but for what is between the two reads. */
	offset -= physical - now;
	check_true("cntpct-offset", offset + SECOND < 2 * SECOND);
}

/* One timer, by its register's prefix. */
#define CHECK_TIMER(t, counter, ppi, name)						\
	do {										\
		u64 now_;								\
											\
		msr(t "_ctl_el0", 0);							\
		msr(t "_cval_el0", ~0UL);						\
		msr(t "_ctl_el0", ENABLE | IMASK);					\
		isb();									\
		check(name "-not-due", mrs(t "_ctl_el0"), ENABLE | IMASK);		\
		msr(t "_cval_el0", 0);							\
		isb();									\
		check(name "-due", mrs(t "_ctl_el0"), ENABLE | IMASK | ISTATUS);	\
		check(name "-imask", irq_lingers(), 0);					\
		now_ = mrs(counter);							\
		msr(t "_tval_el0", 0x7000000);						\
		isb();									\
		check_true(name "-tval", mrs(t "_cval_el0") - now_ - 0x7000000 < SECOND); \
		check_true(name "-tval-reads", mrs(t "_tval_el0") <= 0x7000000);	\
		msr(t "_tval_el0", 0xffffffffUL);					\
		isb();									\
		check(name "-tval-negative", mrs(t "_ctl_el0") & ISTATUS, ISTATUS);	\
		check(name "-tval-sign", (mrs(t "_tval_el0") >> 31 & 1), 1);		\
		/* The line: it comes, goes with the mask, comes again. */		\
		msr(t "_ctl_el0", ENABLE);						\
		isb();									\
		check(name "-irq", irq_comes(), 1);					\
		msr(t "_ctl_el0", ENABLE | IMASK);					\
		isb();									\
		/* A level that is gone takes its pending state along. */		\
		check(name "-level-gone", goes(), 1);					\
		check(name "-level-gone-iar", mrs(ICC_IAR1), SPURIOUS);			\
		msr(t "_ctl_el0", ENABLE);						\
		isb();									\
		check(name "-irq-again", irq_comes(), 1);				\
		check(name "-iar", mrs(ICC_IAR1), ppi);					\
		msr(ICC_EOIR1, ppi);							\
		isb();									\
		check(name "-still-asserted", irq_comes(), 1);				\
		check(name "-still-asserted-iar", mrs(ICC_IAR1), ppi);			\
		msr(t "_ctl_el0", 0);							\
		isb();									\
		msr(ICC_EOIR1, ppi);							\
		isb();									\
		check(name "-off", irq_lingers(), 0);					\
		now_ = mrs(counter);							\
		msr(t "_tval_el0", SECOND / 20);					\
		msr(t "_ctl_el0", ENABLE);						\
		isb();									\
		el1(wait, 0, 0);							\
		check(name "-wfi-irq", irq_comes(), 1);					\
		check_true(name "-wfi-time", mrs(counter) - now_ >= SECOND / 20);	\
		el1(open_and_wait, 0, 0);						\
		check(name "-wfi-vector", taken.irq << 8 | taken.irqs, (ppi) << 8 | 1);	\
	} while (0)

EL1(open_and_wait, "msr daifclr, #2\nisb\nnop\nmsr daifset, #2");

/* The interface may need a moment. */
static int goes(void)
{
	u64 end = mrs("cntvct_el0") + SECOND;

	while (mrs("isr_el1") & BIT(7))
		if (mrs("cntvct_el0") > end)
			return 0;
	return 1;
}

void check_timers(void)
{
	check_counters();
	CHECK_TIMER("cntv", "cntvct_el0", PPI_VTIMER, "vtimer");
	CHECK_TIMER("cntp", "cntpct_el0", PPI_PTIMER, "ptimer");
}
