/*
 * Starts a Redox kernel with a first program, both given as multiboot modules: the kernel's ELF
 * file, then the program. Runs in 32-bit protected mode and leaves for 64-bit mode for good.
 */
#include <stddef.h>

#include "acpi.h"
#include "elf64.h"
#include "handover.h"
#include "multiboot.h"

#define AREAS_MAX (PAGE / sizeof(struct redox_area))
/* The tables of the identity map, and a page for each 2 MiB of the kernel's file. */
#define TABLE_PAGES 80u

/* From link.ld. */
extern unsigned char loader_start[], loader_end[];

/* In entry.S. */
_Noreturn void enter(uint32_t tables, uint64_t entry, const struct redox_arguments *arguments);
void loader_main(const struct multiboot_information *information);

static unsigned char table_memory[TABLE_PAGES * PAGE] __attribute__((aligned(4096)));
static struct redox_area areas[AREAS_MAX] __attribute__((aligned(4096)));
static struct redox_arguments arguments;

static void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

#define SERIAL 0x3f8
#define SERIAL_STATUS (SERIAL + 5)
#define SERIAL_EMPTY 0x20

static void print(const char *text)
{
	for (; *text; text++) {
		while (!(in8(SERIAL_STATUS) & SERIAL_EMPTY))
			;
		out8(SERIAL, (uint8_t)*text);
	}
}

static _Noreturn void die(const char *why)
{
	print("ringside loader: ");
	print(why);
	print("\n");
	for (;;)
		__asm__ volatile("cli\n\thlt");
}

static uint32_t round_up(uint32_t size)
{
	return (size + PAGE - 1) & ~(PAGE - 1);
}

static uint32_t areas_fill(const struct multiboot_information *information)
{
	uint32_t count = 0, at = information->memory_at;

	if (!(information->flags & MULTIBOOT_HAS_MEMORY))
		die("no memory map was handed over");
	while (at < information->memory_at + information->memory_size) {
		const struct multiboot_memory *memory = (const void *)(uintptr_t)at;

		if (count + 2 >= AREAS_MAX)
			die("the memory map has too many parts");
		areas[count++] = (struct redox_area){
			.base = memory->base,
			.size = memory->length,
			.kind = memory->kind == MULTIBOOT_MEMORY_FREE ? REDOX_FREE : REDOX_RESERVED,
		};
		at += memory->size + sizeof(memory->size);
	}
	/* The tables are in use until the kernel has its own; what the loader left stays as it is.
	 */
	areas[count++] = (struct redox_area){
		.base = (uintptr_t)loader_start,
		.size = round_up((uint32_t)(loader_end - loader_start)),
		.kind = REDOX_RECLAIM,
	};
	return count;
}

static const struct multiboot_module *module(const struct multiboot_information *information,
					     uint32_t number)
{
	const struct multiboot_module *modules = (const void *)(uintptr_t)information->modules_at;

	if (!(information->flags & MULTIBOOT_HAS_MODULES) || information->modules <= number)
		die("it takes two modules: the kernel's ELF file and a first program");
	if (modules[number].start % PAGE)
		die("a module does not start on a page");
	return &modules[number];
}

void loader_main(const struct multiboot_information *information)
{
	struct pages pages = { (uint32_t)(uintptr_t)table_memory,
			       (uint32_t)(uintptr_t)(table_memory + sizeof(table_memory)) };
	const struct multiboot_module *kernel = module(information, 0);
	const struct multiboot_module *program = module(information, 1);
	uint32_t kernel_size = round_up(kernel->end - kernel->start);
	const struct elf64 *elf = (const void *)(uintptr_t)kernel->start;
	const char *wrong = elf64_wrong(elf, kernel->end - kernel->start);
	uint32_t tables;

	if (wrong)
		die(wrong);
	tables = tables_make(&pages, kernel->start, kernel_size);
	if (!tables)
		die("the kernel's file is larger than this loader has tables for");
	arguments = (struct redox_arguments){
		.kernel = kernel->start,
		.kernel_size = kernel_size,
		.hardware = acpi_root(),
		.areas = (uintptr_t)areas,
		.areas_size = areas_fill(information) * sizeof(struct redox_area),
		.bootstrap = program->start,
		.bootstrap_size = round_up(program->end - program->start),
	};
	if (arguments.hardware)
		arguments.hardware_size = ACPI_ROOT_SIZE;
	/* Never read, as it is empty, but the kernel makes a slice that must not be NULL. */
	arguments.environment = (uintptr_t)areas;
	enter(tables, elf->entry, &arguments);
}
