/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The x86 guest's layout, and the numbers that both its code and C know. */
#ifndef BENCH_X86_LAYOUT_H
#define BENCH_X86_LAYOUT_H

#define GUEST_CODE 0x10 /* selectors */
#define GUEST_DATA 0x18
#define GUEST_TASK 0x20

#define GUEST_PML4   0x1000
#define GUEST_PDPT   0x2000
#define GUEST_PD     0x3000 /* four */
#define GUEST_GDT    0x8000
#define GUEST_IDT    0x9000
#define GUEST_TEXT   0x10000
#define GUEST_BUFFER 0x20000 /* of string instructions */
#define GUEST_STACK  0x30000 /* its end */

#define GUEST_PORT 0x10
/* KVM emulates it, axvcpu too, and neither lets the guest reach the real one. */
#define GUEST_MSR_EMULATED 0x1a0 /* IA32_MISC_ENABLE */
/* Neither knows it: it goes to user space. */
#define GUEST_MSR_UNKNOWN 0xc0010061 /* AMD: P-state limits */

#endif /* BENCH_X86_LAYOUT_H */
