#include "partner.h"

#include "bench.h"

static long partner;

void partner_start(int (*serve)(void))
{
	partner = bench_require("fork", port_fork());
	if (partner == 0)
		port_exit(serve());
}

void partner_end(void)
{
	struct port_end end = { 0 };

	bench_check("wait for the partner", partner, port_wait(partner, &end));
	bench_check("how the partner ended", 0, end.status | end.signal);
}
