/* Private to procfs: the texts. */
#pragma once

#include "lib/types.h"
#include "fs/uio.h"
#include "proc/process.h"

#define TEXT_MAX (60ul << 10)

/* No part of a text is longer. */
#define TEXT_PART_MAX 1024

/*
 * A text under construction; what does not fit is cut off. One of any length is made of parts, and
 * not all at once: its make() begins with `part`, goes on until there is `enough`, and leaves
 * behind which part was the last, and where in the text that begins.
 */
struct text {
	char *at;
	size_t size, len, enough;
	uint64_t part;
	size_t part_at;
};

void text_add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Spaces until there are `width` bytes from `start` on. */
void text_pad(struct text *t, size_t start, size_t width);

/* Whom a file is about: a process, or with `alone` one thread of it. Of /proc: who reads. */
struct proc_subject {
	struct process *process;
	struct thread *thread;
	bool alone;
};

struct proc_file {
	const char *name;
	void (*make)(struct text *t, const struct proc_subject *s);
	/* The text that someone writes, ended by a zero: 0 or -errno. Absent: it is only read. */
	int (*take)(const char *text, const struct proc_subject *s);
	/* In place of both: contents that are read and written where they stand. */
	long (*move)(const struct proc_subject *s, uint64_t pos, struct uio *u, bool write);
};

/* Of /proc, of a process or a thread, and of /proc/net. */
extern const struct proc_file proc_system_files[], proc_process_files[], proc_net_files[];
extern const size_t proc_system_count, proc_process_count, proc_net_count;

/* Of /proc/sysvipc. Given by syscall. */
#define PROC_SYSV_COUNT 3
extern const struct proc_file proc_sysv_files[PROC_SYSV_COUNT];
void proc_sysv_msg(struct text *t, const struct proc_subject *s);
void proc_sysv_sem(struct text *t, const struct proc_subject *s);
void proc_sysv_shm(struct text *t, const struct proc_subject *s);

/* What a file of that name says of a process that has ended: little, or nothing. */
void proc_zombie(struct text *t, const char *file, const struct process *p);

/* memory.c */
long proc_mem(const struct proc_subject *s, uint64_t pos, struct uio *u, bool write);
void proc_maps(struct text *t, const struct proc_subject *s);
void proc_smaps(struct text *t, const struct proc_subject *s);
void proc_statm(struct text *t, const struct proc_subject *s);

/* system.c */
extern const char *proc_kernel_cmdline;
void proc_mounts(struct text *t, const struct proc_subject *s);
void proc_mountinfo(struct text *t, const struct proc_subject *s);

/* Bytes of all areas of a process's memory. */
uint64_t proc_size(const struct process *p);
uint64_t proc_locked(const struct process *p);
