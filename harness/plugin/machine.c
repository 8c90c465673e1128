#include "machine.h"

#include "observe.h"
#include "parking.h"
#include "profile.h"

struct machine machine;

uint64_t machine_clock(void)
{
	uint64_t clock = 0;

	for (unsigned int i = 0; i < machine.vcpu_count; i++)
		clock += machine.vcpus[i].score->clock;
	return clock;
}

/* The machine's clock when the vCPU's own will be `clock`. */
static uint64_t machine_clock_at(const struct vcpu *vcpu, uint64_t clock)
{
	return machine_clock() - vcpu->score->clock + clock;
}

struct context *vcpu_context(const struct vcpu *vcpu)
{
	const struct stack *stack = vcpu->stack;

	return stack->context_count ? &stack->contexts[stack->context_count - 1] : NULL;
}

void vcpu_account(struct vcpu *vcpu, uint64_t clock)
{
	/* Can be -1: an instruction accounted ahead of time that then raised a fault. */
	uint64_t delta = clock - vcpu->mark;
	uint64_t repeats = vcpu->score->repeats - vcpu->repeats_mark;
	struct context *context;

	vcpu->mark = clock;
	vcpu->repeats_mark = vcpu->score->repeats;
	if (vcpu->user) {
		machine.user_total += delta;
	} else {
		machine.kernel_total += delta;
		context = vcpu_context(vcpu);
		if (context)
			context->own += delta;
	}
	if (profile_recording() && (delta || repeats))
		profile_add(vcpu, delta, repeats);
}

/* The context's own code so far came before a call, or behind the last one. */
static void settle(struct vcpu *vcpu, const struct context *context)
{
	enum node_kind kind = context->called ? NODE_EXIT : NODE_ENTRY;

	if (profile_recording())
		profile_settle(vcpu, profile_node(context->node, kind, 0, 0));
}

static bool at_door(const struct vcpu *vcpu, const struct context *context)
{
	return context && vcpu->stack->call_count == context->calls_before;
}

static void push(struct vcpu *vcpu, const struct context *made, uint64_t clock)
{
	struct stack *stack = vcpu->stack;
	struct context *context = vcpu_context(vcpu);

	if (made->from_user) {
		/* Whatever is still there never left in a way we know. */
		stack->context_count = 0;
		stack->call_count = 0;
		stack->node = NULL;
	} else if (at_door(vcpu, context)) {
		settle(vcpu, context);
	}
	if (stack->context_count == stack->context_room) {
		stack->context_room = stack->context_room ? stack->context_room * 2 : 8;
		stack->contexts =
			util_grow(stack->contexts, stack->context_room * sizeof(*context));
	}
	context = &stack->contexts[stack->context_count++];
	*context = *made;
	context->entered = machine_clock_at(vcpu, clock);
	context->calls_before = stack->call_count;
	context->outer = stack->node;
	if (machine.profile) {
		enum node_kind kind = made->kind == CONTEXT_SYSCALL ? NODE_SYSCALL : NODE_VECTOR;
		uint64_t site = made->from_user ? made->gate : made->back.pc;

		context->node = profile_node(stack->node, kind, site, made->number);
		stack->node = context->node;
		profile_enter(context->node);
	}
	vcpu->saved = false;
	observe_entered(context);
}

static void leave_user(struct vcpu *vcpu, uint64_t space, uint64_t clock)
{
	vcpu->user = false;
	vcpu->user_space = space;
	vcpu->user_left = machine_clock_at(vcpu, clock);
}

void vcpu_syscall(struct vcpu *vcpu, unsigned int gate, unsigned int number,
		  const struct place *back, uint64_t pc)
{
	struct context context = {
		.kind = CONTEXT_SYSCALL,
		.number = number,
		.gate = gate,
		.from_user = true,
		.back = *back,
	};
	/* The instruction itself is still the user's. */
	uint64_t clock = vcpu->score->clock + 1;

	vcpu_account(vcpu, clock);
	leave_user(vcpu, back->space, clock);
	vcpu->syscall_pc = pc;
	push(vcpu, &context, clock);
}

/* The system call instruction raised a fault: it never got into the kernel. */
static bool syscall_failed(struct vcpu *vcpu, const struct entry *entry)
{
	struct context *context = vcpu_context(vcpu);

	return entry->from_user && !vcpu->user && context && context->kind == CONTEXT_SYSCALL &&
	       context->own == 0 && vcpu->syscall_pc == entry->back.pc;
}

