/* Loads ELF executables. */
#include "proc/exec/elf.h"

#include "fs/file.h"
#include "lib/errno.h"
#include "mm/kmem.h"

/* Load address of position-independent programs, before randomization. */
#define PIE_BASE   0x555555554000ull
#define PIE_SPREAD (1ull << 28) /* pages */

#define SEGMENTS_MAX	64
#define INTERPRETER_MAX 256

static bool header_ok(const struct elf_header *h)
{
	return h->magic == ELF_MAGIC && h->class == ELF_CLASS_64 && h->data == ELF_LITTLE &&
	       (h->type == ELF_EXEC || h->type == ELF_DYN) && h->machine == ELF_X86_64 &&
	       h->phentsize == sizeof(struct elf_segment) && h->phnum && h->phnum <= SEGMENTS_MAX;
}

static bool segment_ok(const struct elf_segment *s, uint64_t base)
{
	uint64_t start = base + s->vaddr;

	return s->filesz <= s->memsz && s->offset <= INT64_MAX - s->filesz &&
	       (!s->filesz || (s->offset & (PAGE_SIZE - 1)) == (s->vaddr & (PAGE_SIZE - 1))) &&
	       start >= s->vaddr && start >= MMAP_MIN_ADDR && start <= USER_TOP &&
	       s->memsz <= USER_TOP - PAGE_SIZE - start;
}

/*
 * Zeroes a segment's memory beyond its file contents: the rest of the last page, which ld.so relies
 * on, then new pages.
 */
static int map_bss(struct space *space, const struct elf_segment *s, uint64_t start, uint32_t prot)
{
	uint64_t file_end = start + s->filesz, end = start + s->memsz;
	uint64_t page = ALIGN_UP(file_end, PAGE_SIZE);
	int err = 0;

	if (s->filesz && file_end < page && (prot & AREA_WRITE))
		err = space_write(space, file_end, NULL, page - file_end);
	if (!s->filesz)
		page = ALIGN_DOWN(start, PAGE_SIZE);
	if (!err && end > page)
		err = space_map(space, page, ALIGN_UP(end, PAGE_SIZE) - page, prot, NULL, 0);
	return err;
}

static int load_segment(struct space *space, struct inode *file, const struct elf_segment *s,
			uint64_t base)
{
	uint64_t start = base + s->vaddr, page = ALIGN_DOWN(start, PAGE_SIZE);
	uint32_t prot = (s->flags & PF_R ? AREA_READ : 0) | (s->flags & PF_W ? AREA_WRITE : 0) |
			(s->flags & PF_X ? AREA_EXEC : 0);
	int err;

	if (s->filesz) {
		err = space_map(space, page, ALIGN_UP(start + s->filesz, PAGE_SIZE) - page, prot,
				&file->object, ALIGN_DOWN(s->offset, PAGE_SIZE));
		if (err)
			return err;
	}
	return s->memsz > s->filesz ? map_bss(space, s, start, prot) : 0;
}

struct program {
	struct elf_header header;
	struct elf_segment segments[SEGMENTS_MAX];
};

static int read_program(struct inode *file, struct program *p)
{
	const struct elf_header *h = &p->header;
	size_t size;

	if (file_read_at(file, 0, &p->header, sizeof(*h)) != sizeof(*h) || !header_ok(h))
		return -ENOEXEC;
	size = h->phnum * sizeof(struct elf_segment);
	return file_read_at(file, h->phoff, p->segments, size) == (long)size ? 0 : -ENOEXEC;
}

static int load_segments(struct space *space, struct inode *file, const struct program *p,
			 uint64_t base, struct elf_image *out)
{
	const struct elf_header *h = &p->header;
	size_t size = h->phnum * sizeof(struct elf_segment);

	*out = (struct elf_image){.entry = base + h->entry, .header_count = h->phnum};
	for (uint16_t i = 0; i < h->phnum; i++) {
		const struct elf_segment *s = &p->segments[i];
		int err;

		if (s->type != PT_LOAD || !s->memsz)
			continue;
		if (!segment_ok(s, base))
			return -ENOEXEC;
		err = load_segment(space, file, s, base);
		if (err)
			return err;
		out->end = MAX(out->end, base + s->vaddr + s->memsz);
		if (h->phoff >= s->offset && h->phoff + size <= s->offset + s->filesz)
			out->headers = base + s->vaddr + (h->phoff - s->offset);
	}
	out->start = out->entry;
	return out->end && out->entry < USER_TOP ? 0 : -ENOEXEC;
}

/* Pages that a position-independent program spans, in bytes. */
static uint64_t image_span(const struct program *p)
{
	uint64_t end = 0;

	for (uint16_t i = 0; i < p->header.phnum; i++)
		if (p->segments[i].type == PT_LOAD && p->segments[i].vaddr < USER_TOP &&
		    p->segments[i].memsz < USER_TOP)
			end = MAX(end, p->segments[i].vaddr + p->segments[i].memsz);
	return ALIGN_UP(end, PAGE_SIZE);
}

/* The alignment that the load address must have. */
static uint64_t image_alignment(const struct program *p)
{
	uint64_t most = PAGE_SIZE;

	for (uint16_t i = 0; i < p->header.phnum; i++)
		if (p->segments[i].type == PT_LOAD &&
		    !(p->segments[i].align & (p->segments[i].align - 1)))
			most = MAX(most, p->segments[i].align);
	return most;
}

static int load_interpreter(struct space *space, const struct path_base *where, struct inode *file,
			    const struct elf_segment *s, struct program *p, struct elf_image *out)
{
	char path[INTERPRETER_MAX];
	struct elf_image image;
	struct inode *interpreter;
	int err;

	if (s->filesz < 2 || s->filesz > sizeof(path) ||
	    file_read_at(file, s->offset, path, s->filesz) != (long)s->filesz ||
	    path[s->filesz - 1])
		return -ENOEXEC;
	err = path_find(where, path, true, &interpreter);
	if (err)
		return err;
	err = read_program(interpreter, p) ? -ELIBBAD : 0;
	if (!err && p->header.type == ELF_DYN)
		out->base = space_find_gap(space, 0, image_span(p), space->top);
	if (!err)
		err = load_segments(space, interpreter, p, out->base, &image);
	inode_put(interpreter);
	if (!err)
		out->start = image.entry;
	return err;
}

int elf_load(struct space *space, const struct path_base *where, struct inode *file,
	     struct elf_image *out)
{
	struct program *p = kmem_alloc(sizeof(*p));
	struct elf_segment interp = {0};
	int err = p ? read_program(file, p) : -ENOMEM;
	uint64_t base = 0;

	if (!err && p->header.type == ELF_DYN)
		base = ALIGN_DOWN(PIE_BASE + space_random_gap(space, PIE_SPREAD),
				  image_alignment(p));
	if (!err)
		err = load_segments(space, file, p, base, out);
	for (uint16_t i = 0; !err && i < p->header.phnum; i++)
		if (p->segments[i].type == PT_INTERP)
			interp = p->segments[i];
	if (!err && interp.type == PT_INTERP)
		err = load_interpreter(space, where, file, &interp, p, out);
	kmem_free(p);
	return err;
}
