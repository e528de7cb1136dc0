// SPDX-License-Identifier: GPL-3.0-or-later
/* Reporting, exceptions, and the order of the checks. */
#include "el1.h"

int is_vm;
struct taken taken;
u64 resume_at;
static unsigned int checks, failures;

/* ---- reporting ---------------------------------------------------------------- */

void print(const char *text)
{
	while (*text)
		write32(UART, (u8)*text++);
}

void print_hex(u64 value)
{
	int shift = 60;

	print("0x");
	while (shift && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		write32(UART, (u8)"0123456789abcdef"[value >> shift & 15]);
}

void check(const char *name, u64 got, u64 want)
{
	checks++;
	print(got == want ? "ok " : "FAIL ");
	print(name);
	if (got != want) {
		failures++;
		print(" got ");
		print_hex(got);
		print(" want ");
		print_hex(want);
	}
	print("\n");
}

static void power_off(void)
{
	hvc(PSCI_SYSTEM_OFF, 0, 0, 0);
	print("FAIL power-off\n");
	for (;;)
		;
}

/* ---- exceptions ------------------------------------------------------------------ */

extern u8 el0_return[];

static void panic(const struct frame *f)
{
	print("FAIL exception that nobody expects: vector ");
	print_hex(f->vector);
	print(" esr ");
	print_hex(f->esr);
	print(" elr ");
	print_hex(f->elr);
	print(" far ");
	print_hex(f->far);
	print("\n");
	power_off();
}

/* Acknowledged and over; a timer that asked is stopped. */
static void take_irq(void)
{
	u64 intid = mrs(ICC_IAR1);

	taken.irq = intid;
	taken.irqs++;
	if (intid == PPI_VTIMER)
		msr("cntv_ctl_el0", 0);
	if (intid == PPI_PTIMER)
		msr("cntp_ctl_el0", 0);
	isb();
	msr(ICC_EOIR1, intid);
}

/* Where a snippet goes on. */
static void go_on(struct frame *f)
{
	switch (EC(f->esr)) {
	case 0x15: /* SVC */
	case 0x16: /* HVC */
		break;
	case 0x0e: /* illegal state */
		f->elr = resume_at;
		f->spsr &= ~(BIT(20) | 0xf);
		f->spsr |= 5;
		break;
	case 0x20: /* no instruction there: back to the caller */
	case 0x21:
	case 0x22:
		f->elr = resume_at ? resume_at : f->x[30];
		break;
	case 0x30: /* debug: the instruction is done without it */
	case 0x31:
	case 0x32:
	case 0x33:
	case 0x34:
	case 0x35:
		f->spsr &= ~BIT(21);
		msr("mdscr_el1", 0);
		break;
	default:
		f->elr += 4;
	}
	resume_at = 0;
}

void exception(struct frame *f)
{
	if ((f->vector & 0x180) == 0x080) {
		take_irq();
		return;
	}
	if (EC(f->esr) == 0x15 && f->vector == VECTOR_EL0 && ISS(f->esr) == 0xe10) {
		f->elr = (u64)el0_return;
		f->spsr = 0x3c5;
		return;
	}
	taken.vector = f->vector;
	taken.esr = f->esr;
	taken.far = f->far;
	taken.elr = f->elr;
	taken.spsr = f->spsr;
	taken.daif = f->daif;
	taken.spsel = f->spsel;
	if (f->vector & 0x180 || ++taken.count > 20 || mrs("mpidr_el1") & 0xff)
		panic(f);
	go_on(f);
}

/* ---- snippets ---------------------------------------------------------------------- */

void forget(void)
{
	taken = (struct taken){ 0 };
}

u64 el1(const void *code, u64 x0, u64 x1)
{
	forget();
	return ((u64(*)(u64, u64))code)(x0, x1);
}

u64 enter_el0(const void *code, u64 pstate, u64 x0, u64 x1, u64 sp);

u64 el0_with(const void *code, u64 pstate, u64 sp, u64 x0, u64 x1)
{
	forget();
	return enter_el0(code, pstate, x0, x1, sp);
}

u64 el0(const void *code, u64 x0, u64 x1)
{
	return el0_with(code, PSTATE_EL0, (u64)el0_stack, x0, x1);
}

u64 class_of(const void *code)
{
	el1(code, 0, 0);
	return taken.count ? EC(taken.esr) : ~0UL;
}

/* ---- the order ------------------------------------------------------------------------- */

void cpu0_main(void)
{
	tables_make();
	tables_use();
	/* A function that no firmware has: axvmm's answer is -ENOSYS, QEMU's -1. */
	is_vm = el1(hvc, 0xc6000000, 0) == (u64)-38;
	print(is_vm ? "el1: in axvmm\n" : "el1: on the bare machine\n");
	check_exceptions();
	check_steps();
	check_translation();
	check_tlb();
	check_caches();
	check_registers();
	check_instructions();
	gic_start_cpu(0);
	check_gic();
	check_timers();
	check_devices();
	check_firmware();
	check_cpus();
	print("el1: ");
	print_hex(checks);
	print(" checks, ");
	print_hex(failures);
	print(" failed\n");
	power_off();
}
