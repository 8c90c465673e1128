#include "probe.h"

#include "children.h"
#include "format.h"
#include "record.h"
#include "text.h"

/* A probe that waits for ever is ended by a signal, where there are alarms. */
#define DEADLINE_S 3

static struct record_stream stream;
static struct record record;
static const char *self_path;
static char beside_path[256];
static long self;

static void open_answer(const char *answer)
{
	/* A child's failure is for its parent to tell. */
	if (port_getpid() != self)
		port_exit(PROBE_CHILD_FAILED);
	record_open(&record, &stream, "probe");
	record_str(&record, "family", probe_family);
	record_str(&record, "name", probe_name);
	record_str(&record, "answer", answer);
}

static _Noreturn void send_answer(void)
{
	record_emit(&stream, &record);
	port_drain(PORT_CONSOLE);
	port_exit(0);
}

void probe_wrong(const char *what, int64_t expected, int64_t got)
{
	if (got == -ENOSYS)
		probe_absent(what, (long)got);
	open_answer("wrong");
	record_str(&record, "what", what);
	record_i64(&record, "expected", expected);
	record_i64(&record, "got", got);
	send_answer();
}

void probe_absent(const char *what, long error)
{
	open_answer("absent");
	record_str(&record, "what", what);
	record_i64(&record, "errno", error < 0 ? -error : error);
	send_answer();
}

long probe_require(const char *what, long result)
{
	switch (result) {
	case -ENOSYS:
	case -EOPNOTSUPP:
	case -EINVAL:
	case -ENOTTY:
	case -ENODEV:
	case -ENXIO:
	case -ENOENT:
	case -ENOPROTOOPT:
	case -EPROTONOSUPPORT:
	case -ESOCKTNOSUPPORT:
	case -EAFNOSUPPORT:
		probe_absent(what, result);
	}
	if (result < 0 && result > -4096)
		probe_wrong(what, 0, result);
	return result;
}

long probe_fork(int (*child)(void))
{
	long pid = probe_require("fork", port_fork());

	if (pid == 0)
		port_exit(child());
	return pid;
}

int probe_join(long pid)
{
	struct port_wait_status status;
	long ret;

	while ((ret = port_wait(pid, &status)) == -EINTR)
		;
	probe_check("wait for a child", pid, ret);
	return status.signal ? 128 + status.signal : status.exit_status;
}

int probe_child(int (*child)(void))
{
	return probe_join(probe_fork(child));
}

const char *probe_path(void)
{
	return self_path;
}

const char *probe_sibling_path(const char *name)
{
	size_t folder = 0, len = text_len(name);

	for (size_t i = 0; self_path[i]; i++) {
		if (self_path[i] == '/')
			folder = i + 1;
	}
	probe_check("path fits", 1, folder + len < sizeof(beside_path));
	memcpy(beside_path, self_path, folder);
	memcpy(beside_path + folder, name, len + 1);
	return beside_path;
}

int probe_file(const char *text)
{
	static char path[64] = "/tmp/probe-";
	size_t at = text_len("/tmp/probe-"), len = text_len(text);
	long fd;

	memcpy(path + at, probe_family, text_len(probe_family));
	at += text_len(probe_family);
	path[at++] = '-';
	memcpy(path + at, probe_name, text_len(probe_name) + 1);
	sys(unlink, path);
	fd = probe_require("open to create", sys(open, path, O_CREAT | O_EXCL | O_RDWR, 0600));
	if (len)
		probe_check("write of a new file", (int64_t)len,
			    probe_require("write", sys(write, fd, text, len)));
	return (int)fd;
}

void probe_sleep_ms(unsigned int ms)
{
	long ret = port_sleep_ns(ms * 1000000ull);

	if (ret != -EINTR)
		probe_require("nanosleep", ret);
}

void probe_sleep_forever(void)
{
	for (;;)
		probe_sleep_ms(1000);
}

void probe_spin_forever(void)
{
	for (;;)
		;
}

int main(int argc, char **argv)
{
	argc = children_parse_args(argc, argv);
	if (argc < 3 || parse_u64(argv[1], &stream.id)) {
		static const char text[] = "usage: PROBE STREAM quick|full\n";

		port_write(PORT_CONSOLE, text, sizeof(text) - 1);
		return 2;
	}
	self_path = argv[0];
	self = port_getpid();
	sys(alarm, DEADLINE_S);
	probe();
	open_answer("works");
	send_answer();
}
