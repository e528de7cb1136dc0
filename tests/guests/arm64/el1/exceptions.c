// SPDX-License-Identifier: GPL-3.0-or-later
/* Vectors, syndromes, what is saved where; traps of EL0 to EL1; single steps, breakpoints. */
#include "el1.h"

EL0(svc_el0, "svc #0x123");
EL1(svc_el1, "svc #0x124");
EL1(svc_el1t, "mov x2, sp\nmsr spsel, #0\nmov sp, x2\nsvc #0x125\nmsr spsel, #1");
EL1(brk_el1, "brk #0xabc");
EL0(brk_el0, "brk #0xabd");
EL1(udf_el1, "udf #7");
EL0(udf_el0, "udf #8");
EL1(flags, "mov x2, #0xf0000000\nmsr nzcv, x2\nsvc #1\nmrs x0, nzcv");
EL0(flags_el0, "mov x2, #0xa0000000\nmsr nzcv, x2\nsvc #1\nmrs x0, nzcv");
EL1(sp_el1t, "mov x2, sp\nmsr spsel, #0\nmov sp, x0\nldr x3, [sp]\nmov sp, x2\nmsr spsel, #1");
EL0(sp_el0, "mov x2, sp\nadd sp, sp, #-8\nldr x3, [sp]\nmov sp, x2");
EL1(jump_odd, "mov x2, x30\nadr x30, 1f\nbr x0\n1: mov x30, x2");
EL1(registers_stay, "mov x2, #2\nmov x9, #9\nmov x17, #17\nsvc #0\nadd x0, x2, x9\nadd x0, x0, x17");

static void check_vectors(void)
{
	check("current-el", mrs("CurrentEL"), 1 << 2);
	el0(svc_el0, 0, 0);
	check("svc-el0-vector", taken.vector, VECTOR_EL0);
	check("svc-el0-esr", taken.esr, ESR(0x15, 0x123));
	check("svc-el0-elr", taken.elr, (u64)svc_el0 + 4);
	check("svc-el0-spsr", taken.spsr & 0x0fffffff, PSTATE_EL0);
	el1(svc_el1, 0, 0);
	check("svc-el1h-vector", taken.vector, VECTOR_EL1);
	check("svc-el1h-esr", taken.esr, ESR(0x15, 0x124));
	check("svc-el1h-spsr", taken.spsr & 0x3df, 0x3c5);
	check("exception-daif", taken.daif, 0x3c0);
	check("exception-spsel", taken.spsel, 1);
	el1(svc_el1t, 0, 0);
	check("svc-el1t-vector", taken.vector, 0);
	check("svc-el1t-spsr", taken.spsr & 0x1f, 4);
	check("registers-stay", el1(registers_stay, 0, 0), 28);
	check("flags-stay", el1(flags, 0, 0), 0xf0000000);
	check("flags-stay-el0", el0(flags_el0, 0, 0), 0xa0000000);
	check("flags-spsr", taken.spsr >> 28, 0xa);
}

static void check_syndromes(void)
{
	el1(brk_el1, 0, 0);
	check("brk-esr", taken.esr, ESR(0x3c, 0xabc));
	check("brk-elr", taken.elr, (u64)brk_el1);
	el0(brk_el0, 0, 0);
	check("brk-el0-esr", taken.esr, ESR(0x3c, 0xabd));
	el1(udf_el1, 0, 0);
	check("undefined-esr", taken.esr, ESR(0, 0));
	check("undefined-elr", taken.elr, (u64)udf_el1);
	el0(udf_el0, 0, 0);
	check("undefined-el0-esr", taken.esr, ESR(0, 0));
	check("undefined-el0-vector", taken.vector, VECTOR_EL0);
	el1(jump_odd, (u64)svc_el1 + 2, 0);
	check("pc-alignment-esr", taken.esr, ESR(0x22, 0));
	check("pc-alignment-far", taken.far, (u64)svc_el1 + 2);
	el1(sp_el1t, (u64)el0_stack - 8, 0);
	check("sp-alignment-esr", taken.esr, ESR(0x26, 0));
	el0(sp_el0, 0, 0);
	check("sp-alignment-el0-esr", taken.esr, ESR(0x26, 0));
	check("sp-alignment-el0-vector", taken.vector, VECTOR_EL0);
	set_sctlr(sctlr & ~SCTLR_SA0);
	el0(sp_el0, 0, 0);
	check("sp-alignment-off", taken.count, 0);
	set_sctlr(sctlr);
}

/* ---- illegal states (D1.4.4): PSTATE.IL is set, and the next instruction says so ---------- */

EL1(return_to, "mrs x4, spsel\nmov x5, x30\nmsr elr_el1, x1\nmsr spsr_el1, x0\neret\n"
    "1: mov x30, x5");
EL1(target, "mov x0, #1");

static void illegal(const char *name, u64 spsr)
{
	extern u8 return_to_end[];

	resume_at = (u64)return_to_end;
	el1(return_to, spsr, (u64)target);
	check(name, taken.esr, ESR(0x0e, 0));
	check("illegal-state-elr", taken.elr, (u64)target);
	check("illegal-state-il", taken.spsr & BIT(20), BIT(20));
	resume_at = 0;
}
asm(".global return_to_end\n.set return_to_end, return_to + 20");

