/* virtio-net: sending and receiving frames. */
#include "drivers/virtio_net.h"

#include "drivers/virtio.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "mm/kmem.h"
#include "mm/page.h"
#include "net/ip/interface.h"

#define DEVICES_MAX   4
#define ID_TRANSITION 0x1000
#define ID_MODERN     0x1041
#define F_MAC	      BIT(5)
#define RECEIVE	      0
#define TRANSMIT      1
#define MTU	      1500
#define BUFFER_SIZE   2048 /* a frame and its virtio_net_hdr */
#define BUFFERS	      64u
/* struct virtio_net_hdr: all zero in both directions, for want of negotiated offloads. */
#define HEADER_SIZE 12

_Static_assert(HEADER_SIZE == PACKET_HEADROOM, "it stands before the frame");
_Static_assert(BUFFERS <= VIRTQUEUE_MAX, "a descriptor each");

struct device {
	struct interface interface;
	struct virtio_device virtio;
	struct virtqueue receive, transmit;
	uint8_t *buffers[BUFFERS];
};

static unsigned int device_count;

/* The device misbehaves: stop it and take the interface down. */
static void fail_device(struct device *d)
{
	virtio_stop(&d->virtio);
	interface_set_up(&d->interface, false);
	log_printf("%s: the device names a frame that is not under way; it is used no more\n",
		   d->interface.name);
}

static bool offer(struct device *d, uint8_t *buffer)
{
	const struct virtio_segment s = {virt_to_phys(buffer), BUFFER_SIZE, true};

	return virtqueue_add(&d->receive, &s, 1, buffer) == 0;
}

static void reclaim(struct device *d)
{
	struct packet *p;

	while ((p = virtqueue_pop(&d->transmit, NULL)))
		kmem_free(p);
}

/* Interrupt handler. A frame is processed before its buffer is offered again. */
static void interrupt(void *ctx)
{
	struct device *d = ctx;
	bool was_broken = d->receive.broken || d->transmit.broken;
	uint8_t *buffer;
	uint32_t len;

	reclaim(d);
	while ((buffer = virtqueue_pop(&d->receive, &len))) {
		len = MIN(len, (uint32_t)BUFFER_SIZE);
		if (len > HEADER_SIZE)
			interface_receive(&d->interface, buffer + HEADER_SIZE, len - HEADER_SIZE);
		offer(d, buffer);
	}
	if ((d->receive.broken || d->transmit.broken) && !was_broken)
		fail_device(d);
}

/* Drops the frame if the queue is full. */
static void send(struct interface *i, struct packet *p)
{
	struct device *d = container_of(i, struct device, interface);
	const struct virtio_segment s = {virt_to_phys(p->headroom),
					 (uint32_t)(HEADER_SIZE + p->len), false};

	reclaim(d);
	memset(p->headroom, 0, sizeof(p->headroom));
	if (d->transmit.broken || virtqueue_add(&d->transmit, &s, 1, p) < 0) {
		i->out.dropped++;
		kmem_free(p);
	}
}

static int make_buffers(struct device *d)
{
	for (unsigned int n = 0; n < MIN((unsigned int)d->receive.size, BUFFERS); n++) {
		d->buffers[n] = kmem_alloc(BUFFER_SIZE);
		if (!d->buffers[n] || !offer(d, d->buffers[n]))
			return -ENOMEM;
	}
	return 0;
}

static int init_device(struct device *d, const struct pci_device *pci)
{
	uint32_t low, high;
	int err = virtio_init(&d->virtio, pci, F_MAC, interrupt, d);

	if (!err)
		err = virtio_queue_init(&d->receive, &d->virtio, RECEIVE);
	if (!err)
		err = virtio_queue_init(&d->transmit, &d->virtio, TRANSMIT);
	if (err)
		return err;
	if (!(d->virtio.features & F_MAC))
		return -ENXIO;
	low = virtio_config(&d->virtio, 0);
	high = virtio_config(&d->virtio, 4);
	memcpy(d->interface.mac, &low, 4);
	memcpy(d->interface.mac + 4, &high, 2);
	virtio_start(&d->virtio);
	return make_buffers(d);
}

static void probe(const struct pci_device *pci)
{
	struct device *d;
	int err;

	if (pci->vendor != VIRTIO_VENDOR || (pci->id != ID_TRANSITION && pci->id != ID_MODERN) ||
	    device_count == DEVICES_MAX)
		return;
	d = kmem_zalloc(sizeof(*d));
	err = d ? init_device(d, pci) : -ENOMEM;
	if (err) {
		/* Not freed, since an interrupt handler may refer to it. */
		log_printf("virtio-net: the device at PCI %x can't be used (error %d)\n",
			   pci->address >> 8, -err);
		return;
	}
	format(d->interface.name, sizeof(d->interface.name), "eth%u", device_count++);
	d->interface.mtu = MTU;
	d->interface.hardware = HARDWARE_ETHERNET;
	d->interface.flags = IFF_BROADCAST | IFF_MULTICAST;
	d->interface.send = send;
	interface_register(&d->interface);
}

void virtio_net_init(void)
{
	pci_scan(probe);
}
