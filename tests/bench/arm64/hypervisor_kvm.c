// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * axvmm over KVM on arm64, with KVM's GICv3 and timers: KVM's exits become the run page
 * that axvmm knows. See tools/axvmm/hypervisor.h. chips_kernel.c has the interrupts.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <axvcpu/axvcpu_arm64.h>

#include "../../../tools/axvmm/hypervisor.h"
#include "chips.h"

#define NS_PER_SECOND 1000000000LL

#define REG(name)                                              \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | \
	 offsetof(struct kvm_regs, name) / sizeof(uint32_t))

/* Set by signal handlers: for the one vCPU that there is. */
static struct kvm_run *signalled_run;
static volatile sig_atomic_t deadline_is_over;

struct hypervisor {
	int device;
	int vm;
	int vcpu;
	uint32_t slots;
	struct kvm_run *kvm;
	struct axvcpu_run page; /* what axvmm sees */
	timer_t timer;
	uint64_t deadline_ns; /* that the timer is armed for */
	pthread_t thread;
};

static void on_deadline(int number)
{
	(void)number;
	deadline_is_over = 1;
	signalled_run->immediate_exit = 1;
}

static void on_kick(int number)
{
	(void)number;
	signalled_run->immediate_exit = 1;
}

/* ---- making it ------------------------------------------------------------------ */

struct hypervisor *hypervisor_open(struct error *error)
{
	struct hypervisor *hypervisor = calloc(1, sizeof(*hypervisor));

	if (!hypervisor) {
		error_format(error, "There is no memory for the VM");
		return NULL;
	}
	hypervisor->device = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	hypervisor->vm = ioctl(hypervisor->device, KVM_CREATE_VM, 0UL);
	if (hypervisor->vm < 0) {
		error_format(error, "KVM makes no VM: %s", strerror(errno));
		free(hypervisor);
		return NULL;
	}
	return hypervisor;
}

void hypervisor_close(struct hypervisor *hypervisor)
{
	close(hypervisor->vcpu);
	close(hypervisor->vm);
	close(hypervisor->device);
	free(hypervisor);
}

struct hypervisor *hypervisor_another(const struct hypervisor *hypervisor, unsigned int number,
				      struct error *error)
{
	(void)hypervisor, (void)number;
	error_format(error, "There is one vCPU");
	return NULL;
}

int hypervisor_copy(struct hypervisor *hypervisor, struct hypervisor *from, struct error *error)
{
	(void)hypervisor, (void)from;
	return error_set(error, "KVM's guests can't be moved");
}

int hypervisor_add_memory(struct hypervisor *hypervisor, uint64_t gpa, uint64_t size, void *host,
			  bool readonly, struct error *error)
{
	struct kvm_userspace_memory_region region = {
		.slot = hypervisor->slots++,
		.flags = readonly ? KVM_MEM_READONLY : 0,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)host,
	};

	if (ioctl(hypervisor->vm, KVM_SET_USER_MEMORY_REGION, &region))
		return error_set(error, "KVM takes no memory: %s", strerror(errno));
	return 0;
}

int hypervisor_remove_memory(struct hypervisor *hypervisor, uint64_t gpa, uint64_t size)
{
	(void)hypervisor, (void)gpa, (void)size;
	return -EOPNOTSUPP;
}

static int make_timer(struct hypervisor *hypervisor)
{
	struct sigaction on_timer = { .sa_handler = on_deadline };
	struct sigaction on_signal = { .sa_handler = on_kick };
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = SIGRTMIN,
		._sigev_un._tid = gettid(),
	};

	signalled_run = hypervisor->kvm;
	hypervisor->thread = pthread_self();
	return sigaction(SIGRTMIN, &on_timer, NULL) || sigaction(SIGRTMIN + 1, &on_signal, NULL) ||
	       timer_create(CLOCK_MONOTONIC, &event, &hypervisor->timer);
}

static int make_vcpu(struct hypervisor *hypervisor)
{
	int size = ioctl(hypervisor->device, KVM_GET_VCPU_MMAP_SIZE, 0);
	struct kvm_vcpu_init init;

	hypervisor->vcpu = ioctl(hypervisor->vm, KVM_CREATE_VCPU, 0UL);
	if (hypervisor->vcpu < 0 || ioctl(hypervisor->vm, KVM_ARM_PREFERRED_TARGET, &init))
		return -1;
	init.features[0] |= 1 << KVM_ARM_VCPU_PSCI_0_2;
	if (ioctl(hypervisor->vcpu, KVM_ARM_VCPU_INIT, &init) || kvm_make_chips(hypervisor->vm))
		return -1;
	hypervisor->kvm =
		mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, hypervisor->vcpu, 0);
	return hypervisor->kvm == MAP_FAILED ? -1 : make_timer(hypervisor);
}

static int set_register(struct hypervisor *hypervisor, uint64_t id, uint64_t value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	return ioctl(hypervisor->vcpu, KVM_SET_ONE_REG, &reg);
}

/* All but X0, where the device tree is, are as a new vCPU has them. */
int hypervisor_start(struct hypervisor *hypervisor, uint64_t entry, const void *config,
		     size_t config_length, const void *gdt, struct error *error)
{
	const struct axvcpu_arm64_setup_config *setup = config;

	(void)config_length, (void)gdt;
	if (make_vcpu(hypervisor) || set_register(hypervisor, REG(regs.pc), entry) ||
	    set_register(hypervisor, REG(regs.regs[0]), setup->x[0]))
		return error_set(error, "KVM makes no vCPU: %s", strerror(errno));
	return 0;
}

