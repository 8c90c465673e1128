/* A program to be looked at by a debugger: calls within calls, threads, signals, a crash. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int counter;
static volatile int go;

__attribute__((noinline)) int leaf(int depth)
{
	counter += depth;
	return counter;
}

__attribute__((noinline)) int middle(int depth)
{
	return depth ? middle(depth - 1) : leaf(7);
}

static void *work(void *arg)
{
	while (!go)
		usleep(1000);
	leaf((int)(long)arg);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t t[3];

	if (argc > 1 && !strcmp(argv[1], "crash"))
		*(volatile int *)8 = 1;
	while (argc > 1 && !strcmp(argv[1], "loop"))
		counter++;
	printf("%d\n", middle(2));
	for (long i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, work, (void *)(i + 1));
	go = 1;
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	raise(SIGUSR1);
	printf("%d\n", counter);
	return 0;
}
