// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Debug registers: a guest's breakpoints do not fire in the host or in another
 * guest, and the host's watchpoints (set by ptrace) work before, during and after
 * a guest that uses its own.
 */
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "guest.h"

/*
 * QEMU 7.2 does not switch its breakpoints with VMRUN and #VMEXIT: one that a guest
 * arms stays, and QEMU crashes when the host sets its own. Under it no guest arms any.
 */
static u64 armed(u64 dr7)
{
	return under_tcg() ? 0x400 : dr7;
}

/* Read all, then set all from r8 (DR0 to DR3) and r9 (DR7), then tell for ever. */
GUEST(debug_guest, 64,
      "mov %dr0, %rax; mov %dr1, %rcx; mov %dr2, %rdx; mov %dr3, %rbx; mov %dr7, %rsi\n" GUEST_VALUE
      "mov %r8, %dr0; mov %r8, %dr1; mov %r8, %dr2; mov %r8, %dr3; mov %r9, %dr7\n" GUEST_VALUE
      "1: mov %dr0, %rax; mov %dr3, %rbx; mov %dr7, %rsi\n" GUEST_VALUE "jmp 1b");

static struct vm vm[2];
static struct vcpu v[2];
static volatile u64 watched;
static volatile sig_atomic_t traps;

static void on_trap(int signal)
{
	(void)signal;
	traps++;
}

__attribute__((noinline)) static void target(void)
{
	__asm__ volatile("nop");
}

static void start(unsigned int i, u64 address, u64 dr7)
{
	struct axvcpu_x86_general g;

	if (state_of(&v[i]) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v[i].fd, AXVCPU_RESET, NULL));
	START(&v[i], LONG, debug_guest);
	g = get_general(&v[i]);
	g.gpr[8] = address;
	g.gpr[9] = dr7;
	set_general(&v[i], &g);
}

/* Execute-breakpoint on target(), write-watchpoint on watched, in a guest. */
static void check_guest_in_host(void)
{
	start(0, (u64)target, armed(0x455));	/* four global and local execution breakpoints */
	run_to_port(&v[0], PORT_VALUE);
	run_to_port(&v[0], PORT_VALUE);
	target();
	run_to_port(&v[0], PORT_VALUE);
	target();
	CHECK_EQ(gpr(&v[0], 0), (u64)target, "the guest has its DR0");
	CHECK_EQ(gpr(&v[0], AXVCPU_X86_RSI), armed(0x455), "and its DR7");
	start(0, (u64)&watched, armed(0xddd0455));	/* writes of 4 bytes */
	run_to_port(&v[0], PORT_VALUE);
	run_to_port(&v[0], PORT_VALUE);
	watched = 1;
	run_to_port(&v[0], PORT_VALUE);
	watched = 2;
	CHECK_EQ(traps, 0, "a guest's breakpoints do not fire in the host");
}

static void check_two_guests(void)
{
	unsigned int i, wrong = 0;

	start(0, 0x111000, armed(0x401));
	start(1, 0x222000, armed(0x404));
	run_to_port(&v[0], PORT_VALUE);
	run_to_port(&v[0], PORT_VALUE);
	run_to_port(&v[1], PORT_VALUE);
	CHECK_EQ(gpr(&v[1], 0) | gpr(&v[1], 1) | gpr(&v[1], 2) | gpr(&v[1], 3), 0,
		 "another guest finds none of them");
	CHECK_EQ(gpr(&v[1], AXVCPU_X86_RSI), 0x400, "DR7 neither");
	run_to_port(&v[1], PORT_VALUE);
	for (i = 0; i < 20; i++) {
		run_to_port(&v[i & 1], PORT_VALUE);
		wrong += gpr(&v[i & 1], 0) != (i & 1 ? 0x222000 : 0x111000);
		wrong += gpr(&v[i & 1], 3) != (i & 1 ? 0x222000 : 0x111000);
		wrong += gpr(&v[i & 1], AXVCPU_X86_RSI) != armed(i & 1 ? 0x404 : 0x401);
	}
	CHECK_EQ(wrong, 0, "each keeps its own");
}

/* The tracee: writes `watched` between RUNs, the tracer counts its traps. */
static int tracee(void *argument)
{
	u64 dr7 = *(u64 *)argument;
	unsigned int i;

	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	vm_new(&vm[0], 0);
	vcpu_new(&v[0], &vm[0], 0);
	start(0, dr7 == 0x400 ? 0x333000 : (u64)&watched, dr7);
	watched = 1;
	for (i = 0; i < 4; i++) {
		run_to_port(&v[0], PORT_VALUE);
		watched = 2 + i;
	}
	return gpr(&v[0], AXVCPU_X86_RSI) == dr7 ? 0 : 9;
}

static int count_traps(u64 dr7, unsigned int *count)
{
	pid_t pid = start_child(tracee, &dr7);
	int status;

	waitpid(pid, &status, 0);
	NEED(WIFSTOPPED(status), "the tracee stops");
	NEED(!ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[0]), &watched),
	     "DR0 by ptrace");
	NEED(!ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[7]),
		     (void *)0xd0001 /* writes, 4 bytes, local */),
	     "DR7 by ptrace");
	*count = 0;
	ptrace(PTRACE_CONT, pid, 0, 0);
	for (;;) {
		waitpid(pid, &status, 0);
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		if (WIFSIGNALED(status))
			return 256 + WTERMSIG(status);
		if (WSTOPSIG(status) == SIGTRAP)
			(*count)++;
		ptrace(PTRACE_CONT, pid, 0, WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status));
	}
}

static void check_host_watchpoint(void)
{
	unsigned int count;

	CHECK_EQ(count_traps(0x400, &count), 0, "a traced process with a guest without breakpoints");
	CHECK_EQ(count, 5, "its watchpoint fires at each write");
	if (under_tcg())
		return;
	CHECK_EQ(count_traps(0x401, &count), 0, "a traced process with a guest with a breakpoint");
	CHECK_EQ(count, 5, "its watchpoint fires at each write");
}

int main(void)
{
	signal(SIGTRAP, on_trap);
	vm_new(&vm[0], 0);
	vm_new(&vm[1], 0);
	vcpu_new(&v[0], &vm[0], 0);
	vcpu_new(&v[1], &vm[1], 0);
	check_guest_in_host();
	check_two_guests();
	check_host_watchpoint();
	return finish();
}
