# Unit tests on the host: one program a suite, of the kernel's own sources and stand-ins for the
# machine, under the address and undefined-behaviour sanitizers.

unit_dir := tests/unit
unit_out := $(BUILD)/tests/unit
unit_suites := string printf options bpf random pheap page kmem store areas space space_slab path tmpfs files cpio elf ext2 virtio frames

HOST_CC ?= gcc
unit_cflags := -std=gnu11 -D_GNU_SOURCE -O1 -g -fno-strict-aliasing -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-Wall -Wextra -Wno-c2x-extensions -Werror -Wshadow -Wstrict-prototypes \
	-DAREAS_PER_BLOCK=6 \
	$(INCLUDES) -I$(unit_dir) -include $(unit_dir)/host.h

unit_base := $(unit_dir)/host.c lib/printf.c mm/page.c arch/x86_64/mmu.c
# The slab allocator itself is under test in kmem and space_slab; elsewhere libc's sees more.
unit_heap := $(unit_base) $(unit_dir)/host_kmem.c
unit_chance := lib/random.c lib/chacha.c
unit_mm := $(unit_chance) mm/area.c mm/areas.c mm/remap.c mm/fault.c mm/access.c mm/space.c mm/tlb.c mm/asid.c mm/object.c mm/store.c
unit_fs := mm/store.c $(unit_chance) $(wildcard fs/*.c fs/*/*.c) $(unit_dir)/host_fs.c $(unit_dir)/tree.c

unit_printf := $(unit_base)
unit_options := init/options.c
unit_bpf := lib/bpf.c
unit_random := $(unit_chance)
unit_pheap := lib/pheap.c
unit_page := $(unit_base)
unit_kmem := $(unit_base) mm/kmem.c
unit_store := $(unit_heap) mm/store.c
unit_areas := $(unit_heap) mm/areas.c $(unit_chance)
unit_space := $(unit_heap) $(unit_mm) $(unit_dir)/space_model.c $(unit_dir)/space_cases.c
unit_space_slab := $(unit_base) mm/kmem.c $(unit_mm) $(unit_dir)/space_model.c $(unit_dir)/space_cases.c
unit_path := $(unit_heap) $(unit_fs) $(unit_dir)/linux_tree.c
unit_tmpfs := $(unit_heap) $(unit_fs)
unit_files := $(unit_heap) $(unit_fs)
unit_cpio := $(unit_heap) $(unit_fs)
unit_ext2 := $(unit_heap) $(unit_fs)
unit_virtio := $(unit_base) drivers/virtio.c
unit_frames := $(unit_heap) $(patsubst %,net/%.c,ip/wire ip/interface ip/route ip/arp ip/ipv4 ip/icmp ip/udp ip/multicast address)
unit_elf := $(unit_heap) $(filter-out mm/store.c $(unit_chance),$(unit_mm)) $(unit_fs) proc/exec/elf.c

unit_string_flags := $(foreach f,memcpy memmove memset memcmp strlen strcmp strncmp strchr,\
	-D$(f)=kernel_$(f))

unit_programs := $(unit_suites:%=$(unit_out)/%)
unit_sources := $(sort $(unit_suites:%=$(unit_dir)/test_%.c) $(foreach s,$(unit_suites),$(unit_$s)))
unit_objects := $(unit_sources:%.c=$(unit_out)/.obj/%.o)

$(unit_objects): $(unit_out)/.obj/%.o: %.c $(unit_dir)/unit.mk
	@mkdir -p $(@D)
	@$(HOST_CC) $(unit_cflags) -MMD -MP -c -o $@ $<

.SECONDEXPANSION:
$(filter-out %/string,$(unit_programs)): $(unit_out)/%: $(unit_out)/.obj/$(unit_dir)/test_%.o \
		$$(addprefix $(unit_out)/.obj/,$$(unit_$$*:.c=.o))
	@$(HOST_CC) $(unit_cflags) -o $@ $^

# The kernel's own string routines are compiled apart, under other names: the test needs libc's.
$(unit_out)/string: $(unit_dir)/test_string.c lib/string.c arch/x86_64/string.c lib/string.h \
		$(unit_dir)/unit.mk
	@mkdir -p $(@D)
	@$(HOST_CC) $(unit_cflags) -fno-builtin $(unit_string_flags) -r -nostdlib -o $@.o \
		lib/string.c arch/x86_64/string.c
	@$(HOST_CC) $(unit_cflags) -fno-builtin -o $@ $< $@.o

.PHONY: test test-unit
test: test-unit
test-unit: $(unit_programs)
	@for suite in $(unit_suites); do \
		if $(unit_out)/$$suite; then echo "  ok  $$suite"; \
		else echo "  FAILED  $$suite"; exit 1; fi; \
	done

-include $(unit_objects:.o=.d)
