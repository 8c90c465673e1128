/* virtio-blk: requests, completion and recovery. */
#include "drivers/virtio_blk.h"

#include "arch/cpu.h"
#include "arch/spin.h"
#include "drivers/virtio.h"
#include "fs/block.h"
#include "fs/inode.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "mm/kmem.h"
#include "mm/page.h"
#include "sched/sched.h"
#include "sched/wait.h"

#define DISKS_MAX      8
#define DISK_MAJOR     254
#define MINORS	       16
#define ID_TRANSITION  0x1001
#define ID_MODERN      0x1042
#define SECTORS_MAX    (1ull << 48)
#define CHAIN_ENDS     2 /* request header and status */
#define CONFIG_SIZE    0
#define CONFIG_SEG_MAX 12

#define F_SEG_MAX   BIT(2)
#define F_READ_ONLY BIT(5)
#define F_FLUSH	    BIT(9)

#define TYPE_READ  0
#define TYPE_WRITE 1
#define TYPE_FLUSH 4
#define STATUS_OK  0

/* The request header and status, read and written by the device. */
struct slot {
	uint32_t type, reserved;
	uint64_t sector;
	uint8_t status, pad[15];
};

#define SLOTS (PAGE_SIZE / sizeof(struct slot))
_Static_assert(SLOTS >= VIRTQUEUE_MAX / 2, "each chain has two descriptors or more");

struct disk {
	struct block_device block;
	struct virtio_device virtio;
	struct virtqueue queue;
	char name[4];
	unsigned int segments_max;
	struct slot *slots;
	uint64_t slots_used[SLOTS / 64];
	struct wait_queue room;
};

/* Lives on the stack of the thread that waits for it. */
struct request {
	struct wait_queue waiter;
	unsigned int slot;
	bool done;
	int error;
};

static unsigned int disk_count;

static void finish(struct request *r, int error)
{
	r->error = error;
	r->done = true;
	wait_wake_all(&r->waiter);
}

/* The device misbehaves: stop it and fail all requests in flight. */
static void fail_device(struct disk *d)
{
	virtio_stop(&d->virtio);
	log_printf("%s: the device names a request that is not under way; it is used no more\n",
		   d->name);
	for (unsigned int i = 0; i < d->queue.size; i++) {
		struct request *r = d->queue.owner[i];

		d->queue.owner[i] = NULL;
		if (r)
			finish(r, -EIO);
	}
}

/* Interrupt handler. */
static void interrupt(void *ctx)
{
	struct disk *d = ctx;
	bool was_broken = d->queue.broken;
	struct request *r;

	while ((r = virtqueue_pop(&d->queue, NULL)))
		finish(r, READ_ONCE(d->slots[r->slot].status) == STATUS_OK ? 0 : -EIO);
	if (d->queue.broken && !was_broken)
		fail_device(d);
	wait_wake_all(&d->room);
}

/* Sleeps, or during boot, without threads yet, halts. */
static void wait_on(struct wait_queue *q)
{
	if (!sched_is_idle()) {
		wait_sleep(q, false);
		thread_notify_resume(thread_current());
		return;
	}
	kernel_unlock();
	arch_idle();
	kernel_lock();
}

static bool take_slot(struct disk *d, unsigned int *slot)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(d->slots_used); i++) {
		if (d->slots_used[i] == UINT64_MAX)
			continue;
		*slot = 64 * i + (unsigned int)__builtin_ctzll(~d->slots_used[i]);
		d->slots_used[i] |= BIT(*slot % 64);
		return true;
	}
	return false;
}

