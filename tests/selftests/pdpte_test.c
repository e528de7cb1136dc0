// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * PAE paging that a MOV to CR0 or CR4 turns on or changes. On Intel's processors such a
 * MOV loads the PDPTEs and is #GP if one of them has a reserved bit set (SDM Volume 3,
 * 4.4.1); on AMD's with nested paging each walk reads them.
 */
#include "guest.h"

#define HANDLER	  0x2000UL
#define TABLE	  (DATA + 0x40)
#define ABSENT	  0x30000000UL
#define CR0_PG	  (1ULL << 31)
#define CR0_WP	  (1ULL << 16)
#define CR4_PSE	  (1ULL << 4)
#define CR4_PAE	  (1ULL << 5)
#define CR4_PGE	  (1ULL << 7)
#define PRESENT	  1ULL
#define NO_VECTOR 0
#define MOV	  (CODE + 7)

/* An exit, so that an entry has loaded what CR3 points to; then toggle EBX. */
GUEST(mov_cr0, 32,
      GUEST_DONE "mov %cr0, %eax; xor %ebx, %eax; mov %eax, %cr0; xor %eax, %eax\n" GUEST_VALUE);
GUEST(mov_cr4, 32,
      GUEST_DONE "mov %cr4, %eax; xor %ebx, %eax; mov %eax, %cr4; xor %eax, %eax\n" GUEST_VALUE);
/* With the error code in ECX. */
GUEST(gp, 32, "pop %ecx; mov $13, %eax\n" GUEST_VALUE);

static struct vm vm;
static struct vcpu v;

/* The PDPTEs that CR3 points to: the first gigabyte, and @pdpte beside it. */
static void put_pdptes(u64 pdpte)
{
	u64 *table = (u64 *)(vm.ram + TABLE);

	memset(table, 0, 32);
	table[0] = (TABLES + 2 * PAGE) | PRESENT;
	table[2] = pdpte;
}

static void start(const u8 *code, const u8 *end, u64 toggle, bool paging)
{
	struct axvcpu_x86_system s;
	struct axvcpu_x86_general g;

	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, AXVCPU_X86_START_PROTECTED, code, end);
	identity(&vm);
	load(&vm, HANDLER, gp, gp_end);
	gate(&v, AXVCPU_X86_START_PROTECTED, 13, HANDLER);
	s = get_system(&v);
	s.cr3 = TABLE;
	s.cr4 |= CR4_PAE;
	s.cr0 |= paging ? CR0_PG : 0;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s));
	g = get_general(&v);
	g.gpr[AXVCPU_X86_RBX] = toggle;
	set_general(&v, &g);
	run_to_port(&v, PORT_DONE);
}

static void check(const char *name, u32 vector, u64 toggle)
{
	u64 was = get_system(&v).cr0 | get_system(&v).cr4 << 32, is;

	CHECK_EQ(run_to_port(&v, PORT_VALUE), vector, "%s: %s", name, vector ? "#GP" : "done");
	is = get_system(&v).cr0 | get_system(&v).cr4 << 32;
	CHECK_EQ(is ^ was, vector ? 0 : toggle, "%s: %s", name,
		 vector ? "nothing has changed" : "the bit has changed");
	if (!vector)
		return;
	CHECK_EQ(gpr(&v, AXVCPU_X86_RCX), 0, "%s: the error code", name);
	CHECK_EQ(*(u32 *)(vm.ram + STACK - 12), MOV, "%s: RIP is at the MOV", name);
}

/* Reserved: 2, 1, 8 to 5, 63 to the width of addresses. */
static void check_reserved(void)
{
	static const u8 bits[] = { 1, 2, 5, 6, 7, 8, 51, 52, 62, 63 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		char name[40];

		snprintf(name, sizeof(name), "PG, bit %u of a PDPTE", bits[i]);
		put_pdptes(1ULL << bits[i] | PRESENT);
		start(mov_cr0, mov_cr0_end, CR0_PG, false);
		check(name, 13, CR0_PG);
		snprintf(name, sizeof(name), "the same, not present");
		put_pdptes(1ULL << bits[i]);
		start(mov_cr0, mov_cr0_end, CR0_PG, false);
		check(name, NO_VECTOR, CR0_PG);
	}
}

/* With paging on: what reads them again does, and what does not does not. */
static void check_again(void)
{
	static const struct {
		const char *name;
		u64 toggle;
		u32 vector;
	} cr4[] = { { "CR4.PGE", CR4_PGE, 13 },
		    { "CR4.PSE", CR4_PSE, 13 },
		    { "CR4.OSFXSR", 1ULL << 9, NO_VECTOR } };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cr4); i++) {
		put_pdptes(0);
		start(mov_cr4, mov_cr4_end, cr4[i].toggle, true);
		put_pdptes(2 | PRESENT);
		check(cr4[i].name, cr4[i].vector, cr4[i].toggle << 32);
	}
	put_pdptes(0);
	start(mov_cr0, mov_cr0_end, CR0_WP, true);
	put_pdptes(2 | PRESENT);
	check("CR0.WP", NO_VECTOR, CR0_WP);
}

static void check_npf(u32 cause, u32 host_errno, const char *name)
{
	const struct axvcpu_exit *e = &v.run->exit;

	NEED_EXIT(&v, NESTED_PAGE_FAULT);
	CHECK_EQ(e->u.npf.gpa, ABSENT, "%s: the address", name);
	CHECK_EQ(e->u.npf.cause, cause, "%s: the cause", name);
	CHECK_EQ(e->u.npf.host_errno, host_errno, "%s: the host's errno", name);
	CHECK_EQ(e->pc, MOV, "%s: the PC is at the MOV", name);
	CHECK_EQ(get_system(&v).cr0 & CR0_PG, 0, "%s: CR0 is as before", name);
}

/*
 * Nothing answers where CR3 points, or the host can't read it: the MOV waits, and goes on
 * with memory there.
 */
static void check_absent(void)
{
	struct axvcpu_x86_system s;
	void *page;

	start(mov_cr0, mov_cr0_end, CR0_PG, false);
	s = get_system(&v);
	s.cr3 = ABSENT;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s));
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	NEED(page != MAP_FAILED, "memory");
	*(u64 *)page = (TABLES + 2 * PAGE) | PRESENT;
	NEED_RET(set_memory(vm.fd, ABSENT, page, PAGE, 0));
	NEED_RET(mprotect(page, PAGE, PROT_NONE));
	check_npf(AXVCPU_NPF_HOST_FAULT, EFAULT, "PROT_NONE memory");
	NEED_RET(set_memory(vm.fd, ABSENT, NULL, PAGE, AXVCPU_MEM_DELETE));
	check_npf(AXVCPU_NPF_NO_REGION, 0, "no memory");
	NEED_RET(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
	NEED_RET(set_memory(vm.fd, ABSENT, page, PAGE, 0));
	check("memory came", NO_VECTOR, CR0_PG);
	NEED_RET(set_memory(vm.fd, ABSENT, NULL, PAGE, AXVCPU_MEM_DELETE));
	munmap(page, PAGE);
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	put_pdptes(0);
	start(mov_cr0, mov_cr0_end, CR0_PG, false);
	check("PG, good ones", NO_VECTOR, CR0_PG);
	start(mov_cr4, mov_cr4_end, CR4_PGE, true);
	check("CR4.PGE, good ones", NO_VECTOR, CR4_PGE << 32);
	if (info()->backend != AXVCPU_BACKEND_VMX)
		return finish();
	check_reserved();
	check_again();
	check_absent();
	return finish();
}
