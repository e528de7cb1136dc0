// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The host changes the memory of a guest that uses it: unmapped, mapped anew,
 * moved, discarded, copied on write by fork, protected. The guest follows.
 */
#define _GNU_SOURCE
#include "guest.h"

#define REGION		HOLE
#define PAGES		16
#define LENGTH		(PAGES * PAGE)

/* Mirror the region's first word into DATA, count in DATA + 8, for ever. */
GUEST(mirror, WIDE, "1: " G_LOAD G_PUT(0x20000) G_BUMP_AT(0x20008) G_JUMP(1b));
/* Write a counter into the region, for ever. */
GUEST(writer, WIDE, "1: " G_INC(VALUE) G_STORE G_PUT(0x20000) G_JUMP(1b));

static struct vm vm;
static struct vcpu v;
static struct runner r;
static u8 *area;

static volatile u64 *shown(void)
{
	return (volatile u64 *)(vm.ram + DATA);
}

static void map_area(void)
{
	u8 *got = mmap(area, LENGTH, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | (area ? MAP_FIXED : 0), -1, 0);

	NEED(got != MAP_FAILED, "mmap: %s", strerror(errno));
	area = got;
}

static void begin(const u8 *code, const u8 *end)
{
	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, MODE_WIDE, code, end);
	set_gpr(&v, REG_ADDRESS, REGION);
	open_to_host(&v);
	shown()[0] = shown()[1] = 0;
	runner_start(&r, &v, -1);
}

static bool sees(u64 value)
{
	return WAIT_FOR(shown()[0] == value, 3000);
}

/* The guest goes round at least once more. */
static bool goes_on(void)
{
	u64 count = shown()[1];

	return WAIT_FOR(shown()[1] > count + 1, 3000);
}

static void check_unmap(void)
{
	*(u64 *)area = 1;
	begin(mirror, mirror_end);
	CHECK(sees(1), "the guest sees its memory");
	*(u64 *)area = 2;
	CHECK(sees(2), "and a change of it");
	munmap(area, LENGTH);
	CHECK(WAIT_FOR(r.ended, 3000), "munmap stops the guest");
	runner_kick(&r);
	CHECK_EQ(v.run->exit.reason, AXVCPU_EXIT_NESTED_PAGE_FAULT, "with NESTED_PAGE_FAULT");
	CHECK_EQ(v.run->exit.u.npf.cause, AXVCPU_NPF_HOST_FAULT, "because of the host");
	map_area();
	*(u64 *)area = 3;
	runner_start(&r, &v, -1);
	CHECK(sees(3), "memory mapped there again is seen");
	runner_kick(&r);
}

/* Another mapping over the first, at once. */
static void check_remap(void)
{
	unsigned int round, missed = 0;
	u8 *other;

	begin(mirror, mirror_end);
	for (round = 10; round < 60; round++) {
		other = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		*(u64 *)other = round;
		NEED(mremap(other, LENGTH, LENGTH, MREMAP_MAYMOVE | MREMAP_FIXED, area) == area,
		     "mremap");
		missed += !sees(round);
	}
	CHECK_EQ(missed, 0, "mremap over it: the guest sees the new pages each time");
	runner_kick(&r);
}

static void check_discard(void)
{
	*(u64 *)area = 5;
	begin(mirror, mirror_end);
	CHECK(sees(5), "before MADV_DONTNEED");
	NEED(!madvise(area, LENGTH, MADV_DONTNEED), "madvise");
	CHECK(sees(0), "after MADV_DONTNEED the guest sees zeros");
	*(u64 *)area = 6;
	CHECK(sees(6), "and what is written then");
	runner_kick(&r);
	begin(writer, writer_end);
	NEED(WAIT_FOR(shown()[0] > 10, 3000), "the guest writes");
	NEED(!madvise(area, LENGTH, MADV_DONTNEED), "madvise");
	CHECK(WAIT_FOR(*(volatile u64 *)area > 10, 3000), "a guest that writes goes on in the new page");
	runner_kick(&r);
	CHECK(*(u64 *)area >= shown()[0], "and nothing is lost behind it");
}

static int forked(void *argument)
{
	u64 seen = *(volatile u64 *)area;

	(void)argument;
	sleep_ms(200);
	return *(volatile u64 *)area == seen ? 0 : 1;
}

