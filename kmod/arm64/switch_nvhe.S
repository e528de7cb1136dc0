/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The world switch of an nVHE host: switch.S, below the kernel. The last of its section. */
#define WORLD_NVHE
#include "switch.S"

	/* Nothing else is in its last page. */
	.balign	4096
SYM_CODE_START(nvhe_text_end)
SYM_CODE_END(nvhe_text_end)
