# The kernel copies the program to 0x1000 as it lies, and there is nothing else: blob.ld.
port_form := mono
port_shared := absent x86_64
port_cflags := -march=x86-64 -mgeneral-regs-only -fcf-protection=none
port_ldflags := -Wl,-T,ports/redox-x86_64/blob.ld -Wl,--no-warn-rwx-segments
# Probes ask for Linux's system calls.
port_probes := no
# The kernel takes over in 64-bit mode, with page tables; QEMU starts in 32-bit mode, without.
port_loader_cflags := -m32 -march=i686 -mgeneral-regs-only -fcf-protection=none
