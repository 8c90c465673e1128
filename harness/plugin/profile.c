#include "profile.h"

#include <stdlib.h>

struct node {
	struct node *parent;
	enum node_kind kind;
	uint64_t site, value;
	uint64_t id;
	bool printed;
	/* The last result of profile_node() with this parent. */
	struct node *last_child;
	/* The number of entries in that window. */
	uint64_t window, entered;
};

struct cell {
	struct node *node;
	struct block *block;
	uint64_t window, count, repeats;
	/* The cell that followed it the last time: a prediction that nearly always holds. */
	struct cell *successor;
};

/* A context's own code that is not known to be entry or exit code yet. */
struct pending {
	struct block *block;
	uint64_t count, repeats;
};

#define PENDING_MAX 256

static struct {
	bool open;
	/* From 1. */
	uint64_t number;
	uint64_t opened;
	uint64_t appeared, elsewhere;
	struct cell **cells;
	size_t cell_count, cell_capacity;
	struct node **nodes;
	size_t node_count, node_capacity;
} window;

static struct map nodes, blocks, cells;
static uint64_t node_ids;
static struct pending pending[VCPUS_MAX][PENDING_MAX];
static size_t pending_count[VCPUS_MAX];
static struct block unknown_block;

struct block *profile_block(uint64_t address)
{
	void **at = map_slot(&blocks, (struct map_key){ address, 0, 0 });
	struct block *block = *at;

	if (!block) {
		block = *at = util_arena_alloc(sizeof(*block));
		block->address = address;
	}
	return block;
}

struct node *profile_node(struct node *parent, enum node_kind kind, uint64_t site, uint64_t value)
{
	struct map_key key = { (uintptr_t)parent | (uint64_t)kind << 56, site, value };
	struct node *node = parent ? parent->last_child : NULL;
	void **at;

	if (node && node->site == site && node->value == value && node->kind == kind)
		return node;
	at = map_slot(&nodes, key);
	node = *at;
	if (!node) {
		node = *at = util_arena_alloc(sizeof(*node));
		*node = (struct node){
			.parent = parent,
			.kind = kind,
			.site = site,
			.value = value,
			.id = node_ids++,
		};
	}
	if (parent)
		parent->last_child = node;
	return node;
}

struct node *profile_resolve_callee(struct node *node, uint64_t address)
{
	if (node->kind != NODE_CALL || node->value)
		return node;
	node = profile_node(node->parent, NODE_CALL, node->site, address);
	profile_enter(node);
	return node;
}

uint64_t profile_site(const struct node *node)
{
	return node->site;
}

bool profile_recording(void)
{
	return window.open;
}

void profile_enter(struct node *node)
{
	if (!window.open)
		return;
	if (node->window != window.number) {
		node->window = window.number;
		node->entered = 0;
		if (window.node_count == window.node_capacity) {
			window.node_capacity =
				window.node_capacity ? window.node_capacity * 2 : 256;
			window.nodes =
				util_realloc(window.nodes, window.node_capacity * sizeof(node));
		}
		window.nodes[window.node_count++] = node;
	}
	node->entered++;
}

static struct cell *cell_of(struct node *node, struct block *block)
{
	void **at = map_slot(&cells, (struct map_key){ (uintptr_t)node, (uintptr_t)block, 0 });
	struct cell *cell = *at;

	if (!cell) {
		cell = *at = util_arena_alloc(sizeof(*cell));
		cell->node = node;
		cell->block = block;
	}
	return cell;
}

static void add(struct node *node, struct block *block, uint64_t count, uint64_t repeats)
{
	static struct cell none, *last = &none;
	struct cell *cell = last->successor;

	if (!cell || cell->node != node || cell->block != block)
		cell = last->successor = cell_of(node, block);
	last = cell;
	if (cell->window != window.number) {
		cell->window = window.number;
		cell->count = cell->repeats = 0;
		if (window.cell_count == window.cell_capacity) {
			window.cell_capacity =
				window.cell_capacity ? window.cell_capacity * 2 : 1024;
			window.cells =
				util_realloc(window.cells, window.cell_capacity * sizeof(cell));
		}
		window.cells[window.cell_count++] = cell;
	}
	cell->count += count;
	cell->repeats += repeats;
}

static size_t index_of(const struct vcpu *vcpu)
{
	return (size_t)(vcpu - machine.vcpus);
}

void profile_attribute_pending(struct vcpu *vcpu, struct node *node)
{
	size_t i = index_of(vcpu);

	for (size_t j = 0; j < pending_count[i]; j++)
		add(node, pending[i][j].block, pending[i][j].count, pending[i][j].repeats);
	pending_count[i] = 0;
}

