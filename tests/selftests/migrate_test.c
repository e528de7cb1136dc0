// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A vCPU migrates between host CPUs under load: its thread's affinity changes
 * every millisecond while the guest checks its registers; and several vCPUs, more
 * than CPUs, share them.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include "programs.h"

struct mover {
	volatile bool stop;
	volatile pid_t task;
	u64 moves;
};

static void *move(void *argument)
{
	struct mover *m = argument;
	int cpus = cpu_count(), cpu = 0;
	cpu_set_t set;

	while (!m->task && !m->stop)
		usleep(100);
	while (!m->stop) {
		CPU_ZERO(&set);
		CPU_SET(cpu = (cpu + 1) % cpus, &set);
		if (!sched_setaffinity(m->task, sizeof(set), &set))
			m->moves++;
		usleep(1000);
	}
	return NULL;
}

static void boot(struct vm *vm, struct vcpu *v, u64 reports)
{
	vm_new(vm, 0);
	vcpu_open(v, vm, create_watched_vcpu(vm->fd, 0));
	START(v, WIDE, invariant);
	*(u64 *)(vm->ram + DATA) = 0;
	*(u64 *)(vm->ram + DATA + 8) = reports;
}

static u64 rounds(struct vm *vm)
{
	return *(volatile u64 *)(vm->ram + DATA);
}

/* RUN again and again until @until; false: a value was lost. */
static bool work(struct vcpu *v, u64 until)
{
	v->run->deadline_ns = until;
	for (;;) {
		NEED_RET(run(v));
		if (v->run->exit.reason == AXVCPU_EXIT_NOTHING) {
			if (v->run->exit.u.nothing.cause == AXVCPU_CAUSE_DEADLINE)
				return true;
			continue;
		}
		if (!said(v, PORT_VALUE)) {
			note("%s", exit_text(v));
			show_registers(v);
			return false;
		}
	}
}

static void check_moves(u64 reports, const char *name)
{
	struct mover m = { false, 0, 0 };
	pthread_t thread;
	struct vm vm;
	struct vcpu v;
	bool ok;

	boot(&vm, &v, reports);
	thread = start_thread(move, &m);
	m.task = (pid_t)syscall(SYS_gettid);
	ok = work(&v, now_ns() + 2 * SECOND);
	m.stop = true;
	end_thread(thread);
	unpin();
	CHECK(ok, "%s: no value is lost", name);
	CHECK(rounds(&vm) > 0, "%s: the guest goes on", name);
	CHECK(get_stats(&v).migrations > 10, "%s: it migrates (%llu of %llu moves, %llu rounds)", name,
	      get_stats(&v).migrations, (unsigned long long)m.moves, (unsigned long long)rounds(&vm));
	vcpu_free(&v);
	vm_free(&vm);
}

struct guest {
	struct vm vm;
	struct vcpu v;
	bool ok;
};

static void *run_guest(void *argument)
{
	struct guest *g = argument;

	g->ok = work(&g->v, now_ns() + 2 * SECOND);
	return NULL;
}

/* More vCPUs than tags: each CPU gives out its tags several times over. */
static void check_many(void)
{
	unsigned int count = info()->tags + 4, i, lost = 0, idle = 0;
	struct guest *guest;
	pthread_t *thread;

	if (count > 40)
		count = 40;
	guest = calloc(count, sizeof(*guest));
	thread = calloc(count, sizeof(*thread));
	for (i = 0; i < count; i++)
		boot(&guest[i].vm, &guest[i].v, i & 1);
	for (i = 0; i < count; i++)
		thread[i] = start_thread(run_guest, &guest[i]);
	for (i = 0; i < count; i++) {
		end_thread(thread[i]);
		lost += !guest[i].ok;
		idle += !rounds(&guest[i].vm);
		vcpu_free(&guest[i].v);
		vm_free(&guest[i].vm);
	}
	CHECK_EQ(lost, 0, "%u VMs at once, more than tags: no value is lost", count);
	CHECK_EQ(idle, 0, "and all make progress");
	free(guest);
	free(thread);
}

/* Two threads take turns with one vCPU, each on its own CPU. */
struct turn {
	struct vcpu *v;
	pthread_mutex_t lock;
	u64 until;
	unsigned int lost;
};

static void *take_turns(void *argument)
{
	static int next;
	struct turn *t = argument;

	pin_to(__atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % cpu_count());
	while (now_ns() < t->until) {
		pthread_mutex_lock(&t->lock);
		t->lost += !work(t->v, now_ns() + 2 * MS);
		pthread_mutex_unlock(&t->lock);
		sched_yield();
	}
	return NULL;
}

static void check_turns(void)
{
	struct turn t = { .lock = PTHREAD_MUTEX_INITIALIZER, .until = now_ns() + SECOND };
	pthread_t thread[2];
	struct vm vm;
	struct vcpu v;

	boot(&vm, &v, 0);
	t.v = &v;
	thread[0] = start_thread(take_turns, &t);
	thread[1] = start_thread(take_turns, &t);
	end_thread(thread[0]);
	end_thread(thread[1]);
	CHECK_EQ(t.lost, 0, "two threads that take turns: no value is lost");
	vcpu_free(&v);
	vm_free(&vm);
}

int main(void)
{
	if (cpu_count() < 2)
		skip("one CPU: nothing to migrate to");
	check_moves(0, "in guest mode");
	check_moves(1, "with exits");
	check_turns();
	check_many();
	COVERS("RUN", "Running", "migration");
	return finish();
}
