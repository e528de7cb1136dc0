// SPDX-License-Identifier: GPL-3.0-or-later
/* Loads and stores on devices: widths, signs, pairs, writeback, SIMD; none at an address. */
#include "el1.h"

#define PRIORITIES	(GICD + 0x400 + 64)	/* of SPIs that nothing has */
#define ROUTER		(GICD + 0x6000 + 8 * 40)
#define TYPER		(GICR + 0x08)
#define PERIPHERAL_ID	(UART + 0xfe0)
#define NOWHERE		0x0a800000UL

EL1(ldr32, "ldr w0, [x0]");
EL1(ldr64, "ldr x0, [x0]");
EL1(ldrb, "ldrb w0, [x0]");
EL1(ldrsb32, "ldrsb w0, [x0]");
EL1(ldrsb64, "ldrsb x0, [x0]");
EL1(ldrsw, "ldrsw x0, [x0]");
EL1(ldrh, "ldrh w0, [x0]");
EL1(str32, "str w1, [x0]");
EL1(str64, "str x1, [x0]");
EL1(strb, "strb w1, [x0]");
EL1(ldr_index, "mov x2, #4\nldr w0, [x0, x2]");
EL1(ldur, "ldur w0, [x0, #-4]");
EL1(ldr_zr, "ldr wzr, [x0]\nmov x0, #3");
EL1(str_zr, "str wzr, [x0]");
EL1(ldr_post, "mov x2, x0\nldr w3, [x2], #4\nsub x0, x2, x0\nadd x0, x3, x0, lsl #32");
EL1(ldr_pre, "mov x2, x0\nldr w3, [x2, #4]!\nsub x0, x2, x0\nadd x0, x3, x0, lsl #32");
EL1(str_post, "mov x2, x0\nstr w1, [x2], #8\nsub x0, x2, x0");
EL1(ldp32, "ldp w2, w3, [x0]\nadd x0, x2, x3, lsl #32");
EL1(stp32, "lsr x2, x1, #32\nstp w1, w2, [x0]");
EL1(ldpsw, "ldpsw x2, x3, [x0]\neor x0, x2, x3");
EL1(ldr_s, "ldr s0, [x0]\nfmov w0, s0");
EL1(ldr_d, "ldr d0, [x0]\nfmov x0, d0");
EL1(str_s, "fmov s0, w1\nstr s0, [x0]");
EL1(ldar, "ldar w0, [x0]");
EL1(stlr, "stlr w1, [x0]");

static void check_loads(void)
{
	write32(PRIORITIES, 0x5040a010);
	write32(PRIORITIES + 4, 0xf0806020);
	check("mmio-ldr", el1(ldr32, PRIORITIES, 0), 0x5040a010);
	check("mmio-ldrb", el1(ldrb, PRIORITIES + 1, 0), 0xa0);
	check("mmio-ldrsb-w", el1(ldrsb32, PRIORITIES + 1, 0), 0xffffffa0);
	check("mmio-ldrsb-x", el1(ldrsb64, PRIORITIES + 1, 0), 0xffffffffffffffa0);
	check("mmio-ldrsb-positive", el1(ldrsb64, PRIORITIES + 3, 0), 0x50);
	check("mmio-ldrsw", el1(ldrsw, PRIORITIES + 4, 0), 0xfffffffff0806020);
	check("mmio-index", el1(ldr_index, PRIORITIES, 0), 0xf0806020);
	check("mmio-ldur", el1(ldur, PRIORITIES + 4, 0), 0x5040a010);
	check("mmio-zr", el1(ldr_zr, PRIORITIES, 0), 3);
	check("mmio-ldar", el1(ldar, PRIORITIES, 0), 0x5040a010);
	check("mmio-ldrh", el1(ldrh, PERIPHERAL_ID, 0), 0x11);
	check("mmio-ldr-x", el1(ldr64, TYPER, 0),
	      read32(TYPER) | (u64)read32(TYPER + 4) << 32);
}

static void check_stores(void)
{
	el1(strb, PRIORITIES + 2, 0x1234567890UL);
	check("mmio-strb", read32(PRIORITIES), 0x5090a010);
	el1(str32, PRIORITIES, 0xa0b0c0d0);
	check("mmio-str", read32(PRIORITIES), 0xa0b0c0d0);
	el1(str64, ROUTER, 1);
	check("mmio-str-x", el1(ldr64, ROUTER, 0), 1);
	el1(str_zr, PRIORITIES, 0);
	check("mmio-str-zr", read32(PRIORITIES), 0);
	el1(stlr, PRIORITIES, 0x10203040);
	check("mmio-stlr", read32(PRIORITIES), 0x10203040);
}

/* Without a syndrome that says which register. */
static void check_others(void)
{
	check("mmio-post-index", el1(str_post, PRIORITIES, 0x50607080), 8);
	check("mmio-post-index-stores", read32(PRIORITIES), 0x50607080);
	check("mmio-load-post-index", el1(ldr_post, PRIORITIES, 0), 0x450607080);
	write32(PRIORITIES + 4, 0xf0806020);
	check("mmio-load-pre-index", el1(ldr_pre, PRIORITIES, 0), 0x4f0806020);
	check("mmio-ldp", el1(ldp32, PRIORITIES, 0), 0xf080602050607080);
	check("mmio-ldpsw", el1(ldpsw, PRIORITIES, 0), 0xffffffffa0e010a0);
	el1(stp32, PRIORITIES, 0x1020304050607080);
	check("mmio-stp", read32(PRIORITIES) | (u64)read32(PRIORITIES + 4) << 32,
	      0x1020304050607080);
	check("mmio-ldr-s", el1(ldr_s, PRIORITIES, 0), 0x50607080);
	el1(str_s, PRIORITIES, 0x30303030);
	check("mmio-str-s", read32(PRIORITIES), 0x30303030);
	check("mmio-ldr-d", el1(ldr_d, TYPER, 0), el1(ldr64, TYPER, 0));
	check("mmio-no-exception", taken.count, 0);
}

/* axvmm's bus reads as all ones there, QEMU's has an external abort. */
static void check_nowhere(void)
{
	u64 got = el1(ldr32, NOWHERE, 0);

	if (is_vm)
		check("mmio-nowhere", got, 0xffffffff);
	else
		check("mmio-nowhere", taken.esr & ~0x200UL, ESR(0x25, 0x10));
}

void check_devices(void)
{
	check_loads();
	check_stores();
	check_others();
	check_nowhere();
}
