// SPDX-License-Identifier: GPL-3.0-or-later
/* NESTED_PAGE_FAULT: its causes, and that repairing the cause lets the guest go on. */
#define _GNU_SOURCE
#include "guest.h"

#define REGION		0x400000UL

GUEST(jump, 64, "jmp *%rbx");
GUEST(reader, 64, "mov (%rbx), %eax\n" GUEST_DONE);
GUEST(writer, 64, "mov %eax, (%rbx)\n" GUEST_DONE);
GUEST(target, 64, "mov $0x66, %eax\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;

static void start(const u8 *code, const u8 *end, u64 address)
{
	struct axvcpu_x86_general g;

	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, AXVCPU_X86_START_LONG, code, end);
	g = get_general(&v);
	g.gpr[AXVCPU_X86_RBX] = address;
	set_general(&v, &g);
}

static void expect(u64 gpa, u32 cause, u32 access, const char *name)
{
	const struct axvcpu_exit *e = &v.run->exit;
	u64 pc = e->pc;

	NEED_EXIT(&v, NESTED_PAGE_FAULT);
	CHECK_EQ(e->u.npf.gpa, gpa, "%s: gpa", name);
	CHECK_EQ(e->u.npf.cause, cause, "%s: cause", name);
	CHECK_EQ(e->u.npf.access & access, access, "%s: access", name);
	CHECK_EQ(e->flags, 0, "%s: nothing is pending", name);
	if (e->u.npf.access & AXVCPU_ACCESS_GVA)
		CHECK_EQ(e->u.npf.gva & 0xfff, gpa & 0xfff, "%s: gva", name);
	pc = e->pc;
	NEED_EXIT(&v, NESTED_PAGE_FAULT);
	CHECK_EQ(e->pc, pc, "%s: the next RUN meets it again", name);
}

static void check_fetch(void)
{
	u8 *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	start(jump, jump_end, HOLE + 8);
	expect(HOLE + 8, AXVCPU_NPF_NO_REGION, AXVCPU_ACCESS_EXECUTE, "a fetch from nowhere");
	CHECK_EQ(v.run->exit.pc, HOLE + 8, "its PC is the target");
	memcpy(page + 8, target, target_end - target);
	NEED_RET(set_memory(vm.fd, HOLE, page, PAGE, 0));
	CHECK_EQ(run_to_port(&v, PORT_DONE), 0x66, "memory put there, the guest goes on");
	NEED_RET(set_memory(vm.fd, HOLE, NULL, 0, AXVCPU_MEM_DELETE));
	munmap(page, PAGE);
	COVERS_EXIT("NESTED_PAGE_FAULT", "no region: fetch");
}

/* The guest's page tables are where nothing is. */
static void check_walk(void)
{
	struct axvcpu_x86_system s;

	start(reader, reader_end, DATA);
	s = get_system(&v);
	s.cr3 = HOLE;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s));
	NEED_EXIT(&v, NESTED_PAGE_FAULT);
	CHECK_EQ(v.run->exit.u.npf.gpa & ~0xfffULL, HOLE, "page tables nowhere: gpa");
	CHECK_EQ(v.run->exit.u.npf.cause, AXVCPU_NPF_NO_REGION, "page tables nowhere: cause");
	CHECK_EQ(v.run->exit.u.npf.access & AXVCPU_ACCESS_WALK, AXVCPU_ACCESS_WALK,
		 "page tables nowhere: it is the walk");
	s.cr3 = TABLES;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s));
	run_to_port(&v, PORT_DONE);
	COVERS_EXIT("NESTED_PAGE_FAULT", "no region: page walk");
}

/* The region is there, the host's memory is gone. */
static void check_host(bool write)
{
	u8 *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const char *name = write ? "a write to unmapped memory" : "a read of unmapped memory";

	NEED_RET(set_memory(vm.fd, REGION, page, PAGE, 0));
	munmap(page, PAGE);
	if (write)
		start(writer, writer_end, REGION + 16);
	else
		start(reader, reader_end, REGION + 16);
	expect(REGION + 16, AXVCPU_NPF_HOST_FAULT,
	       write ? AXVCPU_ACCESS_WRITE : AXVCPU_ACCESS_READ, name);
	CHECK_EQ(v.run->exit.u.npf.host_errno, EFAULT, "%s: host_errno", name);
	NEED(mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		  0) == page, "mmap");
	*(u32 *)(page + 16) = 0x4321;
	if (write)
		run_to_port(&v, PORT_DONE);
	else
		CHECK_EQ(run_to_port(&v, PORT_DONE), 0x4321, "mapped again, the guest goes on");
	NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	munmap(page, PAGE);
	COVERS_EXIT("NESTED_PAGE_FAULT", "host fault");
}

/* The host forbids what the region allows. */
static void check_protection(void)
{
	u8 *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	NEED_RET(set_memory(vm.fd, REGION, page, PAGE, 0));
	*(u32 *)page = 0x11;
	mprotect(page, PAGE, PROT_READ);
	start(reader, reader_end, REGION);
	CHECK_EQ(run_to_port(&v, PORT_DONE), 0x11, "a read of memory that the host made read-only");
	start(writer, writer_end, REGION);
	expect(REGION, AXVCPU_NPF_HOST_FAULT, AXVCPU_ACCESS_WRITE,
	       "a write to memory that the host made read-only");
	mprotect(page, PAGE, PROT_NONE);
	start(reader, reader_end, REGION);
	expect(REGION, AXVCPU_NPF_HOST_FAULT, AXVCPU_ACCESS_READ, "a read of PROT_NONE memory");
	mprotect(page, PAGE, PROT_READ | PROT_WRITE);
	CHECK_EQ(run_to_port(&v, PORT_DONE), 0x11, "made accessible, the guest goes on");
	NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	munmap(page, PAGE);
}

/* A file that is shorter than its mapping: SIGBUS for a process, a record here. */
static void check_file(void)
{
	int fd = memfd_create("short", MFD_CLOEXEC);
	u8 *page;

	NEED(fd >= 0 && !ftruncate(fd, PAGE), "memfd");
	page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (set_memory(vm.fd, REGION, page, 2 * PAGE, 0)) {
		note("a mapping beyond the end of its file is refused");
	} else {
		start(reader, reader_end, REGION + PAGE);
		expect(REGION + PAGE, AXVCPU_NPF_HOST_FAULT, AXVCPU_ACCESS_READ,
		       "a read beyond the end of a file");
		NEED(!ftruncate(fd, 2 * PAGE), "ftruncate");
		CHECK_EQ(run_to_port(&v, PORT_DONE), 0, "the file grown, the guest goes on");
		NEED(!ftruncate(fd, PAGE), "ftruncate");
		start(reader, reader_end, REGION + PAGE);
		expect(REGION + PAGE, AXVCPU_NPF_HOST_FAULT, AXVCPU_ACCESS_READ,
		       "a read beyond the end of a file that was cut");
		NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	}
	munmap(page, 2 * PAGE);
	close(fd);
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_fetch();
	check_walk();
	check_host(false);
	check_host(true);
	check_protection();
	check_file();
	return finish();
}
