/*
 * Virtio 1.0 devices over PCI, and their queues (split virtqueues).
 *
 * The device is not trusted: if it completes a chain that is not in flight, the queue is marked
 * broken for good. It is only ever given the memory of the requests themselves.
 */
#pragma once

#include "drivers/pci.h"
#include "lib/types.h"

#define VIRTIO_VENDOR	 0x1af4
#define VIRTIO_F_VERSION BIT(32)

struct virtio_device {
	struct pci_device pci;
	volatile uint32_t *common; /* accessed by words and half words */
	volatile char *notify;
	volatile uint8_t *config;
	uint32_t notify_size, notify_multiplier, config_size;
	uint64_t features;
};

#define VIRTQUEUE_MAX 128

struct virtqueue {
	struct virtio_device *device;
	volatile uint16_t *doorbell;
	uint16_t index, size;
	uint16_t free_count, free_head, used_seen;
	bool broken;
	struct virtio_descriptor *descriptors;
	struct virtio_avail *avail;
	struct virtio_used *used;
	/* By head descriptor of a chain in flight: the caller's cookie, and the chain's length. */
	void *owner[VIRTQUEUE_MAX];
	uint8_t length[VIRTQUEUE_MAX];
	/* Links of the free list and of chains. The descriptors' own are never read back. */
	uint16_t next[VIRTQUEUE_MAX];
};

struct virtio_segment {
	uint64_t phys;
	uint32_t len;
	bool device_writes;
};

/*
 * Resets a device, maps its registers and negotiates VIRTIO_F_VERSION and what it has of `wanted`.
 * Interrupts of all its queues call `interrupt(ctx)`. Returns 0, or -ENXIO if it is not a
 * virtio 1.0 device or negotiation fails.
 */
int virtio_init(struct virtio_device *v, const struct pci_device *pci, uint64_t wanted,
		void (*interrupt)(void *ctx), void *ctx);

/* Sets up queue `index`. Returns 0, -ENXIO if it is unusable, or -ENOMEM. */
int virtio_queue_init(struct virtqueue *q, struct virtio_device *v, uint16_t index);

/* Let the device start; and reset it, so that it no longer accesses memory. */
void virtio_start(struct virtio_device *v);
void virtio_stop(struct virtio_device *v);

/* A dword of the device-specific configuration; 0 past its end. */
uint32_t virtio_config(const struct virtio_device *v, uint32_t offset);

/*
 * Queues a chain of segments for the device. Returns 0, or -ENOSPC if too few descriptors are free.
 */
int virtqueue_add(struct virtqueue *q, const struct virtio_segment *s, unsigned int count,
		  void *owner);
/*
 * Returns the owner of the next completed chain, or NULL. *len (optional) is the number of bytes
 * the device claims to have written, not necessarily true.
 */
void *virtqueue_pop(struct virtqueue *q, uint32_t *len);
