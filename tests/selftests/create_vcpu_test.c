// SPDX-License-Identifier: GPL-3.0-or-later
/* CREATE_VCPU: ids, the mask of host CPUs, favor_cpu, the config as far as it is any. */
#include <sys/resource.h>

#include "guest.h"

static struct vm vm;

static long create(const struct axvcpu_create_vcpu *wanted)
{
	struct axvcpu_create_vcpu args = *wanted;
	long ret;

	args.size = sizeof(args);
	ret = call(vm.fd, AXVCPU_CREATE_VCPU, &args);
	if (ret >= 0)
		close((int)ret);
	return ret >= 0 ? 0 : ret;
}

static void check_ids(void)
{
	u32 last = info()->max_vcpus - 1;
	int fd = create_vcpu(vm.fd, 0), again;

	CHECK(fd >= 0, "id 0");
	CHECK_RET(create_vcpu(vm.fd, 0), -EEXIST, "id 0 again");
	CHECK_RET(create(&(struct axvcpu_create_vcpu){ .vcpu_id = last, .favor_cpu = -1 }), 0,
		  "the last id");
	CHECK_RET(create_vcpu(vm.fd, last + 1), -EINVAL, "one id too many");
	CHECK_RET(create_vcpu(vm.fd, ~0U), -EINVAL, "id 2^32-1");
	close(fd);
	again = create_vcpu(vm.fd, 0);
	CHECK(again >= 0, "id 0 again after it was closed");
	close(again);
	COVERS("CREATE_VCPU", "-", "good");
	COVERS("CREATE_VCPU", "-", "boundary");
}

static void check_cpu_set(void)
{
	static u8 all[65536], none[4096], first[1] = { 1 }, second[1] = { 2 }, far[512];
	struct axvcpu_create_vcpu args = { .favor_cpu = -1, .cpu_set = (u64)first };
	static u8 edge[2 * PAGE] __attribute__((aligned(PAGE)));

	memset(all, 0xff, sizeof(all));
	far[511] = 0x80;
	args.cpu_set_length = 1;
	CHECK_RET(create(&args), 0, "a mask of one byte");
	args.favor_cpu = 0;
	CHECK_RET(create(&args), 0, "favor_cpu in the mask");
	args.favor_cpu = 1;
	CHECK_RET(create(&args), sysconf(_SC_NPROCESSORS_CONF) > 1 ? -EXDEV : -EINVAL,
		  "favor_cpu outside the mask");
	args.favor_cpu = 100000;
	CHECK_RET(create(&args), -EINVAL, "favor_cpu that can't be");
	args.favor_cpu = -2;
	CHECK_RET(create(&args), -EINVAL, "favor_cpu -2");
	args.favor_cpu = (int)0x80000000;
	CHECK_RET(create(&args), -EINVAL, "favor_cpu -2^31");
	args.favor_cpu = -1;
	args.cpu_set_length = 0;
	CHECK_RET(create(&args), -EINVAL, "a mask without length");
	args.cpu_set = 0;
	args.cpu_set_length = 1;
	CHECK_RET(create(&args), -EINVAL, "a length without mask");
	args = (struct axvcpu_create_vcpu){ .favor_cpu = -1, .cpu_set = (u64)none,
					    .cpu_set_length = sizeof(none) };
	CHECK_RET(create(&args), -EINVAL, "an empty mask");
	args.cpu_set = (u64)far;
	args.cpu_set_length = sizeof(far);
	CHECK_RET(create(&args), -EINVAL, "a mask of CPUs that can't be");
	args.cpu_set = (u64)all;
	args.cpu_set_length = sizeof(all);
	CHECK_RET(create(&args), 0, "a mask of 64 KiB");
	args.cpu_set = (u64)second;
	args.cpu_set_length = 1;
	CHECK_RET(create(&args), cpu_count() > 1 ? 0 : -EINVAL, "a mask of CPU 1");
	args.cpu_set = 8;
	CHECK_RET(create(&args), -EFAULT, "a mask at a bad address");
	munmap(edge + PAGE, PAGE);
	edge[PAGE - 1] = 1;
	args.cpu_set = (u64)(edge + PAGE - 1);
	CHECK_RET(create(&args), 0, "a mask up to the edge");
	args.cpu_set_length = 2;
	CHECK_RET(create(&args), -EFAULT, "a mask across the edge");
	COVERS("CREATE_VCPU", "-", "bad value");
	COVERS("CREATE_VCPU", "-", "pointer");
}

