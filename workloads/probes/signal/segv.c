#include "probe.h"

#include "action.h"

static void *page;
static volatile uintptr_t address;

static void handle(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	address = (uintptr_t)info->si_addr;
	if (port_mprotect(page, PORT_PAGE_SIZE, 1) != 0)
		port_exit(1);
}

void probe(void)
{
	probe_require("mmap", port_mmap(PORT_PAGE_SIZE, &page));
	probe_require("mprotect", port_mprotect(page, PORT_PAGE_SIZE, 0));
	probe_require("sigaction", action_with_information(SIGSEGV, handle, 0));
	((volatile char *)page)[100] = 5;
	probe_check("address of the access", 100, (int64_t)(address - (uintptr_t)page));
	probe_check("byte once the handler let it through", 5, ((volatile char *)page)[100]);
}

PROBE_CHECKS("an invalid access raises SIGSEGV with the faulting address");
