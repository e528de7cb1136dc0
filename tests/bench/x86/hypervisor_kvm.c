// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * axvmm over KVM, so that a guest boots on both with the same devices: KVM's exits
 * become the run page that axvmm knows. See tools/axvmm/hypervisor.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../../../tools/axvmm/hypervisor.h"
#include "hypervisor_kvm.h"

#define NS_PER_SECOND 1000000000LL

/* Set by signal handlers: for the one vCPU that there is. */
static struct kvm_run *signalled_run;
static volatile sig_atomic_t deadline_is_over;

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
	hypervisor->vm = ioctl(hypervisor->device, KVM_CREATE_VM, 0);
	if (hypervisor->vm < 0 || kvm_make_chips(hypervisor->vm)) {
		error_format(error, "KVM makes no VM: %s", strerror(errno));
		free(hypervisor);
		return NULL;
	}
	return hypervisor;
}

struct hypervisor *hypervisor_another(const struct hypervisor *hypervisor, unsigned int number,
				      struct error *error)
{
	(void)hypervisor, (void)number;
	error_format(error, "There is one vCPU");
	return NULL;
}

void hypervisor_close(struct hypervisor *hypervisor)
{
	close(hypervisor->vcpu);
	close(hypervisor->vm);
	close(hypervisor->device);
	free(hypervisor);
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
	struct kvm_enable_cap msrs = {
		.cap = KVM_CAP_X86_USER_SPACE_MSR,
		.args[0] = KVM_MSR_EXIT_REASON_UNKNOWN,
	};

	hypervisor->vcpu = ioctl(hypervisor->vm, KVM_CREATE_VCPU, 0UL);
	if (hypervisor->vcpu < 0 || ioctl(hypervisor->vm, KVM_ENABLE_CAP, &msrs))
		return -1;
	hypervisor->kvm =
		mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, hypervisor->vcpu, 0);
	return hypervisor->kvm == MAP_FAILED ? -1 : make_timer(hypervisor);
}

int hypervisor_start(struct hypervisor *hypervisor, uint64_t entry, const void *config,
		     size_t config_length, const void *gdt, struct error *error)
{
	(void)config_length;
	if (make_vcpu(hypervisor) || kvm_set_cpuid(hypervisor) ||
	    kvm_set_start(hypervisor->vcpu, entry, config, gdt))
		return error_set(error, "KVM makes no vCPU: %s", strerror(errno));
	return 0;
}

struct axvcpu_run *hypervisor_run_page(struct hypervisor *hypervisor)
{
	return &hypervisor->page;
}

void *hypervisor_data_area(struct hypervisor *hypervisor, size_t *size)
{
	*size = 4096;
	return (char *)hypervisor->kvm + hypervisor->kvm->io.data_offset;
}

/* ---- the answer to the exit before ------------------------------------------------- */

static void give_answer(struct hypervisor *hypervisor)
{
	struct axvcpu_complete *complete = &hypervisor->page.complete;
	struct kvm_run *kvm = hypervisor->kvm;

	switch (kvm->exit_reason) {
	case KVM_EXIT_IO:
		if (kvm->io.direction == KVM_EXIT_IO_IN && kvm->io.count == 1)
			memcpy((char *)kvm + kvm->io.data_offset, complete->data, kvm->io.size);
		break;
	case KVM_EXIT_MMIO:
		if (!kvm->mmio.is_write)
			memcpy(kvm->mmio.data, complete->data, sizeof(kvm->mmio.data));
		break;
	case KVM_EXIT_X86_RDMSR:
	case KVM_EXIT_X86_WRMSR:
		kvm->msr.error = complete->action == AXVCPU_ANSWER_FAULT;
		kvm->msr.data = complete->data[0];
		break;
	}
	complete->action = AXVCPU_ANSWER_NONE;
}

/* ---- the exit --------------------------------------------------------------------- */

