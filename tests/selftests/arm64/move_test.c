// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * All register blocks into a new vCPU of a new VM, at moments that are not simple: with
 * interrupts pending, active, both, more than the hardware holds; a timer's line; an SError;
 * a guest that waits. The guest goes on as if it had stayed.
 */
#include "guest.h"

#define ICC_ON	"mov x0, #0xff\nmsr S3_0_C4_C6_0, x0\nmov x0, #1\nmsr S3_0_C12_C12_7, x0\nisb\n"
#define IAR	"mrs x0, S3_0_C12_C12_0\n"
#define EOI	"msr S3_0_C12_C12_1, x0\nisb\n"
#define RPR	"mrs x0, S3_0_C12_C11_3\n"

/* Acknowledged here, ended there. */
GUEST(active, PLAIN, ICC_ON GUEST_VALUE IAR "mov x7, x0\n" GUEST_VALUE RPR GUEST_VALUE
      "mov x0, x7\n" EOI RPR GUEST_VALUE IAR GUEST_DONE);
/* EOImode: dropped here, deactivated there. */
GUEST(split, PLAIN, ICC_ON "mov x0, #2\nmsr S3_0_C12_C12_4, x0\nisb\n" GUEST_VALUE IAR EOI
      "mov x7, x0\n" GUEST_VALUE IAR GUEST_VALUE "msr S3_0_C12_C11_1, x7\nisb\n" IAR GUEST_DONE);
/* All that wait, one after the other, until there is none. */
GUEST(drain, PLAIN, ICC_ON "mov x7, #0\n" GUEST_VALUE "1: " IAR
      "cmp x0, #1023\nb.eq 2f\nadd x7, x7, x0\n" EOI "b 1b\n2: mov x0, x7\n" GUEST_DONE);
/*
 * The virtual timer has fired here; there it is turned off before anybody looked. Levels
 * are looked at between an exit and the next entry.
 */
GUEST(timer, PLAIN, ICC_ON "mov x0, #1\nmsr cntv_cval_el0, xzr\nmsr cntv_ctl_el0, x0\nisb\n"
      "mrs x0, isr_el1\n" GUEST_VALUE "msr cntv_ctl_el0, xzr\nisb\n" G_IN_KERNEL IAR GUEST_DONE);
GUEST(timer_stays, PLAIN, ICC_ON "mov x0, #1\nmsr cntv_cval_el0, xzr\nmsr cntv_ctl_el0, x0\nisb\n"
      GUEST_VALUE IAR GUEST_DONE);
GUEST(masked, PLAIN, GUEST_VALUE "msr daifclr, #4\nisb\n" GUEST_DONE);
GUEST(serror, PLAIN, "mrs x0, esr_el1\n" G_SAY(0xee) "1: b 1b\n");
GUEST(waits, PLAIN, ICC_ON GUEST_VALUE "wfi\n" IAR GUEST_DONE);
GUEST(counter, PLAIN, "mrs x0, cntvct_el0\n" GUEST_VALUE "mrs x0, cntvct_el0\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;

static void begin(const u8 *code, const u8 *end)
{
	vm_new(&vm, AXVCPU_VM_HALT_IN_KERNEL);
	vcpu_new(&v, &vm, 0);
	start_code(&v, MODE_PLAIN, code, end);
}
#define BEGIN(name)	begin(name, name##_end)

static void end(void)
{
	vcpu_free(&v);
	vm_free(&vm);
}

/* The memory stays, all else is new. */
static void move(void)
{
	struct vcpu from = v;
	struct vm old = vm;
	u32 block;

	vm.fd = (int)NEED_RET(create_vm(AXVCPU_VM_HALT_IN_KERNEL));
	NEED_RET(set_memory(vm.fd, 0, vm.ram, RAM_SIZE, 0));
	vcpu_new(&v, &vm, 0);
	NEED_RET(setup_vcpu(&v, MODE_PLAIN, CODE));
	NEED_RET(bind_vcpu(&v, -1));
	for (block = 0; block < AXVCPU_BLOCK_COUNT; block++) {
		u32 length = info()->block_length[block];
		void *bytes = malloc(length + 1);

		if (!length) {
			free(bytes);
			continue;
		}
		NEED(bytes, "no memory");
		NEED_RET(get_block(&from, block, bytes));
		EXPECT_RET(set_block(&v, block, bytes), 0, "block %u is taken", block);
		free(bytes);
	}
	vcpu_free(&from);
	close(old.fd);
}

static void interrupt(u32 intid)
{
	NEED_RET(inject(&v, AXVCPU_EVENT_INTERRUPT, intid));
}

static void check_active(void)
{
	BEGIN(active);
	run_to_port(&v, PORT_VALUE);
	interrupt(40);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 40, "it is acknowledged");
	interrupt(40);
	move();
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0xa0, "its priority runs behind the move");
	move();
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0xff, "it is over");
	CHECK_EQ(run_to_port(&v, PORT_DONE), 40, "and pending again, as it was");
	end();
}

