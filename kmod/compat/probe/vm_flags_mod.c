// SPDX-License-Identifier: GPL-2.0-or-later
/* vm_flags_mod() took the place of writing vma->vm_flags. */
#include <linux/mm.h>

void axvcpu_probe(struct vm_area_struct *vma)
{
	vm_flags_mod(vma, VM_DONTCOPY, VM_MAYEXEC);
}
