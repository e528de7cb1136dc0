// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Everything at once: several vCPUs write into memory that the host discards, protects,
 * moves, splits, merges, forks and gives another place, while they are kicked and moved
 * between CPUs. None of them ends or stands still for it, and behind it what each writes
 * is where the owner reads it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "guest.h"

#define VCPUS		4
#define REGION		HOLE
#define PAGES		1024
#define LENGTH		(PAGES * PAGE)

/* In each page a word of its own: STEP is where. */
GUEST(bumps, WIDE,
      "1: " G_SET(ADDRESS, 0x10000000) G_ADVANCE_STEP G_SET(COUNT, 1024)
      "2: " G_BUMP G_ADVANCE(4096) G_REPEAT(2b) G_JUMP(1b));

static struct vm vm;
static struct vcpu v[VCPUS];
static u8 *area, *other;
static u64 seed = 0x2545f4914f6cdd1d;
static volatile bool stop;

/* ---- what a vCPU does -------------------------------------------------------------------- */

struct worker {
	struct vcpu *v;
	volatile pid_t task;
	u64 until, faults, devices, unexpected;
};

/* A place that is gone for a moment is a device's, or a fault of the host's. */
static void look_at_exit(struct worker *w)
{
	struct axvcpu_exit *e = &w->v->run->exit;

	switch (e->reason) {
	case AXVCPU_EXIT_NOTHING:
		return;
	case AXVCPU_EXIT_NESTED_PAGE_FAULT:
		w->faults++;
		usleep(200);
		return;
	case AXVCPU_EXIT_MMIO_READ:
	case AXVCPU_EXIT_MMIO_WRITE:
		w->devices++;
		if (e->flags & AXVCPU_EXIT_PENDING)
			done(w->v, 0);
		usleep(200);
		return;
	}
	if (!w->unexpected++)
		note("%s", exit_text(w->v));
}

static void *work(void *argument)
{
	struct worker *w = argument;

	w->task = (pid_t)syscall(SYS_gettid);
	while (!stop && !w->unexpected) {
		long ret;

		w->v->run->deadline_ns = now_ns() + 20 * MS;
		ret = run(w->v);
		if (ret) {
			w->unexpected++;
			note("RUN: %s", strerror((int)-ret));
			break;
		}
		look_at_exit(w);
	}
	return NULL;
}

/* ---- what the host does ------------------------------------------------------------------- */

static void map_again(void)
{
	NEED(mmap(area, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		  0) == area, "mmap: %s", strerror(errno));
}

/* Another mapping takes its place. */
static void move_over(void)
{
	u8 *fresh = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	NEED(fresh != MAP_FAILED &&
	     mremap(fresh, LENGTH, LENGTH, MREMAP_MAYMOVE | MREMAP_FIXED, area) == area, "mremap");
}

/* A huge page is split where the protection differs. */
static void split(void)
{
	u64 at = random_next(&seed) % (PAGES - 1) * PAGE;

	madvise(area, LENGTH, MADV_HUGEPAGE);
	mprotect(area + at, PAGE, PROT_READ);
	mprotect(area + at, PAGE, PROT_READ | PROT_WRITE);
}

