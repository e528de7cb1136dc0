// SPDX-License-Identifier: GPL-3.0-or-later
/* Pending exits as only x86 has them: strings in their middle, exceptions as answers. */
#include "guest.h"

GUEST(read_loop, 64, "mov $0x10000000, %esi; 1: mov (%rsi), %eax; inc %rbx; jmp 1b");
GUEST(rep_in, 64, "mov $0x20ff8, %edi; mov $16, %ecx; mov $0x1f0, %dx; rep insb\n" GUEST_DONE);
GUEST(handler, 64, "mov (%rsp), %rax\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;

static long complete_only(void)
{
	return call_value(v.fd, AXVCPU_RUN, AXVCPU_RUN_COMPLETE_ONLY);
}

/* A string in its middle: COMPLETE_ONLY may report the next part, or the next RUN does. */
static void check_parts(void)
{
	unsigned int parts = 0, elements = 0;

	RESTART(&v, LONG, rep_in);
	while (parts < 40 && run_exit(&v) == AXVCPU_EXIT_IO_READ) {
		while (v.run->exit.flags & AXVCPU_EXIT_PENDING && parts < 40) {
			memset(v.data, 0x40 + parts, v.run->exit.u.io.count);
			elements += v.run->exit.u.io.count;
			done(&v, 0x40 + parts++);
			NEED_RET(complete_only());
		}
		EXPECT_EQ(gpr(&v, AXVCPU_X86_RCX), 16 - elements, "RCX between two parts");
		EXPECT_EQ(gpr(&v, AXVCPU_X86_RDI), 0x20ff8 + elements, "RDI between two parts");
	}
	CHECK_EQ(elements, 16, "COMPLETE_ONLY goes through a string of several parts");
	CHECK(parts > 1, "which has more than one");
	CHECK_EQ(vm.ram[0x20ff8], 0x40, "the first byte");
	CHECK_EQ(vm.ram[0x21007], 0x40 + parts - 1, "the last byte");
	CHECK_EQ(v.run->exit.reason, AXVCPU_EXIT_IO_WRITE, "and the guest goes on");
}

static void check_fault_in_mmio(void)
{
	RESTART(&v, LONG, read_loop);
	gate(&v, AXVCPU_X86_START_LONG, 14, CODE + 0x800);
	load(&vm, CODE + 0x800, handler, handler_end);
	NEED_EXIT(&v, MMIO_READ);
	fault(&v, 14, true, 4);
	CHECK_EQ(run_to_port(&v, PORT_DONE), 4, "an MMIO read answered by #PF");
	if (has_cr2())
		CHECK_EQ(get_system(&v).cr2, HOLE, "has its address in CR2");
	COVERS_EXIT("MMIO_READ", "fault");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_parts();
	check_fault_in_mmio();
	return finish();
}
