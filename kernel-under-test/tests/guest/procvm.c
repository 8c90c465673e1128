/* Calls that look into other processes, and who may. */
#include "guest.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/uio.h>

enum { FILE_, VM, FILES, FS, SIGHAND, IO, SYSVSEM };

static long compare(long a, long b, int type, long x, long y)
{
	return RAW(SYS_kcmp, a, b, type, x, y);
}

static void robust(void)
{
	struct robust_list_head head = {{&head.list}, 0, NULL}, *was = NULL;
	size_t size = 0;
	pid_t child;

	same("a list", RAW(SYS_set_robust_list, &head, sizeof(head)), 0);
	same("is told", RAW(SYS_get_robust_list, 0, &was, &size), 0);
	same("its head", was == &head && size == 24, 1);
	same("to nowhere", RAW(SYS_get_robust_list, 0, NULL, &size), -EFAULT);
	same("nor its size", RAW(SYS_get_robust_list, 0, &was, NULL), -EFAULT);
	same("of nobody", RAW(SYS_get_robust_list, 30000, &was, &size), -ESRCH);
	RAW(SYS_set_robust_list, NULL, 24);
	child = fork();
	if (child == 0) {
		child_needs(RAW(SYS_setresuid, 9, 9, 9) == 0);
		child_needs(RAW(SYS_get_robust_list, 1, &was, &size) == -EPERM);
		child_needs(compare(1, getpid(), VM, 0, 0) == -EPERM);
		_exit(0);
	}
	int status = -1;
	waitpid(child, &status, 0);
	same("another user's", status, 0);
}

static void compared(void)
{
	int fd = open("/dev/null", O_RDONLY), two = dup(fd), other = open("/dev/null", O_RDONLY);
	long me = getpid(), child, order;

	same("one file", compare(me, me, FILE_, fd, two), 0);
	order = compare(me, me, FILE_, fd, other);
	holds("two files", order == 1 || order == 2);
	same("the other way", compare(me, me, FILE_, other, fd), 3 - order);
	same("no file", compare(me, me, FILE_, fd, 900), -EBADF);
	same("of no kind", compare(me, me, 99, 0, 0), -EINVAL);
	same("of nobody", compare(me, 30000, VM, 0, 0), -ESRCH);
	child = RAW(SYS_clone, CLONE_FILES | CLONE_FS | SIGCHLD, 0, 0, 0, 0);
	if (child == 0) {
		pause();
		_exit(0);
	}
	same("the same descriptors", compare(me, child, FILES, 0, 0), 0);
	same("the same directories", compare(me, child, FS, 0, 0), 0);
	holds("not the same memory", compare(me, child, VM, 0, 0) > 0);
	holds("nor actions", compare(me, child, SIGHAND, 0, 0) > 0);
	same("a file of both", compare(me, child, FILE_, fd, two), 0);
	kill((pid_t)child, SIGKILL);
	waitpid((pid_t)child, NULL, 0);
	close(fd), close(two), close(other);
}

static char *far;

static void moved(void)
{
	char near[10000], here[] = "written from afar";
	struct iovec local[2] = {{near, 100}, {near + 100, 9900}}, remote = {NULL, 10000}, bad;
	pid_t child;

	far = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(far, 'a', 4096);
	child = fork();
	if (child == 0) {
		far[4096] = 'c';
		mprotect(far + 12288, 4096, PROT_NONE);
		raise(SIGSTOP);
		_exit(strcmp(far + 8000, here) ? 1 : 0);
	}
	waitpid(child, NULL, WUNTRACED);
	remote.iov_base = far;
	same("read", RAW(SYS_process_vm_readv, child, local, 2, &remote, 1, 0), 10000);
	holds("what is there", near[4095] == 'a' && near[4096] == 'c' && near[9000] == 0);
	holds("and not here", far[4096] == 0);
	remote.iov_base = far + 8000, local[0] = (struct iovec){here, sizeof(here)};
	same("written", RAW(SYS_process_vm_writev, child, local, 1, &remote, 1, 0), sizeof(here));
	remote.iov_base = far + 12188, remote.iov_len = 400;
	local[0] = (struct iovec){near, 400};
	same("up to what it can't read", RAW(SYS_process_vm_readv, child, local, 1, &remote, 1, 0),
	     100);
	remote.iov_base = far + 12288;
	same("which is nothing", RAW(SYS_process_vm_readv, child, local, 1, &remote, 1, 0),
	     -EFAULT);
	remote = (struct iovec){(void *)0xffffffff80100000, 8};
	same("of the kernel", RAW(SYS_process_vm_readv, child, local, 1, &remote, 1, 0), -EFAULT);
	same("nor to it", RAW(SYS_process_vm_writev, child, local, 1, &remote, 1, 0), -EFAULT);
	remote = (struct iovec){(void *)0xffff900000000000, 8};
	same("far up", RAW(SYS_process_vm_writev, child, local, 1, &remote, 1, 0), -EFAULT);
	same("of nobody", RAW(SYS_process_vm_readv, 30000, local, 1, &remote, 1, 0), -ESRCH);
	same("with a flag", RAW(SYS_process_vm_readv, child, local, 1, &remote, 1, 1), -EINVAL);
	same("too many", RAW(SYS_process_vm_readv, child, local, 1025, &remote, 1, 0), -EINVAL);
	same("nowhere", RAW(SYS_process_vm_readv, child, NULL, 1, &remote, 1, 0), -EFAULT);
	same("from nowhere", RAW(SYS_process_vm_readv, child, local, 1, NULL, 1, 0), -EFAULT);
	same("nothing", RAW(SYS_process_vm_readv, child, local, 0, NULL, 1, 0), 0);
	bad = (struct iovec){near, (size_t)-1};
	same("a length that is none", RAW(SYS_process_vm_readv, child, &bad, 1, &remote, 1, 0),
	     -EINVAL);
	kill(child, SIGCONT);
	int status = -1;
	waitpid(child, &status, 0);
	same("it has found it", status, 0);
	munmap(far, 16384);
}

/* The first second of 1970 is a time like any other. */
static void first_second(void)
{
	const struct timespec zero[2] = {{0, 0}, {0, 0}}, one[2] = {{0, 1}, {1, 0}};
	struct stat st;

	put_file("/tmp/look", "x");
	same("all zero", utimensat(AT_FDCWD, "/tmp/look", zero, 0), 0);
	same("is kept",
	     stat("/tmp/look", &st) || st.st_atim.tv_sec || st.st_atim.tv_nsec ||
		     st.st_mtim.tv_sec || st.st_mtim.tv_nsec,
	     0);
	same("a nanosecond", utimensat(AT_FDCWD, "/tmp/look", one, 0), 0);
	same("too",
	     stat("/tmp/look", &st) || st.st_atim.tv_sec || st.st_atim.tv_nsec != 1 ||
		     st.st_mtim.tv_sec != 1 || st.st_mtim.tv_nsec,
	     0);
	unlink("/tmp/look");
}

static void run(void)
{
	robust();
	compared();
	moved();
	first_second();
}

const struct suite procvm_suite = {"procvm", run};