static void fork_once(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

/* The region is taken away and comes back, as other memory for a while. */
static void change_region(void)
{
	u8 *to = random_next(&seed) & 1 ? area : other;

	NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	NEED_RET(set_memory(vm.fd, REGION, to, LENGTH, 0));
}

static void advise(void)
{
	static const int advice[] = { MADV_DONTNEED, MADV_FREE, MADV_HUGEPAGE, MADV_NOHUGEPAGE,
				      MADV_COLD, MADV_PAGEOUT, MADV_MERGEABLE, MADV_UNMERGEABLE };
	u64 at = random_next(&seed) % PAGES, pages = 1 + random_next(&seed) % (PAGES - at);

	madvise(area + at * PAGE, pages * PAGE, advice[random_next(&seed) % ARRAY_SIZE(advice)]);
}

static void change_memory(void)
{
	switch (random_next(&seed) % 10) {
	case 0:
		map_again();
		break;
	case 1:
		move_over();
		break;
	case 2:
		split();
		break;
	case 3:
		fork_once();
		break;
	case 4:
		change_region();
		break;
	case 5:
		munmap(area, LENGTH);
		map_again();
		break;
	default:
		advise();
	}
}

static void *kick_all(void *argument)
{
	u64 own = 77, *kicks = argument;

	while (!stop) {
		NEED_RET(kick(&v[random_next(&own) % VCPUS]));
		++*kicks;
		if (!(*kicks & 31))
			usleep(500);
	}
	return NULL;
}

static void *move_all(void *argument)
{
	struct worker *w = argument;
	int cpus = cpu_count();
	u64 own = 99;
	cpu_set_t set;

	while (!stop) {
		CPU_ZERO(&set);
		CPU_SET((int)(random_next(&own) % (u64)cpus), &set);
		sched_setaffinity(w[random_next(&own) % VCPUS].task, sizeof(set), &set);
		usleep(1000);
	}
	return NULL;
}

/* ---- the check ------------------------------------------------------------------------------ */

static u64 word(const u8 *memory, unsigned int page, unsigned int n)
{
	return *(volatile u64 *)(memory + page * PAGE + 8 * n);
}

/* Does @n write into the first page that the owner sees? */
static bool writes(unsigned int n)
{
	u64 before = word(area, 0, n);

	return WAIT_FOR(word(area, 0, n) != before, 2500 * slowness());
}

/* Alone and undisturbed: its words are as many times bumped as any, or once more. */
static void check_alone(unsigned int n)
{
	u64 least = ~0ULL, most = 0;
	unsigned int page;

	memset(area, 0, LENGTH);
	v[n].run->deadline_ns = now_ns() + 100 * MS * slowness();
	do {
		NEED_RET(run(&v[n]));
		if (v[n].run->exit.flags & AXVCPU_EXIT_PENDING)
			done(&v[n], 0);
	} while (v[n].run->exit.reason != AXVCPU_EXIT_NOTHING ||
		 v[n].run->exit.u.nothing.cause != AXVCPU_CAUSE_DEADLINE);
	for (page = 0; page < PAGES; page++) {
		u64 value = word(area, page, n);

		least = value < least ? value : least;
		most = value > most ? value : most;
	}
	CHECK(most && most - least <= 1, "vCPU %u: every page has what it wrote (%llu to %llu)", n,
	      (unsigned long long)least, (unsigned long long)most);
}

static void begin(void)
{
	unsigned int i;

	vm_new(&vm, 0);
	for (i = 0; i < VCPUS; i++) {
		vcpu_new(&v[i], &vm, i);
		START(&v[i], WIDE, bumps);
		set_gpr(&v[i], REG_STEP, 8 * i);
		open_to_host(&v[i]);
	}
	/* Where huge pages fit. */
	area = mmap(NULL, LENGTH + (2 << 20), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	NEED(area != MAP_FAILED, "mmap");
	area = (u8 *)(((u64)area + (2 << 20) - 1) & ~((2ULL << 20) - 1));
	map_again();
	other = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	NEED(other != MAP_FAILED, "mmap");
	NEED_RET(set_memory(vm.fd, REGION, area, LENGTH, 0));
}

int main(void)
{
	struct worker w[VCPUS] = { 0 };
	pthread_t thread[VCPUS], kicker, mover;
	u64 until, kicks = 0, changes = 0;
	unsigned int i;

	write_text("/sys/kernel/mm/ksm/run", "1");
	begin();
	for (i = 0; i < VCPUS; i++) {
		w[i].v = &v[i];
		thread[i] = start_thread(work, &w[i]);
		NEED(WAIT_FOR(w[i].task, 1000), "the thread begins");
	}
	kicker = start_thread(kick_all, &kicks);
	mover = start_thread(move_all, w);
	until = now_ns() + 4 * SECOND;
	for (; now_ns() < until || (changes < 20 && now_ns() < until + 30 * SECOND); changes++) {
		change_memory();
		if (random_next(&seed) & 1)
			usleep(1000);
	}
	map_again();
	NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	NEED_RET(set_memory(vm.fd, REGION, area, LENGTH, 0));
	for (i = 0; i < VCPUS; i++)
		CHECK(writes(i), "vCPU %u goes on", i);
	stop = true;
	end_thread(kicker);
	end_thread(mover);
	for (i = 0; i < VCPUS; i++) {
		end_thread(thread[i]);
		CHECK_EQ(w[i].unexpected, 0, "vCPU %u: no exit but faults, devices and nothing", i);
		note("%llu faults, %llu devices", (unsigned long long)w[i].faults,
		     (unsigned long long)w[i].devices);
	}
	note("%llu changes, %llu kicks", (unsigned long long)changes, (unsigned long long)kicks);
	for (i = 0; i < VCPUS; i++)
		check_alone(i);
	CHECK(changes >= 20 && kicks > 20, "there were changes and kicks");
	write_text("/sys/kernel/mm/ksm/run", "0");
	COVERS("SET_MEMORY", "-", "racing");
	return finish();
}
