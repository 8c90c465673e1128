/* Builds the initial stack of a program. */
#include "proc/exec/stack.h"

#include "arch/cpu.h"
#include "arch/signal.h"
#include "lib/random.h"
#include "lib/string.h"
#include "proc/exec/vdso.h"

/* Keys of the auxiliary vector. */
#define AT_NULL		0
#define AT_PHDR		3
#define AT_PHENT	4
#define AT_PHNUM	5
#define AT_PAGESZ	6
#define AT_BASE		7
#define AT_FLAGS	8
#define AT_ENTRY	9
#define AT_UID		11
#define AT_EUID		12
#define AT_GID		13
#define AT_EGID		14
#define AT_HWCAP	16
#define AT_CLKTCK	17
#define AT_SECURE	23
#define AT_PLATFORM	15
#define AT_RANDOM	25
#define AT_EXECFN	31
#define AT_SYSINFO_EHDR 33
#define AT_MINSIGSTKSZ	51
#define AUX_WORDS	(2 * 20)

static int write_strings(struct space *s, uint64_t to, const struct args *a)
{
	for (size_t at = 0; at < a->used; at += PAGE_SIZE) {
		int err = space_write(s, to + at, page_to_virt(args_page(a, at)),
				      MIN(PAGE_SIZE, a->used - at));

		if (err)
			return err;
	}
	return 0;
}

struct pusher {
	struct space *space;
	uint64_t at;
	uint64_t word[64];
	size_t count;
};

static int pusher_flush(struct pusher *p)
{
	int err = space_write(p->space, p->at, p->word, p->count * sizeof(uint64_t));

	p->at += p->count * sizeof(uint64_t);
	p->count = 0;
	return err;
}

static int push(struct pusher *p, uint64_t word)
{
	p->word[p->count++] = word;
	return p->count == ARRAY_SIZE(p->word) ? pusher_flush(p) : 0;
}

/*
 * Pushes pointers to `n` strings and a NULL. `strings` is where byte 0 of `a` goes; *at advances.
 */
static int push_strings(struct pusher *p, const struct args *a, size_t n, size_t *at,
			uint64_t strings)
{
	int err = 0;

	for (; n && !err; n--) {
		err = push(p, strings + *at);
		while (((char *)page_to_virt(args_page(a, *at)))[*at & (PAGE_SIZE - 1)])
			++*at;
		++*at;
	}
	return err ? err : push(p, 0);
}

int stack_build(struct space *s, const char *path, const struct args *a,
		const struct elf_image *image, const struct credentials *cred,
		struct initial_stack *out)
{
	size_t path_size = strlen(path) + 1, at = 0;
	uint64_t exec_fn = s->stack_top - 8 - path_size - (space_random_gap(s, 256) >> 8);
	struct {
		uint64_t seed[2];
		char platform[16];
	} given = {{random_u64(), random_u64()}, "x86_64"};
	uint64_t random = ALIGN_DOWN(exec_fn, 16) - sizeof(given);
	uint64_t strings = random - a->used;
	size_t words = 1 + a->argc + 1 + a->envc + 1 + AUX_WORDS;
	struct pusher p = {.space = s, .at = ALIGN_DOWN(strings - words * 8, 16)};
	uint64_t vdso = vdso_map(s);
	const uint64_t aux[AUX_WORDS] = {
		AT_PHDR,	 image->headers,
		AT_PHENT,	 sizeof(struct elf_segment),
		AT_PHNUM,	 image->header_count,
		AT_PAGESZ,	 PAGE_SIZE,
		AT_BASE,	 image->base,
		AT_FLAGS,	 0,
		AT_ENTRY,	 image->entry,
		AT_UID,		 cred->uid,
		AT_EUID,	 cred->euid,
		AT_GID,		 cred->gid,
		AT_EGID,	 cred->egid,
		AT_SECURE,	 cred->uid != cred->euid || cred->gid != cred->egid,
		AT_HWCAP,	 arch_cpu_features(),
		AT_CLKTCK,	 100,
		AT_PLATFORM,	 random + sizeof(given.seed),
		AT_RANDOM,	 random,
		AT_EXECFN,	 exec_fn,
		AT_SYSINFO_EHDR, vdso,
		AT_MINSIGSTKSZ,	 arch_signal_stack_min(),
		AT_NULL,	 0,
	};
	int err = space_map(s, ALIGN_DOWN(p.at, PAGE_SIZE),
			    s->stack_top - ALIGN_DOWN(p.at, PAGE_SIZE),
			    AREA_READ | AREA_WRITE | AREA_STACK, NULL, 0);

	*out = (struct initial_stack){
		.sp = p.at,
		.strings = strings,
		.aux = p.at + (1 + a->argc + 1 + a->envc + 1) * sizeof(uint64_t),
		.aux_size = sizeof(aux),
	};
	err = err
		      ?: space_write(s, exec_fn, path, path_size)
		      ?: space_write(s, random, &given, sizeof(given))
		      ?: write_strings(s, strings, a)
		      ?: push(&p, a->argc)
		      ?: push_strings(&p, a, a->argc, &at, strings)
		      ?: push_strings(&p, a, a->envc, &at, strings);
	for (size_t i = 0; i < AUX_WORDS && !err; i++)
		err = push(&p, aux[i]);
	return err ? err : pusher_flush(&p);
}
