// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The machine sleeps while guests run: after it they go on, and new ones can be made. On
 * x86 that is S3. arm64's suspend to RAM needs firmware for it, without which there is
 * suspend to idle.
 */
#define _GNU_SOURCE
#include <time.h>

#include "programs.h"

static u64 rounds(struct vm *vm)
{
	return *(volatile u64 *)(vm->ram + DATA);
}

static u64 boot_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

/*
 * The clock that stops shows how long it was S3. It goes on while an arm64 host that has no
 * idle state but WFI is idle: then, by the clock that never stops.
 */
static u64 slept_ns(void)
{
	return boot_ns() - (info()->arch == AXVCPU_ARCH_X86 ? now_ns() : 0);
}

int main(void)
{
	struct vm vm, later;
	struct vcpu v, other;
	struct runner r;
	u64 before, asleep;
	char states[128] = { 0 };
	FILE *f;

	close(open_device());
	f = fopen("/sys/power/state", "r");
	if (!f || !fgets(states, sizeof(states), f) || !strstr(states, "mem"))
		skip("this kernel can't suspend to RAM: %s", states);
	fclose(f);
	f = fopen("/sys/power/mem_sleep", "r");
	if (info()->arch == AXVCPU_ARCH_X86 && f && fgets(states, sizeof(states), f) &&
	    !strstr(states, "[deep]"))
		skip("suspend is not S3: %s", states);
	if (under_bochs())
		skip("Bochs is back at once, without having slept");
	if (access("/sys/class/rtc/rtc0/wakealarm", W_OK))
		skip("no RTC that could wake the machine");
	BOOT(&vm, &v, 0, WIDE, invariant);
	runner_start(&r, &v, -1);
	NEED(WAIT_FOR(rounds(&vm) > 0, 3000), "the guest runs");
	asleep = slept_ns();
	if (!write_text("/sys/class/rtc/rtc0/wakealarm", "0\n") ||
	    !write_text("/sys/class/rtc/rtc0/wakealarm", "+3\n"))
		skip("the RTC's alarm can't be set");
	if (!write_text("/sys/power/state", "mem\n"))
		skip("suspend failed: %s", strerror(errno));
	asleep = slept_ns() - asleep;
	note("asleep for %llu ms", (unsigned long long)(asleep / MS));
	CHECK(asleep > 500 * MS && asleep < 60 * SECOND, "the machine slept");
	CHECK_EQ(cpu_count(), sysconf(_SC_NPROCESSORS_CONF), "all CPUs are back");
	before = rounds(&vm);
	/* The freezer may have ended RUN with NOTHING: the runner calls it again. */
	CHECK(WAIT_FOR(rounds(&vm) > before, 3000), "the guest goes on");
	CHECK(!r.ended, "in the same thread");
	runner_kick(&r);
	CHECK_RET(r.result, 0, "RUN has not failed");
	CHECK_EQ(v.run->exit.u.nothing.cause, AXVCPU_CAUSE_KICK, "and no value was lost: %s",
		 exit_text(&v));
	BOOT(&later, &other, 0, WIDE, invariant);
	runner_start(&r, &other, cpu_count() - 1);
	CHECK(WAIT_FOR(rounds(&later) > 0, 3000), "a new VM runs on the last CPU");
	runner_kick(&r);
	COVERS("RUN", "Running", "suspend");
	return finish();
}
