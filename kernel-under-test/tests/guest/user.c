/* Users, groups and capabilities, and what they may do. */
#include "guest.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>

static void in_child(void (*fn)(void))
{
	same("the child came to its end", status_of(fn), 0);
}

/* Raw, since the C library would change all threads. */
static void become(unsigned int uid, unsigned int gid)
{
	syscall(SYS_setgroups, 0, NULL);
	syscall(SYS_setresgid, gid, gid, gid);
	syscall(SYS_setresuid, uid, uid, uid);
}

static void ids(void)
{
	unsigned int r, e, s, groups[3] = {5, 6, 7}, got[3];

	same("bad uid", RAW(SYS_setuid, -1), -EINVAL);
	same("setgroups", RAW(SYS_setgroups, 3, groups), 0);
	same("how many", RAW(SYS_getgroups, 0, NULL), 3);
	same("too little room", RAW(SYS_getgroups, 2, got), -EINVAL);
	same("these", RAW(SYS_getgroups, 3, got) == 3 ? (long)got[2] : -1, 7);
	same("too many", RAW(SYS_setgroups, 65537, groups), -EINVAL);
	same("setresuid", RAW(SYS_setresuid, 10, 20, 30), 0);
	same("getresuid", RAW(SYS_getresuid, &r, &e, &s), 0);
	same("real", r, 10);
	same("effective", e, 20);
	same("saved", s, 30);
	same("fs", setfsuid(-1), 20);
	same("setgroups now", RAW(SYS_setgroups, 0, NULL), -EPERM);
	same("to the saved one", RAW(SYS_setuid, 30), 0);
	same("is it", geteuid(), 30);
	same("to the real one", RAW(SYS_setreuid, -1, 10), 0);
	same("to another", RAW(SYS_setuid, 0), -EPERM);
	same("nor so", RAW(SYS_setresuid, -1, 0, -1), -EPERM);
	same("setreuid sets saved", RAW(SYS_setreuid, 10, 30), 0);
	same("indeed", RAW(SYS_getresuid, &r, &e, &s) ? -1 : (long)s, 30);
	same("setgid still", RAW(SYS_setgid, 5), -EPERM);
	same("setfsuid", (setfsuid(10), setfsuid(-1)), 10);
}

static void files(void)
{
	struct stat st;

	become(1000, 1000);
	same("another's secret", RAW(SYS_open, "/u/secret", O_RDONLY), -EACCES);
	same("stat of it", stat("/u/secret", &st), 0);
	same("access", RAW(SYS_access, "/u/secret", R_OK), -EACCES);
	same("into a closed directory", RAW(SYS_stat, "/u/closed/x", &st), -EACCES);
	same("a group's", RAW(SYS_open, "/u/group", O_RDONLY) >= 0, 1);
	same("not to write", RAW(SYS_open, "/u/group", O_WRONLY), -EACCES);
	same("O_TRUNC", RAW(SYS_open, "/u/group", O_RDONLY | O_TRUNC), -EACCES);
	same("truncate", RAW(SYS_truncate, "/u/group", 0), -EACCES);
	same("chmod", RAW(SYS_chmod, "/u/group", 0777), -EPERM);
	same("chown", RAW(SYS_chown, "/u/group", 1000, 1000), -EPERM);
	same("make one", RAW(SYS_open, "/u/new", O_CREAT | O_RDWR, 0600), -EACCES);
	same("make one over it", RAW(SYS_mkdir, "/u/group", 0700), -EEXIST);
	same("take one away", RAW(SYS_unlink, "/u/group"), -EACCES);
	same("chdir", RAW(SYS_chdir, "/u/closed"), -EACCES);
	same("mknod", RAW(SYS_mknod, "/u/free/n", S_IFCHR | 0666, 0x103), -EPERM);
	same("chroot", RAW(SYS_chroot, "/"), -EPERM);
	same("one's own", RAW(SYS_open, "/u/free/mine", O_CREAT | O_RDWR, 0640) >= 0, 1);
	same("is one's own", stat("/u/free/mine", &st) ? -1 : (long)st.st_uid, 1000);
	same("its group", st.st_gid, 1000);
	same("chmod of it", RAW(SYS_chmod, "/u/free/mine", 06755), 0);
	same("give it away", RAW(SYS_chown, "/u/free/mine", 0, -1), -EPERM);
	same("to another group", RAW(SYS_chown, "/u/free/mine", -1, 55), -EPERM);
	same("sticky", RAW(SYS_unlink, "/u/free/roots"), -EPERM);
	same("sticky rename", RAW(SYS_rename, "/u/free/roots", "/u/free/x"), -EPERM);
	same("link", RAW(SYS_link, "/u/free/mine", "/u/x"), -EACCES);
	same("rename", RAW(SYS_rename, "/u/free/mine", "/u/free/yours"), 0);
	same("unlink", RAW(SYS_unlink, "/u/free/yours"), 0);
	same("with the group of the directory",
	     RAW(SYS_open, "/u/set/f", O_CREAT | O_RDWR, 0600) >= 0 && !stat("/u/set/f", &st)
		     ? (long)st.st_gid
		     : -1, 77);
	same("utime to now", RAW(SYS_utimensat, AT_FDCWD, "/u/secret", NULL, 0), -EACCES);
	same("run what may not be", RAW(SYS_execve, "/u/secret", NULL, NULL), -EACCES);
}

