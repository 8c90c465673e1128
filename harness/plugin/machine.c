#include "machine.h"

#include "observe.h"
#include "parking.h"
#include "profile.h"

struct machine machine;

uint64_t machine_clock(void)
{
	uint64_t clock = 0;

	for (unsigned int i = 0; i < machine.vcpu_count; i++)
		clock += machine.vcpus[i].counters->clock;
	return clock;
}

/* The machine's clock when the vCPU's own will be `clock`. */
static uint64_t machine_clock_at(const struct vcpu *vcpu, uint64_t clock)
{
	return machine_clock() - vcpu->counters->clock + clock;
}

struct context *vcpu_context(const struct vcpu *vcpu)
{
	const struct stack *stack = vcpu->stack;

	return stack->context_count ? &stack->contexts[stack->context_count - 1] : NULL;
}

void vcpu_account(struct vcpu *vcpu, uint64_t clock)
{
	/* May be -1: an instruction was counted and then faulted (vcpu_vector()). */
	uint64_t delta = clock - vcpu->accounted;
	uint64_t repeats = vcpu->counters->repeats - vcpu->accounted_repeats;
	struct context *context;

	vcpu->accounted = clock;
	vcpu->accounted_repeats = vcpu->counters->repeats;
	if (vcpu->user) {
		machine.user_total += delta;
	} else {
		machine.kernel_total += delta;
		context = vcpu_context(vcpu);
		if (context)
			context->own_count += delta;
	}
	if (profile_recording() && (delta || repeats))
		profile_add(vcpu, delta, repeats);
}

/* The context's pending own code is entry code if no call was made yet, else exit code. */
static void attribute_pending(struct vcpu *vcpu, const struct context *context)
{
	enum node_kind kind = context->made_call ? NODE_EXIT : NODE_ENTRY;

	if (profile_recording())
		profile_attribute_pending(vcpu, profile_node(context->node, kind, 0, 0));
}

static bool in_own_code(const struct vcpu *vcpu, const struct context *context)
{
	return context && vcpu->stack->call_count == context->call_depth;
}

static void push(struct vcpu *vcpu, const struct context *made, uint64_t clock)
{
	struct stack *stack = vcpu->stack;
	struct context *context = vcpu_context(vcpu);

	if (made->from_user) {
		/* Contexts still on the stack returned in a way that was not seen. */
		stack->context_count = 0;
		stack->call_count = 0;
		stack->node = NULL;
	} else if (in_own_code(vcpu, context)) {
		attribute_pending(vcpu, context);
	}
	if (stack->context_count == stack->context_capacity) {
		stack->context_capacity = stack->context_capacity ? stack->context_capacity * 2 : 8;
		stack->contexts =
			util_realloc(stack->contexts, stack->context_capacity * sizeof(*context));
	}
	context = &stack->contexts[stack->context_count++];
	*context = *made;
	context->entry_clock = machine_clock_at(vcpu, clock);
	context->call_depth = stack->call_count;
	context->outer_node = stack->node;
	if (machine.profile) {
		enum node_kind kind = made->kind == CONTEXT_SYSCALL ? NODE_SYSCALL : NODE_VECTOR;
		uint64_t site = made->from_user ? made->gate : made->resume.pc;

		context->node = profile_node(stack->node, kind, site, made->number);
		stack->node = context->node;
		profile_enter(context->node);
	}
	vcpu->saved = false;
	observe_entry(context);
}

static void leave_user(struct vcpu *vcpu, uint64_t address_space, uint64_t clock)
{
	vcpu->user = false;
	vcpu->user_address_space = address_space;
	vcpu->user_exit_clock = machine_clock_at(vcpu, clock);
}

void vcpu_syscall(struct vcpu *vcpu, unsigned int gate, unsigned int number,
		  const struct resume_point *resume, uint64_t pc)
{
	struct context context = {
		.kind = CONTEXT_SYSCALL,
		.number = number,
		.gate = gate,
		.from_user = true,
		.resume = *resume,
	};
	/* The instruction itself counts as user code. */
	uint64_t clock = vcpu->counters->clock + 1;

	vcpu_account(vcpu, clock);
	leave_user(vcpu, resume->address_space, clock);
	vcpu->syscall_pc = pc;
	push(vcpu, &context, clock);
}

/* The system call instruction faulted, so the system call did not take place. */
static bool syscall_failed(struct vcpu *vcpu, const struct vector_entry *entry)
{
	struct context *context = vcpu_context(vcpu);

	return entry->from_user && !vcpu->user && context && context->kind == CONTEXT_SYSCALL &&
	       context->own_count == 0 && vcpu->syscall_pc == entry->resume.pc;
}

