#include "probe.h"

#include "action.h"

static unsigned char stack[16384];
static volatile uintptr_t seen;

static void handle(int signal)
{
	(void)signal;
	seen = (uintptr_t)__builtin_frame_address(0);
}

void probe(void)
{
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };

	probe_require("sigaltstack", sys(sigaltstack, &alternate, 0));
	probe_require("sigaction", action_set(SIGUSR1, handle, SA_ONSTACK, 0));
	probe_require("kill", sys(kill, port_getpid(), SIGUSR1));
	probe_check("the handler's frame lies in it", 1,
		    seen > (uintptr_t)stack && seen <= (uintptr_t)stack + sizeof(stack));
}

PROBE_CHECKS("a handler can run on an alternate stack");
