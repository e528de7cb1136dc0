// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * After Motorola's data sheet of the MC146818A; the memory size bytes are those
 * that PC firmware knows.
 */
#define _GNU_SOURCE
#include <string.h>
#include <time.h>

#include "rtc.h"

enum rtc_register {
	SECONDS,
	SECONDS_ALARM,
	MINUTES,
	MINUTES_ALARM,
	HOURS,
	HOURS_ALARM,
	WEEKDAY,
	DAY,
	MONTH,
	YEAR,
	REG_A,
	REG_B,
	REG_C,
	REG_D,
	EQUIPMENT = 0x14,
	BASE_MEMORY_LOW,
	BASE_MEMORY_HIGH, /* KiB below 640 KiB */
	EXT_MEMORY_LOW,
	EXT_MEMORY_HIGH, /* KiB above 1 MiB, at most 63 MiB */
	CHECKED_FIRST = 0x10,
	CHECKED_LAST = 0x2d,
	CHECKSUM_HIGH,
	CHECKSUM_LOW,
	EXT_MEMORY2_LOW = 0x30,
	EXT_MEMORY2_HIGH, /* as EXT_MEMORY */
	CENTURY = 0x32,
	MEMORY_16M_LOW = 0x34,
	MEMORY_16M_HIGH, /* 64 KiB units above 16 MiB */
	MEMORY_4G_LOW = 0x5b,
	MEMORY_4G_MIDDLE,
	MEMORY_4G_HIGH, /* the same above 4 GiB */
};

#define A_UPDATE     0x80
#define A_RATE	     0x0f
#define A_DEFAULT    0x26 /* 32768 Hz crystal, 1024 Hz periodic */
#define B_SET	     0x80
#define B_PERIODIC   0x40
#define B_ALARM	     0x20
#define B_UPDATE     0x10
#define B_INTERRUPTS (B_PERIODIC | B_ALARM | B_UPDATE)
#define B_BINARY     0x04
#define B_24H	     0x02
#define C_INTERRUPT  0x80
#define D_VALID	     0x80

#define ALARM_ANY  0xc0 /* both bits: every value matches */
#define PM	   0x80
#define CRYSTAL_HZ 32768
#define UPDATE_NS  2228000 /* update in progress, before the second ends */

#define FPU_PRESENT 0x02 /* in EQUIPMENT */

/* The parts of the time that have a register. */
static const uint8_t time_registers[] = {
	SECONDS, MINUTES, HOURS, WEEKDAY, DAY, MONTH, YEAR, CENTURY,
};

static bool is_time_register(uint8_t index)
{
	return memchr(time_registers, index, sizeof(time_registers));
}

static int64_t guest_second(const struct rtc *rtc)
{
	return (int64_t)(rtc->wall_ns() / NS_PER_SECOND) + rtc->offset;
}

/* ---- numbers as register B has them ------------------------------------- */

static uint8_t encode(const struct rtc *rtc, unsigned int value)
{
	return rtc->cmos[REG_B] & B_BINARY ? value : value % 10 | value / 10 % 10 << 4;
}

static unsigned int decode(const struct rtc *rtc, uint8_t value)
{
	return rtc->cmos[REG_B] & B_BINARY ? value : (value & 15) + (value >> 4) * 10;
}

static uint8_t encode_hour(const struct rtc *rtc, unsigned int hour)
{
	if (rtc->cmos[REG_B] & B_24H)
		return encode(rtc, hour);
	return encode(rtc, hour % 12 ? hour % 12 : 12) | (hour >= 12 ? PM : 0);
}

static unsigned int decode_hour(const struct rtc *rtc, uint8_t value)
{
	if (rtc->cmos[REG_B] & B_24H)
		return decode(rtc, value);
	return decode(rtc, value & ~PM) % 12 + (value & PM ? 12 : 0);
}

/* ---- the time ----------------------------------------------------------- */

static void time_to_registers(const struct rtc *rtc, int64_t second, uint8_t *cmos)
{
	time_t when = second;
	struct tm tm;

	gmtime_r(&when, &tm);
	cmos[SECONDS] = encode(rtc, tm.tm_sec);
	cmos[MINUTES] = encode(rtc, tm.tm_min);
	cmos[HOURS] = encode_hour(rtc, tm.tm_hour);
	cmos[WEEKDAY] = encode(rtc, tm.tm_wday + 1);
	cmos[DAY] = encode(rtc, tm.tm_mday);
	cmos[MONTH] = encode(rtc, tm.tm_mon + 1);
	cmos[YEAR] = encode(rtc, (tm.tm_year + 1900) % 100);
	cmos[CENTURY] = encode(rtc, (tm.tm_year + 1900) / 100);
}

