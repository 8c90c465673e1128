port_cflags := -march=x86-64 -mgeneral-regs-only -fcf-protection=none -Iports/absent
port_ldflags := -Wl,-Ttext-segment=0x400000
# Probes ask for Linux's system calls.
port_probes := no
