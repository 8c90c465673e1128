#include "redox_context.h"

#include "redox_call.h"
#include "redox_state.h"

const uint64_t redox_verb_end = UINT64_MAX;

long redox_tell(long file, const char *name, size_t name_len, const void *data, size_t len)
{
	long fd = redox_dup_new(file, name, name_len), ret, closed;

	if (fd < 0)
		return fd;
	ret = redox_write(fd, data, len);
	closed = redox_close_slot(fd);
	return ret < 0 ? ret : closed;
}

long redox_context_start(long context, const struct redox_parts *parts)
{
	const uint64_t addresses[] = { (uint64_t)parts->addresses, parts->stack, parts->entry,
				       parts->argument };
	const uint64_t files = (uint64_t)parts->files;
	long ret =
		redox_tell(context, REDOX_NAME("current-addrspace"), addresses, sizeof(addresses));

	if (ret >= 0)
		ret = redox_tell(context, REDOX_NAME("current-filetable"), &files, sizeof(files));
	if (ret >= 0)
		ret = redox_tell(context, REDOX_NAME("start"), "0", 1);
	return ret;
}

long redox_handles_close(const struct redox_handles *handles, long result)
{
	const long all[] = { handles->self, handles->addresses, handles->addresses_copy,
			     handles->files, handles->files_copy };

	for (unsigned int i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i] > 0)
			redox_close_slot(all[i]);
	}
	if (result < 0 && handles->context > 0)
		redox_close_slot(handles->context);
	return result;
}

long redox_handle_open(long *handle, long file, const char *name, size_t len)
{
	long fd = redox_dup_new(file, name, len);

	*handle = fd < 0 ? 0 : fd;
	return fd;
}
