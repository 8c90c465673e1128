/*
 * A kernel of a few calls that is started as Redox's is, looks at what it was handed, and runs the
 * program it was handed in user mode. Its file lies in memory as it is linked: kernel.ld.
 */
#include <stddef.h>
#include <stdint.h>

#define KERNEL 0xffffffff80000000ull
#define PHYSICAL 0xffff800000000000ull
#define PROGRAM 0x1000ull
#define METADATA 0x7fffffffc000ull
#define PAGE 4096ull
#define ENTRY_AT 0x1a

#define PRESENT 1ull
#define WRITABLE 2ull
#define USER 4ull
#define ADDRESS 0x000ffffffffff000ull

#define ROOT(id) (1ull << 62 | (id))
enum { DEBUG = 1, EVENT = 2, PIPE = 4, SYS = 8, PROC = 9 };
#define ENOSYS 38
#define EBADF 9

struct arguments {
	uint64_t kernel, kernel_size, stack, stack_size, environment, environment_size;
	uint64_t hardware, hardware_size, areas, areas_size, bootstrap, bootstrap_size;
};

struct area {
	uint64_t base, size, kind;
};

/* What the entry below pushes, lowest first. */
struct call {
	uint64_t r9, r8, r10, rdx, rsi, rdi, number;
};

struct root {
	uint64_t id, fd;
};

void kernel_main(const struct arguments *handed);
uint64_t kernel_call(const struct call *call);
_Noreturn void kernel_leave(uint64_t tables, uint64_t entry);
void kernel_entry(void);

static struct arguments arguments;
static uint64_t tables[7][512] __attribute__((aligned(4096)));
static struct {
	uint64_t count;
	struct root roots[5];
} metadata __attribute__((aligned(4096)));
static uint64_t now;
static uint64_t console = UINT64_MAX, stop = UINT64_MAX;

static void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void print(const char *text, uint64_t len)
{
	while (len--)
		out8(0x3f8, (uint8_t)*text++);
}

static void say(const char *text)
{
	uint64_t len = 0;

	while (text[len])
		len++;
	print(text, len);
}

static _Noreturn void reset(void)
{
	out8(0x64, 0xfe);
	for (;;)
		__asm__ volatile("hlt");
}

static void expect(int right, const char *what)
{
	if (right)
		return;
	say("KERNEL PANIC: ");
	say(what);
	say("\n");
	reset();
}

static const void *physical(uint64_t address)
{
	return (const void *)(PHYSICAL + address);
}

static uint64_t physical_of(const void *mine)
{
	return (uint64_t)(uintptr_t)mine - KERNEL + arguments.kernel;
}

static void look_at_areas(void)
{
	const struct area *area = physical(arguments.areas);
	uint64_t count = arguments.areas_size / sizeof(*area), held = 0;

	expect(arguments.areas_size % sizeof(*area) == 0, "areas of another size");
	for (uint64_t i = 0; i < count; i++) {
		expect(area[i].kind >= 1 && area[i].kind <= 3, "an area of an unknown kind");
		held |= area[i].kind == 1 && area[i].base <= arguments.kernel &&
			arguments.kernel + arguments.kernel_size <= area[i].base + area[i].size;
	}
	expect(held != 0, "the kernel lies in no memory that is there");
}

static void look(void)
{
	const uint32_t *here = (const uint32_t *)KERNEL, *there = physical(arguments.kernel);
	const char *root = physical(arguments.hardware);

	expect(arguments.kernel % PAGE == 0 && arguments.kernel_size % PAGE == 0, "kernel's pages");
	expect(*here == 0x464c457f, "the kernel's file is not mapped from its start");
	expect(*there == *here, "memory is not mapped a second time");
	expect(arguments.bootstrap % PAGE == 0, "the program starts within a page");
	expect(arguments.bootstrap_size % PAGE == 0, "the program ends within a page");
	expect(arguments.hardware_size == 20 && root[0] == 'R' && root[7] == ' ', "no ACPI root");
	look_at_areas();
}

static uint64_t link(const uint64_t *table)
{
	return physical_of(table) | PRESENT | WRITABLE | USER;
}

/* The program at its place, what the kernel tells it below the end, and the loader's upper half. */
static uint64_t map(void)
{
	uint64_t root, pages = arguments.bootstrap_size / PAGE;
	const uint64_t *handed;

	__asm__("movq %%cr3, %0" : "=r"(root));
	handed = physical(root & ADDRESS);
	for (unsigned int i = 256; i < 512; i++)
		tables[0][i] = handed[i];
	tables[0][0] = link(tables[1]);
	tables[1][0] = link(tables[2]);
	tables[2][0] = link(tables[3]);
	expect(pages < 511, "the program is larger than 2 MiB");
	for (uint64_t i = 0; i < pages; i++)
		tables[3][1 + i] = (arguments.bootstrap + i * PAGE) | PRESENT | WRITABLE | USER;
	tables[0][255] = link(tables[4]);
	tables[4][511] = link(tables[5]);
	tables[5][511] = link(tables[6]);
	tables[6][METADATA / PAGE % 512] = physical_of(&metadata) | PRESENT | USER;
	return physical_of(tables[0]);
}

static uint64_t open(const struct call *call)
{
	if (call->rdi == ROOT(DEBUG) && call->rdx == 0)
		console = call->r9;
	else if (call->rdi == ROOT(SYS) && call->rdx == 5)
		stop = call->r9;
	else
		return (uint64_t)-ENOSYS;
	return call->r9;
}

static uint64_t write(const struct call *call)
{
	if (call->rdi == stop)
		reset();
	/* The first three numbers are the console's, opened one after the other. */
	if (call->rdi > console)
		return (uint64_t)-EBADF;
	print((const char *)call->rsi, call->rdx);
	return call->rdx;
}

uint64_t kernel_call(const struct call *call)
{
	switch (call->number) {
	case 0x101003db:
		return open(call);
	case 0x21000004:
		return write(call);
	case 265:
		((uint64_t *)call->rsi)[0] = 0;
		((uint32_t *)call->rsi)[2] = (uint32_t)++now;
		return call->rdi == 4 ? 0 : (uint64_t)-EBADF;
	case 158:
	case 162:
		return 0;
	}
	return (uint64_t)-ENOSYS;
}

void kernel_main(const struct arguments *handed)
{
	static const uint64_t ids[] = { DEBUG, EVENT, PIPE, SYS, PROC };
	const unsigned char *program;
	uint64_t entry = 0;

	arguments = *handed;
	look();
	program = physical(arguments.bootstrap);
	for (int i = 7; i >= 0; i--)
		entry = entry << 8 | program[ENTRY_AT + i];
	metadata.count = sizeof(ids) / sizeof(ids[0]);
	for (unsigned int i = 0; i < metadata.count; i++)
		metadata.roots[i] = (struct root){ ids[i], ROOT(ids[i]) };
	say("the handover is right\n");
	kernel_leave(map(), entry);
}
