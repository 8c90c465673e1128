/* syslog: the kernel log. */
#include "arch/time.h"
#include "lib/printf.h"
#include "sched/wait.h"
#include "syscall/user.h"

#define ACTION_READ	     2
#define ACTION_READ_ALL	     3
#define ACTION_READ_CLEAR    4
#define ACTION_CLEAR	     5
#define ACTION_CONSOLE_OFF   6
#define ACTION_CONSOLE_ON    7
#define ACTION_CONSOLE_LEVEL 8
#define ACTION_SIZE_UNREAD   9
#define ACTION_SIZE_BUFFER   10

#define LEVEL_LEAST 1
#define LEVEL_MOST  8

/* Polling interval: messages may be logged in any context, so they wake nobody. */
#define POLL_PERIOD_NS 1000000000ull

/* Positions of the next unread message, and of the last clear. */
static uint64_t read_pos, clear_pos;
static int saved_level = -1;

static long copy_log(uint64_t *from, uint64_t out, size_t size)
{
	char part[256];
	long done = 0;

	while ((size_t)done < size) {
		size_t n = log_read(from, part, MIN(size - (size_t)done, sizeof(part)));

		if (!n)
			break;
		if (copy_to_user(out + (uint64_t)done, part, n) < 0)
			return -EFAULT;
		done += (long)n;
	}
	return done;
}

static long read_new(uint64_t out, size_t size)
{
	struct wait_queue nobody;
	int err = 0;

	wait_init(&nobody);
	while (read_pos == log_end() && (!err || err == -ETIMEDOUT))
		err = wait_sleep_until(&nobody, WAIT_INTERRUPTIBLE,
				       arch_time_ns() + POLL_PERIOD_NS);
	return read_pos == log_end() ? err : copy_log(&read_pos, out, size);
}

/* The end of the log, as much as fits. */
static long read_last(uint64_t out, size_t size)
{
	uint64_t end = log_end(), from = clear_pos;

	size = MIN(size, (size_t)LOG_HISTORY);
	if (end - from > size)
		from = end - size;
	return copy_log(&from, out, size);
}

static long console(int action, uint64_t level)
{
	int now = (int)log_console_level;

	if (action == ACTION_CONSOLE_LEVEL) {
		if ((int)level < LEVEL_LEAST || (int)level > LEVEL_MOST)
			return -EINVAL;
		log_console_level = level;
		saved_level = -1;
	} else if (action == ACTION_CONSOLE_OFF) {
		saved_level = saved_level < 0 ? now : saved_level;
		log_console_level = LEVEL_LEAST;
	} else if (saved_level >= 0) {
		log_console_level = (uint64_t)saved_level;
		saved_level = -1;
	}
	return 0;
}

long sys_syslog(uint64_t action, uint64_t out, uint64_t size)
{
	long n = 0;

	if (!capable(CAP_SYSLOG) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	switch ((int)action) {
	case 0:
	case 1:
		return 0;
	case ACTION_READ:
	case ACTION_READ_ALL:
	case ACTION_READ_CLEAR:
		if (!out || (int)size < 0)
			return -EINVAL;
		if (!(int)size)
			return 0;
		if (!user_range_ok(out, (uint32_t)size))
			return -EFAULT;
		n = (int)action == ACTION_READ ? read_new(out, (uint32_t)size)
					       : read_last(out, (uint32_t)size);
		if ((int)action != ACTION_READ_CLEAR || n < 0)
			return n;
		/* fall through */
	case ACTION_CLEAR:
		clear_pos = log_end();
		return n;
	case ACTION_CONSOLE_OFF:
	case ACTION_CONSOLE_ON:
	case ACTION_CONSOLE_LEVEL:
		return console((int)action, size);
	case ACTION_SIZE_UNREAD:
		return (long)MIN(log_end() - read_pos, (uint64_t)LOG_HISTORY);
	case ACTION_SIZE_BUFFER:
		return LOG_HISTORY;
	default:
		return -EINVAL;
	}
}
