// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * KVM on arm64: start state, the call that goes to user space, and its GICv3 for the
 * case that needs one: the others do without, which is KVM's cheapest form.
 */
#include <linux/kvm.h>
#include <linux/psci.h>
#include <stddef.h>
#include <sys/ioctl.h>

#include "../fail.h"
#include "../side.h"

#define REG(name)                                              \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | \
	 offsetof(struct kvm_regs, name) / sizeof(uint32_t))

/* Where nothing else of the guest is. */
#define GICD_GPA 0x08000000ULL
#define GICR_GPA 0x080a0000ULL

#define GICD_CTLR	0x0000
#define GICD_IGROUPR	0x0080
#define GICD_ISENABLER	0x0100
#define GICD_ICFGR	0x0c00
#define CTLR_GROUP1_ARE 0x12
#define ICFGR_EDGE	2

/*
 * KVM answers hypercalls that it does not know by itself. Of what a guest asks by HVC
 * only this one comes to user space and leaves the vCPU as it is.
 */
const uint64_t side_hypercall = PSCI_1_0_FN64_SYSTEM_SUSPEND;

int side_arch_open(const struct side_device *device)
{
	(void)device;
	return 0;
}

int side_arch_vm_create(struct side_vm *vm)
{
	struct kvm_enable_cap suspend = { .cap = KVM_CAP_ARM_SYSTEM_SUSPEND };

	return ioctl(vm->fd, KVM_ENABLE_CAP, &suspend) ? fail("KVM_CAP_ARM_SYSTEM_SUSPEND") : 0;
}

static int set_register(struct side_vcpu *vcpu, uint64_t id, uint64_t value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	return ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg) ? fail("KVM_SET_ONE_REG") : 0;
}

/* As SETUP of axvcpu has it; PSTATE is EL1h with all masked from the beginning. */
int side_vcpu_start(struct side_vcpu *vcpu, const struct side_start *start)
{
	struct kvm_vcpu_init init;

	if (ioctl(vcpu->vm, KVM_ARM_PREFERRED_TARGET, &init))
		return fail("KVM_ARM_PREFERRED_TARGET");
	init.features[0] |= 1 << KVM_ARM_VCPU_PSCI_0_2;
	if (ioctl(vcpu->fd, KVM_ARM_VCPU_INIT, &init))
		return fail("KVM_ARM_VCPU_INIT");
	return set_register(vcpu, REG(regs.pc), start->entry) ||
			       set_register(vcpu, REG(sp_el1), start->stack) ||
			       set_register(vcpu, REG(regs.regs[0]), start->arg[0]) ||
			       set_register(vcpu, REG(regs.regs[1]), start->arg[1]) ||
			       set_register(vcpu, REG(regs.regs[2]), start->arg[2]) ||
			       set_register(vcpu, REG(regs.regs[3]), start->program) ?
		       -1 :
		       0;
}

/* ---- interrupts ------------------------------------------------------------------ */

static int set_attribute(int device, uint32_t group, uint64_t attribute, const void *value)
{
	struct kvm_device_attr attr = {
		.group = group,
		.attr = attribute,
		.addr = (uintptr_t)value,
	};

	return ioctl(device, KVM_SET_DEVICE_ATTR, &attr) ? fail("KVM_SET_DEVICE_ATTR") : 0;
}

static int set_distributor(int device, uint64_t offset, uint32_t value)
{
	return set_attribute(device, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, offset, &value);
}

/* The interrupt is an edge, of group 1 and enabled, and goes to the first CPU. */
static int open_interrupt(int device, unsigned int intid)
{
	unsigned int word = intid / 32 * 4;
	uint32_t bit = 1U << intid % 32;

	return set_distributor(device, GICD_ICFGR + intid / 16 * 4,
			       (uint32_t)ICFGR_EDGE << intid % 16 * 2) ||
	       set_distributor(device, GICD_IGROUPR + word, bit) ||
	       set_distributor(device, GICD_ISENABLER + word, bit) ||
	       set_distributor(device, GICD_CTLR, CTLR_GROUP1_ARE);
}

int side_inject_prepare(struct side_vcpu *vcpu, unsigned int vector)
{
	struct kvm_create_device gic = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	uint64_t distributor = GICD_GPA, redistributor = GICR_GPA;

	if (ioctl(vcpu->vm, KVM_CREATE_DEVICE, &gic))
		return fail("KVM_CREATE_DEVICE");
	return set_attribute((int)gic.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST,
			     &distributor) ||
			       set_attribute((int)gic.fd, KVM_DEV_ARM_VGIC_GRP_ADDR,
					     KVM_VGIC_V3_ADDR_TYPE_REDIST, &redistributor) ||
			       set_attribute((int)gic.fd, KVM_DEV_ARM_VGIC_GRP_CTRL,
					     KVM_DEV_ARM_VGIC_CTRL_INIT, NULL) ||
			       open_interrupt((int)gic.fd, vector) ?
		       -1 :
		       0;
}

int side_inject(struct side_vcpu *vcpu, unsigned int vector)
{
	struct kvm_irq_level line = {
		.irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | vector,
		.level = 1,
	};

	return ioctl(vcpu->vm, KVM_IRQ_LINE, &line) ? fail("KVM_IRQ_LINE") : 0;
}
