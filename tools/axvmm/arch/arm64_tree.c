// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The device tree, by the specification of devicetree.org and Linux's bindings:
 * arm,gic-v3, arm,armv8-timer, arm,psci, arm,pl011, fixed-clock, virtio,mmio, cfi-flash.
 */
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "arm64_machine.h"

#define PHANDLE_GIC   1
#define PHANDLE_CLOCK 2

#define UART_CLOCK_HZ 24000000
#define UART_NODE     "serial@9000000"

/* Cells of an interrupt. */
#define SPI	   0
#define PPI	   1
#define LEVEL_HIGH 4

/** struct writer - @failure is the first error of libfdt, 0: none */
struct writer {
	void *blob;
	int failure;
};

static void note(struct writer *w, int result)
{
	if (!w->failure)
		w->failure = result;
}

static void begin(struct writer *w, const char *name)
{
	note(w, fdt_begin_node(w->blob, name));
}

static void end(struct writer *w)
{
	note(w, fdt_end_node(w->blob));
}

static void put_text(struct writer *w, const char *name, const char *text)
{
	note(w, fdt_property_string(w->blob, name, text));
}

static void put_cell(struct writer *w, const char *name, uint32_t value)
{
	note(w, fdt_property_u32(w->blob, name, value));
}

static void put_empty(struct writer *w, const char *name)
{
	note(w, fdt_property(w->blob, name, NULL, 0));
}

static void put_cells(struct writer *w, const char *name, const uint32_t *cells, unsigned int count)
{
	void *value = NULL;
	unsigned int i;

	note(w, fdt_property_placeholder(w->blob, name, count * sizeof(*cells), &value));
	for (i = 0; i < count && !w->failure; i++)
		fdt32_st((uint8_t *)value + i * sizeof(*cells), cells[i]);
}
#define PUT_CELLS(w, name, ...)                               \
	put_cells(w, name, (const uint32_t[]){ __VA_ARGS__ }, \
		  sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

/* An address or a size has two cells. */
#define CELLS(value) (uint32_t)((value) >> 32), (uint32_t)(value)

static void put_address(struct writer *w, const char *name, uint64_t address)
{
	PUT_CELLS(w, name, CELLS(address));
}

/* ---- nodes ---------------------------------------------------------------- */

static void put_chosen(struct writer *w, const struct arm64_tree *tree)
{
	begin(w, "chosen");
	if (tree->append)
		put_text(w, "bootargs", tree->append);
	put_text(w, "stdout-path", "/" UART_NODE);
	if (tree->initrd_size) {
		put_address(w, "linux,initrd-start", tree->initrd);
		put_address(w, "linux,initrd-end", tree->initrd + tree->initrd_size);
	}
	end(w);
}

static void put_memory(struct writer *w, const struct memory_region *region)
{
	char name[32];

	snprintf(name, sizeof(name), "memory@%" PRIx64, region->gpa);
	begin(w, name);
	put_text(w, "device_type", "memory");
	PUT_CELLS(w, "reg", CELLS(region->gpa), CELLS(region->size));
	end(w);
}

static void put_cpu(struct writer *w, uint32_t affinity)
{
	char name[16];

	snprintf(name, sizeof(name), "cpu@%" PRIx32, affinity);
	begin(w, name);
	put_text(w, "device_type", "cpu");
	put_text(w, "compatible", "arm,armv8");
	put_cell(w, "reg", affinity);
	put_text(w, "enable-method", "psci");
	end(w);
}

/* Affinities that have an Aff3 would need two cells. */
static void put_cpus(struct writer *w, unsigned int cpus)
{
	unsigned int i;

	begin(w, "cpus");
	put_cell(w, "#address-cells", 1);
	put_cell(w, "#size-cells", 0);
	for (i = 0; i < cpus; i++)
		put_cpu(w, (uint32_t)arm64_affinity(i));
	end(w);
}

static void put_psci(struct writer *w)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";

	begin(w, "psci");
	note(w, fdt_property(w->blob, "compatible", compatible, sizeof(compatible)));
	put_text(w, "method", "hvc");
	end(w);
}

