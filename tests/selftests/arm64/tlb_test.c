// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Translations that a guest has replaced are used by none of its vCPUs any more, by
 * whatever TLBI it asks for that, on whatever CPUs they run; and vCPUs that take turns on
 * a CPU, of one VM or of several, never use each other's.
 *
 * Where a guest's page moves, its old place keeps the number before: whoever finds a
 * number smaller than what was announced has used an old translation.
 *
 * QEMU 7.2 forgets all translations whenever the host enters or leaves a guest: what is
 * not about two CPUs at once can only fail on hardware.
 */
#include "guest.h"

#define TABLES(n)	(0x10000UL + (n) * 0x3000UL)	/* levels 1, 2 and 3 */
#define OTHER_CODE	0x4000UL
#define MOVING		0x40000000UL
#define ANNOUNCED	DATA
#define ROUNDS(n)	(DATA + 0x100 + 8 * (n))
#define PLACE(n)	(DATA + 0x10000UL * (1 + (n)))

#define ENTRY		(3ULL | 3 << 8 | 1 << 10)	/* page or table, shareable, AF */
#define BLOCK		(1ULL | 3 << 8 | 1 << 10)

/*
 * X1: the moving page's entry; X2, X3: what it becomes now, and next; X4: ANNOUNCED;
 * X5: MOVING; X6, X7: the places; X8: MOVING's page number; X12: ROUNDS; X20: number.
 * Break before make (DDI 0487, "TLB maintenance").
 */
#define MOVE(tlbi)                                                                                 \
	"add x20, x20, #1\nstr x20, [x6]\ndsb ish\n"                                               \
	"str xzr, [x1]\ndsb ish\n" tlbi "\ndsb ish\nisb\n"                                        \
	"str x2, [x1]\ndsb ish\nisb\nstlr x20, [x4]\n"                                            \
	"mov x9, x2\nmov x2, x3\nmov x3, x9\nmov x9, x6\nmov x6, x7\nmov x7, x9\n"
#define ROUND	"ldr x9, [x12]\nadd x9, x9, #1\nstr x9, [x12]\n"

/* Time to look, before the old place has a number again. */
#define PAUSE	"mov x9, #300\n3: sub x9, x9, #1\ncbnz x9, 3b\n"
#define MOVER(name, tlbi) GUEST(name, PLAIN, "1: " MOVE(tlbi) ROUND PAUSE "b 1b\n")
MOVER(by_address, "tlbi vae1is, x8");
MOVER(by_any_asid, "tlbi vaae1is, x8");
MOVER(by_leaf, "tlbi vale1is, x8");
MOVER(by_asid, "tlbi aside1is, xzr");
MOVER(by_all, "tlbi vmalle1is");
/* For itself, on whatever CPU that is next time: all of them must know. */
GUEST(by_itself, PLAIN,
      "1: " MOVE("tlbi vmalle1") "ldr x0, [x5]\ncmp x0, x20\nb.ne 2f\n" ROUND "b 1b\n"
      "2: " GUEST_VALUE);
GUEST(looks, PLAIN,
      "1: ldar x10, [x4]\nldr x0, [x5]\ncmp x0, x10\nb.lo 2f\n" ROUND "b 1b\n2: " GUEST_VALUE);
/* While the page is nowhere: try again. */
GUEST(again, PLAIN,
      "mrs x9, esr_el1\nand x9, x9, #0x3f\ncmp x9, #7\nb.ne 1f\neret\n"
      "1: mrs x0, esr_el1\n" G_SAY(0xef));
/* X0 is what MOVING must have; it is written back, and so is a count. */
GUEST(checks, PLAIN,
      "1: ldr x10, [x5]\ncmp x10, x0\nb.ne 2f\nstr x0, [x5]\n" ROUND "b 1b\n"
      "2: mov x0, x10\n" GUEST_VALUE);

static void put_tables(struct vm *vm, unsigned int n, u64 place)
{
	u64 *root = (u64 *)(vm->ram + TABLES(n));

	memset(root, 0, 3 * PAGE);
	root[0] = BLOCK;			/* 1 GiB from 0 on */
	root[1] = (TABLES(n) + PAGE) | ENTRY;
	root[512] = (TABLES(n) + 2 * PAGE) | ENTRY;
	root[1024] = place | ENTRY;
}

