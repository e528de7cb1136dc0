// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * AXVCPU_BLOCK_CLOCK is the offset of both counters and of both timers; HALT says when
 * a timer would end it; and IRQ_WINDOW comes though nothing but time passes.
 */
#include "guest.h"

#define OFFSET (1ULL << 42)
/* The interrupt interface lets everything through. */
#define OPEN "mov x9, #0xff\nmsr S3_0_C4_C6_0, x9\nmov x9, #1\nmsr S3_0_C12_C12_7, x9\nisb\n"

/* X0: physical, X1: virtual; X2 and X3: CNTP_CTL_EL0, fired and not */
GUEST(counters, PLAIN,
      "mrs x0, cntpct_el0\nisb\nmrs x1, cntvct_el0\nmov x9, #3\nmsr cntp_ctl_el0, x9\n"
      "msr cntp_cval_el0, x0\nmrs x2, cntp_ctl_el0\nadd x8, x0, #0xfff, lsl #12\n"
      "add x8, x8, x0, lsr #2\nmsr cntp_cval_el0, x8\nmrs x3, cntp_ctl_el0\n" GUEST_DONE);
/* CNTV_CTL_EL0 is X5, the time X6. */
GUEST(waits, PLAIN, OPEN "msr cntv_tval_el0, x6\nmsr cntv_ctl_el0, x5\nisb\nwfi\n" GUEST_DONE);
GUEST(waits_physical, PLAIN,
      OPEN "msr cntp_tval_el0, x6\nmsr cntp_ctl_el0, x5\nisb\nwfi\n" GUEST_DONE);
GUEST(unmasks, PLAIN, "1: add x1, x1, #1\ncmp x1, x2\nb.ne 1b\nmsr daifclr, #2\n2: b 2b");

static struct vm vm;
static struct vcpu v;

static u64 frequency(void)
{
	u64 hz;

	__asm__("mrs %0, cntfrq_el0" : "=r"(hz));
	return hz;
}

static u64 host_counter(void)
{
	u64 now;

	__asm__ volatile("isb\nmrs %0, cntvct_el0" : "=r"(now));
	return now;
}

static void check_offset(u64 offset)
{
	struct axvcpu_clock clock = { .offset = offset };
	u64 before, after;

	START(&v, PLAIN, counters);
	NEED_RET(set_block(&v, AXVCPU_BLOCK_CLOCK, &clock));
	before = host_counter() + offset;
	run_to_port(&v, PORT_DONE);
	after = host_counter() + offset;
	CHECK(gpr(&v, 0) - before <= after - before, "the physical counter has the offset");
	CHECK(gpr(&v, 1) - gpr(&v, 0) <= after - before, "and so has the virtual one");
	CHECK_EQ(gpr(&v, 2), 7, "the physical timer, set to now, has fired");
	CHECK_EQ(gpr(&v, 3), 3, "set to later, it has not");
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
}

static void start_wait(const u8 *code, const u8 *end, u64 ctl, u64 ms)
{
	start_code(&v, MODE_PLAIN, code, end);
	set_gpr(&v, 5, ctl);
	set_gpr(&v, 6, frequency() / 1000 * ms);
}

static void check_halt(const u8 *code, const u8 *end, const char *which)
{
	u64 before = now_ns(), after, timer;

	start_wait(code, end, 1, 400);
	NEED_EXIT(&v, HALT);
	after = now_ns();
	timer = v.run->exit.u.halt.timer_ns;
	CHECK(timer >= before + 399 * MS && timer <= after + 401 * MS,
	      "HALT says when the %s timer fires: in %lld us", which,
	      (long long)(timer - after) / 1000);
	run_to_port(&v, PORT_DONE);
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_wait(code, end, 3, 400);
	NEED_EXIT(&v, HALT);
	CHECK_EQ(v.run->exit.u.halt.timer_ns, 0, "none if the %s timer is masked", which);
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
}

static void check_window(void)
{
	START(&v, PLAIN, unmasks);
	set_gpr(&v, 2, 1000000);
	v.run->request_flags = AXVCPU_RUN_IRQ_WINDOW;
	NEED_EXIT(&v, IRQ_WINDOW);
	v.run->request_flags = 0;
	CHECK_EQ(gpr(&v, 1), 1000000, "IRQ_WINDOW, when the guest has unmasked and not before");
	CHECK_EQ(pc_of(&v), CODE + 16, "with nothing else that would make it leave");
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_offset(0);
	check_offset(OFFSET);
	check_offset(-(host_counter() / 2));
	check_halt(waits, waits_end, "virtual");
	check_halt(waits_physical, waits_physical_end, "physical");
	check_window();
	return finish();
}
