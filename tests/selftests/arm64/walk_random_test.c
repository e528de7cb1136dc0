// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Random stage 1 tables, of all granules, sizes and orders of bytes, in both halves: what
 * TRANSLATE says is what the processor does, asked by AT S1E1R, S1E1W, S1E0R and S1E0W,
 * and by fetches at EL1 and EL0.
 *
 * The guest's own code is in the other half, where a GiB from 0 on is to be executed
 * and, a second time, to be written.
 */
#include "guest.h"

#define FIXED		0x10000UL		/* the table of the guest's own half */
#define TABLE(level)	(0x20000UL * (1 + (level)))
#define TARGET		0x100000UL
#define OFFSET		0x468UL
#define HIGH_BASE	0xffffff8000000000ULL	/* 39 bits */
#define WRITABLE	(1ULL << 30)

#define D_VALID		1ULL
#define D_TABLE		2ULL
#define D_USER		(1ULL << 6)
#define D_READONLY	(1ULL << 7)
#define D_AF		(1ULL << 10)
#define D_PXN		(1ULL << 53)
#define D_UXN		(1ULL << 54)

#define SCTLR_WXN	(1ULL << 19)
#define SCTLR_EE	(1ULL << 25)

#define FSC_EXTERNAL_WALK 0x14ULL
#define EC_SVC		0x15
#define EC_FETCH_LOWER	0x20
#define EC_FETCH_SAME	0x21

/* X1: the address; X8: where to tell the VMM. */
GUEST(ask, PLAIN,
      "tlbi vmalle1\ndsb sy\nisb\n"
      "at s1e1r, x1\nisb\nmrs x2, par_el1\n"
      "at s1e1w, x1\nisb\nmrs x3, par_el1\n"
      "at s1e0r, x1\nisb\nmrs x4, par_el1\n"
      "at s1e0w, x1\nisb\nmrs x5, par_el1\n"
      "str w0, [x8]\n");
GUEST(taken, PLAIN, "mrs x2, esr_el1\nmrs x3, far_el1\nstr w0, [x8]\n");
GUEST(target, PLAIN, "svc #0x55\n");
GUEST(features, PLAIN,
      "mrs x1, id_aa64mmfr0_el1\nmrs x2, id_aa64mmfr2_el1\nmrs x3, id_aa64mmfr1_el1\n" GUEST_DONE);

static const struct granule {
	const char *name;
	unsigned int shift;
	unsigned int tg0, tg1;
	unsigned int first_block; /* the level from which on there are blocks */
} granules[] = {
	{ "4 KiB", 12, 0, 2, 1 },
	{ "16 KiB", 14, 2, 1, 2 },
	{ "64 KiB", 16, 1, 3, 2 },
};

static struct vm vm;
static struct vcpu v;
static u64 seed = 0x853c49e6748fea9b;
static bool has_granule[ARRAY_SIZE(granules)], has_small, has_hpd;

static bool chance(unsigned int percent)
{
	return random_next(&seed) % 100 < percent;
}

/* ---- one setting ------------------------------------------------------------------- */

struct setting {
	const struct granule *granule;
	bool high;
	unsigned int size;	/* TnSZ */
	u64 tcr, sctlr, ttbr;
	u64 va;
	u64 entry[4];
};

/* With an address beyond the IPS's now and then. */
static u64 random_address(u64 usual, unsigned int shift)
{
	u64 any = random_next(&seed) & ((1ULL << (chance(50) ? 48 : 36)) - 1);

	return chance(93) ? usual : any >> shift << shift;
}

static u64 random_table(const struct setting *s, unsigned int level)
{
	u64 entry = random_address(TABLE(level + 1), s->granule->shift) | D_TABLE;
	unsigned int bit;

	entry |= chance(97) ? D_VALID : 0;
	for (bit = 59; bit < 63; bit++)
		entry |= chance(15) ? 1ULL << bit : 0;
	return entry;
}

static u64 random_leaf(const struct setting *s, unsigned int level)
{
	unsigned int low = s->granule->shift + (s->granule->shift - 3) * (3 - level);
	u64 entry = random_address(level == 3 ? TARGET : 0, low);

	entry |= chance(97) ? D_VALID : 0;
	if (level == 3)
		entry |= chance(97) ? D_TABLE : 0;
	entry |= random_next(&seed) & (D_USER | D_READONLY | 0x300 | 1 << 11);
	entry |= chance(95) ? D_AF : 0;
	entry |= random_next(&seed) & (1ULL << 52 | D_PXN | D_UXN | 0xfULL << 55);
	return entry;
}

