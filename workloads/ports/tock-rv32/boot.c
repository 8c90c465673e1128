#include "port.h"

#include <stdbool.h>

/* The console driver's number for writing: of the buffer, the completion upcall and the command. */
#define SEND 1

static volatile bool sent;

static void on_sent(uint32_t len, uint32_t b, uint32_t c, void *data)
{
	(void)len;
	(void)b;
	(void)c;
	(void)data;
	sent = true;
}

long tock_print(const void *buf, size_t len)
{
	sent = false;
	tock_call(TOCK_ALLOW_READ_ONLY, TOCK_CONSOLE, SEND, (uint32_t)buf, len);
	if (tock_call(TOCK_COMMAND, TOCK_CONSOLE, SEND, len, 0).variant != TOCK_SUCCESS)
		return -PORT_EAGAIN;
	while (!sent)
		tock_yield(TOCK_WAIT);
	tock_call(TOCK_ALLOW_READ_ONLY, TOCK_CONSOLE, SEND, 0, 0);
	return (long)len;
}

long port_boot(void)
{
	tock_call(TOCK_SUBSCRIBE, TOCK_CONSOLE, SEND, (uint32_t)on_sent, 0);
	return 0;
}

/* The system never takes the machine down. Where QEMU lets programs ask it for things, it does. */
static void leave_machine(void)
{
	/* SYS_EXIT of the semihosting interface, ADP_Stopped_ApplicationExit. */
	register uint32_t a0 __asm__("a0") = 0x18;
	register uint32_t a1 __asm__("a1") = 0x20026;

	__asm__ volatile(".balign 16\n\t"
			 ".option push\n\t"
			 ".option norvc\n\t"
			 "slli zero, zero, 0x1f\n\t"
			 "ebreak\n\t"
			 "srai zero, zero, 7\n\t"
			 ".option pop"
			 : "+r"(a0)
			 : "r"(a1)
			 : "memory");
}

_Noreturn void port_shutdown(void)
{
	leave_machine();
	for (;;)
		tock_call(TOCK_EXIT, 0, 0, 0, 0);
}
