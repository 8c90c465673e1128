#include "probe.h"

struct message {
	long type;
	char text[4];
};

void probe(void)
{
	struct message first = { 1, "abc" }, second = { 2, "def" }, got = { 0 };
	long queue =
		probe_require("msgget", sys(msgget, LINUX_IPC_PRIVATE, LINUX_IPC_CREAT | 0600));

	probe_check("msgsnd", 0, sys(msgsnd, queue, &first, 4, 0));
	probe_check("msgsnd", 0, sys(msgsnd, queue, &second, 4, 0));
	probe_check("msgrcv of type 2", 4, sys(msgrcv, queue, &got, 4, 2, 0));
	probe_check("its first byte", 'd', got.text[0]);
	probe_check("msgctl, remove", 0, sys(msgctl, queue, LINUX_IPC_RMID, 0));
}

PROBE_CHECKS("a System V message queue delivers messages by type");
