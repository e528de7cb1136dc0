// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * No x87, SSE, AVX or PKRU value leaks between two guests or between a guest and
 * the host, and each keeps its own.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <sys/syscall.h>

#include "guest.h"

#define SEEN		0x20000UL	/* what the guest found */
#define WANTED		0x21000UL	/* what it shall load */
#define REGISTERS	"0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15"

/* Tell, load, tell for ever. AVX if CPUID offers it, else SSE. */
#define GUEST_FPU(name, enable, move, bytes)                                                      \
	GUEST(name, 64,                                                                            \
	      "mov %cr4, %rax; or $0x600, %eax; mov %rax, %cr4\n" enable                           \
	      ".irp i," REGISTERS "\n" move " %" bytes "\\i, 0x20000+\\i*32\n.endr\n"               \
	      "stmxcsr 0x20200; fnstcw 0x20204; fnstsw 0x20206; fnstenv 0x20220\n" GUEST_VALUE     \
	      ".irp i," REGISTERS "\n" move " 0x21000+\\i*32, %" bytes "\\i\n.endr\n"               \
	      "ldmxcsr 0x21200; fldcw 0x21204; fldpi; fld1\n" GUEST_VALUE                           \
	      "1: .irp i," REGISTERS "\n" move " %" bytes "\\i, 0x20000+\\i*32\n.endr\n"            \
	      "stmxcsr 0x20200; fnstcw 0x20204; fnstsw 0x20206; fnstenv 0x20220; fldcw 0x20204\n"  \
	      GUEST_VALUE "jmp 1b")

GUEST_FPU(sse_guest, "", "movups", "xmm");
GUEST_FPU(avx_guest,
	  "or $0x40000, %eax; mov %rax, %cr4; xor %ecx, %ecx; xor %edx, %edx; mov $7, %eax; xsetbv\n",
	  "vmovups", "ymm");

static bool avx;
static struct vm vm[2];
static struct vcpu v[2];

GUEST(cpuid1, 64, "cpuid\n" GUEST_DONE);

GUEST(set_xcr0, 64,
      "mov %cr4, %rax; or $0x40000, %eax; mov %rax, %cr4; xor %ecx, %ecx; xor %edx, %edx\n"
      "mov $7, %eax; xsetbv\n" GUEST_DONE);

/* QEMU 7.2 does not intercept XSETBV: then the guest's XCR0 is lost at an exit. */
static bool xcr0_holds(struct vcpu *c)
{
	RESTART(c, LONG, set_xcr0);
	run_to_port(c, PORT_DONE);
	if (get_system(c).xcr0 == 7)
		return true;
	CHECK(under_tcg(), "XCR0 is what the guest set");
	note("no AVX in guests of this emulator");
	return false;
}

static u32 guest_cpuid(struct vcpu *c, u32 leaf, unsigned int reg)
{
	struct axvcpu_x86_general g;

	NEED_RET(call(c->fd, AXVCPU_RESET, NULL));
	START(c, LONG, cpuid1);
	g = get_general(c);
	g.gpr[0] = leaf;
	g.gpr[1] = 0;
	set_general(c, &g);
	run_to_port(c, PORT_DONE);
	return (u32)gpr(c, reg);
}

static void start(unsigned int i, u8 pattern)
{
	u8 *wanted = vm[i].ram + WANTED;

	if (state_of(&v[i]) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v[i].fd, AXVCPU_RESET, NULL));
	if (avx)
		START(&v[i], LONG, avx_guest);
	else
		START(&v[i], LONG, sse_guest);
	memset(vm[i].ram + SEEN, 0xee, 0x400);
	memset(wanted, pattern, 512);
	*(u32 *)(wanted + 0x200) = 0x1f80 | (pattern & 3) << 13; /* MXCSR: a rounding mode */
	*(u16 *)(wanted + 0x204) = 0x37f | (pattern & 3) << 10;  /* same in the control word */
}

/* Run to the next report; how many bytes of the registers are not @pattern. */
static unsigned int step(unsigned int i, u8 pattern)
{
	unsigned int wrong = 0, n, reg;

	run_to_port(&v[i], PORT_VALUE);
	for (reg = 0; reg < 16; reg++)
		for (n = 0; n < (avx ? 32U : 16U); n++)
			wrong += vm[i].ram[SEEN + reg * 32 + n] != pattern;
	return wrong;
}

