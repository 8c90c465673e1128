/* Classic BPF: validation and interpretation. */
#include "lib/bpf.h"

#include "lib/errno.h"

#define MEMWORDS 16

/* The fields of an instruction's code. */
#define SIZE(code) ((code)&0x18)
#define MODE(code) ((code)&0xe0)
#define OP(code)   ((code)&0xf0)

#define ADD 0x00
#define SUB 0x10
#define MUL 0x20
#define DIV 0x30
#define OR  0x40
#define AND 0x50
#define LSH 0x60
#define RSH 0x70
#define NEG 0x80
#define MOD BPF_MOD
#define XOR 0xa0

#define JA   0x00
#define JEQ  0x10
#define JGT  0x20
#define JGE  0x30
#define JSET 0x40

#define TAX 0x00
#define TXA 0x80

static bool load_valid(const struct bpf_insn *i)
{
	switch (i->code & ~BPF_CLASS) {
	case BPF_W | BPF_ABS:
	case BPF_H | BPF_ABS:
	case BPF_B | BPF_ABS:
	case BPF_W | BPF_IND:
	case BPF_H | BPF_IND:
	case BPF_B | BPF_IND:
		return (i->code & BPF_CLASS) == BPF_LD;
	case BPF_B | BPF_MSH:
		return (i->code & BPF_CLASS) == BPF_LDX;
	case BPF_W | BPF_LEN:
	case BPF_IMM:
		return true;
	case BPF_MEM:
		return i->k < MEMWORDS;
	default:
		return false;
	}
}

static bool alu_valid(const struct bpf_insn *i)
{
	unsigned int op = OP(i->code);

	if ((i->code & ~(BPF_CLASS | BPF_X | 0xf0)) || op > XOR)
		return false;
	if (op == NEG)
		return !(i->code & BPF_X);
	if (i->code & BPF_X)
		return true;
	return op == DIV || op == MOD ? i->k != 0 : op == LSH || op == RSH ? i->k < 32 : true;
}

/* Whether an instruction is valid with `left` others after it. */
static bool insn_valid(const struct bpf_insn *i, size_t left)
{
	switch (i->code & BPF_CLASS) {
	case BPF_LD:
	case BPF_LDX:
		return load_valid(i);
	case BPF_ST:
	case BPF_STX:
		return !(i->code & ~BPF_CLASS) && i->k < MEMWORDS;
	case BPF_ALU:
		return alu_valid(i);
	case BPF_JMP:
		if (i->code == (BPF_JMP | JA))
			return i->k < left;
		return !(i->code & ~(BPF_CLASS | BPF_X | 0x70)) && OP(i->code) >= JEQ &&
		       OP(i->code) <= JSET && i->jt < left && i->jf < left;
	case BPF_RET:
		return i->code == (BPF_RET | BPF_K) || i->code == (BPF_RET | BPF_A);
	default:
		return i->code == (BPF_MISC | TAX) || i->code == (BPF_MISC | TXA);
	}
}

/*
 * Jumps only go forward, so one pass finds for each instruction which words have been written on
 * every path to it; `scratch` accumulates that for jump targets.
 */
static bool memory_initialized(const struct bpf_insn *code, size_t n, uint16_t *scratch)
{
	uint16_t written = 0;

	for (size_t at = 0; at < n; at++)
		scratch[at] = UINT16_MAX;
	for (size_t at = 0; at < n; at++) {
		const struct bpf_insn *i = &code[at];
		unsigned int class = i->code & BPF_CLASS;

		written &= scratch[at];
		if (class == BPF_ST || class == BPF_STX)
			written |= (uint16_t)(1u << i->k);
		if (class <= BPF_LDX && MODE(i->code) == BPF_MEM && !(written & 1u << i->k))
			return false;
		if (i->code == (BPF_JMP | JA)) {
			scratch[at + 1 + i->k] &= written;
		} else if (class == BPF_JMP) {
			scratch[at + 1 + i->jt] &= written;
			scratch[at + 1 + i->jf] &= written;
		}
		/* The next instruction is reachable only by a jump. */
		if (i->code == (BPF_JMP | JA) || class == BPF_JMP || class == BPF_RET)
			written = UINT16_MAX;
	}
	return true;
}

int bpf_check(const struct bpf_insn *code, size_t n, uint16_t *scratch)
{
	if (!n || n > BPF_INSNS_MAX || (code[n - 1].code & BPF_CLASS) != BPF_RET)
		return -EINVAL;
	for (size_t at = 0; at < n; at++)
		if (!insn_valid(&code[at], n - at - 1))
			return -EINVAL;
	return memory_initialized(code, n, scratch) ? 0 : -EINVAL;
}

static bool load(const struct bpf_data *d, uint32_t at, unsigned int size, uint32_t *out)
{
	unsigned int bytes = size == BPF_W ? 4 : size == BPF_H ? 2 : 1;
	uint32_t word = 0;

	if (at > d->len || d->len - at < bytes)
		return false;
	for (unsigned int i = 0; i < bytes; i++)
		word |= (uint32_t)d->at[at + i] << 8 * (d->native ? i : bytes - 1 - i);
	*out = word;
	return true;
}

/* Returns false on division by zero. */
static bool alu(unsigned int op, uint32_t *a, uint32_t b)
{
	switch (op) {
	case ADD:
		*a += b;
		break;
	case SUB:
		*a -= b;
		break;
	case MUL:
		*a *= b;
		break;
	case DIV:
	case MOD:
		if (!b)
			return false;
		*a = op == DIV ? *a / b : *a % b;
		break;
	case OR:
		*a |= b;
		break;
	case AND:
		*a &= b;
		break;
	case LSH:
		*a <<= b & 31;
		break;
	case RSH:
		*a >>= b & 31;
		break;
	case NEG:
		*a = -*a;
		break;
	default:
		*a ^= b;
	}
	return true;
}

static bool compare(unsigned int op, uint32_t a, uint32_t b)
{
	return op == JEQ ? a == b : op == JGT ? a > b : op == JGE ? a >= b : a & b;
}

uint32_t bpf_run(const struct bpf_insn *code, const struct bpf_data *d)
{
	uint32_t a = 0, x = 0, words[MEMWORDS] = {0};

	for (const struct bpf_insn *i = code;; i++) {
		unsigned int class = i->code & BPF_CLASS, mode = MODE(i->code);
		uint32_t *to = class == BPF_LDX ? &x : &a;

		switch (class) {
		case BPF_LD:
		case BPF_LDX:
			if (mode == BPF_IMM)
				*to = i->k;
			else if (mode == BPF_LEN)
				*to = d->len;
			else if (mode == BPF_MEM)
				*to = words[i->k];
			else if (!load(d, i->k + (mode == BPF_IND ? x : 0), SIZE(i->code), to))
				return 0;
			/* BPF_MSH: the length of an IPv4 header, from its first byte. */
			if (mode == BPF_MSH)
				x = (x & 15) * 4;
			break;
		case BPF_ST:
		case BPF_STX:
			words[i->k] = class == BPF_ST ? a : x;
			break;
		case BPF_ALU:
			if (!alu(OP(i->code), &a, i->code & BPF_X ? x : i->k))
				return 0;
			break;
		case BPF_JMP:
			if (OP(i->code) == JA)
				i += i->k;
			else
				i += compare(OP(i->code), a, i->code & BPF_X ? x : i->k) ? i->jt
											 : i->jf;
			break;
		case BPF_RET:
			return i->code & BPF_A ? a : i->k;
		default:
			if (i->code & TXA)
				a = x;
			else
				x = a;
		}
	}
}
