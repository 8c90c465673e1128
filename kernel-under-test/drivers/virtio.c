/* Virtio 1.0 over PCI: initialization and split virtqueues. */
#include "drivers/virtio.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"

/* Vendor capabilities locate the device's structures. */
#define PCI_CAP_VENDOR	  0x09
#define PART_COMMON	  1
#define PART_NOTIFY	  2
#define PART_DEVICE	  4

/* The common configuration structure. */
#define COMMON_SIZE	      56
#define COMMON_FEATURE_SELECT 0x00
#define COMMON_FEATURE	      0x04
#define COMMON_DRIVER_SELECT  0x08
#define COMMON_DRIVER_FEATURE 0x0c
#define COMMON_CONFIG_VECTOR  0x10
#define COMMON_QUEUES	      0x12
#define COMMON_STATUS	      0x14
#define COMMON_QUEUE_SELECT   0x16
#define COMMON_QUEUE_SIZE     0x18
#define COMMON_QUEUE_VECTOR   0x1a
#define COMMON_QUEUE_ENABLE   0x1c
#define COMMON_QUEUE_NOTIFY   0x1e
#define COMMON_QUEUE_TABLE    0x20
#define COMMON_QUEUE_AVAIL    0x28
#define COMMON_QUEUE_USED     0x30

#define STATUS_ACKNOWLEDGE 1
#define STATUS_DRIVER	   2
#define STATUS_DRIVER_OK   4
#define STATUS_FEATURES_OK 8

#define NO_VECTOR 0xffff
#define RESET_POLLS 100000 /* status reads before giving up on a reset */

#define DESCRIPTOR_NEXT	 1
#define DESCRIPTOR_WRITE 2

struct virtio_descriptor {
	uint64_t phys;
	uint32_t len;
	uint16_t flags, next;
};

struct virtio_avail {
	uint16_t flags, index, ring[VIRTQUEUE_MAX];
};

struct virtio_used {
	uint16_t flags, index;
	struct {
		uint32_t id, len;
	} ring[VIRTQUEUE_MAX];
};

/* Descriptor table, available ring and used ring share a page. */
#define AVAIL_OFFSET (VIRTQUEUE_MAX * sizeof(struct virtio_descriptor))
#define USED_OFFSET  ALIGN_UP(AVAIL_OFFSET + sizeof(struct virtio_avail), 64)
_Static_assert(USED_OFFSET + sizeof(struct virtio_used) <= PAGE_SIZE, "queue");

static volatile void *common(const struct virtio_device *v, unsigned int offset)
{
	return (volatile char *)v->common + offset;
}

static uint8_t status(const struct virtio_device *v)
{
	return *(volatile uint8_t *)common(v, COMMON_STATUS);
}

static void status_add(struct virtio_device *v, uint8_t bits)
{
	*(volatile uint8_t *)common(v, COMMON_STATUS) = status(v) | bits;
}

static void write16(struct virtio_device *v, unsigned int offset, uint16_t value)
{
	*(volatile uint16_t *)common(v, offset) = value;
}

static uint16_t read16(struct virtio_device *v, unsigned int offset)
{
	return *(volatile uint16_t *)common(v, offset);
}

static void write_address(struct virtio_device *v, unsigned int offset, const void *at)
{
	uint64_t pa = virt_to_phys(at);

	*(volatile uint32_t *)common(v, offset) = (uint32_t)pa;
	*(volatile uint32_t *)common(v, offset + 4) = (uint32_t)(pa >> 32);
}

static volatile void *map_structure(struct virtio_device *v, uint8_t part, uint32_t min_size,
				    uint32_t *size, uint32_t *extra)
{
	unsigned int at = 0;

	while ((at = pci_capability(&v->pci, PCI_CAP_VENDOR, at))) {
		uint32_t bar = pci_read_byte(&v->pci, at + 4);

		if (pci_read_byte(&v->pci, at + 3) != part)
			continue;
		*size = pci_read(&v->pci, at + 12);
		if (extra)
			*extra = pci_read(&v->pci, at + 16);
		return *size < min_size ? NULL
					: pci_map(&v->pci, bar, pci_read(&v->pci, at + 8), *size);
	}
	return NULL;
}

static int negotiate(struct virtio_device *v, uint64_t wanted)
{
	uint64_t has;

	*(volatile uint32_t *)common(v, COMMON_FEATURE_SELECT) = 0;
	has = *(volatile uint32_t *)common(v, COMMON_FEATURE);
	*(volatile uint32_t *)common(v, COMMON_FEATURE_SELECT) = 1;
	has |= (uint64_t) * (volatile uint32_t *)common(v, COMMON_FEATURE) << 32;
	if (!(has & VIRTIO_F_VERSION))
		return -ENXIO;
	v->features = has & (wanted | VIRTIO_F_VERSION);
	for (uint32_t word = 0; word < 2; word++) {
		*(volatile uint32_t *)common(v, COMMON_DRIVER_SELECT) = word;
		*(volatile uint32_t *)common(v, COMMON_DRIVER_FEATURE) =
			(uint32_t)(v->features >> 32 * word);
	}
	status_add(v, STATUS_FEATURES_OK);
	return status(v) & STATUS_FEATURES_OK ? 0 : -ENXIO;
}

