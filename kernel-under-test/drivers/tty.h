/* A terminal: the line discipline, modes and session that the console and pseudo terminals share.
 */
#pragma once

#include "fs/file.h"
#include "proc/process.h"

#define TCGETS	   0x5401
#define TCSETS	   0x5402
#define TCSETSW	   0x5403
#define TCSETSF	   0x5404
#define TCGETA	   0x5405
#define TCSETA	   0x5406
#define TCSETAW	   0x5407
#define TCSETAF	   0x5408
#define TIOCSCTTY  0x540e
#define TIOCGPGRP  0x540f
#define TIOCSPGRP  0x5410
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define FIONREAD   0x541b
#define TIOCGSID   0x5429

#define TTY_LINE_MAX 4096

#define IFLAG_ICRNL   0000400u
#define OFLAG_OPOST   0000001u
#define OFLAG_ONLCR   0000004u
#define LFLAG_ISIG    0000001u
#define LFLAG_ICANON  0000002u
#define LFLAG_ECHO    0000010u
#define LFLAG_ECHOCTL 0001000u

#define TTY_KEYS 19

/* No process is in this session. */
#define TTY_NO_SESSION (-1)

/* As the user gives and gets it. */
struct termios {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line, keys[TTY_KEYS];
};

struct tty;

struct tty_ops {
	/* Shows what was typed; may drop it. */
	void (*echo)(struct tty *t, const char *text, size_t len);
	/* Input was read: there is room for more. May be absent. */
	void (*drained)(struct tty *t);
	/* The log and the terminal are one: control characters go out as they are. */
	bool plain_echo;
};

/* Guarded by the kernel lock. */
struct tty {
	const struct tty_ops *ops;
	struct termios mode;
	uint16_t window[4];
	/* The session whose terminal this is, and the group in the foreground; 0: none. */
	int session, foreground;
	/* The other side is gone: reading gives the end of the file, and nothing waits. */
	bool hung_up;
	/* A ring of input: what is before `ready` can be read, the rest is still being edited. */
	uint32_t read, ready, typed;
	/* One bit a place in the ring: an end of file was typed here. */
	uint64_t eof[TTY_LINE_MAX / 64];
	struct wait_queue readers;
	char ring[TTY_LINE_MAX];
};

/* As `stty sane` leaves it (lines, echo, signals), of `session`. */
void tty_init(struct tty *t, const struct tty_ops *ops, int session);

/* A character comes in. Interrupts may call it. */
void tty_type(struct tty *t, char c);
/* How many can be typed now; whoever types more must wait, or loses them. */
uint32_t tty_room(const struct tty *t);
/* Forgets all input. */
void tty_flush(struct tty *t);
/* What is being edited can be read. */
void tty_publish(struct tty *t);

/* As file_ops.read, which `f` is for. */
long tty_read(struct tty *t, struct file *f, struct uio *u);
static inline bool tty_readable(const struct tty *t)
{
	return t->read != t->ready;
}

/* What each terminal understands; -ENOTTY otherwise. */
long tty_ioctl(struct tty *t, uint64_t request, uint64_t arg);

/* Whether it is the terminal of the caller's session. */
static inline bool tty_is_own(const struct tty *t)
{
	return process_current()->sid == t->session;
}

/* To the group in the foreground, if there is one. */
void tty_signal(const struct tty *t, int signo);