void vcpu_vector(struct vcpu *vcpu, const struct vector_entry *entry)
{
	struct counters *counters = vcpu->counters;
	struct context context = {
		.kind = CONTEXT_VECTOR,
		.number = entry->vector,
		.from_user = entry->from_user,
		.resume = entry->resume,
	};

	if (entry->is_syscall) {
		context.kind = CONTEXT_SYSCALL;
		context.gate = entry->gate;
		context.number = entry->syscall_number;
	}
	if (entry->will_be_recounted) {
		counters->clock--;
		if (entry->repeats)
			counters->repeats--;
	}
	vcpu_account(vcpu, counters->clock);
	if (syscall_failed(vcpu, entry))
		vcpu->user = true;
	/* Else an exception on the return path would leave the vCPU in user mode. */
	if (entry->from_user)
		leave_user(vcpu, entry->resume.address_space, counters->clock);
	else
		vcpu->user = false;
	push(vcpu, &context, counters->clock);
}

static bool same_resume_point(const struct resume_point *a, const struct resume_point *b)
{
	return a->address_space == b->address_space && a->pc == b->pc && a->sp == b->sp;
}

static void pop(struct vcpu *vcpu, uint64_t clock, bool elsewhere)
{
	struct stack *stack = vcpu->stack;
	struct context *context = vcpu_context(vcpu);

	/* The code of a context that made no call is attributed to the context itself. */
	if (in_own_code(vcpu, context) && context->made_call)
		attribute_pending(vcpu, context);
	else if (profile_recording())
		profile_attribute_pending(vcpu, context->node);
	if (stack->call_count > context->call_depth)
		stack->call_count = context->call_depth;
	stack->node = context->outer_node;
	stack->context_count--;
	observe_exit(context, machine_clock_at(vcpu, clock), elsewhere);
}

static void return_to_user(struct vcpu *vcpu, const struct resume_point *to, uint64_t clock)
{
	struct stack *stack = vcpu->stack;
	struct context *context;

	if (!stack->context_count) {
		observe_first_return();
		profile_unmatched_return(false);
	}
	while ((context = vcpu_context(vcpu))) {
		bool elsewhere = !context->from_user || !same_resume_point(&context->resume, to);

		if (elsewhere)
			profile_unmatched_return(true);
		pop(vcpu, clock, elsewhere);
	}
	stack->call_count = 0;
	stack->node = NULL;
	vcpu->user = true;
	if (!machine.first_user)
		machine.first_user = machine_clock_at(vcpu, clock);
	if (vcpu->user_exit_clock && vcpu->user_address_space != to->address_space)
		observe_switch(machine_clock_at(vcpu, clock) - vcpu->user_exit_clock);
	if (machine.profile) {
		vcpu->user_node = profile_node(NULL, NODE_USER, 0, to->address_space);
		profile_enter(vcpu->user_node);
	}
}

static void return_to_kernel(struct vcpu *vcpu, const struct resume_point *to, uint64_t clock)
{
	struct context *context = vcpu_context(vcpu);

	if (!context || context->from_user || context->kind != CONTEXT_VECTOR)
		return;
	/* Not a return: kernels also use the instruction to serialize the CPU. */
	if (to->sp != context->resume.sp)
		return;
	pop(vcpu, clock, to->pc != context->resume.pc);
}

void vcpu_trap_return(struct vcpu *vcpu, const struct trap_return *trap_return)
{
	/* The instruction itself belongs to the context that it ends. */
	uint64_t clock = vcpu->counters->clock + 1;

	vcpu_account(vcpu, clock);
	if (trap_return->to_user)
		return_to_user(vcpu, &trap_return->to, clock);
	else
		return_to_kernel(vcpu, &trap_return->to, clock);
}

void vcpu_stack_saved(struct vcpu *vcpu, uint64_t sp, uint64_t at)
{
	const struct context *context = vcpu_context(vcpu);

	/* Entry code saves the user's stack pointer: not a context switch. */
	if (context && context->from_user && context->resume.sp == sp)
		return;
	vcpu->saved = true;
	vcpu->saved_sp = sp;
	vcpu->saved_at = at;
	vcpu->saved_clock = vcpu->counters->clock;
}

static struct stack *stack_new(void)
{
	return util_alloc(sizeof(struct stack));
}

/* A context switch saves one stack pointer and loads the next within so many instructions. */
#define SWITCH_INSTRUCTIONS_MAX 64

