/* Private to procfs: generating texts. */
#pragma once

#include "fs/uio.h"
#include "lib/types.h"
#include "proc/process.h"

#define TEXT_MAX (60ul << 10)

/* Longest part of a text. */
#define TEXT_PART_MAX 1024

/*
 * A text being generated; what exceeds `size` is cut off. A text of any length consists of parts:
 * its make() starts at `part`, stops once there are `enough` bytes, and leaves behind the last part
 * and its offset.
 */
struct text {
	char *at;
	size_t size, len, enough;
	uint64_t part;
	size_t part_at;
};

void text_add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Pads with spaces to `width` bytes from `start` on. */
void text_pad(struct text *t, size_t start, size_t width);

/*
 * The subject of a file: a process, or with `alone` one of its threads. In /proc itself: the
 * reader.
 */
struct proc_subject {
	struct process *process;
	struct thread *thread;
	bool alone;
};

struct proc_file {
	const char *name;
	void (*show)(struct text *t, const struct proc_subject *s);
	/* Handles written text, NUL-terminated: 0 or -errno. Absent: read-only. */
	int (*store)(const char *text, const struct proc_subject *s);
	/* Instead of both: transfers contents directly. */
	long (*transfer)(const struct proc_subject *s, uint64_t pos, struct uio *u, bool write);
};

/* Files of /proc, of /proc/PID, and of /proc/net. */
extern const struct proc_file proc_system_files[], proc_process_files[], proc_net_files[];
extern const size_t proc_system_count, proc_process_count, proc_net_count;

/* Files of /proc/sysvipc. Implemented by syscall. */
#define PROC_SYSV_COUNT 3
extern const struct proc_file proc_sysv_files[PROC_SYSV_COUNT];
void proc_sysv_msg(struct text *t, const struct proc_subject *s);
void proc_sysv_sem(struct text *t, const struct proc_subject *s);
void proc_sysv_shm(struct text *t, const struct proc_subject *s);

/* The text of that file for a zombie: little or nothing. */
void proc_zombie(struct text *t, const char *file, const struct process *p);

/* memory.c */
long proc_mem(const struct proc_subject *s, uint64_t pos, struct uio *u, bool write);
long proc_pagemap(const struct proc_subject *s, uint64_t pos, struct uio *u, bool write);
void proc_maps(struct text *t, const struct proc_subject *s);
void proc_smaps(struct text *t, const struct proc_subject *s);
void proc_statm(struct text *t, const struct proc_subject *s);

/* system.c */
extern const char *proc_kernel_cmdline;
void proc_mounts(struct text *t, const struct proc_subject *s);
void proc_mountinfo(struct text *t, const struct proc_subject *s);

/* Sizes in bytes of all, and of the locked areas of a process. */
uint64_t proc_size(const struct process *p);
uint64_t proc_locked(const struct process *p);