/*
 * RUN with every register of the thread holding @in, which must come back; in
 * one piece of assembly, so that the compiler uses none of them between.
 */
struct registers {
	u8 vector[16][32];
	u32 mxcsr;
	u16 control;
	u16 environment[14];
} __attribute__((aligned(64)));

static long run_with(struct vcpu *c, const struct registers *in, struct registers *out)
{
	long ret = SYS_ioctl;

#define SWITCH(move, kind)                                                                        \
	__asm__ volatile(                                                                          \
		".irp i," REGISTERS "\n" move " \\i*32(%[in]), %%" kind "\\i\n.endr\n"               \
		"ldmxcsr 512(%[in]); fldcw 516(%[in]); fldpi; fldl2e\n"                              \
		"syscall\n"                                                                          \
		".irp i," REGISTERS "\n" move " %%" kind "\\i, \\i*32(%[out])\n.endr\n"              \
		"stmxcsr 512(%[out]); fnstcw 516(%[out]); fnstenv 518(%[out]); fninit\n"            \
		: "+a"(ret)                                                                        \
		: "D"(c->fd), "S"((long)AXVCPU_RUN), "d"(0L), [in] "r"(in), [out] "r"(out)           \
		: "rcx", "r11", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",    \
		  "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15",      \
		  "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)")
	if (avx)
		SWITCH("vmovups", "ymm");
	else
		SWITCH("movups", "xmm");
	return ret;
}

static void check_guest_of_host(void)
{
	static struct registers in, out;
	unsigned int i, n, wrong = 0, size = avx ? 32 : 16;
	u32 mxcsr = 0x1f80 | 1 << 13, normal = 0x1f80;

	memset(&in, 0xa7, sizeof(in));
	in.mxcsr = mxcsr;
	in.control = 0x27f;
	start(0, 0x11);
	for (i = 0; i < 3; i++) {
		NEED_RET(run_with(&v[0], &in, &out));
		__asm__ volatile("ldmxcsr %0" : : "m"(normal));
		NEED(v[0].run->exit.reason == AXVCPU_EXIT_IO_WRITE ||
			     v[0].run->exit.reason == AXVCPU_EXIT_NOTHING,
		     "the guest goes on, not %s", exit_text(&v[0]));
		if (v[0].run->exit.reason == AXVCPU_EXIT_NOTHING) {
			i--;
			continue;
		}
		for (n = 0; n < 16; n++)
			wrong += memcmp(in.vector[n], out.vector[n], size) != 0;
		wrong += out.mxcsr != mxcsr || out.control != in.control;
		wrong += out.environment[4] != 0x0fff; /* the tags: two registers are in use */
		if (i == 0) {
			unsigned int leaked = 0;

			for (n = 0; n < 16 * 32; n++)
				leaked += vm[0].ram[SEEN + n] == 0xa7;
			CHECK_EQ(leaked, 0, "the guest finds none of the host's vectors");
			CHECK_EQ(*(u32 *)(vm[0].ram + SEEN + 0x200), 0x1f80, "MXCSR is that of RESET");
			CHECK_EQ(*(u16 *)(vm[0].ram + SEEN + 0x204), 0x37f,
				 "the x87 control word is that of SETUP");
		}
	}
	CHECK_EQ(wrong, 0, "the host keeps its vectors, MXCSR and x87 state over RUN");
}

static void check_two_guests(void)
{
	unsigned int wrong = 0, round;

	start(0, 0x22);
	start(1, 0x33);
	CHECK_EQ(step(0, 0), 0, "a fresh guest's registers are zero");
	run_to_port(&v[0], PORT_VALUE);
	CHECK_EQ(step(0, 0x22), 0, "it loads its own");
	CHECK_EQ(step(1, 0), 0, "another one's are zero then");
	run_to_port(&v[1], PORT_VALUE);
	for (round = 0; round < 30; round++)
		wrong += step(round & 1, round & 1 ? 0x33 : 0x22);
	CHECK_EQ(wrong, 0, "and each keeps its own in turn");
	for (round = 0; round < 2; round++) {
		CHECK_EQ(*(u32 *)(vm[round].ram + SEEN + 0x200), 0x1f80 | (2 + round) << 13,
			 "MXCSR of guest %u", round);
		CHECK_EQ(*(u16 *)(vm[round].ram + SEEN + 0x204), 0x37f | (2 + round) << 10,
			 "the x87 control word of guest %u", round);
		/* FNSTENV's tag word: FLDPI and FLD1 are there. */
		CHECK_EQ(*(u16 *)(vm[round].ram + SEEN + 0x228), 0x0fff, "the x87 tags of guest %u",
			 round);
	}
	/* RESET and SETUP leave nothing of it. */
	start(0, 0x44);
	CHECK_EQ(step(0, 0), 0, "after RESET they are zero again");
}

