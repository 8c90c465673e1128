/*
 * Pseudo terminals: a terminal (the slave, /dev/pts/N) whose input is written and whose output is
 * read by a program (the master, an open /dev/ptmx).
 */
#pragma once

#include "drivers/tty.h"
#include "ipc/ring.h"
#include "lib/list.h"

/* Numbers are minor numbers of eight bits. */
#define PTYS_MAX 256

/* Exists while the master or a slave is open, or a session has it as controlling terminal. */
struct pty {
	struct list link;
	unsigned int number;
	/* With a reference; NULL once the master is closed. */
	struct inode *node;
	/* TIOCSPTLCK: slaves cannot be opened yet; and the last slave has been closed. */
	bool locked, slave_gone;
	/* TIOCPKT: packet mode, and events (TIOCPKT_*) not yet reported. */
	bool packets;
	uint8_t status;
	uint32_t slaves;
	/* Output of slaves, and echo. */
	struct ring out;
	struct wait_queue out_readers, out_writers;
	/* Masters waiting for their input to be read. */
	struct wait_queue in_writers;
	struct tty tty;
};

void pty_init(void);

/* The pseudo terminal of a session, or NULL; not one that was hung up. */
struct pty *pty_of_session(int sid);
/* Whether the caller's session has a controlling terminal of any kind. */
bool pty_session_has_terminal(void);
/* Disassociates the terminal from its session, and signals the foreground group. */
void pty_detach_session(struct pty *p, bool cont);

/* Discards output that has not been read. */
void pty_flush_output(struct pty *p);

/* Records an event TIOCPKT_*. */
void pty_status(struct tty *t, uint8_t status);

long pty_master_ioctl(struct file *f, uint64_t request, uint64_t arg);
long pty_slave_ioctl(struct file *f, uint64_t request, uint64_t arg);
