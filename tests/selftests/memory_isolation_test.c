// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The guest reaches what is mapped and nothing else: two VMs with the same GPAs, a
 * region's ends, a region that was deleted, all of guest-physical memory else.
 */
#include "guest.h"

/* Every 4 KiB of the identity map: read; a fault handler would hide nothing. */
GUEST(probe, WIDE, G_LOAD GUEST_DONE);
GUEST(poke, WIDE, G_STORE GUEST_DONE);
GUEST(loop_read, WIDE, "1: " G_LOAD G_PUT(0x20000) G_JUMP(1b));

static void start(struct vcpu *v, const u8 *code, const u8 *end, u64 address, u64 value)
{
	if (state_of(v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v->fd, AXVCPU_RESET, NULL));
	start_code(v, MODE_WIDE, code, end);
	set_gpr(v, REG_VALUE, value);
	set_gpr(v, REG_ADDRESS, address);
}

/* What the guest reads there; ~0 with *@exit set if an exit came. */
static u64 guest_read(struct vcpu *v, u64 gpa, u32 *reason)
{
	start(v, probe, probe_end, gpa, 0);
	*reason = run_exit(v);
	return *reason == REASON_SAY ? gpr(v, REG_VALUE) : ~0ULL;
}

static void check_two(void)
{
	struct vm vm[2];
	struct vcpu v[2];
	unsigned int i, round, wrong = 0;
	u32 reason;

	for (i = 0; i < 2; i++) {
		vm_new(&vm[i], 0);
		vcpu_new(&v[i], &vm[i], 0);
	}
	for (round = 0; round < 50; round++)
		for (i = 0; i < 2; i++) {
			u64 gpa = DATA + round * PAGE, value = 0x1000 + round * 2 + i;

			*(u64 *)(vm[i].ram + gpa) = value;
			wrong += guest_read(&v[i], gpa, &reason) != value;
			start(&v[i], poke, poke_end, gpa + 8, value);
			run_to_port(&v[i], PORT_DONE);
		}
	CHECK_EQ(wrong, 0, "two VMs read their own memory at the same GPAs");
	for (round = 0; round < 50; round++)
		for (i = 0; i < 2; i++)
			wrong += *(u64 *)(vm[i].ram + DATA + round * PAGE + 8) !=
				 0x1000 + round * 2 + i;
	CHECK_EQ(wrong, 0, "and write their own");
	for (i = 0; i < 2; i++) {
		vcpu_free(&v[i]);
		vm_free(&vm[i]);
	}
}

/* Two VMs of one process and one page of it, at two GPAs. */
static void check_shared(void)
{
	u8 *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct vm vm[2];
	struct vcpu v[2];
	u32 reason;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		vm_new(&vm[i], 0);
		vcpu_new(&v[i], &vm[i], 0);
		NEED_RET(set_memory(vm[i].fd, HOLE + i * PAGE, page, PAGE, 0));
	}
	start(&v[0], poke, poke_end, HOLE, 0xabcdef);
	run_to_port(&v[0], PORT_DONE);
	CHECK_EQ(guest_read(&v[1], HOLE + PAGE, &reason), 0xabcdef,
		 "a page that two VMs have is one page");
	guest_read(&v[1], HOLE, &reason);
	CHECK_EQ(reason, AXVCPU_EXIT_MMIO_READ, "each at its own GPA only");
	for (i = 0; i < 2; i++) {
		vcpu_free(&v[i]);
		vm_free(&vm[i]);
	}
	munmap(page, PAGE);
}

