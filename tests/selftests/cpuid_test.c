// SPDX-License-Identifier: GPL-3.0-or-later
/* CPUID in a guest: the hypervisor leaf, what must be hidden, OSXSAVE and the APIC id. */
#include "guest.h"

GUEST(ask, 64, "1: cpuid\n" GUEST_VALUE "jmp 1b");
GUEST(ask_cr4, 64, "mov %cr4, %rax; or $0x40000, %eax; mov %rax, %cr4; mov $1, %eax; cpuid\n" GUEST_DONE);
GUEST(ask_user, 64,
      "pushq $0x33; pushq $0x9800; pushq $0x3002; pushq $0x3b; lea in_user(%rip), %rax\n"
      "push %rax; iretq; in_user: mov $0x40000000, %eax; cpuid; mov %ebx, %eax\n" GUEST_DONE);
GUEST(rdtscp_code, 64, "rdtscp\n" GUEST_DONE);
GUEST(handler, 64, "mov $0xffff, %eax\n" GUEST_DONE);

struct leaf {
	u32 a, b, c, d;
};

static struct vm vm;
static struct vcpu v;

static struct leaf cpuid(u32 leaf, u32 subleaf)
{
	struct axvcpu_x86_general g = get_general(&v);

	g.rip = CODE;
	g.gpr[0] = 0xffffffff00000000 | leaf;
	g.gpr[1] = 0xffffffff00000000 | subleaf;
	set_general(&v, &g);
	run_to_port(&v, PORT_VALUE);
	g = get_general(&v);
	EXPECT_EQ((g.gpr[0] | g.gpr[1] | g.gpr[2] | g.gpr[3]) >> 32, 0, "upper halves of %x", leaf);
	return (struct leaf){ (u32)g.gpr[0], (u32)g.gpr[3], (u32)g.gpr[1], (u32)g.gpr[2] };
}

static void hidden(u32 value, unsigned int bit, const char *name)
{
	CHECK_EQ(value >> bit & 1, 0, "%s is hidden", name);
}

/*
 * A leaf beyond the last of its kind: zeros by AMD's manual (APM Volume 3, "CPUID"), what
 * the highest basic leaf says by Intel's (SDM Volume 2, "CPUID").
 */
static void beyond(u32 leaf, const char *name)
{
	struct leaf first = cpuid(0, 0), l = cpuid(leaf, 0), expected = { 0 };

	if (first.b == 0x756e6547 && first.d == 0x49656e69 && first.c == 0x6c65746e)
		expected = cpuid(first.a, 0);
	CHECK(!memcmp(&l, &expected, sizeof(l)), "%s (%x: %x %x %x %x)", name, leaf, l.a, l.b, l.c,
	      l.d);
}

static void check_basic(void)
{
	struct leaf l = cpuid(0, 0);
	u32 max = l.a;

	CHECK(max >= 1 && max < 0x100, "the highest basic leaf (%x)", max);
	l = cpuid(1, 0);
	CHECK_EQ(l.c >> 31, 1, "the hypervisor bit");
	CHECK_EQ(l.b >> 24, 0, "the APIC id is the vcpu_id");
	hidden(l.d, 9, "the APIC");
	hidden(l.c, 21, "x2APIC");
	hidden(l.c, 24, "TSC deadline");
	hidden(l.c, 3, "MONITOR");
	hidden(l.c, 5, "VMX");
	hidden(l.c, 27, "OSXSAVE, with CR4.OSXSAVE clear,");
	CHECK_EQ(l.d & 1, 1, "the FPU is there");
	beyond(max + 1, "nothing is behind the last basic leaf");
	l = cpuid(7, 0);
	hidden(l.d, 26, "SPEC_CTRL");
	hidden(l.b, 11, "RTM");
	hidden(l.b, 2, "SGX");
	hidden(l.d, 24, "AMX");
}

