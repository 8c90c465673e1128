#pragma once

#include "mach_message.h"
#include "mach_state.h"

/*
 * Kernel calls that have no trap: a message to the port of what is meant, and one back. The number
 * is the subsystem's and the place in it.
 */
enum mach_call {
	MACH_CALL_THREAD_SET_STATE = 2018,
	MACH_CALL_VM_PROTECT = 2024,
	MACH_CALL_VM_INHERIT = 2025,
	MACH_CALL_THREAD_CREATE = 2061,
	MACH_CALL_THREAD_RESUME = 2063,
	MACH_CALL_HOST_REBOOT = 2635,
	MACH_CALL_HOST_UPTIME = 2647,
	MACH_CALL_PORT_TYPE = 3201,
	MACH_CALL_PORT_MOD_REFS = 3208,
	MACH_CALL_PORT_SET_QLIMIT = 3210,
	MACH_CALL_PORT_REQUEST_NOTIFICATION = 3214,
	MACH_CALL_PORT_EXTRACT_RIGHT = 3216,
	MACH_CALL_THREAD_TERMINATE_RELEASE = 4201,
	MACH_CALL_GSYNC_WAIT = 4204,
	MACH_CALL_GSYNC_WAKE = 4205,
};

#define MACH_REPLY_ID 100 /* above the call's number */

/*
 * Sends `msg` to `to` and has the answer written over it. Returns what the call answered, or the
 * message's own error.
 */
int mach_rpc(struct mach_header *msg, uint32_t size, uint32_t room, mach_name to,
	     enum mach_call call);

/* The same with no answer wanted. */
int mach_rpc_send(struct mach_header *msg, uint32_t size, mach_name to, enum mach_call call);

/* -errno for what a trap or a call returned. */
long mach_errno(int result);

int mach_vm_protect(void *addr, size_t len, int protection);
int mach_vm_inherit_shared(void *addr, size_t len);

struct mach_context {
	uint64_t rbx, rbp, r12, r13, r14, r15, rip, rsp;
};

int mach_context_save(struct mach_context *context) __attribute__((returns_twice));

/* Starts a thread of `task`; rax, rdi, rsi and rdx are what it finds in these registers. */
int mach_thread_start(mach_name task, const struct mach_context *context,
		      const uint64_t registers[4]);

/* A message that says so comes to `to` when `name` gets no senders, or dies. */
enum mach_notice { MACH_NO_SENDERS = 70, MACH_DEAD_NAME = 72 };
int mach_notify(mach_name name, enum mach_notice notice, mach_name to);