static long create_with(const void *config, u32 length)
{
	struct axvcpu_create_vcpu args = { .favor_cpu = -1, .config = (u64)config,
					   .config_length = length };

	return create(&args);
}

static void check_config(void)
{
	struct {
		create_config c;
		u8 tail[64];
	} x = { .c.size = sizeof(x.c) };
	static u8 large[8192];
	unsigned int bit;

	CHECK_RET(create_with(&x, sizeof(x.c)), 0, "a config of defaults");
	CHECK_RET(create_with(NULL, sizeof(x.c)), -EINVAL, "a config's length without address");
	CHECK_RET(create_with(&x, 0), -EINVAL, "a config's address without length");
	CHECK_RET(create_with((void *)8, sizeof(x.c)), -EFAULT, "a config at a bad address");
	CHECK_RET(create_with(&x, 4), -EINVAL, "a config of four bytes");
	x.c.size = sizeof(x.c) - 8;
	CHECK_RET(create_with(&x, sizeof(x.c)), -EINVAL, "size and config_length differ");
	CHECK_RET(create_with(&x, sizeof(x.c) - 8), 0, "a shorter config");
	x.c.size = sizeof(x);
	CHECK_RET(create_with(&x, sizeof(x)), 0, "a longer config with a zero tail");
	x.tail[63] = 1;
	CHECK_RET(create_with(&x, sizeof(x)), -E2BIG, "a longer config with a non-zero tail");
	*(u32 *)large = sizeof(large);
	CHECK_RET(create_with(large, sizeof(large)), -E2BIG, "a config of two pages");
	x.c.size = sizeof(x.c);
	for (bit = 0; bit < 32; bit++) {
		x.c.flags = 1U << bit;
		EXPECT_RET(create_with(&x, sizeof(x.c)), -EINVAL, "config flag bit %u", bit);
	}
	x.c.flags = 0;
	x.c.reserved = 1;
	CHECK_RET(create_with(&x, sizeof(x.c)), -EINVAL, "a reserved field of the config");
	COVERS("CREATE_VCPU", "-", "size");
}

static void *create_same(void *unused)
{
	(void)unused;
	return (void *)(long)create_vcpu(vm.fd, 3);
}

static void check_race(void)
{
	pthread_t thread[4];
	unsigned int i, round, wrong = 0;
	void *result;

	for (round = 0; round < 20; round++) {
		unsigned int made = 0, exist = 0;
		int fd = -1;

		for (i = 0; i < 4; i++)
			thread[i] = start_thread(create_same, NULL);
		for (i = 0; i < 4; i++) {
			pthread_join(thread[i], &result);
			made += (long)result >= 0;
			exist += (long)result == -EEXIST;
			if ((long)result >= 0)
				fd = (int)(long)result;
		}
		wrong += made != 1 || exist != 3;
		close(fd);
	}
	CHECK_EQ(wrong, 0, "of four threads that create one id, one wins");
	COVERS("CREATE_VCPU", "-", "racing");
}

int main(void)
{
	struct axvcpu_get_state state = { .size = sizeof(state) };
	int fd;

	vm_new(&vm, 0);
	check_ids();
	check_cpu_set();
	check_config();
	check_race();
	fd = create_vcpu(vm.fd, 9);
	NEED_RET(call(fd, AXVCPU_GET_STATE, &state));
	CHECK_EQ(state.state, AXVCPU_STATE_CREATED, "a new vCPU is Created");
	CHECK_EQ(state.cpu, -1, "and has no binding");
	CHECK_EQ(state.transitions, 1, "and one transition");
	close(vm.fd);
	NEED_RET(call(fd, AXVCPU_GET_STATE, &state));
	close(fd);
	return finish();
}
