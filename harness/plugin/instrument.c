/* The callbacks of each translated instruction: they pass events to the accounting. */
#include "instrument.h"

#include "arch.h"
#include "machine.h"
#include "observe.h"
#include "profile.h"

#define INSN_BYTES_MAX 15

struct instrument instrument;

/* A callback's data: its instruction. One for each address and kind, never freed. */
struct site {
	struct insn insn;
	uint64_t address;
	size_t len;
	struct block *block;
};

/*
 * A profile counts nothing before the workload starts. Until its MARK_BEGIN, code is translated
 * almost without instrumentation; then all of it is translated again.
 */
static bool armed;
static struct map sites;

static struct vcpu *vcpu_at(unsigned int index)
{
	return &machine.vcpus[index];
}

static struct qemu_u64 counter_field(size_t offset)
{
	return (struct qemu_u64){ machine.scoreboard, offset };
}

static void on_syscall(unsigned int index, void *data)
{
	const struct site *site = data;
	struct resume_point resume = arch_syscall_resume(site->address, site->len);

	vcpu_syscall(vcpu_at(index), (unsigned int)site->insn.operand, arch_syscall_number(),
		     &resume, site->address);
}

static void on_soft_vector(unsigned int index, void *data)
{
	const struct site *site = data;

	vcpu_at(index)->soft_vector = (int)site->insn.operand;
}

static void on_handler(unsigned int index, void *data)
{
	const struct block *block = data;
	struct vcpu *vcpu = vcpu_at(index);
	struct vector_entry entry;

	if (arch_vector_entry(block->address, vcpu->soft_vector, &entry))
		vcpu_vector(vcpu, &entry);
	vcpu->soft_vector = -1;
}

static void on_trap_return(unsigned int index, void *data)
{
	const struct site *site = data;
	struct trap_return trap_return;

	arch_trap_return(site->insn.operand, &trap_return);
	vcpu_trap_return(vcpu_at(index), &trap_return);
}

static void on_set_address_space(unsigned int index, void *data)
{
	const struct site *site = data;
	uint64_t address_space = arch_address_space_of(arch_register(site->insn.operand));

	(void)index;
	observe_address_space_write(address_space != arch_address_space());
}

static void on_stack_save(unsigned int index, qemu_plugin_meminfo_t info, uint64_t address,
			  void *data)
{
	(void)info;
	(void)data;
	vcpu_stack_saved(vcpu_at(index), arch_stack_pointer(), address);
}

static uint64_t loaded_value(qemu_plugin_meminfo_t info)
{
	struct qemu_mem_value value = qemu_plugin_mem_get_value(info);

	return value.type == QEMU_MEM_VALUE_U64 ? value.data.u64 : 0;
}

static void on_stack_load_memory(unsigned int index, qemu_plugin_meminfo_t info, uint64_t address,
				 void *data)
{
	(void)address;
	(void)data;
	struct vcpu *vcpu = vcpu_at(index);

	if (vcpu->saved)
		vcpu_stack_loaded(vcpu, arch_stack_pointer(), loaded_value(info));
}

static void on_stack_load_register(unsigned int index, void *data)
{
	const struct site *site = data;
	struct vcpu *vcpu = vcpu_at(index);

	if (vcpu->saved)
		vcpu_stack_loaded(vcpu, arch_stack_pointer(), arch_register(site->insn.operand));
}

static void on_call(unsigned int index, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	const struct site *site = data;

	(void)info;
	vcpu_call(vcpu_at(index), site->address, site->insn.operand, address,
		  site->address + site->len);
}

static void on_ret(unsigned int index, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	(void)data;
	vcpu_return(vcpu_at(index), address, loaded_value(info));
}

/* With a link register there is no return slot: the stack pointer identifies the call. */
static void on_call_link_register(unsigned int index, void *data)
{
	const struct site *site = data;

	vcpu_call(vcpu_at(index), site->address, site->insn.operand, arch_stack_pointer(),
		  site->address + site->len);
}

static void on_ret_link_register(unsigned int index, void *data)
{
	const struct site *site = data;

	vcpu_return(vcpu_at(index), arch_stack_pointer(), arch_register(site->insn.operand));
}

