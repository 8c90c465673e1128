#include "drivers/console.h"

#include "arch/uaccess.h"
#include "drivers/serial.h"
#include "fs/device.h"
#include "lib/errno.h"
#include "sched/wait.h"

#define LINE_MAX  4096
#define CHUNK_MAX 256

#define KEY_EOF	  0x04
#define KEY_ERASE 0x7f
#define KEY_BACK  0x08
#define KEY_KILL  0x15

#define TIOCGWINSZ 0x5413
#define TCGETS	   0x5401

/* A ring of input; what is before `ready` is whole lines, what is after is still being edited. */
static struct {
	char ring[LINE_MAX];
	uint32_t read, ready, typed;
	/* One bit a place in the ring: an end of file was typed here. */
	uint64_t eof[LINE_MAX / 64];
	struct wait_queue readers;
} input;

static void set_eof(uint32_t at, bool on)
{
	at %= LINE_MAX;
	if (on)
		input.eof[at / 64] |= BIT(at % 64);
	else
		input.eof[at / 64] &= ~BIT(at % 64);
}

static bool is_eof(uint32_t at)
{
	return input.eof[at % LINE_MAX / 64] & BIT(at % 64);
}

static void type(char c, bool eof)
{
	/* The last place is kept for the end of the line. */
	if (input.typed - input.read >= LINE_MAX - 1 && c != '\n' && !eof)
		return;
	if (input.typed - input.read >= LINE_MAX)
		return;
	input.ring[input.typed % LINE_MAX] = c;
	set_eof(input.typed, eof);
	input.typed++;
	if (!eof)
		serial_write(&c, 1);
}

static void erase(void)
{
	if (input.typed == input.ready)
		return;
	input.typed--;
	serial_write("\b \b", 3);
}

static void got_char(char c)
{
	switch (c) {
	case KEY_ERASE:
	case KEY_BACK:
		erase();
		return;
	case KEY_KILL:
		while (input.typed != input.ready)
			erase();
		return;
	case KEY_EOF:
		type(0, true);
		break;
	case '\r':
	case '\n':
		type('\n', false);
		break;
	default:
		type(c, false);
		return;
	}
	input.ready = input.typed;
	wait_wake_all(&input.readers);
}

static long console_read(struct file *f, struct uio *u)
{
	long done = 0;
	int err;

	while (input.read == input.ready) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_sleep(&input.readers, WAIT_INTERRUPTIBLE);
		if (err)
			return err;
	}
	while (u->left && input.read != input.ready) {
		char c = input.ring[input.read % LINE_MAX];

		if (is_eof(input.read)) {
			input.read++;
			break;
		}
		err = uio_put(u, &c, 1);
		if (err)
			return done ? done : err;
		input.read++;
		done++;
		if (c == '\n')
			break;
	}
	return done;
}

static long console_write(struct file *f, struct uio *u)
{
	char chunk[CHUNK_MAX];
	long done = 0;

	(void)f;
	while (u->left) {
		size_t n = MIN(u->left, sizeof(chunk));
		int err = uio_get(u, chunk, n);

		if (err)
			return done ? done : err;
		serial_write(chunk, n);
		done += (long)n;
	}
	return done;
}

static uint32_t console_poll(struct file *f, struct poll_entry *e)
{
	(void)f;
	poll_add(e, &input.readers);
	return POLL_WRITABLE | (input.read != input.ready ? POLL_READABLE : 0);
}

static long console_ioctl(struct file *f, uint64_t request, uint64_t arg)
{
	/* As `stty sane` shows it: struct termios of the Linux kernel, lines, echo. */
	static const struct {
		uint32_t iflag, oflag, cflag, lflag;
		uint8_t line, cc[19];
	} termios = {0x500,
		     0x5,
		     0x1cb2,
		     0x8a3b,
		     0,
		     {3, 28, KEY_ERASE, KEY_KILL, KEY_EOF, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22}};
	static const uint16_t size[4] = {25, 80, 0, 0};

	(void)f;
	switch (request) {
	case TCGETS:
		return copy_to_user(arg, &termios, sizeof(termios));
	case TIOCGWINSZ:
		return copy_to_user(arg, size, sizeof(size));
	default:
		return -ENOTTY;
	}
}

static const struct file_ops console_ops = {
	.read = console_read,
	.write = console_write,
	.ioctl = console_ioctl,
	.poll = console_poll,
};

void console_init(void)
{
	wait_init(&input.readers);
	device_register("console", DEVICE(5, 1), 0600, &console_ops);
	device_register("ttyS0", DEVICE(4, 64), 0660, &console_ops);
	device_register("tty", DEVICE(5, 0), 0666, &console_ops);
	serial_enable_input(got_char);
}
