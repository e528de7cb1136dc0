// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/percpu.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../kmod/exit.h"
#include "../../kmod/vm.h"
#include "mock.h"

struct mock_control mock;
static DEFINE_PER_CPU(bool, mock_on);
static DEFINE_PER_CPU(bool, mock_made);

/* The shape of AMD's nested tables, which KUnit's hosts walk in software only. */
static const struct axvcpu_stage2_format mock_format = {
	.address = GENMASK_ULL(51, 12),
	.present = BIT_ULL(0),
	.table = BIT_ULL(0) | BIT_ULL(1) | BIT_ULL(2),
	.leaf = BIT_ULL(0) | BIT_ULL(2),
	.huge = BIT_ULL(7),
	.is_leaf_mask = BIT_ULL(7),
	.is_leaf_value = BIT_ULL(7),
	.write = BIT_ULL(1),
	.no_execute = BIT_ULL(63),
	.accessed = BIT_ULL(5),
	.dirty = BIT_ULL(6),
	.huge_levels = BIT(2) | BIT(3),
	.levels = 4,
};

void mock_reset(void)
{
	atomic_set(&mock.fail_at, 0);
	atomic_set(&mock.steps, 0);
	mock.error = -ENOMEM;
	mock.out = AXVCPU_OUT_EXIT;
	mock.pending = false;
}

/* A fallible operation: 0, or the error that the test ordered for this one. */
static int mock_step(void)
{
	int step = atomic_inc_return(&mock.steps);

	return step == atomic_read(&mock.fail_at) ? mock.error : 0;
}

static struct mock_vcpu *to_mock(struct axvcpu_vcpu *vcpu)
{
	return container_of(vcpu, struct mock_vcpu, core);
}

static u32 mock_init(struct axvcpu_host *host)
{
	mock_reset();
	host->backend = AXVCPU_BACKEND_MOCK;
	host->capabilities = AXVCPU_CAP_HALT_IN_KERNEL | AXVCPU_CAP_NMI |
			     AXVCPU_CAP_READONLY | AXVCPU_CAP_PIN;
	host->gpa_bits = 48;
	host->stage2_levels = 4;
	host->tags = 8;
	host->cycles_hz = NSEC_PER_SEC;
	host->block_length[AXVCPU_BLOCK_GENERAL] =
		sizeof_field(struct mock_vcpu, gpr);
	host->block_length[AXVCPU_BLOCK_POWER] = sizeof(struct axvcpu_power);
	host->stage2_format = &mock_format;
	return AXVCPU_REASON_NONE;
}

static void mock_exit(void)
{
}

static u32 mock_busy(void)
{
	return AXVCPU_REASON_NONE;
}

static int mock_cpu_new(unsigned int cpu)
{
	int ret = mock_step();

	if (ret)
		return ret;
	per_cpu(mock_made, cpu) = true;
	atomic_inc(&mock.cpus);
	return 0;
}

static void mock_cpu_free(unsigned int cpu)
{
	if (!per_cpu(mock_made, cpu))
		return;
	per_cpu(mock_made, cpu) = false;
	atomic_dec(&mock.cpus);
}

static bool mock_is_enabled(void)
{
	return __this_cpu_read(mock_on);
}

static int mock_hardware_enable(void)
{
	int ret = mock_step();

	if (ret)
		return ret;
	__this_cpu_write(mock_on, true);
	atomic_inc(&mock.enabled);
	return 0;
}

static void mock_hardware_disable(void)
{
	if (!__this_cpu_read(mock_on))
		return;
	__this_cpu_write(mock_on, false);
	atomic_dec(&mock.enabled);
}

static unsigned int mock_levels(void)
{
	return 4;
}

static int mock_vm_new(struct axvcpu_vm *vm)
{
	int ret = mock_step();

	if (!ret)
		atomic_inc(&mock.vms);
	return ret;
}

static void mock_vm_free(struct axvcpu_vm *vm)
{
	atomic_dec(&mock.vms);
}

static struct axvcpu_vcpu *mock_vcpu_alloc(void)
{
	struct mock_vcpu *vcpu;

	if (mock_step())
		return NULL;
	vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL_ACCOUNT);
	return vcpu ? &vcpu->core : NULL;
}

static int mock_vcpu_new(struct axvcpu_vcpu *vcpu, const void *config,
			 size_t length)
{
	int ret = mock_step();

	if (ret)
		return ret;
	to_mock(vcpu)->created = true;
	atomic_inc(&mock.vcpus);
	return 0;
}

static int mock_prepare(struct axvcpu_vcpu *vcpu)
{
	int ret = to_mock(vcpu)->prepared ? 0 : mock_step();

	to_mock(vcpu)->prepared = !ret;
	return ret;
}

static void mock_vcpu_release(struct axvcpu_vcpu *vcpu)
{
	if (to_mock(vcpu)->created)
		atomic_dec(&mock.vcpus);
	kfree(to_mock(vcpu));
}

static void mock_set_entry(struct axvcpu_vcpu *vcpu, u64 entry)
{
	to_mock(vcpu)->pc = entry;
}

static void mock_set_ept_root(struct axvcpu_vcpu *vcpu, u64 root,
			      unsigned int levels)
{
	to_mock(vcpu)->root = root;
}

static int mock_setup(struct axvcpu_vcpu *vcpu, const void *config,
		      size_t length)
{
	int ret = mock_step();

	if (!ret)
		memset(to_mock(vcpu)->gpr, 0, sizeof(to_mock(vcpu)->gpr));
	return ret;
}