/* Secure, non-secure, virtual and hypervisor's; the first and last are nobody's here. */
static void put_timer(struct writer *w)
{
	begin(w, "timer");
	put_text(w, "compatible", "arm,armv8-timer");
	put_empty(w, "always-on");
	PUT_CELLS(w, "interrupts", PPI, 13, LEVEL_HIGH, PPI, 14, LEVEL_HIGH, PPI, 11, LEVEL_HIGH,
		  PPI, 10, LEVEL_HIGH);
	end(w);
}

static void put_gic(struct writer *w, unsigned int cpus)
{
	uint64_t redistributors = cpus * (uint64_t)GICV3_REDISTRIBUTOR_SIZE;

	begin(w, "interrupt-controller@8000000");
	put_text(w, "compatible", "arm,gic-v3");
	put_empty(w, "interrupt-controller");
	put_cell(w, "#interrupt-cells", 3);
	PUT_CELLS(w, "reg", CELLS(GICD_GPA), CELLS((uint64_t)GICV3_DISTRIBUTOR_SIZE),
		  CELLS(GICR_GPA), CELLS(redistributors));
	put_empty(w, "msi-controller");
	PUT_CELLS(w, "mbi-ranges", GICV3_MESSAGES, GICV3_INTIDS - GICV3_MESSAGES);
	put_cell(w, "phandle", PHANDLE_GIC);
	end(w);
}

static void put_uart(struct writer *w)
{
	static const char compatible[] = "arm,pl011\0arm,primecell";
	static const char clocks[] = "uartclk\0apb_pclk";

	begin(w, "clock");
	put_text(w, "compatible", "fixed-clock");
	put_cell(w, "#clock-cells", 0);
	put_cell(w, "clock-frequency", UART_CLOCK_HZ);
	put_cell(w, "phandle", PHANDLE_CLOCK);
	end(w);
	begin(w, UART_NODE);
	note(w, fdt_property(w->blob, "compatible", compatible, sizeof(compatible)));
	PUT_CELLS(w, "reg", CELLS(UART_GPA), CELLS((uint64_t)PL011_SIZE));
	PUT_CELLS(w, "interrupts", SPI, UART_INTID - GICV3_SPI, LEVEL_HIGH);
	PUT_CELLS(w, "clocks", PHANDLE_CLOCK, PHANDLE_CLOCK);
	note(w, fdt_property(w->blob, "clock-names", clocks, sizeof(clocks)));
	end(w);
}

static void put_disk(struct writer *w)
{
	begin(w, "virtio_mmio@a000000");
	put_text(w, "compatible", "virtio,mmio");
	PUT_CELLS(w, "reg", CELLS(DISK_GPA), CELLS((uint64_t)VIRTIO_MMIO_SIZE));
	PUT_CELLS(w, "interrupts", SPI, DISK_INTID - GICV3_SPI, LEVEL_HIGH);
	put_empty(w, "dma-coherent");
	end(w);
}

static void put_flash(struct writer *w)
{
	begin(w, "flash@0");
	put_text(w, "compatible", "cfi-flash");
	PUT_CELLS(w, "reg", CELLS(FLASH_GPA), CELLS(FLASH_SIZE), CELLS(FLASH2_GPA),
		  CELLS(FLASH_SIZE));
	put_cell(w, "bank-width", 1);
	end(w);
}

int arm64_write_tree(const struct arm64_tree *tree, void *blob, int size, struct error *error)
{
	struct writer w = { .blob = blob };
	unsigned int i;

	note(&w, fdt_create(blob, size));
	note(&w, fdt_finish_reservemap(blob));
	begin(&w, "");
	put_text(&w, "compatible", "linux,dummy-virt");
	put_text(&w, "model", "axvmm");
	put_cell(&w, "#address-cells", 2);
	put_cell(&w, "#size-cells", 2);
	put_cell(&w, "interrupt-parent", PHANDLE_GIC);
	put_chosen(&w, tree);
	for (i = 0; i < tree->memory->regions; i++)
		if (!tree->memory->region[i].readonly)
			put_memory(&w, &tree->memory->region[i]);
	put_cpus(&w, tree->cpus);
	put_psci(&w);
	put_timer(&w);
	put_gic(&w, tree->cpus);
	put_uart(&w);
	if (tree->disk)
		put_disk(&w);
	if (tree->flash)
		put_flash(&w);
	end(&w);
	note(&w, fdt_finish(blob));
	if (w.failure)
		return error_set(error, "The device tree can't be made: %s (is --append too long?)",
				 fdt_strerror(w.failure));
	return 0;
}
