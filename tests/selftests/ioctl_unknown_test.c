// SPDX-License-Identifier: GPL-3.0-or-later
/* An ioctl number that a file descriptor does not have is -ENOTTY; so is no read or write. */
#define _GNU_SOURCE
#include <fcntl.h>

#include "calls.h"

static bool known(int fd_kind, unsigned long command)
{
	const struct abi_call *c;

	for_each_call(c)
		if (c->command == command && (int)c->on == fd_kind)
			return true;
	return false;
}

static void check_numbers(int fd, int kind, const char *name)
{
	static const unsigned long other[] = { 0, ~0UL, TCGETS, FIONREAD, 0xAE00 /* KVM */, 0xAE80 };
	static union call_argument argument;
	unsigned int i, wrong = 0;

	for (i = 0; i < 256; i++) {
		unsigned long command = _IO(AXVCPU_IOC, i);

		if (known(kind, command))
			continue;
		wrong += call(fd, command, &argument) != -ENOTTY;
	}
	CHECK_EQ(wrong, 0, "%s: numbers that are not its own are ENOTTY", name);
	for (i = 0, wrong = 0; i < ARRAY_SIZE(other); i++)
		if (other[i] != FIONREAD)
			wrong += call(fd, other[i], &argument) != -ENOTTY;
	CHECK_EQ(wrong, 0, "%s: other drivers' numbers are ENOTTY", name);
	/* The numbers are plain: a size or direction in them makes another one. */
	for (i = 0, wrong = 0; i < 0x30; i++)
		wrong += call(fd, _IOWR(AXVCPU_IOC, i, struct axvcpu_bind), &argument) != -ENOTTY;
	CHECK_EQ(wrong, 0, "%s: numbers with a direction are ENOTTY", name);
}

static void check_file(int fd, const char *name)
{
	char byte = 0;

	CHECK_EQ(read(fd, &byte, 1), -1, "%s can't be read", name);
	CHECK_EQ(write(fd, &byte, 1), -1, "%s can't be written", name);
	CHECK_EQ(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC, "%s closes on exec", name);
}

static void check_mmap(struct stage *s)
{
	u64 size = info()->run_size;
	int device = open_device();
	char *page;

	CHECK(mmap(NULL, size, PROT_READ, MAP_SHARED, device, 0) == MAP_FAILED,
	      "the device can't be mapped");
	CHECK(mmap(NULL, size, PROT_READ, MAP_SHARED, s->vm.fd, 0) == MAP_FAILED,
	      "a VM can't be mapped");
	CHECK(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, s->v.fd, 0) == MAP_FAILED,
	      "a run page can't be mapped MAP_PRIVATE");
	CHECK(mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_SHARED, s->v.fd, 0) == MAP_FAILED,
	      "a run page can't be mapped executable");
	CHECK(mmap(NULL, size + PAGE, PROT_READ, MAP_SHARED, s->v.fd, 0) == MAP_FAILED,
	      "no more than run_size can be mapped");
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, s->v.fd, (off_t)size) == MAP_FAILED,
	      "nothing behind the run page can be mapped");
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, s->v.fd, PAGE) == MAP_FAILED,
	      "the run page is mapped from its start");
	page = mmap(NULL, size, PROT_READ, MAP_SHARED, s->v.fd, 0);
	CHECK(page != MAP_FAILED, "a run page can be mapped twice");
	if (page == MAP_FAILED)
		return;
	CHECK(mprotect(page, size, PROT_READ | PROT_EXEC) < 0,
	      "a mapped run page does not become executable");
	CHECK(mremap(page, size, size + PAGE, MREMAP_MAYMOVE) == MAP_FAILED,
	      "a mapped run page does not grow");
	CHECK(!madvise(page, size, MADV_DOFORK) || errno == EINVAL, "MADV_DOFORK does no harm");
	CHECK(!munmap(page, PAGE) && !munmap(page + PAGE, size - PAGE),
	      "a mapped run page can be unmapped in parts");
	close(device);
}

int main(void)
{
	struct stage s;
	int device = open_device();

	stage_enter(&s, AXVCPU_STATE_READY, false);
	check_numbers(device, ON_DEVICE, "the device");
	check_numbers(s.vm.fd, ON_VM, "a VM");
	check_numbers(s.v.fd, ON_VCPU, "a vCPU");
	CHECK_EQ(state_of(&s.v), AXVCPU_STATE_READY, "nothing changed");
	check_file(device, "the device");
	check_file(s.vm.fd, "a VM");
	check_file(s.v.fd, "a vCPU");
	check_mmap(&s);
	stage_leave(&s);
	return finish();
}