static int mock_vcpu_reset(struct axvcpu_vcpu *vcpu)
{
	int ret = mock_step();

	if (ret)
		return ret;
	memset(to_mock(vcpu)->gpr, 0, sizeof(to_mock(vcpu)->gpr));
	to_mock(vcpu)->pc = 0;
	return 0;
}

static int mock_run(struct axvcpu_vcpu *vcpu)
{
	struct axvcpu_exit *exit;
	int ret = mock_step();

	if (ret)
		return ret;
	if (READ_ONCE(vcpu->requests) || signal_pending(current))
		return AXVCPU_OUT_WORK;
	if (mock.out != AXVCPU_OUT_EXIT)
		return mock.out;
	if (mock.pending) {
		exit = axvcpu_exit_begin(vcpu, AXVCPU_EXIT_SYSREG_READ, 2);
		axvcpu_exit_pending(vcpu, exit);
		mock.pending = false;
		return AXVCPU_OUT_EXIT;
	}
	exit = axvcpu_exit_begin(vcpu, AXVCPU_EXIT_HYPERCALL, 1);
	exit->u.hypercall.nr = to_mock(vcpu)->gpr[0];
	return AXVCPU_OUT_EXIT;
}

static int mock_emulate(struct axvcpu_vcpu *vcpu)
{
	int ret = mock_step();

	return ret ?: axvcpu_exit_npf(vcpu, 2, NULL, 0);
}

static int mock_done(struct axvcpu_vcpu *vcpu, u64 data)
{
	int ret = mock_step();

	return ret ?: AXVCPU_OUT_AGAIN;
}

static int mock_complete(struct axvcpu_vcpu *vcpu,
			 const struct axvcpu_complete *answer)
{
	int ret = mock_step();

	return ret ?: AXVCPU_OUT_AGAIN;
}

static int mock_bind(struct axvcpu_vcpu *vcpu, int cpu)
{
	int ret = mock_step();

	if (!ret)
		to_mock(vcpu)->bound = true;
	return ret;
}

static int mock_unbind(struct axvcpu_vcpu *vcpu)
{
	int ret = mock_step();

	if (!ret)
		to_mock(vcpu)->bound = false;
	return ret;
}

static void mock_set_gpr(struct axvcpu_vcpu *vcpu, unsigned int index,
			 u64 value)
{
	to_mock(vcpu)->gpr[index % ARRAY_SIZE(to_mock(vcpu)->gpr)] = value;
}

static int mock_inject_interrupt(struct axvcpu_vcpu *vcpu, u32 type, u32 vector)
{
	return mock_step();
}

static int mock_inject_exception(struct axvcpu_vcpu *vcpu,
				 const struct axvcpu_inject *event)
{
	return mock_step();
}

static void mock_set_return_value(struct axvcpu_vcpu *vcpu, u64 value)
{
	mock_set_gpr(vcpu, 0, value);
}

static bool mock_runnable(struct axvcpu_vcpu *vcpu)
{
	return false;
}

static bool mock_interruptible(struct axvcpu_vcpu *vcpu)
{
	return false;
}

static u64 mock_show(struct axvcpu_vcpu *vcpu, struct axvcpu_run *run)
{
	return to_mock(vcpu)->pc;
}

static int mock_get_block(struct axvcpu_vcpu *vcpu, u32 block, void *buffer)
{
	int ret = mock_step();

	if (!ret)
		memcpy(buffer, to_mock(vcpu)->gpr, sizeof(to_mock(vcpu)->gpr));
	return ret;
}

static int mock_set_block(struct axvcpu_vcpu *vcpu, u32 block,
			  const void *buffer)
{
	int ret = mock_step();

	if (!ret)
		memcpy(to_mock(vcpu)->gpr, buffer, sizeof(to_mock(vcpu)->gpr));
	return ret;
}

static int mock_translate(struct axvcpu_vcpu *vcpu,
			  struct axvcpu_translate *args)
{
	return mock_step();
}

const struct axvcpu_arch_ops axvcpu_mock_ops = {
	.name = "mock",
	.init = mock_init,
	.exit = mock_exit,
	.busy = mock_busy,
	.cpu_new = mock_cpu_new,
	.cpu_free = mock_cpu_free,
	.is_enabled = mock_is_enabled,
	.hardware_enable = mock_hardware_enable,
	.hardware_disable = mock_hardware_disable,
	.max_guest_page_table_levels = mock_levels,
	.vm_new = mock_vm_new,
	.vm_free = mock_vm_free,
	.vcpu_alloc = mock_vcpu_alloc,
	.vcpu_release = mock_vcpu_release,
	.vcpu_new = mock_vcpu_new,
	.prepare = mock_prepare,
	.set_entry = mock_set_entry,
	.set_ept_root = mock_set_ept_root,
	.setup = mock_setup,
	.reset = mock_vcpu_reset,
	.run = mock_run,
	.emulate = mock_emulate,
	.done = mock_done,
	.complete = mock_complete,
	.bind = mock_bind,
	.unbind = mock_unbind,
	.set_gpr = mock_set_gpr,
	.inject_interrupt = mock_inject_interrupt,
	.inject_exception = mock_inject_exception,
	.set_return_value = mock_set_return_value,
	.runnable = mock_runnable,
	.interruptible = mock_interruptible,
	.show = mock_show,
	.get_block = mock_get_block,
	.set_block = mock_set_block,
	.translate = mock_translate,
};
