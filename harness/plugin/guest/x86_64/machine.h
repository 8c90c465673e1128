#pragma once

/* Lines go out through QEMU's debug port, which takes a string in one instruction. */
#define DEBUG_PORT 0xe9
#define SYS_READ 0
#define SYS_OPEN 2
#define SYS_MKDIR 83
#define SYS_MOUNT 165
#define SYS_REBOOT 169
#define SYS_IOPL 172

static long machine_call(long number, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}

static void machine_mkdir(const char *path)
{
	machine_call(SYS_MKDIR, (long)path, 0755, 0, 0, 0);
}

static long machine_open(const char *path)
{
	return machine_call(SYS_OPEN, (long)path, 0, 0, 0, 0);
}

static int machine_ready(void)
{
	return machine_call(SYS_IOPL, 3, 0, 0, 0, 0) == 0;
}

static void machine_out(const char *text, size_t len)
{
	__asm__ volatile("rep outsb" : "+S"(text), "+c"(len) : "d"(DEBUG_PORT) : "memory");
}
