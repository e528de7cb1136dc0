/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Virtio over MMIO: the transport, and one split queue. */
#ifndef AXVMM_VIRTIO_H
#define AXVMM_VIRTIO_H

#include <sys/uio.h>

#include "../memory.h"
#include "device.h"

#define VIRTIO_MMIO_SIZE 0x200
#define VIRTIO_QUEUE	 128

/**
 * struct virtio_chain - one request: buffers in the guest's memory
 * @readable: number of @read, which the driver wrote
 * @writable: number of @write, which the device is to fill
 *
 * They are the guest's: what is in them can change at any time.
 */
struct virtio_chain {
	unsigned int readable;
	unsigned int writable;
	struct iovec read[VIRTIO_QUEUE];
	struct iovec write[VIRTIO_QUEUE];
};

/**
 * struct virtio_ops - a kind of device
 * @id: DeviceID
 * @features: that it offers, without VIRTIO_F_VERSION_1
 * @config_size: bytes of its configuration
 * @serve: do what a request wants. Returns the bytes written, or -1: the request is
 *	malformed
 */
struct virtio_ops {
	uint32_t id;
	uint64_t features;
	unsigned int config_size;
	int64_t (*serve)(void *device, struct virtio_chain *chain);
};

/**
 * struct virtio - a device on the MMIO bus
 * @config: read-only for the driver
 * @features: what the driver took
 * @device_select, @driver_select: which half of the features is shown
 * @descriptors, @driver_ring, @device_ring: guest-physical addresses
 * @next: the entry of the driver's ring that comes next
 */
struct virtio {
	const struct virtio_ops *ops;
	void *device;
	const struct memory *memory;
	struct irq_line irq;
	const void *config;
	uint64_t features;
	uint32_t device_select;
	uint32_t driver_select;
	uint32_t queue_select;
	uint32_t status;
	uint32_t interrupt;
	bool ready;
	uint32_t size;
	uint64_t descriptors;
	uint64_t driver_ring;
	uint64_t device_ring;
	uint16_t next;
	struct virtio_chain chain;
};

/**
 * virtio_init() - put a device at @gpa
 * @config: of ops->config_size bytes, for as long as @virtio lives
 */
void virtio_init(struct virtio *virtio, struct bus *mmio, uint64_t gpa,
		 const struct memory *memory, struct irq_line irq, const struct virtio_ops *ops,
		 const void *config, void *device);

/**
 * virtio_take() - take the first @size bytes off a list of buffers
 * @iov: the list
 * @count: of it, changed
 * @to: where they are copied, NULL: nowhere
 *
 * Return: false: there are less. Then @iov and @count are what they were.
 */
bool virtio_take(struct iovec *iov, unsigned int *count, void *to, size_t size);

/** virtio_bytes() - in all buffers */
uint64_t virtio_bytes(const struct iovec *iov, unsigned int count);

#endif /* AXVMM_VIRTIO_H */
