/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reset control register at port 0xcf9. */
#ifndef AXVMM_RESET_H
#define AXVMM_RESET_H

#include "device.h"

#define RESET_PORT 0xcf9
#define RESET_FULL 0x06 /* the value that resets the machine */

struct reset {
	struct power_switch power;
	uint8_t value;
};

void reset_init(struct reset *reset, struct bus *ports, struct power_switch power);

#endif /* AXVMM_RESET_H */
