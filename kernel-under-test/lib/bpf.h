/*
 * Classic BPF: small programs that look at bytes and give a number, as seccomp and sockets run
 * them. They come from users: bpf_check() first, and what it lets pass ends and touches nothing
 * but its data and its own 16 words.
 */
#pragma once

#include "lib/types.h"

/* The ABI's struct sock_filter. */
struct bpf_insn {
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};

#define BPF_INSNS_MAX 4096

/* Classes, and of loads and jumps the parts that others ask for, numbered as on Linux. */
#define BPF_CLASS 0x07
#define BPF_LD	  0x00
#define BPF_LDX	  0x01
#define BPF_ST	  0x02
#define BPF_STX	  0x03
#define BPF_ALU	  0x04
#define BPF_JMP	  0x05
#define BPF_RET	  0x06
#define BPF_MISC  0x07
#define BPF_W	  0x00
#define BPF_H	  0x08
#define BPF_B	  0x10
#define BPF_IMM	  0x00
#define BPF_ABS	  0x20
#define BPF_IND	  0x40
#define BPF_MEM	  0x60
#define BPF_LEN	  0x80
#define BPF_MSH	  0xa0
#define BPF_MOD	  0x90
#define BPF_K	  0x00
#define BPF_X	  0x08
#define BPF_A	  0x10

/* What a program looks at. */
struct bpf_data {
	const uint8_t *at;
	uint32_t len;
	/* Words are the machine's; else they are the network's. */
	bool native;
};

/*
 * Whether `code` may be run: each instruction is one that there is, jumps go forward and stay
 * inside, the last one returns, and no word is read that was not written on every way to it.
 * `scratch` is `n` words that it uses. 0, -EINVAL.
 */
int bpf_check(const struct bpf_insn *code, size_t n, uint16_t *scratch);

/* What a checked program returns: 0 also where it loads what is not there, or divides by zero. */
uint32_t bpf_run(const struct bpf_insn *code, const struct bpf_data *data);
