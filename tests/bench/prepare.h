/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BENCH_PREPARE_H
#define BENCH_PREPARE_H

#include <stdbool.h>

/** boot_append - the guest kernel's command line */
extern const char boot_append[];

/** boot_without_chips - a guest boots over KVM without KVM's interrupt controllers, too */
extern const bool boot_without_chips;

/**
 * prepare_boot() - what linux_boot needs of axvcpu for KVM's turn
 *
 * Run by bench-axvcpu --prepare. 0, or -1 after a message.
 */
int prepare_boot(void);

#endif /* BENCH_PREPARE_H */
