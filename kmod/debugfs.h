/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AXVCPU_DEBUGFS_H
#define AXVCPU_DEBUGFS_H

struct axvcpu_vm;

void axvcpu_debugfs_init(void);
void axvcpu_debugfs_exit(void);

/* A VM appears in and leaves the listing; its vCPUs with it. */
void axvcpu_debugfs_add(struct axvcpu_vm *vm);
void axvcpu_debugfs_remove(struct axvcpu_vm *vm);

#endif /* AXVCPU_DEBUGFS_H */
