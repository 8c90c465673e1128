/* Errno values of the Linux ABI. Functions return them negated; 0 is success. */
#pragma once

#define EPERM		1
#define ENOENT		2
#define ESRCH		3
#define EINTR		4
#define EIO		5
#define ENXIO		6
#define E2BIG		7
#define ENOEXEC		8
#define EBADF		9
#define ECHILD		10
#define EAGAIN		11
#define ENOMEM		12
#define EACCES		13
#define EFAULT		14
#define ENOTBLK		15
#define EBUSY		16
#define EEXIST		17
#define EXDEV		18
#define ENODEV		19
#define ENOTDIR		20
#define EISDIR		21
#define EINVAL		22
#define ENFILE		23
#define EMFILE		24
#define ENOTTY		25
#define ETXTBSY		26
#define EFBIG		27
#define ENOSPC		28
#define ESPIPE		29
#define EROFS		30
#define EMLINK		31
#define EPIPE		32
#define EDOM		33
#define ERANGE		34
#define ENAMETOOLONG	36
#define EDEADLK		35
#define ENOSYS		38
#define ENOTEMPTY	39
#define ELOOP		40
#define ENOMSG		42
#define EIDRM		43
#define ENODATA		61
#define EOVERFLOW	75
#define EBADFD		77
#define ELIBBAD		80
#define ENOTSOCK	88
#define EDESTADDRREQ	89
#define EMSGSIZE	90
#define EPROTOTYPE	91
#define ENOPROTOOPT	92
#define EPROTONOSUPPORT 93
#define ESOCKTNOSUPPORT 94
#define EOPNOTSUPP	95
#define EAFNOSUPPORT	97
#define EADDRINUSE	98
#define EPROTO		71
#define EADDRNOTAVAIL	99
#define ENETDOWN	100
#define ENETUNREACH	101
#define ECONNABORTED	103
#define ECONNRESET	104
#define ENOBUFS		105
#define EISCONN		106
#define ENOTCONN	107
#define ETOOMANYREFS	109
#define ETIMEDOUT	110
#define ECONNREFUSED	111
#define EHOSTUNREACH	113
#define EALREADY	114
#define EINPROGRESS	115
#define EUCLEAN		117
#define ECANCELED	125

/*
 * Kernel-internal, numbered as on Linux, where tracers see them: a signal interrupted the call. It
 * is restarted unless a handler without SA_RESTART runs; the return to user mode makes it a restart
 * or -EINTR.
 */
#define ERESTARTSYS 512

/* Restarted whichever handler runs. */
#define ERESTARTNOINTR 513

/* Restarted only if no handler runs. */
#define ERESTARTNOHAND 514

/* Resumed by thread.restart instead of being repeated, if no handler runs. */
#define ERESTART_RESTARTBLOCK 516

/*
 * Kernel-internal: a user page must be read from disk first, and the code that found out may not
 * sleep. A caller that may sleep calls space_page_in() and retries.
 */
#define EPAGING 520

/*
 * Kernel-internal: the operation needs the kernel lock, which is not held. The caller takes it and
 * retries.
 */
#define EUNLOCKED 521
