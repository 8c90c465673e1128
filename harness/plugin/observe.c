#include "observe.h"

/* The entries of one kind: by number, gate and mode they come from. */
struct entry_stats {
	enum context_kind kind;
	unsigned int number, gate;
	bool from_user;
	uint64_t entered, elsewhere;
	struct histogram wall, own;
	struct histogram elsewhere_own;
	struct entry_stats *next;
};

static struct map entries_by_key;
static struct entry_stats *first_entry, **last_entry = &first_entry;
static uint64_t appeared, address_space_writes, address_space_changes, ready_at;
static struct histogram switches;
static bool printed;

static struct entry_stats *entry_of(const struct context *context)
{
	struct map_key key = { context->kind | (uint64_t)context->gate << 8, context->number,
			       context->from_user };
	void **at = map_slot(&entries_by_key, key);
	struct entry_stats *entry_stats = *at;

	if (!entry_stats) {
		entry_stats = *at = util_alloc(sizeof(*entry_stats));
		entry_stats->kind = context->kind;
		entry_stats->number = context->number;
		entry_stats->gate = context->gate;
		entry_stats->from_user = context->from_user;
		*last_entry = entry_stats;
		last_entry = &entry_stats->next;
	}
	return entry_stats;
}

void observe_entry(const struct context *context)
{
	entry_of(context)->entered++;
}

void observe_exit(const struct context *context, uint64_t clock, bool elsewhere)
{
	struct entry_stats *entry_stats = entry_of(context);

	if (elsewhere) {
		entry_stats->elsewhere++;
		histogram_add(&entry_stats->elsewhere_own, context->own_count);
		return;
	}
	histogram_add(&entry_stats->wall, clock - context->entry_clock);
	histogram_add(&entry_stats->own, context->own_count);
}

void observe_first_return(void)
{
	appeared++;
}

void observe_address_space_write(bool changed)
{
	address_space_writes++;
	address_space_changes += changed;
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

static void print_entry(const struct entry_stats *entry_stats, FILE *to)
{
	bool shared = false;
	const char *kind = "syscall", *name = "";

	if (entry_stats->kind == CONTEXT_VECTOR) {
		shared = arch_vector_shared(entry_stats->number);
		kind = arch_vector_is_fault(entry_stats->number) ? "fault" : "interrupt";
		name = arch_vector_name(entry_stats->number);
	}
	fprintf(to,
		"{\"kind\":\"%s\",\"number\":%u,\"mnemonic\":\"%s\",\"gate\":%u,\"shared\":%s,"
		"\"from_user\":%s,\"entered\":%llu,"
		"\"elsewhere\":%llu,\"wall\":",
		kind, entry_stats->number, name, entry_stats->gate, shared ? "true" : "false",
		entry_stats->from_user ? "true" : "false", (unsigned long long)entry_stats->entered,
		(unsigned long long)entry_stats->elsewhere);
	histogram_print(&entry_stats->wall, to);
	fputs(",\"own\":", to);
	histogram_print(&entry_stats->own, to);
	fputs(",\"elsewhere_own\":", to);
	histogram_print(&entry_stats->elsewhere_own, to);
	fputc('}', to);
}

void observe_print(const char *why, FILE *to)
{
	if (printed)
		return;
	printed = true;
	for (unsigned int i = 0; i < machine.vcpu_count; i++)
		vcpu_account(&machine.vcpus[i], machine.vcpus[i].counters->clock);
	fprintf(to,
		"{\"type\":\"boot\",\"ended_by\":\"%s\",\"blind\":%s,\"vcpus\":%u,\"instructions\":"
		"%llu,"
		"\"user\":%llu,\"kernel\":%llu,\"first_user\":%llu,\"ready\":%llu,"
		"\"appeared\":%llu,\"space_writes\":%llu,\"space_changes\":%llu,\"switches\":",
		why, arch_missed_vectors() ? "true" : "false", machine.vcpu_count,
		(unsigned long long)machine_clock(), (unsigned long long)machine.user_total,
		(unsigned long long)machine.kernel_total, (unsigned long long)machine.first_user,
		(unsigned long long)ready_at, (unsigned long long)appeared,
		(unsigned long long)address_space_writes,
		(unsigned long long)address_space_changes);
	histogram_print(&switches, to);
	fputs(",\"doors\":[", to);
	for (const struct entry_stats *entry_stats = first_entry; entry_stats;
	     entry_stats = entry_stats->next) {
		if (entry_stats != first_entry)
			fputc(',', to);
		print_entry(entry_stats, to);
	}
	fputs("]}\n", to);
	fflush(to);
}