/* fork makes the pages copy-on-write: the guest's writes must not reach the child. */
static void check_fork(void)
{
	unsigned int round, leaked = 0, stuck = 0;

	begin(writer, writer_end);
	for (round = 0; round < 5; round++) {
		pid_t pid;
		u64 before;

		NEED(WAIT_FOR(shown()[0] > 10, 3000), "the guest writes");
		pid = start_child(forked, NULL);
		before = *(volatile u64 *)area;
		leaked += end_child(pid) != 0;
		stuck += !WAIT_FOR(*(volatile u64 *)area > before, 3000);
	}
	CHECK_EQ(leaked, 0, "a guest's write does not reach a forked child");
	CHECK_EQ(stuck, 0, "the owner sees it");
	runner_kick(&r);
}

/* The owner writes after fork: its page is copied, the guest must see the copy. */
static int wait_long(void *argument)
{
	(void)argument;
	sleep_ms(300);
	return 0;
}

static void check_cow(void)
{
	unsigned int round, missed = 0;

	begin(mirror, mirror_end);
	for (round = 100; round < 105; round++) {
		pid_t pid = start_child(wait_long, NULL);

		NEED(goes_on(), "the guest runs");
		*(volatile u64 *)area = round;
		missed += !sees(round);
		end_child(pid);
	}
	CHECK_EQ(missed, 0, "the owner's write after fork is seen by the guest");
	runner_kick(&r);
}

static void check_protect(void)
{
	begin(writer, writer_end);
	NEED(WAIT_FOR(shown()[0] > 10, 3000), "the guest writes");
	mprotect(area, LENGTH, PROT_READ);
	CHECK(WAIT_FOR(r.ended, 3000), "mprotect to read-only stops a guest that writes");
	runner_kick(&r);
	CHECK_EQ(v.run->exit.reason, AXVCPU_EXIT_NESTED_PAGE_FAULT, "with NESTED_PAGE_FAULT");
	{
		u64 last = *(volatile u64 *)area;

		sleep_ms(20);
		CHECK_EQ(*(volatile u64 *)area, last, "nothing is written any more");
	}
	mprotect(area, LENGTH, PROT_READ | PROT_WRITE);
	runner_start(&r, &v, -1);
	CHECK(goes_on() || WAIT_FOR(*(volatile u64 *)area > 20, 1000), "made writable it goes on");
	runner_kick(&r);
}

struct churn {
	volatile bool stop;
	u64 rounds;
};

static void *churn(void *argument)
{
	struct churn *c = argument;

	while (!c->stop) {
		madvise(area, LENGTH, MADV_DONTNEED);
		mprotect(area, LENGTH, PROT_READ);
		mprotect(area, LENGTH, PROT_READ | PROT_WRITE);
		*(volatile u64 *)(area + PAGE) = c->rounds++;
		if (!(c->rounds & 15))
			usleep(100);
	}
	return NULL;
}

/* All at once, under a guest that writes; RUN again after each fault. */
static void check_churn(void)
{
	struct churn c = { false, 0 };
	u64 until = now_ns() + 2 * SECOND, faults = 0, other = 0;
	pthread_t thread;

	begin(writer, writer_end);
	runner_kick(&r);
	thread = start_thread(churn, &c);
	while (now_ns() < until) {
		v.run->deadline_ns = now_ns() + 50 * MS;
		NEED_RET(run(&v));
		if (v.run->exit.reason == AXVCPU_EXIT_NESTED_PAGE_FAULT)
			faults++;
		else if (v.run->exit.reason != AXVCPU_EXIT_NOTHING)
			other++;
	}
	c.stop = true;
	end_thread(thread);
	v.run->deadline_ns = 0;
	CHECK_EQ(other, 0, "memory that changes all the time gives no other exit");
	note("%llu rounds, %llu faults", (unsigned long long)c.rounds, (unsigned long long)faults);
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	map_area();
	NEED_RET(set_memory(vm.fd, REGION, area, LENGTH, 0));
	check_unmap();
	check_remap();
	check_discard();
	check_fork();
	check_cow();
	check_protect();
	check_churn();
	COVERS("SET_MEMORY", "-", "host changes it");
	return finish();
}
