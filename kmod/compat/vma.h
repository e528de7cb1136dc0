/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AXVCPU_COMPAT_VMA_H
#define AXVCPU_COMPAT_VMA_H

#include <linux/mm.h>

/* Change the flags of a VMA whose mmap lock is held for writing. */
static inline void axvcpu_vma_flags(struct vm_area_struct *vma,
				    unsigned long set, unsigned long clear)
{
#ifdef AXVCPU_HAVE_VM_FLAGS_MOD
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#endif
}

#endif /* AXVCPU_COMPAT_VMA_H */
