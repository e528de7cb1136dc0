// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * On a host with VHE, KVM runs guests beside ours, on the same CPU and at the same
 * addresses: each has its own memory and registers, turn by turn and at once.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/kvm.h>

#include "guest.h"

#define TURNS	2000

/*
 * Both count in X1, at their first word of DATA, by a SIMD and a system register. In
 * KVM's guest CPACR_EL1 traps SIMD at first.
 */
GUEST(counts, PLAIN,
      "mov x0, #0x300000\nmsr cpacr_el1, x0\nisb\nmov x2, #0x20000\n1: ldr x1, [x2]\nadd x1, x1, #1\nfmov d0, x1\nmsr tpidr_el1, x1\n"
      "msr contextidr_el1, x1\nmov x0, x1\n" GUEST_VALUE "mrs x3, tpidr_el1\nfmov x4, d0\n"
      "cmp x3, x4\nb.ne 2f\nstr x3, [x2]\nb 1b\n2: " GUEST_DONE);

struct kvm {
	int vm, vcpu;
	u8 *ram;
	struct kvm_run *run;
};

static struct vm vm;
static struct vcpu v;

static int kvm_open(struct kvm *k)
{
	int device = open("/dev/kvm", O_RDWR | O_CLOEXEC), size;
	struct kvm_userspace_memory_region region = { .memory_size = RAM_SIZE };
	struct kvm_vcpu_init init;
	u64 pc = CODE;
	struct kvm_one_reg reg = {
		.id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |
		      KVM_REG_ARM_CORE_REG(regs.pc),
		.addr = (u64)&pc,
	};

	if (device < 0)
		return -errno;
	k->vm = (int)NEED_RET(call(device, KVM_CREATE_VM, NULL));
	k->ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	NEED(k->ram != MAP_FAILED, "mmap: %s", strerror(errno));
	region.userspace_addr = (u64)k->ram;
	NEED_RET(call(k->vm, KVM_SET_USER_MEMORY_REGION, &region));
	memcpy(k->ram + CODE, counts, counts_end - counts);
	k->vcpu = (int)NEED_RET(call(k->vm, KVM_CREATE_VCPU, NULL));
	NEED_RET(call(k->vm, KVM_ARM_PREFERRED_TARGET, &init));
	NEED_RET(call(k->vcpu, KVM_ARM_VCPU_INIT, &init));
	NEED_RET(call(k->vcpu, KVM_SET_ONE_REG, &reg));
	size = (int)NEED_RET(call(device, KVM_GET_VCPU_MMAP_SIZE, NULL));
	k->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, k->vcpu, 0);
	NEED(k->run != MAP_FAILED, "mmap: %s", strerror(errno));
	close(device);
	return 0;
}

/* What the guest of KVM says; ~0: something else came. */
static u64 kvm_next(struct kvm *k)
{
	long ret;
	u32 value;

	do
		ret = call(k->vcpu, KVM_RUN, NULL);
	while (ret == -EINTR);
	if (ret || k->run->exit_reason != KVM_EXIT_MMIO || !k->run->mmio.is_write ||
	    k->run->mmio.phys_addr != PORTS + 8 * PORT_VALUE) {
		note("KVM: %ld, exit %u at 0x%llx", ret, k->run->exit_reason,
		     k->run->mmio.phys_addr);
		return ~0ULL;
	}
	memcpy(&value, k->run->mmio.data, sizeof(value));
	return value;
}

static u64 our_next(void)
{
	if (run_exit(&v) != REASON_SAY || !said(&v, PORT_VALUE)) {
		note("ours: %s", exit_text(&v));
		return ~0ULL;
	}
	return said_value(&v);
}

/* On one CPU: what one leaves behind in it is not the other's. */
static void check_turns(struct kvm *k)
{
	u64 ours = *(u64 *)(vm.ram + DATA), theirs = *(u64 *)(k->ram + DATA);
	unsigned int i, wrong = 0;

	pin_to(0);
	for (i = 0; i < TURNS && !wrong; i++) {
		wrong += our_next() != (u32)(ours + 1 + i);
		wrong += kvm_next(k) != (u32)(theirs + 1 + i);
	}
	unpin();
	CHECK_EQ(wrong, 0, "turn by turn, %u times: both count", TURNS);
}

struct side {
	struct kvm *k;
	u64 turns, wrong;
};

static void *run_kvm(void *argument)
{
	u64 until = now_ns() + SECOND, first = 0, got;
	struct side *s = argument;

	while (now_ns() < until && !s->wrong) {
		got = kvm_next(s->k);
		first = first ? first : got - s->turns;
		s->wrong += got != first + s->turns++;
	}
	return NULL;
}

/* At once, on whatever CPU: the scheduler mixes them. */
static void check_threads(struct kvm *k)
{
	struct side side = { .k = k };
	pthread_t thread = start_thread(run_kvm, &side);
	u64 until = now_ns() + SECOND, first = 0, turns = 0, wrong = 0, got;

	while (now_ns() < until && !wrong) {
		got = our_next();
		first = first ? first : got;
		wrong += got != first + turns++;
	}
	end_thread(thread);
	CHECK(!wrong && !side.wrong, "at once: both count (%llu and %llu)",
	      (unsigned long long)turns, (unsigned long long)side.turns);
}

/* The last VM of ours goes and comes while theirs lives. */
static void check_lives(struct kvm *k)
{
	u64 before = kvm_next(k);
	unsigned int i, wrong = 0;

	vcpu_free(&v);
	vm_free(&vm);
	for (i = 0; i < 20; i++) {
		int fd = create_vm(0);

		wrong += fd < 0;
		close(fd);
		wrong += kvm_next(k) != (u32)(before + 1 + i);
	}
	CHECK_EQ(wrong, 0, "KVM's guest lives while our last VM goes and comes");
}

int main(void)
{
	struct kvm k;
	int ret;

	close(open_device());
	if (info()->mode != AXVCPU_MODE_VHE)
		skip("EL2 has one owner where the kernel is not at EL2");
	ret = kvm_open(&k);
	if (ret)
		skip("no /dev/kvm: %s", strerror(-ret));
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	START(&v, PLAIN, counts);
	*(u64 *)(vm.ram + DATA) = 0x10000;
	check_turns(&k);
	check_threads(&k);
	check_lives(&k);
	COVERS("RUN", "Running", "beside KVM");
	return finish();
}