void vcpu_stack_loaded(struct vcpu *vcpu, uint64_t from, uint64_t to)
{
	struct stack *next;

	/*
	 * Without a save the thread could not be resumed, so this is another stack of the same
	 * thread. A store long ago may just have been the address of a variable.
	 */
	if (!vcpu->saved || vcpu->saved_sp != from ||
	    vcpu->counters->clock - vcpu->saved_clock > SWITCH_INSTRUCTIONS_MAX)
		return;
	vcpu->saved = false;
	/* The first word of an interrupt stack is the stack pointer to return to. */
	if (vcpu->saved_at - to + 16 <= 32)
		return;
	next = parking_take(to);
	vcpu_account(vcpu, vcpu->counters->clock);
	if (in_own_code(vcpu, vcpu_context(vcpu)))
		attribute_pending(vcpu, vcpu_context(vcpu));
	parking_put(vcpu->stack, vcpu->saved_sp);
	vcpu->stack = next ? next : stack_new();
	if (machine.profile && !vcpu->stack->node)
		vcpu->stack->node = profile_node(NULL, NODE_THREAD, 0, 0);
}

void vcpu_call(struct vcpu *vcpu, uint64_t site, uint64_t callee, uint64_t slot, uint64_t address)
{
	struct stack *stack = vcpu->stack;
	struct context *context = vcpu_context(vcpu);

	if (profile_recording())
		vcpu_account(vcpu, vcpu->counters->clock);
	if (in_own_code(vcpu, context)) {
		if (profile_recording())
			profile_attribute_pending(vcpu,
						  profile_node(context->node, NODE_ENTRY, 0, 0));
		context->made_call = true;
	}
	if (!stack->node)
		stack->node = profile_node(NULL, NODE_THREAD, 0, 0);
	stack->node = profile_resolve_callee(stack->node, site);
	if (stack->call_count == stack->call_capacity) {
		stack->call_capacity = stack->call_capacity ? stack->call_capacity * 2 : 32;
		stack->calls =
			util_realloc(stack->calls, stack->call_capacity * sizeof(*stack->calls));
	}
	stack->calls[stack->call_count++] = (struct call){ slot, address, stack->node };
	/* The callee of an indirect call is known once its first block executes. */
	stack->node = profile_node(stack->node, NODE_CALL, site, callee);
	if (callee)
		profile_enter(stack->node);
}

void vcpu_return(struct vcpu *vcpu, uint64_t slot, uint64_t target)
{
	struct stack *stack = vcpu->stack;
	const struct context *context = vcpu_context(vcpu);
	size_t least = context ? context->call_depth : 0;
	struct call *call;

	if (profile_recording())
		vcpu_account(vcpu, vcpu->counters->clock);
	/* Drop frames that were left without a return. */
	while (stack->call_count > least &&
	       stack->calls[stack->call_count - 1].return_slot < slot) {
		call = &stack->calls[--stack->call_count];
		stack->node = call->node;
	}
	if (stack->call_count == least || stack->calls[stack->call_count - 1].return_slot != slot)
		return;
	call = &stack->calls[--stack->call_count];
	stack->node = call->node;
	/* A jump through the stack: the target runs in place of the returning function. */
	if (target != call->return_address && stack->call_count > least) {
		struct node *outer = stack->calls[stack->call_count - 1].node;

		stack->node = profile_node(outer, NODE_CALL, profile_site(stack->node), target);
		profile_enter(stack->node);
	}
}

void vcpu_start_in_user(struct vcpu *vcpu, uint64_t address_space)
{
	vcpu->user = true;
	vcpu->user_address_space = address_space;
	vcpu->accounted = vcpu->counters->clock;
	vcpu->accounted_repeats = vcpu->counters->repeats;
	vcpu->user_node = profile_node(NULL, NODE_USER, 0, address_space);
}

void machine_add_vcpu(unsigned int index)
{
	if (index >= VCPUS_MAX)
		util_fatal("a second CPU started: only one is supported");
	if (index >= machine.vcpu_count)
		machine.vcpu_count = index + 1;
	/* QEMU may have reallocated the scoreboard. */
	for (unsigned int i = 0; i < machine.vcpu_count; i++) {
		struct vcpu *vcpu = &machine.vcpus[i];

		vcpu->counters = qemu_plugin_scoreboard_find(machine.scoreboard, i);
		if (vcpu->stack)
			continue;
		vcpu->stack = stack_new();
		vcpu->soft_vector = -1;
	}
}
