/* The one interface there is: loopback, which is up and can't be turned off. */
#pragma once

#include "lib/types.h"

#define INTERFACE_NAME	   "lo"
#define INTERFACE_INDEX	   1
#define INTERFACE_HARDWARE 772 /* ARPHRD_LOOPBACK */
#define INTERFACE_MTU	   65536
#define INTERFACE_QUEUE	   1000

#define IFF_UP	     0x1
#define IFF_LOOPBACK 0x8
#define IFF_RUNNING  0x40
#define IFF_LOWER_UP 0x10000

/* The requests of netdevice(7). -ENODEV, -EPERM, -EFAULT, -EOPNOTSUPP; -ENOTTY: it is none. */
long interface_ioctl(uint64_t request, uint64_t arg);
