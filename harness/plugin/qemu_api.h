#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The part of QEMU's TCG plugin API that Ringside uses, declared here because distributions do not
 * ship qemu-plugin.h. Functions and layouts follow docs/devel/tcg-plugins in QEMU.
 *
 * It needs API version 4 (QEMU 9.2), which added qemu_plugin_read_memory_vaddr() and
 * qemu_plugin_mem_get_value(). QEMU itself refuses a plugin whose qemu_plugin_version it does not
 * support; plugin.c checks again, for a message that says what to do.
 */
#define QEMU_API_USED 4

#define QEMU_EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_register;
struct qemu_plugin_scoreboard;

struct qemu_info {
	const char *target_name;
	struct {
		int min, cur;
	} version;
	bool system_emulation;
	struct {
		int smp_vcpus, max_vcpus;
	} system;
};

/* A 64-bit field of a scoreboard's per-vCPU structure. */
struct qemu_u64 {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
};

enum qemu_cb_flags {
	QEMU_CB_NO_REGS,
	QEMU_CB_R_REGS,
};

enum qemu_mem_rw {
	QEMU_MEM_R = 1,
	QEMU_MEM_W,
};

enum qemu_op {
	QEMU_INLINE_ADD_U64,
};

enum qemu_cond {
	QEMU_COND_NE = 3,
};

enum qemu_mem_value_type {
	QEMU_MEM_VALUE_U64 = 3,
};

struct qemu_mem_value {
	int type;
	union {
		uint64_t u64;
		uint64_t u128[2];
	} data;
};

struct qemu_register_descriptor {
	struct qemu_plugin_register *handle;
	const char *name;
	const char *feature;
};

/* The public heads of GLib's GByteArray and GArray. */
struct g_byte_array {
	uint8_t *data;
	unsigned int len;
};

struct g_array {
	char *data;
	unsigned int len;
};

typedef void (*qemu_simple_cb)(qemu_plugin_id_t id);
typedef void (*qemu_vcpu_cb)(qemu_plugin_id_t id, unsigned int vcpu);
typedef void (*qemu_tb_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*qemu_exit_cb)(qemu_plugin_id_t id, void *data);
typedef void (*qemu_exec_cb)(unsigned int vcpu, void *data);
typedef void (*qemu_mem_cb)(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address,
			    void *data);

void qemu_plugin_register_vcpu_init_cb(qemu_plugin_id_t id, qemu_vcpu_cb cb);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_tb_cb cb);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, qemu_exit_cb cb, void *data);
/* Asynchronously removes all callbacks, flushes the translated code and calls `cb`. */
void qemu_plugin_reset(qemu_plugin_id_t id, qemu_simple_cb cb);

void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, qemu_exec_cb cb,
					  enum qemu_cb_flags flags, void *data);
void qemu_plugin_register_vcpu_tb_exec_cond_cb(struct qemu_plugin_tb *tb, qemu_exec_cb cb,
					       enum qemu_cb_flags flags, enum qemu_cond cond,
					       struct qemu_u64 entry, uint64_t imm, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, qemu_exec_cb cb,
					    enum qemu_cb_flags flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn,
							 enum qemu_op op, struct qemu_u64 entry,
							 uint64_t imm);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, qemu_mem_cb cb,
				      enum qemu_cb_flags flags, enum qemu_mem_rw rw, void *data);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t len);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

unsigned int qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);
struct qemu_mem_value qemu_plugin_mem_get_value(qemu_plugin_meminfo_t info);

struct g_array *qemu_plugin_get_registers(void);
/* Appends the register's bytes to `to`; returns their number, or -1. */
int qemu_plugin_read_register(struct qemu_plugin_register *handle, struct g_byte_array *to);
bool qemu_plugin_read_memory_vaddr(uint64_t address, struct g_byte_array *to, size_t len);

struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t element_size);
void *qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard *score, unsigned int vcpu);

void qemu_plugin_outs(const char *text);

struct g_byte_array *g_byte_array_new(void);
struct g_byte_array *g_byte_array_set_size(struct g_byte_array *array, unsigned int len);
