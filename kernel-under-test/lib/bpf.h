/*
 * Classic BPF: small programs that inspect bytes and return a number, for seccomp and socket
 * filters. They come from user space: run only what bpf_check() accepts, which terminates and
 * accesses nothing but its data and its own 16 words of scratch memory.
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

/* Instruction classes, and the encodings used outside lib/bpf.c; numbered as on Linux. */
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

/* What a program inspects. */
struct bpf_data {
	const uint8_t *at;
	uint32_t len;
	/* Multi-byte loads are in host byte order; otherwise in network byte order. */
	bool native;
};

/*
 * Validates `code`: every instruction is known, jumps go forward and stay inside, the last
 * instruction returns, and no scratch word is read before it is written on every path. `scratch` is
 * working memory of `n` elements. Returns 0 or -EINVAL.
 */
int bpf_check(const struct bpf_insn *code, size_t n, uint16_t *scratch);

/* Runs a checked program. A load out of bounds or a division by zero returns 0. */
uint32_t bpf_run(const struct bpf_insn *code, const struct bpf_data *data);
