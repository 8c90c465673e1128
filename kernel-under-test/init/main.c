/* The boot sequence. */
#include "arch/boot.h"
#include "arch/cpu.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "drivers/console.h"
#include "drivers/crash.h"
#include "drivers/memory.h"
#include "drivers/pty.h"
#include "drivers/serial.h"
#include "drivers/virtio_blk.h"
#include "drivers/virtio_net.h"
#include "fs/ext2/ext2.h"
#include "fs/mount.h"
#include "fs/tmpfs/tmpfs.h"
#include "init/options.h"
#include "init/root.h"
#include "ipc/futex.h"
#include "ipc/futex_pi.h"
#include "lib/printf.h"
#include "lib/random.h"
#include "mm/kmem.h"
#include "mm/kstack.h"
#include "mm/page.h"
#include "mm/tlb.h"
#include "net/socket.h"
#include "proc/exec/vdso.h"
#include "proc/process.h"
#include "proc/procfs/procfs.h"
#include "sched/sched.h"
#include "syscall/time/time.h"

static struct boot_info boot;

static void start_init(struct inode *root)
{
	const char *path = option_text(boot.cmdline, "init");
	bool on_disk = root->volume;
	const char *argv[OPTION_ARGS_MAX + 2] = {path ? path : on_disk ? "/sbin/init" : "/init"};
	int err;

	option_args(boot.cmdline, argv + 1);
	err = process_start_init(root, argv[0], argv);

	if (err)
		panic("init: %s can't be run (error %d): the %s must hold a%s x86_64 ELF there",
		      argv[0], -err, on_disk ? "disk" : "initrd", on_disk ? "n" : " static");
}

/* The entry point of the other CPUs, with the kernel lock held. */
static void cpu_main(void)
{
	sched_init_cpu();
	sched_idle();
}

/* Seeds the generator with the time of day, and entropy for a full key. */
static void random_init(void)
{
	uint64_t known[5] = {time_epoch_ns()};

	for (int i = 1; i < 5; i++)
		known[i] = random_entropy();
	random_mix(known, sizeof(known));
}

void kernel_main(uint64_t handover)
{
	struct inode *root;

	serial_init(); /* so that failures can be reported */
	log_set_sink(serial_write);
	arch_cpu_init(); /* descriptor tables, protection, system calls */
	arch_boot_read(&boot, handover);
	page_init(&boot); /* the page allocator, and the final page tables */
	kmem_init();
	arch_time_init(); /* clocks and interrupt controllers */
	time_init();
	random_init();
	sched_init();
	sched_init_cpu();
	process_init();
	vdso_init(time_epoch_ns());
	futex_init();
	futex_pi_init();
	socket_init();
	procfs_init(boot.cmdline);
	filesystem_register("tmpfs", tmpfs_create_volume);
	filesystem_register("devtmpfs", root_make_devtmpfs);
	filesystem_register_disk("ext2", ext2_mount);
	memory_devices_init();
	console_init();
	pty_init();
	crash_device_init();
	virtio_blk_init();
	virtio_net_init();
	if (!option_is(boot.cmdline, "quiet"))
		log_printf("Bantam: %lu KiB of memory\n", page_count_total() * (PAGE_SIZE / 1024));
	if (option_is(boot.cmdline, "norandmaps"))
		space_random = 0;
	root = root_make(&boot);
	start_init(root);
	arch_cpus_start(&boot, kstack_alloc, cpu_main); /* they run once we idle */
	tlb_init();
	if (arch_cpu_count() > 1 && !option_is(boot.cmdline, "quiet"))
		log_printf("Bantam: %u CPUs\n", arch_cpu_count());
	sched_idle();
}
