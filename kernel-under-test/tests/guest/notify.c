/* Calls that another process answers: seccomp's listeners. */
#include "guest.h"

#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#ifndef SECCOMP_ADDFD_FLAG_SEND
#define SECCOMP_ADDFD_FLAG_SEND 2
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV 32
#endif

#define ASKED SYS_getpgid
#define LOAD  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))

static struct seccomp_notif note;

static long listen_with(unsigned int flags)
{
	struct sock_filter code[] = {
		LOAD,
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ASKED, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {4, code};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return RAW(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static long control(int fd, unsigned long request, void *arg)
{
	return RAW(SYS_ioctl, fd, request, arg);
}

static long receive(int fd)
{
	memset(&note, 0, sizeof(note));
	return control(fd, SECCOMP_IOCTL_NOTIF_RECV, &note);
}

static long answer(int fd, long value, int error, unsigned int flags)
{
	struct seccomp_notif_resp r = {note.id, value, error, flags};

	return control(fd, SECCOMP_IOCTL_NOTIF_SEND, &r);
}

static long add(int fd, unsigned int flags, unsigned int from, unsigned int to)
{
	struct seccomp_notif_addfd a = {note.id, flags, from, to, O_CLOEXEC};

	return control(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &a);
}

/* Waits for somebody to ask. */
static short asked(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	poll(&p, 1, -1);
	return p.revents;
}

static short events(int fd, int timeout)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT};

	poll(&p, 1, timeout);
	return p.revents;
}

/* A child that makes the call; it exits with 0 when the result is `expected`. */
static pid_t ask(int listener, long expected)
{
	pid_t pid = fork();

	if (pid == 0) {
		close(listener);
		_exit(RAW(ASKED, 77, 2, 3, 4, 5, 6) == expected ? 0 : 1);
	}
	return pid;
}

static int end_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

static void refused(void)
{
	unsigned short sizes[3] = {0};
	unsigned int action = SECCOMP_RET_USER_NOTIF;

	same("sizes", RAW(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, sizes), 0);
	holds("as they are", sizes[0] == 80 && sizes[1] == 24 && sizes[2] == 64);
	same("sizes with a flag", RAW(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 1, sizes), -EINVAL);
	same("sizes to nowhere", RAW(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, 8), -EFAULT);
	same("the action", RAW(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action), 0);
	same("patience without a listener", listen_with(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV),
	     -EINVAL);
	same("a listener or a thread",
	     listen_with(SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC), -EINVAL);
}

static void answers(void)
{
	int fd = (int)listen_with(SECCOMP_FILTER_FLAG_NEW_LISTENER);
	pid_t pid;

	child_needs(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	child_needs(listen_with(SECCOMP_FILTER_FLAG_NEW_LISTENER) == -EBUSY);
	child_needs(events(fd, 0) == 0);
	pid = ask(fd, 4711);
	child_needs(asked(fd) == POLLIN);
	note.pid = 1;
	child_needs(control(fd, SECCOMP_IOCTL_NOTIF_RECV, &note) == -EINVAL);
	child_needs(control(fd, SECCOMP_IOCTL_NOTIF_RECV, (void *)8) == -EFAULT);
	child_needs(receive(fd) == 0 && note.pid == (unsigned int)pid && note.flags == 0);
	child_needs(note.data.nr == ASKED && note.data.args[0] == 77 && note.data.args[5] == 6);
	child_needs(events(fd, 0) == POLLOUT);
	child_needs(control(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &note.id) == 0);
	child_needs(answer(fd, 0, 0, 2) == -EINVAL && answer(fd, 1, 0, 1) == -EINVAL);
	child_needs(answer(fd, 4711, 0, 0) == 0 && answer(fd, 4711, 0, 0) < 0);
	child_needs(end_of(pid) == 0 && answer(fd, 0, 0, 0) == -ENOENT);
	child_needs(control(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &note.id) == -ENOENT);
	pid = ask(fd, -ESRCH);
	child_needs(receive(fd) == 0 && answer(fd, 0, -ESRCH, 0) == 0 && end_of(pid) == 0);
	/* No process has number 77. */
	pid = ask(fd, -ESRCH);
	child_needs(receive(fd) == 0 && answer(fd, 0, 0, 1) == 0 && end_of(pid) == 0);
	child_needs(control(fd, 0x2100, NULL) == -EINVAL);
	pid = ask(fd, -ENOSYS);
	child_needs(receive(fd) == 0 && close(fd) == 0 && end_of(pid) == 0);
	child_needs(RAW(ASKED, 0) == -ENOSYS);
}

static void first_come(void)
{
	int fd = (int)listen_with(SECCOMP_FILTER_FLAG_NEW_LISTENER);
	pid_t first = ask(fd, 1), second;
	unsigned long long id;

	child_needs(asked(fd) == POLLIN);
	second = ask(fd, 2);
	child_needs(receive(fd) == 0 && note.pid == (unsigned int)first);
	id = note.id;
	child_needs(receive(fd) == 0 && note.pid == (unsigned int)second && note.id == id + 1);
	child_needs(answer(fd, 2, 0, 0) == 0 && end_of(second) == 0);
	note.id = id;
	child_needs(answer(fd, 1, 0, 0) == 0 && end_of(first) == 0);
}

/* What the listener puts there. */
static void finds(void)
{
	long fd = RAW(ASKED, 0);

	child_needs(fcntl((int)fd, F_GETFD) == FD_CLOEXEC && fcntl(20, F_GETFD) == FD_CLOEXEC);
	child_needs(write((int)fd, "x", 1) == 1 && write(20, "y", 1) == 1);
	_exit(0);
}

static void adds(void)
{
	int fd = (int)listen_with(SECCOMP_FILTER_FLAG_NEW_LISTENER), ends[2];
	struct seccomp_notif_addfd a[2] = {0};
	struct rlimit few = {30, 30};
	char bytes[2];
	pid_t pid;
	long put;

	child_needs(pipe(ends) == 0);
	child_needs(dup2(ends[0], 20) == 20);
	pid = fork();
	if (pid == 0) {
		setrlimit(RLIMIT_NOFILE, &few);
		finds();
	}
	child_needs(asked(fd) == POLLIN);
	child_needs(add(fd, 0, (unsigned int)ends[1], 0) == -ENOENT);
	child_needs(receive(fd) == 0);
	child_needs(add(fd, 4, (unsigned int)ends[1], 0) == -EINVAL);
	child_needs(add(fd, 0, (unsigned int)ends[1], 5) == -EINVAL);
	child_needs(add(fd, 0, 500, 0) == -EBADF);
	child_needs(add(fd, SECCOMP_ADDFD_FLAG_SETFD, (unsigned int)ends[1], 30) == -EBADF);
	a[0] = (struct seccomp_notif_addfd){note.id, 0, (unsigned int)ends[1], 0, 1};
	child_needs(control(fd, SECCOMP_IOCTL_NOTIF_ADDFD, a) == -EINVAL);
	/* Longer ones, of which the rest must be nothing. */
	a[0].newfd_flags = O_CLOEXEC;
	child_needs(control(fd,
			    _IOW(
				    '!', 3, struct { long words[2]; }),
			    a) == -EINVAL);
	a[1].id = 1;
	child_needs(control(fd, _IOW('!', 3, __typeof__(a)), a) == -E2BIG);
	child_needs(add(fd, SECCOMP_ADDFD_FLAG_SETFD, (unsigned int)ends[1], 20) == 20);
	put = add(fd, SECCOMP_ADDFD_FLAG_SEND, (unsigned int)ends[1], 0);
	child_needs(put > 2 && put != 20 && end_of(pid) == 0);
	child_needs(read(ends[0], bytes, 2) == 2 && bytes[0] == 'x' && bytes[1] == 'y');
	child_needs(add(fd, 0, (unsigned int)ends[1], 0) == -ENOENT);
}

static void on_signal(int)
{
}

/* It calls, and a signal comes: the result, if the handler does not have it made anew. */
static pid_t ask_signalled(int fd, int flags, long expected)
{
	const struct sigaction a = {.sa_handler = on_signal, .sa_flags = flags};
	pid_t pid;

	sigaction(SIGUSR1, &a, NULL);
	pid = ask(fd, expected);
	return pid;
}

static void signalled(void)
{
	int fd = (int)listen_with(SECCOMP_FILTER_FLAG_NEW_LISTENER);
	pid_t pid = ask_signalled(fd, SA_RESTART, 5);
	unsigned long long id;

	child_needs(receive(fd) == 0);
	id = note.id;
	kill(pid, SIGUSR1);
	child_needs(asked(fd) == POLLIN && answer(fd, 5, 0, 0) == -ENOENT);
	child_needs(receive(fd) == 0 && note.id == id + 1 && answer(fd, 5, 0, 0) == 0);
	child_needs(end_of(pid) == 0);
	pid = ask_signalled(fd, 0, -EINTR);
	child_needs(receive(fd) == 0 && kill(pid, SIGUSR1) == 0 && end_of(pid) == 0);
	child_needs(answer(fd, 0, 0, 0) == -ENOENT);
	/* It went before anybody was told: there is nothing to receive, once. */
	pid = ask(fd, 0);
	child_needs(asked(fd) == POLLIN);
	kill(pid, SIGKILL);
	child_needs(end_of(pid) == SIGKILL && receive(fd) == -ENOENT);
}

static char state_of(pid_t pid)
{
	char path[40], text[400] = "", *end;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY);
	read(fd, text, sizeof(text) - 1);
	close(fd);
	end = strrchr(text, ')');
	return end ? end[2] : 0;
}

static void patient(void)
{
	int fd = (int)listen_with(SECCOMP_FILTER_FLAG_NEW_LISTENER |
				  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
	pid_t pid = ask_signalled(fd, 0, 5);

	/* Without an answer: */
	child_needs(asked(fd) == POLLIN && kill(pid, SIGUSR1) == 0 && end_of(pid) == 1 << 8);
	child_needs(receive(fd) == -ENOENT);
	pid = ask_signalled(fd, 0, 5);
	child_needs(receive(fd) == 0 && kill(pid, SIGUSR1) == 0);
	while (state_of(pid) != 'D')
		sched_yield();
	child_needs(answer(fd, 5, 0, 0) == 0 && end_of(pid) == 0);
	pid = ask(fd, 5);
	child_needs(receive(fd) == 0 && kill(pid, SIGTERM) == 0 && end_of(pid) == SIGTERM);
	pid = ask(fd, 5);
	child_needs(receive(fd) == 0 && kill(pid, SIGKILL) == 0 && end_of(pid) == SIGKILL);
	child_needs(answer(fd, 5, 0, 0) == -ENOENT);
}

/* The listener alone is left of a child that shares its descriptors. */
static void nobody_left(void)
{
	int fd, status;
	pid_t pid = (pid_t)RAW(SYS_clone, SIGCHLD | 0x400, 0, 0, 0, 0);

	if (pid == 0) {
		long mine = listen_with(SECCOMP_FILTER_FLAG_NEW_LISTENER);

		child_needs(mine >= 0);
		_exit((int)mine);
	}
	child_needs(waitpid(pid, &status, 0) == pid);
	fd = WEXITSTATUS(status);
	child_needs(fd > 2 && events(fd, 5000) == POLLHUP);
}

/* What a tracer is told of programs, and that it can put them out of force. */
static void traced_child(void)
{
	struct sock_filter code[] = {
		LOAD,
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ASKED, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 44),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {4, code}, all = {1, code + 3};

	RAW(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, &all);
	RAW(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
	raise(SIGSTOP);
	_exit(RAW(ASKED, 0) == -44 ? 1 : 0);
}

static void traced(void)
{
	struct sock_filter code[4] = {0};
	uint64_t words[2] = {0, 5};
	pid_t pid = fork();
	int status;

	if (pid == 0)
		traced_child();
	/* Stopped before: it can be looked at when the attaching is done. */
	child_needs(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	child_needs(RAW(SYS_ptrace, PTRACE_ATTACH, pid, 0, 0) == 0);
	child_needs(RAW(SYS_ptrace, PTRACE_SECCOMP_GET_METADATA, pid, 16, words) == 16);
	child_needs(words[1] == SECCOMP_FILTER_FLAG_LOG);
	words[0] = 1;
	child_needs(RAW(SYS_ptrace, PTRACE_SECCOMP_GET_METADATA, pid, 16, words) == 16);
	child_needs(words[1] == 0);
	words[0] = 2;
	child_needs(RAW(SYS_ptrace, PTRACE_SECCOMP_GET_METADATA, pid, 16, words) == -ENOENT);
	child_needs(RAW(SYS_ptrace, PTRACE_SECCOMP_GET_METADATA, pid, 7, words) == -EINVAL);
	child_needs(RAW(SYS_ptrace, PTRACE_SECCOMP_GET_FILTER, pid, 0, NULL) == 1);
	child_needs(RAW(SYS_ptrace, PTRACE_SECCOMP_GET_FILTER, pid, 1, code) == 4);
	child_needs(code[1].k == ASKED && code[2].k == (SECCOMP_RET_ERRNO | 44));
	child_needs(RAW(SYS_ptrace, PTRACE_SECCOMP_GET_FILTER, pid, 2, NULL) == -ENOENT);
	child_needs(RAW(SYS_ptrace, PTRACE_SETOPTIONS, pid, 0, 1 << 21) == 0);
	child_needs(waitpid(pid, &status, 0) == pid && WSTOPSIG(status) == SIGSTOP);
	child_needs(RAW(SYS_ptrace, PTRACE_CONT, pid, 0, 0) == 0);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
		RAW(SYS_ptrace, PTRACE_CONT, pid, 0, 0);
	child_needs(status == 0);
}

static void run(void)
{
	same("traced", status_of(traced), 0);
	refused();
	same("answers", status_of(answers), 0);
	same("the oldest first", status_of(first_come), 0);
	same("descriptors", status_of(adds), 0);
	same("signals", status_of(signalled), 0);
	same("patience", status_of(patient), 0);
	same("nobody is left to ask", status_of(nobody_left), 0);
}

const struct suite notify_suite = {"notify", run, .needs_proc = true};
