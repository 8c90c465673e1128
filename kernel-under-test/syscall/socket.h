/* What system calls on sockets share. */
#pragma once

#include "net/socket.h"

/* The file of a socket with a reference, and the socket. -EBADF, -ENOTSOCK. */
int user_socket_get(uint64_t fd, struct file **f, struct socket **s);