int virtio_init(struct virtio_device *v, const struct pci_device *pci, uint64_t wanted,
		void (*interrupt)(void *ctx), void *ctx)
{
	struct irq_message message;
	uint32_t size;
	int err;

	v->pci = *pci;
	pci_enable(pci);
	v->common = map_structure(v, PART_COMMON, COMMON_SIZE, &size, NULL);
	v->notify = map_structure(v, PART_NOTIFY, 2, &v->notify_size, &v->notify_multiplier);
	v->config = map_structure(v, PART_DEVICE, 4, &v->config_size, NULL);
	if (!v->common || !v->notify)
		return -ENXIO;
	if (!v->config)
		v->config_size = 0;
	virtio_stop(v);
	status_add(v, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
	err = negotiate(v, wanted);
	if (err)
		return err;
	if (arch_irq_alloc(interrupt, ctx, &message) < 0 || pci_enable_msix(pci, &message) < 0)
		return -ENXIO;
	write16(v, COMMON_CONFIG_VECTOR, NO_VECTOR);
	return 0;
}

void virtio_start(struct virtio_device *v)
{
	status_add(v, STATUS_DRIVER_OK);
}

void virtio_stop(struct virtio_device *v)
{
	*(volatile uint8_t *)common(v, COMMON_STATUS) = 0;
	for (unsigned int i = 0; i < RESET_POLLS && status(v); i++)
		;
}

uint32_t virtio_config(const struct virtio_device *v, uint32_t offset)
{
	return offset + 4 <= v->config_size ? *(volatile uint32_t *)(v->config + offset) : 0;
}

static void init_free_list(struct virtqueue *q)
{
	for (uint16_t i = 0; i < q->size; i++)
		q->next[i] = (uint16_t)(i + 1);
	q->free_count = q->size;
}

int virtio_queue_init(struct virtqueue *q, struct virtio_device *v, uint16_t index)
{
	struct page *page;
	uint64_t doorbell;

	*q = (struct virtqueue){.device = v, .index = index};
	if (index >= read16(v, COMMON_QUEUES))
		return -ENXIO;
	write16(v, COMMON_QUEUE_SELECT, index);
	q->size = MIN(read16(v, COMMON_QUEUE_SIZE), (uint16_t)VIRTQUEUE_MAX);
	doorbell = (uint64_t)read16(v, COMMON_QUEUE_NOTIFY) * v->notify_multiplier;
	/* The size must be a power of two. */
	if (q->size < 4 || (q->size & (q->size - 1)) || doorbell > v->notify_size - 2)
		return -ENXIO;
	page = page_alloc_zeroed();
	if (!page)
		return -ENOMEM;
	q->descriptors = page_to_virt(page);
	q->avail = (void *)((char *)q->descriptors + AVAIL_OFFSET);
	q->used = (void *)((char *)q->descriptors + USED_OFFSET);
	q->doorbell = (volatile uint16_t *)(v->notify + doorbell);
	init_free_list(q);
	write16(v, COMMON_QUEUE_SIZE, q->size);
	write16(v, COMMON_QUEUE_VECTOR, 0);
	write_address(v, COMMON_QUEUE_TABLE, q->descriptors);
	write_address(v, COMMON_QUEUE_AVAIL, q->avail);
	write_address(v, COMMON_QUEUE_USED, q->used);
	if (read16(v, COMMON_QUEUE_VECTOR) != 0)
		return -ENXIO;
	write16(v, COMMON_QUEUE_ENABLE, 1);
	return 0;
}

int virtqueue_add(struct virtqueue *q, const struct virtio_segment *s, unsigned int count,
		  void *owner)
{
	uint16_t head = q->free_head, at = head;

	if (!count || count > q->free_count)
		return -ENOSPC;
	for (unsigned int i = 0; i < count; i++) {
		struct virtio_descriptor *d = &q->descriptors[at];

		d->phys = s[i].phys;
		d->len = s[i].len;
		d->flags = (uint16_t)((s[i].device_writes ? DESCRIPTOR_WRITE : 0) |
				      (i + 1 < count ? DESCRIPTOR_NEXT : 0));
		d->next = q->next[at];
		at = q->next[at];
	}
	q->free_head = at;
	q->free_count = (uint16_t)(q->free_count - count);
	q->owner[head] = owner;
	q->length[head] = (uint8_t)count;
	q->avail->ring[q->avail->index & (q->size - 1)] = head;
	/* The device may process the chain as soon as it sees the index. */
	__atomic_store_n(&q->avail->index, (uint16_t)(q->avail->index + 1), __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	*q->doorbell = q->index;
	return 0;
}

void *virtqueue_pop(struct virtqueue *q, uint32_t *len)
{
	uint32_t id;
	uint16_t at;
	void *owner;

	if (q->broken || __atomic_load_n(&q->used->index, __ATOMIC_ACQUIRE) == q->used_seen)
		return NULL;
	id = READ_ONCE(q->used->ring[q->used_seen & (q->size - 1)].id);
	owner = id < q->size ? q->owner[id] : NULL;
	if (!owner) {
		q->broken = true;
		return NULL;
	}
	if (len)
		*len = READ_ONCE(q->used->ring[q->used_seen & (q->size - 1)].len);
	q->owner[id] = NULL;
	q->used_seen++;
	q->free_count = (uint16_t)(q->free_count + q->length[id]);
	for (at = (uint16_t)id; --q->length[id]; at = q->next[at])
		;
	q->next[at] = q->free_head;
	q->free_head = (uint16_t)id;
	return owner;
}
