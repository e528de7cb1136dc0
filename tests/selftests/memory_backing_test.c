// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Kinds of host memory: huge pages (transparent and hugetlbfs), memfd, files,
 * KSM, userfaultfd, swap-like reclaim. The guest and the host see one memory,
 * and a partly mapped huge page shows no neighbour.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/syscall.h>

#include "guest.h"

#define REGION	0x40000000UL	/* 1 GiB: aligned to everything */
#define HUGE	(2UL << 20)

/* Add 1 to the first word of each of COUNT pages from ADDRESS on. */
GUEST(walker, WIDE, "1: " G_BUMP G_ADVANCE(4096) G_REPEAT(1b) GUEST_DONE);
GUEST(reader, WIDE, G_LOAD GUEST_DONE);

static struct vm vm;
static struct vcpu v;

static void go(const u8 *code, const u8 *end, u64 gpa, u64 pages)
{
	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, MODE_WIDE, code, end);
	set_gpr(&v, REG_ADDRESS, gpa);
	set_gpr(&v, REG_COUNT, pages);
}

/* The guest adds to every page what the host then finds. */
static bool walk(u8 *memory, u64 gpa, u64 length)
{
	u64 i, wrong = 0, pages = length / PAGE;

	for (i = 0; i < pages; i++)
		*(u64 *)(memory + i * PAGE) = i;
	go(walker, walker_end, gpa, pages);
	run_to_port(&v, PORT_DONE);
	for (i = 0; i < pages; i++)
		wrong += *(u64 *)(memory + i * PAGE) != i + 1;
	return !wrong;
}

static u64 huge_faults(void)
{
	return get_stats(&v).huge_faults;
}

static u8 *aligned(u64 length)
{
	u8 *all = mmap(NULL, length + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	NEED(all != MAP_FAILED, "mmap");
	return (u8 *)(((u64)all + HUGE - 1) & ~(HUGE - 1));
}

static void check_thp(void)
{
	u8 *memory = aligned(8 * HUGE);
	u64 before = huge_faults();

	madvise(memory, 8 * HUGE, MADV_HUGEPAGE);
	NEED_RET(set_memory(vm.fd, REGION, memory, 4 * HUGE, 0));
	CHECK(walk(memory, REGION, 4 * HUGE), "transparent huge pages");
	note("%llu huge entries", (unsigned long long)(huge_faults() - before));
	if (info()->capabilities & AXVCPU_CAP_HUGE_2M &&
	    access("/sys/kernel/mm/transparent_hugepage/enabled", F_OK) == 0)
		CHECK(huge_faults() > before, "are mapped by huge entries");
	/* One page of the middle goes: the huge entry must go with it. */
	madvise(memory + HUGE + 5 * PAGE, PAGE, MADV_DONTNEED);
	go(reader, reader_end, REGION + HUGE + 5 * PAGE, 0);
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, REG_VALUE), 0, "a huge page in parts: the part that was discarded");
	go(reader, reader_end, REGION + HUGE + 6 * PAGE, 0);
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, REG_VALUE), 512 + 6 + 1, "a huge page in parts: its neighbour");
	CHECK(walk(memory, REGION, 4 * HUGE), "split pages work on");
	NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	/* GPA and HVA differ modulo 2 MiB: no huge entry may be used. */
	NEED_RET(set_memory(vm.fd, REGION + PAGE, memory, 4 * HUGE, 0));
	CHECK(walk(memory, REGION + PAGE, 4 * HUGE), "huge pages at an odd GPA");
	NEED_RET(set_memory(vm.fd, REGION + PAGE, NULL, 0, AXVCPU_MEM_DELETE));
	munmap(memory, 8 * HUGE);
}

/* mremap of a part of a huge page: another page's memory must not show through. */
static void check_partly_mapped(void)
{
	u8 *memory = aligned(2 * HUGE), *part = aligned(2 * HUGE);
	u64 i, wrong = 0;

	madvise(memory, HUGE, MADV_HUGEPAGE);
	for (i = 0; i < 512; i++)
		*(u64 *)(memory + i * PAGE) = 0x5ec2e7;
	NEED(mremap(memory, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, part) == part,
	     "mremap");
	memset(part, 0, 8 * PAGE);
	NEED_RET(set_memory(vm.fd, REGION, part, HUGE, 0));
	for (i = 0; i < 16; i++) {
		go(reader, reader_end, REGION + i * PAGE, 0);
		run_to_port(&v, PORT_DONE);
		wrong += gpr(&v, REG_VALUE) == 0x5ec2e7;
	}
	CHECK_EQ(wrong, 0, "a partly mapped huge page shows no neighbour");
	NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	munmap(memory, HUGE);
	munmap(part, HUGE);
}

