/* The program fork_exec_wait runs: the smallest a port can build. Not a workload. */
#include "exec_target.h"

int main(void)
{
	return EXEC_TARGET_STATUS;
}
