// SPDX-License-Identifier: GPL-3.0-or-later
#include "programs.h"

/* What the Makefile assembled from tests/guests/NAME.S */
#define INCLUDE(name)                                                                             \
	__asm__(".pushsection .rodata.guest, \"a\"\n"                                              \
		".globl " #name ", " #name "_end\n"                                                \
		#name ":\n.incbin \"" #name ".bin\"\n" #name "_end:\n"                              \
		".popsection\n")

INCLUDE(invariant);
