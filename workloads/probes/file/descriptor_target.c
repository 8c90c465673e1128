/* What close_on_exec runs: 0 if its first argument is an open descriptor and its second is not. */
#include "port.h"

int main(int argc, char **argv)
{
	struct port_stat st;

	if (argc != 3)
		return 10;
	if (port_fstat(argv[1][0] - '0', &st) != 0)
		return 11;
	return port_fstat(argv[2][0] - '0', &st) == 0 ? 12 : 0;
}
