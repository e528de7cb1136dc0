/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Just enough ACPI for a guest to switch the machine off: the fixed registers
 * of power management with the PM timer, and the tables that describe them.
 */
#ifndef AXVMM_ACPI_H
#define AXVMM_ACPI_H

#include <stddef.h>

#include "device.h"

#define ACPI_PORT	 0x600 /* PM1a status, enable, control; the timer at + 8 */
#define ACPI_IRQ	 9
#define ACPI_TIMER_HZ	 3579545ULL
#define ACPI_TABLES_SIZE 0x1000

/**
 * struct acpi - the fixed registers
 * @overflow: the timer's top bit changes, while its interrupt is on
 * @halves: how often the top bit had changed when the status was last updated
 */
struct acpi {
	struct timers *timers;
	struct timer overflow;
	struct irq_line irq;
	struct power_switch power;
	uint64_t halves;
	uint16_t status;
	uint16_t enable;
	uint16_t control;
};

void acpi_init(struct acpi *acpi, struct bus *ports, struct timers *timers, struct irq_line irq,
	       struct power_switch power);

/** struct acpi_disk - where the guest finds a virtio device */
struct acpi_disk {
	uint32_t gpa;
	uint32_t size;
	uint32_t irq;
};

/**
 * acpi_write_tables() - the tables, beginning with the RSDP
 * @tables: ACPI_TABLES_SIZE zeroed bytes
 * @gpa: where they are for the guest: 64-byte aligned, below 4 GiB
 * @disk: NULL: there is none
 */
void acpi_write_tables(uint8_t *tables, uint32_t gpa, const struct acpi_disk *disk);

#endif /* AXVMM_ACPI_H */
