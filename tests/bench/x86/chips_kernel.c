// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * axvmm over KVM with KVM's own interrupt controllers and timer: these take the
 * place of axvmm's devices/pic.c and devices/pit.c.
 */
#include <string.h>
#include <sys/ioctl.h>

#include "../../../tools/axvmm/devices/pic.h"
#include "../../../tools/axvmm/devices/pit.h"
#include "hypervisor_kvm.h"

static int chips_vm = -1;

int kvm_make_chips(int vm)
{
	struct kvm_pit_config pit = { .flags = KVM_PIT_SPEAKER_DUMMY };

	chips_vm = vm;
	return ioctl(vm, KVM_CREATE_IRQCHIP, 0) || ioctl(vm, KVM_CREATE_PIT2, &pit) ? -1 : 0;
}

void pic_init(struct pic *pic, struct bus *ports)
{
	(void)ports;
	memset(pic, 0, sizeof(*pic));
}

void pic_set_irq(void *opaque, unsigned int irq, bool level)
{
	struct kvm_irq_level line = { .irq = irq, .level = level };

	(void)opaque;
	if (chips_vm >= 0)
		ioctl(chips_vm, KVM_IRQ_LINE, &line);
}

uint8_t pic_acknowledge(struct pic *pic)
{
	(void)pic;
	return 0;
}

void pit_init(struct pit *pit, struct bus *ports, struct timers *timers, struct irq_line irq)
{
	(void)pit, (void)ports, (void)timers, (void)irq;
}
