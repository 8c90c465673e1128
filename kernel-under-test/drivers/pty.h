/*
 * Pseudo terminals: a terminal (the slave, /dev/pts/N) whose keys are typed and whose screen is
 * read by a program (the master, an open /dev/ptmx).
 */
#pragma once

#include "drivers/tty.h"
#include "ipc/ring.h"
#include "lib/list.h"

/* Numbers are minor numbers, of eight bits. */
#define PTYS_MAX 256

/* Lives while the master or a slave is open, or a session has it. */
struct pty {
	struct list link;
	unsigned int number;
	/* With a reference; NULL when the master was closed. */
	struct inode *node;
	/* May not be opened yet; and it was opened, and the last that had it closed it. */
	bool locked, slave_gone;
	/* Packet mode, and what its reader is to be told of (TIOCPKT_*). */
	bool packets;
	uint8_t status;
	uint32_t slaves;
	/* What was written to the slave, or echoed. */
	struct ring out;
	struct wait_queue out_readers, out_writers;
	/* Masters that wait for what they typed to be read. */
	struct wait_queue in_writers;
	struct tty tty;
};

void pty_init(void);

/* The pseudo terminal of a session, or NULL; one that was hung up is none. */
struct pty *pty_of_session(int sid);
/* Whether the caller's session has any terminal. */
bool pty_session_has_terminal(void);
/* The session has no terminal any more; its foreground group is told. */
void pty_end_session(struct pty *p, bool cont);

/* What was written and not read yet is void. */
void pty_flush_output(struct pty *p);

/* One of TIOCPKT_* happened. */
void pty_status(struct tty *t, uint8_t status);

long pty_master_ioctl(struct file *f, uint64_t request, uint64_t arg);
long pty_slave_ioctl(struct file *f, uint64_t request, uint64_t arg);
