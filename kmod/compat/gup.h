/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking up the pages of current->mm. */
#ifndef AXVCPU_COMPAT_GUP_H
#define AXVCPU_COMPAT_GUP_H

#include <linux/mm.h>

/* A signal that does not kill ends a wait (userfaultfd) as well. */
#ifdef AXVCPU_HAVE_FOLL_INTERRUPTIBLE
#define AXVCPU_FOLL_INTERRUPTIBLE	FOLL_INTERRUPTIBLE
#else
#define AXVCPU_FOLL_INTERRUPTIBLE	0
#endif

/*
 * Take NUMA balancing's hint faults, so that it sees the guest's accesses. Where
 * there is no flag for it, it is the default.
 */
#ifdef AXVCPU_HAVE_FOLL_HONOR_NUMA_FAULT
#define AXVCPU_FOLL_NUMA	FOLL_HONOR_NUMA_FAULT
#else
#define AXVCPU_FOLL_NUMA	0
#endif

#endif /* AXVCPU_COMPAT_GUP_H */
