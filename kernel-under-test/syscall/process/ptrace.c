/* ptrace(2) requests. See proc/trace/trace.h. */
#include "arch/debug.h"
#include "fs/credentials.h"
#include "mm/space.h"
#include "proc/trace/trace.h"
#include "syscall/user.h"

#define PTRACE_TRACEME	   0
#define PTRACE_PEEKTEXT	   1
#define PTRACE_PEEKDATA	   2
#define PTRACE_PEEKUSER	   3
#define PTRACE_POKETEXT	   4
#define PTRACE_POKEDATA	   5
#define PTRACE_POKEUSER	   6
#define PTRACE_CONT	   7
#define PTRACE_KILL	   8
#define PTRACE_SINGLESTEP  9
#define PTRACE_GETREGS	   12
#define PTRACE_SETREGS	   13
#define PTRACE_GETFPREGS   14
#define PTRACE_SETFPREGS   15
#define PTRACE_ATTACH	   16
#define PTRACE_DETACH	   17
#define PTRACE_SYSCALL	   24
#define PTRACE_SETOPTIONS  0x4200
#define PTRACE_GETEVENTMSG 0x4201
#define PTRACE_GETSIGINFO  0x4202
#define PTRACE_SETSIGINFO  0x4203
#define PTRACE_GETREGSET   0x4204
#define PTRACE_SETREGSET   0x4205
#define PTRACE_SEIZE	   0x4206
#define PTRACE_INTERRUPT   0x4207
#define PTRACE_LISTEN	   0x4208
#define PTRACE_GETSIGMASK  0x420a
#define PTRACE_SETSIGMASK  0x420b
#define PTRACE_GET_FILTER  0x420c /* PTRACE_SECCOMP_GET_FILTER */
#define PTRACE_METADATA	   0x420d /* PTRACE_SECCOMP_GET_METADATA */
#define PTRACE_GET_CALL	   0x420e

#define NT_PRSTATUS   1
#define NT_PRFPREG    2
#define NT_X86_XSTATE 0x202

/* struct user: its registers, its size, and the offset of the debug registers. */
#define USER_REGS      (ARCH_CORE_REGS * sizeof(uint64_t))
#define USER_SIZE      928
#define USER_DEBUG     848
#define USER_DEBUG_END (USER_DEBUG + 8 * ARCH_DEBUG_REGS)

#define AUDIT_ARCH_X86_64 0xc000003e

struct call_info {
	uint8_t op, pad[3];
	uint32_t arch;
	uint64_t ip, sp;
	union {
		struct {
			uint64_t nr, args[6];
			uint32_t data;
		} entry;
		struct {
			int64_t value;
			uint8_t is_error;
		} exit;
	};
};

static int check_options(uint64_t options)
{
	const struct thread *me = thread_current();

	if (!(options & TRACE_SUSPEND_SECCOMP))
		return 0;
	return !capable(CAP_SYS_ADMIN) || me->seccomp_mode ||
			       (me->trace && (me->trace->options & TRACE_SUSPEND_SECCOMP))
		       ? -EPERM
		       : 0;
}

static long attach(uint64_t pid, bool seize, uint64_t addr, uint64_t options)
{
	struct thread *t = thread_find((int)pid);

	if (seize && (addr || (options & ~(uint64_t)TRACE_OPTIONS)))
		return -EIO;
	if (!t)
		return process_find_any((int)pid) ? -EPERM : -ESRCH;
	if (t->process == process_current() || !process_may_ptrace(t->process))
		return -EPERM;
	return (seize ? check_options(options) : 0)
		       ?: trace_attach(t, process_current(), seize, seize ? (uint32_t)options : 0);
}

static long trace_me(void)
{
	struct process *parent = process_current()->parent;

	return parent ? trace_attach(thread_current(), parent, false, 0) : -EPERM;
}

/* To be asked after a sleep: SIGKILL may have ended the tracee. */
static bool is_still_stopped(const struct trace *tr)
{
	return tr->thread && tr->stopped;
}

static long peek(const struct trace *tr, uint64_t addr, uint64_t out)
{
	struct space *s = space_get(tr->process->space);
	uint64_t word;
	int err = space_peek(s, addr, &word, sizeof(word));

	space_put(s);
	return err ? -EIO : copy_to_user(out, &word, sizeof(word));
}

static long poke(const struct trace *tr, uint64_t addr, uint64_t word)
{
	struct space *s = space_get(tr->process->space);
	int err = space_poke(s, addr, &word, sizeof(word));

	space_put(s);
	return err ? -EIO : 0;
}

