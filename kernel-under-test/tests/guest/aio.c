/* Asynchronous input and output: io_setup and its kin. */
#include "guest.h"

#include <fcntl.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

static aio_context_t context;

static struct iocb job(int op, int fd, void *buf, size_t n, off_t at)
{
	return (struct iocb){.aio_data = 7,
			     .aio_lio_opcode = (__u16)op,
			     .aio_fildes = (__u32)fd,
			     .aio_buf = (uintptr_t)buf,
			     .aio_nbytes = n,
			     .aio_offset = at};
}

static long submit(struct iocb *i)
{
	return RAW(SYS_io_submit, context, 1, &i);
}

/* How many came; of the last: its result. */
static long result;
static long reap(long least, long ms)
{
	struct timespec limit = {ms / 1000, ms % 1000 * 1000000};
	struct io_event e[4] = {0};
	long n = RAW(SYS_io_getevents, context, least, 4, e, &limit);

	result = n > 0 ? e[n - 1].res : 0;
	if (n > 0)
		same("the data", e[n - 1].data, 7);
	return n;
}

static void contexts(void)
{
	aio_context_t other = 1;

	same("a number that is not 0", RAW(SYS_io_setup, 1, &other), -EINVAL);
	other = 0;
	same("room for none", RAW(SYS_io_setup, 0, &other), -EINVAL);
	same("nowhere to put it", RAW(SYS_io_setup, 1, 8), -EFAULT);
	same("too much room", RAW(SYS_io_setup, 1u << 30, &other) < 0, 1);
	same("setup", RAW(SYS_io_setup, 8, &context), 0);
	same("another", RAW(SYS_io_setup, 8, &other), 0);
	same("is another", other != context, 1);
	same("destroy", RAW(SYS_io_destroy, other), 0);
	same("again", RAW(SYS_io_destroy, other), -EINVAL);
	same("submit to it", RAW(SYS_io_submit, other, 0, 0), -EINVAL);
	same("ask it", RAW(SYS_io_getevents, other, 0, 1, 0, 0), -EINVAL);
}

static void files(void)
{
	int fd = open("/tmp/aio", O_CREAT | O_RDWR, 0600), event = eventfd(0, EFD_NONBLOCK);
	char text[] = "abcdef", back[8] = "";
	struct iocb i = job(IOCB_CMD_PWRITE, fd, text, 6, 100);
	uint64_t told = 0;

	i.aio_flags = IOCB_FLAG_RESFD;
	i.aio_resfd = (__u32)event;
	same("write", submit(&i), 1);
	same("comes", reap(1, 5000), 1);
	same("all of it", result, 6);
	same("and is told", read(event, &told, sizeof(told)) == 8 && told == 1, 1);
	i = job(IOCB_CMD_PREAD, fd, back, 8, 102);
	same("read", submit(&i), 1);
	same("it comes", reap(1, 5000), 1);
	same("what there is", result == 4 && memcmp(back, "cdef", 4) == 0, 1);
	i = job(IOCB_CMD_FDSYNC, fd, NULL, 0, 0);
	same("sync", submit(&i), 1);
	same("comes too", reap(1, 5000), 1);
	same("as 0", result, 0);
	same("nothing more", reap(0, 0), 0);
	same("nor later", reap(1, 20), 0);
	i = job(IOCB_CMD_PREAD, 99, back, 8, 0);
	same("no such file", submit(&i), -EBADF);
	i = job(99, fd, back, 8, 0);
	same("no such thing", submit(&i), -EINVAL);
	i = job(IOCB_CMD_PREAD, fd, back, 8, 0);
	i.aio_reserved2 = 1;
	same("something unknown", submit(&i), -EINVAL);
	i.aio_reserved2 = 0;
	i.aio_flags = IOCB_FLAG_RESFD;
	i.aio_resfd = (__u32)fd;
	same("no eventfd", submit(&i), -EINVAL);
	same("nowhere", RAW(SYS_io_submit, context, 1, 8), -EFAULT);
	same("more at least than at most", RAW(SYS_io_getevents, context, 2, 1, back, 0), -EINVAL);
	same("none is under way", RAW(SYS_io_cancel, context, &i, back), -EINVAL);
	close(fd);
	fd = open("/tmp/aio", O_RDONLY);
	i = job(IOCB_CMD_PWRITE, fd, text, 6, 0);
	same("write what is only read", submit(&i), -EBADF);
	close(fd);
	close(event);
	unlink("/tmp/aio");
}

static void run(void)
{
	contexts();
	files();
	same("the end", RAW(SYS_io_destroy, context), 0);
}

const struct suite aio_suite = {"aio", run};
