#include "probe.h"

#include <linux/signal.h>

static int number;

static int child(void)
{
	sys(kill, port_getpid(), number);
	return 3;
}

void probe(void)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGTERM, SIGALRM, SIGUSR1 };
	static const int ignored[] = { SIGCHLD, SIGURG, SIGWINCH };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		number = ends[i];
		probe_check("end by a signal that ends", 128 + number, probe_child(child));
	}
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
		number = ignored[i];
		probe_check("end after one that is ignored", 3, probe_child(child));
	}
}

PROBE_CHECKS("signals take their default actions");
