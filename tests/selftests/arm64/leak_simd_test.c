// SPDX-License-Identifier: GPL-3.0-or-later
/* FP and SIMD: the host's are the host's and the guest's the guest's, across every exit. */
#include "guest.h"

#define ROUNDS 2000

GUEST(changes, PLAIN,
      "fmov d0, x1\n1: fmov x0, d0\ncmp x0, x1\nb.ne 2f\nadd x1, x1, #1\nfmov d0, x1\n"
      "dup v8.2d, x1\ndup v31.2d, x1\nmov w2, #0xc00000\nmsr fpcr, x2\nmsr fpsr, xzr\n"
      G_SAY(0x50) "b 1b\n2: " GUEST_DONE);
GUEST(sees, PLAIN,
      "fmov x1, d0\nfmov x2, v0.d[1]\nfmov x3, d31\nfmov x4, v31.d[1]\nmrs x5, fpcr\nmrs x6, fpsr\n"
      GUEST_DONE);

struct fp {
	u64 v[4][2];
	u64 fpcr;
};

#define HOST_PATTERN	0x1234123412341234ULL

static struct vm vm;
static struct vcpu v;

/* RUN with these registers of ours set: nothing between may use them. */
static long run_between(struct fp *after)
{
	register long x8 __asm__("x8") = 29; /* ioctl */
	register long x0 __asm__("x0") = v.fd;
	register long x1 __asm__("x1") = AXVCPU_RUN;
	register long x2 __asm__("x2") = 0;
	u64 pattern = HOST_PATTERN, rounding = 0x400000, old;

	__asm__ volatile(
		"mrs %[old], fpcr\n"
		"dup v0.2d, %[pattern]\ndup v8.2d, %[pattern]\ndup v15.2d, %[pattern]\n"
		"dup v31.2d, %[pattern]\nmsr fpcr, %[rounding]\n"
		"svc #0\n"
		"stp q0, q8, [%[after]]\nstp q15, q31, [%[after], #32]\n"
		"mrs x9, fpcr\nstr x9, [%[after], #64]\nmsr fpcr, %[old]\n"
		: "+r"(x0), [old] "=&r"(old)
		: "r"(x8), "r"(x1), "r"(x2), [pattern] "r"(pattern), [rounding] "r"(rounding),
		  [after] "r"(after)
		: "memory", "x9", "v0", "v8", "v15", "v31");
	return x0;
}

static void check_host(void)
{
	unsigned int i, j, wrong = 0, exits = 0;

	START(&v, PLAIN, changes);
	for (i = 0; i < ROUNDS; i++) {
		struct fp after;

		memset(&after, 0, sizeof(after));
		NEED_RET(run_between(&after));
		for (j = 0; j < 4; j++)
			wrong += after.v[j][0] != HOST_PATTERN || after.v[j][1] != HOST_PATTERN;
		wrong += after.fpcr != 0x400000;
		exits += said(&v, 0x50);
		wrong += said(&v, PORT_DONE);
	}
	CHECK_EQ(wrong, 0, "the host's registers and FPCR, and the guest's V0, over %u exits", ROUNDS);
	CHECK(exits > ROUNDS / 2, "which were the guest's");
}

/* A new guest finds nothing of the host's in them. */
static void check_guest(void)
{
	struct fp after;

	RESTART(&v, PLAIN, sees);
	NEED_RET(run_between(&after));
	if (!said(&v, PORT_DONE))
		run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, 1) | gpr(&v, 2) | gpr(&v, 3) | gpr(&v, 4), 0, "a new guest's V0 and V31 are 0");
	CHECK_EQ(gpr(&v, 5), 0, "so is its FPCR");
	CHECK_EQ(gpr(&v, 6), 0, "and its FPSR");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_host();
	check_guest();
	return finish();
}
