/* The program that is one workload. */
#include "children.h"
#include "format.h"
#include "measure.h"
#include "param.h"

void measure_end(int status)
{
	port_drain(PORT_CONSOLE);
	port_exit(status);
}

static int usage(void)
{
	static const char text[] = "usage: WORKLOAD STREAM quick|full [PARAMETER]\n";

	port_write(PORT_CONSOLE, text, sizeof(text) - 1);
	return 2;
}

int main(int argc, char **argv)
{
	struct measure_order order = { 0 };
	struct param param;

	argc = children_told(argc, argv);
	if (argc < 3 || argc > 4 || parse_u64(argv[1], &order.stream) ||
	    !measure_profile(argv[2], &order.profile))
		return usage();
	order.path = argv[0];
	order.param = argc == 4 ? argv[3] : NULL;
	if (order.param && param_parse(order.param, &param))
		return usage();
	measure(&bench, &order);
	measure_end(0);
}
