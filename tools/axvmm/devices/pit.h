/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The i8254 timer at 0x40 and the system control port B at 0x61. */
#ifndef AXVMM_PIT_H
#define AXVMM_PIT_H

#include "device.h"

#define PIT_HZ	     1193182ULL
#define PIT_CHANNELS 3

/**
 * struct pit_channel - one counter
 * @mode: 0 to 5
 * @access: which bytes of the count are moved: 1 low, 2 high, 3 low then high
 * @counting: a count was written, and in modes 1 and 5 the gate has risen
 * @loaded: a count was written
 * @count: the count, 1 to 65536 (BCD: 10000)
 * @start_ns: when counting began; while @gate is low in modes 0, 2, 3 and 4: how long
 *	it had gone on
 */
struct pit_channel {
	uint8_t mode;
	uint8_t access;
	bool bcd;
	bool gate;
	bool loaded;
	bool counting;
	uint32_t count;
	uint64_t start_ns;
	bool write_high;   /* the next write is the second byte */
	bool read_high;	   /* the next read is the second byte */
	uint8_t write_low; /* the first byte */
	bool count_latched;
	bool status_latched;
	uint16_t latched_count;
	uint8_t latched_status;
};

struct pit {
	struct timers *timers;
	struct timer tick; /* channel 0's output rises */
	struct irq_line irq;
	uint8_t port_b;
	struct pit_channel channel[PIT_CHANNELS];
};

void pit_init(struct pit *pit, struct bus *ports, struct timers *timers, struct irq_line irq);

#endif /* AXVMM_PIT_H */
