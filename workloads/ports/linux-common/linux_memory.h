#pragma once

/* Memory of port.h. */

#include <linux/mman.h>

static inline long linux_map(size_t len, int prot, int flags, int fd, void **addr)
{
	long ret = sys(mmap, 0, len, prot, flags, fd, 0);

	if (ret < 0 && ret > -4096)
		return ret;
	*addr = (void *)ret;
	return 0;
}

static inline long port_mmap(size_t len, void **addr)
{
	return linux_map(len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, addr);
}

static inline long port_mmap_shared(size_t len, void **addr)
{
	return linux_map(len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, addr);
}

static inline long port_mmap_file(int fd, size_t len, void **addr)
{
	return linux_map(len, PROT_READ, MAP_PRIVATE, fd, addr);
}

static inline long port_mmap_file_shared(int fd, size_t len, void **addr)
{
	return linux_map(len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, addr);
}

static inline long port_munmap(void *addr, size_t len)
{
	return sys(munmap, addr, len);
}

static inline long port_mprotect(void *addr, size_t len, int writable)
{
	return sys(mprotect, addr, len, writable ? PROT_READ | PROT_WRITE : PROT_READ);
}

static inline long port_brk(void *to)
{
	return sys(brk, to);
}