static void check_hugetlb(void)
{
	u64 before;
	u8 *memory;

	if (!write_text("/proc/sys/vm/nr_hugepages", "4\n")) {
		note("no hugetlbfs here");
		return;
	}
	memory = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (memory == MAP_FAILED) {
		note("no huge pages were free");
		return;
	}
	NEED_RET(set_memory(vm.fd, REGION, memory, 2 * HUGE, 0));
	before = huge_faults();
	CHECK(walk(memory, REGION, 2 * HUGE), "hugetlbfs");
	if (info()->capabilities & AXVCPU_CAP_HUGE_2M)
		CHECK_EQ(huge_faults() - before, 2, "each of its pages by one huge entry");
	NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	/* A region that ends in the middle of a huge page. */
	NEED_RET(set_memory(vm.fd, REGION, memory, HUGE + 3 * PAGE, 0));
	before = huge_faults();
	CHECK(walk(memory, REGION, HUGE + 3 * PAGE), "a part of a hugetlbfs page");
	if (info()->capabilities & AXVCPU_CAP_HUGE_2M)
		CHECK_EQ(huge_faults() - before, 1, "for which there is no huge entry");
	go(reader, reader_end, REGION + HUGE + 3 * PAGE, 0);
	CHECK_EQ(run_exit(&v), AXVCPU_EXIT_MMIO_READ, "what lies behind the part is not reached");
	munmap(memory, 2 * HUGE);
	NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	write_text("/proc/sys/vm/nr_hugepages", "0\n");
}

static void check_memfd(void)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);
	u8 *one, *two;

	NEED(fd >= 0 && !ftruncate(fd, 16 * PAGE), "memfd");
	one = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	two = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	NEED_RET(set_memory(vm.fd, REGION, one, 16 * PAGE, 0));
	CHECK(walk(two, REGION, 16 * PAGE), "a memfd, seen through another mapping");
	NEED(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4 * PAGE), "fallocate");
	go(reader, reader_end, REGION + PAGE, 0);
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, REG_VALUE), 0, "a hole punched into it is zero to the guest");
	NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	munmap(one, 16 * PAGE);
	munmap(two, 16 * PAGE);
	close(fd);
}

/* A private mapping of a file: the guest's writes stay out of the file. */
static void check_private_file(void)
{
	int fd = memfd_create("file", MFD_CLOEXEC);
	u64 value = 41;
	u8 *memory;

	NEED(fd >= 0 && !ftruncate(fd, PAGE) && pwrite(fd, &value, 8, 0) == 8, "memfd");
	memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	NEED_RET(set_memory(vm.fd, REGION, memory, PAGE, 0));
	go(walker, walker_end, REGION, 1);
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(*(u64 *)memory, 42, "a private file mapping: the owner sees the guest's write");
	NEED(pread(fd, &value, 8, 0) == 8, "pread");
	CHECK_EQ(value, 41, "the file does not");
	NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	munmap(memory, PAGE);
	close(fd);
}

/* Zero pages: what was only read is shared, a write gets its own page. */
static void check_zero_page(void)
{
	u8 *memory = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	NEED_RET(set_memory(vm.fd, REGION, memory, 2 * PAGE, 0));
	go(reader, reader_end, REGION, 0);
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, REG_VALUE), 0, "fresh memory is zero");
	go(walker, walker_end, REGION, 2);
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(*(u64 *)memory, 1, "a write to it is the owner's");
	go(reader, reader_end, REGION, 0);
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, REG_VALUE), 1, "and the guest's");
	NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	munmap(memory, 2 * PAGE);
}

