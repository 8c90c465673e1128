# Host-side tests: the pure parts under the sanitizers, then the ELFs themselves.

test_out := build/tests
tests := $(patsubst tests/%.c,$(test_out)/%,$(wildcard tests/test_*.c))
elfs := $(if $(is_mono),$(out)/mono,$(out)/init $(programs:%=$(out)/%))

HOST_CFLAGS := -std=gnu11 -O1 -g $(WARNINGS) -Iinclude -fsanitize=address,undefined \
	-fno-sanitize-recover=all

$(test_out)/test_format: lib/format.c
$(test_out)/test_crc32: lib/crc32.c
$(test_out)/test_record: lib/record.c lib/format.c lib/crc32.c lib/text.c
$(test_out)/test_plan: lib/plan.c lib/text.c
$(test_out)/test_param: lib/param.c
$(test_out)/test_settle_agree: runner/settle_agree.c
$(test_out)/test_text: lib/text.c

# The sources' own memcpy and memset must not take libc's place under the sanitizers.
$(tests): HOST_CFLAGS += -Dmemcpy=own_memcpy -Dmemset=own_memset

$(test_out)/%: tests/%.c $(wildcard include/*.h runner/*.h tests/*.h) tests/tests.mk
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -o $@ $(filter %.c,$^)

test: test-elves $(tests)
	@for test in $(tests); do echo "$$test"; $$test || exit 1; done
	@[ '$(PORT)' != "linux-$$(uname -m)" ] || tests/check_runs.sh $(workloads:%=$(out)/%)

# A library, and a program that lies in memory as its port has it, are no ELFs like the others:
# harness/tests look at them.
test-elves: all
	@$(if $(loader_objects)$(filter library,$(port_form))$(port_layout),,tests/check_elfs.sh $(OBJDUMP) $(elfs))
	+tests/check_reproducible.sh $(PORT) PORT=$(PORT) CC='$(CC)'