/* 39 bits of address in pages of 4 KiB. */
static void turn_on(struct vcpu *v, unsigned int n)
{
	struct axvcpu_arm64_system s = get_system(v);

	s.sctlr_el1 |= 1 | 1 << 2 | 1 << 12;
	s.tcr_el1 = 5ULL << 32 | 2ULL << 30 | 25 << 16 | 0x3500 | 25;
	s.ttbr0_el1 = TABLES(n);
	s.mair_el1 = 0xff;
	set_system(v, &s);
}

/* @n: its tables; @rounds: where it counts. */
static void start(struct vcpu *v, u64 place, const u8 *code, const u8 *end, unsigned int n,
		  unsigned int rounds)
{
	struct axvcpu_arm64_general g;

	load(v->vm, place, code, end);
	prepare_mode(v->vm, MODE_PLAIN);
	set_vector(v->vm, VECTOR_SYNC, again, again_end);
	NEED_RET(setup_vcpu(v, MODE_PLAIN, place));
	finish_mode(v, MODE_PLAIN);
	turn_on(v, n);
	g = get_general(v);
	g.x[1] = TABLES(n) + 2 * PAGE;
	g.x[2] = PLACE(1) | ENTRY;
	g.x[3] = PLACE(0) | ENTRY;
	g.x[4] = ANNOUNCED;
	g.x[5] = MOVING;
	g.x[6] = PLACE(1);
	g.x[7] = PLACE(0);
	g.x[8] = MOVING >> 12;
	g.x[12] = ROUNDS(rounds);
	set_general(v, &g);
	NEED_RET(bind_vcpu(v, -1));
	*(u64 *)(v->vm->ram + ROUNDS(rounds)) = 0;
}

static u64 rounds_of(struct vm *vm, unsigned int n)
{
	return *(volatile u64 *)(vm->ram + ROUNDS(n));
}

/* ---- two vCPUs of a VM, on two CPUs --------------------------------------------------- */

static void check_shared(const char *name, const u8 *code, const u8 *end)
{
	struct vm vm;
	struct vcpu mover, looker;
	struct runner r[2];
	unsigned int tries = 0;
	bool enough;

	vm_new(&vm, 0);
	vcpu_new(&mover, &vm, 0);
	vcpu_new(&looker, &vm, 1);
	put_tables(&vm, 0, PLACE(0));
	start(&mover, CODE, code, end, 0, 0);
	start(&looker, OTHER_CODE, looks, looks_end, 0, 1);
	runner_start(&r[0], &mover, 0);
	runner_start(&r[1], &looker, 1);
	/* Whoever looks more often gets in their way. */
	do
		sleep_ms(300);
	while (!(enough = rounds_of(&vm, 0) > 2000 && rounds_of(&vm, 1) > 2000) && ++tries < 20);
	runner_kick(&r[0]);
	runner_kick(&r[1]);
	CHECK_EQ(mover.run->exit.reason, AXVCPU_EXIT_NOTHING, "%s: the one that moves it: %s", name,
		 exit_text(&mover));
	CHECK_EQ(looker.run->exit.reason, AXVCPU_EXIT_NOTHING,
		 "%s: the other one uses no old translation: %s", name, exit_text(&looker));
	CHECK(enough, "%s: %llu moves, %llu looks", name, (unsigned long long)rounds_of(&vm, 0),
	      (unsigned long long)rounds_of(&vm, 1));
	vcpu_free(&mover);
	vcpu_free(&looker);
	vm_free(&vm);
}

#define CHECK_SHARED(text, name) check_shared(text, name, name##_end)

/* ---- one vCPU, on two CPUs in turn ------------------------------------------------------ */

/* What has to have been done; a kernel with checkers does a tenth. */
static unsigned int least(void)
{
	return checking_kernel() ? 10 : 100;
}

