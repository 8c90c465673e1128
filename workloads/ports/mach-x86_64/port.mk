# Files, sockets and much else are left to programs: what that leaves out stands in ports/absent/.
port_shared := absent
port_cflags := -march=x86-64 -mgeneral-regs-only -fcf-protection=none
port_ldflags := -Wl,-Ttext-segment=0x400000
# Probes ask for Linux's system calls.
port_probes := no
