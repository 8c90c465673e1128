/* System V's shared memory and message queues. */
#include "guest.h"

#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/wait.h>

static void memory(void)
{
	struct shmid_ds st;
	int id = shmget(IPC_PRIVATE, 5000, IPC_CREAT | 0600);
	char *a, *b;
	pid_t child;

	holds("shmget", id >= 0);
	same("nothing", RAW(SYS_shmget, IPC_PRIVATE, 0, IPC_CREAT), -EINVAL);
	same("no such key", RAW(SYS_shmget, 4711, 100, 0), -ENOENT);
	a = shmat(id, NULL, 0);
	b = shmat(id, NULL, SHM_RDONLY);
	strcpy(a, "shared");
	same("twice the same", strcmp(b, "shared"), 0);
	same("stat", shmctl(id, IPC_STAT, &st), 0);
	same("size", st.shm_segsz, 5000);
	same("attached", st.shm_nattch, 2);
	same("made by", st.shm_cpid, getpid());
	same("mode", st.shm_perm.mode & 0777, 0600);
	same("not to write", RAW(SYS_mprotect, b, 4096, PROT_READ | PROT_WRITE), -EACCES);
	child = fork();
	if (child == 0) {
		a[0] = 'S';
		_exit(0);
	}
	waitpid(child, NULL, 0);
	same("a child's too", b[0], 'S');
	same("detach", shmdt(b), 0);
	same("again", RAW(SYS_shmdt, b), -EINVAL);
	same("remove", shmctl(id, IPC_RMID, NULL), 0);
	same("still there", a[1], 'h');
	same("detach the last", shmdt(a), 0);
	same("gone", RAW(SYS_shmctl, id, IPC_STAT, &st), -EINVAL);
	same("attach it", RAW(SYS_shmat, id, 0, 0), -EINVAL);
}

struct text {
	long type;
	char text[16];
};

static void messages(void)
{
	struct text one = {1, "one"}, three = {3, "three"}, got = {0};
	struct msqid_ds st;
	int id = msgget(4712, IPC_CREAT | IPC_EXCL | 0600);

	holds("msgget", id >= 0);
	same("again", RAW(SYS_msgget, 4712, IPC_CREAT | IPC_EXCL), -EEXIST);
	same("by its key", RAW(SYS_msgget, 4712, 0), id);
	same("empty", RAW(SYS_msgrcv, id, &got, 16, 0, IPC_NOWAIT), -ENOMSG);
	same("send", msgsnd(id, &three, 6, 0), 0);
	same("another", msgsnd(id, &one, 4, 0), 0);
	same("a bad type", (got.type = 0, RAW(SYS_msgsnd, id, &got, 4, 0)), -EINVAL);
	same("too long", RAW(SYS_msgsnd, id, &one, 9000, 0), -EINVAL);
	same("stat", msgctl(id, IPC_STAT, &st) ? -1 : (long)st.msg_qnum, 2);
	same("by type", msgrcv(id, &got, 16, 1, 0), 4);
	same("this", strcmp(got.text, "one"), 0);
	same("no room", RAW(SYS_msgrcv, id, &got, 2, 0, 0), -E2BIG);
	same("none but", RAW(SYS_msgrcv, id, &got, 16, 3, IPC_NOWAIT | 020000), -ENOMSG);
	same("up to", msgrcv(id, &got, 2, -5, MSG_NOERROR), 2);
	same("its type", got.type, 3);
	memset(&got, 0, sizeof(got));
	got.type = 1;
	for (int i = 0; i < 1100; i++)
		if (RAW(SYS_msgsnd, id, &got, 16, IPC_NOWAIT) < 0)
			break;
	same("full", RAW(SYS_msgsnd, id, &got, 16, IPC_NOWAIT), -EAGAIN);
	same("remove", msgctl(id, IPC_RMID, NULL), 0);
	same("gone", RAW(SYS_msgrcv, id, &got, 16, 0, 0), -EINVAL);
}

static void run(void)
{
	memory();
	messages();
}

const struct suite sysv_suite = {"sysv", run};