struct axvcpu_run *hypervisor_run_page(struct hypervisor *hypervisor)
{
	return &hypervisor->page;
}

void *hypervisor_data_area(struct hypervisor *hypervisor, size_t *size)
{
	(void)hypervisor;
	*size = 0;
	return NULL;
}

/* ---- exits --------------------------------------------------------------------------- */

static void show_mmio(struct axvcpu_exit *exit, const struct kvm_run *kvm)
{
	exit->reason = kvm->mmio.is_write ? AXVCPU_EXIT_MMIO_WRITE : AXVCPU_EXIT_MMIO_READ;
	exit->flags = kvm->mmio.is_write ? 0 : AXVCPU_EXIT_PENDING;
	exit->u.mmio.gpa = kvm->mmio.phys_addr;
	exit->u.mmio.width = kvm->mmio.len;
	exit->u.mmio.data[0] = 0;
	memcpy(exit->u.mmio.data, kvm->mmio.data, kvm->mmio.len);
}

static void show_event(struct axvcpu_exit *exit, const struct kvm_run *kvm)
{
	exit->reason = AXVCPU_EXIT_SYSTEM_DOWN;
	exit->u.system_down.kind = kvm->system_event.type == KVM_SYSTEM_EVENT_SHUTDOWN ?
					   AXVCPU_DOWN_POWER_OFF :
					   AXVCPU_DOWN_RESET;
}

static void show_exit(struct axvcpu_exit *exit, const struct kvm_run *kvm)
{
	exit->flags = 0;
	switch (kvm->exit_reason) {
	case KVM_EXIT_MMIO:
		show_mmio(exit, kvm);
		break;
	case KVM_EXIT_SYSTEM_EVENT:
		show_event(exit, kvm);
		break;
	default:
		exit->reason = AXVCPU_EXIT_UNKNOWN;
		exit->u.unknown.code = kvm->exit_reason;
		exit->u.unknown.qualification = kvm->internal.suberror;
	}
}

static void show_nothing(struct hypervisor *hypervisor)
{
	struct axvcpu_exit *exit = &hypervisor->page.exit;

	exit->reason = AXVCPU_EXIT_NOTHING;
	exit->flags = 0;
	exit->u.nothing.cause = deadline_is_over ? AXVCPU_CAUSE_DEADLINE : AXVCPU_CAUSE_SIGNAL;
	hypervisor->kvm->exit_reason = KVM_EXIT_INTR;
	hypervisor->kvm->immediate_exit = 0;
}

/* ---- running ------------------------------------------------------------------------ */

static void give_answer(struct hypervisor *hypervisor)
{
	struct axvcpu_complete *complete = &hypervisor->page.complete;
	struct kvm_run *kvm = hypervisor->kvm;

	if (kvm->exit_reason == KVM_EXIT_MMIO && !kvm->mmio.is_write)
		memcpy(kvm->mmio.data, complete->data, sizeof(kvm->mmio.data));
	complete->action = AXVCPU_ANSWER_NONE;
}

/* As the module does it: armed anew only if it is another one. */
static void set_deadline(struct hypervisor *hypervisor)
{
	uint64_t deadline = hypervisor->page.deadline_ns;
	struct itimerspec when = {
		.it_value.tv_sec = (time_t)(deadline / NS_PER_SECOND),
		.it_value.tv_nsec = (long)(deadline % NS_PER_SECOND),
	};

	if (deadline == hypervisor->deadline_ns && !deadline_is_over)
		return;
	hypervisor->deadline_ns = deadline;
	deadline_is_over = 0;
	timer_settime(hypervisor->timer, TIMER_ABSTIME, &when, NULL);
}

int hypervisor_run(struct hypervisor *hypervisor)
{
	struct axvcpu_run *page = &hypervisor->page;
	struct kvm_run *kvm = hypervisor->kvm;
	struct timespec now;

	give_answer(hypervisor);
	set_deadline(hypervisor);
	if (page->immediate_exit)
		kvm->immediate_exit = 1;
	if (!ioctl(hypervisor->vcpu, KVM_RUN, 0))
		show_exit(&page->exit, kvm);
	else if (errno == EINTR)
		show_nothing(hypervisor);
	else
		return -errno;
	page->interrupt_flag = 1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	page->exit.time_ns = (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
	return 0;
}

void hypervisor_kick(struct hypervisor *hypervisor)
{
	pthread_kill(hypervisor->thread, SIGRTMIN + 1);
}

/* ---- what KVM does itself, or nobody asks for ------------------------------------------ */

int hypervisor_inject_interrupt(struct hypervisor *hypervisor, uint32_t vector)
{
	(void)hypervisor, (void)vector;
	return -EOPNOTSUPP;
}

int hypervisor_set_return_value(struct hypervisor *hypervisor, uint64_t value)
{
	(void)hypervisor, (void)value;
	return -EOPNOTSUPP;
}

bool hypervisor_is_off(struct hypervisor *hypervisor)
{
	(void)hypervisor;
	return false;
}

int hypervisor_get_registers(struct hypervisor *hypervisor, uint32_t block, void *registers,
			     size_t length)
{
	(void)hypervisor, (void)block, (void)registers, (void)length;
	return -EOPNOTSUPP;
}

int hypervisor_set_registers(struct hypervisor *hypervisor, uint32_t block, const void *registers,
			     size_t length)
{
	(void)hypervisor, (void)block, (void)registers, (void)length;
	return -EOPNOTSUPP;
}

int hypervisor_get_stats(struct hypervisor *hypervisor, struct axvcpu_stats *stats)
{
	(void)hypervisor, (void)stats;
	return -EOPNOTSUPP;
}
