/* Descriptors and credentials that go along with a message, as the user gives and gets them. */
#include "fs/credentials.h"
#include "syscall/message.h"
#include "syscall/user.h"

#define CONTROL_MAX 20480
#define SOL_SOCKET  1
#define SCM_RIGHTS  1
#define SCM_CREDS   2
#define ID_OVERFLOW 65534

struct user_control {
	uint64_t len;
	int32_t level, type;
};

static int add_rights(struct control *c, uint64_t from, size_t n)
{
	int fd[RIGHTS_MAX];

	if (n > RIGHTS_MAX - c->count)
		return -EINVAL;
	if (copy_from_user(fd, from, n * sizeof(fd[0])) < 0)
		return -EFAULT;
	for (size_t i = 0; i < n; i++) {
		struct file *f = user_file_get((uint64_t)(int64_t)fd[i]);

		if (!f)
			return -EBADF;
		c->files[c->count++] = f;
	}
	return 0;
}

/* One may say that one is somebody else only where one could become that. */
static int check_sender(const struct sender *s)
{
	const struct credentials *c = credentials_current();

	if (s->pid != process_current()->pid && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (s->uid != c->uid && s->uid != c->euid && s->uid != c->suid && !capable(CAP_SETUID))
		return -EPERM;
	if (s->gid != c->gid && s->gid != c->egid && s->gid != c->sgid && !capable(CAP_SETGID))
		return -EPERM;
	return 0;
}

static int parse_control(const struct user_message *m, struct control *c)
{
	uint64_t at = m->control, end = at + m->control_len;
	struct user_control h;

	for (; end - at >= sizeof(h) && at < end; at += ALIGN_UP(h.len, 8)) {
		uint64_t n;
		int err = 0;

		if (copy_from_user(&h, at, sizeof(h)) < 0)
			return -EFAULT;
		if (h.len < sizeof(h) || h.len > end - at)
			return -EINVAL;
		n = h.len - sizeof(h);
		if (h.level != SOL_SOCKET)
			continue;
		if (h.type == SCM_RIGHTS) {
			err = add_rights(c, at + sizeof(h), n / sizeof(int));
		} else if (h.type == SCM_CREDS && n == sizeof(c->sender)) {
			err = copy_from_user(&c->sender, at + sizeof(h), n);
			if (!err)
				err = check_sender(&c->sender);
			c->has_sender = true;
		} else {
			err = -EINVAL;
		}
		if (err)
			return err;
		if (ALIGN_UP(h.len, 8) > end - at)
			break;
	}
	return 0;
}

int user_control_get(const struct socket *s, const struct user_message *m, struct control **out)
{
	int err;

	*out = NULL;
	if (!m->control_len)
		return 0;
	if (m->control_len > CONTROL_MAX)
		return -ENOBUFS;
	if (!user_range_ok(m->control, m->control_len))
		return -EFAULT;
	*out = control_make(RIGHTS_MAX);
	if (!*out)
		return -ENOMEM;
	err = parse_control(m, *out);
	if (!err && s->family != AF_UNIX && ((*out)->count || (*out)->has_sender))
		err = -EINVAL;
	if (err || (!(*out)->count && !(*out)->has_sender)) {
		control_free(*out, false);
		*out = NULL;
	}
	return err;
}

static int put_control(struct control_out *o, int type, const void *data, size_t n)
{
	struct user_control h = {sizeof(h) + n, SOL_SOCKET, type};
	size_t room;

	if (o->left < sizeof(h)) {
		o->flags |= MSG_CTRUNC;
		return 0;
	}
	if (h.len > o->left) {
		o->flags |= MSG_CTRUNC;
		h.len = o->left;
	}
	if (copy_to_user(o->at, &h, sizeof(h)) < 0 ||
	    copy_to_user(o->at + sizeof(h), data, h.len - sizeof(h)) < 0)
		return -EFAULT;
	room = MIN(ALIGN_UP(h.len, 8), o->left);
	o->at += room;
	o->used += room;
	o->left -= room;
	return 0;
}

/* As many descriptors as there is room for; the other files are closed. */
static int put_rights(struct control_out *o, struct control *c, bool cloexec)
{
	struct files *t = process_current()->files;
	size_t room = o->left > sizeof(struct user_control)
			      ? (o->left - sizeof(struct user_control)) / sizeof(int)
			      : 0;
	uint32_t n = 0, most = (uint32_t)MIN(room, (size_t)c->count);
	int fd[RIGHTS_MAX];

	for (; n < most; n++) {
		fd[n] = files_add(t, file_get(c->files[n]), 0, cloexec);
		if (fd[n] < 0) {
			file_put(c->files[n]);
			break;
		}
	}
	if (n < c->count)
		o->flags |= MSG_CTRUNC;
	return n ? put_control(o, SCM_RIGHTS, fd, n * sizeof(int)) : 0;
}

int user_control_put(struct control_out *o, const struct socket *s, struct control *c, bool cloexec)
{
	struct sender nobody = {0, ID_OVERFLOW, ID_OVERFLOW};
	int err = 0;

	if (s->pass_sender)
		err = put_control(o, SCM_CREDS, c && c->has_sender ? &c->sender : &nobody,
				  sizeof(nobody));
	return err || !c || !c->count ? err : put_rights(o, c, cloexec);
}
