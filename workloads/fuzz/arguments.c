#define _GNU_SOURCE
#include "fuzz.h"

#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static _Thread_local uint64_t state;

void random_seed(uint64_t seed)
{
	state = seed;
}

uint64_t random64(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

uint64_t below(uint64_t n)
{
	return random64() % n;
}

static char *const arena = (char *)ARENA_AT;

static uint64_t path(void)
{
	static const char *const names[] = {
		"/tmp/a",
		"/tmp/b",
		"/tmp/dir",
		"/tmp/dir/x",
		"/tmp/link",
		".",
		"..",
		"/",
		"/dev/null",
		"/dev/zero",
		"/dev/full",
		"/dev/ptmx",
		"/proc",
		"/proc/self/maps",
		"/proc/self/fd/0",
		"/proc/self/exe",
		"/proc/self/cwd",
		"/init",
		"",
		"/tmp/../tmp/./a/",
		"/tmp/fifo",
		"/proc/1/stat",
		"/tmp//dir//",
		"tmpfs",
		"proc",
	};
	char *at = arena + below(ARENA_SIZE - 64);

	strcpy(at, names[below(COUNT(names))]);
	return (uint64_t)at;
}

/* Where a check of a range goes wrong first. */
static const uint64_t edges[] = {
	0,
	1,
	2,
	3,
	4,
	8,
	16,
	64,
	255,
	4095,
	4096,
	4097,
	65536,
	0x7fffffff,
	0x80000000,
	0xffffffff,
	0x7ffffffff000,
	0x7fffffffefff,
	0x7ffffffffff8,
	0x800000000000,
	0xffff800000000000,
	0xffff888000000000,
	0xffff888000100000,
	0xffffc90000000000,
	0xffffffff80000000,
	0xffffffff80100000,
	0xffffffffffffffff,
	0xfffffffffffff000,
	0x8000000000000000,
	0x7fffffffffffffff,
	0x400000,
	0x1000,
	0xffffffffffffff9c,
};

static uint64_t edge(void)
{
	return edges[below(COUNT(edges))];
}

static uint64_t pointer(void)
{
	switch (below(10)) {
	case 0:
		return edge();
	case 4:
	case 5:
		return OUT_AT + (below(OUT_SIZE) & ~7ull);
	case 1:
		/* Across the end of what is always mapped, into pages that come and go. */
		return FLICKER_AT - below(64);
	case 2:
		return FLICKER_AT + below(FLICKER_MAX);
	case 3:
		/* Across the end of everything. */
		return FLICKER_AT + FLICKER_MAX - below(16);
	default:
		return ARENA_AT + below(ARENA_SIZE);
	}
}

static uint64_t number(void)
{
	switch (below(6)) {
	case 0:
		return edge();
	case 1:
		return 1ull << below(64);
	case 2:
		/* Never what arena_leak() looks for. */
		return random64() & ~(1ull << 62);
	case 3:
		return below(300);
	default:
		return below(16);
	}
}

static uint64_t anything(void)
{
	switch (below(4)) {
	case 0:
		return path();
	case 1:
		return pointer();
	default:
		return number();
	}
}

/* The name of a socket, or what looks like one: few ports, so that they meet. */
static uint64_t address(void)
{
	union {
		struct sockaddr_un local;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_nl link;
		struct sockaddr_ll frame;
	} a = { .v6 = { .sin6_family = AF_INET6, .sin6_port = (uint16_t)below(8) } };
	void *at = arena + below(ARENA_SIZE - sizeof(a));

	switch (below(5)) {
	case 0:
		a.local = (struct sockaddr_un){ AF_UNIX, "/tmp/socket" };
		a.local.sun_path[0] = below(2) ? '/' : '\0';
		break;
	case 1:
		a.v4.sin_family = AF_INET;
		a.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK) * (uint32_t)below(2);
		break;
	case 2:
		a.v6.sin6_addr.s6_addr[15] = (uint8_t)below(2);
		if (below(2))
			memcpy(a.v6.sin6_addr.s6_addr, "\0\0\0\0\0\0\0\0\0\0\377\377\177\0\0", 15);
		break;
	case 3:
		a.frame = (struct sockaddr_ll){ .sll_family = AF_PACKET,
						.sll_protocol = htons(ETH_P_IP),
						.sll_ifindex = (int)below(3) };
		break;
	default:
		a.link = (struct sockaddr_nl){ .nl_family = AF_NETLINK };
	}
	memcpy(at, &a, sizeof(a));
	return (uint64_t)at;
}

/* What may be sent to a socket: one time of two a request to netlink. */
static uint64_t request(void)
{
	struct nlmsghdr h = { (uint32_t)below(64), (uint16_t)(16 + below(24)),
			      (uint16_t)(NLM_F_REQUEST | number()), 0, 0 };
	char *at = arena + below(ARENA_SIZE - 64);

	if (below(2))
		return pointer();
	memcpy(at, &h, sizeof(h));
	return (uint64_t)at;
}

static uint64_t length(void)
{
	static const uint64_t usual[] = { 2, 12, 16, 20, 24, 28, 110, 128 };

	return below(4) ? usual[below(COUNT(usual))] : number();
}

/*
 * Of calls that few random arguments get far into: f descriptor, p path, b buffer, n number, a
 * address and l its length, m what a socket is sent, t a thread, r what ptrace is
 * asked for.
 */
