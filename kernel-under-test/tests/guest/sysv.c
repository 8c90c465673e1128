/* System V's shared memory, message queues and semaphores. */
#include "guest.h"

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static int locked_id;

static void locks_nothing(void)
{
	child_needs(setuid(1000) == 0);
	child_needs(RAW(SYS_shmctl, locked_id, SHM_LOCK, NULL) == -EPERM);
	child_needs(RAW(SYS_shmctl, locked_id, SHM_UNLOCK, NULL) == -EPERM);
}

/* The line of a table that has that number in its second place, or NULL. */
static const char *line_of(const char *path, int id)
{
	static char line[512];
	FILE *f = fopen(path, "r");
	int key, number;
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%d %d", &key, &number) == 2 && number == id;
	if (f)
		fclose(f);
	return found ? line : NULL;
}

static void in_proc(void)
{
	struct {
		long type;
		char text[5];
	} m = {1, "text"};
	int shm = shmget(4711, 5000, IPC_CREAT | 0640), msg = msgget(4712, IPC_CREAT | 0600);
	int sem = semget(4713, 3, IPC_CREAT | 0606);
	char want[256];

	msgsnd(msg, &m, 5, 0);
	snprintf(want, sizeof(want), "%10d %10d  %4o %21d %5d %5d  %5d %5d %5d %5d %5d %10d %10d ",
		 4711, shm, 0640, 5000, getpid(), 0, 0, 0, 0, 0, 0, 0, 0);
	holds("shared memory", strstr(line_of("/proc/sysvipc/shm", shm) ?: "", want));
	snprintf(want, sizeof(want), "%10d %10d  %4o  %10d %10d %5d %5d %5d %5d %5d %5d ", 4712,
		 msg, 0600, 5, 1, getpid(), 0, 0, 0, 0, 0);
	holds("queues", strstr(line_of("/proc/sysvipc/msg", msg) ?: "", want));
	snprintf(want, sizeof(want), "%10d %10d  %4o %10d %5d %5d %5d %5d %10d ", 4713, sem, 0606,
		 3, 0, 0, 0, 0, 0);
	holds("semaphores", strstr(line_of("/proc/sysvipc/sem", sem) ?: "", want));
	same("no other", RAW(SYS_access, "/proc/sysvipc/../sysvipc/x", F_OK), -ENOENT);
	shmctl(shm, IPC_RMID, NULL), msgctl(msg, IPC_RMID, NULL), semctl(sem, 0, IPC_RMID);
	holds("gone", !line_of("/proc/sysvipc/shm", shm));
}

static void locked(void)
{
	struct shmid_ds st;

	locked_id = shmget(IPC_PRIVATE, 5000, IPC_CREAT | 0600);
	same("by its id", shmctl(locked_id, SHM_STAT, &st), locked_id);
	same("lock", shmctl(locked_id, SHM_LOCK, NULL), 0);
	same("told", shmctl(locked_id, IPC_STAT, &st) ? -1 : (long)st.shm_perm.mode & 07777, 02600);
	same("unlock", shmctl(locked_id, SHM_UNLOCK, NULL), 0);
	same("told", shmctl(locked_id, IPC_STAT, &st) ? -1 : (long)st.shm_perm.mode & 07777, 0600);
	same("another's", status_of(locks_nothing), 0);
	shmctl(locked_id, IPC_RMID, NULL);
	same("no more", RAW(SYS_shmctl, locked_id, SHM_LOCK, NULL), -EINVAL);
}

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
	same("it is there while somebody has it", shmctl(id, IPC_STAT, &st), 0);
	same("marked", st.shm_perm.mode & 07777, 01600);
	same("attached still", st.shm_nattch, 1);
	same("without a key", st.shm_perm.__key, IPC_PRIVATE);
	same("and can be had once more", (b = shmat(id, NULL, 0)) == (void *)-1, 0);
	same("the same", b != a && !memcmp(a, b, 5000), 1);
	same("removed again", shmctl(id, IPC_RMID, NULL), 0);
	same("let go of", shmdt(b), 0);
	same("still there", a[1], 'h');
	same("detach the last", shmdt(a), 0);
	same("gone", RAW(SYS_shmctl, id, IPC_STAT, &st), -EINVAL);
	same("attach it", RAW(SYS_shmat, id, 0, 0), -EINVAL);
}

