// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * After Intel's data sheet of the 8254. A new count takes effect at once, also
 * in modes 2 and 3, where hardware ends the running period first.
 */
#include "pit.h"

#define CONTROL_READ_BACK   3
#define READ_BACK_NO_COUNT  0x20
#define READ_BACK_NO_STATUS 0x10

#define PORT_B_GATE    0x01
#define PORT_B_WRITTEN 0x0f
#define PORT_B_REFRESH 0x10 /* toggles every 15 us */
#define PORT_B_OUT     0x20
#define REFRESH_NS     15085

static bool is_periodic(const struct pit_channel *channel)
{
	return channel->mode == 2 || channel->mode == 3;
}

static bool is_triggered(const struct pit_channel *channel)
{
	return channel->mode == 1 || channel->mode == 5;
}

/* A low gate stops these modes; in the others it does nothing. */
static bool is_stopped(const struct pit_channel *channel)
{
	return !channel->gate && !is_triggered(channel);
}

static uint64_t elapsed_ticks(const struct pit *pit, const struct pit_channel *channel)
{
	uint64_t ns =
		is_stopped(channel) ? channel->start_ns : pit->timers->now_ns - channel->start_ns;

	return scale(ns, PIT_HZ, NS_PER_SECOND);
}

static uint32_t modulus(const struct pit_channel *channel)
{
	return channel->bcd ? 10000 : 65536;
}

static uint16_t to_bcd(uint32_t value)
{
	return value % 10 | value / 10 % 10 << 4 | value / 100 % 10 << 8 | value / 1000 % 10 << 12;
}

static uint32_t from_bcd(uint16_t value)
{
	return (value & 15) + (value >> 4 & 15) * 10 + (value >> 8 & 15) * 100 +
	       (value >> 12) * 1000;
}

/* The counting element as a read shows it. */
static uint16_t current_count(const struct pit *pit, const struct pit_channel *channel)
{
	uint32_t value, wrap = modulus(channel);
	uint64_t ticks;

	if (!channel->counting)
		return channel->bcd ? to_bcd(channel->count % wrap) : channel->count;
	ticks = elapsed_ticks(pit, channel);
	if (channel->mode == 2)
		value = channel->count - ticks % channel->count;
	else if (channel->mode == 3)
		value = channel->count - ticks * 2 % channel->count;
	else
		value = (channel->count + wrap - ticks % wrap) % wrap;
	return channel->bcd ? to_bcd(value % wrap) : value;
}

static bool output(const struct pit *pit, const struct pit_channel *channel)
{
	uint64_t ticks;

	if (!channel->counting)
		return channel->mode != 0;
	if (is_periodic(channel) && !channel->gate)
		return true;
	ticks = elapsed_ticks(pit, channel);
	switch (channel->mode) {
	case 0:
	case 1:
		return ticks >= channel->count;
	case 2:
		return ticks % channel->count != channel->count - 1;
	case 3:
		return ticks % channel->count < (channel->count + 1) / 2;
	default:
		return ticks != channel->count;
	}
}

/* ---- channel 0: the interrupt ------------------------------------------- */

/* Set the timer to the next rising edge of channel 0's output. */
static void schedule_tick(struct pit *pit)
{
	const struct pit_channel *channel = &pit->channel[0];
	uint64_t ticks = channel->count;

	if (!channel->counting) {
		timer_set(pit->timers, &pit->tick, 0);
		return;
	}
	if (is_periodic(channel))
		ticks *= elapsed_ticks(pit, channel) / channel->count + 1;
	timer_set(pit->timers, &pit->tick,
		  channel->start_ns + scale_up(ticks, NS_PER_SECOND, PIT_HZ));
}

static void tick(void *opaque)
{
	struct pit *pit = opaque;

	irq_line_pulse(&pit->irq);
	if (is_periodic(&pit->channel[0]))
		schedule_tick(pit);
}

/* ---- counts and gates --------------------------------------------------- */

static void load(struct pit *pit, struct pit_channel *channel, uint16_t value)
{
	uint32_t count = channel->bcd ? from_bcd(value) : value;

	channel->count = count ? count : modulus(channel);
	/* The data sheet forbids it; hardware does not stop for it. */
	if (is_periodic(channel) && channel->count == 1)
		channel->count = 2;
	channel->loaded = true;
	if (!is_triggered(channel)) {
		channel->counting = true;
		channel->start_ns = is_stopped(channel) ? 0 : pit->timers->now_ns;
	}
	if (channel == &pit->channel[0]) {
		irq_line_set(&pit->irq, false);
		schedule_tick(pit);
	}
}

static void set_gate(struct pit *pit, struct pit_channel *channel, bool gate)
{
	uint64_t now = pit->timers->now_ns;

	if (gate == channel->gate)
		return;
	channel->gate = gate;
	if (gate && (is_triggered(channel) || is_periodic(channel))) {
		channel->counting = channel->loaded;
		channel->start_ns = now;
	} else if (!is_triggered(channel)) {
		/* From a moment to a length, and back. */
		channel->start_ns = now - channel->start_ns;
	}
}

