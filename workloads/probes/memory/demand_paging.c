#include "probe.h"

#include <linux/mman.h>

void probe(void)
{
	const size_t len = 1ull << 40;
	volatile char *area = (volatile char *)probe_require(
		"mmap of 1 TiB", sys(mmap, 0, len, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));

	area[0] = 1;
	area[len / 2] = 2;
	area[len - 1] = 3;
	probe_check("bytes far apart", 6, area[0] + area[len / 2] + area[len - 1]);
}

PROBE_CHECKS("memory is allocated when it is touched: more can be mapped than exists");
