# A program that checks the kernel it runs on, linked like any other: statically, with the host's C
# library. harness/tests/test_bantam_abi.py runs it on Bantam and on Linux.

guest_dir := tests/guest
guest_program := $(BUILD)/tests/guest/abi

HOST_CC ?= gcc
guest_cflags := -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wno-unused-result -fno-stack-protector -static

$(guest_program): $(wildcard $(guest_dir)/*.c) $(guest_dir)/guest.h $(guest_dir)/guest.mk
	@mkdir -p $(@D)
	@echo '  HOSTCC  $@'
	@$(HOST_CC) $(guest_cflags) -o $@ $(filter %.c,$^)

.PHONY: guest
guest: $(guest_program)
