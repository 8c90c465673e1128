#include "probe.h"

#include <linux/mqueue.h>

void probe(void)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 8 };
	unsigned int priority = 0;
	char text[8];
	long fd;

	sys(mq_unlink, "probe");
	fd = probe_require("mq_open", sys(mq_open, "probe", O_CREAT | O_RDWR, 0600, &attr));
	probe_check("mq_timedsend", 0, sys(mq_timedsend, fd, "low", 3, 1, 0));
	probe_check("mq_timedsend", 0, sys(mq_timedsend, fd, "high", 4, 9, 0));
	probe_check("mq_timedreceive", 4, sys(mq_timedreceive, fd, text, 8, &priority, 0));
	probe_check("priority", 9, priority);
	probe_check("first byte", 'h', text[0]);
	probe_check("mq_unlink", 0, sys(mq_unlink, "probe"));
}

PROBE_CHECKS("a POSIX message queue delivers the message of highest priority first");
