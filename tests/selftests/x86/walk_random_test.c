// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Random page tables in every paging mode: what the processor does with an access
 * by MOV or JMP, what TRANSLATE says of it, and what the module's own walk does
 * with INS and OUTS must agree: page faults, error codes, CR2, addresses, and
 * accessed and dirty bits.
 *
 * The guest's own code is mapped at its address for the kernel, and 2 MiB above
 * for the user. The random entries are in other slots of the top table.
 */
#include "guest.h"

#define ROOT		0x40000UL	/* the top table */
#define LOW		0x41000UL	/* tables that map the guest's code */
#define WALK		0x50000UL	/* tables on the way to the address under test */
#define TARGET		0x35000UL	/* the page it should lead to */
#define OFFSET		0x128UL
#define ALIAS		0x200000UL	/* the user's view of the guest's code */
#define FAULT_CODE	0x2000UL
#define DEVICE		0x1f0

#define P	(1ULL << 0)
#define W	(1ULL << 1)
#define U	(1ULL << 2)
#define A	(1ULL << 5)
#define D	(1ULL << 6)
#define PS	(1ULL << 7)
#define NX	(1ULL << 63)
#define PF_RSVD	(1ULL << 3)	/* error code */

#define CR0_WP		(1ULL << 16)
#define CR0_PG		(1ULL << 31)
#define CR4_PSE		(1ULL << 4)
#define CR4_PAE		(1ULL << 5)
#define CR4_LA57	(1ULL << 12)
#define CR4_SMEP	(1ULL << 20)
#define CR4_SMAP	(1ULL << 21)
#define CR4_PKE		(1ULL << 22)
#define EFER_NXE	(1ULL << 11)
#define RFLAGS_AC	(1ULL << 18)
#define RFLAGS_IOPL	(3ULL << 12)

enum access { READ, WRITE, EXECUTE, ACCESSES };

struct mode {
	const char *name;
	unsigned int levels, entry_bytes, index_bits;
	bool long_mode, pae;
	u64 address;		/* what is accessed */
	u64 cr4;
};

static const struct mode modes[] = {
	{ "32-bit", 2, 4, 10, false, false, 0x40000000 | TARGET | OFFSET, 0 },
	{ "32-bit with PSE", 2, 4, 10, false, false, 0x40000000 | TARGET | OFFSET, CR4_PSE },
	{ "PAE", 3, 8, 9, false, true, 0x40000000 | TARGET | OFFSET, CR4_PAE },
	{ "4-level", 4, 8, 9, true, false, 0x28000000000 | 7ULL << 30 | TARGET | OFFSET, CR4_PAE },
	{ "5-level", 5, 8, 9, true, false, 3ULL << 48 | 0x28000000000 | 7ULL << 30 | TARGET | OFFSET,
	  CR4_PAE | CR4_LA57 },
};

static struct vm vm;
static struct vcpu v;
static const struct mode *mode;
static u64 seed = 0x123456789;
static u64 agreed_faults, agreed_done, agreed_npf;

/* RBX is the address; RDI, RSI too; RDX the device's port. R8: PKRU. */
GUEST(code32, 32,
      "mov (%ebx), %al; " GUEST_DONE ".org code32 + 0x40\n"
      "mov %al, (%ebx); " GUEST_DONE ".org code32 + 0x80\n"
      "jmp *%ebx\n.org code32 + 0xc0\n"
      "outsb; " GUEST_DONE ".org code32 + 0x100\n"
      "insb; " GUEST_DONE);
#define PKRU	"test %r8d, %r8d; js 1f; push %rax; xor %ecx, %ecx; xor %edx, %edx\n" \
		"mov %r8d, %eax; wrpkru; pop %rax; mov $0x1f0, %edx; 1:\n"
GUEST(code64, 64,
      PKRU "mov (%rbx), %al; " GUEST_DONE ".org code64 + 0x40\n"
      PKRU "mov %al, (%rbx); " GUEST_DONE ".org code64 + 0x80\n"
      PKRU "jmp *%rbx\n.org code64 + 0xc0\n"
      PKRU "outsb; " GUEST_DONE ".org code64 + 0x100\n"
      PKRU "insb; " GUEST_DONE);
GUEST(fault32, 32, "pop %eax\n" GUEST_VALUE);
GUEST(fault64, 64, "pop %rax\n" GUEST_VALUE);
GUEST(target, 64, GUEST_DONE);

