/* What POSIX threads of a C library ask of a kernel; the same with glibc and with musl. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 16
#define TURNS	500

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_key_t key;
static _Thread_local long mine;
static long shared, turn;
static atomic_long destroyed;
static sem_t semaphore;

static void destroy(void *value)
{
	destroyed += (long)value;
}

static void *work(void *arg)
{
	long id = (long)arg;

	pthread_setspecific(key, (void *)id);
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < TURNS; i++) {
		pthread_mutex_lock(&mutex);
		shared++;
		pthread_mutex_unlock(&mutex);
		mine++;
		pthread_rwlock_rdlock(&rwlock);
		pthread_rwlock_unlock(&rwlock);
	}
	/* Each in its turn. */
	pthread_mutex_lock(&mutex);
	while (turn != id)
		pthread_cond_wait(&changed, &mutex);
	turn++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
	sem_post(&semaphore);
	return (void *)mine;
}

static void many(void)
{
	pthread_t threads[THREADS];
	long sum = 0;
	void *value;

	pthread_barrier_init(&barrier, NULL, THREADS);
	sem_init(&semaphore, 0, 0);
	pthread_key_create(&key, destroy);
	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, work, (void *)i);
	for (int i = 0; i < THREADS; i++)
		sem_wait(&semaphore);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &value);
		sum += (long)value;
	}
	printf("shared %ld, own %ld, turns %ld, destroyed %ld\n", shared, sum, turn, destroyed);
}

static void *sleeper(void *)
{
	pthread_cleanup_push(destroy, (void *)1000);
	for (;;)
		sleep(100);
	pthread_cleanup_pop(0);
	return NULL;
}

static atomic_int handled;

static void handler(int)
{
	handled++;
}

static void ends(void)
{
	struct timespec until;
	pthread_t thread;
	void *value;

	pthread_create(&thread, NULL, sleeper, NULL);
	pthread_cancel(thread);
	pthread_join(thread, &value);
	printf("cancelled %d, cleaned %ld\n", value == PTHREAD_CANCELED, destroyed);
	signal(SIGUSR1, handler);
	pthread_create(&thread, NULL, sleeper, NULL);
	pthread_kill(thread, SIGUSR1);
	while (!handled)
		usleep(1000);
	pthread_cancel(thread);
	pthread_join(thread, NULL);
	printf("handled %d\n", handled);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&mutex);
	printf("timed out %d\n", pthread_cond_timedwait(&changed, &mutex, &until) == ETIMEDOUT);
	pthread_mutex_unlock(&mutex);
}

static void *forks(void *)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(7);
	waitpid(child, &status, 0);
	return (void *)(long)WEXITSTATUS(status);
}

static void robust(void)
{
	pthread_mutexattr_t attr;
	pthread_t thread;
	void *value;

	pthread_create(&thread, NULL, forks, NULL);
	pthread_join(thread, &value);
	printf("child of a thread %ld\n", (long)value);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_t checked;
	pthread_mutex_init(&checked, &attr);
	pthread_mutex_lock(&checked);
	printf("twice %d\n", pthread_mutex_lock(&checked) == EDEADLK);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	many();
	ends();
	robust();
	return 0;
}