/* Whose key is free again leaves nothing behind where keys are looked for. */
static void removed_keys(void)
{
	for (int i = 0; i < 3; i++) {
		int id = shmget(4711, 100, IPC_CREAT | IPC_EXCL | 0600);
		char *at = shmat(id, NULL, 0);

		holds("a segment with a key", id >= 0 && at != (void *)-1);
		same("found", RAW(SYS_shmget, 4711, 100, 0), id);
		same("removed", shmctl(id, IPC_RMID, NULL), 0);
		same("its key is free", RAW(SYS_shmget, 4711, 100, 0), -ENOENT);
		same("its last user goes", shmdt(at), 0);
		same("free still", RAW(SYS_shmget, 4711, 100, 0), -ENOENT);
	}
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

union semun {
	int value;
	struct semid_ds *status;
	unsigned short *all;
	struct seminfo *info;
};

/* Takes one of semaphore 0 for good, and two of semaphore 1 to be undone at its end. */
static void borrow(int id)
{
	struct sembuf take[] = {{0, -1, 0}, {1, -2, SEM_UNDO}};

	if (fork() == 0)
		_exit(semop(id, take, 2) != 0);
	wait(NULL);
}

static void waits_for(int id, int number, int change)
{
	struct sembuf op = {(unsigned short)number, (short)change, 0};

	if (fork() == 0)
		_exit(semop(id, &op, 1) != 0);
	for (int i = 0; i < 500 && !semctl(id, number, change ? GETNCNT : GETZCNT); i++)
		usleep(1000);
}

static void semaphores(void)
{
	struct sembuf op = {2, 1, IPC_NOWAIT};
	unsigned short all[3] = {3, 3, 0};
	int status, id = semget(4713, 3, IPC_CREAT | IPC_EXCL | 0640);
	struct semid_ds st = {0};

	holds("semget", id >= 0);
	same("SETALL", semctl(id, 0, SETALL, (union semun){.all = all}), 0);
	same("IPC_STAT", semctl(id, 0, IPC_STAT, (union semun){.status = &st}), 0);
	same("how many", st.sem_nsems, 3);
	same("mode", st.sem_perm.mode & 0777, 0640);
	same("no operation yet", st.sem_otime, 0);
	holds("changed", st.sem_ctime > 0);
	borrow(id);
	same("kept", semctl(id, 0, GETVAL), 2);
	same("undone", semctl(id, 1, GETVAL), 3);
	same("by somebody else", semctl(id, 1, GETPID) != getpid(), 1);
	waits_for(id, 2, -1);
	same("one waits for more", semctl(id, 2, GETNCNT), 1);
	same("give", semop(id, &op, 1), 0);
	same("it went on", (wait(&status), status), 0);
	same("nobody waits", semctl(id, 2, GETNCNT), 0);
	semop(id, &op, 1);
	waits_for(id, 2, 0);
	same("one waits for 0", semctl(id, 2, GETZCNT), 1);
	same("SETVAL", semctl(id, 2, SETVAL, (union semun){.value = 0}), 0);
	same("it went on too", (wait(&status), status), 0);
	same("by who waited", semctl(id, 2, GETPID) == getpid(), 0);
	st.sem_perm.mode = 0600;
	same("IPC_SET", semctl(id, 0, IPC_SET, (union semun){.status = &st}), 0);
	same("took",
	     (semctl(id, 0, IPC_STAT, (union semun){.status = &st}), st.sem_perm.mode & 0777),
	     0600);
	holds("operated", st.sem_otime > 0);
	same("remove", semctl(id, 0, IPC_RMID), 0);
	same("gone", semctl(id, 0, GETVAL), -1);
}

/* The tables as a whole: ipcs walks them so. */
static void tables(void)
{
	int q = msgget(IPC_PRIVATE, 0600), m = shmget(IPC_PRIVATE, 8192, 0600), high;
	int s = semget(IPC_PRIVATE, 7, 0600);
	struct msginfo messages;
	struct shminfo limits;
	struct shm_info totals;
	struct seminfo semaphores;
	struct msqid_ds st;

	holds("IPC_INFO of queues", msgctl(0, IPC_INFO, (void *)&messages) >= 0);
	same("msgmax", messages.msgmax, 8192);
	msgsnd(q, &(struct text){1, "12345"}, 5, 0);
	high = msgctl(0, MSG_INFO, (void *)&messages);
	same("one queue", messages.msgpool, 1);
	same("one message", messages.msgmap, 1);
	same("its bytes", messages.msgtql, 5);
	same("MSG_STAT", msgctl(high, MSG_STAT, &st), q);
	same("the same", st.msg_qnum, 1);
	holds("IPC_INFO of memory", shmctl(0, IPC_INFO, (void *)&limits) >= 0);
	same("shmmin", limits.shmmin, 1);
	holds("SHM_INFO", shmctl(0, SHM_INFO, (void *)&totals) >= 0);
	same("one segment", totals.used_ids, 1);
	same("two pages", totals.shm_tot, 2);
	holds("IPC_INFO of semaphores",
	      semctl(0, 0, IPC_INFO, (union semun){.info = &semaphores}) >= 0);
	same("semvmx", semaphores.semvmx, 32767);
	semctl(0, 0, SEM_INFO, (union semun){.info = &semaphores});
	same("one set", semaphores.semusz, 1);
	same("of seven", semaphores.semaem, 7);
	same("nobody's", msgctl(high + 1, MSG_STAT, &st), -1);
	msgctl(q, IPC_RMID, NULL);
	shmctl(m, IPC_RMID, NULL);
	semctl(s, 0, IPC_RMID);
}

static void run(void)
{
	in_proc();
	locked();
	memory();
	removed_keys();
	messages();
	semaphores();
	tables();
}

const struct suite sysv_suite = {"sysv", run, .needs_proc = true};
