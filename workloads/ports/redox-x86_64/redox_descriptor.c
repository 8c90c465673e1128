#include "redox_state.h"

#include "port.h"
#include "redox_call.h"

#define EBADF 9
#define EMFILE 24

long redox_slot_take(void)
{
	for (unsigned int i = 0; i < REDOX_DESCRIPTORS / 64; i++) {
		if (~redox.used[i]) {
			unsigned int bit = (unsigned int)__builtin_ctzll(~redox.used[i]);

			redox.used[i] |= 1ull << bit;
			return (long)(i * 64 + bit);
		}
	}
	return -EMFILE;
}

void redox_slot_give(long slot)
{
	redox.used[slot / 64] &= ~(1ull << slot % 64);
}

long redox_dup_new(long fd, const char *name, size_t len)
{
	long slot = redox_slot_take(), ret;

	if (slot < 0)
		return slot;
	ret = redox_dup(fd, name, len, slot);
	if (ret < 0) {
		redox_slot_give(slot);
		return ret;
	}
	return slot;
}

long redox_close_slot(long fd)
{
	long ret;

	if (fd < 0 || fd >= REDOX_DESCRIPTORS)
		return -EBADF;
	ret = redox_close(fd);
	redox_slot_give(fd);
	return ret;
}

long redox_pipe(int fds[2])
{
	long from = redox_slot_take(), to, ret;

	if (from < 0)
		return from;
	ret = redox_open(redox.roots.pipe, "", 0, from);
	if (ret < 0) {
		redox_slot_give(from);
		return ret;
	}
	to = redox_dup_new(from, "write", 5);
	if (to < 0) {
		redox_close_slot(from);
		return to;
	}
	fds[0] = (int)from;
	fds[1] = (int)to;
	return 0;
}
