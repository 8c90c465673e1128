#include "probe.h"

#include <linux/mman.h>

#include "probe_machine.h"
#include "text.h"

void probe(void)
{
	static const unsigned char code[] = MACHINE_RETURN;
	void *area = NULL;

	probe_require("mmap", port_mmap(PORT_PAGE_SIZE, &area));
	memcpy(area, code, sizeof(code));
	probe_require("mprotect", sys(mprotect, area, PORT_PAGE_SIZE, PROT_READ | PROT_EXEC));
	((void (*)(void))area)();
}

PROBE_CHECKS("memory made executable with mprotect can be executed");
