#include "observe.h"

/* One way into the kernel: from where, which, and what it cost each time. */
struct door {
	enum context_kind kind;
	unsigned int number, gate;
	bool from_user;
	uint64_t entered, elsewhere;
	struct histogram wall, own;
	struct histogram elsewhere_own;
	struct door *next;
};

static struct map doors;
static struct door *first_door, **last_door = &first_door;
static uint64_t appeared, space_writes, space_changes, ready_at;
static struct histogram switches;
static bool printed;

static struct door *door_of(const struct context *context)
{
	struct map_key key = { context->kind | (uint64_t)context->gate << 8, context->number,
			       context->from_user };
	void **at = map_at(&doors, key);
	struct door *door = *at;

	if (!door) {
		door = *at = util_alloc(sizeof(*door));
		door->kind = context->kind;
		door->number = context->number;
		door->gate = context->gate;
		door->from_user = context->from_user;
		*last_door = door;
		last_door = &door->next;
	}
	return door;
}

void observe_entered(const struct context *context)
{
	door_of(context)->entered++;
}

void observe_left(const struct context *context, uint64_t clock, bool elsewhere)
{
	struct door *door = door_of(context);

	if (elsewhere) {
		door->elsewhere++;
		histogram_add(&door->elsewhere_own, context->own);
		return;
	}
	histogram_add(&door->wall, clock - context->entered);
	histogram_add(&door->own, context->own);
}

void observe_appeared(void)
{
	appeared++;
}

void observe_space_write(bool changed)
{
	space_writes++;
	space_changes += changed;
}

void observe_switch(uint64_t cost)
{
	histogram_add(&switches, cost);
}

void observe_ready(uint64_t clock)
{
	if (!ready_at)
		ready_at = clock;
}

static void print_door(const struct door *door, FILE *to)
{
	bool shared = false;
	const char *kind = "syscall", *name = "";

	if (door->kind == CONTEXT_VECTOR) {
		shared = arch_vector_shared(door->number);
		kind = arch_vector_is_fault(door->number) ? "fault" : "interrupt";
		name = arch_vector_name(door->number);
	}
	fprintf(to,
		"{\"kind\":\"%s\",\"number\":%u,\"mnemonic\":\"%s\",\"gate\":%u,\"shared\":%s,\"from_user\":%s,\"entered\":%llu,"
		"\"elsewhere\":%llu,\"wall\":",
		kind, door->number, name, door->gate, shared ? "true" : "false", door->from_user ? "true" : "false",
		(unsigned long long)door->entered, (unsigned long long)door->elsewhere);
	histogram_print(&door->wall, to);
	fputs(",\"own\":", to);
	histogram_print(&door->own, to);
	fputs(",\"elsewhere_own\":", to);
	histogram_print(&door->elsewhere_own, to);
	fputc('}', to);
}

void observe_print(const char *why, FILE *to)
{
	if (printed)
		return;
	printed = true;
	for (unsigned int i = 0; i < machine.vcpu_count; i++)
		vcpu_account(&machine.vcpus[i], machine.vcpus[i].score->clock);
	fprintf(to,
		"{\"type\":\"boot\",\"ended_by\":\"%s\",\"blind\":%s,\"vcpus\":%u,\"instructions\":%llu,"
		"\"user\":%llu,\"kernel\":%llu,\"first_user\":%llu,\"ready\":%llu,"
		"\"appeared\":%llu,\"space_writes\":%llu,\"space_changes\":%llu,\"switches\":",
		why, arch_is_blind() ? "true" : "false", machine.vcpu_count, (unsigned long long)machine_clock(),
		(unsigned long long)machine.user_total, (unsigned long long)machine.kernel_total,
		(unsigned long long)machine.first_user, (unsigned long long)ready_at,
		(unsigned long long)appeared, (unsigned long long)space_writes,
		(unsigned long long)space_changes);
	histogram_print(&switches, to);
	fputs(",\"doors\":[", to);
	for (const struct door *door = first_door; door; door = door->next) {
		if (door != first_door)
			fputc(',', to);
		print_door(door, to);
	}
	fputs("]}\n", to);
	fflush(to);
}