void vcpu_vector(struct vcpu *vcpu, const struct entry *entry)
{
	struct score *score = vcpu->score;
	struct context context = {
		.kind = CONTEXT_VECTOR,
		.number = entry->vector,
		.from_user = entry->from_user,
		.back = entry->back,
	};

	if (entry->is_call) {
		context.kind = CONTEXT_SYSCALL;
		context.gate = entry->gate;
		context.number = entry->call_number;
	}
	if (entry->counted_twice) {
		score->clock--;
		if (entry->repeats)
			score->repeats--;
	}
	vcpu_account(vcpu, score->clock);
	if (syscall_failed(vcpu, entry))
		vcpu->user = true;
	/* Else an exception of the kernel's own way out shows user mode too early. */
	if (entry->from_user)
		leave_user(vcpu, entry->back.space, score->clock);
	else
		vcpu->user = false;
	push(vcpu, &context, score->clock);
}

static bool same_place(const struct place *a, const struct place *b)
{
	return a->space == b->space && a->pc == b->pc && a->sp == b->sp;
}

static void pop(struct vcpu *vcpu, uint64_t clock, bool elsewhere)
{
	struct stack *stack = vcpu->stack;
	struct context *context = vcpu_context(vcpu);

	/* A handler that calls nothing is all handler, and neither entry nor exit. */
	if (at_door(vcpu, context) && context->called)
		settle(vcpu, context);
	else if (profile_recording())
		profile_settle(vcpu, context->node);
	if (stack->call_count > context->calls_before)
		stack->call_count = context->calls_before;
	stack->node = context->outer;
	stack->context_count--;
	observe_left(context, machine_clock_at(vcpu, clock), elsewhere);
}

static void leave_to_user(struct vcpu *vcpu, const struct place *to, uint64_t clock)
{
	struct stack *stack = vcpu->stack;
	struct context *context;

	if (!stack->context_count) {
		observe_appeared();
		profile_stray(false);
	}
	while ((context = vcpu_context(vcpu))) {
		bool elsewhere = !context->from_user || !same_place(&context->back, to);

		if (elsewhere)
			profile_stray(true);
		pop(vcpu, clock, elsewhere);
	}
	stack->call_count = 0;
	stack->node = NULL;
	vcpu->user = true;
	if (!machine.first_user)
		machine.first_user = machine_clock_at(vcpu, clock);
	if (vcpu->user_left && vcpu->user_space != to->space)
		observe_switch(machine_clock_at(vcpu, clock) - vcpu->user_left);
	if (machine.profile) {
		vcpu->user_node = profile_node(NULL, NODE_USER, 0, to->space);
		profile_enter(vcpu->user_node);
	}
}

static void leave_to_kernel(struct vcpu *vcpu, const struct place *to, uint64_t clock)
{
	struct context *context = vcpu_context(vcpu);

	if (!context || context->from_user || context->kind != CONTEXT_VECTOR)
		return;
	/* A kernel also uses the instruction to synchronize, and then has come from nowhere. */
	if (to->sp != context->back.sp)
		return;
	pop(vcpu, clock, to->pc != context->back.pc);
}

void vcpu_leave(struct vcpu *vcpu, const struct leave *leave)
{
	/* The instruction belongs to what it leaves. */
	uint64_t clock = vcpu->score->clock + 1;

	vcpu_account(vcpu, clock);
	if (leave->to_user)
		leave_to_user(vcpu, &leave->to, clock);
	else
		leave_to_kernel(vcpu, &leave->to, clock);
}

void vcpu_stack_saved(struct vcpu *vcpu, uint64_t sp, uint64_t at)
{
	const struct context *context = vcpu_context(vcpu);

	/* Entry code puts the user's stack pointer away: no thread stops here. */
	if (context && context->from_user && context->back.sp == sp)
		return;
	vcpu->saved = true;
	vcpu->saved_sp = sp;
	vcpu->saved_at = at;
	vcpu->saved_clock = vcpu->score->clock;
}

static struct stack *stack_new(void)
{
	return util_alloc(sizeof(struct stack));
}

/* Between saving one thread's stack pointer and loading another's lies next to nothing. */
#define SWITCH_INSTRUCTIONS_MAX 64

