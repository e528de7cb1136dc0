// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Virtual I/O Device (VIRTIO) Version 1.2: 2.7 "Split Virtqueues", 3.1 "Device
 * Initialization", 4.2.2 "MMIO Device Register Layout".
 *
 * Nothing that the guest says is believed: whatever is wrong with a queue ends its use
 * (DEVICE_NEEDS_RESET), as 2.1.2 has it.
 */
#include <endian.h>
#include <string.h>

#include "virtio.h"

#define MAGIC	0x74726976
#define VERSION 2
#define VENDOR	0x56435641 /* "AVCV" */

enum offset {
	MAGIC_VALUE = 0x000,
	VERSION_NUMBER = 0x004,
	DEVICE_ID = 0x008,
	VENDOR_ID = 0x00c,
	DEVICE_FEATURES = 0x010,
	DEVICE_FEATURES_SELECT = 0x014,
	DRIVER_FEATURES = 0x020,
	DRIVER_FEATURES_SELECT = 0x024,
	QUEUE_SELECT = 0x030,
	QUEUE_SIZE_MAX = 0x034,
	QUEUE_SIZE = 0x038,
	QUEUE_READY = 0x044,
	QUEUE_NOTIFY = 0x050,
	INTERRUPT_STATUS = 0x060,
	INTERRUPT_ACK = 0x064,
	STATUS = 0x070,
	QUEUE_DESCRIPTORS = 0x080, /* each two words, low and high */
	QUEUE_DRIVER = 0x090,
	QUEUE_DEVICE = 0x0a0,
	CONFIG_GENERATION = 0x0fc,
	CONFIG = 0x100,
};

#define STATUS_DRIVER_OK   0x04
#define STATUS_FEATURES_OK 0x08
#define STATUS_NEEDS_RESET 0x40

#define INTERRUPT_USED	 1
#define INTERRUPT_CONFIG 2

#define FEATURE_VERSION_1 (1ULL << 32)

#define DESCRIPTOR_NEXT	    1
#define DESCRIPTOR_WRITE    2
#define DESCRIPTOR_INDIRECT 4

#define DRIVER_NO_INTERRUPT 1

struct descriptor {
	uint64_t address;
	uint32_t length;
	uint16_t flags;
	uint16_t next;
};

struct ring {
	uint16_t flags;
	uint16_t index;
};

struct used {
	uint32_t id;
	uint32_t length;
};

/* ---- interrupts and status ---------------------------------------------------- */

static void update_irq(struct virtio *virtio)
{
	irq_line_set(&virtio->irq, virtio->interrupt);
}

static void interrupt(struct virtio *virtio, uint32_t why)
{
	virtio->interrupt |= why;
	update_irq(virtio);
}

static void break_off(struct virtio *virtio)
{
	virtio->status |= STATUS_NEEDS_RESET;
	if (virtio->status & STATUS_DRIVER_OK)
		interrupt(virtio, INTERRUPT_CONFIG);
}

static void reset(struct virtio *virtio)
{
	virtio->status = 0;
	virtio->interrupt = 0;
	virtio->features = 0;
	virtio->device_select = virtio->driver_select = virtio->queue_select = 0;
	virtio->ready = false;
	virtio->size = 0;
	virtio->descriptors = virtio->driver_ring = virtio->device_ring = 0;
	virtio->next = 0;
	update_irq(virtio);
}

/* ---- the queue ---------------------------------------------------------------- */

bool virtio_take(struct iovec *iov, unsigned int *count, void *to, size_t size)
{
	unsigned int used = 0;

	if (virtio_bytes(iov, *count) < size)
		return false;
	while (size) {
		size_t part = iov[used].iov_len < size ? iov[used].iov_len : size;

		if (to) {
			memcpy(to, iov[used].iov_base, part);
			to = (uint8_t *)to + part;
		}
		iov[used].iov_base = (uint8_t *)iov[used].iov_base + part;
		iov[used].iov_len -= part;
		size -= part;
		if (!iov[used].iov_len)
			used++;
	}
	*count -= used;
	memmove(iov, iov + used, *count * sizeof(*iov));
	return true;
}

uint64_t virtio_bytes(const struct iovec *iov, unsigned int count)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		sum += iov[i].iov_len;
	return sum;
}

/* One descriptor as it is now: the guest can change it any time. */
static bool read_descriptor(const struct virtio *virtio, uint16_t index, struct descriptor *d)
{
	const uint8_t *at;

	if (index >= virtio->size)
		return false;
	at = memory_at(virtio->memory, virtio->descriptors + index * sizeof(*d), sizeof(*d));
	if (!at)
		return false;
	memcpy(d, at, sizeof(*d));
	d->address = le64toh(d->address);
	d->length = le32toh(d->length);
	d->flags = le16toh(d->flags);
	d->next = le16toh(d->next);
	return !(d->flags & DESCRIPTOR_INDIRECT);
}

