// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The tables: RSDP, RSDT, XSDT, FADT, FACS, DSDT. Layouts after the ACPI
 * specification, chapter "ACPI Software Programming Model"; x86 is
 * little-endian, as the structs assume.
 */
#include <string.h>

#include "acpi.h"
#include "reset.h"

struct rsdp {
	char signature[8];
	uint8_t checksum; /* of the first 20 bytes */
	char oem_id[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t extended_checksum;
	uint8_t reserved[3];
} __attribute__((packed));

struct header {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem_id[6];
	char oem_table_id[8];
	uint32_t oem_revision;
	char creator_id[4];
	uint32_t creator_revision;
} __attribute__((packed));

struct address {
	uint8_t space; /* 1: port */
	uint8_t bits;
	uint8_t offset;
	uint8_t access; /* 1: byte, 2: word, 3: double word */
	uint64_t address;
} __attribute__((packed));

struct fadt {
	struct header header;
	uint32_t facs;
	uint32_t dsdt;
	uint8_t reserved0;
	uint8_t profile;
	uint16_t sci_irq;
	uint32_t smi_command;
	uint8_t smi_values[4];
	uint32_t pm1a_event;
	uint32_t pm1b_event;
	uint32_t pm1a_control;
	uint32_t pm1b_control;
	uint32_t pm2_control;
	uint32_t pm_timer;
	uint32_t gpe0;
	uint32_t gpe1;
	uint8_t pm1_event_length;
	uint8_t pm1_control_length;
	uint8_t pm2_control_length;
	uint8_t pm_timer_length;
	uint8_t gpe0_length;
	uint8_t gpe1_length;
	uint8_t gpe1_base;
	uint8_t cst_control;
	uint16_t c2_latency;
	uint16_t c3_latency;
	uint16_t flush_size;
	uint16_t flush_stride;
	uint8_t duty_offset;
	uint8_t duty_width;
	uint8_t day_alarm;
	uint8_t month_alarm;
	uint8_t century;
	uint16_t boot_flags;
	uint8_t reserved1;
	uint32_t flags;
	struct address reset_register;
	uint8_t reset_value;
	uint8_t reserved2[3];
	uint64_t x_facs;
	uint64_t x_dsdt;
	struct address x_pm1a_event;
	struct address x_pm1b_event;
	struct address x_pm1a_control;
	struct address x_pm1b_control;
	struct address x_pm2_control;
	struct address x_pm_timer;
	struct address x_gpe0;
	struct address x_gpe1;
} __attribute__((packed));
_Static_assert(sizeof(struct fadt) == 244, "FADT of revision 3");

#define BOOT_LEGACY_DEVICES 0x0001
#define BOOT_NO_VGA	    0x0004
#define BOOT_NO_MSI	    0x0008

#define FLAG_WBINVD	    (1U << 0)
#define FLAG_C1		    (1U << 2)
#define FLAG_NO_POWER_KEY   (1U << 4)
#define FLAG_NO_SLEEP_KEY   (1U << 5)
#define FLAG_NO_CLOCK_WAKE  (1U << 6)
#define FLAG_TIMER_32_BIT   (1U << 8)
#define FLAG_RESET_REGISTER (1U << 10)

#define NO_C2 0x65 /* latencies that mean: not supported */
#define NO_C3 0x3e9

struct facs {
	char signature[4];
	uint32_t length;
	uint32_t hardware_signature;
	uint32_t waking_vector;
	uint32_t global_lock;
	uint32_t flags;
	uint64_t x_waking_vector;
	uint8_t version;
	uint8_t reserved[31];
} __attribute__((packed));
_Static_assert(sizeof(struct facs) == 64, "FACS");

/* ACPI 6.5, 20.2 "AML Grammar Definition" and 6.4 "Resource Data Types". */

/*
 * Name (\_S5, Package (4) { 0, 0, 0, 0 }): the types to write to the control
 * register for soft off. 0x12: Package, 6 bytes from there on, 4 elements.
 */
static const uint8_t soft_off[] = {
	0x08, '\\', '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x00, 0x00, 0x00, 0x00,
};

/*
 * Device (\_SB.DISK) { Name (_HID, "LNRO0005"), Name (_UID, 0), Name (_CRS, Buffer (23) {
 * Memory32Fixed (ReadWrite, gpa, size), Interrupt (ResourceConsumer, Level, ActiveHigh,
 * Exclusive) { irq }, EndTag }) }
 */
struct disk_device {
	uint8_t device[14];
	uint8_t hid[15];
	uint8_t uid[6];
	uint8_t crs[9];
	uint8_t memory[4];
	uint32_t gpa;
	uint32_t size;
	uint8_t interrupt[5];
	uint32_t irq;
	uint8_t end[2];
} __attribute__((packed));
_Static_assert(sizeof(struct disk_device) - 2 == 0x41, "PkgLength of the device");

static const struct disk_device disk_device = {
	.device = { 0x5b, 0x82, 0x41, 0x04, '\\', 0x2e, '_', 'S', 'B', '_', 'D', 'I', 'S', 'K' },
	.hid = { 0x08, '_', 'H', 'I', 'D', 0x0d, 'L', 'N', 'R', 'O', '0', '0', '0', '5', 0x00 },
	.uid = { 0x08, '_', 'U', 'I', 'D', 0x00 },
	.crs = { 0x08, '_', 'C', 'R', 'S', 0x11, 0x1a, 0x0a, 0x17 },
	.memory = { 0x86, 0x09, 0x00, 0x01 },
	.interrupt = { 0x89, 0x06, 0x00, 0x01, 0x01 },
	.end = { 0x79, 0x00 },
};

#define AML_SIZE (sizeof(soft_off) + sizeof(disk_device))

struct tables {
	struct rsdp rsdp;
	uint8_t pad0[64 - sizeof(struct rsdp)];
	struct facs facs;
	struct {
		struct header header;
		uint32_t fadt;
	} __attribute__((packed)) rsdt;
	struct {
		struct header header;
		uint64_t fadt;
	} __attribute__((packed)) xsdt;
	struct fadt fadt;
	struct {
		struct header header;
		uint8_t aml[AML_SIZE]; /* the table may end earlier */
	} __attribute__((packed)) dsdt;
} __attribute__((packed));
_Static_assert(sizeof(struct tables) <= ACPI_TABLES_SIZE, "they fit");
_Static_assert(offsetof(struct tables, facs) % 64 == 0, "the FACS is aligned");

#define AT(gpa, member) ((gpa) + (uint32_t)offsetof(struct tables, member))

/* What makes the sum of all bytes zero. */
static uint8_t checksum(const void *table, size_t length)
{
	const uint8_t *bytes = table;
	uint8_t sum = 0;

	while (length--)
		sum += *bytes++;
	return -sum;
}

static void fill_header(struct header *header, const char *signature, uint8_t revision,
			size_t length)
{
	memcpy(header->signature, signature, 4);
	header->length = length;
	header->revision = revision;
	memcpy(header->oem_id, "AXVCPU", 6);
	memcpy(header->oem_table_id, "AXVMM   ", 8);
	header->oem_revision = 1;
	memcpy(header->creator_id, "AXVM", 4);
	header->creator_revision = 1;
	header->checksum = checksum(header, length);
}

static struct address port(uint16_t number, uint8_t bytes)
{
	return (struct address){
		.space = 1,
		.bits = bytes * 8,
		.access = bytes == 4 ? 3 : bytes,
		.address = number,
	};
}

static void fill_fadt(struct fadt *fadt, uint32_t gpa)
{
	fadt->facs = AT(gpa, facs);
	fadt->dsdt = AT(gpa, dsdt);
	fadt->x_dsdt = fadt->dsdt;
	fadt->sci_irq = ACPI_IRQ;
	fadt->pm1a_event = ACPI_PORT;
	fadt->pm1_event_length = 4;
	fadt->x_pm1a_event = port(ACPI_PORT, 4);
	fadt->x_pm1a_event.access = 2;
	fadt->pm1a_control = ACPI_PORT + 4;
	fadt->pm1_control_length = 2;
	fadt->x_pm1a_control = port(ACPI_PORT + 4, 2);
	fadt->pm_timer = ACPI_PORT + 8;
	fadt->pm_timer_length = 4;
	fadt->x_pm_timer = port(ACPI_PORT + 8, 4);
	fadt->c2_latency = NO_C2;
	fadt->c3_latency = NO_C3;
	fadt->century = 0x32;
	fadt->boot_flags = BOOT_LEGACY_DEVICES | BOOT_NO_VGA | BOOT_NO_MSI;
	fadt->flags = FLAG_WBINVD | FLAG_C1 | FLAG_NO_POWER_KEY | FLAG_NO_SLEEP_KEY |
		      FLAG_NO_CLOCK_WAKE | FLAG_TIMER_32_BIT | FLAG_RESET_REGISTER;
	fadt->reset_register = port(RESET_PORT, 1);
	fadt->reset_value = RESET_FULL;
	fill_header(&fadt->header, "FACP", 3, sizeof(*fadt));
}

static void fill_rsdp(struct rsdp *rsdp, uint32_t gpa)
{
	memcpy(rsdp->signature, "RSD PTR ", 8);
	memcpy(rsdp->oem_id, "AXVCPU", 6);
	rsdp->revision = 2;
	rsdp->rsdt = AT(gpa, rsdt);
	rsdp->length = sizeof(*rsdp);
	rsdp->xsdt = AT(gpa, xsdt);
	rsdp->checksum = checksum(rsdp, 20);
	rsdp->extended_checksum = checksum(rsdp, sizeof(*rsdp));
}

static void fill_dsdt(struct tables *tables, const struct acpi_disk *disk)
{
	struct disk_device device = disk_device;
	size_t size = sizeof(tables->dsdt.header) + sizeof(soft_off);

	memcpy(tables->dsdt.aml, soft_off, sizeof(soft_off));
	if (disk) {
		device.gpa = disk->gpa;
		device.size = disk->size;
		device.irq = disk->irq;
		memcpy(tables->dsdt.aml + sizeof(soft_off), &device, sizeof(device));
		size += sizeof(device);
	}
	fill_header(&tables->dsdt.header, "DSDT", 2, size);
}

void acpi_write_tables(uint8_t *memory, uint32_t gpa, const struct acpi_disk *disk)
{
	struct tables *tables = (struct tables *)memory;

	memset(tables, 0, sizeof(*tables));
	memcpy(tables->facs.signature, "FACS", 4);
	tables->facs.length = sizeof(tables->facs);
	tables->facs.version = 1;
	fill_dsdt(tables, disk);
	fill_fadt(&tables->fadt, gpa);
	tables->rsdt.fadt = AT(gpa, fadt);
	fill_header(&tables->rsdt.header, "RSDT", 1, sizeof(tables->rsdt));
	tables->xsdt.fadt = AT(gpa, fadt);
	fill_header(&tables->xsdt.header, "XSDT", 1, sizeof(tables->xsdt));
	fill_rsdp(&tables->rsdp, gpa);
}