static void access_is_real(void)
{
	RAW(SYS_setresuid, 1000, 0, 0);
	same("open as root", RAW(SYS_open, "/u/secret", O_RDONLY) >= 0, 1);
	same("access as the real one", RAW(SYS_access, "/u/secret", R_OK), -EACCES);
	same("AT_EACCESS", RAW(SYS_faccessat2, AT_FDCWD, "/u/secret", R_OK, 0x200), 0);
}

static void signals(void)
{
	pid_t other = fork(), mine;

	if (other == 0) {
		become(2000, 2000);
		pause();
	}
	mine = fork();
	if (mine == 0) {
		become(1000, 1000);
		pause();
	}
	usleep(20000);
	become(1000, 1000);
	same("another's", RAW(SYS_kill, other, 0), -EPERM);
	same("its thread", RAW(SYS_tkill, other, SIGTERM), -EPERM);
	same("root's", RAW(SYS_kill, 1, SIGTERM), -EPERM);
	same("one's own", RAW(SYS_kill, mine, SIGKILL), 0);
	same("going on is allowed in a session", RAW(SYS_kill, other, SIGCONT), 0);
	waitpid(mine, NULL, 0);
}

static void capabilities(void)
{
	struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0}, bad = {1, 0};
	struct __user_cap_data_struct d[2];

	same("another version", RAW(SYS_capget, &bad, d), -EINVAL);
	same("tells ours", bad.version, _LINUX_CAPABILITY_VERSION_3);
	same("capget", RAW(SYS_capget, &h, d), 0);
	holds("all", d[0].effective == 0xffffffff && d[0].permitted == 0xffffffff);
	d[0].effective &= ~(1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH);
	same("capset", RAW(SYS_capset, &h, d), 0);
	same("root without", RAW(SYS_open, "/u/closed/x", O_RDONLY), -ENOENT);
	same("what is another's", RAW(SYS_open, "/u/theirs", O_RDONLY), -EACCES);
	d[0].permitted = d[0].effective = 1u << CAP_SETUID;
	same("less", RAW(SYS_capset, &h, d), 0);
	d[0].permitted = 0xffff;
	same("not more again", RAW(SYS_capset, &h, d), -EPERM);
	same("of nobody", (h.pid = 30000, RAW(SYS_capget, &h, d)), -ESRCH);
	h.pid = 0;
	same("keep", RAW(SYS_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0), 0);
	same("setuid", RAW(SYS_setuid, 1000), 0);
	RAW(SYS_capget, &h, d);
	same("kept", d[0].permitted, 1u << CAP_SETUID);
	same("but not effective", d[0].effective, 0);
}

static void controls(void)
{
	int v = -1;
	char name[16];

	same("PDEATHSIG", RAW(SYS_prctl, PR_SET_PDEATHSIG, 9, 0, 0, 0), 0);
	same("is kept", RAW(SYS_prctl, PR_GET_PDEATHSIG, &v) ? -1 : v, 9);
	same("a bad one", RAW(SYS_prctl, PR_SET_PDEATHSIG, 99, 0, 0, 0), -EINVAL);
	same("name", RAW(SYS_prctl, PR_SET_NAME, "a name that is too long"), 0);
	same("is cut", (RAW(SYS_prctl, PR_GET_NAME, name), strlen(name)), 15);
	same("dumpable", RAW(SYS_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0), 1);
	same("not", RAW(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0), 0);
	same("is not", RAW(SYS_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
	same("dumpable 5", RAW(SYS_prctl, PR_SET_DUMPABLE, 5, 0, 0, 0), -EINVAL);
	same("bounding set", RAW(SYS_prctl, PR_CAPBSET_READ, CAP_KILL, 0, 0, 0), 1);
	same("drop", RAW(SYS_prctl, PR_CAPBSET_DROP, CAP_KILL, 0, 0, 0), 0);
	same("dropped", RAW(SYS_prctl, PR_CAPBSET_READ, CAP_KILL, 0, 0, 0), 0);
	same("no such", RAW(SYS_prctl, PR_CAPBSET_READ, 77, 0, 0, 0), -EINVAL);
	same("no new privileges", RAW(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	same("of another user", RAW(SYS_setresuid, -1, 1000, -1), 0);
	same("it is taken back", RAW(SYS_prctl, PR_GET_PDEATHSIG, &v) ? -1 : v, 0);
	same("for good", RAW(SYS_prctl, PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), -EINVAL);
	same("get", RAW(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
	same("an unknown one", RAW(SYS_prctl, 9999, 0, 0, 0, 0), -EINVAL);
}

static void run(void)
{
	struct stat st;

	umask(0);
	mkdir("/u", 0755);
	mkdir("/u/closed", 0700);
	mkdir("/u/free", 01777);
	mkdir("/u/set", 0777);
	chown("/u/set", 0, 77);
	chmod("/u/set", 02777);
	put_file("/u/secret", "x");
	chmod("/u/secret", 0600);
	put_file("/u/group", "x");
	chown("/u/group", 0, 1000);
	chmod("/u/group", 0640);
	put_file("/u/theirs", "x");
	chown("/u/theirs", 5, 5);
	chmod("/u/theirs", 0600);
	put_file("/u/free/roots", "x");
	chmod("/u/secret", 06711);
	chown("/u/secret", 3, 3);
	same("chown takes set-uid away", stat("/u/secret", &st) ? -1 : (long)st.st_mode, S_IFREG | 0711);
	chown("/u/secret", 0, 0);
	chmod("/u/secret", 0600);
	in_child(ids);
	in_child(files);
	in_child(access_is_real);
	in_child(signals);
	in_child(capabilities);
	in_child(controls);
	umask(022);
}

const struct suite user_suite = {"user", run};
