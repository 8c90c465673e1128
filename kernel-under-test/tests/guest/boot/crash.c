/* Has the debug kernel make the mistake that is named on its command line. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	int fd = open("/dev/crash", O_WRONLY);

	setvbuf(stdout, NULL, _IONBF, 0);
	if (fd < 0 || write(fd, word, strlen(word)) < 0)
		perror("crash");
	puts("survived");
	puts("done");
	reboot(RB_AUTOBOOT);
	return 0;
}