/* QEMU 7.2 takes a block for one on levels that have none. */
static void random_entries(struct setting *s)
{
	bool leaf = false;
	unsigned int level;

	for (level = 0; level < 4; level++) {
		leaf = level == 3 || (level >= s->granule->first_block && chance(25));
		s->entry[level] = leaf ? random_leaf(s, level) : random_table(s, level);
	}
}

/* 12 to 15 are addresses of 52 bits, which are hidden and may be there. */
static unsigned int random_size(const struct setting *s)
{
	unsigned int most = !has_small ? 39 : s->granule->shift == 16 ? 47 : 48;

	if (chance(2))
		return (unsigned int)(random_next(&seed) % 12);
	if (chance(2))
		return 40 + (unsigned int)(random_next(&seed) % 24);
	return 16 + (unsigned int)(random_next(&seed) % (most - 15));
}

/* The tables' bits at random, the rest leads to TARGET in a block as well as in a page. */
static u64 random_va(const struct setting *s)
{
	unsigned int bits = 64 - s->size;
	u64 va = (random_next(&seed) << 30 | TARGET | OFFSET) & (bits >= 64 ? ~0ULL : (1ULL << bits) - 1);

	if (s->high)
		va |= ~0ULL << (bits > 55 ? 55 : bits);
	if (chance(5))
		va ^= 1ULL << (30 + random_next(&seed) % 25);
	if (chance(8))
		va ^= random_next(&seed) << 56;
	return (va & ~(1ULL << 55)) | (u64)s->high << 55;
}

static struct setting random_setting(void)
{
	struct setting s = { .high = chance(50) };
	unsigned int other = 25;
	u64 tg;

	do
		s.granule = &granules[random_next(&seed) % ARRAY_SIZE(granules)];
	while (!has_granule[s.granule - granules]);
	s.size = random_size(&s);
	tg = s.high ? (u64)s.granule->tg1 << 30 : (u64)2 << 30 | (u64)s.granule->tg0 << 14;
	s.tcr = tg | (s.high ? (u64)s.size << 16 | other : (u64)other << 16 | s.size);
	/* Inner and outer write-back, inner shareable, in both halves. */
	s.tcr |= 0x35003500;
	s.tcr |= (random_next(&seed) % 6) << 32;
	s.tcr |= chance(3) ? (s.high ? 1 << 23 : 1 << 7) : 0;
	s.tcr |= chance(40) ? 1ULL << (s.high ? 38 : 37) : 0;
	s.tcr |= has_hpd && chance(30) ? 1ULL << (s.high ? 42 : 41) : 0;
	s.sctlr = 1 | (chance(30) ? SCTLR_WXN : 0) | (chance(30) ? SCTLR_EE : 0);
	s.va = random_va(&s);
	random_entries(&s);
	return s;
}

/* ---- into the guest ------------------------------------------------------------------ */

static void put(const struct setting *s, u64 gpa, u64 entry)
{
	if (s->sctlr & SCTLR_EE)
		entry = __builtin_bswap64(entry);
	memcpy(vm.ram + gpa, &entry, sizeof(entry));
}

/* Of the levels that there are, the first has a table that may be short. */
static unsigned int first_level(const struct setting *s)
{
	int bits = 64 - (int)s->size - (int)s->granule->shift;
	int stride = (int)s->granule->shift - 3;

	if (bits < 1)
		return 3;
	return bits > 4 * stride ? 0 : (unsigned int)(4 - (bits + stride - 1) / stride);
}

static u64 index_of(const struct setting *s, unsigned int level, bool first)
{
	unsigned int stride = s->granule->shift - 3, bits = 64 - s->size;
	unsigned int low = s->granule->shift + stride * (3 - level);

	if (first && bits < low + stride)
		return bits > low ? s->va >> low & ((1ULL << (bits - low)) - 1) : 0;
	return s->va >> low & ((1ULL << stride) - 1);
}

