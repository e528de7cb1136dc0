// SPDX-License-Identifier: GPL-3.0-or-later
/* HYPERCALL: its registers, both ways to give a result, and #UD from user mode. */
#include "guest.h"

/* VMMCALL on SVM; the test patches VMCALL in on VMX. */
GUEST(hypercaller, 64,
      "mov $0x1111222233334444, %rax; mov $1, %edi; mov $2, %esi; mov $3, %edx\n"
      "mov $-4, %rcx; mov $5, %r8d; mov $6, %r9d; vmmcall; mov %eax, %ebx\n" GUEST_VALUE
      "mov $7, %eax; vmmcall\n" GUEST_VALUE "mov $8, %eax; vmmcall\n" GUEST_DONE);
GUEST(other_one, 64, "vmcall\n" GUEST_DONE);
/* To user mode, where VMMCALL is #UD, with the handler at CODE + 0x800. */
GUEST(from_user, 64,
      "pushq $0x33; pushq $0x9800; pushq $2; pushq $0x3b; lea user_call(%rip), %rax\n"
      "push %rax; iretq; user_call: vmmcall; 2: jmp 2b");
GUEST(ud_handler, 64, "mov (%rsp), %rax; sub $" ADDRESS(user_call, from_user) ", %eax\n" GUEST_DONE);

static void use_backend(struct vm *vm, const u8 *code, const u8 *end)
{
	u64 i;

	if (info()->backend != AXVCPU_BACKEND_VMX)
		return;
	for (i = 0; i + 2 < (u64)(end - code); i++)
		if (!memcmp(vm->ram + CODE + i, "\x0f\x01\xd9", 3))
			vm->ram[CODE + i + 2] = 0xc1;
}

static void check_results(struct vcpu *v)
{
	const struct axvcpu_exit *e = &v->run->exit;
	struct axvcpu_return_value value = { .size = sizeof(value), .value = 0xaaaabbbb };
	unsigned int i;

	NEED_EXIT(v, HYPERCALL);
	CHECK_EQ(e->u.hypercall.nr, 0x1111222233334444, "nr");
	for (i = 0; i < 6; i++)
		EXPECT_EQ(e->u.hypercall.args[i], i == 3 ? -4ULL : i + 1, "argument %u", i);
	CHECK_EQ(e->u.hypercall.immediate, 0, "immediate");
	CHECK_EQ(e->flags, 0, "it is complete");
	CHECK_EQ(e->pc, get_general(v).rip, "the PC is past it");
	done(v, 0x5566);
	CHECK_EQ(run_to_port(v, PORT_VALUE), 0x5566, "the result by run->complete");
	CHECK_EQ(v->run->complete.action, AXVCPU_ANSWER_NONE, "which the kernel took");
	NEED_EXIT(v, HYPERCALL);
	CHECK_RET(call(v->fd, AXVCPU_SET_RETURN_VALUE, &value), 0, "SET_RETURN_VALUE");
	CHECK_EQ(gpr(v, 0), 0xaaaabbbb, "is in RAX at once");
	CHECK_EQ(run_to_port(v, PORT_VALUE), 0xaaaabbbb, "and the guest sees it");
	NEED_EXIT(v, HYPERCALL);
	CHECK_EQ(run_to_port(v, PORT_DONE), 8, "without an answer RAX stays");
	done(v, 0x1234);
	v->run->immediate_exit = 1;
	EXPECT_RET(run(v), 0, "an answer to an exit that is no hypercall");
	v->run->immediate_exit = 0;
	CHECK_EQ(gpr(v, 0), 8, "DONE to another complete exit changes no register");
	COVERS("SET_RETURN_VALUE", "Ready", "good");
	COVERS_EXIT("HYPERCALL", "complete, SET_RETURN_VALUE, none");
}

static void check_user(struct vcpu *v)
{
	RESTART(v, LONG, from_user);
	use_backend(v->vm, from_user, from_user_end);
	gate(v, AXVCPU_X86_START_LONG, 6, CODE + 0x800);
	load(v->vm, CODE + 0x800, ud_handler, ud_handler_end);
	CHECK_EQ(run_to_port(v, PORT_DONE), 0, "from user mode it is the guest's #UD");
	COVERS_EXIT("HYPERCALL", "user mode: #UD");
}

static void check_other(struct vcpu *v)
{
	RESTART(v, LONG, other_one);
	if (info()->backend == AXVCPU_BACKEND_VMX)
		v->vm->ram[CODE + 2] = 0xd9;
	gate(v, AXVCPU_X86_START_LONG, 6, CODE + 0x800);
	load(v->vm, CODE + 0x800, other_one + 3, other_one_end);
	run_to_port(v, PORT_DONE);
	CHECK(v->run->exit.pc >= CODE + 0x800, "the other vendor's instruction is #UD");
}

int main(void)
{
	struct vm vm;
	struct vcpu v;

	BOOT(&vm, &v, 0, LONG, hypercaller);
	use_backend(&vm, hypercaller, hypercaller_end);
	check_results(&v);
	check_user(&v);
	check_other(&v);
	return finish();
}
