// SPDX-License-Identifier: GPL-3.0-or-later
/* INJECT of exceptions: vectors, error codes, CR2, what is refused, #DF by two of them. */
#include "guest.h"

#define HANDLERS	0x2000UL

GUEST(spin, 64, "1: jmp 1b");
/* With an error code it is at (%rsp), without it RIP is. */
GUEST(handler, 64, "mov $0, %ebx; mov (%rsp), %rax; mov %cr2, %rcx; mov %dr6, %rdx\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;

static const u32 with_code = 1U << 8 | 1U << 10 | 1U << 11 | 1U << 12 | 1U << 13 | 1U << 14 |
			     1U << 17;
static const u32 without_code = 1U << 0 | 1U << 1 | 1U << 3 | 1U << 4 | 1U << 5 | 1U << 6 |
				1U << 7 | 1U << 16 | 1U << 18 | 1U << 19;

static void start(void)
{
	unsigned int i;

	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	START(&v, LONG, spin);
	for (i = 0; i < 32; i++) {
		load(&vm, HANDLERS + i * 32, handler, handler_end);
		vm.ram[HANDLERS + i * 32 + 1] = (u8)i;
		gate(&v, AXVCPU_X86_START_LONG, (u8)i, HANDLERS + i * 32);
	}
}

static void check_vectors(void)
{
	unsigned int vector;
	int before = failures;

	for (vector = 0; vector < 32; vector++) {
		bool code = with_code & 1U << vector, known = code || without_code & 1U << vector;
		u64 rip;

		start();
		EXPECT_RET(inject_exception(&v, vector, !code, 0, 0), -EINVAL,
			   "vector %u with%s an error code", vector, code ? "out" : "");
		if (!known) {
			EXPECT_RET(inject_exception(&v, vector, false, 0, 0), -EINVAL, "vector %u",
				   vector);
			continue;
		}
		EXPECT_RET(inject_exception(&v, vector, code, code ? 0x1234 : 0, 0), 0, "vector %u",
			   vector);
		EXPECT_RET(inject_exception(&v, vector, code, 0, 0), -EBUSY, "vector %u again",
			   vector);
		/* No #OF and #BR in 64-bit mode: SVM refuses such an entry. */
		if (vector == 4 || vector == 5)
			continue;
		rip = get_general(&v).rip;
		EXPECT_EQ(run_to_port(&v, PORT_DONE), code ? 0x1234 : (u32)rip,
			  "vector %u: the top of the stack", vector);
		EXPECT_EQ(gpr(&v, AXVCPU_X86_RBX), vector, "its handler");
	}
	CHECK(failures == before, "all vectors, with and without error code");
	COVERS("INJECT", "Ready", "good");
}

static void check_bad(void)
{
	start();
	CHECK_RET(inject_exception(&v, 2, false, 0, 0), -EINVAL, "NMI as an exception");
	CHECK_RET(inject_exception(&v, 32, false, 0, 0), -EINVAL, "vector 32");
	CHECK_RET(inject_exception(&v, 256 + 6, false, 0, 0), -EINVAL, "vector 262");
	CHECK_RET(inject_exception(&v, 6, false, 1, 0), -EINVAL, "#UD with an error code's value");
	CHECK_RET(inject_exception(&v, 13, true, 1ULL << 32, 0), -EINVAL, "an error code of 33 bits");
	CHECK_RET(inject_exception(&v, 13, true, 0, 0x1000), -EINVAL, "#GP with an address");
	CHECK_EQ(get_events(&v).exception_pending, 0, "nothing waits");
	NEED_RET(call(v.fd, AXVCPU_UNBIND, NULL));
	CHECK_RET(inject_exception(&v, 13, true, 0, 0), -EBADFD, "INJECT in Free");
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	CHECK_RET(inject_exception(&v, 13, true, 0, 0), -EBADFD, "INJECT in Created");
	COVERS("INJECT", "Ready", "bad value");
	COVERS("INJECT", "Free", "wrong state");
	COVERS("INJECT", "Created", "wrong state");
}

static void check_address(void)
{
	struct axvcpu_x86_events e;

	start();
	EXPECT_RET(inject_exception(&v, 14, true, 6, 0x123456789abc), 0, "#PF");
	e = get_events(&v);
	CHECK_EQ(e.exception_pending << 8 | e.exception_vector, 0x10e, "EVENTS shows #PF");
	CHECK_EQ(e.exception_address, 0x123456789abc, "and its address");
	CHECK_EQ(get_system(&v).cr2, 0, "CR2 is as it was until it is delivered");
	run_to_port(&v, PORT_DONE);
	if (has_cr2())
		CHECK_EQ(gpr(&v, AXVCPU_X86_RCX), 0x123456789abc, "the handler reads CR2");
	start();
	EXPECT_RET(inject_exception(&v, 1, false, 0, 1 << 14), 0, "#DB");
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, AXVCPU_X86_RDX) >> 14 & 1, 1, "the handler reads DR6.BS");
}

/* A #GP whose gate is not present is #NP, and that is a double fault. */
static void check_double_fault(void)
{
	start();
	vm.ram[IDT + 13 * 16 + 5] &= 0x7f;
	vm.ram[IDT + 11 * 16 + 5] &= 0x7f;
	EXPECT_RET(inject_exception(&v, 13, true, 0, 0), 0, "#GP");
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, AXVCPU_X86_RBX), 8, "without gates for #GP and #NP: #DF");
	/* Bochs 2.7 ends there, without a look at SVM's intercept of a shutdown. */
	if (bochs_svm())
		return;
	start();
	memset(vm.ram + IDT, 0, PAGE);
	EXPECT_RET(inject_exception(&v, 13, true, 0, 0), 0, "#GP");
	NEED_EXIT(&v, SYSTEM_DOWN);
	CHECK_EQ(v.run->exit.u.system_down.kind, AXVCPU_DOWN_CRASH, "without any gate: shutdown");
}

/* In real mode no error code is pushed, whatever was injected: no harm. */
GUEST(real_spin, 16, "1: jmp 1b");
GUEST(real_handler, 16, "pop %ax; movzwl %ax, %eax\n" GUEST_DONE);

static void check_real(void)
{
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	START(&v, REAL, real_spin);
	load(&vm, HANDLERS, real_handler, real_handler_end);
	gate(&v, AXVCPU_X86_START_REAL, 13, HANDLERS);
	EXPECT_RET(inject_exception(&v, 13, true, 0x55, 0), 0, "#GP");
	CHECK_EQ(run_to_port(&v, PORT_DONE), CODE, "in real mode #GP pushes no error code");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_vectors();
	check_bad();
	check_address();
	check_double_fault();
	check_real();
	return finish();
}
