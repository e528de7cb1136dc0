// SPDX-License-Identifier: GPL-3.0-or-later
#include "marker.h"

extern const uint8_t marker_stubs[] __attribute__((visibility("hidden")));

_Static_assert(MARKER_KINDS *MARKER_IDS <= (MARKER_MASK ^ 0xffff) + 1, "markers");

void marker(unsigned int kind, unsigned int id)
{
	const uint8_t *stub = marker_stubs + (kind * MARKER_IDS + id % MARKER_IDS) * MARKER_STUB;

	((void (*)(void))(uintptr_t)stub)();
}