void vcpu_stack_loaded(struct vcpu *vcpu, uint64_t from, uint64_t to)
{
	struct stack *next;

	/*
	 * Where nothing was saved nothing can come back: a step to another stack of the same thread.
	 * And a stored stack pointer may have been but the address of a variable.
	 */
	if (!vcpu->saved || vcpu->saved_sp != from ||
	    vcpu->score->clock - vcpu->saved_clock > SWITCH_INSTRUCTIONS_MAX)
		return;
	vcpu->saved = false;
	/* An interrupt stack begins with the way back. */
	if (vcpu->saved_at - to + 16 <= 32)
		return;
	next = parking_take(to);
	vcpu_account(vcpu, vcpu->score->clock);
	if (at_door(vcpu, vcpu_context(vcpu)))
		settle(vcpu, vcpu_context(vcpu));
	parking_put(vcpu->stack, vcpu->saved_sp);
	vcpu->stack = next ? next : stack_new();
	if (machine.profile && !vcpu->stack->node)
		vcpu->stack->node = profile_node(NULL, NODE_THREAD, 0, 0);
}

void vcpu_called(struct vcpu *vcpu, uint64_t site, uint64_t callee, uint64_t at, uint64_t back)
{
	struct stack *stack = vcpu->stack;
	struct context *context = vcpu_context(vcpu);

	if (profile_recording())
		vcpu_account(vcpu, vcpu->score->clock);
	if (at_door(vcpu, context)) {
		if (profile_recording())
			profile_settle(vcpu, profile_node(context->node, NODE_ENTRY, 0, 0));
		context->called = true;
	}
	if (!stack->node)
		stack->node = profile_node(NULL, NODE_THREAD, 0, 0);
	stack->node = profile_known(stack->node, site);
	if (stack->call_count == stack->call_room) {
		stack->call_room = stack->call_room ? stack->call_room * 2 : 32;
		stack->calls = util_grow(stack->calls, stack->call_room * sizeof(*stack->calls));
	}
	stack->calls[stack->call_count++] = (struct call){ at, back, stack->node };
	/* An unknown callee is found out when its first block runs. */
	stack->node = profile_node(stack->node, NODE_CALL, site, callee);
	if (callee)
		profile_enter(stack->node);
}

void vcpu_returned(struct vcpu *vcpu, uint64_t at, uint64_t target)
{
	struct stack *stack = vcpu->stack;
	const struct context *context = vcpu_context(vcpu);
	size_t least = context ? context->calls_before : 0;
	struct call *call;

	if (profile_recording())
		vcpu_account(vcpu, vcpu->score->clock);
	/* Frames that were left without a return. */
	while (stack->call_count > least && stack->calls[stack->call_count - 1].at < at) {
		call = &stack->calls[--stack->call_count];
		stack->node = call->node;
	}
	if (stack->call_count == least || stack->calls[stack->call_count - 1].at != at)
		return;
	call = &stack->calls[--stack->call_count];
	stack->node = call->node;
	/* Not back to the caller: a jump by way of the stack, on behalf of the function below. */
	if (target != call->back && stack->call_count > least) {
		struct node *outer = stack->calls[stack->call_count - 1].node;

		stack->node = profile_node(outer, NODE_CALL, profile_site(stack->node), target);
		profile_enter(stack->node);
	}
}

void vcpu_begin_in_user(struct vcpu *vcpu, uint64_t space)
{
	vcpu->user = true;
	vcpu->user_space = space;
	vcpu->mark = vcpu->score->clock;
	vcpu->repeats_mark = vcpu->score->repeats;
	vcpu->user_node = profile_node(NULL, NODE_USER, 0, space);
}

void machine_add_vcpu(unsigned int index)
{
	if (index >= VCPUS_MAX)
		util_fatal("a second CPU came up: only one can be counted");
	if (index >= machine.vcpu_count)
		machine.vcpu_count = index + 1;
	/* QEMU may have moved the scores of all of them. */
	for (unsigned int i = 0; i < machine.vcpu_count; i++) {
		struct vcpu *vcpu = &machine.vcpus[i];

		vcpu->score = qemu_plugin_scoreboard_find(machine.score, i);
		if (vcpu->stack)
			continue;
		vcpu->stack = stack_new();
		vcpu->soft_vector = -1;
	}
}
