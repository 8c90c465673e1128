#include "ringside.h"

#include "mono.h"
#include "port.h"

_Static_assert(RINGSIDE_STACK == MONO_STACK, "what ringside.h promises");

const struct ringside_kernel *linked_kernel;

void ringside_run(const struct ringside_kernel *kernel)
{
	if (!mono_has_plan())
		return;
	linked_kernel = kernel;
	mono_run();
	if (kernel->power_off)
		kernel->power_off();
}
