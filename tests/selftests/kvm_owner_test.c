// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The extension has one owner. While KVM has it we can't make a VM and GET_INFO says
 * why; while we have it KVM can't make one and the guest here does not notice; with
 * nobody's VM left the other has its turn, in both directions and more than once.
 */
#include <fcntl.h>
#include <linux/kvm.h>

#include "guest.h"

#define KVM_AT_LOAD "/sys/module/kvm/parameters/enable_virt_at_load"

GUEST(counter, 16, "1: inc %eax; out %eax, $0xf1; jmp 1b");

/* out %al, $0x55; hlt */
static const u8 kvm_code[] = { 0xe6, 0x55, 0xf4 };

static int device;
static const char *kvm_module; /* of KVM, for the extension that this host has */

/* ---- KVM ------------------------------------------------------------------------ */

struct kvm {
	int device;
	int vm;
};

/* Does KVM take the extension as it is loaded (6.12), and not with its first VM? */
static bool at_load(void)
{
	char letter = 'N';
	int fd = open(KVM_AT_LOAD, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (read(fd, &letter, 1) != 1)
			letter = 'N';
		close(fd);
	}
	return letter == 'Y';
}

/* The parameter says it; kernels that don't know it ignore it. */
static bool load_kvm(bool eager)
{
	char command[64];

	snprintf(command, sizeof(command), "modprobe %s 2>/dev/null", kvm_module);
	return !system(eager ? "modprobe kvm" : "modprobe kvm enable_virt_at_load=0") &&
	       !system(command) && !access("/dev/kvm", F_OK);
}

static void unload_kvm(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rmmod %s 2>/dev/null; rmmod kvm", kvm_module);
	NEED(!system(command), "%s", command);
}

/* 0 or -errno */
static int kvm_open(struct kvm *k)
{
	k->device = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	NEED(k->device >= 0, "/dev/kvm: %s", strerror(errno));
	k->vm = call_value(k->device, KVM_CREATE_VM, 0);
	if (k->vm >= 0)
		return 0;
	close(k->device);
	return k->vm;
}

static void kvm_close(struct kvm *k)
{
	close(k->vm);
	close(k->device);
}

/* A guest of KVM's says something and halts: KVM works. */
static bool kvm_guest_runs(struct kvm *k)
{
	size_t size = NEED_RET(call_value(k->device, KVM_GET_VCPU_MMAP_SIZE, 0));
	int vcpu = NEED_RET(call_value(k->vm, KVM_CREATE_VCPU, 0));
	struct kvm_run *run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	u8 *ram = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = CODE,
		.memory_size = PAGE,
		.userspace_addr = (uintptr_t)ram,
	};
	struct kvm_sregs sregs;
	struct kvm_regs regs = { .rip = CODE, .rflags = 2 };
	bool good;

	NEED(run != MAP_FAILED && ram != MAP_FAILED, "mmap: %s", strerror(errno));
	memcpy(ram, kvm_code, sizeof(kvm_code));
	NEED_RET(call(k->vm, KVM_SET_USER_MEMORY_REGION, &region));
	NEED_RET(call(vcpu, KVM_GET_SREGS, &sregs));
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	NEED_RET(call(vcpu, KVM_SET_SREGS, &sregs));
	NEED_RET(call(vcpu, KVM_SET_REGS, &regs));
	good = !call_value(vcpu, KVM_RUN, 0) && run->exit_reason == KVM_EXIT_IO &&
	       run->io.port == 0x55 && !call_value(vcpu, KVM_RUN, 0) &&
	       run->exit_reason == KVM_EXIT_HLT;
	munmap(run, size);
	munmap(ram, PAGE);
	close(vcpu);
	return good;
}

/* ---- both ------------------------------------------------------------------------- */

static u32 reason_now(void)
{
	struct axvcpu_info now = { .size = sizeof(now) };

	NEED_RET(call(device, AXVCPU_GET_INFO, &now));
	return now.reason;
}