static int64_t time_from_registers(const struct rtc *rtc)
{
	const uint8_t *cmos = rtc->cmos;
	struct tm tm = {
		.tm_sec = decode(rtc, cmos[SECONDS]),
		.tm_min = decode(rtc, cmos[MINUTES]),
		.tm_hour = decode_hour(rtc, cmos[HOURS]),
		.tm_mday = decode(rtc, cmos[DAY]),
		.tm_mon = decode(rtc, cmos[MONTH]) - 1,
		.tm_year = decode(rtc, cmos[CENTURY]) * 100 + decode(rtc, cmos[YEAR]) - 1900,
	};

	return timegm(&tm);
}

static void set_time_from_registers(struct rtc *rtc)
{
	rtc->offset = time_from_registers(rtc) - (int64_t)(rtc->wall_ns() / NS_PER_SECOND);
	rtc->seen_second = guest_second(rtc);
}

/* ---- flags and interrupts ----------------------------------------------- */

/* Length of the periodic interrupt's period in crystal ticks, 0: none. */
static unsigned int period(const struct rtc *rtc)
{
	unsigned int rate = rtc->cmos[REG_A] & A_RATE;

	if (!rate)
		return 0;
	return 1U << ((rate < 3 ? rate + 7 : rate) - 1);
}

static uint64_t current_periods(const struct rtc *rtc)
{
	unsigned int ticks = period(rtc);

	return ticks ? scale(rtc->timers->now_ns, CRYSTAL_HZ, NS_PER_SECOND) / ticks : 0;
}

static bool alarm_matches(const struct rtc *rtc, int64_t second)
{
	static const uint8_t pairs[][2] = {
		{ SECONDS, SECONDS_ALARM },
		{ MINUTES, MINUTES_ALARM },
		{ HOURS, HOURS_ALARM },
	};
	uint8_t now[RTC_BYTES];
	unsigned int i;

	time_to_registers(rtc, second, now);
	for (i = 0; i < 3; i++) {
		uint8_t alarm = rtc->cmos[pairs[i][1]];

		if ((alarm & ALARM_ANY) != ALARM_ANY && alarm != now[pairs[i][0]])
			return false;
	}
	return true;
}

/* Bring the flags of register C and the interrupt line up to date. */
static void update_flags(struct rtc *rtc)
{
	int64_t second = guest_second(rtc);
	uint64_t periods = current_periods(rtc);
	uint8_t flags = 0;

	if (periods != rtc->seen_periods)
		flags |= B_PERIODIC;
	if (!(rtc->cmos[REG_B] & B_SET) && second != rtc->seen_second) {
		flags |= B_UPDATE;
		if (alarm_matches(rtc, second))
			flags |= B_ALARM;
	}
	rtc->seen_periods = periods;
	rtc->seen_second = second;
	rtc->cmos[REG_C] |= flags;
	if (rtc->cmos[REG_C] & rtc->cmos[REG_B] & B_INTERRUPTS) {
		rtc->cmos[REG_C] |= C_INTERRUPT;
		irq_line_set(&rtc->irq, true);
	} else {
		rtc->cmos[REG_C] &= ~C_INTERRUPT;
		irq_line_set(&rtc->irq, false);
	}
}

static void schedule_event(struct rtc *rtc)
{
	uint64_t now = rtc->timers->now_ns, next = 0;

	if ((rtc->cmos[REG_B] & B_PERIODIC) && period(rtc))
		next = scale_up((current_periods(rtc) + 1) * period(rtc), NS_PER_SECOND,
				CRYSTAL_HZ);
	if (rtc->cmos[REG_B] & (B_UPDATE | B_ALARM)) {
		uint64_t second = now + NS_PER_SECOND - rtc->wall_ns() % NS_PER_SECOND;

		if (!next || second < next)
			next = second;
	}
	timer_set(rtc->timers, &rtc->event, next);
}

static void event(void *opaque)
{
	struct rtc *rtc = opaque;

	update_flags(rtc);
	schedule_event(rtc);
}

/* ---- the ports ---------------------------------------------------------- */

static uint8_t read_register(struct rtc *rtc)
{
	uint8_t index = rtc->index, value = rtc->cmos[index];

	if (is_time_register(index) && !(rtc->cmos[REG_B] & B_SET)) {
		uint8_t now[RTC_BYTES];

		time_to_registers(rtc, guest_second(rtc), now);
		return now[index];
	}
	switch (index) {
	case REG_A:
		if (!(rtc->cmos[REG_B] & B_SET) &&
		    rtc->wall_ns() % NS_PER_SECOND >= NS_PER_SECOND - UPDATE_NS)
			value |= A_UPDATE;
		break;
	case REG_C:
		update_flags(rtc);
		value = rtc->cmos[REG_C];
		rtc->cmos[REG_C] = 0;
		irq_line_set(&rtc->irq, false);
		break;
	case REG_D:
		value = D_VALID;
		break;
	}
	return value;
}

