/* Names reported by uname(2). */
#pragma once

#define UTS_LEN 65

enum uts_name {
	UTS_SYSTEM,
	UTS_HOST,
	UTS_RELEASE,
	UTS_VERSION,
	UTS_MACHINE,
	UTS_DOMAIN,
	UTS_NAMES,
};

/* Host and domain name change under the kernel lock. */
extern char uts[UTS_NAMES][UTS_LEN];
