#include "guest_state.h"

#include <string.h>

#include "qemu_api.h"
#include "util.h"

#define REGISTERS_MAX 64

static const char *const *register_names;
static struct qemu_plugin_register *registers[REGISTERS_MAX];
static struct g_byte_array *bytes;

void guest_find_registers(const char *const names[], size_t count)
{
	struct g_array *known = qemu_plugin_get_registers();
	const struct qemu_register_descriptor *all = (void *)known->data;

	if (!bytes)
		bytes = g_byte_array_new();
	register_names = names;
	for (size_t reg = 0; reg < count && reg < REGISTERS_MAX; reg++) {
		for (size_t i = 0; i < known->len && !registers[reg]; i++) {
			if (!strcmp(all[i].name, names[reg]))
				registers[reg] = all[i].handle;
		}
		if (!registers[reg])
			util_fatal("this QEMU does not provide the register %s", names[reg]);
	}
}

uint64_t guest_register(size_t index)
{
	uint64_t value = 0;
	int len;

	g_byte_array_set_size(bytes, 0);
	len = qemu_plugin_read_register(registers[index], bytes);
	if (len <= 0)
		util_fatal("this QEMU does not let the plugin read %s here", register_names[index]);
	memcpy(&value, bytes->data, (size_t)len < sizeof(value) ? (size_t)len : sizeof(value));
	return value;
}

bool guest_memory(uint64_t address, void *to, size_t len)
{
	g_byte_array_set_size(bytes, 0);
	if (!qemu_plugin_read_memory_vaddr(address, bytes, len))
		return false;
	memcpy(to, bytes->data, len);
	return true;
}