static void put_tables(struct setting *s)
{
	unsigned int level, first = first_level(s);

	for (level = first; level < 4; level++)
		put(s, TABLE(level) + index_of(s, level, level == first) * 8, s->entry[level]);
	s->ttbr = chance(97) ? TABLE(first) : random_address(TABLE(first), 16);
	put(s, FIXED, D_VALID | D_AF | 0x300 | D_READONLY | D_UXN);
	put(s, FIXED + 8, D_VALID | D_AF | 0x300 | D_PXN | D_UXN);
}

/* The guest's own half. */
static u64 own_base(const struct setting *s)
{
	return s->high ? 0 : HIGH_BASE;
}

static void begin(const struct setting *s, u64 pc, u64 pstate)
{
	u64 own = own_base(s);
	struct axvcpu_arm64_system system = get_system(&v);
	struct axvcpu_arm64_general g = get_general(&v);

	system.sctlr_el1 = (system.sctlr_el1 & ~(1ULL | SCTLR_WXN | SCTLR_EE)) | s->sctlr;
	system.tcr_el1 = s->tcr;
	system.ttbr0_el1 = s->high ? FIXED : s->ttbr;
	system.ttbr1_el1 = s->high ? s->ttbr : FIXED;
	system.mair_el1 = 0xff;
	system.vbar_el1 = own + VECTORS;
	set_system(&v, &system);
	g.pc = pc;
	g.pstate = pstate;
	g.x[1] = s->va;
	g.x[8] = own + WRITABLE + PORTS + 8 * PORT_DONE;
	set_general(&v, &g);
}

/* ---- one access ------------------------------------------------------------------------ */

#define IN_WALK	(~0ULL)		/* a table is not in memory */

enum outcome { DONE, FAULT, OTHER };

struct result {
	enum outcome outcome;
	u64 value;	/* DONE: GPA, 0: not known; FAULT: status code, or IN_WALK */
};

static struct result of_par(u64 par, u64 va)
{
	if (par & 1)
		return (struct result){ FAULT, par >> 1 & 0x3f };
	return (struct result){ DONE, (par & 0xfffffffff000) | (va & 0xfff) };
}

/* A table beyond the guest's memory: its walk leaves guest mode. */
static bool left_in_walk(void)
{
	return v.run->exit.reason == AXVCPU_EXIT_NESTED_PAGE_FAULT &&
	       v.run->exit.u.npf.access & AXVCPU_ACCESS_WALK;
}

static void ask_all(const struct setting *s, struct result r[4])
{
	u32 reason;
	unsigned int i;

	begin(s, own_base(s) + CODE, 0x3c5);
	reason = run_exit(&v);
	for (i = 0; i < 4; i++) {
		if (left_in_walk())
			r[i] = (struct result){ FAULT, IN_WALK };
		else if (reason == REASON_SAY && said(&v, PORT_DONE))
			r[i] = of_par(gpr(&v, 2 + i), s->va);
		else
			r[i] = (struct result){ OTHER, 0 };
	}
	if (r[0].outcome == OTHER)
		note("%s", exit_text(&v));
}

static struct result fetch(const struct setting *s, bool user)
{
	const struct axvcpu_exit *e = &v.run->exit;
	u64 esr;

	begin(s, s->va, user ? 0x3c0 : 0x3c5);
	run_exit(&v);
	if (left_in_walk())
		return (struct result){ FAULT, IN_WALK };
	if (e->reason == AXVCPU_EXIT_NESTED_PAGE_FAULT)
		return (struct result){ DONE, e->u.npf.gpa };
	if (!said(&v, PORT_DONE)) {
		note("%s", exit_text(&v));
		return (struct result){ OTHER, 0 };
	}
	esr = gpr(&v, 2);
	if (esr >> 26 == EC_SVC)
		return (struct result){ DONE, 0 };
	if (esr >> 26 == (user ? EC_FETCH_LOWER : EC_FETCH_SAME) && gpr(&v, 3) == s->va)
		return (struct result){ FAULT, esr & 0x3f };
	return (struct result){ OTHER, esr };
}

static struct result translate(const struct setting *s, u32 access)
{
	struct axvcpu_translate args = { .size = sizeof(args), .gva = s->va, .access = access };

