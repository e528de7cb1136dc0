/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BENCH_PREPARE_H
#define BENCH_PREPARE_H

/**
 * prepare_boot() - what linux_boot needs of axvcpu for KVM's turn
 *
 * Run by bench-axvcpu --prepare. 0, or -1 after a message.
 */
int prepare_boot(void);

/** arch_boot_arguments() - for the guest kernel's command line: what its clock is */
const char *arch_boot_arguments(void);

#endif /* BENCH_PREPARE_H */
