/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The MC146818 clock with its CMOS memory at 0x70 and 0x71. */
#ifndef AXVMM_RTC_H
#define AXVMM_RTC_H

#include "device.h"

#define RTC_BYTES 128

/**
 * struct rtc - the clock
 * @wall_ns: reads the host's time, nanoseconds since 1970
 * @event: the next interrupt
 * @offset: seconds that the guest's clock is ahead of the host's
 * @seen_second: the guest's second up to which the flags of register C are right
 * @seen_periods: the period of register A up to which they are
 * @index: the register that port 0x71 is
 * @cmos: the registers; those of the time only matter while SET is on
 */
struct rtc {
	struct timers *timers;
	struct timer event;
	struct irq_line irq;
	uint64_t (*wall_ns)(void);
	int64_t offset;
	int64_t seen_second;
	uint64_t seen_periods;
	uint8_t index;
	uint8_t cmos[RTC_BYTES];
};

/**
 * rtc_init() - a running clock
 * @wall_ns: the host's time, nanoseconds since 1970
 * @low_memory: bytes of memory below 4 GiB, for firmware
 * @high_memory: bytes of memory from 4 GiB on
 */
void rtc_init(struct rtc *rtc, struct bus *ports, struct timers *timers, struct irq_line irq,
	      uint64_t (*wall_ns)(void), uint64_t low_memory, uint64_t high_memory);

#endif /* AXVMM_RTC_H */