static long peek_user(const struct trace *tr, uint64_t addr, uint64_t out)
{
	uint64_t regs[ARCH_CORE_REGS], word = 0;

	if ((addr & 7) || addr >= USER_SIZE)
		return -EIO;
	arch_core_regs(&tr->thread->arch, regs);
	if (addr < USER_REGS)
		word = regs[addr / sizeof(word)];
	else if (addr >= USER_DEBUG && addr < USER_DEBUG_END && tr->thread->arch.debug)
		word = arch_debug_get_break(tr->thread->arch.debug, (addr - USER_DEBUG) / 8);
	return copy_to_user(out, &word, sizeof(word));
}

static long poke_user(struct trace *tr, uint64_t addr, uint64_t word)
{
	if ((addr & 7) || addr >= USER_SIZE)
		return -EIO;
	if (addr < USER_REGS)
		return arch_debug_set_reg(&tr->thread->arch, (unsigned int)addr / 8, word);
	if (addr < USER_DEBUG || addr >= USER_DEBUG_END)
		return -EIO;
	return trace_set_break(tr, (unsigned int)(addr - USER_DEBUG) / 8, word);
}

static long get_regs(const struct trace *tr, uint64_t out, size_t size)
{
	uint64_t regs[ARCH_CORE_REGS];

	arch_core_regs(&tr->thread->arch, regs);
	return copy_to_user(out, regs, size);
}

static long set_regs(const struct trace *tr, uint64_t from, size_t size)
{
	uint64_t regs[ARCH_CORE_REGS];
	int err = 0;

	if (copy_from_user(regs, from, size) < 0)
		return -EFAULT;
	if (!is_still_stopped(tr))
		return -ESRCH;
	for (unsigned int i = 0; !err && i < size / sizeof(*regs); i++)
		err = arch_debug_set_reg(&tr->thread->arch, i, regs[i]);
	return err;
}

static long get_fpu(const struct trace *tr, uint64_t out, size_t size, bool all)
{
	uint8_t state[ARCH_FPU_MAX];

	arch_debug_get_fpu(&tr->thread->arch, state, all);
	return copy_to_user(out, state, size);
}

static long set_fpu(const struct trace *tr, uint64_t from, size_t size, bool all)
{
	uint8_t state[ARCH_FPU_MAX];

	arch_debug_get_fpu(&tr->thread->arch, state, all);
	if (copy_from_user(state, from, size) < 0)
		return -EFAULT;
	if (!is_still_stopped(tr))
		return -ESRCH;
	return arch_debug_set_fpu(&tr->thread->arch, state, all);
}

static long regset(const struct trace *tr, uint64_t kind, uint64_t vector, bool set)
{
	size_t whole = kind == NT_PRSTATUS  ? USER_REGS
		       : kind == NT_PRFPREG ? ARCH_FPU_LEGACY
					    : arch_debug_fpu_size();
	struct {
		uint64_t at, size;
	} v;
	long err;

	if (copy_from_user(&v, vector, sizeof(v)) < 0)
		return -EFAULT;
	if (!is_still_stopped(tr))
		return -ESRCH;
	if ((kind != NT_PRSTATUS && kind != NT_PRFPREG && kind != NT_X86_XSTATE) ||
	    v.size % sizeof(uint64_t))
		return -EINVAL;
	if (!whole)
		return -ENODEV;
	v.size = MIN(v.size, whole);
	if (kind == NT_PRSTATUS)
		err = (set ? set_regs : get_regs)(tr, v.at, v.size);
	else if (set && kind == NT_X86_XSTATE && v.size != whole)
		err = -EFAULT;
	else
		err = (set ? set_fpu : get_fpu)(tr, v.at, v.size, kind == NT_X86_XSTATE);
	return err ? err : copy_to_user(vector, &v, sizeof(v));
}

/* PTRACE_GET_SYSCALL_INFO: the size of the information. */
static long get_call(const struct trace *tr, uint64_t size, uint64_t out)
{
	const struct regs *r = arch_thread_regs(&tr->thread->arch);
	size_t all = offsetof(struct call_info, entry);
	struct call_info i = {
		.op = tr->call, .arch = AUDIT_ARCH_X86_64, .ip = r->rip, .sp = r->rsp};

	if (tr->call == TRACE_EXIT) {
		i.exit.value = (int64_t)r->rax;
		i.exit.is_error = r->rax >= (uint64_t)-4095;
		all = offsetof(struct call_info, exit.is_error) + 1;
	} else if (tr->call != TRACE_NO_CALL) {
		const uint64_t args[] = {r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9};

		i.entry.nr = r->code;
		__builtin_memcpy(i.entry.args, args, sizeof(args));
		i.entry.data = (uint32_t)tr->message;
		all = tr->call == TRACE_SECCOMP ? offsetof(struct call_info, entry.data) + 4
						: offsetof(struct call_info, entry.data);
	}
	return copy_to_user(out, &i, MIN(size, all)) < 0 ? -EFAULT : (long)all;
}

