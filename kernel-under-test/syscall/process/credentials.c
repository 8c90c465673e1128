/* User and group ids, capabilities. */

#include "syscall/user.h"

#define UNCHANGED UINT32_MAX

/* Order of the ids in struct credentials, for users and groups. */
enum { REAL, EFFECTIVE, SAVED, FS, IDS };

static uint32_t *ids_of(struct credentials *c, bool group)
{
	return group ? &c->gid : &c->uid;
}

_Static_assert(offsetof(struct credentials, fsuid) ==
		       offsetof(struct credentials, uid) + FS * sizeof(uint32_t),
	       "in this order");
_Static_assert(offsetof(struct credentials, fsgid) ==
		       offsetof(struct credentials, gid) + FS * sizeof(uint32_t),
	       "in this order");

long sys_getuid(void)
{
	return credentials_current()->uid;
}

long sys_geteuid(void)
{
	return credentials_current()->euid;
}

long sys_getgid(void)
{
	return credentials_current()->gid;
}

long sys_getegid(void)
{
	return credentials_current()->egid;
}

static bool is_any(const uint32_t ids[IDS], uint32_t id)
{
	return id == ids[REAL] || id == ids[EFFECTIVE] || id == ids[SAVED];
}

/* capabilities(7): the effect of user id changes on capability sets. */
static void fix_capabilities(struct credentials *c, const struct credentials *old)
{
	bool was_root = !old->uid || !old->euid || !old->suid;

	if (was_root && c->uid && c->euid && c->suid && !c->keep_capabilities)
		c->permitted = c->effective = 0;
	if (was_root && c->uid && c->euid && c->suid)
		c->ambient = 0;
	if (!old->euid && c->euid)
		c->effective = 0;
	else if (old->euid && !c->euid)
		c->effective = c->permitted;
	else if (!old->fsuid && c->fsuid)
		c->effective &= ~CAP_FILES;
	else if (old->fsuid && !c->fsuid)
		c->effective |= c->permitted & CAP_FILES;
}

static long commit_ids(bool group, const uint32_t ids[IDS])
{
	const struct credentials *now = credentials_current();
	struct credentials *c = credentials_copy(now, now->group_count);

	if (!c)
		return -ENOMEM;
	for (int i = 0; i < IDS; i++)
		ids_of(c, group)[i] = ids[i];
	if (!group)
		fix_capabilities(c, now);
	if (c->euid != now->euid || c->egid != now->egid || c->fsuid != now->fsuid ||
	    c->fsgid != now->fsgid) {
		process_current()->undumpable = true;
		process_current()->death_signal = 0;
	}
	credentials_commit(c);
	return 0;
}

static bool privileged(bool group)
{
	return capable(group ? CAP_SETGID : CAP_SETUID);
}

static long set_one(bool group, uint32_t id)
{
	const uint32_t *now = ids_of(credentials_current(), group);
	uint32_t ids[IDS] = {id, id, id, id};

	if (id == UNCHANGED)
		return -EINVAL;
	if (!privileged(group)) {
		if (id != now[REAL] && id != now[SAVED])
			return -EPERM;
		ids[REAL] = now[REAL];
		ids[SAVED] = now[SAVED];
	}
	return commit_ids(group, ids);
}

static long set_two(bool group, uint32_t real, uint32_t effective)
{
	const uint32_t *now = ids_of(credentials_current(), group);
	uint32_t ids[IDS] = {real == UNCHANGED ? now[REAL] : real,
			     effective == UNCHANGED ? now[EFFECTIVE] : effective, now[SAVED], 0};

	if (!privileged(group) && ((ids[REAL] != now[REAL] && ids[REAL] != now[EFFECTIVE]) ||
				   !is_any(now, ids[EFFECTIVE])))
		return -EPERM;
	if (real != UNCHANGED || (effective != UNCHANGED && ids[EFFECTIVE] != now[REAL]))
		ids[SAVED] = ids[EFFECTIVE];
	ids[FS] = ids[EFFECTIVE];
	return commit_ids(group, ids);
}

static long set_three(bool group, uint32_t real, uint32_t effective, uint32_t saved)
{
	const uint32_t *now = ids_of(credentials_current(), group);
	const uint32_t want[] = {real, effective, saved};
	uint32_t ids[IDS];

	for (int i = REAL; i <= SAVED; i++) {
		ids[i] = want[i] == UNCHANGED ? now[i] : want[i];
		if (!privileged(group) && !is_any(now, ids[i]))
			return -EPERM;
	}
	ids[FS] = ids[EFFECTIVE];
	return commit_ids(group, ids);
}

/* Returns the previous id even on failure. */
static long set_fs(bool group, uint32_t id)
{
	const uint32_t *now = ids_of(credentials_current(), group);
	uint32_t ids[IDS] = {now[REAL], now[EFFECTIVE], now[SAVED], id}, old = now[FS];

	if (id != UNCHANGED && (is_any(now, id) || id == old || privileged(group)))
		commit_ids(group, ids);
	return old;
}

