/* The least a process 1 can do: says what it was given, and has the machine start again. */
#include <stdio.h>
#include <sys/reboot.h>
#include <sys/sysinfo.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sysinfo info;
	double third = argc / 3.0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 0; i < argc; i++)
		printf("argument %s\n", argv[i]);
	if (sysinfo(&info) == 0)
		printf("memory %lu MiB\n", info.totalram * info.mem_unit >> 20);
	printf("a third of %d is %.3f\n", argc, third);
	puts("done");
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}
