// SPDX-License-Identifier: GPL-3.0-or-later
/* SET_MEMORY: the arguments that it takes and refuses; a refusal leaves the old map in force. */
#define _GNU_SOURCE
#include <fcntl.h>

#include "guest.h"

static int vm;
static u8 *memory;	/* 64 pages */
#define PAGES		64

static long add(u64 gpa, u64 length, u32 flags)
{
	return set_memory(vm, gpa, memory, length, flags);
}

static long add_at(u64 gpa, const void *address, u64 length, u32 flags)
{
	return set_memory(vm, gpa, address, length, flags);
}

static long delete(u64 gpa, u64 length)
{
	return set_memory(vm, gpa, NULL, length, AXVCPU_MEM_DELETE);
}

static void check_values(void)
{
	u64 top = 1ULL << info()->gpa_bits;

	CHECK_RET(add(0, 0, 0), -EINVAL, "length 0");
	CHECK_RET(add(1, PAGE, 0), -EINVAL, "a GPA that is not aligned");
	CHECK_RET(add(0, PAGE + 1, 0), -EINVAL, "a length that is not aligned");
	CHECK_RET(add_at(0, memory + 8, PAGE, 0), -EINVAL, "an address that is not aligned");
	CHECK_RET(add(top - PAGE, PAGE, 0), 0, "the last page of guest-physical memory");
	CHECK_RET(delete(top - PAGE, 0), 0, "and delete it");
	CHECK_RET(add(top, PAGE, 0), -EINVAL, "beyond gpa_bits");
	CHECK_RET(add(top - PAGE, 2 * PAGE, 0), -EINVAL, "across the end of gpa_bits");
	CHECK_RET(add(~0ULL - PAGE + 1, PAGE, 0), -EINVAL, "the last page of 2^64");
	CHECK_RET(add(~0ULL - PAGE + 1, 2 * PAGE, 0), -EINVAL, "wrapping GPA");
	CHECK_RET(add(PAGE, ~0ULL - PAGE + 1, 0), -EINVAL, "length 2^64 less a page");
	CHECK_RET(add_at(0, (void *)(~0ULL - PAGE + 1), 2 * PAGE, 0) < 0 ? -1 : 0, -1,
		  "wrapping address");
	CHECK_RET(add_at(0, (void *)0xffff888000000000, PAGE, 0), -EFAULT, "a kernel address");
	CHECK_RET(add_at(0, (void *)0x7fffffff0000, 0x100000, 0), -EFAULT,
		  "across the end of user space");
	COVERS("SET_MEMORY", "-", "bad value");
	COVERS("SET_MEMORY", "-", "boundary");
}

static void check_flags(void)
{
	static const u32 reserved[] = { AXVCPU_MEM_LOG_DIRTY, AXVCPU_MEM_NO_EXECUTE,
					AXVCPU_MEM_DEVICE, AXVCPU_MEM_FD };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reserved); i++) {
		CHECK_RET(add(0, PAGE, reserved[i]), -EOPNOTSUPP, "reserved flag 0x%x", reserved[i]);
		EXPECT_RET(add(0, PAGE, reserved[i] | 0x80000000), -EINVAL,
			   "an unknown flag beside it");
	}
	CHECK_RET(add_at(0, memory, 0, AXVCPU_MEM_DELETE), -EINVAL, "DELETE with an address");
	CHECK_RET(delete(0, 0), -EINVAL, "DELETE of nothing");
	NEED_RET(add(0, PAGE, 0));
	CHECK_RET(set_memory(vm, 0, NULL, 0, AXVCPU_MEM_DELETE | AXVCPU_MEM_READONLY), -EINVAL,
		  "DELETE and READONLY");
	CHECK_RET(delete(0, 2 * PAGE), -EINVAL, "DELETE with another length");
	CHECK_RET(delete(PAGE, 0), -EINVAL, "DELETE of a GPA that is no key");
	CHECK_RET(delete(0, PAGE), 0, "DELETE with the region's length");
	CHECK_RET(delete(0, 0), -EINVAL, "DELETE again");
	NEED_RET(add(0, 4 * PAGE, AXVCPU_MEM_READONLY));
	CHECK_RET(delete(PAGE, PAGE), -EINVAL, "DELETE of a part");
	NEED_RET(delete(0, 0));
}

