/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this directory share. */
#ifndef AXVMM_X86_MACHINE_H
#define AXVMM_X86_MACHINE_H

#include "../devices/acpi.h"
#include "../devices/debug.h"
#include "../devices/disk.h"
#include "../devices/i8042.h"
#include "../devices/pic.h"
#include "../devices/pit.h"
#include "../devices/reset.h"
#include "../devices/rtc.h"
#include "../devices/uart.h"
#include "../loaders/loader.h"
#include "arch.h"
#include "x86.h"

/** struct arch - an x86 machine's own part */
struct arch {
	struct bus ports;
	struct bus msrs;
	struct pic pic;
	struct pit pit;
	struct rtc rtc;
	struct uart uart;
	struct i8042 i8042;
	struct debug debug;
	struct reset reset;
	struct acpi acpi;
	struct disk disk;
	struct x86_start start;
};

/** x86_add_msrs() - the MSRs that are there but do nothing */
void x86_add_msrs(struct bus *msrs);

#endif /* AXVMM_X86_MACHINE_H */
