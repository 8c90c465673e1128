#include "../runner/settle.h"

#include "check.h"

int main(void)
{
	struct settle_round rounds[3] = {
		{ 1000, 50000, 700 },
		{ 1020, 50000, 700 },
		{ 1000, 51000, 714 },
	};

	CHECK(!settle_agree(rounds, 0));
	CHECK(settle_agree(rounds, 1));
	CHECK(settle_agree(rounds, 3));

	/* One too many in each part, at either end. */
	rounds[1].syscalls = 1021;
	CHECK(!settle_agree(rounds, 3));
	CHECK(settle_agree(rounds, 1));
	rounds[1].syscalls = 1020;
	rounds[0].faults = 49999;
	CHECK(!settle_agree(rounds, 3));
	rounds[0].faults = 50000;
	rounds[2].process = 715;
	CHECK(!settle_agree(rounds, 3));
	return 0;
}