static void expect_refused(const char *when)
{
	struct axvcpu_create_vm config = { .size = sizeof(config) };
	long ret = call(device, AXVCPU_CREATE_VM, &config);

	CHECK_RET(ret, -EBUSY, "CREATE_VM %s", when);
	CHECK_EQ(reason_now(), AXVCPU_REASON_OWNED_BY_KVM, "the reason %s", when);
	if (ret >= 0)
		close(ret);
}

static void expect_our_turn(const char *when)
{
	struct vm vm;
	struct vcpu v;

	CHECK_EQ(reason_now(), AXVCPU_REASON_NONE, "the reason %s", when);
	BOOT(&vm, &v, 0, REAL, counter);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 1, "a guest runs %s", when);
	vcpu_free(&v);
	vm_free(&vm);
}

/* KVM owns the extension by its VM, and after it, if @stays, still. */
static void check_theirs(bool stays)
{
	struct kvm k;

	if (stays)
		expect_refused("while KVM is loaded and takes the extension at once");
	else
		expect_our_turn("beside an idle KVM");
	CHECK_RET(kvm_open(&k), 0, "KVM makes a VM");
	expect_refused("while KVM has a VM");
	CHECK(kvm_guest_runs(&k), "KVM's guest runs");
	expect_refused("after KVM's guest ran");
	kvm_close(&k);
	if (stays)
		expect_refused("while KVM has no VM but keeps the extension");
	else
		expect_our_turn("after KVM's last VM");
}

/* We own the extension; KVM is loaded and does not. */
static void check_ours(void)
{
	struct vm vm;
	struct vcpu v;
	struct kvm k;
	int ret;

	BOOT(&vm, &v, 0, REAL, counter);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 1, "a guest of ours runs beside an idle KVM");
	ret = kvm_open(&k);
	CHECK(ret < 0, "KVM makes no VM while we have one: %s", strerror(-ret));
	if (!ret)
		kvm_close(&k);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 2, "our guest goes on after KVM tried");
	CHECK_EQ(reason_now(), AXVCPU_REASON_NONE, "the reason after KVM tried");
	vcpu_free(&v);
	vm_free(&vm);
	ret = kvm_open(&k);
	CHECK_RET(ret, 0, "KVM makes a VM after our last one");
	if (ret)
		return;
	CHECK(kvm_guest_runs(&k), "and its guest runs");
	kvm_close(&k);
}

/* We own the extension as KVM is loaded that wants it at once. */
static void check_load_refused(void)
{
	struct vm vm;
	struct vcpu v;

	BOOT(&vm, &v, 0, REAL, counter);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 1, "a guest of ours runs");
	CHECK(!load_kvm(true), "KVM that wants the extension at once can't be loaded");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 2, "our guest goes on");
	vcpu_free(&v);
	vm_free(&vm);
	unload_kvm();
}

int main(void)
{
	bool eager;
	int turn;

	device = open_device();
	kvm_module = "kvm_amd";
	if (info()->backend == AXVCPU_BACKEND_VMX) {
		kvm_module = "kvm_intel";
		alarm(500); /* loading it takes 80 seconds where a clock counts instructions */
	}
	if (!access("/sys/module/kvm", F_OK) || !load_kvm(true))
		skip("%s is in use already, or not there", kvm_module);
	eager = at_load();
	note("KVM takes the extension %s", eager ? "as it is loaded" : "with its first VM");
	check_theirs(eager);
	unload_kvm();
	expect_our_turn("after KVM was unloaded");

	if (eager)
		check_load_refused();
	NEED(load_kvm(false), "%s can't be loaded again", kvm_module);
	for (turn = 0; turn < 2; turn++) {
		check_theirs(false);
		check_ours();
	}
	unload_kvm();
	expect_our_turn("at the end");
	close(device);
	return finish();
}