static void write_time(struct rtc *rtc, uint8_t value)
{
	if (rtc->cmos[REG_B] & B_SET) {
		rtc->cmos[rtc->index] = value;
		return;
	}
	time_to_registers(rtc, guest_second(rtc), rtc->cmos);
	rtc->cmos[rtc->index] = value;
	set_time_from_registers(rtc);
}

static void write_control(struct rtc *rtc, uint8_t value)
{
	uint8_t changed = rtc->cmos[REG_B] ^ value;

	update_flags(rtc);
	if (changed & value & B_SET)
		time_to_registers(rtc, guest_second(rtc), rtc->cmos);
	if (value & B_SET) /* as hardware does it */
		value &= ~B_UPDATE;
	rtc->cmos[REG_B] = value;
	if (changed & ~value & B_SET)
		set_time_from_registers(rtc);
	update_flags(rtc);
	schedule_event(rtc);
}

static void write_register(struct rtc *rtc, uint8_t value)
{
	if (is_time_register(rtc->index)) {
		write_time(rtc, value);
		return;
	}
	switch (rtc->index) {
	case REG_A:
		rtc->cmos[REG_A] = value & ~A_UPDATE;
		rtc->seen_periods = current_periods(rtc);
		schedule_event(rtc);
		break;
	case REG_B:
		write_control(rtc, value);
		break;
	case REG_C:
	case REG_D:
		break;
	default:
		rtc->cmos[rtc->index] = value;
	}
}

static uint64_t port_read(void *device, uint64_t offset, unsigned int width)
{
	struct rtc *rtc = device;

	(void)width;
	return offset ? read_register(rtc) : 0xff;
}

static void port_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	struct rtc *rtc = device;

	(void)width;
	/* Bit 7 of the index masks NMIs, of which there are none. */
	if (offset)
		write_register(rtc, value);
	else
		rtc->index = value & (RTC_BYTES - 1);
}

static void put16(uint8_t *cmos, unsigned int low, uint64_t value, uint64_t most)
{
	if (value > most)
		value = most;
	cmos[low] = value;
	cmos[low + 1] = value >> 8;
}

static void set_memory_size(struct rtc *rtc, uint64_t low_memory, uint64_t high_memory)
{
	uint64_t above_1m = low_memory > 1 << 20 ? (low_memory - (1 << 20)) >> 10 : 0;
	uint64_t above_16m = low_memory > 16 << 20 ? (low_memory - (16 << 20)) >> 16 : 0;
	uint8_t *cmos = rtc->cmos;
	unsigned int sum = 0, i;

	cmos[EQUIPMENT] = FPU_PRESENT;
	put16(cmos, BASE_MEMORY_LOW, 640, 640);
	put16(cmos, EXT_MEMORY_LOW, above_1m, 63 << 10);
	put16(cmos, EXT_MEMORY2_LOW, above_1m, 63 << 10);
	put16(cmos, MEMORY_16M_LOW, above_16m, 0xffff);
	put16(cmos, MEMORY_4G_LOW, high_memory >> 16 & 0xffff, 0xffff);
	cmos[MEMORY_4G_HIGH] = high_memory >> 32;
	for (i = CHECKED_FIRST; i <= CHECKED_LAST; i++)
		sum += cmos[i];
	cmos[CHECKSUM_HIGH] = sum >> 8;
	cmos[CHECKSUM_LOW] = sum;
}

static const struct bus_device ops = { port_read, port_write, 1 };

void rtc_init(struct rtc *rtc, struct bus *ports, struct timers *timers, struct irq_line irq,
	      uint64_t (*wall_ns)(void), uint64_t low_memory, uint64_t high_memory)
{
	*rtc = (struct rtc){ .timers = timers, .irq = irq, .wall_ns = wall_ns };
	rtc->cmos[REG_A] = A_DEFAULT;
	rtc->cmos[REG_B] = B_24H;
	rtc->seen_second = guest_second(rtc);
	rtc->seen_periods = current_periods(rtc);
	set_memory_size(rtc, low_memory, high_memory);
	timers_add(timers, &rtc->event, event, rtc);
	bus_add(ports, 0x70, 2, &ops, rtc);
}
