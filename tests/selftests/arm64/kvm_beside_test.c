// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * On a host with VHE, KVM runs guests beside ours, on the same CPU and at the same
 * addresses: each has its own memory and registers, turn by turn and at once.
 */
#include "kvm_guest.h"

#define TURNS	2000

static struct vm vm;
static struct vcpu v;

static u64 our_next(void)
{
	if (run_exit(&v) != REASON_SAY || !said(&v, PORT_VALUE)) {
		note("ours: %s", exit_text(&v));
		return ~0ULL;
	}
	return said_value(&v);
}

/* On one CPU: what one leaves behind in it is not the other's. */
static void check_turns(struct kvm *k)
{
	u64 ours = *(u64 *)(vm.ram + DATA), theirs = *(u64 *)(k->ram + DATA);
	unsigned int i, wrong = 0;

	pin_to(0);
	for (i = 0; i < TURNS && !wrong; i++) {
		wrong += our_next() != (u32)(ours + 1 + i);
		wrong += kvm_next(k) != (u32)(theirs + 1 + i);
	}
	unpin();
	CHECK_EQ(wrong, 0, "turn by turn, %u times: both count", TURNS);
}

struct side {
	struct kvm *k;
	u64 turns, wrong;
};

static void *run_kvm(void *argument)
{
	u64 until = now_ns() + SECOND, first = 0, got;
	struct side *s = argument;

	while (now_ns() < until && !s->wrong) {
		got = kvm_next(s->k);
		first = first ? first : got - s->turns;
		s->wrong += got != first + s->turns++;
	}
	return NULL;
}

/* At once, on whatever CPU: the scheduler mixes them. */
static void check_threads(struct kvm *k)
{
	struct side side = { .k = k };
	pthread_t thread = start_thread(run_kvm, &side);
	u64 until = now_ns() + SECOND, first = 0, turns = 0, wrong = 0, got;

	while (now_ns() < until && !wrong) {
		got = our_next();
		first = first ? first : got;
		wrong += got != first + turns++;
	}
	end_thread(thread);
	CHECK(!wrong && !side.wrong, "at once: both count (%llu and %llu)",
	      (unsigned long long)turns, (unsigned long long)side.turns);
}

/* The last VM of ours goes and comes while theirs lives. */
static void check_lives(struct kvm *k)
{
	u64 before = kvm_next(k);
	unsigned int i, wrong = 0;

	vcpu_free(&v);
	vm_free(&vm);
	for (i = 0; i < 20; i++) {
		int fd = create_vm(0);

		wrong += fd < 0;
		close(fd);
		wrong += kvm_next(k) != (u32)(before + 1 + i);
	}
	CHECK_EQ(wrong, 0, "KVM's guest lives while our last VM goes and comes");
}

int main(void)
{
	struct kvm k;
	int ret;

	close(open_device());
	if (info()->mode != AXVCPU_MODE_VHE)
		skip("EL2 has one owner where the kernel is not at EL2");
	ret = kvm_open(&k);
	if (ret)
		skip("no /dev/kvm: %s", strerror(-ret));
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	START(&v, PLAIN, counts);
	*(u64 *)(vm.ram + DATA) = 0x10000;
	check_turns(&k);
	check_threads(&k);
	check_lives(&k);
	COVERS("RUN", "Running", "beside KVM");
	return finish();
}
