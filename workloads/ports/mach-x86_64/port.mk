# Programs come as modules of the boot, and nobody loads further ones.
port_form := mono
port_shared := absent x86_64
# A pipe is a port, which one task at a time receives from; here 20 processes read one pipe.
port_lacks := ipc/messages_pipe
port_cflags := -march=x86-64 -mgeneral-regs-only -fcf-protection=none
port_ldflags := -Wl,-Ttext-segment=0x400000
# Probes ask for Linux's system calls.
port_probes := no
