/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BENCH_ARM64_CHIPS_H
#define BENCH_ARM64_CHIPS_H

/** kvm_make_chips() - KVM's GICv3 for the VM, whose vCPUs are made; 0, or -1 with errno */
int kvm_make_chips(int vm);

#endif /* BENCH_ARM64_CHIPS_H */
