#include "partner.h"

#include "bench.h"

static long partner;

void partner_start(int (*serve)(void))
{
	partner = bench_require("fork", port_fork());
	if (partner == 0)
		port_exit(serve());
}

void partner_join(void)
{
	struct port_wait_status status = { 0 };

	bench_check("wait for the partner", partner, port_wait(partner, &status));
	bench_check("how the partner ended", 0, status.exit_status | status.signal);
}
