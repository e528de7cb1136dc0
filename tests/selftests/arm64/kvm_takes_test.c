// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A host whose kernel is at EL1, with KVM in it: EL2 has one owner. KVM of 6.1 takes it
 * with its first VM, of ours too, and leaves it with its last; KVM of 6.12 has it for
 * ever. What is lost is told, and what was given back is what it was.
 */
#include "kvm_guest.h"

static struct vm vm;
static struct vcpu v;
static struct kvm kvm;

static struct axvcpu_info info_now(void)
{
	struct axvcpu_info now = { .size = sizeof(now) };
	int device = open_device_only();

	NEED_RET(call(device, AXVCPU_GET_INFO, &now));
	close(device);
	return now;
}

/* The harness's skips where no vCPU can run from the start. */
static long create_now(void)
{
	struct axvcpu_create_vm args = { .size = sizeof(args) };
	int device = open_device_only();
	long ret = call(device, AXVCPU_CREATE_VM, &args);

	close(device);
	return ret;
}

static u64 our_next(void)
{
	if (run_exit(&v) != REASON_SAY || !said(&v, PORT_VALUE)) {
		note("ours: %s", exit_text(&v));
		return ~0ULL;
	}
	return said_value(&v);
}

static void begin_ours(void)
{
	BOOT(&vm, &v, 0, PLAIN, counts);
	*(u64 *)(vm.ram + DATA) = 0x10000;
}

static void end_ours(void)
{
	vcpu_free(&v);
	vm_free(&vm);
}

static void check_refused(const char *when)
{
	CHECK_EQ(info_now().reason, AXVCPU_REASON_OWNED_BY_KVM, "%s: GET_INFO says who has EL2",
		 when);
	CHECK_RET(create_now(), -EBUSY, "%s: CREATE_VM", when);
}

static void check_takes(void)
{
	struct snapshot before, after;
	int cpu;

	begin_ours();
	CHECK_EQ(our_next(), 0x10001, "our guest counts");
	before = snapshot(&v);
	NEED(!kvm_open(&kvm), "KVM makes a VM");
	CHECK_EQ(kvm_next(&kvm), 1, "KVM has taken EL2, its guest counts");
	for (cpu = 0; cpu < cpu_count(); cpu++) {
		pin_to(cpu);
		CHECK_RET(run(&v), -EBUSY, "our RUN on CPU %d", cpu);
		CHECK_EQ(kvm_next(&kvm), (u32)(2 + cpu), "which KVM does not notice");
	}
	unpin();
	CHECK_EQ(state_of(&v), AXVCPU_STATE_READY, "the vCPU is Ready");
	after = snapshot(&v);
	CHECK(same_snapshot(&before, &after), "and its registers are as before");
	free_snapshot(&before);
	free_snapshot(&after);
	check_refused("KVM has EL2");
	COVERS("RUN", "Running", "EL2 is lost");
}

/* With ours gone, and then with KVM's. */
static void check_gives(void)
{
	u64 count = kvm_next(&kvm);
	unsigned int i, wrong = 0;

	end_ours();
	for (i = 0; i < 50; i++)
		wrong += kvm_next(&kvm) != (u32)(count + 1 + i);
	CHECK_EQ(wrong, 0, "our last VM is gone, KVM's guest counts on");
	check_refused("and we have none");
	kvm_close(&kvm);
	CHECK(WAIT_FOR(info_now().reason == AXVCPU_REASON_NONE, 5000), "KVM's last VM leaves EL2");
}

/* The stub that KVM takes EL2 by is the one that it was. */
static void check_again(void)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < 20; i++) {
		begin_ours();
		wrong += our_next() != 0x10001;
		end_ours();
		NEED(!kvm_open(&kvm), "KVM makes a VM");
		wrong += kvm_next(&kvm) != 1;
		kvm_close(&kvm);
		wrong += !WAIT_FOR(info_now().reason == AXVCPU_REASON_NONE, 5000);
	}
	CHECK_EQ(wrong, 0, "ours, then KVM's, 20 times");
}

int main(void)
{
	int ret;

	close(open_device_only());
	if (info()->mode != AXVCPU_MODE_NVHE)
		skip("at EL2 both can be");
	if (access("/dev/kvm", F_OK))
		skip("KVM is off");
	if (info()->reason) {
		check_refused("from the start");
		NEED(!kvm_open(&kvm), "KVM makes a VM");
		CHECK_EQ(kvm_next(&kvm), 1, "KVM's guest counts");
		return finish();
	}
	ret = kvm_open(&kvm);
	NEED(!ret, "KVM makes a VM: %s", strerror(-ret));
	CHECK_EQ(kvm_next(&kvm), 1, "KVM's guest counts");
	check_refused("KVM was first");
	kvm_close(&kvm);
	CHECK(WAIT_FOR(info_now().reason == AXVCPU_REASON_NONE, 5000), "KVM leaves EL2");
	check_takes();
	check_gives();
	check_again();
	return finish();
}
