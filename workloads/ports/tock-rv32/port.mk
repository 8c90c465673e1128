port_tools := riscv64-linux-gnu-
port_packages := gcc-riscv64-linux-gnu
port_shared := absent riscv-common
# One program: there is no fork, no exec and no file.
port_form := mono
port_cflags := -march=rv32imac_zicsr -mabi=ilp32 -mcmodel=medany -msmall-data-limit=0
port_ldflags := -march=rv32imac_zicsr -mabi=ilp32 -Wl,-m,elf32lriscv \
	-Wl,-T,ports/tock-rv32/program.ld
# Its segments lie as the board's memory does.
port_layout := own