static bool add_buffer(struct virtio *virtio, const struct descriptor *d)
{
	struct virtio_chain *chain = &virtio->chain;
	struct iovec buffer = {
		.iov_base = memory_at(virtio->memory, d->address, d->length),
		.iov_len = d->length,
	};

	if (!buffer.iov_base || !d->length)
		return false;
	if (d->flags & DESCRIPTOR_WRITE) {
		if (!memory_is_writable(virtio->memory, d->address))
			return false;
		chain->write[chain->writable++] = buffer;
		return true;
	}
	chain->read[chain->readable++] = buffer;
	return !chain->writable; /* what is to be read comes first: 2.7.4.2 */
}

static bool read_chain(struct virtio *virtio, uint16_t head)
{
	struct descriptor d = { .next = head, .flags = DESCRIPTOR_NEXT };
	unsigned int count;

	virtio->chain.readable = virtio->chain.writable = 0;
	for (count = 0; d.flags & DESCRIPTOR_NEXT; count++)
		if (count == virtio->size || !read_descriptor(virtio, d.next, &d) ||
		    !add_buffer(virtio, &d))
			return false;
	return true;
}

/* Tell the driver that the chain at @head is done. */
static bool put_used(struct virtio *virtio, uint16_t head, uint32_t length)
{
	struct used used = { .id = htole32(head), .length = htole32(length) };
	struct ring *ring = (struct ring *)memory_at(virtio->memory, virtio->device_ring,
						     sizeof(*ring) + virtio->size * sizeof(used));
	uint16_t index;

	if (!ring)
		return false;
	index = le16toh(ring->index);
	memcpy((uint8_t *)(ring + 1) + index % virtio->size * sizeof(used), &used, sizeof(used));
	__atomic_store_n(&ring->index, htole16((uint16_t)(index + 1)), __ATOMIC_RELEASE);
	return true;
}

/* Return: false: it was broken. */
static bool serve(struct virtio *virtio, const struct ring *driver)
{
	const uint16_t *entries = (const uint16_t *)(driver + 1);
	uint16_t head = le16toh(
		__atomic_load_n(&entries[virtio->next % virtio->size], __ATOMIC_RELAXED));
	int64_t written;

	if (!read_chain(virtio, head))
		return false;
	written = virtio->ops->serve(virtio->device, &virtio->chain);
	if (written < 0 || !put_used(virtio, head, (uint32_t)written))
		return false;
	virtio->next++;
	return true;
}

static void notify(struct virtio *virtio)
{
	const struct ring *driver;
	uint16_t waiting;

	if (!virtio->ready || !(virtio->status & STATUS_DRIVER_OK) ||
	    virtio->status & STATUS_NEEDS_RESET)
		return;
	driver = (const struct ring *)memory_at(virtio->memory, virtio->driver_ring,
						sizeof(*driver) + virtio->size * sizeof(uint16_t));
	if (!driver) {
		break_off(virtio);
		return;
	}
	waiting = le16toh(__atomic_load_n(&driver->index, __ATOMIC_ACQUIRE)) - virtio->next;
	if (waiting > virtio->size) {
		break_off(virtio);
		return;
	}
	for (; waiting; waiting--)
		if (!serve(virtio, driver)) {
			break_off(virtio);
			return;
		}
	if (!(le16toh(__atomic_load_n(&driver->flags, __ATOMIC_ACQUIRE)) & DRIVER_NO_INTERRUPT))
		interrupt(virtio, INTERRUPT_USED);
}

/* ---- registers ------------------------------------------------------------------ */

static uint64_t offered(const struct virtio *virtio)
{
	return virtio->ops->features | FEATURE_VERSION_1;
}

static uint32_t half(uint64_t value, uint32_t select)
{
	return select > 1 ? 0 : (uint32_t)(value >> (select * 32));
}

static void set_half(uint64_t *value, uint32_t select, uint32_t half)
{
	if (select <= 1)
		*value = (*value & ~(0xffffffffULL << (select * 32))) |
			 (uint64_t)half << (select * 32);
}

static uint64_t read_config(const struct virtio *virtio, uint64_t offset, unsigned int width)
{
	uint64_t value = 0;

	if (offset + width <= virtio->ops->config_size)
		memcpy(&value, (const uint8_t *)virtio->config + offset, width);
	return le64toh(value);
}

