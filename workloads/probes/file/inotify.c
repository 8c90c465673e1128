#include "probe.h"

#include <linux/inotify.h>

#include "text.h"

void probe(void)
{
	static uint64_t buffer[128];
	const struct inotify_event *event = (void *)buffer;
	long fd = probe_require("inotify_init1", sys(inotify_init1, 0));
	long watch;

	sys(unlink, PROBE_FILE);
	watch = probe_require("inotify_add_watch", sys(inotify_add_watch, fd, "/tmp", IN_CREATE));
	probe_file("x");
	probe_check("read of an event", 1, sys(read, fd, buffer, sizeof(buffer)) > 0);
	probe_check("what happened", IN_CREATE, event->mask);
	probe_check("where", watch, event->wd);
	probe_check("its name is told", 1, text_equal(event->name, &PROBE_FILE[5]));
}

PROBE_CHECKS("inotify reports a file created in a watched directory");
