/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's header of this name, for files of the module built in user space. */
#ifndef UNIT_LINUX_BITS_H
#define UNIT_LINUX_BITS_H

#define BIT(n)		(1UL << (n))
#define BIT_ULL(n)	(1ULL << (n))

#endif
