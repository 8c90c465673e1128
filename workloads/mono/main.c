/* The program that is all workloads, where it is one of its own. */
#include "mono.h"

int main(void)
{
	port_boot();
	/* Where there is no such call there is only one CPU to speak of. */
	port_pin(0);
	mono_run();
	port_shutdown();
}