/* ---- tables ---------------------------------------------------------------------- */

static u64 get_entry(u64 gpa)
{
	u64 entry = 0;

	memcpy(&entry, vm.ram + gpa, mode->entry_bytes);
	return entry;
}

static void put_entry(u64 table, unsigned int index, u64 entry)
{
	memcpy(vm.ram + table + index * mode->entry_bytes, &entry, mode->entry_bytes);
}

static unsigned int index_of(u64 address, unsigned int level)
{
	return address >> (12 + mode->index_bits * (level - 1)) &
	       ((1U << mode->index_bits) - 1);
}

static u64 table_of(unsigned int level)
{
	return level == mode->levels ? ROOT : WALK + level * PAGE;
}

static u64 entry_gpa(unsigned int level)
{
	return table_of(level) + index_of(mode->address, level) * mode->entry_bytes;
}

/* The guest's code: kernel at 0, user at ALIAS; in pages of 4 KiB. */
static void map_code(void)
{
	u64 pages = 1 << mode->index_bits, page;
	unsigned int level;

	memset(vm.ram + ROOT, 0, PAGE);
	memset(vm.ram + LOW, 0, 8 * PAGE);
	for (level = mode->levels; level > 2; level--)
		put_entry(level == mode->levels ? ROOT : LOW + level * PAGE, 0,
			  (LOW + (level - 1) * PAGE) | P |
				  (mode->pae && level == 3 ? 0 : W | U));
	/* Level 2: the first one or two entries, tables at LOW and LOW + PAGE. */
	put_entry(mode->levels == 2 ? ROOT : LOW + 2 * PAGE, 0, LOW | P | W | U);
	if (mode->index_bits == 9)
		put_entry(LOW + 2 * PAGE, 1, (LOW + PAGE) | P | W | U);
	for (page = 0; page < 1024 && page < 2 * pages; page++) {
		u64 gpa = page * PAGE % ALIAS;
		u64 flags = P | W | A | D | (page * PAGE >= ALIAS ? U : 0);

		put_entry(LOW + page / pages * PAGE, page % pages, gpa | flags);
	}
}

static bool chance(unsigned int percent)
{
	return random_next(&seed) % 100 < percent;
}

static u64 random_entry(unsigned int level)
{
	bool pdpte = mode->pae && level == 3;
	u64 entry = level == 1 ? TARGET : table_of(level - 1);

	if (pdpte)
		entry |= chance(97) ? P : 0;
	else
		entry |= (chance(97) ? P : 0) | (chance(80) ? W : 0) | (chance(75) ? U : 0) |
			 (chance(50) ? A : 0) | (chance(50) ? D : 0);
	if (pdpte) {
		/* QEMU 7.2 looks at none of its reserved bits 8 to 5, 2 and 1. */
	} else if (level == 1 || level > 3) {
		entry |= chance(level == 1 ? 30 : 3) ? PS : 0;
	} else if (chance(25)) {
		/* A large page from 0 leads to TARGET as well. */
		entry = (entry & 0x7f) | PS;
		if (chance(20))
			entry |= 1ULL << (12 + random_next(&seed) % 20);
	}
	entry |= random_next(&seed) & 7 << 9;
	/* Of Intel's processors an entry, or a MOV, looks at a PDPTE's reserved bits, and no walk. */
	if (mode->entry_bytes == 4 || (pdpte && info()->backend == AXVCPU_BACKEND_VMX))
		return entry;
	if (chance(12))
		entry |= NX;
	if (chance(6))
		entry |= 1ULL << (info()->gpa_bits - 1 + random_next(&seed) % (63 - info()->gpa_bits));
	if (mode->long_mode)
		entry |= random_next(&seed) << 52 & 0x7ff0000000000000;
	return entry;
}

static void put_tables(const u64 *entry)
{
	unsigned int level;

	for (level = 1; level <= mode->levels; level++)
		memcpy(vm.ram + entry_gpa(level), &entry[level - 1], mode->entry_bytes);
}

/* ---- one access -------------------------------------------------------------------- */

struct setting {
	u64 cr0, cr4, efer;
	bool user, ac;
	u32 pkru;	/* bit 31: not set */
};

#define IN_WALK	(~0ULL)		/* a table is not in memory */