static uint64_t read_register(void *device, uint64_t offset, unsigned int width)
{
	struct virtio *virtio = device;

	if (offset >= CONFIG)
		return read_config(virtio, offset - CONFIG, width);
	if (width != 4)
		return 0;
	switch (offset) {
	case MAGIC_VALUE:
		return MAGIC;
	case VERSION_NUMBER:
		return VERSION;
	case DEVICE_ID:
		return virtio->ops->id;
	case VENDOR_ID:
		return VENDOR;
	case DEVICE_FEATURES:
		return half(offered(virtio), virtio->device_select);
	case QUEUE_SIZE_MAX:
		return virtio->queue_select ? 0 : VIRTIO_QUEUE;
	case QUEUE_READY:
		return !virtio->queue_select && virtio->ready;
	case INTERRUPT_STATUS:
		return virtio->interrupt;
	case STATUS:
		return virtio->status;
	default: /* CONFIG_GENERATION too: it never changes */
		return 0;
	}
}

/* FEATURES_OK stays away if the driver wants what is not there: 3.1.1. */
static void write_status(struct virtio *virtio, uint32_t value)
{
	if (!value) {
		reset(virtio);
		return;
	}
	if (virtio->features & ~offered(virtio) || !(virtio->features & FEATURE_VERSION_1))
		value &= ~(uint32_t)STATUS_FEATURES_OK;
	virtio->status = value | (virtio->status & STATUS_NEEDS_RESET);
}

/* 4.2.3.2: its size, a power of two, and its addresses are written before. */
static void write_ready(struct virtio *virtio, uint32_t value)
{
	if (!value) {
		virtio->ready = false;
		return;
	}
	if (!virtio->size || virtio->descriptors % 16 || virtio->driver_ring % 2 ||
	    virtio->device_ring % 4) {
		break_off(virtio);
		return;
	}
	virtio->ready = true;
	virtio->next = 0;
}

/* What the selected queue has, as long as it is not in use. */
static void write_queue(struct virtio *virtio, uint64_t offset, uint32_t value)
{
	if (virtio->queue_select)
		return;
	if (offset == QUEUE_READY) {
		write_ready(virtio, value);
		return;
	}
	if (virtio->ready)
		return;
	switch (offset & ~4ULL) {
	case QUEUE_DESCRIPTORS:
		set_half(&virtio->descriptors, offset >> 2 & 1, value);
		break;
	case QUEUE_DRIVER:
		set_half(&virtio->driver_ring, offset >> 2 & 1, value);
		break;
	case QUEUE_DEVICE:
		set_half(&virtio->device_ring, offset >> 2 & 1, value);
		break;
	default: /* QUEUE_SIZE */
		virtio->size = value <= VIRTIO_QUEUE && !(value & (value - 1)) ? value : 0;
	}
}

static void write_register(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	struct virtio *virtio = device;
	uint32_t word = (uint32_t)value;

	if (width != 4)
		return;
	switch (offset) {
	case DEVICE_FEATURES_SELECT:
		virtio->device_select = word;
		break;
	case DRIVER_FEATURES_SELECT:
		virtio->driver_select = word;
		break;
	case DRIVER_FEATURES:
		if (!(virtio->status & STATUS_FEATURES_OK))
			set_half(&virtio->features, virtio->driver_select, word);
		break;
	case QUEUE_SELECT:
		virtio->queue_select = word;
		break;
	case QUEUE_NOTIFY:
		if (!word)
			notify(virtio);
		break;
	case INTERRUPT_ACK:
		virtio->interrupt &= ~word;
		update_irq(virtio);
		break;
	case STATUS:
		write_status(virtio, word);
		break;
	case QUEUE_SIZE:
	case QUEUE_READY:
	case QUEUE_DESCRIPTORS:
	case QUEUE_DESCRIPTORS + 4:
	case QUEUE_DRIVER:
	case QUEUE_DRIVER + 4:
	case QUEUE_DEVICE:
	case QUEUE_DEVICE + 4:
		write_queue(virtio, offset, word);
		break;
	}
}

void virtio_init(struct virtio *virtio, struct bus *mmio, uint64_t gpa,
		 const struct memory *memory, struct irq_line irq, const struct virtio_ops *ops,
		 const void *config, void *device)
{
	static const struct bus_device registers = { read_register, write_register, 8 };

	*virtio = (struct virtio){
		.ops = ops,
		.device = device,
		.memory = memory,
		.irq = irq,
		.config = config,
	};
	bus_add(mmio, gpa, VIRTIO_MMIO_SIZE, &registers, virtio);
}