/* Two threads at once, on both CPUs, and a third that computes with SSE. */
struct worker {
	unsigned int index;
	unsigned int wrong;
};

static void *work(void *argument)
{
	struct worker *w = argument;
	u64 until = now_ns() + 2 * SECOND;

	while (now_ns() < until)
		w->wrong += step(w->index, w->index ? 0x55 : 0x66);
	return NULL;
}

static void *compute(void *argument)
{
	u64 until = now_ns() + 2 * SECOND;
	volatile double sum;
	int i;

	while (now_ns() < until) {
		for (sum = 0, i = 1; i <= 1000; i++)
			sum += i;
		if (sum != 500500)
			return argument;
	}
	return NULL;
}

static void check_parallel(void)
{
	struct worker w[2] = { { 0, 0 }, { 1, 0 } };
	pthread_t thread[3];
	unsigned int i;
	void *bad;

	for (i = 0; i < 2; i++) {
		start(i, i ? 0x55 : 0x66);
		run_to_port(&v[i], PORT_VALUE);
		run_to_port(&v[i], PORT_VALUE);
		thread[i] = start_thread(work, &w[i]);
	}
	thread[2] = start_thread(compute, &bad);
	for (i = 0; i < 2; i++) {
		end_thread(thread[i]);
		CHECK_EQ(w[i].wrong, 0, "guest %u keeps its registers beside others", i);
	}
	pthread_join(thread[2], &bad);
	CHECK(!bad, "and so does a host thread that computes");
}

GUEST(pkru_guest, 64,
      "mov %cr4, %rax; or $0x400000, %eax; mov %rax, %cr4; xor %ecx, %ecx; rdpkru\n" GUEST_VALUE
      "xor %edx, %edx; mov $0xaaaaaaa8, %eax; wrpkru\n" GUEST_VALUE
      "1: xor %ecx, %ecx; rdpkru\n" GUEST_VALUE "jmp 1b");

static u32 host_pkru(void)
{
	u32 a, d;

	__asm__ volatile("rdpkru" : "=a"(a), "=d"(d) : "c"(0));
	return a;
}

static void check_pkru(void)
{
	int key = pkey_alloc(0, PKEY_DISABLE_WRITE);
	u32 before;

	if (key < 0) {
		note("no protection keys in the host");
		return;
	}
	if (!(guest_cpuid(&v[0], 7, 1) >> 3 & 1)) {
		note("no protection keys offered to guests");
		return;
	}
	before = host_pkru();
	RESTART(&v[0], LONG, pkru_guest);
	CHECK_EQ(run_to_port(&v[0], PORT_VALUE), 0, "a guest's PKRU is 0 at first");
	run_to_port(&v[0], PORT_VALUE);
	CHECK_EQ(host_pkru(), before, "a guest's WRPKRU does not reach the host");
	pkey_set(key, PKEY_DISABLE_ACCESS);
	CHECK_EQ(run_to_port(&v[0], PORT_VALUE), 0xaaaaaaa8, "nor the host's the guest");
	pkey_free(key);
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		vm_new(&vm[i], 0);
		vcpu_new(&v[i], &vm[i], 0);
		START(&v[i], LONG, cpuid1);
	}
	avx = __builtin_cpu_supports("avx") && guest_cpuid(&v[0], 1, 1) >> 28 & 1 &&
	      xcr0_holds(&v[0]);
	note("with %s", avx ? "AVX" : "SSE");
	check_guest_of_host();
	check_two_guests();
	check_parallel();
	check_pkru();
	return finish();
}
