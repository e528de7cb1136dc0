// SPDX-License-Identifier: GPL-3.0-or-later
/* EXCEPTION: guest exceptions that the VMM asked to see; INJECT gives them back to the guest. */
#include "guest.h"

#define HANDLER		0x2000UL

GUEST(ud, 64, "ud2");
GUEST(bp, 64, "int3; mov $5, %eax\n" GUEST_DONE);
GUEST(pf, 64, "mov %eax, 0x5000000; mov $6, %eax\n" GUEST_DONE);
GUEST(gp, 64, "mov $0x1234, %ax; mov %ax, %fs");
GUEST(de, 64, "xor %ecx, %ecx; div %ecx");
GUEST(handler, 64, "mov (%rsp), %rax; mov %cr2, %rcx\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;

static void start(u32 wanted, const u8 *code, const u8 *end)
{
	struct axvcpu_x86_create_config c = { .size = sizeof(c), .exception_exits = wanted };
	unsigned int i;

	vcpu_open(&v, &vm, create_vcpu_config(vm.fd, 0, &c));
	start_code(&v, AXVCPU_X86_START_LONG, code, end);
	load(&vm, HANDLER, handler, handler_end);
	for (i = 0; i < 32; i++)
		gate(&v, AXVCPU_X86_START_LONG, (u8)i, HANDLER);
}

static void expect(u32 vector, bool has_code, u64 code, u64 address, const char *name)
{
	const struct axvcpu_exit *e = &v.run->exit;

	NEED_EXIT(&v, EXCEPTION);
	CHECK_EQ(e->u.exception.vector, vector, "%s: vector", name);
	CHECK_EQ(e->u.exception.has_error_code, has_code, "%s: has_error_code", name);
	CHECK_EQ(e->u.exception.error_code, code, "%s: error code", name);
	CHECK_EQ(e->u.exception.address, address, "%s: address", name);
	CHECK_EQ(e->flags, 0, "%s: nothing is pending", name);
}

static void check_give_back(u32 vector, bool has_code, u64 code, u64 address, const char *name)
{
	u64 rip = get_general(&v).rip;

	CHECK_RET(inject_exception(&v, vector, has_code, code, address), 0, "%s: INJECT", name);
	CHECK_EQ(run_to_port(&v, PORT_DONE), has_code ? code : rip, "%s: the guest handles it", name);
	if (vector == 14 && has_cr2())
		CHECK_EQ(gpr(&v, AXVCPU_X86_RCX), address, "%s: with CR2", name);
}

/* An exception that was asked for, while another is delivered. */
static void check_nested(void)
{
	start(1U << 11, ud, ud_end);
	vm.ram[IDT + 6 * 16 + 5] &= 0x7f; /* #UD's gate: not present */
	NEED_EXIT(&v, EXCEPTION);
	CHECK_EQ(v.run->exit.u.exception.vector, 11, "#NP while #UD is delivered");
	/* QEMU 7.2 counts gates of 16 bytes as two. */
	CHECK_EQ(v.run->exit.u.exception.error_code & ~1ULL, (under_tcg() ? 12 : 6) * 8 + 2,
		 "its error code");
	vcpu_free(&v);
}

int main(void)
{
	u64 *tables4;

	vm_new(&vm, 0);
	tables4 = (u64 *)(vm.ram + TABLES);
	start(1U << 6, ud, ud_end);
	expect(6, false, 0, 0, "#UD");
	CHECK_EQ(v.run->exit.pc, CODE, "#UD: the PC is at it");
	check_give_back(6, false, 0, 0, "#UD");
	vcpu_free(&v);
	start(1U << 14, pf, pf_end);
	tables4[1024 + 40] = 0;
	expect(14, true, 2, 0x5000000, "#PF");
	check_give_back(14, true, 2, 0x5000000, "#PF");
	vcpu_free(&v);
	start(1U << 13, gp, gp_end);
	expect(13, true, 0x1234, 0, "#GP");
	vcpu_free(&v);
	start(1U << 0, de, de_end);
	expect(0, false, 0, 0, "#DE");
	vcpu_free(&v);
	/* QEMU 7.2 takes INT3 for an INT n. */
	if (!under_tcg()) {
		start(1U << 3, bp, bp_end);
		expect(3, false, 0, 0, "#BP");
		CHECK_EQ(v.run->exit.pc, CODE + 1, "#BP: the PC is past it");
		vcpu_free(&v);
	}
	start(1U << 3, ud, ud_end);
	run_to_port(&v, PORT_DONE);
	CHECK(true, "an exception that was not asked for goes to the guest");
	vcpu_free(&v);
	check_nested();
	COVERS_EXIT("EXCEPTION", "#UD #PF #GP #DE #NP, given back");
	if (!under_tcg())
		COVERS_EXIT("EXCEPTION", "#BP");
	return finish();
}