static void check_ksm(void)
{
	u8 *memory = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long long shared;

	if (access("/sys/kernel/mm/ksm/run", W_OK) || madvise(memory, 8 * PAGE, MADV_MERGEABLE)) {
		note("no KSM here");
		return;
	}
	NEED_RET(set_memory(vm.fd, REGION, memory, 8 * PAGE, 0));
	CHECK(walk(memory, REGION, 8 * PAGE), "memory that KSM may merge");
	memset(memory, 0x3c, 8 * PAGE);
	write_text("/sys/kernel/mm/ksm/sleep_millisecs", "5\n");
	write_text("/sys/kernel/mm/ksm/pages_to_scan", "10000\n");
	write_text("/sys/kernel/mm/ksm/run", "1\n");
	WAIT_FOR(read_number("/sys/kernel/mm/ksm/pages_sharing") >= 4, 1500);
	shared = read_number("/sys/kernel/mm/ksm/pages_sharing");
	note("KSM has merged %lld pages", shared);
	CHECK(walk(memory, REGION, 8 * PAGE), "and has merged: each page is its own when written");
	go(walker, walker_end, REGION, 1);
	memset(memory, 0x3c, 8 * PAGE);
	WAIT_FOR(read_number("/sys/kernel/mm/ksm/pages_sharing") >= 4, 1500);
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(*(u64 *)(memory + PAGE), 0x3c3c3c3c3c3c3c3c,
		 "a guest's write to a merged page reaches no other");
	write_text("/sys/kernel/mm/ksm/run", "2\n");
	write_text("/sys/kernel/mm/ksm/run", "0\n");
	NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	munmap(memory, 8 * PAGE);
}

struct pager {
	int fd;
	u64 faults;
};

static void *serve_faults(void *argument)
{
	struct pager *p = argument;
	static u64 content[512] __attribute__((aligned(4096)));
	struct uffd_msg message;

	while (read(p->fd, &message, sizeof(message)) == sizeof(message)) {
		struct uffdio_copy copy = { .dst = message.arg.pagefault.address & ~(PAGE - 1),
					    .src = (u64)content,
					    .len = PAGE };

		if (message.event != UFFD_EVENT_PAGEFAULT)
			continue;
		content[0] = 1000 + p->faults++;
		ioctl(p->fd, UFFDIO_COPY, &copy);
		if (p->faults == 4)
			break;
	}
	return NULL;
}

static void check_userfaultfd(void)
{
	u8 *memory = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .range = { (u64)memory, 4 * PAGE },
					 .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct pager pager = { .fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC) };
	pthread_t thread;
	u64 i, wrong = 0;

	if (pager.fd < 0 || ioctl(pager.fd, UFFDIO_API, &api) ||
	    ioctl(pager.fd, UFFDIO_REGISTER, &range)) {
		note("no userfaultfd here");
		return;
	}
	NEED_RET(set_memory(vm.fd, REGION, memory, 4 * PAGE, 0));
	thread = start_thread(serve_faults, &pager);
	for (i = 0; i < 4; i++) {
		go(reader, reader_end, REGION + i * PAGE, 0);
		run_to_port(&v, PORT_DONE);
		wrong += gpr(&v, REG_VALUE) != 1000 + i;
	}
	end_thread(thread);
	CHECK_EQ(wrong, 0, "userfaultfd: the guest waits for each page and gets it");
	NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	close(pager.fd);
	munmap(memory, 4 * PAGE);
}

static void check_reclaim(void)
{
	u8 *memory = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	NEED_RET(set_memory(vm.fd, REGION, memory, 64 * PAGE, 0));
	CHECK(walk(memory, REGION, 64 * PAGE), "before reclaim");
	madvise(memory, 64 * PAGE, 21 /* MADV_PAGEOUT */);
	write_text("/proc/sys/vm/compact_memory", "1\n");
	write_text("/proc/sys/vm/drop_caches", "3\n");
	go(walker, walker_end, REGION, 64);
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(*(u64 *)(memory + 63 * PAGE), 65, "after MADV_PAGEOUT and compaction");
	NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	munmap(memory, 64 * PAGE);
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_zero_page();
	check_thp();
	check_partly_mapped();
	check_hugetlb();
	check_memfd();
	check_private_file();
	check_ksm();
	check_userfaultfd();
	check_reclaim();
	COVERS("SET_MEMORY", "-", "kinds of memory");
	return finish();
}
