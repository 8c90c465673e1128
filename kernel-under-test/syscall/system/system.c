/* uname, sysinfo, personality, getrandom, reboot. */
#include "arch/cpu.h"
#include "arch/time.h"
#include "fs/volume.h"
#include "lib/printf.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/uts.h"
#include "syscall/user.h"

#define REBOOT_MAGIC1	 0xfee1dead
#define REBOOT_RESTART	 0x01234567
#define REBOOT_HALT	 0xcdef0123
#define REBOOT_POWER_OFF 0x4321fedc
#define REBOOT_CAD_OFF	 0
#define REBOOT_CAD_ON	 0x89abcdef

#define GRND_KNOWN 7

long sys_uname(uint64_t out)
{
	return copy_to_user(out, uts, sizeof(uts));
}

static long set_uts(enum uts_name which, uint64_t name, uint64_t len)
{
	char new[UTS_LEN] = {0};

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if ((int)len < 0 || (int)len >= UTS_LEN)
		return -EINVAL;
	if (copy_from_user(new, name, (uint32_t)len) < 0)
		return -EFAULT;
	memcpy(uts[which], new, sizeof(new));
	return 0;
}

long sys_sethostname(uint64_t name, uint64_t len)
{
	return set_uts(UTS_HOST, name, len);
}

long sys_setdomainname(uint64_t name, uint64_t len)
{
	return set_uts(UTS_DOMAIN, name, len);
}

#define PERSONALITY_ASK 0xffffffffu

/* Stored; PERSONALITY_FIXED and PERSONALITY_STICKY have an effect. */
long sys_personality(uint64_t persona)
{
	struct process *p = process_current();
	uint32_t was = p->personality;

	if ((uint32_t)persona != PERSONALITY_ASK)
		p->personality = (uint32_t)persona;
	return was;
}

long sys_sysinfo(uint64_t out)
{
	struct {
		int64_t uptime;
		uint64_t loads[3];
		uint64_t total, free, shared, buffer, swap_total, swap_free;
		uint16_t processes, pad;
		uint32_t pad2;
		uint64_t high_total, high_free;
		uint32_t unit;
		uint32_t pad3;
	} info = {
		.uptime = (int64_t)(arch_time_ns() / 1000000000),
		.total = page_count_total() * PAGE_SIZE,
		.free = page_count_free() * PAGE_SIZE,
		.unit = 1,
	};

	_Static_assert(sizeof(info) == 112, "x86_64 ABI");
	return copy_to_user(out, &info, sizeof(info));
}

long sys_getrandom(uint64_t out, uint64_t len, uint64_t flags)
{
	uint64_t words[32];
	size_t done = 0;

	if (flags & ~(uint64_t)GRND_KNOWN)
		return -EINVAL;
	len = MIN(len, RW_MAX);
	while (done < len) {
		size_t n = MIN(len - done, sizeof(words));

		random_fill(words, n);
		if (copy_to_user(out + done, words, n) < 0)
			return done ? (long)done : -EFAULT;
		done += n;
	}
	return (long)done;
}

long sys_reboot(uint64_t magic1, uint64_t magic2, uint64_t command)
{
	(void)magic2;
	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if ((uint32_t)magic1 != REBOOT_MAGIC1)
		return -EINVAL;
	switch ((uint32_t)command) {
	case REBOOT_RESTART:
		volume_shut_down();
		arch_restart();
		break;
	case REBOOT_POWER_OFF:
		volume_shut_down();
		arch_power_off();
		break;
	case REBOOT_HALT:
		volume_shut_down();
		log_printf("halted\n");
		for (;;)
			asm volatile("cli; hlt");
	case REBOOT_CAD_OFF:
	case REBOOT_CAD_ON:
		return 0;
	default:
		return -EINVAL;
	}
	log_printf("this machine can't do that\n");
	return -EIO;
}
