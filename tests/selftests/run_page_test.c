// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The run page is made when it is first touched or by SETUP, whichever comes first, and
 * it is one page, whoever looks: what was written before SETUP counts after it.
 */
#include "guest.h"

#define ROUNDS 200

GUEST(writer, PLAIN, "1: " G_SAY(0x50) G_JUMP(1b));
GUEST(open_guest, PLAIN, G_LET_IN_20 GUEST_DONE);

/* What is touched first is what SETUP finds, and the other way round. */
static void check_order(bool touch_first)
{
	struct vm vm;
	struct vcpu v;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	if (touch_first) {
		CHECK_EQ(v.run->state, AXVCPU_STATE_CREATED, "before SETUP: the state");
		CHECK_EQ(v.data[PAGE - 1], 0, "before SETUP: the data area");
		v.run->immediate_exit = 1;
	}
	START(&v, PLAIN, writer);
	CHECK_EQ(v.run->state, AXVCPU_STATE_READY, "after BIND: the state");
	if (touch_first) {
		NEED_RET(run(&v));
		CHECK_EQ(v.run->exit.reason, AXVCPU_EXIT_NOTHING, "immediate_exit set before SETUP");
		CHECK_EQ(v.run->exit.u.nothing.cause, AXVCPU_CAUSE_IMMEDIATE, "its cause");
		v.run->immediate_exit = 0;
	}
	EXPECT_SAY(&v);
	CHECK(said(&v, 0x50), "the port");
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	CHECK_EQ(v.run->state, AXVCPU_STATE_CREATED, "after RESET: the state");
	vcpu_free(&v);
	vm_free(&vm);
}

/* Without a mapping there is nothing to see, and all works. */
static void check_unmapped(void)
{
	struct axvcpu_run *run_page;
	struct vm vm;
	struct vcpu v;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	munmap(v.run, info()->run_size);
	START(&v, PLAIN, writer);
	CHECK_RET(run(&v), 0, "RUN without a mapping");
	run_page = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, v.fd, 0);
	NEED(run_page != MAP_FAILED, "mmap: %s", strerror(errno));
	CHECK_EQ(run_page->exit.reason, REASON_SAY, "its record is in a mapping made later");
	/* The mapping holds the vCPU. */
	close(v.fd);
	vm_free(&vm);
	CHECK_EQ(run_page->state, AXVCPU_STATE_READY, "the state, after all is closed");
	munmap(run_page, PAGE);
}

/* A vCPU that was mapped and never used goes away, and one that was only made. */
static void check_unused(void)
{
	struct axvcpu_run *run_page;
	struct vm vm;
	int fd;

	vm_new(&vm, 0);
	CHECK_RET(close(create_vcpu(vm.fd, 0)), 0, "close, never mapped");
	fd = create_vcpu(vm.fd, 0);
	run_page = mmap(NULL, info()->run_size, PROT_READ, MAP_SHARED, fd, 0);
	NEED(run_page != MAP_FAILED, "mmap: %s", strerror(errno));
	close(fd);
	CHECK_RET(create_vcpu(vm.fd, 0), -EEXIST, "its id, while it is mapped");
	CHECK_EQ(run_page->state, AXVCPU_STATE_CREATED, "the state, first touched after close");
	munmap(run_page, info()->run_size);
	fd = create_vcpu(vm.fd, 0);
	CHECK(fd >= 0, "its id again");
	close(fd);
	vm_free(&vm);
}

static void *touch(void *run_page)
{
	/* Not before the other one is there, and not long after. */
	*(volatile u32 *)run_page = 0;
	return NULL;
}

static void check_race(void)
{
	unsigned int i, wrong = 0;
	pthread_t thread;
	struct vm vm;
	struct vcpu v;

	vm_new(&vm, 0);
	for (i = 0; i < ROUNDS; i++) {
		vcpu_new(&v, &vm, 0);
		NEED(!pthread_create(&thread, NULL, touch, v.run), "pthread_create");
		NEED_RET(setup_vcpu(&v, MODE_PLAIN, CODE));
		pthread_join(thread, NULL);
		wrong += v.run->state != AXVCPU_STATE_FREE;
		vcpu_free(&v);
	}
	CHECK_EQ(wrong, 0, "SETUP and the first touch at once: one page");
	vm_free(&vm);
}

/* Created has events and no registers: they survive SETUP, and RESET takes them. */
static void check_events(void)
{
	const struct axvcpu_inject interrupt = {
		.size = sizeof(interrupt),
		.type = AXVCPU_EVENT_INTERRUPT,
		.vector = 0x20,
	};
	struct vm vm;
	struct vcpu v;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	CHECK_RET(call(v.fd, AXVCPU_INJECT, &interrupt), 0, "INJECT in Created");
	CHECK_RET(call(v.fd, AXVCPU_RESET, NULL), 0, "RESET in Created");
	START(&v, PLAIN, open_guest);
	EXPECT_SAY(&v);
	CHECK_EQ(v.run->irq_pending, 0, "RESET before the first SETUP takes an interrupt");
	CHECK(said(&v, PORT_DONE), "the guest's end, without an interrupt");
	vcpu_free(&v);

	vcpu_new(&v, &vm, 0);
	NEED_RET(call(v.fd, AXVCPU_INJECT, &interrupt));
	START(&v, PLAIN, writer);
	EXPECT_SAY(&v);
	CHECK_EQ(v.run->irq_pending, 1, "an interrupt injected before the first SETUP waits");
	vcpu_free(&v);
	vm_free(&vm);
}

/* A SETUP that is refused leaves Created, and the next one works. */
static void check_refused(void)
{
	struct axvcpu_setup setup = { .size = sizeof(setup), .entry = BAD_ENTRY };
	struct vm vm;
	struct vcpu v;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	CHECK_RET(call(v.fd, AXVCPU_SETUP, &setup), -EINVAL, "SETUP with a bad entry");
	CHECK_EQ(v.run->state, AXVCPU_STATE_CREATED, "the state");
	CHECK_RET(call(v.fd, AXVCPU_RESET, NULL), 0, "RESET");
	START(&v, PLAIN, writer);
	EXPECT_SAY(&v);
	vcpu_free(&v);
	vm_free(&vm);
}

int main(void)
{
	check_order(true);
	check_order(false);
	check_unmapped();
	check_unused();
	check_race();
	check_events();
	check_refused();
	return finish();
}
