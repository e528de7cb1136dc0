// SPDX-License-Identifier: GPL-3.0-or-later
/* Two CPUs: on and off, what the other one starts with, IPIs, atomics, broadcasts. */
#include "el1.h"

#define ROUNDS	20000
#define CONTEXT	0x1122334455667788UL

/* What CPU 1 came with, and what it is to do. */
static volatile struct {
	u64 context;
	u64 el;
	u64 daif;
	u64 sctlr;
	u64 spsel;
	u64 mpidr;
	u64 started;
} came;

enum job { NONE, COUNT, LOOK, RECEIVE, SEND, OFF };
static volatile u64 job, done;
static volatile u64 counter, atomic_counter, result;
static volatile u64 *look_at;

EL1(count_up, "1: ldxr x2, [x0]\nadd x2, x2, #1\nstxr w3, x2, [x0]\ncbnz w3, 1b");
EL1(count_atomic, ".arch armv8.1-a\nmov x2, #1\nstadd x2, [x0]");

static void count(void)
{
	int lse = field(ID_ISAR0, 20) >= 2;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		((void (*)(volatile u64 *))count_up)(&counter);
		if (lse)
			((void (*)(volatile u64 *))count_atomic)(&atomic_counter);
		else
			((void (*)(volatile u64 *))count_up)(&atomic_counter);
	}
}

static void do_job(void)
{
	switch (job) {
	case COUNT:
		count();
		break;
	case LOOK:
		result = *look_at;
		break;
	case RECEIVE:
		result = irq_comes() ? mrs(ICC_IAR1) : 0xdead;
		if (result < 16)
			msr(ICC_EOIR1, result);
		isb();
		break;
	case SEND:
		msr(ICC_SGI1R, SGI_SELF(13));
		isb();
		break;
	case OFF:
		job = NONE;
		dsb();
		hvc(PSCI_CPU_OFF, 0, 0, 0);
	}
}

void cpu1_main(u64 context, u64 el, u64 daif, u64 with_sctlr, u64 spsel)
{
	tables_use();
	came.context = context;
	came.el = el;
	came.daif = daif;
	came.sctlr = with_sctlr;
	came.spsel = spsel;
	came.mpidr = mrs("mpidr_el1");
	gic_start_cpu(1);
	came.started++;
	asm volatile("dsb sy; sev");
	for (;;) {
		while (job == NONE)
			asm volatile("wfe");
		do_job();
		job = NONE;
		done++;
		asm volatile("dsb sy; sev");
	}
}

/* ---- CPU 0's side ---------------------------------------------------------------- */

/* Return: it was in time. */
static int until(volatile u64 *what, u64 value)
{
	u64 end = mrs("cntvct_el0") + 20 * mrs("cntfrq_el0");

	while (*what != value) {
		isb();
		if (mrs("cntvct_el0") > end)
			return 0;
	}
	return 1;
}

static void begin(u64 what)
{
	job = what;
	asm volatile("dsb sy; sev" : : : "memory");
}

static int on(u64 times)
{
	u64 status = hvc(PSCI_CPU_ON, 1, (u64)cpu1_start, CONTEXT);

	return status ? (int)status : until(&came.started, times);
}

static void check_start(void)
{
	check("cpu-on", on(1), 1);
	check("cpu-on-context", came.context, CONTEXT);
	check("cpu-on-el", came.el, 1 << 2);
	check("cpu-on-daif", came.daif, 0x3c0);
	check("cpu-on-spsel", came.spsel, 1);
	check("cpu-on-mmu-off", came.sctlr & (SCTLR_M | SCTLR_C | SCTLR_I), 0);
	check("cpu-on-mpidr", came.mpidr & 0xff00ffffff, 1);
	check("cpu-on-affinity", hvc(PSCI_AFFINITY_INFO, 1, 0, 0), 0);
	check("cpu-on-twice", hvc(PSCI_CPU_ON, 1, (u64)cpu1_start, 0), (u64)-4);
}

static void check_atomics(void)
{
	counter = 0;
	atomic_counter = 0;
	begin(COUNT);
	count();
	check("two-count", until(&job, NONE), 1);
	check("two-exclusives", counter, 2 * ROUNDS);
	check("two-atomics", atomic_counter, 2 * ROUNDS);
}

static u64 look_there(volatile u64 *where)
{
	look_at = where;
	begin(LOOK);
	return until(&job, NONE) ? result : 0xdead;
}

static void check_broadcasts(void)
{
	u64 va = map(20, (TEST_PA + 10 * PAGE) | D_PAGE | D_DATA);

	*(volatile u64 *)(TEST_PA + 10 * PAGE) = 0xa;
	*(volatile u64 *)(TEST_PA + 11 * PAGE) = 0xb;
	check("broadcast-before", look_there((u64 *)va), 0xa);
	*entry(20) = 0;
	asm volatile("dsb ishst; tlbi vae1is, %0; dsb ish; isb" : : "r"(va >> 12) : "memory");
	*entry(20) = (TEST_PA + 11 * PAGE) | D_PAGE | D_DATA;
	dsb();
	isb();
	check("broadcast-tlbi", look_there((u64 *)va), 0xb);
}

static void check_ipi(const char *name, u64 sgi, u64 intid)
{
	begin(RECEIVE);
	msr(ICC_SGI1R, sgi);
	isb();
	check(name, until(&job, NONE) ? result : 0xdead, intid);
}

static void check_ipis(void)
{
	check_ipi("ipi-list", 5UL << 24 | BIT(1), 5);
	check_ipi("ipi-others", 6UL << 24 | BIT(40), 6);
	check("ipi-not-self", irq_lingers(), 0);
	check_ipi("ipi-both", 7UL << 24 | 3, 7);
	check("ipi-both-self", irq_comes() ? mrs(ICC_IAR1) : 0xdead, 7);
	msr(ICC_EOIR1, 7);
	isb();
	check_ipi("ipi-elsewhere", 8UL << 24 | BIT(16) | BIT(1), 0xdead);
	begin(SEND);
	check("ipi-from-1", irq_comes() ? mrs(ICC_IAR1) : 0xdead, 13);
	msr(ICC_EOIR1, 13);
	isb();
	until(&job, NONE);
}

static int goes_off(void)
{
	u64 end = mrs("cntvct_el0") + 20 * mrs("cntfrq_el0");

	begin(OFF);
	while (hvc(PSCI_AFFINITY_INFO, 1, 0, 0) != 1)
		if (mrs("cntvct_el0") > end)
			return 0;
	return 1;
}

void check_cpus(void)
{
	check_start();
	check_atomics();
	check_broadcasts();
	check_ipis();
	check("cpu-off", goes_off(), 1);
	check("cpu-on-again", on(2), 1);
	check("cpu-off-again", goes_off(), 1);
}
