// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * MSRs and segment bases: those a guest sets reach neither another guest nor the
 * host, and the host keeps FS and GS base, LDT selectors, TSC_AUX and CR4.TSD.
 */
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <asm/prctl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "guest.h"

static const u32 msrs[] = { 0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084, 0xc0000100,
			    0xc0000101, 0xc0000102, 0x174,	0x175,	    0x176 };

/* RDMSR or WRMSR of ECX for ever; the test sets the registers. */
GUEST(msr_guest, 64, "1: test %esi, %esi; jz 2f; wrmsr; jmp 3f; 2: rdmsr; 3:\n" GUEST_VALUE "jmp 1b");

static struct vm vm[2];
static struct vcpu v[2];

static u64 guest_msr(unsigned int i, u32 msr, bool write, u64 value)
{
	struct axvcpu_x86_general g = get_general(&v[i]);

	g.rip = CODE;
	g.gpr[0] = (u32)value;
	g.gpr[AXVCPU_X86_RDX] = value >> 32;
	g.gpr[AXVCPU_X86_RCX] = msr;
	g.gpr[AXVCPU_X86_RSI] = write;
	set_general(&v[i], &g);
	run_to_port(&v[i], PORT_VALUE);
	g = get_general(&v[i]);
	return (u32)g.gpr[0] | g.gpr[AXVCPU_X86_RDX] << 32;
}

static u64 value_for(unsigned int guest, unsigned int n)
{
	if (msrs[n] == 0xc0000084)
		return 0x40700 + guest;
	if (msrs[n] == 0x174)
		return 0x10 + guest * 8;
	return 0x00007f0000001000 + (guest << 20) + (n << 12);
}

static void check_guests(void)
{
	unsigned int n, round, wrong = 0, leaked = 0;

	for (n = 0; n < ARRAY_SIZE(msrs); n++)
		guest_msr(0, msrs[n], true, value_for(0, n));
	for (n = 0; n < ARRAY_SIZE(msrs); n++)
		leaked += guest_msr(1, msrs[n], false, 0) != 0;
	CHECK_EQ(leaked, 0, "a second guest finds zeros");
	for (n = 0; n < ARRAY_SIZE(msrs); n++)
		guest_msr(1, msrs[n], true, value_for(1, n));
	for (round = 0; round < 3; round++)
		for (n = 0; n < ARRAY_SIZE(msrs); n++) {
			wrong += guest_msr(0, msrs[n], false, 0) != value_for(0, n);
			wrong += guest_msr(1, msrs[n], false, 0) != value_for(1, n);
		}
	CHECK_EQ(wrong, 0, "each guest keeps its own");
}

static __thread u64 tls_value = 0x1234;

/* Read a word through GS, in assembly: the compiler uses FS only. */
static u64 through_gs(void)
{
	u64 value;

	__asm__ volatile("mov %%gs:0, %0" : "=r"(value));
	return value;
}

static void check_bases(void)
{
	static u64 mine = 0x5a5a5a5a;
	unsigned long base = 0;

	NEED(!syscall(SYS_arch_prctl, ARCH_SET_GS, &mine), "ARCH_SET_GS");
	guest_msr(0, 0xc0000101, true, 0xffff800000000000);
	guest_msr(0, 0xc0000102, true, 0xffff900000000000);
	guest_msr(0, 0xc0000100, true, 0xffffa00000000000);
	CHECK_EQ(tls_value, 0x1234, "thread-local memory (FS base) after RUN");
	CHECK_EQ(through_gs(), 0x5a5a5a5a, "memory through GS after RUN");
	syscall(SYS_arch_prctl, ARCH_GET_GS, &base);
	CHECK_EQ(base, (u64)&mine, "GS base after RUN");
	sched_yield();
	CHECK_EQ(through_gs(), 0x5a5a5a5a, "and after the scheduler");
	syscall(SYS_arch_prctl, ARCH_SET_GS, 0);
}

static u64 *const low_value = (u64 *)0x10000000; /* where a segment base reaches */