static void check_illegal(void)
{
	illegal("illegal-state", 0x3c5 | BIT(20));
	illegal("illegal-return-to-el2", 0x3c9);
	illegal("illegal-return-to-el3", 0x3cd);
	illegal("illegal-return-to-mode-2", 0x3c2);
}

/* ---- traps of EL0 to EL1 --------------------------------------------------------------------- */

EL0(wfi_el0, "wfi");
EL0(ctr_el0, "mrs x0, ctr_el0");
EL0(zva_el0, "dc zva, x0");
EL0(civac_el0, "dc civac, x0");
EL0(daif_el0, "mrs x0, daif");
EL0(daifset_el0, "msr daifset, #1");
EL0(fp_el0, "fmov d0, #1.0");
EL1(fp_el1, "fmov d0, #1.0");
EL0(counter_el0, "mrs x0, cntvct_el0");
EL0(physical_el0, "mrs x0, cntpct_el0");
EL0(vtimer_el0, "mrs x0, cntv_cval_el0");
EL0(ptimer_el0, "mrs x0, cntp_cval_el0");
EL0(ttbr_el0, "mrs x0, ttbr0_el1");
EL0(eret_el0, "eret");
EL0(hvc_el0, "hvc #0");
EL0(smc_el0, "smc #0");
EL0(midr_el0, "mrs x0, midr_el1");
EL0(tpidrro_el0, "msr tpidrro_el0, x0");

