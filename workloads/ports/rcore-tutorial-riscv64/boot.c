#include "port.h"

/* The kernel gives its first program the console on 0 to 2. There are no devices. */
long port_boot(void)
{
	return 0;
}

/* The end of the first program takes the machine down. */
_Noreturn void port_shutdown(void)
{
	port_exit(0);
}
