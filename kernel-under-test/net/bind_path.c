/* Unix sockets bound to paths. */
#include "fs/credentials.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "net/socket.h"

int socket_bind_path(struct socket *s, const struct path_base *base, uint32_t mode,
		     const struct address *a)
{
	struct path_last last SCOPED(path_last_put) = {0};
	struct inode *node;
	int err = path_find_parent(base, a->un_path, &last)
			  ?: (last.slash ? -ENOENT : may_create(last.dir))
			  ?: last.dir->ops->create(last.dir, last.name, last.len, S_IFSOCK | mode,
						   0, &node);

	if (err)
		return err == -EEXIST ? -EADDRINUSE : err;
	node->socket = s;
	s->bound = node;
	s->local = *a;
	s->local.len = (uint32_t)strlen(a->un_path) + 3;
	return 0;
}
