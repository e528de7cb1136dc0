// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Descriptor tables and the task register: what SGDT, SIDT, STR and SLDT show is the
 * same after RUN, and the I/O permission bitmap, which lies behind the TSS, works.
 * An exit of VMX leaves the limits of all of them changed.
 */
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/io.h>

#include "guest.h"

#define PORT_POST	0x80	/* takes anything, and nobody listens */

GUEST(program, 64, "mov $1, %eax\n" GUEST_VALUE "cpuid; mov $2, %eax\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;
static sigjmp_buf out_of;

struct __attribute__((packed)) table {
	u16 limit;
	u64 base;
};

struct tables {
	struct table gdt;
	struct table idt;
	u64 tr;
	u64 ldtr;
};

/* In ring 3 where UMIP is off, else the kernel emulates it. */
static void look(struct tables *t)
{
	memset(t, 0, sizeof(*t));
	__asm__ volatile("sgdt %0" : "=m"(t->gdt));
	__asm__ volatile("sidt %0" : "=m"(t->idt));
	__asm__ volatile("str %0" : "=r"(t->tr));
	__asm__ volatile("sldt %0" : "=r"(t->ldtr));
}

static void on_fault(int signal)
{
	siglongjmp(out_of, signal);
}

/* OUT to a port that ioperm() opened: 0, or the signal that it ended in. */
static int out_works(void)
{
	int fault = sigsetjmp(out_of, 1);

	if (!fault)
		outb(0, PORT_POST);
	return fault;
}

static void check_tables(void)
{
	struct tables before, after;

	look(&before);
	EXPECT_EQ(run_to_port(&v, PORT_VALUE), 1, "the guest runs");
	look(&after);
	CHECK_EQ(after.gdt.limit, before.gdt.limit, "GDTR's limit after RUN");
	CHECK_EQ(after.idt.limit, before.idt.limit, "IDTR's limit after RUN");
	/* A RUN of before may have changed it for good: 256 gates; 0 is the emulation's. */
	CHECK(!after.idt.limit || after.idt.limit == 0xfff, "and it is that of a 64-bit kernel: 0x%x",
	      after.idt.limit);
	CHECK_EQ(after.gdt.base, before.gdt.base, "GDTR's base after RUN");
	CHECK_EQ(after.idt.base, before.idt.base, "IDTR's base after RUN");
	CHECK_EQ(after.tr, before.tr, "TR after RUN");
	CHECK_EQ(after.ldtr, before.ldtr, "LDTR after RUN");
}

static int ready[2], go[2];

/* A task with a bitmap, which waits while another one runs the guest. */
static int other_task(void *argument)
{
	char byte = 0;

	(void)argument;
	if (ioperm(PORT_POST, 1, 1))
		return errno == ENOSYS ? 0 : 1;
	if (write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1)
		return 2;
	return out_works();
}

static void check_other_task(void)
{
	char byte = 0;
	pid_t pid;

	NEED(!pipe(ready) && !pipe(go), "pipes");
	pid = start_child(other_task, NULL);
	close(ready[1]);
	if (read(ready[0], &byte, 1) == 1) {
		EXPECT_EQ(run_to_port(&v, PORT_VALUE), 1, "the guest runs");
		NEED(write(go[1], &byte, 1) == 1, "a byte");
	}
	CHECK_EQ(end_child(pid), 0, "another task's I/O permission bitmap works after RUN");
}

static void check_io_bitmap(void)
{
	CHECK_EQ(out_works(), SIGSEGV, "OUT without ioperm() faults");
	if (ioperm(PORT_POST, 1, 1) && errno == ENOSYS) {
		note("this kernel has no ioperm(): its bitmap is not looked at");
		return;
	}
	EXPECT_EQ(out_works(), 0, "OUT with ioperm()");
	EXPECT_EQ(run_to_port(&v, PORT_DONE), 2, "the guest runs");
	CHECK_EQ(out_works(), 0, "the I/O permission bitmap works after RUN");
}

int main(void)
{
	NEED(pin_to(0), "a GDT belongs to a CPU");
	signal(SIGSEGV, on_fault);
	BOOT(&vm, &v, 0, LONG, program);
	check_tables();
	RESTART(&v, LONG, program);
	check_other_task();
	check_io_bitmap();
	return finish();
}