static const struct {
	long nr;
	const char *kinds;
} known[] = {
	{ SYS_read, "fbn" },
	{ SYS_write, "fbn" },
	{ SYS_pread64, "fbnn" },
	{ SYS_pwrite64, "fbnn" },
	{ SYS_readv, "fbn" },
	{ SYS_writev, "fbn" },
	{ SYS_ioctl, "fnb" },
	{ SYS_fcntl, "fnb" },
	{ SYS_mmap, "bnnnfn" },
	{ SYS_munmap, "bn" },
	{ SYS_mprotect, "bnn" },
	{ SYS_madvise, "bnn" },
	{ SYS_mremap, "bnnnb" },
	{ SYS_openat, "fpnn" },
	{ SYS_newfstatat, "fpbn" },
	{ SYS_unlinkat, "fpn" },
	{ SYS_renameat, "fpfp" },
	{ SYS_linkat, "fpfpn" },
	{ SYS_symlinkat, "pfp" },
	{ SYS_readlinkat, "fpbn" },
	{ SYS_mkdirat, "fpn" },
	{ SYS_mknodat, "fpnn" },
	{ SYS_execve, "pbb" },
	{ SYS_getdents64, "fbn" },
	{ SYS_sendto, "fmnnal" },
	{ SYS_recvfrom, "fbnnbb" },
	{ SYS_sendmsg, "fbn" },
	{ SYS_recvmsg, "fbn" },
	{ SYS_bind, "fal" },
	{ SYS_connect, "fal" },
	{ SYS_accept4, "fbbn" },
	{ SYS_listen, "fn" },
	{ SYS_shutdown, "fn" },
	{ SYS_getsockname, "fbb" },
	{ SYS_setsockopt, "fnnbn" },
	{ SYS_getsockopt, "fnnbb" },
	{ SYS_epoll_ctl, "fnfb" },
	{ SYS_epoll_pwait, "fbnnbn" },
	{ SYS_ppoll, "bnbbn" },
	{ SYS_pselect6, "nbbbbb" },
	{ SYS_futex, "bnnbbn" },
	{ SYS_rt_sigaction, "nbbn" },
	{ SYS_rt_sigprocmask, "nbbn" },
	{ SYS_rt_sigtimedwait, "bbbn" },
	{ SYS_sendfile, "ffbn" },
	{ SYS_statx, "fpnnb" },
	{ SYS_utimensat, "fpbn" },
	{ SYS_mount, "pppnb" },
	{ SYS_clone3, "bn" },
	{ SYS_semop, "nbn" },
	{ SYS_waitid, "nnbnb" },
	{ SYS_seccomp, "nnb" },
	{ SYS_ptrace, "rtbb" },
	{ SYS_process_vm_readv, "tbnbn" },
};

void arguments(long nr, uint64_t out[6])
{
	const char *kinds = "";

	for (size_t i = 0; i < COUNT(known); i++)
		if (known[i].nr == nr)
			kinds = known[i].kinds;
	for (int k = 0; k < 6; k++) {
		char kind = *kinds ? *kinds++ : '?';

		/* Now and then something else altogether. */
		if (below(8) == 0)
			kind = '?';
		out[k] = kind == 'f'   ? (below(8) ? below(16) : edge())
			 : kind == 'p' ? path()
			 : kind == 'b' ? pointer()
			 : kind == 'n' ? number()
			 : kind == 't' ? (uint64_t)getpid() - 3 + below(7)
			 : kind == 'r' ? (below(2) ? 0x4200 + below(16) : below(34))
			 : kind == 'a' ? address()
			 : kind == 'l' ? length()
			 : kind == 'm' ? request()
				       : anything();
	}
	/* Sleeping for ever is not interesting. */
	if (nr == SYS_nanosleep || nr == SYS_clock_nanosleep)
		out[0] = 0;
}

bool arena_make(void)
{
	void *at = mmap(arena, ARENA_SIZE + FLICKER_MAX, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (at == MAP_FAILED)
		return false;
	at = mmap((void *)OUT_AT, OUT_SIZE, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (at == MAP_FAILED)
		return false;
	/* Pointers, lengths and small numbers, so that structures make some sense. */
	for (size_t i = 0; i < 200; i++)
		*(uint64_t *)(arena + (below(ARENA_SIZE - 8) & ~7ull)) = anything();
	return true;
}

/*
 * Bantam's heap and stacks, as far as they reach in a small machine. A number of 32 bits written
 * over half a word does not look like one, nor does a name.
 */
static bool is_kernels(uint64_t v)
{
	return (v >= 0xffff888001000000ull && v < 0xffff888010000000ull) ||
	       (v >= 0xffffc90000008000ull && v < 0xffffc90010000000ull);
}

uint64_t arena_leak(void)
{
	for (size_t i = 0; i < OUT_SIZE / 8; i++) {
		uint64_t v = ((const volatile uint64_t *)OUT_AT)[i];

		if (is_kernels(v))
			return v;
	}
	return 0;
}

void arena_disturb(void)
{
	char *page = (char *)FLICKER_AT + (below(FLICKER_MAX) & ~4095ull);

	switch (below(4)) {
	case 0:
		mmap(page, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		     -1, 0);
		break;
	case 1:
		munmap(page, 4096);
		break;
	case 2:
		mprotect(page, 4096, (int)below(8));
		break;
	default:
		/* Torn structures: a word that the kernel may just be reading. */
		*(volatile uint64_t *)(arena + (below(ARENA_SIZE - 8) & ~7ull)) =
			below(2) ? pointer() : number();
	}
}

bool is_left_out(long nr)
{
	return nr == SYS_reboot || nr == SYS_exit || nr == SYS_exit_group || nr == SYS_pause ||
	       nr == SYS_rt_sigsuspend || nr == SYS_vfork;
}
