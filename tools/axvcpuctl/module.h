/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel module as the host sees it. */
#ifndef AXVCPUCTL_MODULE_H
#define AXVCPUCTL_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#define MODULE_NAME "axvcpu"

struct kmod_ctx;

/* libkmod's handle for the running kernel, silent; NULL: no memory. */
struct kmod_ctx *module_context(void);

/* Is a module of this name in the kernel, built in or loaded? */
bool module_present(const char *name);

/* Its users; -1 if it is built in or not there. */
int module_users(const char *name);

/* Is it installed for the running kernel, where modprobe finds it? */
bool module_installed(const char *name);

/*
 * Which programs hold axvcpu's file descriptors: "PID (NAME), ..." in @text,
 * as far as the caller may look; empty if none is seen.
 */
void module_holders(char *text, size_t size);

#endif /* AXVCPUCTL_MODULE_H */
