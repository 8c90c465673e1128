/* The least kernel that can run the workloads: it has a serial port and takes breakpoints. */
#include "ringside.h"

static void out(unsigned short port, unsigned char byte)
{
	__asm__ volatile("outb %0, %1" : : "a"(byte), "Nd"(port));
}

static void serial_write(const char *bytes, size_t len)
{
	while (len--)
		out(0x3f8, (unsigned char)*bytes++);
}

static void power_off(void)
{
	out(0xf4, 0);
}

int main(void)
{
	static const struct ringside_kernel kernel = {
		.write = serial_write,
		.takes_breakpoints = 1,
		.power_off = power_off,
	};

	ringside_run(&kernel);
	return 0;
}
