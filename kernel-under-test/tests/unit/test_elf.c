/* ELF executables: valid ones are mapped as described, corrupt ones do no harm. */
#include "fs/uio.h"
#include "host_machine.h"
#include "lib/errno.h"
#include "proc/exec/elf.h"
#include "tree.h"
#include "unit.h"

#include <elf.h>

#define TEXT_ADDR 0x400000ul
#define DATA_ADDR 0x402e00ul
#define FILE_SIZE 0x2100

static struct {
	Elf64_Ehdr header;
	Elf64_Phdr segment[3];
	unsigned char rest[FILE_SIZE - sizeof(Elf64_Ehdr) - 3 * sizeof(Elf64_Phdr)];
} image;

static void make_image(uint16_t type)
{
	memset(&image, 0x11, sizeof(image));
	image.header = (Elf64_Ehdr){
		.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		.e_type = type, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
		.e_entry = TEXT_ADDR + 0x800, .e_phoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 3,
	};
	image.segment[0] = (Elf64_Phdr){.p_type = PT_LOAD, .p_flags = PF_R | PF_X,
		.p_vaddr = TEXT_ADDR, .p_filesz = 0x1c00, .p_memsz = 0x1c00, .p_align = 4096};
	image.segment[1] = (Elf64_Phdr){.p_type = PT_LOAD, .p_flags = PF_R | PF_W,
		.p_offset = 0x1e00, .p_vaddr = DATA_ADDR, .p_filesz = 0x300, .p_memsz = 0x5000,
		.p_align = 4096};
	image.segment[2] = (Elf64_Phdr){.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W};
}

static int load(size_t size, struct elf_image *out, struct space **space)
{
	struct path_base where = {.root = tree_root, .from = tree_root};
	struct inode *f = tree_add("/program", S_IFREG | 0755);
	struct uio u = uio_kernel(&image, size);
	int err;

	if (size)
		CHECK_EQ(f->ops->write(f, 0, &u), size);
	*space = space_create(false, STACK_MAX);
	err = elf_load(*space, &where, f, out);
	CHECK_EQ(tree_root->ops->unlink(tree_root, "program", 7, false), 0);
	return err;
}

static unsigned char byte_at(struct space *s, uint64_t addr)
{
	uint64_t va = addr, *e;

	CHECK_EQ(space_fault(s, addr, 0), 0);
	e = mmu_entry_next(s->root, &va, va + 1);
	CHECK(e != NULL);
	return ((unsigned char *)phys_to_virt(mmu_entry_page(*e)))[addr & (PAGE_SIZE - 1)];
}

static void good(uint16_t type, uint64_t base)
{
	struct elf_image out;
	struct space *s;

	tree_make();
	make_image(type);
	CHECK_EQ(load(sizeof(image), &out, &s), 0);
	CHECK_EQ(out.entry, base + TEXT_ADDR + 0x800);
	CHECK_EQ(out.start, out.entry);
	CHECK_EQ(out.base, 0);
	CHECK_EQ(out.headers, base + TEXT_ADDR + sizeof(Elf64_Ehdr));
	CHECK_EQ(out.header_count, 3);
	CHECK_EQ(out.end, base + DATA_ADDR + 0x5000);
	CHECK_EQ(byte_at(s, base + TEXT_ADDR), 0x7f);
	CHECK_EQ(byte_at(s, base + TEXT_ADDR + 0x1bff), 0x11);
	CHECK_EQ(byte_at(s, base + DATA_ADDR), 0x11);
	CHECK_EQ(byte_at(s, base + DATA_ADDR + 0x2ff), 0x11);
	/* Zero past the file's contents, in the same page and in later ones. */
	for (uint64_t at = 0x300; at < 0x5000; at += 0xff)
		CHECK_EQ(byte_at(s, base + DATA_ADDR + at), 0);
	CHECK_EQ(space_fault(s, base + TEXT_ADDR, 1 /* FAULT_WRITE */), -EACCES);
	CHECK_EQ(space_fault(s, base + DATA_ADDR, 2 /* FAULT_EXEC */), -EACCES);
	space_put(s);
	mmu_trim();
	tree_drop();
}

static int changed(void (*change)(void))
{
	struct elf_image out;
	struct space *s;
	int err;

	tree_make();
	make_image(ET_EXEC);
	change();
	err = load(sizeof(image), &out, &s);
	space_put(s);
	mmu_trim();
	tree_drop();
	return err;
}

#define REFUSED(name, change)                                                                      \
	static void name(void)                                                                     \
	{                                                                                          \
		change;                                                                            \
	}

REFUSED(bad_magic, image.header.e_ident[1] = 'F')
REFUSED(class_32, image.header.e_ident[EI_CLASS] = ELFCLASS32)
REFUSED(big_endian, image.header.e_ident[EI_DATA] = ELFDATA2MSB)
REFUSED(object_file, image.header.e_type = ET_REL)
REFUSED(other_machine, image.header.e_machine = EM_AARCH64)
REFUSED(no_segments, image.header.e_phnum = 0)
REFUSED(many_segments, image.header.e_phnum = 0xffff)
REFUSED(headers_far, image.header.e_phoff = 1ul << 62)
REFUSED(headers_cut, image.header.e_phoff = FILE_SIZE - 100)
REFUSED(loader_without_name, image.segment[2].p_type = PT_INTERP)
REFUSED(loader_name_without_end,
	image.segment[2] = ((Elf64_Phdr){.p_type = PT_INTERP, .p_offset = 0x400, .p_filesz = 9}))