/* Selectors of the local descriptor table: LDTR must be the host's again. */
/* Return: there is modify_ldt(). */
static bool check_ldt(void)
{
	static u64 mine = 0x77665544;
	struct user_desc d = { .entry_number = 0, .limit = 0xfffff, .limit_in_pages = 1,
			       .seg_32bit = 1, .useable = 1 };
	u16 selector = 0 << 3 | 4 | 3, after;
	u64 value;

	u64 *low = mmap(low_value, PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	NEED(low != MAP_FAILED, "mmap below 4 GiB");
	*low = mine;
	d.base_addr = (unsigned int)(u64)low;
	if (syscall(SYS_modify_ldt, 1, &d, sizeof(d))) {
		note("no modify_ldt here");
		return false;
	}
	__asm__ volatile("mov %0, %%gs" : : "r"(selector));
	guest_msr(0, 0xc0000102, false, 0);
	__asm__ volatile("mov %%gs, %0" : "=r"(after));
	CHECK_EQ(after, selector, "an LDT selector in GS after RUN");
	__asm__ volatile("mov %1, %%gs; mov %%gs:0, %0" : "=r"(value) : "r"(selector));
	CHECK_EQ(value, mine, "loaded again it works: LDTR is the host's");
	__asm__ volatile("mov %0, %%gs" : : "r"((u16)0));
	__asm__ volatile("mov %0, %%es; mov %0, %%ds" : : "r"((u16)selector));
	guest_msr(0, 0xc0000102, false, 0);
	__asm__ volatile("mov %%es, %0" : "=r"(after));
	CHECK_EQ(after, selector, "ES after RUN");
	__asm__ volatile("mov %%ds, %0" : "=r"(after));
	CHECK_EQ(after, selector, "DS after RUN");
	__asm__ volatile("mov %0, %%es; mov %0, %%ds" : : "r"((u16)0));
	return true;
}

/* A guest that spins, for a thread that finds its LDT changed behind RUN. */
GUEST(spin_guest, 64, "1: jmp 1b");

static volatile u64 seen[2];

/* Run until a KICK, then read through the selector that the other thread made. */
static void *read_ldt(void *argument)
{
	unsigned int round;

	(void)argument;
	for (round = 0; round < 2; round++) {
		u64 value;

		do
			NEED_RET(run(&v[1]));
		while (v[1].run->exit.reason != AXVCPU_EXIT_NOTHING ||
		       v[1].run->exit.u.nothing.cause != AXVCPU_CAUSE_KICK);
		__asm__ volatile("mov %1, %%gs; mov %%gs:0, %0; mov %2, %%gs"
				 : "=&r"(value) : "r"((u16)(1 << 3 | 7)), "r"((u16)0));
		seen[round] = value;
	}
	return NULL;
}

/*
 * modify_ldt() replaces the table and frees the old one while a thread is in RUN:
 * LDTR must be the new one's after it.
 */
static void check_ldt_of_thread(void)
{
	struct user_desc d = { .entry_number = 1, .limit = 0xfffff, .limit_in_pages = 1,
			       .seg_32bit = 1, .useable = 1 };
	pthread_t thread;
	unsigned int round;

	low_value[0] = 0x1111;
	low_value[8] = 0x2222;
	RESTART(&v[1], LONG, spin_guest);
	open_to_host(&v[1]);
	thread = start_thread(read_ldt, NULL);
	for (round = 0; round < 2; round++) {
		NEED(WAIT_FOR(state_of(&v[1]) == AXVCPU_STATE_RUNNING, 2000), "it runs");
		sleep_ms(20);
		d.base_addr = (unsigned int)(u64)(low_value + round * 8);
		NEED(!syscall(SYS_modify_ldt, 1, &d, sizeof(d)), "modify_ldt");
		NEED_RET(kick(&v[1]));
		NEED(WAIT_FOR(seen[round] != 0, 2000), "it reads");
	}
	end_thread(thread);
	CHECK_EQ(seen[0], 0x1111, "an LDT changed by another thread during RUN is in force after it");
	CHECK_EQ(seen[1], 0x2222, "and changed again");
}

static void check_tsc_aux(void)
{
	unsigned int cpu, wrong = 0, aux;

	if (!__builtin_cpu_supports("sse4.2"))
		return;
	for (cpu = 0; cpu < (unsigned int)cpu_count() && cpu < 8; cpu++) {
		pin_to((int)cpu);
		guest_msr(0, 0xc0000100, false, 0);
		__asm__ volatile("rdtscp" : "=c"(aux) : : "rax", "rdx");
		wrong += (aux & 0xfff) != cpu;
		wrong += sched_getcpu() != (int)cpu;
	}
	unpin();
	CHECK_EQ(wrong, 0, "RDTSCP tells the host's CPU after RUN");
}

static sigjmp_buf faulted;

static void on_fault(int signal)
{
	siglongjmp(faulted, signal);
}

/* CR4.TSD by prctl: RDTSC faults in the host, works in the guest, faults after it. */
GUEST(rdtsc_guest, 64, "1: rdtsc\n" GUEST_VALUE "jmp 1b");

static void check_tsd(void)
{
	volatile unsigned int faults = 0, ended = 0, i;

	signal(SIGSEGV, on_fault);
	RESTART(&v[0], LONG, rdtsc_guest);
	NEED(!prctl(PR_SET_TSC, PR_TSC_SIGSEGV), "PR_SET_TSC");
	for (i = 0; i < 3; i++) {
		do
			call_value(v[0].fd, AXVCPU_RUN, 0);
		while (v[0].run->exit.reason == AXVCPU_EXIT_NOTHING);
		ended += v[0].run->exit.reason == AXVCPU_EXIT_IO_WRITE;
		if (sigsetjmp(faulted, 1))
			faults++;
		else
			__builtin_ia32_rdtsc();
	}
	prctl(PR_SET_TSC, PR_TSC_ENABLE);
	CHECK(faults == 3 && ended == 3, "PR_SET_TSC holds over RUN, and the guest's RDTSC works");
	signal(SIGSEGV, SIG_DFL);
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		vm_new(&vm[i], 0);
		vcpu_new(&v[i], &vm[i], 0);
		START(&v[i], LONG, msr_guest);
	}
	check_guests();
	check_bases();
	if (check_ldt())
		check_ldt_of_thread();
	check_tsc_aux();
	check_tsd();
	return finish();
}
