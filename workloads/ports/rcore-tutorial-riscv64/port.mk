port_tools := riscv64-linux-gnu-
port_packages := gcc-riscv64-linux-gnu
port_shared := absent riscv-common
port_cflags := -march=rv64imac_zicsr -mabi=lp64 -mcmodel=medany -msmall-data-limit=0
port_ldflags := -Wl,-T,ports/rcore-tutorial-riscv64/program.ld
