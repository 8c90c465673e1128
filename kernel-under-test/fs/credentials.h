/*
 * Credentials of a thread: user, groups and capabilities. Shared and immutable: a change makes a
 * copy (credentials_copy) and commits it (credentials_commit). Reference counts need the kernel
 * lock.
 */
#pragma once

#include "fs/inode.h"
#include "sched/thread.h"

/* Numbered as on Linux. */
#define CAP_CHOWN	     0
#define CAP_DAC_OVERRIDE     1
#define CAP_DAC_READ_SEARCH  2
#define CAP_FOWNER	     3
#define CAP_FSETID	     4
#define CAP_KILL	     5
#define CAP_SETGID	     6
#define CAP_SETUID	     7
#define CAP_SETPCAP	     8
#define CAP_NET_BIND_SERVICE 10
#define CAP_NET_ADMIN	     12
#define CAP_NET_RAW	     13
#define CAP_IPC_LOCK	     14
#define CAP_IPC_OWNER	     15
#define CAP_SYS_CHROOT	     18
#define CAP_SYS_PTRACE	     19
#define CAP_SYS_ADMIN	     21
#define CAP_SYS_BOOT	     22
#define CAP_SYS_NICE	     23
#define CAP_SYS_RESOURCE     24
#define CAP_SYS_TIME	     25
#define CAP_MKNOD	     27
#define CAP_LEASE	     28
#define CAP_SYSLOG	     34
#define CAP_LAST	     40
#define CAP_ALL		     (BIT(CAP_LAST + 1) - 1)
/* Capabilities that together pass every permission check on files, and that follow fsuid. */
#define CAP_FILES                                                                                  \
	(BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_FOWNER) |     \
	 BIT(CAP_FSETID) | BIT(CAP_MKNOD))

#define GROUPS_MAX 65536

struct credentials {
	uint32_t refs;
	uint32_t uid, euid, suid, fsuid;
	uint32_t gid, egid, sgid, fsgid;
	uint64_t permitted, effective, inheritable, bounding, ambient;
	bool keep_capabilities, no_new_privileges;
	uint32_t group_count;
	uint32_t groups[];
};

extern struct credentials credentials_root;

static inline struct credentials *credentials_get(struct credentials *c)
{
	c->refs++;
	return c;
}

void credentials_put(struct credentials *c);

/*
 * A copy with one reference and room for `groups` groups, of which those of `from` that fit are
 * copied. NULL: no memory.
 */
struct credentials *credentials_copy(const struct credentials *from, uint32_t groups);

/*
 * Take over the caller's reference: for the calling thread, whose old credentials are dropped; and
 * for a thread that has none yet.
 */
void credentials_commit(struct credentials *c);
void credentials_install(struct thread *t, struct credentials *c);

static inline struct credentials *credentials_current(void)
{
	return thread_current()->cred;
}

static inline bool credentials_capable(const struct credentials *c, unsigned int capability)
{
	return c->effective & BIT(capability);
}

/* Whether the calling thread has the capability in its effective set. */
static inline bool capable(unsigned int capability)
{
	return credentials_capable(credentials_current(), capability);
}

bool credentials_in_group(const struct credentials *c, uint32_t gid);

#define MAY_EXEC  1
#define MAY_WRITE 2
#define MAY_READ  4

/* Permission check by mode bits and capabilities: 0, or -EACCES unless all of `mask` is granted. */
int credentials_check(const struct credentials *c, const struct inode *inode, unsigned int mask);

/* The same for the calling thread; a single load for one that passes every check. */
static inline int inode_permission(const struct inode *inode, unsigned int mask)
{
	if (likely(!thread_current()->confined))
		return 0;
	return credentials_check(credentials_current(), inode, mask);
}

/* The setuid and setgid bits that a write, truncation or chown by the caller clears. */
uint32_t inode_privilege_bits(const struct inode *inode);

/* Whether the caller owns the file or has CAP_FOWNER. */
static inline bool inode_owner_or_capable(const struct inode *inode)
{
	return credentials_current()->fsuid == inode->uid || capable(CAP_FOWNER);
}

/* Owner, group and inherited setgid bit of a new inode in `dir`. */
void inode_init_owner(const struct inode *dir, struct inode *inode);

/*
 * Whether the caller may create a name in `dir`, or remove one that leads to `target`. 0, -EACCES,
 * -EPERM.
 */
int may_create(const struct inode *dir);
int may_delete(const struct inode *dir, const struct inode *target);