static void check_alone(void)
{
	u64 until = now_ns() + 2 * SECOND;
	unsigned int turns = 0;
	struct vm vm;
	struct vcpu v;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	put_tables(&vm, 0, PLACE(0));
	start(&v, CODE, by_itself, by_itself_end, 0, 0);
	while (now_ns() < until) {
		NEED(pin_to((int)(turns++ & 1)), "pin_to");
		v.run->deadline_ns = now_ns() + MS / 2;
		NEED_RET(run(&v));
		if (v.run->exit.reason != AXVCPU_EXIT_NOTHING)
			break;
	}
	unpin();
	CHECK_EQ(v.run->exit.reason, AXVCPU_EXIT_NOTHING,
		 "TLBI for itself, on two CPUs in turn: no old translation: %s", exit_text(&v));
	CHECK(turns > least() && rounds_of(&vm, 0) > least(), "%u turns, %llu moves", turns,
	      (unsigned long long)rounds_of(&vm, 0));
	vcpu_free(&v);
	vm_free(&vm);
}

/* ---- vCPUs that share a CPU ---------------------------------------------------------------- */

#define SHARERS	4

struct sharer {
	struct vm *vm;
	struct vcpu v;
	u64 until;
	unsigned int n;
	bool wrong;
};

static void *share(void *argument)
{
	struct sharer *s = argument;

	NEED(pin_to(0), "pin_to");
	while (now_ns() < s->until && !s->wrong) {
		s->v.run->deadline_ns = now_ns() + MS * slowness() / 2;
		NEED_RET(run(&s->v));
		s->wrong = s->v.run->exit.reason != AXVCPU_EXIT_NOTHING;
		sched_yield();
	}
	return NULL;
}

static u64 secret(unsigned int n)
{
	return 0x5ec0000 + n;
}

static void begin_sharer(struct sharer *s, struct vm *vm, unsigned int n, bool same_vm)
{
	unsigned int own = same_vm ? n : 0;

	s->vm = vm;
	s->n = own;
	s->wrong = false;
	s->until = now_ns() + (checking_kernel() ? 8 : 1) * SECOND;
	put_tables(vm, own, PLACE(own));
	*(u64 *)(vm->ram + PLACE(own)) = secret(n);
	vcpu_new(&s->v, vm, n);
	start(&s->v, CODE, checks, checks_end, own, own);
	set_gpr(&s->v, 0, secret(n));
}

static void check_turns(bool same_vm)
{
	const char *name = same_vm ? "vCPUs of one VM" : "vCPUs of different VMs";
	struct vm vm[SHARERS];
	struct sharer s[SHARERS];
	pthread_t thread[SHARERS];
	unsigned int i, wrong = 0, idle = 0;

	for (i = 0; i < SHARERS; i++)
		if (!i || !same_vm)
			vm_new(&vm[i], 0);
	for (i = 0; i < SHARERS; i++)
		begin_sharer(&s[i], &vm[same_vm ? 0 : i], i, same_vm);
	for (i = 0; i < SHARERS; i++)
		thread[i] = start_thread(share, &s[i]);
	for (i = 0; i < SHARERS; i++) {
		end_thread(thread[i]);
		if (s[i].wrong)
			note("%u: %s", i, exit_text(&s[i].v));
		wrong += s[i].wrong;
		idle += rounds_of(s[i].vm, s[i].n) < least();
		vcpu_free(&s[i].v);
	}
	CHECK_EQ(wrong, 0, "%s that share a CPU, and addresses: each has its own memory", name);
	CHECK_EQ(idle, 0, "%s: and all go on", name);
	for (i = 0; i < (same_vm ? 1U : SHARERS); i++)
		vm_free(&vm[i]);
}

int main(void)
{
	close(open_device());
	if (cpu_count() >= 2) {
		CHECK_SHARED("TLBI VAE1IS", by_address);
		CHECK_SHARED("TLBI VAAE1IS", by_any_asid);
		CHECK_SHARED("TLBI VALE1IS", by_leaf);
		CHECK_SHARED("TLBI ASIDE1IS", by_asid);
		CHECK_SHARED("TLBI VMALLE1IS", by_all);
		check_alone();
	}
	check_turns(false);
	check_turns(true);
	return finish();
}
