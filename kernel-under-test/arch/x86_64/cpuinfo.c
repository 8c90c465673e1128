/* /proc/cpuinfo from CPUID, in the format of Linux. */
#include "arch/cpu.h"

#include "arch/smp.h"
#include "lib/printf.h"
#include "lib/string.h"

/* The flag names of a CPUID word from bit 0 up; a dash for a bit without one. */
static const struct {
	uint32_t leaf;
	uint32_t word;
	const char *names;
} words[] = {
	{1, 3,
	 "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - "
	 "dts acpi mmx fxsr sse sse2 ss ht tm ia64 pbe"},
	{1, 2,
	 "pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 xtpr pdcm - "
	 "pcid dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave - avx f16c "
	 "rdrand hypervisor"},
	{0x80000001, 3,
	 "- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr_opt pdpe1gb rdtscp - "
	 "lm 3dnowext 3dnow"},
	{0x80000001, 2,
	 "lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw ibs "
	 "xop skinit wdt - lwp fma4 tce - nodeid_msr - tbm topoext"},
	{7, 1,
	 "fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid rtm cqm - mpx rdt_a "
	 "avx512f avx512dq rdseed adx smap avx512ifma - clflushopt clwb intel_pt avx512pf avx512er "
	 "avx512cd sha_ni avx512bw avx512vl"},
	{7, 2, "avx512vbmi umip pku ospke"},
};

struct out {
	char *at;
	size_t left;
};

static void add_flags(struct out *o, uint32_t bits, const char *names)
{
	for (; bits && *names; bits >>= 1) {
		size_t len = 0;

		while (names[len] && names[len] != ' ')
			len++;
		if ((bits & 1) && *names != '-' && len + 2 < o->left) {
			*o->at++ = ' ';
			memcpy(o->at, names, len);
			o->at += len, o->left -= len + 1;
		}
		names += len + (names[len] == ' ');
	}
	*o->at = '\0';
}

void arch_cpu_describe(unsigned int cpu, char *at, size_t size)
{
	uint32_t most[4], more[4], r[4], sizes[4] = {0};
	uint32_t family, model, vendor[4] = {0};
	char name[ARCH_CPU_NAME_MAX];
	struct out o = {at, size};
	int n;

	arch_cpu_name(name);
	x86_cpuid(0, 0, most);
	vendor[0] = most[1], vendor[1] = most[3], vendor[2] = most[2];
	x86_cpuid(0x80000000, 0, more);
	x86_cpuid(1, 0, r);
	if (more[0] >= 0x80000008)
		x86_cpuid(0x80000008, 0, sizes);
	family = r[0] >> 8 & 0xf;
	model = (r[0] >> 4 & 0xf) | (family == 6 || family == 15 ? r[0] >> 12 & 0xf0 : 0);
	family += family == 15 ? r[0] >> 20 & 0xff : 0;
	n = format(at, size,
		   "processor\t: %u\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\n"
		   "model name\t: %s\nstepping\t: %u\nphysical id\t: %u\nsiblings\t: 1\n"
		   "core id\t\t: 0\ncpu cores\t: 1\nfpu\t\t: yes\nfpu_exception\t: yes\n"
		   "cpuid level\t: %u\nwp\t\t: yes\nflags\t\t:",
		   cpu, (const char *)vendor, family, model, name, r[0] & 0xf, cpu, most[0]);
	o.at += n, o.left -= (size_t)n;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (words[i].leaf > (words[i].leaf >> 31 ? more[0] : most[0]))
			continue;
		x86_cpuid(words[i].leaf, 0, r);
		add_flags(&o, r[words[i].word], words[i].names);
	}
	x86_cpuid(1, 0, r);
	format(o.at, o.left,
	       "\nclflush size\t: %u\ncache_alignment\t: %u\n"
	       "address sizes\t: %u bits physical, %u bits virtual\npower management:\n\n",
	       (r[1] >> 8 & 0xff) * 8, (r[1] >> 8 & 0xff) * 8, sizes[0] & 0xff,
	       sizes[0] >> 8 & 0xff);
}
