# The fuzzer of system calls: `make fuzz` builds build/fuzz/fuzz, linked statically with the host's C
# library. It measures nothing, and is no workload.

fuzz_out := build/fuzz
fuzz_cflags := -std=gnu11 -O1 -g -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes

.PHONY: fuzz
fuzz: $(fuzz_out)/fuzz

$(fuzz_out)/fuzz: $(wildcard fuzz/*.c) fuzz/fuzz.h fuzz/fuzz.mk
	@mkdir -p $(@D)
	$(HOST_CC) $(fuzz_cflags) -static -o $@ $(filter %.c,$^)