static void check_overlap(void)
{
	NEED_RET(add(16 * PAGE, 8 * PAGE, 0));
	CHECK_RET(add(16 * PAGE, 8 * PAGE, 0), -EEXIST, "the same again");
	CHECK_RET(add(15 * PAGE, 2 * PAGE, 0), -EEXIST, "one page below and one inside");
	CHECK_RET(add(23 * PAGE, 2 * PAGE, 0), -EEXIST, "one page inside and one above");
	CHECK_RET(add(18 * PAGE, PAGE, 0), -EEXIST, "inside");
	CHECK_RET(add(8 * PAGE, 32 * PAGE, 0), -EEXIST, "around");
	CHECK_RET(add(15 * PAGE, PAGE, 0), 0, "directly below");
	CHECK_RET(add(24 * PAGE, PAGE, 0), 0, "directly above");
	CHECK_RET(add(1ULL << 32, 8 * PAGE, 0), 0, "the same memory at another GPA");
	NEED_RET(delete(15 * PAGE, 0));
	NEED_RET(delete(16 * PAGE, 0));
	NEED_RET(delete(24 * PAGE, 0));
	NEED_RET(delete(1ULL << 32, 0));
}

static void check_mappings(void)
{
	u8 *hole = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("/proc/self/exe", O_RDONLY), null = open("/dev/null", O_RDWR);
	void *shared = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);

	munmap(hole + PAGE, PAGE);
	CHECK_RET(add_at(0, hole, 3 * PAGE, 0), -EFAULT, "a hole in the middle");
	CHECK_RET(add_at(0, hole + PAGE, PAGE, 0), -EFAULT, "nothing mapped");
	CHECK_RET(add_at(0, hole, PAGE, 0), 0, "the page before the hole");
	NEED_RET(delete(0, 0));
	mprotect(hole, PAGE, PROT_READ);
	CHECK_RET(add_at(0, hole, PAGE, 0), -EFAULT, "memory that can't be written");
	CHECK_RET(add_at(0, hole, PAGE, AXVCPU_MEM_READONLY), 0, "the same, READONLY");
	NEED_RET(delete(0, 0));
	mprotect(hole, PAGE, PROT_NONE);
	CHECK_RET(add_at(0, hole, PAGE, AXVCPU_MEM_READONLY), -EFAULT, "PROT_NONE");
	CHECK_RET(add_at(0, shared, PAGE, AXVCPU_MEM_READONLY), 0, "a file that is read");
	NEED_RET(delete(0, 0));
	CHECK_RET(add_at(0, shared, PAGE, 0), -EFAULT, "a read-only file");
	munmap(hole, 3 * PAGE);
	munmap(shared, PAGE);
	close(fd);
	close(null);
}

/* As many regions as there may be, of one page each, with gaps. */
static void check_many(void)
{
	u32 max = info()->max_regions, i, bad = 0;

	for (i = 0; i < max; i++)
		bad += add(i * 2ULL * PAGE, PAGE, 0) != 0;
	CHECK_EQ(bad, 0, "%u regions", max);
	CHECK_RET(add(max * 2ULL * PAGE, PAGE, 0), -ENOSPC, "one region too many");
	CHECK_RET(add(0, PAGE, 0), -EEXIST, "an overlap comes before the limit");
	for (i = 0; i < max; i++)
		bad += delete((u64)(i * 7ULL % max) * 2 * PAGE, 0) != 0;
	CHECK_EQ(bad, max % 7 ? 0 : bad, "and all deleted");
	CHECK_RET(add(0, PAGE, 0), 0, "and one added again");
	NEED_RET(delete(0, 0));
}

static void *add_and_delete(void *argument)
{
	u64 base = (u64)argument * 4 * PAGE, until = now_ns() + SECOND / 2;
	long bad = 0;

	while (now_ns() < until) {
		bad += add(base, 2 * PAGE, 0) != 0;
		bad += delete(base, 0) != 0;
	}
	return (void *)bad;
}

static void *fight(void *unused)
{
	u64 until = now_ns() + SECOND / 2;
	long bad = 0, ret;

	(void)unused;
	while (now_ns() < until) {
		ret = add(0x100000, 2 * PAGE, 0);
		bad += ret && ret != -EEXIST;
		ret = delete(0x100000, 0);
		bad += ret && ret != -EINVAL;
	}
	return (void *)bad;
}

static void check_race(void)
{
	pthread_t thread[4];
	void *result;
	long bad = 0;
	u64 i;

	for (i = 0; i < 4; i++)
		thread[i] = start_thread(i < 2 ? add_and_delete : fight, (void *)i);
	for (i = 0; i < 4; i++) {
		pthread_join(thread[i], &result);
		bad += (long)result;
	}
	CHECK_EQ(bad, 0, "four threads that add and delete");
	delete(0x100000, 0);
	CHECK_RET(add(0, PAGES * PAGE, 0), 0, "and afterwards the map is empty");
	COVERS("SET_MEMORY", "-", "racing");
}

int main(void)
{
	vm = create_vm(0);
	NEED(vm >= 0, "CREATE_VM");
	memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	NEED(memory != MAP_FAILED, "mmap");
	check_values();
	check_flags();
	check_overlap();
	check_mappings();
	check_many();
	check_race();
	COVERS("SET_MEMORY", "-", "good");
	return finish();
}
