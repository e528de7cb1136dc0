// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * axvmm over KVM with KVM's GICv3: it takes the place of axvmm's devices/gicv3.c and of
 * arch/arm64_gic.c, which brings its interrupts to the CPUs.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <sys/ioctl.h>

#include "../../../tools/axvmm/arch/arch.h"
#include "../../../tools/axvmm/arch/arm64_machine.h"
#include "chips.h"

static int chips_vm = -1;

static int set_attribute(int device, uint32_t group, uint64_t attribute, const uint64_t *value)
{
	struct kvm_device_attr attr = {
		.group = group,
		.attr = attribute,
		.addr = (uintptr_t)value,
	};

	return ioctl(device, KVM_SET_DEVICE_ATTR, &attr);
}

int kvm_make_chips(int vm)
{
	struct kvm_create_device gic = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	uint64_t distributor = GICD_GPA, redistributor = GICR_GPA;

	if (ioctl(vm, KVM_CREATE_DEVICE, &gic))
		return -1;
	chips_vm = vm;
	return set_attribute((int)gic.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST,
			     &distributor) ||
			       set_attribute((int)gic.fd, KVM_DEV_ARM_VGIC_GRP_ADDR,
					     KVM_VGIC_V3_ADDR_TYPE_REDIST, &redistributor) ||
			       set_attribute((int)gic.fd, KVM_DEV_ARM_VGIC_GRP_CTRL,
					     KVM_DEV_ARM_VGIC_CTRL_INIT, NULL) ?
		       -1 :
		       0;
}

void gicv3_set_irq(void *gic, unsigned int irq, bool level)
{
	struct kvm_irq_level line = {
		.irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | irq,
		.level = level,
	};

	(void)gic;
	if (chips_vm >= 0)
		ioctl(chips_vm, KVM_IRQ_LINE, &line);
}

/* ---- what KVM does itself ---------------------------------------------------------- */

void arm64_gic_init(struct machine *machine)
{
	(void)machine;
}

void arm64_gic_started(struct cpu *cpu)
{
	(void)cpu;
}

bool arch_interrupt_waits(const struct cpu *cpu)
{
	(void)cpu;
	return false;
}

void arch_deliver_interrupts(struct cpu *cpu)
{
	(void)cpu;
}

void gicv3_set_off(struct gicv3 *gic, unsigned int cpu, bool off)
{
	(void)gic, (void)cpu, (void)off;
}

int gicv3_find(const struct gicv3 *gic, uint64_t affinity)
{
	(void)gic, (void)affinity;
	return -1;
}

void gicv3_send(struct gicv3 *gic, unsigned int cpu, unsigned int sgi)
{
	(void)gic, (void)cpu, (void)sgi;
}