static long get_three(bool group, uint64_t real, uint64_t effective, uint64_t saved)
{
	const uint32_t *now = ids_of(credentials_current(), group);

	if (copy_to_user(real, &now[REAL], 4) < 0 ||
	    copy_to_user(effective, &now[EFFECTIVE], 4) < 0 ||
	    copy_to_user(saved, &now[SAVED], 4) < 0)
		return -EFAULT;
	return 0;
}

/* sys_NAMEuid and sys_NAMEgid. */
#define USER_AND_GROUP(name, arguments, function, ...)                                             \
	long sys_##name##uid arguments                                                             \
	{                                                                                          \
		return function(false, __VA_ARGS__);                                               \
	}                                                                                          \
	long sys_##name##gid arguments                                                             \
	{                                                                                          \
		return function(true, __VA_ARGS__);                                                \
	}

USER_AND_GROUP(set, (uint64_t id), set_one, (uint32_t)id)
USER_AND_GROUP(setre, (uint64_t real, uint64_t effective), set_two, (uint32_t)real,
	       (uint32_t)effective)
USER_AND_GROUP(setres, (uint64_t real, uint64_t effective, uint64_t saved), set_three,
	       (uint32_t)real, (uint32_t)effective, (uint32_t)saved)
USER_AND_GROUP(setfs, (uint64_t id), set_fs, (uint32_t)id)
USER_AND_GROUP(getres, (uint64_t real, uint64_t effective, uint64_t saved), get_three, real,
	       effective, saved)

long sys_getgroups(uint64_t size, uint64_t out)
{
	const struct credentials *c = credentials_current();

	if ((int)size < 0 || (size && (uint32_t)size < c->group_count))
		return -EINVAL;
	if (size && copy_to_user(out, c->groups, c->group_count * sizeof(c->groups[0])) < 0)
		return -EFAULT;
	return c->group_count;
}

long sys_setgroups(uint64_t size, uint64_t in)
{
	struct credentials *c;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if (size > GROUPS_MAX)
		return -EINVAL;
	c = credentials_copy(credentials_current(), (uint32_t)size);
	if (!c)
		return -ENOMEM;
	if (copy_from_user(c->groups, in, size * sizeof(c->groups[0])) < 0) {
		credentials_put(c);
		return -EFAULT;
	}
	credentials_commit(c);
	return 0;
}

#define VERSION_1 0x19980330u
#define VERSION_2 0x20071026u
#define VERSION_3 0x20080522u

struct user_capabilities {
	uint32_t effective, permitted, inheritable;
};

/*
 * Number of 32-bit words for the header's version; an unknown version is replaced by the preferred
 * one.
 */
static int check_header(uint64_t at, int *pid)
{
	uint32_t h[2], ours = VERSION_3;

	if (copy_from_user(h, at, sizeof(h)) < 0)
		return -EFAULT;
	*pid = (int)h[1];
	if (h[0] == VERSION_1)
		return 1;
	if (h[0] == VERSION_2 || h[0] == VERSION_3)
		return 2;
	return copy_to_user(at, &ours, sizeof(ours)) < 0 ? -EFAULT : -EINVAL;
}

long sys_capget(uint64_t header, uint64_t out)
{
	int pid, words = check_header(header, &pid);
	const struct thread *t;
	struct user_capabilities u[2];

	if (words < 0)
		return words == -EINVAL && !out ? 0 : words;
	if (pid < 0)
		return -EINVAL;
	t = user_thread((uint64_t)pid);
	if (!t)
		return -ESRCH;
	for (int i = 0; i < 2; i++)
		u[i] = (struct user_capabilities){(uint32_t)(t->cred->effective >> 32 * i),
						  (uint32_t)(t->cred->permitted >> 32 * i),
						  (uint32_t)(t->cred->inheritable >> 32 * i)};
	return copy_to_user(out, u, (size_t)words * sizeof(u[0]));
}

long sys_capset(uint64_t header, uint64_t in)
{
	int pid, words = check_header(header, &pid);
	struct user_capabilities u[2] = {{0}, {0}};
	const struct credentials *now = credentials_current();
	uint64_t effective, permitted, inheritable;
	struct credentials *c;

	if (words < 0)
		return words;
	if (pid && pid != thread_current()->tid)
		return -EPERM;
	if (copy_from_user(u, in, (size_t)words * sizeof(u[0])) < 0)
		return -EFAULT;
	effective = (u[0].effective | (uint64_t)u[1].effective << 32) & CAP_ALL;
	permitted = (u[0].permitted | (uint64_t)u[1].permitted << 32) & CAP_ALL;
	inheritable = (u[0].inheritable | (uint64_t)u[1].inheritable << 32) & CAP_ALL;
	if ((permitted & ~now->permitted) || (effective & ~permitted) ||
	    (inheritable & ~(now->inheritable | now->bounding)) ||
	    ((inheritable & ~(now->inheritable | now->permitted)) && !capable(CAP_SETPCAP)))
		return -EPERM;
	c = credentials_copy(now, now->group_count);
	if (!c)
		return -ENOMEM;
	c->effective = effective;
	c->permitted = permitted;
	c->inheritable = inheritable;
	c->ambient &= permitted & inheritable;
	credentials_commit(c);
	return 0;
}
