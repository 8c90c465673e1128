/* Which callbacks each translated instruction gets, and what they tell the accounting. */
#include "instrument.h"

#include "arch.h"
#include "machine.h"
#include "observe.h"
#include "profile.h"

#define INSN_BYTES_MAX 15

struct instrument instrument;

/* What a callback must know of its instruction. Made once for each address and kind. */
struct site {
	struct insn insn;
	uint64_t address;
	size_t len;
	struct block *block;
};

/*
 * A profile has nothing to count before the workload starts, so until it says MARK_BEGIN code is
 * translated all but bare, and then once more in full.
 */
static bool armed;
static struct map sites;

static struct vcpu *vcpu_at(unsigned int index)
{
	return &machine.vcpus[index];
}

static struct qemu_u64 score_field(size_t offset)
{
	return (struct qemu_u64){ machine.score, offset };
}

static void on_syscall(unsigned int index, void *data)
{
	const struct site *site = data;
	struct place back = arch_syscall_back(site->address, site->len);

	vcpu_syscall(vcpu_at(index), (unsigned int)site->insn.operand, arch_syscall_number(), &back,
		     site->address);
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
	struct entry entry;

	if (arch_entry(block->address, vcpu->soft_vector, &entry))
		vcpu_vector(vcpu, &entry);
	vcpu->soft_vector = -1;
}

static void on_leave(unsigned int index, void *data)
{
	const struct site *site = data;
	struct leave leave;

	arch_leave(site->insn.operand, &leave);
	vcpu_leave(vcpu_at(index), &leave);
}

static void on_space(unsigned int index, void *data)
{
	const struct site *site = data;
	uint64_t space = arch_space_of(arch_register(site->insn.operand));

	(void)index;
	observe_space_write(space != arch_space());
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
	vcpu_called(vcpu_at(index), site->address, site->insn.operand, address,
		    site->address + site->len);
}

static void on_ret(unsigned int index, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	(void)data;
	vcpu_returned(vcpu_at(index), address, loaded_value(info));
}

/* Where the return address is in a register, the stack pointer tells the calls apart. */
static void on_call_linked(unsigned int index, void *data)
{
	const struct site *site = data;

	vcpu_called(vcpu_at(index), site->address, site->insn.operand, arch_stack_pointer(),
		    site->address + site->len);
}

static void on_ret_linked(unsigned int index, void *data)
{
	const struct site *site = data;

	vcpu_returned(vcpu_at(index), arch_stack_pointer(), arch_register(site->insn.operand));
}

static void on_table(unsigned int index, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	(void)index;
	(void)data;
	arch_table_read(address, (size_t)1 << qemu_plugin_mem_size_shift(info));
}

static void on_block(unsigned int index, void *data)
{
	profile_block_begins(vcpu_at(index), data);
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
		/* Neither marker belongs to the window. */
		profile_open(vcpu, vcpu->score->clock + 1);
		break;
	case MARK_WINDOW_CLOSE:
		if (machine.profile)
			profile_close(vcpu, vcpu->score->clock, instrument.out);
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
			vcpu_begin_in_user(vcpu, arch_space());
		instrument.restart();
		break;
	}
}

static struct site *site_of(const struct insn *insn, uint64_t address, size_t len,
			    struct block *block)
{
	struct map_key key = { address, insn->kind | (uint64_t)len << 8, insn->operand };
	void **at = map_at(&sites, key);
	struct site *site = *at;

	if (!site) {
		site = *at = util_keep(sizeof(*site));
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
	case INSN_LEAVE:
		qemu_plugin_register_vcpu_insn_exec_cb(handle, on_leave, QEMU_CB_R_REGS, site);
		break;
	case INSN_SPACE:
		qemu_plugin_register_vcpu_insn_exec_cb(handle, on_space, QEMU_CB_R_REGS, site);
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
	case INSN_CALL_LINKED:
		if (machine.profile)
			qemu_plugin_register_vcpu_insn_exec_cb(handle, on_call_linked,
							       QEMU_CB_R_REGS, site);
		break;
	case INSN_RET_LINKED:
		if (machine.profile)
			qemu_plugin_register_vcpu_insn_exec_cb(handle, on_ret_linked,
							       QEMU_CB_R_REGS, site);
		break;
	case INSN_TABLE:
		qemu_plugin_register_vcpu_mem_cb(handle, on_table, QEMU_CB_NO_REGS, QEMU_MEM_R,
						 site);
		break;
	case INSN_MARK:
		/* A guest without user mode may mark too. */
		qemu_plugin_register_vcpu_insn_exec_cb(handle, on_mark, QEMU_CB_R_REGS, site);
		break;
	default:
		break;
	}
}

static void count(struct qemu_plugin_insn *handle, size_t field, uint64_t number)
{
	if (number)
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
			handle, QEMU_INLINE_ADD_U64, score_field(field), number);
}

/*
 * `waiting` instructions before this one are not counted yet. They are certain, so they can be
 * counted together with it; it is counted when it begins. A callback sees the clock without its
 * instruction.
 */
static void instrument_insn(struct qemu_plugin_insn *handle, enum mode mode, struct block *block,
		       bool last, uint64_t *waiting)
{
	uint8_t bytes[INSN_BYTES_MAX];
	size_t len = qemu_plugin_insn_data(handle, bytes, sizeof(bytes));
	uint64_t address = qemu_plugin_insn_vaddr(handle);
	struct insn insn;

	arch_decode(bytes, len, address, &insn);
	if (insn.kind != INSN_PLAIN) {
		struct site *site = site_of(&insn, address, len, block);

		count(handle, offsetof(struct score, clock), *waiting);
		*waiting = 0;
		if (mode == MODE_USER)
			instrument_user(handle, site);
		else
			instrument_kernel(handle, site);
	}
	++*waiting;
	if (insn.kind != INSN_PLAIN || !insn.certain || last) {
		count(handle, offsetof(struct score, clock), *waiting);
		*waiting = 0;
	}
	if (insn.repeats)
		count(handle, offsetof(struct score, repeats), 1);
}

/* Before the workload starts: only where the vector table is, and that it starts. */
static void instrument_unarmed(struct qemu_plugin_insn *handle, enum mode mode, struct block *block)
{
	uint8_t bytes[INSN_BYTES_MAX];
	size_t len = qemu_plugin_insn_data(handle, bytes, sizeof(bytes));
	uint64_t address = qemu_plugin_insn_vaddr(handle);
	struct insn insn;

	arch_decode(bytes, len, address, &insn);
	if (insn.kind == INSN_TABLE && mode == MODE_KERNEL)
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
	uint64_t waiting = 0;

	if (machine.profile && !armed) {
		for (size_t i = 0; i < insns; i++)
			instrument_unarmed(qemu_plugin_tb_get_insn(tb, i), mode, block);
		return;
	}
	/* The way in comes first: what follows belongs to it. */
	if (mode == MODE_KERNEL && arch_is_handler(address))
		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_handler, QEMU_CB_R_REGS, block);
	if (machine.profile)
		qemu_plugin_register_vcpu_tb_exec_cond_cb(
			tb, on_block, QEMU_CB_NO_REGS, QEMU_COND_NE,
			score_field(offsetof(struct score, recording)), 0, block);
	for (size_t i = 0; i < insns; i++)
		instrument_insn(qemu_plugin_tb_get_insn(tb, i), mode, block, i + 1 == insns, &waiting);
}
