// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The host's NMIs while a guest spins with interrupts off: the host takes them, the
 * guest keeps its registers and goes on. They come from the backtrace of all CPUs,
 * SysRq l, which needs no counter in hardware.
 */
#include <fcntl.h>

#include "guest.h"

#define CPU	1
#define TIMES	5

/* RCX counts; the other registers are a pattern, XMM0 too, which must not change. */
GUEST(spin, 64,
      "cli; xor %ecx, %ecx; mov $0x1111111111111111, %rbx; mov %rbx, %rdx; mov %rbx, %rsi\n"
      "mov %rbx, %rdi; mov %rbx, %rbp; mov %rbx, %r8; mov %rbx, %r15; movq %rbx, %xmm0\n"
      "1: inc %rcx; mov %rcx, 0x20000; movq %xmm0, %rax; or %rdx, %rax; or %rsi, %rax\n"
      "or %rdi, %rax; or %rbp, %rax; or %r8, %rax; or %r15, %rax; cmp %rbx, %rax; jne 2f\n"
      "cmpl $0, 0x20008; je 1b; mov $1, %eax\n" GUEST_DONE "2: mov $2, %eax\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;

/* What /proc/interrupts has for NMIs of @cpu. */
static u64 nmis(int cpu)
{
	FILE *file = fopen("/proc/interrupts", "re");
	unsigned long long value = 0;
	char line[4096], *at;
	int i, length;

	NEED(file, "/proc/interrupts");
	while (fgets(line, sizeof(line), file)) {
		at = strstr(line, "NMI:");
		if (!at)
			continue;
		for (at += 4, i = 0; i <= cpu && sscanf(at, "%llu%n", &value, &length) == 1; i++)
			at += length;
		break;
	}
	fclose(file);
	return value;
}

static u64 rounds(void)
{
	return *(volatile u64 *)(vm.ram + DATA);
}

int main(void)
{
	struct axvcpu_x86_system s;
	unsigned int i, seen = 0, moved = 0, inside = 0;
	struct runner runner;

	if (cpu_count() < 2)
		skip("needs two CPUs");
	BOOT(&vm, &v, 0, LONG, spin);
	s = get_system(&v);
	s.cr4 |= 1 << 9; /* OSFXSR: SSE */
	NEED_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s));
	pin_to(0);
	runner_start(&runner, &v, CPU);
	NEED(WAIT_FOR(rounds() > 0, 5000), "the guest does not spin");
	for (i = 0; i < TIMES; i++) {
		u64 before = nmis(CPU), round, seen_before = get_stats(&v).handled;

		if (!write_text("/proc/sysrq-trigger", "l"))
			skip("no SysRq here");
		seen += nmis(CPU) > before;
		inside += WAIT_FOR(get_stats(&v).handled > seen_before, 2000);
		round = rounds();
		moved += WAIT_FOR(rounds() > round, 5000);
	}
	CHECK_EQ(seen, TIMES, "each time /proc/interrupts counts an NMI of the guest's CPU");
	CHECK_EQ(moved, TIMES, "and the guest goes on");
	CHECK_EQ(inside, TIMES, "it had left guest mode for it");
	CHECK(!runner.ended, "RUN has not ended");
	*(volatile u32 *)(vm.ram + DATA + 8) = 1;
	runner_join(&runner);
	CHECK_RET(runner.result, 0, "RUN");
	CHECK(v.run->exit.reason == AXVCPU_EXIT_IO_WRITE && v.run->exit.u.io.port == PORT_DONE,
	      "the guest ends by itself");
	CHECK_EQ(v.run->exit.u.io.data, 1, "and no register had changed meanwhile");
	CHECK_EQ(gpr(&v, AXVCPU_X86_RCX), rounds(), "nor RCX");
	CHECK_EQ(get_events(&v).nmi_pending, 0, "none of the host's NMIs is the guest's");
	COVERS("RUN", "Running", "host NMIs");
	return finish();
}
