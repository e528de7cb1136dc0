// SPDX-License-Identifier: GPL-3.0-or-later
#include "marker.h"

extern const uint8_t marker_stubs[] __attribute__((visibility("hidden")));

void marker(unsigned int id)
{
	unsigned int flags = (id & MARKER_STOP ? 2 : 0) + (id & MARKER_PROFILE ? 1 : 0);
	unsigned int stub = flags * MARKER_IDS + id % MARKER_IDS;

	((void (*)(void))(uintptr_t)(marker_stubs + (size_t)stub * MARKER_STUB))();
}