void profile_add(struct vcpu *vcpu, uint64_t count, uint64_t repeats)
{
	struct block *block = vcpu->block ? vcpu->block : &unknown_block;
	const struct context *context = vcpu_context(vcpu);
	size_t i = index_of(vcpu);

	if (vcpu->user) {
		if (!vcpu->user_node)
			vcpu->user_node = profile_node(NULL, NODE_USER, 0, 0);
		add(vcpu->user_node, block, count, repeats);
	} else if (context && vcpu->stack->call_count == context->call_depth) {
		if (pending_count[i] == PENDING_MAX)
			profile_attribute_pending(vcpu, context->node);
		pending[i][pending_count[i]++] = (struct pending){ block, count, repeats };
	} else {
		if (!vcpu->stack->node)
			vcpu->stack->node = profile_node(NULL, NODE_THREAD, 0, 0);
		add(vcpu->stack->node, block, count, repeats);
	}
}

void profile_begin_block(struct vcpu *vcpu, struct block *block)
{
	vcpu_account(vcpu, vcpu->counters->clock);
	vcpu->block = block;
	if (!vcpu->user && vcpu->stack->node)
		vcpu->stack->node = profile_resolve_callee(vcpu->stack->node, block->address);
}

void profile_unmatched_return(bool entered)
{
	if (entered)
		window.elsewhere++;
	else
		window.appeared++;
}

static void set_recording(bool on)
{
	window.open = on;
	for (unsigned int i = 0; i < machine.vcpu_count; i++)
		machine.vcpus[i].counters->recording = on;
}

static void account_others(const struct vcpu *except)
{
	for (unsigned int i = 0; i < machine.vcpu_count; i++) {
		struct vcpu *vcpu = &machine.vcpus[i];

		if (vcpu != except)
			vcpu_account(vcpu, vcpu->counters->clock);
	}
}

void profile_open(struct vcpu *vcpu, uint64_t clock)
{
	if (window.open)
		util_fatal("window %llu was opened twice", (unsigned long long)window.number);
	vcpu_account(vcpu, clock);
	account_others(vcpu);
	window.number++;
	window.opened = machine_clock() - vcpu->counters->clock + clock;
	window.appeared = window.elsewhere = 0;
	window.cell_count = window.node_count = 0;
	set_recording(true);
}

static const char *kind_name(const struct node *node)
{
	switch (node->kind) {
	case NODE_USER:
		return "user";
	case NODE_SYSCALL:
		return "syscall";
	case NODE_VECTOR:
		return arch_vector_is_fault((unsigned int)node->value) ? "fault" : "interrupt";
	case NODE_THREAD:
		return "thread";
	case NODE_ENTRY:
		return "entry";
	case NODE_EXIT:
		return "exit";
	case NODE_CALL:
		break;
	}
	return "call";
}

static void print_node(struct node *node, FILE *to)
{
	if (node->printed)
		return;
	node->printed = true;
	if (node->parent)
		print_node(node->parent, to);
	fprintf(to, "{\"type\":\"node\",\"id\":%llu,\"parent\":", (unsigned long long)node->id);
	if (node->parent)
		fprintf(to, "%llu", (unsigned long long)node->parent->id);
	else
		fputs("null", to);
	fprintf(to, ",\"kind\":\"%s\",\"site\":%llu,\"value\":%llu}\n", kind_name(node),
		(unsigned long long)node->site, (unsigned long long)node->value);
}

void profile_close(struct vcpu *vcpu, uint64_t clock, FILE *to)
{
	uint64_t closed = machine_clock() - vcpu->counters->clock + clock;

	if (!window.open)
		util_fatal("a window was closed that is not open");
	vcpu_account(vcpu, clock);
	account_others(vcpu);
	for (unsigned int i = 0; i < machine.vcpu_count; i++) {
		const struct context *context = vcpu_context(&machine.vcpus[i]);

		if (context && pending_count[i])
			profile_attribute_pending(&machine.vcpus[i], context->node);
	}
	set_recording(false);

	for (size_t i = 0; i < window.cell_count; i++)
		print_node(window.cells[i]->node, to);
	for (size_t i = 0; i < window.node_count; i++)
		print_node(window.nodes[i], to);
	fprintf(to,
		"{\"type\":\"window\",\"number\":%llu,\"opened\":%llu,\"closed\":%llu,"
		"\"appeared\":%llu,\"elsewhere\":%llu,\"cells\":[",
		(unsigned long long)window.number, (unsigned long long)window.opened,
		(unsigned long long)closed, (unsigned long long)window.appeared,
		(unsigned long long)window.elsewhere);
	for (size_t i = 0; i < window.cell_count; i++) {
		const struct cell *cell = window.cells[i];

		fprintf(to, "%s[%llu,%llu,%lld,%lld]", i ? "," : "",
			(unsigned long long)cell->node->id,
			(unsigned long long)cell->block->address, (long long)cell->count,
			(long long)cell->repeats);
	}
	fputs("],\"entered\":[", to);
	for (size_t i = 0; i < window.node_count; i++)
		fprintf(to, "%s[%llu,%llu]", i ? "," : "",
			(unsigned long long)window.nodes[i]->id,
			(unsigned long long)window.nodes[i]->entered);
	fputs("]}\n", to);
	fflush(to);
}
