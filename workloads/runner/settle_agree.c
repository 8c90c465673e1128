#include "settle.h"

struct spread {
	uint64_t low, high;
};

static void widen(struct spread *spread, uint64_t value)
{
	if (value < spread->low)
		spread->low = value;
	if (value > spread->high)
		spread->high = value;
}

static bool is_narrow(const struct spread *spread)
{
	return spread->high - spread->low <= spread->low / 50;
}

bool settle_agree(const struct settle_round *rounds, size_t count)
{
	struct spread syscalls = { UINT64_MAX, 0 };
	struct spread faults = syscalls, process = syscalls;

	if (!count)
		return false;
	for (size_t i = 0; i < count; i++) {
		widen(&syscalls, rounds[i].syscalls);
		widen(&faults, rounds[i].faults);
		widen(&process, rounds[i].process);
	}
	return is_narrow(&syscalls) && is_narrow(&faults) && is_narrow(&process);
}
