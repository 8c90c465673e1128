#include "probe.h"

#include "action.h"

static void *page;
static volatile uintptr_t address;

static void handle(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	address = (uintptr_t)info->si_addr;
	if (port_protect(page, PORT_PAGE_SIZE, 1) != 0)
		port_exit(1);
}

void probe(void)
{
	probe_need("mmap", port_map(PORT_PAGE_SIZE, &page));
	probe_need("mprotect", port_protect(page, PORT_PAGE_SIZE, 0));
	probe_need("sigaction", action_with_information(SIGSEGV, handle, 0));
	((volatile char *)page)[100] = 5;
	probe_check("address of the access", 100, (int64_t)(address - (uintptr_t)page));
	probe_check("byte once the handler let it through", 5, ((volatile char *)page)[100]);
}

PROBE_ASKS("an invalid access raises SIGSEGV with the faulting address");
