/*
 * Who a thread is: user, groups and capabilities. Shared and never changed in place: a change makes
 * a copy (credentials_copy) and puts it in the old one's place.
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
/* Those that make every permission bit of a file hold, and those that go with the user of a file.
 */
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

/* A copy with one reference and room for `groups` groups, which are copied as far as they fit. */
struct credentials *credentials_copy(const struct credentials *from, uint32_t groups);

/* Makes `c`, whose reference it takes over, the calling thread's. */
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

/* Of the calling thread. Root has all of them. */
static inline bool capable(unsigned int capability)
{
	return credentials_capable(credentials_current(), capability);
}

bool credentials_in_group(const struct credentials *c, uint32_t gid);

#define MAY_EXEC  1
#define MAY_WRITE 2
#define MAY_READ  4

/* Whether the file's bits let `c` do all of `mask`: 0 or -EACCES. */
int credentials_check(const struct credentials *c, const struct inode *inode, unsigned int mask);

/* The same for the calling thread, at no cost while it may do anything. */
static inline int inode_permission(const struct inode *inode, unsigned int mask)
{
	if (likely(!thread_current()->confined))
		return 0;
	return credentials_check(credentials_current(), inode, mask);
}

/* The bits that go when the caller changes the contents or the owner. */
uint32_t inode_privilege_bits(const struct inode *inode);

/* Whether the caller may act as the owner of the file. */
static inline bool inode_owner_or_capable(const struct inode *inode)
{
	return credentials_current()->fsuid == inode->uid || capable(CAP_FOWNER);
}

/* A new file in `dir` is the caller's. */
void inode_init_owner(const struct inode *dir, struct inode *inode);

/* A name in `dir` may be made, or (`target`: what it leads to) taken away. 0, -EACCES, -EPERM. */
int may_create(const struct inode *dir);
int may_delete(const struct inode *dir, const struct inode *target);
