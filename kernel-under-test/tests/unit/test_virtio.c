/*
 * The virtqueue against a conforming device, and against one that writes anything into shared
 * memory.
 */
#include "host_machine.h"
#include "unit.h"

#include "drivers/virtio.h"
#include "lib/errno.h"

#define QUEUE_SIZE 16
#define REGISTERS  4096

/* The device's registers are plain memory; only those that the driver uses have a meaning. */
static uint8_t registers[REGISTERS];

#define COMMON_AT 0
#define NOTIFY_AT 1024

struct part {
	uint8_t type;
	uint32_t offset, size;
};

static const struct part parts[] = {{1, COMMON_AT, 56}, {2, NOTIFY_AT, 64}};

uint32_t pci_read(const struct pci_device *, unsigned int offset)
{
	const struct part *p = &parts[offset / 0x40 - 1];

	switch (offset % 0x40) {
	case 8:
		return p->offset;
	case 12:
		return p->size;
	default:
		return 4; /* between two doorbells */
	}
}

uint8_t pci_read_byte(const struct pci_device *, unsigned int offset)
{
	return offset % 0x40 == 3 ? parts[offset / 0x40 - 1].type : 0;
}

void pci_enable(const struct pci_device *)
{
}

unsigned int pci_capability(const struct pci_device *, uint8_t, unsigned int after)
{
	return after < 0x80 ? after + 0x40 : 0;
}

volatile void *pci_map(const struct pci_device *, unsigned int, uint32_t offset, uint32_t size)
{
	return offset + size <= REGISTERS ? registers + offset : NULL;
}

int pci_enable_msix(const struct pci_device *, const struct irq_message *)
{
	return 0;
}

int arch_irq_alloc(void (*)(void *), void *, struct irq_message *out)
{
	*out = (struct irq_message){0};
	return 0;
}

/* The layout that the specification gives. */
struct device_side {
	struct {
		uint64_t phys;
		uint32_t len;
		uint16_t flags, next;
	} * descriptors;
	struct {
		uint16_t flags, index, ring[];
	} * avail;
	struct {
		uint16_t flags, index;
		struct {
			uint32_t id, len;
		} ring[];
	} * used;
	uint16_t seen;
};

static void *address(unsigned int at)
{
	uint64_t pa;

	memcpy(&pa, registers + at, sizeof(pa));
	return phys_to_virt(pa);
}

static void start(struct virtio_device *v, struct virtqueue *q, struct device_side *d,
		  uint16_t size)
{
	static const struct pci_device pci;

	memset(registers, 0, sizeof(registers));
	registers[4] =
		1; /* has the feature of both words' lowest bit: the upper one is version 1 */
	registers[0x12] = 1;
	memcpy(registers + 0x18, &size, 2);
	CHECK_EQ(virtio_init(v, &pci, 0, NULL, NULL), 0);
	CHECK(v->features == VIRTIO_F_VERSION);
	if (virtio_queue_init(q, v, 0))
		return;
	virtio_start(v);
	d->descriptors = address(0x20);
	d->avail = address(0x28);
	d->used = address(0x30);
	d->seen = 0;
}

static void bad_sizes(void)
{
	struct virtio_device v;
	struct virtqueue q;
	struct device_side d = {0};

	for (uint16_t size = 0; size < 40; size++) {
		d.used = NULL;
		start(&v, &q, &d, size);
		CHECK_EQ(d.used != NULL, size == 4 || size == 8 || size == 16 || size == 32);
	}
}

/*
 * Chains of every length, completed in any order: each comes back once, and all descriptors are
 * free.
 */
static void keeps_the_rules(uint64_t seed)
{
	struct virtio_segment s[QUEUE_SIZE];
	struct virtio_device v;
	struct virtqueue q;
	struct device_side d;
	char owners[QUEUE_SIZE], *owner;
	uint16_t pending[QUEUE_SIZE], lengths[QUEUE_SIZE] = {0};
	unsigned int count = 0;

	start(&v, &q, &d, QUEUE_SIZE);
	for (unsigned int i = 0; i < QUEUE_SIZE; i++)
		s[i] = (struct virtio_segment){0x1000 + i, 100 + i, i & 1};
	for (unsigned int round = 0; round < 2000; round++) {
		unsigned int n = 1 + (unsigned int)rnd_below(&seed, 6), who = 0;

		while (who < QUEUE_SIZE && lengths[who])
			who++;
		if (rnd_below(&seed, 2) && who < QUEUE_SIZE) {
			unsigned int had = q.free_count;
			int err = virtqueue_add(&q, s, n, &owners[who]);

			CHECK_EQ(err, n > had ? -ENOSPC : 0);
			if (err)
				continue;
			lengths[who] = (uint16_t)n;
			pending[count++] = d.avail->ring[d.seen++ % QUEUE_SIZE];
			uint16_t at = pending[count - 1];
			for (unsigned int i = 0; i < n; i++, at = d.descriptors[at].next) {
				CHECK(d.descriptors[at].phys == 0x1000 + i);
				CHECK_EQ(d.descriptors[at].flags,
					 (i + 1 < n ? 1 : 0) | (i & 1 ? 2 : 0));
			}
		} else if (count) {
			unsigned int i = (unsigned int)rnd_below(&seed, count);

			d.used->ring[d.used->index % QUEUE_SIZE].id = pending[i];
			d.used->index++;
			pending[i] = pending[--count];
			owner = virtqueue_pop(&q, NULL);
			CHECK(owner >= owners && owner < owners + QUEUE_SIZE);
			CHECK(lengths[owner - owners] != 0);
			lengths[owner - owners] = 0;
		}
		CHECK(virtqueue_pop(&q, NULL) == NULL && !q.broken);
	}
}

/*
 * Whatever rings and descriptors contain: each owner comes back at most once, and nothing overruns.
 */
static void breaks_them(uint64_t seed)
{
	struct virtio_segment s[3] = {{1, 1, false}, {2, 2, true}, {3, 3, true}};
	struct virtio_device v;
	struct virtqueue q;
	struct device_side d;
	bool out[64] = {false};
	char owners[64];

	start(&v, &q, &d, QUEUE_SIZE);
	for (unsigned int round = 0; round < 64; round++) {
		char *owner;

		if (virtqueue_add(&q, s, 1 + (unsigned int)rnd_below(&seed, 3), &owners[round]) ==
		    0)
			out[round] = true;
		for (unsigned int i = 0; i < QUEUE_SIZE; i++) {
			d.descriptors[i].next = (uint16_t)rnd(&seed);
			d.descriptors[i].flags = (uint16_t)rnd(&seed);
			d.used->ring[i].id =
				(uint32_t)(rnd_below(&seed, 2) ? rnd(&seed) : rnd_below(&seed, 20));
			d.used->ring[i].len = (uint32_t)rnd(&seed);
		}
		d.used->index = (uint16_t)(d.used->index + rnd_below(&seed, 3));
		while ((owner = virtqueue_pop(&q, NULL))) {
			CHECK(owner >= owners && owner < owners + 64 && out[owner - owners]);
			out[owner - owners] = false;
		}
		CHECK(q.free_count <= QUEUE_SIZE);
	}
}

int main(void)
{
	host_boot(64);
	bad_sizes();
	for (uint64_t seed = 0; seed < 20; seed++)
		keeps_the_rules(seed);
	for (uint64_t seed = 0; seed < 500; seed++)
		breaks_them(seed);
	return 0;
}
