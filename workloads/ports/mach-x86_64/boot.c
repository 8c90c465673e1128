#include "port.h"

#include "format.h"
#include "mach_rpc.h"
#include "text.h"

/* The words of this program's line in the boot script, after the kernel's values were put in. */
char **mach_arguments;

struct mach_state mach;

long port_boot(void)
{
	uint64_t host;

	mach.task = (mach_name)mach_trap0(MACH_TRAP_TASK_SELF);
	mach.host = (mach_name)mach_trap0(MACH_TRAP_HOST_SELF);
	mach.first_reply = (mach_name)mach_trap0(MACH_TRAP_REPLY_PORT);
	mach.replies[0] = mach.first_reply;
	for (int fd = 0; fd <= 2; fd++)
		mach.descriptors[fd].kind = MACH_CONSOLE;
	/* The script hands over ${host-port}: without it the machine can't be turned off. */
	if (mach_arguments[0] && mach_arguments[1] && !parse_u64(mach_arguments[1], &host))
		mach.host_privileged = (mach_name)host;
	return mach_errno(mach_port_make(mach.task, &mach.parent));
}

_Noreturn void port_shutdown(void)
{
	struct {
		struct mach_header head;
		struct mach_int options;
	} msg = { .options = MACH_INT(0) };

	mach_rpc(&msg.head, sizeof(msg), sizeof(msg), mach.host_privileged, MACH_CALL_HOST_REBOOT);
	for (;;)
		port_sleep_ns(1000000000);
}
