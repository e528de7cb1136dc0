/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BENCH_PREPARE_H
#define BENCH_PREPARE_H

/**
 * prepare_boot() - what linux_boot needs of axvcpu for KVM's turn
 *
 * Run by bench-axvcpu --prepare. 0, or -1 after a message.
 */
int prepare_boot(void);

#endif /* BENCH_PREPARE_H */
