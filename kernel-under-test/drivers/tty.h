/* A terminal: the line discipline, modes and session that the console and pseudo terminals share.
 */
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

/* What a master in packet mode is told beside data (TIOCPKT). */
#define TIOCPKT_FLUSHREAD  1
#define TIOCPKT_FLUSHWRITE 2
#define TIOCPKT_STOP	   4
#define TIOCPKT_START	   8
#define TIOCPKT_NOSTOP	   16
#define TIOCPKT_DOSTOP	   32

/* Places in termios.keys. */
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
	/* What was written and nobody saw yet is void. May be absent. */
	void (*flush_output)(struct tty *t);
	/* Something of TIOCPKT_* happened. May be absent. */
	void (*status)(struct tty *t, uint8_t status);
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
	/* Nothing is to be written (^S); the next key is itself, whatever it means (^V). */
	bool stopped, literal_next;
	/* One bit a place in the ring: a line ends here, and the file if there is a 0. */
	uint64_t ends[TTY_LINE_MAX / 64];
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

/* What requests for a number are answered with. */
long tty_tell(int v, uint64_t out);

/* Whether it is the terminal of the caller's session. */
static inline bool tty_is_own(const struct tty *t)
{
	return process_current()->sid == t->session;
}

static inline bool tty_is_on(const struct tty *t, uint32_t lflag)
{
	return t->mode.lflag & lflag;
}

/*
 * Who is in the background may not read (SIGTTIN) or change the terminal (SIGTTOU). 0, -EIO (no
 * signal would stop it), -ERESTARTSYS.
 */
int tty_check_change(const struct tty *t, int signo);
/* The same for writing. */
static inline int tty_check_write(const struct tty *t)
{
	return tty_is_on(t, LFLAG_TOSTOP) ? tty_check_change(t, SIGTTOU) : 0;
}

/* Output stops, or goes on. */
void tty_stop(struct tty *t, bool stop);
void tty_status(struct tty *t, uint8_t status);

/* To the group in the foreground, if there is one. */
void tty_signal(const struct tty *t, int signo);