/* ISS of a trapped MRS (D17.2.37) */
#define ISS_MRS(op0, op1, crn, crm, op2) \
	((op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1 | 1)

/* @enable: in SCTLR_EL1, lets EL0 do it. */
static void check_sctlr_trap(const char *name, const char *allowed, const void *code, u64 enable,
			     u64 class)
{
	set_sctlr(sctlr & ~enable);
	el0(code, (u64)el0_page, 0);
	check(name, taken.count ? EC(taken.esr) : ~0UL, class);
	set_sctlr(sctlr | enable);
	el0(code, (u64)el0_page, 0);
	check(allowed, taken.count, 0);
	set_sctlr(sctlr);
}

static void check_el0_traps(void)
{
	check_sctlr_trap("trap-ctr", "allow-ctr", ctr_el0, SCTLR_UCT, 0x18);
	check_sctlr_trap("trap-zva", "allow-zva", zva_el0, SCTLR_DZE, 0x18);
	check_sctlr_trap("trap-civac", "allow-civac", civac_el0, SCTLR_UCI, 0x18);
	check_sctlr_trap("trap-daif", "allow-daif", daif_el0, SCTLR_UMA, 0x18);
	check_sctlr_trap("trap-daifset", "allow-daifset", daifset_el0, SCTLR_UMA, 0x18);
	set_sctlr(sctlr & ~SCTLR_NTWI);
	el0(wfi_el0, 0, 0);
	check("trap-wfi-esr", taken.esr & ~0x1f00000UL, ESR(0x01, 0));
	set_sctlr(sctlr & ~SCTLR_UCT);
	el0(ctr_el0, 0, 0);
	check("trap-iss", ISS(taken.esr), ISS_MRS(3, 3, 0, 0, 1));
	set_sctlr(sctlr);
}

static void check_el0_timers(void)
{
	msr("cntkctl_el1", 0);
	isb();
	el0(counter_el0, 0, 0);
	check("trap-counter", EC(taken.esr), 0x18);
	el0(physical_el0, 0, 0);
	check("trap-physical-counter", EC(taken.esr), 0x18);
	el0(vtimer_el0, 0, 0);
	check("trap-virtual-timer", EC(taken.esr), 0x18);
	el0(ptimer_el0, 0, 0);
	check("trap-physical-timer", EC(taken.esr), 0x18);
	msr("cntkctl_el1", 0x303);
	isb();
	el0(counter_el0, 0, 0);
	check("allow-counter", taken.count, 0);
	el0(physical_el0, 0, 0);
	check("allow-physical-counter", taken.count ? taken.esr : 0, 0);
	el0(vtimer_el0, 0, 0);
	check("allow-virtual-timer", taken.count, 0);
	el0(ptimer_el0, 0, 0);
	check("allow-physical-timer", taken.count, 0);
}

static u64 el0_class(const void *code)
{
	el0(code, 0, 0);
	return taken.count ? EC(taken.esr) : ~0UL;
}

static void check_el0_undefined(void)
{
	check("el0-ttbr", el0_class(ttbr_el0), 0);
	check("el0-eret", el0_class(eret_el0), 0);
	check("el0-hvc", el0_class(hvc_el0), 0);
	check("el0-smc", el0_class(smc_el0), 0);
	check("el0-tpidrro-write", el0_class(tpidrro_el0), 0);
	/* FEAT_IDST makes it a trap. */
	check("el0-midr", el0_class(midr_el0), field(ID_MMFR2, 36) ? 0x18 : 0);
}

static void check_fp_traps(void)
{
	msr("cpacr_el1", 0);
	isb();
	el1(fp_el1, 0, 0);
	check("trap-fp-el1", EC(taken.esr), 0x07);
	el0(fp_el0, 0, 0);
	check("trap-fp-el0", EC(taken.esr), 0x07);
	check("trap-fp-el0-vector", taken.vector, VECTOR_EL0);
	msr("cpacr_el1", 1UL << 20);
	isb();
	check("allow-fp-el1", class_of(fp_el1), ~0UL);
	el0(fp_el0, 0, 0);
	check("trap-fp-el0-only", EC(taken.esr), 0x07);
	msr("cpacr_el1", 3UL << 20);
	isb();
	el0(fp_el0, 0, 0);
	check("allow-fp-el0", taken.count, 0);
}

void check_exceptions(void)
{
	check_vectors();
	check_syndromes();
	check_illegal();
	check_el0_traps();
	check_el0_timers();
	check_el0_undefined();
	check_fp_traps();
}

/* ---- self-hosted debug (D2) --------------------------------------------------------------------- */

EL0(three, "nop\nnop\nnop");
EL0(watched, "str x1, [x0]\nnop");
EL1(step_self, "mov x5, x30\nadr x2, 1f\nmsr elr_el1, x2\nmov x2, #0x1c5\norr x2, x2, #(1 << 21)\n"
    "msr spsr_el1, x2\neret\n1: nop\nnop\nmov x30, x5");

#define MDSCR_SS	BIT(0)
#define MDSCR_KDE	BIT(13)
#define MDSCR_MDE	BIT(15)

static void check_single_steps(void)
{
	msr("mdscr_el1", MDSCR_SS);
	isb();
	el0_with(three, PSTATE_EL0 | BIT(21), (u64)el0_stack, 0, 0);
	check("step-el0-esr", taken.esr, ESR(0x32, BIT(24) | 0x22));
	check("step-el0-elr", taken.elr, (u64)three + 4);
	check("step-el0-once", taken.count, 1);
	msr("mdscr_el1", MDSCR_SS);
	isb();
	/* PSTATE.SS is 0: nothing is executed before the step. */
	el0_with(three, PSTATE_EL0, (u64)el0_stack, 0, 0);
	check("step-el0-pending-elr", taken.elr, (u64)three);
	msr("mdscr_el1", MDSCR_SS | MDSCR_KDE);
	isb();
	el1(step_self, 0, 0);
	check("step-el1-esr", taken.esr, ESR(0x33, BIT(24) | 0x22));
	check("step-el1-elr", taken.elr, (u64)step_self + 8 * 4);
	msr("mdscr_el1", 0);
	isb();
	el0_with(three, PSTATE_EL0 | BIT(21), (u64)el0_stack, 0, 0);
	check("step-off", taken.count, 0);
}

static void check_os_lock(void)
{
	check("os-lock-is-there", mrs("oslsr_el1") & 9, 8);
	msr("oslar_el1", 1);
	isb();
	check("os-lock-locks", mrs("oslsr_el1") & 2, 2);
	msr("mdscr_el1", MDSCR_SS);
	isb();
	el0_with(three, PSTATE_EL0 | BIT(21), (u64)el0_stack, 0, 0);
	check("os-lock-no-step", taken.count, 0);
	msr("mdscr_el1", 0);
	msr("oslar_el1", 0);
	isb();
	check("os-lock-unlocks", mrs("oslsr_el1") & 2, 0);
}

static void check_breakpoints(void)
{
	msr("dbgbvr0_el1", (u64)three + 4);
	msr("dbgbcr0_el1", 1 | 2 << 1 | 0xf << 5);
	check("breakpoint-value", mrs("dbgbvr0_el1"), (u64)three + 4);
	msr("mdscr_el1", MDSCR_MDE);
	isb();
	el0(three, 0, 0);
	check("breakpoint-esr", taken.esr, ESR(0x30, 0x22));
	check("breakpoint-elr", taken.elr, (u64)three + 4);
	msr("dbgbcr0_el1", 0);
	msr("dbgwvr0_el1", (u64)el0_page);
	msr("dbgwcr0_el1", 1 | 2 << 1 | 2 << 3 | 0xff << 5);
	msr("mdscr_el1", MDSCR_MDE);
	isb();
	el0(watched, (u64)el0_page, 5);
	check("watchpoint-esr", taken.esr & ~(0x7fUL << 18), ESR(0x34, 0x62));
	check("watchpoint-far", taken.far, (u64)el0_page);
	msr("dbgwcr0_el1", 0);
	msr("mdscr_el1", 0);
	isb();
	el0(watched, (u64)el0_page, 5);
	check("watchpoint-off", taken.count, 0);
}

/* The lock is on after a reset of hardware. */
void check_steps(void)
{
	msr("oslar_el1", 0);
	msr("mdscr_el1", 0);
	isb();
	check_single_steps();
	check_os_lock();
	check_breakpoints();
}
