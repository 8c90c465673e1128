/*
 * Virtio 1.0 devices over PCI, and their queues (split virtqueues).
 *
 * What the device writes is not trusted: a queue on which it names a request that is not under way
 * is broken for good, and nothing but the requests' own memory is ever handed to it.
 */
#pragma once

#include "drivers/pci.h"
#include "lib/types.h"

#define VIRTIO_VENDOR	 0x1af4
#define VIRTIO_F_VERSION BIT(32)

struct virtio_device {
	struct pci_device pci;
	volatile uint32_t *common; /* read and written by the word and half word */
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
	/* Of the descriptor that heads a chain which is under way: whose it is, and its length. */
	void *owner[VIRTQUEUE_MAX];
	uint8_t length[VIRTQUEUE_MAX];
	/* What comes after each descriptor, free or not: the device's copy is not asked. */
	uint16_t next[VIRTQUEUE_MAX];
};

struct virtio_segment {
	uint64_t phys;
	uint32_t len;
	bool device_writes;
};

/*
 * Resets a device, finds its registers and agrees on VIRTIO_F_VERSION and those of `wanted` that it
 * has. The interrupts of all its queues ring `ring(ctx)`. -ENXIO: not a device of virtio 1.0, or it
 * doesn't agree; or 0.
 */
int virtio_init(struct virtio_device *v, const struct pci_device *pci, uint64_t wanted,
		void (*ring)(void *ctx), void *ctx);

/* Makes queue `index`. -ENXIO: the device has none that is of use; -ENOMEM or 0. */
int virtio_queue_init(struct virtqueue *q, struct virtio_device *v, uint16_t index);

/* The device may start; or: it must stop, and touches no memory any more. */
void virtio_start(struct virtio_device *v);
void virtio_stop(struct virtio_device *v);

/* A word of the device's own configuration; 0 beyond its end. */
uint32_t virtio_config(const struct virtio_device *v, uint32_t offset);

/* Hands a chain of segments to the device. -ENOSPC: not so many are free now; 0. */
int virtqueue_add(struct virtqueue *q, const struct virtio_segment *s, unsigned int count,
		  void *owner);
/*
 * The owner of the next chain that the device is through with; NULL: of none. `len` (or NULL) is
 * how many bytes it says that it wrote, which may be more than there is room for.
 */
void *virtqueue_take(struct virtqueue *q, uint32_t *len);
