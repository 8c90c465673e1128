#include "probe.h"

void probe(void)
{
	unsigned char bytes[64] = { 0 };
	int same = 0;

	probe_check("getrandom", sizeof(bytes),
		    probe_require("getrandom", sys(getrandom, bytes, sizeof(bytes), 0)));
	for (size_t i = 1; i < sizeof(bytes); i++)
		same += bytes[i] == bytes[0];
	probe_check("more than four bytes like the first", 0, same > 4);
}

PROBE_CHECKS("getrandom returns bytes that are not all alike");