static void show_io(struct axvcpu_exit *exit, const struct kvm_run *kvm)
{
	bool read = kvm->io.direction == KVM_EXIT_IO_IN;

	exit->reason = read ? AXVCPU_EXIT_IO_READ : AXVCPU_EXIT_IO_WRITE;
	exit->flags = read ? AXVCPU_EXIT_PENDING : 0;
	exit->u.io.port = kvm->io.port;
	exit->u.io.width = kvm->io.size;
	exit->u.io.count = kvm->io.count;
	exit->u.io.data = 0;
	if (kvm->io.count > 1)
		exit->flags = AXVCPU_EXIT_PENDING | AXVCPU_EXIT_DATA_AREA;
	else if (!read)
		memcpy(&exit->u.io.data, (const char *)kvm + kvm->io.data_offset, kvm->io.size);
}

static void show_mmio(struct axvcpu_exit *exit, const struct kvm_run *kvm)
{
	exit->reason = kvm->mmio.is_write ? AXVCPU_EXIT_MMIO_WRITE : AXVCPU_EXIT_MMIO_READ;
	exit->flags = kvm->mmio.is_write ? 0 : AXVCPU_EXIT_PENDING;
	exit->u.mmio.gpa = kvm->mmio.phys_addr;
	exit->u.mmio.width = kvm->mmio.len;
	exit->u.mmio.data[0] = 0;
	memcpy(exit->u.mmio.data, kvm->mmio.data, kvm->mmio.len);
}

static void show_msr(struct axvcpu_exit *exit, const struct kvm_run *kvm)
{
	exit->reason = kvm->exit_reason == KVM_EXIT_X86_RDMSR ? AXVCPU_EXIT_SYSREG_READ :
								AXVCPU_EXIT_SYSREG_WRITE;
	exit->flags = AXVCPU_EXIT_PENDING;
	exit->u.sysreg.addr = kvm->msr.index;
	exit->u.sysreg.value = kvm->msr.data;
}

static void show_exit(struct axvcpu_exit *exit, const struct kvm_run *kvm)
{
	exit->flags = 0;
	switch (kvm->exit_reason) {
	case KVM_EXIT_IO:
		show_io(exit, kvm);
		break;
	case KVM_EXIT_MMIO:
		show_mmio(exit, kvm);
		break;
	case KVM_EXIT_X86_RDMSR:
	case KVM_EXIT_X86_WRMSR:
		show_msr(exit, kvm);
		break;
	case KVM_EXIT_HLT:
		exit->reason = AXVCPU_EXIT_HALT;
		break;
	case KVM_EXIT_IRQ_WINDOW_OPEN:
		exit->reason = AXVCPU_EXIT_IRQ_WINDOW;
		break;
	case KVM_EXIT_SHUTDOWN:
		exit->reason = AXVCPU_EXIT_SYSTEM_DOWN;
		exit->u.system_down.kind = AXVCPU_DOWN_CRASH;
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
	kvm->request_interrupt_window = !!(page->request_flags & AXVCPU_RUN_IRQ_WINDOW);
	if (page->immediate_exit)
		kvm->immediate_exit = 1;
	if (!ioctl(hypervisor->vcpu, KVM_RUN, 0))
		show_exit(&page->exit, kvm);
	else if (errno == EINTR)
		show_nothing(hypervisor);
	else
		return -errno;
	page->interrupt_flag = kvm->if_flag;
	page->interrupt_shadow = kvm->if_flag && !kvm->ready_for_interrupt_injection;
	clock_gettime(CLOCK_MONOTONIC, &now);
	page->exit.time_ns = (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
	return 0;
}

void hypervisor_kick(struct hypervisor *hypervisor)
{
	pthread_kill(hypervisor->thread, SIGRTMIN + 1);
}

int hypervisor_inject_interrupt(struct hypervisor *hypervisor, uint32_t vector)
{
	struct kvm_interrupt interrupt = { .irq = vector };

	return ioctl(hypervisor->vcpu, KVM_INTERRUPT, &interrupt) ? -errno : 0;
}

int hypervisor_get_registers(struct hypervisor *hypervisor, uint32_t block, void *registers,
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

/* axvmm's --move is axvcpu's alone. */
int hypervisor_copy(struct hypervisor *hypervisor, struct hypervisor *from, struct error *error)
{
	(void)hypervisor, (void)from;
	return error_set(error, "KVM's guests can't be moved");
}

int hypervisor_set_registers(struct hypervisor *hypervisor, uint32_t block, const void *registers,
			     size_t length)
{
	(void)hypervisor, (void)block, (void)registers, (void)length;
	return -EOPNOTSUPP;
}
