/* main() of a program that is one workload. */
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
	struct measure_request request = { 0 };
	struct param param;

	argc = children_parse_args(argc, argv);
	if (argc < 3 || argc > 4 || parse_u64(argv[1], &request.stream) ||
	    !measure_parse_profile(argv[2], &request.profile))
		return usage();
	request.path = argv[0];
	request.param = argc == 4 ? argv[3] : NULL;
	if (request.param && param_parse(request.param, &param))
		return usage();
	measure(&bench, &request);
	measure_end(0);
}
