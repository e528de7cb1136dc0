// SPDX-License-Identifier: GPL-3.0-or-later
/* SYSREG_READ and SYSREG_WRITE: an MSR that no table names, answered DONE, FAULT and CANCEL. */
#include "guest.h"

#define UNKNOWN_MSR	0x4b564d42	/* no processor has it */

GUEST(reader, 64,
      "mov $-1, %rax; mov $-1, %rdx; mov $0x4b564d42, %ecx; rdmsr\n"
      "mov %rax, %rbx; mov %rdx, %rsi\n" GUEST_VALUE
      "mov $0x11223344, %eax; mov $0x55667788, %edx; wrmsr\n" GUEST_DONE);
GUEST(gp_handler, 64, "mov (%rsp), %eax\n" GUEST_DONE);
GUEST(from_user, 64,
      "pushq $0x33; pushq $0x9800; pushq $2; pushq $0x3b; lea 1f(%rip), %rax\n"
      "push %rax; iretq; 1: mov $0x4b564d42, %ecx; rdmsr; 2: jmp 2b");

static void handler(struct vcpu *v)
{
	gate(v, AXVCPU_X86_START_LONG, 13, CODE + 0x800);
	load(v->vm, CODE + 0x800, gp_handler, gp_handler_end);
}

static void check_done(struct vcpu *v)
{
	const struct axvcpu_exit *e = &v->run->exit;

	NEED_EXIT(v, SYSREG_READ);
	CHECK_EQ(e->u.sysreg.addr, UNKNOWN_MSR, "RDMSR: addr");
	CHECK_EQ(e->flags, AXVCPU_EXIT_PENDING, "RDMSR: pending");
	CHECK_EQ(e->pc, get_general(v).rip, "RDMSR: the PC is at it");
	done(v, 0xa1a2a3a4b1b2b3b4);
	run_to_port(v, PORT_VALUE);
	CHECK_EQ(gpr(v, AXVCPU_X86_RBX), 0xb1b2b3b4, "RDMSR: RAX");
	CHECK_EQ(gpr(v, AXVCPU_X86_RSI), 0xa1a2a3a4, "RDMSR: RDX");
	NEED_EXIT(v, SYSREG_WRITE);
	CHECK_EQ(e->u.sysreg.addr, UNKNOWN_MSR, "WRMSR: addr");
	CHECK_EQ(e->u.sysreg.value, 0x5566778811223344, "WRMSR: value");
	CHECK_EQ(e->flags, AXVCPU_EXIT_PENDING, "WRMSR: pending");
	done(v, 0);
	run_to_port(v, PORT_DONE);
	COVERS_EXIT("SYSREG_READ", "done");
	COVERS_EXIT("SYSREG_WRITE", "done");
}

static void check_fault(struct vcpu *v)
{
	RESTART(v, LONG, reader);
	handler(v);
	NEED_EXIT(v, SYSREG_READ);
	fault(v, 13, true, 0);
	CHECK_EQ(run_to_port(v, PORT_DONE), 0, "RDMSR answered by #GP: its error code");
	CHECK_EQ(gpr(v, AXVCPU_X86_RDX), ~0ULL, "RDMSR answered by #GP changes no register");
	RESTART(v, LONG, reader);
	handler(v);
	NEED_EXIT(v, SYSREG_READ);
	done(v, 0);
	run_to_port(v, PORT_VALUE);
	NEED_EXIT(v, SYSREG_WRITE);
	fault(v, 13, true, 0x18);
	CHECK_EQ(run_to_port(v, PORT_DONE), 0x18, "WRMSR answered by #GP with an error code");
	COVERS_EXIT("SYSREG_READ", "fault");
	COVERS_EXIT("SYSREG_WRITE", "fault");
}

static void check_cancel(struct vcpu *v)
{
	u64 sequence;

	RESTART(v, LONG, reader);
	NEED_EXIT(v, SYSREG_READ);
	sequence = v->run->exit.seq;
	cancel(v);
	NEED_EXIT(v, SYSREG_READ);
	CHECK_EQ(v->run->exit.u.sysreg.addr, UNKNOWN_MSR, "CANCEL executes RDMSR again");
	CHECK_EQ(v->run->exit.seq, sequence + 1, "as an exit of its own");
	done(v, 0);
	run_to_port(v, PORT_VALUE);
	COVERS_EXIT("SYSREG_READ", "cancel");
}

int main(void)
{
	struct vm vm;
	struct vcpu v;

	BOOT(&vm, &v, 0, LONG, reader);
	check_done(&v);
	check_fault(&v);
	check_cancel(&v);
	RESTART(&v, LONG, from_user);
	handler(&v);
	CHECK_EQ(run_to_port(&v, PORT_DONE), 0, "RDMSR from user mode is the guest's #GP");
	return finish();
}
