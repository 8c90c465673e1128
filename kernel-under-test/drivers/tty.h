/* Terminals: the line discipline, modes and session that the console and pseudo terminals share. */
#pragma once

#include "fs/file.h"
#include "proc/process.h"
#include "proc/signal/signal.h"

#define TCGETS	   0x5401
#define TCSETS	   0x5402
#define TCSETSW	   0x5403
#define TCSETSF	   0x5404
#define TCGETA	   0x5405
#define TCSETA	   0x5406
#define TCSETAW	   0x5407
#define TCSETAF	   0x5408
#define TCXONC	   0x540a
#define TIOCSCTTY  0x540e
#define TIOCGPGRP  0x540f
#define TIOCSPGRP  0x5410
#define TIOCSTI	   0x5412
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define FIONREAD   0x541b
#define TIOCGSID   0x5429

#define TTY_LINE_MAX 4096

#define IFLAG_INLCR   0000100u
#define IFLAG_IGNCR   0000200u
#define IFLAG_ICRNL   0000400u
#define IFLAG_IXON    0002000u
#define IFLAG_IXANY   0004000u
#define OFLAG_OPOST   0000001u
#define OFLAG_ONLCR   0000004u
#define LFLAG_ISIG    0000001u
#define LFLAG_ICANON  0000002u
#define LFLAG_ECHO    0000010u
#define LFLAG_ECHONL  0000100u
#define LFLAG_NOFLSH  0000200u
#define LFLAG_TOSTOP  0000400u
#define LFLAG_ECHOCTL 0001000u
#define LFLAG_IEXTEN  0100000u

/* Events reported to a master in packet mode. */
#define TIOCPKT_FLUSHREAD  1
#define TIOCPKT_FLUSHWRITE 2
#define TIOCPKT_STOP	   4
#define TIOCPKT_START	   8
#define TIOCPKT_NOSTOP	   16
#define TIOCPKT_DOSTOP	   32

/* Indices in termios.keys. */
enum {
	KEY_INTR,
	KEY_QUIT,
	KEY_ERASE,
	KEY_KILL,
	KEY_EOF,
	KEY_TIME,
	KEY_MIN,
	KEY_START = 8,
	KEY_STOP,
	KEY_SUSP,
	KEY_EOL,
	KEY_REPRINT,
	KEY_WERASE = 14,
	KEY_LNEXT,
	KEY_EOL2,
};

#define TTY_KEYS 19

/* The session of a terminal that controls none. */
#define TTY_NO_SESSION (-1)

/* struct termios of the Linux ABI. */
struct termios {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line, keys[TTY_KEYS];
};

struct tty;

struct tty_ops {
	/* Displays typed characters; may drop them. */
	void (*echo)(struct tty *t, const char *text, size_t len);
	/* Input was read, so there is room for more. Optional. */
	void (*drained)(struct tty *t);
	/* Discards output that nobody has read. Optional. */
	void (*flush_output)(struct tty *t);
	/* Reports events TIOCPKT_*. Optional. */
	void (*status)(struct tty *t, uint8_t status);
	/* The kernel log shares the screen: control characters are echoed as they are. */
	bool plain_echo;
};

/* Guarded by the kernel lock. */
struct tty {
	const struct tty_ops *ops;
	struct termios mode;
	uint16_t window[4];
	/* The session it controls, and that session's foreground group; 0: none. */
	int session, foreground;
	/* The other side was closed: reads return end of file, and nothing waits. */
	bool hung_up;
	/* Ring of input: readable up to `ready`, still being edited up to `typed`. */
	uint32_t read, ready, typed;
	/* Output is stopped (VSTOP); the next character is literal (VLNEXT). */
	bool stopped, literal_next;
	/* A bit per byte of the ring: a line ends here; by end of file if the byte is 0. */
	uint64_t ends[TTY_LINE_MAX / 64];
	struct wait_queue readers;
	char ring[TTY_LINE_MAX];
};

/* Initializes with the modes of `stty sane`, as the terminal of `session`. */
void tty_init(struct tty *t, const struct tty_ops *ops, int session);

/* A character was typed. Callable from interrupts. */
void tty_input(struct tty *t, char c);
/* How many characters may be typed now; more are dropped, or their writer waits. */
uint32_t tty_room(const struct tty *t);
/* Discards all input. */
void tty_flush(struct tty *t);
/* Makes what is being edited readable. */
void tty_commit(struct tty *t);

/* file_ops.read of file `f`. */
long tty_read(struct tty *t, struct file *f, struct uio *u);
static inline bool tty_readable(const struct tty *t)
{
	return t->read != t->ready;
}

/* Requests that all terminals have in common; -ENOTTY for others. */
long tty_ioctl(struct tty *t, uint64_t request, uint64_t arg);

/* Returns a number to the user from an ioctl(). */
long tty_put_int(int v, uint64_t out);

/* Whether it is the controlling terminal of the caller's session. */
static inline bool tty_is_controlling(const struct tty *t)
{
	return process_current()->sid == t->session;
}

static inline bool tty_has_lflag(const struct tty *t, uint32_t lflag)
{
	return t->mode.lflag & lflag;
}

/*
 * Background processes may not read from (SIGTTIN) or modify (SIGTTOU) the terminal. Returns 0,
 * -EIO (no signal would stop the caller) or -ERESTARTSYS.
 */
int tty_check_change(const struct tty *t, int signo);
/* The same for writing. */
static inline int tty_check_write(const struct tty *t)
{
	return tty_has_lflag(t, LFLAG_TOSTOP) ? tty_check_change(t, SIGTTOU) : 0;
}

/* Stops output, or restarts it. */
void tty_stop(struct tty *t, bool stop);
void tty_status(struct tty *t, uint8_t status);

/* Signals the foreground group, if there is one. */
void tty_signal(const struct tty *t, int signo);