static int request(struct disk *d, uint32_t type, uint64_t sector, const struct block_segment *s,
		   unsigned int count)
{
	struct virtio_segment chain[BLOCK_SEGMENTS + CHAIN_ENDS];
	struct request r = {.error = -EIO};
	struct slot *slot;

	wait_init(&r.waiter);
	while (!take_slot(d, &r.slot))
		wait_on(&d->room);
	slot = &d->slots[r.slot];
	*slot = (struct slot){.type = type, .sector = sector, .status = UINT8_MAX};
	chain[0] = (struct virtio_segment){virt_to_phys(slot), 16, false};
	for (unsigned int i = 0; i < count; i++)
		chain[i + 1] = (struct virtio_segment){s[i].phys, s[i].len, type == TYPE_READ};
	chain[count + 1] = (struct virtio_segment){virt_to_phys(&slot->status), 1, true};
	while (!d->queue.broken && virtqueue_add(&d->queue, chain, count + CHAIN_ENDS, &r) < 0)
		wait_on(&d->room);
	while (!d->queue.broken && !r.done)
		wait_on(&r.waiter);
	d->slots_used[r.slot / 64] &= ~BIT(r.slot % 64);
	wait_wake_all(&d->room);
	return r.error;
}

static int transfer(struct block_device *b, bool write, uint64_t sector,
		    const struct block_segment *s, unsigned int count)
{
	struct disk *d = container_of(b, struct disk, block);

	while (count) {
		unsigned int n = MIN(count, d->segments_max);
		int err = request(d, write ? TYPE_WRITE : TYPE_READ, sector, s, n);

		if (err)
			return err;
		for (; n; n--, count--, s++)
			sector += s->len / SECTOR_SIZE;
	}
	return 0;
}

static int flush(struct block_device *b)
{
	struct disk *d = container_of(b, struct disk, block);

	return d->virtio.features & F_FLUSH ? request(d, TYPE_FLUSH, 0, NULL, 0) : 0;
}

static const struct block_ops block_ops = {.transfer = transfer, .flush = flush};

static int init_disk(struct disk *d, const struct pci_device *pci)
{
	struct page *page;
	uint32_t most;
	int err = virtio_init(&d->virtio, pci, F_SEG_MAX | F_READ_ONLY | F_FLUSH, interrupt, d);

	if (!err)
		err = virtio_queue_init(&d->queue, &d->virtio, 0);
	if (err)
		return err;
	page = page_alloc_zeroed();
	if (!page)
		return -ENOMEM;
	d->slots = page_to_virt(page);
	wait_init(&d->room);
	d->block.sectors = virtio_config(&d->virtio, CONFIG_SIZE) |
			   (uint64_t)virtio_config(&d->virtio, CONFIG_SIZE + 4) << 32;
	if (d->block.sectors > SECTORS_MAX)
		return -ENXIO;
	most = d->virtio.features & F_SEG_MAX ? virtio_config(&d->virtio, CONFIG_SEG_MAX) : 1;
	most = MIN(MAX(most, 1u), (uint32_t)BLOCK_SEGMENTS);
	d->segments_max = MIN(most, (unsigned int)d->queue.size - CHAIN_ENDS);
	d->block.read_only = d->virtio.features & F_READ_ONLY;
	d->block.ops = &block_ops;
	virtio_start(&d->virtio);
	return 0;
}

static void probe(const struct pci_device *pci)
{
	struct disk *d;
	int err;

	if (pci->vendor != VIRTIO_VENDOR || (pci->id != ID_TRANSITION && pci->id != ID_MODERN) ||
	    disk_count == DISKS_MAX)
		return;
	d = kmem_zalloc(sizeof(*d));
	err = d ? init_disk(d, pci) : -ENOMEM;
	if (err) {
		/* Not freed, since an interrupt handler may refer to it. */
		log_printf("virtio-blk: the disk at PCI %x can't be used (error %d)\n",
			   pci->address >> 8, -err);
		return;
	}
	d->name[0] = 'v', d->name[1] = 'd', d->name[2] = (char)('a' + disk_count);
	d->block.name = d->name;
	d->block.number = DEVICE(DISK_MAJOR, MINORS * disk_count++);
	block_register(&d->block);
}

void virtio_blk_init(void)
{
	pci_scan(probe);
}