	NEED_RET(call(v.fd, AXVCPU_TRANSLATE, &args));
	if (args.valid)
		return (struct result){ DONE, args.gpa };
	if ((args.error_code & ~3ULL) == FSC_EXTERNAL_WALK)
		return (struct result){ FAULT, IN_WALK };
	return (struct result){ FAULT, args.error_code };
}

static u64 agreed[2], walks;

static void compare(const struct setting *s, u32 access, struct result processor,
		    const char *what)
{
	struct result ours = translate(s, access);
	unsigned int level;

	if (processor.outcome == ours.outcome &&
	    (processor.value == ours.value || (processor.outcome == DONE && !processor.value))) {
		agreed[ours.outcome]++;
		walks += ours.outcome == FAULT && ours.value == IN_WALK;
		return;
	}
	CHECK(false, "%s, %s half, %s", s->granule->name, s->high ? "high" : "low", what);
	note("the processor: %u %llx, the module: %u %llx", processor.outcome,
	     (unsigned long long)processor.value, ours.outcome, (unsigned long long)ours.value);
	note("va %llx tcr %llx sctlr %llx ttbr %llx", (unsigned long long)s->va,
	     (unsigned long long)s->tcr, (unsigned long long)s->sctlr, (unsigned long long)s->ttbr);
	for (level = first_level(s); level < 4; level++)
		note("level %u: %016llx", level, (unsigned long long)s->entry[level]);
}

/* A PC is the sign's from where the top byte is ignored. */
static bool may_fetch(const struct setting *s)
{
	return s->va >> 56 == (s->high ? 0xff : 0);
}

static void check_once(void)
{
	static const u32 access[] = {
		AXVCPU_ACCESS_READ, AXVCPU_ACCESS_WRITE, AXVCPU_ACCESS_READ | AXVCPU_ACCESS_USER,
		AXVCPU_ACCESS_WRITE | AXVCPU_ACCESS_USER,
	};
	static const char *const name[] = { "S1E1R", "S1E1W", "S1E0R", "S1E0W" };
	struct setting s = random_setting();
	struct result r[4];
	unsigned int i;

	put_tables(&s);
	ask_all(&s, r);
	for (i = 0; i < 4; i++)
		compare(&s, access[i], r[i], name[i]);
	if (!may_fetch(&s))
		return;
	r[0] = fetch(&s, false);
	compare(&s, AXVCPU_ACCESS_EXECUTE, r[0], "fetch at EL1");
	r[0] = fetch(&s, true);
	compare(&s, AXVCPU_ACCESS_EXECUTE | AXVCPU_ACCESS_USER, r[0], "fetch at EL0");
}

/* ---- the guest's processor ---------------------------------------------------------------- */

static void find_features(void)
{
	u64 mmfr0;

	START(&v, PLAIN, features);
	run_to_port(&v, PORT_DONE);
	mmfr0 = gpr(&v, 1);
	has_granule[0] = (mmfr0 >> 28 & 15) != 15;
	has_granule[1] = mmfr0 >> 20 & 15;
	has_granule[2] = (mmfr0 >> 24 & 15) != 15;
	has_small = gpr(&v, 2) >> 28 & 15;
	has_hpd = gpr(&v, 3) >> 12 & 15;
}

int main(void)
{
	unsigned int rounds = 3000 / slowness(), i;

	if (!(info()->capabilities & AXVCPU_CAP_TRANSLATE))
		skip("no AXVCPU_CAP_TRANSLATE");
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	find_features();
	RESTART(&v, PLAIN, ask);
	for (i = 0; i < 0x800; i += 0x80)
		set_vector(&vm, i, taken, taken_end);
	load(&vm, TARGET + OFFSET, target, target_end);
	for (i = 0; i < rounds && failures < 20; i++)
		check_once();
	note("%llu translations, %llu faults, %llu in tables without memory",
	     (unsigned long long)agreed[DONE], (unsigned long long)agreed[FAULT],
	     (unsigned long long)walks);
	CHECK(!failures, "random tables: TRANSLATE says what the processor does");
	CHECK(agreed[DONE] > rounds / 2 && agreed[FAULT] > rounds / 2 && walks > 3,
	      "there were translations, faults, and tables without memory");
	COVERS("TRANSLATE", "Ready", "random");
	return finish();
}
