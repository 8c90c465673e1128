# For kernels without user space: one library, linked into the kernel and called from its main.
port_form := library
port_shared := absent x86_64
port_packages := gcc
port_workloads := memory/copy syscall/yield time/sleep trap/%
# In a kernel an interrupt takes the stack below, and the image may lie anywhere.
port_cflags := -march=x86-64 -mgeneral-regs-only -fcf-protection=none -mno-red-zone -fPIC
port_probes := no
