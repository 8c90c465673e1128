#include "mach_descriptor.h"

#include "mach_pipe.h"
#include "text.h"

int mach_descriptor_take(enum mach_descriptor_kind kind, unsigned int pipe)
{
	for (int fd = 0; fd < MACH_DESCRIPTORS; fd++) {
		if (mach.descriptors[fd].kind == MACH_FREE) {
			mach.descriptors[fd] = (struct mach_descriptor){ kind, pipe };
			return fd;
		}
	}
	return -MACH_EMFILE;
}

long mach_console_write(const void *buf, size_t len)
{
	static char line[1100];
	size_t count = len < sizeof(line) - 1 ? len : sizeof(line) - 1;

	memcpy(line, buf, count);
	line[count] = '\0';
	mach_trap1(MACH_TRAP_PRINT, (long)line);
	return (long)count;
}

long mach_descriptor_copy(int fd)
{
	struct mach_descriptor *from;
	int copy;

	if (fd < 0 || fd >= MACH_DESCRIPTORS || mach.descriptors[fd].kind == MACH_FREE)
		return -MACH_EBADF;
	from = &mach.descriptors[fd];
	copy = mach_descriptor_take(from->kind, from->pipe);
	if (copy < 0)
		return copy;
	if (from->kind == MACH_PIPE_READ)
		mach.pipes[from->pipe].readers++;
	if (from->kind == MACH_PIPE_WRITE)
		mach.pipes[from->pipe].writers++;
	return copy;
}

long mach_descriptor_close(int fd)
{
	struct mach_descriptor closed;

	if (fd < 0 || fd >= MACH_DESCRIPTORS || mach.descriptors[fd].kind == MACH_FREE)
		return -MACH_EBADF;
	closed = mach.descriptors[fd];
	mach.descriptors[fd].kind = MACH_FREE;
	if (closed.kind == MACH_CONSOLE)
		return 0;
	return mach_pipe_let_go(&mach.pipes[closed.pipe], closed.kind == MACH_PIPE_WRITE);
}
