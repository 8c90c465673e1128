#pragma once

/* Lines go out by the console: there is no port that a program could write to. */
#define AT_FDCWD -100
#define CONSOLE 1
#define SYS_MKDIRAT 34
#define SYS_MOUNT 40
#define SYS_OPENAT 56
#define SYS_READ 63
#define SYS_WRITE 64
#define SYS_REBOOT 142

static long machine_call(long number, long a, long b, long c, long d, long e)
{
	register long a7 __asm__("a7") = number;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;

	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4)
			 : "memory");
	return a0;
}

static void machine_mkdir(const char *path)
{
	machine_call(SYS_MKDIRAT, AT_FDCWD, (long)path, 0755, 0, 0);
}

static long machine_open(const char *path)
{
	return machine_call(SYS_OPENAT, AT_FDCWD, (long)path, 0, 0, 0);
}

static int machine_ready(void)
{
	return 1;
}

static void machine_out(const char *text, size_t len)
{
	while (len) {
		long done = machine_call(SYS_WRITE, CONSOLE, (long)text, (long)len, 0, 0);

		if (done <= 0)
			return;
		text += done;
		len -= (size_t)done;
	}
}
