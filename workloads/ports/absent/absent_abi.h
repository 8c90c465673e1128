#pragma once

/*
 * The structs and flags of calls that a system lacks (absent.h). A port with some of these calls
 * has their part itself and says so first: ABSENT_NO_STAT, ABSENT_NO_OPEN_FLAGS, ABSENT_NO_SIGNALS.
 */

#ifndef ABSENT_NO_OPEN_FLAGS
enum {
	PORT_O_RDONLY = 0,
	PORT_O_WRONLY = 01,
	PORT_O_RDWR = 02,
	PORT_O_CREAT = 0100,
	PORT_O_EXCL = 0200,
	PORT_O_TRUNC = 01000,
};
#endif

#ifndef ABSENT_NO_SIGNALS
enum {
	PORT_SIGTRAP = 5,
	PORT_SIGKILL = 9,
	PORT_SIGUSR1 = 10,
	PORT_SIGSEGV = 11,
	PORT_SIGCHLD = 17,
};
#endif

#ifndef ABSENT_NO_STAT
struct port_stat {
	int nothing;
};
#endif

struct port_pollfd {
	int nothing;
};

struct port_fd_set {
	int nothing;
};