enum outcome { DONE, FAULT, NPF, OTHER };
struct result {
	enum outcome outcome;
	u64 value;	/* FAULT: error code; NPF: GPA, or IN_WALK */
	u64 cr2;
};

static void show_result(const char *who, const struct result *r)
{
	static const char *const names[] = { "done", "#PF", "second-stage fault at", "other" };

	note("%s: %s %llx (CR2 %llx)", who, names[r->outcome], (unsigned long long)r->value,
	     (unsigned long long)r->cr2);
}

static void begin(const struct setting *s, unsigned int part)
{
	struct axvcpu_x86_system system = get_system(&v);
	struct axvcpu_x86_general g = get_general(&v);
	u64 alias = s->user ? ALIAS : 0;
	unsigned int i;

	system.cr0 = (system.cr0 & ~(CR0_WP | CR0_PG)) | CR0_PG | s->cr0;
	system.cr2 = 0;
	system.cr3 = ROOT;
	system.cr4 = mode->cr4 | s->cr4;
	system.efer = (system.efer & ~EFER_NXE) | s->efer;
	system.segment[AXVCPU_X86_CS].attributes &= ~0x60;
	system.segment[AXVCPU_X86_SS].attributes &= ~0x60;
	system.segment[AXVCPU_X86_CS].selector = s->user ? SEL_USER_CODE : SEL_CODE;
	system.segment[AXVCPU_X86_SS].selector = s->user ? SEL_USER_DATA : SEL_DATA;
	/* The handler has left SS as the processor loads it in 64-bit mode: null. */
	system.segment[AXVCPU_X86_SS].base = 0;
	system.segment[AXVCPU_X86_SS].limit = 0xffffffff;
	system.segment[AXVCPU_X86_SS].attributes = 0xc93;
	if (s->user) {
		system.segment[AXVCPU_X86_CS].attributes |= 0x60;
		system.segment[AXVCPU_X86_SS].attributes |= 0x60;
	}
	for (i = AXVCPU_X86_ES; i <= AXVCPU_X86_GS; i++)
		if (i != AXVCPU_X86_CS && i != AXVCPU_X86_SS)
			system.segment[i].attributes |= 0x60;
	/* QEMU 7.2 looks for a TSS that is not busy, as its LTR leaves it. */
	system.segment[AXVCPU_X86_TR].attributes = 0x89;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &system));
	g.rip = CODE + alias + part * 0x40;
	g.rflags = 2 | RFLAGS_IOPL | (s->ac ? RFLAGS_AC : 0);
	g.gpr[AXVCPU_X86_RSP] = STACK - 0x800 + alias;
	g.gpr[AXVCPU_X86_RAX] = 0x90;
	g.gpr[AXVCPU_X86_RDX] = DEVICE;
	g.gpr[AXVCPU_X86_RBX] = g.gpr[AXVCPU_X86_RSI] = g.gpr[AXVCPU_X86_RDI] = mode->address;
	g.gpr[8] = s->pkru;
	set_general(&v, &g);
}

static struct result access_once(const struct setting *s, unsigned int part)
{
	const struct axvcpu_exit *e = &v.run->exit;
	struct result r = { .outcome = OTHER };

	begin(s, part);
	switch (run_exit(&v)) {
	case AXVCPU_EXIT_IO_READ:
		r.outcome = e->u.io.port == DEVICE ? DONE : OTHER;
		break;
	case AXVCPU_EXIT_IO_WRITE:
		if (e->u.io.port == DEVICE || e->u.io.port == PORT_DONE) {
			r.outcome = DONE;
		} else if (e->u.io.port == PORT_VALUE) {
			r.outcome = FAULT;
			r.value = e->u.io.data;
			/* A reserved bit counts in present entries: QEMU 7.2 clears P. */
			if (r.value & PF_RSVD)
				r.value |= P;
			r.cr2 = has_cr2() ? get_system(&v).cr2 : mode->address;
		}
		break;
	case AXVCPU_EXIT_MMIO_READ:
	case AXVCPU_EXIT_MMIO_WRITE:
		r.outcome = NPF;
		r.value = e->u.mmio.gpa;
		break;
	case AXVCPU_EXIT_NESTED_PAGE_FAULT:
		r.outcome = NPF;
		r.value = e->u.npf.access & AXVCPU_ACCESS_WALK ? IN_WALK : e->u.npf.gpa;
		break;
	}
	if (r.outcome == OTHER)
		note("%s", exit_text(&v));
	if (v.run->exit.flags & AXVCPU_EXIT_PENDING) {
		cancel(&v);
		NEED_RET(call_value(v.fd, AXVCPU_RUN, AXVCPU_RUN_COMPLETE_ONLY));
	}
	return r;
}