static long resume_tracee(struct trace *tr, enum trace_resume how, uint64_t signo)
{
	if (signo > SIGNALS_MAX)
		return -EIO;
	trace_continue(tr, how, (int)signo);
	return 0;
}

static long set_mask(const struct trace *tr, uint64_t size, uint64_t from)
{
	uint64_t set;

	if (size != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, from, sizeof(set)) < 0)
		return -EFAULT;
	if (!is_still_stopped(tr))
		return -ESRCH;
	tr->thread->blocked = set & ~SIGNALS_UNBLOCKABLE;
	signal_recalc_pending(tr->thread);
	return 0;
}

/* Requests on a stopped tracee. */
static long stopped_request(struct trace *tr, uint64_t request, uint64_t addr, uint64_t data)
{
	struct signal_info info;

	switch (request) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
		return peek(tr, addr, data);
	case PTRACE_PEEKUSER:
		return peek_user(tr, addr, data);
	case PTRACE_POKETEXT:
	case PTRACE_POKEDATA:
		return poke(tr, addr, data);
	case PTRACE_POKEUSER:
		return poke_user(tr, addr, data);
	case PTRACE_CONT:
		return resume_tracee(tr, TRACE_CONT, data);
	case PTRACE_SYSCALL:
		return resume_tracee(tr, TRACE_SYSCALL, data);
	case PTRACE_SINGLESTEP:
		return resume_tracee(tr, TRACE_STEP, data);
	case PTRACE_DETACH:
		if (data > SIGNALS_MAX)
			return -EIO;
		trace_detach(tr, (int)data);
		return 0;
	case PTRACE_GETREGS:
		return get_regs(tr, data, USER_REGS);
	case PTRACE_SETREGS:
		return set_regs(tr, data, USER_REGS);
	case PTRACE_GETFPREGS:
		return get_fpu(tr, data, ARCH_FPU_LEGACY, false);
	case PTRACE_SETFPREGS:
		return set_fpu(tr, data, ARCH_FPU_LEGACY, false);
	case PTRACE_GETREGSET:
	case PTRACE_SETREGSET:
		return regset(tr, addr, data, request == PTRACE_SETREGSET);
	case PTRACE_SETOPTIONS:
		if (data & ~(uint64_t)TRACE_OPTIONS)
			return -EINVAL;
		if (check_options(data))
			return -EPERM;
		tr->options = (uint32_t)data;
		return 0;
	case PTRACE_GETEVENTMSG:
		return copy_to_user(data, &tr->message, sizeof(tr->message));
	case PTRACE_GETSIGINFO:
		info = tr->info;
		return tr->has_info ? copy_to_user(data, &info, sizeof(info)) : -EINVAL;
	case PTRACE_SETSIGINFO:
		if (copy_from_user(&info, data, sizeof(info)) < 0)
			return -EFAULT;
		if (!tr->has_info)
			return -EINVAL;
		tr->info = info;
		return 0;
	case PTRACE_GETSIGMASK:
		return addr == sizeof(uint64_t) ? copy_to_user(data, &tr->thread->blocked, addr)
						: -EINVAL;
	case PTRACE_SETSIGMASK:
		return set_mask(tr, addr, data);
	case PTRACE_LISTEN:
		return trace_listen(tr);
	case PTRACE_GET_FILTER:
	case PTRACE_METADATA:
		return user_get_filter(tr, addr, data, request == PTRACE_METADATA);
	case PTRACE_GET_CALL:
		return get_call(tr, addr, data);
	default:
		return -EIO;
	}
}

long sys_ptrace(uint64_t request, uint64_t pid, uint64_t addr, uint64_t data)
{
	struct trace *tr;
	long ret;

	if (request == PTRACE_TRACEME)
		return trace_me();
	if (request == PTRACE_ATTACH || request == PTRACE_SEIZE)
		return attach(pid, request == PTRACE_SEIZE, addr, data);
	tr = trace_find((int)pid);
	if (!tr)
		return -ESRCH;
	if (request == PTRACE_KILL) {
		signal_raise(tr->process, SIGKILL);
		return 0;
	}
	if (request == PTRACE_INTERRUPT) {
		if (!tr->seized)
			return -EIO;
		trace_interrupt(tr);
		return 0;
	}
	if (!tr->stopped || tr->listening)
		return -ESRCH;
	tr->users++;
	ret = stopped_request(tr, request, addr, data);
	tr->users--;
	trace_put(tr);
	return ret;
}