/* Regions of all sizes in a reservation with guard bytes around them. */
static void check_ends(void)
{
	static const u64 pages[] = { 1, 2, 3, 511, 512, 513, 1024 };
	u64 length = 4ULL << 20;
	u8 *all = mmap(NULL, 2 * length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	u8 *base = (u8 *)(((u64)all + (2 << 20) - 1) & ~((2ULL << 20) - 1));
	unsigned int i, offset;
	struct vm vm;
	struct vcpu v;
	u32 reason;

	madvise(all, 2 * length, MADV_HUGEPAGE);
	memset(all, 0x77, 2 * length);
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		for (offset = 0; offset < 2; offset++) {
			u64 gpa = HOLE + 0x200000, size = pages[i] * PAGE;

			/* HVA and GPA equal or different modulo 2 MiB */
			gpa += offset * PAGE;
			NEED_RET(set_memory(vm.fd, gpa, base, size, 0));
			EXPECT_EQ(guest_read(&v, gpa, &reason), 0x7777777777777777, "first");
			EXPECT_EQ(guest_read(&v, gpa + size - 8, &reason), 0x7777777777777777,
				  "last of %llu pages", (unsigned long long)pages[i]);
			guest_read(&v, gpa - 8, &reason);
			EXPECT_EQ(reason, AXVCPU_EXIT_MMIO_READ, "before a region");
			guest_read(&v, gpa + size, &reason);
			EXPECT_EQ(reason, AXVCPU_EXIT_MMIO_READ, "behind a region of %llu pages",
				  (unsigned long long)pages[i]);
			NEED_RET(set_memory(vm.fd, gpa, NULL, 0, AXVCPU_MEM_DELETE));
			guest_read(&v, gpa, &reason);
			EXPECT_EQ(reason, AXVCPU_EXIT_MMIO_READ, "after DELETE: first");
			guest_read(&v, gpa + size - 8, &reason);
			EXPECT_EQ(reason, AXVCPU_EXIT_MMIO_READ, "after DELETE: last");
		}
	CHECK(!failures, "the guest reaches regions from their first to their last byte");
	vcpu_free(&v);
	vm_free(&vm);
	munmap(all, 2 * length);
}

/* A region is deleted while the guest reads it: at once when DELETE returns. */
static void check_delete(void)
{
	u8 *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int round, wrong = 0, ended = 0;
	struct runner r;
	struct vm vm;
	struct vcpu v;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	for (round = 0; round < 30; round++) {
		volatile u64 *mirror = (u64 *)(vm.ram + DATA);

		*(u64 *)page = round + 1;
		NEED_RET(set_memory(vm.fd, HOLE, page, PAGE, 0));
		start(&v, loop_read, loop_read_end, HOLE, 0);
		open_to_host(&v);
		*mirror = 0;
		runner_start(&r, &v, -1);
		NEED(WAIT_FOR(*mirror == round + 1, 3000), "the guest reads its memory");
		NEED_RET(set_memory(vm.fd, HOLE, NULL, 0, AXVCPU_MEM_DELETE));
		*(u64 *)page = 0xdead;
		ended += WAIT_FOR(r.ended, 2000);
		runner_kick(&r);
		wrong += *mirror == 0xdead;
		wrong += v.run->exit.reason != AXVCPU_EXIT_MMIO_READ;
	}
	CHECK_EQ(ended, 30, "DELETE under a running guest ends its reads");
	CHECK_EQ(wrong, 0, "and when it has returned, the guest sees nothing new of it");
	vcpu_free(&v);
	vm_free(&vm);
	munmap(page, PAGE);
	COVERS("SET_MEMORY", "Running", "good");
}

/* GPAs all over the space, beyond what the guest reaches by itself. */
static void check_everywhere(void)
{
	unsigned int bit, wrong = 0;
	struct vm vm;
	struct vcpu v;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	for (bit = 21; bit < info()->gpa_bits; bit++) {
		u64 gpa = 1ULL << bit;
		u32 reason;

		start(&v, probe, probe_end, 0, 0);
		set_gpr(&v, REG_ADDRESS, reach(&vm, gpa));
		reason = run_exit(&v);
		if (gpa >> (cpu_count() ? 40 : 40) && reason == AXVCPU_EXIT_SYSTEM_DOWN)
			continue; /* beyond the guest's own physical width: reserved, #PF */
		if (reason != AXVCPU_EXIT_MMIO_READ || v.run->exit.u.mmio.gpa != gpa) {
			wrong++;
			note("GPA 2^%u: %s", bit, exit_text(&v));
		}
	}
	CHECK_EQ(wrong, 0, "a read of each power of two is a device's, with its GPA");
	vcpu_free(&v);
	vm_free(&vm);
}

int main(void)
{
	check_two();
	check_shared();
	check_ends();
	check_delete();
	check_everywhere();
	return finish();
}
