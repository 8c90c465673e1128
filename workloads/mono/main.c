/* main() of the mono form where it is a program (mono.h). */
#include "mono.h"

int main(void)
{
	port_boot();
	/* May fail: a kernel without the call uses one CPU. */
	port_set_affinity(0);
	mono_run();
	port_shutdown();
}