static void check_extended(void)
{
	struct leaf l = cpuid(0x80000000, 0);

	CHECK(l.a >= 0x80000001 && l.a < 0x80000100, "the highest extended leaf (%x)", l.a);
	l = cpuid(0x80000001, 0);
	CHECK_EQ(l.d >> 29 & 1, 1, "long mode is there");
	hidden(l.c, 2, "SVM");
	l = cpuid(0x80000008, 0);
	CHECK(l.a >> 0 & 0xff && (l.a & 0xff) <= 52, "physical address bits (%u)", l.a & 0xff);
	CHECK((l.a & 0xff) == info()->gpa_bits || (l.a & 0xff) < info()->gpa_bits,
	      "are no more than gpa_bits");
	beyond(0x8000000a, "the SVM leaf is empty");
	beyond(0x8000001f, "the SEV leaf is empty");
}

static void check_hypervisor(void)
{
	struct leaf l = cpuid(0x40000000, 0);
	char name[13] = { 0 };

	memcpy(name, &l.b, 4);
	memcpy(name + 4, &l.c, 4);
	memcpy(name + 8, &l.d, 4);
	note("the hypervisor is '%s', last leaf %x", name, l.a);
	CHECK(l.a >= 0x40000000 && l.a < 0x40000100, "the hypervisor leaf");
	CHECK(strcmp(name, "KVMKVMKVM") && strcmp(name, "TCGTCGTCGTCG"), "is not the host's");
}

static void check_xsave(void)
{
	struct leaf l, first = cpuid(0xd, 0);

	if (!(cpuid(1, 0).c >> 26 & 1)) {
		note("no XSAVE here");
		return;
	}
	CHECK_EQ(first.b, 576, "the XSAVE area for XCR0 = 1");
	CHECK(first.c >= first.b && first.c <= info()->block_length[AXVCPU_BLOCK_FPU],
	      "the largest XSAVE area is that of the FPU block at most");
	CHECK_EQ(first.a & 3, 3, "x87 and SSE are in XCR0");
	CHECK_EQ(first.a >> 17 & 3, 0, "AMX is not in XCR0");
	l = cpuid(0xd, 1);
	hidden(l.a, 3, "XSAVES");
	CHECK_EQ(l.c, 0, "nothing is in XSS");
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	START(&v, LONG, ask_cr4);
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, AXVCPU_X86_RCX) >> 27 & 1, 1, "OSXSAVE mirrors CR4");
}

static void check_apic_id(void)
{
	struct axvcpu_x86_create_config c = { .size = sizeof(c), .apic_id = 0x42,
					      .apic_id_valid = 1 };
	struct vcpu first = v;

	vcpu_open(&v, &vm, create_vcpu_config(vm.fd, 5, &c));
	START(&v, LONG, ask);
	CHECK_EQ(cpuid(1, 0).b >> 24, 0x42, "the APIC id of the create config");
	if (cpuid(0, 0).a >= 0xb)
		CHECK_EQ(cpuid(0xb, 0).d, 0x42, "leaf 0xb has it too");
	vcpu_free(&v);
	vcpu_open(&v, &vm, create_vcpu(vm.fd, 6));
	START(&v, LONG, ask);
	CHECK_EQ(cpuid(1, 0).b >> 24, 6, "without it the vcpu_id");
	vcpu_free(&v);
	v = first;
}

/* An instruction whose feature is hidden is #UD, from all leaves the same. */
static void check_rdtscp(void)
{
	bool shown = cpuid(0x80000001, 0).d >> 27 & 1;

	RESTART(&v, LONG, rdtscp_code);
	gate(&v, AXVCPU_X86_START_LONG, 6, 0x2000);
	load(&vm, 0x2000, handler, handler_end);
	if (run_to_port(&v, PORT_DONE) == 0xffff)
		CHECK(!shown, "RDTSCP works if CPUID says so");
	else
		CHECK_EQ((u32)gpr(&v, AXVCPU_X86_RCX), 0, "RDTSCP tells no TSC_AUX of the host's");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	START(&v, LONG, ask);
	check_basic();
	check_extended();
	check_hypervisor();
	check_apic_id();
	check_xsave();
	RESTART(&v, LONG, ask_user);
	CHECK_EQ(run_to_port(&v, PORT_DONE) != 0, 1, "CPUID works in user mode");
	RESTART(&v, LONG, ask);
	check_rdtscp();
	return finish();
}
