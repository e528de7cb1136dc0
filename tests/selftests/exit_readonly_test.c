// SPDX-License-Identifier: GPL-3.0-or-later
/* READONLY memory: reads and fetches as usual; writes leave as MMIO_WRITE and change nothing. */
#include "guest.h"

#define ROM		0x400000UL

GUEST(writer, WIDE,
      G_SET(ADDRESS, 0x400000) G_LOAD GUEST_VALUE
      G_SET(VALUE, 0x55667788) G_STORE G_LOAD GUEST_VALUE
      G_CALL_COUNT GUEST_VALUE
      G_SET(ADDRESS, 0x401000) G_STORE G_LOAD GUEST_VALUE
      G_SET(ADDRESS, 0x400000) G_ODD_WRITE GUEST_DONE);
GUEST(in_rom, WIDE, G_SET(VALUE, 0x5151) G_RETURN);

int main(void)
{
	const struct axvcpu_exit *e;
	struct vm vm;
	struct vcpu v;
	u8 *rom = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	BOOT(&vm, &v, 0, WIDE, writer);
	e = &v.run->exit;
	memset(rom, 0x11, 2 * PAGE);
	memcpy(rom + 0x800, in_rom, in_rom_end - in_rom);
	NEED_RET(set_memory(vm.fd, ROM, rom, 2 * PAGE, AXVCPU_MEM_READONLY));
	set_gpr(&v, REG_COUNT, ROM + 0x800);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0x11111111, "a read");
	NEED_EXIT(&v, MMIO_WRITE);
	CHECK_EQ(e->u.mmio.gpa, ROM, "a write: gpa");
	CHECK_EQ(e->u.mmio.data[0], 0x55667788, "a write: data");
	CHECK_EQ(e->u.mmio.width, 8, "a write: width");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0x11111111, "nothing was written");
	CHECK_EQ(*(u32 *)rom, 0x11111111, "not in the host either");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0x5151, "code runs from it");
	/* The page was never read before this write. */
	NEED_EXIT(&v, MMIO_WRITE);
	CHECK_EQ(e->u.mmio.gpa, ROM + PAGE, "a write as the first access");
	rom[PAGE] = 0x99;
	CHECK_EQ(run_to_port(&v, PORT_VALUE) & 0xff, 0x99, "the guest sees what the VMM writes");
	CHECK_EQ(run_exit(&v), AXVCPU_EXIT_NESTED_PAGE_FAULT, "a write that is no plain store can't be done");
	CHECK(e->u.npf.cause == AXVCPU_NPF_READ_ONLY || e->u.npf.cause == AXVCPU_NPF_CANT_DECODE,
	      "and says so: %s", exit_text(&v));
	CHECK_EQ(*(u32 *)rom, 0x11111111, "and nothing was written");
	COVERS_EXIT("MMIO_WRITE", "read-only memory");
	COVERS_EXIT("NESTED_PAGE_FAULT", "read-only memory");
	return finish();
}
