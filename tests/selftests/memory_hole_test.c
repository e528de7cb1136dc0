// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * An address without a region is a device's as long as no region comes: regions
 * that are added, taken away and added beside it are seen by the next access.
 */
#include "guest.h"

#define STEP	0x10000UL

/* Write a number that counts to ADDRESS, for ever; each write that is memory's is told. */
GUEST(writer, WIDE, "1: " G_INC(VALUE) G_STORE GUEST_VALUE G_JUMP(1b));

static struct vm vm;
static struct vcpu v;
static u8 *memory;

/* The next write: a device's at @gpa, or memory's. */
static bool is_device(u64 gpa)
{
	set_gpr(&v, REG_ADDRESS, gpa);
	run_exit(&v);
	if (said(&v, PORT_VALUE))
		return false;
	if (v.run->exit.reason != AXVCPU_EXIT_MMIO_WRITE) {
		CHECK(false, "a device or memory, not %s", exit_text(&v));
		exit(1);
	}
	EXPECT_EQ(v.run->exit.u.mmio.gpa, gpa, "the device's address");
	run_to_port(&v, PORT_VALUE);
	return true;
}

static void add(u64 gpa)
{
	NEED_RET(set_memory(vm.fd, gpa, memory, PAGE, 0));
}

static void take(u64 gpa)
{
	NEED_RET(set_memory(vm.fd, gpa, NULL, 0, AXVCPU_MEM_DELETE));
}

static void check_changes(void)
{
	static const u64 beside[] = { HOLE - STEP, HOLE + STEP, HOLE - PAGE, HOLE + PAGE };
	unsigned int i;

	CHECK(is_device(HOLE), "without a region it is a device");
	CHECK(is_device(HOLE), "and stays one");
	add(HOLE);
	CHECK(!is_device(HOLE), "a region that is added there is memory");
	CHECK_EQ(*(u64 *)memory, gpr(&v, REG_VALUE), "the guest's write is in it");
	CHECK(is_device(HOLE + PAGE), "the page behind it is a device");
	CHECK(is_device(HOLE - PAGE), "and so is the page before it");
	take(HOLE);
	CHECK(is_device(HOLE), "taken away, it is a device again");
	for (i = 0; i < ARRAY_SIZE(beside); i++) {
		add(beside[i]);
		EXPECT_EQ(is_device(HOLE), true, "with a region beside it, %u", i);
		EXPECT_EQ(is_device(beside[i]), false, "which is memory, %u", i);
		take(beside[i]);
		EXPECT_EQ(is_device(beside[i]), true, "and a device without it, %u", i);
	}
	CHECK(!failures, "regions beside it change nothing");
}

/* Another thread adds and takes it; what the guest finds is one or the other. */
static volatile bool stop;

static void *churn(void *unused)
{
	(void)unused;
	while (!stop) {
		add(HOLE);
		usleep(500);
		take(HOLE);
		usleep(500);
	}
	return NULL;
}

static void check_churn(void)
{
	unsigned int devices = 0, memories = 0;
	u64 until = now_ns() + SECOND;
	pthread_t thread = start_thread(churn, NULL);

	while (now_ns() < until) {
		if (is_device(HOLE))
			devices++;
		else
			memories++;
	}
	stop = true;
	end_thread(thread);
	CHECK(devices && memories, "while it comes and goes it is both (%u, %u)", devices, memories);
	CHECK(is_device(HOLE), "and a device at the end");
}

int main(void)
{
	memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	NEED(memory != MAP_FAILED, "mmap");
	BOOT(&vm, &v, 0, WIDE, writer);
	check_changes();
	check_churn();
	COVERS("SET_MEMORY", "-", "device address");
	return finish();
}
