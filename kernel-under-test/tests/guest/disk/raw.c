/*
 * Disks without a file system: checks what the host put on /dev/vda and /dev/vdb, and leaves there
 * what the host looks for. Sector n of a disk begins with its number and the disk's letter.
 */
#include "disk.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define BLKGETSIZE64 0x80081272
#define SECTOR	     512

static bool sector_is(int fd, uint64_t n, char letter)
{
	char data[SECTOR];
	uint64_t number;

	if (pread(fd, data, SECTOR, (off_t)(n * SECTOR)) != SECTOR)
		return false;
	memcpy(&number, data, 8);
	return number == n && data[8] == letter;
}

static void reads(const char *path, char letter, uint64_t sectors)
{
	uint64_t size = 0, wrong = 0, seed = 1;
	int fd = open(path, O_RDWR);
	struct stat st;
	char byte;

	check(fd >= 0, "%s opens", path);
	check(fstat(fd, &st) == 0 && S_ISBLK(st.st_mode), "%s is a block device", path);
	check(ioctl(fd, BLKGETSIZE64, &size) == 0 && size == sectors * SECTOR, "%s has %lu sectors",
	      path, sectors);
	check(lseek(fd, 0, SEEK_END) == (off_t)size, "%s ends where it should", path);
	check(read(fd, &byte, 1) == 0, "nothing is read behind its end");
	check(write(fd, &byte, 1) == -1, "nothing is written behind its end");
	for (int i = 0; i < 200; i++)
		wrong += !sector_is(fd, random_below(&seed, sectors), letter);
	check(wrong == 0 && sector_is(fd, sectors - 1, letter), "%s has what the host wrote", path);
	close(fd);
}

/* Four processes at once, each with a part of the disk to itself. */
static void writes(const char *path, uint64_t sectors)
{
	uint64_t part = sectors / 4;
	int status, bad = 0;

	for (uint64_t who = 0; who < 4; who++)
		if (fork() == 0) {
			int fd = open(path, O_RDWR);
			char data[3 * SECTOR];

			memset(data, (int)('0' + who), sizeof(data));
			for (uint64_t n = who * part + 8; n + 4 < (who + 1) * part; n += 97) {
				if (pwrite(fd, data, sizeof(data), (off_t)(n * SECTOR + 100)) !=
				    (ssize_t)sizeof(data))
					_exit(1);
				if (n % 5 == 0 && fsync(fd) < 0)
					_exit(2);
			}
			_exit(0);
		}
	while (wait(&status) > 0)
		bad |= status;
	check(bad == 0, "four write to %s", path);
}

int main(void)
{
	disk_begin();
	reads("/dev/vda", 'a', 8192 + 3);
	reads("/dev/vdb", 'b', 4096);
	check(open("/dev/vdc", O_RDONLY) == -1, "there is no third disk");
	writes("/dev/vda", 8192 + 3);
	sync();
	disk_end();
}