static void on_load_vector_table(unsigned int index, qemu_plugin_meminfo_t info, uint64_t address,
				 void *data)
{
	(void)index;
	(void)data;
	arch_vector_table_loaded(address, (size_t)1 << qemu_plugin_mem_size_shift(info));
}

static void on_block(unsigned int index, void *data)
{
	profile_begin_block(vcpu_at(index), data);
}

static void on_mark(unsigned int index, void *data)
{
	const struct site *site = data;
	struct vcpu *vcpu = vcpu_at(index);

	switch (site->insn.operand) {
	case MARK_WINDOW_OPEN:
		if (!machine.profile)
			break;
		vcpu->block = site->block;
		/* The window excludes both markers. */
		profile_open(vcpu, vcpu->counters->clock + 1);
		break;
	case MARK_WINDOW_CLOSE:
		if (machine.profile)
			profile_close(vcpu, vcpu->counters->clock, instrument.out);
		break;
	case MARK_READY:
		observe_ready(machine_clock());
		break;
	case MARK_DONE:
		observe_print("done", instrument.out);
		break;
	case MARK_BEGIN:
		if (!machine.profile || armed)
			break;
		armed = true;
		if (arch_mode() == MODE_USER)
			vcpu_start_in_user(vcpu, arch_address_space());
		instrument.retranslate();
		break;
	}
}

static struct site *site_of(const struct insn *insn, uint64_t address, size_t len,
			    struct block *block)
{
	struct map_key key = { address, insn->kind | (uint64_t)len << 8, insn->operand };
	void **at = map_slot(&sites, key);
	struct site *site = *at;

	if (!site) {
		site = *at = util_arena_alloc(sizeof(*site));
		*site = (struct site){ *insn, address, len, block };
	}
	return site;
}

static void instrument_user(struct qemu_plugin_insn *handle, struct site *site)
{
	switch (site->insn.kind) {
	case INSN_SYSCALL:
		qemu_plugin_register_vcpu_insn_exec_cb(handle, on_syscall, QEMU_CB_R_REGS, site);
		break;
	case INSN_SOFT_VECTOR:
		qemu_plugin_register_vcpu_insn_exec_cb(handle, on_soft_vector, QEMU_CB_NO_REGS,
						       site);
		break;
	case INSN_MARK:
		qemu_plugin_register_vcpu_insn_exec_cb(handle, on_mark, QEMU_CB_R_REGS, site);
		break;
	default:
		break;
	}
}

static void instrument_kernel(struct qemu_plugin_insn *handle, struct site *site)
{
	switch (site->insn.kind) {
	case INSN_SOFT_VECTOR:
		qemu_plugin_register_vcpu_insn_exec_cb(handle, on_soft_vector, QEMU_CB_NO_REGS,
						       site);
		break;
	case INSN_TRAP_RETURN:
		qemu_plugin_register_vcpu_insn_exec_cb(handle, on_trap_return, QEMU_CB_R_REGS,
						       site);
		break;
	case INSN_SET_ADDRESS_SPACE:
		qemu_plugin_register_vcpu_insn_exec_cb(handle, on_set_address_space, QEMU_CB_R_REGS,
						       site);
		break;
	case INSN_STACK_SAVE:
		qemu_plugin_register_vcpu_mem_cb(handle, on_stack_save, QEMU_CB_R_REGS, QEMU_MEM_W,
						 site);
		break;
	case INSN_STACK_LOAD_MEMORY:
		qemu_plugin_register_vcpu_mem_cb(handle, on_stack_load_memory, QEMU_CB_R_REGS,
						 QEMU_MEM_R, site);
		break;
	case INSN_STACK_LOAD_REGISTER:
		qemu_plugin_register_vcpu_insn_exec_cb(handle, on_stack_load_register,
						       QEMU_CB_R_REGS, site);
		break;
	case INSN_CALL:
		if (machine.profile)
			qemu_plugin_register_vcpu_mem_cb(handle, on_call, QEMU_CB_NO_REGS,
							 QEMU_MEM_W, site);
		break;
	case INSN_RET:
		if (machine.profile)
			qemu_plugin_register_vcpu_mem_cb(handle, on_ret, QEMU_CB_NO_REGS,
							 QEMU_MEM_R, site);
		break;
	case INSN_CALL_LINK_REGISTER:
		if (machine.profile)
			qemu_plugin_register_vcpu_insn_exec_cb(handle, on_call_link_register,
							       QEMU_CB_R_REGS, site);
		break;
	case INSN_RET_LINK_REGISTER:
		if (machine.profile)
			qemu_plugin_register_vcpu_insn_exec_cb(handle, on_ret_link_register,
							       QEMU_CB_R_REGS, site);
		break;
	case INSN_LOAD_VECTOR_TABLE:
		qemu_plugin_register_vcpu_mem_cb(handle, on_load_vector_table, QEMU_CB_NO_REGS,
						 QEMU_MEM_R, site);
		break;
	case INSN_MARK:
		/* From a guest without user mode. */
		qemu_plugin_register_vcpu_insn_exec_cb(handle, on_mark, QEMU_CB_R_REGS, site);
		break;
	default:
		break;
	}
}