static struct result translate(const struct setting *s, enum access access)
{
	static const u32 flag[] = { AXVCPU_ACCESS_READ, AXVCPU_ACCESS_WRITE, AXVCPU_ACCESS_EXECUTE };
	struct axvcpu_translate args = { .size = sizeof(args), .gva = mode->address,
					 .access = flag[access] };
	struct result r = { .outcome = FAULT };
	long ret;

	if (s->user)
		args.access |= AXVCPU_ACCESS_USER;
	begin(s, access);
	ret = call(v.fd, AXVCPU_TRANSLATE, &args);
	if (ret == -EFAULT) {
		r.outcome = NPF;
		r.value = IN_WALK;
		return r;
	}
	NEED_RET(ret);
	if (!args.valid) {
		r.value = args.error_code;
		r.cr2 = mode->address;
	} else if (args.gpa < RAM_SIZE) {
		r.outcome = DONE;
	} else {
		r.outcome = NPF;
		r.value = args.gpa;
	}
	return r;
}

static bool same(const struct result *a, const struct result *b)
{
	return a->outcome == b->outcome && a->value == b->value && a->cr2 == b->cr2;
}

static void complain(const struct setting *s, enum access access, const u64 *entry,
		     const char *what, const struct result *processor, const struct result *ours)
{
	unsigned int level;

	CHECK(false, "%s, %s %s: %s", mode->name, s->user ? "user" : "kernel",
	      access == READ ? "read" : access == WRITE ? "write" : "execute", what);
	show_result("the processor", processor);
	show_result("the module", ours);
	note("cr0 %llx cr4 %llx efer %llx ac %d pkru %x", (unsigned long long)s->cr0,
	     (unsigned long long)(s->cr4 | mode->cr4), (unsigned long long)s->efer, s->ac, s->pkru);
	for (level = mode->levels; level; level--)
		note("level %u: %016llx", level, (unsigned long long)entry[level - 1]);
}

/* Accessed and dirty bits after the same access by the processor and by us. */
static void compare_tables(const struct setting *s, enum access access, const u64 *entry,
			   const u64 *processor)
{
	struct result r = { .outcome = DONE };
	unsigned int level;

	for (level = 1; level <= mode->levels; level++) {
		u64 ours = get_entry(entry_gpa(level));

		if (mode->pae && level == 3)	/* QEMU 7.2 sets an accessed bit */
			continue;
		if (ours != processor[level - 1]) {
			complain(s, access, entry, "entries afterwards", &r, &r);
			note("level %u: the processor %llx, the module %llx", level,
			     (unsigned long long)processor[level - 1], (unsigned long long)ours);
			return;
		}
	}
}

static void check_once(const struct setting *s, enum access access, const u64 *entry)
{
	struct result processor, ours;
	u64 after[5];
	unsigned int level;

	put_tables(entry);
	processor = access_once(s, access);
	for (level = 1; level <= mode->levels; level++)
		after[level - 1] = get_entry(entry_gpa(level));
	/* After it, for the guest has set its PKRU by then. */
	put_tables(entry);
	ours = translate(s, access);
	if (!same(&processor, &ours)) {
		complain(s, access, entry, "TRANSLATE", &processor, &ours);
		return;
	}
	agreed_done += ours.outcome == DONE;
	agreed_faults += ours.outcome == FAULT;
	agreed_npf += ours.outcome == NPF;
	if (access == EXECUTE)
		return;
	ours = access_once(s, 3 + access);
	if (!same(&processor, &ours))
		complain(s, access, entry, access == READ ? "OUTS" : "INS", &processor, &ours);
	else if (ours.outcome == DONE)
		compare_tables(s, access, entry, after);
}

/* ---- modes ------------------------------------------------------------------------ */

