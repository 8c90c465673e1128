/* Files larger than memory, while programs need memory too: pages must come and go. */
#include "disk.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

#define PAGE 4096ul

static uint64_t page[PAGE / 8];

static void make_page(uint64_t index, uint64_t version)
{
	for (size_t i = 0; i < PAGE / 8; i++)
		page[i] = index * 1000003 + version * 77 + i;
}

static uint64_t wrong_pages(int fd, uint64_t pages, uint64_t step)
{
	static uint64_t got[PAGE / 8];
	uint64_t wrong = 0;

	for (uint64_t n = 0; n < pages; n += step) {
		make_page(n, n % 64 == 5);
		wrong += pread(fd, got, PAGE, (off_t)(n * PAGE)) != (ssize_t)PAGE ||
			 memcmp(got, page, PAGE) != 0;
	}
	return wrong;
}

int main(void)
{
	struct sysinfo info;
	uint64_t pages, used = 0;
	char *m, *own;
	int fd;

	disk_begin();
	mkdir("/mnt", 0755);
	check(mount("/dev/vda", "/mnt", "ext2", 0, NULL) == 0, "mount");
	sysinfo(&info);
	pages = info.totalram * info.mem_unit / PAGE * 2;
	fd = open("/mnt/big", O_CREAT | O_RDWR, 0600);
	for (uint64_t n = 0; n < pages; n++) {
		make_page(n, 0);
		check(write(fd, page, PAGE) == (ssize_t)PAGE, "write page %lu", n);
	}
	/* Half of the memory goes to a program meanwhile. */
	own = mmap(NULL, pages / 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		   0);
	for (uint64_t n = 0; n < pages / 4; n++)
		own[n * PAGE] = (char)n;
	m = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(m != MAP_FAILED, "mmap");
	for (uint64_t n = 5; n < pages; n += 64) {
		make_page(n, 1);
		memcpy(m + n * PAGE, page, PAGE);
	}
	munmap(m, pages * PAGE);
	check(wrong_pages(fd, pages, 1) == 0, "all pages are right");
	for (uint64_t n = 0; n < pages / 4; n++)
		used += own[n * PAGE] != (char)n;
	check(used == 0, "the program's memory is its own");
	close(fd);
	check(umount("/mnt") == 0, "unmount");
	check(mount("/dev/vda", "/mnt", "ext2", 0, NULL) == 0, "mount again");
	fd = open("/mnt/big", O_RDONLY);
	check(wrong_pages(fd, pages, 3) == 0, "and after that too");
	close(fd);
	/* Left mounted: the machine going down must do the rest. */
	fd = open("/mnt/last", O_CREAT | O_WRONLY, 0600);
	check(write(fd, "words", 5) == 5, "last words");
	close(fd);
	disk_end();
}
