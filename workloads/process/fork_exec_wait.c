#include "bench.h"

#include "exec_target.h"
#include "text.h"

#define EXEC_FAILED 127

_Static_assert(EXEC_FAILED != EXEC_TARGET_STATUS, "the two ends must be told apart");

static char target[256];
static char *const target_argv[] = { target, NULL };

/* exec_target lies beside this ELF. */
static void setup(void)
{
	static const char name[] = "exec_target";
	const char *self = bench_path();
	size_t folder = 0;

	for (size_t i = 0; self[i]; i++) {
		if (self[i] == '/')
			folder = i + 1;
	}
	bench_check("own path fits", 1, folder + sizeof(name) <= sizeof(target));
	memcpy(target, self, folder);
	memcpy(target + folder, name, sizeof(name));
	port_close((int)bench_require("exec_target beside the workload",
				      port_open(target, PORT_O_RDONLY)));
}

static void run(uint64_t n)
{
	while (n--) {
		struct port_wait_status status;
		long pid = port_fork();

		if (pid == 0) {
			port_exec(target, target_argv);
			port_exit(EXEC_FAILED);
		}
		if (BENCH_UNLIKELY(pid < 0))
			bench_wrong("fork", 0, pid);
		bench_check("wait", pid, port_wait(pid, &status));
		bench_check("exit status of exec_target", EXEC_TARGET_STATUS, status.exit_status);
	}
}

BENCH_OP("one fork, exec of a small static ELF, exit and wait");
BENCH_COVERS("lmbench lat_proc exec; Asterinas process_exec_lat; UnixBench execl; "
	     "osbench launch_programs; Theseus spawn (approximate)");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 16,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