static void count(struct qemu_plugin_insn *handle, size_t field, uint64_t number)
{
	if (number)
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(handle, QEMU_INLINE_ADD_U64,
								    counter_field(field), number);
}

/*
 * Counts each instruction when it begins. Instructions that never fault are batched: `uncounted` of
 * them precede this one, and are added together with it. A callback sees the clock without its own
 * instruction.
 */
static void instrument_insn(struct qemu_plugin_insn *handle, enum mode mode, struct block *block,
			    bool last, uint64_t *uncounted)
{
	uint8_t bytes[INSN_BYTES_MAX];
	size_t len = qemu_plugin_insn_data(handle, bytes, sizeof(bytes));
	uint64_t address = qemu_plugin_insn_vaddr(handle);
	struct insn insn;

	arch_decode(bytes, len, address, &insn);
	if (insn.kind != INSN_PLAIN) {
		struct site *site = site_of(&insn, address, len, block);

		count(handle, offsetof(struct counters, clock), *uncounted);
		*uncounted = 0;
		if (mode == MODE_USER)
			instrument_user(handle, site);
		else
			instrument_kernel(handle, site);
	}
	++*uncounted;
	if (insn.kind != INSN_PLAIN || !insn.never_faults || last) {
		count(handle, offsetof(struct counters, clock), *uncounted);
		*uncounted = 0;
	}
	if (insn.repeats)
		count(handle, offsetof(struct counters, repeats), 1);
}

/* Before MARK_BEGIN: watches only for the vector table's address and for the mark. */
static void instrument_unarmed(struct qemu_plugin_insn *handle, enum mode mode, struct block *block)
{
	uint8_t bytes[INSN_BYTES_MAX];
	size_t len = qemu_plugin_insn_data(handle, bytes, sizeof(bytes));
	uint64_t address = qemu_plugin_insn_vaddr(handle);
	struct insn insn;

	arch_decode(bytes, len, address, &insn);
	if (insn.kind == INSN_LOAD_VECTOR_TABLE && mode == MODE_KERNEL)
		instrument_kernel(handle, site_of(&insn, address, len, block));
	else if (insn.kind == INSN_MARK && insn.operand == MARK_BEGIN)
		instrument_user(handle, site_of(&insn, address, len, block));
}

void instrument_block(struct qemu_plugin_tb *tb)
{
	uint64_t address = qemu_plugin_tb_vaddr(tb);
	size_t insns = qemu_plugin_tb_n_insns(tb);
	struct block *block = profile_block(address);
	enum mode mode = arch_mode();
	uint64_t uncounted = 0;

	if (machine.profile && !armed) {
		for (size_t i = 0; i < insns; i++)
			instrument_unarmed(qemu_plugin_tb_get_insn(tb, i), mode, block);
		return;
	}
	/* Registered first, so that the block itself is accounted to the vector. */
	if (mode == MODE_KERNEL && arch_is_handler(address))
		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_handler, QEMU_CB_R_REGS, block);
	if (machine.profile)
		qemu_plugin_register_vcpu_tb_exec_cond_cb(
			tb, on_block, QEMU_CB_NO_REGS, QEMU_COND_NE,
			counter_field(offsetof(struct counters, recording)), 0, block);
	for (size_t i = 0; i < insns; i++)
		instrument_insn(qemu_plugin_tb_get_insn(tb, i), mode, block, i + 1 == insns,
				&uncounted);
}