REFUSED(more_in_file, image.segment[0].p_filesz = 0x2000)
REFUSED(crooked, image.segment[1].p_vaddr += 1)
REFUSED(too_high, image.segment[1].p_vaddr = USER_TOP - 0x1200)
REFUSED(in_the_kernel, image.segment[1].p_vaddr = KERNEL_BASE + 0xe00)
REFUSED(at_zero, image.segment[0].p_vaddr = 0)
REFUSED(wraps, image.segment[1].p_memsz = UINT64_MAX - 100)
REFUSED(entry_high, image.header.e_entry = USER_TOP)

static void refused(void)
{
	static void (*const changes[])(void) = {
		bad_magic, class_32, big_endian, object_file, other_machine, no_segments,
		many_segments, headers_far, headers_cut, loader_without_name, loader_name_without_end, more_in_file, crooked,
		too_high, in_the_kernel, at_zero, wraps, entry_high,
	};

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		int err = changed(changes[i]);

		if (err != -ENOEXEC)
			fprintf(stderr, "change %zu\n", i);
		CHECK_EQ(err, -ENOEXEC);
	}
}

#define LOADER_NAME "/loader"
#define NAME_AT	    0x400

/* The result of loading a program whose interpreter consists of these bytes. */
static int with_loader(const void *bytes, size_t size, struct elf_image *out, struct space **space)
{
	struct inode *f;
	struct uio u = uio_kernel((void *)bytes, size);
	int err;

	if (size) {
		f = tree_add(LOADER_NAME, S_IFREG | 0755);
		CHECK_EQ(f->ops->write(f, 0, &u), size);
	}
	make_image(ET_EXEC);
	memcpy((char *)&image + NAME_AT, LOADER_NAME, sizeof(LOADER_NAME));
	image.segment[2] = (Elf64_Phdr){.p_type = PT_INTERP, .p_offset = NAME_AT,
					.p_filesz = sizeof(LOADER_NAME)};
	err = load(sizeof(image), out, space);
	if (size)
		CHECK_EQ(tree_root->ops->unlink(tree_root, "loader", 6, false), 0);
	return err;
}

static void loaders(void)
{
	static char copy[sizeof(image)];
	struct elf_image out;
	struct space *s;

	tree_make();
	CHECK_EQ(with_loader(NULL, 0, &out, &s), -ENOENT);
	space_put(s);
	CHECK_EQ(with_loader("text", 4, &out, &s), -ELIBBAD);
	space_put(s);

	make_image(ET_DYN);
	memcpy(copy, &image, sizeof(copy));
	CHECK_EQ(with_loader(copy, sizeof(copy), &out, &s), 0);
	CHECK_EQ(out.entry, TEXT_ADDR + 0x800);
	CHECK(out.base > TEXT_ADDR + 0x10000);
	CHECK_EQ(out.start, out.base + TEXT_ADDR + 0x800);
	CHECK_EQ(out.end, DATA_ADDR + 0x5000);
	CHECK_EQ(byte_at(s, TEXT_ADDR), 0x7f);
	CHECK_EQ(byte_at(s, out.base + TEXT_ADDR), 0x7f);
	space_put(s);
	mmu_trim();
	tree_drop();
}

static void fuzz(void)
{
	size_t headers = sizeof(image.header) + sizeof(image.segment);

	for (uint64_t round = 0; round < 6000; round++) {
		uint64_t seed = round;
		int changes = 1 + (int)rnd_below(&seed, 3);
		size_t size = rnd_below(&seed, 4) ? sizeof(image) : rnd_below(&seed, sizeof(image));
		struct elf_image out = {0};
		struct space *s;

		tree_make();
		make_image(rnd_below(&seed, 2) ? ET_EXEC : ET_DYN);
		while (changes--)
			((unsigned char *)&image)[rnd_below(&seed, headers)] =
				(unsigned char)rnd(&seed);
		if (load(size, &out, &s) == 0) {
			CHECK(out.entry < USER_TOP && out.start < USER_TOP && out.end <= USER_TOP);
			struct area a;

			for (uint64_t at = 0; space_next_area(s, at, &a); at = a.end) {
				CHECK(a.start >= MMAP_MIN_ADDR);
				CHECK(a.end <= USER_TOP);
				CHECK(a.start < a.end);
				space_fault(s, a.start, 0);
				space_fault(s, a.end - 1, 1);
			}
		}
		space_put(s);
		mmu_trim();
		tree_drop();
	}
}

int main(void)
{
	struct space *s;

	host_boot(32);
	/* The zero page is allocated once and kept. */
	s = space_create(false, STACK_MAX);
	space_map(s, TEXT_ADDR, PAGE_SIZE, AREA_READ, NULL, 0);
	CHECK_EQ(space_fault(s, TEXT_ADDR, 0), 0);
	space_put(s);
	mmu_trim();

	good(ET_EXEC, 0);
	good(ET_DYN, 0x555555554000);
	refused();
	loaders();
	fuzz();
	return 0;
}
