# Programs that run on the kernel, linked like any other: statically, with the host's C library.
# abi checks what it runs on, and harness/tests/test_bantam_abi.py runs it on Bantam and on Linux;
# locks counts the locks that calls take on several CPUs; churn changes the same memory on all CPUs
# at once; hello says what it was booted with, and hello-dynamic is the same but needs a loader.

guest_dir := tests/guest
guest_out := $(BUILD)/tests/guest

HOST_CC ?= gcc
guest_cflags := -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wno-unused-result -Wno-c2x-extensions -Wno-missing-field-initializers -fno-stack-protector

$(guest_out)/abi: $(wildcard $(guest_dir)/*.c) $(guest_dir)/guest.h $(guest_dir)/guest.mk
	@mkdir -p $(@D)
	@echo '  HOSTCC  $@'
	@$(HOST_CC) $(guest_cflags) -static -o $@ $(filter %.c,$^)

$(guest_out)/hello $(guest_out)/crash $(guest_out)/locks: $(guest_out)/%: $(guest_dir)/boot/%.c $(guest_dir)/guest.mk
	@mkdir -p $(@D)
	@echo '  HOSTCC  $@'
	@$(HOST_CC) $(guest_cflags) -static -o $@ $<

$(guest_out)/vector: $(guest_dir)/boot/vector.c $(guest_dir)/guest.mk
	@mkdir -p $(@D)
	@echo '  HOSTCC  $@'
	@$(HOST_CC) $(guest_cflags) -static -o $@ $<

$(guest_out)/hello-dynamic: $(guest_dir)/boot/hello.c $(guest_dir)/guest.mk
	@mkdir -p $(@D)
	@echo '  HOSTCC  $@'
	@$(HOST_CC) $(guest_cflags) -o $@ $<

guest_disks := $(patsubst $(guest_dir)/disk/%.c,$(guest_out)/disk/%,$(wildcard $(guest_dir)/disk/*.c))
$(guest_disks): $(guest_out)/disk/%: $(guest_dir)/disk/%.c $(guest_dir)/disk/disk.h \
		$(guest_dir)/guest.mk
	@mkdir -p $(@D)
	@echo '  HOSTCC  $@'
	@$(HOST_CC) $(guest_cflags) -static -o $@ $<

$(guest_out)/churn: $(wildcard $(guest_dir)/churn/*.[ch]) $(guest_dir)/guest.mk
	@mkdir -p $(@D)
	@echo '  HOSTCC  $@'
	@$(HOST_CC) $(guest_cflags) -static -o $@ $(filter %.c,$^)

.PHONY: guest
guest: $(guest_out)/churn $(guest_disks) $(guest_out)/vector $(guest_out)/abi $(guest_out)/hello $(guest_out)/crash $(guest_out)/hello-dynamic $(guest_out)/locks
