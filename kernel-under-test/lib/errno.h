/* Error numbers of the Linux ABI. Functions return them negative; 0 is success. */
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
 * Inside the kernel only: a signal ended the sleep, and the call is made again unless a handler
 * without SA_RESTART ran. The way back to user mode turns it into a restart or into -EINTR.
 */
#define ERESTARTSYS 512

/* The same, and the call is made again whatever handler ran. */
#define ERESTARTNOINTR 513

/* The same, and the call is made again if no handler ran. Numbered as tracers know them. */
#define ERESTARTNOHAND 514

/* The same, but it goes on where it was: what thread.restart says is done instead. */
#define ERESTART_RESTARTBLOCK 516

/*
 * Inside the kernel only: a page of the user's must come from a disk first, and this was no place
 * to wait for it. Whoever can wait calls space_bring_in(), and does again what gave this.
 */
#define EPAGING 520

/*
 * Inside the kernel only: this wants the kernel lock, which is not held. Whoever gets it takes the
 * lock and does it again.
 */
#define EUNLOCKED 521