static void check_split(void)
{
	BEGIN(split);
	run_to_port(&v, PORT_VALUE);
	interrupt(41);
	run_to_port(&v, PORT_VALUE);
	interrupt(41);
	move();
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 1023, "what is active does not come again");
	move();
	CHECK_EQ(run_to_port(&v, PORT_DONE), 41, "once deactivated it does");
	end();
}

/* Up to 40 wait, which no hardware has list registers for. */
static void check_many(void)
{
	u32 intid, sum = 0;

	BEGIN(drain);
	run_to_port(&v, PORT_VALUE);
	for (intid = 33; intid < 73; intid++) {
		interrupt(intid);
		sum += intid;
	}
	move();
	v.run->immediate_exit = 1;
	NEED_RET(run(&v));
	v.run->immediate_exit = 0;
	move();
	CHECK_EQ(run_to_port(&v, PORT_DONE), sum, "each of 40 comes once");
	end();
}

static void check_timer(void)
{
	struct axvcpu_arm64_events events;
	unsigned int i, found = 0;

	BEGIN(timer);
	CHECK_EQ(run_to_port(&v, PORT_VALUE) >> 7 & 1, 1, "the timer's interrupt is pending");
	events = get_events(&v);
	for (i = 0; i < ARRAY_SIZE(events.list); i++)
		found += (u32)events.list[i] == 27;
	CHECK_EQ(found, 0, "the timer's registers alone say so");
	move();
	CHECK_EQ(run_to_port(&v, PORT_DONE), 1023, "it goes with the timer");
	end();
	BEGIN(timer_stays);
	run_to_port(&v, PORT_VALUE);
	move();
	CHECK_EQ(run_to_port(&v, PORT_DONE), 27, "it stays with the timer");
	end();
}

static void check_serror(void)
{
	BEGIN(masked);
	set_vector(&vm, VECTOR_SERROR, serror, serror_end);
	run_to_port(&v, PORT_VALUE);
	NEED_RET(inject_exception(&v, AXVCPU_ARM64_VECTOR_SERROR, false, 0, 0));
	move();
	CHECK_EQ(run_to_port(&v, 0xee) >> 26, 0x2f, "the SError that was masked comes");
	end();
}

static void check_wait(void)
{
	BEGIN(waits);
	run_to_port(&v, PORT_VALUE);
	v.run->deadline_ns = now_ns() + 20 * MS;
	NEED_EXIT(&v, NOTHING);
	CHECK_EQ(get_events(&v).halted, 1, "it waits");
	move();
	v.run->deadline_ns = now_ns() + 20 * MS;
	NEED_EXIT(&v, NOTHING);
	CHECK_EQ(v.run->exit.u.nothing.cause, AXVCPU_CAUSE_DEADLINE, "it still waits");
	v.run->deadline_ns = 0;
	interrupt(42);
	CHECK_EQ(run_to_port(&v, PORT_DONE), 42, "until something comes");
	end();
}

static void check_clock(void)
{
	struct axvcpu_clock ahead = { .offset = 1ULL << 40 };
	u64 before, after;

	BEGIN(counter);
	NEED_RET(set_block(&v, AXVCPU_BLOCK_CLOCK, &ahead));
	run_to_port(&v, PORT_VALUE);
	before = gpr(&v, 0);
	move();
	run_to_port(&v, PORT_DONE);
	after = gpr(&v, 0);
	CHECK(before >= ahead.offset && after > before && after - before < 1ULL << 36,
	      "the counter goes on: 0x%llx and 0x%llx", (unsigned long long)before,
	      (unsigned long long)after);
	end();
}

int main(void)
{
	check_active();
	check_split();
	check_many();
	check_timer();
	check_serror();
	check_wait();
	check_clock();
	return finish();
}
