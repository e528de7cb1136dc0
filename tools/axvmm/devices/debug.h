/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ports for guests that are tests and firmware: 0xf4 ends the machine with an
 * exit status, 0xe9 and 0x402 are consoles.
 */
#ifndef AXVMM_DEBUG_H
#define AXVMM_DEBUG_H

#include "device.h"

struct debug {
	struct power_switch power;
	void (*send)(void *console, uint8_t byte);
	void *console;
};

void debug_init(struct debug *debug, struct bus *ports, struct power_switch power,
		void (*send)(void *console, uint8_t byte), void *console);

#endif /* AXVMM_DEBUG_H */
