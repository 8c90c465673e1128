/* Calls that are special cases of newer ones: the missing arguments are supplied here. */
#include "syscall/user.h"

#define CWD ((uint64_t)AT_FDCWD)

#define NONE  (void)
#define ONE   (uint64_t a)
#define TWO   (uint64_t a, uint64_t b)
#define THREE (uint64_t a, uint64_t b, uint64_t c)
#define FOUR  (uint64_t a, uint64_t b, uint64_t c, uint64_t d)

#define CALL(name, arguments, as)                                                                  \
	long sys_##name arguments                                                                  \
	{                                                                                          \
		return sys_##as;                                                                   \
	}

/* Paths relative to the working directory. */
CALL(access, TWO, faccessat2(CWD, a, b, 0))
CALL(chmod, TWO, fchmodat(CWD, a, b))
CALL(chown, THREE, fchownat(CWD, a, b, c, 0))
CALL(lchown, THREE, fchownat(CWD, a, b, c, AT_SYMLINK_NOFOLLOW))
CALL(creat, TWO, open(a, O_CREAT | O_WRONLY | O_TRUNC, b))
CALL(link, TWO, linkat(CWD, a, CWD, b, 0))
CALL(mkdir, TWO, mkdirat(CWD, a, b))
CALL(mknod, THREE, mknodat(CWD, a, b, c))
CALL(readlink, THREE, readlinkat(CWD, a, b, c))
CALL(rename, TWO, renameat2(CWD, a, CWD, b, 0))
CALL(rmdir, ONE, unlinkat(CWD, a, AT_REMOVEDIR))
CALL(symlink, TWO, symlinkat(a, CWD, b))
CALL(utimes, TWO, futimesat(CWD, a, b))

/* Without flags, or without a timeout. */
CALL(accept, THREE, accept4(a, b, c, 0))
CALL(eventfd, ONE, eventfd2(a, 0))
CALL(faccessat, THREE, faccessat2(a, b, c, 0))
CALL(inotify_init, NONE, inotify_init1(0))
CALL(mlock, TWO, mlock2(a, b, 0))
CALL(pipe, ONE, pipe2(a, 0))
CALL(renameat, FOUR, renameat2(a, b, c, d, 0))
CALL(signalfd, THREE, signalfd4(a, b, c, 0))

/* The caller's own limits. */
CALL(getrlimit, TWO, prlimit64(0, a, 0, b))
CALL(setrlimit, TWO, prlimit64(0, a, b, 0))
