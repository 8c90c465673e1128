/* What exec, exec_script and thread/exec run. Not a probe. */
#include "text.h"

int main(int argc, char **argv)
{
	char **envp = argv + argc + 1;

	/* As a script's interpreter: itself, the word behind it in the script, and the script. */
	if (argc == 3 && text_equal(argv[1], "from-script"))
		return text_equal(argv[2], "/tmp/probe-process-exec_script") ? 43 : 1;
	if (argc == 1)
		return 42;
	if (argc != 3 || !text_equal(argv[1], "first") || !text_equal(argv[2], ""))
		return 2;
	return envp[0] && text_equal(envp[0], "KEY=value") && !envp[1] ? 42 : 3;
}