static void write_count(struct pit *pit, struct pit_channel *channel, uint8_t value)
{
	if (channel->access == 1) {
		load(pit, channel, value);
	} else if (channel->access == 2) {
		load(pit, channel, value << 8);
	} else if (channel->write_high) {
		channel->write_high = false;
		load(pit, channel, value << 8 | channel->write_low);
	} else {
		channel->write_high = true;
		channel->write_low = value;
		/* In mode 0 the first byte stops counting. */
		if (channel->mode == 0) {
			channel->counting = false;
			if (channel == &pit->channel[0])
				schedule_tick(pit);
		}
	}
}

static uint8_t read_count(struct pit *pit, struct pit_channel *channel)
{
	bool high = channel->access == 2;
	uint16_t count;

	if (channel->status_latched) {
		channel->status_latched = false;
		return channel->latched_status;
	}
	count = channel->count_latched ? channel->latched_count : current_count(pit, channel);
	if (channel->access == 3) {
		high = channel->read_high;
		channel->read_high = !high;
	}
	if (high || channel->access != 3)
		channel->count_latched = false;
	return high ? count >> 8 : count;
}

/* ---- the control word --------------------------------------------------- */

static void latch_count(struct pit *pit, struct pit_channel *channel)
{
	if (channel->count_latched)
		return;
	channel->count_latched = true;
	channel->latched_count = current_count(pit, channel);
}

static void latch_status(struct pit *pit, struct pit_channel *channel)
{
	if (channel->status_latched)
		return;
	channel->status_latched = true;
	channel->latched_status = output(pit, channel) << 7 | !channel->loaded << 6 |
				  channel->access << 4 | channel->mode << 1 | channel->bcd;
}

static void read_back(struct pit *pit, uint8_t value)
{
	unsigned int i;

	for (i = 0; i < PIT_CHANNELS; i++) {
		if (!(value & 2 << i))
			continue;
		if (!(value & READ_BACK_NO_COUNT))
			latch_count(pit, &pit->channel[i]);
		if (!(value & READ_BACK_NO_STATUS))
			latch_status(pit, &pit->channel[i]);
	}
}

static void write_control(struct pit *pit, uint8_t value)
{
	struct pit_channel *channel;

	if (value >> 6 == CONTROL_READ_BACK) {
		read_back(pit, value);
		return;
	}
	channel = &pit->channel[value >> 6];
	if (!(value >> 4 & 3)) {
		latch_count(pit, channel);
		return;
	}
	*channel = (struct pit_channel){
		.access = value >> 4 & 3,
		.mode = value >> 1 & 7,
		.bcd = value & 1,
		.gate = channel->gate,
		.count = channel->count,
	};
	if (channel->mode > 5)
		channel->mode -= 4;
	if (channel == &pit->channel[0]) {
		irq_line_set(&pit->irq, false);
		schedule_tick(pit);
	}
}

static uint64_t counter_read(void *device, uint64_t offset, unsigned int width)
{
	struct pit *pit = device;

	(void)width;
	return offset < PIT_CHANNELS ? read_count(pit, &pit->channel[offset]) : 0xff;
}

static void counter_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	struct pit *pit = device;

	(void)width;
	if (offset < PIT_CHANNELS)
		write_count(pit, &pit->channel[offset], value);
	else
		write_control(pit, value);
}

static uint64_t port_b_read(void *device, uint64_t offset, unsigned int width)
{
	struct pit *pit = device;
	uint8_t value = pit->port_b;

	(void)offset, (void)width;
	if (pit->timers->now_ns / REFRESH_NS & 1)
		value |= PORT_B_REFRESH;
	if (output(pit, &pit->channel[2]))
		value |= PORT_B_OUT;
	return value;
}

static void port_b_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	struct pit *pit = device;

	(void)offset, (void)width;
	pit->port_b = value & PORT_B_WRITTEN;
	set_gate(pit, &pit->channel[2], value & PORT_B_GATE);
}

static const struct bus_device counter_ops = { counter_read, counter_write, 1 };
static const struct bus_device port_b_ops = { port_b_read, port_b_write, 1 };

void pit_init(struct pit *pit, struct bus *ports, struct timers *timers, struct irq_line irq)
{
	unsigned int i;

	*pit = (struct pit){ .timers = timers, .irq = irq };
	for (i = 0; i < PIT_CHANNELS; i++)
		pit->channel[i] = (struct pit_channel){
			.access = 3,
			.mode = 3,
			.gate = i != 2,
			.count = 65536,
		};
	timers_add(timers, &pit->tick, tick, pit);
	bus_add(ports, 0x40, 4, &counter_ops, pit);
	bus_add(ports, 0x61, 1, &port_b_ops, pit);
}
