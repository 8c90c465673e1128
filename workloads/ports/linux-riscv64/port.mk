port_tools := riscv64-linux-gnu-
port_packages := gcc-riscv64-linux-gnu linux-libc-dev-riscv64-cross
port_shared := linux-common riscv-common
# No floating point, so that no register of it is ever in use; no small data, so that constants lie
# apart from what is written.
port_cflags := -march=rv64imac_zicsr -mabi=lp64 -mcmodel=medlow -msmall-data-limit=0
port_ldflags := -Wl,-Ttext-segment=0x400000
# Whether it speaks Linux's system calls, which probes ask for.
port_probes := yes