static bool has(u32 leaf, unsigned int reg, unsigned int bit)
{
	u32 r[4];

	__asm__("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(0));
	return r[reg] >> bit & 1;
}

static void start_mode(void)
{
	u32 start = mode->long_mode ? AXVCPU_X86_START_LONG : AXVCPU_X86_START_PROTECTED;

	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	if (mode->long_mode) {
		start_code(&v, start, code64, code64_end);
		load(&vm, FAULT_CODE, fault64, fault64_end);
	} else {
		start_code(&v, start, code32, code32_end);
		load(&vm, FAULT_CODE, fault32, fault32_end);
	}
	load(&vm, TARGET + OFFSET, target, target_end);
	gate(&v, start, 14, FAULT_CODE);
	map_code();
}

static void check_mode(unsigned int rounds)
{
	bool smep = has(7, 1, 7), smap = has(7, 1, 20);
	bool pku = has(7, 2, 3) && mode->long_mode && info()->block_length[AXVCPU_BLOCK_FPU] > 2688;
	int before = failures;
	unsigned int i, level;

	start_mode();
	agreed_done = agreed_faults = agreed_npf = 0;
	for (i = 0; i < rounds && failures < before + 10; i++) {
		struct setting s = {
			.cr0 = chance(50) ? CR0_WP : 0,
			.efer = chance(60) ? EFER_NXE : 0,
			.user = chance(50),
			.ac = chance(50),
			.pkru = 0x80000000,
		};
		u64 entry[5];

		if (smep && chance(50))
			s.cr4 |= CR4_SMEP;
		if (smap && chance(50))
			s.cr4 |= CR4_SMAP;
		if (pku && chance(50)) {
			s.cr4 |= CR4_PKE;
			s.pkru = (u32)random_next(&seed) & 0x7ffffffc;
		}
		for (level = 1; level <= mode->levels; level++)
			entry[level - 1] = random_entry(level);
		/* The target runs in place of what INS wrote there. */
		load(&vm, TARGET + OFFSET, target, target_end);
		check_once(&s, (enum access)(random_next(&seed) % ACCESSES), entry);
	}
	note("%s: %llu accesses done, %llu page faults, %llu second-stage faults", mode->name,
	     (unsigned long long)agreed_done, (unsigned long long)agreed_faults,
	     (unsigned long long)agreed_npf);
	CHECK(failures == before, "%s paging: processor, TRANSLATE and string I/O agree", mode->name);
	CHECK(agreed_done > rounds / 20 && agreed_faults > rounds / 20,
	      "%s paging: both successes and faults", mode->name);
	COVERS("TRANSLATE", "Ready", "random");
}

/* Tables that are elsewhere in the owner's memory now are read there. */
static void check_moved(void)
{
	struct setting s = { .cr0 = CR0_WP, .pkru = 0x80000000 };
	u8 *old = vm.ram, *other;
	struct result r;
	unsigned int level;
	u64 entry[5];

	mode = &modes[3];
	start_mode();
	for (level = 1; level <= mode->levels; level++)
		entry[level - 1] = (level == 1 ? TARGET : table_of(level - 1)) | P | W | A | D;
	put_tables(entry);
	r = access_once(&s, 3 + WRITE);
	EXPECT_EQ(r.outcome, DONE, "INS to a mapped page");
	r = access_once(&s, 3 + WRITE);
	CHECK_EQ(r.outcome, DONE, "INS to a mapped page, again");
	other = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	NEED(other != MAP_FAILED, "mmap");
	memcpy(other, old, RAM_SIZE);
	vm.ram = other;
	memset(vm.ram + entry_gpa(1), 0, 8);
	NEED_RET(set_memory(vm.fd, 0, NULL, 0, AXVCPU_MEM_DELETE));
	NEED_RET(set_memory(vm.fd, 0, other, RAM_SIZE, 0));
	r = access_once(&s, 3 + WRITE);
	CHECK_EQ(r.outcome, FAULT, "not mapped in the memory that has taken its place: #PF");
	r = translate(&s, WRITE);
	CHECK_EQ(r.outcome, FAULT, "and TRANSLATE says the same");
	put_tables(entry);
	r = access_once(&s, 3 + WRITE);
	CHECK_EQ(r.outcome, DONE, "mapped there as well: done");
	munmap(old, RAM_SIZE);
}

int main(void)
{
	unsigned int i;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	start_code(&v, AXVCPU_X86_START_REAL, code32, code32_end);
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		mode = &modes[i];
		if (mode->cr4 & CR4_LA57 && !has(7, 2, 16))
			continue;
		check_mode(2000 / slowness());
	}
	check_moved();
	return finish();
}
