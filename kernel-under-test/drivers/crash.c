/* /dev/crash: bugs on demand, and fault injection. */
#include "drivers/crash.h"

#include "fs/device.h"
#include "lib/errno.h"
#include "lib/list.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/guard.h"
#include "mm/kmem.h"
#include "mm/page.h"

#define OBJECT 40

/* Enough to cycle every object through the quarantine. */
#define TURNS 1000

static void churn(void)
{
	for (unsigned int i = 0; i < TURNS; i++)
		kmem_free(kmem_alloc(OBJECT));
}

static void overrun(void)
{
	volatile char *p = kmem_alloc(OBJECT);

	p[OBJECT] = 0;
	kmem_free((void *)p);
}

static void use_after_free(void)
{
	volatile char *p = kmem_alloc(OBJECT);

	kmem_free((void *)p);
	p[OBJECT / 2] = 0;
	churn();
}

static void double_free(void)
{
	void *p = kmem_alloc(OBJECT);

	kmem_free(p);
	kmem_free(p);
}

static void page_after_free(void)
{
	struct page *p = page_alloc();
	volatile char *at = page_to_virt(p);

	page_put(p);
	at[100] = 0;
	page_alloc();
}

static void page_twice(void)
{
	struct page *p = page_alloc();

	page_put(p);
	page_put(p);
}

static void list_twice(void)
{
	struct list head, a;

	list_init(&head);
	list_push_back(&head, &a);
	head.next = &head;
	list_remove(&a);
}

static void shift(void)
{
	volatile int by = 40;

	log_printf("%d\n", 1 << by);
}

static void index(void)
{
	static const char digits[] = "0123456789";
	volatile unsigned int at = 12;

	log_printf("%c\n", digits[at]);
}

static void overflow(void)
{
	volatile int n = 0x7fffffff;

	n = n + 1;
}

/* Overflows the current stack. */
static unsigned int deep(unsigned int n)
{
	volatile char frame[512];

	frame[n % sizeof(frame)] = (char)n;
	return n ? deep(n - 1) + (unsigned int)frame[0] : 0;
}

static void stack(void)
{
	log_printf("%u\n", deep(1000));
}

static void assertion(void)
{
	volatile bool fine = false;

	DEBUG_ASSERT(fine);
}

static const struct {
	const char *word;
	void (*run)(void);
} mistakes[] = {
	{"overrun", overrun},
	{"use-after-free", use_after_free},
	{"double-free", double_free},
	{"page-after-free", page_after_free},
	{"page-twice", page_twice},
	{"list", list_twice},
	{"shift", shift},
	{"index", index},
	{"overflow", overflow},
	{"stack", stack},
	{"assertion", assertion},
};

/* `refuse=N`: one in N allocations fails; 0 for none. */
#define REFUSE "refuse="

static void refuse(const char *digits)
{
	uint32_t n = 0;

	for (; *digits >= '0' && *digits <= '9'; digits++)
		n = n * 10 + (uint32_t)(*digits - '0');
	guard_set_fail_rate(n);
}

static long crash_write(struct file *, struct uio *u)
{
	char word[32] = "";
	size_t n = u->left;
	int err = n < sizeof(word) ? uio_copy_from(u, word, n) : -EINVAL;

	if (err)
		return err;
	if (strncmp(word, REFUSE, strlen(REFUSE)) == 0) {
		refuse(word + strlen(REFUSE));
		return (long)n;
	}
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		if (strcmp(word, mistakes[i].word) == 0) {
			mistakes[i].run();
			return (long)n;
		}
	}
	return -EINVAL;
}

static const struct file_ops crash_ops = {.write = crash_write};

void crash_device_init(void)
{
	device_register("crash", DEVICE(10, 255), 0200, &crash_ops);
}
