// SPDX-License-Identifier: GPL-3.0-or-later
/* READONLY memory: reads and fetches as usual; writes leave as MMIO_WRITE and change nothing. */
#include "guest.h"

#define ROM		0x400000UL

GUEST(writer, 64,
      "mov $0x400000, %ebx; mov (%rbx), %eax\n" GUEST_VALUE
      "movl $0x55667788, (%rbx); mov (%rbx), %eax\n" GUEST_VALUE
      "call *%rcx\n" GUEST_VALUE
      "movl $1, 0x1000(%rbx); mov 0x1000(%rbx), %eax\n" GUEST_VALUE
      "lock incl (%rbx)\n" GUEST_DONE);
GUEST(in_rom, 64, "mov $0x5151, %eax; ret");

int main(void)
{
	const struct axvcpu_exit *e;
	struct axvcpu_x86_general g;
	struct vm vm;
	struct vcpu v;
	u8 *rom = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	BOOT(&vm, &v, 0, LONG, writer);
	e = &v.run->exit;
	memset(rom, 0x11, 2 * PAGE);
	memcpy(rom + 0x800, in_rom, in_rom_end - in_rom);
	NEED_RET(set_memory(vm.fd, ROM, rom, 2 * PAGE, AXVCPU_MEM_READONLY));
	g = get_general(&v);
	g.gpr[AXVCPU_X86_RCX] = ROM + 0x800;
	set_general(&v, &g);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0x11111111, "a read");
	NEED_EXIT(&v, MMIO_WRITE);
	CHECK_EQ(e->u.mmio.gpa, ROM, "a write: gpa");
	CHECK_EQ(e->u.mmio.data[0], 0x55667788, "a write: data");
	CHECK_EQ(e->u.mmio.width, 4, "a write: width");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0x11111111, "nothing was written");
	CHECK_EQ(*(u32 *)rom, 0x11111111, "not in the host either");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0x5151, "code runs from it");
	/* The page was never read before this write. */
	NEED_EXIT(&v, MMIO_WRITE);
	CHECK_EQ(e->u.mmio.gpa, ROM + PAGE, "a write as the first access");
	rom[PAGE] = 0x99;
	CHECK_EQ(run_to_port(&v, PORT_VALUE) & 0xff, 0x99, "the guest sees what the VMM writes");
	CHECK_EQ(run_exit(&v), AXVCPU_EXIT_NESTED_PAGE_FAULT, "a read-modify-write can't be done");
	CHECK(e->u.npf.cause == AXVCPU_NPF_READ_ONLY || e->u.npf.cause == AXVCPU_NPF_CANT_DECODE,
	      "and says so: %s", exit_text(&v));
	CHECK_EQ(*(u32 *)rom, 0x11111111, "and nothing was written");
	COVERS_EXIT("MMIO_WRITE", "read-only memory");
	COVERS_EXIT("NESTED_PAGE_FAULT", "read-only memory");
	return finish();
}
