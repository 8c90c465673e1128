/* What signal/exec runs: 0 if SIGUSR1 is as by default and SIGUSR2 is ignored. */
#include "port.h"

static int is(int signal, __sighandler_t handler)
{
	struct sigaction action = { 0 };

	return sys(rt_sigaction, signal, 0, &action, sizeof(action.sa_mask)) == 0 &&
	       action.sa_handler == handler;
}

int main(void)
{
	if (!is(SIGUSR1, SIG_DFL))
		return 10;
	return is(SIGUSR2, SIG_IGN) ? 0 : 11;
}
