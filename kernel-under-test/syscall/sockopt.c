/* Options of sockets. */
#include "syscall/socket.h"
#include "syscall/syscalls.h"
#include "syscall/user.h"

#define IPPROTO_TCP 6

#define SOL_SOCKET    1
#define SO_REUSEADDR  2
#define SO_TYPE	      3
#define SO_ERROR      4
#define SO_SNDBUF     7
#define SO_RCVBUF     8
#define SO_ACCEPTCONN 30
#define SO_DOMAIN     39

int user_socket_get(uint64_t fd, struct file **f, struct socket **s)
{
	*f = user_file_get(fd);
	if (!*f)
		return -EBADF;
	*s = socket_of(*f);
	if (*s)
		return 0;
	file_put(*f);
	return -ENOTSOCK;
}

/*
 * Options that change how packets are made or kept have nothing to change here, so they are taken
 * and have no effect; those of other protocols are unknown.
 */
long sys_setsockopt(uint64_t fd, uint64_t level, uint64_t option, uint64_t value, uint64_t len)
{
	struct socket *s;
	struct file *f;
	int v, err = user_socket_get(fd, &f, &s);

	(void)option;
	if (err)
		return err;
	if (len < sizeof(v))
		err = -EINVAL;
	else if (copy_from_user(&v, value, sizeof(v)) < 0)
		err = -EFAULT;
	else if (level != SOL_SOCKET && !(level == IPPROTO_TCP && s->family == AF_INET))
		err = -ENOPROTOOPT;
	file_put(f);
	return err;
}

long sys_getsockopt(uint64_t fd, uint64_t level, uint64_t option, uint64_t value, uint64_t len_at)
{
	struct socket *s;
	struct file *f;
	uint32_t len;
	int v = 0, err = user_socket_get(fd, &f, &s);

	if (err)
		return err;
	if (level != SOL_SOCKET)
		err = -ENOPROTOOPT;
	switch (option) {
	case SO_TYPE:
		v = s->type;
		break;
	case SO_DOMAIN:
		v = s->family;
		break;
	case SO_ACCEPTCONN:
		v = s->state == SOCKET_LISTENING;
		break;
	case SO_SNDBUF:
	case SO_RCVBUF:
		v = RING_SIZE;
		break;
	case SO_ERROR:
	case SO_REUSEADDR:
		break;
	default:
		err = -ENOPROTOOPT;
	}
	file_put(f);
	if (err)
		return err;
	if (copy_from_user(&len, len_at, sizeof(len)) < 0)
		return -EFAULT;
	len = MIN(len, (uint32_t)sizeof(v));
	if (copy_to_user(value, &v, len) < 0)
		return -EFAULT;
	return copy_to_user(len_at, &len, sizeof(len));
}
