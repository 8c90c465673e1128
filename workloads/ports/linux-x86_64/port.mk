port_shared := linux-common x86_64
port_packages := gcc linux-libc-dev
port_cflags := -march=x86-64 -mgeneral-regs-only -fcf-protection=none
port_ldflags := -Wl,-Ttext-segment=0x400000
# Whether it speaks Linux's system calls, which probes ask for.
port_probes := yes
